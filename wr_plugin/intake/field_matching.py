"""Which column is which field: by standard name, alias, other known names, and names cut to 10 bytes by a DBF.

The schema says the names; here are only the short names that irrigation layers use in DBFs, which no standard fixes.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Dict, List, Mapping

from ..model import schema
from ..model.errors import BadInput
from . import units

SHORT_NAMES = {
    "irrigation_district": {"district_code": ("GQDM", "GQBM"), "district_name": ("GQMC",),
                            "permit_number": ("QSXKZH", "XKZH", "XKZBH"), "district_scale": ("GQGM",), "metered": ("QSJL",)},
    "canal": {"canal_code": ("QDDM", "QDBM"), "canal_name": ("QDMC",), "canal_level": ("QDJB",),
              "parent_code": ("SJQDDM",), "district_code": ("GQDM", "GQBM")},
    "outlet": {"outlet_code": ("DKOUDM", "DOUKDM"), "outlet_name": ("DKOUMC", "DOUKMC"),
               "canal_code": ("QDDM", "QDBM"), "district_code": ("GQDM", "GQBM"), "metering": ("JLQK",)},
    "service_area": {"outlet_code": ("DKOUDM", "DOUKDM"), "outlet_name": ("DKOUMC", "DOUKMC")},
    "well": {"well_code": ("JJBH", "JJBM"), "well_name": ("JJMC",), "permit_number": ("QSXKZH", "XKZH", "XKZBH"),
             "permit_m3": ("XKSL", "XKSLIANG"), "permit_from": ("XKYXQQ",), "permit_until": ("XKYXQZ",),
             "metering": ("JLQK",), "well_state": ("JJZT",), "reach_m": ("FWBJ",)},
    "unapproved_land": {"land_code": ("TBBH",), "land_kind": ("LB", "LEIBIE"), "remark": ("BZ",)},
    "overdraft_zone": {"zone_code": ("CCQDM",), "zone_name": ("CCQMC",)},
    "spring_zone": {"zone_code": ("QYDM",), "zone_name": ("QYMC",), "zone_level": ("BHJB",)},
    "forest_parcel": {"forest_code": ("LCDBH",), "forest_name": ("MC",), "holder_name": ("QLR",),
                      "area_mu": ("MJM",), "village_code": ("CJQYDM",)},
    "zone": {"zone_code": ("QSDWDM",), "zone_name": ("QSDWMC",)},
    "quota": {"district_code": ("灌区",), "demo": ("示例数据", "是否示例")},
    "cap": {"demo": ("示例数据", "是否示例"), "cap_code": ("灌区代码", "县代码", "区划代码")},
}
ANY_OF = {"registry": (("DKBM",), ("CBFBM", "area_mu_100"), ("holder_name", "area_mu_100"))}
"""Tables whose rows may be told apart in several ways: the columns of one must be there, and in each row the first
field of one."""
PLACED_BY_HAND = ("forest_parcel", "forest_user", "permit_user", "network_user")
"""Tables whose rows say themselves in which village they are."""
NOT_DELIVERED = {"fid", "uuid", "geometry_m2", "village_code", "village_name", "source_file", "source_row"}
DBF_NAME_BYTES = 10
SHORTEST_CUT = 4
EXACT, ALIAS, OTHER, CUT, ANOTHER_UNIT = range(5)
HOW = {EXACT: "标准字段名", ALIAS: "中文名称", OTHER: "别名", CUT: "截短的字段名",
       ANOTHER_UNIT: "名称相同、单位不同"}
CHOSEN = "字段对应"
NUMBERED = re.compile(r"(.+)#([0-9]{1,3})")
MATTERS = {"parcel": ("DKBM", "DKLB", "SCMJ"), "CBF": ("CBFBM", "CBFMC"), "CBDKXX": ("DKBM", "CBFBM", "HTMJ"),
           "registry": ("DKBM", "CBFBM", "holder_name", "area_mu_100")}
"""Fields without which rights come out differently: where one is not found by name, or two columns claim it, and a
column looks like it, the clerk is asked."""


class MappingNeeded(BadInput):
    """A column must be named by a person. The door offers the proposal of the verb ``mapping``."""

    def __init__(self, message, remedy, *, where=""):
        super().__init__(message, remedy, code="MappingNeeded", where=where)


@dataclass(frozen=True)
class Match:
    """``columns``: schema field → positions of its columns, first non-blank counts. ``unused``: titles left alone.

    ``how``: how each field was found. ``ambiguous``: field → positions of the columns that claim it with equal right.
    ``absent``: fields that a mapping says the file does not have.
    ``units``: schema field → unit that its header names, where it is another than the field's own."""

    columns: Dict[str, List[int]]
    unused: List[str]
    how: Dict[str, str] = field(default_factory=dict)
    ambiguous: Mapping[str, Any] = field(default_factory=dict)
    absent: frozenset = frozenset()
    units: Mapping[str, str] = field(default_factory=dict)


def deliverable(table):
    """The fields of a table that a file may deliver."""
    kept = {"village_name"} if table.name == "registry" else {"village_code"} if table.name in PLACED_BY_HAND else set()
    return [f for f in table.fields if f.name not in NOT_DELIVERED or f.name in kept]


@lru_cache(maxsize=8192, typed=True)
def plain(text):
    """A header for comparison: NFKC (full-width, ², brackets), no white space, lower case, units as ASCII."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(text))).lower()
    return text.replace("m3", "m³").replace("m2", "m²").replace("平方米", "m²").replace("立方米", "m³")


def names_of(table):
    """Comparable name → (field, rank) of every name that the table's fields are known under; lower rank is better."""
    known = {}

    def add(text, name, rank):
        key = plain(text)
        if key not in known or rank < known[key][1]:
            known[key] = (name, rank)

    for item in deliverable(table):
        add(item.name, item.name, EXACT)
        add(item.alias, item.name, ALIAS)
        if item.unit and not item.name.endswith("_100"):
            add(f"{item.alias}({item.unit})", item.name, ALIAS)
        for other in (*item.names, *SHORT_NAMES.get(table.name, {}).get(item.name, ())):
            add(other, item.name, OTHER)
    return known


def match(table, headers, chosen=None, cut=False, ask=True):
    """Finds the fields of ``table`` among ``headers`` (tuples of header parts, outermost first).

    ``chosen``: {field: header, [headers] or None for "there is none"} from a saved mapping, which wins and must exist.
    ``cut``: the headers come from a DBF, which cuts names to 10 bytes. A header of several parts is tried whole, then
    by its inner parts where those are not ambiguous. Raises BadInput for a mapping that names an absent column, and,
    where ``ask``, MappingNeeded where two whole headers claim one field with equal right.
    """
    titles = ["".join(parts) for parts in headers]
    absent = frozenset(name for name, header in (chosen or {}).items() if header is None)
    columns, used = _chosen(titles, {k: v for k, v in (chosen or {}).items() if v is not None})
    how, ambiguous = dict.fromkeys(columns, CHOSEN), {}
    known = names_of(table)
    for depth in range(max((len(p) for p in headers), default=0)):
        claims = {}
        for position, parts in enumerate(headers):
            if position in used or depth >= len(parts):
                continue
            name, rank = _lookup("".join(parts[depth:]), known, cut, table)
            if name and name not in columns and name not in absent:
                claims.setdefault(name, []).append((rank, position))
        for name, found in claims.items():
            best = min(rank for rank, _ in found)
            first = [position for rank, position in found if rank == best]
            if len(first) > 1:
                if ask and depth == 0:
                    raise MappingNeeded(*_rivals(table, name, [titles[p] for p in first]))
                ambiguous.setdefault(name, first)
            else:
                columns[name], how[name] = first, HOW[best]
                used.update(first)
    unused = [title for position, title in enumerate(titles) if position not in used and title]
    left = {name: positions for name, positions in ambiguous.items()
            if name not in columns and not used.issuperset(positions)}
    return Match(columns, unused, how, left, absent, _units(table, columns, headers))


def _rivals(table, name, titles):
    return (f"有 {len(titles)} 列都像是“{table.by_name[name].alias}”：{'、'.join(titles)}",
            "删去多余的列，或在字段对应文件里写明用哪一列")


def require_one_of(table, found, titles, where):
    """Raises MappingNeeded where a field that matters is claimed by two columns and so has none."""
    for name in MATTERS.get(table.name, ()):
        if name in found.ambiguous:
            raise MappingNeeded(*_rivals(table, name, [titles[p] for p in found.ambiguous[name]]), where=where)


def unique_titles(headers):
    """Headers as one text each; a text that several columns bear is numbered: ``面积#1``, ``面积#2``."""
    titles = ["".join(parts) for parts in headers]
    count, seen, made = {}, {}, []
    for title in titles:
        count[plain(title)] = count.get(plain(title), 0) + 1
    for title in titles:
        key = plain(title)
        seen[key] = seen.get(key, 0) + 1
        made.append(f"{title}#{seen[key]}" if title and count[key] > 1 else title)
    return made


def _chosen(titles, chosen):
    columns, used = {}, set()
    index = {}
    for position, title in enumerate(titles):
        index.setdefault(plain(title), []).append(position)
    for name, wanted in chosen.items():
        positions = [_position(header, titles, index) for header in ([wanted] if isinstance(wanted, str) else wanted)]
        columns[name] = positions
        used.update(positions)
    return columns, used


def _position(header, titles, index):
    """Where the column of that title is; ``面积#2`` is the second of those that bear it. BadInput where there is none."""
    here, numbered = index.get(plain(header), []), NUMBERED.fullmatch(plain(header))
    if len(here) == 1:
        return here[0]
    if here:
        raise BadInput(f"字段对应写的列“{header}”有 {len(here)} 列", f"写明第几个：{header}#1、{header}#2 ……")
    same = index.get(numbered.group(1), []) if numbered else []
    if same and 1 <= int(numbered.group(2)) <= len(same):
        return same[int(numbered.group(2)) - 1]
    raise BadInput(f"字段对应写的列“{header}”不存在，现有的列：{'、'.join(t for t in titles if t) or '（无）'}", "核对字段对应文件")


def _lookup(title, known, cut, table):
    key = plain(title)
    if key in known:
        return known[key]
    bare = re.sub(r"[(（][^()（）]*[)）]$", "", key)
    if bare != key and bare in known and _unit_agrees(key, bare, known):
        return known[bare]
    without, unit = units.in_header(key)
    if unit and without in known:
        name = known[without][0]
        own = units.natural(table.by_name[name])
        if own:
            return name, known[without][1] if own == unit else ANOTHER_UNIT
    return (_cut_name(title, known) if cut else None) or (None, CUT)


def _units(table, columns, headers):
    """{field: unit named in its header} where that is another than the field's own."""
    found = {}
    for name, positions in columns.items():
        own = units.natural(table.by_name[name])
        if own and positions:
            named = {units.in_header(plain("".join(headers[p])))[1] or units.in_header(plain(headers[p][-1]))[1]
                     for p in positions if headers[p]}
            if len(named) == 1 and named - {"", own}:
                found[name] = named.pop()
    return found


def _unit_agrees(key, bare, known):
    """A remark in brackets may be dropped, a unit may not: 合同面积(亩) is another field than 合同面积(m²)."""
    inside = key[len(bare):].strip("()")
    return inside not in ("亩", "m²", "公顷", "ha", "hm²", "万亩", "m³", "万m³", "m³/亩", "m³/hm²", "平方公里", "km²")


def _cut_name(title, known):
    """The field whose name begins with a header of exactly the DBF limit (in GBK or UTF-8); None where several do."""
    found = set()
    text = unicodedata.normalize("NFKC", title).strip().lower()
    for codec in ("gb18030", "utf-8"):
        size = len(text.encode(codec, "replace"))
        if not DBF_NAME_BYTES - 2 <= size <= DBF_NAME_BYTES or size < SHORTEST_CUT:
            continue
        found |= {name for key, (name, _) in known.items() if key.startswith(text) and key != text}
    return (found.pop(), CUT) if len(found) == 1 else None


def telling(table):
    """The fields that a row is told by: the mandatory ones and, where there are several ways, those of every way."""
    ways = {name for way in ANY_OF.get(table.name, ()) for name in way}
    return [f for f in deliverable(table) if f.required or f.name in ways]


def require(table, found, where, constants=()):
    """Raises BadInput where a mandatory field of the table has neither a column nor a constant."""
    given = {*found.columns, *constants}
    missing = [f for f in deliverable(table) if f.required and f.name not in given]
    ways = ANY_OF.get(table.name, ())
    lacking = not missing and ways and not any(given.issuperset(way) for way in ways)
    if missing or lacking:
        wanted = "、".join(f"{f.alias}（{f.name}）" for f in missing) or "，或".join(
            "和".join(f"{table.by_name[n].alias}（{n}）" for n in way) for way in ways)
        have = "、".join([*found.unused, *(table.by_name[n].alias for n in found.columns)]) or "（无）"
        raise MappingNeeded(f"{table.title}缺少列：{wanted}；有的列：{have}", "补上该列，或在字段对应文件里写明它叫什么名字",
                            where=where)


def fields_in_order(table, names):
    """The given field names in the order of the schema."""
    return [f.name for f in schema.table(table.name).fields if f.name in names]
