"""Parcel maps as vectors: a village's land prepared once, and views of it in frames on paper.

Each parcel's outline is written once as a PDF path in metres from the village's corner; a view only sets the matrix.
"""

import math
from dataclasses import dataclass, field

import numpy as np
import shapely

from .pen import BLACK, CENTRE, GREY, HEI, SONG

POINTS_PER_METRE = 72 / 0.0254
SCALES = (200, 250, 300, 400, 500, 600, 750, 1000, 1250, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 7500, 10000, 12500,
          15000, 20000, 25000, 30000, 40000, 50000, 75000, 100000, 150000, 200000, 300000, 500000, 1000000)
NEIGHBOUR, CANAL, WELL = (0.55, 0.55, 0.55), (0.16, 0.45, 0.78), (0.10, 0.38, 0.70)


@dataclass
class Land:
    """The land of one village and what lies around it, ready to be drawn.

    ``fids`` (n,); ``bounds`` (n, 4), ``centres`` (n, 2) inside each parcel and ``origin`` in map metres; ``paths``:
    n PDF paths in metres from ``origin``; ``axes`` (n, 2): unit vector along the parcel's longest side; ``rooms``
    (n, 2): length and mean width in metres; ``labels``: n names for neighbours, may be empty; ``own``: the first so
    many parcels are the village's.
    """

    fids: np.ndarray
    bounds: np.ndarray
    centres: np.ndarray
    origin: tuple
    paths: list
    axes: np.ndarray
    rooms: np.ndarray
    labels: list = field(default_factory=list)
    canals: tuple = ((), np.empty((0, 4)))
    wells: tuple = ((), np.empty((0, 2)))
    outlets: tuple = ((), np.empty((0, 2)))
    own: int = 0

    def whole(self):
        """The box around the village's own parcels."""
        return self.extent(np.arange(self.own)) or self.extent(np.arange(len(self.fids)))

    def within(self, box):
        """Positions of parcels whose bounds meet a box (xmin, ymin, xmax, ymax)."""
        b = self.bounds
        return np.flatnonzero((b[:, 2] >= box[0]) & (b[:, 0] <= box[2]) & (b[:, 3] >= box[1]) & (b[:, 1] <= box[3]))

    def extent(self, positions):
        """The box around some parcels; None where none of them has a shape."""
        chosen = self.bounds[positions]
        chosen = chosen[~np.isnan(chosen[:, 0])]
        if not len(chosen):
            return None
        return (*chosen[:, :2].min(axis=0).tolist(), *chosen[:, 2:].max(axis=0).tolist())


def prepare(fids, geometry, labels=(), canals=(), wells=(), outlets=(), own=None):
    """``Land`` from parcel shapes (None and empty allowed).

    ``canals``: shapely lines; ``wells``, ``outlets``: (names, shapely points).
    """
    geometry = np.where(shapely.is_missing(geometry), shapely.Polygon(), np.asarray(geometry, dtype=object))
    bounds = shapely.bounds(geometry).reshape(-1, 4)
    held = bounds[~np.isnan(bounds[:, 0])]
    origin = tuple(np.floor(held[:, :2].min(axis=0)).tolist()) if len(held) else (0.0, 0.0)
    paths, axes, lengths = _outlines(geometry, origin)
    centres = shapely.get_coordinates(_centres(geometry))
    widths = np.divide(shapely.area(geometry), lengths, out=np.zeros(len(geometry)), where=lengths > 0)
    canal_shapes = np.asarray(canals, dtype=object)
    return Land(
        np.asarray(fids, dtype=np.int64), bounds, centres, origin, paths, axes, np.column_stack([lengths, widths]),
        list(labels) or [""] * len(paths),
        (_line_paths(canal_shapes, origin), shapely.bounds(canal_shapes).reshape(-1, 4)),
        _named_points(wells), _named_points(outlets), len(paths) if own is None else own)


def _centres(geometry):
    """A point well inside each shape: the centroid where it lies inside, else a point on the surface."""
    centre = shapely.centroid(geometry)
    empty = shapely.is_empty(centre)
    outside = ~empty & ~shapely.intersects(geometry, centre)
    centre[outside] = shapely.point_on_surface(geometry[outside])
    centre[empty] = shapely.Point(0, 0)
    return centre


def _outlines(geometry, origin):
    """(paths, axes (n, 2), lengths (n,)): the axis runs along the longest side of the shape.

    Shells run clockwise and holes the other way, so that several paths painted at once by the non-zero rule keep
    their holes and stay filled where parcels overlap.
    """
    geometry = shapely.normalize(geometry)
    parts, of_part = shapely.get_parts(geometry, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    xy, of_point = shapely.get_coordinates(rings, return_index=True)
    parcel = of_part[of_ring][of_point] if len(of_point) else np.empty(0, dtype=np.int64)
    local = xy - np.asarray(origin)
    paths = [""] * len(geometry)
    axes = np.tile([1.0, 0.0], (len(geometry), 1))
    lengths = np.zeros(len(geometry))
    if not len(local):
        return paths, axes, lengths
    starts = np.flatnonzero(np.r_[True, of_point[1:] != of_point[:-1]])
    ends = np.r_[starts[1:], len(local)]
    rounded = np.round(local, 2).tolist()
    pieces = [[] for _ in range(len(geometry))]
    for start, end, owner in zip(starts.tolist(), ends.tolist(), parcel[starts].tolist()):
        (x, y), *rest = rounded[start:end - 1]
        pieces[owner].append(f"{x} {y} m " + " ".join([f"{a} {b} l" for a, b in rest]) + " h")
    paths = [" ".join(p) for p in pieces]
    step = np.diff(local, axis=0)
    same = of_point[1:] == of_point[:-1]
    squared = np.where(same, (step**2).sum(axis=1), -1.0)
    owner = parcel[:-1]
    order = np.lexsort((np.arange(len(squared)), -squared, owner))
    first = order[np.flatnonzero(np.r_[True, owner[order][1:] != owner[order][:-1]])]
    size = np.sqrt(np.maximum(squared[first], 1e-12))
    axes[owner[first]] = step[first] / size[:, None]
    along = (local * axes[parcel]).sum(axis=1)
    high, low = np.full(len(geometry), -np.inf), np.full(len(geometry), np.inf)
    np.maximum.at(high, parcel, along)
    np.minimum.at(low, parcel, along)
    lengths = np.where(np.isfinite(high), high - low, 0.0)
    axes[axes[:, 0] < -1e-9] *= -1
    upright = np.abs(axes[:, 0]) <= 1e-9
    axes[upright] = (0.0, 1.0)
    return paths, axes, lengths


def _line_paths(lines, origin):
    """PDF paths of lines in metres from ``origin``."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    paths = [""] * len(lines)
    for part, line in zip(owner.tolist(), parts):
        xy = np.round(shapely.get_coordinates(line) - np.asarray(origin), 2).tolist()
        if len(xy) > 1:
            (x, y), *rest = xy
            paths[part] += f"{x} {y} m " + " ".join([f"{a} {b} l" for a, b in rest]) + " "
    return tuple(paths)


def _named_points(named):
    if not named or not len(named[0]):
        return (), np.empty((0, 2))
    names, points = named
    points = np.asarray(points, dtype=object)
    held = ~(shapely.is_missing(points) | shapely.is_empty(points))
    return tuple(n for n, h in zip(names, held.tolist()) if h), shapely.get_coordinates(points[held])


class View:
    """A window on the land in a frame on paper: (x, y, width, height) in points, centred on ``box`` at 1:``scale``."""

    def __init__(self, frame, box, scale=0, margin=0.86, finest=0):
        self.frame = frame
        x, y, width, height = frame
        self.centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        need = max((box[2] - box[0]) / (width * margin), (box[3] - box[1]) / (height * margin)) * POINTS_PER_METRE
        self.scale = scale or next((s for s in SCALES if s >= max(need, finest)), math.ceil(need))
        self.k = POINTS_PER_METRE / self.scale
        half_w, half_h = width / 2 / self.k, height / 2 / self.k
        cx, cy = self.centre
        self.box = (cx - half_w, cy - half_h, cx + half_w, cy + half_h)
        self.shift = (x + width / 2 - cx * self.k, y + height / 2 - cy * self.k)

    def at(self, xy):
        """Page coordinates of map points (m, 2)."""
        return np.asarray(xy) * self.k + self.shift

    def open(self, pen, land):
        """Clips to the frame and sets the matrix, so that paths in metres can follow."""
        x, y, width, height = self.frame
        ox, oy = land.origin
        pen.raw(f"q {x:.2f} {y:.2f} {width:.2f} {height:.2f} re W n "
                f"{self.k:.8f} 0 0 {self.k:.8f} {ox * self.k + self.shift[0]:.3f} {oy * self.k + self.shift[1]:.3f} cm")

    def paint(self, pen, paths, line=0.4, color=BLACK, fill=None, dash=""):
        """Fills and strokes paths in metres; widths are in points on paper."""
        if not paths:
            return
        body = "\n".join(paths)
        head = f"{line / self.k:.4f} w {color[0]:.3f} {color[1]:.3f} {color[2]:.3f} RG "
        if fill:
            head += f"{fill[0]:.3f} {fill[1]:.3f} {fill[2]:.3f} rg "
        if dash:
            head += "[" + " ".join(f"{float(d) / self.k:.3f}" for d in dash.split()) + "] 0 d "
        paint = ("B" if line else "f") if fill else "S"
        pen.raw(f"q {head}{body} {paint} Q")

    def hatch(self, pen, paths, gap=3.2, line=0.6, color=BLACK):
        """Fills paths with slanting lines ``gap`` points apart."""
        if not paths:
            return
        x1, y1, x2, y2 = self.box
        step = gap * math.sqrt(2) / self.k
        ox, oy = self._origin
        height = y2 - y1
        first = math.floor((x1 - height - ox) / step)
        last = math.ceil((x2 - ox) / step)
        lines = " ".join([f"{i * step:.2f} {y1 - oy:.2f} m {i * step + height:.2f} {y2 - oy:.2f} l"
                          for i in range(first, last + 1)])
        pen.raw("q " + "\n".join(paths) + f" W n {line / self.k:.4f} w "
                f"{color[0]:.3f} {color[1]:.3f} {color[2]:.3f} RG {lines} S Q")

    def on(self, land):
        """Tells the view which land it shows; returns itself."""
        self._origin = land.origin
        return self

    def close(self, pen):
        pen.raw("Q")

    def clip(self, pen):
        """Clips to the frame without changing the matrix, for text; end with ``close``."""
        x, y, width, height = self.frame
        pen.raw(f"q {x:.2f} {y:.2f} {width:.2f} {height:.2f} re W n")


def draw_water(pen, land, view, names=True):
    """Canals in thin blue, outlets as triangles, wells as rings, with names where they are few."""
    paths, bounds = land.canals
    b, box = bounds, view.box
    shown = np.flatnonzero((b[:, 2] >= box[0]) & (b[:, 0] <= box[2]) & (b[:, 3] >= box[1]) & (b[:, 1] <= box[3]))
    view.open(pen, land)
    view.paint(pen, [paths[i] for i in shown.tolist()], 0.7, CANAL)
    view.close(pen)
    view.clip(pen)
    for kind, (labels, xy) in (("outlet", land.outlets), ("well", land.wells)):
        if not len(xy):
            continue
        inside = (xy[:, 0] >= box[0]) & (xy[:, 0] <= box[2]) & (xy[:, 1] >= box[1]) & (xy[:, 1] <= box[3])
        chosen = np.flatnonzero(inside)
        for i, (x, y) in zip(chosen.tolist(), view.at(xy[chosen]).tolist()):
            if kind == "well":
                draw_well(pen, x, y)
            else:
                draw_outlet(pen, x, y)
            if names and len(chosen) <= 8 and labels[i]:
                pen.text(x + 3, y - 1.8, labels[i], SONG, 5, color=CANAL)
    view.close(pen)


def draw_well(pen, x, y, size=1.0):
    """A ring with a dot."""
    pen.disc(x, y, 1.9 * size, (1, 1, 1), 0.7 * size, WELL)
    pen.disc(x, y, 0.7 * size, WELL)


def draw_outlet(pen, x, y, size=1.0):
    """A filled triangle."""
    s = 2 * size
    pen.raw(f"q {WELL[0]} {WELL[1]} {WELL[2]} rg {x - s:.2f} {y - 0.65 * s:.2f} m {x + s:.2f} {y - 0.65 * s:.2f} l "
            f"{x:.2f} {y + 1.1 * s:.2f} l h f Q")


def draw_labels(pen, land, view, positions, texts, size=5.5, smallest=3.2, role=SONG, color=GREY, plate=False):
    """Writes each text along its parcel's longer side where it fits; returns the positions left without."""
    left = []
    view.clip(pen)
    places = view.at(land.centres[positions]).tolist() if len(positions) else []
    for position, text, (x, y) in zip(np.asarray(positions).tolist(), texts, places):
        if not text:
            continue
        length, width = (land.rooms[position] * view.k).tolist()
        cos, sin = land.axes[position].tolist()
        per_point = pen.width(text, role, 1)
        upright = min(length * max(abs(cos), 1e-6) + width * abs(sin), 1e9)
        fit = min(size, width * 0.8, length * 0.92 / per_point)
        if min(length, width) * 0.92 >= size * per_point and upright > 0:
            cos, sin, fit = 1.0, 0.0, size
        if fit < smallest:
            left.append(position)
            continue
        drop = fit * 0.34
        pen.text(x + drop * sin, y - drop * cos, text, role, fit, CENTRE, color, angle=(cos, sin), plate=plate)
    view.close(pen)
    return left


def joined(land, numbers):
    """{position: text} of the numbers of parcels, those of exactly equal shapes joined at the first, so that none is printed
    over another; ``numbers``: {position: text}."""
    first, found = {}, {}
    for position, text in numbers.items():
        at = first.setdefault(land.paths[position] or position, position)
        found[at] = f"{found[at]}、{text}" if at in found else text
    return found


def draw_frame(pen, view, scale_text=True, arrow=True, size=6.5):
    """The neat line, the scale bar with 1:n at the lower left, the north arrow at the upper right."""
    x, y, width, height = view.frame
    pen.box(x, y, width, height, 0.6)
    if scale_text:
        _scale_bar(pen, view, x + 5, y + 5, min(width * 0.32, 110), size)
    if arrow:
        _north_arrow(pen, x + width - size * 1.9, y + height - size * 4.0, size)


def _scale_bar(pen, view, x, y, widest, size):
    metres = max(m for m in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000)
                 if m * view.k <= widest or m == 1)
    length, label = metres * view.k, f"{metres:,} 米"
    ratio = f"1:{view.scale:,}"
    pen.box(x - 3, y - 3, max(length + pen.width(label, SONG, size) + 4, pen.width(ratio, SONG, size)) + 8,
            size * 2.3 + 4, 0, fill=(1, 1, 1))
    pen.raw(f"q 0.6 w {x:.2f} {y + 3:.2f} m {x:.2f} {y:.2f} l {x + length:.2f} {y:.2f} l "
            f"{x + length:.2f} {y + 3:.2f} l S {x:.2f} {y:.2f} {length / 2:.2f} 1.5 re f Q")
    pen.text(x + length + 3, y, label, SONG, size)
    pen.text(x, y + size * 0.95, ratio, SONG, size)


def _north_arrow(pen, x, y, size):
    s = size
    pen.raw(f"q 1 1 1 rg {x - s:.2f} {y - s * 0.6:.2f} {2 * s:.2f} {s * 4.2:.2f} re f 0 0 0 rg 0.5 w "
            f"{x:.2f} {y + s * 2.2:.2f} m {x - s * 0.6:.2f} {y:.2f} l {x:.2f} {y + s * 0.5:.2f} l h f "
            f"{x:.2f} {y + s * 2.2:.2f} m {x + s * 0.6:.2f} {y:.2f} l {x:.2f} {y + s * 0.5:.2f} l h S Q")
    pen.text(x, y + s * 2.4, "北", HEI, s, CENTRE)
