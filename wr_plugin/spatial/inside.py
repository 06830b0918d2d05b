"""Which polygons hold which places: prepared polygons against the places in their boxes."""

import numpy as np
import shapely

from .box_pairs import each_pair
from .chunks import in_slices, silent

POLYGONS_AT_ONCE = 128


def inside(places, polygons, boxes, origin, report=silent):
    """(k,) places, (k,) rows of ``polygons`` (``Polygons``) that hold them, ordered by polygon.

    ``places``: (n, 2) in m from ``origin``; ``boxes``: ``Boxes`` around them, of which only the pairs are used.
    """
    x, y = np.ascontiguousarray(places.T)
    bounds = polygons.bounds - np.tile(origin, 2)
    west, south, east, north = np.ascontiguousarray(bounds.T)

    def in_box(place, polygon):
        near = (x[place] >= west[polygon]) & (x[place] <= east[polygon])
        near &= (y[place] >= south[polygon]) & (y[place] <= north[polygon])
        return place[near], polygon[near]

    found = each_pair(in_box, boxes, bounds, lambda done, total: report(done, 2 * total))
    none = np.empty(0, dtype=np.int64)
    place, polygon = np.concatenate([none, *(p for p, _ in found)]), np.concatenate([none, *(q for _, q in found)])
    order = np.argsort(polygon, kind="stable")
    place, polygon = place[order], polygon[order]
    starts = np.flatnonzero(np.diff(polygon, prepend=-1))
    ends = np.append(starts[1:], len(place))
    hit = np.zeros(len(place), dtype=bool)

    shapes = polygons.geometry

    # a prepared polygon builds its index when it is first asked: one thread has it alone
    def held(firsts, lasts):
        for first, last in zip(firsts.tolist(), lasts.tolist()):
            shape, some = shapes[polygon[first]], place[first:last]
            shapely.prepare(shape)
            hit[first:last] = shapely.contains_xy(shape, x[some] + origin[0], y[some] + origin[1])

    in_slices(held, starts, ends[:len(starts)], size=POLYGONS_AT_ONCE,
              report=lambda done, total: report(max(total, 1) + done, 2 * max(total, 1)))
    return place[hit], polygon[hit]
