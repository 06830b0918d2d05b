"""Cells that are merged downwards in the body of a sheet: one household's name over the rows of all its parcels.

Only the first of the merged rows has the value in the file, but people see it beside each of them. It is given to all of
them, where the field is a text (a name, a code, a crop); an area over several rows is their sum and stays with the first,
which is said.
"""

import html
import re
import zipfile
from pathlib import Path

from ..model import schema
from . import field_matching

CHUNK, LONGEST_TAG = 1 << 20, 200
RANGE = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\sref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
TAG = re.compile(r"<(?:\w+:)?(?:sheet|Relationship)(\s[^<>]*)>")
WORKBOOK, RELATIONS, MOST_BYTES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", 1 << 24
BLANK = (None, "")


def fill(raw, table, chosen=None):
    """Fills ``raw`` (a RawTable of a workbook) in place and notes what was done. The file is looked at again only where a
    text column has blanks and its reader has not told the ranges (``raw.merged``)."""
    if raw.merged is not None and not raw.merged:
        return
    found = field_matching.match(table, raw.headers, chosen, ask=False)
    fields = {p: table.by_name[name] for name, positions in found.columns.items() for p in positions}
    texts = [p for p, item in fields.items() if item.type == schema.TEXT]
    if not any(None in raw.columns[p] or "" in raw.columns[p] for p in texts):
        return
    position, filled, sums = {int(row): i for i, row in enumerate(raw.rows)}, 0, []
    for column, first, last in _downwards(raw.path, raw.sheet) if raw.merged is None else raw.merged:
        item = fields.get(column)
        top = position.get(first)
        rows = [position[row] for row in range(first + 1, last + 1) if row in position] if item and top is not None else []
        cells = raw.columns[column] if rows else ()
        if not rows or cells[top] in BLANK:
            continue
        if item.type != schema.TEXT:
            sums.append((item.alias, first))
            continue
        for row in rows:
            if cells[row] in BLANK:
                cells[row] = cells[top]
                filled += 1
    if filled:
        raw.notes.append(f"竖着合并的单元格，{filled} 处按合并的值读")
    for alias in dict.fromkeys(alias for alias, _ in sums):
        rows = [str(row) for name, row in sums if name == alias]
        raw.notes.append(f"{alias}有竖着合并的单元格（第 {'、'.join(rows[:5])}{'等' if len(rows) > 5 else ''} 行），数只算在第一行，请核对")


def _downwards(path, title):
    """(column from 0, first row, last row) of every range of the sheet that spans several rows; of each column of it the
    first only, as the others have no value."""
    suffix = Path(path).suffix.lower()
    if suffix in (".xlsx", ".xlsm"):
        yield from _of_xlsx(path, title)
    elif suffix == ".xls":
        yield from _of_xls(path, title)


def in_tail(text):
    """The same of the text that follows a sheet's last row, where a workbook's merged cells stand."""
    return [(_number(left), int(top), int(bottom)) for left, top, _, bottom in RANGE.findall(text.encode("utf-8"))
            if int(bottom) > int(top)]


def _of_xlsx(path, title):
    with zipfile.ZipFile(path) as book:
        part = _part(book, title)
        if part not in book.namelist():
            return
        with book.open(part) as stream:
            rest = b""
            while True:
                chunk = stream.read(CHUNK)
                text = rest + chunk
                end = 0
                for found in RANGE.finditer(text):
                    left, top, _, bottom = found.groups()
                    end = found.end()
                    if int(bottom) > int(top):
                        yield _number(left), int(top), int(bottom)
                if not chunk:
                    return
                rest = text[max(end, len(text) - LONGEST_TAG):]


def _part(book, title):
    """The name in the zip of the sheet of that title; "" where it is not told in the usual form."""
    if not {WORKBOOK, RELATIONS} <= set(book.namelist()):
        return ""
    targets = {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in TAG.findall(_text(book, RELATIONS))}
    for tag in TAG.findall(_text(book, WORKBOOK)):
        if _attribute(tag, "name") == title and _attribute(tag, "r:id") in targets:
            target = targets[_attribute(tag, "r:id")]
            return target[1:] if target.startswith("/") else f"xl/{target}"
    return ""


def _text(book, name):
    with book.open(name) as stream:
        return stream.read(MOST_BYTES).decode("utf-8", "replace")


def _attribute(tag, name):
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return html.unescape(found.group(1)) if found else ""


def _number(letters):
    """Column number from 0 of ``A`` … ``XFD``."""
    number = 0
    for letter in letters.decode("ascii"):
        number = number * 26 + ord(letter) - 64
    return number - 1


def _of_xls(path, title):
    import xlrd

    try:
        sheet = xlrd.open_workbook(path, formatting_info=True).sheet_by_name(title)
    except Exception:  # what xlrd does not know of formats: the values are read all the same
        return
    for top, below, left, _ in sheet.merged_cells:
        if below - top > 1:
            yield left, top + 1, below
