"""All rules in their order: one function for each kind of finding, and the defects that follow from them."""

from dataclasses import dataclass
from typing import Callable

import numpy as np
import pandas as pd

from ..model.findings import KINDS
from . import areas, codes_and_links, geometry, registry, rivals, scope, water
from .site import site_of

VERSION = 5
"""Raised with every change of a rule, so that a check is run again on unchanged data."""


@dataclass(frozen=True)
class Rule:
    """One kind of finding and the function that finds it: material → frame (see ``reporting``)."""

    code: str
    find: Callable


RULES = (
    # kinds of the import, for what has been edited since
    Rule("GEOMETRY_REPAIRED", geometry.geometry_repaired),
    Rule("GEOMETRY_MISSING", geometry.geometry_missing),
    Rule("CODE_MALFORMED", codes_and_links.code_malformed),
    Rule("CODE_DUPLICATE", codes_and_links.code_duplicate),
    Rule("HOLDER_LINK_MISSING", codes_and_links.holder_link_missing),
    Rule("HOLDER_UNKNOWN", codes_and_links.holder_unknown),
    Rule("PARCEL_UNKNOWN", codes_and_links.parcel_unknown),
    Rule("SHARED_PARCEL", codes_and_links.shared_parcel),
    Rule("SHARE_SUM", areas.share_sum),
    Rule("SAME_NAME", codes_and_links.same_name),
    Rule("OUTSIDE_REGISTRY", registry.outside_registry),
    Rule("REGISTRY_REVIEW", registry.registry_review),
    Rule("REGISTRY_UNMATCHED", registry.registry_unmatched),
    Rule("REGISTRY_DUPLICATE", registry.registry_duplicate),
    Rule("REGISTRY_HOLDER", registry.registry_holder),
    Rule("AREA_MISSING", areas.area_missing),
    Rule("AREA_UNIT", areas.area_unit),
    Rule("AREA_GEOMETRY", areas.area_geometry),
    Rule("AREA_CONTRACT", areas.area_contract),
    Rule("AREA_REGISTRY", areas.area_registry),
    Rule("PARCEL_OVERLAP", geometry.parcel_overlap),
    Rule("GEOMETRY_DUPLICATE", geometry.geometry_duplicate),
    Rule("PARCEL_SLIVER", geometry.parcel_sliver),
    Rule("PARCEL_GAP", geometry.parcel_gap),
    Rule("NOT_CONTRACT_LAND", scope.not_contract_land),
    Rule("FOREST_LAND", scope.forest_land),
    Rule("UNAPPROVED_OVERLAP", scope.unapproved_overlap),
    Rule("OUTSIDE_DISTRICT", water.outside_district),
    Rule("NO_SOURCE", water.no_source),
    Rule("WELL_NO_PERMIT", water.well_no_permit),
    Rule("WELL_CLOSED", water.well_closed),
    Rule("WELL_OVERDRAFT", water.well_overdraft),
    Rule("WELL_SPRING", water.well_spring),
    Rule("SERVICE_AREA_OVERLAP", rivals.service_area_overlap),
    Rule("ACROSS_OUTLETS", rivals.across_outlets),
    Rule("WELL_TIED", rivals.well_tied),
)
EMPTY_MEANS_NONE = ("district_code", "outlet_code", "well_code", "unapproved_kind")
NO_DEFECT = ("OUTSIDE_DISTRICT", "NO_SOURCE")
"""These stop a right too, but stand in the site's own columns."""


def prepare(material, site_report, overlap_report):
    """Computes what several rules use: where each parcel lies, the areas, the overlaps. The order matters: whether a
    parcel is forest, and so in scope, is known from its site."""
    material.site, material.across = site_of(material, site_report)
    material.areas = areas.Areas(material)
    material.overlaps = geometry.overlapping(material, overlap_report)
    material.gaps = geometry.between(material, overlap_report)


def all_findings(material, report):
    """Runs every rule. Returns one frame with a column ``code``; ``report(done, total)`` after each rule."""
    found = []
    for done, rule in enumerate(RULES, 1):
        frame = rule.find(material)
        if len(frame):
            found.append(frame.assign(code=rule.code))
        report(done, len(RULES))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["code"])


def site_rows(material, found):
    """The table ``parcel_site`` in the order of the parcels, with its column ``defect``."""
    site = material.site.assign(defect=defects(material, found))
    for column in EMPTY_MEANS_NONE:
        site[column] = site[column].astype(object).where(site[column] != "", None)
    site["outlet_share"] = site["outlet_share"].where(site["outlet_code"].notna())
    return site


def defects(material, found):
    """(n,) code of the first finding that stops a parcel, in the order of the kinds; '' where none does."""
    defect = np.full(len(material.parcels), "", dtype=object)
    stopping = [code for code, kind in KINDS.items() if kind.stops and code not in NO_DEFECT]
    for code in reversed(stopping):
        if code == "GEOMETRY_MISSING":
            rows = np.flatnonzero(~material.drawn)
        elif code == "HOLDER_UNKNOWN":
            rows = codes_and_links.parcels_of_unknown_holders(material)
        else:
            rows = found.loc[found["code"] == code, ["parcel", "other"]].to_numpy(dtype=np.int64).ravel() \
                if len(found) else np.empty(0, dtype=np.int64)
            rows = rows[rows >= 0]
        defect[rows] = code
    return defect
