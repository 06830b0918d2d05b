"""The verb ``link``: the registry rows that wait for people, their decisions in and out, and the last decisions undone."""

import json
from pathlib import Path

from ..documents import workbook
from ..documents.outputs import Staging
from ..intake import decision_sheet
from ..model import codes
from ..model.amounts import mu_text
from ..model.errors import BadInput, GateShut
from ..review import registry_decisions
from ..store import journal, reading, runs
from ..store import registry_links as stored
from . import registry_links, text_table
from .progress import Result

TITLE, VERB = "匹配名录", "link"
ROWS_SHOWN = 30
LINKS_SQL = "SELECT registry_fid, registry_key, DKBM, CBFBM FROM registry_link ORDER BY registry_key"
OFFERED_SQL = "SELECT registry_key, DKBM, CBFBM FROM registry_candidate ORDER BY registry_fid, rank"
WAITING, EVERY = (codes.REVIEW,), tuple(codes.LINK_DECISION)
COLUMNS = (
    workbook.SheetColumn("名录序号", width=9), workbook.SheetColumn("村", width=11, group="名录"),
    workbook.SheetColumn("组", width=8, group="名录"), workbook.SheetColumn("姓名", width=10, group="名录"),
    workbook.SheetColumn("承包方编码", width=20, group="名录"), workbook.SheetColumn("地块编码", width=21, group="名录"),
    workbook.SheetColumn("地块名称", width=13, group="名录"), workbook.SheetColumn("面积（亩）", workbook.MU, 9, group="名录"),
    workbook.SheetColumn("候选", workbook.WHOLE, 6, group="可能的地块"),
    workbook.SheetColumn("村", width=11, group="可能的地块"), workbook.SheetColumn("姓名", width=10, group="可能的地块"),
    workbook.SheetColumn("承包方编码", width=20, group="可能的地块"), workbook.SheetColumn("地块编码", width=21, group="可能的地块"),
    workbook.SheetColumn("地块名称", width=13, group="可能的地块"),
    workbook.SheetColumn("面积（亩）", workbook.MU, 9, group="可能的地块"),
    workbook.SheetColumn("得分", workbook.WHOLE, 6), workbook.SheetColumn("理由", width=48), workbook.SheetColumn("结论", width=9),
    workbook.SheetColumn("决定", width=8), workbook.SheetColumn("改为地块编码", width=21), workbook.SheetColumn("来源", width=34),
    workbook.SheetColumn(decision_sheet.KEY, width=60),
)
NOTE = ("一条名录有几个候选地块的占几行，得分高的在前。是哪一块就在那一行的“决定”列填“是”；不是的填“否”；都不是而知道是哪一块的，"
        "在任一行的“改为地块编码”列填写。不决定的留空。"
        "填好后：link --work 工作文件 --decisions 本表")


def run(store, params, progress):
    """Lists what waits; takes decisions from the sheet or the parameters, or undoes the last ones. One transaction.

    Raises BadInput where a decision cannot be applied; then none is.
    """
    started = runs.now()
    if runs.last(store, "import") is None:
        raise GateShut("工作文件里还没有导入的数据", "先用“导入资料包”导入移交资料包", where=str(store.path))
    progress.plan(6, 2, 2)
    progress.step("匹配名录")
    deciding = [name for name in ("decisions", "accept", "reject", "undo") if params.get(name)]
    if "undo" in deciding and len(deciding) > 1:
        raise BadInput("撤销不能与新的决定一起做", "分两次运行：先撤销，再决定")
    if not deciding:
        _refresh(store, registry_links.computed(store, progress.check_cancelled))
    progress.step("登记决定")
    changed = _write(store, params, started, progress) if deciding else None
    progress.step("列出待确认的匹配")
    rows = stored.review_list(store, EVERY if params.get("all") else WAITING)
    outputs = _sheet(store, params["out"], rows, progress) if params.get("out") else []
    counts = stored.counted(store)
    counts = {kind: counts[kind] for kind in codes.LINK_DECISION if kind in counts}
    table = registry_links.told(counts) or [("名录匹配", "名录的地块编码都对得上图上的地块，没有要匹配的")]
    if changed:
        table.insert(0, changed)
    following = "check" if changed or not counts.get(codes.REVIEW) else "确认或否定待确认的匹配（link），再 check"
    waiting = len({r["registry_fid"] for r in rows})
    told = {"decisions": counts, "listed": waiting, "candidates": len(rows)}
    return Result(TITLE, told, table, outputs, changed=bool(changed or outputs), text="\n".join(_lines(rows)),
                  next_step=following)


def _said(params):
    """(registry fid or key, parcel code or "", accepted?, where it was said) of every decision given."""
    said = decision_sheet.read(params["decisions"]) if params.get("decisions") else []
    for name, accepted in (("accept", True), ("reject", False)):
        for text in params.get(name) or ():
            number, _, code = text.partition("=")
            if not number.isdigit() or not number.isascii():
                raise BadInput(f"“{text}”不是名录序号", "给出清单第一列的名录序号，多个用逗号分开", where=f"--{name}")
            code, _, holder = code.partition("/")
            said.append(decision_sheet.Said(int(number), "", code.strip(), accepted, f"--{name} {text}", holder.strip()))
    return said


def _refresh(store, found):
    """Stores the links where they are others than the stored ones, as after an edit of the registry in QGIS."""
    if not _same(store, found):
        with store.transaction():
            registry_links.save(store, found)


def _write(store, params, started, progress):
    """Stores decisions and the links that follow; returns what was done as a table row, or None.

    Decisions are about the links that are stored, which people have seen. Where they do not fit and the registry was
    edited since, they are tried once more on the links as they are now.
    """
    try:
        seen = [list(map(tuple, reading.rows(store, sql))) for sql in (LINKS_SQL, OFFERED_SQL)]
        return _decide(store, params, *seen, started, progress)
    except BadInput:
        now = registry_links.computed(store, progress.check_cancelled)
        if _same(store, now):
            raise
        seen = [frame[names].astype(object).to_numpy().tolist() for frame, names in (
            (now.links, ["registry_fid", "registry_key", "DKBM", "CBFBM"]), (now.candidates, ["registry_key", "DKBM", "CBFBM"]))]
        return _decide(store, params, *seen, started, progress)


def _decide(store, params, rows, offered, started, progress):
    """``rows``, ``offered``: the links and candidates, as ``registry_decisions.resolved`` takes them."""
    who, undone, said = registry_decisions.who_decides(params), None, []
    if params.get("undo"):
        undone, entries = registry_decisions.undoing(store)
    else:
        said = registry_decisions.resolved(rows, _said(params), lambda code: _holders_of(store, code), offered)
        entries = registry_decisions.planned(store, said, who, started)
    if not entries:
        return None
    with store.transaction():
        kept = {"decisions": params.get("decisions"), "undone": undone, "who": who}
        run_id = runs.record(store, VERB, started, kept, {},
                             inputs=runs.file_inputs([params["decisions"]] if params.get("decisions") else []),
                             input_sha256=runs.input_digest([list(map(str, e)) for e in entries]))
        registry_decisions.apply(store, entries, run_id)
        after = registry_links.computed(store, progress.check_cancelled)
        registry_decisions.require_applied(said, {key: (code, decision) for key, code, decision in zip(
            *(after.links[name] for name in ("registry_key", "DKBM", "decision")))})
        registry_links.save(store, after)
        journal.append(store, run_id, VERB, entries)
        runs.set_counts(store, run_id, {"decided": len(entries), **registry_links.counted(after)})
    return ("撤销的决定", f"{len(entries):,} 条（第 {undone} 次运行的一批）") if undone else ("登记的决定", f"{len(entries):,} 条")


def _holders_of(store, code):
    if reading.one(store, "SELECT 1 FROM parcel WHERE DKBM = ?", (code,)) is None:
        return None
    return [row["CBFBM"] for row in reading.rows(
        store, "SELECT CBFBM FROM CBDKXX WHERE DKBM = ? AND coalesce(CBFBM, '') <> '' ORDER BY CBFBM", (code,))]


def _same(store, found):
    """Whether the stored links and candidates are these."""
    return all(_same_rows(store, table, frame, names) for table, frame, names in (
        (registry_links.TABLE, found.links, ["registry_fid", "registry_key", "DKBM", "decision", "score", "reasons"]),
        (registry_links.CANDIDATES, found.candidates, ["registry_fid", "rank", "DKBM", "CBFBM", "score", "reasons"])))


def _same_rows(store, table, frame, names):
    order = names[:2]
    held = [list(row) for row in reading.rows(store, f"SELECT {', '.join(names)} FROM {table}"  # nosec B608: constants
                                                     f" ORDER BY {', '.join(order)}")]
    return json.dumps(held, ensure_ascii=False) == json.dumps(
        frame.sort_values(order)[names].astype(object).to_numpy().tolist(), ensure_ascii=False, default=int)


def _lines(rows):
    if not rows:
        return []
    head = ("序号", "名录：村 组 姓名", "地块", "亩", "候选", "可能的地块：姓名", "地块", "编码", "亩", "分", "结论", "理由")
    shown = [(*_once(r), r["rank"] if r["decision"] == codes.REVIEW else "", r["parcel_holder"] or "", r["DKMC"] or "", r["DKBM"] or "",
              _mu(r["parcel_mu_100"]), r["score"] if r["DKBM"] else "", codes.LINK_DECISION[r["decision"]], r["reasons"] or "")
             for r in rows[:ROWS_SHOWN]]
    more = [f"  ……共 {len(rows):,} 个候选，其余用 --out 写成表"] if len(rows) > ROWS_SHOWN else []
    return ["待确认的匹配：" if all(r["decision"] == codes.REVIEW for r in rows) else "名录匹配：",
            *text_table.lines(shown, head), *more]


def _once(row):
    """The registry's side of a line: left blank for the second candidate and those after it."""
    if row["rank"] > 1:
        return "", "", "", ""
    return (row["registry_fid"], " ".join(filter(None, (row["village_name"], row["group_name"], row["holder_name"]))),
            row["parcel_name"] or "", _mu(row["area_mu_100"]))


def _mu(mu_100):
    return "" if mu_100 is None else mu_text(round(mu_100))


def _sheet(store, out, rows, progress):
    target = Path(out)
    listed = [(
        str(r["registry_fid"]), r["village_name"], r["group_name"], r["holder_name"], r["registry_CBFBM"], r["registry_DKBM"],
        r["parcel_name"], r["area_mu_100"],
        r["rank"] if r["decision"] == codes.REVIEW else None, r["parcel_village"], r["parcel_holder"], r["CBFBM"], r["DKBM"], r["DKMC"],
        None if r["parcel_mu_100"] is None else round(r["parcel_mu_100"]), r["score"] if r["DKBM"] else None, r["reasons"],
        codes.LINK_DECISION[r["decision"]], None, None,
        f"{r['source_file'] or ''} 第 {r['source_row']} 行" if r["source_row"] else r["source_file"], r["registry_key"])
        for r in rows]
    data = [list(column) for column in zip(*listed)] if listed else [[] for _ in COLUMNS]
    sheet = workbook.Sheet("待确认", f"{store.setting('county_name') or ''}名录匹配待确认表", NOTE, COLUMNS, data)
    with Staging(target.parent) as staging:
        workbook.write(staging.path(target.name), [sheet], "", progress.update)
        progress.check_cancelled()
        outputs = staging.publish()
        staging.keep()
    return outputs
