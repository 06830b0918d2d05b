"""Codes, areas, holdings and registry rows of the sample county, with the defects that are planted in them."""

from dataclasses import dataclass

import numpy as np

from ..model import amounts
from . import defects, layout

CROPS = ("制种玉米", "大田玉米", "小麦", "马铃薯", "蔬菜", "苜蓿", "甜菜", "枸杞")
CROP_SHARE = (0.34, 0.2, 0.14, 0.1, 0.1, 0.07, 0.05, 0.0)
NO_QUOTA_CROP, NO_QUOTA_DISTRICT = CROPS.index("枸杞"), 0
METHODS = ("畦灌", "低压管灌", "膜下滴灌")
METHOD_SHARE = {layout.SURFACE: (0.66, 0.24, 0.1), layout.MIXED: (0.4, 0.3, 0.3), layout.GROUND: (0.15, 0.35, 0.5)}
DEFAULT_METHOD = METHODS[0]
NO_METHOD_SHARE = 0.02
SURVEY_ERROR, MOST_SURVEY_ERROR, ROUNDED_SHARE = 0.003, 0.01, 0.4
FIRST_UNUSED_NUMBER, FIRST_UNKNOWN_NUMBER = 90_001, 80_001
MORE_THAN_HOUSEHOLDS = 80
BLANK = -1


@dataclass
class Holdings:
    """Rows of CBDKXX: parcel (−1: none on the map), code, household, contract and original area in 0.01 m², share flag."""

    parcel: np.ndarray
    code: list
    household: np.ndarray
    contract: np.ndarray
    original: np.ndarray
    shared: np.ndarray


@dataclass
class Registry:
    """Rows of the 名录: parcel (−1: none on the map), household, code, area in 0.01 亩, crop and method (BLANK: not filled
    in)."""

    parcel: np.ndarray
    household: np.ndarray
    code: list
    area: np.ndarray
    crop: np.ndarray
    method: np.ndarray


def give_codes(county):
    """DKBM of every parcel, some malformed and some given twice."""
    cell = county.land.cell
    first = np.searchsorted(cell, np.arange(county.land.layout.groups))
    number = np.arange(county.parcels) - first[cell] + 1
    prefix = county.names.group_code
    county.code = [f"{prefix[c]}{n:05d}" for c, n in zip(cell.tolist(), number.tolist())]
    # a zero is dropped where the rest is no household's code: groups have fewer households than that
    for position, parcel in enumerate(county.take("malformed", number > MORE_THAN_HOUSEHOLDS).tolist()):
        code = county.code[parcel]
        if position % 2 == 0:
            county.code[parcel] = code[:layout.GROUP_DIGITS] + code[layout.GROUP_DIGITS + 1:]
            county.note("CODE_MALFORMED", [parcel], "地块编码只有 18 位")
        else:
            county.code[parcel] = code[:layout.GROUP_DIGITS] + "O" + code[layout.GROUP_DIGITS + 1:]
            county.note("CODE_MALFORMED", [parcel], "数字 0 误写为字母 O")
    first = np.arange(county.parcels - 2)
    holder = county.holders.of_parcel
    first = first[(cell[first] == cell[first + 2]) & (holder[first] != holder[first + 2])]
    county.bad["duplicate"] = county.pool.take_pairs("duplicate", first, first + 2)
    for original, copy in county.bad["duplicate"].tolist():
        county.code[copy] = county.code[original]
        county.note("CODE_DUPLICATE", [original], "两个图斑使用同一编码")


def measure(county):
    """Surveyed, contract and registry areas: close to each other, but for the parcels chosen to differ."""
    rng, drawn = county.rng(9), county.land.area_m2
    large = drawn > defects.SMALLEST_CHANGED_M2
    error = np.clip(rng.normal(0, SURVEY_ERROR, county.parcels), -MOST_SURVEY_ERROR, MOST_SURVEY_ERROR)
    county.measured = _integers(drawn * (1 + error) * 100)
    wrong = county.take("area_geometry", large)
    county.measured[wrong] = _integers(drawn[wrong] * _factors(rng, len(wrong)) * 100)
    county.note("AREA_GEOMETRY", wrong, "实测面积与图形面积相差两成以上")
    rounded = rng.random(county.parcels) < ROUNDED_SHARE
    county.contract = np.where(rounded, _whole_mu(county.measured), county.measured)
    differing = county.take("area_contract", large)
    county.contract[differing] = _integers(county.measured[differing] * _factors(rng, len(differing)))
    county.note("AREA_CONTRACT", differing, "合同面积与实测面积相差两成以上")
    county.registry_area = amounts.mu_100_from_m2_100(county.contract)
    listed = county.take("area_registry", large)
    county.registry_area[listed] = _integers(county.registry_area[listed] * _factors(rng, len(listed)))
    county.note("AREA_REGISTRY", listed, "名录面积与合同面积相差两成以上")
    unit = county.take("area_unit", large)
    county.measured[unit] = amounts.mu_100_from_m2_100(county.measured[unit])
    county.note("AREA_UNIT", unit, "实测面积以亩填入")
    missing = county.take("area_missing", large)
    county.contract[missing] = 0
    county.note("AREA_MISSING", missing, "合同面积为 0")


def hold(county):
    """Who holds what: one household per contract parcel, several for shared ones; some rows missing or too many."""
    rng, holders, ground = county.rng(10), county.holders, county.land
    groups = np.bincount(holders.cell, minlength=ground.layout.groups)
    suitable = (ground.area_m2 > defects.SMALLEST_CHANGED_M2) & (groups[ground.cell] >= 4)
    fair, unfair = county.take("shared", suitable), county.take("share_sum", suitable)
    unlinked = county.take("link_missing")
    several = np.concatenate((fair, unfair))
    alone = np.setdiff1d(np.flatnonzero(county.land_class == "10"), np.concatenate((several, unlinked)))
    parcel, household, contract = [alone], [holders.of_parcel[alone]], [county.contract[alone]]
    first_of_cell = np.cumsum(groups) - groups
    total = county.measured.copy()
    total[unfair] = _integers(total[unfair] * rng.uniform(0.6, 0.75, len(unfair)))
    for p in several.tolist():
        cell, count = ground.cell[p], int(rng.integers(2, 5))
        member = (holders.of_parcel[p] - first_of_cell[cell] + np.arange(count)) % groups[cell]
        parcel.append(np.full(count, p))
        household.append(first_of_cell[cell] + member)
        contract.append(np.array(amounts.largest_remainder(rng.integers(2, 9, count).tolist(), int(total[p]))))
    unknown = rng.integers(0, len(holders.cell), defects.wanted("parcel_unknown", county.parcels))
    parcel.append(np.full(len(unknown), -1))
    household.append(np.sort(unknown))
    contract.append(rng.integers(60_000, 300_000, len(unknown)))
    parcel, household, contract = np.concatenate(parcel), np.concatenate(household), np.concatenate(contract)
    extra = [f"{county.names.group_code[c]}{FIRST_UNKNOWN_NUMBER + i % 9999:05d}"
             for i, c in enumerate(holders.cell[np.sort(unknown)].tolist())]
    codes = [county.code[p] for p in parcel[:len(parcel) - len(extra)].tolist()] + extra
    order = np.lexsort((household, np.where(parcel < 0, county.parcels, parcel)))
    original = _tenths_of_mu(contract * rng.uniform(0.86, 1.0, len(contract)))
    county.holdings = Holdings(
        parcel[order], [codes[i] for i in order.tolist()], household[order], contract[order],
        np.where(original > 0, original, contract)[order], np.isin(parcel, several)[order],
    )
    county.note("SHARED_PARCEL", several, "由多户按份承包")
    county.note("SHARE_SUM", unfair, "各户份额之和不足地块面积的四分之三")
    county.note("HOLDER_LINK_MISSING", unlinked, "承包地块信息表中没有该地块")
    county.truth.add("PARCEL_UNKNOWN", extra, "承包地块信息表中的编码没有图斑")


def register(county):
    """Rows of the registry: one per holding, but for the parcels left out; some repeated, some without a parcel."""
    rng, held = county.rng(11), county.holdings
    outside = county.take("outside_registry")
    county.note("OUTSIDE_REGISTRY", outside, "名录中没有该地块")
    blank_method = _crops_and_methods(county, rng)
    rows = np.flatnonzero((held.parcel >= 0) & ~np.isin(held.parcel, outside))
    parcel, household = held.parcel[rows], held.household[rows]
    area = np.where(held.shared[rows], amounts.mu_100_from_m2_100(held.contract[rows]), county.registry_area[parcel])
    unlinked, twice = county.bad["link_missing"], county.take("registry_duplicate")
    county.note("REGISTRY_DUPLICATE", twice, "名录中同一地块同一户有两行")
    again = np.concatenate((unlinked, twice))
    parcel, household = np.concatenate((parcel, again)), np.concatenate((household, county.holders.of_parcel[again]))
    area = np.concatenate((area, county.registry_area[again]))
    count = defects.wanted("unmatched", county.parcels)
    cell = np.sort(rng.integers(0, county.land.layout.groups, count))
    codes = [f"{county.names.group_code[c]}{FIRST_UNUSED_NUMBER + i % 9999:05d}" for i, c in enumerate(cell.tolist())]
    county.truth.add("REGISTRY_UNMATCHED", codes, "名录中的编码没有图斑")
    county.registry = Registry(
        np.concatenate((parcel, np.full(count, -1))),
        np.concatenate((household, np.searchsorted(county.holders.cell, cell))),
        [county.code[p] for p in parcel.tolist()] + codes, np.concatenate((area, rng.integers(60, 400, count))),
        np.concatenate((county.crop[parcel], rng.choice(len(CROPS), count, p=CROP_SHARE))),
        np.concatenate((np.where(blank_method[parcel], BLANK, county.method[parcel]), np.zeros(count, np.int64))),
    )


def list_others(county):
    """Some parcels are listed in the registry under another household of the same group."""
    holders = county.holders
    groups = np.bincount(holders.cell, minlength=county.land.layout.groups)
    cell, first = county.land.cell, np.cumsum(groups) - groups
    wrong = county.take("registry_holder", (county.land_class == "10") & (groups[cell] >= 2))
    county.note("REGISTRY_HOLDER", wrong, "名录把它写在同组另一户名下")
    rows = np.flatnonzero(np.isin(county.registry.parcel, wrong))
    at, own = cell[county.registry.parcel[rows]], county.registry.household[rows]
    county.registry.household[rows] = first[at] + (own - first[at] + 1) % groups[at]


def _crops_and_methods(county, rng):
    """Crop and method of every parcel; True where the registry leaves the method to the policy's default."""
    ground = county.land
    supply = ground.layout.supply[ground.layout.district][ground.cell]
    county.crop = rng.choice(len(CROPS), county.parcels, p=CROP_SHARE)
    county.method = np.zeros(county.parcels, np.int64)
    for kind, share in METHOD_SHARE.items():
        members = np.flatnonzero(supply == kind)
        county.method[members] = rng.choice(len(METHODS), len(members), p=share)
    blank = rng.random(county.parcels) < NO_METHOD_SHARE
    county.method[blank] = METHODS.index(DEFAULT_METHOD)
    lacking = ground.layout.district[ground.cell] == NO_QUOTA_DISTRICT
    without_crop, without_quota = county.take("crop_missing"), county.take("quota_missing", lacking)
    county.crop[without_crop], county.crop[without_quota] = BLANK, NO_QUOTA_CROP
    county.note("CROP_MISSING", without_crop, "名录未填作物")
    for parcel in without_quota.tolist():
        for source, watered in (("surface", county.outlets.of_parcel[parcel] >= 0), ("ground", county.well[parcel] >= 0)):
            if watered:
                district = county.names.district_code[ground.layout.district[ground.cell[parcel]]]
                key = (CROPS[NO_QUOTA_CROP], district, source, METHODS[county.method[parcel]])
                county.truth.add("QUOTA_MISSING", ["|".join(key)], "定额表中该行未填定额")
    return blank


def repeat_names(county):
    """Two heads of household of one name in a village, and names that came out damaged."""
    holders, rng = county.holders, county.rng(13)
    village = county.land.layout.village[holders.cell]
    order, persons = rng.permutation(len(village)), ~holders.cooperative
    used = set()
    for first in order.tolist():
        if len(used) == defects.wanted("same_name", county.parcels):
            break
        others = np.flatnonzero((village == village[first]) & persons)
        others = others[others != first]
        if persons[first] and village[first] not in used and len(others):
            holders.name[others[first % len(others)]] = holders.name[first]
            used.add(village[first])
            subject = f"{county.names.village_code[village[first]]}:{holders.name[first]}"
            county.truth.add("SAME_NAME", [subject], "同村两户户主同名")
    same = {subject.partition(":")[2] for code, subject, _ in county.truth.rows if code == "SAME_NAME"}
    damaged = [i for i in order[::-1].tolist() if persons[i] and holders.name[i] not in same]
    for holder in damaged[:defects.wanted("name_damaged", county.parcels)]:
        holders.name[holder] = holders.name[holder][:-1] + "?"
        code = f"{county.names.group_code[holders.cell[holder]]}{holders.number[holder]:04d}"
        county.truth.add("NAME_DAMAGED", [code], "姓名末字变成问号")


def _integers(values):
    return np.round(values).astype(np.int64)


def _factors(rng, count):
    """Factors that differ from 1 by 22–40 %, either way."""
    return np.where(rng.random(count) < 0.5, rng.uniform(1.25, 1.4, count), rng.uniform(0.65, 0.78, count))


def _whole_mu(m2_100):
    """Areas of 0.01 m² that are whole hundredths of a 亩, as contracts written in 亩 have them."""
    return amounts.half_up(amounts.mu_100_from_m2_100(m2_100) * 2000, 3)


def _tenths_of_mu(m2_100):
    """Areas of 0.01 m² that are whole tenths of a 亩, as the contracts of 1998 have them."""
    return amounts.half_up(_integers(m2_100 * 0.00015) * 20_000, 3)
