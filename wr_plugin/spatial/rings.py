"""The coordinates of many polygons as flat columns, from shapely arrays or straight from WKB.

Most parcels are one ring without holes: all that is asked of them can be computed from their coordinates in numpy, and
no GEOS object need be made. Where ``simple`` is False the coordinates are those of several rings, one after another.
"""

from functools import cached_property

import numpy as np
import shapely

POLYGON = 3
WKB_HEADER = np.array([1, POLYGON, 0, 0, 0, 1, 0, 0, 0], dtype=np.uint8)
"""Little endian, polygon, one ring; the number of points follows."""
HEADER_SIZE = 13
POINT_SIZE = 16
ROUNDING = 1e-9


class Rings:
    """The coordinates of n polygons.

    ``count``: (n,) coordinates, the closing one included, 0 where there is no geometry; ``start``: (n,) place of the
    first one; ``x``, ``y``: (sum,) in m from ``origin``, a whole number of m; ``simple``: (n,) True for a polygon of one
    part without holes.
    """

    KEPT = ("turns", "middle", "surely_valid")
    """What is computed once of each ring and goes on to columns made from this one."""

    def __init__(self, x, y, count, simple, origin):
        self.x, self.y, self.count, self.simple, self.origin = x, y, count, simple, origin
        self.start = np.cumsum(count) - count

    def without(self, rows):
        """The same coordinates, but ``rows`` are not taken for simple rings."""
        simple = self.simple.copy()
        simple[rows] = False
        return self._with_kept(Rings(self.x, self.y, self.count, simple, self.origin), lambda values: values)

    def only(self, rows):
        """The rings of some rows, in their order."""
        at = self._places(rows)
        some = Rings(self.x[at], self.y[at], self.count[rows], self.simple[rows], self.origin)
        return self._with_kept(some, lambda values: values[..., rows])

    def and_more(self, more):
        """These rings and others after them (``Rings`` of the same origin)."""
        both = Rings(*(np.concatenate((getattr(self, c), getattr(more, c))) for c in ("x", "y", "count", "simple")),
                     self.origin)
        for name in self.KEPT:
            if name in self.__dict__:
                both.__dict__[name] = np.concatenate((getattr(self, name), getattr(more, name)), axis=-1)
        return both

    def _with_kept(self, other, chosen):
        for name in self.KEPT:
            if name in self.__dict__:
                other.__dict__[name] = chosen(self.__dict__[name])
        return other

    def _places(self, rows):
        """Places of the coordinates of some rows, one row after another."""
        count = self.count[rows]
        shift = self.start[rows] - (np.cumsum(count) - count)
        return np.arange(int(count.sum())) + np.repeat(shift, count)

    @property
    def xy(self):
        """(sum, 2) coordinates in m from the origin."""
        return np.column_stack((self.x, self.y))

    def table(self, rows, height):
        """x and y, each (height, len(rows)): the rings of ``rows`` as columns; shorter ones repeat their last vertex,
        which makes edges of length 0."""
        start, last = self.start[rows], self.count[rows] - 1
        x, y = np.empty((height, len(rows))), np.empty((height, len(rows)))
        for point in range(height):
            at = start + np.minimum(last, point)
            x[point], y[point] = self.x[at], self.y[at]
        return x, y

    def alike(self, rows, cells):
        """Groups of ``rows`` of nearly equal height, so that little is padded, in pieces of at most ``cells`` table cells:
        yields (places in ``rows``, height)."""
        count = self.count[rows]
        narrow = np.int16 if len(count) and count.max() < 1 << 15 else np.int64
        order = np.argsort(count.astype(narrow), kind="stable")
        count, first = count[order], 0
        while first < len(order):
            last = min(first + max(1, cells // int(count[first])), int(np.searchsorted(count, count[first] + 2)))
            yield order[first:last], int(count[last - 1])
            first = last

    def shapes(self, rows):
        """(k,) shapely polygons of ``rows``, which are simple."""
        at, ends = self._places(rows), np.cumsum(self.count[rows])
        xy = np.column_stack((self.x[at] + self.origin[0], self.y[at] + self.origin[1]))
        return shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy, (np.append(0, ends), np.arange(len(rows) + 1)))

    def reduced(self, values, function):
        """(n,) ``function.reduceat`` of a value per coordinate over each polygon; NaN where there is none."""
        out = np.full(len(self.count), np.nan)
        held = np.flatnonzero(self.count > 0)
        if len(held):
            out[held] = function.reduceat(values, self.start[held])
        return out

    def bounds(self):
        """(n, 4) xmin, ymin, xmax, ymax in m from the origin; NaN where there is no geometry."""
        return np.column_stack((self.reduced(self.x, np.minimum), self.reduced(self.y, np.minimum),
                                self.reduced(self.x, np.maximum), self.reduced(self.y, np.maximum)))

    @cached_property
    def turns(self):
        """(n,) twice the signed area of simple rings, above 0 where they run anticlockwise; NaN for others.

        Measured from each ring's first vertex, so that no digits are lost far from the origin.
        """
        step = np.zeros(len(self.x))
        if len(self.x):
            first = np.repeat(self.start, self.count)
            x, y = self.x - self.x[first], self.y - self.y[first]
            # the step into the next ring begins at a ring's last vertex, where both are 0
            step[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
        out = self.reduced(step, np.add)
        out[~self.simple] = np.nan
        return out

    @cached_property
    def surely_valid(self):
        """(n,) True for simple rings that are seen to be valid: every edge turns the same way around the mean of the
        vertices, once around. Most parcels are; of the others nothing is said."""
        if not len(self.x):
            return np.zeros(len(self.count), dtype=bool)
        middle_x, middle_y = self.middle
        x, y = self.x - np.repeat(middle_x, self.count), self.y - np.repeat(middle_y, self.count)
        step = np.zeros(len(x))
        step[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
        upward = np.zeros(len(x))
        upward[:-1] = (y[:-1] < 0) & (y[1:] >= 0)
        # the last vertex begins no edge of its ring
        last = (self.start + self.count - 1)[self.count > 0]
        least, most = step.copy(), step
        least[last], most[last], upward[last] = np.inf, -np.inf, 0
        same_way = (self.reduced(least, np.minimum) > ROUNDING) | (self.reduced(most, np.maximum) < -ROUNDING)
        # going round clockwise the line is crossed downward once, hence upward once too
        return self.simple & same_way & (self.reduced(upward, np.add) == 1)

    @cached_property
    def middle(self):
        """(2, n) x and y of the mean of the vertices, the closing one not counted."""
        middle = np.zeros((2, len(self.count)))
        held = np.flatnonzero(self.count > 1)
        for row, values in enumerate((self.x, self.y)):
            last = values[(self.start + self.count - 1)[held]]
            middle[row, held] = (self.reduced(values, np.add)[held] - last) / (self.count[held] - 1)
        return middle


def of_shapes(geometry):
    """``Rings`` of a shapely array of polygons, multipolygons and None."""
    count = shapely.get_num_coordinates(geometry).astype(np.int64)
    xy = shapely.get_coordinates(geometry)
    simple = (
        (shapely.get_type_id(geometry) == POLYGON) & (shapely.get_num_interior_rings(geometry) == 0) & (count > 3))
    origin = _origin(xy[:, 0], xy[:, 1])
    return Rings(xy[:, 0] - origin[0], xy[:, 1] - origin[1], count, simple, origin)


def of_wkb(data, offsets):
    """(``Rings``, (n,) True where the row is no single ring and has to be read by shapely).

    ``data``: uint8 buffer of WKB one after another, ``offsets``: (n + 1,) where each begins; an empty one is missing.
    Only little-endian 2-D polygons of one ring are read: of the others ``count`` is 0.
    """
    offsets = np.asarray(offsets, dtype=np.int64)
    start, size = offsets[:-1], np.diff(offsets)
    count = np.zeros(len(size), dtype=np.int64)
    long = np.flatnonzero((size >= HEADER_SIZE + 4 * POINT_SIZE) & ((size - HEADER_SIZE) % POINT_SIZE == 0))
    header = data[start[long, None] + np.arange(HEADER_SIZE)]
    points = np.ascontiguousarray(header[:, 9:]).view("<u4")[:, 0].astype(np.int64)
    plain = long[(header[:, :9] == WKB_HEADER).all(axis=1) & (points == (size[long] - HEADER_SIZE) // POINT_SIZE)]
    count[plain] = (size[plain] - HEADER_SIZE) // POINT_SIZE
    kept = np.ones(int(offsets[-1] - offsets[0]), dtype=bool)
    kept[(start[plain, None] + np.arange(HEADER_SIZE) - offsets[0]).ravel()] = False
    odd = np.flatnonzero((count == 0) & (size > 0))
    for row in odd.tolist():
        kept[offsets[row] - offsets[0]:offsets[row + 1] - offsets[0]] = False
    xy = data[offsets[0]:offsets[-1]][kept].view("<f8")
    origin = _origin(xy[0::2], xy[1::2])
    rings = Rings(xy[0::2] - origin[0], xy[1::2] - origin[1], count, count > 0, origin)
    return rings, np.isin(np.arange(len(size)), odd)


def of_parts(geometry, origin):
    """The rings of polygons with holes or several parts: (``Rings`` in m from ``origin``, each of them simple, (r,) place
    of the polygon in ``geometry``, (r,) True for holes)."""
    parts, owner = shapely.get_parts(geometry, return_index=True)
    lines, part = shapely.get_rings(parts, return_index=True)
    xy = shapely.get_coordinates(lines)
    count = shapely.get_num_coordinates(lines).astype(np.int64)
    rings = Rings(xy[:, 0] - origin[0], xy[:, 1] - origin[1], count, np.ones(len(lines), dtype=bool), origin)
    return rings, owner[part], np.diff(part, prepend=-1) == 0


def _origin(x, y):
    """The first coordinate in whole m: differences to it are exact."""
    return np.floor([x[0], y[0]]) if len(x) else np.zeros(2)
