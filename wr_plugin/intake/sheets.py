"""A table out of a township's sheet: title and notes above, merged headers, number row, totals and footnotes below.

The header is the block of one to three rows, among the first thirty, in which most fields of the wanted table are
recognised. A merged cell shows only its first cell's value: an upper header is carried to the right over columns that
have a lower header of their own.
"""

import re
from collections import deque
from itertools import chain, compress, repeat, zip_longest
from pathlib import Path

import numpy as np

from ..model.errors import BadInput
from ..spatial.chunks import silent
from . import field_matching, held_once, merged_cells, workbook
from .raw import RawTable

HEADER_SEARCH_ROWS = 30
HEADER_MOST_ROWS = 3
TOTAL = re.compile(r"(合计|总计|小计|共计|累计|本页小计|本页合计)[:：]?")
TOTAL_CELLS = 3
SHORT, LONG = 8, 12
NOTE = re.compile(r"^(注|说明|备注|填表|制表|审核|复核|单位负责人|负责人|填报|日期|编制|盖章|（盖章）|\(盖章\))")
FIRST_ROWS = 64


def read(path, table, name="", sheet="", chosen=None, constants=(), encoding=None, report=silent):
    """The sheets of a workbook that hold ``table``, each as a RawTable. Hidden rows and columns are read and said; hidden
    sheets are read and said where no visible one holds the table, else left alone, as they are often old versions.

    ``sheet``: only this one. ``chosen``: a saved mapping's {field: header}; ``constants``: the fields that it fills
    itself, which need no column. Sheets in which the table's mandatory
    fields are not found are passed over with a note, unless none has them: then BadInput tells what is missing.
    ``encoding``: what the user asks for in a text file. ``report(done, total)``: called now and then, with how much of the
    sheet has been read; it may raise to cancel.
    """
    path, wanted = Path(path), (table, sheet, chosen or {}, constants)
    found, passed, empty, hidden = _pass(path, name or path.name, wanted, encoding, report, False)
    if not found and hidden:
        found, also_passed, _, _ = _pass(path, name or path.name, wanted, encoding, report, True)
        passed, hidden = passed + also_passed, []
    if sheet and not found and not passed and sheet not in empty:
        raise BadInput(f"没有工作表“{sheet}”", "核对字段对应文件", where=name or path.name)
    if not found and passed:
        raise passed[0][1]
    if not found:
        raise BadInput("表格里没有内容", "核对文件", where=name or path.name)
    for raw in found:
        merged_cells.fill(raw, table, chosen)
    for title in hidden:
        found[0].notes.append(f"隐藏的工作表“{title}”未读")
    for title, error in passed:
        found[0].notes.append(f"工作表“{title}”未读：{error.message}")
    return found


def _pass(path, name, wanted, encoding, report, hidden):
    """(raw tables, [(title, BadInput)] of sheets without the table, empty sheets, sheets of the other visibility)."""
    table, sheet, chosen, constants = wanted
    found, passed, empty, others, told, merged = [], [], [], [], [], []
    for title, blocks in workbook.blocks(path, name, encoding, told, hidden, report, merged):
        if sheet and title != sheet:
            continue
        if blocks is None:
            others.append(title)
            continue
        told.clear()
        merged.clear()
        first = _first_rows(blocks)
        if not first[0]:
            empty.append(title)
            continue
        raw = _table(path, name, title, first, blocks, table, chosen, constants)
        deque(blocks, maxlen=0)  # a sheet without the table is still read to its end: what is damaged there is told
        if isinstance(raw, RawTable):
            raw.merged = merged[0] if merged else None
            raw.notes[:0] = [*([f"工作表“{title}”是隐藏的，照读"] if hidden else []), *told]
            found.append(raw)
        else:
            passed.append((title, raw))
    return found, passed, empty, others


def _first_rows(blocks):
    """(row numbers, rows) of the blocks that hold the first rows; they are used up."""
    numbers, rows = [], []
    for more, some in blocks:
        numbers.extend(more)
        rows.extend(some)
        if len(rows) >= FIRST_ROWS:
            break
    return numbers, rows


def _table(path, name, title, first, rest, table, chosen, constants):
    """A RawTable, or the BadInput that says why the sheet holds none. ``first``: (numbers, rows) of the first
    rows, in which the header is looked for; ``rest``: an iterator of such blocks of those below."""
    where = f"{name} › {title}" if title else name
    top = first[1]
    try:
        start, height, headers, found = _header(top, table, chosen)
    except BadInput as error:
        return BadInput(error.message, error.remedy, where=where)
    if found is None:
        return field_matching.MappingNeeded(f"找不到{table.title}的表头", "表头应写标准字段名或中文名称；也可用字段对应文件指明",
                                            where=where)
    try:
        field_matching.require(table, found, where, constants)
    except BadInput as error:
        return error
    below = start + height
    below += 1 if len(top) > below and _is_number_row(top[below]) else 0
    columns, row_numbers = _columns(len(headers), chain([(first[0][below:], top[below:])], rest))
    keep, skipped = _data_rows(columns, len(row_numbers), top[start:start + height], table, found)
    notes = [f"跳过 {number} 行{what}" for what, number in skipped.items() if number]
    for header, column in zip(headers, columns):
        uncalculated = type(workbook.UNCALCULATED) in column.kinds
        if not keep.all():
            column.cells = list(compress(column.cells, keep.tolist()))
        if uncalculated and workbook.UNCALCULATED in column.cells:
            row = int(row_numbers[keep][column.cells.index(workbook.UNCALCULATED)])
            return BadInput("公式还没有计算出结果", "用 Excel 或 WPS 打开，保存一次再导入",
                            where=f"{where} › 第 {row} 行 › {''.join(header)}")
    return RawTable(path, name, title, headers, [c.cells for c in columns], row_numbers[keep], notes=notes)


def _columns(width, blocks):
    """(a ``Column`` for each header, row numbers) of blocks of rows; short rows are filled up, long ones cut."""
    columns, numbers = [held_once.Column() for _ in range(width)], [np.zeros(0, dtype=np.int64)]
    for read, rows in blocks:
        numbers.append(np.array(read, dtype=np.int64))
        for column, cells in zip(columns, chain(zip_longest(*rows), repeat([None] * len(rows)))):
            column.extend(cells)
    return columns, np.concatenate(numbers)


def as_they_stand(path, table, name="", sheet=""):
    """Every visible sheet as a RawTable for proposals: the header is the block that names most of the table's fields,
    else the first full row of texts; nothing is required and no row is left out."""
    path, made = Path(path), []
    for title, rows in workbook.sheets(path, name or path.name):
        if rows is None or sheet and title != sheet:
            continue
        listed = list(rows)
        numbers, kept = [number for number, _ in listed], [row for _, row in listed]
        start, height, headers, found = _header(kept, table, {})
        if found is None:
            start, height = _first_full_row(kept), 1
            headers = flattened(kept[start:start + 1]) if kept else []
        first = start + height + (len(kept) > start + height and _is_number_row(kept[start + height]))
        body = [(*row, *[None] * len(headers))[:len(headers)] for row in kept[first:]]
        if headers and body:
            made.append(RawTable(path, name or path.name, title, headers, [list(c) for c in zip(*body)],
                                 np.array(numbers[first:], dtype=np.int64)))
    return made


def _first_full_row(rows):
    """The first row of the search in which nearly as many cells are filled as anywhere, all with texts."""
    filled = [sum(v is not None and str(v).strip() != "" for v in row) for row in rows[:HEADER_SEARCH_ROWS]]
    most = max(filled, default=0)
    for number, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        texts = [v for v in row if isinstance(v, str) and v.strip() and not _cell(v).isdigit()]
        if filled[number] and len(texts) == filled[number] and filled[number] >= max(1, most * 0.6):
            return number
    return 0


def _header(rows, table, chosen):
    """(first row, height, headers, Match) of the best header block; Match is None where nothing is recognised."""
    best = (0, 0, [], None)
    score = 1
    wanted = {f.name for f in field_matching.telling(table)}
    for start in range(min(HEADER_SEARCH_ROWS, len(rows))):
        for height in range(1, min(HEADER_MOST_ROWS, len(rows) - start) + 1):
            headers = flattened(rows[start:start + height])
            try:
                found = field_matching.match(table, headers, chosen, ask=False)
            except BadInput:
                continue
            value = len(found.columns) + 2 * len(wanted & set(found.columns)) - 0.1 * (height - 1)
            if value > score:
                best, score = (start, height, headers, found), value
    if best[3] is None and chosen:
        field_matching.match(table, flattened(rows[:1]), chosen)
    return best


def flattened(rows):
    """Header rows as one tuple of parts per column, outermost first.

    An upper cell that is blank takes the value to its left where a lower cell of its column is filled (it is merged
    sideways); a lower cell that is blank adds nothing (merged downwards).
    """
    width = max(len(r) for r in rows)
    grid = [[_cell(r[c]) if c < len(r) else "" for c in range(width)] for r in rows]
    for level in range(len(grid) - 1):
        carried = ""
        for column in range(width):
            below = any(grid[lower][column] for lower in range(level + 1, len(grid)))
            above_same = level == 0 or column == 0 or grid[level - 1][column] == grid[level - 1][column - 1]
            if grid[level][column]:
                carried = grid[level][column]
            elif below and carried and above_same:
                grid[level][column] = carried
            elif not below:
                carried = ""
    headers = []
    for column in range(width):
        parts = []
        for level in range(len(grid)):
            text = grid[level][column]
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        headers.append(tuple(parts))
    while headers and not headers[-1]:
        headers.pop()
    return headers


def _cell(value):
    return "" if value is None else re.sub(r"\s+", "", str(value))


def _is_number_row(row):
    """True for the row of column numbers under a header: 1, 2, 3 … (or 0, 1, 2 …; (1), (2) …)."""
    numbers = []
    for value in row:
        if value is None or value == "":
            continue
        text = re.sub(r"[()（）\s栏]", "", str(value))
        text = text[:-2] if text.endswith(".0") else text
        if not text.isdigit() or len(text) > 2:
            return False
        numbers.append(int(text))
    return len(numbers) >= 3 and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] in (0, 1)


def _data_rows(columns, count, header_rows, table, found):
    """((count,) True for the data rows, {what was skipped: how many}).

    Whole columns are looked at first, by their distinct values; only rows that a mandatory blank, a total or a repeated
    header makes suspicious are judged one by one.
    """
    keys = [found.columns[f.name][0] for f in field_matching.telling(table) if found.columns.get(f.name)]
    known = [p for positions in found.columns.values() for p in positions]
    labels = [{_cell(row[c]) for row in header_rows if c < len(row)} - {""} for c in keys]
    wanted = {}
    for column, words in zip(keys, labels):
        wanted.setdefault(column, set()).update(words, (None, ""))
    distinct = {c: columns[c].distinct() for c in {*keys, *range(min(TOTAL_CELLS, len(columns)))}}
    for column in range(min(TOTAL_CELLS, len(columns))):
        wanted.setdefault(column, set()).update(
            v for v in distinct[column] if _is_short_text(v) and TOTAL.fullmatch("".join(v.split())))
    suspicious = set()
    for column, words in wanted.items():
        if not distinct[column].isdisjoint(words):
            suspicious.update(i for i, v in enumerate(columns[column].cells) if v in words)
    skipped = {"合计": 0, "说明或签章": 0, "重复的表头": 0}
    keep = np.ones(count, dtype=bool)
    for position in suspicious:
        what = _what_is([column.cells[position] for column in columns], keys, known, labels)
        keep[position] = not what
        if what in skipped:
            skipped[what] += 1
    return keep, skipped


def _is_short_text(value):
    """Only a short text can say 合计: a name or code is no total."""
    return isinstance(value, str) and len(value) <= SHORT


def _what_is(row, keys, known, labels):
    """What a suspicious row is, where it is no data: 合计, 说明或签章, 重复的表头 or 空行; "" for a data row."""
    filled = [v for v in row if v is not None and str(v).strip()]
    if not filled:
        return "空行"
    if any(_is_short_text(v) and TOTAL.fullmatch("".join(v.split())) for v in filled):
        return "合计"
    if any(_cell(row[c]) in words for c, words in zip(keys, labels)):
        return "重复的表头"
    blank = [c for c in keys if row[c] is None or row[c] == ""]
    remark = len(filled) <= 2 and any(isinstance(v, str) and (NOTE.match(v.strip()) or len(v) > LONG and not v.isascii())
                                      for v in filled)
    if blank and (remark or all(row[c] is None or row[c] == "" for c in known)):
        return "说明或签章"
    return ""
