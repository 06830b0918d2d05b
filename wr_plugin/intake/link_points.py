"""How much speaks for a registry row and a holding to belong together: what agrees, in points and in words.

The points of a pair are whole numbers; each ground is weighed by how rarely it agrees by chance within a village. A
parcel's name counts more where few parcels of the village bear it; an area counts fully only where it is of the kind
(contract, former contract, measured) that the registry's file gives.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from . import person_names
from .link_sides import SAME_CODE_END, Sides

SURE, REVIEW, OFFERED = 56, 30, 12
"""From how many points a pair may be sure, may be assigned, may be offered to people."""
SURE_MARGIN, OTHER_NAME_MARGIN = 12, 30
"""By how much a sure pair must lead, and by how much where the parcel's name is another."""
RARE_PARCEL_NAME = 3
LEAST_AGREEING, USED_SHARE = 20, 0.5
"""A kind of area is the registry file's own where at least this share of the most agreeing kind's rows agree with it;
told only where so many agree."""
TELLING = "一二三四五六七八九十东西南北上下前后左右大小"
"""What tells parcels of otherwise like names apart, besides digits."""

(N_UNKNOWN, N_EQUAL, N_FORM, N_MEMBER, N_ALIKE, N_SWAPPED, N_ONE, N_ONE_OF_TWO, N_MISSING, N_OTHER) = range(10)
NAME_POINTS = np.array([0, 40, 40, 34, 34, 33, 28, 18, 26, -10])
NAME_TEXT = ("", "姓名相同", "姓名只有写法不同", "是该户家庭成员", "姓名有一字形近或音近", "姓名有两字颠倒", "姓名有一字不同",
             "姓名有一字不同", "姓名多或少一字", "姓名不同")
OWN_NAME = (N_EQUAL, N_FORM, N_MEMBER)
LIKE_NAME = (*OWN_NAME, N_ALIKE, N_SWAPPED, N_ONE, N_ONE_OF_TWO, N_MISSING)
C_UNKNOWN, C_EQUAL, C_OTHER_KNOWN, C_OTHER = range(4)
HOLDER_POINTS = np.array([0, 25, -30, -5])
HOLDER_TEXT = ("", "承包方编码相同", "承包方编码是另一户的", "承包方编码不同")
D_UNKNOWN, D_NEAR, D_END, D_OTHER = range(4)
CODE_POINTS = np.array([0, 5, 20, -25])
CODE_TEXT = ("", "地块编码只差一位", "地块编码后五位相同", "地块编码不同")
G_UNKNOWN, G_EQUAL, G_LIKELY, G_ONLY, G_UNLIKELY, G_OTHER = range(6)
GROUP_POINTS = np.array([0, 10, 6, 6, -5, -15])
GROUP_TEXT = ("", "组相同", "组号相同", "村内同名的只有这一户", "组号不同", "组不同")
P_UNKNOWN, P_EQUAL, P_RARE, P_NEAR, P_OTHER = range(5)
SAME_PARCEL = (P_EQUAL, P_RARE)
PARCEL_POINTS = np.array([0, 13, 22, 8, -12])
PARCEL_TEXT = ("", "地块名称相同", "地块名称相同且村内少见", "地块名称相近", "地块名称不同")
(A_UNKNOWN, A_EXACT, A_TENTHS, A_ROUNDED, A_CLOSE, A_NEAR, A_LIKE, A_WHOLE, A_KIND, A_ROUGH, A_FAR, A_OTHER) = range(12)
AREA_POINTS = np.array([0, 30, 27, 25, 16, 10, 8, 8, 8, 0, -15, -25])
AREA_TEXT = ("", "面积相同", "面积相同", "面积取整后相同", "面积相差不到 1%", "面积相差不到 2%", "面积相差不到 5%", "面积取整到半亩或亩后相同",
             "与另一种面积相同", "面积相差不到 10%", "面积相差较大", "面积相差很大")
AGREEING = (A_EXACT, A_TENTHS, A_ROUNDED, A_CLOSE, A_WHOLE)
V_SAME, V_AMONG, V_UNKNOWN, V_OTHER = range(4)
VILLAGE_POINTS = np.array([0, -6, -12, -20])
VILLAGE_TEXT = ("村相同", "村名不明，是同一名录里的村", "村名不明", "村不同")
NOT_CONTRACT_POINTS = -10
LEAST_OF_KNOWN = -5
"""The fewest points for the area where name and parcel name leave no doubt which parcel is meant."""
RELATIONS = {person_names.EQUAL: N_EQUAL, person_names.ALIKE: N_ALIKE, person_names.SWAPPED: N_SWAPPED,
             person_names.ONE_OTHER: N_ONE, person_names.ONE_MISSING: N_MISSING, person_names.UNLIKE: N_OTHER}


@dataclass
class Pairs:
    """(k,) different pairs by row and holding number, sorted. ``points``: whole numbers; ``doubtful``: something
    speaks against the pair, so that it is never sure; ``grounds``: (k, 8) numbers into ``TEXTS``, the last
    1 where the parcel is no contract land. Pairs below ``REVIEW`` points are only to be offered."""

    row: np.ndarray
    holding: np.ndarray
    points: np.ndarray
    doubtful: np.ndarray
    grounds: np.ndarray

    def taken(self, mask):
        """Some of the pairs."""
        return Pairs(self.row[mask], self.holding[mask], self.points[mask], self.doubtful[mask], self.grounds[mask])


TEXTS = (VILLAGE_TEXT, GROUP_TEXT, HOLDER_TEXT, NAME_TEXT, CODE_TEXT, PARCEL_TEXT, AREA_TEXT, ("", "不是承包地块"))
RADIX = 16 ** np.arange(len(TEXTS), dtype=np.int64)


def reasons(grounds):
    """The grounds of one pair in words."""
    return "；".join(text for text in (texts[g] for texts, g in zip(TEXTS, grounds)) if text)


def margin_needed(pairs):
    """(k,) by how much each pair must lead to be sure."""
    return np.where(pairs.grounds[:, TEXTS.index(PARCEL_TEXT)] == P_OTHER, OTHER_NAME_MARGIN, SURE_MARGIN)


def words(grounds):
    """(k,) the grounds of each pair in words, each kind worked out once."""
    if not len(grounds):
        return np.empty(0, dtype=object)
    kinds, kind = np.unique(grounds @ RADIX, return_inverse=True)
    first = np.zeros(len(kinds), dtype=np.int64)
    first[kind.reshape(-1)] = np.arange(len(grounds))
    return np.array([reasons(g) for g in grounds[first].tolist()], dtype=object)[kind.reshape(-1)]



class Scoring:
    """What is needed to weigh pairs. Relations of two names are worked out once for each two names."""

    def __init__(self, sides: Sides):
        self.sides = sides
        self.members = np.unique(sides.member_holder * max(len(sides.names), 1) + sides.member_name)
        self.wide = [len(c) if isinstance(c, str) else 0 for c in sides.rows.frame["DKBM"].tolist()]
        self.has_code = np.array(self.wide, dtype=np.int64) > 0
        self.bearers = _bearers(sides.holdings)
        self.only_of_name = _only(sides.holdings.village, sides.holdings.name, sides.holdings.holder)
        self.file = pd.factorize(sides.rows.frame["source_file"])[0]
        self.used = np.ones((self.file.max(initial=0) + 2, sides.holdings.areas.shape[1]), dtype=bool)

    def learn(self, row, holding):
        """From pairs of one name: which kinds of area each file of the registry gives."""
        named = (self.sides.rows.name[row] >= 0) & (self.sides.rows.name[row] == self.sides.holdings.name[holding])
        row, holding = row[named], holding[named]
        mine, theirs = self.sides.rows.area[row], self.sides.holdings.areas[holding]
        away = np.abs(theirs - mine[:, None])
        agrees = (mine >= 0)[:, None] & (theirs >= 0) & ((away <= 1) | ((mine % 10 == 0)[:, None] & (away <= 5)))
        count = np.zeros(self.used.shape, dtype=np.int64)
        np.add.at(count, self.file[row], agrees)
        most = count.max(axis=1, keepdims=True)
        self.used = (most < LEAST_AGREEING) | (count >= USED_SHARE * most)

    def of(self, row, holding):
        """The pairs with their points, those that are not even to be offered left out."""
        grounds = np.stack([self._village(row, holding), self._group(row, holding), self._holder(row, holding),
                            self._name(row, holding), self._code(row, holding), self._parcel(row, holding),
                            self._area(row, holding), (~self.sides.holdings.contract[holding]).astype(np.int64)], axis=1)
        village, group, holder, name, code, parcel, area, other_land = grounds.T
        known_by_name = (parcel == P_RARE) & (self.bearers[holding] == 1) & np.isin(name, (N_EQUAL, N_FORM)) & (village == V_SAME)
        area_points = np.maximum(AREA_POINTS[area], np.where(known_by_name, LEAST_OF_KNOWN, AREA_POINTS.min()))
        points = (VILLAGE_POINTS[village] + GROUP_POINTS[group] + HOLDER_POINTS[holder] + NAME_POINTS[name]
                  + CODE_POINTS[code] + PARCEL_POINTS[parcel] + area_points + NOT_CONTRACT_POINTS * other_land)
        # a row of much more area may stand for another parcel too
        larger = self.sides.rows.area[row] > self.sides.holdings.areas[holding].max(axis=1)
        doubtful = ((holder == C_OTHER_KNOWN) | (code == D_OTHER) | (village == V_OTHER) | (area >= A_FAR) & ~(known_by_name & ~larger)
                    | ((name == N_OTHER) & (holder != C_EQUAL)))
        # a row that names another code is this parcel under a new one, if at all: its name and area must say so
        recoded = (parcel != P_OTHER) & (parcel != P_UNKNOWN) & (area != A_UNKNOWN) & (area < A_ROUGH)
        one_household = (village == V_SAME) & (np.isin(name, LIKE_NAME) | (holder == C_EQUAL))
        worth_offering = (points >= OFFERED) | one_household | (village == V_SAME) & (parcel == P_RARE)
        kept = worth_offering & ((code != D_OTHER) | recoded & (points >= REVIEW))
        return Pairs(row, holding, points, doubtful, grounds.reshape(len(row), len(TEXTS))).taken(kept)

    def _village(self, row, holding):
        place = self.sides.rows.place[row]
        same = self.sides.place_ok[place, self.sides.holdings.village[holding]]
        return np.where(same, np.where(self.sides.by_file[place], V_AMONG, V_SAME),
                        np.where(self.sides.resolved[place], V_OTHER, V_UNKNOWN))

    def _group(self, row, holding):
        mine, theirs = self.sides.rows.group[row], self.sides.holdings.group[holding]
        told = self.sides.holdings.told_group[holding]
        unknown = (mine < 0) | (theirs < 0)
        only = unknown & self.only_of_name[holding] & (self.sides.rows.name[row] == self.sides.holdings.name[holding])
        return np.select([only, unknown, mine == theirs], [G_ONLY, G_UNKNOWN, np.where(told, G_EQUAL, G_LIKELY)],
                         np.where(told, G_OTHER, G_UNLIKELY))

    def _holder(self, row, holding):
        mine = self.sides.rows.holder[row]
        return np.select([mine < 0, mine == self.sides.holdings.holder[holding]], [C_UNKNOWN, C_EQUAL],
                         np.where(self.sides.rows.known_holder[row], C_OTHER_KNOWN, C_OTHER))

    def _name(self, row, holding):
        mine, theirs = self.sides.rows.name[row], self.sides.holdings.name[holding]
        found = np.where(mine < 0, N_UNKNOWN, N_OTHER)
        found[(mine >= 0) & (mine == theirs)] = N_EQUAL
        same = np.flatnonzero(found == N_EQUAL)
        as_written = self.sides.rows.frame["holder_name"].to_numpy(dtype=object)[row[same]]
        held = self.sides.holdings.frame["holder_name"].to_numpy(dtype=object)[holding[same]]
        found[same[as_written != held]] = N_FORM
        width = max(len(self.sides.names), 1)
        other = np.flatnonzero(found == N_OTHER)
        member = occurs(self.sides.holdings.holder[holding[other]] * width + mine[other], self.members)
        found[other[member]] = N_MEMBER
        other = other[~member]
        other = other[theirs[other] >= 0]
        two, at = np.unique(mine[other] * width + theirs[other], return_inverse=True)
        names = self.sides.names
        found[other] = np.array([_relation(names[k // width], names[k % width]) for k in two.tolist()],
                                dtype=np.int64)[at.reshape(-1)]
        return found

    def _code(self, row, holding):
        found = np.full(len(row), D_UNKNOWN, dtype=np.int64)
        told = np.flatnonzero(self.has_code[row])
        written = self.sides.rows.frame["DKBM"].to_numpy(dtype=object)[row[told]]
        real = self.sides.holdings.frame["DKBM"].to_numpy(dtype=object)[holding[told]]
        found[told] = [_code_relation(a, b) for a, b in zip(written, real)]
        return found

    def _parcel(self, row, holding):
        mine, theirs = self.sides.rows.parcel_name[row], self.sides.holdings.parcel_name[holding]
        equal = np.where(self.bearers[holding] <= RARE_PARCEL_NAME, P_RARE, P_EQUAL)
        found = np.where((mine < 0) | (theirs < 0), P_UNKNOWN, np.where(mine == theirs, equal, P_OTHER))
        other = np.flatnonzero(found == P_OTHER)
        names, width = self.sides.parcel_names, max(len(self.sides.parcel_names), 1)
        two, at = np.unique(mine[other] * width + theirs[other], return_inverse=True)
        near = np.array([_near_parcel(names[k // width], names[k % width]) for k in two.tolist()], dtype=bool)
        found[other[near[at.reshape(-1)]]] = P_NEAR
        return found

    def _area(self, row, holding):
        """The best of the parcel's areas of the kinds that the row's file gives; else whether another kind agrees."""
        mine, theirs = self.sides.rows.area[row], self.sides.holdings.areas[holding]
        none = np.iinfo(np.int64).max // 200
        each = np.where(theirs < 0, none, np.abs(theirs - mine[:, None]))
        used = self.used[self.file[row]]
        away = np.where(used, each, none).min(axis=1)
        of_other_kind = np.where(used, none, each).min(axis=1)
        base = np.maximum(mine, 1)
        within = [100 * away <= percent * base for percent in (1, 2, 5, 10, 30)]
        tenths = mine % 10 == 0
        whole = ((mine % 50 == 0) & (away <= 25)) | ((mine % 100 == 0) & (away <= 50))
        return np.select(
            [(mine < 0) | (theirs < 0).all(axis=1), (away <= 1) & ~tenths, away <= 1, tenths & (away <= 5), within[0], within[1],
             within[2], whole, of_other_kind <= np.where(tenths, 5, 1), within[3], within[4]],
            [A_UNKNOWN, A_EXACT, A_TENTHS, A_ROUNDED, A_CLOSE, A_NEAR, A_LIKE, A_WHOLE, A_KIND, A_ROUGH, A_FAR], A_OTHER)


def _only(village, name, holder):
    """(m,) True where one household alone bears the name in its village."""
    households = pd.DataFrame({"village": village, "name": name, "holder": holder})
    return ((name >= 0) & (households.groupby(["village", "name"])["holder"].transform("nunique") == 1)).to_numpy(dtype=bool)


def occurs(values, among):
    """(n,) True for values that occur in the other array."""
    if not len(among):
        return np.zeros(len(values), dtype=bool)
    among = np.sort(among)
    return among[np.minimum(np.searchsorted(among, values), len(among) - 1)] == values


def _bearers(holdings):
    """(m,) how many parcels of the village have the parcel's name."""
    parcels = pd.DataFrame({"village": holdings.village, "name": holdings.parcel_name, "parcel": holdings.frame["DKBM"]})
    return parcels.groupby(["village", "name"])["parcel"].transform("nunique").to_numpy(dtype=np.int64)


def _relation(one, other):
    found = RELATIONS[person_names.relation(one, other)]
    return N_ONE_OF_TWO if found == N_ONE and len(one) <= 2 else found


def _code_relation(written, real):
    """How a parcel code that no parcel has stands to a parcel's code."""
    text = "".join(written.split())
    if len(text) <= SAME_CODE_END and text.isdigit():
        return D_END if real[-SAME_CODE_END:].lstrip("0") == text.lstrip("0") else D_OTHER
    if len(text) == len(real):
        places = [i for i, (a, b) in enumerate(zip(text, real)) if a != b]
        swapped = len(places) == 2 and places[1] == places[0] + 1 and text[places[0]] == real[places[1]] \
            and text[places[1]] == real[places[0]]
        return D_NEAR if len(places) == 1 or swapped else D_OTHER
    short, long = sorted((text, real), key=len)
    if len(long) - len(short) == 1 and any(long[:i] + long[i + 1:] == short for i in range(len(long))):
        return D_NEAR
    return D_OTHER


def _near_parcel(one, other):
    """渠北3号 and 渠北3号地 are near; 渠北3号 and 渠北4号 are not."""
    telling = ["".join(c for c in name if c.isdigit() or c in TELLING) for name in (one, other)]
    if telling[0] != telling[1]:
        return False
    if one in other or other in one:
        return True
    return len(one) > 2 and person_names.relation(one, other) != person_names.UNLIKE
