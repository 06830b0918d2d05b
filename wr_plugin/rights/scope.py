"""Scope: which parcels can have a right at all, and why the others cannot; the first rule that applies decides.

The order (张掖方案 二（一）1): class of land → forest → defect of the data → holder → registry → district and source →
what is left after deduction → crop, method, share, quota, cap. ``retrace`` says the same of one parcel.
"""

import numpy as np

HOLDER_DEFECTS = ("HOLDER_LINK_MISSING", "HOLDER_UNKNOWN")
SOURCES_IN_USE = ("surface", "ground", "mixed")


class Outcomes:
    """State and reason per parcel (object arrays); "" while no rule has stopped the parcel."""

    def __init__(self, count):
        self.state = np.full(count, "", dtype=object)
        self.reason = np.full(count, "", dtype=object)

    def copy(self):
        """The same outcomes, which can go on by themselves."""
        other = Outcomes(0)
        other.state, other.reason = self.state.copy(), self.reason.copy()
        return other

    @property
    def open(self):
        """Mask of the parcels that no rule has stopped yet."""
        return self.state == ""

    def stop(self, mask, state, reason):
        """Stops those parcels of ``mask`` that are still open. ``reason``: a finding code, or an array of them."""
        stopped = self.open & mask
        self.state[stopped] = state
        self.reason[stopped] = reason if isinstance(reason, str) else reason[stopped]


def screen(parcel, site, holding, known_holders, policy):
    """Applies the rules up to the source.

    ``parcel``: DKBM, DKLB, TDYT and ``site`` (parcel_site), rows aligned; ``holding``: ``parts.Holdings``;
    ``known_holders``: mask over ``holding.codes`` of those in the table CBF. Returns ``Outcomes``.
    """
    count = len(parcel)
    out = Outcomes(count)
    out.stop(~is_one_of(parcel["DKLB"], policy.get("scope.parcel_classes")), "not_contract", "NOT_CONTRACT_LAND")
    out.stop(is_one_of(parcel["TDYT"], policy.get("scope.exclude_land_use")) | mostly_forest(site), "forest",
             "FOREST_LAND")
    defect = site["defect"].fillna("").to_numpy(dtype=object)
    of_holder = is_one_of(site["defect"], HOLDER_DEFECTS)
    out.stop((defect != "") & ~of_holder, "defect", defect)
    out.stop(of_holder, "no_holder", defect)
    out.stop(~_any(holding.parcel, np.ones(len(holding.parcel), dtype=bool), count), "no_holder", "HOLDER_LINK_MISSING")
    out.stop(_any(holding.parcel, ~known_holders[holding.holder], count), "no_holder", "HOLDER_UNKNOWN")
    out.stop(_any(holding.parcel, holding.blank, count), "defect", "AREA_MISSING")
    if policy.get("scope.require_registry"):
        out.stop(site["registry_fid"].isna().to_numpy(), "outside_registry", "OUTSIDE_REGISTRY")
    out.stop(~is_one_of(site["source"], SOURCES_IN_USE), "no_source", "NO_SOURCE")
    out.stop((site["district_code"].fillna("") == "").to_numpy(dtype=bool), "no_source", "OUTSIDE_DISTRICT")
    return out


def is_one_of(series, values):
    """Mask of the rows whose value is one of ``values``; a blank is none of them."""
    return series.isin(list(values)).to_numpy(dtype=bool)


def mostly_forest(site):
    """Mask of parcels of which more than half lies in forest parcels."""
    forest, whole = whole_numbers(site["forest_m2_100"]), whole_numbers(site["geometry_m2_100"])
    return 2 * forest > np.maximum(whole, 0)


def deductible_m2_100(site, policy):
    """Overlap with new, reclaimed or unapproved land that counts: above the policy's least overlap (0.01 m²)."""
    overlap = whole_numbers(site["unapproved_m2_100"])
    if not policy.get("scope.deduct"):
        return np.zeros_like(overlap)
    return np.where(overlap > least_overlap_m2_100(policy), overlap, 0)


def least_overlap_m2_100(policy):
    """The policy's ``scope.deduct_min_m2`` in 0.01 m²."""
    return round(policy.get("scope.deduct_min_m2") * 100)


def whole_numbers(series):
    """An INTEGER column with blanks as int64 with 0."""
    return series.astype("Int64").fillna(0).to_numpy(dtype=np.int64)


def _any(groups, mask, count):
    found = np.zeros(count, dtype=bool)
    found[groups[mask]] = True
    return found
