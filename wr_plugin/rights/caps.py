"""Caps (用水总量指标): the demands of parts held against a tree of caps, and the cut, exact to every cap on the way.

``allocate`` is the computation, with its proof; ``grant`` dresses it for the work file. Everything is integer
arithmetic in whole steps of the policy: there is no rounding error that could break a tie.
"""

from dataclasses import dataclass
from typing import List, Optional

import numpy as np

from ..model.amounts import m3_text
from . import cap_tree, columns, limits, tallies

SOURCES = cap_tree.SOURCES
REPORT, PROPORTIONAL, PRIORITY = "report", "proportional", "priority"
FEW = 5000
"""Up to here sorting the parts is as quick as counting them."""


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
    if len(groups) > FEW:
        cut = _by_counting(np.asarray(weights), groups, totals)
        if cut is not None:
            return cut
    bound = columns.largest(weights) * columns.largest(totals) + columns.largest(wholes)
    weights, total, whole = columns.integers(bound, weights, totals[groups], np.maximum(wholes, 1)[groups])
    product = weights * total
    parts = product // whole
    remainder = product - parts * whole
    parts = parts.astype(np.int64)
    cut = Cut(parts, np.full(count, -1, dtype=object), np.full(count, -1, dtype=np.int64))
    _give_the_rest(cut, groups, remainder, totals - columns.sums(parts, groups, count))
    return cut


def _by_counting(weights, groups, totals):
    """The same ``Cut`` from the different weights of each group; None where they cannot be counted."""
    found = tallies.tally(weights, groups, len(totals))
    made = found and tallies.shared(found.group, found.weight, found.count, totals)
    if not made:
        return None
    cut = Cut(made.share[found.of_part], np.full(len(totals), -1, dtype=object), np.full(len(totals), -1, dtype=np.int64))
    ends = np.flatnonzero(made.last[found.of_part])
    served = ends[tallies.first_of(groups[ends], made.left)]
    cut.parts[served] += 1
    last = served[np.r_[groups[served][1:] != groups[served][:-1], True]] if len(served) else served
    cut.last[groups[last]] = last
    cut.last_remainder[groups[last]] = [int(made.remainder[pair]) for pair in found.of_part[last]]
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
class Allocation:
    """Per class and node: ``demand``, ``limit`` and ``granted``; ``totals`` of the groups, leaf · classes + class; the
    steps of the ``parts``, and where each group's extra steps ended.
    """

    demand: List[list]
    limit: List[list]
    granted: List[list]
    totals: np.ndarray
    parts: Optional[np.ndarray] = None
    cut: Optional[Cut] = None


def allocate(shape, leaf, demand, kind=None, kinds=1):
    """Shares out what a tree of caps allows among the parts that hang from its leaves.

    ``shape``: ``cap_tree.Shape`` of n nodes; ``leaf``: (p,) node of each part, one without nodes below it; ``demand``:
    (p,) whole steps; ``kind``: (p,) class of each part, 0 served first; ``kinds``: how many. Returns ``Allocation``.

    One class. U(v) is what the users below node v may have, d_i the demand of part i. Going up, with C(v) what
    hangs directly from v (nodes, or the parts of a leaf) and L(i) = d_i for a part:

        W(v) = Σ L(c) over C(v),   L(v) = min(U(v), W(v)).

    Going down, T(v) = L(v) for a root, and C(v) shares T(v) in proportion to L by largest remainder: child c is first
    ⌊L(c)·T(v)/W(v)⌋ with remainder r(c) = L(c)·T(v) mod W(v); the Σ r / W(v) steps that are left go one each to the
    largest remainders, the earlier one on a tie.

    *It is exact.* T(v) ≤ L(v) ≤ W(v) holds at a root, and is handed down: Σ r / W(v) is smaller than the number of
    children with r > 0, so each gets at most one extra step, none with r = 0 does, and Σ T(c) = T(v); and where
    T(v) < W(v) and L(c) > 0, L(c)·T(v)/W(v) < L(c), so ⌊…⌋ + 1 ≤ L(c) (with T(v) = W(v) every r is 0). So
    T(c) ≤ L(c): no node passes its cap, no part its demand, and what a node is granted is what its parts get.

    *No water is withheld.* Where T(v) < W(v), either T(v) = L(v) = U(v): v meets its own cap exactly; or T(v) < L(v),
    which can only be because the node above was granted less than its W, and so on up to a node that meets its cap
    exactly (a root has T = L). A part below its demand always has such a node above it, and Σ T of the roots is the
    most that the caps allow at all.

    *It is fair.* Two parts below a node share every factor T/W from there up: who asks alike under the same caps gets
    alike, to one step. In proportion to L, not to demand: what a child's own cap forbids anyway gives it no claim
    against its neighbours, so a district cannot draw water to itself by asking for more than its permit.

    Several classes. Class k is shared out like this on what the classes before it have left, U(v) − Σ T_j(v). By the
    above, a part of class k below its demand has a node above it whose cap is then used up exactly, and nothing is
    left there for any class behind it.
    """
    kind = np.zeros(len(leaf), dtype=np.int64) if kind is None else kind
    group = np.asarray(leaf, dtype=np.int64) * kinds + kind
    made = of_groups(shape, columns.sums(demand, group, len(shape.parents) * kinds), kinds)
    made.cut = largest_remainder(demand, group, made.totals)
    made.parts = made.cut.parts
    return made


def of_groups(shape, wanted, kinds=1):
    """What ``allocate`` grants the nodes, without the parts. ``wanted``: (n · kinds,) steps by leaf · kinds + class."""
    count = len(shape.parents)
    demands = [wanted[k::kinds].tolist() for k in range(kinds)]
    found = cap_tree.served(shape, demands)
    inner = np.zeros(count, dtype=bool)
    inner[[parent for parent in shape.parents if parent >= 0]] = True
    totals = np.zeros((count, kinds), dtype=np.int64)
    for k, (_, granted) in enumerate(found):
        totals[:, k] = np.where(inner, 0, np.array(granted, dtype=np.int64))
    return Allocation([rolled_up(shape, one) for one in demands], [limit for limit, _ in found],
                      [granted for _, granted in found], totals.reshape(-1))


def rolled_up(shape, demand):
    """Sums per node of what its leaves have."""
    total = list(demand)
    for v in range(len(total) - 1, -1, -1):
        if shape.parents[v] >= 0:
            total[shape.parents[v]] += total[v]
    return total


@dataclass
class Demands:
    """What the cut sees: one entry per part, in the tie order (DKBM, CBFBM, source).

    ``leaf``: node of the tree; ``demand_m3_100``: int64, multiples of the step; ``kind``: class, with ``kinds``, their
    names in the order in which they are served.
    """

    leaf: np.ndarray
    demand_m3_100: np.ndarray
    kind: np.ndarray
    kinds: tuple = ("",)


@dataclass
class Granted:
    """Volumes per part (0.01 m³), the rows of ``cap_result`` and ``cap_class``, and the findings.

    A row whose parts were cut carries ``last`` (position of the last part that got one more step) and
    ``last_remainder``.
    """

    volume_m3_100: np.ndarray
    rows: List[dict]
    classes: List[dict]
    findings: List[dict]


def grant(tree, demands, mode, step_m3_100):
    """Volumes under the caps of ``cap_tree.Tree``, in steps of ``step_m3_100``.

    ``report``: every part gets its demand; what exceeds a cap is a finding. ``proportional`` and ``priority``:
    ``allocate``, the latter class by class, under the caps that are not only reported (``cap_tree.Node.cuts``).
    """
    shape, steps = tree.shape(step_m3_100), demands.demand_m3_100 // step_m3_100
    kinds = len(demands.kinds) if mode == PRIORITY else 1
    uncut = cap_tree.Shape(shape.parents, [None] * len(shape.parents))
    cutting = uncut if mode == REPORT else tree.shape(step_m3_100, cutting=True)
    made = allocate(cutting, demands.leaf, steps, demands.kind if mode == PRIORITY else None, kinds)
    if mode == REPORT or any(not node.cuts and not node.rest for node in tree.nodes):
        made.limit = [cap_tree.limits_of(shape, columns.sums(steps, demands.leaf, len(shape.parents)).tolist())]
    rows, classes, findings = [], [], []
    for v in _worth_telling(tree, [sum(column) for column in zip(*made.demand)]):
        node, (row, found) = tree.nodes[v], _row(tree.nodes[v], made, v, mode, step_m3_100)
        row.update(fid=v + 1, parent_fid=node.parent + 1 if node.parent >= 0 else None)
        rows.append(row)
        findings += found
        ends = [{"last": int(made.cut.last[v * kinds + k]), "last_remainder": int(made.cut.last_remainder[v * kinds + k])}
                for k in range(kinds)]
        if mode == PROPORTIONAL:
            row.update(ends[0])
        elif mode == PRIORITY:
            classes += [{"cap_fid": v + 1, "class_number": k + 1, "class_name": name,
                         "demand_m3_100": made.demand[k][v] * step_m3_100,
                         "volume_m3_100": made.granted[k][v] * step_m3_100, **ends[k]}
                        for k, name in enumerate(demands.kinds) if made.demand[k][v]]
    return Granted(made.parts * step_m3_100, rows, classes, findings)


def _worth_telling(tree, demand):
    """Nodes with a cap or a demand, and those above them."""
    told = set()
    for v in range(len(tree.nodes) - 1, -1, -1):
        if demand[v] or tree.nodes[v].cap or v in told:
            told |= {v, tree.nodes[v].parent} - {-1}
    return sorted(told)


def _row(node, made, v, mode, step_m3_100):
    """The row of ``cap_result`` of node v, and its findings."""
    cap = node.cap
    demand, granted = (sum(one[v] for one in column) * step_m3_100 for column in (made.demand, made.granted))
    limit = sum(one[v] for one in made.limit) * step_m3_100
    row = {"cap_level": node.level, "cap_code": node.code, "source": node.source, "mode": mode if node.cuts else REPORT,
           "cap_name": ((cap.row["cap_name"] if cap else None) or node.code) if not node.rest else "未归入的",
           "demand_m3_100": demand, "cap_m3_100": cap.cap_m3_100 if cap else None,
           "reserve_m3_100": cap.reserve_m3_100 if cap else None, "limit_m3_100": limit, "volume_m3_100": granted}
    return row, list(_findings(row, node))


def subject(node):
    """What a finding on a node is about: ``level|code|source``, with the code above where its row names one."""
    above = (node.cap.row.get("parent_code") if node.cap else None) or ""
    return "|".join((node.level, node.code, node.source, *([above] if above else [])))


def missing_findings(tree, leaf, demand_m3_100):
    """Findings on the caps that are missing where the policy cuts, with the demand that waits for each.

    ``leaf``, ``demand_m3_100``: (k,) of the parts that had to be stopped.
    """
    shape = tree.shape(1)
    waiting = rolled_up(shape, columns.sums(demand_m3_100, leaf, len(tree.nodes)).tolist())
    touched = np.zeros(len(tree.nodes), dtype=np.int64)
    touched[np.unique(leaf)] = 1
    for node, demand, there in zip(tree.nodes, waiting, rolled_up(shape, touched.tolist())):
        if node.missing and node.cuts and there:
            yield {"code": "CAP_MISSING", "subject": subject(node), "message":
                   f"{limits.cap_label(node.level, node.code, node.source)}：{node.missing}；"
                   f"定额水量合计 {m3_text(demand)} m³ 未能核定"}


def lacking(tree):
    """Mask over the nodes: a cap that would cut is missing at the node or above it."""
    mask = np.zeros(len(tree.nodes), dtype=bool)
    for v, node in enumerate(tree.nodes):
        mask[v] = bool(node.missing) and node.cuts or (node.parent >= 0 and mask[node.parent])
    return mask


def unused_findings(tree, index):
    """Findings on rows of the cap table that limit nothing."""
    for row in cap_tree.unused(tree.nodes, index):
        level, code, source = limits.cap_key(row)
        where = f"（第 {row['source_row']} 行）" if row.get("source_row") is not None else ""
        yield {"code": "CAP_UNUSED", "subject": f"{level}|{code}|{source}", "message":
               f"{limits.cap_label(level, row.get('cap_name') or code, source)}{where}：没有一块核定的地归它管，这条指标没有执行"}


def _findings(row, node):
    label = limits.cap_label(row["cap_level"], row["cap_name"], row["source"])
    demand = m3_text(row["demand_m3_100"])
    if node.missing and row["demand_m3_100"]:
        yield {"code": "CAP_MISSING", "subject": subject(node),
               "message": f"{label}：{node.missing}；定额水量合计 {demand} m³，无从比较"}
    if node.cap is None:
        return
    over = row["demand_m3_100"] - node.cap.usable_m3_100
    if over > 0 and not limits.is_permit(node.cap.row):  # of a permit WELL_OVER_PERMIT tells
        done = {REPORT: "按政策只报告，未核减", PROPORTIONAL: "已按政策同比例核减", PRIORITY: "已按政策的优先序核减"}[row["mode"]]
        reserved = f"，其中预留 {m3_text(node.cap.reserve_m3_100)} m³" if node.cap.reserve_m3_100 else ""
        yield {"code": "CAP_EXCEEDED", "subject": subject(node), "value": m3_text(over), "message":
               f"{label}：定额水量合计 {demand} m³，指标 {m3_text(node.cap.cap_m3_100)} m³{reserved}，"
               f"超出 {m3_text(over)} m³，{done}"}
