"""Where the groups, villages, towns and irrigation districts of the sample county lie.

The county is drawn on a flat plan of square cells, one per village group (组), and bent into an oasis by ``to_map``:
a smooth, one-to-one warp, so that what shares a vertex on the plan shares it on the map.
"""

from dataclasses import dataclass

import numpy as np

COUNTY_CODE, COUNTY_NAME = "620799", "示例县"
GROUP_DIGITS = 14
CELL_M = 440.0
MARGIN_M = 9.0
INNER_M = CELL_M - 2 * MARGIN_M
EDGE_STEPS = 22
EAST_M, NORTH_M = 34404300.0, 4285800.0
TURN = np.radians(-13.0)

SURFACE, MIXED, GROUND = 0, 1, 2
FEWEST_PARCELS_PER_GROUP = 85


@dataclass(frozen=True)
class Scale:
    """How a county of one size is divided: a village is ``wide`` × ``high`` cells."""

    wide: int
    high: int
    villages_per_town: int
    districts: int


def scale_of(parcels):
    """Larger counties have larger villages and towns, as real ones do."""
    if parcels < 1_500:
        return Scale(2, 1, 4, 3)
    if parcels < 5_000:
        return Scale(2, 2, 4, 3)
    if parcels < 50_000:
        return Scale(3, 2, 7, 6)
    if parcels < 300_000:
        return Scale(3, 3, 12, 8)
    return Scale(3, 3, 30, 12)


@dataclass
class Sites:
    """Cells in the order in which they are settled: plan position and village rank, one entry per group."""

    x: np.ndarray
    y: np.ndarray
    village: np.ndarray


@dataclass
class Layout:
    """The settled cells with the zones and districts that they belong to; all arrays have one entry per group.

    ``village``, ``town``: running numbers from 0; ``group``: number within the village from 1; ``district``: from 0, in
    the order of the water's flow; ``supply``: SURFACE, MIXED or GROUND, one per district.
    """

    x: np.ndarray
    y: np.ndarray
    village: np.ndarray
    group: np.ndarray
    town: np.ndarray
    town_of_village: np.ndarray
    number_in_town: np.ndarray
    district: np.ndarray
    supply: np.ndarray

    @property
    def groups(self):
        return len(self.x)

    def occupied(self, x, y):
        """True where a cell of the plan carries a settled group; arrays alike."""
        wide = int(self.x.max()) + 3
        return np.isin((np.asarray(y) + 1) * wide + np.asarray(x) + 1, (self.y + 1) * wide + self.x + 1)


def sites(parcels, rng):
    """More than enough cells for the parcels, nearest to the oasis' spine first."""
    scale = scale_of(parcels)
    cells = int(np.ceil(parcels / FEWEST_PARCELS_PER_GROUP)) + 1
    villages = int(np.ceil(cells / (scale.wide * scale.high))) + 1
    across = int(np.ceil(np.sqrt(villages) * 1.9)) + 1
    vy, vx = np.divmod(np.arange(across * across), across)
    px, py = (vx - across / 2 + 0.5) * scale.wide, (vy - across / 2 + 0.5) * scale.high
    bend = 0.35 * np.sin(px / (0.32 * across * scale.wide) + rng.uniform(0, 6)) * across * scale.high * 0.2
    distance = (px / 1.25) ** 2 + ((py - bend) / 0.85) ** 2
    ragged = distance * (1 + 0.22 * np.sin(np.arctan2(py, px) * 5 + rng.uniform(0, 6))) * rng.uniform(0.85, 1.15, len(px))
    chosen = np.argsort(ragged, kind="stable")[:villages]
    inner_y, inner_x = np.divmod(np.arange(scale.wide * scale.high), scale.wide)
    x = (vx[chosen, None] * scale.wide + inner_x).ravel()
    y = (vy[chosen, None] * scale.high + inner_y).ravel()
    village = np.repeat(np.arange(villages), scale.wide * scale.high)
    if cells > 60:
        keep = rng.random(len(x)) >= 0.04
        x, y, village = x[keep], y[keep], village[keep]
    return Sites(x - x.min() + 1, y - y.min() + 1, village)


def settle(parcels, where, groups):
    """The layout of the first ``groups`` cells."""
    scale = scale_of(parcels)
    x, y = where.x[:groups], where.y[:groups]
    _, village = np.unique(where.village[:groups], return_inverse=True)
    villages = int(village.max()) + 1
    group = _running_number(village)
    size = np.bincount(village)
    vx, vy = np.bincount(village, x) / size, np.bincount(village, y) / size
    town_of_village = _compact_parts(vx, vy, max(1, round(villages / scale.villages_per_town)))
    by_village = villages >= 4 * scale.districts
    district = _compact_parts(vx, vy, scale.districts)[village] if by_village else _compact_parts(x, y, scale.districts)
    height = np.bincount(district, y - 0.2 * x) / np.bincount(district)
    rank = np.empty(scale.districts, np.int64)
    rank[np.argsort(height, kind="stable")] = np.arange(scale.districts)
    return Layout(
        x, y, village, group, town_of_village[village], town_of_village, _running_number(town_of_village),
        rank[district], np.arange(scale.districts) * 3 // scale.districts,
    )


def to_map(x, y):
    """Plan metres → EPSG:4522 metres, rounded to the millimetre; shape (n, 2)."""
    u = x + 150 * np.sin(2 * np.pi * y / 5200 + 0.3) + 34 * np.sin(2 * np.pi * y / 1700 + 1.1)
    v = y + 140 * np.sin(2 * np.pi * x / 6100 + 2.0) + 30 * np.sin(2 * np.pi * x / 2100 + 0.7)
    east = EAST_M + u * np.cos(TURN) - v * np.sin(TURN)
    north = NORTH_M + u * np.sin(TURN) + v * np.cos(TURN)
    return np.round(np.column_stack((east, north)), 3)


def cell_rings(x, y):
    """Closed outlines of cells on the map, shape (n, 4·EDGE_STEPS + 1, 2); neighbours share every vertex."""
    steps, zero, full = np.arange(EDGE_STEPS), np.zeros(EDGE_STEPS, int), np.full(EDGE_STEPS, EDGE_STEPS)
    along = np.concatenate((zero, steps, full, EDGE_STEPS - steps, [0]))
    up = np.concatenate((steps, full, EDGE_STEPS - steps, zero, [0]))
    px = (np.asarray(x)[:, None] * EDGE_STEPS + along) * (CELL_M / EDGE_STEPS)
    py = (np.asarray(y)[:, None] * EDGE_STEPS + up) * (CELL_M / EDGE_STEPS)
    return to_map(px.ravel(), py.ravel()).reshape(len(px), -1, 2)


def _running_number(kind):
    """1, 2, 3 … within each kind, in order of appearance."""
    order = np.argsort(kind, kind="stable")
    start = np.searchsorted(kind[order], kind[order])
    number = np.empty(len(kind), np.int64)
    number[order] = np.arange(len(kind)) - start + 1
    return number


def _compact_parts(x, y, parts):
    """Divides points into ``parts`` compact lots of about equal number, by halving along the longer side."""
    label, lots = np.zeros(len(x), np.int64), [(np.arange(len(x)), 0, parts)]
    while lots:
        members, first, count = lots.pop()
        if count <= 1 or len(members) == 0:
            label[members] = first
            continue
        wide = np.ptp(x[members]) > np.ptp(y[members])
        order = np.lexsort((y[members], x[members]) if wide else (x[members], y[members]))
        low = count // 2
        cut = round(len(members) * low / count)
        lots.append((members[order[:cut]], first, low))
        lots.append((members[order[cut:]], first + low, count - low))
    return label
