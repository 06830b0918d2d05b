"""Overlaps of parcels with each other, and parcels delivered twice.

Neighbours share edges, so nearly every pair of touching bounding boxes is no overlap. Cheap upper bounds of the common
area drop those before any intersection is computed: upright boxes, boxes turned by 45 degrees, and for small rings
the box along the edge that faces the other parcel (a separating axis).
"""

import numpy as np
import shapely

from .box_pairs import each_pair
from .chunks import joined, silent, summed
from .pair_area import ring_areas

HEIGHTS = (6, 7, 8, 10, 12)
"""Rings of more vertices are not bounded but intersected."""
COLUMNS = 4096
"""Pairs bounded together: their tables fit the processor's cache (measured)."""
RIM_M = 0.001
PART_M2 = 1e-6


def mutual(parcels, minimum_m2, report=silent):
    """Pairs of parcels that overlap by more than ``minimum_m2``.

    Returns ((k,) i, (k,) j, (k,) area in m²) with i < j, ordered by i, then j.
    """
    loops, owner, hole = parcels.loops
    boxes, frames = parcels.loop_boxes, loops.frames()
    # what a part or a hole of a parcel shares counts however small, since they are added up
    least = np.where(np.bincount(owner, minlength=len(parcels))[owner] > 1, PART_M2, minimum_m2)

    def may_overlap(i, j):
        enough = np.minimum(least[i], least[j])
        wide = (_box_area(boxes.bounds, i, j) > enough) & (owner[i] != owner[j])
        i, j, enough = i[wide], j[wide], enough[wide]
        wide = _frame_share(frames, i, j) > enough
        return i[wide], j[wide]

    found = each_pair(may_overlap, boxes, report=lambda done, total: report(done, 3 * total))
    none = np.empty(0, dtype=np.int64)
    i, j = np.concatenate([none, *(a for a, _ in found)]), np.concatenate([none, *(b for _, b in found)])
    kept = _shares_more(loops, i, j, np.minimum(least[i], least[j]) * 0.999,
                        lambda done, total: report(total + done, 3 * total))
    i, j = i[kept], j[kept]
    area = ring_areas(loops, i, loops, j, lambda done, total: report(2 * total + done, 3 * total))
    area[hole[i] != hole[j]] *= -1
    i, j = np.minimum(owner[i], owner[j]), np.maximum(owner[i], owner[j])
    pairs, area = summed(i * max(len(parcels), 1) + j, area)
    kept = area > minimum_m2
    i, j = np.divmod(pairs[kept], max(len(parcels), 1))
    return i, j, area[kept]


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


def _box_area(bounds, i, j):
    """(k,) common area of boxes; no number above 0 where there is none."""
    a, b = bounds[i], bounds[j]
    across = np.minimum(a[:, 2], b[:, 2]) - np.maximum(a[:, 0], b[:, 0])
    up = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1])
    return np.maximum(across, 0) * up


def _frame_share(frames, i, j):
    """(k,) an upper bound of the common area: that of the box along i's longest edge with the one around j's own box."""
    x, y, along_x, along_y, length, width = frames
    apart_x, apart_y = x[j] - x[i], y[j] - y[i]
    of_i = along_x[i], along_y[i]
    even = np.abs(of_i[0] * along_x[j] + of_i[1] * along_y[j])
    odd = np.abs(of_i[0] * along_y[j] - of_i[1] * along_x[j])
    across = width[i] + width[j] * even + length[j] * odd - np.abs(apart_x * of_i[1] - apart_y * of_i[0])
    along = length[i] + length[j] * even + width[j] * odd - np.abs(apart_x * of_i[0] + apart_y * of_i[1])
    return np.maximum(np.minimum(across, 2 * width[i]), 0) * np.minimum(along, 2 * length[i])


def _shares_more(loops, i, j, least_m2, report):
    """(k,) False where the facing edge of one of the two proves that a pair shares no more than ``least_m2`` (k,)."""
    keep = np.ones(len(i), dtype=bool)
    tall, low, done = np.maximum(loops.count[i], loops.count[j]), 0, 0
    for height in HEIGHTS:
        rows = np.flatnonzero((tall > low) & (tall <= height))
        keep[rows] = joined(lambda a, b, least, height=height: _facing_share(loops, a, b, height, least), i[rows], j[rows],
                            least_m2[rows], size=COLUMNS, dtype=bool)
        low, done = height, done + len(rows)
        report(done, max(len(i), 1))
    return keep


def _facing_share(loops, i, j, height, least_m2):
    a, b = loops.table(i, height), loops.table(j, height)
    more = facing_bound(*a, np.sign(loops.turns[i]), *b, *loops.middle[j].T) > least_m2
    left = np.flatnonzero(more)
    a, b = [v[:, left] for v in a], [v[:, left] for v in b]
    more[left] = facing_bound(*b, np.sign(loops.turns[j[left]]), *a, *loops.middle[i[left]].T) > least_m2[left]
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
    facing = beyond.argmax(axis=0) * ax.shape[1] + np.arange(ax.shape[1])
    scale = turn / length.take(facing)
    out_x, out_y = dy.take(facing) * scale, -dx.take(facing) * scale
    across = (ax * out_x + ay * out_y).max(axis=0) - (bx * out_x + by * out_y).min(axis=0)
    of_a, of_b = ay * out_x - ax * out_y, by * out_x - bx * out_y
    along = np.minimum(of_a.max(axis=0), of_b.max(axis=0)) - np.maximum(of_a.min(axis=0), of_b.min(axis=0))
    bound = np.maximum(across, 0) * np.maximum(along, 0)
    bound[(out_x == 0) & (out_y == 0)] = np.inf
    return bound
