"""Why a district, an outlet, a well or a village has what it has: totals, outcomes, caps, the biggest reasons. Stdlib only.

Everything is summed from the stored parts and held against the stored result, as for parcels and holders.
"""

from ..model import codes
from ..model.amounts import m3_text, mu_text
from ..model.findings import KINDS
from ..store import reading
from . import chain, counterfactual, facts, limits, retrace
from .step import Step

LEVELS = {"district": "灌区", "outlet": "斗口", "village": "村", "well": "机井"}
NAME_SQL = {
    "district": "SELECT district_name AS name FROM irrigation_district WHERE district_code = ? ORDER BY fid LIMIT 1",
    "outlet": "SELECT outlet_name AS name FROM outlet WHERE outlet_code = ? ORDER BY fid LIMIT 1",
    "village": "SELECT village_name AS name FROM parcel WHERE village_code = ? ORDER BY fid LIMIT 1",
    "well": "SELECT well_name AS name FROM well WHERE well_code = ? ORDER BY fid LIMIT 1",
}
PARCELS = {
    "district": "SELECT parcel_fid FROM parcel_site WHERE district_code = :code",
    "outlet": "SELECT parcel_fid FROM parcel_site WHERE outlet_code = :code"
              " UNION SELECT parcel_fid FROM parcel_outlet WHERE outlet_code = :code",
    "village": "SELECT fid FROM parcel WHERE village_code = :code",
    "well": "SELECT parcel_fid FROM parcel_site WHERE well_code = :code",
}
PARTS = {
    "district": "district_code = :code", "outlet": "outlet_code = :code",
    "village": "parcel_fid IN (SELECT fid FROM parcel WHERE village_code = :code)", "well": "well_code = :code",
}
MOST_RETRACED = 300
"""So many parcels without a right are worked out again under another supposition; more would take too long to wait for."""
SUPPOSED = ("OUTSIDE_REGISTRY", "UNAPPROVED_OVERLAP", "NO_SOURCE")


def find(store, code):
    """The levels that know this code: of ``LEVELS``."""
    return [level for level in LEVELS if reading.one(store, NAME_SQL[level], (code,)) is not None
            or reading.one(store, f"{PARCELS[level]} LIMIT 1", {"code": code}) is not None]


def fill(made, store, county, level, code):
    """Fills an empty ``explain.Explanation`` with what is known about a place."""
    name = reading.one(store, NAME_SQL[level], (code,))
    made.title = f"{LEVELS[level]} {code}" + (f"（{name['name']}）" if name and name["name"] else "")
    if county.run is None:
        made.results = ["尚未核定：请先运行“检查”和“核定水权”"]
        return made
    sums = _sums(store, level, code)
    made.steps = [_outcomes(store, level, code), _demand(store, county, level, code, sums),
                  _caps(store, county, level, code, sums), _reasons(store, level, code)]
    made.differences = _differences(store, county, level, code, sums)
    for source, told in codes.SOURCE.items():
        one = sums.get(source)
        made.results.append(f"{told}：{one['parcels']:,} 个地块，{mu_text(one['area'])} 亩，每年 {m3_text(one['volume'])} m³"
                            if one else f"{told}：没有核定的水权")
    if made.consistent:
        made.otherwise = _otherwise(store, county, level, code, sums)
    return made


def _sums(store, level, code):
    """{source: parcels, holders, area, deducted, demand, volume} of the parts that lie in the place."""
    rows = reading.rows(store, f"""
        SELECT source, count(DISTINCT parcel_fid) AS parcels, count(DISTINCT CBFBM) AS holders,
               sum(area_mu_100) AS area, sum(deducted_mu_100) AS deducted, sum(demand_m3_100) AS demand,
               sum(volume_m3_100) AS volume FROM right_part WHERE {PARTS[level]} GROUP BY source""",  # nosec B608
                        {"code": code})
    return {row["source"]: dict(row) for row in rows}


def _outcomes(store, level, code):
    rows = reading.rows(store, f"""
        SELECT state, count(*) AS n, sum(area_mu_100) AS area FROM parcel_right
        WHERE parcel_fid IN ({PARCELS[level]}) GROUP BY state""", {"code": code})  # nosec B608: our own texts
    found = {row["state"]: row for row in rows}
    inputs = [(told, f"{found[state]['n']:,} 个地块" + (f"，{mu_text(found[state]['area'])} 亩" if found[state]["area"] else ""))
              for state, told in codes.PARCEL_STATE.items() if state in found]
    having = sum(row["n"] for state, row in found.items() if state in ("right", "reduced"))
    total = sum(row["n"] for row in found.values())
    return Step("多少地块能核定", inputs, "", f"{total:,} 个地块中 {having:,} 个能核定")


def _demand(store, county, level, code, sums):
    rows = reading.rows(store, f"""
        SELECT r.crop AS crop, r.method AS method, p.source AS source, sum(p.area_mu_100) AS area,
               sum(p.demand_m3_100) AS demand
        FROM right_part p JOIN parcel_right r ON r.parcel_fid = p.parcel_fid WHERE p.{PARTS[level]}
        GROUP BY r.crop, r.method, p.source ORDER BY demand DESC LIMIT 8""", {"code": code})  # nosec B608
    inputs = [(f"{row['crop']}、{row['method']}、{codes.SOURCE[row['source']]}",
               f"{mu_text(row['area'])} 亩，定额水量 {m3_text(row['demand'])} m³") for row in rows]
    told = "；".join(f"{codes.SOURCE[source]} {one['holders']:,} 户 {mu_text(one['area'])} 亩，定额水量 {m3_text(one['demand'])} m³"
                    + (f"（已扣减新开、复垦、未批 {mu_text(one['deducted'])} 亩）" if one["deducted"] else "")
                    for source, one in sums.items())
    return Step("按定额要多少水", inputs, county.policy.cited("quota"), told or "没有能核定的地块")


def _caps(store, county, level, code, sums):
    """The stored nodes of this place, of the districts it lies in and of the county, and what they took away."""
    districts = reading.rows(store, f"SELECT DISTINCT district_code AS code FROM right_part WHERE {PARTS[level]}",  # nosec B608
                             {"code": code})
    above = {("county", county.county_code), *(("district", row["code"]) for row in districts), (level, code)}
    inputs, over = [], []
    for row in stored_nodes(county):
        if (row["cap_level"], row["cap_code"]) not in above or level == "well" and row["source"] != "ground":
            continue
        limit, usable = "没有指标", row["cap_m3_100"]
        if usable is not None:
            kept = row["reserve_m3_100"] or 0
            usable -= kept
            limit = f"指标 {m3_text(row['cap_m3_100'])} m³" + (f"（其中预留和林草用水 {m3_text(kept)} m³）" if kept else "")
            over += [row] if row["demand_m3_100"] > usable else []
        inputs.append((limits.cap_label(row["cap_level"], row["cap_name"], row["source"]) + _within(county, row),
                       f"定额水量合计 {m3_text(row['demand_m3_100'])} m³，{limit}，核定合计 {m3_text(row['volume_m3_100'])} m³"))
    lost = {source: one["demand"] - one["volume"] for source, one in sums.items()}
    told = "；".join(f"{codes.SOURCE[source]}核减 {m3_text(cut)} m³" for source, cut in lost.items() if cut)
    if over and not told:
        told = "定额水量之和超过指标；按政策只报告，不核减，核定水量等于定额水量"
    return Step("是否超过用水总量指标", inputs, county.policy.cited("cap"), told or "没有核减，核定水量等于定额水量")


def stored_nodes(county):
    """The rows of ``cap_result``."""
    return list(county.cap_results.rows.values())


def _within(county, row):
    """Below which node a node of a code stands that stands below several: ``（灌区“东灌区”内）``."""
    key = ("cap_level", "cap_code", "source")
    if sum(all(one[name] == row[name] for name in key) for one in stored_nodes(county)) < 2:
        return ""
    above = county.cap_results.rows.get(row["parent_fid"])
    return f"（{codes.CAP_LEVEL.get(above['cap_level'], '')}“{above['cap_name']}”内）" if above else ""


def _reasons(store, level, code):
    rows = reading.rows(store, f"""
        SELECT r.reason AS reason, count(*) AS n, sum(coalesce(r.legal_mu_100, 0)) AS legal,
               sum(coalesce(s.geometry_m2_100, 0)) AS drawn
        FROM parcel_right r LEFT JOIN parcel_site s ON s.parcel_fid = r.parcel_fid
        WHERE r.parcel_fid IN ({PARCELS[level]}) AND r.state NOT IN ('right', 'reduced')
        GROUP BY r.reason ORDER BY n DESC, r.reason""", {"code": code})  # nosec B608: our own texts
    inputs = []
    for row in rows:
        kind = KINDS.get(row["reason"])
        area = f"，法定面积 {mu_text(row['legal'])} 亩" if row["legal"] else f"，图形面积 {chain.m2_text(row['drawn'])}"
        inputs.append((kind.title if kind else row["reason"], f"{row['n']:,} 个地块{area}。{kind.remedy if kind else ''}"))
    told = f"最多的原因：{inputs[0][0]}" if inputs else "全部地块都已核定"
    return Step("不能核定的是为什么", inputs, "", told)


def _differences(store, county, level, code, sums):
    """Where the parts do not agree with the parcels, or with the stored node of the caps."""
    found, names = [], {"area": "确权面积", "demand": "定额水量", "volume": "核定水量"}
    if level not in ("outlet", "well"):
        row = reading.one(store, f"""
            SELECT coalesce(sum(area_mu_100), 0) AS area, coalesce(sum(demand_m3_100), 0) AS demand,
                   coalesce(sum(volume_m3_100), 0) AS volume FROM parcel_right
            WHERE parcel_fid IN ({PARCELS[level]})""", {"code": code})  # nosec B608: our own texts
        for name, told in names.items():
            parts = sum(one[name] for one in sums.values())
            if parts != row[name]:
                found.append(f"{told}：各地块合计 {_amount(name, row[name])}，水权明细合计 {_amount(name, parts)}")
    held = {}
    for row in stored_nodes(county):
        if (row["cap_level"], row["cap_code"]) == (level, code):  # below several districts it has a node in each
            one = held.setdefault(row["source"], {"demand": 0, "volume": 0})
            for name in one:
                one[name] += row[f"{name}_m3_100"]
    for source, one in held.items():
        parts = sums.get(source, {"demand": 0, "volume": 0})
        found += [f"{codes.SOURCE[source]}{names[name]}：指标比较时为 {m3_text(one[name])}，水权明细合计 {m3_text(parts[name])}"
                  for name in one if one[name] != parts[name]]
    return found


def _amount(name, value):
    return f"{mu_text(value)} 亩" if name == "area" else f"{m3_text(value)} m³"


def _otherwise(store, county, level, code, sums):
    """What another fact would give the place."""
    lines = []
    cut = sum(one["demand"] - one["volume"] for one in sums.values())
    if cut:
        lines.append(f"{counterfactual.NOT_CUT}：{counterfactual.signed(cut)} m³")
    marks = ", ".join("?" * len(SUPPOSED))
    sql = PARCELS[level].replace(":code", "?1")
    rows = reading.rows(store, f"""
        SELECT parcel_fid, reason FROM parcel_right WHERE parcel_fid IN ({sql}) AND reason IN ({marks})
        ORDER BY parcel_fid""", (code, *SUPPOSED))  # nosec B608: our own texts, bound values
    for reason in SUPPOSED:
        mine = [row["parcel_fid"] for row in rows if row["reason"] == reason]
        if len(mine) > MOST_RETRACED:
            lines.append(f"{KINDS[reason].title}的 {len(mine):,} 个地块：太多，不逐块推算；可逐块说明")
        elif mine:
            lines += _supposed_together(store, county, mine, KINDS[reason].title)
    return lines


def _supposed_together(store, county, fids, title):
    """The suppositions on many parcels added up, one line for each."""
    together = {}
    for fid in fids:
        parcel = facts.parcel(store, facts.parcel_row(store, fid))
        for one in counterfactual.counterfactuals(parcel, county, retrace.retrace(parcel, county)):
            if one.trace.having and one.supposed.split("，")[0] in STATED:
                number, change, rough = together.get(one.supposed, (0, 0, False))
                together[one.supposed] = number + 1, change + one.change(), rough or one.rough
    return [f"{title}的地块中 {number:,} 个若{supposed}：{'约 ' if rough else ''}{counterfactual.signed(change)} m³"
            for supposed, (number, change, rough) in together.items()]


STATED = (counterfactual.IN_REGISTRY, counterfactual.NOT_DEDUCTED, counterfactual.BY_OUTLET, counterfactual.BY_WELL)
