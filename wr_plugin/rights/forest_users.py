"""Forest and grass land (林草地): the forest volume of a district's permit, by irrigated area. Standard library only.

张掖方案二（一）1: 林草地水权包含在灌区水权内，以灌区取水许可批复的林草用水量确定.
"""

from ..model import amounts, codes
from ..model.amounts import m3_text, mu_text
from . import user_right


def determine(tables, policy):
    """The rights of all forest land (``user_right.UserRight``). ``tables``: ``users.Tables``."""
    made, basis = [], policy.get("forest.basis")
    clause, step = user_right.clause_of(policy, "forest"), policy.step_m3_100
    volumes = user_right.by_key(tables.forest_volume, ("district_code", "source"))
    for key, rows in user_right.by_key(tables.forest, ("district_code", "source")).items():
        same = user_right.by_key(rows, ("user_code",))
        group = [user_right.UserRight("forest", one[0]) for _, one in sorted(same.items())]
        total, missing = _forest_volume(volumes.get(key), group, same)
        areas = [user_right.whole(one.row["area_mu_100"]) or 0 for one in group]
        shares = amounts.largest_remainder(areas, total // step) if not missing and basis else [0] * len(group)
        for one, share, area in zip(group, shares, areas):
            one.step("灌区的林草用水量", [("灌区", key[0]), ("水源", codes.SOURCE[key[1]]),
                                  ("林草用水量", "" if total is None else f"{m3_text(total)} m³"),
                                  ("灌溉面积", f"{mu_text(area)} 亩（合计 {mu_text(sum(areas))} 亩）")], clause)
            if basis is None:
                user_right.blank(one, "forest.basis")
            elif basis == "none":
                one.stop("out", "", "政策不对林草地单独确权")
            elif missing:
                one.stop("missing", "FOREST_VOLUME_MISSING", missing)
            else:
                one.permit_m3_100, one.volume_m3_100, one.state = total, share * step, "right"
                one.steps[-1].outcome = (f"{m3_text(total)} × {mu_text(area)} ÷ {mu_text(sum(areas))} ≈ "
                                         f"{total * area / sum(areas) / 100:,.4f}，取 {m3_text(one.volume_m3_100)} m³"
                                         f"（以 {m3_text(step)} m³ 为单位，尾数按最大余数法）")
            made.append(one)
    return made


def _forest_volume(rows, group, same):
    """(the district's forest volume in 0.01 m³ or None, what is missing or "")."""
    given = {user_right.whole(row["forest_m3_100"]) for row in rows or ()}
    total = given.pop() if len(given) == 1 else None
    if not rows or total is None or total < 0:
        told = "没有这个灌区、水源" if not rows else "这个灌区、水源有几个不同的值" if given else "这个灌区、水源没有填水量"
        return None, f"林草用水量表{told}"
    double = [code for (code,), listed in same.items() if len(listed) > 1]
    if double:
        return total, f"林草地编号重复：{'、'.join(double)}，无从按面积划分"
    blank = [one.code for one in group if not (user_right.whole(one.row["area_mu_100"]) or 0) > 0]
    return total, f"林草地 {'、'.join(blank)} 没有填灌溉面积，无从按面积划分" if blank else ""


def totals(tables, policy):
    """{(district_code, source): 0.01 m³} that the forest land of each district has."""
    if policy.get("forest.basis") != "district_volume":
        return {}
    found = {}
    for one in determine(tables, policy):
        key = user_right.text(one.row["district_code"]), one.row["source"]
        found[key] = found.get(key, 0) + one.volume_m3_100
    return found
