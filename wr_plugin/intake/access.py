"""The ownership tables out of an Access database: mdbtools where installed, the Access driver of Windows otherwise.

Each table comes as it would from a spreadsheet: text stays text. A column that Access keeps as a floating number comes
as numbers, so that a code in it is refused like one in a numeric cell. Programs are called with a list of arguments,
never through a shell, and are ended when they take too long.
"""

import csv
import io
import os
import re
import shutil
import subprocess  # nosec B404: only mdbtools, with a list of arguments
import tempfile
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import numpy as np

from ..model.errors import BadInput
from . import access_means
from .access_means import SPREADSHEET_WAY
from .raw import RawTable

SUFFIXES = (".mdb", ".accdb")
FLOATING = ("single", "double", "float", "real")
COLUMN = re.compile(r"^\s*\[(?P<name>.*)\]\s+(?P<type>[A-Za-z][A-Za-z/ ]*)")
LIST_SECONDS, EXPORT_SECONDS, WAKE_SECONDS = 60, 1800, 0.2
MOST_FIELD_CHARACTERS = 1 << 24
DATE_FORM = "%Y-%m-%d"


def _by_tools(path):
    return access_means.means(path.suffix.lower()).way == access_means.MDBTOOLS


def table_names(path):
    """The names of the user's tables. BadInput where the file cannot be read or this machine has no means to."""
    path = _checked(path)
    if _by_tools(path):
        names = _called("mdb-tables", ["-1"], path, [], LIST_SECONDS).splitlines()
        return [name for name in names if name.strip()]
    with _connected(path) as connection:
        return [row.table_name for row in connection.cursor().tables(tableType="TABLE")]


def read(path, table, name="", ask=lambda: None):
    """One table as a RawTable with the rows in the database's order. BadInput where it cannot be read.

    ``ask``: called while waiting; what it raises (``Cancelled``) ends the program at once.
    """
    path, name = _checked(path), name or Path(path).name
    headers, records, kinds = _by_mdbtools(path, table, ask) if _by_tools(path) else _by_odbc(path, table)
    columns = [list(column) for column in zip(*records)] if records else [[] for _ in headers]
    for number, header in enumerate(headers):
        if kinds.get(header, "").lower().startswith(FLOATING):
            columns[number] = [_number(value) for value in columns[number]]
    notes = ["由 Access 数据库直接读出"]
    return RawTable(path, name, table, [(h,) for h in headers], columns, np.arange(1, len(records) + 1), notes=notes)


def row_count(path, table):
    """How many rows a table has, without keeping them."""
    path = _checked(path)
    if _by_tools(path):
        if shutil.which("mdb-count"):
            told = _called("mdb-count", [], path, [table], LIST_SECONDS).strip()
            return int(told) if told.isdigit() else 0
        text = _called("mdb-export", ["-H", "-Q", "-e", "-b", "strip", "-R", "\n"], path, [table], EXPORT_SECONDS)
        return text.count("\n")
    with _connected(path) as connection:
        return connection.cursor().execute(f"SELECT COUNT(*) FROM {_quoted(table)}").fetchval()  # nosec B608: quoted name


def _checked(path):
    path = Path(path)
    if not path.is_file():
        raise BadInput("找不到文件", "检查文件名", where=path.name)
    here = access_means.means(path.suffix.lower())
    if not here.way:
        raise BadInput(f"这台机器读不了 Access 数据库：{here.lacking}", here.remedy, where=path.name, code="NoAccessReader")
    return Path(os.path.realpath(path))


def _number(value):
    """A floating column's value as a number, "1e3" included; text that is no number stays as it is."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return value
    return number if number == number else None


# ---- mdbtools ----------------------------------------------------------------------------------------------------------


def _called(program, options, path, names, seconds, ask=lambda: None):
    """What a program of mdbtools prints, as text. BadInput where it fails or takes too long."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "MDBICONV": "UTF-8",
                   "MDB_JET3_CHARSET": "CP936"}
    command = [shutil.which(program), *options, "--", str(path), *names]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=said,  # nosec B603: a list, no shell
                              env=environment) as process:
            try:
                _wait(process, seconds, ask)
            except subprocess.TimeoutExpired as error:
                raise _damaged(path, f"{program}: {seconds} s") from error
            finally:
                process.kill()
        out.seek(0)
        said.seek(0)
        if process.returncode:
            raise _damaged(path, f"{program}: {process.returncode} {said.read(2000).decode('utf-8', 'replace')}")
        text = out.read().decode("utf-8", "replace")
        complaint = said.read(2000).decode("utf-8", "replace")
    if "beyond EOF" in complaint or "reading page" in complaint:
        raise _damaged(path, complaint)
    return text


def _wait(process, seconds, ask):
    end = time.monotonic() + seconds
    while True:
        try:
            process.wait(WAKE_SECONDS)
            return
        except subprocess.TimeoutExpired:
            ask()
            if time.monotonic() > end:
                raise


def _damaged(path, detail):
    return BadInput("Access 数据库读不出来，可能已损坏、没有传完整或加了密码", f"请重新拷贝该文件；或{SPREADSHEET_WAY}", where=path.name,
                    detail=detail)


def _by_mdbtools(path, table, ask):
    """(headers, records with None for blank, {header: type})."""
    options = ["-D", DATE_FORM, "-T", DATE_FORM, "-b", "strip"]
    text = _called("mdb-export", options, path, [table], EXPORT_SECONDS, ask)
    described = _called("mdb-schema", ["-T", table], path, ["access"], LIST_SECONDS)
    kinds = {m.group("name"): m.group("type") for m in map(COLUMN.match, described.splitlines()) if m}
    before = csv.field_size_limit(MOST_FIELD_CHARACTERS)
    try:
        rows = list(csv.reader(io.StringIO(text.replace("\x00", ""), newline="")))
    except csv.Error as error:
        raise _damaged(path, str(error)) from error
    finally:
        csv.field_size_limit(before)
    if not rows:
        raise _damaged(path, f"{table}: no header")
    headers, records = rows[0], rows[1:]
    if any(len(record) != len(headers) for record in records):
        raise _damaged(path, f"{table}: uneven rows")
    return headers, [[value.strip() or None for value in record] for record in records], kinds


# ---- the Access driver of Windows --------------------------------------------------------------------------------------


def _connected(path):
    """A read-only connection; used as a context manager it closes."""
    odbc, driver = access_means.odbc(), access_means.means(path.suffix.lower()).driver
    quoted = str(path).replace("}", "}}")
    try:
        return closing(odbc.connect(f"DRIVER={{{driver}}};DBQ={{{quoted}}};ReadOnly=1;Exclusive=0;", readonly=True))
    except odbc.Error as error:
        raise _damaged(path, str(error)) from error


def _quoted(table):
    """An Access name in brackets; one that holds a bracket or a control mark is none of the standard's tables."""
    if not re.fullmatch(r"[^\[\]\x00-\x1f]{1,64}", table):
        raise BadInput("数据表的名称不能用", "改名后再试", where=table[:64])
    return f"[{table}]"


def _by_odbc(path, table):
    odbc = access_means.odbc()
    with _connected(path) as connection:
        try:
            cursor = connection.cursor()
            cursor.execute(f"SELECT * FROM {_quoted(table)}")  # nosec B608: quoted name
            headers = [column[0] for column in cursor.description]
            kinds = {column[0]: "double" for column in cursor.description if column[1] is float}
            records = [[_plain(value) for value in row] for row in cursor.fetchall()]
        except odbc.Error as error:
            raise _damaged(path, str(error)) from error
    return headers, records, kinds


def _plain(value):
    """As mdbtools would print it: dates as text, whole and decimal numbers with all their digits."""
    if value is None or isinstance(value, (bytes, bytearray)):
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if hasattr(value, "strftime"):
        return value.strftime(DATE_FORM)
    if isinstance(value, (int, Decimal)):
        return str(value)
    return value.strip() or None if isinstance(value, str) else value
