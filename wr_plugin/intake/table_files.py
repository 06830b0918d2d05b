"""A table out of whatever file it came in: workbook or text, Access database, GeoPackage or FileGDB, DBF."""

import numpy as np

from ..model.errors import BadInput
from ..spatial.chunks import silent
from . import access, sheets, vector_files
from .dbf import Dbf
from .raw import RawTable


def read(source, table, given, report=silent, asked=None):
    """The RawTables of one source, in order. ``given``: what a saved mapping says of the table; ``asked``: the encoding that
    the user asks for in a text file or DBF. ``report(done, total)``: called now and then, and may raise to cancel.
    BadInput otherwise."""
    suffix = source.path.suffix.lower()
    if suffix in access.SUFFIXES:
        return [access.read(source.path, _inner(source, access.table_names(source.path), table), source.name,
                            lambda: report(0, 1))]
    if suffix in vector_files.CONTAINERS:
        layer = _inner(source, vector_files.layer_names(source.path), table)
        return [vector_files.read_layer(source.path, layer, name=source.name, report=report)]
    if suffix == ".dbf":
        return [_dbf(source, asked or given.encoding, report)]
    return sheets.read(source.path, table, source.name, given.sheet, given.fields, given.constants, asked, report)


def _inner(source, names, table):
    """The name inside the database: the one given, else the table's own."""
    wanted = source.layer or table.name
    for name in names:
        if name.lower() == wanted.lower():
            return name
    raise BadInput(f"里面没有数据表“{wanted}”，有：{'、'.join(names) or '（无）'}", "在字段对应文件里用 layer 写明数据表的名称", where=source.name)


def _dbf(source, encoding, report):
    table = Dbf(source.path, report)
    names, columns, chosen = table.read(encoding)
    kept = np.flatnonzero(~table.deleted)
    columns = [column[kept] for column in columns]
    notes = [f"文字编码 {chosen.name.upper()}：{chosen.evidence}"]
    if len(kept) < table.count:
        notes.append(f"跳过 {table.count - len(kept)} 条已标记删除的记录")
    return RawTable(source.path, source.name, "", [(n,) for n in names], columns, kept + 1, notes=notes)
