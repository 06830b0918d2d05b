"""Why an association, a village group or another unit of confirmation has what it has. Standard library only."""

from ..model import codes
from ..model.amounts import m3_text, mu_text
from ..store import reading
from . import facts
from .chain_units import amount_text
from .explanation import Explanation, notes_of
from .step import Step

EXPLAINED_ELSEWHERE = ("holder_source", "outlet", "district", "village")
UNITS_SQL = "SELECT * FROM unit_right WHERE unit_code = ? ORDER BY unit_kind, source DESC"
MEMBERS_SQL = """
SELECT CBFBM, (SELECT CBFMC FROM CBF WHERE CBF.CBFBM = p.CBFBM ORDER BY fid LIMIT 1) AS name, count(DISTINCT parcel_fid)
       AS parcels, sum(area_mu_100) AS area, sum(demand_m3_100) AS demand, sum(volume_m3_100) AS volume
FROM right_part p WHERE unit_id = ? GROUP BY CBFBM ORDER BY CBFBM
"""
MOST_MEMBERS = 100


def explain(store, code):
    """One explanation for each kind of unit with this code, apart from those that have one as a place or a household."""
    rows = [dict(row) for row in reading.rows(store, UNITS_SQL, (code,)) if row["unit_kind"] not in EXPLAINED_ELSEWHERE]
    county = facts.county(store) if rows else None
    return [_of_unit(store, county, [row for row in rows if row["unit_kind"] == kind])
            for kind in dict.fromkeys(row["unit_kind"] for row in rows)]


def _of_unit(store, county, rows):
    first, policy = rows[0], county.policy
    made = Explanation(f"{codes.UNIT_KIND[first['unit_kind']]} {first['unit_code']}"
                       + (f"（{first['unit_name']}）" if first["unit_name"] != first["unit_code"] else ""), notes=notes_of(county))
    clause = policy.cited("units")
    made.steps.append(Step("为什么是确权单位", [("政策规定", codes.UNIT_KIND[first["unit_kind"]])], clause,
                           f"{codes.UNIT_KIND[first['unit_kind']]}为确权单位，水量为其成员地块之和"))
    for row in rows:
        members = reading.rows(store, MEMBERS_SQL, (row["unit_id"],))
        source = codes.SOURCE[row["source"]]
        inputs = [(f"{m['CBFBM']} {m['name'] or ''}".strip(), f"{m['parcels']} 个地块，{mu_text(m['area'])} 亩，{m3_text(m['volume'])} m³")
                  for m in members[:MOST_MEMBERS]]
        if len(members) > MOST_MEMBERS:
            inputs.append(("其余成员", f"{len(members) - MOST_MEMBERS} 户，合计包含全部成员"))
        told = f"{len(members)} 户，{mu_text(row['area_mu_100'])} 亩"
        if row["quota_m3_mu_100"] is not None:
            told += (f" × 综合定额 {amount_text(row['quota_m3_mu_100'])} m³/亩 = 定额水量 {m3_text(row['demand_m3_100'])} m³，"
                     "按成员面积分配，尾数按最大余数法")
        made.steps.append(Step(f"{source}：成员和水量", inputs, clause, told))
        sums = {"members": len(members), "area_mu_100": sum(m["area"] for m in members),
                "demand_m3_100": sum(m["demand"] for m in members), "volume_m3_100": sum(m["volume"] for m in members)}
        made.differences += [f"{source} {name}：库中单位为 {row[name]}，成员合计为 {value}" for name, value in sums.items()
                             if row[name] != value]
        made.results.append(f"{source}：{mu_text(row['area_mu_100'])} 亩，每年 {m3_text(row['volume_m3_100'])} m³")
    return made
