"""Whole-number arithmetic of the second reckoning, written for itself."""

from decimal import ROUND_HALF_UP, Decimal


def rounded(numerator, denominator):
    """A quotient of non-negative integers, half up."""
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest >= denominator)


def hundredths(value):
    """A recorded decimal as a whole number of hundredths, half up."""
    return int((Decimal(repr(value)) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def mu_from_m2(m2_100):
    """0.01 m² → 0.01 亩: 1 亩 = 2000/3 m²."""
    return rounded(3 * m2_100, 2000)


def shared_out(weights, total):
    """Whole numbers in proportion to the weights that add up to ``total``; what is left goes to the largest rests, the
    earlier first."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [weight * total // whole for weight in weights]
    rests = [weight * total % whole for weight in weights]
    for i in sorted(range(len(parts)), key=lambda i: (-rests[i], i))[:total - sum(parts)]:
        parts[i] += 1
    return parts


def text(value):
    """A cell as trimmed text, "" where blank."""
    return "" if value is None else str(value).strip()
