"""The import report: a page for the leader, a table for the clerk; every entry with file, row, field, value, remedy."""

import township
from openpyxl import load_workbook
from pandas import DataFrame

from wr_plugin.commands.running import run_verb
from wr_plugin.documents import import_report
from wr_plugin.intake import values
from wr_plugin.model import findings, schema
from wr_plugin.model.findings import KINDS

FORMULA = "=cmd|'/c calc'!A1?"


def dirty(package):
    """Three things wrong: a damaged name, a number that is none, a formula for a name."""
    (package.root / "权属数据/CBF.xlsx").unlink()
    lines = [",".join([township.holder_code(i + 1), "1", ["王?", FORMULA, "张德福"][i % 3], "三4"[i % 2]]) for i in range(6)]
    package.text("权属数据/CBF.csv", "\n".join(["CBFBM,CBFLX,CBFMC,CBFCYSL", *lines]))
    return package


def report(work, tmp_path, name="报告.xlsx"):
    target = tmp_path / name
    result = run_verb("report", {"work": str(work), "out": str(target)})
    assert result.outputs == [str(target)]
    return load_workbook(target)


def body(sheet):
    return [row for row in sheet.iter_rows(min_row=6, values_only=True) if any(v is not None for v in row)]


def test_the_leaders_page_says_what_came_what_was_decided_what_is_missing_and_what_is_next(package, bring_in, tmp_path):
    done = bring_in(dirty(package))
    rows = body(report(done.path, tmp_path)["总览"])
    parts = list(dict.fromkeys(row[0] for row in rows))
    assert parts == ["结论", "问题", "缺少", "来源", "决定", "下一步"]
    assert "地块 12、承包方 6、二轮延包地名录 12" in rows[0][2] and "须复核 7 条" in rows[0][2]
    told = {row[1]: row[2] for row in rows}
    assert told["地块　12"] == "矢量数据/DK6207992026.shp" and told["斗口控制范围"].startswith("没有斗口供水的依据")
    assert told["须复核　姓名或文字乱码　4 条"] == KINDS["NAME_DAMAGED"].remedy
    assert any(row[0] == "决定" and "0x4D" in row[2] for row in rows) and any("EPSG:4522" in row[2] for row in rows if row[2])
    assert "检查" in rows[-1][2]
    assert [tuple(r) for r in done.result.counts["page"]] == [tuple(v or "" for v in row) for row in rows]


def test_the_clerks_table_says_file_row_field_value_and_remedy(package, bring_in, tmp_path):
    done = bring_in(dirty(package))
    book = report(done.path, tmp_path)
    assert book.sheetnames == ["总览", "问题清单", "文件清单", "字段对应"]
    head = [c.value or above.value for above, c in zip(book["问题清单"][3], book["问题清单"][4])]
    entries = [dict(zip(head, row)) for row in body(book["问题清单"])]
    count = next(e for e in entries if e["字段"] == "承包方成员数量")
    assert (count["程度"], count["问题"], count["文件"], count["行"], count["值"], count["处理办法"], count["发现于"]) == (
        "须复核", "取值读不懂", "权属数据/CBF.csv", 2, "三", KINDS["VALUE_UNREADABLE"].remedy, "导入")
    damaged = next(e for e in entries if e["对象"] == township.holder_code(1))
    assert (damaged["文件"], damaged["行"], damaged["字段"]) == ("权属数据/CBF.csv", 2, "姓名") and "王?" in damaged["值"]
    assert all(e["哪里不对"] and e["处理办法"] for e in entries)


def test_findings_of_the_check_are_in_it_with_the_parcels_own_row(package, bring_in, tmp_path):
    done = bring_in(package)
    run_verb("check", {"work": str(done.path)})
    book = report(done.path, tmp_path)
    entries = body(book["问题清单"])
    assert entries and {e[12] for e in entries} == {"检查"} and all(e[11] for e in entries)
    of_parcels = [e for e in entries if e[3] == "矢量数据/DK6207992026.shp"]
    assert of_parcels and all(e[4] == int(e[6].split("|")[0][-5:]) for e in of_parcels)
    assert "检查" in body(book["总览"])[0][2] and "须改正" in body(book["总览"])[-1][2]


def test_every_file_and_every_column_is_listed(package, bring_in, tmp_path):
    package.text("说明.docx", "x")
    book = report(bring_in(dirty(package)).path, tmp_path)
    files = {row[1]: row[2] for row in body(book["文件清单"])}
    assert files["权属数据/CBF.csv"] == "承包方" and files["说明.docx"] == "文字资料"
    fields = [row[1:] for row in body(book["字段对应"])]
    assert ("承包方", "权属数据/CBF.csv", "CBFBM", "承包方编码", "CBFBM", "标准字段名") in fields
    assert ("二轮延包地名录", "名录/二轮延包地名录_黑河镇.xlsx › Sheet1", "area_mu_100", "合同面积", "地块合同面积（亩）", "别名") in fields
    assert ("灌溉定额", "定额与指标/灌溉定额表.xlsx › Sheet1", "crop", "作物", "作物", "中文名称") in fields


def test_codes_are_text_formulas_are_none_and_bytes_are_the_same(package, bring_in, tmp_path):
    done = bring_in(dirty(package))
    book = report(done.path, tmp_path)
    assert all(c.data_type in "sn" and not isinstance(c.value, float) for sheet in book for row in sheet.iter_rows() for c in row)
    shown = [c for row in book["问题清单"].iter_rows() for c in row if c.value == township.holder_code(1)]
    assert shown and all(c.data_type == "s" and c.number_format == "@" for c in shown)
    formulas = [c for row in book["问题清单"].iter_rows() for c in row if c.value == FORMULA]
    assert formulas and all(c.data_type == "s" for c in formulas)
    report(done.path, tmp_path, "又一份.xlsx")
    assert (tmp_path / "报告.xlsx").read_bytes() == (tmp_path / "又一份.xlsx").read_bytes()


def test_every_kind_of_import_and_check_is_about_a_known_field():
    """Kinds that people correct in one column say which; the rest are about a whole row or none."""
    several = {"ROW_INCOMPLETE", "VALUE_UNREADABLE"}
    for code in (*findings.of_stage("import"), *findings.of_stage("check")):
        assert code in several or import_report.field_of(code, "x"), code


def test_every_table_that_may_be_missing_says_what_follows():
    from wr_plugin.intake import delivery

    assert set(import_report.WITHOUT) == set(delivery.OPTIONAL) and all(t in schema.tables() for t in import_report.WITHOUT)


def test_each_unreadable_value_is_an_entry_of_its_own_and_the_rest_is_counted(package, bring_in, tmp_path):
    """250 dates that are none: 200 entries with row and value, one that counts the other 50; not one row is lost."""
    rows = ([f"{township.holder_code(1)}{i:03d}", township.holder_code(1), f"待补{i}"] for i in range(250))
    package.book("权属数据/CBHT.xlsx", ["CBHTBM", "CBFBM", "QDSJ"], *rows)
    done = bring_in(package)
    found = done.rows("SELECT * FROM finding WHERE code = 'VALUE_UNREADABLE' ORDER BY source_row IS NULL, source_row")
    assert len(found) == values.LISTED + 1 and len(done.rows("SELECT fid FROM CBHT")) == 250
    assert [(f["source_row"], f["value"]) for f in found[:-1]] == [(i + 2, f"待补{i}") for i in range(200)]
    assert "另有 50 个值不是日期" in found[-1]["message"] and "共 250 个" in found[-1]["message"]
    entries = [row for row in body(report(done.path, tmp_path)["问题清单"]) if row[2] == "取值读不懂"]
    assert len(entries) == 201 and {row[5] for row in entries} == {"签订时间"}


def test_an_unreadable_value_of_a_parcel_leads_to_the_parcel(package, bring_in):
    frame = DataFrame({"DKBM": [township.parcel_code(i + 1) for i in range(3)], "DKMC": "甲", "DKLB": ["10", "承包", "10"],
                       "TDYT": "1", "SCMJ": 1600.0})
    package.layer("矢量数据/DK6207992026.shp", frame, township.squares(3))
    found, = bring_in(package).rows(
        "SELECT f.value, p.DKBM, f.source_row FROM finding f JOIN parcel p ON p.uuid = f.parcel_uuid WHERE f.code = 'VALUE_UNREADABLE'")
    assert (found["value"], found["DKBM"], found["source_row"]) == ("承包", township.parcel_code(2), 2)
