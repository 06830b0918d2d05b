"""Land drawn at random for the tests of ``spatial``: strip fields, blobs, holes, missing shapes, far from the origin."""

import numpy as np
import shapely
from hypothesis import strategies as st

ORIGIN = (34_370_000.0, 4_310_000.0)


def strips(columns, rows, seed, sway=4.0, width=20.0, height=80.0):
    """(rows × columns,) quadrilaterals with common edges, bent at random and turned by 30 degrees."""
    random = np.random.default_rng(seed)
    corners = np.stack(np.meshgrid(np.arange(columns + 1) * width, np.arange(rows + 1) * height), axis=-1)
    corners += random.uniform(-sway, sway, corners.shape)
    turned = corners @ np.array([[0.866, 0.5], [-0.5, 0.866]]) + ORIGIN
    rings = np.stack([turned[:-1, :-1], turned[:-1, 1:], turned[1:, 1:], turned[1:, :-1]], axis=2)
    return shapely.polygons(rings.reshape(-1, 4, 2))


@st.composite
def blob(draw, extent=300.0):
    """A star-shaped polygon, a multipolygon, a polygon with a hole, or nothing."""
    kind = draw(st.sampled_from(["star", "star", "star", "multi", "hole", "none", "empty"]))
    if kind == "none":
        return None
    if kind == "empty":
        return shapely.Polygon()
    first = _star(draw, extent)
    if kind == "multi":
        other = shapely.union_all([first, _star(draw, extent)])
        return other if shapely.get_type_id(other) in (3, 6) else first
    if kind == "hole":
        return shapely.difference(first, shapely.buffer(shapely.centroid(first), 1.0))
    return first


def _star(draw, extent):
    x, y = draw(st.integers(0, int(extent))), draw(st.integers(0, int(extent)))
    corners = draw(st.integers(3, 14))
    radii = np.array(draw(st.lists(st.integers(2, 60), min_size=corners, max_size=corners)), dtype=float)
    angles = np.arange(corners) * 2 * np.pi / corners
    points = np.stack([x + radii * np.cos(angles), y + radii * np.sin(angles)], axis=1) + ORIGIN
    polygon = shapely.Polygon(points)
    return polygon if polygon.is_valid else shapely.convex_hull(polygon)


def blobs(most=12):
    return st.lists(blob(), max_size=most).map(column)


def column(geometries):
    """A list as a shapely column; an object array also where all are missing."""
    geometry = np.empty(len(geometries), dtype=object)
    geometry[:] = geometries
    return geometry
