"""A small hand-over package as a county sends it, written with real files: 12 parcels, 6 households, one village."""

import atexit
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import openpyxl
import shapely
from pandas import DataFrame

GROUP = "62079910020101"
EAST, NORTH, SIDE = 34_520_000.0, 4_300_000.0, 40.0
PARCELS, HOLDERS = 12, 6
CRS = "EPSG:4522"


def parcel_code(number):
    return f"{GROUP}{number:05d}"


def holder_code(number):
    return f"{GROUP}{number:04d}"


def set_ldid(path, ldid):
    """Sets the language id in the header of a shapefile's DBF."""
    dbf = path.with_suffix(".dbf")
    data = bytearray(dbf.read_bytes())
    data[29] = ldid
    dbf.write_bytes(bytes(data))


def squares(count, east=EAST, north=NORTH):
    return [shapely.box(east + SIDE * i, north, east + SIDE * (i + 1), north + SIDE) for i in range(count)]


class Package:
    """A package folder that a test changes before it is imported."""

    def __init__(self, folder, code="620799", name="示例县"):
        self.root = folder / f"{code}{name}"
        self.root.mkdir(parents=True)
        for part in ("矢量数据", "权属数据", "名录", "灌溉数据", "定额与指标"):
            (self.root / part).mkdir()

    def layer(self, path, frame, geometry, encoding="CP936", crs=CRS, keep=(".shp", ".shx", ".dbf", ".prj")):
        """A shapefile in GBK with LDID 0x4D and, as county files are, no .cpg."""
        import geopandas

        target = self.root / path
        made = geopandas.GeoDataFrame(frame, geometry=list(geometry), crs=crs)
        made.to_file(target, driver="ESRI Shapefile", encoding=encoding)
        for part in target.parent.glob(target.stem + ".*"):
            if part.suffix not in keep:
                part.unlink()
        set_ldid(target, 0x4D if encoding == "CP936" else 0)
        return target

    def book(self, path, *rows, title="Sheet1", more=()):
        """A workbook; ``more``: (title, rows) of further sheets."""
        book = openpyxl.Workbook()
        book.active.title = title
        for row in rows:
            book.active.append(row)
        for name, others in more:
            sheet = book.create_sheet(name)
            for row in others:
                sheet.append(row)
        book.save(self.root / path)
        return self.root / path

    def text(self, path, text, encoding="utf-8"):
        (self.root / path).write_text(text, encoding=encoding)
        return self.root / path


def parcels(package, codes=None, geometry=None, path="矢量数据/DK6207992026.shp", names=None, **options):
    codes = codes or [parcel_code(i + 1) for i in range(PARCELS)]
    geometry = geometry or squares(len(codes))
    frame = DataFrame({
        "DKBM": codes, "DKMC": names or [f"渠北{i + 1}号" for i in range(len(codes))], "SYQXZ": "30", "DKLB": "10",
        "TDYT": "1", "SFJBNT": "1", "SCMJ": [g.area for g in geometry], "DKDZ": "路", "DKXZ": "渠", "DKNZ": "田",
        "DKBZ": "荒地"})
    return package.layer(path, frame, geometry, **options)


def ownership(package, names=None):
    names = names or [f"承包{i + 1}" for i in range(HOLDERS)]
    package.book("权属数据/CBF.xlsx", ["CBFBM", "CBFLX", "CBFMC", "CBFZJLX", "CBFZJHM", "CBFCYSL", "CBFDCRQ"],
                 *[[holder_code(i + 1), "1", n, "1", f"62222219700101{i:04d}", 3, "2016-05-01"] for i, n in enumerate(names)])
    package.book("权属数据/CBDKXX.xlsx", ["DKBM", "FBFBM", "CBFBM", "CBJYQQDFS", "HTMJ", "HTMJM", "SFQQQG"],
                 *[[parcel_code(i + 1), GROUP, holder_code(i % HOLDERS + 1), "110", SIDE * SIDE, 2.4, "2"]
                   for i in range(PARCELS)])


def registry(package, rows=None, path="名录/二轮延包地名录_黑河镇.xlsx"):
    """The list of the township: title, note, merged two-row header, number row, rows, total, footnote."""
    rows = rows or [[i + 1, "东沟村", "一组", f"承包{i % HOLDERS + 1}", holder_code(i % HOLDERS + 1), f"渠北{i + 1}号",
                     parcel_code(i + 1), 2.4, "玉米", "滴灌", None] for i in range(PARCELS)]
    target = package.book(
        path, ["黑河镇二轮延包地名录"], ["单位：亩　填报日期：2026年3月1日"],
        ["序号", "村", "组", "承包方", None, "地块", None, None, "作物", "灌溉方式", "备注"],
        [None, None, None, "姓名", "编码", "名称", "编码", "合同面积（亩）", None, None, None], list(range(1, 12)),
        *rows, ["合计", None, None, None, None, None, None, 28.8, None, None, None], ["注：面积以承包合同为准。"])
    book = openpyxl.load_workbook(target)
    sheet = book.active
    for area in ("A1:K1", "A2:K2", "A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:H3", "I3:I4", "J3:J4", "K3:K4"):
        sheet.merge_cells(area)
    book.save(target)
    return target


def water(package):
    """Irrigation layers under the short names of their DBFs, coded values in Chinese words."""
    whole = shapely.box(EAST - 50, NORTH - 50, EAST + 600, NORTH + 100)
    package.layer("灌溉数据/灌区.shp", DataFrame({"GQDM": ["GQ01"], "GQMC": ["黑河灌区"], "QSXKZH": ["取水2026-1"]}), [whole])
    package.layer("灌溉数据/渠道.shp", DataFrame({
        "QDDM": ["Q1"], "QDMC": ["东干渠"], "QDJB": ["干渠"], "SJQDDM": [""], "GQDM": ["GQ01"]}),
        [shapely.LineString([(EAST, NORTH - 10), (EAST + 500, NORTH - 10)])])
    package.layer("灌溉数据/机井.shp", DataFrame({
        "JJBH": ["J1", "J2"], "JJMC": ["一号井", "二号井"], "QSXKZH": ["取水（地）1", "无"], "XKSL": [12000.0, 0.0],
        "XKYXQZ": ["2028-12-31", ""], "JJZT": ["正常", "关停"], "FWBJ": [300.0, 300.0]}),
        [shapely.Point(EAST + 10, NORTH + 20), shapely.Point(EAST + 300, NORTH + 20)])
    package.layer("灌溉数据/新开复垦未批.shp", DataFrame({"TBBH": ["X1"], "LB": ["新开耕地"], "BZ": [""]}),
                  [shapely.box(EAST, NORTH + 41, EAST + 30, NORTH + 60)])


def limits(package):
    package.book("定额与指标/灌溉定额表.xlsx", ["示例县灌溉定额"],
                 ["作物", "灌区代码", "水源", "灌溉方式", "定额（m³/亩）", "渠系水利用系数", "田间水利用系数", "示例"],
                 ["玉米", "*", "地表水", "滴灌", 310.5, 0.65, 0.9, "是"],
                 ["玉米", "GQ01", "地下水", "滴灌", 280, 0.95, "0.9", "是"],
                 ["小麦", "通用", "地表水", "畦灌", None, None, None, "是"])
    package.book("定额与指标/用水总量指标表.xlsx", ["示例县用水总量指标"],
                 ["层级", "代码", "名称", "水源", "指标水量（m³）", "依据", "示例"],
                 ["县", "620799", "示例县", "地表水", 120000.5, "示例", "是"],
                 ["灌区", "GQ01", "黑河灌区", "地下水", "30,000", "示例", "是"])


def policy_text():
    from pathlib import Path

    text = (Path(__file__).resolve().parents[2] / "resources/policies/zhangye.yaml").read_text(encoding="utf-8")
    return text.replace("demo: false", "demo: true")


def whole(folder):
    """A complete, clean package: a copy of the one that is written for all tests."""
    package = Package(folder)
    shutil.copytree(_written(), package.root, dirs_exist_ok=True)
    return package


@lru_cache(maxsize=None)
def _written():
    folder = Path(tempfile.mkdtemp(prefix="township-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    package = Package(folder)
    parcels(package)
    ownership(package)
    registry(package)
    water(package)
    limits(package)
    package.text("政策.yaml", policy_text())
    return package.root

