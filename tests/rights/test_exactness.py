"""Properties of the exact arithmetic: parts meet their whole, stay under caps and demands, equal the reference."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wr_plugin.model import amounts
from wr_plugin.model.errors import BadInput
from wr_plugin.rights import caps, columns, parts, quota

SMALL = st.integers(0, 10**4)
LARGE = st.integers(0, 10**15)


@st.composite
def grouped(draw):
    """Weights in groups, and a total for each group, at most its weight."""
    weights = draw(st.lists(st.one_of(SMALL, LARGE), min_size=1, max_size=30))
    groups = draw(st.lists(st.integers(0, 3), min_size=len(weights), max_size=len(weights)))
    sums = [sum(w for w, g in zip(weights, groups) if g == group) for group in range(4)]
    return weights, groups, [draw(st.integers(0, whole)) for whole in sums]


@given(grouped())
def test_largest_remainder_is_the_reference_in_every_group(case):
    weights, groups, totals = case
    cut = caps.largest_remainder(np.array(weights, dtype=np.int64), np.array(groups), totals)
    for group, total in enumerate(totals):
        mine = [i for i, g in enumerate(groups) if g == group]
        found = [int(cut.parts[i]) for i in mine]
        assert found == amounts.largest_remainder([weights[i] for i in mine], total)
        assert sum(found) == total
        assert all(part <= weights[i] for part, i in zip(found, mine))


@given(grouped())
def test_last_extra_unit_tells_every_part_without_the_others(case):
    weights, groups, totals = case
    cut = caps.largest_remainder(np.array(weights, dtype=np.int64), np.array(groups), totals)
    for i, (weight, group) in enumerate(zip(weights, groups)):
        whole = sum(w for w, g in zip(weights, groups) if g == group)
        part, remainder = divmod(weight * totals[group], whole) if whole else (0, 0)
        if cut.last[group] >= 0:
            last = int(cut.last_remainder[group])
            part += remainder > last or (remainder == last and i <= cut.last[group])
        assert part == cut.parts[i]


def test_largest_remainder_refuses_a_total_without_parts():
    with pytest.raises(ValueError):
        caps.largest_remainder(np.zeros(2, dtype=np.int64), np.array([0, 0]), [1])


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**7), st.integers(10**5, 10**8)), min_size=1,
                max_size=20), st.sampled_from([1, 10, 100]))
def test_demand_over_columns_is_the_formula_in_exact_integers(rows, step):
    area, amount, eta = (np.array(column, dtype=np.int64) for column in zip(*rows))
    found = quota.demand_m3_100(area, amount, eta, step)
    for row, value in zip(rows, found.tolist()):
        exact = Fraction(row[0], 100) * Fraction(row[1], 100) / Fraction(row[2], 10**8)
        assert value == amounts.demand_m3_100(*row, step)
        assert abs(Fraction(value, 100) - exact) <= Fraction(step, 200)


def test_a_demand_beyond_all_land_is_refused_not_wrapped_around():
    with pytest.raises(BadInput, match="单位"):
        quota.demand_m3_100(*(np.array([n]) for n in (929_827_629, 10_000_000, 1)), 10)


@given(st.lists(st.one_of(st.floats(0, 1e9), st.integers(0, 10**8).map(lambda n: n / 100),
                          st.integers(0, 10**8).map(lambda n: n / 1000)), min_size=1, max_size=30))
def test_recorded_decimals_are_read_as_decimals(values):
    found, bad = columns.hundredths(np.array(values))
    for value, number, unread in zip(values, found.tolist(), bad.tolist()):
        exact = amounts.hundredths(float(value))
        assert (number, unread) == ((exact, False) if exact > 0 else (0, True))


def test_what_is_no_area_is_marked():
    found, bad = columns.hundredths(np.array([np.nan, -1.0, 0.0, np.inf, 1e300, 0.001, 2.675]))
    assert found.tolist() == [0, 0, 0, 0, 0, 0, 268]
    assert bad.tolist() == [True] * 6 + [False]


KINDS = st.sampled_from(["surface", "ground", "mixed"])


@given(st.lists(st.tuples(st.integers(1, 10**8), st.integers(0, 10**8), KINDS), min_size=1, max_size=20),
       st.integers(0, 10_000))
def test_sources_add_up_and_no_area_exceeds_its_legal_area(rows, share):
    legal = np.array([row[0] for row in rows], dtype=np.int64)
    area = np.minimum(np.array([row[1] for row in rows], dtype=np.int64), legal)
    source = np.array([row[2] for row in rows], dtype=object)
    found = parts.by_source(legal, area, source, (share, 10_000))
    for i in range(len(rows)):
        mine = found.holding == i
        assert found.legal_mu_100[mine].sum() == legal[i] and found.area_mu_100[mine].sum() == area[i]
        if source[i] != "mixed":
            assert found.source[mine].tolist() == [caps.SOURCES.index(source[i])]
    assert (found.area_mu_100 <= found.legal_mu_100).all() and (found.area_mu_100 >= 0).all()
    assert (found.legal_mu_100 > 0).all()
