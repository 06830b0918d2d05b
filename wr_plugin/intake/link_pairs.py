"""Which registry rows and holdings may belong together.

Pairs are found by what they share (code; village and name; a name that is nearly the same, or the parcel's name, where
the area agrees too), never by trying all with all; ``link_points`` weighs them.
"""

import numpy as np
import pandas as pd

from ..model import codes
from . import link_points, person_names
from .link_points import Pairs
from .link_sides import SAME_CODE_END

PAIRS_AT_ONCE = 400_000
CROWDED = 20_000
RARE_NAME = 30
BIN = 0.05
SMALL_AREA = 120


def find(sides, report=lambda: None):
    """(Pairs that may be assigned or offered, the Scoring that weighed them). ``report()`` is called now and then and
    may raise to cancel."""
    scoring = link_points.Scoring(sides)
    same = _by_same(sides)
    scoring.learn(*same)
    first = _scored(scoring, same, report)
    best = np.zeros(len(sides.rows), dtype=np.int64)
    np.maximum.at(best, first.row, first.points)
    second = _scored(scoring, _by_near(sides, np.flatnonzero(best < link_points.SURE)), report)
    return _against_their_name(joined(first, second)), scoring


def among(sides, scoring, rows, holdings, report=lambda: None):
    """Pairs of the few ``rows`` and ``holdings`` that are left: all of one village; where they are too many, those of
    like area."""
    row, village = _villages_of(sides, rows)
    found = _join(sides, row, [village], holdings, [sides.holdings.village[holdings]])
    return _scored(scoring, found, report)


def _against_their_name(pairs):
    """Doubtful are pairs of another parcel name where a parcel of the row's own name fits too: by its area, or by the
    household."""
    name, parcel, area = (pairs.grounds[:, link_points.TEXTS.index(t)] for t in (
        link_points.NAME_TEXT, link_points.PARCEL_TEXT, link_points.AREA_TEXT))
    fits = np.isin(parcel, link_points.SAME_PARCEL) & (np.isin(area, link_points.AGREEING) | np.isin(name, link_points.LIKE_NAME))
    pairs.doubtful = pairs.doubtful | (parcel == link_points.P_OTHER) & np.isin(pairs.row, pairs.row[fits])
    return pairs


def joined(*parts):
    """Several Pairs as one, each pair once, in order."""
    row, holding = (np.concatenate([getattr(p, n) for p in parts]) for n in ("row", "holding"))
    key = row * (int(holding.max()) + 1 if len(holding) else 1) + holding
    once = np.argsort(key, kind="stable")
    once = once[np.r_[True, key[once][1:] != key[once][:-1]][:len(once)]]
    return Pairs(row[once], holding[once], *(np.concatenate([getattr(p, n) for p in parts])[once]
                                             for n in ("points", "doubtful", "grounds")))


def _scored(scoring, found, report):
    """The found (row, holding) pairs, each once, with their points."""
    count = max(len(scoring.sides.holdings), 1)
    different = np.sort(found[0] * count + found[1])
    different = different[np.r_[True, different[1:] != different[:-1]][:len(different)]]
    row, holding = different // count, different % count
    parts = []
    for start in range(0, max(len(row), 1), PAIRS_AT_ONCE):
        part = slice(start, start + PAIRS_AT_ONCE)
        parts.append(scoring.of(row[part], holding[part]))
        report()
    return joined(*parts)


# ---- finding pairs -------------------------------------------------------------------------------------------------

def _by_same(sides):
    """Pairs of one holder code; of one village and name (the household's or a member's); of one end of the parcel code;
    of one village and parcel name and a like area."""
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
    parts.append(_join_like_area(sides, row, [village, rows.parcel_name[row]], np.arange(len(holdings)),
                                 [holdings.village, holdings.parcel_name]))
    return tuple(np.concatenate(side) for side in zip(*parts))


def _by_near(sides, rest):
    """For the rows ``rest``: pairs of one village with nearly the same name and either a like area or the same parcel
    name."""
    rows, holdings = sides.rows, sides.holdings
    row, village = _villages_of(sides, rest)
    every = np.arange(len(holdings))
    in_villages = every[np.isin(holdings.village, village)]
    key_of_row, spread, key_of_holding, spread_holding = _near_names(sides, row, in_villages)
    near_row, near_village = row[spread], village[spread]
    near = in_villages[spread_holding]
    parts = [_join_like_area(sides, near_row, [near_village, key_of_row], near, [holdings.village[near], key_of_holding])]
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
        kept = np.flatnonzero(link_points.occurs(key, other))
        kept = kept[np.argsort(key[kept], kind="stable")]
        out += [positions[kept], key[kept]]
    return out


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
