"""The composite quota (综合定额) of a district: Σ crop's share × crop's gross quota. Standard library only.

南阳方案七（一）3: 按照灌区有效灌溉面积、种植结构、作物灌水定额，分析灌区综合灌溉定额，核定单位面积用水量，乘以用水者协会分管面积. A crop's
gross quota is its row of the quota table divided by its coefficients; the sum is rounded half up once, to 0.01 m³/亩,
the figure that people multiply with.
"""

from fractions import Fraction
from typing import Optional, Tuple

from ..model import amounts
from . import limits

WHOLE = amounts.ETA_SCALE


def mix_index(rows):
    """Rows of the crop mix (mappings) by (district_code, source), in fid order."""
    found = {}
    for row in sorted(rows, key=lambda one: one["fid"]):
        found.setdefault((_text(row["district_code"]), _text(row["source"])), []).append(row)
    return found


def find(mixes, quotas, district_code, source) -> Tuple[Optional[limits.QuotaRow], str, str]:
    """(row, "", "") with the composite quota of a district and source as its quota and a coefficient of 1, or
    (None, finding code, what is missing). ``row.row`` has ``lines``: (crop, method, share, QuotaRow) of each crop."""
    rows = mixes.get((district_code, source)) or mixes.get((limits.ANY_DISTRICT, source))
    if not rows:
        return None, "CROP_MIX_MISSING", "种植结构表中没有这个灌区、水源"
    lines, total, gross, seen = [], Fraction(0), Fraction(0), set()
    for row in rows:
        key = _text(row["crop"]), _text(row["method"])
        if key in seen:
            return None, "CROP_MIX_MISSING", f"作物 {key[0]} × {key[1]} 有重复的行，请只留一行{limits.where(row)}"
        seen.add(key)
    for row in rows:
        crop, method = _text(row["crop"]), _text(row["method"])
        share = _share(row["mix_share"])
        if share is None:
            return None, "CROP_MIX_MISSING", f"种植比例“{_text(row['mix_share'])}”应在 0 与 1 之间、至多四位小数{limits.where(row)}"
        quota, missing = limits.find_quota(quotas, crop, district_code, source, method)
        if quota is None:
            return None, "QUOTA_MISSING", f"{limits.quota_label(crop, district_code, source, method)}：{missing}"
        lines.append((crop, method, share, quota))
        total += share
        gross += share * quota.quota_m3_mu_100 * WHOLE / quota.eta_e8
    if total < 1:
        return None, "CROP_MIX_MISSING", f"各作物种植比例之和为 {float(total):.4f}，小于 1；不灌溉的面积也要写一行，定额为 0"
    rounded = amounts.half_up(gross.numerator, gross.denominator)
    return limits.QuotaRow(None, rounded, WHOLE, {"lines": lines, "gross": gross}), "", ""


def _share(value):
    """A share as a fraction; None where it is no number in (0, 1] with at most four decimals."""
    try:
        share = Fraction(_text(value))
    except (ValueError, ZeroDivisionError):
        return None
    return share if 0 < share <= 1 and (share * 10_000).denominator == 1 else None


def _text(value):
    return "" if value is None or value != value else str(value).strip()
