"""Excel workbooks of any length: the frame by openpyxl, the rows streamed as XML, the same bytes for the same content.

Texts are written as text whatever they look like, so that codes keep their digits and nothing that begins with
``= + - @`` is ever taken for a formula.
"""

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Iterable, Sequence, Tuple

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from ..model.amounts import HUNDRED

TEXT, WHOLE, MU, M3, RATIO = "text", "whole", "mu", "m3", "ratio"
FORMATS = {TEXT: "@", WHOLE: "#,##0", MU: "#,##0.00", M3: "#,##0", RATIO: "0.0000"}
MAX_ROWS = 1_048_576
HEAD_ROWS = 5  # title, note, two header rows, column numbers
EPOCH = (1980, 1, 1, 0, 0, 0)
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
DIMENSION = re.compile(rb'<dimension ref="[^"]*" ?/>')
"""What openpyxl says of the frame alone; programs that believe it would read no row. Without it they look."""
ROWS_AT_ONCE = 5000
THIN = Side(style="thin", color="808080")


@dataclass(frozen=True)
class SheetColumn:
    """One column: title, merged group above, kind of value (amounts are integers of 0.01), width in characters;
    ``wrap``: long texts go on in the next line of the cell."""

    title: str
    kind: str = TEXT
    width: float = 12
    group: str = ""
    wrap: bool = False


@dataclass
class Sheet:
    """One sheet. ``rows``: a sequence of columns (lists of equal length, amounts as integers of 0.01, None for
    blank). ``totals``: None, or one value per column (texts or amounts)."""

    name: str
    title: str
    note: str
    columns: Sequence[SheetColumn]
    data: Sequence[list]
    totals: Tuple = None

    @property
    def height(self):
        return len(self.data[0]) if self.data else 0


def write(path, sheets: Iterable[Sheet], mark="", progress=None):
    """Writes the workbook; sheets longer than Excel allows go on in a further one. ``mark`` is printed on every page
    and stands in every title. ``progress(done, total)`` in rows."""
    sheets = [part for sheet in sheets for part in _parts(sheet)]
    book = Workbook()
    book.remove(book.active)
    styles = [_frame(book.create_sheet(sheet.name), sheet, mark) for sheet in sheets]
    skeleton = BytesIO()
    book.save(skeleton)
    done, total = 0, sum(s.height for s in sheets) or 1
    with zipfile.ZipFile(skeleton) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as out:
        for name in source.namelist():
            content = source.read(name)
            number = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            if not number:
                out.writestr(info, STAMP.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", content))
                continue
            sheet, style = sheets[int(number[1]) - 1], styles[int(number[1]) - 1]
            head, tail = content.split(b"</sheetData>")
            with out.open(info, "w", force_zip64=True) as stream:
                stream.write(DIMENSION.sub(b"", head))
                for start in range(0, sheet.height, ROWS_AT_ONCE):
                    end = min(start + ROWS_AT_ONCE, sheet.height)
                    stream.write(_rows(sheet, style, start, end).encode("utf-8"))
                    done += end - start
                    if progress:
                        progress(done, total)
                if sheet.totals:
                    stream.write(_row(HEAD_ROWS + sheet.height + 1, sheet, style["total"], sheet.totals).encode("utf-8"))
                stream.write(b"</sheetData>" + tail)


def _parts(sheet):
    """The sheet, or as many as it takes within Excel's limit; the totals stand on the last."""
    room = MAX_ROWS - HEAD_ROWS - 1
    if sheet.height <= room:
        return [sheet]
    count = -(-sheet.height // room)
    return [Sheet(f"{sheet.name}（{i + 1}）", sheet.title, sheet.note, sheet.columns,
                  [column[i * room:(i + 1) * room] for column in sheet.data],
                  sheet.totals if i + 1 == count else None) for i in range(count)]


def _frame(ws, sheet, mark):
    """Title, note, merged header, column numbers, print set-up; returns the style numbers of the rows to come."""
    count, last = len(sheet.columns), get_column_letter(len(sheet.columns))
    ws.append([sheet.title + (f"（{mark}）" if mark else "")])
    ws.append([sheet.note])
    ws.append([c.group or c.title for c in sheet.columns])
    ws.append([c.title if c.group else None for c in sheet.columns])
    ws.append([str(i + 1) for i in range(count)])
    ws.merge_cells(f"A1:{last}1")
    ws.merge_cells(f"A2:{last}2")
    _merge_header(ws, sheet.columns)
    ws["A1"].font, ws["A1"].alignment = Font(name="黑体", size=16), Alignment(horizontal="center", vertical="center")
    ws["A2"].font, ws["A2"].alignment = Font(name="宋体", size=10), Alignment(horizontal="left", wrap_text=True)
    border = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
    for row in (3, 4, 5):
        for column in range(1, count + 1):
            cell = ws.cell(row, column)
            cell.font = Font(name="宋体", size=10 if row < 5 else 8, bold=row < 5)
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            cell.border, cell.fill = border, PatternFill("solid", fgColor="E9F0F4")
    for height, row in ((28, 1), (16, 2), (18, 3), (30, 4), (12, 5)):
        ws.row_dimensions[row].height = height
    for i, column in enumerate(sheet.columns, 1):
        ws.column_dimensions[get_column_letter(i)].width = column.width
    ws.freeze_panes = f"C{HEAD_ROWS + 1}"
    ws.print_title_rows = f"1:{HEAD_ROWS}"
    ws.page_setup.orientation, ws.page_setup.paperSize = "landscape", 8 if count > 12 else 9
    ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = 1, 0
    ws.sheet_properties.pageSetUpPr.fitToPage = True
    ws.print_options.horizontalCentered = True
    ws.oddFooter.center.text = "第 &P 页　共 &N 页"
    if mark:
        ws.oddHeader.right.text = mark
    return {"row": _styles(ws, sheet, border, False), "total": _styles(ws, sheet, border, True)}


def _merge_header(ws, columns):
    start = 0
    for i, column in enumerate(columns):
        if not column.group:
            ws.merge_cells(start_row=3, end_row=4, start_column=i + 1, end_column=i + 1)
        elif i + 1 == len(columns) or columns[i + 1].group != column.group:
            if i > start:
                ws.merge_cells(start_row=3, end_row=3, start_column=start + 1, end_column=i + 1)
        if i + 1 < len(columns) and columns[i + 1].group != column.group or not column.group:
            start = i + 1


def _styles(ws, sheet, border, bold):
    """The style number of each column; made on a scratch row that is removed again."""
    found = []
    for i, column in enumerate(sheet.columns, 1):
        cell = ws.cell(HEAD_ROWS + 1, i)
        cell.font = Font(name="宋体", size=10, bold=bold)
        cell.border = border
        cell.alignment = Alignment(horizontal="left" if column.kind == TEXT else "right", vertical="center",
                                   wrap_text=column.wrap or None)
        cell.number_format = FORMATS[MU if _finer_than_whole(column, sheet.data[i - 1]) else column.kind]
        found.append(cell.style_id)
    ws.delete_rows(HEAD_ROWS + 1)
    return found


def _finer_than_whole(column, values):
    """Whether a column of m³ has amounts that are not whole."""
    return column.kind == M3 and any(v is not None and v % HUNDRED for v in values)


def _rows(sheet, styles, start, end):
    """XML of some rows, built column by column."""
    cells = [_cells(column.kind, get_column_letter(i + 1), styles["row"][i], sheet.data[i][start:end],
                    HEAD_ROWS + 1 + start) for i, column in enumerate(sheet.columns)]
    numbers = range(HEAD_ROWS + 1 + start, HEAD_ROWS + 1 + end)
    return "".join([f'<row r="{n}">{"".join(row)}</row>' for n, row in zip(numbers, zip(*cells))])


def _row(number, sheet, styles, values):
    cells = []
    for i, (column, value) in enumerate(zip(sheet.columns, values)):
        kind = TEXT if isinstance(value, str) else column.kind
        cells += _cells(kind, get_column_letter(i + 1), styles[i], [value], number)
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cells(kind, letter, style, values, first):
    """XML of consecutive cells of one column."""
    if kind == TEXT:
        return [f'<c r="{letter}{n}" s="{style}" t="inlineStr"><is><t>{_escaped(v)}</t></is></c>' if v else
                f'<c r="{letter}{n}" s="{style}"/>' for n, v in enumerate(values, first)]
    shown = str if kind in (WHOLE, RATIO) else _hundredths
    return [f'<c r="{letter}{n}" s="{style}"/>' if v is None else f'<c r="{letter}{n}" s="{style}"><v>{shown(v)}</v></c>'
            for n, v in enumerate(values, first)]


def _hundredths(value):
    whole, rest = divmod(abs(value), HUNDRED)
    return f"{'-' if value < 0 else ''}{whole}.{rest:02d}"


def _escaped(text):
    """Text as XML; characters that XML forbids are dropped, spaces at the ends kept out."""
    text = ILLEGAL.sub("", text) if not text.isprintable() else text
    return text.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
