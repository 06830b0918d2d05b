"""Which polygons hold which places: prepared polygons against the places in their boxes."""

import numpy as np
import shapely

from .box_pairs import each_pair
from .chunks import silent


def inside(places, polygons, boxes, origin, report=silent):
    """(k,) places, (k,) rows of ``polygons`` (``Polygons``) that hold them, in no order.

    ``places``: (n, 2) in m from ``origin``; ``boxes``: ``Boxes`` around them, of which only the pairs are used.
    """
    shapes = polygons.geometry
    shapely.prepare(shapes)
    x, y = (places + origin).T

    def held(place, polygon):
        order = np.argsort(polygon, kind="stable")
        place, polygon = place[order], polygon[order]
        cuts = np.flatnonzero(np.diff(polygon, prepend=-1))
        hit = np.zeros(len(place), dtype=bool)
        for first, last in zip(cuts.tolist(), np.append(cuts[1:], len(place)).tolist()):
            some = place[first:last]
            hit[first:last] = shapely.contains_xy(shapes[polygon[first]], x[some], y[some])
        return place[hit], polygon[hit]

    found = each_pair(held, boxes, polygons.bounds - np.tile(origin, 2), report)
    none = np.empty(0, dtype=np.int64)
    return np.concatenate([none, *(p for p, _ in found)]), np.concatenate([none, *(q for _, q in found)])
