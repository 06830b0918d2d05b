"""Caps (用水总量指标): demands per district and county held against them, and the proportional cut, exact to the cap.

The cut is largest remainder (``amounts.largest_remainder`` over columns). Why it is exact: with integer weights w,
their sum W and a total T ≤ W, part i is first q = ⌊w·T/W⌋ with remainder r = w·T − q·W, 0 ≤ r < W. What is left is
L = T − Σq = Σr / W, so L is smaller than the number of parts with r > 0; the L parts with the largest r each get one
more unit. Hence Σ parts = T, a part of weight 0 gets nothing, and since w·T/W < w wherever T < W and w > 0, no part
exceeds its weight. Everything is integer arithmetic: there is no rounding error that could break a tie.
"""

from dataclasses import dataclass
from typing import List

import numpy as np

from ..model import codes
from ..model.amounts import m3_text
from . import columns, limits

SOURCES = tuple(codes.SOURCE)
REPORT, PROPORTIONAL = "report", "proportional"


@dataclass
class Cut:
    """Parts of a grouped largest remainder, and where each group's extra units ended.

    ``last_remainder`` and ``last``: remainder and position of the last part that got one more unit, per group; -1
    where none did. They let one part be retraced without the others (``retrace``).
    """

    parts: np.ndarray
    last_remainder: np.ndarray
    last: np.ndarray


def largest_remainder(weights, groups, totals):
    """Integers in proportion to ``weights`` within each group that meet the group's total exactly.

    ``weights``: (n,) non-negative integers; ``groups``: (n,) group numbers 0 … k-1; ``totals``: (k,) integers, 0 for a
    group without weight. Ties go to the earlier position. Returns ``Cut``; ``parts`` int64 of shape (n,).
    """
    totals = np.asarray(totals, dtype=np.int64)
    count = len(totals)
    groups = np.asarray(groups, dtype=np.int64)
    wholes = columns.sums(weights, groups, count)
    if bool(((wholes == 0) & (totals > 0)).any()):
        raise ValueError("没有可分配的对象")
    bound = columns.largest(weights) * columns.largest(totals) + columns.largest(wholes)
    weights, total, whole = columns.integers(bound, weights, totals[groups], np.maximum(wholes, 1)[groups])
    product = weights * total
    parts = product // whole
    remainder = product - parts * whole
    parts = parts.astype(np.int64)
    cut = Cut(parts, np.full(count, -1, dtype=object), np.full(count, -1, dtype=np.int64))
    _give_the_rest(cut, groups, remainder, totals - columns.sums(parts, groups, count))
    return cut


def _give_the_rest(cut, groups, remainder, left):
    """One more unit to the ``left`` parts of each group with the largest remainders, earlier positions first."""
    members = np.flatnonzero(left[groups] > 0)
    members = members[np.argsort(-remainder[members], kind="stable")]
    members = members[np.argsort(groups[members], kind="stable")]
    if not len(members):
        return
    mine = groups[members]
    starts = np.flatnonzero(np.r_[True, mine[1:] != mine[:-1]])
    rank = np.arange(len(members)) - np.repeat(starts, np.diff(np.r_[starts, len(members)]))
    served = members[rank < left[mine]]
    cut.parts[served] += 1
    ends = members[starts + left[mine[starts]].astype(np.int64) - 1]
    cut.last[mine[starts]] = ends
    cut.last_remainder[mine[starts]] = [int(value) for value in remainder[ends]]


@dataclass
class Demands:
    """What the cut sees: one entry per part, in the tie order (DKBM, CBFBM, source).

    ``district``: number into ``district_codes`` (sorted); ``source``: number into ``SOURCES``; ``demand_m3_100``:
    int64, multiples of the step.
    """

    district: np.ndarray
    source: np.ndarray
    demand_m3_100: np.ndarray
    district_codes: List[str]


@dataclass
class Granted:
    """Volumes per part (0.01 m³), the rows of ``cap_result``, and the findings (code, subject, message, value).

    A row of a district that was cut carries ``last`` (position of the last part that got one more step) and
    ``last_remainder``.
    """

    volume_m3_100: np.ndarray
    rows: List[dict]
    findings: List[dict]


def lacking(index, district_codes, county_code):
    """Which (district, source) pairs lack a usable cap at either level: a bool array (districts, 2)."""
    table = np.zeros((len(district_codes), len(SOURCES)), dtype=bool)
    for s, source in enumerate(SOURCES):
        table[:, s] = limits.find_cap(index, "county", county_code, source)[0] is None
        for d, code in enumerate(district_codes):
            table[d, s] |= limits.find_cap(index, "district", code, source)[0] is None
    return table


def grant(demands, index, county_code, mode, step_m3_100):
    """Volumes under the caps, per source, in steps of ``step_m3_100``.

    ``report``: every part gets its demand; what exceeds a cap is a finding. ``proportional``: a district's total is at
    most its cap; where these totals together exceed the county's cap, they are cut in proportion to it; each district's
    total is then shared by its parts in proportion to their demand.
    """
    shape = len(demands.district_codes), len(SOURCES)
    group = demands.district * shape[1] + demands.source
    steps = demands.demand_m3_100 // step_m3_100
    wanted = columns.sums(steps, group, shape[0] * shape[1]).reshape(shape)
    if mode == REPORT:
        rows, findings = _rows(wanted, wanted, demands, index, county_code, mode, step_m3_100)
        return Granted(demands.demand_m3_100, rows, findings)
    granted = _granted(wanted, demands.district_codes, index, county_code, step_m3_100)
    cut = largest_remainder(steps, group, granted.reshape(-1))
    rows, findings = _rows(wanted, granted, demands, index, county_code, mode, step_m3_100)
    for row in rows:
        if row["cap_level"] == "district":
            number = demands.district_codes.index(row["cap_code"]) * shape[1] + SOURCES.index(row["source"])
            row["last"], row["last_remainder"] = int(cut.last[number]), int(cut.last_remainder[number])
    return Granted(cut.parts * step_m3_100, rows, findings)


def _granted(wanted, district_codes, index, county_code, step_m3_100):
    """Steps per (district, source) after both levels of caps."""
    granted = wanted.copy()
    for s, source in enumerate(SOURCES):
        for d, code in enumerate(district_codes):
            cap, _ = limits.find_cap(index, "district", code, source)
            if cap:
                granted[d, s] = min(int(wanted[d, s]), cap.cap_m3_100 // step_m3_100)
        county, _ = limits.find_cap(index, "county", county_code, source)
        if county and county.cap_m3_100 // step_m3_100 < int(granted[:, s].sum()):
            total = np.array([county.cap_m3_100 // step_m3_100], dtype=np.int64)
            granted[:, s] = largest_remainder(granted[:, s], np.zeros(len(granted), dtype=np.int64), total).parts
    return granted


def _rows(wanted, granted, demands, index, county_code, mode, step_m3_100):
    """Rows of ``cap_result``, county first, then districts by code; and their findings."""
    keys = [("county", county_code, s, wanted[:, s].sum(), granted[:, s].sum()) for s in range(len(SOURCES))]
    keys += [("district", code, s, wanted[d, s], granted[d, s])
             for d, code in enumerate(demands.district_codes) for s in range(len(SOURCES))]
    rows, findings = [], []
    for level, code, s, want, give in keys:
        cap, reason = limits.find_cap(index, level, code, SOURCES[s])
        if not cap and not want:
            continue
        row = {"cap_level": level, "cap_code": code, "cap_name": (cap.row["cap_name"] if cap else None) or code,
               "source": SOURCES[s], "mode": mode, "demand_m3_100": int(want) * step_m3_100,
               "cap_m3_100": cap.cap_m3_100 if cap else None, "volume_m3_100": int(give) * step_m3_100}
        rows.append(row)
        findings.extend(_findings(row, reason))
    return rows, findings


def missing_findings(index, level, code, source, demand_m3_100):
    """The finding on a cap that is missing where the policy cuts, or none."""
    _, reason = limits.find_cap(index, level, code, source)
    if reason:
        yield {"code": "CAP_MISSING", "subject": f"{level}|{code}|{source}", "message":
               f"{limits.cap_label(level, code, source)}：{reason}；定额水量合计 {m3_text(demand_m3_100)} m³ 未能核定"}


def _findings(row, reason):
    subject = f"{row['cap_level']}|{row['cap_code']}|{row['source']}"
    label = limits.cap_label(row["cap_level"], row["cap_name"], row["source"])
    demand = m3_text(row["demand_m3_100"])
    if reason:
        yield {"code": "CAP_MISSING", "subject": subject, "message": f"{label}：{reason}；定额水量合计 {demand} m³，无从比较"}
        return
    over = row["demand_m3_100"] - row["cap_m3_100"]
    if over > 0:
        done = "已按政策同比例核减" if row["mode"] == PROPORTIONAL else "按政策只报告，未核减"
        yield {"code": "CAP_EXCEEDED", "subject": subject, "value": m3_text(over), "message":
               f"{label}：定额水量合计 {demand} m³，指标 {m3_text(row['cap_m3_100'])} m³，超出 {m3_text(over)} m³，{done}"}
