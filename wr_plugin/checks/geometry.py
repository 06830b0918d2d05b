"""Rules on the shapes of parcels: sound, not overlapping, not delivered twice."""

from dataclasses import dataclass

import numpy as np

from ..spatial.overlaps import mutual, same_shape
from .reporting import about_parcels, parcel_names

SMALLEST_M2 = 1.0
"""Duplicates are looked for down to this area, also where the policy tolerates larger overlaps."""


@dataclass
class Overlapping:
    """Pairs of parcels that overlap: (k,) positions, areas in m², and which pairs are one shape."""

    i: np.ndarray
    j: np.ndarray
    area: np.ndarray
    same: np.ndarray


def overlapping(material, report):
    """Finds the pairs once, for both rules."""
    tolerance = material.policy.get("area.overlap_min_m2")
    i, j, area = mutual(material.land, min(tolerance, SMALLEST_M2), report)
    same = same_shape(material.land, i, j, area)
    kept = same | (area > tolerance)
    return Overlapping(i[kept], j[kept], area[kept], same[kept])


def geometry_repaired(material):
    """GEOMETRY_REPAIRED: a shape that an edit since the import has made invalid; the check uses it as repaired."""
    rows = _not_told(material, "GEOMETRY_REPAIRED", (material.repaired != "") & material.drawn)
    messages = [f"编辑后的图形无效：{why}；检查时按修复后的图形计算，请在 QGIS 中改正" for why in material.repaired[rows]]
    return about_parcels(material, rows, messages)


def geometry_missing(material):
    """GEOMETRY_MISSING: a parcel that has no shape, or none with an area, of which the import has not told."""
    rows = _not_told(material, "GEOMETRY_MISSING", ~material.drawn)
    return about_parcels(material, rows, "地块没有图形，或图形不成面")


def _not_told(material, code, chosen):
    rows = np.flatnonzero(chosen)
    told = [(code, uuid) in material.told for uuid in material.parcels["uuid"].iloc[rows]]
    return rows[~np.array(told, dtype=bool)]


def parcel_overlap(material):
    """PARCEL_OVERLAP: pairs that overlap by more than the policy's tolerance and are not one shape."""
    pairs = material.overlaps
    apart = ~pairs.same
    i, j, area = pairs.i[apart], pairs.j[apart], pairs.area[apart]
    share = area / np.minimum(material.land.area[i], material.land.area[j]) * 100
    messages = [f"两个地块重叠 {a:.2f} m²，占较小地块的 {s:.1f}%" for a, s in zip(area.tolist(), share.tolist())]
    return _about_pairs(material, i, j, messages, [f"{a:.2f}" for a in area.tolist()])


def geometry_duplicate(material):
    """GEOMETRY_DUPLICATE: pairs of one shape."""
    pairs = material.overlaps
    i, j, area = pairs.i[pairs.same], pairs.j[pairs.same], pairs.area[pairs.same]
    messages = [f"两个地块图形相同，面积 {a:.2f} m²" for a in area.tolist()]
    return _about_pairs(material, i, j, messages, [f"{a:.2f}" for a in area.tolist()])


def _about_pairs(material, i, j, messages, value):
    """The parcel with the smaller code comes first."""
    first, second = parcel_names(material, i), parcel_names(material, j)
    swap = np.array([a > b for a, b in zip(first, second)], dtype=bool)
    subject = [f"{b}|{a}" if s else f"{a}|{b}" for a, b, s in zip(first, second, swap)]
    return about_parcels(material, np.where(swap, j, i), messages, value=value, subject=subject,
                         other=np.where(swap, i, j))
