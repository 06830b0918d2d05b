"""Rules between the parcels and the registry of second-round contract land (二轮延包地名录)."""

import numpy as np
import pandas as pd

from .material import village_of
from .reporting import about_parcels, about_rows


def outside_registry(material):
    """OUTSIDE_REGISTRY: contract land in scope whose code the registry does not list."""
    if not material.policy.get("scope.require_registry"):
        rows = np.empty(0, dtype=np.int64)
    else:
        rows = np.flatnonzero(material.in_scope & (material.registry_row < 0))
    return about_parcels(material, rows, "二轮延包地名录中没有这个地块")


def registry_unmatched(material):
    """REGISTRY_UNMATCHED: one finding for each code of the registry that no parcel has."""
    registry = material.registry
    rows = registry[material.code_of(registry["DKBM"]) < 0]
    rows = rows[(rows["DKBM"] == "") | ~rows["DKBM"].duplicated()]
    subject = [code or f"（无编码，第 {row} 行）" for code, row in zip(rows["DKBM"], rows["source_row"])]
    village = [village_of(parcel, holder) for parcel, holder in zip(rows["DKBM"], rows["CBFBM"])]
    return about_rows(rows, subject, "名录中有这个地块，图上没有", village)


def entries(registry):
    """(rows,) number of each row's parcel and household: rows with one number repeat each other. Households are told
    apart by their code, or by the name where there is none."""
    parcel, _ = pd.factorize(registry["DKBM"])
    holder, holders = pd.factorize(registry["CBFBM"].where(registry["CBFBM"] != "", registry["holder_name"]))
    return parcel.astype(np.int64) * max(len(holders), 1) + holder


def registry_duplicate(material):
    """REGISTRY_DUPLICATE: one parcel and household on several rows. Codes that two parcels share are another matter."""
    registry = material.registry
    _, first, count = np.unique(entries(registry), return_index=True, return_counts=True)
    first, count = first[count > 1], count[count > 1]
    parcel = np.append(material.first_parcel, -1)[material.code_of(registry["DKBM"].iloc[first])]
    meant = (registry["DKBM"].iloc[first] != "").to_numpy() & ~np.append(material.duplicated, False)[parcel]
    rows, parcel, count = registry.iloc[first[meant]], parcel[meant], count[meant]
    uuid = [material.parcels["uuid"].iat[p] if p >= 0 else None for p in parcel]
    village = [village_of(code, holder) for code, holder in zip(rows["DKBM"], rows["CBFBM"])]
    messages = [f"同一地块同一户在名录中出现 {n} 次" for n in count]
    return about_rows(rows, rows["DKBM"].to_numpy(), messages, village, value=count.astype(str), parcel_uuid=uuid)
