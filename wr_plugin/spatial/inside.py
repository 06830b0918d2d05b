"""Which polygons hold which points: prepared polygons against the points in their boxes."""

import numpy as np
import shapely

from .box_pairs import each_pair
from .chunks import silent


def inside(x, y, polygons, report=silent):
    """(k,) points, (k,) rows of ``polygons`` (``Polygons``) that hold them, in no order. ``x``, ``y``: (n,) in m."""
    shapes = polygons.geometry
    shapely.prepare(shapes)
    points = np.column_stack((x, y, x, y))

    def held(point, polygon):
        order = np.argsort(polygon, kind="stable")
        point, polygon = point[order], polygon[order]
        cuts = np.flatnonzero(np.diff(polygon, prepend=-1))
        hit = np.zeros(len(point), dtype=bool)
        for first, last in zip(cuts.tolist(), np.append(cuts[1:], len(point)).tolist()):
            some = point[first:last]
            hit[first:last] = shapely.contains_xy(shapes[polygon[first]], x[some], y[some])
        return point[hit], polygon[hit]

    found = each_pair(held, points, polygons.bounds, report=report)
    none = np.empty(0, dtype=np.int64)
    return np.concatenate([none, *(p for p, _ in found)]), np.concatenate([none, *(q for _, q in found)])
