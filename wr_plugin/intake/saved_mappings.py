"""Mappings kept from one delivery to the next: one YAML file a sender, used again only for the very same headers.

The folder is the user's, or the one that WR_MAPPING_DIR names. A file is a mapping like any other; what it says of a
table is used for a source of that table whose columns are, in order, the ``headers`` it was made for. Two files that
say different things of the same headers are a question for the clerk, never a choice of ours.
"""

import hashlib
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

from ..model import schema
from ..model.errors import BadInput
from ..store import half_made
from . import field_matching, sheets, table_files, vector_files, workbook
from . import package as package_files
from .mapping import TableMapping, read_mapping

VARIABLE = "WR_MAPPING_DIR"
FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
NAME_LENGTH = 40
FEWEST_COLUMNS = 3


def folder():
    """Where mappings are kept; it may not exist yet."""
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "wr_plugin" / "mappings"


def _sections(mapping):
    """(table, TableMapping) of everything that says its headers and fields."""
    for table, given in mapping.tables.items():
        for part in given.parts or (given,):
            if part.headers and part.fields:
                yield table, part


def name_of(mapping):
    """The file name: sender and fingerprint of all headers."""
    every = sorted({(table, *part.headers) for table, part in _sections(mapping)})
    if not every:
        return ""
    digest = hashlib.sha256(repr(every).encode("utf-8")).hexdigest()[:8]
    sender = FORBIDDEN.sub("-", mapping.sender).strip(" .")[:NAME_LENGTH]
    return "-".join(filter(None, (sender, digest))) + ".yaml"


def remember(path, mapping):
    """Keeps a mapping that has served for an import. Returns what to tell, "" where there is nothing to keep."""
    name = name_of(mapping)
    if not name:
        return ""
    target = folder() / name
    try:
        text = Path(path).read_bytes()
        if target.exists() and target.read_bytes() == text:
            return ""
        target.parent.mkdir(parents=True, exist_ok=True)
        making = target.with_suffix(".making")
        half_made.announce(making)
        making.write_bytes(text)
        os.replace(making, target)
    except OSError:
        return f"没有保存：文件夹 {folder()} 不能写"
    return f"已保存为 {target}，列名完全相同的资料以后自动套用"


def _kept():
    """(file name, FieldMapping) of every kept file that can be read."""
    for path in sorted(folder().glob("*.yaml")) if folder().is_dir() else ():
        try:
            yield path.name, read_mapping(path)
        except BadInput:
            continue


def fit(package, mapping):
    """(mapping with what is kept for these very headers, [(source, what was taken)]).

    Only tables of which ``mapping`` says nothing are looked at. A file of unknown name that has the very columns of a
    table that no file is by its name becomes a source of it. Raises MappingNeeded where two kept files differ.
    """
    kept = [(name, m.sender or name, table, part) for name, m in _kept() for table, part in _sections(m)]
    told = _recognised(package, mapping, kept)
    tables = dict(mapping.tables)
    for table, sources in package.sources.items():
        wanted = [each for each in kept if each[2] == table]
        if table in mapping.tables or not wanted:
            continue
        parts = []
        for source in sources:
            found = _of_source(source, schema.table(table), wanted)
            if found and _adds(schema.table(table), found[1]):
                sender, part = found
                parts.append(TableMapping([source.name], source.layer, fields=part.fields, constants=part.constants,
                                          codes=part.codes, units=part.units))
                told.append((f"{schema.table(table).title} · {source.name}",
                             f"列名与以前的相同，套用保存的字段对应（{sender}）：{_shown(schema.table(table), part)}"))
        if parts:
            tables[table] = TableMapping([f for p in parts for f in p.files], parts=tuple(parts))
    return (replace(mapping, tables=tables) if told else mapping), told


def _recognised(package, mapping, kept):
    """Takes sources whose names say nothing for the tables whose very columns they have, where no file is that table by
    its name; [(source, what was taken)]. Columns that two tables have had are a question."""
    told, wanting = [], {table for _, _, table, _ in kept} - set(package.sources) - set(mapping.tables)
    wanted = [each for each in kept if each[2] in wanting and len(each[3].headers) >= FEWEST_COLUMNS]
    for source in list(package.unknown) if wanted else ():
        fits = {}
        for _, sender, table, part in wanted:
            if table not in fits and tuple(part.headers) in _columns_of(source, schema.table(table)):
                fits[table] = sender
        if len(fits) > 1:
            titles = "、".join(schema.table(table).title for table in fits)
            raise field_matching.MappingNeeded(f"列名与保存的几种表都相同：{titles}", "用“字段对应”参数指明它是哪一张表", where=source.name)
        for table, sender in fits.items():
            title = schema.table(table).title
            package_files.take_unknown(package, source, table, f"列名与保存的字段对应相同：{sender}")
            told.append((f"{title} · {source.name}", f"文件名不认识；列名与以前的{title}完全相同，按保存的字段对应（{sender}）当作{title}"))
    return told


def _columns_of(source, table):
    """Every reading of the source's header as ``table``; none for a layer that should be a table, or the other way round."""
    suffix = source.path.suffix.lower()
    container = suffix in vector_files.CONTAINERS
    if not container and bool(table.geometry) != (suffix in vector_files.LAYER_SUFFIXES):
        return ()
    try:
        return _headers(source, table)
    except BadInput:
        return ()


def _adds(table, part):
    return bool(part.codes or _shown(table, part))


def _shown(table, part):
    """What the mapping says that the names alone would not; "" for nothing."""
    by_name = field_matching.match(table, [(title,) for title in part.headers], ask=False)
    titles = {name: part.headers[positions[0]] for name, positions in by_name.columns.items()}
    said = [f"{table.by_name[name].alias}←{'、'.join([header] if isinstance(header, str) else header or ['（没有）'])}"
            for name, header in part.fields.items() if titles.get(name) != header]
    said += [f"{table.by_name[name].alias}＝{value}" for name, value in part.constants.items()]
    return "、".join(said)


def _of_source(source, table, wanted):
    """(sender, TableMapping) kept for the source's headers, or None."""
    try:
        shown = _headers(source, table)
    except BadInput:
        return None
    fits = [(name, sender, part) for name, sender, _, part in wanted if tuple(part.headers) in shown]
    said = {repr((part.fields, part.constants, part.codes)) for _, _, part in fits}
    if len(said) > 1:
        raise field_matching.MappingNeeded(
            f"保存的字段对应有 {len(said)} 种说法：{'、'.join(name for name, _, _ in fits)}",
            f"在文件夹 {folder()} 里删去不要的，或用“字段对应”参数指明用哪一份", where=source.name)
    return fits[0][1:] if fits else None


def _headers(source, table):
    """Every reading of the source's header, each the columns in order."""
    if table.geometry:
        names = vector_files.field_names(source.path, source.layer)
        return {tuple(field_matching.unique_titles([(n,) for n in names]))}
    if source.path.suffix.lower() not in workbook.SUFFIXES:
        if source.path.suffix.lower() in vector_files.CONTAINERS and not source.table:
            return {tuple(field_matching.unique_titles([(n,) for n in vector_files.field_names(source.path, source.layer)]))}
        raw, = table_files.read(source, table, TableMapping())
        return {tuple(field_matching.unique_titles(raw.headers))}
    found = set()
    for _, rows in workbook.sheets(source.path, source.name):
        first = []
        for _, row in rows or ():
            if any(v is not None and v != "" for v in row):
                first.append(row)
            if len(first) >= sheets.HEADER_SEARCH_ROWS:
                break
        for start in range(len(first)):
            for height in range(1, min(sheets.HEADER_MOST_ROWS, len(first) - start) + 1):
                titles = field_matching.unique_titles(sheets.flattened(first[start:start + height]))
                found.add(tuple(t for t in titles if t))
    return found

