"""Strip fields: rows of narrow fields along field canals (农渠) in every cell, on the plan, and their outlines.

A cell is filled with 4–6 rows; between rows lies a field canal or a ridge (田埂) or a path. A row is cut into slots by
dividing lines; two neighbours use the very same line, so they share its vertices.
"""

from dataclasses import dataclass

import numpy as np

from . import layout

MU_M2 = 2000.0 / 3.0
PARCEL, PATH, DITCH, WASTE, HAMLET = 0, 1, 2, 3, 4
RIDGE, CANAL, ROAD = 0, 1, 2
SLOTS = 110
MOST_ROWS = 6
BENDS = 3
EDGE_EVERY_M = 20.0


@dataclass
class Rows:
    """Rows of all cells; ``low``/``high``: centre lines of the gaps below and above, in cell metres; ``gap_*``: their
    widths; ``above``: what the gap above is; ``wave_*``: (amplitude, length, phase) of the two gaps' bends."""

    cell: np.ndarray
    number: np.ndarray
    count: np.ndarray
    low: np.ndarray
    high: np.ndarray
    gap_low: np.ndarray
    gap_high: np.ndarray
    above: np.ndarray
    wave_low: np.ndarray
    wave_high: np.ndarray
    slant: np.ndarray

    def bottom(self, row, x):
        """Height of the lower edge of rows at ``x`` (cell metres)."""
        return self.low[row] + self.gap_low[row] / 2 + _wave(self.wave_low[row], x)

    def top(self, row, x):
        """Height of the upper edge of rows at ``x``."""
        return self.high[row] - self.gap_high[row] / 2 + _wave(self.wave_high[row], x)

    def gap_above(self, row, x):
        """Height of the centre line of the gap above rows at ``x``."""
        return self.high[row] + _wave(self.wave_high[row], x)


@dataclass
class Slots:
    """Slots of all rows in order; ``line`` is the number of the dividing line at their left, ``line + 1`` at their right."""

    row: np.ndarray
    kind: np.ndarray
    left: np.ndarray
    right: np.ndarray
    line: np.ndarray


@dataclass
class Lines:
    """Dividing lines: ``bends`` points between the ends; ``x`` shape (lines, BENDS + 2), ``t`` their relative height."""

    row: np.ndarray
    bends: np.ndarray
    x: np.ndarray
    t: np.ndarray


@dataclass
class Fields:
    """The plan: rows, slots, dividing lines; ``slot_of``: slot of each parcel; ``turned``: cells whose rows run north."""

    rows: Rows
    slots: Slots
    lines: Lines
    slot_of: np.ndarray
    turned: np.ndarray

    @property
    def row_of(self):
        return self.slots.row[self.slot_of]

    @property
    def cell_of(self):
        return self.rows.cell[self.row_of]

    @property
    def width(self):
        return (self.slots.right - self.slots.left)[self.slot_of]

    @property
    def height(self):
        row = self.row_of
        return self.rows.high[row] - self.rows.low[row]


def _wave(wave, x):
    return wave[..., 0] * np.sin(2 * np.pi * x / wave[..., 1] + wave[..., 2])


def rows_of(cells, rng):
    """Rows of ``cells`` cells."""
    count = rng.choice((4, 5, 6), cells, p=(0.35, 0.45, 0.2))
    share = rng.uniform(0.8, 1.2, (cells, MOST_ROWS))
    share[np.arange(MOST_ROWS) >= count[:, None]] = 0
    borders = np.zeros((cells, MOST_ROWS + 1))
    borders[:, 1:] = np.cumsum(share / share.sum(1, keepdims=True), 1) * layout.INNER_M
    what = np.where(np.arange(MOST_ROWS + 1) % 2 == 1, CANAL, np.where(rng.random((cells, MOST_ROWS + 1)) < 0.3, ROAD, RIDGE))
    gap = np.select([what == CANAL, what == ROAD], [rng.uniform(2.2, 3.4, what.shape), rng.uniform(3.5, 5.0, what.shape)],
                    rng.uniform(0.6, 0.9, what.shape))
    wave = np.stack((rng.uniform(1, 5, what.shape), rng.uniform(260, 520, what.shape), rng.uniform(0, 6, what.shape)), -1)
    outer = (np.arange(MOST_ROWS + 1) == 0) | (np.arange(MOST_ROWS + 1) == count[:, None])
    what[outer], gap[outer], wave[outer, 0] = ROAD, 0.0, 0.0
    slant = rng.normal(0, 7, (cells, MOST_ROWS))
    cell, number = np.nonzero(np.arange(MOST_ROWS) < count[:, None])
    return Rows(
        cell, number, count[cell], borders[cell, number], borders[cell, number + 1], gap[cell, number],
        gap[cell, number + 1], what[cell, number + 1], wave[cell, number], wave[cell, number + 1], slant[cell, number],
    )


def slots_of(rows, hamlet, rng):
    """Cuts every row into slots. ``hamlet``: cells in which the houses of the village stand."""
    n, height = len(rows.cell), rows.high - rows.low
    usual = np.log(rng.normal(1.65, 0.18, n).clip(1.2, 2.2))
    area = np.exp(rng.normal(usual[:, None], 0.5, (n, SLOTS))).clip(0.4, 7.0)
    large = rng.random((n, SLOTS))
    area = np.where(large < 0.006, area * 5, area).clip(0.4, 22.0)
    width = np.maximum(area * MU_M2 / height[:, None], 2.8)
    draw = rng.random((n, SLOTS))
    kind = np.select([draw < 0.05, draw < 0.07, draw < 0.085], [PATH, DITCH, WASTE], PARCEL)
    kind[:, 0] = PARCEL
    width = np.select([kind == PATH, kind == DITCH, kind == WASTE],
                      [rng.uniform(2.5, 4.5, width.shape), rng.uniform(1.5, 2.5, width.shape), rng.uniform(6, 30, width.shape)],
                      width)
    edge = np.cumsum(width, 1)
    count = np.maximum((edge - width / 2 < layout.INNER_M).sum(1), 3)
    stretch = layout.INNER_M / edge[np.arange(n), count - 1]
    row, number = np.nonzero(np.arange(SLOTS) < count[:, None])
    right = edge[row, number] * stretch[row]
    left = right - width[row, number] * stretch[row]
    what = kind[row, number]
    middle = (left + right) / 2 / layout.INNER_M
    houses = hamlet[rows.cell[row]] & (rows.number[row] >= 1) & (rows.number[row] <= 2) & (middle > 0.3) & (middle < 0.66)
    what = np.where(houses, HAMLET, what)
    return Slots(row, what, np.where(number == 0, 0.0, left), right, np.arange(len(row)) + row)


def lines_of(rows, slots, rng):
    """Dividing lines between slots, with a common slant within a row and small bends."""
    n = len(slots.row) + len(rows.cell)
    row = np.zeros(n, np.int64)
    base, width = np.zeros(n), np.full(n, 1e9)
    row[slots.line], row[slots.line + 1] = slots.row, slots.row
    base[slots.line], base[slots.line + 1] = slots.left, slots.right
    wide = slots.right - slots.left
    width[slots.line] = wide
    width[slots.line + 1] = np.minimum(width[slots.line + 1], wide)
    play = np.minimum(width, 12.0)
    bends = rng.choice(BENDS + 1, n, p=(0.5, 0.28, 0.14, 0.08))
    slant = rows.slant[row] * np.sin(np.pi * base / layout.INNER_M)
    foot, head = rng.uniform(-0.12, 0.12, (2, n)) * play
    inner = (base > 1e-6) & (base < layout.INNER_M - 1e-6)
    foot, head = np.where(inner, foot - slant / 2, 0.0), np.where(inner, head + slant / 2, 0.0)
    t, x = np.zeros((n, BENDS + 2)), np.zeros((n, BENDS + 2))
    sway = rng.uniform(-0.1, 0.1, (n, BENDS)) * play[:, None] * inner[:, None]
    for count in range(BENDS + 1):
        lines, points = bends == count, count + 2
        part = np.arange(points) / (points - 1)
        t[np.ix_(lines, np.arange(points))] = part
        at = base[lines, None] + foot[lines, None] * (1 - part) + head[lines, None] * part
        at[:, 1:-1] += sway[lines, :count]
        x[np.ix_(lines, np.arange(points))] = at
    return Lines(row, bends, x, t)


def neighbours(fields):
    """What lies left, right, below and above each parcel, in the cell's own directions; shape (parcels, 4).

    A parcel's number where it is one, else −1 road, −2 canal, −3 ridge.
    """
    slots, rows = fields.slots, fields.rows
    parcel_at = np.full(len(slots.row), -3, np.int64)
    parcel_at[np.isin(slots.kind, (PATH, HAMLET))] = -1
    parcel_at[slots.kind == DITCH] = -2
    parcel_at[fields.slot_of] = np.arange(len(fields.slot_of))
    own, row = fields.slot_of, fields.row_of
    last = len(slots.row) - 1
    same_left = slots.row[np.maximum(own - 1, 0)] == row
    same_left &= own > 0
    same_right = (slots.row[np.minimum(own + 1, last)] == row) & (own < last)
    left = np.where(same_left, parcel_at[np.maximum(own - 1, 0)], -2)
    right = np.where(same_right, parcel_at[np.minimum(own + 1, last)], -1)
    middle = (slots.left + slots.right)[own] / 2
    key, span = slots.row * 1000.0 + slots.right, 1000.0
    upper = np.minimum(np.searchsorted(key, (row + 1) * span + middle), last)
    lower = np.minimum(np.searchsorted(key, (row - 1) * span + middle), last)
    top_row, bottom_row = rows.number[row] == rows.count[row] - 1, rows.number[row] == 0
    gap_below = rows.above[np.maximum(row - 1, 0)]
    over = np.select([top_row, rows.above[row] == CANAL, rows.above[row] == ROAD], [-2, -2, -1], parcel_at[upper])
    under = np.select([bottom_row, gap_below == CANAL, gap_below == ROAD], [-1, -2, -1], parcel_at[lower])
    return np.column_stack((left, right, under, over))


def outlines(fields, cell_x, cell_y, shift_right):
    """Rings of all parcels on the map, clockwise.

    ``shift_right``: metres by which a parcel's own copy of its right line is moved (overlap), one per parcel.
    Returns (coordinates (n, 2), offsets (parcels + 1,)); each ring is closed.
    """
    slots, rows, lines = fields.slots, fields.rows, fields.lines
    line_a = slots.line[fields.slot_of]
    line_b, row = line_a + 1, fields.row_of
    count_a, count_b = lines.bends[line_a] + 2, lines.bends[line_b] + 2
    extra = np.minimum((fields.width / EDGE_EVERY_M).astype(np.int64), 8)
    offsets = np.concatenate(([0], np.cumsum(count_a + count_b + 2 * extra + 1)))
    start = offsets[:-1]
    x, y = np.empty(offsets[-1]), np.empty(offsets[-1])

    def put(which, at, px, t):
        r = row[which]
        x[at] = px
        y[at] = (1 - t) * rows.bottom(r, px) + t * rows.top(r, px)

    top_a, foot_a = lines.x[line_a, count_a - 1], lines.x[line_a, 0]
    top_b, foot_b = lines.x[line_b, count_b - 1] + shift_right, lines.x[line_b, 0] + shift_right
    for point in range(BENDS + 2):
        which = np.flatnonzero(count_a > point)
        put(which, start[which] + point, lines.x[line_a[which], point], lines.t[line_a[which], point])
        which = np.flatnonzero(count_b > point)
        back = count_b[which] - 1 - point
        put(which, (start + count_a + extra)[which] + point, lines.x[line_b[which], back] + shift_right[which],
            lines.t[line_b[which], back])
    for point in range(int(extra.max()) if len(extra) else 0):
        which = np.flatnonzero(extra > point)
        part = ((point + 1) / (extra[which] + 1))
        put(which, (start + count_a)[which] + point, top_a[which] + part * (top_b - top_a)[which], 1.0)
        put(which, (start + count_a + extra + count_b)[which] + point, foot_b[which] + part * (foot_a - foot_b)[which], 0.0)
    last = offsets[1:] - 1
    x[last], y[last] = x[start], y[start]
    owner = np.repeat(np.arange(len(start)), np.diff(offsets))
    cell = fields.cell_of[owner]
    turned = fields.turned[cell]
    x, y = np.where(turned, y, x), np.where(turned, x, y)
    east = (cell_x[cell] * layout.CELL_M + layout.MARGIN_M) + x
    north = (cell_y[cell] * layout.CELL_M + layout.MARGIN_M) + y
    mirrored = np.where(turned, offsets[owner] + offsets[owner + 1] - 1 - np.arange(len(owner)), np.arange(len(owner)))
    return layout.to_map(east, north)[mirrored], offsets
