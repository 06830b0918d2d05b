"""Excel workbooks (.xlsx), the same bytes for the same content: fixed dates in the archive and the properties.

Text is written as text, cell by cell, with the number format ``@``: an 18-digit code stays what it is. Large tables are
written as whole columns, some ten times as fast as through a spreadsheet library.
"""

import zipfile
from dataclasses import dataclass, field
from functools import partial
from html import escape as html_escape

MOST_ROWS = 1_048_576
ROWS_AT_ONCE = 10_000
CREATED = "2026-06-30T00:00:00Z"
TEXT, HEAD, TITLE, PLAIN = 1, 2, 3, 0
escape = partial(html_escape, quote=False)
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_BORDER = '<border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/><diagonal/></border>'
_CENTRE = '<alignment horizontal="center" vertical="center" wrapText="1"/>'
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="3"><font><sz val="10"/><name val="宋体"/></font>'
    '<font><b/><sz val="10"/><name val="宋体"/></font><font><b/><sz val="16"/><name val="宋体"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    f'<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>{_BORDER}</borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="1" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1"/>'
    f'<xf numFmtId="49" fontId="1" fillId="0" borderId="1" xfId="0" applyAlignment="1">{_CENTRE}</xf>'
    f'<xf numFmtId="49" fontId="2" fillId="0" borderId="0" xfId="0" applyAlignment="1">{_CENTRE}</xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass
class Sheet:
    """One sheet. ``above``/``below``: rows of (value, style) or None cells; ``columns``: equally long lists; a column of
    ``str`` is text, of numbers is numbers, None is an empty cell. ``merges``: ranges such as ``A1:H1``."""

    name: str
    above: list
    columns: list
    below: list = field(default_factory=list)
    merges: tuple = ()
    widths: tuple = ()


def header(names):
    """A header row of column names."""
    return [(name, HEAD) for name in names]


def table(name, names, columns, widths=()):
    """Sheets of a plain table with one header row; further sheets where Excel's row limit is reached."""
    rows, most = len(columns[0]), MOST_ROWS - 1
    return [
        Sheet(name if start == 0 else f"{name}_{start // most + 1}", [header(names)], [c[start:start + most] for c in columns],
              widths=widths)
        for start in range(0, max(rows, 1), most)
    ]


def write(path, sheets, tick=lambda: None):
    """Writes a workbook; ``tick`` is called now and then."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, text in _parts(sheets):
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED, 6)
        for number, sheet in enumerate(sheets, 1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as stream:
                for text in _sheet_text(sheet):
                    stream.write(text.encode("utf-8"))
                    tick()


def letter(number):
    """0 → A, 25 → Z, 26 → AA."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _parts(sheets):
    count = range(1, len(sheets) + 1)
    types = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-'
                    'officedocument.spreadsheetml.worksheet+xml"/>' for n in count)
    yield "[Content_Types].xml", (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
        'package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override '
        'PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
        '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        f'{types}</Types>'
    )
    yield "_rels/.rels", (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_REL}/officeDocument" '
        f'Target="xl/workbook.xml"/><Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>'
    )
    yield "docProps/core.xml", (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<dc:creator>示例</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">{CREATED}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{CREATED}</dcterms:modified></cp:coreProperties>'
    )
    listed = "".join(f'<sheet name="{escape(s.name)}" sheetId="{n}" r:id="rId{n}"/>' for n, s in zip(count, sheets))
    yield "xl/workbook.xml", f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{listed}</sheets></workbook>'
    targets = "".join(f'<Relationship Id="rId{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in count)
    yield "xl/_rels/workbook.xml.rels", (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{targets}<Relationship Id="rId{len(sheets) + 1}" '
        f'Type="{_REL}/styles" Target="styles.xml"/></Relationships>'
    )
    yield "xl/styles.xml", _STYLES


def _sheet_text(sheet):
    width = max([len(sheet.columns)] + [len(row) for row in sheet.above + sheet.below])
    rows = len(sheet.columns[0]) if sheet.columns else 0
    last = len(sheet.above) + rows + len(sheet.below)
    cols = "".join(f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(sheet.widths, 1))
    yield (f'{_XML}<worksheet xmlns="{_MAIN}"><dimension ref="A1:{letter(width - 1)}{max(last, 1)}"/>'
           + (f"<cols>{cols}</cols>" if cols else "") + "<sheetData>")
    for number, row in enumerate(sheet.above, 1):
        yield _row_text(number, row)
    for start in range(0, rows, ROWS_AT_ONCE):
        yield _block_text(sheet, start, min(start + ROWS_AT_ONCE, rows), len(sheet.above) + 1)
    for number, row in enumerate(sheet.below, len(sheet.above) + rows + 1):
        yield _row_text(number, row)
    merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in sheet.merges)
    yield "</sheetData>" + (f'<mergeCells count="{len(sheet.merges)}">{merges}</mergeCells>' if merges else "") + "</worksheet>"


def _row_text(number, row):
    cells = []
    for column, cell in enumerate(row):
        if cell is None:
            continue
        value, style = cell
        where = f'{letter(column)}{number}'
        if value is None:
            cells.append(f'<c r="{where}" s="{style}"/>')
        elif isinstance(value, str):
            cells.append(f'<c r="{where}" s="{style}" t="inlineStr"><is><t>{escape(value)}</t></is></c>')
        else:
            cells.append(f'<c r="{where}" s="{style}"><v>{value}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def _block_text(sheet, start, end, first_number):
    numbers = range(first_number + start, first_number + end)
    columns = [[f'<row r="{n}">' for n in numbers]]
    for position, column in enumerate(sheet.columns):
        values, at = column[start:end], letter(position)
        values = values.tolist() if hasattr(values, "tolist") else values
        sample = next((v for v in values if v is not None), None)
        if isinstance(sample, str):
            if any(mark in text for text in values if text for mark in "&<>"):
                values = [None if v is None else escape(v) for v in values]
            columns.append([f'<c r="{at}{n}" s="1" t="inlineStr"><is><t>{v}</t></is></c>' if v else "" for n, v in zip(numbers, values)])
        else:
            columns.append([f'<c r="{at}{n}" s="0"><v>{v}</v></c>' if v is not None else "" for n, v in zip(numbers, values)])
    return "".join(["".join(cells) + "</row>" for cells in zip(*columns)])
