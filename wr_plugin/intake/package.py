"""What is what in a hand-over folder: every file listed with what it was taken for, or why it was left alone."""

import os
import re
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Dict, List, Tuple

from ..model import schema
from ..model.errors import BadInput
from . import access, archive, vector_files, workbook
from .mapping import confined

NOT_KNOWN = "不认识，未读"
COUNTY_FOLDER = re.compile(r"([0-9]{6})\s*(\D.*)")
SUFFIX_NUMBERS = re.compile(r"([0-9]{6}([0-9]{4})?|[0-9]{4})?([-_－（(][0-9]{1,2}[)）]?)?$")
AREA_LAYERS = ("XJXZQ", "XJQY", "CJQY", "ZJQY")
SHEET_TABLES = ("CBF_JTCY", "CBJYQZDJB", "CBDKXX", "CBHT", "FBF", "CBF", "zone", "registry", "quota", "cap",
                "water_unit", "unit_member", "crop_mix", "product_quota", "permit_user", "network_user", "forest_user",
                "forest_volume")
FILE_NAMES = {
    "parcel": ("dk", "地块", "承包地块", "parcel"),
    "irrigation_district": ("灌区", "灌区范围", "灌区界"), "canal": ("渠道", "渠系"), "outlet": ("斗口",),
    "service_area": ("斗口控制范围", "斗口控制区"), "well": ("机井",),
    "unapproved_land": ("新开复垦未批", "新开、复垦、未批耕地", "新开复垦未批耕地"),
    "overdraft_zone": ("超采区", "地下水超采区"), "spring_zone": ("泉域保护区", "泉域"), "forest_parcel": ("林草地", "林草地图斑"),
    "zone": ("权属单位代码表", "权属单位代码"), "registry": ("二轮延包地名录", "二轮延包名录", "延包地名录", "名录"),
    "quota": ("灌溉定额表", "灌溉定额", "定额表"), "cap": ("用水总量指标表", "用水总量指标", "总量指标表", "指标表"),
    "water_unit": ("确权单位", "农民用水者协会", "用水者协会", "协会"), "unit_member": ("确权单位成员", "农民用水者协会成员", "协会成员"),
    "crop_mix": ("种植结构",), "product_quota": ("行业用水定额", "行业定额"),
    "permit_user": ("取水许可用水户", "工业企业用水户核查表", "工业企业用水户"),
    "network_user": ("公共供水管网内用水大户", "管网用水大户", "用水大户"),
    "forest_user": ("林草地灌溉面积", "林草地核查表"), "forest_volume": ("林草用水量",),
}
KNOWN_UNUSED = {
    "kzd": "控制点", "qyjx": "区域界线", "jzd": "界址点", "jzx": "界址线", "jbntbhq": "基本农田保护区", "dzdw": "点状地物",
    "xzdw": "线状地物", "mzdw": "面状地物", "zj": "注记", "lzht": "流转合同", "cbjyqz": "承包经营权证",
    "cbjyqz_qzbf": "权证补发", "cbjyqz_qzhf": "权证换发", "cbjyqz_qzzx": "权证注销", "qslyzlfj": "权属来源资料附件",
}
DATABASES = (".mdb", ".accdb", ".gdb", ".gpkg")
WORK_FILE_TABLES = {"journal", "parcel_right"}
SIDECARS = {".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qmd", ".qpj", ".xml", ".ain", ".aih"}
WHY_NOT = {
    ".zip": "压缩包：未读，请解压到资料包里，或直接导入这个压缩包", ".rar": "压缩包：请先解压", ".7z": "压缩包：请先解压",
    ".pdf": "文字资料", ".doc": "文字资料", ".docx": "文字资料", ".wps": "文字资料", ".txt": "文字资料",
    ".jpg": "影像", ".jpeg": "影像", ".png": "影像", ".tif": "影像", ".tiff": "影像", ".img": "影像", ".asc": "栅格数据",
    ".dwg": "CAD 图：请另存为 .dxf", ".prj": "坐标系说明，没有同名的图层，未读", ".shx": "缺少同名的 .shp，未读",
    ".parquet": "GeoParquet：请用 QGIS 另存为 GeoPackage", ".geoparquet": "GeoParquet：请用 QGIS 另存为 GeoPackage",
    ".tab": "MapInfo 图层：请用 QGIS 另存为 GeoPackage", ".mif": "MapInfo 图层：请用 QGIS 另存为 GeoPackage",
    ".vct": "VCT 交换文件：请对方导出为 Shapefile", ".wp": "MapGIS 图层：请对方导出为 Shapefile",
    ".wl": "MapGIS 图层：请对方导出为 Shapefile", ".wt": "MapGIS 图层：请对方导出为 Shapefile",
    ".et": "WPS 表格：请另存为 .xlsx", ".ods": "OpenDocument 表格：请另存为 .xlsx", ".xlsb": "二进制表格：请另存为 .xlsx",
    ".numbers": "Numbers 表格：请导出为 .xlsx", ".kmz": "KMZ：请用 QGIS 另存为 KML",
}


@dataclass(frozen=True)
class Source:
    """One file, or one layer of it, to be read as ``table``."""

    path: Path
    name: str
    table: str
    layer: str = ""


@dataclass
class Package:
    """``sources`` by table in reading order; ``unknown``: sources whose name says nothing; ``policies``: YAML files that look
    like a policy; ``files``: (name, what it was taken for) of every file; ``county``: (code, name) from the folder's name or blanks."""

    root: Path
    sources: Dict[str, List[Source]] = field(default_factory=dict)
    unknown: List[Source] = field(default_factory=list)
    policies: List[Path] = field(default_factory=list)
    files: List[Tuple[str, str]] = field(default_factory=list)
    county: Tuple[str, str] = ("", "")


def survey(folder, mapping, left=None, unpacked=None):
    """Walks the folder. Tables that the mapping names come from there, all others are found by their names.

    ``left``: {name: reason} of files of which it is already known why they are left alone. ``unpacked``: {name: folder}
    of its zips that lie unpacked elsewhere; what is in them goes by ``name/…``.

    Raises BadInput where the folder is missing, or one table is found in two files that are not parts of one.
    """
    root = Path(folder)
    if not root.is_dir():
        raise BadInput("找不到资料包文件夹", "检查路径", where=str(folder))
    package = Package(root, county=_county(root))
    taken = {}
    for table, given in mapping.tables.items():
        for part in given.parts or (given,):
            for file in part.files:
                path = _named(root, file)
                package.sources.setdefault(table, []).append(Source(path, file.replace("\\", "/"), table, part.layer))
                taken.setdefault(path, []).append(table)
    mapped = {table for table, given in mapping.tables.items() if given.files}
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        county = _county(path.parent)
        if county[0] and not package.county[0]:
            package.county = county
        if Path(os.path.realpath(path)) in taken and path.suffix.lower() not in access.SUFFIXES:
            titles = "、".join(schema.table(t).title for t in taken[Path(os.path.realpath(path))])
            package.files.append((name, f"{titles}（按字段对应）"))
        elif _why_not_opened(path, root):
            package.files.append((name, _why_not_opened(path, root)))
        elif left and name in left:
            package.files.append((name, f"未读：{left[name]}"))
        elif unpacked and name in unpacked:
            for inner in _files(unpacked[name]):
                _look_at(package, inner, f"{name}/{inner.relative_to(unpacked[name]).as_posix()}", mapped)
        else:
            _look_at(package, path, name, mapped)
    for table, sources in package.sources.items():
        if table not in mapped:
            _refuse_rivals(table, sources)
        for source in sources:
            _refuse_too_large(source)
    return package


def _named(root, file):
    """The file that a mapping names; a package whose one folder holds everything may be meant without that folder."""
    inside = [p for p in root.iterdir() if not p.name.startswith((".", "__MACOSX"))]
    if len(inside) == 1 and inside[0].is_dir() and not (root / file.replace("\\", "/")).exists():
        return confined(inside[0], file)
    return confined(root, file)


def _files(root):
    """Files and .gdb folders below the root in a fixed order."""
    found = []
    for folder, folders, names in archive.walk(root):
        found.extend(Path(folder) / each for each in folders if each.lower().endswith(".gdb"))
        folders[:] = [f for f in folders if not f.lower().endswith(".gdb")]
        found.extend(Path(folder) / each for each in names)
    return found


def _why_not_opened(path, root):
    """Why a thing of the folder is not even opened: it leads out of the package, or reading it would wait for ever."""
    if not os.path.realpath(path).startswith(os.path.realpath(root) + os.sep):
        return "指向资料包以外的链接，未读"
    return "" if path.is_file() or path.is_dir() else "不是普通文件，未读"


def _county(folder):
    match = COUNTY_FOLDER.fullmatch(unicodedata.normalize("NFKC", folder.name))
    return (match.group(1), match.group(2).strip()) if match else ("", "")


def _look_at(package, path, name, mapped):
    """Decides what one file is and notes it."""
    suffix = path.suffix.lower()
    if path.name.startswith(("~$", ".")):
        package.files.append((name, "临时文件，未读"))
    elif path.name.lower().endswith(".shp.xml") or suffix in SIDECARS and vector_files.sidecar(path, ".shp") is not None:
        pass
    elif suffix in (".yaml", ".yml"):
        is_policy = "政策" in path.stem or "policy" in path.stem.lower()
        if is_policy:
            package.policies.append(path)
        package.files.append((name, "政策" if is_policy else "不认识，未读"))
    elif suffix in access.SUFFIXES:
        _look_into_access(package, path, name, mapped)
    elif suffix in vector_files.CONTAINERS:
        _look_into(package, path, name, mapped)
    elif suffix in vector_files.LAYER_SUFFIXES:
        _take(package, path, name, table_of(path.stem, True), mapped)
    elif suffix == ".dbf":
        _take(package, path, name, table_of(path.stem, False), mapped)
    elif suffix in workbook.SUFFIXES and (suffix != ".txt" or table_of(path.stem, False)):
        _take(package, path, name, table_of(path.stem, False), mapped)
    else:
        package.files.append((name, WHY_NOT.get(suffix, "不认识的文件，未读")))


def _look_into(package, path, name, mapped):
    try:
        layers = vector_files.layer_names(path)
    except BadInput as error:
        package.files.append((name, f"未读：{error.message}"))
        return
    told = []
    if WORK_FILE_TABLES <= set(layers):
        package.files.append((name, "本软件的工作文件，未读"))
        return
    for layer in layers:
        table = table_of(layer, True) or table_of_database(layer) or (table_of(path.stem, True) if len(layers) == 1 else "")
        if table and table not in mapped:
            package.sources.setdefault(table, []).append(Source(path, name, table, layer))
        elif not table and not _is_unused(layer):
            package.unknown.append(Source(path, name, "", layer))
        told.append(f"{layer}：{schema.table(table).title if table and table not in mapped else _unused(layer)}")
    package.files.append((name, "；".join(told) or "没有图层"))


def _look_into_access(package, path, name, mapped):
    try:
        tables, told = access.table_names(path), []
        for inner in tables:
            table, given = table_of_database(inner), _given(package, path, inner)
            if given:
                told.append(f"{inner}：{given}（按字段对应）")
            elif table and table not in mapped and access.row_count(path, inner):
                package.sources.setdefault(table, []).append(Source(path, name, table, inner))
                told.append(f"{inner}：{schema.table(table).title}")
            elif table:
                told.append(f"{inner}：{schema.table(table).title}，{'字段对应指定了别的' if table in mapped else '空表'}，未读")
            else:
                told.append(f"{inner}：{_unused(inner)}")
                if not _is_unused(inner):
                    package.unknown.append(Source(path, name, "", inner))
    except BadInput as error:
        package.files.append((name, f"Access 数据库，未读：{error.message}；{error.remedy}"))
        return
    package.files.append((name, "；".join(told) or "没有数据表"))


def _given(package, path, inner):
    """The titles of the tables for which a mapping names this table of a database; "" for none."""
    found = [t for t, sources in package.sources.items() for s in sources
             if os.path.samefile(s.path, path) and (s.layer or t).lower() == inner.lower()]
    return "、".join(schema.table(t).title for t in found)


def table_of_database(name):
    """The ownership table that a table of a database is by its name; "" for none. Limits come in workbooks only."""
    table = table_of(name, False)
    return "" if table in ("quota", "cap") else table


def _take(package, path, name, table, mapped):
    if table and table not in mapped:
        package.sources.setdefault(table, []).append(Source(path, name, table))
        package.files.append((name, schema.table(table).title))
    else:
        if not table and not _is_unused(path.stem):
            package.unknown.append(Source(path, name, ""))
        package.files.append((name, f"{schema.table(table).title}：字段对应指定了别的文件，未读" if table else _unused(path.stem)))


def take_unknown(package, source, table, why):
    """Takes a source of unknown name as ``table`` and says so in the list of files. Raises BadInput for a rival of it."""
    package.unknown.remove(source)
    package.sources.setdefault(table, []).append(replace(source, table=table))
    _refuse_too_large(package.sources[table][-1])
    layer = f"{source.layer}：" if source.layer else ""
    before, after = f"{layer}{NOT_KNOWN}", f"{layer}{schema.table(table).title}（{why}）"
    package.files[:] = [(n, told.replace(before, after, 1) if n == source.name else told) for n, told in package.files]
    _refuse_rivals(table, package.sources[table])


def _is_unused(stem):
    return _bare(stem) in KNOWN_UNUSED


def _unused(stem):
    known = KNOWN_UNUSED.get(_bare(stem))
    return f"{known}：本软件不用，未读" if known else NOT_KNOWN


def _bare(stem):
    """A file or layer name without county code, year and part number: ``DK6207992026-1`` → ``dk``."""
    text = unicodedata.normalize("NFKC", stem).strip().lower()
    return SUFFIX_NUMBERS.sub("", text).strip(" _-")


def table_of(stem, layer):
    """The table that a layer (``layer``) or a sheet file is by its name; "" where it is none."""
    text, bare = unicodedata.normalize("NFKC", stem).strip().lower(), _bare(stem)
    wanted = [t for t in schema.tables().values() if t.delivered and bool(t.geometry) == layer]
    for table in wanted:
        names = {table.name.lower(), table.title.lower(), *(n.lower() for n in FILE_NAMES.get(table.name, ()))}
        if bare in names or text in names:
            return table.name
    if not layer:
        for name in SHEET_TABLES:
            starts = (name.lower(), schema.table(name).title, *FILE_NAMES.get(name, ()))
            if any(text.startswith((s + "_", s + "-", s + "(", s + " ")) for s in starts):
                return name
        if "名录" in text and "林" not in text:
            return "registry"
    return ""


def _refuse_rivals(table, sources):
    """Parts of one table are fine (DK…-1, one registry per township); two complete versions are not."""
    if len(sources) == 1:
        return
    databases = {s.path for s in sources if s.path.suffix.lower() in DATABASES}
    if databases and not schema.table(table).geometry and len({s.path for s in sources}) > 1:
        raise _rivals(table, sources)
    if table == "registry":
        return
    stems = [s.layer or s.path.stem for s in sources]
    years = {re.sub(r"[-_－（(][0-9]{1,2}[)）]?$", "", unicodedata.normalize("NFKC", s)).lower() for s in stems}
    same_stem = len({s.lower() for s in stems}) < len(stems)
    if same_stem or (schema.table(table).geometry and len(years) > 1):
        raise _rivals(table, sources)


def _rivals(table, sources):
    shown = "、".join(s.name + (f" › {s.layer}" if s.path.suffix.lower() in DATABASES else "") for s in sources)
    return BadInput(f"{schema.table(table).title}有 {len(sources)} 份：{shown}，不知道用哪一份",
                    "只留一份，或在字段对应文件里写明用哪一份（可以写几份）", where="资料包")


def _refuse_too_large(source):
    """Raises BadInput for a file beyond what its format or this machine can hold, before anything of it is read."""
    parts = [source.path, *(vector_files.sidecar(source.path, s) for s in (".dbf", ".shx"))]
    for path in parts if source.path.suffix.lower() == ".shp" else parts[:1]:
        if path is not None and path.is_file() and path.stat().st_size >= archive.MOST_FILE_BYTES:
            raise BadInput(f"{path.name} 有 {path.stat().st_size / (1 << 30):.1f} GB，超过 2 GB，读不了",
                           "请按乡镇拆分后再提交（如 DK6207992026-1.shp、DK6207992026-2.shp）", where=source.name)
