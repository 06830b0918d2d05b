"""The assignment against trying everything."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wr_plugin.intake import assignment

TABLES = st.integers(1, 5).flatmap(lambda n: st.integers(1, 5).flatmap(lambda m: st.lists(
    st.lists(st.integers(0, 9), min_size=m, max_size=m), min_size=n, max_size=n)))


def pairs_of(table):
    row, column = np.nonzero(np.array(table))
    return row, column, np.array(table)[row, column]


def best_by_trying(table):
    table = np.array(table)
    if table.shape[0] > table.shape[1]:
        table = table.T
    n, m = table.shape
    return max(sum(table[i, c] for i, c in enumerate(chosen)) for chosen in itertools.permutations(range(m), n))


@given(TABLES)
def test_no_assignment_is_heavier(table):
    row, column, weight = pairs_of(table)
    chosen = assignment.assign(row, column, weight)
    assert len(set(row[chosen])) == len(set(column[chosen])) == chosen.sum()
    assert weight[chosen].sum() == (best_by_trying(table) if len(row) else 0)


@given(TABLES)
def test_the_hungarian_method_finds_the_least_cost(table):
    cost = np.array(table)
    cost = cost if cost.shape[0] <= cost.shape[1] else cost.T
    partner = assignment.hungarian(cost)
    assert len(set(partner)) == len(partner)
    assert cost[np.arange(len(partner)), partner].sum() == 9 * len(partner) - best_by_trying(9 - cost)


@given(TABLES, st.randoms())
def test_the_order_of_the_pairs_does_not_matter(table, random):
    row, column, weight = pairs_of(table)
    order = np.array(random.sample(range(len(row)), len(row)), dtype=np.int64)
    chosen = assignment.assign(row, column, weight)
    assert (assignment.assign(row[order], column[order], weight[order]) == chosen[order]).all()
    margin = assignment.margins(row, column, weight, chosen)
    assert (assignment.margins(row[order], column[order], weight[order], chosen[order]) == margin[order]).all()


@given(TABLES)
def test_a_margin_is_never_less_than_what_giving_up_the_pair_costs(table):
    """The best single exchange may miss a longer one, never find one that is none."""
    row, column, weight = pairs_of(table)
    chosen = assignment.assign(row, column, weight)
    margin = assignment.margins(row, column, weight, chosen)
    whole = weight[chosen].sum()
    for at in np.flatnonzero(chosen).tolist():
        without = np.array(table)
        without[row[at], column[at]] = 0
        assert 0 <= whole - best_by_trying(without) <= margin[at]


def test_a_crowd_is_solved_as_a_whole():
    rng = np.random.default_rng(4)
    table = rng.integers(1, 100, (60, 60))
    row, column, weight = pairs_of(table)
    chosen = assignment.assign(row, column, weight)
    partner = assignment.hungarian(-table)
    assert weight[chosen].sum() == table[np.arange(60), partner].sum() >= weight.reshape(60, 60).max(axis=1).sum() * 0.9
