"""Areas of intersection of many pairs of polygons: trapezoid sums in numpy for simple rings, GEOS for the rest."""

import numpy as np
import shapely

from .chunks import SLICE, joined, silent

CELLS = 1 << 15
"""Edge-by-edge cells computed at once: small enough for the processor's cache (measured)."""
LARGEST_RING = 256
"""Rings of more vertices go to GEOS, which does not look at every edge against every other."""


def pair_areas(left, i, right, j, report=silent):
    """(k,) areas in m² of ``left[i] ∩ right[j]``.

    ``left``, ``right``: ``Polygons``; ``i``, ``j``: (k,) row numbers. Equal to GEOS within 1e-6 m².
    """
    areas = np.zeros(len(i))
    simple = left.rings.simple[i] & right.rings.simple[j]
    fast, slow = np.flatnonzero(simple), np.flatnonzero(~simple)
    total = max(len(i), 1)
    areas[fast] = ring_areas(left.rings, i[fast], right.rings, j[fast], lambda done, _: report(done, total))
    areas[slow] = joined(lambda a, b: _overlay(left.shapes(a), right.shapes(b)), i[slow], j[slow], size=SLICE // 16,
                         report=lambda done, _: report(len(fast) + done, total))
    return areas


def ring_areas(left, i, right, j, report=silent):
    """(k,) areas in m² that ``left[i]`` and ``right[j]`` (``Rings``, all of them simple) share."""
    areas = np.zeros(len(i))
    small = (left.count[i] <= LARGEST_RING) & (right.count[j] <= LARGEST_RING)
    fast, slow = np.flatnonzero(small), np.flatnonzero(~small)
    total, shift = max(len(i), 1), right.origin - left.origin
    areas[fast] = joined(lambda a, b: _trapezoids(left, a, right, b, shift), i[fast], j[fast],
                         report=lambda done, _: report(done, total))
    areas[slow] = joined(lambda a, b: _overlay(left.shapes(a), right.shapes(b)), i[slow], j[slow], size=SLICE // 16,
                         report=lambda done, _: report(len(fast) + done, total))
    return areas


def _overlay(a, b):
    return np.nan_to_num(shapely.area(shapely.intersection(a, b)))


def _trapezoids(left, i, right, j, shift):
    """Pairs grouped by their numbers of vertices, so that little is padded, in pieces that fit the cache."""
    areas = np.empty(len(i))
    widths = (left.count[i] + 1) // 2 * 2 * 1024 + (right.count[j] + 3) // 4 * 4
    order = np.argsort(widths, kind="stable")
    starts = np.flatnonzero(np.diff(widths[order], prepend=-1))
    for start, end in zip(starts, np.append(starts[1:], len(order))):
        wide_i, wide_j = divmod(int(widths[order[start]]), 1024)
        step = max(1, CELLS // ((wide_i - 1) * (wide_j - 1)))
        for first in range(start, end, step):
            rows = order[first:min(first + step, end)]
            bx, by = right.table(j[rows], wide_j)
            areas[rows] = ring_pair_areas(*left.table(i[rows], wide_i), bx + shift[0], by + shift[1])
    return areas


def ring_pair_areas(ax, ay, bx, by):
    """(k,) areas of intersection of k pairs of closed simple rings, ax and ay (p, k), bx and by (q, k).

    With s the sign of an edge's dx, area(A ∩ B) = |Σ_ij s_i s_j ∫ min(y_i(x), y_j(x)) dx| over the common x range of
    edge i of A and edge j of B: the signed regions under the edges add up to each polygon's own, and the part under
    both edges is the smaller of the two. Exact up to rounding, convex or not, whatever the direction; shared edges
    give 0.
    """
    origin_x, origin_y = ax[0], np.minimum(ay.min(axis=0), by.min(axis=0))
    a_low, a_high, a_slope, a_base, a_sign = (v[:, None] for v in _edges(ax - origin_x, ay - origin_y))
    b_low, b_high, b_slope, b_base, b_sign = (v[None, :] for v in _edges(bx - origin_x, by - origin_y))
    low = np.maximum(a_low, b_low)
    width = np.minimum(a_high, b_high)
    width -= low
    np.maximum(width, 0, out=width)
    # y_i − y_j at both ends of the common range; ∫min(y_i, y_j) = ∫y_j + ∫min(y_i − y_j, 0)
    first = (a_slope - b_slope)
    second = first * width
    first *= low
    first += a_base - b_base
    second += first
    low += 0.5 * width
    low *= b_slope
    low += b_base
    mean_b = low
    negative = np.minimum(first, 0)
    negative += np.minimum(second, 0)
    negative *= negative
    np.abs(first, out=first)
    np.abs(second, out=second)
    first += second
    first += 1e-300
    negative /= first
    negative *= 0.5
    mean_b -= negative
    mean_b *= width
    mean_b *= a_sign
    mean_b *= b_sign
    return np.abs(mean_b.sum(axis=(0, 1)))


def _edges(x, y):
    """Of each edge: lower x, higher x, slope, y at x = 0, sign of dx; each (vertices − 1, k)."""
    from_x, to_x, from_y = x[:-1], x[1:], y[:-1]
    dx = to_x - from_x
    slope = np.diff(y, axis=0) / np.where(dx == 0, 1.0, dx)
    return np.minimum(from_x, to_x), np.maximum(from_x, to_x), slope, from_y - slope * from_x, np.sign(dx)
