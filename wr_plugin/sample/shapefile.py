"""Shapefiles as the land offices deliver them: GBK attributes, LDID 0x4D, no .cpg, field widths as declared.

Written byte by byte, because the usual libraries choose the field widths from the data, stamp the day into the header
and add a .cpg. One row of numbers per record, columns at once; a million parcels take some seconds.
"""

from dataclasses import dataclass, field
from typing import Sequence

import numpy as np

LDID_CP936 = 0x4D
HEADER_DATE = (126, 6, 30)
ROWS_AT_ONCE = 20_000
POINT, LINE, POLYGON = 1, 3, 5
PRJ = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_34",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",34500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",102.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)


@dataclass
class Shapes:
    """Geometries in ragged form: ``ring_start`` offsets into ``xy`` per part, ``shape_start`` offsets into the parts.

    Points have one vertex each and need neither. Polygons: outer rings clockwise, holes counter-clockwise. A shape
    without parts is a null shape.
    """

    kind: int
    xy: np.ndarray
    ring_start: np.ndarray = field(default_factory=lambda: np.zeros(1, np.int64))
    shape_start: np.ndarray = field(default_factory=lambda: np.zeros(1, np.int64))

    def __len__(self):
        return len(self.xy) if self.kind == POINT else len(self.shape_start) - 1


@dataclass
class Column:
    """A DBF column. ``type``: C text, N number, D date (``20261231``). ``values``: one per row, or, where ``index`` is
    given, a vocabulary into which ``index`` points."""

    name: str
    type: str
    width: int
    values: Sequence
    decimals: int = 0
    index: np.ndarray = None


def rings(coordinates, offsets, missing=()):
    """One closed ring per shape, already clockwise; ``missing``: numbers of shapes that are written as null shapes."""
    drawn = np.ones(len(offsets) - 1, bool)
    drawn[np.asarray(missing, np.int64)] = False
    size = np.diff(offsets)
    starts = np.concatenate(([0], np.cumsum(size[drawn])))
    return Shapes(POLYGON, coordinates[np.repeat(drawn, size)], starts, np.concatenate(([0], np.cumsum(drawn))))


def polylines(lines):
    """Lines as a list of (n, 2) arrays."""
    offsets = np.concatenate(([0], np.cumsum([len(line) for line in lines]))).astype(np.int64)
    xy = np.concatenate(lines) if lines else np.zeros((0, 2))
    return Shapes(LINE, xy, offsets, np.arange(len(offsets), dtype=np.int64))


def polygons(geometries):
    """Shapely polygons and multipolygons; their rings are put in the order the format asks for."""
    import shapely

    xy, ring_start, shape_start = [], [0], [0]
    for geometry in geometries:
        for part in shapely.get_parts(shapely.normalize(geometry)):
            for ring in shapely.get_rings(part):
                xy.append(shapely.get_coordinates(ring))
                ring_start.append(ring_start[-1] + len(xy[-1]))
        shape_start.append(len(ring_start) - 1)
    return Shapes(POLYGON, np.concatenate(xy) if xy else np.zeros((0, 2)), np.array(ring_start), np.array(shape_start))


def write(path, shapes, columns, tick=lambda done, total: None):
    """Writes .shp, .shx, .dbf and .prj beside each other; ``path`` carries no suffix.

    Raises ValueError where a column's length differs from the number of shapes or a text does not fit its field.
    """
    count = len(shapes)
    for column in columns:
        if len(column.values if column.index is None else column.index) != count:
            raise ValueError(f"{column.name}: {count}")
    _write_geometry(path, shapes)
    _write_dbf(path.with_name(path.name + ".dbf"), columns, count, tick)
    path.with_name(path.name + ".prj").write_text(PRJ, encoding="ascii", newline="")


def _write_geometry(path, shapes):
    count = len(shapes)
    words = _point_words(shapes) if shapes.kind == POINT else _part_words(shapes)
    body, start = words
    lengths = np.diff(start)
    bounds = np.concatenate((shapes.xy.min(0), shapes.xy.max(0))) if len(shapes.xy) else np.zeros(4)
    index = np.empty((count, 2), ">i4")
    index[:, 0] = 50 + start[:-1] * 2
    index[:, 1] = (lengths - 2) * 2
    with open(path.with_name(path.name + ".shp"), "wb") as file:
        file.write(_main_header(50 + len(body) * 2, shapes.kind, bounds))
        file.write(body.tobytes())
    with open(path.with_name(path.name + ".shx"), "wb") as file:
        file.write(_main_header(50 + count * 4, shapes.kind, bounds))
        file.write(index.tobytes())


def _main_header(words, kind, bounds):
    head = np.array((9994, 0, 0, 0, 0, 0, words), ">i4").tobytes() + np.array((1000, kind), "<i4").tobytes()
    return head + bounds.astype("<f8").tobytes() + bytes(32)


def _record_heads(body, at, contents):
    """Record number and content length (in 16-bit words), big-endian, at word positions ``at``."""
    heads = np.column_stack((np.arange(1, len(at) + 1), contents)).astype(">i4").view("<i4")
    body[at], body[at + 1] = heads[:, 0], heads[:, 1]


def _point_words(shapes):
    count = len(shapes.xy)
    body = np.zeros((count, 7), "<i4")
    flat, start = body.reshape(-1), np.arange(count + 1) * 7
    _record_heads(flat, start[:-1], np.full(count, 10))
    body[:, 2] = POINT
    body[:, 3:] = np.ascontiguousarray(shapes.xy, "<f8").view("<i4")
    return flat, start


def _part_words(shapes):
    """Records of lines or polygons as 32-bit words, and where each begins."""
    first, last = shapes.shape_start[:-1], shapes.shape_start[1:]
    parts, points = last - first, shapes.ring_start[last] - shapes.ring_start[first]
    drawn = np.flatnonzero(parts)
    size = np.where(parts > 0, 2 + 1 + 8 + 2 + parts + points * 4, 3)
    start = np.concatenate(([0], np.cumsum(size)))
    body, at = np.zeros(start[-1], "<i4"), start[:-1]
    _record_heads(body, at, (size - 2) * 2)
    where, head = shapes.ring_start[first], at[drawn]
    body[head + 2] = shapes.kind
    low, high = (extreme.reduceat(shapes.xy, where[drawn], axis=0) for extreme in (np.minimum, np.maximum))
    box = np.ascontiguousarray(np.column_stack((low, high)), "<f8")
    body[head[:, None] + 3 + np.arange(8)] = box.view("<i4").reshape(len(head), 8)
    body[head + 11], body[head + 12] = parts[drawn], points[drawn]
    owner = np.repeat(np.arange(len(at)), parts)
    ring = np.arange(len(owner)) + np.repeat(first - (np.cumsum(parts) - parts), parts)
    body[at[owner] + 13 + ring - first[owner]] = shapes.ring_start[ring] - where[owner]
    vertex_owner = np.repeat(np.arange(len(at)), points)
    vertex = np.arange(len(vertex_owner)) - np.repeat(np.cumsum(points) - points, points)
    target = (at + 13 + parts)[vertex_owner] + vertex * 4
    words = np.ascontiguousarray(shapes.xy, "<f8").view("<i4").reshape(-1, 4)
    for word in range(4):
        body[target + word] = words[:, word]
    return body, start


def _write_dbf(path, columns, count, tick):
    kind = np.dtype([("", "S1")] + [(column.name, f"S{column.width}") for column in columns])
    head = np.zeros(32, np.uint8)
    head[0], head[1:4], head[29] = 3, HEADER_DATE, LDID_CP936
    head[4:8] = np.frombuffer(np.array(count, "<u4").tobytes(), np.uint8)
    head[8:12] = np.frombuffer(np.array((33 + 32 * len(columns), kind.itemsize), "<u2").tobytes(), np.uint8)
    vocabularies = [None if c.index is None else _encoded(c, c.values) for c in columns]
    with open(path, "wb") as file:
        file.write(head.tobytes())
        for column in columns:
            file.write(column.name.encode("ascii").ljust(11, b"\0") + column.type.encode("ascii") + bytes(4)
                       + bytes((column.width, column.decimals)) + bytes(14))
        file.write(b"\r")
        for begin in range(0, count, ROWS_AT_ONCE):
            end = min(begin + ROWS_AT_ONCE, count)
            rows = np.empty(end - begin, kind)
            rows[kind.names[0]] = b" "
            for column, vocabulary in zip(columns, vocabularies):
                rows[column.name] = (_encoded(column, column.values[begin:end]) if vocabulary is None
                                     else vocabulary[column.index[begin:end]])
            octets = rows.view(np.uint8)
            octets[octets == 0] = 32
            file.write(octets.tobytes())
            tick(end, count)
        file.write(b"\x1a")


def _encoded(column, values):
    """The values as bytes of the column's width."""
    if column.type == "N":
        texts = [b"" if v is None or v != v else b"%*.*f" % (column.width, column.decimals, v) if column.decimals
                 else b"%*d" % (column.width, v) for v in (values.tolist() if hasattr(values, "tolist") else values)]
    else:
        texts = [text.encode("gbk") for text in (values.tolist() if hasattr(values, "tolist") else values)]
    longest = max(map(len, texts), default=0)
    if longest > column.width:
        raise ValueError(f"{column.name}: {longest} > {column.width}")
    return np.array(texts, f"S{column.width}")
