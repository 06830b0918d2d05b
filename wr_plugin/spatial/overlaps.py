"""Overlaps of parcels with each other, and parcels delivered twice.

Neighbours share edges, so nearly every pair of touching bounding boxes is no overlap. Cheap upper bounds of the common
area drop those before any intersection is computed: upright boxes, boxes turned by 45 degrees, and for small rings
the box along the edge that faces the other parcel (a separating axis).
"""

import numpy as np
import shapely

from .box_pairs import each_pair
from .chunks import silent
from .pair_area import pair_areas

HEIGHTS = (6, 8, 12)
"""Rings of more vertices are not bounded but intersected."""
COLUMNS = 4096
"""Pairs bounded together: their tables fit the processor's cache (measured)."""
RIM_M = 0.001


def mutual(parcels, minimum_m2, report=silent):
    """Pairs of parcels that overlap by more than ``minimum_m2``.

    Returns ((k,) i, (k,) j, (k,) area in m²) with i < j, ordered by i, then j.
    """
    rings, upright = parcels.rings, parcels.bounds
    turned = _turned_bounds(rings)
    bounded = np.where(rings.simple & (rings.count <= HEIGHTS[-1]), rings.count, 0).astype(np.int16)

    def may_overlap(i, j):
        wide = _box_area(upright, i, j) > minimum_m2
        i, j = i[wide], j[wide]
        # turned coordinates are longer by √2 each way: twice the area
        wide = _box_area(turned, i, j) > 2 * minimum_m2
        i, j = i[wide], j[wide]
        kept = _bounded(rings, bounded, i, j, minimum_m2 * 0.999)
        return i[kept], j[kept]

    found = each_pair(may_overlap, upright, report=lambda done, total: report(done, 2 * total))
    none = np.empty(0, dtype=np.int64)
    i, j = np.concatenate([none, *(a for a, _ in found)]), np.concatenate([none, *(b for _, b in found)])
    area = pair_areas(parcels, i, parcels, j, lambda done, total: report(total + done, 2 * total))
    kept = area > minimum_m2
    i, j, area = i[kept], j[kept], area[kept]
    order = np.lexsort((j, i))
    return i[order], j[order], area[order]


def same_shape(parcels, i, j, area):
    """(k,) True for overlapping pairs that are one and the same shape: nowhere further apart than 1 mm.

    ``i``, ``j``, ``area``: as ``mutual`` gives them. The order and number of vertices do not matter.
    """
    first, second = parcels.shapes(i), parcels.shapes(j)
    perimeter = shapely.length(first) + shapely.length(second)
    apart = parcels.area[i] + parcels.area[j] - 2 * area
    same = apart <= RIM_M * perimeter
    rows = np.flatnonzero(same)
    same[rows] = shapely.hausdorff_distance(first[rows], second[rows]) <= RIM_M
    return same


def _turned_bounds(rings):
    """(n, 4) lowest and highest x + y and x − y as (low, low, high, high)."""
    values = rings.x + rings.y, rings.x - rings.y
    return np.column_stack([rings.reduced(v, side) for side in (np.minimum, np.maximum) for v in values])


def _box_area(bounds, i, j):
    """(k,) common area of boxes; no number above 0 where there is none."""
    a, b = bounds[i], bounds[j]
    across = np.minimum(a[:, 2], b[:, 2]) - np.maximum(a[:, 0], b[:, 0])
    up = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1])
    return np.maximum(across, 0) * up


def _bounded(rings, bounded, i, j, least_m2):
    """(k,) False where the facing edge of one of the two proves that a pair shares no more than ``least_m2``.

    ``bounded``: (n,) numbers of coordinates, 0 for rings that are not to be bounded.
    """
    keep = np.ones(len(i), dtype=bool)
    tall = np.maximum(bounded[i], bounded[j])
    tall[(bounded[i] == 0) | (bounded[j] == 0)] = 0
    low = 0
    for height in HEIGHTS:
        group = np.flatnonzero((tall > low) & (tall <= height))
        low = height
        for first in range(0, len(group), COLUMNS):
            rows = group[first:first + COLUMNS]
            keep[rows] = _shares_more(rings, i[rows], j[rows], height, least_m2)
    return keep


def _shares_more(rings, i, j, height, least_m2):
    a, b = rings.table(i, height), rings.table(j, height)
    more = facing_bound(*a, np.sign(rings.turns[i]), *b, *rings.middle[:, j]) > least_m2
    left = np.flatnonzero(more)
    a, b = [v[:, left] for v in a], [v[:, left] for v in b]
    i, j = i[left], j[left]
    more[left] = facing_bound(*b, np.sign(rings.turns[j]), *a, *rings.middle[:, i]) > least_m2
    return more


def facing_bound(ax, ay, turn, bx, by, middle_x, middle_y):
    """(k,) an upper bound of the common area of k pairs of rings, ax and ay (p, k), bx and by (q, k), in m².

    ``turn``: (k,) 1 where A runs anticlockwise, −1 where clockwise; ``middle_x``, ``middle_y``: (k,) a place in the middle
    of B. The edge of A whose outward side is farthest towards it gives a direction; both rings lie in boxes along it, and
    what they share lies in the boxes' overlap. For neighbours with a common straight edge it is 0.
    """
    dx, dy = np.diff(ax, axis=0), np.diff(ay, axis=0)
    length = dx * dx
    length += dy * dy
    beyond = dy * (middle_x - ax[:-1])
    beyond -= dx * (middle_y - ay[:-1])
    length[length == 0] = np.inf
    np.sqrt(length, out=length)
    beyond *= turn
    beyond /= length
    # an edge of no length says 0, which is beaten where B's middle lies outside, and gives no direction
    out_x, out_y, best = dy[0] / length[0], -dx[0] / length[0], beyond[0]
    for edge in range(1, len(dx)):
        better = beyond[edge] > best
        best = np.where(better, beyond[edge], best)
        out_x = np.where(better, dy[edge] / length[edge], out_x)
        out_y = np.where(better, -dx[edge] / length[edge], out_y)
    out_x, out_y = out_x * turn, out_y * turn
    across = (ax * out_x + ay * out_y).max(axis=0) - (bx * out_x + by * out_y).min(axis=0)
    of_a, of_b = ay * out_x - ax * out_y, by * out_x - bx * out_y
    along = np.minimum(of_a.max(axis=0), of_b.max(axis=0)) - np.maximum(of_a.min(axis=0), of_b.min(axis=0))
    bound = np.maximum(across, 0) * np.maximum(along, 0)
    bound[(out_x == 0) & (out_y == 0)] = np.inf
    return bound
