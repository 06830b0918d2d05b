"""Input that could do harm or break off half-way: a clear refusal in time, nothing lost, nothing half-written, no other failure."""

import io
import os
import shutil
import tempfile
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
import township
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wr_plugin.commands import running
from wr_plugin.intake import access, access_means, sheets, table_files, tabular, vector_files, workbook
from wr_plugin.intake.mapping import NOTHING_SAID, read_mapping
from wr_plugin.intake.package import Source
from wr_plugin.model import schema
from wr_plugin.model.errors import BadInput
from wr_plugin.store.workfile import WorkFile

CBF = schema.table("CBF")
NOT_PATHS = ["/vsizip/a.zip/b.shp", "/vsicurl/http://x/a.gpkg", "a/vsimem/b", "PG:dbname=x", "MYSQL:x", "http://example.com/a.shp",
             "https://x/a.zip", "file:///etc/passwd", '{"type": "Point"}', "<OGRVRTDataSource/>", "\\\\.\\PhysicalDrive0",
             "\\\\?\\C:\\a", "//./COM1", "a\nb", "GPKG:a.gpkg"]


def import_it(package, work, **more):
    return running.run_verb("import", {"package": str(package), "work": str(work), **more})


# ---- names that are no paths -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", NOT_PATHS)
@pytest.mark.parametrize("name", ["package", "work", "mapping", "policy"])
def test_what_is_no_path_is_no_parameter(package, tmp_path, text, name):
    given_ = {"package": str(package.root), "work": str(tmp_path / "县.gpkg"), name: text}
    with pytest.raises(BadInput, match="不是普通的文件路径") as refused:
        running.run_verb("import", given_)
    assert refused.value.remedy and not (tmp_path / "县.gpkg").exists()


@pytest.mark.parametrize("text", [*NOT_PATHS, "\\\\server\\share\\DK.shp", "NUL", "灌溉/con.shp", "../外面.shp", "/etc/passwd",
                                  "C:\\a.shp"])
def test_what_is_no_path_inside_the_package_is_no_file_of_a_mapping(tmp_path, text):
    path = tmp_path / "对应.yaml"
    path.write_text("tables:\n  parcel:\n    file: " + repr(text).replace("\\\\", "\\") if "'" not in text and "\n" not in text
                    else 'tables:\n  parcel:\n    file: "a\\nb"', "utf-8")
    with pytest.raises(BadInput, match="应是资料包文件夹内的相对路径") as refused:
        read_mapping(path)
    assert "第 3 行" in refused.value.where


@pytest.mark.skipif(os.sep == "\\", reason="Windows 上网络共享是普通路径")
def test_a_network_share_of_windows_is_told_apart_from_a_missing_folder(package, tmp_path):
    for name, text in (("package", "\\\\server\\share\\资料"), ("work", "\\\\server\\share\\县.gpkg")):
        with pytest.raises(BadInput, match="网络共享"):
            running.run_verb("import", {"package": str(package.root), "work": str(tmp_path / "县.gpkg"), name: text})
    assert not list(Path.cwd().glob("*server*"))


@pytest.mark.parametrize("name, said", [("长" * 100 + ".gpkg", "文件名太长"), ("长" * 81 + ".gpkg", "路径太长|^$"), ("CON.gpkg", "保留"),
                                        ("县/" * 1500 + "a.gpkg", "文件名太长")])
def test_names_that_the_system_cannot_have(package, tmp_path, name, said):
    with pytest.raises(BadInput, match=said):
        import_it(package.root, f"{tmp_path}/{name}")
    assert not list(tmp_path.glob("*.gpkg"))


def test_long_chinese_paths_with_brackets_are_no_obstacle(tmp_path):
    folder = tmp_path / "确权（2026）" / ("张家村(2) [终稿] #1 & '副本'" * 3) / ("很长的文件夹名称" * 9)
    package = township.whole(folder)
    result = import_it(package.root, folder / "示例 县（一）%20.gpkg")
    assert result.counts["tables"]["parcel"] == 12


# ---- files too large, cut off, or not belonging together -------------------------------------------------------------


@pytest.mark.parametrize("name", ["矢量数据/DK6207992026.dbf", "矢量数据/DK6207992026.shp", "权属数据/CBF.xlsx", "权属数据/CBF.csv",
                                  "矢量数据/DK.gpkg"])
def test_a_file_of_2_gb_is_refused_by_its_size_before_it_is_read(package, tmp_path, name):
    path = package.root / name
    if path.suffix in (".csv", ".gpkg"):
        for old in path.parent.glob("CBF.*" if path.suffix == ".csv" else "DK*"):
            old.unlink()
    if path.suffix == ".gpkg":
        import geopandas

        geopandas.GeoDataFrame({"DKBM": ["1"]}, geometry=township.squares(1), crs=township.CRS).to_file(path, layer="DK")
    with open(path, "ab") as stream:
        stream.truncate((2 << 30) + 1)
    began = time.monotonic()
    with pytest.raises(BadInput, match="超过 2 GB") as refused:
        import_it(package.root, tmp_path / "县.gpkg")
    assert time.monotonic() - began < 5 and "拆分" in refused.value.remedy
    path.unlink()


@pytest.fixture(params=["pyogrio", "fiona"])
def lane(request, monkeypatch):
    pytest.importorskip(request.param, reason="本环境没有这个读取库（旧版环境只有 fiona，QGIS 环境只有 pyogrio）")
    monkeypatch.setenv(vector_files.LANE_SWITCH, request.param)
    return request.param


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf"])
@pytest.mark.parametrize("kept", [0, 0.05, 0.5, 0.97])
def test_a_truncated_part_of_a_shapefile_is_told_not_read_by_halves(package, lane, suffix, kept):
    path = (package.root / "矢量数据/DK6207992026.shp").with_suffix(suffix)
    path.write_bytes(path.read_bytes()[:int(path.stat().st_size * kept)])
    with pytest.raises(BadInput) as refused:
        vector_files.read_layer(path.with_suffix(".shp"))
    assert refused.value.remedy and refused.value.where


@pytest.mark.parametrize("suffix", [".shp", ".shx", ".dbf"])
def test_parts_of_two_shapefiles_do_not_pass_for_one(package, tmp_path, lane, suffix):
    path = package.root / "矢量数据/DK6207992026.shp"
    other = township.parcels(package, codes=[township.parcel_code(i + 1) for i in range(5)], path="矢量数据/别的.shp")
    shutil.copyfile(other.with_suffix(suffix), path.with_suffix(suffix))
    with pytest.raises(BadInput, match="不成套|损坏|有 . 个图形") as refused:
        vector_files.read_layer(path)
    assert refused.value.remedy


# ---- spreadsheets ------------------------------------------------------------------------------------------------------


def with_part(path, part, content):
    """The workbook with one of its parts replaced."""
    data = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item.filename, content if item.filename == part else old.read(item))
    path.write_bytes(data.getvalue())


LAUGHS = ('<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
          '<!ENTITY f SYSTEM "file:///etc/passwd">]>'
          '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&b;&f;</t></si></sst>')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"])
def test_entities_in_any_part_of_a_workbook_are_refused(package, part, encoding):
    path = package.root / "权属数据/CBF.xlsx"
    with zipfile.ZipFile(path) as book:
        if part not in book.namelist():
            part = "xl/theme/theme1.xml"
    with_part(path, "xl/styles.xml", b"\xff\xfe" + "<styleSheet/>".encode("utf-16-le"))  # sends the book to openpyxl
    with_part(path, part, LAUGHS.encode(encoding))
    with pytest.raises(BadInput) as refused:
        sheets.read(path, CBF)
    assert refused.value.where == "CBF.xlsx" and ("DOCTYPE" in refused.value.message or "损坏" in refused.value.message)


def test_a_workbook_that_unpacks_to_terabytes_is_refused(package, monkeypatch):
    from wr_plugin.intake import xlsx_rows

    path = package.root / "权属数据/CBF.xlsx"
    monkeypatch.setattr(xlsx_rows, "LONGEST_ROW", 1 << 16)
    with_part(path, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>" + b"<c>" * (1 << 20))
    with pytest.raises(BadInput, match="长得不正常"):
        sheets.read(path, CBF)
    monkeypatch.setattr(xlsx_rows, "MOST_UNPACKED_BYTES", 1 << 10)
    with pytest.raises(BadInput, match="4 GB"):
        sheets.read(path, CBF)


@pytest.mark.parametrize("opened", ["CBF.xlsx", "DK6207992026.dbf", "政策.yaml"])
def test_a_file_that_excel_holds_open_is_told(package, tmp_path, monkeypatch, opened):
    real = io.open

    def locked(file, *args, **more):
        if str(file).endswith(opened):
            raise PermissionError(13, "Permission denied", str(file))
        return real(file, *args, **more)

    monkeypatch.setattr("builtins.open", locked)
    monkeypatch.setattr(io, "open", locked)
    with pytest.raises(BadInput, match="打不开|读不了|不允许") as refused:
        import_it(package.root, tmp_path / "县.gpkg")
    assert "关闭" in refused.value.remedy or "权限" in refused.value.remedy
    assert not list(tmp_path.glob("*.gpkg"))


def test_the_owner_files_of_open_workbooks_are_listed_not_read(package, bring_in):
    (package.root / "权属数据/~$CBF.xlsx").write_bytes(b"\x05owner")
    assert dict(map(tuple, bring_in(package).result.counts["files"]))["权属数据/~$CBF.xlsx"] == "临时文件，未读"


CODE = township.holder_code(1)


@pytest.mark.parametrize("text, encoding", [
    (f"CBFBM,CBFMC\n{CODE},张三\n", "gbk"), (f"CBFBM,CBFMC\n{CODE},张三\n", "utf-8"), (f"CBFBM,CBFMC\r\n{CODE},张三\r\n", "utf-8-sig"),
    (f"CBFBM\tCBFMC\n{CODE}\t张三\n", "gbk"), (f"CBFBM;CBFMC\n{CODE};张三\n", "utf-16"),
    (f"示例县承包方名单\n单位：户\n\nCBFBM,CBFMC\n{CODE},张三\n", "gbk"), (f'CBFBM,CBFMC\n="{CODE}",张三\n', "utf-8"),
    (f'"CBFBM","CBFMC"\n"\t{CODE}","张三"\n', "utf-8-sig"), (f"CBFBM|CBFMC\n'{CODE}|张三\n", "gb18030")])
@pytest.mark.parametrize("suffix", [".csv", ".txt"])
def test_text_tables_as_the_programs_of_townships_write_them(tmp_path, text, encoding, suffix):
    path = tmp_path / f"CBF{suffix}"
    path.write_bytes(text.encode(encoding))
    raw, = sheets.read(path, CBF)
    frame, _, _ = tabular.to_frame(CBF, raw)
    assert frame[["CBFBM", "CBFMC"]].values.tolist() == [[CODE, "张三"]] and raw.notes[0].startswith("文字编码")


@pytest.mark.parametrize("text, said", [("CBFBM,CBFMC\n6.20799E+17,张三\n", "位数已经丢失"), ('CBFBM,CBFMC\n"' + "长" * 2_000_000, "引号不成对"),
                                        ("", "没有内容"), ("\n\n", "没有内容")])
def test_text_tables_that_cannot_be_read(tmp_path, text, said):
    path = tmp_path / "CBF.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=said):
        for raw in sheets.read(path, CBF):
            tabular.to_frame(CBF, raw)


# ---- the target ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pages", [30, 90, 170])
def test_a_full_disk_leaves_nothing_half_written(package, tmp_path, monkeypatch, pages):
    """SQLite's own limit of pages stands in for the end of the disk."""
    import sqlite3

    real = sqlite3.connect

    def small(*args, **more):
        connection = real(*args, **more)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    work = tmp_path / "县.gpkg"
    with pytest.raises(BadInput, match="磁盘已满") as refused:
        import_it(package.root, work)
    assert refused.value.remedy and [p.name for p in tmp_path.iterdir()] == ["资料"]


def test_a_full_disk_in_a_second_import_keeps_the_first(package, tmp_path, monkeypatch):
    import sqlite3

    work = tmp_path / "县.gpkg"
    import_it(package.root, work)
    with WorkFile.open(work, readonly=True) as store:
        before = [tuple(r) for r in store.connection.execute("SELECT uuid, DKBM FROM parcel")]
        pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
    codes = [township.parcel_code(i + 1) for i in range(4000)]
    township.parcels(package, codes=codes)
    real = sqlite3.connect

    def small(*args, **more):
        connection = real(*args, **more)
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", small)
        with pytest.raises(BadInput, match="磁盘已满"):
            import_it(package.root, work)
    with WorkFile.open(work, readonly=True) as store:
        assert [tuple(r) for r in store.connection.execute("SELECT uuid, DKBM FROM parcel")] == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["县.gpkg", "资料"]


def test_a_folder_that_takes_no_files_is_told(package):
    with pytest.raises(BadInput, match="不能在这里建立工作文件") as refused:
        import_it(package.root, "/proc/县.gpkg" if Path("/proc").is_dir() else "C:\\Windows\\System32\\config\\县.gpkg")
    assert "可写" in refused.value.remedy


# ---- noise --------------------------------------------------------------------------------------------------------------


def base_files():
    """Small real files by ending, to be damaged."""
    with tempfile.TemporaryDirectory() as folder:
        package = township.Package(Path(folder))
        book = package.book("CBF.xlsx", ["CBFBM", "CBFMC"], [CODE, "张三"], [township.holder_code(2), "李四"])
        layer = township.parcels(package, codes=[township.parcel_code(1)], path="DK.shp")
        import geopandas
        import xlwt

        old = xlwt.Workbook()
        for r, row in enumerate((("CBFBM", "CBFMC"), (CODE, "张三"))):
            for c, value in enumerate(row):
                (old.add_sheet("a") if not r + c else old.get_sheet(0)).write(r, c, value)
        old.save(str(package.root / "CBF.xls"))
        frame = geopandas.GeoDataFrame({"DKBM": [CODE]}, geometry=township.squares(1), crs=township.CRS)
        for name, driver in (("DK.gpkg", "GPKG"), ("DK.geojson", "GeoJSON"), ("DK.dxf", "DXF"), ("DK.gml", "GML")):
            (frame[["geometry"]] if driver == "DXF" else frame).to_file(package.root / name, driver=driver)
        found = {p.suffix: p.read_bytes() for p in (book, package.root / "CBF.xls", *package.root.glob("DK.*"))}
        found[".csv"] = f"CBFBM,CBFMC\n{CODE},张三\n".encode("gbk")
        return found, layer.name


BASE = {}
DAMAGE = st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), min_size=1, max_size=4)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([".xlsx", ".xls", ".csv", ".shp", ".shx", ".dbf", ".gpkg", ".geojson", ".dxf", ".gml"]), DAMAGE,
       st.floats(0, 1.5), st.booleans())
def test_any_damage_to_any_file_is_read_or_refused(suffix, damage, cut, from_nothing):
    if not BASE:
        BASE.update(base_files()[0])
    data = bytearray(b"" if from_nothing else BASE[suffix])
    for place, noise in damage:
        start = int(place * len(data))
        data[start:start + len(noise)] = noise
    data = bytes(data[:int(len(data) * cut)] if cut < 1 else data)
    with tempfile.TemporaryDirectory() as folder:
        beside = (".shp", ".shx", ".dbf", ".prj")
        for part in beside if suffix in beside else ():
            (Path(folder) / f"DK{part}").write_bytes(BASE.get(part, b""))
        path = Path(folder) / f"DK{suffix}"
        path.write_bytes(data)
        try:
            if suffix in workbook.SUFFIXES:
                for raw in table_files.read(Source(path, path.name, "CBF"), CBF, NOTHING_SAID):
                    tabular.to_frame(CBF, raw)
            else:
                layer = path.with_suffix(".shp") if suffix in beside else path
                for name in vector_files.layer_names(layer):
                    vector_files.read_layer(layer, name)
        except BadInput as refused:
            assert refused.message and refused.remedy


DIGITS = st.text("0123456789", min_size=14, max_size=19)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(DIGITS, st.sampled_from(["{}", " {} ", "'{}", "\t{}", '"{}"', '"=""{}"""'])), min_size=1, max_size=8),
       st.sampled_from(["gbk", "utf-8", "utf-8-sig", "utf-16"]), st.sampled_from(",\t;|"))
def test_no_code_in_a_text_table_is_ever_changed(codes, encoding, mark):
    lines = [f"CBFBM{mark}CBFMC", *(f"{form.format(code)}{mark}张三" for code, form in codes)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "CBF.csv"
        path.write_bytes("\n".join(lines).encode(encoding))
        if mark == "\t" and any("\t" in form for _, form in codes):
            return
        raw, = sheets.read(path, CBF)
        frame, _, _ = tabular.to_frame(CBF, raw)
        assert frame["CBFBM"].tolist() == [code for code, _ in codes]


def test_the_noise_covers_the_database_too(tmp_path):
    if not access_means.means().way:
        pytest.skip("没有 mdbtools，跳过")
    shared = Path(os.environ.get("WR_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
    template = shared / "templates_cn/基础数据模板.mdb"
    if not template.is_file():
        pytest.skip("没有 ../shared/data（用户的克隆里没有这个文件夹），跳过真实文件")
    import random

    chance, whole = random.Random(7), template.read_bytes()
    for number in range(25):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 40)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path = tmp_path / f"{number}.mdb"
        path.write_bytes(bytes(data[:chance.randint(1, len(data))] if number % 3 == 0 else data))
        try:
            for table in access.table_names(path):
                access.row_count(path, table)
                access.read(path, table)
        except BadInput as refused:
            assert refused.message and refused.remedy


def test_a_workbook_made_by_openpyxl_is_not_taken_for_hostile(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["CBFBM", "CBFMC"])
    book.active.append([CODE, "张三<!DOCTYPE>&amp;"])
    book.save(tmp_path / "CBF.xlsx")
    raw, = sheets.read(tmp_path / "CBF.xlsx", CBF)
    assert raw.columns[1] == ["张三<!DOCTYPE>&amp;"]
