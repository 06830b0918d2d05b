"""Exact amounts: units, one rounding, and parts that meet the whole."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wr_plugin.model import amounts


@pytest.mark.parametrize(("m2", "mu"), [("666.67", "1.00"), ("1000.00", "1.50"), ("3.33", "0.00"), ("3.34", "0.01"),
                                        ("2336.67", "3.51"), ("0.00", "0.00")])
def test_square_metres_to_mu(m2, mu):
    assert amounts.mu_text(amounts.mu_100_from_m2_100(amounts.hundredths(m2))) == mu


@given(st.integers(0, 10**11))
def test_mu_is_decimal_half_up_of_the_exact_product(m2_100):
    exact = (Decimal(m2_100) / 100 * Decimal("0.0015")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert amounts.mu_100_from_m2_100(m2_100) == int(exact * 100)


def test_columns_and_single_numbers_use_the_same_formula():
    values = np.arange(0, 200_000, 7, dtype=np.int64)
    assert amounts.mu_100_from_m2_100(values).tolist() == [amounts.mu_100_from_m2_100(int(v)) for v in values]


@given(st.integers(0, 10**6), st.integers(1, 10**5), st.integers(1, 10_000), st.integers(1, 10_000),
       st.sampled_from([1, 10, 100]))
def test_demand_is_area_times_quota_over_eta_rounded_once(area, quota, canal, field, step):
    eta = amounts.eta_e8(Decimal(canal) / 10_000, Decimal(field) / 10_000)
    exact = Fraction(area, 100) * Fraction(quota, 100) / Fraction(eta, 10**8)
    steps = exact * 100 / step
    expected = (2 * steps.numerator + steps.denominator) // (2 * steps.denominator) * step
    assert amounts.demand_m3_100(area, quota, eta, step) == expected


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=60), st.data())
def test_parts_meet_the_cap_exactly_and_none_exceeds_its_demand(weights, data):
    total = data.draw(st.integers(0, sum(weights)))
    parts = amounts.largest_remainder(weights, total)
    assert sum(parts) == total
    assert all(0 <= part <= weight for part, weight in zip(parts, weights))
    assert all(abs(part * sum(weights) - weight * total) < max(1, sum(weights)) for part, weight in zip(parts, weights))


def test_ties_go_to_the_earlier():
    assert amounts.largest_remainder([1, 1, 1], 2) == [1, 1, 0]


@pytest.mark.parametrize(("value", "expected"), [("12.345", 1235), (" 7 ", 700), (0.285, 29), (1234.5, 123450), ("-1.005", -101)])
def test_hundredths(value, expected):
    assert amounts.hundredths(value) == expected


@pytest.mark.parametrize("value", ["", "约3亩", None, float("nan"), "inf"])
def test_what_is_not_a_number_is_refused(value):
    with pytest.raises(ValueError, match="不是数字"):
        amounts.hundredths(value)


@pytest.mark.parametrize("eta", [("0", "1"), ("1.2", "1"), ("0.12345", "1"), ("-0.5", "1")])
def test_impossible_coefficients_are_refused(eta):
    with pytest.raises(ValueError, match="利用系数"):
        amounts.eta_e8(*eta)


def test_how_amounts_are_written():
    assert amounts.mu_text(1230) == "12.30"
    assert amounts.m3_text(184_000) == "1,840"
    assert amounts.m3_text(184_050) == "1,840.50"
