"""Narrow gaps between neighbouring parcels: strips of nobody's land that a survey left between two boundaries.

Neighbours that share an edge have it twice, and it is dropped at once. What is left are free edges. Two free edges of
different parcels face each other where they run in opposite directions and each lies on the outer side of the other;
the strip between them is measured along the first edge, and whatever a third parcel covers is taken off again.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from .box_pairs import Boxes, each_pair
from .chunks import joined, silent

SHORTEST_M = 0.05
OPPOSITE = -0.94
"""Cosine between facing edges: within 20 degrees of opposite directions."""
TOUCHING_M = 0.002
MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)


@dataclass
class Gaps:
    """k gaps: positions ``i`` < ``j`` of the two parcels, (k,) area in m², length, mean and greatest width in m."""

    i: np.ndarray
    j: np.ndarray
    area: np.ndarray
    length: np.ndarray
    mean: np.ndarray
    widest: np.ndarray

    def __getitem__(self, rows):
        return Gaps(*(column[rows] for column in (self.i, self.j, self.area, self.length, self.mean, self.widest)))


@dataclass
class _Edges:
    """Edges with the open side on their right: ``owner`` parcel, start and end (e, 2) in m from the origin."""

    owner: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def __getitem__(self, rows):
        return _Edges(self.owner[rows], self.start[rows], self.end[rows])


def gaps(parcels, narrower_m, least_m2, report=silent):
    """Gaps narrower than ``narrower_m`` and larger than ``least_m2`` between two of ``parcels`` (``Polygons``).

    Ordered by i, then j. A wedge that opens beyond the limit along one pair of edges is no narrow gap.
    """
    edges, origin = _free_edges(parcels)
    first, second = _near(edges, narrower_m, report)
    strips = _strips(edges, first, second, narrower_m)
    owners = np.sort(np.column_stack((edges.owner[strips.first], edges.owner[strips.second])), axis=1)
    enough = _sums(owners, strips.area, len(parcels)) > least_m2
    strips, owners = strips[enough], owners[enough]
    strips.area = strips.area - _covered(parcels, strips, origin, report)
    return _by_pair(owners, strips, least_m2)


def _free_edges(parcels):
    """(``_Edges`` that no other edge repeats, origin). The shared ones are the same two points, to the millimetre."""
    rings = parcels.rings
    plain = np.flatnonzero(rings.simple)
    owner = np.repeat(plain, rings.count[plain])
    inside = np.repeat(rings.simple, rings.count)
    xy, ring, clockwise = rings.xy[inside], owner, np.zeros(len(parcels), dtype=bool)
    rest = np.flatnonzero(~rings.simple & (rings.count > 0))
    if len(rest):
        more, numbers, owners, holes = _odd_rings(parcels.geometry[rest], rings.origin)
        xy = np.concatenate((xy, more))
        ring = np.concatenate((ring, len(parcels) + numbers))
        owner = np.concatenate((owner, rest[owners[numbers]]))
        clockwise = np.concatenate((clockwise, holes))
    cross = xy[:-1, 0] * xy[1:, 1]
    cross -= xy[:-1, 1] * xy[1:, 0]
    within = ring[1:] == ring[:-1]
    cross[~within] = 0  # from a ring's last point to the next one's first
    turn = np.bincount(ring[:-1], weights=cross, minlength=len(clockwise))
    del cross
    alone = _alone(_point_key(xy), np.flatnonzero(within))  # most edges end here, before they are copied
    start, end, ring, owner = xy[alone], xy[alone + 1], ring[alone], owner[alone]
    swap = ((turn < 0) != clockwise)[ring, None]
    start, end = np.where(swap, end, start), np.where(swap, start, end)
    kept = np.hypot(end[:, 0] - start[:, 0], end[:, 1] - start[:, 1]) >= SHORTEST_M
    return _Edges(owner[kept], start[kept], end[kept]), rings.origin


def _odd_rings(geometry, origin):
    """Rings of polygons with holes or several parts: (coordinates, ring of each, polygon of each ring, which are holes)."""
    parts, owner = shapely.get_parts(geometry, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    return xy - origin, ring, owner[part], np.append(False, part[1:] == part[:-1])


def _alone(point_key, inner):
    """Those of the edges ``inner``, each from point ``i`` to point ``i + 1``, of which no other has the same two ends."""
    key = point_key[inner] + point_key[inner + 1]
    order = np.argsort(key, kind="stable")
    key = key[order]
    same = key[1:] == key[:-1]
    alone = np.ones(len(key), dtype=bool)
    alone[order[1:][same]] = False
    alone[order[:-1][same]] = False
    return inner[alone]


def _point_key(points):
    """(e,) a number that mixes the millimetres of both coordinates; sums of two do not depend on their order."""
    with np.errstate(over="ignore"):
        whole = np.rint(points * 1000).astype(np.int64).astype(np.uint64)
        key = whole[:, 0] * MIX[0] ^ (whole[:, 1] * MIX[1] >> np.uint64(7)) + whole[:, 1]
        key ^= key >> np.uint64(29)
        key *= MIX[1]
        return key ^ key >> np.uint64(32)


def _near(edges, limit, report):
    """(first, second) edges of different parcels whose boxes come within the limit and that run against each other."""
    low, high = np.minimum(edges.start, edges.end), np.maximum(edges.start, edges.end)
    along = edges.end - edges.start
    along = along / np.hypot(along[:, 0], along[:, 1])[:, None]

    def against(left, right):
        apart = edges.owner[left] != edges.owner[right]
        left, right = left[apart], right[apart]
        opposite = (along[left] * along[right]).sum(axis=1) < OPPOSITE
        return left[opposite], right[opposite]

    found = each_pair(against, Boxes(np.column_stack((low - limit / 2, high + limit / 2))), report=report)
    none = np.empty(0, dtype=np.int64)
    first = np.concatenate([none, *(a for a, _ in found)])
    second = np.concatenate([none, *(b for _, b in found)])
    order = np.lexsort((second, first))
    return first[order], second[order]


@dataclass
class _Strips:
    """Strips between facing edges: numbers of the two edges, area, length, greatest width, (k, 4, 2) corners."""

    first: np.ndarray
    second: np.ndarray
    area: np.ndarray
    length: np.ndarray
    widest: np.ndarray
    corners: np.ndarray

    def __getitem__(self, rows):
        return _Strips(*(column[rows] for column in
                         (self.first, self.second, self.area, self.length, self.widest, self.corners)))


def _strips(edges, first, second, limit):
    """The part of each pair that lies opposite, on the open side of the first edge, where it stays within the limit."""
    a, b = edges[first], edges[second]
    ahead = a.end - a.start
    length = np.hypot(ahead[:, 0], ahead[:, 1])
    ahead = ahead / np.maximum(length, SHORTEST_M)[:, None]
    right = np.column_stack((ahead[:, 1], -ahead[:, 0]))
    # the second edge runs the other way: its end comes first along the first one
    near_t, near_s = ((b.end - a.start) * ahead).sum(axis=1), ((b.end - a.start) * right).sum(axis=1)
    far_t, far_s = ((b.start - a.start) * ahead).sum(axis=1), ((b.start - a.start) * right).sum(axis=1)
    slope = (far_s - near_s) / np.maximum(far_t - near_t, SHORTEST_M)
    low, high = np.maximum(near_t, 0), np.minimum(far_t, length)
    # where the edges cross, only the open part counts
    with np.errstate(divide="ignore", invalid="ignore"):
        at_zero = near_t - near_s / slope
    low = np.where(slope > 1e-12, np.maximum(low, at_zero), low)
    high = np.where(slope < -1e-12, np.minimum(high, at_zero), high)
    width_low, width_high = near_s + slope * (low - near_t), near_s + slope * (high - near_t)
    middle, span, widest = (width_low + width_high) / 2, high - low, np.maximum(width_low, width_high)
    kept = np.flatnonzero((span > SHORTEST_M) & (middle > TOUCHING_M) & (widest <= limit))
    base, ahead, right = a.start[kept], ahead[kept], right[kept]
    low, high, width_low, width_high = (v[kept, None] for v in (low, high, width_low, width_high))
    corners = np.stack((base + low * ahead, base + high * ahead, base + high * ahead + width_high * right,
                        base + low * ahead + width_low * right), axis=1)
    return _Strips(first[kept], second[kept], (middle * span)[kept], span[kept],
                   widest[kept], corners)


def _sums(owners, values, count):
    """(k,) the sum over all rows of the same pair of owners."""
    _, group = np.unique(owners[:, 0] * np.int64(count) + owners[:, 1], return_inverse=True)
    return np.bincount(group, weights=values)[group] if len(group) else np.empty(0)


def _covered(parcels, strips, origin, report):
    """(k,) m² of each strip that parcels cover."""
    quads = shapely.polygons(strips.corners + origin) if len(strips.area) else np.empty(0, dtype=object)
    if len(quads):
        broken = ~shapely.is_valid(quads)
        quads[broken] = shapely.convex_hull(quads[broken])
    found = each_pair(lambda parcel, row: (row, parcel), parcels.boxes, shapely.bounds(quads)) if len(quads) else []
    none = np.empty(0, dtype=np.int64)
    row, parcel = (np.concatenate([none, *column]) for column in (zip(*found) if found else ((), ())))
    area = joined(lambda a, b: np.nan_to_num(shapely.area(shapely.intersection(a, b))), quads[row],
                  parcels.shapes(parcel), size=1024, report=report)
    return np.bincount(row, weights=area, minlength=len(quads)) if len(row) else np.zeros(len(quads))


def _by_pair(owners, strips, least_m2):
    pairs, first, group = np.unique(owners, axis=0, return_index=True, return_inverse=True) if len(owners) else (
        np.empty((0, 2), dtype=np.int64), None, np.empty(0, dtype=np.int64))
    group = np.ravel(group)
    area = np.bincount(group, weights=np.maximum(strips.area, 0), minlength=len(pairs))
    length = np.bincount(group, weights=strips.length, minlength=len(pairs))
    widest = np.zeros(len(pairs))
    np.maximum.at(widest, group, strips.widest)
    found = Gaps(pairs[:, 0], pairs[:, 1], area, length, area / np.maximum(length, SHORTEST_M), widest)
    return found[area > least_m2]
