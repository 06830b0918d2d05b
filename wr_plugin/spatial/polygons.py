"""A column of polygons and what is computed from it once: areas, bounds, search tree, ring coordinates."""

from functools import cached_property

import numpy as np
import shapely

POLYGON = 3
LARGEST_SIMPLE = 256


class Polygons:
    """A column of n polygons in one planar CRS (m).

    ``geometry``: (n,) shapely array of Polygon or MultiPolygon, None or empty where there is none; single-part
    multipolygons are unwrapped. They are expected valid (``spatial.repair``). Everything else is computed on first use.
    """

    def __init__(self, geometry):
        self.geometry = _unwrapped(np.asarray(geometry, dtype=object))

    def __len__(self):
        return len(self.geometry)

    def __getitem__(self, rows):
        """The polygons of some rows (index array or mask) as a column of their own."""
        return Polygons(self.geometry[rows])

    @cached_property
    def area(self):
        """(n,) planar areas in m²; 0 where there is no geometry."""
        return np.nan_to_num(shapely.area(self.geometry))

    @cached_property
    def bounds(self):
        """(n, 4) xmin, ymin, xmax, ymax in m; NaN where there is no geometry."""
        return shapely.bounds(self.geometry)

    @cached_property
    def tree(self):
        """The search tree over all rows; built here, so that threads may query it."""
        tree = shapely.STRtree(self.geometry)
        if len(self):
            tree.query(shapely.Point(0, 0))
        return tree

    @cached_property
    def rings(self):
        return Rings(self.geometry)


class Rings:
    """The coordinates of n polygons in one flat table.

    ``simple``: (n,) True for a polygon of one part without holes and of at most 256 vertices: its coordinates are one
    ring. ``count``: (n,) coordinates, the closing one included. ``xy``: (sum, 2) in m from ``origin``.
    """

    def __init__(self, geometry):
        self.count = shapely.get_num_coordinates(geometry)
        self.start = np.concatenate(([0], np.cumsum(self.count)))[:-1]
        self.xy = shapely.get_coordinates(geometry)
        self.origin = self.xy[0].copy() if len(self.xy) else np.zeros(2)
        self.xy -= self.origin
        self.simple = (
            (shapely.get_type_id(geometry) == POLYGON)
            & (shapely.get_num_interior_rings(geometry) == 0)
            & (self.count > 3) & (self.count <= LARGEST_SIMPLE)
        )

    def table(self, rows, width):
        """x and y, each (len(rows), width); shorter rings repeat their last vertex: edges of length 0."""
        last = (self.count[rows] - 1)[:, None]
        points = self.xy[self.start[rows][:, None] + np.minimum(np.arange(width)[None, :], last)]
        return points[..., 0], points[..., 1]


def _unwrapped(geometry):
    single = shapely.get_num_geometries(geometry) == 1
    multi = single & (shapely.get_type_id(geometry) != POLYGON)
    if multi.any():
        geometry = geometry.copy()
        geometry[multi] = shapely.get_geometry(geometry[multi], 0)
    return geometry
