"""Which registry rows and holdings may belong together, and how much speaks for it.

Pairs are found by what they share (code; village and name; a name that is nearly the same, or the parcel's name, where
the area agrees too), never by trying all with all. The points of a pair are whole numbers; each is weighed by how
rarely it agrees by chance within a village.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..model import codes
from . import person_names
from .link_sides import SAME_CODE_END, Sides

SURE, REVIEW = 60, 30
SURE_MARGIN, OTHER_NAME_MARGIN = 12, 30
"""By how much a sure pair must lead, and by how much where the parcel's name is another."""
PAIRS_AT_ONCE = 400_000
CROWDED = 20_000
RARE_NAME = 30
BIN = 0.05
SMALL_AREA = 120
TELLING = "一二三四五六七八九十东西南北上下前后左右大小"
"""What tells parcels of otherwise like names apart, besides digits."""

(N_UNKNOWN, N_EQUAL, N_FORM, N_MEMBER, N_ALIKE, N_SWAPPED, N_ONE, N_ONE_OF_TWO, N_MISSING, N_OTHER) = range(10)
NAME_POINTS = np.array([0, 40, 40, 34, 34, 33, 28, 18, 26, -10])
NAME_TEXT = ("", "姓名相同", "姓名只有写法不同", "是该户家庭成员", "姓名有一字形近或音近", "姓名有两字颠倒", "姓名有一字不同",
             "姓名有一字不同", "姓名多或少一字", "姓名不同")
C_UNKNOWN, C_EQUAL, C_OTHER_KNOWN, C_OTHER = range(4)
HOLDER_POINTS = np.array([0, 25, -30, -5])
HOLDER_TEXT = ("", "承包方编码相同", "承包方编码是另一户的", "承包方编码不同")
D_UNKNOWN, D_NEAR, D_END, D_OTHER = range(4)
CODE_POINTS = np.array([0, 5, 20, -25])
CODE_TEXT = ("", "地块编码只差一位", "地块编码后五位相同", "地块编码不同")
G_UNKNOWN, G_EQUAL, G_LIKELY, G_UNLIKELY, G_OTHER = range(5)
GROUP_POINTS = np.array([0, 10, 6, -5, -15])
GROUP_TEXT = ("", "组相同", "组号相同", "组号不同", "组不同")
P_UNKNOWN, P_EQUAL, P_NEAR, P_OTHER = range(4)
PARCEL_POINTS = np.array([0, 15, 7, -12])
PARCEL_TEXT = ("", "地块名称相同", "地块名称相近", "地块名称不同")
A_UNKNOWN, A_EXACT, A_ROUNDED, A_CLOSE, A_NEAR, A_LIKE, A_WHOLE, A_ROUGH, A_FAR, A_OTHER = range(10)
AREA_POINTS = np.array([0, 30, 25, 22, 16, 8, 8, 0, -15, -25])
AREA_TEXT = ("", "面积相同", "面积取整后相同", "面积相差不到 1%", "面积相差不到 2%", "面积相差不到 5%", "面积取整到半亩或亩后相同",
             "面积相差不到 10%", "面积相差较大", "面积相差很大")
V_SAME, V_UNKNOWN, V_OTHER = range(3)
VILLAGE_POINTS = np.array([0, -12, -20])
VILLAGE_TEXT = ("村相同", "村名不明", "村不同")
NOT_CONTRACT_POINTS = -10
RELATIONS = {person_names.EQUAL: N_EQUAL, person_names.ALIKE: N_ALIKE, person_names.SWAPPED: N_SWAPPED,
             person_names.ONE_OTHER: N_ONE, person_names.ONE_MISSING: N_MISSING, person_names.UNLIKE: N_OTHER}


@dataclass
class Pairs:
    """(k,) different pairs by row and holding number, sorted. ``points``: whole numbers; ``doubtful``: something
    speaks against the pair, so that it is never sure; ``grounds``: (k, 8) numbers into ``TEXTS``, the last
    1 where the parcel is no contract land."""

    row: np.ndarray
    holding: np.ndarray
    points: np.ndarray
    doubtful: np.ndarray
    grounds: np.ndarray

    def taken(self, mask):
        """Some of the pairs."""
        return Pairs(self.row[mask], self.holding[mask], self.points[mask], self.doubtful[mask], self.grounds[mask])


TEXTS = (VILLAGE_TEXT, GROUP_TEXT, HOLDER_TEXT, NAME_TEXT, CODE_TEXT, PARCEL_TEXT, AREA_TEXT, ("", "不是承包地块"))


def reasons(grounds):
    """The grounds of one pair in words."""
    return "；".join(text for text in (texts[g] for texts, g in zip(TEXTS, grounds)) if text)


def margin_needed(pairs):
    """(k,) by how much each pair must lead to be sure."""
    return np.where(pairs.grounds[:, TEXTS.index(PARCEL_TEXT)] == P_OTHER, OTHER_NAME_MARGIN, SURE_MARGIN)


def find(sides, report=lambda: None):
    """All pairs with at least ``REVIEW`` points. ``report()`` is called now and then and may raise to cancel."""
    scoring = Scoring(sides)
    first = _scored(scoring, _by_same(sides), report)
    best = np.zeros(len(sides.rows), dtype=np.int64)
    np.maximum.at(best, first.row, first.points)
    rest = np.flatnonzero(best < SURE)
    second = _scored(scoring, _by_near(sides, rest), report)
    return _joined(first, second)


def _joined(*parts):
    row, holding = (np.concatenate([getattr(p, n) for p in parts]) for n in ("row", "holding"))
    key = row * (int(holding.max()) + 1 if len(holding) else 1) + holding
    once = np.argsort(key, kind="stable")
    once = once[np.r_[True, key[once][1:] != key[once][:-1]][:len(once)]]
    return Pairs(row[once], holding[once], *(np.concatenate([getattr(p, n) for p in parts])[once]
                                             for n in ("points", "doubtful", "grounds")))


def _scored(scoring, found, report):
    """The found (row, holding) pairs, each once, with their points; those below ``REVIEW`` are left out."""
    count = max(len(scoring.sides.holdings), 1)
    different = np.sort(found[0] * count + found[1])
    different = different[np.r_[True, different[1:] != different[:-1]][:len(different)]]
    row, holding = different // count, different % count
    parts = []
    for start in range(0, max(len(row), 1), PAIRS_AT_ONCE):
        part = slice(start, start + PAIRS_AT_ONCE)
        parts.append(scoring.of(row[part], holding[part]))
        report()
    return _joined(*parts)


# ---- finding pairs -------------------------------------------------------------------------------------------------

def _by_same(sides):
    """Pairs of one holder code; of one village and name (the household's or a member's); of one end of the parcel code."""
    rows, holdings = sides.rows, sides.holdings
    parts = [_join(sides, np.arange(len(rows)), [rows.holder], np.arange(len(holdings)), [holdings.holder])]
    row, village = _villages_of(sides, np.arange(len(rows)))
    called, name = _called(sides)
    parts.append(_join(sides, row, [village, rows.name[row]], called, [holdings.village[called], name]))
    lost = np.flatnonzero(~sides.resolved[rows.place])
    frequency = np.bincount(name, minlength=len(sides.names)) if len(name) else np.zeros(len(sides.names), dtype=np.int64)
    lost = lost[(rows.name[lost] >= 0) & (np.append(frequency, 0)[rows.name[lost]] <= RARE_NAME)]
    parts.append(_join(sides, lost, [rows.name[lost]], called, [name]))
    end_of_row = _ends(rows.frame["DKBM"], short=True)
    if (end_of_row >= 0).any():
        parts.append(_join(sides, row, [village, end_of_row[row]], np.arange(len(holdings)),
                           [holdings.village, _ends(holdings.frame["DKBM"])]))
    return tuple(np.concatenate(side) for side in zip(*parts))


def _by_near(sides, rest):
    """For the rows ``rest``: pairs of one village with nearly the same name and either a like area or the same parcel
    name; or with the same parcel name and a like area."""
    rows, holdings = sides.rows, sides.holdings
    row, village = _villages_of(sides, rest)
    every = np.arange(len(holdings))
    in_villages = every[np.isin(holdings.village, village)]
    parts = [_join_like_area(sides, row, [village, rows.parcel_name[row]], in_villages,
                             [holdings.village[in_villages], holdings.parcel_name[in_villages]])]
    key_of_row, spread, key_of_holding, spread_holding = _near_names(sides, row, in_villages)
    near_row, near_village = row[spread], village[spread]
    near = in_villages[spread_holding]
    parts.append(_join_like_area(sides, near_row, [near_village, key_of_row], near, [holdings.village[near], key_of_holding]))
    parts.append(_join(sides, near_row, [near_village, key_of_row, rows.parcel_name[near_row]], near,
                       [holdings.village[near], key_of_holding, holdings.parcel_name[near]]))
    return tuple(np.concatenate(side) for side in zip(*parts))


def _villages_of(sides, rows):
    """(row, village) for every village that a row's place may be."""
    place, village = np.nonzero(sides.place_ok)
    left = pd.DataFrame({"place": sides.rows.place[rows], "row": rows})
    both = left.merge(pd.DataFrame({"place": place, "village": village}), on="place")
    return both["row"].to_numpy(dtype=np.int64), both["village"].to_numpy(dtype=np.int64)


def _called(sides):
    """(holding, name) of the household's head and members."""
    holdings = sides.holdings
    left = pd.DataFrame({"holder": holdings.holder, "holding": np.arange(len(holdings))})
    family = left.merge(pd.DataFrame({"holder": sides.member_holder, "name": sides.member_name}), on="holder")
    holding = np.concatenate([np.arange(len(holdings)), family["holding"].to_numpy(dtype=np.int64)])
    name = np.concatenate([holdings.name, family["name"].to_numpy(dtype=np.int64)])
    known = name >= 0
    return holding[known], name[known]


def _near_names(sides, row, holding):
    """Rows and holdings spread over the keys of their names: (key, position in ``row``, key, position in ``holding``)."""
    mine = np.unique(sides.rows.name[row])
    theirs = np.unique(sides.holdings.name[holding])
    numbers, spread = {}, []
    for asked, only_known in ((mine, False), (theirs, True)):
        key_of, name_of = [], []
        for name in asked[asked >= 0].tolist():
            for key in person_names.near_keys(sides.names[name]):
                number = numbers.get(key, -1) if only_known else numbers.setdefault(key, len(numbers))
                if number >= 0:
                    key_of.append(number)
                    name_of.append(name)
        spread.append((np.array(name_of, dtype=np.int64), np.array(key_of, dtype=np.int64)))
    out = []
    for name, (name_of, key_of) in zip((sides.rows.name[row], sides.holdings.name[holding]), spread):
        order = np.argsort(name_of, kind="stable")
        at, key = _expanded(np.arange(len(name)), key_of[order], *_matching(name, name_of[order]))
        out += [key, at]
    return out


def _ends(column, short=False):
    """Number of the last five digits of a parcel code, −1 for none; ``short``: only of codes that are no more."""
    return np.array([int(c[-SAME_CODE_END:]) if isinstance(c, str) and c.isascii() and c[-SAME_CODE_END:].isdigit()
                     and (len(c) <= SAME_CODE_END if short else len(c) >= codes.DKBM_LENGTH - 1) else -1
                     for c in column.tolist()], dtype=np.int64)


def _join(sides, row, row_keys, holding, holding_keys):
    """Pairs whose keys are all known and equal. Where too many share them, the area must be alike too."""
    row, mine, holding, theirs = _keyed(row, row_keys, holding, holding_keys)
    first, count = _matching(mine, theirs)
    crowd = count * np.bincount(np.searchsorted(theirs, mine), minlength=len(theirs) + 1)[np.searchsorted(theirs, mine)]
    crowded = crowd > CROWDED
    easy = _expanded(row[~crowded], holding, first[~crowded], count[~crowded])
    if not crowded.any():
        return easy
    held = np.isin(theirs, mine[crowded])
    hard = _binned(sides, row[crowded], mine[crowded], holding[held], theirs[held])
    return tuple(np.concatenate(side) for side in zip(easy, hard))


def _join_like_area(sides, row, row_keys, holding, holding_keys):
    return _binned(sides, *_keyed(row, row_keys, holding, holding_keys))


def _keyed(row, row_keys, holding, holding_keys):
    """(row, key, holding, key): several keys as one number, sorted by it; what is unknown or only on one side left out."""
    sides = []
    for positions, keys in ((row, row_keys), (holding, holding_keys)):
        known = np.ones(len(positions), dtype=bool)
        for key in keys:
            known &= key >= 0
        sides.append([positions[known], [key[known] for key in keys]])
    whole = [np.zeros(len(positions), dtype=np.int64) for positions, _ in sides]
    for mine, theirs in zip(sides[0][1], sides[1][1]):
        width = 1 + max((int(k.max()) for k in (mine, theirs) if len(k)), default=0)
        whole = [w * width + k for w, k in zip(whole, (mine, theirs))]
    out = []
    for (positions, _), key, other in zip(sides, whole, whole[::-1]):
        kept = np.flatnonzero(_held(key, other))
        kept = kept[np.argsort(key[kept], kind="stable")]
        out += [positions[kept], key[kept]]
    return out


def _held(values, among):
    """(n,) True for values that occur in the other array."""
    if not len(among):
        return np.zeros(len(values), dtype=bool)
    among = np.sort(among)
    return among[np.minimum(np.searchsorted(among, values), len(among) - 1)] == values


def _matching(mine, theirs):
    """(first, count) of the places in sorted ``theirs`` that equal each of ``mine``."""
    first = np.searchsorted(theirs, mine, side="left")
    return first, np.searchsorted(theirs, mine, side="right") - first


def _expanded(row, holding, first, count):
    """(row, holding) for every match."""
    start = np.cumsum(count) - count
    at = np.repeat(first - start, count) + np.arange(int(count.sum()))
    return np.repeat(row, count), holding[at]


def _binned(sides, row, mine, holding, theirs):
    """Pairs of equal keys whose areas are within about 5 % and 0.06 亩 of each other, or further (up to three times)."""
    area, areas = sides.rows.area[row], sides.holdings.areas[holding]
    bins = _bin(areas)
    width = int(bins.max(initial=0)) + 3
    kinds = [np.flatnonzero((areas[:, k] >= 0) & (bins[:, k] != bins[:, :k].T).all(axis=0)) for k in range(areas.shape[1])]
    key = np.concatenate([theirs[at] * width + bins[at, k] for k, at in enumerate(kinds)])
    held = np.concatenate([holding[at] for at in kinds])
    order = np.argsort(key, kind="stable")
    key, held = key[order], held[order]
    known = (area >= 0) & (_bin(area) < width - 1)
    row, mine, own = row[known], mine[known], _bin(area)[known]
    parts = [_expanded(row, held, *_matching(mine * width + own + shift, key)) for shift in (-1, 0, 1)]
    return tuple(np.concatenate(side) for side in zip(*parts))


def _bin(area):
    return np.floor(np.log(np.maximum(area, 0) + SMALL_AREA) / BIN).astype(np.int64)


# ---- weighing pairs ------------------------------------------------------------------------------------------------

class Scoring:
    """What is needed to weigh pairs. Relations of two names are worked out once for each two names."""

    def __init__(self, sides: Sides):
        self.sides = sides
        self.members = np.unique(sides.member_holder * max(len(sides.names), 1) + sides.member_name)
        self.wide = [len(c) if isinstance(c, str) else 0 for c in sides.rows.frame["DKBM"].tolist()]
        self.has_code = np.array(self.wide, dtype=np.int64) > 0

    def of(self, row, holding):
        """The pairs with their points, those below ``REVIEW`` left out."""
        grounds = np.stack([self._village(row, holding), self._group(row, holding), self._holder(row, holding),
                            self._name(row, holding), self._code(row, holding), self._parcel(row, holding),
                            self._area(row, holding), (~self.sides.holdings.contract[holding]).astype(np.int64)], axis=1)
        village, group, holder, name, code, parcel, area, other_land = grounds.T
        points = (VILLAGE_POINTS[village] + GROUP_POINTS[group] + HOLDER_POINTS[holder] + NAME_POINTS[name]
                  + CODE_POINTS[code] + PARCEL_POINTS[parcel] + AREA_POINTS[area] + NOT_CONTRACT_POINTS * other_land)
        doubtful = ((holder == C_OTHER_KNOWN) | (code == D_OTHER) | (village == V_OTHER) | (area >= A_FAR)
                    | ((name == N_OTHER) & (holder != C_EQUAL)))
        # a row that names another code is this parcel under a new one, if at all: its name and area must say so
        recoded = (parcel != P_OTHER) & (parcel != P_UNKNOWN) & (area != A_UNKNOWN) & (area < A_ROUGH)
        kept = (points >= REVIEW) & ((code != D_OTHER) | recoded)
        return Pairs(row, holding, points, doubtful, grounds.reshape(len(row), len(TEXTS))).taken(kept)

    def _village(self, row, holding):
        place = self.sides.rows.place[row]
        same = self.sides.place_ok[place, self.sides.holdings.village[holding]]
        return np.where(same, V_SAME, np.where(self.sides.resolved[place], V_OTHER, V_UNKNOWN))

    def _group(self, row, holding):
        mine, theirs = self.sides.rows.group[row], self.sides.holdings.group[holding]
        told = self.sides.holdings.told_group[holding]
        return np.select([(mine < 0) | (theirs < 0), mine == theirs], [G_UNKNOWN, np.where(told, G_EQUAL, G_LIKELY)],
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
        member = _held(self.sides.holdings.holder[holding[other]] * width + mine[other], self.members)
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
        found = np.where((mine < 0) | (theirs < 0), P_UNKNOWN, np.where(mine == theirs, P_EQUAL, P_OTHER))
        other = np.flatnonzero(found == P_OTHER)
        names, width = self.sides.parcel_names, max(len(self.sides.parcel_names), 1)
        two, at = np.unique(mine[other] * width + theirs[other], return_inverse=True)
        near = np.array([_near_parcel(names[k // width], names[k % width]) for k in two.tolist()], dtype=bool)
        found[other[near[at.reshape(-1)]]] = P_NEAR
        return found

    def _area(self, row, holding):
        """The best of the parcel's three areas."""
        mine, theirs = self.sides.rows.area[row], self.sides.holdings.areas[holding]
        away = np.where(theirs < 0, np.iinfo(np.int64).max // 200, np.abs(theirs - mine[:, None])).min(axis=1)
        base = np.maximum(mine, 1)
        within = [100 * away <= percent * base for percent in (1, 2, 5, 10, 30)]
        tenth = (mine % 10 == 0) & (away <= 5)
        whole = ((mine % 50 == 0) & (away <= 25)) | ((mine % 100 == 0) & (away <= 50))
        return np.select(
            [(mine < 0) | (theirs < 0).all(axis=1), away <= 1, tenth, within[0], within[1], within[2], whole, within[3], within[4]],
            [A_UNKNOWN, A_EXACT, A_ROUNDED, A_CLOSE, A_NEAR, A_LIKE, A_WHOLE, A_ROUGH, A_FAR], A_OTHER)


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
