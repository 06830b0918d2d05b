"""The nearest point that reaches a parcel, each point within its own reach."""

import numpy as np
import shapely

from .chunks import in_slices, silent

PARCELS_AT_ONCE = 4096
POINTS_AT_ONCE = 16


def nearest(parcels, points, reach_m, report=silent):
    """The nearest of the points in whose reach a parcel lies; ties go to the point that comes first.

    ``parcels``: ``Polygons`` of n; ``points``: (m,) shapely points, none of them missing; ``reach_m``: (m,) in m. The
    distance is that from the parcel's edge, 0 inside. A parcel at exactly the reach is reached.
    Returns ((n,) int64 row of the point, −1 where none reaches; (n,) distance in m, NaN where none).
    """
    reach_m = np.asarray(reach_m, dtype=float)
    found, distance = np.full(len(parcels), -1, dtype=np.int64), np.full(len(parcels), np.nan)
    if not len(points) or not len(parcels):
        return found, distance
    tree = shapely.STRtree(points)
    tree.query(points[0])
    farthest = float(reach_m.max()) + 1.0
    held = np.flatnonzero(parcels.area > 0)
    unsettled = [np.empty(0, dtype=np.int64)]

    def closest(rows):
        (row, point), gap = tree.query_nearest(parcels.geometry[rows], max_distance=farthest, return_distance=True,
                                               all_matches=True)
        return rows[row], point, gap

    # no point is nearer than the nearest: where that one reaches, it is the answer
    for _, (row, point, gap) in in_slices(closest, held, size=PARCELS_AT_ONCE, report=report):
        _take_best(found, distance, row, point, gap, gap <= reach_m[point])
        near = np.unique(row)
        unsettled.append(near[found[near] < 0])
    rest = np.concatenate(unsettled)
    if len(rest):
        _among_all(parcels, points, reach_m, rest, found, distance, report)
    return found, distance


def _among_all(parcels, points, reach_m, rest, found, distance, report):
    """The parcels whose nearest point does not reach them: every point against those in its reach."""
    some = parcels[rest]
    boxes = shapely.box(shapely.get_x(points) - reach_m, shapely.get_y(points) - reach_m,
                        shapely.get_x(points) + reach_m, shapely.get_y(points) + reach_m)

    def reached(rows):
        row, parcel = some.tree.query(boxes[rows])
        point = rows[row]
        gap = shapely.distance(some.geometry[parcel], points[point])
        within = gap <= reach_m[point]
        return rest[parcel[within]], point[within], gap[within]

    for _, (row, point, gap) in in_slices(reached, np.arange(len(points)), size=POINTS_AT_ONCE, report=report):
        closer = (found[row] < 0) | (gap < distance[row]) | ((gap == distance[row]) & (point < found[row]))
        _take_best(found, distance, row, point, gap, closer)


def _take_best(found, distance, row, point, gap, allowed):
    """Writes for each row the allowed point with the smallest gap, the first on a tie."""
    row, point, gap = row[allowed], point[allowed], gap[allowed]
    order = np.lexsort((point, gap, row))
    order = order[np.diff(row[order], prepend=-1) > 0]
    found[row[order]], distance[row[order]] = point[order], gap[order]
