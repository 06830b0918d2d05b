"""What rights oblige to: wells within their permits, meters where the policy asks for them, areas that agree. Findings.

南阳方案七（三）, 永川方案二（一）: online meters by permitted volume and district area; 张掖方案二（一）: 严禁超定额、超总量分配.
"""

from ..model.amounts import hundredths, m3_text, mu_text
from . import limits, unit_columns

CUT = {"report": "按政策只报告，未核减", "proportional": "已按政策同比例核减", "priority": "已按政策的优先序核减"}


def findings(chain):
    """WELL_OVER_PERMIT, DOUBLE_SOURCE and METERING_REQUIRED for the wells and districts of a ``determine.Chain``'s parts."""
    yield from _wells(chain)
    yield from _double_sources(chain)
    yield from _districts(chain)
    yield from _managed_areas(chain)


def _managed_areas(chain):
    """UNIT_AREA: what an association is said to manage against what its members were confirmed."""
    policy = chain.policy
    if chain.inputs.water_unit is None:
        return
    of = chain.areas_of_units()
    for code, row in sorted(unit_columns.by_code(chain.inputs.water_unit, "unit_code").items()):
        managed, found = row.get("managed_mu_100"), of.get((row["unit_kind"], str(code).strip()))
        if managed is None or found is None:
            continue
        allowed = max(policy.get("area.tolerance_relative") * managed, policy.get("area.tolerance_mu") * 100)
        if abs(found - managed) > allowed:
            yield {"code": "UNIT_AREA", "subject": code, "value": mu_text(found - int(managed)), "message":
                   f"{row['unit_name'] or code}：分管面积 {mu_text(managed)} 亩，成员确权面积合计 {mu_text(found)} 亩"}


def _mode(chain, well):
    """What becomes of a well beyond its permit: ``codes.CAP_MODE``."""
    rows = chain.caps.get(("well", well, "ground")) or [] if "well" in chain.policy.get("cap.tree") else []
    return chain.policy.cap_mode("well") if rows and limits.is_permit(rows[0]) else "report"


def _wells(chain):
    """A well whose permit says no volume cannot be held against it."""
    if chain.inputs.well is None:
        return
    known, demand = chain.sums_by("well_code", 1, "demand_m3_100")
    wells, online = unit_columns.by_code(chain.inputs.well, "well_code"), chain.policy.get("metering.ground_m3")
    as_of = chain.policy.get("permit.as_of") or chain.inputs.today
    for well, total in zip(known, demand):
        row = wells.get(well) or {}
        until = row.get("permit_until")
        if until and until < as_of:
            yield {"code": "WELL_PERMIT_EXPIRED", "subject": well, "value": until, "message":
                   f"机井 {well} 的取水许可 {until} 已期满，其地块定额水量合计 {m3_text(total)} m³"}
        if row.get("permit_m3") is None:
            continue
        permit = hundredths(row["permit_m3"])
        if total > permit:
            over = m3_text(total - permit)
            yield {"code": "WELL_OVER_PERMIT", "subject": well, "value": over, "message":
                   f"机井 {well} 供水的地块定额水量合计 {m3_text(total)} m³，许可水量 {m3_text(permit)} m³，超出 {over} m³，"
                   f"{CUT[_mode(chain, well)]}"}
        if online is not None and permit >= round(online * 100) and row.get("metering") in (None, "none"):
            yield {"code": "METERING_REQUIRED", "subject": well, "message":
                   f"机井 {well} 年许可水量 {m3_text(permit)} m³，达到 {m3_text(round(online * 100))} m³，须装在线计量设施"}


def _double_sources(chain):
    """DOUBLE_SOURCE: for each well the parcels with a right that an outlet serves as well."""
    for well, (number, area) in sorted(chain.doubles().items()):
        yield {"code": "DOUBLE_SOURCE", "subject": well, "value": f"{number:,} 块", "message":
               f"机井 {well} 供水的 {number:,} 个地块同时在斗口控制范围内，按政策把其中 {mu_text(area)} 亩划给地下水，其余为地表水"}


def _districts(chain):
    least = chain.policy.get("metering.district_mu")
    if chain.inputs.district is None or least is None:
        return
    rows = unit_columns.by_code(chain.inputs.district, "district_code")
    for district, area in zip(*chain.sums_by("district_code", 0, "area_mu_100")):
        if area >= round(least * 100) and (rows.get(district) or {}).get("metered") != "online":
            yield {"code": "METERING_REQUIRED", "subject": district, "message":
                   f"灌区 {district} 确权面积 {mu_text(area)} 亩，达到 {mu_text(round(least * 100))} 亩，渠首须装在线计量设施"}
