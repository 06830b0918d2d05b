"""Users of public water networks (公共供水管网用水户). Standard library only.

张掖方案二（一）3: 年用水量超过 1 万立方米的…根据用水定额先进值核定用水量，综合考虑管网漏损率等指标; 永川方案二（三）: 依据用水定额，核定年度用水指标;
大同方案三（一）2: 未取得取水许可批复的城市公共供水管网…暂不进行确权.
"""

from ..model.amounts import m3_text
from ..model.policy import LEAKAGE
from . import user_right


def determine(one, policy, products):
    """Takes a ``user_right.UserRight`` through the rules. ``products``: as in ``permit_users``."""
    row, clause = one.row, user_right.clause_of(policy, "network")
    basis, least = policy.get("network.basis"), policy.get("network.least_m3")
    used = user_right.whole(row["use_1_m3_100"])
    one.step("是否用水大户", [("政策规定", "" if least is None else f"年用水量超过 {m3_text(round(least * 100))} m³ 的"),
                          ("年用水量", "" if used is None else f"{m3_text(used)} m³")], clause)
    if basis is None or basis == "quota" and least is None:
        return user_right.blank(one, "network.basis" if basis is None else "network.least_m3")
    if basis == "none":
        return one.stop("out", "", "政策不对管网用水户单独确权")
    if used is None:
        return one.stop("missing", "NETWORK_DATA", "核查表没有填年用水量")
    if used <= round(least * 100):
        return one.stop("out", "NETWORK_SMALL", "没有超过规定的年用水量，不单独确权")
    one.steps[-1].outcome = "是管网用水大户"
    if policy.get("network.permit_required"):
        one.step("供水单位是否有取水许可", [("供水单位取水许可证号", user_right.text(row["network_permit"]))], clause, "有取水许可")
        if not user_right.text(row["network_permit"]):
            return one.stop("withheld", "NO_PERMIT", "供水单位没有取水许可，暂不确权")
    rule = policy.get("network.leakage")
    if not user_right.quota_known(one, products, clause, policy.step_m3_100, "NETWORK_DATA"):
        return one
    one.volume_m3_100 = one.quota_m3_100
    one.step("计入管网漏损", [("政策规定", LEAKAGE.get(rule, "")), ("管网漏损率", user_right.text(row["leakage"]))], clause)
    if rule is None:
        return user_right.blank(one, "network.leakage")
    if rule == "gross_up":
        leak = user_right.decimal(row["leakage"])
        if leak is None or not 0 <= leak < 1:
            return one.stop("missing", "NETWORK_DATA", "核查表没有填管网漏损率，或不在 0 与 1 之间")
        exact = user_right.decimal(row["scale"]) * one.unit_quota / (1 - leak)
        one.volume_m3_100 = user_right.rounded(exact, policy.step_m3_100)
        scale, quota = user_right.text(row["scale"]), user_right.plain(one.unit_quota)
        one.steps[-1].outcome = (f"{scale} × {quota} ÷ (1 − {user_right.text(row['leakage'])}) = "
                                 f"{m3_text(one.volume_m3_100)} m³")
    else:
        one.steps[-1].outcome = f"不计漏损，核定 {m3_text(one.volume_m3_100)} m³"
    one.state = "right"
    if used > one.volume_m3_100:
        one.tell("OVER_QUOTA", f"年用水 {m3_text(used)} m³，超过核定水量 {m3_text(used - one.volume_m3_100)} m³",
                 m3_text(used - one.volume_m3_100))
    user_right.metering(one, policy, used, None)
    return one
