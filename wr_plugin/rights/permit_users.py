"""Permit holders (取水许可用水户). Standard library only.

张掖方案二（一）2: 按取水许可、行业定额核定用水量，不得超许可、超定额确权; 永川方案二（三）: 将取水许可证登记载明的水量作为初始用水权; 南阳方案七（一）2:
按照规模和定额核定; 大同方案三（一）2: 有效期内的取水许可证, 核减长期占而不用的水量.
"""

from datetime import date, timedelta
from fractions import Fraction

from ..model import codes
from ..model.amounts import m3_text
from ..model.findings import KINDS
from ..model.policy import PERMIT_BASES
from . import user_right, withheld


def determine(one, policy, products, as_of):
    """Takes a ``user_right.UserRight`` through the rules. ``products``: rows of ``product_quota`` by product and unit of
    scale; ``as_of``: ISO date that the permit is judged by."""
    row, clause = one.row, user_right.clause_of(policy, "permit")
    basis = policy.get("permit.basis")
    one.step("是否确权、按什么确权", [("政策规定", PERMIT_BASES.get(basis, ""))], clause)
    if basis is None:
        return user_right.blank(one, "permit.basis")
    if basis == "none":
        return one.stop("out", "", "政策不对取水许可用水户单独确权")
    one.steps[-1].outcome = f"按{PERMIT_BASES[basis]}确权"
    if not _permit_in_force(one, policy, as_of):
        return one
    if row["source"] == "ground" and not _ground_allowed(one, policy):
        return one
    one.volume_m3_100, step = one.permit_m3_100, policy.step_m3_100
    one.volume_m3_100 -= one.volume_m3_100 % step
    if basis == "permit_and_quota":
        if not user_right.quota_known(one, products, clause, step, "PERMIT_DATA"):
            return one
        one.volume_m3_100 = min(one.volume_m3_100, one.quota_m3_100)
        if one.quota_m3_100 < one.permit_m3_100:
            one.state, one.reason = "cut", "PERMIT_CUT"
            over = m3_text(one.permit_m3_100 - one.quota_m3_100)
            one.tell("PERMIT_CUT", f"许可水量 {m3_text(one.permit_m3_100)} m³ 大于定额水量 {m3_text(one.quota_m3_100)} m³，核减 {over} m³", over)
        one.step("许可水量与定额水量取小", [("许可水量", f"{m3_text(one.permit_m3_100)} m³"),
                                      ("定额水量", f"{m3_text(one.quota_m3_100)} m³")], clause,
                 f"核定 {m3_text(one.volume_m3_100)} m³")
    if not _idle_cut(one, policy, as_of):
        return one
    one.state = one.state or "right"
    _permit_notices(one, policy, as_of)
    return one


def _permit_in_force(one, policy, as_of):
    """Whether the permit is there, complete and not expired (条例第二十五条; 大同方案三（一）2: 有效期内的取水许可证)."""
    row = one.row
    one.permit_m3_100 = user_right.whole(row["permit_m3_100"])
    one.step("取水许可是否有效", [
        ("取水许可证号", user_right.text(row["permit_number"])),
        ("许可水量", "" if one.permit_m3_100 is None else f"{m3_text(one.permit_m3_100)} m³/年"),
        ("有效期", " 至 ".join(user_right.text(row[name]) for name in ("permit_from", "permit_until"))),
        ("判断日", as_of)], f"{user_right.clause_of(policy, 'permit')}；取水许可和水资源费征收管理条例第二十五条")
    if not user_right.text(row["permit_number"]):
        one.stop("withheld", "NO_PERMIT", "没有取水许可证，取得之前不予确权")
    elif one.permit_m3_100 is None or one.permit_m3_100 < 0 or not user_right.text(row["permit_until"]):
        one.stop("missing", "PERMIT_DATA", "核查表没有填许可水量或许可有效期止")
    elif row["permit_until"] < as_of:
        one.stop("withheld", "PERMIT_EXPIRED", f"取水许可 {row['permit_until']} 已期满，延续之前不予确权")
    else:
        one.steps[-1].outcome = "取水许可在有效期内"
    return not one.state


def _ground_allowed(one, policy):
    row = one.row
    at = withheld.Abstraction(withheld.is_yes(row["in_overdraft"]), withheld.is_yes(row["in_spring"]),
                              user_right.text(row["permit_from"]))
    refusal = withheld.of_ground(policy, at)
    one.step("地下水是否受管控", [("在超采区", _told(at.overdraft)), ("在泉域保护区", _told(at.spring))], user_right.clause_of(policy, "ground"),
             "不在受管控的范围，或政策只要求报告")
    if refusal and refusal.setting:
        user_right.blank(one, refusal.setting)
    elif refusal:
        one.stop("withheld" if refusal.code != "PERMIT_DATE_MISSING" else "missing", refusal.code, KINDS[refusal.code].rule)
    elif at.overdraft and policy.get("ground.overdraft") != "no_new":
        one.tell("WELL_OVERDRAFT", "取水口在地下水超采区，严格控制开采量")
    return not one.state


def _idle_cut(one, policy, as_of):
    """大同方案三（一）2: 连续三年实际用水量低于许可水量 30% 的…核减长期占而不用的水量 (exempt: own savings, paid transfers)."""
    years, below = policy.get("permit.idle_years"), policy.share_e4("permit.idle_below")
    if not years or below is None:
        return True
    row, exempt = one.row, user_right.text(one.row["exempt"])
    used = [user_right.whole(row[f"use_{n}_m3_100"]) for n in range(1, years + 1)]
    least = Fraction(one.permit_m3_100 * below, 10_000)
    one.step("是否长期占而不用", [
        *((f"前 {n} 年用水量", "" if use is None else f"{m3_text(use)} m³") for n, use in enumerate(used, 1)),
        ("许可水量的 " + user_right.share_text(below), f"{float(least / 100):,.2f} m³"),
        ("免予核减事由", codes.IDLE_EXEMPT.get(exempt, exempt) or "没有")], user_right.clause_of(policy, "permit"))
    if exempt in policy.get("permit.idle_exempt"):
        one.steps[-1].outcome = f"{codes.IDLE_EXEMPT[exempt]}，免予核减"
    elif None in used and _younger(row, years, as_of):
        one.steps[-1].outcome = f"取水许可未满 {years} 年，不核减"
    elif None in used:
        one.stop("missing", "PERMIT_DATA", f"核查表没有填全前 {years} 年的用水量，无从判断是否长期占而不用")
    elif any(use >= least for use in used):
        one.steps[-1].outcome = "没有连续低于规定的比例，不核减"
    elif user_right.whole(row["reasonable_m3_100"]) is None:
        one.stop("withheld", "PERMIT_IDLE", f"连续 {years} 年低于规定的比例，须先核定合理用水量，填入核查表")
    else:
        reasonable = user_right.whole(row["reasonable_m3_100"])
        one.volume_m3_100 = min(one.volume_m3_100, reasonable - reasonable % policy.step_m3_100)
        one.state, one.reason = "cut", "PERMIT_IDLE"
        told = f"连续 {years} 年低于规定的比例，按核定的合理用水量 {m3_text(reasonable)} m³ 核减，核定 {m3_text(one.volume_m3_100)} m³，须办理取水许可变更"
        one.steps[-1].outcome = told
        one.tell("PERMIT_IDLE", told, m3_text(one.permit_m3_100 - one.volume_m3_100))
    return one.state not in user_right.NOTHING


def _younger(row, years, as_of):
    """Whether the permit is younger than so many years."""
    since = user_right.text(row["permit_from"])
    return bool(since) and f"{int(since[:4]) + years:04d}{since[4:]}" > as_of


def _permit_notices(one, policy, as_of):
    row, days = one.row, policy.get("permit.renewal_days")
    if days and date.fromisoformat(row["permit_until"]) - date.fromisoformat(as_of) <= timedelta(days=days):
        one.tell("PERMIT_RENEWAL", f"取水许可 {row['permit_until']} 到期，须在届满 {days} 日前申请延续")
    used = user_right.whole(row["use_1_m3_100"])
    if used is not None and used > one.volume_m3_100:
        one.tell("OVER_QUOTA", f"上年用水 {m3_text(used)} m³，超过核定水量 {m3_text(used - one.volume_m3_100)} m³",
                 m3_text(used - one.volume_m3_100))
    user_right.metering(one, policy, used, one.permit_m3_100)


def _told(flag):
    return {None: "未填", True: "是", False: "否"}[flag]
