"""Things that lie about in real folders: links, pipes, second versions, other offices' formats; none hangs or doubles."""

import os
import shutil
import sys

import openpyxl
import pytest
import shapely
import township
from pandas import DataFrame

from wr_plugin.model.errors import BadInput


def files(done):
    return dict(done.result.counts["files"])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows 上建链接、管道要特别的权限")
def test_links_out_of_the_package_and_pipes_are_listed_and_left(package, bring_in, tmp_path):
    outside = tmp_path / "别处.xlsx"
    shutil.copy(package.root / "权属数据/CBF.xlsx", outside)
    (package.root / "权属数据/CBF_JTCY.xlsx").symlink_to(outside)
    os.mkfifo(package.root / "权属数据/CBHT.xlsx")
    (package.root / "环").symlink_to(package.root)
    listed = files(bring_in(package))
    assert listed["权属数据/CBF_JTCY.xlsx"] == "指向资料包以外的链接，未读"
    assert listed["权属数据/CBHT.xlsx"] == "不是普通文件，未读"


def test_a_whole_disk_is_no_package(bring_in, package):
    package.root = type(package.root)(package.root.anchor)
    with pytest.raises(BadInput, match="整个磁盘"):
        bring_in(package)


def test_a_folder_with_more_files_than_any_package_is_refused(package, bring_in, monkeypatch):
    from wr_plugin.intake import archive

    monkeypatch.setattr(archive, "MOST_IN_FOLDER", 20)
    with pytest.raises(BadInput, match="超过 20 个文件"):
        bring_in(package)


def test_sheets_of_other_programs_say_how_they_can_be_read(package, bring_in):
    for name in ("家庭成员.et", "家庭成员.ods"):
        (package.root / "权属数据" / name).write_bytes(b"x")
    listed = files(bring_in(package))
    assert "另存为 .xlsx" in listed["权属数据/家庭成员.et"] and "另存为 .xlsx" in listed["权属数据/家庭成员.ods"]


def test_an_older_and_a_newer_registry_of_one_township_are_a_question(package, bring_in, tmp_path):
    rows = [[i + 1, "东沟村", "一组", f"承包{i % 6 + 1}", township.holder_code(i % 6 + 1), f"渠北{i + 1}号", township.parcel_code(i + 1),
             2.5, "小麦", "滴灌", None] for i in range(10)]
    township.registry(package, rows, "名录/二轮延包地名录_黑河镇（2026修订）.xlsx")
    with pytest.raises(BadInput, match="二轮延包地名录大半相同.*10 行.*黑河镇.xlsx.*修订") as told:
        bring_in(package)
    assert "只留要用的一份" in told.value.remedy
    mapping = tmp_path / "对应.yaml"
    mapping.write_text("tables:\n  registry:\n    file: 名录/二轮延包地名录_黑河镇（2026修订）.xlsx\n", encoding="utf-8")
    assert len(bring_in(package, mapping=mapping).rows("SELECT fid FROM registry")) == 10


def test_registries_of_two_townships_share_a_row_at_most(package, bring_in):
    rows = [[i + 1, "西沟村", "一组", f"承包{i % 6 + 1}", township.holder_code(i % 6 + 1), f"渠北{i + 1}号",
             township.parcel_code(i + 1 if i < 2 else i + 50), 2.5, "小麦", "滴灌", None] for i in range(10)]
    township.registry(package, rows, "名录/二轮延包地名录_平山镇.xlsx")
    assert len(bring_in(package).rows("SELECT fid FROM registry")) == 22


def test_coordinates_beyond_all_numbers_are_refused_without_a_warning(package, bring_in, recwarn):
    package.layer("灌溉数据/机井.shp", DataFrame({"JJBH": ["J1"], "JJZT": ["正常"]}),
                  [shapely.Point(1e300, 1e300)])
    with pytest.raises(BadInput):
        bring_in(package)
    assert not [w for w in recwarn if "cast" in str(w.message)]


def households(package, suffix=".xlsx", rows=4):
    """A list as townships make it: village and household once, merged over the rows of its parcels; the area of each."""
    package.root.joinpath("名录/二轮延包地名录_黑河镇.xlsx").unlink()
    body = [["东沟村" if i == 0 else None, f"承包{i // 2 + 1}" if i % 2 == 0 else None, f"渠北{i + 1}号", 2.4, 4.8 if i % 2 == 0 else None]
            for i in range(rows)]
    return [["村", "承包方姓名", "地块名称", "合同面积（亩）", "实测面积（亩）"], *body]


def test_a_household_merged_over_its_parcels_is_each_rows_household(package, bring_in):
    rows = households(package)
    path = package.book("名录/二轮延包地名录_黑河镇.xlsx", *rows)
    book = openpyxl.load_workbook(path)
    for area in ("A2:A5", "B2:B3", "B4:B5", "D2:D3", "E2:E3", "E4:E5"):
        book.active.merge_cells(area)
    book.save(path)
    done = bring_in(package)
    got = [tuple(r.values()) for r in done.rows("SELECT village_name, holder_name, parcel_name, area_mu_100 FROM registry ORDER BY fid")]
    assert got == [("东沟村", "承包1", "渠北1号", 240), ("东沟村", "承包1", "渠北2号", None),
                   ("东沟村", "承包2", "渠北3号", 240), ("东沟村", "承包2", "渠北4号", 240)]
    said = [text for where, text in done.result.counts["decisions"] if where.startswith("二轮延包地名录")]
    assert "竖着合并的单元格，5 处按合并的值读" in said
    assert any(text.startswith("合同面积有竖着合并的单元格（第 2 行），数只算在第一行") for text in said)


def test_a_blank_that_is_not_merged_stays_blank(package, bring_in):
    package.book("名录/二轮延包地名录_黑河镇.xlsx", *households(package))
    done = bring_in(package)
    assert [r["holder_name"] for r in done.rows("SELECT holder_name FROM registry ORDER BY fid")] == ["承包1", "承包2"]
    assert len(done.rows("SELECT * FROM finding WHERE code = 'ROW_INCOMPLETE'")) == 2


def test_merged_cells_of_an_old_xls(package, bring_in):
    xlwt = pytest.importorskip("xlwt", reason="写 .xls 样例的库只在新环境里有")
    book = xlwt.Workbook()
    sheet = book.add_sheet("名录")
    for r, row in enumerate(households(package)):
        for c, value in enumerate(row):
            if value is not None and not (c == 1 and r):
                sheet.write(r, c, value)
    sheet.write_merge(1, 2, 1, 1, "承包1")
    sheet.write_merge(3, 4, 1, 1, "承包2")
    book.save(str(package.root / "名录/二轮延包地名录_黑河镇.xls"))
    assert [r["holder_name"] for r in bring_in(package).rows("SELECT holder_name FROM registry ORDER BY fid")] == [
        "承包1", "承包1", "承包2", "承包2"]


def test_a_workbook_is_read_by_what_it_is_and_not_by_its_ending(package, bring_in):
    path = package.root / "权属数据/CBF.xlsx"
    path.rename(path.with_suffix(".xls"))
    assert len(bring_in(package).rows("SELECT fid FROM CBF")) == township.HOLDERS


@pytest.mark.parametrize("content, told, remedy", [
    (b"<html><table><tr><td>CBFBM</td></tr></table></html>", "网页", "另存为 .xlsx"),
    ('<?xml version="1.0"?><Workbook></Workbook>'.encode("utf-16"), "XML 表格", "另存为 .xlsx"),
    ("承包方编码\t承包方名称\n1\t甲".encode("gbk"), "文本表格", "改为 .csv"),
    (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "加了密码", "去掉打开密码"),
    (b"", "读不出来", "另存为 .xlsx"),
])
@pytest.mark.parametrize("suffix", [".xls", ".xlsx"])
def test_what_only_calls_itself_a_workbook_says_what_it_is(content, told, remedy, suffix, package, bring_in):
    (package.root / "权属数据/CBF.xlsx").unlink()
    (package.root / f"权属数据/CBF{suffix}").write_bytes(content)
    with pytest.raises(BadInput, match=told) as refused:
        bring_in(package)
    assert remedy in refused.value.remedy and refused.value.where.startswith("权属数据/CBF")


def test_copies_are_a_question_wherever_they_lie(package, bring_in):
    copies = package.root / "旧"
    copies.mkdir()
    shutil.copy(package.root / "权属数据/CBF.xlsx", copies / "CBF(1).xlsx")
    with pytest.raises(BadInput, match="几份承包方大半相同.*6 行.*旧/CBF\\(1\\).xlsx"):
        bring_in(package)
    shutil.rmtree(copies)
    for path in (package.root / "矢量数据").glob("DK*"):
        shutil.copy(path, path.with_name(f"DK6207992026-2{path.suffix}"))
    with pytest.raises(BadInput, match="几份地块大半相同"):
        bring_in(package)


def test_a_copied_sheet_in_one_workbook_is_a_question_too(package, bring_in):
    path = package.root / "名录/二轮延包地名录_黑河镇.xlsx"
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book.active)
    book.save(path)
    with pytest.raises(BadInput, match="Sheet1、.*Sheet1 Copy"):
        bring_in(package)


@pytest.mark.parametrize("what, told", [("none", "一个地块也没有"), ("points", "没有一个图形是面")])
def test_a_parcel_layer_without_parcels_is_refused(what, told, package, bring_in):
    township.parcels(package, geometry=[g.centroid for g in township.squares(12)])
    if what == "none":
        import geopandas

        path = package.root / "矢量数据/DK6207992026.shp"
        geopandas.read_file(path).iloc[:0].to_file(path)
    with pytest.raises(BadInput, match=told):
        bring_in(package)


def test_a_web_map_is_no_measure_of_land(package, bring_in):
    """Web Mercator would make 1600 m² at 38.8° N into 2635 m²; the work file is in the CGCS2000 zone."""
    import geopandas

    squares = geopandas.GeoSeries(township.squares(12), crs=township.CRS)
    frame = DataFrame({"DKBM": [township.parcel_code(i + 1) for i in range(12)], "DKMC": "甲", "DKLB": "10", "TDYT": "1", "SCMJ": 1600.0})
    package.layer("矢量数据/DK6207992026.shp", frame, squares.to_crs(3857), crs="EPSG:3857")
    done = bring_in(package)
    assert "EPSG:4522" in done.told["工作坐标系"] and "网络墨卡托" in done.told["工作坐标系"]
    assert {round(r["geometry_m2"]) for r in done.rows("SELECT geometry_m2 FROM parcel")} == {1600}


def test_a_month_without_a_day_is_its_first(package, bring_in):
    package.book("权属数据/CBHT.xlsx", ["CBHTBM", "CBFBM", "QDSJ"], ["a", township.holder_code(1), "1998年10月"])
    assert bring_in(package).rows("SELECT QDSJ FROM CBHT") == [{"QDSJ": "1998-10-01"}]
