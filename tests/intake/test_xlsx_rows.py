"""The fast workbook reader gives what openpyxl gives, and hands over what it does not know."""

import datetime
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from wr_plugin.intake import sheets, workbook, xlsx_rows
from wr_plugin.model import schema
from wr_plugin.model.errors import BadInput


def rows_of(path):
    return {name: dict(rows) for name, rows in workbook.sheets(path) if rows is not None}


def rewritten(path, part, change):
    """The same workbook with one part of its zip changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    parts[part] = change(parts[part].decode("utf-8")).encode("utf-8")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def book(tmp_path):
    made = openpyxl.Workbook()
    made.active.title = "名录 & 附表"
    made.active.append(["地块编码", "姓名", "面积", "日期", "是"])
    made.active.append(["6207991002010100001", "欧阳<𠮷>&\"'", 2.45, datetime.datetime(2026, 3, 1), True])
    made.active["B5"] = CellRichText("张", TextBlock(InlineFont(b=True), "三"))
    made.active["D5"] = 3
    made.create_sheet("隐藏").append(["x"])
    made["隐藏"].sheet_state = "hidden"
    path = tmp_path / "a.xlsx"
    made.save(path)
    return path


def test_text_numbers_dates_gaps_and_hidden_sheets(book):
    assert [name for name, rows in workbook.sheets(book) if rows is None] == ["隐藏"]
    rows = rows_of(book)["名录 & 附表"]
    assert rows[2] == ["6207991002010100001", "欧阳<𠮷>&\"'", 2.45, datetime.datetime(2026, 3, 1), True]
    assert rows[5] == [None, "张三", None, 3] and 3 not in rows


@pytest.mark.parametrize("old, new", [
    ('<c r="A1"', '<c cm="1" r="A1"'), ("<sheetData>", "<sheetData><!-- x -->"),
    ('<c r="A2" t="inlineStr">', '<c t="inlineStr" r="A2">'),
])
def test_an_unknown_form_goes_to_openpyxl_and_reads_the_same(book, old, new):
    before = rows_of(book)["名录 & 附表"]
    rewritten(book, "xl/worksheets/sheet1.xml", lambda text: text.replace(old, new, 1))
    with xlsx_rows.Book(book) as opened, pytest.raises(xlsx_rows.Odd):
        list(opened.rows("xl/worksheets/sheet1.xml"))
    after = rows_of(book)["名录 & 附表"]
    assert {n: [v for v in r if v is not None] for n, r in after.items() if any(v is not None for v in r)} == {
        n: [v for v in r if v is not None] for n, r in before.items()}


EXCEL = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "xl/workbook.xml": '<workbook><workbookPr date1904="1"/><sheets><sheet name="表" sheetId="1" r:id="rId7"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId7" Target="worksheets/sheet3.xml"/></Relationships>',
    "xl/styles.xml": '<styleSheet><numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>'
                     '<numFmt numFmtId="177" formatCode="0.00&quot;亩 d&quot;"/></numFmts><cellXfs><xf numFmtId="0"/>'
                     '<xf numFmtId="176"/><xf numFmtId="177"/></cellXfs></styleSheet>',
    "xl/sharedStrings.xml": '<sst><si><t>姓名</t></si><si><r><t>张</t></r><r><rPr/><t xml:space="preserve"> 三</t></r>'
                            '<rPh sb="0" eb="1"><t>zhang</t></rPh></si><si><t/></si><si><t>a&lt;b&amp;lt;_x000D_&#20851;</t></si></sst>',
    "xl/worksheets/sheet3.xml": '<worksheet><dimension ref="A1"/><sheetData><row r="1" spans="1:3"><c r="A1" s="1" t="s"><v>0</v>'
                                '</c><c r="C1" t="s"><v>1</v></c></row><row r="3"/><row r="9"><c r="A9" s="2"/></row>'
                                '<row r="12"><c r="A12" t="s"><v>3</v></c><c r="B12" s="1"><v>44000</v></c><c r="C12" s="2">'
                                '<v>2.40</v></c><c r="D12" t="e"><v>#REF!</v></c><c r="E12" t="s"><v>2</v></c></row>'
                                '</sheetData></worksheet>',
}


def test_the_form_that_excel_itself_writes(tmp_path):
    path = tmp_path / "excel.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in EXCEL.items():
            archive.writestr(name, text)
    assert rows_of(path) == {"表": {
        1: ["姓名", None, "张 三"], 12: ["a<b&lt;\r关", datetime.datetime(2024, 6, 19), 2.4, None, ""]}}


def test_a_string_number_out_of_range_is_a_damaged_file(tmp_path):
    path = tmp_path / "excel.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in EXCEL.items():
            archive.writestr(name, text.replace("<v>3</v>", "<v>33</v>"))
    with pytest.raises(BadInput, match="损坏"):
        rows_of(path)


def test_entities_are_refused(book):
    rewritten(book, "xl/worksheets/sheet1.xml",
              lambda text: '<!DOCTYPE a [<!ENTITY b "bbbb">]>' + text.replace("姓名", "&b;"))
    with pytest.raises(BadInput, match="DOCTYPE") as refused:
        rows_of(book)
    assert refused.value.where == "a.xlsx"


def test_a_formula_is_its_result_and_one_never_calculated_is_told(tmp_path):
    made = openpyxl.Workbook()
    made.active.append(["承包方编码", "承包方名称", "承包方成员数量"])
    made.active.append(["620799100201010001", "甲", "=1+2"])
    made.active.append(["合计", None, "=SUM(C2:C2)"])
    path = tmp_path / "CBF.xlsx"
    made.save(path)
    with pytest.raises(BadInput, match="公式还没有计算出结果") as refused:
        sheets.read(path, schema.table("CBF"))
    assert "第 2 行 › 承包方成员数量" in refused.value.where
    rewritten(path, "xl/worksheets/sheet1.xml", lambda text: text.replace("<f>1+2</f><v />", "<f>1+2</f><v>3</v>").replace(
        "<f>1+2</f><v></v>", "<f>1+2</f><v>3</v>").replace("<f>1+2</f><v/>", "<f>1+2</f><v>3</v>"))
    raw, = sheets.read(path, schema.table("CBF"))
    assert raw.columns[2] == [3]


CELLS = st.one_of(st.none(), st.integers(-10**15, 10**15), st.booleans(),
                  st.floats(allow_nan=False, allow_infinity=False),
                  st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=12),
                  st.datetimes(datetime.datetime(1901, 1, 1), datetime.datetime(2100, 1, 1)).map(
                      lambda d: d.replace(microsecond=0, fold=0)))


@settings(max_examples=60, deadline=None)
@given(grid=st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=6))
def test_any_workbook_reads_as_openpyxl_reads_it(tmp_path_factory, grid):
    path = tmp_path_factory.mktemp("书") / "a.xlsx"
    made = openpyxl.Workbook()
    for row in grid:
        made.active.append([None if isinstance(v, str) and v.startswith("=") else v for v in row])
    made.save(path)
    ours = rows_of(path)["Sheet"]
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    theirs = {n: list(row) for n, row in enumerate(book.active.iter_rows(values_only=True), 1)}
    book.close()
    for number, row in theirs.items():
        kept = ours.get(number, [])
        for position, value in enumerate(row):
            own = kept[position] if position < len(kept) else None
            if isinstance(value, datetime.datetime):
                assert abs(own - value) < datetime.timedelta(seconds=1)
            elif value not in (None, ""):
                assert own == value and isinstance(own, type(value))
