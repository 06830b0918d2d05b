"""The nearest point that reaches a parcel, each point within its own reach."""

import numpy as np
import shapely

from .box_pairs import Boxes, each_pair
from .chunks import in_slices, silent

CELLS = 1 << 15
"""Point-by-edge cells computed at once: small enough for the processor's cache (measured)."""
DIGITS = 6
"""Distances are compared to the micrometre: what is equal to a surveyor is equal here, at a reach as in a tie."""


def nearest(parcels, points, reach_m, report=silent):
    """The nearest of the points in whose reach a parcel lies; ties go to the point that comes first.

    ``parcels``: ``Polygons`` of n; ``points``: (m,) shapely points, none of them missing; ``reach_m``: (m,) in m. The
    distance is that from the parcel's edge, 0 inside. A parcel at exactly the reach is reached.
    Returns ((n,) int64 row of the point, −1 where none reaches; (n,) distance in m, NaN where none).
    """
    return nearest_and_rival(parcels, points, reach_m, report)[:2]


def nearest_and_rival(parcels, points, reach_m, report=silent):
    """``nearest``, and as a third (n,) int64 row of the next point that is exactly as near, −1 where there is none."""
    found, distance = np.full(len(parcels), -1, dtype=np.int64), np.full(len(parcels), np.nan)
    rival = np.full(len(parcels), -1, dtype=np.int64)
    if not len(points) or not len(parcels):
        return found, distance, rival
    search = _Search(parcels, points, np.asarray(reach_m, dtype=float))
    rows = np.flatnonzero(parcels.area > 0)
    farthest = float(search.reach.max())
    # a circle of half the points' spacing holds a point more often than not; those without look twice as far
    radius, total = min(search.spacing() / 2, farthest), max(len(rows), 1)
    while len(rows):
        row, point, gap = search.within(rows, radius, _rest(report, total - len(rows), len(rows), total))
        order = np.lexsort((point, gap.round(DIGITS), row))
        row, point, gap = row[order], point[order], gap[order]
        first = np.flatnonzero(np.diff(row, prepend=-1) > 0)
        found[row[first]], distance[row[first]] = point[first], gap[first]
        tied = first[first + 1 < len(row)]
        tied = tied[(row[tied] == row[tied + 1]) & (gap[tied].round(DIGITS) == gap[tied + 1].round(DIGITS))]
        rival[row[tied]] = point[tied + 1]
        if radius >= farthest:
            break
        rows, radius = rows[found[rows] < 0], min(2 * radius, farthest)
    report(1, 1)
    return found, distance, rival


def _rest(report, before, part, total):
    """A report of the work on ``part`` of ``total`` rows, of which some are settled later."""
    return lambda done, of: report(before + part * done / max(of, 1) * 0.9, total)


class _Search:
    """Parcels' rings and the points, in m from one origin."""

    def __init__(self, parcels, points, reach):
        self.loops, self.parcel, _ = parcels.loops
        self.count, self.boxes, self.reach = len(parcels), parcels.loop_boxes, reach
        self.x = shapely.get_x(points) - self.loops.origin[0]
        self.y = shapely.get_y(points) - self.loops.origin[1]

    def spacing(self):
        """How far apart the points lie, roughly, in m; at least 1."""
        wide, high = np.ptp(self.x), np.ptp(self.y)
        return max(float(np.sqrt(wide * high / len(self.x))), float(max(wide, high)) / len(self.x), 1.0)

    def within(self, rows, radius, report):
        """(parcel, point, distance) of pairs no farther apart than ``radius`` and the point's reach; of those of a parcel
        that are surely not the nearest some are left out."""
        chosen = np.zeros(self.count, dtype=bool)
        chosen[rows] = True
        limit = np.minimum(radius, self.reach) + 10.0 ** -DIGITS

        def close(loop, point):
            """Pairs whose boxes are close enough, with the distance to the ring's first vertex."""
            asked = chosen[self.parcel[loop]]
            loop, point = loop[asked], point[asked]
            x, y, box = self.x[point], self.y[point], self.boxes.bounds[loop]
            beside = np.maximum(np.maximum(box[:, 0] - x, x - box[:, 2]), 0)
            above = np.maximum(np.maximum(box[:, 1] - y, y - box[:, 3]), 0)
            gap = np.hypot(beside, above)
            kept = gap <= limit[point]
            loop, point = loop[kept], point[kept]
            vertex = self.loops.start[loop]
            return loop, point, gap[kept], np.hypot(self.loops.x[vertex] - x[kept], self.loops.y[vertex] - y[kept])

        around = np.column_stack((self.x - limit, self.y - limit, self.x + limit, self.y + limit))
        boxes = self.boxes
        if len(rows) < self.count / 2:
            boxes = Boxes(np.where(chosen[self.parcel][:, None], boxes.bounds, np.nan))
        slices = each_pair(close, boxes, around, report)
        none = np.empty(0, dtype=np.int64)
        loop, point, least, most = (np.concatenate([some, *column]) for some, column in zip(
            (none, none, none.astype(float), none.astype(float)), zip(*slices) if slices else [()] * 4))
        # the nearest point is no farther than a vertex of the parcel is from any point that reaches it
        best = np.full(self.count, np.inf)
        reaching = most <= limit[point]
        np.minimum.at(best, self.parcel[loop[reaching]], most[reaching])
        kept = least <= best[self.parcel[loop]] + 10.0 ** -DIGITS
        loop, point = loop[kept], point[kept]

        parts = [part for _, part in in_slices(self._gaps, loop, point)]
        gap = np.concatenate([np.empty(0), *(part[0] for part in parts)])
        held = np.concatenate([none, *(part[1] for part in parts)])
        parcel, point, gap = self._of_parcels(self.parcel[loop], point, gap, held)
        kept = gap.round(DIGITS) <= np.minimum(radius, self.reach)[point]
        return parcel[kept], point[kept], gap[kept]

    def _of_parcels(self, parcel, point, gap, held):
        """The pairs of rings as pairs of parcels: the nearest ring counts, and 0 inside of an odd number of rings."""
        key = parcel * len(self.x) + point
        if len(self.parcel) > self.count or len(np.unique(self.parcel)) < len(self.parcel):
            order = np.argsort(key, kind="stable")
            first = np.flatnonzero(np.diff(key[order], prepend=-1))
            key, gap = key[order][first], np.minimum.reduceat(gap[order], first) if len(first) else gap
            held = np.add.reduceat(held[order], first) if len(first) else held
        gap = np.where(held % 2 == 1, 0.0, gap)
        return key // len(self.x), key % len(self.x), gap

    def _gaps(self, loop, point):
        """((k,) distance from each ring's line in m, (k,) 1 where the point lies inside of the ring)."""
        gap, held = np.empty(len(loop)), np.empty(len(loop), dtype=np.int64)
        for rows, height in self.loops.alike(loop, CELLS):
            x, y = self.loops.table(loop[rows], height)
            gap[rows], held[rows] = ring_gaps(x - self.x[point[rows]], y - self.y[point[rows]])
        return gap, held


def ring_gaps(x, y):
    """Of k closed rings (tables (v, k)): (distance of the origin from the line, 1 where the origin lies inside)."""
    dx, dy = np.diff(x, axis=0), np.diff(y, axis=0)
    from_x, from_y = x[:-1], y[:-1]
    square = dx * dx
    square += dy * dy
    square[square == 0] = 1.0
    along = from_x * dx
    along += from_y * dy
    along /= square
    np.negative(along, out=along)
    np.clip(along, 0, 1, out=along)
    side = dx * from_y - dy * from_x
    crossed = ((from_y <= 0) & (y[1:] > 0) & (side < 0)) | ((from_y > 0) & (y[1:] <= 0) & (side > 0))
    dx *= along
    dx += from_x
    dy *= along
    dy += from_y
    dx *= dx
    dy *= dy
    dx += dy
    return np.sqrt(dx.min(axis=0)), crossed.sum(axis=0) % 2
