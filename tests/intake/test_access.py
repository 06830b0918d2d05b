"""The ownership database is read table by table as text, or left alone with the spreadsheet way offered."""

import os
import shutil
import stat
import sys
import time
import types
from contextlib import contextmanager
from pathlib import Path

import pytest
import township

from wr_plugin.intake import access, access_means, tabular
from wr_plugin.intake import package as packages
from wr_plugin.intake.mapping import FieldMapping
from wr_plugin.model import schema
from wr_plugin.model.errors import BadInput, Cancelled

SHARED = Path(os.environ.get("WR_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
TEMPLATE = SHARED / "templates_cn/基础数据模板.mdb"
FIELDS = {
    "FBF": "ID FBFBM FBFMC FBFFZRXM FZRZJLX FZRZJHM LXDH FBFDZ YZBM FBFDCY FBFDCRQ FBFDCJS",
    "CBF": "ID CBFDCRQ CBFDCY CBFDCJS GSJS GSJSR GSSHRQ GSSHR CBFBM CBFLX CBFMC CBFZJLX CBFZJHM CBFDZ YZBM LXDH CBFCYSL CYXB",
    "CBF_JTCY": "CBFBM CBFMC CYXM CYXB CYZJLX CYZJHM CBFCYSL YHZGX CYBZ SFGYR CYSZC LXDH ID YZBM",
}
real = pytest.mark.skipif(not TEMPLATE.is_file() or not shutil.which("mdb-export"),
                          reason="没有 mdbtools 或 ../shared/data，跳过真实的 .mdb")
TOOL = """#!{python} -IS
import sys, pathlib, time
args = sys.argv[1:]
program, rest = pathlib.Path(sys.argv[0]).name, args[args.index("--") + 1:]
tables = pathlib.Path(rest[0]).with_name("." + pathlib.Path(rest[0]).name + ".d")
if pathlib.Path(rest[0]).read_bytes() != b"mdb":
    sys.stderr.write("Couldn't open database."); sys.exit(1)
if program == "mdb-tables":
    print("\\n".join(sorted(p.stem for p in tables.glob("*.csv"))))
elif program == "mdb-schema":
    print(tables.joinpath(args[args.index("-T") + 1] + ".sql").read_text("utf-8"))
elif program == "mdb-export":
    text = tables.joinpath(rest[1] + ".csv").read_text("utf-8")
    if text == "hang": time.sleep(60)
    sys.stdout.reconfigure(encoding="utf-8", newline=""); sys.stdout.write(text)
elif program == "mdb-count":
    print(max(0, tables.joinpath(rest[1] + ".csv").read_text("utf-8").count("\\n") - 1))
"""


class Database:
    """A stand-in for an .mdb with rows, which nothing here can write: mdbtools' programs are replaced by a script."""

    def __init__(self, path):
        self.path, self.tables = Path(path), Path(path).with_name(f".{Path(path).name}.d")
        self.path.write_bytes(b"mdb")
        self.tables.mkdir()

    def table(self, name, header, *rows, types=None):
        lines = [",".join(header), *(",".join('"' + v.replace('"', '""') + '"' if isinstance(v, str) else str(v) for v in row)
                                     for row in rows)]
        (self.tables / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
        described = "\n".join(f"\t[{h}]\t\t\t{(types or {}).get(h, 'Text (50)')}, " for h in header)
        (self.tables / f"{name}.sql").write_text(f"CREATE TABLE [{name}]\n (\n{described}\n);\n", "utf-8")
        return self


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """Programs that read ``Database`` in the place of mdbtools."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for program in (*access_means.PROGRAMS, "mdb-count"):
        (folder / program).write_text(TOOL.format(python=sys.executable), "utf-8")
        (folder / program).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(folder))


def ownership_database(package, path="权属数据/6207992026.mdb"):
    """All twelve tables of the standard, three with rows."""
    database = Database(package.root / path)
    database.table("CBF", ["ID", "CBFBM", "CBFLX", "CBFMC", "CBFZJHM", "CBFDCRQ"],
                   *[[i + 1, township.holder_code(i + 1), "1", f"承包{i + 1}", f"62222219700101{i:04d}", "2016-05-01"] for i in range(6)],
                   types={"ID": "Long Integer", "CBFDCRQ": "DateTime"})
    database.table("CBDKXX", ["DKBM", "FBFBM", "CBFBM", "HTMJ", "HTMJM"],
                   *[[township.parcel_code(i + 1), township.GROUP, township.holder_code(i % 6 + 1), "1600.0000000000000", 2.4]
                     for i in range(12)], types={"HTMJ": "Double", "HTMJM": "Double"})
    database.table("FBF", ["FBFBM", "FBFMC"], [township.GROUP, '东沟村"一"组\n（甲）'])
    for empty in ("CBF_JTCY", "CBHT", "CBJYQZDJB"):
        database.table(empty, [f.name for f in schema.table(empty).fields][1:])
    for unused in ("LZHT", "CBJYQZ", "CBJYQZ_QZBF", "CBJYQZ_QZHF", "CBJYQZ_QZZX", "QSLYZLFJ", "粘贴错误"):
        database.table(unused, ["ID"], ["1"])
    return database


def with_database(tmp_path):
    package = township.Package(tmp_path / "库")
    township.parcels(package)
    return package, ownership_database(package)


@real
@pytest.mark.parametrize("table", sorted(FIELDS))
def test_the_real_template_is_read_with_all_its_fields(table):
    assert set(access.table_names(TEMPLATE)) == set(FIELDS)
    raw = access.read(TEMPLATE, table)
    assert raw.titles() == FIELDS[table].split() and len(raw) == 0 == access.row_count(TEMPLATE, table)
    frame, _, _ = tabular.to_frame(schema.table(table), raw)
    known = {f.name for f in schema.table(table).fields}
    assert set(frame.columns) - {"source_file", "source_row"} == known & set(raw.titles()) and len(frame.columns) >= 8


@real
@pytest.mark.parametrize("kept", [0, 20, 5000, 50_000])
def test_a_damaged_database_is_told_with_the_spreadsheet_way(tmp_path, kept):
    (tmp_path / "断.mdb").write_bytes(TEMPLATE.read_bytes()[:kept])
    with pytest.raises(BadInput, match="损坏") as refused:
        for table in access.table_names(tmp_path / "断.mdb") or ["CBF"]:
            access.read(tmp_path / "断.mdb", table)
    assert ".xlsx" in refused.value.remedy and refused.value.where == "断.mdb"


@real
def test_a_table_named_like_an_option_stays_a_name():
    for name in ("--help", "-H", "CBF; rm -rf /", "没有"):
        with pytest.raises(BadInput):
            access.read(TEMPLATE, name)


def test_all_tables_inside_are_listed_and_the_known_ones_read(tools, tmp_path, bring_in):
    package, _ = with_database(tmp_path)
    done = bring_in(package)
    tables = done.result.counts["tables"]
    assert (tables["CBF"], tables["CBDKXX"], tables["FBF"]) == (6, 12, 1) and "CBHT" not in tables
    told = dict(map(tuple, done.result.counts["files"]))["权属数据/6207992026.mdb"]
    for said in ("CBF：承包方", "CBDKXX：承包地块信息", "CBHT：承包合同，空表，未读", "LZHT：流转合同：本软件不用，未读",
                 "QSLYZLFJ：权属来源资料附件：本软件不用，未读", "粘贴错误：不认识，未读"):
        assert said in told
    first = done.rows("SELECT CBFBM, CBFMC, CBFZJHM, CBFDCRQ FROM CBF ORDER BY fid")[0]
    assert tuple(first.values()) == (township.holder_code(1), "承包1", "622222197001010000", "2016-05-01")
    assert done.rows("SELECT DKBM, HTMJ, HTMJM FROM CBDKXX ORDER BY fid")[0] == {
        "DKBM": township.parcel_code(1), "HTMJ": 1600.0, "HTMJM": 2.4}
    assert done.rows("SELECT FBFMC FROM FBF")[0]["FBFMC"] == '东沟村"一"组\n（甲）'


def test_database_and_workbook_with_one_table_are_rivals(tools, tmp_path, bring_in):
    package, _ = with_database(tmp_path)
    package.book("权属数据/承包方.xlsx", ["CBFBM", "CBFMC"], [township.holder_code(1), "别的"])
    with pytest.raises(BadInput, match="承包方有 2 份.*6207992026.mdb › CBF") as refused:
        bring_in(package)
    assert "只留一份" in refused.value.remedy
    mapping = package.text("对应.yaml", "tables: {CBF: {file: 权属数据/承包方.xlsx}}")
    assert bring_in(package, mapping=mapping).result.counts["tables"]["CBF"] == 1


def test_a_mapping_names_the_table_inside(tools, tmp_path, bring_in):
    package, database = with_database(tmp_path)
    database.table("农户", ["编码", "姓名"], [township.holder_code(1), "张三"])
    mapping = package.text("对应.yaml", "tables: {CBF: {file: 权属数据/6207992026.mdb, layer: 农户, fields: {CBFBM: 编码, CBFMC: 姓名}},"
                                      " CBDKXX: {file: 权属数据/6207992026.mdb}}")
    done = bring_in(package, mapping=mapping)
    told = dict(map(tuple, done.result.counts["files"]))["权属数据/6207992026.mdb"]
    assert "农户：承包方（按字段对应）" in told and "CBF：承包方，字段对应指定了别的，未读" in told
    assert done.result.counts["tables"]["FBF"] == 1
    assert done.rows("SELECT CBFMC FROM CBF") == [{"CBFMC": "张三"}] and done.result.counts["tables"]["CBDKXX"] == 12
    mapping = package.text("对应.yaml", "tables: {CBF: {file: 权属数据/6207992026.mdb, layer: 没有}}")
    with pytest.raises(BadInput, match="没有数据表“没有”，有：.*CBF"):
        bring_in(package, mapping=mapping)


@pytest.mark.parametrize("shown", ["6.2079910020101001e+17", "620799100201010010", "620799100201010010.0000"])
def test_a_code_in_a_floating_column_is_refused_by_row(tools, tmp_path, bring_in, shown):
    package, database = with_database(tmp_path)
    database.table("CBF", ["CBFBM", "CBFMC"], [shown, "张三"], types={"CBFBM": "Double"})
    with pytest.raises(BadInput, match="15 位以后的数字已经丢失") as refused:
        bring_in(package)
    assert "第 1 行" in refused.value.where


def test_without_a_means_to_read_it_the_spreadsheet_way_is_offered(package, bring_in, tmp_path, monkeypatch):
    monkeypatch.setattr(access_means.shutil, "which", lambda program: None)
    (package.root / "权属数据/6207992026.mdb").write_bytes(b"mdb")
    told = dict(map(tuple, bring_in(package).result.counts["files"]))["权属数据/6207992026.mdb"]
    assert "没有装 mdbtools" in told and "mdb-schema" in told and ".xlsx" in told
    with pytest.raises(BadInput, match="这台机器读不了 Access 数据库：没有装 mdbtools"):
        access.read(package.root / "权属数据/6207992026.mdb", "CBF")


def test_a_program_that_hangs_is_ended_when_the_user_cancels(tools, tmp_path):
    database = Database(tmp_path / "慢.mdb")
    database.table("CBF", ["CBFBM"])
    (database.tables / "CBF.csv").write_text("hang", "utf-8")

    def ask():
        raise Cancelled()

    began = time.monotonic()
    with pytest.raises(Cancelled):
        access.read(database.path, "CBF", ask=ask)
    assert time.monotonic() - began < 10


class Driver(types.SimpleNamespace):
    """A stand-in for pyodbc, which only Windows has."""

    class Error(Exception):
        pass


def test_the_access_driver_of_windows_gives_the_same(tmp_path, monkeypatch):
    import datetime
    from decimal import Decimal

    code, asked = township.holder_code(1), []
    row = (code, datetime.datetime(2016, 5, 1), 1600.5, Decimal("620799100201010001"), True, b"\0", None, 3)
    cursor = types.SimpleNamespace(
        description=[("CBFBM", str), ("CBFDCRQ", datetime.datetime), ("HTMJ", float), ("N", Decimal), ("B", bool), ("O", bytes),
                     ("X", str), ("I", int)],
        execute=lambda sql: asked.append(sql) or types.SimpleNamespace(fetchval=lambda: 1), fetchall=lambda: [row],
        tables=lambda tableType: [types.SimpleNamespace(table_name="CBF")])  # noqa: N803 - the driver's own name
    driver = Driver(drivers=lambda: [access_means.DRIVER], connect=lambda text, readonly: asked.append(text) or types.SimpleNamespace(
        cursor=lambda: cursor, close=lambda: None))
    monkeypatch.setattr(access_means, "odbc", lambda: driver)
    monkeypatch.setattr(access_means.sys, "platform", "win32")
    monkeypatch.setattr(access_means.shutil, "which", lambda program: None)
    path = tmp_path / "a};DRIVER=x.mdb"
    path.write_bytes(b"mdb")
    assert access_means.means().way == "odbc" and access.table_names(path) == ["CBF"] and access.row_count(path, "CBF") == 1
    raw = access.read(path, "CBF")
    assert [column[0] for column in raw.columns] == [code, "2016-05-01", 1600.5, "620799100201010001", "1", None, None, "3"]
    assert "a}};DRIVER=x.mdb};ReadOnly=1" in asked[0] and asked[-1] == "SELECT * FROM [CBF]"
    with pytest.raises(BadInput):
        access.read(path, "CBF] UNION SELECT * FROM [x")
    driver.connect = lambda *_, **__: (_ for _ in ()).throw(Driver.Error("encrypted"))
    driver.Error = Driver.Error
    with pytest.raises(BadInput, match="密码"):
        access.read(path, "CBF")


ACE, JET, EXCEL = access_means.DRIVER, access_means.OLD_DRIVER, "Microsoft Excel Driver (*.xls, *.xlsx, *.xlsm, *.xlsb)"


@pytest.mark.parametrize("drivers, bits, suffix, driver, lacking, remedy", [
    ([EXCEL, ACE], 64, ".mdb", ACE, "", ""),
    ([JET, ACE], 32, ".accdb", ACE, "", ""),
    (["SQL Server", JET], 32, ".mdb", JET, "", ""),
    (["Microsoft Access-Treiber (*.mdb)"], 32, ".mdb", "Microsoft Access-Treiber (*.mdb)", "", ""),
    (["SQL Server", JET], 32, ".accdb", "", "只能读 .mdb", "安装 32 位的 Access 数据库引擎"),
    (["SQL Server"], 64, ".mdb", "", "Python 是 64 位的，没有 64 位的 Access 驱动", "已装 32 位 Office"),
    ([], 32, ".mdb", "", "Python 是 32 位的，没有 32 位的 Access 驱动", "已装 64 位 Office"),
    ("运行本软件的 Python 里没有 pyodbc", 64, ".mdb", "", "没有 pyodbc", "安装 pyodbc，再装 64 位的"),
])
def test_what_windows_has_decides_and_what_it_lacks_is_told(drivers, bits, suffix, driver, lacking, remedy):
    here = access_means.of_windows(drivers, bits, suffix)
    assert (here.driver, here.way) == (driver, "odbc" if driver else "")
    assert lacking in here.lacking and remedy in here.remedy
    assert driver or access_means.SPREADSHEET_WAY in here.remedy


@pytest.mark.parametrize("error, told", [
    (ModuleNotFoundError("No module named 'pyodbc'"), "没有 pyodbc"),
    (ImportError("DLL load failed while importing pyodbc"), "位数与 Python 不同"),
    (RuntimeError("driver manager"), "ODBC 驱动管理器出错"),
])
def test_a_library_that_is_missing_or_broken_is_told_on_windows(error, told, monkeypatch, tmp_path):
    def odbc():
        raise error

    monkeypatch.setattr(access_means, "odbc", odbc)
    monkeypatch.setattr(access_means.sys, "platform", "win32")
    monkeypatch.setattr(access_means.shutil, "which", lambda program: None)
    (tmp_path / "库.mdb").write_bytes(b"mdb")
    with pytest.raises(BadInput, match=told) as refused:
        access.table_names(tmp_path / "库.mdb")
    assert f"{access_means.bits()} 位的 Access 数据库引擎" in refused.value.remedy and ".xlsx" in refused.value.remedy


def test_tables_without_shape_in_a_geopackage_are_found_too(tmp_path, bring_in):
    import sqlite3

    import geopandas

    package = township.Package(tmp_path / "包")
    township.parcels(package)
    path = package.root / "权属数据.gpkg"
    geopandas.GeoDataFrame({"A": ["1"]}, geometry=township.squares(1), crs=township.CRS).to_file(path, layer="别的", driver="GPKG")
    connection = sqlite3.connect(path)
    with contextmanager(_closing)(connection):
        for name, columns, rows in (
                ("CBF", "CBFBM TEXT, CBFMC TEXT", [(township.holder_code(i + 1), f"承包{i}") for i in range(6)]),
                ("CBDKXX", "DKBM TEXT, CBFBM TEXT, HTMJ REAL",
                 [(township.parcel_code(i + 1), township.holder_code(i % 6 + 1), 1600.0) for i in range(12)])):
            connection.execute(f"CREATE TABLE {name} (fid INTEGER PRIMARY KEY, {columns})")
            connection.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, 'attributes', ?)",
                               (name, name))
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {name} VALUES (NULL, {marks})", rows)
        connection.commit()
    done = bring_in(package)
    assert done.rows("SELECT count(*) AS n FROM CBDKXX")[0]["n"] == 12
    told = dict(map(tuple, done.result.counts["files"]))["权属数据.gpkg"]
    assert "CBF：承包方" in told and "别的：不认识，未读" in told


def _closing(connection):
    try:
        yield connection
    finally:
        connection.close()


def test_a_dbf_alone_is_a_table(tmp_path, bring_in):
    package = township.Package(tmp_path / "单")
    township.parcels(package)
    from pandas import DataFrame

    for name, frame in (("CBF", DataFrame({"CBFBM": [township.holder_code(1)], "CBFMC": ["张三"]})),
                        ("CBDKXX", DataFrame({"DKBM": [township.parcel_code(1)], "CBFBM": [township.holder_code(1)]}))):
        package.layer(f"权属数据/{name}.shp", frame, township.squares(1), keep=(".dbf",))
    done = bring_in(package)
    assert done.rows("SELECT CBFMC FROM CBF") == [{"CBFMC": "张三"}]
    assert isinstance(packages.survey(package.root, FieldMapping()), packages.Package)
