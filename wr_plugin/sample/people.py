"""Households of the sample county: who they are, how many parcels each has. Every person is invented.

ID numbers have the right length and a check digit that is wrong on purpose, phone numbers a prefix that no operator has.
"""

from dataclasses import dataclass

import numpy as np

from . import layout

SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
                 "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文殷展陇")
COMPOUND = ("欧阳", "司马", "上官", "慕容", "尉迟", "皇甫", "令狐", "诸葛", "夏侯", "宇文", "东方", "呼延")
GIVEN = tuple("伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华建国文斌玉梅红生海山林春凤志金福德荣宝成学东龙云飞兴旺年吉祥俊峰鹏辉永世忠义"
              "仁孝天佑长安泰河清源泉润发财有万里新民立业耀祖延寿根柱栓锁")
RARE = tuple("堃喆淼祎翀燚甦犇赟昇旻珺骞") + ("𠮷", "䶮", "㛃")
MALE = set("伟强磊军勇杰涛超刚建国斌海山志福德宝成学东龙飞旺俊峰鹏辉世忠义天佑泰财柱栓锁祖根寿")
FIRST_NAMES = len(GIVEN) + len(RARE)
COMPOUND_SHARE, RARE_SHARE, SINGLE_SHARE = 0.025, 0.02, 0.22
LOCAL_SURNAMES, LOCAL_SHARE = 7, 0.7
SIZES = np.arange(1, 13)
SIZE_SHARE = np.array((9, 13, 15, 15, 13, 11, 8, 6, 4, 3, 2, 1)) / 100
COOPERATIVE_PARCELS, COOPERATIVE_SHARE = 7, 0.3
BRANDS = ("金穗", "丰源", "绿洲", "惠民", "陇原", "祁连")
CHECK_WEIGHTS = np.array((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))
CHECK_DIGITS = "10X98765432"
PHONE_PREFIX = "1000000"
WIFE, SON, DAUGHTER, FATHER, MOTHER = "10", "20", "30", "51", "52"


@dataclass
class Households:
    """One entry per household: its cell, number within the group from 1, name, whether it is a cooperative.

    ``of_parcel``: household per parcel.
    """

    cell: np.ndarray
    number: np.ndarray
    name: np.ndarray
    cooperative: np.ndarray
    of_parcel: np.ndarray


def households(cell_of_parcel, village_of_cell, rng, tick=lambda: None):
    """Gives every parcel to a household of 1–12 parcels in its own group; names are unique within a village."""
    parcels = len(cell_of_parcel)
    order = np.lexsort((rng.random(parcels), cell_of_parcel))
    starts = np.flatnonzero(np.diff(cell_of_parcel[order], prepend=-1))
    ends = np.append(starts[1:], parcels)
    of_parcel, cells, numbers = np.empty(parcels, np.int64), [], []
    total = 0
    for start, end in zip(starts, ends):
        sizes = np.cumsum(rng.choice(SIZES, end - start, p=SIZE_SHARE))
        sizes = sizes[: np.searchsorted(sizes, end - start) + 1]
        member = np.searchsorted(sizes, np.arange(end - start), side="right")
        of_parcel[order[start:end]] = total + member
        cells.append(np.full(len(sizes), cell_of_parcel[order[start]]))
        numbers.append(np.arange(1, len(sizes) + 1))
        total += len(sizes)
        tick()
    cell = np.concatenate(cells)
    names = _names(village_of_cell[cell], rng)
    return Households(cell, np.concatenate(numbers), names, np.zeros(len(cell), bool), of_parcel)


def found_cooperatives(holders, where, village_names, rng):
    """Makes one holder of several parcels in some villages a cooperative, named after the village."""
    parcels = np.bincount(holders.of_parcel, minlength=len(holders.name))
    village = where.village[holders.cell]
    able = np.flatnonzero(parcels >= COOPERATIVE_PARCELS)
    _, first = np.unique(village[able], return_index=True)
    for holder in able[first].tolist():
        if rng.random() < COOPERATIVE_SHARE or holder == able[first[0]]:
            brand = BRANDS[int(rng.integers(0, len(BRANDS)))]
            holders.name[holder] = f"{village_names[village[holder]]}{brand}农民专业合作社"
            holders.cooperative[holder] = True


def _names(village, rng):
    """A name for every household, unique within its village; object array."""
    villages = int(village.max()) + 1
    local = rng.integers(0, len(SURNAMES), (villages, LOCAL_SURNAMES))
    names = np.empty(len(village), np.int64)
    todo = np.arange(len(village))
    while len(todo):
        names[todo] = _draw(village[todo], local, rng)
        key = village * 10**10 + names
        _, first = np.unique(key, return_index=True)
        todo = np.setdiff1d(np.arange(len(village)), first)
    every = list(SURNAMES) + list(COMPOUND)
    first_names = list(GIVEN) + list(RARE)
    texts = [
        every[number // 10**6] + first_names[number // 1000 % 1000] + (first_names[number % 1000 - 1] if number % 1000 else "")
        for number in names.tolist()
    ]
    return np.array(texts, dtype=object)


def _draw(village, local, rng):
    """Names as numbers: surname · 10^6 + first given character · 10^3 + second + 1 (0 where there is none)."""
    n = len(village)
    surname = np.where(rng.random(n) < LOCAL_SHARE, local[village, rng.integers(0, LOCAL_SURNAMES, n)],
                       rng.integers(0, len(SURNAMES), n))
    surname = np.where(rng.random(n) < COMPOUND_SHARE, len(SURNAMES) + rng.integers(0, len(COMPOUND), n), surname)
    first, second = rng.integers(0, len(GIVEN), (2, n))
    rare = rng.random(n) < RARE_SHARE
    first = np.where(rare, rng.integers(len(GIVEN), FIRST_NAMES, n), first)
    single = rng.random(n) < SINGLE_SHARE
    return surname * 10**6 + first * 1000 + np.where(single, 0, second + 1)


def in_gbk(text):
    """True where a GBK file can hold the text."""
    try:
        text.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def identity_numbers(count, birth_year, rng):
    """ID numbers of 18 characters with a wrong check digit: nobody bears one."""
    day = rng.integers(1, 29, count)
    month = rng.integers(1, 13, count)
    serial = rng.integers(0, 1000, count)
    body = [f"{layout.COUNTY_CODE}{y:04d}{m:02d}{d:02d}{s:03d}" for y, m, d, s in
            zip(birth_year.tolist(), month.tolist(), day.tolist(), serial.tolist())]
    digits = np.frombuffer("".join(body).encode(), np.uint8).reshape(count, 17).astype(np.int64) - 48
    right = digits @ CHECK_WEIGHTS % 11
    wrong = (right + rng.integers(1, 10, count)) % 11
    wrong = np.where(wrong == 2, (right + 10) % 11, wrong)
    wrong = np.where(wrong == 2, (right + 1) % 11, wrong)
    return [b + CHECK_DIGITS[w] for b, w in zip(body, wrong.tolist())]


def organisation_numbers(count):
    """Codes of 18 characters for cooperatives; no authority gives out this series."""
    return [f"93{layout.COUNTY_CODE}EX{number:08d}" for number in range(1, count + 1)]


def phone_numbers(count, rng):
    """Phone numbers of 11 digits that no operator gives out."""
    return [f"{PHONE_PREFIX}{number:04d}" for number in rng.integers(0, 10_000, count).tolist()]


@dataclass
class Members:
    """Family members, the head first; ``household``: index; the other columns are lists of texts."""

    household: np.ndarray
    name: list
    sex: list
    identity: list
    relation: list


def members(names, cooperative, heads_identity, rng, tick=lambda: None):
    """Families of 1–6 persons for the named households; cooperatives have none."""
    count = len(names)
    size = np.where(cooperative, 0, rng.choice((1, 2, 3, 4, 5, 6), count, p=(0.07, 0.2, 0.24, 0.27, 0.14, 0.08)))
    household = np.repeat(np.arange(count), size)
    place = np.arange(len(household)) - np.repeat(np.cumsum(size) - size, size)
    birth = np.select([place == 1, place >= 4], [rng.integers(1950, 1985, len(place)), rng.integers(1930, 1955, len(place))],
                      rng.integers(1975, 2012, len(place)))
    identity = identity_numbers(len(place), birth, rng)
    son = rng.random(len(place)) < 0.52
    picks = rng.integers(0, len(GIVEN), (2, len(place))).tolist()
    wives = rng.integers(0, len(SURNAMES), len(place)).tolist()
    name, sex, relation = [], [], []
    for i, (h, p) in enumerate(zip(household.tolist(), place.tolist())):
        if i % 20_000 == 0:
            tick()
        head = names[h]
        family = head[:2] if head[:2] in COMPOUND else head[:1]
        given = GIVEN[picks[0][i]] + GIVEN[picks[1][i]]
        if p == 0:
            name.append(head)
            sex.append("1" if head[-1] in MALE else "2" if head[-1] in "芳娜秀英敏静丽艳娟兰霞桂玉梅凤" else "1")
            relation.append("02")
            identity[i] = heads_identity[h]
        elif p == 1 or p == 5:
            name.append(SURNAMES[wives[i]] + given)
            sex.append("2")
            relation.append(WIFE if p == 1 else MOTHER)
        elif p == 4:
            name.append(family + given)
            sex.append("1")
            relation.append(FATHER)
        else:
            name.append(family + given)
            sex.append("1" if son[i] else "2")
            relation.append(SON if son[i] else DAUGHTER)
    return Members(household, name, sex, identity, relation)
