"""Why a permit holder, a user of a public network or forest land has this right, or none. Standard library only."""

from ..model import codes
from ..model.amounts import m3_text, mu_text
from ..model.findings import KINDS
from . import facts, user_facts, users
from .explanation import Explanation, notes_of
from .remedies import REMEDIES, USER_REMEDIES

FIGURES = {"state": "状态", "reason": "原因", "quota_m3_100": "定额水量", "permit_m3_100": "许可水量", "volume_m3_100": "核定水量",
           "area_mu_100": "面积", "permit_until": "许可有效期止"}


def explain(store, code):
    """One explanation for each right of the users with this code, by user_id; empty where there is no such user."""
    tables, kept = user_facts.tables(store), user_facts.stored(store, code)
    known = {one["user_code"] for one in (*tables.permit, *tables.network, *tables.forest)}
    if code not in known and not kept:
        return []
    county = facts.county(store)
    if county.run is None:
        made = Explanation(f"用水户 {code}", notes=notes_of(county))
        made.results = ["尚未核定：请先运行“检查”和“核定水权”"]
        return [made]
    again = {one.user_id: one for one in users.determine(tables, county.policy, county.run["started_at"][:10])
             if one.code == code}
    return [_told(again.get(key), kept.get(key), county) for key in sorted({*again, *kept})]


def _told(one, stored, county):
    row = stored or one.stored()
    name = f"（{row['user_name']}）" if row["user_name"] else ""
    made = Explanation(f"{codes.USER_KIND[row['user_kind']]} {row['user_code']}{name} {codes.SOURCE.get(row['source'], '')}",
                       holders=row["user_name"] or "", notes=notes_of(county))
    if one is None or stored is None:
        made.differences = ["库中没有这个用水户的核定结果" if stored is None else "核查表中已经没有这个用水户"]
        made.steps = one.steps if one else []
        made.results = ["请重新核定"]
        return made
    made.steps, now = one.steps, one.stored()
    made.differences = [f"{title}：库中为 {stored[key]}，按库中资料重算为 {now[key]}"
                        for key, title in FIGURES.items() if stored[key] != now[key]]
    made.results = [_result(stored)]
    if stored["reason"] in KINDS:
        made.changes = list(USER_REMEDIES.get(stored["reason"]) or REMEDIES.get(stored["reason"])
                            or [KINDS[stored["reason"]].remedy])
    return made


def _result(stored):
    state = codes.USER_STATE.get(stored["state"], stored["state"])
    if stored["state"] not in ("right", "cut"):
        return f"{state}：不予核定" + (f"（{KINDS[stored['reason']].rule}）" if stored["reason"] in KINDS else "")
    area = f"面积 {mu_text(stored['area_mu_100'])} 亩，" if stored["user_kind"] == "forest" else ""
    return f"{state}：{area}每年 {m3_text(stored['volume_m3_100'])} m³"
