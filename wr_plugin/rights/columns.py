"""Integer columns that cannot overflow, and recorded decimals read into them exactly."""

import numpy as np
import pandas as pd

from ..model import amounts

NEAR_A_TIE = 1e-3
LARGEST_TABLE = 1 << 22
EXACT_IN_FLOAT = 2**53
"""Up to here binary floats hold every whole number, so that a sum of them is exact."""


def integers(bound, *columns):
    """The columns as int64 where no intermediate result exceeds ``bound`` < 2**62, else as Python integers.

    ``bound``: a Python integer that the caller has worked out. Both kinds take the same ``*``, ``+`` and ``//``.
    """
    kind = np.int64 if bound < amounts.INT64_SAFE else object
    return tuple(np.asarray(column).astype(kind) for column in columns)


def largest(column):
    """The largest value of an integer column as a Python integer; 0 where it is empty."""
    return int(column.max()) if len(column) else 0


def hundredths(values):
    """Recorded decimals (m² or 亩; floats, NaN where blank) → (int64 of 0.01, mask of what is no positive number).

    Equal to ``amounts.hundredths`` value by value: the few that lie near a tie, where binary floats could round the
    other way, are read again as decimals.
    """
    values = np.asarray(values, dtype=np.float64)
    bad = ~np.isfinite(values) | (values <= 0) | (values > 1e13)
    scaled = np.where(bad, 0.0, values) * amounts.HUNDRED
    whole = np.floor(scaled + 0.5).astype(np.int64)
    for i in np.flatnonzero(np.abs(scaled - np.floor(scaled) - 0.5) < NEAR_A_TIE):
        whole[i] = amounts.hundredths(float(values[i]))
    bad |= whole <= 0
    return np.where(bad, 0, whole), bad


def mu_from_m2(m2_100):
    """Column of 0.01 m² → 0.01 亩 (``amounts.mu_100_from_m2_100``)."""
    (m2_100,) = integers(6 * largest(m2_100) + 2000, m2_100)
    return amounts.mu_100_from_m2_100(m2_100).astype(np.int64)


def share_of(amount, part, whole):
    """Columns: ``amount × part / whole`` rounded half up (``amounts.share_of``); ``whole`` > 0."""
    bound = 2 * largest(amount) * largest(part) + 2 * largest(whole)
    amount, part, whole = integers(bound, amount, part, whole)
    return amounts.share_of(amount, part, whole).astype(np.int64)


def sums(values, groups, count):
    """Exact sums of an integer column by group number 0 … count-1, as int64."""
    values = np.asarray(values, dtype=np.int64)
    if len(values) and values.min() >= 0 and largest(values) * len(values) < EXACT_IN_FLOAT:
        return np.bincount(groups, weights=values, minlength=count).astype(np.int64)
    totals = np.zeros(count, dtype=np.int64)
    if len(values):
        order = np.argsort(groups, kind="stable")
        sorted_groups = np.asarray(groups)[order]
        starts = np.flatnonzero(np.r_[True, sorted_groups[1:] != sorted_groups[:-1]])
        totals[sorted_groups[starts]] = np.add.reduceat(values[order], starts)
    return totals


def different(key, size):
    """(a row of each different key, (n,) which of them each row has), keys in order; ``size``: above every key.

    A table of all possible keys is quicker than sorting the rows, where it is not too large.
    """
    if size > LARGEST_TABLE:
        _, first, which = np.unique(key, return_index=True, return_inverse=True)
        return first, which.reshape(-1)
    at = np.full(size, -1, dtype=np.int64)
    at[key] = np.arange(len(key))
    present = at >= 0
    return at[present], (np.cumsum(present) - 1)[key]


def numbered(*keys):
    """(n,) number of each row's combination of the keys, and a row of each combination, in sorted order.

    ``keys``: columns of one length, without blanks; the product of their distinct values stays below 2**62.
    """
    code, size = np.zeros(len(keys[0]), dtype=np.int64), 1
    for key in keys:
        own, known = pd.factorize(key, sort=True)
        size *= max(len(known), 1)
        if size >= amounts.INT64_SAFE:
            raise OverflowError("组合太多")
        code = code * max(len(known), 1) + own
    _, first, number = np.unique(code, return_index=True, return_inverse=True)
    return number.reshape(-1), first
