"""Irrigation of the sample county: canals, outlets with service areas, wells, and what waters each parcel."""

from dataclasses import dataclass, field

import numpy as np
import shapely

from . import layout, strips

DITCH_STEPS, HALF_STEPS = 22, 12
WELLS_IN_GROUND_CELL = ((0.3, 1), (0.7, -1))
WELLS_IN_MIXED_CELL = ((0.55, 1),)
DEFAULT_REACH_M = 300.0
WIDER_BY_M = 15.0
CARVED_M = 0.25


@dataclass
class Outlets:
    """Outlets: cell, district, half (0 lower, 1 upper), head point, service area; ``of_parcel``: −1 where none."""

    cell: np.ndarray
    upper: np.ndarray
    head: np.ndarray
    area: np.ndarray
    of_parcel: np.ndarray


@dataclass
class Wells:
    """Wells: position, district, reach (NaN: the policy's default), state and whether a permit number is known."""

    xy: np.ndarray
    district: np.ndarray
    reach: np.ndarray
    closed: np.ndarray
    permitted: np.ndarray

    @property
    def usable(self):
        return ~self.closed & self.permitted

    @property
    def reach_or_default(self):
        return np.where(np.isnan(self.reach), DEFAULT_REACH_M, self.reach)


@dataclass
class Canals:
    """Canals: lines on the map, level (1 trunk … 4 field), district, code and the code of the canal above."""

    lines: list = field(default_factory=list)
    level: list = field(default_factory=list)
    district: list = field(default_factory=list)
    code: list = field(default_factory=list)
    parent: list = field(default_factory=list)

    def add(self, line, level, district, code, parent):
        self.lines.append(line)
        self.level.append(level)
        self.district.append(district)
        self.code.append(code)
        self.parent.append(parent)


def place(land, cell, x, y):
    """Cell metres → map, honouring cells whose rows run north; arrays of one shape → (…, 2)."""
    cell, x, y = np.broadcast_arrays(cell, x, y)
    turned = land.fields.turned[cell]
    east = land.layout.x[cell] * layout.CELL_M + layout.MARGIN_M + np.where(turned, y, x)
    north = land.layout.y[cell] * layout.CELL_M + layout.MARGIN_M + np.where(turned, x, y)
    return layout.to_map(east.ravel(), north.ravel()).reshape(*cell.shape, 2)


def outlets_of(land, rng):
    """One or two outlets for every cell with surface water; two halves meet on the gap above the second row."""
    rows, where = land.fields.rows, land.layout
    supplied = np.flatnonzero(where.supply[where.district] != layout.GROUND)
    split = rng.random(len(supplied)) < 0.5
    cell = np.repeat(supplied, 1 + split)
    upper = np.concatenate(([False], cell[1:] == cell[:-1])) if len(cell) else np.zeros(0, bool)
    halves = np.repeat(split, 1 + split)
    reach = layout.MARGIN_M - 1.5
    along = np.linspace(-reach, layout.INNER_M + reach, DITCH_STEPS + 1)
    row = np.searchsorted(rows.cell, cell) + 1
    middle = rows.gap_above(row[:, None], along[None, :])
    low = np.where((halves & upper)[:, None], middle, -reach)
    high = np.where((halves & ~upper)[:, None], middle, layout.INNER_M + reach)
    sides = np.linspace(0, 1, HALF_STEPS + 1)[1:-1]
    right_y = low[:, -1:] + (high - low)[:, -1:] * sides
    left_y = high[:, :1] + (low - high)[:, :1] * sides
    ring_x = np.concatenate((along, np.full(len(sides), along[-1]), along[::-1], np.full(len(sides), along[0]), along[:1]))
    ring_y = np.concatenate((low, right_y, high[:, ::-1], left_y, low[:, :1]), 1)
    ring = place(land, cell[:, None], np.broadcast_to(ring_x, ring_y.shape), ring_y)
    turned = land.fields.turned[cell]
    margin = layout.MARGIN_M
    head_x = np.where(turned, -margin, np.where(upper, -4.0, -6.5))
    head_y = np.where(turned, np.where(upper, layout.INNER_M + 5.0, -6.5), np.where(upper, layout.INNER_M + margin, -margin))
    number = np.full((where.groups, 2), -1)
    number[cell, upper.astype(int)] = np.arange(len(cell))
    is_split = np.zeros(where.groups, bool)
    is_split[supplied] = split
    home = land.fields.cell_of
    above = is_split[home] & (rows.number[land.fields.row_of] >= 2)
    return Outlets(cell, upper, place(land, cell, head_x, head_y), shapely.polygons(ring), number[home, above.astype(int)])


def dou_line(land, outlets):
    """The 斗渠 of each outlet, from its head along the cell's edge; shape (outlets, points, 2)."""
    rows = land.fields.rows
    row = np.searchsorted(rows.cell, outlets.cell) + 1
    alone = np.bincount(outlets.cell, minlength=land.layout.groups)[outlets.cell] == 1
    x = np.where(outlets.upper, -4.0, -6.5)
    middle = rows.gap_above(row, x)
    start = np.where(outlets.upper, layout.INNER_M + 5.0, -6.5)
    end = np.where(outlets.upper, middle + 3, np.where(alone, layout.INNER_M - 4.0, middle - 3))
    y = start[:, None] + (end - start)[:, None] * np.linspace(0, 1, HALF_STEPS)
    body = place(land, outlets.cell[:, None], np.broadcast_to(x[:, None], y.shape), y)
    return np.concatenate((outlets.head[:, None], body), 1)


def wells_of(land, rng):
    """Wells beside field canals: two in a cell that lives on groundwater, one in a cell with both sources."""
    rows, where = land.fields.rows, land.layout
    supply = where.supply[where.district]
    cells, share, which = [], [], []
    for kind, spots in ((layout.GROUND, WELLS_IN_GROUND_CELL), (layout.MIXED, WELLS_IN_MIXED_CELL)):
        for part, gap in spots:
            members = np.flatnonzero(supply == kind)
            cells.append(members)
            share.append(np.full(len(members), part) + rng.uniform(-0.04, 0.04, len(members)))
            which.append(np.full(len(members), gap))
    cell, share, which = np.concatenate(cells), np.concatenate(share), np.concatenate(which)
    order = np.lexsort((share, cell))
    cell, share, which = cell[order], share[order], which[order]
    first = np.searchsorted(rows.cell, cell)
    row = np.where(which == 1, first, first + (rows.count[first] - 2) // 2 * 2)
    x = share * layout.INNER_M
    xy = place(land, cell, x, rows.gap_above(row, x))
    reach = np.where(rng.random(len(cell)) < 0.4, np.nan, np.round(rng.uniform(280, 330, len(cell)), -1))
    n = len(cell)
    return Wells(xy, where.district[cell], reach, np.zeros(n, bool), np.ones(n, bool))


def nearest_well(shapes, wells, only=None):
    """The nearest usable well within its reach for each parcel; −1 where there is none. Ties go to the lower number."""
    candidates = np.flatnonzero(wells.usable if only is None else only)
    best, distance = np.full(len(shapes), -1), np.full(len(shapes), np.inf)
    if len(candidates) == 0:
        return best
    tree = shapely.STRtree(shapes)
    points = shapely.points(wells.xy[candidates])
    well, parcel = tree.query(points, predicate="dwithin", distance=wells.reach_or_default[candidates])
    apart = shapely.distance(shapes[parcel], points[well])
    order = np.lexsort((well, apart, parcel))
    parcel, well, apart = parcel[order], well[order], apart[order]
    first = np.flatnonzero(np.diff(parcel, prepend=-1))
    best[parcel[first]], distance[parcel[first]] = candidates[well[first]], apart[first]
    return best


def widen_reach(shapes, wells, needy):
    """Widens the reach of wells until every parcel of ``needy`` (bool) has one within reach."""
    missing = np.flatnonzero(needy & (nearest_well(shapes, wells) < 0))
    if len(missing) == 0:
        return
    points = shapely.points(wells.xy)
    pair = shapely.STRtree(points).query_nearest(shapes[missing], all_matches=False)
    need = np.ceil(shapely.distance(shapes[missing][pair[0]], points[pair[1]]) + WIDER_BY_M)
    reach = wells.reach_or_default
    np.maximum.at(reach, pair[1], need)
    wells.reach = np.where(reach > wells.reach_or_default, reach, wells.reach)


def carve(areas, of_parcel, shapes, parcels):
    """Cuts parcels out of the areas that hold them (service areas), with a hair of ground around."""
    for area in np.unique(of_parcel[parcels]):
        members = shapes[parcels[of_parcel[parcels] == area]]
        holes = shapely.union_all(shapely.buffer(members, CARVED_M, join_style="mitre"))
        areas[area] = shapely.difference(areas[area], holes)


def canals_of(land, outlets, names):
    """Trunk, branch, lateral and field canals; the latter two run beside the fields."""
    where, canals = land.layout, Canals()
    for district in range(len(where.supply)):
        if where.supply[district] != layout.GROUND:
            _main_canals(land, outlets, district, names[district], canals)
    lateral = {}
    counters = np.zeros(len(where.supply), int)
    for number, line in enumerate(dou_line(land, outlets)):
        cell = outlets.cell[number]
        district = where.district[cell]
        counters[district] += 1
        code = f"{names[district]}D{counters[district]:04d}"
        lateral[number] = code
        level_line = where.y[cell] + (1 if outlets.upper[number] and not land.fields.turned[cell] else 0)
        canals.add(line, 3, district, code, f"{names[district]}Z{level_line:03d}")
    _field_canals(land, outlets, names, lateral, canals)
    return canals, lateral


def _main_canals(land, outlets, district, name, canals):
    where = land.layout
    mine = where.district[outlets.cell] == district
    cells = outlets.cell[mine]
    level = where.y[cells] + (outlets.upper[mine] & ~land.fields.turned[cells])
    column = int(np.median(where.x[cells]))
    first, last = where.y.min() - 1.3, level.max()
    trunk = np.arange(first, last + 0.01, 0.05) * layout.CELL_M
    canals.add(layout.to_map(np.full(len(trunk), column * layout.CELL_M + 1.0 + district), trunk), 1, district, f"{name}G", "")
    for line in np.unique(level):
        members = where.x[cells[level == line]]
        start, end = min(members.min(), column), max(members.max() + 1, column)
        x = np.linspace(start, end, (end - start) * layout.EDGE_STEPS + 1) * layout.CELL_M
        canals.add(layout.to_map(x, np.full(len(x), line * layout.CELL_M)), 2, district, f"{name}Z{line:03d}", f"{name}G")


def _field_canals(land, outlets, names, lateral, canals):
    rows, where = land.fields.rows, land.layout
    row = np.flatnonzero((rows.above == strips.CANAL) & (rows.number < rows.count - 1))
    x = np.linspace(-4, layout.INNER_M, DITCH_STEPS)
    lines = place(land, rows.cell[row][:, None], np.broadcast_to(x, (len(row), len(x))), rows.gap_above(row[:, None], x))
    number = np.full((where.groups, 2), -1)
    number[outlets.cell, outlets.upper.astype(int)] = np.arange(len(outlets.cell))
    above = ((number[rows.cell[row], 1] >= 0) & (rows.number[row] >= 2)).astype(int)
    outlet = number[rows.cell[row], above]
    district = where.district[rows.cell[row]]
    counters = np.zeros(len(where.supply), int)
    for line, of_outlet, of_district in zip(lines, outlet.tolist(), district.tolist()):
        counters[of_district] += 1
        canals.add(line, 4, of_district, f"{names[of_district]}N{counters[of_district]:05d}", lateral.get(of_outlet, ""))
