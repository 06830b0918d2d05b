"""Rules on what land the policy confirms at all."""

import numpy as np

from ..model import codes
from .reporting import about_parcels


def not_contract_land(material):
    """NOT_CONTRACT_LAND: a class of parcel that the policy does not confirm."""
    rows = np.flatnonzero(~material.contract_land)
    messages = [f"地块类别为{codes.DKLB.get(c, c)}（{c}）" if c else "地块类别未填"
                for c in material.parcels["DKLB"].iloc[rows]]
    return about_parcels(material, rows, messages)


def forest_land(material):
    """FOREST_LAND: contract land used as forest, or more than half in forest parcels."""
    rows = np.flatnonzero(material.forest)
    site = material.site.iloc[rows]
    messages = [
        f"与林草地图斑重叠 {forest / 100:.2f} m²，占图形的 {forest / drawn * 100:.1f}%" if layer
        else f"土地用途为{codes.TDYT.get(use, use)}（{use}）"
        for use, forest, drawn, layer in zip(material.parcels["TDYT"].iloc[rows], site["forest_m2_100"].tolist(),
                                             site["geometry_m2_100"].tolist(), material.in_forest_layer[rows])]
    return about_parcels(material, rows, messages)


def unapproved_overlap(material):
    """UNAPPROVED_OVERLAP: contract land in scope on new, reclaimed or unapproved land by more than the minimum."""
    least_m2_100 = round(material.policy.get("scope.deduct_min_m2") * 100)
    rows = np.flatnonzero(material.in_scope & (material.site["unapproved_m2_100"] > least_m2_100).to_numpy())
    site = material.site.iloc[rows]
    area, drawn = site["unapproved_m2_100"].tolist(), site["geometry_m2_100"].tolist()
    messages = [f"与{codes.UNAPPROVED_KIND.get(kind, kind)}重叠 {a / 100:.2f} m²，占图形的 {a / d * 100:.1f}%"
                for kind, a, d in zip(site["unapproved_kind"], area, drawn)]
    return about_parcels(material, rows, messages, value=[f"{a / 100:.2f}" for a in area])
