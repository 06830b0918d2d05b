"""The ledger workbook: totals, codes as text, formulas that are none, the same bytes."""

import pytest
from openpyxl import load_workbook

from tests.village import CODES, HOLDERS
from wr_plugin.commands.running import run_verb
from wr_plugin.documents import workbook
from wr_plugin.documents.workbook import M3, MU, TEXT, WHOLE, Sheet, SheetColumn
from wr_plugin.model.errors import GateShut
from wr_plugin.store.workfile import WorkFile


@pytest.fixture
def book(village, tmp_path):
    target = tmp_path / "台账.xlsx"
    result = run_verb("ledger", {"work": village, "out": str(target)})
    assert result.outputs == [str(target)]
    return load_workbook(target)


def body(sheet):
    return list(sheet.iter_rows(min_row=6, max_row=sheet.max_row - 1, values_only=True)), \
        [c.value for c in sheet[sheet.max_row]]


def test_four_sheets_with_frozen_merged_repeated_headers(book):
    assert book.sheetnames == ["按户", "按地块", "按村汇总", "指标执行"]
    for sheet in book:
        assert "示例县承包地水权确权台账" in sheet["A1"].value and "示例数据" in sheet["A1"].value
        assert "面积口径：合同（确权）面积" in sheet["A2"].value
        assert sheet.freeze_panes == "C6" and sheet.print_title_rows == "$1:$5"
        assert sheet.page_setup.orientation == "landscape" and sheet.oddHeader.right.text == "示例数据"
        assert any(r.min_row == 3 and r.max_row == 4 for r in sheet.merged_cells.ranges)
        assert [c.value for c in sheet[5]] == [str(i + 1) for i in range(sheet.max_column)]


def test_totals_are_sums_of_the_rows(book):
    rows, totals = body(book["按户"])
    assert totals[1] == "合计" and totals[4] == "3 户"
    for column in (9, 10, 11):
        assert round(sum(r[column] for r in rows), 2) == totals[column]
    assert totals[9] == 61.5
    rows, totals = body(book["按地块"])
    assert totals[4] == "17 块"
    for column in (10, 11, 12, 21, 22):
        assert round(sum(r[column] or 0 for r in rows), 2) == totals[column]
    assert totals[12] == 61.5 and {r[4] for r in rows} == set(CODES.values())
    rows, totals = body(book["按村汇总"])
    assert totals[10] == 61.5 and totals[5] == 17


def test_codes_are_text(book):
    cells = list(book["按户"]["F"][5:-1])
    assert {c.value for c in cells} == {HOLDERS["张三"], HOLDERS["李四"], HOLDERS["王五"]}
    assert all(c.data_type == "s" and c.number_format == "@" for c in cells)
    assert all(isinstance(v, str) for v in (c.value for c in book["按地块"]["E"][5:-1]))


def test_what_looks_like_a_formula_stays_text(village, tmp_path):
    name = '=cmd|"/c calc"!A1'
    with WorkFile.open(village) as store, store.transaction():
        store.connection.execute("UPDATE holder_right SET holder_name = ? WHERE CBFBM = ?", (name, HOLDERS["李四"]))
        store.connection.execute("UPDATE parcel SET DKMC = '+1 <地> & \"块\"' WHERE DKBM = ?", (CODES["surface"],))
    target = tmp_path / "台账.xlsx"
    run_verb("ledger", {"work": village, "out": str(target)})
    book = load_workbook(target)
    cells = [c for c in book["按户"]["E"] if c.value == name]
    assert cells and all(c.data_type == "s" for c in cells)
    assert '+1 <地> & "块"' in {c.value for c in book["按地块"]["F"]}


def test_the_same_work_file_gives_the_same_bytes(village, tmp_path):
    first, second = tmp_path / "一.xlsx", tmp_path / "二.xlsx"
    for target in (first, second):
        run_verb("ledger", {"work": village, "out": str(target)})
    assert first.read_bytes() == second.read_bytes()


def test_certificates_appear_with_number_and_term(ready, tmp_path):
    run_verb("certify", {"work": ready, "out": str(tmp_path / "证")})
    run_verb("ledger", {"work": ready, "out": str(tmp_path / "台账.xlsx")})
    rows, _ = body(load_workbook(tmp_path / "台账.xlsx")["按户"])
    assert all(r[12].startswith("620799水权") and r[14] == "2031-12-31" for r in rows)


def test_no_ledger_without_rights(tmp_path):
    from tests.village import make_village

    work = make_village(tmp_path / "空.gpkg")
    with pytest.raises(GateShut):
        run_verb("ledger", {"work": str(work), "out": str(tmp_path / "台账.xlsx")})
    assert not (tmp_path / "台账.xlsx").exists()


def test_a_sheet_longer_than_excel_allows_goes_on_in_another(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_ROWS", workbook.HEAD_ROWS + 1 + 4)
    count = 10
    columns = (SheetColumn("序号", WHOLE), SheetColumn("名称", TEXT), SheetColumn("面积", MU), SheetColumn("水量", M3))
    data = [list(range(1, count + 1)), [f"第{i}" for i in range(count)], [125] * count, [150] * count]
    workbook.write(tmp_path / "长.xlsx", [Sheet("表", "题", "注", columns, data, (None, "合计", 1250, 1500))])
    book = load_workbook(tmp_path / "长.xlsx")
    assert book.sheetnames == ["表（1）", "表（2）", "表（3）"]
    assert [r[1] for s in book for r in s.iter_rows(min_row=6, values_only=True) if r[1]] == [
        *(f"第{i}" for i in range(count)), "合计"]
    assert [c.value for c in book["表（3）"][8]] == [None, "合计", 12.5, 15]
    assert book["表（1）"]["D6"].number_format == "#,##0.00", "amounts finer than 1 m³ show their decimals"


def test_the_demand_does_not_stand_under_the_name_of_the_right(book):
    head = {c.value for row in (3, 4) for c in book["按户"][row]}
    assert "定额水量（m³）" in head and "核定水量（年度水权额度，m³）" in head and "年度水权额度（m³）" not in head
