"""The verb ``certify``: certificates of households, of other units and of other users, once every gate is open."""

from ..documents import fonts, users
from ..documents.county import County
from ..documents.outputs import Staging
from ..documents.page import DEMO_MARK, TRIAL_MARK
from ..documents.village import read_village
from ..model import codes
from ..model.amounts import m3_text, mu_text
from ..model.errors import BadInput, GateShut
from ..review import gates, issuing, trail
from ..store import journal, runs
from . import certificates_due
from .press import Press
from .progress import Result

TITLE, TRIAL_TITLE, NEXT = "发证", "试打样张", "导出台账（ledger）"
SHOWN = 5


def run(store, params, progress):
    """Prints and records certificates; one that still says the same keeps its number and is printed again.

    Whose certificate no font can print, or for which a cell is not filled in, is left out and listed. ``trial`` passes
    the gates, prints 样张 without numbers and records nothing. Raises GateShut naming every shut gate of every village
    asked for.
    """
    started = runs.now()
    policy, trial = store.policy(), params["trial"]
    confirm = gates.current_confirm(store)
    book = fonts.find(params.get("fonts") or "")
    progress.plan(3, 94, 3)
    progress.step("读取全县名称与水源")
    county = County(store)
    due = certificates_due.chosen(store, county, params)
    register = None
    if not trial:
        gates.require_settings(policy, gates.CERTIFICATE_SETTINGS, "发证")
        gate = gates.VillageGates(store, policy, confirm["run_id"], runs.today())
        certificates_due.require_gates(gate, store, county, due, bool(params.get("unit")))
        register = issuing.Register(store, policy, county.code, runs.today(), county.demo, confirm["run_id"])
    marks = ((TRIAL_MARK,) if trial else ()) + ((DEMO_MARK,) if county.demo else ())
    progress.step("生成水权证")
    with Staging(params["out"]) as staging:
        press = Press(county, book, marks, staging, register, progress, due.inside)
        press.total = due.expected
        for code, name in due.villages.items():
            press.print_village(read_village(county, code, name, book, due.holders), single=bool(due.holders))
        press.print_units(due.units, due.single)
        press.print_users(due.users, due.single)
        _require_something(press)
        progress.step("登记")
        counts = {"certificates": press.printed, "villages": len(due.villages), "pages": press.pages,
                  "new": len(register.added) if register else 0, "kept": register.kept if register else 0,
                  "replaced": len(register.replaced) if register else 0, "unprintable": len(press.left_out),
                  "sheets": press.sheets, "stopped": len(press.stopped), "kinds": dict(press.by_kind)}
        outputs = _record(store, params, started, policy, confirm, register, counts, staging)
    warnings = [] if trial else _warnings(store, county, policy, due)
    return Result(TRIAL_TITLE if trial else TITLE, counts, _table(counts, press, warnings, county.demo, trial, due.waiting),
                  outputs, changed=bool(register and register.changes), text=_text(press, warnings),
                  next_step="" if trial else NEXT)


def _require_something(press):
    """Raises GateShut where all that was asked for waits for cells to be filled in."""
    if press.stopped and not (press.printed or press.sheets or press.left_out):
        raise GateShut("资料没有填全，不能发证：\n" + "\n".join(press.stopped[:SHOWN])
                       + (f"\n……共 {len(press.stopped)} 个" if len(press.stopped) > SHOWN else ""),
                       "在所列的表中填写后，重新导入、检查、核定")


def _warnings(store, county, policy, due):
    """[(what, how many, first few)]: terms that end too early, permits to be renewed, edits past the steps."""
    until = policy.get("certificate.valid_to")
    found = issuing.term_warnings(store, until, set(due.villages))
    printed = {one.right_id for one in due.users if users.is_certified(county, one)}
    found += issuing.permit_warnings(store, until, printed)
    if due.users:
        ending = users.renewals(county, runs.today())
        if ending:
            found.append((f"取水许可已到申请延续的期限（届满 {policy.get('permit.renewal_days')} 日前）", len(ending),
                          [f"{name}（许可至 {end}，应在 {day} 前申请）" for name, day, end in ending[:SHOWN]]))
    edited = trail.disagreements(store)
    return found + ([("与变更日志不符，不是由软件登记或被改动", len(edited), edited[:SHOWN])] if edited else [])


def _record(store, params, started, policy, confirm, register, counts, staging):
    """Certificate rows, run, journal and files together; a trial moves its files only."""
    if register is None:
        outputs = staging.publish()
        staging.keep()
        return outputs
    with store.transaction():
        if runs.last(store, "confirm")["run_id"] != confirm["run_id"] or not register.unchanged_since():
            raise BadInput("生成水权证时工作文件被改动，未作任何更改", "再运行一次“发证”", code="ChangedMeanwhile")
        if register.changes:
            kept = {k: v for k, v in params.items() if k not in ("work", "out", "fonts")}
            run_id = runs.record(store, "certify", started, kept, counts, policy_sha256=policy.sha256,
                                 input_sha256=runs.input_digest(confirm["run_id"], kept))
            journal.append(store, run_id, "certify", register.record(run_id))
        outputs = staging.publish()
    staging.keep()
    return outputs


def _table(counts, press, warnings, demo, trial, waiting):
    rows = [("样张" if trial else "水权证", f"{counts['certificates']:,} 本，{counts['pages']:,} 页"
             + (f"（含登记表 {press.sheets:,} 份）" if press.sheets else ""))]
    if set(press.by_kind) - {codes.HOUSEHOLD_UNIT}:
        rows += [(f"其中{codes.CERTIFIED_KIND[kind]}", f"{number:,} 份") for kind, number in press.by_kind.items()]
    if not trial:
        rows.append(("其中新发", f"{counts['new']:,} 本"))
        if counts["kept"]:
            rows.append(("内容未变、按原证号重印", f"{counts['kept']:,} 本"))
        if counts["replaced"]:
            rows.append(("内容有变、换发（原证作废）", f"{counts['replaced']:,} 本"))
    for source, name in codes.SOURCE.items():
        if source in press.area:
            rows.append((name, f"{mu_text(press.area[source])} 亩，{m3_text(press.volume[source])} m³"))
    if press.left_out:
        rows.append(("有字打不出、未生成", f"{len(press.left_out)} 本"))
    if press.stopped:
        rows.append(("资料没有填全、未生成", f"{len(press.stopped)} 本，见下"))
    if waiting:
        rows.append(("用水户的没有出", waiting))
    rows += [(f"提示：{what}", f"{number} 个") for what, number, _ in warnings]
    if demo:
        rows.append(("数据性质", "示例数据，不得用于正式发证"))
    return rows


def _text(press, warnings):
    lines = []
    if press.stopped:
        lines.append("以下单位、用水户的资料没有填全，没有生成（填写后重新导入、检查、核定）：")
        lines += press.stopped
    if press.left_out:
        lines.append("以下权利人的文字在现有字体中打不出，水权证没有生成（装上含这些字的字体，或用“字体文件夹”指明）：")
        lines += [u.sentence() for u in press.left_out]
    for what, number, first in warnings:
        lines.append(f"{what}（{number} 个）：" + "、".join(first) + ("……" if number > len(first) else ""))
    return "\n".join(lines)
