"""verify (复算): every stored figure worked out a second time by independent code; what differs is listed with both values."""

import json
from pathlib import Path

from ..model import codes
from ..model import policy as policies
from ..model.amounts import m3_text, mu_text
from ..model.errors import GateShut
from ..model.findings import KINDS
from ..model.schema import tables
from ..review import gates
from ..store import reading, runs
from ..verification import comparison, reckoning
from .interrupting import interruptible
from .progress import Result

VERB = "verify"
SHOWN, KEPT = 20, 100_000
COMPARED = ("parcel_right", "right_part", "holder_right", "unit_right", "user_right", "cap_result", "cap_class")
NOT_COVERED = "图形叠置（灌区、斗口、机井、重叠面积）取自检查结果"


def run(store, params, progress):
    """Works out the rights again from the stored inputs and holds every parcel, part, household and node of the caps
    against the stored result; the outcome is recorded as a run.

    Raises GateShut where rights are missing or outdated.
    """
    progress.plan(86, 13, 1)
    started = runs.now()
    with store.transaction(), interruptible(store, progress):
        confirm = gates.current_confirm(store)
        policy = _policy_of(store, confirm)
        progress.step("独立复算")
        again = reckoning.Reckoning(store, policy, confirm["started_at"][:10], progress.update)
        again.run()
        progress.step("逐项比较")
        counts, kept = dict.fromkeys(COMPARED, 0), []
        for found in comparison.differences(store.connection, again, progress.update):
            counts[found.table] += 1
            if len(kept) < KEPT:
                kept.append(found)
        progress.step("写结果")
        rows = {table: reading.count(store, f"SELECT count(*) FROM {table}") for table in COMPARED}  # nosec B608: our tables
        total = sum(counts.values())
        run_id = runs.record(store, VERB, started, params, {"confirm_run": confirm["run_id"], "rows": rows, "differences": total,
                                                            "by_table": counts}, policy_sha256=policy.sha256)
        outputs = _written(params.get("out"), kept, progress)
    return Result("复算一致" if not total else "复算不一致", {"rows": rows, "differences": total, "by_table": counts, "run": run_id},
                  _table(rows, counts, kept, total), outputs, next_step="" if not total else
                  "结果或资料在核定之后被改动：查明后重新检查、核定，再复算")


def _policy_of(store, confirm):
    row = reading.one(store, "SELECT parsed, content FROM policy WHERE sha256 = ?", (confirm["policy_sha256"],))
    policy = policies.from_mapping(json.loads(row["parsed"]), confirm["policy_sha256"], row["content"])[0] if row else None
    if policy is None:
        raise GateShut("找不到核定时所用的政策", "重新核定水权（confirm），再复算")
    return policy


def _table(rows, counts, kept, total):
    known = tables()
    told = [("结论", "每一项都与库中结果一致" if not total else f"{total:,} 处不一致")]
    told += [(known[name].title, f"{rows[name]:,} 行，" + ("一致" if not counts[name] else f"{counts[name]:,} 处不一致"))
             for name in COMPARED if rows[name] or counts[name]]
    for one in kept[:SHOWN]:
        told.append((f"{known[one.table].title} {one.subject}", _sentence(one)))
    if total > SHOWN:
        told.append(("其余", f"还有 {total - SHOWN:,} 处；用 --out 写成表，逐条列出" + (f"前 {KEPT:,} 处" if total > KEPT else "")))
    told.append(("不在复算之内", NOT_COVERED))
    return told


def _sentence(one):
    if one.field == comparison.ROW:
        return f"库中{one.stored or '没有这一行'}，复算{one.again or '没有这一行'}"
    return f"{_title(one)}：库中 {_shown(one, one.stored)}，复算 {_shown(one, one.again)}"


def _title(one):
    item = tables()[one.table].by_name.get(one.field)
    return item.alias if item else "行"


def _shown(one, value):
    """A value as people read it: amounts with their unit, codes in words."""
    if value is None:
        return "空"
    if one.field.endswith("_mu_100") and "m3" not in one.field:
        return f"{mu_text(value)} 亩" if isinstance(value, int) else str(value)
    if one.field.endswith("_100"):
        return f"{m3_text(value)} m³" + ("/亩" if "mu" in one.field else "") if isinstance(value, int) else str(value)
    if one.field == "state":
        return codes.PARCEL_STATE.get(value, str(value))
    if one.field == "reason" and value in KINDS:
        return KINDS[value].title
    return str(value) or "空"


def _written(out, kept, progress):
    if not out:
        return []
    from ..documents import workbook
    from ..documents.outputs import Staging

    known, target = tables(), Path(out)
    data = [[known[one.table].title for one in kept], [one.subject for one in kept],
            [_title(one) for one in kept],
            [(one.stored or "没有这一行") if one.field == comparison.ROW else _shown(one, one.stored) for one in kept],
            [(one.again or "没有这一行") if one.field == comparison.ROW else _shown(one, one.again) for one in kept]]
    columns = [workbook.SheetColumn(name, width=width) for name, width in (
        ("表", 14), ("对象", 48), ("项", 16), ("库中", 30), ("复算", 30))]
    note = f"{len(kept):,} 处。{NOT_COVERED}" if kept else f"每一项都与库中结果一致。{NOT_COVERED}"
    with Staging(target.parent) as staging:
        workbook.write(staging.path(target.name), [workbook.Sheet("复算", "水权复算", note, columns, data)], "", progress.update)
        outputs = staging.publish()
        staging.keep()
    return outputs
