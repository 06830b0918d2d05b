"""Which parcels to offer people for the registry rows that are not sure: what the assignment proposes first, then the
others that something speaks for, a few for each row.

A row's own parcel may be one that nothing in the row finds (another's name stands there, and no parcel name): so the
rows and holdings that are left are tried with each other, village by village. And a row may stand for two parcels, or
be one of two for one parcel: then the areas add up.
"""

import numpy as np
import pandas as pd

from . import link_pairs, link_points

MOST = 5
TAKEN_FROM, TAKEN_BEHIND = 45, 40
"""From how many points a holding that a sure row has already is offered though neither name agrees, and how many points
it goes behind."""
LAG = 60
"""By how many points a pair of another household may be behind the row's best."""
SUM_POINTS = 30
SUM_TEXTS = ("", "与同户另一地块的面积之和相同", "与另一名录行的面积之和相同")
NAME, PARCEL = (link_points.TEXTS.index(t) for t in (link_points.NAME_TEXT, link_points.PARCEL_TEXT))


def offered(sides, scoring, pairs, chosen, sure, barred, rows, report=lambda: None):
    """(Pairs in the order of row and rank, (k,) rank from 1, (k,) their reasons).

    ``pairs``: all that were found, of which ``chosen`` are assigned and ``sure`` are; ``rows``: those to offer for;
    ``barred(pairs)``: (k,) True for pairs that are not to be offered.
    """
    left = np.ones(len(sides.holdings), dtype=bool)
    left[pairs.holding[sure]] = False
    more = link_pairs.among(sides, scoring, rows, np.flatnonzero(left), report)
    both = link_pairs.joined(pairs.taken(np.isin(pairs.row, rows)), more)
    both = both.taken(~barred(both))
    taken = ~left[both.holding]
    named = np.isin(both.grounds[:, NAME], link_points.LIKE_NAME) | np.isin(both.grounds[:, PARCEL], link_points.SAME_PARCEL)
    kept = ~taken | named | (both.points >= TAKEN_FROM)
    both, taken = both.taken(kept), taken[kept]
    width = max(len(sides.holdings), 1)
    first = np.isin(both.row * width + both.holding, pairs.row[chosen] * width + pairs.holding[chosen])
    summed = _summed(sides, both)
    weight = both.points - TAKEN_BEHIND * taken + SUM_POINTS * (summed > 0)
    best = np.zeros(len(sides.rows), dtype=np.int64)
    np.maximum.at(best, both.row, weight)
    order = np.lexsort((both.holding, -weight, ~first, both.row))
    like = np.isin(both.grounds[:, NAME], link_points.LIKE_NAME)
    order = order[(first | like | (weight >= best[both.row] - LAG))[order]]
    both, taken, summed = both.taken(order), taken[order], summed[order]
    starts = np.flatnonzero(np.r_[True, both.row[1:] != both.row[:-1]][:len(both.row)])
    rank = np.arange(len(both.row)) - np.repeat(starts, np.diff(np.r_[starts, len(both.row)])) + 1
    kept = rank <= MOST
    both = both.taken(kept)
    return both, rank[kept], _reasons(both, taken[kept], summed[kept])


def _reasons(offered, taken, summed):
    told = link_points.words(offered.grounds)
    for kind, text in enumerate(SUM_TEXTS[1:], 1):
        told[summed == kind] = told[summed == kind] + f"；{text}"
    told[taken] = told[taken] + "；这个地块另有更合适的名录行"
    return told


def _summed(sides, pairs):
    """(k,) 1 where the row's area is that of this and another of the household's holdings, 2 where the holding's is that
    of this and another row of the household; 0 otherwise."""
    own = np.flatnonzero(np.isin(pairs.grounds[:, NAME], link_points.LIKE_NAME) & (sides.rows.area[pairs.row] > 0))
    area = pd.DataFrame({
        "pair": own, "row": pairs.row[own], "holding": pairs.holding[own], "holder": sides.holdings.holder[pairs.holding[own]],
        "mine": sides.rows.area[pairs.row[own]], "theirs": sides.holdings.areas[pairs.holding[own]].max(axis=1)})
    area = area[area["theirs"] > 0]
    found = np.zeros(len(pairs.row), dtype=np.int64)
    for kind, keys, part, whole in ((2, ["holding"], "mine", "theirs"), (1, ["row", "holder"], "theirs", "mine")):
        # a part is smaller than the whole; without this, rows of one holding would be tried with all others
        parts = area.loc[area[part] < area[whole], [*keys, "pair", part, whole]]
        two = parts.merge(parts, on=keys, suffixes=("", "_2"))
        away = (two[part] + two[f"{part}_2"] - two[whole]).abs()
        near = np.where((two["mine"] % 10 == 0) if kind == 1 else (two["mine"] % 10 == 0) | (two["mine_2"] % 10 == 0), 10, 2)
        found[two.loc[(two["pair"] != two["pair_2"]) & (away <= near), "pair"].to_numpy(dtype=np.int64)] = kind
    return found
