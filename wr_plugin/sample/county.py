"""The whole sample county in memory: land, water, ownership rows, registry rows, and the truth about its defects."""

from dataclasses import dataclass

import numpy as np
import shapely

from ..model import amounts
from . import defects, land, layout, names, people, strips, water

CROPS = ("制种玉米", "大田玉米", "小麦", "马铃薯", "蔬菜", "苜蓿", "甜菜")
CROP_SHARE = (0.34, 0.2, 0.14, 0.1, 0.1, 0.07, 0.05)
METHODS = ("畦灌", "低压管灌", "膜下滴灌")
METHOD_SHARE = {layout.SURFACE: (0.66, 0.24, 0.1), layout.MIXED: (0.4, 0.3, 0.3), layout.GROUND: (0.15, 0.35, 0.5)}
DEFAULT_METHOD = METHODS[0]
NO_METHOD_SHARE = 0.02
SURVEY_ERROR, MOST_SURVEY_ERROR = 0.003, 0.01
CLOSED_WELLS = NO_PERMIT_WELLS = 0.03
OVERDRAFT_SHARE = 0.35
SMALLEST_CHANGED_M2 = 1300.0


@dataclass
class Holdings:
    """Rows of CBDKXX: parcel, household, contract area and original contract area in 0.01 m², share flag."""

    parcel: np.ndarray
    household: np.ndarray
    contract: np.ndarray
    original: np.ndarray
    shared: np.ndarray


@dataclass
class Registry:
    """Rows of the 名录: parcel (−1 for rows without one), household, code text, area in 0.01 亩, crop and method number
    (method −1: not filled in)."""

    parcel: np.ndarray
    household: np.ndarray
    code: list
    area: np.ndarray
    crop: np.ndarray
    method: np.ndarray


@dataclass
class County:
    """All of it. ``code``: DKBM texts; ``measured``: SCMJ in 0.01 m²; ``land_class``/``use``: DKLB/TDYT; ``source``:
    well and outlet per parcel (−1 none); ``unapproved``/``forests``: polygons with the parcel they lie on (−1 none)."""

    seed: int
    land: land.Land
    names: names.Names
    code: list
    land_class: np.ndarray
    use: np.ndarray
    measured: np.ndarray
    holdings: Holdings
    registry: Registry
    outlets: water.Outlets
    wells: water.Wells
    well: np.ndarray
    in_district: np.ndarray
    district_cuts: dict
    unapproved: list
    forests: list
    overdraft: object
    crop: np.ndarray
    method: np.ndarray
    truth: defects.Truth
    right_possible: np.ndarray


def build(parcels, seed, progress):
    """Draws a county. Same numbers, same county."""
    def rng(stream):
        return np.random.default_rng([seed, parcels, stream])

    progress.step("划分村组与条田")
    where, fields = land.ground_of(parcels, rng(1))
    progress.step("安排农户")
    households = people.households(fields.cell_of, where.village, rng(2))
    beside = strips.neighbours(fields)
    pool = defects.Pool(parcels, rng(3))
    plan = defects.geometry_plan(pool, fields, beside, households)
    beside[plan.twin[:, 1]] = beside[plan.twin[:, 0]]
    progress.step("绘制地块")
    ground = land.draw(where, fields, households, beside, plan)
    progress.step("布设渠道、斗口与机井")
    outlets = water.outlets_of(ground, rng(4))
    wells = water.wells_of(ground, rng(5))
    supply = where.supply[where.district][ground.cell]
    water.widen_reach(ground.shapes, wells, supply == layout.GROUND)
    return _Planting(seed, ground, pool, plan, outlets, wells, rng).county(progress)


class _Planting:
    """Plants what needs areas and water, step by step, and keeps the truth."""

    def __init__(self, seed, ground, pool, plan, outlets, wells, rng):
        self.seed, self.ground, self.pool, self.plan = seed, ground, pool, plan
        self.outlets, self.wells, self.rng = outlets, wells, rng
        self.truth = defects.Truth()
        self.names = names.of(ground.layout, rng(6))
        self.large = ground.area_m2 > SMALLEST_CHANGED_M2

    def county(self, progress):
        ground, pool = self.ground, self.pool
        self._classes()
        self._water()
        self._codes()
        progress.step("填写权属与名录")
        self._areas()
        self._holdings()
        self._registry()
        self._unapproved_and_forest()
        self._same_names()
        self._geometry_truth()
        in_scope = (self.land_class == "10") & ~self.forest
        stopped = np.zeros(ground.parcels, bool)
        for members in (self.malformed, self.duplicate, self.plan.twin, self.unit, self.missing, self.outside_registry,
                        self.outside, self.dry):
            stopped[np.asarray(members).ravel()] = True
        return County(
            self.seed, ground, self.names, self.code, self.land_class, self.use, self.measured, self.holdings,
            self.registry, self.outlets, self.wells, self.well, self.in_district, self.cuts, self.unapproved,
            self.forests, self.overdraft, self.crop, self.method, self.truth, in_scope & ~stopped & pool_ok(pool),
        )

    def _classes(self):
        ground, pool = self.ground, self.pool
        self.land_class = np.full(ground.parcels, "10")
        self.use = np.full(ground.parcels, "1")
        for kind, code in defects.LAND_CLASS.items():
            self.land_class[pool.take(kind)] = code
        by_use, self.covered = pool.take("forest_use"), pool.take("forest_cover")
        self.use[by_use] = "2"
        self.forest = np.zeros(ground.parcels, bool)
        self.forest[by_use] = self.forest[self.covered] = True

    def _water(self):
        ground, pool, wells, outlets, rng = self.ground, self.pool, self.wells, self.outlets, self.rng(7)
        where = ground.layout
        self._border_parcels(pool)
        surface_only = where.supply[where.district][ground.cell] == layout.SURFACE
        self.dry = pool.take("no_source", surface_only & (water.nearest_well(ground.shapes, wells) < 0))
        if len(self.dry):
            water.carve(outlets.area, outlets.of_parcel, ground.shapes, self.dry)
            outlets.of_parcel[self.dry] = -1
        self._idle_wells(rng)
        self.well = water.nearest_well(ground.shapes, wells)
        self._overdraft_zone(rng)

    def _border_parcels(self, pool):
        """Parcels on the oasis' edge that the district's border leaves out."""
        ground, where = self.ground, self.ground.layout
        fields, rows, cell, row = ground.fields, ground.fields.rows, ground.cell, ground.fields.row_of
        turned = fields.turned[cell]
        step_x, step_y = np.where(turned, 1, 0), np.where(turned, 0, 1)
        side = np.where(rows.number[row] == 0, -1, np.where(rows.number[row] == rows.count[row] - 1, 1, 0))
        x, y = where.x[cell] + side * step_x, where.y[cell] + side * step_y
        self.outside = pool.take("outside_district", (side != 0) & ~where.occupied(x, y))
        self.in_district = np.ones(ground.parcels, bool)
        self.in_district[self.outside] = False
        self.cuts = {}
        for parcel in self.outside.tolist():
            home = cell[parcel]
            corner = layout.to_map(np.array([where.x[home], where.x[home] + side[parcel] * step_x[parcel]]) * layout.CELL_M,
                                   np.array([where.y[home], where.y[home] + side[parcel] * step_y[parcel]]) * layout.CELL_M)
            outward = (corner[1] - corner[0]) / np.hypot(*(corner[1] - corner[0])) * 40
            shape = shapely.buffer(ground.shapes[parcel], 0.25, join_style="mitre")
            moved = shapely.transform(shape, lambda xy, by=outward: xy + by)
            self.cuts.setdefault(int(where.district[home]), []).append(shapely.convex_hull(shapely.union_all([shape, moved])))

    def _idle_wells(self, rng):
        """Closed wells and wells without a permit: some beside good ones, some beside parcels that have no other."""
        ground, wells = self.ground, self.wells
        good = len(wells.xy)
        closed, unlicensed = (max(2, round(good * share)) for share in (CLOSED_WELLS, NO_PERMIT_WELLS))
        at = rng.integers(0, good, closed + unlicensed)
        xy = np.round(wells.xy[at] + rng.uniform(-45, 45, (len(at), 2)), 3)
        district = wells.district[at]
        lonely = self.dry[::2]
        if len(lonely):
            xy = np.concatenate((xy, np.round(shapely.get_coordinates(shapely.point_on_surface(ground.shapes[lonely])), 3)))
            district = np.concatenate((district, ground.layout.district[ground.cell[lonely]]))
        is_closed = np.concatenate((np.arange(len(at)) < closed, np.ones(len(lonely), bool)))
        xy, district = np.concatenate((wells.xy, xy)), np.concatenate((wells.district, district))
        order = np.lexsort((xy[:, 1], xy[:, 0], district))
        self.wells = water.Wells(
            xy[order], district[order], np.concatenate((wells.reach, np.full(len(is_closed), np.nan)))[order],
            np.concatenate((wells.closed, is_closed))[order],
            np.concatenate((wells.permitted, is_closed))[order],
        )
        codes = names.well_codes(len(order))
        for number in np.flatnonzero(self.wells.closed).tolist():
            self.truth.add("WELL_CLOSED", [codes[number]], "机井状态为关停")
        for number in np.flatnonzero(~self.wells.permitted).tolist():
            self.truth.add("WELL_NO_PERMIT", [codes[number]], "取水许可证号为空")

    def _overdraft_zone(self, rng):
        """A blob around part of the wells of the first groundwater district."""
        where, wells = self.ground.layout, self.wells
        district = int(np.flatnonzero(where.supply == layout.GROUND)[0])
        usable = np.flatnonzero(wells.usable & (wells.district == district))
        centre = wells.xy[usable[0]]
        apart = np.sort(np.hypot(*(wells.xy[usable] - centre).T))
        radius = apart[min(len(apart) - 1, int(len(apart) * OVERDRAFT_SHARE))] + 60
        angle = np.linspace(0, 2 * np.pi, 73)[:-1]
        wobble = 1 + 0.06 * np.sin(3 * angle + rng.uniform(0, 6)) + 0.04 * np.sin(7 * angle + rng.uniform(0, 6))
        ring = np.round(centre + (radius * wobble)[:, None] * np.column_stack((np.cos(angle), np.sin(angle))), 3)
        self.overdraft = shapely.Polygon(ring)
        inside = shapely.intersects(self.overdraft, shapely.points(wells.xy)) & wells.usable
        codes = names.well_codes(len(wells.xy))
        self.truth.add("WELL_OVERDRAFT", [codes[i] for i in np.flatnonzero(inside).tolist()], "位于示例超采区")

    def _codes(self):
        ground, pool, rng = self.ground, self.pool, self.rng(8)
        cell = ground.cell
        first = np.searchsorted(cell, np.arange(ground.layout.groups))
        number = np.arange(ground.parcels) - first[cell] + 1
        prefix = self.names.group_code
        self.code = [f"{prefix[c]}{n:05d}" for c, n in zip(cell.tolist(), number.tolist())]
        for code, members in self._finding_sets():
            self.truth.add(code, [self.code[i] for i in members.tolist()], "")
        self.malformed = pool.take("malformed", number > 9)
        taken = set()
        for position, parcel in enumerate(self.malformed.tolist()):
            code = self.code[parcel]
            short = code[:-1]
            if position % 2 == 0 and short not in taken:
                self.code[parcel] = short
                self.truth.add("CODE_MALFORMED", [short], "地块编码只有 18 位")
            else:
                self.code[parcel] = code[:14] + "O" + code[15:]
                self.truth.add("CODE_MALFORMED", [self.code[parcel]], "数字 0 误写为字母 O")
            taken.add(self.code[parcel])
        pairs = np.arange(ground.parcels - 2)
        pairs = pairs[(cell[pairs] == cell[pairs + 2])]
        holder = ground.households.of_parcel
        pairs = pairs[holder[pairs] != holder[pairs + 2]]
        free = pool.free
        pairs = pairs[free[pairs] & free[pairs + 2]]
        self.duplicate = pool.take_pairs("duplicate", pairs, pairs + 2)
        for original, copy in self.duplicate.tolist():
            self.code[copy] = self.code[original]
            self.truth.add("CODE_DUPLICATE", [self.code[original]], "两个图斑使用同一编码")
        self._rng_codes = rng

    def _finding_sets(self):
        """Findings on parcels chosen before codes were given; none of them has its code changed later."""
        yield "NOT_CONTRACT_LAND", np.flatnonzero(self.land_class != "10")
        yield "FOREST_LAND", np.flatnonzero(self.forest)
        yield "OUTSIDE_DISTRICT", self.outside
        yield "NO_SOURCE", self.dry

    def _areas(self):
        ground, pool, rng = self.ground, self.pool, self.rng(9)
        error = np.clip(rng.normal(0, SURVEY_ERROR, ground.parcels), -MOST_SURVEY_ERROR, MOST_SURVEY_ERROR)
        self.measured = np.round(ground.area_m2 * (1 + error) * 100).astype(np.int64)
        wrong = pool.take("area_geometry", self.large)
        self.measured[wrong] = np.round(ground.area_m2[wrong] * _factor(rng, len(wrong)) * 100)
        self._note("AREA_GEOMETRY", wrong, "实测面积与图形面积相差两成以上")
        self.contract = self.measured.copy()
        rounded = rng.random(ground.parcels) < 0.4
        self.contract[rounded] = _whole_mu(self.contract[rounded])
        self.contract[wrong] = self.measured[wrong]
        differing = pool.take("area_contract", self.large)
        self.contract[differing] = np.round(self.measured[differing] * _factor(rng, len(differing)))
        self._note("AREA_CONTRACT", differing, "合同面积与实测面积相差两成以上")
        self.unit = pool.take("area_unit", self.large)
        self.missing = pool.take("area_missing", self.large)
        self.registry_area = amounts.mu_100_from_m2_100(self.contract)
        self.measured[self.unit] = amounts.mu_100_from_m2_100(self.measured[self.unit])
        self.contract[self.missing] = 0
        self._note("AREA_UNIT", self.unit, "实测面积以亩填入")
        self._note("AREA_MISSING", self.missing, "合同面积为 0")
        listed = pool.take("area_registry", self.large)
        self.registry_area[listed] = np.round(self.registry_area[listed] * _factor(rng, len(listed)))
        self._note("AREA_REGISTRY", listed, "名录面积与合同面积相差两成以上")

    def _note(self, code, parcels, note):
        self.truth.add(code, [self.code[i] for i in parcels.tolist()], note)

    def _holdings(self):
        ground, pool, rng = self.ground, self.pool, self.rng(10)
        households = ground.households
        groups = np.bincount(households.cell, minlength=ground.layout.groups)
        self.shared = pool.take("shared", self.large & (groups[ground.cell] >= 4))
        first_of_cell = np.concatenate(([0], np.cumsum(groups)))[:-1]
        single = np.setdiff1d(np.flatnonzero(self.land_class == "10"), self.shared)
        parcel, holder = [single], [households.of_parcel[single]]
        contract, shared = [self.contract[single]], [np.zeros(len(single), bool)]
        for p in self.shared.tolist():
            cell, count = ground.cell[p], int(rng.integers(2, 5))
            own = households.of_parcel[p] - first_of_cell[cell]
            others = (own + 1 + np.arange(count - 1)) % groups[cell]
            part = amounts.largest_remainder(rng.integers(2, 9, count).tolist(), int(self.measured[p]))
            parcel.append(np.full(count, p))
            holder.append(first_of_cell[cell] + np.concatenate(([own], others)))
            contract.append(np.array(part))
            shared.append(np.ones(count, bool))
        self._note("SHARED_PARCEL", self.shared, "由多户按份承包")
        parcel, holder, contract, shared = (np.concatenate(part) for part in (parcel, holder, contract, shared))
        order = np.lexsort((holder, parcel))
        original = np.round(contract * rng.uniform(0.86, 1.0, len(contract)) * 15 / 1e6) * 1e6 / 15
        original = np.where(original > 0, np.round(original), contract).astype(np.int64)
        self.holdings = Holdings(parcel[order], holder[order], contract[order], original[order], shared[order])

    def _registry(self):
        ground, pool, rng = self.ground, self.pool, self.rng(11)
        held = self.holdings
        self.outside_registry = pool.take("outside_registry")
        self._note("OUTSIDE_REGISTRY", self.outside_registry, "名录中没有该地块")
        supply = ground.layout.supply[ground.layout.district][ground.cell]
        self.crop = rng.choice(len(CROPS), ground.parcels, p=CROP_SHARE)
        self.method = np.zeros(ground.parcels, np.int64)
        for kind, share in METHOD_SHARE.items():
            members = np.flatnonzero(supply == kind)
            self.method[members] = rng.choice(len(METHODS), len(members), p=share)
        blank = rng.random(ground.parcels) < NO_METHOD_SHARE
        self.method[blank] = METHODS.index(DEFAULT_METHOD)
        listed = ~np.isin(held.parcel, self.outside_registry)
        parcel, household = held.parcel[listed], held.household[listed]
        area = np.where(held.shared[listed], amounts.mu_100_from_m2_100(held.contract[listed]), self.registry_area[parcel])
        missing = defects.wanted("unmatched", ground.parcels)
        extra_cell = np.sort(rng.integers(0, ground.layout.groups, missing))
        first = np.searchsorted(ground.households.cell, extra_cell)
        extra_code = [f"{self.names.group_code[c]}{90001 + i % 9999:05d}" for i, c in enumerate(extra_cell.tolist())]
        self.truth.add("REGISTRY_UNMATCHED", extra_code, "名录中的编码没有图斑")
        self.registry = Registry(
            np.concatenate((parcel, np.full(missing, -1))), np.concatenate((household, first)),
            [self.code[p] for p in parcel.tolist()] + extra_code,
            np.concatenate((area, rng.integers(60, 400, missing))),
            np.concatenate((self.crop[parcel], rng.choice(len(CROPS), missing, p=CROP_SHARE))),
            np.concatenate((np.where(blank[parcel], -1, self.method[parcel]), np.zeros(missing, np.int64))),
        )

    def _unapproved_and_forest(self):
        ground, pool, rng = self.ground, self.pool, self.rng(12)
        simple = self.large & self.in_district
        part = pool.take("unapproved_part", simple)
        whole = pool.take("unapproved_whole", simple)
        self.unapproved = [(p, _lower_part(ground, p, rng.uniform(0.25, 0.6))) for p in part.tolist()]
        self.unapproved += [(p, ground.shapes[p]) for p in whole.tolist()]
        self._note("UNAPPROVED_OVERLAP", part, "部分位于新开、复垦、未批耕地")
        self._note("UNAPPROVED_OVERLAP", whole, "全部位于新开、复垦、未批耕地")
        self.unapproved += [(-1, shape) for shape in _fringe(ground.layout, rng)]
        self.forests = [(p, ground.shapes[p]) for p in self.covered.tolist()]
        self.forests += [(-1, shape) for shape in _belts(ground.layout, rng)]

    def _same_names(self):
        """Two heads of household of one name in one village."""
        households, rng = self.ground.households, self.rng(13)
        village = self.ground.layout.village[households.cell]
        count = max(1, round(defects.RATES["same_name"] * self.ground.parcels))
        used = set()
        for first in rng.permutation(len(village)).tolist():
            if count == 0:
                break
            same = np.flatnonzero(village == village[first])
            if village[first] in used or len(same) < 2:
                continue
            other = int(same[(np.searchsorted(same, first) + len(same) // 2) % len(same)])
            households.name[other] = households.name[first]
            used.add(village[first])
            self.truth.add("SAME_NAME", [f"{self.names.village_code[village[first]]}:{households.name[first]}"], "同村两户户主同名")
            count -= 1

    def _geometry_truth(self):
        self._note("GEOMETRY_REPAIRED", self.plan.bow_tie, "图形自相交（蝴蝶结）")
        self._note("GEOMETRY_REPAIRED", self.plan.spike, "图形自相交（尖刺）")
        for code, pairs in (("PARCEL_OVERLAP", self.plan.overlap), ("GEOMETRY_DUPLICATE", self.plan.twin)):
            subjects = [defects.pair_subject(self.code[a], self.code[b]) for a, b in pairs.tolist()]
            self.truth.add(code, subjects, "与邻地重叠" if code == "PARCEL_OVERLAP" else "两个图斑图形相同")


def pool_ok(pool):
    """All parcels: the pool itself stops none."""
    return np.ones(pool.parcels, bool)


def _factor(rng, count):
    """Factors that differ from 1 by 22–40 %, either way."""
    return np.where(rng.random(count) < 0.5, rng.uniform(1.25, 1.4, count), rng.uniform(0.65, 0.78, count))


def _whole_mu(m2_100):
    """Areas of 0.01 m² rounded to whole hundredths of a 亩, as contracts written in 亩 have them."""
    return amounts.half_up(amounts.mu_100_from_m2_100(m2_100) * 2000, 3)


def _lower_part(ground, parcel, share):
    """The part of a strip nearest to its first corner, a hair inside its outline."""
    ring = shapely.get_coordinates(ground.shapes[parcel])[:-1]
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(ground.shapes[parcel]))[:4]
    if np.hypot(*(box[1] - box[0])) < np.hypot(*(box[2] - box[1])):
        box = np.roll(box, -1, axis=0)
    if np.hypot(*(box[0] - ring[0])) > np.hypot(*(box[1] - ring[0])):
        box = box[[1, 0, 3, 2]]
    half = shapely.Polygon([box[0], box[0] + share * (box[1] - box[0]), box[3] + share * (box[2] - box[3]), box[3]])
    return shapely.intersection(half, shapely.buffer(ground.shapes[parcel], -0.15))


def _fringe(where, rng):
    """New fields on the desert's edge, outside every cell with parcels."""
    shapes, taken = [], set()
    for x, y in zip(where.x.tolist(), where.y.tolist()):
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            cell = (x + dx, y + dy)
            if cell in taken or where.occupied(*cell) or rng.random() > 0.3:
                continue
            taken.add(cell)
            left, low, width, height = rng.uniform((60, 60, 60, 60), (180, 180, 200, 200))
            shapes.append(_plan_box(cell, left, low, left + width, low + height))
    return shapes


def _belts(where, rng):
    """Shelter belts along the roads between the groups."""
    return [_plan_box((x, y), layout.CELL_M - 7.0, 20, layout.CELL_M - 4.0, rng.uniform(200, 420))
            for x, y in zip(where.x.tolist(), where.y.tolist()) if rng.random() < 0.35]


def _plan_box(cell, left, low, right, high):
    """A rectangle of a cell as it lies on the map."""
    up, across = np.linspace(low, high, 12), np.linspace(left, right, 12)
    x = np.concatenate((np.full(12, left), across, np.full(12, right), across[::-1]))
    y = np.concatenate((up, np.full(12, high), up[::-1], np.full(12, low)))
    return shapely.Polygon(layout.to_map(cell[0] * layout.CELL_M + x, cell[1] * layout.CELL_M + y))
