"""The certificates and register sheets of water users without contract land: forest land, permit holders, users of public
networks (张掖方案二（一）2、3，三（二）3: 一企一证、一主体一证). What they say is the check form's and the result's."""

from datetime import date, timedelta
from fractions import Fraction

from ..model import codes
from ..model.amounts import m3_text, mu_text
from ..model.findings import KINDS
from ..store import reading
from .numerals import capital_hundredths, date_text
from .unit_content import UnitContent

USERS_SQL = "SELECT * FROM user_right WHERE volume_m3_100 > 0 AND state IN ('right', 'cut') ORDER BY user_kind, user_code, source DESC"
FORMS = {
    "permit": "SELECT * FROM permit_user WHERE user_code = ? AND source = ? ORDER BY fid LIMIT 1",
    "network": "SELECT * FROM network_user WHERE user_code = ? AND source = ? ORDER BY fid LIMIT 1",
    "forest": "SELECT * FROM forest_user WHERE user_code = ? AND source = ? ORDER BY fid LIMIT 1",
}
FORM_TITLES = {"permit": "取水许可用水户核查表", "network": "公共供水管网内用水大户核查表", "forest": "林草地灌溉面积核查表"}
TERM = "本证记载的年度水权额度，是权利人在有效期内每年可以使用的水量上限；地表水、地下水分别核定、分别发证。"
CHANGES = "权利人、水源、额度、取水许可或者有效期发生变化的，以及本证遗失、损毁的，请向发证机关办理。"
CHECK = "二维码载有证号与校验值；与发证机关台账核对一致，并经发证机关盖章的，本证有效。"
REGULATION = "《取水许可和水资源费征收管理条例》第二十五条"


def contents(county, wanted=()):
    """``UnitContent`` of each confirmed user's right from one source; ``wanted``: codes of users, () for all."""
    rows = [row for row in reading.rows(county.store, USERS_SQL) if not wanted or row["user_code"] in wanted]
    return [_content(county, row) for row in rows]


def is_certified(county, content):
    """Whether the policy gives users of this kind a certificate; the others get a register sheet."""
    return content.unit_kind[:-len("_user")] in county.policy.get("certificate.users")


def renewal_day(permit_until, days):
    """The last day on which a renewal is asked for in time: ``days`` before the permit ends (条例第二十五条: 45 日前)."""
    return (date.fromisoformat(permit_until) - timedelta(days=days)).isoformat()


def _content(county, row):
    kind, code, source = row["user_kind"], row["user_code"], row["source"]
    form = reading.one(county.store, FORMS[kind], (code, source))
    form = dict(form) if form else {}
    name, lacking = _text(row["user_name"]), []
    where = FORM_TITLES[kind] + (f"第 {form['source_row']} 行" if form.get("source_row") else "") + f"（编号 {code}）"
    if not name:
        lacking.append(f"{where}：用水户名称")
    if kind == "permit" and not _text(row["permit_number"]):
        lacking.append(f"{where}：取水许可证号")
    if kind == "forest" and not (row["area_mu_100"] or 0) > 0:
        lacking.append(f"{where}：灌溉面积")
    volume, policy = row["volume_m3_100"], county.policy
    amount = ("年度水权额度", f"{m3_text(volume)} 立方米（大写：{capital_hundredths(volume)}立方米）")
    rows, details = {"permit": _permit, "network": _network, "forest": _forest}[kind](county, row, form)
    rows = ((("权利人", name or code), ("用水户编号", code)), *rows, (amount,))
    terms = [TERM, *_permit_terms(row, policy), CHANGES, CHECK]
    return UnitContent(
        f"{kind}_user", code, name or code, row["user_id"], county.name, county.document, county.legal_area, source,
        row["area_mu_100"] or 0, volume, rows, "", tuple(terms), tuple(lacking), (), (codes.USER_KIND[kind], "", ""),
        None, details, policy.get("certificate.valid_from") or "", policy.get("certificate.valid_to") or "",
        policy.get("certificate.issuer") or "", county.demo)


def _permit(county, row, form):
    until = _text(row["permit_until"])
    rows = (
        (("用水户类别", codes.USER_KIND["permit"]), ("行业", codes.INDUSTRY.get(_text(row["industry"]), "") or "—")),
        (("水源类型", codes.SOURCE[row["source"]]), ("许可水量", _m3(row["permit_m3_100"]) + "／年")),
        (("取水许可证号", _text(row["permit_number"])),),
        (("许可有效期", " 至 ".join(filter(None, (date_text(_text(form.get("permit_from"))), date_text(until))))),),
        (("核定情况", _reckoned(row)),),
    )
    details = (
        *_place(county, row), ("产品（用水项目）", _text(form.get("product"))), ("规模", _scale(form)),
        ("单位定额", _unit_quota(county, form)), ("定额水量", _m3(row["quota_m3_100"])), ("许可水量", _m3(row["permit_m3_100"])),
        *((f"{title}用水量", _m3(form.get(f"use_{n}_m3_100"))) for n, title in enumerate(("上年", "前二年", "前三年"), 1)),
        ("核定的合理用水量", _m3(form.get("reasonable_m3_100"))),
        ("免予核减事由", codes.IDLE_EXEMPT.get(_text(form.get("exempt")), "")),
        ("计量设施", codes.METERED.get(_text(form.get("metered")), "")), ("核定水量", _m3(row["volume_m3_100"])),
        ("核定结果", _outcome(row)), ("备注", _text(form.get("remark"))))
    return rows, _told(details)


def _network(county, row, form):
    rows = (
        (("用水户类别", codes.USER_KIND["network"]), ("行业", codes.INDUSTRY.get(_text(row["industry"]), "") or "—")),
        (("水源类型", codes.SOURCE[row["source"]]), ("供水管网", _text(form.get("network_name")) or "—")),
        (("供水许可证号", _text(form.get("network_permit")) or "—"),),
        (("核定情况", _reckoned(row)),),
    )
    leak = _text(form.get("leakage"))
    details = (
        *_place(county, row), ("产品（用水项目）", _text(form.get("product"))), ("规模", _scale(form)),
        ("单位定额", _unit_quota(county, form)), ("定额水量", _m3(row["quota_m3_100"])), ("管网漏损率", leak),
        ("上年用水量", _m3(form.get("use_1_m3_100"))), ("计量设施", codes.METERED.get(_text(form.get("metered")), "")),
        ("核定水量", _m3(row["volume_m3_100"])), ("核定结果", _outcome(row)), ("备注", _text(form.get("remark"))))
    return rows, _told(details)


def _forest(county, row, form):
    code = _text(row["district_code"])
    district = county.districts.get(code) or code
    rows = (
        (("用水户类别", codes.USER_KIND["forest"]), ("林草地名称", _text(form.get("forest_name")) or "—")),
        (("水源类型", codes.SOURCE[row["source"]]), ("灌溉面积", f"{mu_text(row['area_mu_100'] or 0)} 亩")),
        (("灌区", district),),
        (("核定情况", f"灌区取水许可批复的林草用水量 {_m3(row['permit_m3_100'])}，按灌溉面积分配"),),
    )
    volume = reading.one(county.store, "SELECT basis FROM forest_volume WHERE district_code = ? AND source = ? ORDER BY fid LIMIT 1",
                         (code, row["source"]))
    shared = reading.one(county.store, "SELECT count(*) AS n, sum(area_mu_100) AS area FROM forest_user WHERE district_code = ?"
                                       " AND source = ?", (code, row["source"]))
    details = (
        *_place(county, row), ("灌区", district), ("林草用水量的依据", _text(volume and volume["basis"])),
        ("灌区的林草用水量", _m3(row["permit_m3_100"])), ("灌区的林草地", f"{shared['n']} 处，{mu_text(shared['area'] or 0)} 亩"),
        ("灌溉面积", f"{mu_text(row['area_mu_100'] or 0)} 亩"), ("核定水量", _m3(row["volume_m3_100"])),
        ("核定结果", _outcome(row)), ("备注", _text(form.get("remark"))))
    return rows, _told(details)


def _permit_terms(row, policy):
    """What the regulation says of the permit's end (条例第二十五条), where there is a permit and the policy tells the days."""
    until, days = _text(row["permit_until"]), policy.get("permit.renewal_days")
    if row["user_kind"] != "permit" or not until:
        return []
    if not days:
        return [f"取水许可证有效期至 {date_text(until)}。"]
    return [f"取水许可证有效期至 {date_text(until)}；有效期届满需要延续的，应当在届满 {days} 日前，即 "
            f"{date_text(renewal_day(until, days))}前，向原审批机关提出申请（{REGULATION}）。"]


def renewals(county, today):
    """(name, last day to ask, end of the permit) of confirmed permit holders whose permit ends within the policy's days."""
    days = county.policy.get("permit.renewal_days")
    if not days:
        return []
    return [(_text(row["user_name"]) or row["user_code"], renewal_day(row["permit_until"], days), row["permit_until"])
            for row in reading.rows(county.store, USERS_SQL) if row["user_kind"] == "permit" and _text(row["permit_until"])
            and renewal_day(row["permit_until"], days) <= today]


def _reckoned(row):
    """How the volume came, in a line."""
    quota, permit, volume = row["quota_m3_100"], row["permit_m3_100"], row["volume_m3_100"]
    known = "，".join(f"{title} {_m3(amount)}" for title, amount in (("许可水量", permit), ("定额水量", quota)) if amount is not None)
    cut = KINDS[row["reason"]].title if row["state"] == "cut" and row["reason"] in KINDS else ""
    return "，".join(filter(None, (known, cut, f"核定 {_m3(volume)}")))


def _outcome(row):
    title = KINDS[row["reason"]].title if row["reason"] in KINDS else ""
    return codes.USER_STATE[row["state"]] + (f"（{title}）" if title else "")


def _unit_quota(county, form):
    product, unit = _text(form.get("product")), _text(form.get("scale_unit"))
    row = reading.one(county.store, "SELECT unit_quota, grade, edition FROM product_quota WHERE product = ? AND scale_unit = ?"
                                    " ORDER BY fid LIMIT 1", (product, unit))
    if not row or not _text(row["unit_quota"]):
        return ""
    edition = "，".join(filter(None, (_text(row["grade"]), _text(row["edition"]))))
    return f"{_text(row['unit_quota'])} m³/{unit}" + (f"（{edition}）" if edition else "")


def _scale(form):
    scale = _text(form.get("scale"))
    try:
        scale = f"{int(Fraction(scale)):,}" if Fraction(scale).denominator == 1 else scale
    except (ValueError, ZeroDivisionError):
        pass
    return f"{scale} {_text(form.get('scale_unit'))}".strip()


def _place(county, row):
    code = _text(row["village_code"])
    return (("坐落", county.place(code) or code),) if code else ()


def _told(details):
    return tuple((label, value) for label, value in details if value)


def _m3(amount):
    return "" if amount is None else f"{m3_text(amount)} m³"


def _text(value):
    return "" if value is None or value != value else str(value).strip()
