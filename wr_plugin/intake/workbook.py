"""Rows out of .xlsx, .xls and .csv as they stand: values only, formulas as their results, macros never touched."""

import csv
import io
import zipfile
from itertools import chain, islice, starmap
from pathlib import Path

from ..model.errors import BadInput, Cancelled
from ..spatial.chunks import silent
from . import encoding as encodings
from . import first_bytes, hidden_rows, merged_cells, xlsx_rows

UNCALCULATED = xlsx_rows.UNCALCULATED
MOST_BYTES = (1 << 31) - 1
MOST_FIELD_CHARACTERS = 1 << 20
HEADER_LINES = 30
MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
DELIMITERS = ",\t;|，"
TEXT_SUFFIXES = (".csv", ".txt")
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".csv", ".txt")
SAMPLE_LENGTH = 30
HIDDEN_SHOWN = 5
FEW = 500
ROWS_AT_ONCE = 250


def sheets(path, name="", encoding=None, told=None, hidden=False, report=silent, merged=None):
    """Yields (sheet name, iterator) for every sheet with a grid, (name, None) for a hidden one; with ``hidden`` the other
    way round.

    The iterator gives (row number as the clerk sees it, sequence of values) of the rows with content. What is given and
    raised else: as ``blocks``.
    """
    for title, found in blocks(path, name, encoding, told, hidden, report, merged):
        yield title, None if found is None else chain.from_iterable(starmap(zip, found))


def blocks(path, name="", encoding=None, told=None, hidden=False, report=silent, merged=None):
    """As ``sheets``, the rows of a sheet some at once: the iterators give (row numbers as the clerk sees them, sequences of
    values), two sequences of one length that are not empty. Rows without content are left out.

    A formula that was never calculated is ``xlsx_rows.UNCALCULATED``. A sheet must be used up before the next is
    asked for. ``encoding``: what the user asks for in a text file; ``told``: a list that takes what was decided and is
    worth saying; ``merged``: a list that takes, once a sheet's rows are used up, its cells that are merged downwards (as
    ``RawTable.merged``), where they are known. ``report(done, total)``: called while a sheet is read, with how much of
    it is; it may raise to cancel. BadInput where the file cannot be read.
    """
    path = Path(path)
    name = name or path.name
    suffix, told = path.suffix.lower(), [] if told is None else told
    if path.is_file() and path.stat().st_size > MOST_BYTES:
        raise BadInput(f"表格有 {path.stat().st_size / (1 << 30):.1f} GB，太大，读不了", "请按乡镇拆分后再导入", where=name)
    if suffix in TEXT_SUFFIXES:
        found = iter([] if hidden else [("", _in_blocks(_csv_rows(path, encoding, told, report)))])
    else:
        found = _workbook_sheets(path, name, told, hidden, report, merged)
    for title, rows in _guarded(found, name):
        yield title, None if rows is None else _guarded(rows, name)


def _in_blocks(rows):
    """(row numbers, rows) of (row number, row) pairs, those whose row has a value."""
    filled = (each for each in rows if each[1] and each[1][0] or any(v is not None and v != "" for v in each[1]))
    while True:
        some = list(islice(filled, ROWS_AT_ONCE))
        if not some:
            return
        yield tuple(zip(*some))


def _guarded(items, name):
    """The same items; what the libraries raise for a damaged or locked file becomes BadInput."""
    try:
        yield from items
    except Cancelled:
        raise
    except BadInput as error:
        if error.where:
            raise
        raise BadInput(error.message, error.remedy, where=name) from error
    except PermissionError as error:
        raise BadInput("文件打不开，可能正被 Excel 占用", "关闭 Excel 或 WPS 后再试", where=name, detail=str(error)) from error
    except Exception as error:  # openpyxl and xlrd let many kinds through for a damaged file
        raise BadInput("表格读不出来，可能已损坏、加了密码或不是它的扩展名所说的格式", "用 Excel 或 WPS 打开后另存为 .xlsx 再试",
                       where=name, detail=f"{type(error).__name__}: {error}") from error


def _workbook_sheets(path, name, told, hidden, report, merged):
    """By what the file is, not by its ending."""
    if first_bytes.workbook_kind(path, name) == ".xls":
        yield from _xls_sheets(path, name, told, hidden, report)
    else:
        yield from _xlsx_sheets(path, told, hidden, report, merged)


def _xlsx_sheets(path, told, hidden, report, merged):
    """Sheets by the fast reader; a workbook or a sheet in a form it does not know goes to openpyxl, from that row on."""
    try:
        book = xlsx_rows.Book(path, report)
    except xlsx_rows.Odd:
        for title, visible in _openpyxl_names(path):
            yield title, _in_blocks(_openpyxl_rows(path, title, 0, told, report)) if visible != hidden else None
        return
    with book:
        for title, visible, part in book.sheets:
            yield title, _fast_blocks(book, path, title, part, told, report, merged) if visible != hidden else None


def _fast_blocks(book, path, name, part, told, report, merged):
    last, widest = 0, 0
    try:
        for numbers, rows in book.blocks(part):
            last, widest = numbers[-1], max(widest, *map(len, rows))
            yield numbers, rows
    except xlsx_rows.Odd:
        yield from _in_blocks(_openpyxl_rows(path, name, last, told, report, (book.hidden_rows, widest)))
        return
    told.extend(_hidden(book.hidden_rows, [c for c in book.hidden_columns if c < widest]))
    if merged is not None:
        merged.append(merged_cells.in_tail(book.tail))


def _hidden(rows, columns):
    """What is said of hidden rows and columns: they are read like all others."""
    if rows:
        listed = "、".join(map(str, rows[:HIDDEN_SHOWN])) + ("等" if len(rows) > HIDDEN_SHOWN else "")
        yield f"有 {len(rows)} 行是隐藏的（第 {listed} 行），照读"
    if columns:
        yield f"有 {len(columns)} 列是隐藏的（{'、'.join(_letters(c) for c in sorted(columns)[:HIDDEN_SHOWN])}），照读"


def _letters(column):
    """``A`` … ``XFD`` of a column number from 0."""
    text, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _openpyxl(path):
    import openpyxl

    _refuse_document_types(path)

    return openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)


def _refuse_document_types(path):
    """Raises BadInput where a part of the workbook begins with a document type: openpyxl's XML reader would follow it."""
    with zipfile.ZipFile(path) as book:
        for item in book.infolist():
            if item.filename.lower().endswith((".xml", ".rels")):
                with book.open(item) as part:
                    first_bytes.refuse_document_type(part.read(first_bytes.PROLOG_BYTES), Path(path).name)


def _openpyxl_names(path):
    book = _openpyxl(path)
    try:
        return [(sheet.title, sheet.sheet_state == "visible") for sheet in book.worksheets]
    finally:
        book.close()


def _openpyxl_rows(path, name, after, told, report, before=((), 0)):
    """(row number, values) of the rows below row ``after``; how many there are is not known beforehand. ``before``:
    (hidden rows, width) of the rows above."""
    book = _openpyxl(path)
    try:
        sheet = book[name]
        sheet.reset_dimensions()
        rows, columns = hidden_rows.of_sheet(path, sheet._worksheet_path)
        hidden, widest = list(before[0]), before[1]
        for number, row in enumerate(sheet.iter_rows(min_row=after + 1, values_only=True), after + 1):
            if number % FEW == 0:
                report(0, 1)
            widest = max(widest, len(row))
            if number in rows and any(v is not None and v != "" for v in row):
                hidden.append(number)
            yield number, row
        told.extend(_hidden(hidden, [c for c in columns if c < widest]))
    finally:
        book.close()


def _xls_sheets(path, name, told, hidden, report):
    try:
        import xlrd
    except ImportError:
        raise BadInput("这台机器没有读 .xls 的程序库", "用 Excel 或 WPS 另存为 .xlsx 后再导入", where=name) from None
    try:
        book = xlrd.open_workbook(path, on_demand=True, formatting_info=True)
    except Exception:  # formats that xlrd does not know; without them the values are still read
        book = xlrd.open_workbook(path, on_demand=True)
        told.append("这个 .xls 的格式信息读不出，有没有隐藏的行、列看不出来；所有行、列都照读")
    try:
        for number in range(book.nsheets):
            sheet = book.sheet_by_index(number)
            read = (sheet.visibility == 0) != hidden
            yield sheet.name, _in_blocks(_xls_rows(sheet, book.datemode, xlrd, told, report)) if read else None
            book.unload_sheet(number)
    finally:
        book.release_resources()


def _xls_rows(sheet, datemode, xlrd, told, report):
    hidden = []
    for number in range(sheet.nrows):
        if number % FEW == 0:
            report(number, sheet.nrows)
        kinds, values, row = sheet.row_types(number), sheet.row_values(number), []
        for kind, value in zip(kinds, values):
            if kind == xlrd.XL_CELL_DATE:
                try:
                    value = xlrd.xldate_as_datetime(value, datemode)
                except (ValueError, OverflowError):
                    pass
            elif kind == xlrd.XL_CELL_BOOLEAN:
                value = bool(value)
            elif kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR):
                value = None
            row.append(value)
        if number in sheet.rowinfo_map and sheet.rowinfo_map[number].hidden and any(v not in (None, "") for v in row):
            hidden.append(number + 1)
        yield number + 1, row
    told.extend(_hidden(hidden, [c for c, info in sheet.colinfo_map.items() if info.hidden and c < sheet.ncols]))


def text_encoding(data, asked=None):
    """(Encoding, bytes without the mark) of a text file: its byte order mark, what the user asks for (``asked``), UTF-8
    strictly, GB18030. What is asked by force comes before the mark."""
    for mark, codec in MARKS.items():
        if data.startswith(mark) and not (asked and asked.forced):
            return encodings.Encoding(codec, "文件开头有字节顺序标记（BOM）"), data[len(mark):]
    return encodings.decide(data.splitlines(), given=asked), data


def _csv_rows(path, asked, told, report):
    chosen, data = text_encoding(path.read_bytes(), asked)
    samples = "、".join(sample[:SAMPLE_LENGTH] for sample in chosen.samples)
    told.append(f"文字编码 {chosen.name.upper()}：{chosen.evidence}" + (f"；如：{samples}" if samples else ""))
    text = data.decode(chosen.name, "replace")
    text = text.replace("\x00", "").lstrip("\ufeff")
    delimiter = _delimiter(text)
    before = csv.field_size_limit(MOST_FIELD_CHARACTERS)
    try:
        stream = io.StringIO(text, newline="")
        for number, row in enumerate(csv.reader(stream, delimiter=delimiter), 1):
            if number % FEW == 0:
                report(stream.tell(), len(text))
            yield number, [_csv_value(value) for value in row]
    except csv.Error as error:
        raise BadInput("表格读不出来：引号不成对，或某一格的文字太长", "用 Excel 或 WPS 打开，另存为 .xlsx 后再导入",
                       detail=str(error)) from error
    finally:
        csv.field_size_limit(before)


def _delimiter(text):
    """The mark that most of the first lines share; a title or note above the header has none."""
    lines = [line for line in text[:100_000].splitlines()[:HEADER_LINES] if line.strip()]
    return max(DELIMITERS, key=lambda mark: (sum(mark in line for line in lines), sum(line.count(mark) for line in lines)))


def _csv_value(value):
    """The text of a cell; ``="0123"``, which keeps Excel from making a number of it, is 0123."""
    if value.startswith('="') and value.endswith('"') and len(value) > 2:
        value = value[2:-1]
    return value if value != "" else None
