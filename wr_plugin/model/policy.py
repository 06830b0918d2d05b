"""A county's rules as data: the settings, their meaning, and the check of a policy that staff have written.

The YAML text is read by ``intake.policy_file``; here a plain mapping becomes a ``Policy`` or a list of what is wrong.
A setting left blank (null) where blank is allowed stops only what depends on it (DESIGN §4.3).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Callable, Mapping, Optional, Tuple

from . import codes

LEGAL_AREAS = {"HTMJ": "合同（确权）面积", "SCMJ": "实测面积", "YHTMJ": "原合同面积"}
CAP_MODES = {"report": "只报告", "proportional": "同比例核减"}


@dataclass(frozen=True)
class Setting:
    """One setting: dotted ``path``, Chinese title, test of a value, what is expected, whether blank is allowed."""

    path: str
    title: str
    valid: Callable[[Any], bool]
    expected: str
    blank: bool = False


def _text(value):
    return isinstance(value, str) and bool(value.strip())


def _flag(value):
    return isinstance(value, bool)


def _number(low, high):
    return lambda v: isinstance(v, (int, float)) and not isinstance(v, bool) and low <= v <= high


def _whole(low, high):
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and low <= v <= high


def _one_of(*values):
    return lambda v: v in values


def _list_of(allowed):
    return lambda v: isinstance(v, list) and bool(v) and all(isinstance(x, str) and x in allowed for x in v)


def _possibly_empty_list_of(allowed):
    return lambda v: isinstance(v, list) and all(isinstance(x, str) and x in allowed for x in v)


def _share(value):
    """Rights count shares in 1e-4: a finer one would silently be another."""
    return _number(0, 1)(value) and round(value * 10_000) == round(value * 10_000, 6)


def _day(value):
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _step(value):
    return value in (1, 0.1, 0.01)


SETTINGS = (
    Setting("name", "政策名称", _text, "文字"),
    Setting("document", "依据文件", _text, "文字"),
    Setting("demo", "示例数据", _flag, "true 或 false"),
    Setting("county", "县（区）名称", _text, "文字"),
    Setting("unit", "确权单位", _one_of("holder_source"), "holder_source（一户一水源一证）"),
    Setting("scope.parcel_classes", "确权的地块类别", _list_of(codes.DKLB), "地块类别代码的列表，如 [\"10\"]"),
    Setting("scope.require_registry", "须在名录内", _flag, "true 或 false"),
    Setting("scope.exclude_land_use", "除外的土地用途", _possibly_empty_list_of(codes.TDYT), "土地用途代码的列表，可为 []"),
    Setting("scope.deduct", "扣减的耕地类别", _possibly_empty_list_of(codes.UNAPPROVED_KIND), "new、reclaimed、unapproved 的列表"),
    Setting("scope.deduct_min_m2", "扣减的最小重叠面积（m²）", _number(0, 10_000), "0 至 10000 的数"),
    Setting("area.legal", "法定面积", _one_of(*LEGAL_AREAS), "HTMJ、SCMJ 或 YHTMJ"),
    Setting("area.tolerance_relative", "面积相对容差", _number(0, 1), "0 至 1 的数"),
    Setting("area.tolerance_mu", "面积绝对容差（亩）", _number(0, 100), "0 至 100 的数"),
    Setting("area.overlap_min_m2", "图斑重叠容差（m²）", _number(0, 10_000), "0 至 10000 的数"),
    Setting("sources.outlet_min_share", "斗口控制面积最小占比", _number(0, 1), "0 至 1 的数"),
    Setting("sources.well_reach_m", "机井默认服务半径（m）", _number(0, 10_000), "0 至 10000 的数"),
    Setting("sources.require_permit", "机井须有取水许可", _flag, "true 或 false"),
    Setting("sources.mixed_surface_share", "混合地块地表水面积比例", _share, "0 至 1 的数，至多四位小数", blank=True),
    Setting("quota.default_crop", "默认作物", _text, "文字", blank=True),
    Setting("quota.default_method", "默认灌溉方式", _text, "文字", blank=True),
    Setting("volume.step_m3", "水量取整单位（m³）", _step, "1、0.1 或 0.01"),
    Setting("cap.mode", "超指标时", _one_of(*CAP_MODES), "report 或 proportional"),
    Setting("publicity.days", "公示天数", _whole(1, 365), "1 至 365 的整数", blank=True),
    Setting("publicity.objections_to", "异议受理处", _text, "文字", blank=True),
    Setting("publicity.phone", "监督电话", _text, "文字", blank=True),
    Setting("approvals", "审核层级", _possibly_empty_list_of(codes.LEVEL), "town、county、city 的列表，按先后"),
    Setting("certificate.number", "证号规则", _text, "文字，可用 {county} {year} {source} {seq}", blank=True),
    Setting("certificate.valid_from", "有效期起", _day, "年-月-日，如 2027-01-01", blank=True),
    Setting("certificate.valid_to", "有效期止", _day, "年-月-日，如 2031-12-31", blank=True),
    Setting("certificate.issuer", "发证机关", _text, "文字", blank=True),
)
BY_PATH = {s.path: s for s in SETTINGS}


@dataclass(frozen=True)
class Problem:
    """What is wrong with one setting; ``path`` lets the reader add the line number."""

    path: str
    message: str


@dataclass(frozen=True)
class Policy:
    """A checked policy. ``get("area.legal")`` gives a value, ``clause("area")`` the clause a section rests on."""

    values: Mapping[str, Any]
    clauses: Mapping[str, str]
    sha256: str = ""
    text: str = field(default="", repr=False)

    def get(self, path):
        """The value of a setting; None where the county left it blank. KeyError for an unknown path."""
        return self.values[path]

    def clause(self, section):
        """The clause that a section (``scope``, ``area`` …) cites; empty where none is cited."""
        return self.clauses.get(section, "")

    @property
    def demo(self):
        return self.values["demo"]

    @property
    def step_m3_100(self):
        """The volume step in 0.01 m³."""
        return round(self.values["volume.step_m3"] * 100)

    @property
    def mixed_share_e4(self):
        """The surface share of mixed parcels in 1e-4; None where blank."""
        share = self.values["sources.mixed_surface_share"]
        return None if share is None else round(share * 10_000)


def from_mapping(mapping, sha256="", text="") -> Tuple[Optional[Policy], Tuple[Problem, ...]]:
    """Checks a mapping as read from YAML. Returns (policy, ()) or (None, problems); unknown settings are problems."""
    if not isinstance(mapping, Mapping):
        return None, (Problem("", "政策文件应是“名称: 值”的形式"),)
    flat, clauses, problems = {}, {}, []
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            clauses[key] = str(value.get("clause") or "")
            flat.update({f"{key}.{name}": inner for name, inner in value.items() if name != "clause"})
        else:
            flat[str(key)] = value
    for path in flat:
        if path not in BY_PATH:
            problems.append(Problem(path, f"不认识的设置“{path}”"))
    for setting in SETTINGS:
        problems.extend(_problems_of(setting, flat))
    since, until = flat.get("certificate.valid_from"), flat.get("certificate.valid_to")
    if not problems and since and until and until < since:
        problems.append(Problem("certificate.valid_to", f"有效期止 {until} 早于有效期起 {since}"))
    if problems:
        return None, tuple(problems)
    return Policy({s.path: flat[s.path] for s in SETTINGS}, clauses, sha256, text), ()


def _problems_of(setting, flat):
    if setting.path not in flat:
        yield Problem(setting.path, f"缺少设置“{setting.path}”（{setting.title}），应为{setting.expected}")
        return
    value = flat[setting.path]
    if value is None and setting.blank:
        return
    if value is None:
        yield Problem(setting.path, f"“{setting.path}”（{setting.title}）未填，应为{setting.expected}")
    elif not setting.valid(value):
        yield Problem(setting.path, f"“{setting.path}”（{setting.title}）的值 {value!r} 不对，应为{setting.expected}")
