"""Some parcels examined again: the same rules over an excerpt of the county, and which findings they stand in for."""

import numpy as np

from . import excerpt, rules

PAIRS = ("PARCEL_OVERLAP", "GEOMETRY_DUPLICATE", "PARCEL_SLIVER", "PARCEL_GAP")
WELLS = ("WELL_NO_PERMIT", "WELL_CLOSED", "WELL_OVERDRAFT", "WELL_SPRING")
OF_CODES = ("PARCEL_UNKNOWN", "REGISTRY_REVIEW", "REGISTRY_UNMATCHED", "REGISTRY_DUPLICATE", "REGISTRY_HOLDER")
"""Kinds about a parcel code, whether a parcel has it or not."""
OF_PARCELS = (
    "GEOMETRY_REPAIRED", "GEOMETRY_MISSING", "CODE_MALFORMED", "CODE_DUPLICATE", "HOLDER_LINK_MISSING", "SHARED_PARCEL", "SHARE_SUM",
    "OUTSIDE_REGISTRY", "AREA_MISSING", "AREA_UNIT", "AREA_GEOMETRY", "AREA_CONTRACT", "AREA_REGISTRY", "NOT_CONTRACT_LAND",
    "FOREST_LAND", "UNAPPROVED_OVERLAP", "OUTSIDE_DISTRICT", "NO_SOURCE", "ACROSS_OUTLETS", "WELL_TIED")
OTHERS = (*WELLS, *OF_CODES, "SAME_NAME", "HOLDER_UNKNOWN", "SERVICE_AREA_OVERLAP")
"""Every rule is one of these kinds, or of ``PAIRS``; a new one has to be put where ``checks.dependence`` holds for it."""
BLANK = "（无编码"


class Again:
    """What is found anew of ``dependent`` (``dependence.Dependent``).

    ``site``: the rows of ``parcel_site`` of its parcels; ``across``: those of ``parcel_outlet``; ``found``: the findings;
    ``digest``: SHA-256 of what was looked at.
    """

    def __init__(self, store, policy, dependent, links, report):
        self.dependent = dependent
        self.unknown = excerpt.unknown_holders(store.connection, dependent.holders)
        material = excerpt.read(store, policy, dependent, links)
        self.digest = material.digest()
        report(1, 3)
        rules.prepare(material, lambda done, total: None, lambda done, total: None)
        report(2, 3)
        found = rules.all_findings(material, lambda done, total: None)
        chosen = material.parcels["fid"].isin(dependent.parcels).to_numpy()
        self.site = rules.site_rows(material, found)[chosen].reset_index(drop=True)
        self.across = material.across[material.across["parcel_fid"].isin(dependent.parcels)].reset_index(drop=True)
        self.found = found[self._counts(found, chosen)].reset_index(drop=True) if len(found) else found
        report(3, 3)

    def _counts(self, found, chosen):
        """(k,) True for the findings about what is examined again."""
        is_chosen = np.append(chosen, False)
        about = is_chosen[found["parcel"].to_numpy(dtype=np.int64)] | is_chosen[found["other"].to_numpy(dtype=np.int64)]
        told = [self.is_about(code, subject) if code in OTHERS else near
                for code, subject, near in zip(found["code"], found["subject"], about)]
        return np.array(told, dtype=bool)

    def is_about(self, code, subject):
        """Whether a finding, of today or stored, is one that is found anew."""
        asked = self.dependent
        if code in WELLS:
            return asked.wells
        if code == "SAME_NAME":
            return asked.same_name
        if code == "SERVICE_AREA_OVERLAP":
            return asked.service_areas
        if code == "HOLDER_UNKNOWN":
            return subject in asked.holders
        if code in OF_CODES and subject.startswith(BLANK):
            return asked.uncoded if code == "REGISTRY_UNMATCHED" else "" in asked.codes
        if code in OF_CODES:
            return subject in asked.codes
        if code in PAIRS:
            return any(part in asked.names for part in _sides(subject))
        return subject in asked.names


def _sides(subject):
    """The two parcels of a pair as findings call them; a code with a stroke in it leaves several ways to read that."""
    parts = subject.split("|")
    return parts if len(parts) == 2 else {side for n in range(1, len(parts)) for side in ("|".join(parts[:n]), "|".join(parts[n:]))}
