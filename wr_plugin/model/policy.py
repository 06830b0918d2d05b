"""A county's rules as data: the settings, their meaning, and the check of a policy that staff have written.

The YAML text is read by ``intake.policy_file``; here a plain mapping becomes a ``Policy`` or a list of what is wrong.
A setting left blank (null) where blank is allowed stops only what depends on it (DESIGN §4.3).
"""

from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Optional, Tuple

from . import codes
from .setting_kinds import CAP_TREE, DAY, FLAG, PRIORITY, SHARE, STEP, TEXT, list_of, number, one_of, rules, whole

LEGAL_AREAS = {"HTMJ": "合同（确权）面积", "SCMJ": "实测面积", "YHTMJ": "原合同面积"}
CAP_MODES = codes.CAP_MODE
PRIORITY_BY = {"crop": "作物", "method": "灌溉方式", "holder_kind": "承包方类型"}
UNITS = {**codes.UNIT_KIND, "listed": "成员表中的单位"}
UNIT_CONDITIONS = {"scale": codes.DISTRICT_SCALE, "source": codes.SOURCE, "metering": codes.METERING}
MIXED_MODES = {"share": "按面积比例", "round": "按轮次"}
ACROSS_OUTLETS = {"larger": "归重叠最大的斗口", "split": "按重叠面积分开"}
OVERDRAFT_RULES = {"report": "只报告", "not_confirmed": "待退出后再确权", "no_new": "不得新增"}
QUOTA_BASES = {"crop": "按作物", "composite": "按综合定额"}
PERMIT_BASES = {"permit": "许可水量", "permit_and_quota": "许可水量与定额水量取小", "none": "不确权"}
LEAKAGE = {"gross_up": "定额水量 ÷（1 − 漏损率）", "ignore": "不计漏损"}
REQUIRED = object()
"""``Setting.absent`` of a setting that every policy must have."""


@dataclass(frozen=True)
class Setting:
    """One setting: dotted ``path``, Chinese title, test of a value (a ``ValueKind``), what is expected, whether blank is
    allowed. ``absent``: what a policy means that does not mention the setting, as policies made before it do not.
    ``note``: what the setting does, and what a blank stops; for the documentation."""

    path: str
    title: str
    valid: Callable[[Any], bool]
    expected: str
    blank: bool = False
    absent: Any = REQUIRED
    note: str = ""


SETTINGS = (
    Setting("name", "政策名称", TEXT, "文字"),
    Setting("document", "依据文件", TEXT, "文字"),
    Setting("demo", "示例数据", FLAG, "true 或 false", note="true 时每页印“示例数据”。正式使用改为 false"),
    Setting("county", "县（区）名称", TEXT, "文字"),
    Setting("unit", "确权单位", one_of(*UNITS), "、".join(f"{k}（{v}）" for k, v in UNITS.items()), blank=True,
            note="units.rules 都不适用时的确权单位。空着：规则都不适用的地块不核定"),
    Setting("units.rules", "确权单位的分类规定", rules(UNIT_CONDITIONS, "unit", UNITS),
            "规则的列表，每条写 unit 和适用的 scale（灌区规模）、source（水源）、metering（计量），如 "
            "{scale: [large, medium], source: [surface], metering: [outlet], unit: outlet}", absent=(),
            note="从上往下，第一条适用的算数；没有写的条件不限"),
    Setting("units.unlisted", "不在成员表中的地块归", one_of(*(k for k in codes.UNIT_KIND if k not in codes.LISTED_UNITS)),
            "除协会、合作组织、集体经济组织外的一种确权单位", blank=True, absent=None,
            note="确权单位是协会等成员表中的单位时才用。空着：不在成员表中的地块不核定"),
    Setting("scope.parcel_classes", "确权的地块类别", list_of(codes.DKLB), "地块类别代码的列表，如 [\"10\"]"),
    Setting("scope.require_registry", "须在名录内", FLAG, "true 或 false", note="true：不在二轮延包地名录内的不确"),
    Setting("scope.exclude_land_use", "除外的土地用途", list_of(codes.TDYT, empty=True), "土地用途代码的列表，可为 []",
            note="林业用地另按林草地水量核定；过半落在林草地图斑内的也算林地"),
    Setting("scope.deduct", "扣减的耕地类别", list_of(codes.UNAPPROVED_KIND, empty=True), "new、reclaimed、unapproved 的列表"),
    Setting("scope.deduct_min_m2", "扣减的最小重叠面积（m²）", number(0, 10_000), "0 至 10000 的数", note="重叠不超过它的当作图形误差，不扣"),
    Setting("area.legal", "法定面积", one_of(*LEGAL_AREAS), "HTMJ、SCMJ 或 YHTMJ", note="由县区定，印在每份文件上"),
    Setting("area.tolerance_relative", "面积相对容差", number(0, 1), "0 至 1 的数", note="相差同时超过相对容差和绝对容差才报告。只报告，不改数"),
    Setting("area.tolerance_mu", "面积绝对容差（亩）", number(0, 100), "0 至 100 的数"),
    Setting("area.overlap_min_m2", "图斑重叠容差（m²）", number(0, 10_000), "0 至 10000 的数"),
    Setting("sources.outlet_min_share", "斗口控制面积最小占比", number(0, 1), "0 至 1 的数",
            note="地块在同一斗口控制范围内的面积占比达到它，才算有地表水；across_outlets 为 split 时看各斗口之和"),
    Setting("sources.across_outlets", "跨斗口的地块", one_of(*ACROSS_OUTLETS), "larger（归重叠最大的斗口）或 split（按重叠面积分开）",
            absent="larger",
            note="larger：整块归重叠最大的斗口，最小占比也只看它。split：地块在各斗口的重叠超过 area.overlap_min_m2 的，"
                 "最小占比看各斗口之和，地表水的面积按重叠面积分到各斗口，尾数按最大余数法"),
    Setting("sources.well_reach_m", "机井默认服务半径（m）", number(0, 10_000), "0 至 10000 的数", note="机井自己填了服务半径的用自己的"),
    Setting("sources.require_permit", "机井须有取水许可", FLAG, "true 或 false", note="true：没有许可证号的井不作水源"),
    Setting("sources.mixed_surface_share", "混合地块地表水面积比例", SHARE, "0 至 1 的数，至多四位小数", blank=True,
            note="既在斗口范围内又有井的地块，几成面积算地表水。空着：这些地块不核定"),
    Setting("sources.mixed_mode", "混合地块的划分方式", one_of(*MIXED_MODES), "share（按面积比例）或 round（按轮次）", absent="share",
            note="按轮次：面积按 surface_rounds ÷（surface_rounds + ground_rounds）划给地表水，其余划给地下水"),
    Setting("sources.surface_rounds", "地表水轮次", whole(0, 100), "0 至 100 的整数", blank=True, absent=None,
            note="mixed_mode 为 round 时才用。空着：混合地块不核定"),
    Setting("sources.ground_rounds", "地下水轮次", whole(0, 100), "0 至 100 的整数", blank=True, absent=None,
            note="两种轮次不能都是 0。空着：混合地块不核定"),
    Setting("ground.overdraft", "超采区的地下水", one_of(*OVERDRAFT_RULES),
            "report（只报告）、not_confirmed（待退出后再确权）或 no_new（不得新增）", blank=True, absent="report",
            note="空着：机井在超采区的地下水、在超采区的取水许可用水户不核定"),
    Setting("ground.new_since", "新增地下水的起算日", DAY, "年-月-日，如 2020-12-16", blank=True, absent=None,
            note="overdraft 为 no_new 时才用：许可有效期起晚于这一天的算新增。空着：超采区的地下水不核定"),
    Setting("ground.spring", "泉域保护区的地下水", one_of("report", "not_confirmed"), "report（只报告）或 not_confirmed（不确权）",
            blank=True, absent="report", note="空着：机井在泉域保护区的地下水、在泉域保护区的取水许可用水户不核定"),
    Setting("ground.expired", "机井取水许可过期的地下水", one_of("report", "not_confirmed"), "report（只报告）或 not_confirmed（延续之前不确权）",
            blank=True, absent="report",
            note="许可有效期止早于 permit.as_of（空着为核定当天）的算过期；没有填有效期止的不算。空着：过期机井的地下水不核定"),
    Setting("quota.basis", "定额水量的算法", one_of(*QUOTA_BASES), "crop（按作物）或 composite（按综合定额）", absent="crop",
            note="综合定额 = Σ 种植比例 × 作物毛定额，按灌区、水源由种植结构表和定额表算出，四舍五入到 0.01 m³/亩；"
                 "单位水量 = 综合定额 × 单位确权面积，再分到成员"),
    Setting("quota.default_crop", "默认作物", TEXT, "文字", blank=True, note="名录里没填作物时用它。空着：没填作物的地块不核定"),
    Setting("quota.default_method", "默认灌溉方式", TEXT, "文字", blank=True, note="名录里没填灌溉方式时用它。空着：没填的地块不核定"),
    Setting("volume.step_m3", "水量取整单位（m³）", STEP, "1、0.1 或 0.01"),
    Setting("cap.mode", "超指标时", one_of(*CAP_MODES), "report、proportional 或 priority",
            note="report 只报告；proportional 同比例核减到指标为止；priority 按优先序，前一类足额了才轮到后一类"),
    Setting("cap.tree", "指标层级", CAP_TREE, "以 county 开头、由上到下的列表，可用 county、district、canal、outlet、town、village、well",
            absent=("county", "district"),
            note="指标有哪几级，如 [county, district, canal, outlet]、[county, district, village]、[county, district, well]。"
                 "县、灌区的指标必须有，其他层级没有填的就不限。well 管地下水：机井的许可水量就是它的指标，指标表里有机井一行的以指标表为准"),
    Setting("cap.report_only", "只报告不核减的层级", list_of(codes.CAP_LEVEL, empty=True), "cap.tree 中层级的列表，如 [county, district]，可为 []",
            absent=(), note="mode 为 proportional、priority 时，这些层级超指标只报告，也不因缺指标而停；其余层级照 mode 核减"),
    Setting("cap.without_well", "机井没有许可水量时", one_of("stop", "above"), "stop（按缺指标处理）或 above（只受上级指标约束）",
            absent="stop", note="cap.tree 有 well、并且机井超许可要核减时才用：机井图层没有填许可水量，指标表也没有这眼井一行"),
    Setting("cap.reserve_share", "县指标预留比例", SHARE, "0 至 1 的数，至多四位小数", blank=True, absent=None,
            note="县指标中不分的比例；指标表里县那一行填了预留水量的，以填的为准。空着：不预留"),
    Setting("cap.priority_by", "优先序按什么分", one_of(*PRIORITY_BY),
            "、".join(f"{k}（{v}）" for k, v in PRIORITY_BY.items()), blank=True, absent=None,
            note="mode 为 priority 时才用，那时必须填。空着：不分类"),
    Setting("cap.priority", "优先序", PRIORITY, "由先到后的列表，如 [小麦, [玉米, 马铃薯]]", blank=True, absent=None,
            note="并列的写在一个方括号里；没有列的排在最后。mode 为 priority 时才用，那时必须填。空着：不分类"),
    Setting("cap.without_district", "灌区没有取水许可指标时", one_of("stop", "county"),
            "stop（按缺指标处理）或 county（只受县指标约束）", absent="stop",
            note="county：指标表中没有该灌区一行的，只以县农业用水指标为上限"),
    Setting("cap.total_m3", "上级用水总量（m³）", number(0, 10**13), "0 至 10000000000000 的数", blank=True, absent=None,
            note="全部核定水量（农田、林草、取水许可、管网）之和超过它的，列为问题。空着：不比较"),
    Setting("cap.ground_m3", "上级地下水总量（m³）", number(0, 10**13), "0 至 10000000000000 的数", blank=True, absent=None,
            note="全部核定的地下水之和超过它的，列为问题。空着：不比较"),
    Setting("permit.district_required", "灌区须有取水许可", FLAG, "true 或 false", absent=False,
            note="true：没有取水许可证号的灌区，地表水暂不确权"),
    Setting("permit.basis", "取水许可用水户的水量", one_of(*PERMIT_BASES),
            "permit（许可水量）、permit_and_quota（许可水量与定额水量取小）或 none（不确权）", blank=True, absent=None,
            note="空着：取水许可用水户不核定"),
    Setting("permit.as_of", "许可有效期的判断日", DAY, "年-月-日", blank=True, absent=None, note="空着：以核定当天为准"),
    Setting("permit.renewal_days", "许可到期前须申请延续的天数", whole(1, 365), "1 至 365 的整数", blank=True, absent=None,
            note="许可在这么多天之内到期的，列为问题。空着：不提醒"),
    Setting("permit.idle_years", "长期占而不用的年数", whole(1, 3), "1 至 3 的整数", blank=True, absent=None,
            note="与 idle_below 一起用。空着：不核减"),
    Setting("permit.idle_below", "占而不用的用水比例", SHARE, "0 至 1 的数，至多四位小数", blank=True, absent=None,
            note="连续 idle_years 年每年用水量低于许可水量乘以它的，按核定的合理用水量核减。空着：不核减"),
    Setting("permit.idle_exempt", "免予核减的事由", list_of(codes.IDLE_EXEMPT, empty=True), "saving、transfer 的列表，可为 []",
            absent=()),
    Setting("network.basis", "公共供水管网用水户的水量", one_of("quota", "none"), "quota（定额水量）或 none（不确权）", blank=True,
            absent=None, note="空着：管网用水户不核定"),
    Setting("network.least_m3", "管网用水大户的年用水量（m³）", number(0, 10**10), "0 至 10000000000 的数", blank=True, absent=None,
            note="年用水量超过它的才确权。空着：管网用水户不核定"),
    Setting("network.leakage", "管网漏损的算法", one_of(*LEAKAGE), "gross_up（定额水量÷（1−漏损率））或 ignore（不计）", blank=True,
            absent=None, note="空着：管网用水户不核定"),
    Setting("network.permit_required", "供水单位须有取水许可", FLAG, "true 或 false", absent=False,
            note="true：供水单位没有取水许可证号的，管网用水户暂不确权"),
    Setting("forest.basis", "林草地的水量", one_of("district_volume", "none"),
            "district_volume（灌区取水许可批复的林草用水量）或 none（不确权）", blank=True, absent=None,
            note="林草用水量按灌溉面积分到各林草地，尾数按最大余数法。空着：林草地不核定"),
    Setting("metering.surface_m3", "地表水须在线计量的年许可水量（m³）", number(0, 10**10), "0 至 10000000000 的数", blank=True,
            absent=None, note="达到而没有在线计量的，列为问题。空着：不检查"),
    Setting("metering.ground_m3", "地下水须在线计量的年许可水量（m³）", number(0, 10**10), "0 至 10000000000 的数", blank=True,
            absent=None, note="空着：不检查"),
    Setting("metering.district_mu", "灌区须在线计量的灌溉面积（亩）", number(0, 10**8), "0 至 100000000 的数", blank=True, absent=None,
            note="灌区的确权面积达到它而渠首没有在线计量的，列为问题。空着：不检查"),
    Setting("metering.industry_m3", "工业须计量的年用水量（m³）", number(0, 10**10), "0 至 10000000000 的数", blank=True,
            absent=None, note="空着：不检查"),
    Setting("metering.service_m3", "服务业须计量的年用水量（m³）", number(0, 10**10), "0 至 10000000000 的数", blank=True,
            absent=None, note="空着：不检查"),
    Setting("metering.key_user_m3", "重点监控用水单位的年用水量（m³）", number(0, 10**10), "0 至 10000000000 的数", blank=True,
            absent=None, note="空着：不检查"),
    Setting("publicity.days", "公示天数", whole(1, 365), "1 至 365 的整数", blank=True, note="空着：不能公示"),
    Setting("publicity.objections_to", "异议受理处", TEXT, "文字", blank=True, note="空着：不能公示"),
    Setting("publicity.phone", "监督电话", TEXT, "文字", blank=True, note="空着：公示表不印电话"),
    Setting("approvals", "审核层级", list_of(codes.LEVEL, empty=True), "town、county、city 的列表，按先后"),
    Setting("certificate.number", "证号规则", TEXT, "文字，可用 {county} {year} {source} {seq}", blank=True,
            note="{seq} 必须有。空着：不能发证"),
    Setting("certificate.valid_from", "有效期起", DAY, "年-月-日，如 2027-01-01", blank=True, note="空着：不能发证"),
    Setting("certificate.valid_to", "有效期止", DAY, "年-月-日，如 2031-12-31", blank=True, note="空着：不能发证"),
    Setting("certificate.issuer", "发证机关", TEXT, "文字", blank=True, note="空着：不能发证"),
    Setting("certificate.users", "发给水权证的用水户", list_of(codes.USER_KIND, empty=True), "forest、permit、network 的列表，可为 []",
            absent=(), note="没有列入的，已核定的也不发水权证，出水权登记表"),
)
BY_PATH = {s.path: s for s in SETTINGS}


def json_schema():
    """The settings as JSON Schema, for editors that check YAML while it is written (``resources/policies``)."""
    whole_policy = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "水权确权政策", "type": "object",
                    "additionalProperties": False, "required": [], "properties": {}}
    for setting in SETTINGS:
        section, _, name = setting.path.rpartition(".")
        place = whole_policy
        if section:
            place = whole_policy["properties"].setdefault(section, {
                "type": "object", "additionalProperties": False, "required": [],
                "properties": {"clause": {"type": "string", "title": "依据的条款"}}})
        value = setting.valid.schema
        place["properties"][name] = {"title": setting.title, "description": "。".join(filter(None, (setting.expected, setting.note))),
                                     **({"anyOf": [value, {"type": "null"}]} if setting.blank else value)}
        if setting.absent is REQUIRED:
            place["required"].append(name)
            if section and section not in whole_policy["required"]:
                whole_policy["required"].append(section)
    return whole_policy


@dataclass(frozen=True)
class Problem:
    """What is wrong with one setting; ``path`` lets the reader add the line number."""

    path: str
    message: str


def priority_classes(value):
    """The classes of ``cap.priority`` as tuples of words, the first served first; an entry is a word or a list."""
    return [tuple(word.strip() for word in (one if isinstance(one, list) else [one])) for one in value or ()]


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

    def cited(self, section):
        """The document and the clause that a section cites, as it is printed."""
        return f"{self.get('document')} {self.clause(section)}".strip()

    @property
    def demo(self):
        return self.values["demo"]

    @property
    def step_m3_100(self):
        """The volume step in 0.01 m³."""
        return round(self.values["volume.step_m3"] * 100)

    def cap_mode(self, level):
        """What becomes of a cap of this level (``codes.CAP_LEVEL``) that is exceeded: ``codes.CAP_MODE``."""
        return "report" if level in self.values["cap.report_only"] else self.values["cap.mode"]

    @property
    def mixed_share_e4(self):
        """The surface share of mixed parcels in 1e-4; None where blank."""
        return self.share_e4("sources.mixed_surface_share")

    def share_e4(self, path):
        """A setting that is a share, in 1e-4; None where blank."""
        share = self.values[path]
        return None if share is None else round(share * 10_000)

    @property
    def mixed_surface(self):
        """(part, whole) of a mixed parcel's area that is surface water's, as integers; None where the policy is blank."""
        if self.values["sources.mixed_mode"] == "share":
            return None if self.mixed_share_e4 is None else (self.mixed_share_e4, 10_000)
        surface, ground = self.values["sources.surface_rounds"], self.values["sources.ground_rounds"]
        return None if surface is None or ground is None else (surface, surface + ground)


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
    rounds = [flat.get(f"sources.{name}_rounds") for name in ("surface", "ground")]
    if not problems and rounds == [0, 0]:
        problems.append(Problem("sources.ground_rounds", "地表水、地下水的轮次不能都是 0"))
    if not problems:
        problems.extend([*_priority_problems(flat), *_tree_problems(flat)])
    if problems:
        return None, tuple(problems)
    return Policy({s.path: flat.get(s.path, s.absent) for s in SETTINGS}, clauses, sha256, text), ()


def _tree_problems(flat):
    """A level that is only reported has to be one of the tree's."""
    tree = flat.get("cap.tree", BY_PATH["cap.tree"].absent)
    for level in flat.get("cap.report_only", ()):
        if level not in tree:
            yield Problem("cap.report_only", f"“{level}”不是 cap.tree 中的层级，应为：{'、'.join(tree)}")


def _priority_problems(flat):
    """An order of priority has to be said where it decides, in words that there are."""
    if flat["cap.mode"] == "priority":
        for path in ("cap.priority_by", "cap.priority"):
            if flat.get(path) is None:
                yield Problem("cap.mode", f"按优先序核减时，“{path}”（{BY_PATH[path].title}）要填")
    if flat.get("cap.priority_by") == "holder_kind":
        kinds = codes.CBFLX.values()
        for word in (word for one in priority_classes(flat.get("cap.priority")) for word in one if word not in kinds):
            yield Problem("cap.priority", f"“{word}”不是承包方类型，应为：{'、'.join(kinds)}")


def _problems_of(setting, flat):
    if setting.path not in flat and setting.absent is not REQUIRED:
        return
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
