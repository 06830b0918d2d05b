"""Draws the county on which the nine steps are measured: parcels, irrigation layers, registry, quotas and totals.

    county.py PARCELS FOLDER [SEED]     writes parcels.gpkg, layers.gpkg and registry.csv

An oasis of square village groups, 740 m each, with seven rows of narrow strips. Neighbours share their bent boundary
to the millimetre, but for known shares of ridges, slivers and real overlaps; a smooth warp then turns and shears
everything, so that nothing is upright. Canal areas meander across the parcels.
"""

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

CRS = "EPSG:4543"
ORIGIN = np.array([341_000.0, 4_290_000.0])
M2_PER_MU = 2000 / 3
BLOCK, INNER, ROWS = 740.0, 716.0, 7
PER_BLOCK = 415
MOST_STRIPS = 260
OVERLAPPING, SLIVERS, RIDGES = 0.005, 0.025, 0.30
"""Shares of parcels whose right side lies 0.3–3 m over the neighbour's, 1–4 mm over it, 0.2–0.4 m short of it."""
BOW_TIES, REGISTERED, UNKNOWN_IN_REGISTRY = 0.0025, 0.93, 0.01
CROPS = {"小麦": (320, .20), "玉米": (410, .25), "制种玉米": (450, .30), "马铃薯": (300, .10), "蔬菜": (520, .10), "苜蓿": (360, .05)}
SURNAMES = np.array(list("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"))
GIVEN = np.array(list("伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华建国文斌玉梅红生海山林春凤志金福"))


def warped(x, y):
    """Plain block coordinates to the county's, in m, rounded to the millimetre: (k, 2)."""
    east = x + 260 * np.sin(2 * np.pi * y / 5200 + .3) + 90 * np.sin(2 * np.pi * y / 1900 + 1.1)
    north = y + 240 * np.sin(2 * np.pi * x / 6100 + 2.0) + 70 * np.sin(2 * np.pi * x / 2300 + .7)
    return np.round(np.column_stack((east, north)) + ORIGIN, 3)


class Fields:
    """The strips: ``geometry`` (n,), ``block`` (n,) number of the village group, ``seat`` (n,) place within it."""

    def __init__(self, count, random):
        self.across = int(np.ceil(np.sqrt(count / PER_BLOCK * 1.25)))
        self.blocks = self.across * int(np.ceil(np.ceil(count / PER_BLOCK) / self.across))
        rows = self.blocks * ROWS
        block = np.repeat(np.arange(self.blocks), ROWS)
        share = random.uniform(0.7, 1.3, (self.blocks, ROWS))
        height = (share / share.sum(axis=1, keepdims=True) * INNER).ravel()
        foot = block // self.across * BLOCK + 12 + (np.cumsum(height.reshape(-1, ROWS), axis=1).ravel() - height)
        head = foot + height - np.where(random.random(rows) < 0.3, 0, random.uniform(2, 8, rows))
        left = block % self.across * BLOCK + 12

        wanted = np.clip(np.exp(random.normal(np.log(1.4), .62, (rows, MOST_STRIPS))), .3, 8) * M2_PER_MU
        edge = np.cumsum(np.column_stack((np.zeros(rows), wanted / (head - foot)[:, None])), axis=1)
        strips = (edge <= INNER).sum(axis=1) - 1
        row = np.repeat(np.arange(rows), strips)[:count]
        if len(row) < count:
            raise ValueError("the blocks hold fewer parcels than asked for")
        seat = np.arange(len(row)) - np.searchsorted(row, row)
        lines = _Lines(row, seat, edge, left, foot, head, random)
        self.geometry = lines.strips(random)
        self.block = block[row]
        self.seat = np.arange(count) - np.searchsorted(self.block, self.block)


class _Lines:
    """The bent boundaries: each parcel knows its left line and its right line, which is the neighbour's left one."""

    def __init__(self, row, seat, edge, left, foot, head, random):
        self.row, self.seat = row, seat
        self.width = edge[row, seat + 1] - edge[row, seat]
        self.neighbour = np.append(row[1:] == row[:-1], False)
        start = np.cumsum(np.bincount(row) + 1) - np.bincount(row) - 1
        self.left_line = start[row] + seat
        line_row = np.repeat(np.arange(row[-1] + 1), np.bincount(row) + 1)
        place = np.arange(len(line_row)) - start[line_row]
        narrow = np.minimum(np.diff(edge, axis=1)[line_row, place],
                            np.diff(edge, axis=1)[line_row, np.maximum(place - 1, 0)]).clip(max=12)
        self.bends = random.choice(4, len(line_row), p=[.45, .30, .15, .10])
        middle = left[line_row] + edge[line_row, place]
        below, above = middle + random.uniform(-.2, .2, (2, len(line_row))) * narrow
        step = np.arange(5)[None, :] / (self.bends + 1)[:, None]
        self.x = below[:, None] * (1 - step) + above[:, None] * step
        inner = (np.arange(5) > 0) & (np.arange(5)[None, :] <= self.bends[:, None])
        self.x += inner * random.uniform(-.12, .12, self.x.shape) * narrow[:, None]
        self.y = foot[line_row][:, None] + step * (head - foot)[line_row][:, None]

    def strips(self, random):
        """Rings up the left line and down the right one, with the defects put in."""
        count = len(self.row)
        points_left, points_right = self.bends[self.left_line] + 2, self.bends[self.left_line + 1] + 2
        ends = np.cumsum(points_left + points_right + 1)
        starts = ends - points_left - points_right - 1
        x, y = np.empty(ends[-1]), np.empty(ends[-1])
        shift = self._shifts(random, count)
        for point in range(5):
            rows = np.flatnonzero(points_left > point)
            at = starts[rows] + point
            x[at], y[at] = self.x[self.left_line[rows], point], self.y[self.left_line[rows], point]
            rows = np.flatnonzero(points_right > point)
            at, line = ends[rows] - 2 - point, self.left_line[rows] + 1
            x[at], y[at] = self.x[line, point] + shift[rows], self.y[line, point]
        tied = np.flatnonzero(random.random(count) < BOW_TIES)
        top = starts[tied] + points_left[tied] - 1
        for values in (x, y):
            values[top], values[top + 1] = values[top + 1], values[top].copy()
            values[ends - 1] = values[starts]
        return shapely.from_ragged_array(shapely.GeometryType.POLYGON, warped(x, y),
                                         (np.append(0, ends), np.arange(count + 1)))

    def _shifts(self, random, count):
        """(n,) how far in m each parcel's copy of its right line lies over the neighbour (below 0: short of it)."""
        chance, shift = random.random(count), np.zeros(count)
        over = (chance < OVERLAPPING) & self.neighbour
        next_width = np.append(self.width[1:], 1.0)
        shift[over] = np.minimum(random.uniform(.3, 3, count), .7 * next_width)[over]
        sliver = (chance >= OVERLAPPING) & (chance < OVERLAPPING + SLIVERS) & self.neighbour
        shift[sliver] = random.uniform(.001, .004, count)[sliver]
        ridge = chance >= 1 - RIDGES
        shift[ridge] = -np.minimum(random.uniform(.2, .4, count), .2 * self.width)[ridge]
        return shift


def group_codes(fields):
    """(n,) 14 digits of each parcel's village group: township 100 groups, village 4 groups."""
    east, north = fields.block % fields.across, fields.block // fields.across
    township = 100 + east // 10 + 30 * (north // 10)
    village = 200 + east % 10 // 2 + 5 * (north % 10 // 2)
    group = 1 + east % 2 + 2 * (north % 2)
    return 620_702 * 10**8 + township * 10**5 + village * 100 + group


def names(count, random):
    third = np.where(random.random(count) < .75, GIVEN[random.integers(0, len(GIVEN), count)], "")
    second = GIVEN[random.integers(0, len(GIVEN), count)]
    return np.char.add(np.char.add(SURNAMES[random.integers(0, len(SURNAMES), count)], second), third).astype(object)


def parcels(fields, random):
    """The parcel layer with the fields of the contract-land standard, and (n,) holder codes."""
    count = len(fields.geometry)
    code, people = group_codes(fields), names(count, random)
    households = np.maximum(1, np.bincount(fields.block)[fields.block] // 4)
    holder = [f"{c}{h:04d}" for c, h in zip(code, (random.random(count) * households).astype(int) + 1)]
    area = np.abs(shapely.area(fields.geometry)) / M2_PER_MU
    crop = random.choice(np.array(list(CROPS), dtype=object), count, p=[share for _, share in CROPS.values()])
    frame = gpd.GeoDataFrame({
        "BSM": np.arange(1, count + 1, dtype=np.int32), "YSDM": "211011",
        "DKBM": [f"{c}{s:05d}" for c, s in zip(code, fields.seat + 1)],
        "DKMC": [f"{s % 97 + 1}号地" for s in fields.seat], "SYQXZ": "30",
        "DKLB": random.choice(np.array(["10", "21", "22", "99"], dtype=object), count, p=[.90, .05, .02, .03]),
        "TDLYLX": "013", "DLDJ": random.choice(np.array([f"{g:02d}" for g in range(1, 11)], dtype=object), count),
        "TDYT": "1", "SFJBNT": random.choice(np.array(["1", "2"], dtype=object), count, p=[.9, .1]),
        "SCMJ": np.round(area * random.normal(1, .01, count), 2), "DKDZ": np.roll(people, 1),
        "DKXZ": np.roll(people, -1), "DKNZ": random.choice(np.array(["路", "渠"], dtype=object), count), "DKBZ": "田埂",
        "ZJRXM": people, "ZZLX": crop}, geometry=fields.geometry, crs=CRS)
    return frame, np.array(holder, dtype=object)


def registry(frame, holder, random):
    """Most parcels in any order, and some that no map knows."""
    kept = random.permutation(np.flatnonzero(random.random(len(frame)) < REGISTERED))
    unknown = np.arange(int(len(frame) * UNKNOWN_IN_REGISTRY))
    rows = pd.DataFrame({
        "DKBM": [*frame["DKBM"].to_numpy()[kept], *(f"62990000000000{i:05d}" for i in unknown)],
        "CBFBM": [*holder[kept], *(f"62990000000000{i:04d}" for i in unknown)],
        "CBFMC": [*frame["ZJRXM"].to_numpy()[kept], *("某某" for _ in unknown)],
        "HTMJ": [*np.round(frame["SCMJ"].to_numpy()[kept] * random.normal(1, .03, len(kept)), 2), *(1.5 for _ in unknown)]})
    return rows.iloc[random.permutation(len(rows))]


def outline(x0, y0, x1, y1, step, swings):
    """A rectangle walked in steps, its points swung along ``swings``: (height in m, wavelength in m), …"""
    along, up = max(2, int((x1 - x0) / step)), max(2, int((y1 - y0) / step))
    x = np.concatenate((np.linspace(x0, x1, along, False), np.full(up, x1), np.linspace(x1, x0, along, False),
                        np.full(up, x0), [x0]))
    y = np.concatenate((np.full(along, y0), np.linspace(y0, y1, up, False), np.full(along, y1),
                        np.linspace(y1, y0, up, False), [y0]))
    east = sum(height * np.sin(y / length + x / 40 / length) for height, length in swings)
    north = sum(height * np.sin(x / length + y / 40 / length) for height, length in swings)
    return shapely.Polygon(warped(x + east, y + north))


def branch_areas(fields, step):
    """40 districts cut into eight cells or seven bands each, with meanders of three wavelengths."""
    swings, margin = ((45, 310.0), (12, 57.0), (5, 23.0)), 25.0
    x = np.linspace(-margin, fields.across * BLOCK + margin, 9)
    y = np.linspace(-margin, fields.blocks // fields.across * BLOCK + margin, 6)
    rows = []
    for number in range(40):
        column, line = number % 8, number // 8
        cells = (2, 4) if number % 2 else (7, 1)
        for a in range(cells[0]):
            for b in range(cells[1]):
                west, east = x[column] + (x[column + 1] - x[column]) * np.array([a, a + 1]) / cells[0]
                south, north = y[line] + (y[line + 1] - y[line]) * np.array([b, b + 1]) / cells[1]
                rows.append((f"D{number + 1:02d}-{a * cells[1] + b + 1:02d}", f"D{number + 1:02d}",
                             outline(west, south, east, north, step, swings)))
    return gpd.GeoDataFrame(rows, columns=["bcode", "dcode", "geometry"], crs=CRS)


def service_areas(fields, random):
    """Two or three bands in each group; some are missing and some reach 15 m over their neighbours."""
    areas = []
    for block in range(int(fields.block[-1]) + 1):
        x, y = block % fields.across * BLOCK, block // fields.across * BLOCK
        cuts = np.sort(random.uniform([.25], [.4], 1) if random.random() < .5 else random.uniform([.25, .60], [.40, .75]))
        edges = x + BLOCK * np.concatenate(([0], cuts, [1]))
        for west, east in zip(edges[:-1], edges[1:]):
            chance = random.random()
            over = 15.0 if chance > .97 else 0.0
            if chance > .02:
                areas.append(outline(west - over, y - over, east + over, y + BLOCK + over, random.uniform(8, 25),
                                     ((5, 41.0), (4, 13.0))))
    return gpd.GeoDataFrame({"ocode": [f"DK{i:05d}" for i in range(1, len(areas) + 1)]}, geometry=areas, crs=CRS)


def scattered(fields, count, random):
    """(count, 2) places near some parcel."""
    anchor = shapely.get_coordinates(shapely.get_point(shapely.get_exterior_ring(fields.geometry), 0))
    return anchor[random.integers(0, len(anchor), count)] + random.uniform(-60, 60, (count, 2))


def reclaimed_land(fields, count, random):
    """Blobs of 7 to 25 corners, 3 亩 in the median, anywhere over the parcels."""
    middle, corners = scattered(fields, count, random), random.integers(7, 26, count)
    radius = np.sqrt(np.exp(random.normal(np.log(3), .8, count)).clip(.3, 40) * M2_PER_MU / np.pi)
    ends = np.cumsum(corners + 1)
    blob = np.repeat(np.arange(count), corners + 1)
    angle = 2 * np.pi * (np.arange(ends[-1]) - (ends - corners - 1)[blob]) / corners[blob]
    far = radius[blob] * random.uniform(.75, 1.25, ends[-1])
    xy = np.round(middle[blob] + np.column_stack((1.4 * far * np.cos(angle), far * np.sin(angle) / 1.4)), 3)
    xy[ends - 1] = xy[ends - corners - 1]
    shapes = shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy, (np.append(0, ends), np.arange(count + 1)))
    return gpd.GeoDataFrame({"rcode": [f"KH{i:06d}" for i in range(1, count + 1)]}, geometry=shapes, crs=CRS)


def main(count, folder, seed=1):
    folder, random = Path(folder), np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("parcels.gpkg", "layers.gpkg"):
        (folder / name).unlink(missing_ok=True)
    fields = Fields(count, random)
    frame, holder = parcels(fields, random)
    pyogrio.write_dataframe(frame, folder / "parcels.gpkg", layer="parcels", geometry_type="Polygon")
    registry(frame, holder, random).to_csv(folder / "registry.csv", index=False)
    total_mu = float(np.abs(shapely.area(fields.geometry)).sum() / M2_PER_MU)
    branches = branch_areas(fields, 12.0 if count > 300_000 else 6.0)
    wells = np.round(scattered(fields, int(total_mu / 250), random), 3)
    layers = {
        "branches": branches, "service": service_areas(fields, random),
        "wells": gpd.GeoDataFrame({"wcode": [f"W{i:05d}" for i in range(1, len(wells) + 1)]},
                                  geometry=shapely.points(wells), crs=CRS),
        "reclaimed": reclaimed_land(fields, count // 50, random)}
    for name, layer in layers.items():
        pyogrio.write_dataframe(layer, folder / "layers.gpkg", layer=name)
    districts = sorted(set(branches["dcode"]))
    tables = {
        "quota": pd.DataFrame({"crop": list(CROPS), "m3mu": [float(q) for q, _ in CROPS.values()]}),
        "totals": pd.DataFrame({"dcode": districts, "total_m3": np.round(
            total_mu / len(districts) * 400 * random.uniform(.8, 1.0, len(districts)))})}
    for name, table in tables.items():
        pyogrio.write_dataframe(table, folder / "layers.gpkg", layer=name)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:]))
