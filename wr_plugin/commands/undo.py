"""``undo``: the work file as it was before the last import; the journal goes on and says so."""

import json
from pathlib import Path

from ..model.errors import BadInput, GateShut
from ..store import backup, field_work, half_made, journal, reading, runs
from ..store.workfile import WorkFile
from .progress import Result

VERB, TITLE = "undo", "撤销导入"
OFFICIAL = {"publicity": "公示", "approval": "审核", "certificate": "水权证"}
SHOWN = 8


def run(store, params, progress):
    """Puts back the backup that the last import made. Field work entered since then is taken along.

    Raises GateShut where something official has been recorded since, or field work stands on parcels that only the
    undone import knows; BadInput where there is no import to undo or no sound backup. Nothing is changed then.
    """
    progress.plan(1, 2, 2)
    progress.step("核对备份")
    undone = runs.last(store, "import")
    path = _backup_of(store, undone)
    making = path.with_name(f".{store.path.stem}.undo.gpkg")
    version = _version(store)
    try:
        backup.require_room(path.parent, 2 * path.stat().st_size + store.path.stat().st_size)
        backup.remove(making)
        half_made.announce(making)
        backup.copy(path, making, progress.check_cancelled)
        progress.step("恢复")
        with WorkFile.open(making) as restored:
            restored.provisional = True
            _require_earlier_state(store, restored, undone, path)
            _refuse_official(store, restored)
            kept = _restore(store, restored, undone, params.get("why"))
        with store.transaction():
            pass  # the file can be written: nobody is editing it
        if _version(store) != version:
            raise BadInput("核对期间工作文件有了改动，未撤销", "保存 QGIS 里的编辑，再撤销一次", where=store.path.name)
        progress.step("写入工作文件")
        backup.pour_into(making, store.connection, progress.check_cancelled)
    finally:
        backup.remove(making)
    backup.discard(path)
    before = runs.last(store, "import")
    table = [("撤销的导入", f"第 {undone['run_id']} 次运行，{_when(undone)}"),
             ("恢复到", f"第 {before['run_id']} 次运行（导入资料包，{_when(before)}）及其后的结果"),
             ("随之保留的外业与异议记录", f"{kept:,} 条"), ("变更日志", "已记一条“撤销导入”")]
    return Result(TITLE, {"undone_run": undone["run_id"], "field_work": kept}, table, [str(store.path)],
                  next_step="改正资料包后重新导入（import --preview 先看差异）")


def _when(row):
    return (row["ended_at"] or "").replace("T", " ")


def _version(store):
    return reading.one(store, "PRAGMA data_version")[0]


def _backup_of(store, undone):
    """The path of the backup that the last import made."""
    name = json.loads(undone["counts"] or "{}").get("backup") if undone else None
    if not name:
        raise BadInput("没有可以撤销的导入", "只有再次导入才能撤销；第一次导入不对的，删去工作文件重新导入", where=store.path.name)
    path = backup.folder_of(store.path) / Path(name).name
    if not path.is_file():
        raise BadInput(f"找不到导入之前的备份“{path.name}”", f"备份在工作文件旁的“{backup.FOLDER}”文件夹里；被移走的，放回去再试",
                       where=str(path.parent))
    return path


def _require_earlier_state(store, restored, undone, path):
    """Raises BadInput where the backup is not this work file's own state right before the undone import."""
    columns = "run_id, verb, started_at, input_sha256"
    sql = f"SELECT {columns} FROM run WHERE run_id < ? ORDER BY run_id"  # nosec B608: constant
    mine, its = ([tuple(r) for r in reading.rows(s, sql, (undone["run_id"],))] for s in (store, restored))
    later = reading.count(restored, "SELECT count(*) FROM run WHERE run_id >= ?", (undone["run_id"],))
    tail = reading.one(restored, "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")
    known = tail is None or reading.one(store, "SELECT 1 FROM journal WHERE seq = ? AND hash = ?", tuple(tail))
    if mine != its or later or not known or journal.verify(restored):
        raise BadInput("备份不是这个工作文件导入之前的样子，不能用来撤销", "备份可能被替换或改动过；请找回原来的备份", where=path.name)


def _refuse_official(store, restored):
    """Raises GateShut where publicity, approvals or certificates differ from what they were."""
    since = [title for table, title in OFFICIAL.items()
             if [tuple(r) for r in reading.rows(store, f"SELECT * FROM {table}")]  # nosec B608: our own names
             != [tuple(r) for r in reading.rows(restored, f"SELECT * FROM {table}")]]  # nosec B608: our own names
    if since:
        raise GateShut(f"导入之后已经有了{'、'.join(since)}的登记，不能撤销", "按现在的资料办；资料有错的，送交单位改正后再导入一次",
                       code="OfficialSinceImport")


def _restore(store, restored, undone, why):
    """Takes along the field work entered since, and the record of the undoing; returns how many rows were taken."""
    with restored.transaction():
        taken, homeless = field_work.take_along(store, restored)
        if homeless:
            shown = "、".join(homeless[:SHOWN]) + ("等" if len(homeless) > SHOWN else "")
            raise GateShut(f"导入之后在 {len(homeless)} 个地块上登记了外业核查、影像或异议，而导入之前没有这些地块：{shown}",
                           "先处理这些记录，再撤销", code="FieldWorkSinceImport")
        last = reading.count(store, "SELECT max(run_id) FROM run")
        restored.connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'run'", (last,))
        run_id = runs.record(restored, VERB, runs.now(), {"why": why}, {"undone_run": undone["run_id"], "field_work": taken})
        tail = reading.one(store, "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")
        journal.append(restored, run_id, VERB, [(
            "run", str(undone["run_id"]),
            {"verb": "import", "started_at": undone["started_at"], "input_sha256": undone["input_sha256"],
             "journal_seq": tail["seq"] if tail else 0, "journal_hash": tail["hash"] if tail else journal.GENESIS},
            None, f"撤销导入：{why}" if why else "撤销导入")])
    return taken
