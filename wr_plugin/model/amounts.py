"""Exact amounts: areas in hundredths of a 亩, volumes in hundredths of a m³, always integers.

Every function takes Python integers or integer arrays alike (anything with ``*``, ``+`` and ``//``), so the same
formula serves one parcel in the explanation and a million parcels in a column.
"""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

HUNDRED = 100
ETA_SCALE = 10**8
INT64_SAFE = 2**62


def half_up(numerator, denominator):
    """Quotient of two non-negative integers rounded half up (decimal half-up, DESIGN §4.1)."""
    return (2 * numerator + denominator) // (2 * denominator)


def mu_100_from_m2_100(m2_100):
    """0.01 m² → 0.01 亩. 1 亩 = 2000/3 m², so m² × 0.0015 is exact before the one rounding (DOMAIN §2)."""
    return half_up(m2_100 * 3, 2000)


def hundredths(value):
    """A recorded decimal (text, int, Decimal or float of at most 2 decimals) as an integer of 0.01, half up.

    Raises ValueError where the value is not a finite number.
    """
    try:
        number = Decimal(repr(value) if isinstance(value, float) else str(value).strip())
    except InvalidOperation:
        raise ValueError(f"不是数字：{value!r}") from None
    if not number.is_finite():
        raise ValueError(f"不是数字：{value!r}")
    return int((number * HUNDRED).to_integral_value(rounding=ROUND_HALF_UP))


def eta_e8(canal, field):
    """渠系水利用系数 × 田间水利用系数 as an integer of 1e-8; each has at most 4 decimals.

    Raises ValueError where one is outside (0, 1] or finer than 4 decimals.
    """
    product = 1
    for value in (canal, field):
        scaled = Decimal(str(value)) * 10**4
        if scaled != scaled.to_integral_value() or not 0 < scaled <= 10**4:
            raise ValueError(f"利用系数应在 0 与 1 之间，至多四位小数：{value}")
        product *= int(scaled)
    return product


def demand_m3_100(area_mu_100, quota_m3_mu_100, eta, step_m3_100):
    """``W = A · q / η`` (DOMAIN §3), rounded half up once to the policy's volume step; in 0.01 m³.

    ``area_mu_100``: 0.01 亩; ``quota_m3_mu_100``: 0.01 m³/亩; ``eta``: 1e-8; ``step_m3_100``: 0.01 m³.
    The intermediate product stays below 2**62 for parcels under 40,000 亩 at 1,000 m³/亩; pass Python integers or an
    object array beyond (see ``rights.quota``).
    """
    return half_up(area_mu_100 * quota_m3_mu_100 * (ETA_SCALE // HUNDRED), eta * step_m3_100) * step_m3_100


def share_of(amount, part, whole):
    """``amount × part / whole`` rounded half up to the amount's unit; all integers."""
    return half_up(amount * part, whole)


def largest_remainder(weights, total):
    """Integers in proportion to ``weights`` that meet ``total`` exactly; ties go to the earlier position.

    ``weights``: non-negative integers, summing to more than 0 unless ``total`` is 0. Where ``total`` does not exceed
    the sum of the weights, no part exceeds its weight. This is the reference in exact fractions; ``rights.caps`` has
    the same over columns.
    """
    whole = sum(weights)
    if whole == 0:
        if total:
            raise ValueError("没有可分配的对象")
        return [0] * len(weights)
    exact = [Fraction(weight * total, whole) for weight in weights]
    parts = [int(value) for value in exact]
    left = total - sum(parts)
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[:left]:
        parts[i] += 1
    return parts


def mu_text(mu_100):
    """0.01 亩 → ``12.30``."""
    return _fixed(int(mu_100))


def m3_text(m3_100):
    """0.01 m³ → ``1,840`` or, where the step is finer than 1 m³, ``1,840.50``."""
    number = int(m3_100)
    if number % HUNDRED == 0:
        return f"{number // HUNDRED:,}"
    return _fixed(number, grouped=True)


def _fixed(number, grouped=False):
    sign = "-" if number < 0 else ""
    whole, rest = divmod(abs(number), HUNDRED)
    return f"{sign}{whole:,}.{rest:02d}" if grouped else f"{sign}{whole}.{rest:02d}"
