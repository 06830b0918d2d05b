"""Large polygons cut into pieces of few vertices, so that areas against them are cheap to compute."""

import numpy as np
import shapely

from .polygons import POLYGON, Polygons

MOST_VERTICES = 64
DEEPEST = 16


def tiles(polygons, most=MOST_VERTICES):
    """Cuts every polygon of more than ``most`` vertices into halves, again and again.

    Returns (``Polygons`` of single-part pieces, (pieces,) row number of the polygon each was cut from). The pieces of
    one polygon do not overlap and together are that polygon.
    """
    parts, owner = shapely.get_parts(polygons.geometry, return_index=True)
    vertices = shapely.get_num_coordinates(parts)
    small = vertices <= most
    pieces, owners = list(parts[small]), list(owner[small])
    waiting = [(part, row, 0) for part, row in zip(parts[~small], owner[~small])]
    while waiting:
        part, row, depth = waiting.pop()
        for half in _halves(part):
            if depth < DEEPEST and shapely.get_num_coordinates(half) > most:
                waiting.append((half, row, depth + 1))
            else:
                pieces.append(half)
                owners.append(row)
    geometry = np.empty(len(pieces), dtype=object)
    geometry[:] = pieces
    return Polygons(geometry), np.asarray(owners, dtype=np.int64)


def _halves(polygon):
    """The polygon's parts on either side of the middle of its longer extent."""
    x0, y0, x1, y1 = shapely.bounds(polygon)
    if x1 - x0 >= y1 - y0:
        middle = (x0 + x1) / 2
        sides = ((x0, y0, middle, y1), (middle, y0, x1, y1))
    else:
        middle = (y0 + y1) / 2
        sides = ((x0, y0, x1, middle), (x0, middle, x1, y1))
    halves = []
    for side in sides:
        half = shapely.clip_by_rect(polygon, *side)
        if not shapely.is_valid(half):
            half = shapely.intersection(polygon, shapely.box(*side))
        parts = shapely.get_parts(half)
        halves.extend(parts[shapely.get_type_id(parts) == POLYGON])
    return halves
