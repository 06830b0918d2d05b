"""Sheets as townships send them: read right, or refused with file, sheet, row and remedy; never repaired."""

import datetime
import sys
import zipfile

import openpyxl
import pytest
import township
from hypothesis import given, settings
from hypothesis import strategies as st

from wr_plugin.intake import field_matching, sheets, tabular, values
from wr_plugin.intake.limits_file import read_caps, read_quota
from wr_plugin.model import schema
from wr_plugin.model.errors import BadInput

REGISTRY, CBDKXX, CBF, CBHT = (schema.table(t) for t in ("registry", "CBDKXX", "CBF", "CBHT"))


def frame_of(path, table):
    return tabular.stacked(table, [tabular.to_frame(table, raw)[0] for raw in sheets.read(path, table)])


def test_the_township_list_with_its_merged_header(package):
    raw, = sheets.read(package.root / "名录/二轮延包地名录_黑河镇.xlsx", REGISTRY)
    assert raw.titles()[3:8] == ["承包方姓名", "承包方编码", "地块名称", "地块编码", "地块合同面积（亩）"]
    assert len(raw) == 12 and raw.rows.tolist() == list(range(6, 18))
    assert raw.notes == ["跳过 1 行合计", "跳过 1 行说明或签章"]
    frame = frame_of(package.root / "名录/二轮延包地名录_黑河镇.xlsx", REGISTRY)
    assert frame["DKBM"].tolist() == [township.parcel_code(i + 1) for i in range(12)]
    assert frame["area_mu_100"].tolist() == [240] * 12


def test_a_code_that_excel_made_a_number_is_refused_by_row(package, bring_in):
    path = package.root / "权属数据/CBDKXX.xlsx"
    book = openpyxl.load_workbook(path)
    book.active["A4"] = int(township.parcel_code(3))
    book.active["A7"] = 6.2079910020101e18
    book.save(path)
    with pytest.raises(BadInput) as refused:
        bring_in(package)
    told = str(refused.value)
    assert "CBDKXX.xlsx › Sheet1 › 第 4 行 › 地块编码" in told and "行号：4、7" in told and "文本" in told
    assert not bring_in.work.exists()


@pytest.mark.parametrize("text", ["6.20799E+18", "6.20799100101010001e18", "6207991002010100001.0"])
def test_a_code_in_scientific_notation_is_refused_even_as_text(package, text):
    path = package.book("权属数据/CBDKXX.xlsx", ["DKBM", "CBFBM"], [township.parcel_code(1), township.holder_code(1)],
                        [text, township.holder_code(2)])
    with pytest.raises(BadInput, match="行号：3"):
        frame_of(path, CBDKXX)


def test_full_width_digits_blanks_and_quotes_around_codes(package):
    wide = township.parcel_code(1).translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    path = package.book("权属数据/CBDKXX.xlsx", ["地块编码", "承包方编码", "合同面积（亩）"],
                        [wide, "'" + township.holder_code(1), "２．４０"],
                        [f" {township.parcel_code(2)}\u3000", township.holder_code(2) + " ", "1,002.5"])
    frame = frame_of(path, CBDKXX)
    assert frame["DKBM"].tolist() == [township.parcel_code(1), township.parcel_code(2)]
    assert frame["CBFBM"].tolist() == [township.holder_code(1), township.holder_code(2)]
    assert frame["HTMJM"].tolist() == [2.4, 1002.5]


def test_mu_in_the_header_is_not_the_square_metre_field(package):
    path = package.book("权属数据/CBDKXX.xlsx", ["地块编码", "承包方编码", "合同面积(平方米)", "合同面积（亩）"],
                        [township.parcel_code(1), township.holder_code(1), 1600, 2.4])
    frame = frame_of(path, CBDKXX)
    assert (frame["HTMJ"].tolist(), frame["HTMJM"].tolist()) == ([1600.0], [2.4])


def test_dates_as_dates_numbers_and_words(package):
    path = package.book("权属数据/CBHT.xlsx", ["CBHTBM", "CBFBM", "CBQXQ", "CBQXZ", "QDSJ"],
                        ["a", township.holder_code(1), datetime.datetime(1998, 10, 1), "9999-01-01", 36069],
                        ["b", township.holder_code(2), "1998年10月1日", "20281001", "不详"])
    raw, = sheets.read(path, CBHT)
    frame, _, findings = tabular.to_frame(CBHT, raw)
    assert frame["CBQXQ"].tolist() == ["1998-10-01", "1998-10-01"]
    assert frame["CBQXZ"].tolist() == ["9999-01-01", "2028-10-01"]
    assert frame["QDSJ"].tolist() == ["1998-10-01", None]
    assert [f["code"] for f in findings] == ["VALUE_UNREADABLE"] and "“不详”不是日期" in findings[0]["message"]
    assert (findings[0]["source_row"], findings[0]["value"]) == (3, "不详")


def test_words_for_codes_and_numbers_for_codes(package):
    path = package.book("权属数据/CBF.xlsx", ["承包方编码", "承包方类型", "承包方名称", "承包方证件类型"],
                        [township.holder_code(1), "农户", "甲", "居民身份证"], [township.holder_code(2), 3, "乙", 3.0],
                        [township.holder_code(3), "1", "丙", "7"])
    raw, = sheets.read(path, CBF)
    frame, _, findings = tabular.to_frame(CBF, raw)
    assert frame["CBFLX"].tolist() == ["1", "3", "1"] and frame["CBFZJLX"].tolist() == ["1", "3", "7"]
    assert findings[0]["subject"] == "CBF.CBFZJLX:CBF.xlsx › Sheet1:4"


def test_formulas_are_their_values_and_further_sheets_are_read(package):
    path = package.book("权属数据/CBDKXX.xlsx", ["DKBM", "CBFBM"], [township.parcel_code(1), township.holder_code(1)],
                        more=[("续表", [["DKBM", "CBFBM"], [township.parcel_code(2), township.holder_code(2)]]),
                              ("说明", [["本表由乡镇填报"]])])
    raws = sheets.read(path, CBDKXX)
    assert [raw.sheet for raw in raws] == ["Sheet1", "续表"] and "工作表“说明”未读" in raws[0].notes[-1]


def test_a_row_without_its_code_is_left_out_and_told(package, bring_in):
    package.book("权属数据/CBDKXX.xlsx", ["DKBM", "CBFBM", "HTMJ"], [township.parcel_code(1), township.holder_code(1), 1600],
                 [township.parcel_code(2), None, 1600], [township.parcel_code(3), township.holder_code(3), 1600])
    done = bring_in(package)
    assert done.result.counts["tables"]["CBDKXX"] == 2
    told = done.rows("SELECT * FROM finding WHERE code = 'ROW_INCOMPLETE'")
    assert [(f["subject"], f["source_row"]) for f in told] == [("权属数据/CBDKXX.xlsx › Sheet1:3", 3)]


def test_a_table_without_its_mandatory_column_is_refused_naming_what_is_there(package):
    path = package.book("权属数据/CBF.xlsx", ["承包方编码", "姓名拼音", "地址"], [township.holder_code(1), "zhang", "x"])
    with pytest.raises(BadInput, match="缺少列：承包方（代表）名称（CBFMC）") as refused:
        sheets.read(path, CBF)
    assert "姓名拼音" in str(refused.value)


def test_an_old_xls_is_read_or_refused_with_the_way_out(tmp_path, monkeypatch):
    xlwt = pytest.importorskip("xlwt", reason="写 .xls 样例的库只在新环境里有")
    book = xlwt.Workbook()
    sheet = book.add_sheet("承包方")
    for r, row in enumerate([["CBFBM", "CBFMC"], [township.holder_code(1), "甲"], [township.holder_code(2), "乙"]]):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    path = tmp_path / "CBF.xls"
    book.save(str(path))
    assert frame_of(path, CBF)["CBFMC"].tolist() == ["甲", "乙"]
    monkeypatch.setitem(sys.modules, "xlrd", None)
    with pytest.raises(BadInput, match=r"另存为 \.xlsx"):
        frame_of(path, CBF)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
def test_csv_in_the_encodings_that_excel_and_wps_write(tmp_path, encoding):
    path = tmp_path / "CBF.csv"
    path.write_text(f"承包方编码,承包方名称\n{township.holder_code(1)},张三\n{township.holder_code(2)},欧阳娜娜\n", encoding=encoding)
    assert frame_of(path, CBF)["CBFMC"].tolist() == ["张三", "欧阳娜娜"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0 encrypted", b"<html>"])
def test_a_file_that_is_no_workbook_is_refused_without_a_traceback(tmp_path, content):
    for name in ("CBF.xlsx", "CBF.xls"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput, match="读不出来|其实是网页"):
            sheets.read(tmp_path / name, CBF)


QUOTA_HEAD = ["作物", "灌区代码", "水源", "灌溉方式", "定额（m³/亩）", "渠系水利用系数", "田间水利用系数", "示例"]


@pytest.mark.parametrize("row, said", [
    (["玉米", "GQ01", "地表水", "滴灌", 310.555, 0.65, 0.9, "是"], "第 2 行 › 定额：.*两位小数"),
    (["玉米", "GQ01", "地表水", "滴灌", "三百", 0.65, 0.9, "是"], "第 2 行 › 定额：.*不是数字"),
    (["玉米", "GQ01", "地表水", "滴灌", 310, 65, 0.9, "是"], "第 2 行 › 渠系水利用系数"),
    (["玉米", "GQ01", "地表水", "滴灌", 310, 0.65001, 0.9, "是"], "四位小数"),
    (["玉米", "GQ01", "雨水", "滴灌", 310, 0.65, 0.9, "是"], "水源类型“雨水”不认识"),
    (["玉米", "GQ01", None, "滴灌", 310, 0.65, 0.9, "是"], "水源类型没有填"),
    (["玉米", "GQ01", "地表水", "滴灌", 310, 0.65, 0.9, "也许"], "应填“是”或“否”"),
])
def test_a_wrong_quota_cell_is_named_never_rounded(package, row, said):
    path = package.book("定额与指标/灌溉定额表.xlsx", QUOTA_HEAD, row)
    with pytest.raises(BadInput, match=said):
        read_quota(path)


def test_a_quota_computed_by_excel_has_no_binary_dust(package):
    path = package.book("定额与指标/灌溉定额表.xlsx", QUOTA_HEAD, ["玉米", "GQ01", "地表水", "滴灌", 0.1 + 0.2, 0.65, 0.9, None])
    frame = read_quota(path)
    assert frame["quota_m3_mu_100"].tolist() == [30] and frame["demo"].tolist() == [0]


def test_two_rows_of_one_key_are_refused(package):
    row = ["县", "620799", "地表水", 100]
    path = package.book("定额与指标/用水总量指标表.xlsx", ["层级", "代码", "水源", "指标水量（m³）"], row, row)
    with pytest.raises(BadInput, match="重复.*第 2、3 行"):
        read_caps(path)


def test_the_cap_sheet_has_levels_below_the_district_a_reserve_and_the_code_above(package):
    """A village that lies in two districts has a row for each: the code above tells them apart."""
    head = ["层级", "代码", "名称", "水源", "指标水量（m³）", "预留水量（m³）", "上级代码", "依据"]
    rows = [["县", "620799", "示例县", "地表水", 1000, 50, None, "文"], ["村", "620799101001", "东风村", "地表水", 300, None, "GQ01", None],
            ["村", "620799101001", "东风村", "地表水", 200, None, "GQ02", None], ["支渠", "QD01", "一支渠", "地表水", 400.5, None, None, None],
            ["斗口", "DK01", "一号斗口", "地表水", 100, None, None, None], ["镇", "620799101", "红旗镇", "地下水", 90, None, None, None]]
    frame = read_caps(package.book("定额与指标/用水总量指标表.xlsx", head, *rows))
    assert frame["cap_level"].tolist() == ["county", "village", "village", "canal", "outlet", "town"]
    assert frame["cap_m3_100"].tolist() == [100_000, 30_000, 20_000, 40_050, 10_000, 9_000]
    assert frame["reserve_m3_100"][0] == 5_000 and frame["reserve_m3_100"][1:].isna().all()
    assert frame["parent_code"].tolist()[1:3] == ["GQ01", "GQ02"]
    with pytest.raises(BadInput, match="重复.*GQ01.*第 3、8 行"):
        read_caps(package.book("定额与指标/用水总量指标表.xlsx", head, *rows, rows[1]))


DKBM = CBDKXX.by_name["DKBM"]
ANY_CELL = st.one_of(st.none(), st.text(max_size=24), st.integers(-10**19, 10**19), st.floats(allow_nan=False),
                     st.booleans(), st.dates(), st.from_regex(r"[0-9]{14,20}", fullmatch=True))


@settings(max_examples=300, deadline=None)
@given(st.lists(ANY_CELL, max_size=6))
def test_no_code_is_ever_changed_silently(cells):
    """A code comes out digit for digit as it went in, or the column is refused."""
    try:
        made, _ = values.convert(DKBM, cells, list(range(2, 2 + len(cells))), "表")
    except BadInput as refused:
        assert "行" in refused.where
        return
    for cell, out in zip(cells, made):
        if isinstance(cell, str) and cell.isascii() and cell.isdigit():
            assert out == cell
        if isinstance(cell, int) and not isinstance(cell, bool):
            assert out == str(cell) and abs(cell) < 10**14


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(ANY_CELL, min_size=1, max_size=6), max_size=8))
def test_any_grid_is_read_or_refused(grid):
    found = sheets._header(grid, REGISTRY, {})
    assert found[3] is None or set(found[3].columns) <= {f.name for f in field_matching.deliverable(REGISTRY)}


@pytest.mark.parametrize("item", ["HTMJ", "SFQQQG", "CBJYQQDFS"])
@settings(max_examples=100, deadline=None)
@given(st.lists(ANY_CELL, max_size=6))
def test_any_value_is_converted_or_told(item, cells):
    try:
        made, bad = values.convert(CBDKXX.by_name[item], cells, list(range(len(cells))), "表")
    except BadInput:
        return
    assert len(made) == len(cells) and (bad is None or bad.rows)


def test_a_header_repeated_on_every_printed_page_is_no_row(package):
    head = ["地块编码", "承包方编码", "合同面积"]
    path = package.book("权属数据/CBDKXX.xlsx", head, [township.parcel_code(1), township.holder_code(1), 1],
                        ["本页小计", None, 1], head, [township.parcel_code(2), township.holder_code(2), 2],
                        ["合　计", "2户", 3], [None, None, None], ["制表人：李某", None, "审核：王某"])
    raw, = sheets.read(path, CBDKXX)
    assert raw.rows.tolist() == [2, 5]
    assert raw.notes == ["跳过 2 行合计", "跳过 1 行说明或签章", "跳过 1 行重复的表头"]


def book_with(package, change, table="CBDKXX", rows=4):
    path = package.book(f"权属数据/{table}.xlsx", ["地块编码", "承包方编码", "合同面积"], *[
        [township.parcel_code(i + 1), township.holder_code(i + 1), 1600] for i in range(rows)])
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def test_hidden_rows_and_columns_are_read_and_said(package, bring_in):
    def hide(book):
        book.active.row_dimensions[3].hidden = book.active.row_dimensions[5].hidden = True
        book.active.row_dimensions[9].hidden = True
        book.active.column_dimensions["B"].hidden = True
        book.active.column_dimensions["Z"].hidden = True

    raw, = sheets.read(book_with(package, hide), CBDKXX)
    assert len(raw) == 4
    assert raw.notes == ["有 2 行是隐藏的（第 3、5 行），照读", "有 1 列是隐藏的（B），照读"]
    assert any("2 行是隐藏的" in text for _, text in bring_in(package).result.counts["decisions"])


def rewritten(path, change):
    """The workbook with ``change(part name, text)`` applied to each of its parts."""
    with zipfile.ZipFile(path) as book:
        parts = {item.filename: book.read(item) for item in book.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, change(name, data.decode("utf-8")).encode("utf-8"))
    return path


@pytest.mark.parametrize("odd", ["a row in the middle", "the first row", "the workbook"])
def test_hidden_rows_are_said_also_where_the_fast_reader_gives_up(odd, package):
    def hide(book):
        for row in (2, 3, 5, 9):
            book.active.row_dimensions[row].hidden = True
        book.active.column_dimensions["B"].hidden = True

    def change(name, text):
        if name.startswith("xl/worksheets/") and odd != "the workbook":
            mark = '<row r="4"' if odd == "a row in the middle" else '<row r="1"'
            assert mark in text
            return text.replace(mark, "<!-- 另一种写法 -->" + mark)
        if name == "xl/workbook.xml" and odd == "the workbook":
            return text.replace("<sheets>", "<!-- 另一种写法 --><sheets>")
        return text

    raw, = sheets.read(rewritten(book_with(package, hide), change), CBDKXX)
    assert len(raw) == 4
    assert raw.notes == ["有 3 行是隐藏的（第 2、3、5 行），照读", "有 1 列是隐藏的（B），照读"]


def test_hidden_rows_of_the_quota_table_are_in_the_import_report(package, bring_in):
    path = package.root / "定额与指标/灌溉定额表.xlsx"
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[4].hidden = True
    book.save(path)
    said = bring_in(package).result.counts["decisions"]
    assert ["灌溉定额 · 定额与指标/灌溉定额表.xlsx › Sheet1", "有 1 行是隐藏的（第 4 行），照读"] in said


def test_a_hidden_sheet_is_read_only_where_no_visible_one_holds_the_table(package):
    def second(book):
        sheet = book.create_sheet("旧表")
        sheet.append(["地块编码", "承包方编码", "合同面积"])
        sheet.append([township.parcel_code(9), township.holder_code(1), 1])
        sheet.sheet_state = "hidden"

    raw, = sheets.read(book_with(package, second), CBDKXX)
    assert len(raw) == 4 and raw.notes == ["隐藏的工作表“旧表”未读"]

    def only(book):
        book.active.sheet_state = "hidden"
        book.create_sheet("封面").append(["某县移交资料"])
        book.active = 1

    raw, = sheets.read(book_with(package, only), CBDKXX)
    assert raw.sheet == "Sheet1" and len(raw) == 4
    assert "工作表“Sheet1”是隐藏的，照读" in raw.notes and any("封面" in note for note in raw.notes)


def test_hidden_rows_of_an_old_xls_are_said_too(tmp_path):
    xlwt = pytest.importorskip("xlwt", reason="写 .xls 样例的库只在新环境里有")
    book = xlwt.Workbook()
    sheet = book.add_sheet("承包方")
    for r, row in enumerate([["CBFBM", "CBFMC"], [township.holder_code(1), "甲"], [township.holder_code(2), "乙"]]):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    sheet.row(2).hidden = True
    sheet.col(1).hidden = True
    book.save(str(tmp_path / "CBF.xls"))
    raw, = sheets.read(tmp_path / "CBF.xls", CBF)
    assert len(raw) == 2 and raw.notes == ["有 1 行是隐藏的（第 3 行），照读", "有 1 列是隐藏的（B），照读"]


def test_day_numbers_are_dates_also_as_text(package):
    path = package.book("权属数据/CBHT.xlsx", ["CBHTBM", "CBFBM", "CBQXQ", "CBQXZ"],
                        ["a", township.holder_code(1), 36069.0, "36069"], ["b", township.holder_code(2), "47026.0", 19981001])
    raw, = sheets.read(path, CBHT)
    frame, _, findings = tabular.to_frame(CBHT, raw)
    assert frame["CBQXQ"].tolist() == ["1998-10-01", "2028-09-30"] and not findings
    assert frame["CBQXZ"].tolist() == ["1998-10-01", "1998-10-01"]


def test_point_zero_on_short_codes_is_dropped_and_on_long_ones_refused(package):
    group = township.GROUP
    head = ["DKBM", "FBFBM", "CBFBM", "CBJYQQDFS", "SFQQQG"]
    path = package.book("权属数据/CBDKXX.xlsx", head, [township.parcel_code(1), f"{group}.0", township.holder_code(1), "110.0", "2.0"],
                        [township.parcel_code(2), float(group), township.holder_code(2), 110.0, 2])
    frame = frame_of(path, CBDKXX)
    assert frame["FBFBM"].tolist() == [group] * 2 and frame["CBJYQQDFS"].tolist() == ["110"] * 2
    assert frame["SFQQQG"].tolist() == ["2", "2"]
    path = package.book("权属数据/CBDKXX.xlsx", head, [township.parcel_code(1), group, township.holder_code(1) + ".0", "110", "2"])
    with pytest.raises(BadInput, match="行号：2"):
        frame_of(path, CBDKXX)


def test_a_code_as_short_as_excel_shows_it_is_refused(package):
    path = package.book("权属数据/CBDKXX.xlsx", ["DKBM", "CBFBM"], [township.parcel_code(1), township.holder_code(1)],
                        ["6.2E+18", township.holder_code(2)])
    with pytest.raises(BadInput, match="行号：3.*科学计数|科学计数.*行号：3"):
        frame_of(path, CBDKXX)


@pytest.mark.parametrize("encoding, asked, name", [("big5", "BIG5", "張三豐"), ("gbk", "*.csv=GB18030", "张三丰")])
def test_the_encoding_of_a_csv_can_be_asked_for(package, bring_in, encoding, asked, name):
    (package.root / "权属数据/CBF.xlsx").unlink()
    rows = "\n".join(f"{township.holder_code(i + 1)},{name}" for i in range(6))
    (package.root / "权属数据/CBF.csv").write_text(f"CBFBM,CBFMC\n{rows}\n", encoding=encoding)
    done = bring_in(package, encoding=[asked])
    assert {r["CBFMC"] for r in done.rows("SELECT CBFMC FROM CBF")} == {name}
    said = [text for what, text in done.result.counts["decisions"] if "CBF.csv" in what]
    assert any("“文字编码”参数" in text and name in text for text in said)


def test_a_csv_tells_how_it_was_read(package):
    path = package.root / "权属数据/CBF.csv"
    path.write_text(f"承包方编码,承包方名称\n{township.holder_code(1)},张三\n", encoding="gbk")
    raw, = sheets.read(path, CBF)
    assert "文字编码 GB18030" in raw.notes[0] and "张三" in raw.notes[0]
    path.write_text(f"承包方编码,承包方名称\n{township.holder_code(1)},张三\n", encoding="utf-8-sig")
    assert "字节顺序标记" in sheets.read(path, CBF)[0].notes[0]
