"""How much of each parcel lies in each polygon of a layer, from the few edges of the layer that come near the parcel.

Let F(x, y) be how much of a parcel's ring A lies in the column at x below y. By Green's theorem the area that A shares
with a polygon B is the integral of F dx along B's outline. F is 0 below A and left and right of it; above A it is the
whole column, so that a piece of outline that passes above from s to e adds H(e) − H(s), with H(x) the part of A left of
x. Hence

    area(A ∩ B) = Σ ( ∫ F dx − Φ(e) + Φ(s) )  over the edges s → e of B whose box meets A's,

with Φ = H above A's boxes and 0 elsewhere: along the outline away from A, Φ changes as the integral does, except that once
around A it gains or loses the whole of A. So the sum is right but for multiples of A's area, and since the answer lies
between 0 and that area, only "nothing or all" is left open: one point of A tells. ∫ F dx over an edge is the sum over
A's edges of the smaller of the two heights over their common x, exact but for rounding. A's boxes are the upright one
and the diagonal one; what lies outside of either is away from A.
"""

import numpy as np
import shapely

from .box_pairs import each_pair
from .chunks import silent, summed
from .inside import inside

SAME_M2 = 0.001
"""Areas closer than this (m²) count as equal: differences of rounding decide nothing."""
CELLS = 1 << 16
"""Edge-by-edge cells computed at once: small enough for the processor's cache (measured)."""


def crossings(parcels, polygons, report=silent):
    """Pairs that overlap in more than a line: (k,) parcel, (k,) polygon, (k,) area in m², ordered by parcel, then polygon.

    ``parcels``, ``polygons``: ``Polygons``. A parcel wholly inside a polygon has exactly its own area.
    """
    loops, parcel, hole = parcels.loops
    width = max(len(polygons), 1)
    key, area = _partial(parcels, polygons, lambda done, total: report(done, 2 * total))
    point, polygon = inside(_places(loops), polygons, parcels.loop_boxes, loops.origin,
                            lambda done, total: report(total + done, 2 * total))
    held = np.sort(point * width + polygon)

    whole = np.abs(loops.turns) / 2
    of_loop = whole[key // width]
    unsure = (area < SAME_M2 / 2) | (area > of_loop - SAME_M2 / 2)
    area[unsure] = np.where(_among(key[unsure], held), of_loop[unsure], 0.0)
    clear = held[~_among(held, key)]
    key, area = np.concatenate((key, clear)), np.concatenate((area, whole[clear // width]))
    loop, polygon = np.divmod(key, width)
    area = np.where(hole[loop], -area, area)
    pairs, area = summed(parcel[loop] * width + polygon, area)
    kept = area > SAME_M2 / 2
    parcel, polygon = np.divmod(pairs[kept], width)
    return parcel, polygon, settled(area[kept], parcels.area[parcel])


def settled(area, whole):
    """Areas that are the whole parcel but for rounding, or more by doubly counted overlaps, as the whole."""
    return np.where(area > whole - SAME_M2, whole, area)


def _among(key, ordered):
    """(k,) True for keys that ``ordered`` has."""
    at = np.searchsorted(ordered, key)
    return (ordered[np.minimum(at, len(ordered) - 1)] == key) if len(ordered) else np.zeros(len(key), dtype=bool)


def _places(loops):
    """(r, 2) a point inside of each ring, in m from the origin."""
    places = loops.middle.copy()
    rest = np.flatnonzero(loops.simple & ~loops.surely_valid)
    if len(rest):
        places[rest] = shapely.get_coordinates(shapely.point_on_surface(loops.shapes(rest))) - loops.origin
    return places


def _partial(parcels, polygons, report):
    """((k,) loop × polygons + polygon, (k,) m²) of the pairs of which an edge comes near, but for whole areas."""
    loops, _, _ = parcels.loops
    owner, edges = polygons.edges
    edges = edges + np.tile(polygons.rings.origin - loops.origin, 2)
    boxes = np.column_stack((np.minimum(edges[:, :2], edges[:, 2:]), np.maximum(edges[:, :2], edges[:, 2:])))
    width, tops = max(len(polygons), 1), _Tops(loops)
    # the same sums as of the vertices in ``_Tops.above``, so that both agree on what lies outside
    values = ((edges[:, 0] + edges[:, 1], edges[:, 2] + edges[:, 3]), (edges[:, 0] - edges[:, 1], edges[:, 2] - edges[:, 3]))
    diagonal = np.column_stack([side(*ends) for side in (np.minimum, np.maximum) for ends in values])

    def terms(loop, edge):
        near = _meet(loops.diagonal_bounds[loop], diagonal[edge])
        loop, edge = loop[near], edge[near]
        return summed(loop * width + owner[edge], _of_pairs(loops, tops, loop, edges, edge))

    found = each_pair(terms, parcels.loop_boxes, boxes, report)
    none = np.empty(0, dtype=np.int64)
    key, area = summed(np.concatenate([none, *(k for k, _ in found)]), np.concatenate([[], *(a for _, a in found)]))
    turns = loops.turns[key // width]
    return key, np.mod(area * np.sign(turns), np.abs(turns) / 2)


def _meet(a, b):
    """(k,) True where the boxes have a point in common."""
    return (np.minimum(a[:, 2:], b[:, 2:]) >= np.maximum(a[:, :2], b[:, :2])).all(axis=1)


class _Tops:
    """What lies above the upright box of each ring and the diagonal one, in m from the rings' origin."""

    def __init__(self, loops):
        self.top = np.ascontiguousarray(loops.bounds[:, 3])
        self.most_sum = np.ascontiguousarray(loops.diagonal_bounds[:, 2])
        self.least_difference = np.ascontiguousarray(loops.diagonal_bounds[:, 1])

    def above(self, loop, x, y):
        """(k,) True for points above, or beyond a corner from where it makes no difference."""
        return (y >= self.top[loop]) | (x + y > self.most_sum[loop]) | (x - y < self.least_difference[loop])


def _of_pairs(loops, tops, loop, edges, edge):
    """(k,) what each edge adds to the area that its polygon shares with the ring."""
    out = np.empty(len(loop))
    for rows, height in loops.alike(loop, CELLS):
        ring, ends = loop[rows], np.ascontiguousarray(edges[edge[rows]].T)
        above = tops.above(ring, *ends[:2]), tops.above(ring, *ends[2:])
        out[rows] = edge_terms(*loops.table(ring, height), *ends, *above)
    return out


def edge_terms(x, y, from_x, from_y, to_x, to_y, from_above, to_above):
    """(k,) ∫ F dx − Φ(to) + Φ(from) of k pairs of a ring (tables (v, k)) and an edge.

    ``from_above``, ``to_above``: (k,) True for ends at which Φ is not 0. Of a clockwise ring the sign is the other way
    round.
    """
    zero_x, zero_y = x[0].copy(), y[0].copy()
    x, y = x - zero_x, y - zero_y
    from_x, from_y, to_x, to_y = from_x - zero_x, from_y - zero_y, to_x - zero_x, to_y - zero_y
    dx, begin = np.diff(x, axis=0), x[:-1]
    slope = np.diff(y, axis=0) / np.where(dx == 0, 1.0, dx)
    left, right, sign = np.minimum(begin, x[1:]), np.maximum(begin, x[1:]), np.sign(dx)
    level = y[:-1] + slope * (left - begin)

    run = to_x - from_x
    rise = (to_y - from_y) / np.where(run == 0, 1.0, run)
    low = np.maximum(left, np.minimum(from_x, to_x))
    wide = np.minimum(right, np.maximum(from_x, to_x))
    wide -= low
    np.maximum(wide, 0, out=wide)
    # the ring's height less the edge's at both ends of the common x: the mean of the smaller one follows
    height = from_y + rise * (low - from_x)
    first = level + slope * (low - left)
    first -= height
    second = first + (slope - rise) * wide
    negative = np.minimum(first, 0)
    negative += np.minimum(second, 0)
    negative *= negative
    np.abs(first, out=first)
    first += np.abs(second)
    first += 1e-300
    negative /= first
    height += 0.5 * rise * wide
    height -= 0.5 * negative
    height *= wide
    total = (height * sign).sum(axis=0) * np.sign(run)
    for end_x, is_above, way in ((to_x, to_above, -1), (from_x, from_above, 1)):
        above = np.flatnonzero(is_above)
        if len(above):
            part = np.clip(end_x[above] - left[:, above], 0, (right - left)[:, above])
            column = part * sign[:, above] * (level[:, above] + 0.5 * slope[:, above] * part)
            total[above] += way * column.sum(axis=0)
    return total
