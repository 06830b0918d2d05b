"""A newer package for a work file that has one: what it changes, what forbids it, and what passes to the new parcels."""

from dataclasses import dataclass
from typing import Any, Dict, List, Tuple

import pandas as pd

from ..intake import certified_changes, difference, succession
from ..intake.difference import HOLDER_KINDS, PARCEL_KINDS, Difference
from ..model import schema
from ..model.errors import BadInput
from ..review import locks
from ..store import backup, frames, half_made, journal, reading

FIELD_WORK = {"audit": "外业核查", "evidence": "影像证据", "objection": "异议"}
SHOWN = 10
ROWS_SHOWN = 5
TOLD = ("vanished", "split", "merged", "redrawn", "recoded", "reassigned", "added")


@dataclass
class Update:
    """``difference`` to the work file; ``locks``: certificates that forbid it; ``homeless``: (table, parcel codes) of
    field work whose parcel is gone without an heir; ``heirs`` and ``lineage``: see ``succession``; ``sizes``: rows
    before of every other delivered table."""

    difference: Difference
    locks: List[locks.Lock]
    homeless: List[Tuple[str, List[str]]]
    heirs: Dict[str, Tuple[str, str, str]]
    lineage: pd.DataFrame
    sizes: Dict[str, Tuple[int, int]]
    villages: Any

    def refuse_if_forbidden(self):
        """Raises GateShut for certified rights, BadInput for field work whose parcel is gone."""
        locks.require_none(self.locks)
        for table, gone in self.homeless:
            shown = "、".join(gone[:SHOWN]) + ("等" if len(gone) > SHOWN else "")
            title = FIELD_WORK[table]
            raise BadInput(f"新资料包里没有了 {len(gone)} 个已有{title}记录的地块：{shown}",
                           f"核对新资料包是否漏了这些地块；确已撤销的，先在工作文件里删去它们的{title}记录", where=title)


def compare(store, read, progress):
    """The ``Update`` that a ``Delivery`` means for the work file; gives the delivery's parcels their lasting ids."""
    old = {t: frames.read(store, t) for t in difference.TABLES}
    _, geometry = frames.read_geometry(store, "parcel")
    found = difference.compare(old, geometry, read.frames, read.geometry["parcel"], progress.update)
    parcels = read.frames["parcel"]
    given, old_ids = parcels["uuid"].tolist(), old["parcel"]["uuid"].tolist()
    ids = succession.inherited_ids(given, parcels["DKBM"].fillna("").tolist(), old_ids, found.predecessor)
    parcels["uuid"] = pd.Series(ids, index=parcels.index, dtype=object)
    renamed = dict(zip(given, ids))
    for row in read.findings:
        if row.get("parcel_uuid"):
            row["parcel_uuid"] = renamed[row["parcel_uuid"]]
    heirs = succession.heirs(found, old_ids, ids)
    concerned = certified_changes.of_holders(found, locks.certified_holders(store), old["CBDKXX"],
                                             read.frames["CBDKXX"])
    sizes = {t.name: (reading.count(store, f"SELECT count(*) FROM {t.name}"),  # nosec B608: the schema's names
                      len(read.frames.get(t.name, ())))
             for t in schema.tables().values() if t.delivered}
    return Update(found, locks.touched(store, concerned), _homeless(store, set(ids) | set(heirs)), heirs,
                  succession.lineage(found, old_ids, ids), sizes,
                  (old["parcel"]["village_name"].tolist(), parcels["village_name"].tolist()))


def _homeless(store, cared_for):
    """[(table, parcel codes)] of field work on parcels that neither go on nor have an heir."""
    found = []
    for table in FIELD_WORK:
        held = reading.rows(
            store, f"SELECT DISTINCT k.parcel_uuid AS uuid, p.DKBM AS DKBM FROM {table} k"  # nosec B608: our own names
                   " LEFT JOIN parcel p ON p.uuid = k.parcel_uuid WHERE k.parcel_uuid IS NOT NULL ORDER BY p.DKBM")
        gone = [row["DKBM"] or row["uuid"] for row in held if row["uuid"] not in cared_for]
        if gone:
            found.append((table, gone))
    return found


def record(store, update, run_id, verb):
    """Writes the lineage and moves field work to the heirs, with a journal row each; within ``transaction``."""
    if len(update.lineage):
        frames.append(store, "lineage", update.lineage.assign(run_id=run_id))
    entries = []
    for table, title in FIELD_WORK.items():
        for row in reading.rows(store, f"SELECT uuid, parcel_uuid FROM {table} ORDER BY fid"):  # nosec B608: our names
            if row["parcel_uuid"] in update.heirs:
                heir, code, relation = update.heirs[row["parcel_uuid"]]
                store.connection.execute(f"UPDATE {table} SET parcel_uuid = ? WHERE uuid = ?",  # nosec B608: our names
                                         (heir, row["uuid"]))
                entries.append((table, row["uuid"], {"parcel_uuid": row["parcel_uuid"]}, {"parcel_uuid": heir},
                                f"地块{PARCEL_KINDS[relation]}，{title}随最大的一块转到 {code}"))
    journal.append(store, run_id, verb, entries)
    return len(entries)


class Backup:
    """The work file's backup before an import: made by ``take``, thrown away where the block fails."""

    def __init__(self, store, progress):
        self.store, self.progress, self.path = store, progress, None

    def __enter__(self):
        return self

    def take(self):
        """Makes the backup, named by the run that is about to be recorded; within ``transaction``, before any write."""
        sequence = reading.one(self.store, "SELECT seq FROM sqlite_sequence WHERE name = 'run'")
        self.path = backup.make(self.store.path, (sequence["seq"] if sequence else 0) + 1, self.progress.check_cancelled)
        return self.path.name

    def __exit__(self, failed, *_):
        if self.path is not None and failed:
            backup.discard(self.path)
        elif self.path is not None:
            half_made.withdraw(self.path)
            backup.prune(self.store.path)


def table(update):
    """(label, value) rows: how many of each kind."""
    counts = update.difference.counts
    rows = [(f"地块：{word}", f"{counts['parcel'][kind]:,}") for kind, word in PARCEL_KINDS.items() if counts["parcel"][kind]]
    rows += [(f"承包方：{word}", f"{counts['holder'][kind]:,}") for kind, word in HOLDER_KINDS.items()
             if counts["holder"][kind]]
    rows += [(f"{schema.table(name).title}（行数）", f"{before:,} → {after:,}") for name, (before, after)
             in update.sizes.items() if before != after and name not in ("parcel", "CBF")]
    if update.locks:
        rows.append(("会改动有效水权证", f"{len(update.locks):,} 本：不能导入，见下"))
    for name, gone in update.homeless:
        rows.append((f"有{FIELD_WORK[name]}记录的地块消失", f"{len(gone):,} 个：不能导入，见下"))
    return rows


def text(update):
    """The first rows of each kind, certificates and field work in danger first."""
    lines = []
    if update.locks:
        lines += ["会改动的有效水权证（先注销才能导入）：", *_first([str(lock) for lock in update.locks])]
    for name, gone in update.homeless:
        lines += [f"有{FIELD_WORK[name]}记录而新资料包里没有的地块：", *_first(gone)]
    parcels, holders = update.difference.parcels, update.difference.holders
    for kind in TOLD:
        for words, frame, noun in ((PARCEL_KINDS, parcels, "地块"), (HOLDER_KINDS, holders, "承包方")):
            rows = frame[frame["relation"] == kind] if kind in words else frame[:0]
            if len(rows):
                key = "new_code" if kind == "merged" else "old_code"
                groups = [g for _, g in rows[:SHOWN * ROWS_SHOWN].groupby(rows[key] if kind != "added" else rows["new_code"])]
                lines += [f"{noun}{words[kind]}：", *_first([_told(kind, g) for g in groups], update, noun, kind)]
    fields = update.difference.parcel_fields
    if len(fields):
        lines += ["地块属性有变：", *_first([f"{r.new_code} {certified_changes.field_title(r.field)}："
                                       f"{r.before or '（空）'} → {r.after or '（空）'}" for r in fields[:SHOWN].itertuples()],
                                      None, len(fields))]
    fields = update.difference.holder_fields
    fields = fields[fields["field"] == "CBFMC"]
    if len(fields):
        lines += ["户主或名称变更：", *_first([f"{r.new_code} {r.before} → {r.after}" for r in fields[:SHOWN].itertuples()],
                                       None, len(fields))]
    return "\n".join(lines)


def _told(kind, rows):
    olds, news = (" ＋ ".join(dict.fromkeys(c for c in rows[side].tolist() if c)) for side in ("old_code", "new_code"))
    return f"{olds} → {news}" if olds and news and olds != news else olds or news


def _first(texts, update=None, noun="", kind=""):
    total = len(texts)
    if update is not None:
        total = update.difference.counts["parcel" if noun == "地块" else "holder"][kind]
    elif isinstance(noun, int):
        total = noun
    more = [f"  ……共 {total:,} 条"] if total > ROWS_SHOWN else []
    return [f"  {t}" for t in texts[:ROWS_SHOWN]] + more
