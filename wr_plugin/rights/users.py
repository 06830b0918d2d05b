"""Water users that hold no contract land: permit holders, users of public networks, forest land. Standard library only.

A county has few of them beside its parcels: one implementation in exact integers serves ``confirm`` and the
explanation. Each user passes the rules of its kind in order; the first that stops it decides.
"""

from collections import Counter
from dataclasses import dataclass, field

from ..model import codes
from ..model.amounts import m3_text
from ..model.findings import KINDS
from ..model.policy import BY_PATH
from . import forest_users, network_users, permit_users, user_right


@dataclass
class Tables:
    """The delivered rows (mappings) that the users' rights rest on."""

    permit: list = field(default_factory=list)
    network: list = field(default_factory=list)
    forest: list = field(default_factory=list)
    forest_volume: list = field(default_factory=list)
    product_quota: list = field(default_factory=list)


def determine(tables, policy, today):
    """The rights of all users, ordered by kind, code and source. ``today``: ISO date that permits are judged by where
    the policy has no ``permit.as_of``."""
    as_of, products = policy.get("permit.as_of") or today, user_right.by_key(tables.product_quota, ("product", "scale_unit"))
    made = forest_users.determine(tables, policy)
    for kind, rows in (("permit", tables.permit), ("network", tables.network)):
        for same in user_right.by_key(rows, ("user_code", "source")).values():
            one = user_right.UserRight(kind, same[0])
            if len(same) > 1:
                _stop_duplicate(one, same)
            elif kind == "permit":
                permit_users.determine(one, policy, products, as_of)
            else:
                network_users.determine(one, policy, products)
            made.append(one)
    order = {kind: n for n, kind in enumerate(codes.USER_KIND)}
    return sorted(made, key=lambda one: (order[one.kind], one.code, one.row["source"]))


def findings(made):
    """The findings about these users; a blank setting is told once, with the number of users that wait for it."""
    waiting = Counter((one.setting, one.kind) for one in made if one.setting)
    told = [{"code": "SETTING_BLANK", "subject": setting, "value": str(number), "village_code": None, "parcel_uuid": None,
             "message": f"政策没有规定 {setting}（{BY_PATH[setting].title}），{number} 个{codes.USER_KIND[kind]}不能核定"}
            for (setting, kind), number in sorted(waiting.items())]
    return told + [found for one in made for found in one.findings if found["code"] != "SETTING_BLANK"]


def ceilings(policy, irrigation, made):
    """CAP_EXCEEDED where all volumes together exceed what the policy says of the level above (朔州细则二, 三（五）15).

    ``irrigation``: {source: 0.01 m³} of the parcels. Forest land is part of the districts' water and counts with it.
    """
    total = {source: irrigation.get(source, 0) + sum(one.volume_m3_100 for one in made if one.row["source"] == source)
             for source in codes.SOURCE}
    for setting, amount in (("cap.total_m3", sum(total.values())), ("cap.ground_m3", total["ground"])):
        most = policy.get(setting)
        if most is not None and amount > round(most * 100):
            over = m3_text(amount - round(most * 100))
            yield {"code": "CAP_EXCEEDED", "subject": f"上级|{setting}|{BY_PATH[setting].title}", "value": over,
                   "village_code": None, "parcel_uuid": None, "message":
                   f"{BY_PATH[setting].title}：核定水量合计 {m3_text(amount)} m³，上限 {m3_text(round(most * 100))} m³，超出 {over} m³"}


def _stop_duplicate(one, same):
    one.step("编号是否唯一", [("行号", "、".join(str(row["source_row"]) for row in same))], KINDS["USER_DUPLICATE"].clause)
    one.stop("missing", "USER_DUPLICATE", f"同一编号、同一水源有 {len(same)} 行，改正之前不能核定")
