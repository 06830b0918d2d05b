"""Why a parcel or a holder has this right, or none: the rules in order, in Chinese. Standard library only.

Everything is rebuilt from what is stored and held against the stored result; where they differ, the explanation says
so first of all (DESIGN §4.2).
"""

from typing import List, Tuple

from ..model import codes
from ..model.amounts import m3_text, mu_text
from . import chain, counterfactual, explain_place, explain_units, explain_users, facts, retrace
from .explanation import Explanation, notes_of

MOST_PARCELS = 100
FIGURES = {
    "state": "状态", "reason": "原因", "legal_mu_100": "法定面积", "deducted_mu_100": "扣减面积", "area_mu_100": "确权面积",
    "demand_m3_100": "定额水量", "volume_m3_100": "核定水量", "quota_m3_mu_100": "定额", "eta_e8": "灌溉水利用系数",
    "part": "水权明细", "parts": "水权明细条数", "parcels": "地块数", "unit_id": "确权单位",
}


def explain(store, subject):
    """Explanations of a parcel (DKBM or uuid; several where a code is used twice), of another water user (its code; one
    for each source), of a village, a district or an outlet by its code (several where a code is used for more than one
    of them), of another unit of confirmation (association, group …), or of a holder (CBFBM).

    A name does as well where only one of them has it. Raises BadInput where there is none of them, or several of a name.
    """
    return _explained(store, subject) or _explained(store, facts.code_of_name(store, subject))


def _explained(store, subject):
    return (explain_parcels(store, subject) or explain_users.explain(store, subject) or explain_places(store, subject)
            or explain_units.explain(store, subject) or explain_holders(store, subject))


def explain_holders(store, code):
    """The explanation of a holder; empty where the code is no holder's."""
    known = facts.holder_name(store, code) is not None or facts.holder_parcels(store, code) or facts.holder_rights(store, code)
    return [explain_holder(store, code)] if known else []


def explain_places(store, code):
    """One explanation for each district, outlet or village with this code; empty where there is none."""
    levels = explain_place.find(store, code)
    county = facts.county(store) if levels else None
    return [explain_place.fill(Explanation("", notes=notes_of(county)), store, county, level, code) for level in levels]


def explain_parcel(store, subject):
    """The explanation of the parcel with this uuid, or of the first with this DKBM. Raises BadInput for none."""
    rows = facts.find_parcels(store, subject)
    if not rows:
        raise facts.not_found(subject)
    return _of_parcel(facts.parcel(store, rows[0]), facts.county(store))


def explain_parcels(store, subject):
    """One explanation for each parcel with this uuid or DKBM, in fid order; empty where there is none."""
    rows = facts.find_parcels(store, subject)
    county = facts.county(store) if rows else None
    return [_of_parcel(facts.parcel(store, row), county) for row in rows]


def _of_parcel(parcel, county):
    row = parcel.row
    place = "，".join(part for part in (row["DKMC"], row["village_name"]) if part)
    made = Explanation(f"地块 {row['DKBM']}" + (f"（{place}）" if place else ""), notes=notes_of(county))
    made.holders = "、".join(name for name in parcel.names.values() if name)
    if parcel.site is None:
        made.results = ["尚未检查：请先运行“检查”，再运行“核定水权”"]
        return made
    trace = retrace.retrace(parcel, county)
    told = chain.Telling(parcel, county, trace)
    made.steps, made.changes = told.steps(), told.changes()
    if parcel.right is None:
        made.results = ["尚未核定：以上按现有资料和现行政策推算，请运行“核定水权”"]
        return made
    made.differences = [_difference(*one) for one in retrace.differences(trace, parcel)]
    made.results = told.results()
    if made.consistent:
        made.otherwise = [one.line() for one in counterfactual.counterfactuals(parcel, county, trace)]
    return made


def _difference(name, stored, again):
    return f"{FIGURES[name]}：库中为 {_figure(name, stored)}，按库中资料重算为 {_figure(name, again)}"


def _figure(name, value):
    if value is None:
        return "无"
    if name == "state":
        return codes.PARCEL_STATE.get(value, value)
    if name == "reason":
        return chain.reason_title(value) or "无"
    if name == "part":
        return f"{value[0]} {codes.SOURCE.get(value[1], value[1])} {value[2]}".rstrip()
    if name.endswith("_mu_100") and name.startswith(("legal", "deducted", "area")):
        return f"{mu_text(value)} 亩"
    if name == "eta_e8":
        return chain.eta_text(value)
    if name in ("parcels", "parts"):
        return str(value)
    return f"{m3_text(value)} " + ("m³/亩" if name == "quota_m3_mu_100" else "m³")


def explain_holder(store, code):
    """The explanation of a holder: each parcel with its outcome, and the totals by source.

    Raises BadInput where the code is no holder's.
    """
    name, rows = facts.holder_name(store, code), facts.holder_parcels(store, code)
    rights = facts.holder_rights(store, code)
    if name is None and not rows and not rights:
        raise facts.not_found(code)
    county = facts.county(store)
    made = Explanation(f"承包方 {code}" + (f"（{name}）" if name else ""), counter="块", notes=notes_of(county))
    if county.run is None:
        made.results = ["尚未核定：请先运行“检查”和“核定水权”"]
        return made
    parts = facts.holder_parts(store, code)
    by_parcel = {}
    for part in parts:
        by_parcel.setdefault(part["parcel_fid"], []).append(part)
    for row in rows[:MOST_PARCELS]:
        parcel = facts.parcel(store, row)
        step, differences, otherwise = _parcel_of_holder(parcel, county, code, by_parcel.get(row["fid"], []))
        made.steps.append(step)
        made.otherwise += [f"地块 {row['DKBM']} {line}" for line in otherwise]
        made.differences += [f"地块 {row['DKBM']} {one}" for one in differences]
    if len(rows) > MOST_PARCELS:
        made.notes.insert(0, f"共 {len(rows)} 个地块，这里列出前 {MOST_PARCELS} 个；合计包含全部地块")
    _add_totals(made, parts, rights)
    return made


def _parcel_of_holder(parcel, county, code, parts):
    title = f"地块 {parcel.row['DKBM']}" + (f"（{parcel.row['DKMC']}）" if parcel.row["DKMC"] else "")
    if parcel.site is None or parcel.right is None:
        return chain.Step(title, [], "", "尚未检查或核定"), [], []
    trace = retrace.retrace(parcel, county)
    differences = [_difference(*one) for one in retrace.differences(trace, parcel)]
    told = chain.Telling(parcel, county, trace)
    inputs: List[Tuple[str, str]] = []
    for part in trace.parts if trace.having else []:
        if part.code == code:
            inputs.append((told.water(part), "，".join(filter(None, (told.formula(part), told.cut_note(part))))))
    if not trace.having:
        step = chain.Step(title, [("原因", told.why_not())], told.reason_clause(), "不予核定")
        return step, differences, [] if differences else _for_holder(parcel, county, trace, code)
    volume = "，".join(f"{told.stored_water(p)} {mu_text(p['area_mu_100'])} 亩 {m3_text(p['volume_m3_100'])} m³"
                      for p in parts)
    lost = trace.state == "reduced" or trace.total("demand") != trace.total("volume")
    return (chain.Step(title, inputs, county.policy.cited("quota"), f"{codes.PARCEL_STATE[trace.state]}：{volume}"), differences,
            _for_holder(parcel, county, trace, code) if lost and not differences else [])


def _for_holder(parcel, county, trace, code):
    """What another fact would give one holder of a parcel that has no right, or a lesser one."""
    return [one.line(code) for one in counterfactual.counterfactuals(parcel, county, trace)
            if not trace.having or one.supposed in counterfactual.LOSSES]


def _add_totals(made, parts, rights):
    """Totals by source, summed from the parts and held against ``holder_right``."""
    for source, name in codes.SOURCE.items():
        mine = [part for part in parts if part["source"] == source]
        right = rights.get(source)
        if not mine and right is None:
            made.results.append(f"{name}：没有核定的水权")
            continue
        sums = {field_name: sum(part[field_name] for part in mine)
                for field_name in ("area_mu_100", "demand_m3_100", "volume_m3_100")}
        sums["parcels"] = len({part["parcel_fid"] for part in mine})
        stored = right or dict.fromkeys(sums)
        made.differences += [f"{name}合计 " + _difference(key, stored[key], value)
                             for key, value in sums.items() if stored[key] != value]
        made.results.append(f"{name}：{sums['parcels']} 个地块，{mu_text(sums['area_mu_100'])} 亩，"
                            f"每年 {m3_text(sums['volume_m3_100'])} m³")
