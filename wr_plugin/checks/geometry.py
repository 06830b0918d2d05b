"""Rules on the shapes of parcels: sound, not overlapping, not delivered twice, no slivers and gaps between them."""

from dataclasses import dataclass

import numpy as np
import shapely

from ..spatial.gaps import gaps
from ..spatial.overlaps import mutual, same_shape
from ..spatial.repair import polygon_parts
from .reporting import about_parcels, parcel_names

SMALLEST_M2 = 1.0
"""Duplicates are looked for down to this area, also where the policy tolerates larger overlaps."""
NARROW_M = 0.5
"""Slivers and gaps are narrower: less than the narrowest ridge (田埂), so that no real thing lies there."""
SLIVER_M2, SLIVER_M = 0.1, 0.01
GAP_M2, GAP_M = 0.5, 0.01
"""Smaller or narrower (on average) than this is rounding of coordinates."""


@dataclass
class Overlapping:
    """Pairs of parcels that overlap: (k,) positions, areas in m², which pairs are one shape, and which are slivers: within
    the policy's tolerance, but long and narrow (``width``: (k,) on average, in m)."""

    i: np.ndarray
    j: np.ndarray
    area: np.ndarray
    same: np.ndarray
    sliver: np.ndarray
    width: np.ndarray


def overlapping(material, report):
    """Finds the pairs once, for both rules."""
    tolerance = material.policy.get("area.overlap_min_m2")
    i, j, area = mutual(material.land, min(tolerance, SLIVER_M2), report)
    same = same_shape(material.land, i, j, area) & (area > min(tolerance, SMALLEST_M2))
    small = np.flatnonzero(~same & (area <= tolerance))
    width = np.full(len(area), np.nan)
    width[small] = _width(shapely.intersection(material.land.geometry[i[small]], material.land.geometry[j[small]]))
    sliver = (width >= SLIVER_M) & (width < NARROW_M)
    kept = same | (area > tolerance) | sliver
    return Overlapping(i[kept], j[kept], area[kept], same[kept], sliver[kept], width[kept])


def _width(shapes):
    """(k,) mean width in m of narrow shapes: their area over half their outline. Lines that two shapes share are none."""
    shapes = polygon_parts(shapes)
    outline = shapely.length(shapes)
    return 2 * np.nan_to_num(shapely.area(shapes)) / np.where(outline > 0, outline, np.inf)


def between(material, report):
    """Finds the narrow gaps between neighbours."""
    found = gaps(material.land, NARROW_M, GAP_M2, report)
    return found[found.mean >= GAP_M]


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
    apart = ~pairs.same & ~pairs.sliver
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


def parcel_sliver(material):
    """PARCEL_SLIVER: pairs that overlap within the policy's tolerance, in a narrow strip along their boundary."""
    pairs = material.overlaps
    i, j, area, width = (column[pairs.sliver] for column in (pairs.i, pairs.j, pairs.area, pairs.width))
    messages = [f"两个地块在交界处重叠一条 {a:.2f} m²、平均宽 {w:.2f} m 的窄条（在容差之内）" for a, w in zip(area.tolist(), width.tolist())]
    return _about_pairs(material, i, j, messages, [f"{a:.2f}" for a in area.tolist()])


def parcel_gap(material):
    """PARCEL_GAP: pairs with a narrow strip of nobody's land between them."""
    found = material.gaps
    messages = [
        f"两个地块之间有一条缝隙：面积 {a:.2f} m²，长 {m:.1f} m，平均宽 {w:.2f} m，最宽 {most:.2f} m"
        for a, m, w, most in zip(found.area.tolist(), found.length.tolist(), found.mean.tolist(), found.widest.tolist())]
    return _about_pairs(material, found.i, found.j, messages, [f"{a:.2f}" for a in found.area.tolist()])


def _about_pairs(material, i, j, messages, value):
    """The parcel with the smaller code comes first."""
    first, second = parcel_names(material, i), parcel_names(material, j)
    swap = np.array([a > b for a, b in zip(first, second)], dtype=bool)
    subject = [f"{b}|{a}" if s else f"{a}|{b}" for a, b, s in zip(first, second, swap)]
    return about_parcels(material, np.where(swap, j, i), messages, value=value, subject=subject,
                         other=np.where(swap, i, j))
