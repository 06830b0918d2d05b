"""A column of polygons and what is computed from it once: areas, bounds, ring coordinates, search tree."""

from functools import cached_property

import numpy as np
import shapely

from . import rings as rings_of
from .box_pairs import Boxes
from .rings import POLYGON


class Polygons:
    """A column of n polygons in one planar CRS (m), valid (``spatial.repair``).

    Made from a shapely array of Polygon or MultiPolygon, None or empty where there is none (single-part multipolygons
    are unwrapped), or from coordinates (``of_rings``). Everything else is computed on first use; a column made from
    coordinates makes shapely objects only of the rows that are asked for.
    """

    def __init__(self, geometry):
        self.geometry = _unwrapped(np.asarray(geometry, dtype=object))

    @classmethod
    def of_rings(cls, rings, rows=(), geometry=()):
        """From ``Rings``, which the column keeps; ``geometry``: the shapes of those ``rows`` that the coordinates do not
        tell, which are taken instead of them."""
        column = cls.__new__(cls)
        rows = np.asarray(rows, dtype=np.int64)
        rings.set_aside(rows)
        others = _unwrapped(np.asarray(geometry, dtype=object))
        column.rings, column._others = rings, dict(zip(rows.tolist(), others))
        return column

    def __len__(self):
        return len(self.rings.count) if "rings" in self.__dict__ else len(self.geometry)

    def __getitem__(self, rows):
        """The polygons of some rows (index array or mask) as a column of their own."""
        return Polygons(self.shapes(np.arange(len(self))[rows]))

    @cached_property
    def geometry(self):
        """(n,) shapely array of all rows."""
        return self.shapes(np.arange(len(self)))

    @cached_property
    def rings(self):
        """The coordinates, ``rings.Rings``."""
        return rings_of.of_shapes(self.geometry)

    def shapes(self, rows):
        """(k,) shapely array of the ``rows`` (index array)."""
        if "geometry" in self.__dict__:
            return self.geometry[rows]
        shapes = np.full(len(rows), None, dtype=object)
        plain = np.flatnonzero(self.rings.simple[rows])
        if len(plain):
            shapes[plain] = self.rings.shapes(rows[plain])
        for at in np.flatnonzero(~self.rings.simple[rows]).tolist():
            shapes[at] = self._others.get(int(rows[at]))
        return shapes

    @cached_property
    def odd(self):
        """Rows of polygons with holes or several parts (or fewer coordinates than a ring has)."""
        if "geometry" in self.__dict__:
            return np.flatnonzero(~self.rings.simple & (self.rings.count > 0))
        return np.array(sorted(self._others), dtype=np.int64)

    @cached_property
    def area(self):
        """(n,) planar areas in m²; 0 where there is no geometry."""
        area = np.nan_to_num(np.abs(self.rings.turns) / 2)
        area[self.odd] = np.nan_to_num(shapely.area(self.shapes(self.odd)))
        return area

    @cached_property
    def bounds(self):
        """(n, 4) xmin, ymin, xmax, ymax in m; NaN where there is no geometry."""
        if "geometry" in self.__dict__:
            return shapely.bounds(self.geometry)
        bounds = self.rings.bounds + np.tile(self.rings.origin, 2)
        bounds[self.odd] = shapely.bounds(self.shapes(self.odd))
        return bounds

    @cached_property
    def tree(self):
        """The search tree over all rows; built here, so that threads may query it."""
        tree = shapely.STRtree(self.geometry)
        if len(self):
            tree.query(shapely.Point(0, 0))
        return tree

    @cached_property
    def loops(self):
        """All rings, those of holes and parts too: (``Rings``, (r,) row of the polygon, (r,) True for holes).

        The first n are the rows themselves; those that are no simple ring have no bounds there, and follow ring by ring.
        """
        rings, rows, holes, odd = self.rings, np.arange(len(self)), np.zeros(len(self), dtype=bool), self.odd
        rings.measure()
        if len(odd):
            more, owner, more_holes = rings_of.of_parts(self.shapes(odd), rings.origin)
            more.measure()
            rings = rings_of.one_after_another((rings, more))
            self.rings = rings.first(len(self))
            rows, holes = np.concatenate((rows, odd[owner])), np.concatenate((holes, more_holes))
        return rings, rows, holes

    @cached_property
    def boxes(self):
        """The rows' bounds in m, as ``Boxes``."""
        return Boxes(self.bounds)

    @cached_property
    def loop_boxes(self):
        """The loops' bounds in m from the rings' origin, as ``Boxes``."""
        return Boxes(self.loops[0].bounds)

    @cached_property
    def edges(self):
        """The edges of all rings: (e,) row of the polygon, (e, 4) from and to in m from the rings' origin. Every edge has
        the polygon's inside on its left."""
        rings, rows, holes = self.loops
        backward = (rings.turns < 0) != holes
        edge_count = np.where(rings.simple, rings.count - 1, 0)
        ring = np.repeat(np.arange(len(rows)), edge_count)
        at = np.arange(len(ring)) + np.repeat(rings.start - (np.cumsum(edge_count) - edge_count), edge_count)
        edges = np.column_stack((rings.x[at], rings.y[at], rings.x[at + 1], rings.y[at + 1]))
        turned = backward[ring]
        edges[turned] = edges[turned][:, (2, 3, 0, 1)]
        return rows[ring], edges


def _unwrapped(geometry):
    single = shapely.get_num_geometries(geometry) == 1
    multi = single & (shapely.get_type_id(geometry) != POLYGON)
    if multi.any():
        geometry = geometry.copy()
        geometry[multi] = shapely.get_geometry(geometry[multi], 0)
    return geometry
