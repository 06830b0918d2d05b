"""Backups of the work file before an import, in the folder 备份 beside it, and going back to one.

Standard library only. Both ways go through SQLite's own backup: a copy is whole or not there, and the work file changes
in one transaction even while QGIS has it open.
"""

import os
import re
import shutil
import sqlite3
from pathlib import Path

from ..model.errors import BadInput
from . import half_made
from .workfile import connect

FOLDER = "备份"
KEPT = 3
PAGES = 2048
PATIENCE = 2
"""How often a step is tried again while another program holds the work file; SQLite waits 5 s each time."""
SPARE_BYTES = 64 << 20
BUSY = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED


def folder_of(work):
    """The folder of a work file's backups."""
    return Path(work).parent / FOLDER


def name_of(work, run_id):
    """The name of the backup made before a run."""
    return f"{Path(work).stem}_第{run_id}次运行之前.gpkg"


def make(work, run_id, ask=lambda: None):
    """Copies the work file as it was last committed; returns the copy's path.

    May be called within a transaction of another connection that has not written yet. ``ask`` is called often and may
    raise. Raises BadInput where there is no room or the folder cannot be written; then nothing is left behind.
    """
    folder = folder_of(work)
    target, making = folder / name_of(work, run_id), folder / f".{Path(work).stem}.making.gpkg"
    try:
        half_made.announce(folder, only_empty=True)
        folder.mkdir(exist_ok=True)
        require_room(folder, Path(work).stat().st_size)
        remove(making)
        half_made.announce(making)
        copy(work, making, ask)
        half_made.announce(target)
        os.replace(making, target)
    except BaseException as error:
        discard(making)
        if isinstance(error, OSError):
            raise BadInput("导入之前不能备份工作文件，未作任何更改", f"检查文件夹“{FOLDER}”是否可写、磁盘是否已满",
                           where=str(folder), detail=str(error)) from error
        raise
    return target


def require_room(folder, needed):
    """Raises BadInput where the disk lacks ``needed`` bytes and some to spare."""
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE_BYTES:
        raise BadInput(f"磁盘空间不够备份工作文件：还差 {(needed + SPARE_BYTES - free) / (1 << 20):,.0f} MB，未作任何更改",
                       "清理磁盘，或删去“备份”文件夹里不要的旧备份", where=str(folder))


def copy(source, target, ask=lambda: None):
    """A copy of a work file as one plain file, without a write-ahead log beside it."""
    left, right = connect(source, readonly=True), sqlite3.connect(target)
    try:
        _pour(left, right, ask)
        right.execute("PRAGMA journal_mode = DELETE")
    finally:
        right.close()
        left.close()


def pour_into(source, connection, ask=lambda: None):
    """Makes the content of an open work file that of ``source``, in one transaction; on any failure it stays as it was.

    ``connection`` must not be within a transaction. Raises BadInput where another program keeps the file locked.
    """
    left = connect(source, readonly=True)
    try:
        _pour(left, connection, ask, half_made.point_of_no_return)
    finally:
        left.close()


def _pour(source, target, ask, last=lambda: None):
    """``last``: called before the step that makes the copy final."""
    tries = [0]

    def step(status, remaining, total):
        tries[0] = tries[0] + 1 if status in BUSY else 0
        if tries[0] > PATIENCE:
            raise BadInput("工作文件正被占用，未作任何更改", "在 QGIS 中保存或放弃编辑、关闭其他程序后再试")
        ask()
        if remaining <= PAGES:
            last()

    if source.execute("PRAGMA page_count").fetchone()[0] <= PAGES:
        last()
    source.backup(target, pages=PAGES, progress=step, sleep=0.25)


def remove(path):
    """Deletes a work file and what SQLite keeps beside it, where they exist."""
    for name in (path, *half_made.beside(path)):
        name.unlink(missing_ok=True)


def discard(path):
    """Deletes a backup, and the folder with the last one."""
    remove(path)
    if path.parent.is_dir() and not any(path.parent.iterdir()):
        path.parent.rmdir()


def prune(work):
    """Deletes all but the latest backups of this work file."""
    pattern = re.compile(re.escape(Path(work).stem) + r"_第(\d+)次运行之前\.gpkg")
    held = [(int(m[1]), p) for p in folder_of(work).glob("*.gpkg") for m in [pattern.fullmatch(p.name)] if m]
    for _, path in sorted(held)[:-KEPT]:
        remove(path)
