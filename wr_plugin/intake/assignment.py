"""The assignment of greatest weight: each row to at most one column, each column to at most one row. Exact.

Pairs that no exchange can better are fixed first, all at once; what remains falls into small groups, which are solved
one by one by the Hungarian method. Weights are whole and positive, so that sums are exact.
"""

import numpy as np

NO_LIMIT = np.iinfo(np.int64).max // 4


def assign(row, column, weight):
    """(pairs,) True for the chosen ones of the pairs ``row``–``column`` (different pairs, numbers from 0).

    Where several assignments have the same weight, the one is taken that comes first by the numbers of rows and
    columns; so the order of the pairs does not matter.
    """
    row, column, weight = (np.asarray(a, dtype=np.int64) for a in (row, column, weight))
    chosen = np.zeros(len(row), dtype=bool)
    if not len(row):
        return chosen
    left = np.lexsort((column, row))
    while len(left):
        fixed = left[_dominant(row[left], column[left], weight[left])]
        if not len(fixed):
            break
        chosen[fixed] = True
        left = left[~np.isin(row[left], row[fixed]) & ~np.isin(column[left], column[fixed])]
    for one, other in ((row, column), (column, row)):
        left = left[np.lexsort((column[left], row[left]))]
        fixed, solved = _each_its_best(one[left], other[left], weight[left])
        chosen[left[fixed]] = True
        left = left[~solved]
    if len(left):
        chosen[left] = _by_groups(row[left], column[left], weight[left])
    return chosen


def _each_its_best(one, other, weight):
    """(chosen pairs, (pairs,) True in groups that are solved so): where all of one side can have their best at the same
    time, nothing is heavier."""
    if not len(one):
        return np.empty(0, dtype=np.int64), np.zeros(0, dtype=bool)
    group = groups_of(one, other)
    order = np.lexsort((other, -weight, one))
    best = order[np.r_[True, one[order][1:] != one[order][:-1]]]
    wanted = np.bincount(other[best], minlength=int(other.max()) + 1)
    contested = np.unique(group[best][wanted[other[best]] > 1])
    solved = ~np.isin(group, contested)
    return best[solved[best]], solved


def _dominant(row, column, weight):
    """Pairs as heavy as the best others of their row and column together: some best assignment holds them. Where two
    of them share a row or a column, the first; sorted by row, column."""
    good = np.flatnonzero(weight >= _best_other(row, weight) + _best_other(column, weight))
    good = good[np.unique(row[good], return_index=True)[1]]
    return good[np.unique(column[good], return_index=True)[1]]


def _best_other(group, weight):
    """The greatest weight among the other pairs of the same group, 0 where there is none."""
    order = np.lexsort((-weight, group))
    first = np.r_[True, group[order][1:] != group[order][:-1]]
    number = np.cumsum(first) - 1
    starts = np.flatnonzero(first)
    best = weight[order][starts]
    after = np.minimum(starts + 1, len(group) - 1)
    has_second = (starts + 1 < len(group)) & ~first[after]
    second = np.where(has_second, weight[order][after], 0)
    other = np.empty(len(group), dtype=np.int64)
    other[order] = np.where(first, second[number], best[number])
    return other


def groups_of(row, column):
    """(pairs,) number of the connected group that a pair belongs to."""
    rows, r = np.unique(row, return_inverse=True)
    columns, c = np.unique(column, return_inverse=True)
    label = np.arange(len(rows), dtype=np.int64)
    while True:
        by_column = np.full(len(columns), len(rows), dtype=np.int64)
        np.minimum.at(by_column, c, label[r])
        new = label.copy()
        np.minimum.at(new, r, by_column[c])
        new = new[new]
        if (new == label).all():
            return label[r]
        label = new


def _by_groups(row, column, weight):
    chosen = np.zeros(len(row), dtype=bool)
    group = groups_of(row, column)
    order = np.lexsort((column, row, group))
    for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        chosen[members] = _solve(row[members], column[members], weight[members])
    return chosen


def _solve(row, column, weight):
    """One group by the Hungarian method; a pair that is not offered weighs nothing, and is no choice."""
    rows, r = np.unique(row, return_inverse=True)
    columns, c = np.unique(column, return_inverse=True)
    table = np.zeros((len(rows), len(columns)), dtype=np.int64)
    table[r, c] = weight
    if len(rows) <= len(columns):
        partner = hungarian(-table)
        return partner[r] == c
    partner = hungarian(-table.T)
    return partner[c] == r


def hungarian(cost):
    """(n,) the column of each row in the assignment of least cost; ``cost``: (n, m) whole numbers, n ≤ m."""
    n, m = cost.shape
    u, v = np.zeros(n + 1, dtype=np.int64), np.zeros(m + 1, dtype=np.int64)
    owner, way = np.zeros(m + 1, dtype=np.int64), np.zeros(m + 1, dtype=np.int64)
    for i in range(1, n + 1):
        owner[0], j = i, 0
        least = np.full(m + 1, NO_LIMIT, dtype=np.int64)
        used = np.zeros(m + 1, dtype=bool)
        while True:
            used[j] = True
            reduced = np.r_[NO_LIMIT, cost[owner[j] - 1] - u[owner[j]] - v[1:]]
            better = ~used & (reduced < least)
            least[better], way[better] = reduced[better], j
            following = int(np.argmin(np.where(used, NO_LIMIT, least)))
            step = least[following]
            u[owner[used]] += step
            v[used] -= step
            least[~used] -= step
            j = following
            if owner[j] == 0:
                break
        while j:
            owner[j] = owner[way[j]]
            j = way[j]
    partner = np.full(n, -1, dtype=np.int64)
    held = np.flatnonzero(owner[1:] > 0)
    partner[owner[1:][held] - 1] = held
    return partner


def margins(row, column, weight, chosen):
    """(pairs,) by how much the whole would weigh less if a chosen pair were not chosen, by the best single exchange:
    either side goes to another partner, whose own partner takes what is set free. 0 for pairs not chosen."""
    row, column, weight = (np.asarray(a, dtype=np.int64) for a in (row, column, weight))
    margin = np.where(chosen, weight, 0)
    if not len(row):
        return margin
    width = int(column.max()) + 1
    key = row * width + column
    order = np.argsort(key, kind="stable")
    of_row = np.full(int(row.max()) + 1, -1, dtype=np.int64)
    of_column = np.full(width, -1, dtype=np.int64)
    pairs = np.flatnonzero(chosen)
    of_row[row[pairs]], of_column[column[pairs]] = pairs, pairs

    def weight_of(r, c):
        at = np.minimum(np.searchsorted(key[order], r * width + c), len(key) - 1)
        return np.where(key[order][at] == r * width + c, weight[order][at], 0)

    others = np.flatnonzero(~chosen)
    for mine, theirs in ((of_row[row[others]], of_column[column[others]]), (of_column[column[others]], of_row[row[others]])):
        held = np.flatnonzero(mine >= 0)
        pair, rival, other = mine[held], theirs[held], others[held]
        gain = weight[other].copy()
        taken = np.flatnonzero(rival >= 0)
        freed_row = np.where(row[other] == row[pair], row[rival], row[pair])[taken]
        freed_column = np.where(row[other] == row[pair], column[pair], column[rival])[taken]
        gain[taken] += weight_of(freed_row, freed_column) - weight[rival[taken]]
        np.minimum.at(margin, pair, weight[pair] - gain)
    return margin
