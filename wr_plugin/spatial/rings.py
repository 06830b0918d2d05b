"""The coordinates of many polygons as flat columns, from shapely arrays or straight from WKB.

Most parcels are one ring without holes: all that is asked of them can be computed from their coordinates in numpy, and
no GEOS object need be made. Where ``simple`` is False the coordinates are those of several rings, one after another.
"""

from functools import cached_property

import numpy as np
import shapely

from .chunks import in_slices, joined

POLYGON = 3
WKB_HEADER = np.array([1, POLYGON, 0, 0, 0, 1, 0, 0, 0], dtype=np.uint8)
"""Little endian, polygon, one ring; the number of points follows."""
HEADER_SIZE = 13
POINT_SIZE = 16
ROUNDING = 1e-9
SLICE = 8192


class Rings:
    """The coordinates of n polygons.

    ``count``: (n,) coordinates, the closing one included, 0 where there is no geometry; ``start``: (n,) place of the
    first one; ``x``, ``y``: (sum,) in m from ``origin``, a whole number of m; ``simple``: (n,) True for a polygon of one
    part without holes: what is measured holds for these only.
    """

    KEPT = ("_measures", "bounds", "diagonal_bounds")
    """What is computed once of each ring and goes on to columns made from this one."""

    def __init__(self, x, y, count, simple, origin):
        self.x, self.y, self.count, self.simple, self.origin = x, y, count, simple, origin
        self.start = np.cumsum(count) - count

    def set_aside(self, rows):
        """From now on ``rows`` are not taken for simple rings: they have no bounds and no area."""
        self.simple[rows] = False
        for name in self.KEPT:
            if name in self.__dict__:
                self.__dict__[name][rows] = np.nan

    def first(self, number):
        """The first rings, on the same memory."""
        end = self.start[number] if number < len(self.count) else len(self.x)
        some = Rings(self.x[:end], self.y[:end], self.count[:number], self.simple[:number], self.origin)
        for name in self.KEPT:
            if name in self.__dict__:
                some.__dict__[name] = self.__dict__[name][:number]
        return some

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
        at = self.start[rows]
        end = at + (self.count[rows] - 1)
        x, y = np.empty((height, len(rows))), np.empty((height, len(rows)))
        for point in range(height):
            # "clip" reads into the table itself, without a copy
            self.x.take(at, out=x[point], mode="clip")
            self.y.take(at, out=y[point], mode="clip")
            at += 1
            np.minimum(at, end, out=at)
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

    def measure(self):
        """Computes at once what is asked of all rings, some thousand after another in threads, so that all that is between
        stays in the processor's cache."""
        if "_measures" in self.__dict__:
            return

        parts = self._in_slices(_measured)
        for place, (name, width) in enumerate((("bounds", 4), ("diagonal_bounds", 4), ("_measures", 4))):
            self.__dict__[name] = np.concatenate([np.empty((0, width)), *(part[place] for part in parts)])

    def frames(self):
        """(6, n) the box along each simple ring's longest edge: middle x and y in m from the origin, the edge's direction
        x and y (length 1), half the box's length along it and half its width across. Of others nothing that means."""
        return np.concatenate([np.empty((6, 0)), *self._in_slices(_frames)], axis=1)

    def _in_slices(self, function):
        def some(rows):
            first, last = rows[0], rows[-1] + 1
            span = slice(self.start[first], self.start[last - 1] + self.count[last - 1])
            return function(self.x[span], self.y[span], self.count[first:last], self.simple[first:last])

        return [part for _, part in in_slices(some, np.arange(len(self.count)), size=SLICE)]

    @cached_property
    def bounds(self):
        """(n, 4) xmin, ymin, xmax, ymax in m from the origin; NaN where there is no simple ring."""
        self.measure()
        return self.__dict__["bounds"]

    @cached_property
    def diagonal_bounds(self):
        """(n, 4) lowest and highest x + y and x − y as (low, low, high, high); NaN as the bounds."""
        self.measure()
        return self.__dict__["diagonal_bounds"]

    @cached_property
    def _measures(self):
        self.measure()
        return self.__dict__["_measures"]

    @cached_property
    def turns(self):
        """(n,) twice the signed area of simple rings, above 0 where they run anticlockwise; NaN for others."""
        return np.ascontiguousarray(self._measures[:, 0])

    @cached_property
    def middle(self):
        """(n, 2) x and y of the mean of the vertices, the closing one not counted."""
        return np.ascontiguousarray(self._measures[:, 1:3])

    @cached_property
    def surely_valid(self):
        """(n,) True for simple rings that are seen to be valid: every edge turns the same way around the mean of the
        vertices, once around. Most parcels are; of the others nothing is said."""
        return self._measures[:, 3] > 0


def _measured(x, y, count, simple):
    """Of simple rings: bounds, diagonal bounds, and (n, 4) turns, middle x, middle y, 1 where surely valid. NaN of others."""
    none = np.full((len(count), 4), np.nan)
    held = np.flatnonzero(count > 0)
    if not len(held):
        return none, none, none
    count, simple = count[held], simple[held]
    start = np.cumsum(count) - count

    def least_and_most(*values):
        bounds = np.full((len(none), 4), np.nan)
        sides = [side.reduceat(v, start) for side in (np.minimum, np.maximum) for v in values]
        bounds[held] = np.where(simple, sides, np.nan).T
        return bounds

    upright, diagonal = least_and_most(x, y), least_and_most(x + y, x - y)
    # from each ring's first vertex, so that no digits are lost far from the origin; the last vertex is 0 then
    first_x, first_y = x[start], y[start]
    x, y = x - np.repeat(first_x, count), y - np.repeat(first_y, count)
    middle_x, middle_y = (np.add.reduceat(v, start) / np.maximum(count - 1, 1) for v in (x, y))
    x -= np.repeat(middle_x, count)
    y -= np.repeat(middle_y, count)
    step, upward = np.zeros(len(x)), np.zeros(len(x))
    step[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
    upward[:-1] = (y[:-1] < 0) & (y[1:] >= 0)
    # a ring's last vertex begins no edge
    last = start + count - 1
    step[last], upward[last] = 0, 0
    turns = np.add.reduceat(step, start)
    # around a middle that all edges pass on one side; of the closing vertex some other edge's value stands
    step[last] = step[start]
    same_way = (np.minimum.reduceat(step, start) > ROUNDING) | (np.maximum.reduceat(step, start) < -ROUNDING)
    # going round clockwise the line is crossed downward once, hence upward once too
    valid = same_way & (np.add.reduceat(upward, start) == 1)
    none[held] = np.where(simple, (turns, middle_x + first_x, middle_y + first_y, valid), np.nan).T
    return upright, diagonal, none


def _frames(x, y, count, _):
    frames = np.zeros((6, len(count)))
    held = np.flatnonzero(count > 0)
    if not len(held):
        return frames
    count = count[held]
    start = np.cumsum(count) - count
    dx, dy = np.zeros(len(x)), np.zeros(len(y))
    dx[:-1], dy[:-1] = np.diff(x), np.diff(y)
    last = start + count - 1
    dx[last], dy[last] = 0, 0
    square = dx * dx + dy * dy
    longest = np.maximum.reduceat(square, start)
    ring = np.repeat(np.arange(len(count)), count)
    edges = np.flatnonzero(square == longest[ring])
    edge = np.empty(len(count), dtype=np.int64)
    edge[ring[edges]] = edges
    length = np.sqrt(np.where(longest > 0, longest, 1.0))
    along_x, along_y = dx[edge] / length, dy[edge] / length
    first_x, first_y = x[start], y[start]
    x, y = x - first_x[ring], y - first_y[ring]
    along, across = x * along_x[ring] + y * along_y[ring], y * along_x[ring] - x * along_y[ring]
    (low, high), (near, far) = ([side.reduceat(v, start) for side in (np.minimum, np.maximum)] for v in (along, across))
    middle, aside = (low + high) / 2, (near + far) / 2
    frames[:, held] = (first_x + middle * along_x - aside * along_y, first_y + middle * along_y + aside * along_x, along_x,
                       along_y, (high - low) / 2, (far - near) / 2)
    return frames


def of_shapes(geometry):
    """``Rings`` of a shapely array of polygons, multipolygons and None."""
    count = shapely.get_num_coordinates(geometry).astype(np.int64)
    xy = shapely.get_coordinates(geometry)
    simple = (
        (shapely.get_type_id(geometry) == POLYGON) & (shapely.get_num_interior_rings(geometry) == 0) & (count > 3))
    origin = _origin(xy[:, 0], xy[:, 1])
    return Rings(xy[:, 0] - origin[0], xy[:, 1] - origin[1], count, simple, origin)


def of_wkb(parts):
    """(``Rings``, (n,) True where the row is no single ring and has to be read by shapely).

    ``parts``: (uint8 buffer of WKB one after another, (n + 1,) offsets at which each begins) of one slice of the column
    after another; an empty one is missing. Only little-endian 2-D polygons of one ring are read: of the others
    ``count`` is 0.
    """
    counts = [_points(data, offsets) for data, offsets in parts]
    count = np.concatenate([np.empty(0, dtype=np.int64), *counts])
    x, y = np.empty(int(count.sum())), np.empty(int(count.sum()))
    origin, begin = None, 0
    for (data, offsets), points in zip(parts, counts):
        first = np.flatnonzero(points)[:1]
        if not len(first):
            continue
        if origin is None:
            at = int(offsets[first[0]]) + HEADER_SIZE
            origin = np.floor(data[at:at + POINT_SIZE].view("<f8"))
        end = begin + int(points.sum())
        _read(data, offsets, points, origin, x[begin:end], y[begin:end])
        begin = end
    sizes = np.concatenate([np.empty(0, dtype=np.int64), *(np.diff(offsets) for _, offsets in parts)])
    return Rings(x, y, count, count > 0, np.zeros(2) if origin is None else origin), (count == 0) & (sizes > 0)


def _read(data, offsets, count, origin, x, y):
    """Writes the coordinates of the rows that have points: all bytes but the headers, and but the other rows."""
    begin = np.cumsum(count) - count

    def some(rows):
        low, high = int(offsets[rows[0]]), int(offsets[rows[-1] + 1])
        kept = np.ones(high - low, dtype=bool)
        plain = rows[count[rows] > 0]
        kept[(offsets[plain, None].astype(np.int64) + np.arange(HEADER_SIZE) - low).ravel()] = False
        for row in rows[count[rows] == 0].tolist():
            kept[offsets[row] - low:offsets[row + 1] - low] = False
        xy = data[low:high][kept].view("<f8")
        place = slice(begin[rows[0]], begin[rows[0]] + len(xy) // 2)
        np.subtract(xy[0::2], origin[0], out=x[place])
        np.subtract(xy[1::2], origin[1], out=y[place])

    in_slices(some, np.arange(len(count)), size=SLICE)


def one_after_another(parts):
    """One ``Rings`` of several of the same origin."""
    x, y, count, simple = (np.concatenate([getattr(part, name) for part in parts]) for name in ("x", "y", "count", "simple"))
    whole = Rings(x, y, count, simple, parts[0].origin)
    for name in Rings.KEPT:
        if all(name in part.__dict__ for part in parts):
            whole.__dict__[name] = np.concatenate([part.__dict__[name] for part in parts])
    return whole


def _points(data, offsets):
    """(n,) number of points of the rows that are a little-endian polygon of one closed ring; 0 of others."""
    def some(start, end):
        start, size = start.astype(np.int64), end - start
        count = np.zeros(len(size), dtype=np.int64)
        long = np.flatnonzero((size >= HEADER_SIZE + 4 * POINT_SIZE) & ((size - HEADER_SIZE) % POINT_SIZE == 0))
        header = data[start[long, None] + np.arange(HEADER_SIZE)]
        points = np.ascontiguousarray(header[:, 9:]).view("<u4")[:, 0].astype(np.int64)
        plain = (header[:, :9] == WKB_HEADER).all(axis=1) & (points == (size[long] - HEADER_SIZE) // POINT_SIZE)
        count[long[plain]] = points[plain]
        return count

    return joined(some, offsets[:-1], offsets[1:], dtype=np.int64)


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
