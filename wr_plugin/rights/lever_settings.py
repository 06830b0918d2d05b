"""Settings of the policy as levers of a what-if: their short names, their values as staff write them, where they bear.

A setting that decides what the check finds cannot be tried without a check; it is refused, and the way is named.
"""

import re
from typing import NamedTuple, Tuple

from ..model import codes
from ..model import policy as policies
from ..model.errors import BadInput


class Short(NamedTuple):
    """``step``: the first step of ``determine.Chain`` that the setting bears upon; ``names``: what staff may write."""

    step: str
    names: Tuple[str, ...]


LEVERS = {
    "area.legal": Short("areas", ("法定面积",)),
    "scope.parcel_classes": Short("screen", ("地块类别",)),
    "scope.require_registry": Short("screen", ("须在名录内",)),
    "scope.exclude_land_use": Short("screen", ("除外用途",)),
    "sources.outlet_min_share": Short("screen", ("斗口最小占比",)),
    "sources.across_outlets": Short("screen", ("跨斗口",)),
    "scope.deduct": Short("deduct", ("扣减",)),
    "scope.deduct_min_m2": Short("deduct", ("扣减起点",)),
    "quota.basis": Short("words", ("定额算法",)),
    "quota.default_crop": Short("words", ("默认作物",)),
    "quota.default_method": Short("words", ("默认灌溉方式",)),
    "sources.mixed_surface_share": Short("words", ("地表水比例",)),
    "sources.mixed_mode": Short("words", ("混合划分",)),
    "sources.surface_rounds": Short("words", ("地表水轮次",)),
    "sources.ground_rounds": Short("words", ("地下水轮次",)),
    "unit": Short("units", ("确权单位",)),
    "units.unlisted": Short("units", ("不在成员表",)),
    "permit.district_required": Short("units", ("灌区须有许可",)),
    "ground.overdraft": Short("units", ("超采区",)),
    "ground.new_since": Short("units", ("新增起算日",)),
    "ground.spring": Short("units", ("泉域",)),
    "ground.expired": Short("units", ("机井过期",)),
    "volume.step_m3": Short("quotas", ("水量取整",)),
    "cap.mode": Short("missing_caps", ("超指标",)),
    "cap.tree": Short("missing_caps", ("指标层级",)),
    "cap.reserve_share": Short("missing_caps", ("预留比例",)),
    "cap.without_district": Short("missing_caps", ("无灌区指标",)),
    "cap.report_only": Short("missing_caps", ("只报告层级",)),
    "cap.without_well": Short("missing_caps", ("无机井指标",)),
    "forest.basis": Short("missing_caps", ("林草地",)),
    "cap.priority_by": Short("grant", ("优先按",)),
    "cap.priority": Short("grant", ("优先序",)),
    "cap.total_m3": Short("grant", ("上级总量",)),
    "cap.ground_m3": Short("grant", ("上级地下水",)),
    "permit.basis": Short("grant", ("许可用水户",)),
    "permit.as_of": Short("grant", ("许可判断日",)),
    "permit.idle_years": Short("grant", ("闲置年数",)),
    "permit.idle_below": Short("grant", ("闲置比例",)),
    "permit.idle_exempt": Short("grant", ("免予核减",)),
    "network.basis": Short("grant", ("管网用水户",)),
    "network.least_m3": Short("grant", ("管网大户",)),
    "network.leakage": Short("grant", ("管网漏损",)),
    "network.permit_required": Short("grant", ("供水单位须有许可",)),
}
AT = {path: short.step for path, short in LEVERS.items()}
"""The first step that a setting bears upon. The last ones bear upon users without contract land alone."""
PATHS = {name: path for path, short in LEVERS.items() for name in (path, *short.names)}

LABELS = {
    "area.legal": policies.LEGAL_AREAS, "sources.across_outlets": policies.ACROSS_OUTLETS, "quota.basis": policies.QUOTA_BASES,
    "sources.mixed_mode": policies.MIXED_MODES, "unit": policies.UNITS,
    "units.unlisted": {kind: label for kind, label in codes.UNIT_KIND.items() if kind not in codes.LISTED_UNITS},
    "ground.overdraft": policies.OVERDRAFT_RULES, "ground.spring": {"report": "只报告", "not_confirmed": "不确权"},
    "cap.mode": policies.CAP_MODES, "cap.without_district": {"stop": "按缺指标处理", "county": "只受县指标约束"},
    "ground.expired": {"report": "只报告", "not_confirmed": "延续之前不确权"},
    "cap.without_well": {"stop": "按缺指标处理", "above": "只受上级指标约束"}, "cap.priority_by": policies.PRIORITY_BY,
    "permit.basis": policies.PERMIT_BASES, "network.leakage": policies.LEAKAGE,
    "network.basis": {"quota": "定额水量", "none": "不确权"},
    "forest.basis": {"district_volume": "灌区林草用水量", "none": "不确权"},
}
LISTS = {"scope.parcel_classes": codes.DKLB, "scope.exclude_land_use": codes.TDYT, "scope.deduct": codes.UNAPPROVED_KIND,
         "cap.tree": codes.CAP_LEVEL, "cap.report_only": codes.CAP_LEVEL, "permit.idle_exempt": codes.IDLE_EXEMPT}
NOTHING, NONE, FLAGS = ("未填", "空", "null"), ("无", "不扣", "[]"), {"是": True, "true": True, "否": False, "false": False}

WAY = "复制一份工作文件，改好政策，在副本上检查（check --policy 新政策.yaml）、核定，再与今天的结果比"
CHECKED = ("area.", "scope.", "sources.")


def value_of(path, text):
    """A setting's value from its text, checked as a policy's would be. Raises BadInput."""
    setting, read = policies.BY_PATH[path], _read(path, text)
    if not (read is None and setting.blank) and (read is None or not setting.valid(read)):
        raise BadInput(f"“{setting.title}”的值“{text}”不对", f"应为{setting.expected}", where="--lever")
    return read


def _read(path, text):
    if text in NOTHING:
        return None
    if path in LISTS:
        words = {label: code for code, label in LISTS[path].items()}
        listed = [] if text in NONE else re.split(r"[、,，>＞/]", text.strip("[]"))
        return [words.get(word.strip(), word.strip()) for word in listed]
    if path == "cap.priority":
        classes = [[word.strip() for word in re.split(r"[、,，]", one)] for one in re.split(r"[>＞]", text.strip("[]"))]
        return [one if len(one) > 1 else one[0] for one in classes]
    words = {label: code for code, label in LABELS.get(path, {}).items()}
    read = words.get(text, FLAGS.get(text, text))
    if isinstance(read, str) and re.fullmatch(r"\d+(\.\d+)?", read):
        read = float(read) if "." in read else int(read)
    return read


def text_of(path, value):
    """A setting's value for people."""
    if value is None:
        return "未填"
    if isinstance(value, bool):
        return "是" if value else "否"
    if path == "cap.priority":
        return " > ".join("、".join(one) for one in policies.priority_classes(value))
    if path in LISTS:
        return "、".join(LISTS[path].get(one, one) for one in value) or "无"
    return str(LABELS.get(path, {}).get(value, value))


def refuse(name):
    """Raises BadInput for what is no lever: says why, where it is a setting of the policy, and what to do instead."""
    setting = policies.BY_PATH.get(name) or next((s for s in policies.SETTINGS if s.title == name), None)
    if setting is None:
        return
    if setting.path.startswith("area.tolerance"):
        raise BadInput(f"“{setting.title}”不能试算：它只决定检查时报告哪些面积不符，不改水量", WAY, where="--lever")
    if setting.path.startswith(CHECKED):
        raise BadInput(f"“{setting.title}”不能试算：它决定检查的结果，试算不重做检查", WAY, where="--lever")
    if setting.path.startswith(("metering.", "permit.renewal")):
        raise BadInput(f"“{setting.title}”不能试算：它只决定提醒什么，不改水量", "改政策后核定，看“问题”", where="--lever")
    if setting.path == "units.rules":
        raise BadInput("“确权单位的分类规定”写不成一个值，不能试算", "复制一份工作文件，改好政策，在副本上核定（confirm --policy 新政策.yaml）",
                       where="--lever")
    raise BadInput(f"“{setting.title}”不能试算：它与水量无关", "在政策文件里改", where="--lever")


def refuse_idle(lever, today, policy):
    """Raises BadInput where a lever would change nothing and say so of the wrong thing, or rests on what the check has not
    found. ``today``: the policy before, ``policy``: after all levers."""
    path, value = lever.field, lever.value
    if path == "sources.mixed_surface_share" and policy.get("sources.mixed_mode") != "share":
        _say(lever, "政策按轮次划分混合地块，地表水比例不起作用", "在政策里改划分方式（sources.mixed_mode），或同时试 混合划分=按面积比例")
    if path.endswith("_rounds") and policy.get("sources.mixed_mode") != "round":
        _say(lever, "政策按面积比例划分混合地块，轮次不起作用", "同时试 混合划分=按轮次")
    if policy.get("sources.surface_rounds") == 0 and policy.get("sources.ground_rounds") == 0:
        _say(lever, "地表水、地下水的轮次不能都是 0", "改正后再试")
    if path.startswith("quota.default_") and policy.get("quota.basis") != "crop":
        _say(lever, "政策按综合定额核定，不看地块的作物和灌溉方式", "改定额或种植结构")
    if path == "ground.new_since" and policy.get("ground.overdraft") != "no_new":
        _say(lever, "只有超采区不得新增时才看起算日", "同时试 超采区=不得新增")
    if path in ("cap.priority", "cap.priority_by") and policy.get("cap.mode") != "priority":
        _say(lever, "只有按优先序核减时才看优先序", "同时试 超指标=按优先序核减")
    if path == "cap.mode" and value == "priority" and None in (policy.get("cap.priority"), policy.get("cap.priority_by")):
        _say(lever, "政策没有规定优先序", "同时试优先序，如 优先按=作物 优先序=小麦>玉米、马铃薯")
    if path == "scope.deduct" and value and value != today.get("scope.deduct"):
        _say(lever, "检查只量了政策要扣减的那几类重叠，换成别的类要重新检查", f"可以试 扣减=不扣；要换成别的类：{WAY}")
    if path == "sources.across_outlets" and value == "split" and today.get("sources.across_outlets") != "split":
        _say(lever, "分开要用地块在各斗口的重叠面积，检查只在政策规定分开时才留下", WAY)
    if path == "sources.outlet_min_share" and policy.get("sources.across_outlets") == "split":
        _say(lever, "地块在各斗口分开时，占比看各斗口之和，要重新检查", f"同时试 跨斗口=归重叠最大的斗口；或{WAY}")


def _say(lever, what, remedy):
    raise BadInput(f"“{lever.text}”：{what}", remedy, where="--lever")
