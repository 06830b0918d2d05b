"""Which parcels carry which planted defect, each on its own, and the list of truth.

Two draws: ``geometry_plan`` before the outlines are drawn, ``Pool.take`` afterwards for all that needs area or water.
"""

from dataclasses import dataclass, field

import numpy as np

RATES = {
    "bow_tie": 0.002, "spike": 0.001, "overlap": 0.002, "twin": 0.0008,
    "malformed": 0.002, "duplicate": 0.001, "outside_registry": 0.02, "unmatched": 0.004,
    "area_geometry": 0.004, "area_contract": 0.004, "area_registry": 0.004, "area_unit": 0.001, "area_missing": 0.001,
    "private_plot": 0.012, "reserve": 0.02, "wasteland": 0.006, "other_collective": 0.006,
    "forest_use": 0.004, "forest_cover": 0.004, "unapproved_part": 0.005, "unapproved_whole": 0.002,
    "outside_district": 0.0015, "no_source": 0.003, "shared": 0.004, "share_sum": 0.0008, "same_name": 0.0006,
    "name_damaged": 0.0004, "missing": 0.0004, "link_missing": 0.0008, "parcel_unknown": 0.0006,
    "registry_duplicate": 0.001, "registry_holder": 0.001, "crop_missing": 0.0008, "quota_missing": 0.0015, "across_outlets": 0.0025,
}
SMALLEST_CHANGED_M2 = 1300.0
LAND_CLASS = {"private_plot": "21", "reserve": "22", "wasteland": "23", "other_collective": "99"}


def wanted(kind, parcels):
    """How many of a kind are planted in a county of that size; at least one."""
    return max(1, round(RATES[kind] * parcels))


class Pool:
    """Parcels that carry no defect yet; ``take`` hands out a random few of them and keeps them from other uses."""

    def __init__(self, parcels, rng):
        self.free = np.ones(parcels, bool)
        self.parcels = parcels
        self._rank = rng.permutation(parcels)

    def take(self, kind, suitable=None):
        """Up to the wanted number of free, suitable parcels, in order of their number."""
        candidates = np.flatnonzero(self.free if suitable is None else self.free & suitable)
        chosen = candidates[np.argsort(self._rank[candidates], kind="stable")][: wanted(kind, self.parcels)]
        self.free[chosen] = False
        return np.sort(chosen)

    def take_pairs(self, kind, first, second):
        """Up to the wanted number of pairs out of candidates given side by side, all members distinct and free."""
        order = np.argsort(self._rank[first], kind="stable")
        chosen = []
        for a, b in zip(first[order].tolist(), second[order].tolist()):
            if len(chosen) >= wanted(kind, self.parcels):
                break
            if self.free[a] and self.free[b] and a != b:
                chosen.append((a, b))
                self.free[[a, b]] = False
        return np.array(sorted(chosen), np.int64).reshape(-1, 2)


@dataclass
class Plan:
    """Geometry defects: ``overlap`` pairs (parcel, its right neighbour), ``twin`` pairs (original, copy); ``missing``:
    parcels that are delivered without a shape."""

    bow_tie: np.ndarray
    spike: np.ndarray
    overlap: np.ndarray
    twin: np.ndarray
    missing: np.ndarray


def geometry_plan(pool, fields, beside, households):
    """Chooses the parcels whose outlines will be wrong."""
    right = beside[:, 1]
    roomy = (fields.width > 6) & (fields.width < 19)
    has_right = np.flatnonzero((right >= 0) & roomy)
    has_right = has_right[roomy[right[has_right]]]
    overlap = pool.take_pairs("overlap", has_right, right[has_right])
    near = np.arange(pool.parcels - 3)
    near = near[(fields.cell_of[near] == fields.cell_of[near + 3]) & roomy[near]]
    near = near[households.of_parcel[near] != households.of_parcel[near + 3]]
    twin = pool.take_pairs("twin", near, near + 3)
    straight = fields.lines.bends[fields.slots.line[fields.slot_of]] == 0
    straight &= fields.lines.bends[fields.slots.line[fields.slot_of] + 1] == 0
    return Plan(pool.take("bow_tie", roomy & straight), pool.take("spike", roomy), overlap, twin,
                pool.take("missing"))


@dataclass
class Truth:
    """Planted findings: kind, subject, note."""

    rows: list = field(default_factory=list)

    def add(self, code, subjects, note):
        """Adds one finding per subject."""
        self.rows.extend((code, subject, note) for subject in subjects)

    def sorted(self):
        return sorted(set(self.rows))


def pair_subject(a, b):
    """Two parcel codes, the smaller first."""
    return "|".join(sorted((a, b)))
