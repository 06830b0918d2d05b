"""The work file: one GeoPackage that all steps share. Standard library only, so that the QGIS process can open it too."""

import json
import sqlite3
import struct
from contextlib import contextmanager, nullcontext
from pathlib import Path

from ..model import policy as policies
from ..model.errors import BadInput, GateShut, WaterRightsError
from ..model.schema import SCHEMA_VERSION
from . import half_made
from .location import is_network_share

BUSY_TIMEOUT_S = 5.0
ENVELOPE_DOUBLES = {0: 0, 1: 4, 2: 6, 3: 6, 4: 8}
APPLICATION_ID = 0x47504B47


class WorkFile:
    """An open work file. Use ``open`` (or ``store.create.create_workfile``), and as a context manager."""

    def __init__(self, path, connection, readonly=False):
        self.path = Path(path)
        self.connection = connection
        self.readonly = readonly
        self.provisional = False
        """Whether nobody works with the file yet, so that a run that is cancelled later throws it away."""

    @classmethod
    def open(cls, path, readonly=False):
        """Opens an existing work file, bringing an older schema up to date first.

        Raises BadInput where the file is missing, is not a work file, was made by a newer product or lies on a
        network share (locks do not hold there: qgis/QGIS#32034).
        """
        path = Path(path)
        if not path.is_file():
            raise BadInput("找不到工作文件", "检查路径，或先用“导入资料包”建立工作文件", where=str(path))
        if not readonly:
            refuse_network_share(path)
            half_made.announce_work(path)
        try:
            if readonly and half_made.hot(path):
                half_made.roll_back(path)  # a reader may not, and could not read either
            store = cls(path, connect(path, readonly), readonly)
            version = store._version()
        except sqlite3.DatabaseError as error:
            raise BadInput("打不开，文件可能损坏或被占用", "关闭其他程序后再试；仍不行请用备份", where=str(path),
                           detail=str(error)) from error
        if version is None:
            store.close()
            raise BadInput("不是水权确权的工作文件", "请选择用“导入资料包”建立的 *.gpkg", where=str(path))
        if version > SCHEMA_VERSION:
            store.close()
            raise BadInput(f"工作文件由更新的软件建立（模式 {version}，本软件 {SCHEMA_VERSION}）", "请升级本软件",
                           where=str(path))
        if version < SCHEMA_VERSION:
            store._upgrade(version)
        return store

    def _upgrade(self, version):
        """Migrates the file; a reader does so through a connection of its own."""
        from .migrations import migrate

        try:
            if self.readonly:
                refuse_network_share(self.path)
                half_made.announce_work(self.path)
            with (WorkFile(self.path, connect(self.path)) if self.readonly else nullcontext(self)) as writing:
                writing.provisional = True  # the new schema stays whatever becomes of the run
                migrate(writing, version)
                writing.provisional = False
        except BaseException as error:
            self.close()
            if isinstance(error, (BadInput, sqlite3.OperationalError)):
                raise BadInput(f"工作文件是旧模式（{version}），升级不了", "检查文件是否可写、是否正被别的程序编辑，然后再打开",
                               where=str(self.path), detail=str(error)) from error
            raise

    def _version(self):
        known = self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'setting'").fetchone()
        if not known:
            return None
        value = self.setting("schema_version")
        return int(value) if value and value.isdigit() else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.connection.close()

    @contextmanager
    def transaction(self):
        """All or nothing: commits at the end, rolls back on any failure. Foreign keys are checked at the commit.

        The commit is the run's point of no return: a cancel before it changes nothing, one after it comes too late."""
        connection = self.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise BadInput("工作文件正被占用或只读，无法写入", "在 QGIS 中保存或放弃编辑、关闭其他程序后再试",
                           where=str(self.path), detail=str(error)) from error
        try:
            connection.execute("PRAGMA defer_foreign_keys = ON")
            before = connection.total_changes
            yield self
            if not self.provisional and connection.total_changes > before:
                half_made.point_of_no_return()
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
                raise BadInput("磁盘已满，未作任何更改", "清理磁盘后再试", where=str(self.path)) from error
            if isinstance(error, sqlite3.IntegrityError):
                raise WaterRightsError("数据之间的引用不一致，未作任何更改", "请把日志发给技术支持", where=str(self.path),
                                       detail=str(error)) from error
            raise

    def setting(self, name, default=None):
        """A stored setting as text; ``default`` where it is not set."""
        row = self.connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return row[0] if row and row[0] is not None else default

    def set_setting(self, name, value):
        """Stores a setting; call within ``transaction``."""
        self.connection.execute(
            "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, None if value is None else str(value)),
        )

    def policy(self):
        """The county's current policy. Raises GateShut where none has been adopted."""
        row = self.connection.execute("SELECT * FROM policy WHERE current = 1").fetchone()
        if row is None:
            raise GateShut("工作文件里还没有政策", "导入资料包时用“政策”参数给出政策文件（*.yaml）", where=str(self.path))
        policy, problems = policies.from_mapping(json.loads(row["parsed"]), row["sha256"], row["content"])
        if problems:
            raise BadInput("工作文件里的政策不完整：" + "；".join(p.message for p in problems), "重新导入政策文件",
                           where=str(self.path))
        return policy

    def adopt_policy(self, policy, parsed, file_name, at):
        """Makes ``policy`` the current one; ``parsed`` is the plain mapping it was read from. Within ``transaction``."""
        self.connection.execute("UPDATE policy SET current = 0")
        self.connection.execute(
            "INSERT INTO policy (sha256, name, content, parsed, file_name, adopted_at, current)"
            " VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT (sha256) DO UPDATE SET current = 1",
            (policy.sha256, policy.get("name"), policy.text, json.dumps(parsed, ensure_ascii=False), file_name, at),
        )


def refuse_network_share(path):
    """Raises BadInput where ``path`` lies on a network share."""
    if is_network_share(path):
        raise BadInput("工作文件在网络共享盘上，多人访问会损坏文件", "把工作文件复制到本机硬盘再用", where=str(path))


def connect(path, readonly=False):
    """A connection in autocommit mode with foreign keys on and the functions that R*tree triggers call."""
    uri = Path(path).resolve().as_uri() + ("?mode=ro" if readonly else "")
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.create_function("ST_IsEmpty", 1, lambda blob: _is_empty(blob), deterministic=True)
    for position, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")):
        connection.create_function(name, 1, lambda blob, i=position: _bound(blob, i), deterministic=True)
    return connection


def _is_empty(blob):
    return None if blob is None else int(bool(blob[3] & 0x10))


def _bound(blob, position):
    """minx, maxx, miny, maxy of a GeoPackage geometry from its header, or of a bare point from its coordinates."""
    if blob is None or blob[3] & 0x10:
        return None
    little = "<" if blob[3] & 1 else ">"
    doubles = ENVELOPE_DOUBLES.get((blob[3] >> 1) & 7, 0)
    if doubles:
        return struct.unpack_from(little + "4d", blob, 8)[position]
    order = "<" if blob[8] == 1 else ">"
    return struct.unpack_from(order + "2d", blob, 13)[position // 2]
