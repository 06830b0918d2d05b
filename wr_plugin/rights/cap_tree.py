"""The tree of caps: county → district → canal → outlet, township → village, or well, per source. Standard library only.

Which levels it has is the policy's (``cap.tree``). A county has few nodes beside its parcels, so they are worked out
in plain Python integers by one implementation that serves the county (``caps``) and the explanation of one parcel
(``cap_trace``); only the parts below the leaves are columns.
"""

from dataclasses import dataclass, field, replace
from typing import List, NamedTuple, Optional

from ..model import codes
from ..model.errors import BadInput
from . import limits

SOURCES = tuple(codes.SOURCE)
LEVELS = tuple(codes.CAP_LEVEL)
REST = ""
"""The code of the node that holds what lies directly below a node which also has nodes below it."""
SHOWN = 10


class Shape(NamedTuple):
    """A forest of caps. ``parents``: (n,) number of the node above, smaller than one's own, -1 for a root;
    ``usable``: (n,) whole steps that the users below may have together, None where nothing limits them."""

    parents: List[int]
    usable: List[Optional[int]]


def limits_of(shape, demand):
    """L(v) = min(usable(v), Σ L(children)) per node, in steps; ``demand``: (n,) steps wanted, of leaves only."""
    most = list(demand)
    for v in range(len(most) - 1, -1, -1):
        if shape.usable[v] is not None:
            most[v] = min(most[v], shape.usable[v])
        if shape.parents[v] >= 0:
            most[shape.parents[v]] += most[v]
    return most


def shares_of(shape, limit):
    """T(v) per node: L of a root; below, T of the node above in proportion to L, by largest remainder in node order."""
    below = [[] for _ in limit]
    for v, parent in enumerate(shape.parents):
        if parent >= 0:
            below[parent].append(v)
    granted = list(limit)
    for v, children in enumerate(below):
        if children:
            whole = sum(limit[c] for c in children)
            if granted[v] < whole:
                for c, part in zip(children, in_proportion([limit[c] for c in children], granted[v], whole)):
                    granted[c] = part
    return granted


def in_proportion(weights, total, whole):
    """Largest remainder over Python integers (``amounts.largest_remainder``); ``total`` ≤ ``whole`` = Σ ``weights``."""
    parts, rests = map(list, zip(*(divmod(weight * total, whole) for weight in weights)))
    for i in sorted(range(len(parts)), key=lambda i: (-rests[i], i))[:total - sum(parts)]:
        parts[i] += 1
    return parts


def served(shape, demands):
    """Grants of classes served one after the other: per class (limit, granted), each on what the earlier ones left.

    ``demands``: per class (n,) steps wanted, of leaves only.
    """
    left, found = list(shape.usable), []
    for demand in demands:
        now = Shape(shape.parents, left)
        limit = limits_of(now, demand)
        granted = shares_of(now, limit)
        found.append((limit, granted))
        left = [None if cap is None else cap - part for cap, part in zip(left, granted)]
    return found


def path_of(levels, county_code, place):
    """The codes from the county down to where a part hangs: tuple of (level, code).

    ``place``: ``district``, ``outlet`` (of surface water only), ``well`` (of ground water only) and ``village`` codes and
    ``canals`` (from the trunk down), None or empty where there is none: such a level is left out.
    """
    path = []
    for level in levels:
        if level == "canal":
            path += [("canal", code) for code in place.get("canals") or ()]
            continue
        if level == "county":
            code = county_code
        elif level in ("town", "village"):
            code = place.get("village") or ""
            code = codes.part_of(code, codes.TOWN if level == "town" else codes.VILLAGE) \
                if len(code) >= codes.VILLAGE else ""
        else:
            code = place.get(level)
        if code or level == "county":
            path.append((level, code))
    return tuple(path)


def canals_of_outlets(outlets, canals):
    """{outlet_code: its canals from the trunk down}. Rows: ``outlet_code``, ``canal_code``; ``canal_code``,
    ``parent_code``. BadInput where a canal has two canals above it, or stands above itself."""
    above = {}
    for row in canals:
        code, parent = _text(row["canal_code"]), _text(row["parent_code"])
        if code and parent and above.setdefault(code, parent) != parent:
            raise BadInput(f"渠道“{code}”有两个上级渠道：{above[code]}、{parent}", "更正渠道图层的“上级渠道代码”", where="渠道图层")
    found = {}
    for row in outlets:
        code, canal, chain = _text(row["outlet_code"]), _text(row["canal_code"]), []
        while canal:
            if canal in chain:
                raise BadInput(f"渠道“{canal}”的上级渠道绕了一圈又回到它自己", "更正渠道图层的“上级渠道代码”", where="渠道图层")
            chain.append(canal)
            canal = above.get(canal)
        if code and found.setdefault(code, tuple(reversed(chain))) != tuple(reversed(chain)):
            raise BadInput(f"斗口“{code}”填了两条不同的渠道", "更正斗口图层的“渠道代码”", where="斗口图层")
    return found


@dataclass
class Node:
    """One node: ``path`` from the county down, ``source``; the cap that applies or what is missing of it. ``cuts``: whether
    the policy cuts where the cap is exceeded, and does not merely report it."""

    path: tuple
    source: str
    parent: int
    cap: Optional[limits.CapRow] = None
    missing: str = ""
    cuts: bool = True

    @property
    def level(self):
        return self.path[-1][0]

    @property
    def code(self):
        return self.path[-1][1]

    @property
    def above(self):
        return tuple(code for _, code in self.path[:-1])

    @property
    def rest(self):
        """True for the node of what lies directly below a node that has nodes below it."""
        return self.code == REST and self.parent >= 0


@dataclass
class Tree:
    """The nodes, each after the one above it; ``leaf``: {(source, path): number of the node that holds such parts}."""

    nodes: List[Node]
    leaf: dict = field(repr=False, default_factory=dict)

    def under(self, index):
        """The same nodes under the caps of another ``index`` (``limits.cap_index``) with rows of the same keys."""
        return Tree([node if node.rest else Node(node.path, node.source, node.parent, *limits.find_cap(
            index, node.level, node.code, node.source, node.above), node.level not in index.reported)
            for node in self.nodes], self.leaf)

    def shape(self, step_m3_100, cutting=False):
        """The tree in whole steps: what of a cap is finer than a step goes to nobody. ``cutting``: without the caps that
        are only reported."""
        return Shape([node.parent for node in self.nodes],
                     [None if node.cap is None or cutting and not node.cuts else node.cap.usable_m3_100 // step_m3_100
                      for node in self.nodes])

    def share_permits(self, demand_m3_100, step_m3_100):
        """Gives the nodes of a well that stands below several others their shares of its permit (``permit_shares``).
        ``demand_m3_100``: per node what its parts want."""
        for v, cap in permit_shares([node.cap for node in self.nodes], demand_m3_100, step_m3_100).items():
            self.nodes[v].cap = cap


def permit_shares(caps, demand_m3_100, step_m3_100):
    """{number of the node: its cap} of wells whose permit holds for several nodes, because their land lies in several
    districts, say: the permit's whole steps in proportion to what is wanted there, by largest remainder in node order.

    Where the permit suffices each node has what it wants; where it does not, all have the same part of it.
    ``caps``: per node a ``limits.CapRow`` or None.
    """
    together, made = {}, {}
    for v, cap in enumerate(caps):
        if cap is not None and limits.is_permit(cap.row):
            together.setdefault(cap.row["cap_code"], []).append(v)
    for nodes in together.values():
        wanted = [demand_m3_100[v] for v in nodes]
        if len(nodes) > 1 and sum(wanted):
            shares = in_proportion(wanted, caps[nodes[0]].cap_m3_100 // step_m3_100, sum(wanted))
            made.update((v, replace(caps[v], cap_m3_100=share * step_m3_100)) for v, share in zip(nodes, shares))
    return made


def grow(paths, index, levels=LEVELS, named=()):
    """The tree that holds parts of these (source, path) pairs, and the nodes ``named``, with the caps of ``index``
    (``limits.cap_index``).

    Siblings stand in the order of ``levels`` and code; where parts hang from a node that has nodes below it, these
    parts get a node of their own with the code ``REST``. BadInput where one row of the cap table would limit two nodes.
    """
    paths = set(paths)
    held = {(source, path[:n]) for source, path in (*paths, *named) for n in range(1, len(path) + 1)}
    inner = {(source, path[:-1]) for source, path in held if len(path) > 1}
    leaf = {one: one if one not in inner else (one[0], (*one[1], (_next_level(one[1], levels), REST))) for one in paths}
    rank = {level: number for number, level in enumerate(levels)}

    def order(one):
        source, path = one
        return tuple((rank[level] if code else len(rank), code) for level, code in path), SOURCES.index(source)

    number, nodes = {}, []
    for source, path in sorted(held | set(leaf.values()), key=order):
        node = Node(path, source, number.get((source, path[:-1]), -1), cuts=path[-1][0] not in index.reported)
        if not node.rest:
            node.cap, node.missing = limits.find_cap(index, node.level, node.code, source, node.above)
        number[source, path] = len(nodes)
        nodes.append(node)
    _refuse_shared_caps(nodes, index)
    return Tree(nodes, {one: number[end] for one, end in leaf.items()})


def _next_level(path, levels):
    """The level that parts below this path lack; canals stand in canals."""
    at = levels.index(path[-1][0])
    return levels[min(at + 1, len(levels) - 1)]


def _refuse_shared_caps(nodes, index):
    """A cap is one node's: a village that lies in two districts, say, needs a row for each."""
    used = {}
    for node in nodes:
        if not node.rest:
            for row in limits.cap_rows(index, node.level, node.code, node.source, node.above):
                if not limits.is_permit(row):
                    used.setdefault(row["fid"], (row, []))[1].append(node)
    shared = [one for one in used.values() if len(one[1]) > 1]
    if not shared:
        return
    told = []
    for row, under in shared[:SHOWN]:
        name = limits.cap_label(under[0].level, row.get("cap_name") or under[0].code, under[0].source)
        uppers = "、".join(f"{codes.CAP_LEVEL[node.path[-2][0]]} {node.path[-2][1]}" for node in under)
        where = f"第 {row['source_row']} 行 " if row.get("source_row") is not None else ""
        told.append(f"{where}{name}：分在 {uppers}")
    more = f"；等 {len(shared)} 行" if len(shared) > SHOWN else ""
    raise BadInput(f"指标表中有的指标分在几个上级之下，不知道各占多少：{'；'.join(told)}{more}",
                   "在指标表的“上级代码”里按上级各填一行，或从政策 cap.tree 中去掉中间的层级", where="用水总量指标表")


def unused(nodes, index):
    """Rows of the cap table that limit no node of the tree: list of rows, by fid."""
    used = {row["fid"] for node in nodes if not node.rest
            for row in limits.cap_rows(index, node.level, node.code, node.source, node.above)}
    return sorted((row for rows in index.values() for row in rows if row["fid"] not in used and not limits.is_permit(row)),
                  key=lambda row: row["fid"])


def _text(value):
    return "" if value is None or value != value else str(value).strip()
