"""Largest remainder by counting: within a group, parts of one weight get the same share and leave the same remainder.

A county's parts have few different weights (whole steps of water), however many parts there are. So shares and
remainders are worked out once per (group, weight), and only where a group's last extra units end does the order of
the parts themselves decide.
"""

from dataclasses import dataclass

import numpy as np

from ..model import amounts
from . import columns

PER_PART = 2
"""How much larger than the number of parts a table of all pairs may be: beyond that, few parts are alike."""


@dataclass
class Tally:
    """Different pairs of group and weight, by group, then weight. ``group``, ``weight``, ``count``: (m,) int64;
    ``of_part``: (n,) number of each part's pair."""

    group: np.ndarray
    weight: np.ndarray
    count: np.ndarray
    of_part: np.ndarray


@dataclass
class Shares:
    """``share``: (m,) what each part of a pair gets, the extra unit included where all of the pair's parts get it;
    ``remainder``: (m,) before that. ``last``: (m,) mask of the pairs in which the extra units of their group end, and
    ``left``: (groups,) how many units are still to be given to the parts of these pairs, earlier positions first."""

    share: np.ndarray
    remainder: np.ndarray
    last: np.ndarray
    left: np.ndarray


def tally(weights, groups, count):
    """``Tally`` of non-negative integer weights (n,) in groups 0 … ``count`` − 1; None where they are too many to count."""
    width = columns.largest(weights) + 1
    if count * width > PER_PART * len(weights) or weights.dtype == object:
        return None
    key = groups * width + weights
    table = np.bincount(key, minlength=count * width)
    there = np.flatnonzero(table)
    number = np.zeros(len(table), dtype=np.int32)
    number[there] = np.arange(len(there), dtype=np.int32)
    return Tally(there // width, there % width, table[there], number[key])


def shared(group, weight, count, totals):
    """``Shares`` of each group's total among pairs of group and weight that ``count`` parts have, or None where int64
    could overflow. ``totals``: (groups,) int64, none above the group's weight."""
    wholes = columns.sums(weight * count, group, len(totals))
    if columns.largest(weight) * columns.largest(totals) + columns.largest(wholes) >= amounts.INT64_SAFE:
        return None
    product, whole = weight * totals[group], np.maximum(wholes, 1)[group]
    share = product // whole
    remainder = product - share * whole
    left = totals - columns.sums(share * count, group, len(totals))
    order = np.lexsort((-remainder, group))
    group, remainder_there, count = group[order], remainder[order], count[order]
    first = np.r_[True, group[1:] != group[:-1]] if len(group) else np.zeros(0, dtype=bool)
    tier = first | np.r_[True, remainder_there[1:] != remainder_there[:-1]] if len(group) else first
    before = np.cumsum(count) - count
    before -= np.repeat(before[first], np.diff(np.r_[np.flatnonzero(first), len(group)]))
    starts = np.flatnonzero(tier)
    sizes = np.diff(np.r_[starts, len(group)])
    number = np.add.reduceat(count, starts) if len(starts) else count
    owed = left[group[starts]] - before[starts]
    whole_tier, last_tier = owed > number, (owed > 0) & (owed <= number)
    share[order] += np.repeat(whole_tier, sizes)
    last = np.zeros(len(order), dtype=bool)
    last[order] = np.repeat(last_tier, sizes)
    still = np.zeros(len(totals), dtype=np.int64)
    still[group[starts[last_tier]]] = owed[last_tier]
    return Shares(share, remainder, last, still)


def first_of(group, most):
    """Positions of the first ``most[g]`` entries of each group ``g``, by group. ``group``: (n,) numbers."""
    order = np.argsort(group, kind="stable")
    mine = group[order]
    starts = np.flatnonzero(np.r_[True, mine[1:] != mine[:-1]]) if len(mine) else mine
    rank = np.arange(len(mine)) - np.repeat(starts, np.diff(np.r_[starts, len(mine)]))
    return order[rank < most[mine]]
