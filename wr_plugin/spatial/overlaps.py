"""Overlaps of parcels with each other, and parcels delivered twice.

Neighbours share edges, so nearly every pair of touching bounding boxes is no overlap. Cheap upper bounds of the common
area drop those before any intersection is computed: upright boxes, boxes turned by 45 degrees, and for small rings
the box along the edge that faces the other parcel (a separating axis).
"""

import numpy as np
import shapely

from .chunks import in_slices, silent
from .pair_area import pair_areas

FEW_VERTICES = 10
BOUND_SLICE = 8192
RIM_M = 0.001


def mutual(parcels, minimum_m2, report=silent):
    """Pairs of parcels that overlap by more than ``minimum_m2``.

    Returns ((k,) i, (k,) j, (k,) area in m²) with i < j, ordered by i, then j.
    """
    i, j = _neighbours(parcels, minimum_m2, report)
    kept = np.concatenate([np.empty(0, bool)] + [
        part for _, part in in_slices(lambda a, b: _may_overlap(parcels, a, b, minimum_m2), i, j, size=BOUND_SLICE,
                                      report=report)])
    i, j = i[kept], j[kept]
    area = pair_areas(parcels, i, parcels, j, report)
    kept = area > minimum_m2
    i, j, area = i[kept], j[kept], area[kept]
    order = np.lexsort((j, i))
    return i[order], j[order], area[order]


def same_shape(parcels, i, j, area):
    """(k,) True for overlapping pairs that are one and the same shape: nowhere further apart than 1 mm.

    ``i``, ``j``, ``area``: as ``mutual`` gives them. The order and number of vertices do not matter.
    """
    perimeter = shapely.length(parcels.geometry[i]) + shapely.length(parcels.geometry[j])
    apart = parcels.area[i] + parcels.area[j] - 2 * area
    same = apart <= RIM_M * perimeter
    rows = np.flatnonzero(same)
    same[rows] = shapely.hausdorff_distance(parcels.geometry[i[rows]], parcels.geometry[j[rows]]) <= RIM_M
    return same


def _neighbours(parcels, minimum_m2, report):
    """Pairs i < j whose upright and 45-degree boxes both overlap by more than the area asked for."""
    upright, turned = parcels.bounds, _turned_bounds(parcels.rings)

    def pairs(rows):
        left, right = parcels.tree.query(parcels.geometry[rows])
        left = rows[left]
        once = left < right
        left, right = left[once], right[once]
        wide = _box_area(upright[left], upright[right]) > minimum_m2
        left, right = left[wide], right[wide]
        # turned coordinates are longer by √2 each way: twice the area
        wide = _box_area(turned[left], turned[right]) > 2 * minimum_m2
        return left[wide], right[wide]

    slices = [part for _, part in in_slices(pairs, np.arange(len(parcels)), report=report)]
    none = np.empty(0, dtype=np.int64)
    return np.concatenate([none] + [a for a, _ in slices]), np.concatenate([none] + [b for _, b in slices])


def _turned_bounds(rings):
    """(n, 4) lowest and highest x + y and x − y as (low, low, high, high)."""
    bounds = np.full((len(rings.count), 4), np.nan)
    held = rings.count > 0
    if held.any():
        x, y = rings.xy[:, 0], rings.xy[:, 1]
        for column, values in ((0, x + y), (1, x - y)):
            bounds[held, column] = np.minimum.reduceat(values, rings.start[held])
            bounds[held, column + 2] = np.maximum.reduceat(values, rings.start[held])
    return bounds


def _box_area(a, b):
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    return np.where((sides > 0).all(axis=1), sides[:, 0] * sides[:, 1], 0.0)


def _may_overlap(parcels, i, j, minimum_m2):
    """(k,) False where the facing edge proves that a pair overlaps by no more than the area asked for."""
    rings = parcels.rings
    small = rings.simple & (rings.count <= FEW_VERTICES)
    keep = np.ones(len(i), dtype=bool)
    sure = minimum_m2 * 0.999
    rows = np.flatnonzero(small[i] & small[j])
    for a, b in ((i, j), (j, i)):
        bound = facing_bound(*rings.table(a[rows], FEW_VERTICES), *rings.table(b[rows], FEW_VERTICES))
        keep[rows] = bound > sure
        rows = rows[bound > sure]
    return keep


def facing_bound(ax, ay, bx, by):
    """(k,) an upper bound of the common area of k pairs of rings, ax and ay (k, p), bx and by (k, q), in m².

    The edge of A whose outward side is farthest towards the middle of B gives a direction; both rings lie in boxes
    along it, and what they share lies in the boxes' overlap. For neighbours with a common straight edge it is 0.
    """
    mid_x, mid_y = ax.mean(axis=1, keepdims=True), ay.mean(axis=1, keepdims=True)
    ax, ay, bx, by = ax - mid_x, ay - mid_y, bx - mid_x, by - mid_y
    dx, dy = np.diff(ax, axis=1), np.diff(ay, axis=1)
    from_x, from_y = ax[:, :-1], ay[:, :-1]
    turn = np.sign((from_x * dy - from_y * dx).sum(axis=1, keepdims=True))
    length = np.hypot(dx, dy)
    length[length == 0] = np.inf
    out_x, out_y = turn * dy / length, -turn * dx / length
    beyond = out_x * (bx.mean(axis=1, keepdims=True) - from_x) + out_y * (by.mean(axis=1, keepdims=True) - from_y)
    beyond[np.isinf(length)] = -np.inf
    facing = np.argmax(beyond, axis=1)[:, None]
    out_x, out_y = np.take_along_axis(out_x, facing, axis=1), np.take_along_axis(out_y, facing, axis=1)

    def common(a, b):
        return np.maximum(np.minimum(a.max(axis=1), b.max(axis=1)) - np.maximum(a.min(axis=1), b.min(axis=1)), 0)

    across = common(ax * out_x + ay * out_y, bx * out_x + by * out_y)
    along = common(ay * out_x - ax * out_y, by * out_x - bx * out_y)
    return across * along
