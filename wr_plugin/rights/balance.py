"""The balance (平衡表): parcels = holders = villages = districts ≤ caps, per source, each sum held against the parts.

Every layer was stored by itself; here all are added up by SQL and held against the sum of the parts (水权明细), as a
whole and one by one. Standard library only.
"""

from dataclasses import dataclass, field
from typing import List, Optional

from ..model import codes
from ..model.amounts import m3_text, mu_text
from ..store import reading
from . import limits

SHOWN = 5
FIGURES = (("area_mu_100", "确权面积", mu_text, "亩"), ("demand_m3_100", "定额水量", m3_text, "m³"),
           ("volume_m3_100", "核定水量", m3_text, "m³"))
BALANCED = "平"


@dataclass
class Line:
    """One layer of one source ("" for both): how many there are, their sums, and what does not agree with the parts.

    ``cap``, ``reserve``, ``left``: of lines that are held against a cap; 0.01 m³. ``over``: which caps are exceeded.
    ``note``: why the line is not held against the parts.
    """

    source: str
    layer: str
    count: int
    sums: tuple
    wrong: List[str] = field(default_factory=list)
    cap_m3_100: Optional[int] = None
    reserve_m3_100: Optional[int] = None
    left_m3_100: Optional[int] = None
    over: List[str] = field(default_factory=list)
    note: str = ""

    @property
    def verdict(self):
        return "；".join(self.wrong + self.over) or self.note or BALANCED


@dataclass
class VillageLine:
    """One village and source. ``land``: sums of the parts on its parcels, ``parcels`` those of these parcels'
    rights; ``held``: sums of the parts of its holders, ``holders`` those of the holders' rights; each (area, demand,
    volume). A holder may have land in another village, so ``land`` and ``held`` may well differ."""

    code: str
    name: str
    source: str
    land: tuple
    held: tuple
    holders: tuple
    wrong: List[str]

    @property
    def verdict(self):
        return "；".join(self.wrong) or BALANCED


@dataclass
class NodeLine:
    """One node of the tree of caps as stored, how deep it stands, and what does not agree. ``over_m3_100``: what this
    node's own cap forbids of what the nodes or parts below could have had."""

    row: dict
    depth: int
    wrong: List[str]
    over_m3_100: int = 0
    over: List[str] = field(default_factory=list)

    @property
    def left_m3_100(self):
        """What the cap leaves: cap − reserve − granted; None where there is no cap."""
        if self.row["cap_m3_100"] is None:
            return None
        return self.row["cap_m3_100"] - (self.row["reserve_m3_100"] or 0) - self.row["volume_m3_100"]

    @property
    def verdict(self):
        return "；".join(self.wrong + self.over) or BALANCED


@dataclass
class Balance:
    lines: List[Line]
    villages: List[VillageLine]
    nodes: List[NodeLine]

    @property
    def wrong(self):
        """Every line whose figures disagree; a cap that is exceeded is no disagreement."""
        return [line for line in (*self.lines, *self.villages, *self.nodes) if line.wrong]


SUMS = "coalesce(sum(area_mu_100), 0) AS area_mu_100, coalesce(sum(demand_m3_100), 0) AS demand_m3_100," \
       " coalesce(sum(volume_m3_100), 0) AS volume_m3_100"
PARTS_BY_SOURCE = f"SELECT source, count(*) AS n, {SUMS} FROM right_part GROUP BY source"  # nosec B608: our own texts
HOLDERS_BY_SOURCE = f"SELECT source, count(*) AS n, {SUMS} FROM holder_right GROUP BY source"  # nosec B608: our own texts
UNITS_BY_SOURCE = f"SELECT source, count(*) AS n, {SUMS} FROM unit_right GROUP BY source"  # nosec B608: our own texts
USERS_BY_SOURCE = "SELECT source, count(*) AS n, sum(area_mu_100) AS area, sum(volume_m3_100) AS volume FROM user_right" \
                  " WHERE volume_m3_100 > 0 GROUP BY source"
HAVING = "count(CASE WHEN state IN ('right', 'reduced') THEN 1 END)"
PARCELS = f"SELECT '' AS source, {HAVING} AS n, {SUMS} FROM parcel_right"  # nosec B608: our own texts
AGAINST = """
SELECT {keys}, sum(pa) AS pa, sum(pd) AS pd, sum(pv) AS pv, sum(oa) AS oa, sum(od) AS od, sum(ov) AS ov FROM (
    SELECT {keys}, area_mu_100 AS pa, demand_m3_100 AS pd, volume_m3_100 AS pv, 0 AS oa, 0 AS od, 0 AS ov FROM right_part
    UNION ALL
    SELECT {keys}, 0, 0, 0, area_mu_100, demand_m3_100, volume_m3_100 FROM {table}
) GROUP BY {keys} HAVING sum(pa) <> sum(oa) OR sum(pd) <> sum(od) OR sum(pv) <> sum(ov) ORDER BY {keys}
"""
PARCELS_AGAINST = AGAINST.format(keys="parcel_fid", table="parcel_right")
HOLDERS_AGAINST = AGAINST.format(keys="CBFBM, source", table="holder_right")
CERTIFICATES = """
SELECT c.number, c.source, c.area_mu_100 AS ca, c.volume_m3_100 AS cv, coalesce(w.area_mu_100, u.area_mu_100, h.area_mu_100, 0) AS ha,
       coalesce(w.volume_m3_100, u.volume_m3_100, h.volume_m3_100) AS hv
FROM certificate c
LEFT JOIN unit_right u ON u.unit_kind = coalesce(c.unit_kind, 'holder_source') AND u.source = c.source
    AND u.unit_code = coalesce(c.unit_code, c.CBFBM)
LEFT JOIN user_right w ON w.user_kind || '_user' = c.unit_kind AND w.user_code = c.unit_code AND w.source = c.source
LEFT JOIN holder_right h ON h.CBFBM = c.CBFBM AND h.source = c.source AND NOT EXISTS (SELECT 1 FROM unit_right)
WHERE c.state = 'valid' ORDER BY c.number
"""
WELLS = "SELECT well_code, sum(demand_m3_100) AS d, sum(volume_m3_100) AS v FROM right_part WHERE source = 'ground' GROUP BY well_code"
DISTRICTS = f"SELECT district_code, source, {SUMS} FROM right_part GROUP BY district_code, source"  # nosec B608: our own texts
LAND = """
SELECT p.village_code AS code, r.source AS source, sum(r.area_mu_100) AS a, sum(r.demand_m3_100) AS d,
       sum(r.volume_m3_100) AS v
FROM right_part r JOIN parcel p ON p.fid = r.parcel_fid GROUP BY p.village_code, r.source
"""
LAND_BY_PARCEL = """
SELECT p.village_code AS code, max(p.village_name) AS name, sum(r.area_mu_100) AS a, sum(r.demand_m3_100) AS d,
       sum(r.volume_m3_100) AS v
FROM parcel_right r JOIN parcel p ON p.fid = r.parcel_fid GROUP BY p.village_code
"""
HELD = """
SELECT h.village_code AS code, r.source AS source, sum(r.area_mu_100) AS a, sum(r.demand_m3_100) AS d,
       sum(r.volume_m3_100) AS v
FROM right_part r LEFT JOIN holder_right h ON h.right_id = r.CBFBM || CASE r.source WHEN 'surface' THEN 'S' ELSE 'G' END
GROUP BY h.village_code, r.source
"""
HOLDERS = """
SELECT village_code AS code, source, sum(area_mu_100) AS a, sum(demand_m3_100) AS d, sum(volume_m3_100) AS v
FROM holder_right GROUP BY village_code, source
"""
NOTHING = (0, 0, 0)


def balance(store, policy, report=lambda done: None):
    """``Balance`` of the stored rights. ``report(done)`` is called with the part done, 0 … 1, and may raise to cancel."""
    villages = _villages(store)
    report(0.4)
    nodes = _nodes(store)
    lines = _lines(store, villages, nodes, report)
    return Balance([*lines, *_with_other_users(store, policy, lines)], villages, nodes)


def _lines(store, villages, nodes, report):
    parts = {row["source"]: (row["n"], _sums(row)) for row in reading.rows(store, PARTS_BY_SOURCE)}
    whole = sum(n for n, _ in parts.values()), _added(sums for _, sums in parts.values())
    report(0.5)
    parcels = reading.one(store, PARCELS)
    both = [Line("", "地块明细（两种水源）", whole[0], whole[1]),
            Line("", "地块", parcels["n"], _sums(parcels), _one_by_one(store, PARCELS_AGAINST, _parcel_name))]
    report(0.7)
    holder_wrong = {}
    for row in reading.rows(store, HOLDERS_AGAINST):
        holder_wrong.setdefault(row["source"], []).append(_told(row, f"户 {row['CBFBM']}"))
    holders = {row["source"]: (row["n"], _sums(row)) for row in reading.rows(store, HOLDERS_BY_SOURCE)}
    units = {row["source"]: (row["n"], _sums(row)) for row in reading.rows(store, UNITS_BY_SOURCE)}
    districts = {}
    for row in reading.rows(store, DISTRICTS):
        districts.setdefault(row["source"], {})[row["district_code"]] = _sums(row)
    wells = {row["well_code"]: (row["d"], row["v"]) for row in reading.rows(store, WELLS)}
    certificates = _certificates(store)
    report(0.9)
    lines = []
    for source in codes.SOURCE:
        count, sums = parts.get(source, (0, NOTHING))
        lines.append(Line(source, "地块明细", count, sums))
        lines.append(Line(source, "户", *holders.get(source, (0, NOTHING)), _few(holder_wrong.get(source, []))))
        if units:
            lines.append(Line(source, "确权单位", *units.get(source, (0, NOTHING))))
        mine = [v for v in villages if v.source == source]
        lines.append(Line(source, "村（按地块）", sum(v.land != NOTHING for v in mine), _added(v.land for v in mine),
                          _few([f"{v.name} {v.verdict}" for v in mine if v.wrong])))
        lines.append(Line(source, "村（按权利人）", sum(v.holders != NOTHING for v in mine), _added(v.holders for v in mine)))
        lines += _cap_lines(source, nodes, sums, districts.get(source, {}))
        lines += _well_lines(source, nodes, wells)
        for line in lines:
            if line.source == source:
                line.wrong = _whole_differs(line.sums, sums) + line.wrong
        if source in certificates:
            lines.append(certificates[source])
    both[1].wrong = _whole_differs(both[1].sums, whole[1]) + both[1].wrong
    return [*lines, *both]


def _with_other_users(store, policy, lines):
    """Users without contract land, and all users together against what the policy says of the level above."""
    users = {row["source"]: row for row in reading.rows(store, USERS_BY_SOURCE)}
    made, total = [], {one.source: one.sums[2] for one in lines if one.layer == "户"}
    for source in codes.SOURCE:
        if source in users:
            row = users[source]
            made.append(Line(source, "其他用水户", row["n"], (row["area"], None, row["volume"]), note="林草、取水许可、管网，另行核定"))
            total[source] += row["volume"]
    for source, setting in (("ground", "cap.ground_m3"), ("", "cap.total_m3")):
        if policy.get(setting) is None:
            continue
        cap, volume = round(policy.get(setting) * 100), total[source] if source else sum(total.values())
        count = sum(one.count for one in (*lines, *made) if one.layer in ("户", "其他用水户") and source in ("", one.source))
        over = [f"超过上级总量 {m3_text(volume - cap)} m³"] if volume > cap else []
        made.append(Line(source, "全部用水户（上级总量）", count, (None, None, volume), [], cap, None, cap - volume, over))
    return made


def _cap_lines(source, nodes, sums, districts):
    """The lines of the districts, of all nodes, and of the county with what its cap leaves."""
    mine = [node for node in nodes if node.row["source"] == source]
    lines = []
    stored = {node.row["cap_code"]: node.row for node in mine if node.row["cap_level"] == "district" and node.depth == 1}
    if stored:
        wrong = []
        for code in sorted({*stored, *districts} - {None}):
            row, there = stored.get(code), districts.get(code, NOTHING)
            had = (row["demand_m3_100"], row["volume_m3_100"]) if row else (0, 0)
            if had != there[1:]:
                wrong.append(f"灌区 {code} 核定水量 {m3_text(had[1])} m³，明细合计 {m3_text(there[2])} m³")
        lines.append(Line(source, "灌区", len(stored), (None, sum(r["demand_m3_100"] for r in stored.values()),
                                                      sum(r["volume_m3_100"] for r in stored.values())), _few(wrong)))
    roots = [node for node in mine if node.depth == 0]
    if not roots:
        if sums[2]:
            lines.append(Line(source, "县及各级指标", 0, (None, 0, 0), []))
        return lines
    root = roots[0].row
    line = Line(source, "县及各级指标", len(mine), (None, root["demand_m3_100"], root["volume_m3_100"]),
                _few([f"{_node_name(node)} {'；'.join(node.wrong)}" for node in mine if node.wrong]),
                root["cap_m3_100"], root["reserve_m3_100"], roots[0].left_m3_100,
                _few([f"{_node_name(node)}{'；'.join(node.over)}" for node in mine if node.over]))
    return [*lines, line]


def _well_lines(source, nodes, wells):
    """The line of the wells where the policy's tree has them: all nodes of a well against the parts that it supplies."""
    stored = {}
    for node in nodes:
        if node.row["cap_level"] == "well" and node.row["source"] == source and node.row["cap_code"]:
            demand, volume = stored.get(node.row["cap_code"], (0, 0))
            stored[node.row["cap_code"]] = demand + node.row["demand_m3_100"], volume + node.row["volume_m3_100"]
    if not stored:
        return []
    wrong = [f"机井 {code} 核定水量 {m3_text(stored.get(code, (0, 0))[1])} m³，明细合计 {m3_text(wells.get(code, (0, 0))[1])} m³"
             for code in sorted({*stored, *wells} - {None}) if stored.get(code, (0, 0)) != wells.get(code, (0, 0))]
    return [Line(source, "机井", len(stored), (None, *map(sum, zip(*stored.values(), wells.get(None, (0, 0))))), _few(wrong))]


def _node_name(node):
    return limits.cap_label(node.row["cap_level"], node.row["cap_name"], node.row["source"])


def _nodes(store):
    """Every stored node, each after the one above it: what its children sum to, and whether its cap is kept."""
    rows = [dict(row) for row in reading.rows(store, "SELECT * FROM cap_result ORDER BY fid")]
    county = {row["source"]: row["fid"] for row in rows if row["cap_level"] == "county"}
    depth, below = {}, {}
    for row in rows:
        above = row["parent_fid"] or (county.get(row["source"]) if row["cap_level"] != "county" else None)
        depth[row["fid"]] = depth.get(above, -1) + 1
        below.setdefault(above, []).append(row)
    lines = []
    for row in rows:
        children, wrong = below.get(row["fid"], []), []
        for name, title, text, unit in FIGURES[1:]:
            total = sum(child[name] for child in children)
            if children and total != row[name]:
                wrong.append(f"{title} {text(row[name])} {unit}，下级合计 {text(total)} {unit}")
        line = NodeLine(row, depth[row["fid"]], wrong)
        if line.left_m3_100 is not None and line.left_m3_100 < 0:
            line.over.append(f"超指标 {m3_text(-line.left_m3_100)} m³" + ("（按政策只报告）" if row["mode"] == "report" else ""))
        if row["limit_m3_100"] is not None:
            could = sum(child["limit_m3_100"] or 0 for child in children) if children else row["demand_m3_100"]
            line.over_m3_100 = could - row["limit_m3_100"]
        lines.append(line)
    return lines


def _villages(store):
    land, held, holders = ({(row["code"] or "", row["source"]): (row["a"], row["d"], row["v"])
                            for row in reading.rows(store, sql)} for sql in (LAND, HELD, HOLDERS))
    parcels, names = {}, {}
    for row in reading.rows(store, LAND_BY_PARCEL):
        parcels[row["code"] or ""] = row["a"], row["d"], row["v"]
        names[row["code"] or ""] = row["name"]
    found = []
    for code in sorted({key[0] for table in (land, held, holders) for key in table}):
        both = _added(land.get((code, source), NOTHING) for source in codes.SOURCE)
        for source in codes.SOURCE:
            mine = [table.get((code, source), NOTHING) for table in (land, held, holders)]
            if mine == [NOTHING] * 3:
                continue
            wrong = _differing(mine[2], mine[1], "户水权合计", "其明细合计")
            wrong += _differing(parcels.get(code, NOTHING), both, "地块水权合计（两种水源）", "其明细合计")
            found.append(VillageLine(code, names.get(code) or code or "（未归村）", source, *mine, wrong))
    return found


def _certificates(store):
    """{source: line} of the certificates in force, each held against its holder's, unit's or user's right."""
    found = {}
    for row in reading.rows(store, CERTIFICATES):
        line = found.setdefault(row["source"], Line(row["source"], "有效的水权证", 0, (0, None, 0)))
        line.count += 1
        line.sums = line.sums[0] + row["ca"], None, line.sums[2] + row["cv"]
        if (row["ca"], row["cv"]) != (row["ha"], row["hv"]):
            line.wrong.append(f"{row['number']} 证上 {m3_text(row['cv'])} m³，水权 {m3_text(row['hv'] or 0)} m³")
    for line in found.values():
        line.wrong = _few(line.wrong)
    return found


def _one_by_one(store, sql, name):
    rows = reading.rows(store, sql)
    told = [_told(row, name(store, row)) for row in rows[:SHOWN]]
    return told + ([f"等 {len(rows)} 处"] if len(rows) > SHOWN else [])


def _parcel_name(store, row):
    parcel = reading.one(store, "SELECT DKBM FROM parcel WHERE fid = ?", (row["parcel_fid"],))
    return f"地块 {parcel['DKBM'] if parcel else row['parcel_fid']}"


def _told(row, name):
    return f"{name} " + "，".join(_differing((row["oa"], row["od"], row["ov"]), (row["pa"], row["pd"], row["pv"]), "", "明细合计"))


def _differing(ours, parts, one, other):
    """What differs of (area, demand, volume), in words."""
    return [f"{one}{title} {text(a)} {unit}，{other} {text(b)} {unit}"
            for (_, title, text, unit), a, b in zip(FIGURES, ours, parts) if a != b]


def _whole_differs(ours, parts):
    return [f"{title}合计与明细相差 {text(a - b)} {unit}"
            for (_, title, text, unit), a, b in zip(FIGURES, ours, parts) if a is not None and a != b]


def _few(wrong):
    return wrong[:SHOWN] + ([f"等 {len(wrong)} 处"] if len(wrong) > SHOWN else [])


def _sums(row):
    return tuple(int(row[name] or 0) for name, *_ in FIGURES)


def _added(columns):
    return tuple(map(sum, zip(NOTHING, *columns)))
