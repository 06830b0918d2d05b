"""A saved field mapping: which file, layer and column is what, for packages that do not follow the standard names.

The form (YAML), everything but ``tables`` optional::

    county: {code: "620799", name: 示例县}
    sender: 某测绘院             # 谁交来的：保存的字段对应以它命名
    work_crs: EPSG:32736        # 工作坐标系
    crs: EPSG:32736             # 图层没有 .prj 时
    encoding: GB18030           # DBF 文字编码
    code_standard: own          # 编码不按 NY/T 2539
    tables:
      parcel:
        file: plots.gpkg        # 一个文件，或文件的列表
        layer: plots            # 多图层文件中的图层
        sheet: Sheet1           # 工作表
        crs: EPSG:32736
        encoding: UTF-8
        close_lines: true       # 地块以闭合线交来：围成面
        headers: [FID, name, alias, status]         # 文件的全部列名：同样的列名再来时自动套用本文件
        fields: {DKBM: FID, DKMC: [name, alias]}    # 列出几个的取第一个非空；图层没有 FID 这一列时，FID 为要素号
        constants: {DKLB: "10"}
        codes: {DKLB: {耕地: "10"}}
        units: {SCMJ: mu}       # 面积实际用的单位：m2、mu（亩）、ha（公顷）；SCMJ@文件名 只对一个文件

A field whose column is ``~`` is not in the file, whatever a column may be called. The second of two columns called 面积
is ``面积#2``. A table whose files differ in their columns is a list of such sections, each with its own ``file``.
"""

import hashlib
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path, PureWindowsPath
from typing import Any, Dict, List, Mapping, Tuple

from ..model import paths, schema
from ..model.errors import BadInput
from . import coordinates, units, vector_files, yaml_file
from .answers import NO_ANSWERS, Answers, of_this_file
from .encoding import Asked

STANDARD, OWN = "NY/T 2539", "own"
TOP_KEYS = {"county", "sender", "work_crs", "crs", "encoding", "code_standard", "tables", "description"}
TABLE_KEYS = {"file", "layer", "sheet", "crs", "encoding", "close_lines", "headers", "fields",
              "constants", "codes", "units"}
COUNTY_CODE = re.compile(r"[0-9]{6}")


@dataclass(frozen=True)
class TableMapping:
    """What the mapping says of one table; ``files`` are names relative to the package. ``headers``: the columns that the
    file had when the mapping was made. ``parts``: where the table's files differ, what is said of each."""

    files: List[str] = field(default_factory=list)
    layer: str = ""
    sheet: str = ""
    crs: str = ""
    encoding: str = ""
    close_lines: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    headers: List[str] = field(default_factory=list)
    units: Mapping[str, str] = field(default_factory=dict)
    parts: Tuple["TableMapping", ...] = ()

    def unit_of(self, name, file):
        """The unit that is said of a field, for this file first; "" where nothing is."""
        for key, unit in self.units.items():
            field_name, at, pattern = key.partition("@")
            if at and field_name == name and of_this_file(pattern, file):
                return unit
        return self.units.get(name, "")


NOTHING_SAID = TableMapping()


@dataclass(frozen=True)
class FieldMapping:
    tables: Dict[str, TableMapping] = field(default_factory=dict)
    county_code: str = ""
    county_name: str = ""
    work_crs: str = ""
    crs: str = ""
    encoding: str = ""
    code_standard: str = STANDARD
    sha256: str = ""
    sender: str = ""
    answers: Answers = NO_ANSWERS

    def encoding_of(self, table, file):
        """The encoding asked for in a file of text, as ``encoding.Asked``; None where nobody asked."""
        forced = self.answers.forced_encoding(file)
        if forced:
            return Asked(forced, True, "按“文字编码”参数的指定")
        mapped = self.of(table, file).encoding or self.encoding
        if mapped:
            return Asked(mapped)
        return Asked(self.answers.encoding, False, "按“文字编码”参数") if self.answers.encoding else None

    def crs_of(self, table, file):
        """The CRS asked for a layer, as ``coordinates.Asked``; None where nobody asked."""
        forced = self.answers.forced_crs(file)
        if forced:
            return coordinates.Asked(forced, True, "按“坐标系”参数的指定")
        if self.of(table, file).crs:
            return coordinates.Asked(self.of(table, file).crs)
        if self.answers.crs:
            return coordinates.Asked(self.answers.crs, False, "按“坐标系”参数")
        return coordinates.Asked(self.crs, False) if self.crs else None


    def of(self, table, file=""):
        """The mapping of one table, or of one file of it; an empty one where it says nothing of it."""
        whole = self.tables.get(table, NOTHING_SAID)
        if not whole.parts:
            return whole
        return next((part for part in whole.parts if file.replace("\\", "/") in _slashed(part.files)),
                    replace(NOTHING_SAID, units=whole.units))


def _slashed(files):
    return [file.replace("\\", "/") for file in files]


def read_mapping(path):
    """A FieldMapping, checked against the schema. BadInput with the line for every kind of mistake."""
    path = Path(path)
    text = yaml_file.text_of(path)
    data, lines = yaml_file.load(text, path.name)
    check = _Check(path.name, lines)
    check.mapping("", data or {})
    for key in data or {}:
        if key not in TOP_KEYS:
            check.fail(str(key), f"不认识的设置“{key}”，可用：{'、'.join(sorted(TOP_KEYS))}")
    data = data or {}
    county = data.get("county") or {}
    check.mapping("county", county)
    code, name = str(county.get("code") or ""), str(county.get("name") or "")
    if code and not COUNTY_CODE.fullmatch(code):
        check.fail("county.code", "县代码应是加引号的 6 位数字")
    standard = data.get("code_standard", STANDARD)
    if standard not in (STANDARD, OWN):
        check.fail("code_standard", f"编码标准应为 “{STANDARD}” 或 own")
    tables = data.get("tables") or {}
    check.mapping("tables", tables)
    made = {str(t): _sections(check, str(t), value) for t, value in tables.items()}
    sender = check.text("sender", data.get("sender") or "")
    return FieldMapping(made, code, name, _crs(data.get("work_crs")), _crs(data.get("crs")), str(data.get("encoding") or ""),
                        standard, hashlib.sha256(text.encode("utf-8")).hexdigest(), sender)


def _crs(value):
    return "" if value is None else str(value)


class _Check:
    """Raises with file and line."""

    def __init__(self, name, lines):
        self.name, self.lines = name, lines

    def fail(self, path, message):
        line = yaml_file.line_of(self.lines, path)
        raise BadInput(message, "改正字段对应文件", where=f"{self.name} › 第 {line} 行" if line else self.name)

    def mapping(self, path, value):
        if not isinstance(value, dict):
            self.fail(path, f"“{path or '文件'}”应是“名称: 值”的形式")

    def text(self, path, value):
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            self.fail(path, f"“{path}”应是文字")
        return str(value)


def _sections(check, name, value):
    """One table's mapping; of a list, one whose parts are its sections."""
    path = f"tables.{name}"
    if not isinstance(value, list):
        return _table(check, name, path, value)
    parts = tuple(_table(check, name, f"{path}[{i}]", each) for i, each in enumerate(value))
    files = [file for part in parts for file in part.files]
    if not all(part.files for part in parts):
        check.fail(path, f"“{path}”分几段写时，每段都要写明 file")
    if len(set(_slashed(files))) < len(files):
        check.fail(path, f"“{path}”的几段里有同一个文件")
    return TableMapping(files, parts[0].layer, parts=parts) if parts else NOTHING_SAID


def _table(check, name, path, value):
    declared = schema.tables().get(name)
    if declared is None or not declared.delivered:
        known = "、".join(f"{t.name}（{t.title}）" for t in schema.tables().values() if t.delivered)
        check.fail(path, f"没有叫“{name}”的表，可用：{known}")
    check.mapping(path, value)
    for key in value:
        if key not in TABLE_KEYS:
            check.fail(f"{path}.{key}", f"不认识的设置“{key}”，可用：{'、'.join(sorted(TABLE_KEYS))}")
    files = value.get("file") or []
    files = [check.text(f"{path}.file", f) for f in (files if isinstance(files, list) else [files])]
    for file in files:
        plain = PureWindowsPath(file)
        if plain.drive or plain.root or ".." in plain.parts or paths.is_strange(file) or paths.has_reserved(file):
            check.fail(f"{path}.file", f"文件“{file}”应是资料包文件夹内的相对路径")
    fields, constants, words = (value.get(k) or {} for k in ("fields", "constants", "codes"))
    for part, given in (("fields", fields), ("constants", constants), ("codes", words)):
        check.mapping(f"{path}.{part}", given)
        for item in given:
            if item not in declared.by_name or item in ("fid", "uuid"):
                check.fail(f"{path}.{part}.{item}", f"{declared.title}没有字段“{item}”，可用：{'、'.join(declared.columns[1:])}")
    headers = value.get("headers") or []
    if not isinstance(headers, list):
        check.fail(f"{path}.headers", "headers 应是列名的列表")
    headers = [check.text(f"{path}.headers", h) for h in headers]
    fields = {str(k): _headers(check, f"{path}.fields.{k}", v) for k, v in fields.items()}
    constants = {str(k): _constant(check, f"{path}.constants.{k}", v) for k, v in constants.items()}
    for item, given in words.items():
        check.mapping(f"{path}.codes.{item}", given)
    words = {str(k): {str(a): str(b) for a, b in v.items()} for k, v in words.items()}
    for item, given in words.items():
        _known_codes(check, f"{path}.codes.{item}", declared.by_name[item], given.values())
    close = value.get("close_lines", False)
    if not isinstance(close, bool):
        check.fail(f"{path}.close_lines", "close_lines 应为 true 或 false")
    if close and declared.geometry != schema.MULTIPOLYGON:
        check.fail(f"{path}.close_lines", f"{declared.title}不是面图层，不能由闭合线围成")
    return TableMapping(files, str(value.get("layer") or ""), str(value.get("sheet") or ""), _crs(value.get("crs")),
                        str(value.get("encoding") or ""), close, fields, constants, words, headers,
                        _units(check, f"{path}.units", declared, value.get("units") or {}))


def _units(check, path, declared, value):
    """{field or field@file: unit} of area fields."""
    check.mapping(path, value)
    made = {}
    for key, word in value.items():
        item = declared.by_name.get(str(key).partition("@")[0])
        if item is None or not units.natural(item):
            check.fail(f"{path}.{key}", f"“{key}”不是{declared.title}的面积字段")
        if units.named(word) is None:
            check.fail(f"{path}.{key}", f"不认识的面积单位“{word}”，可用：{'、'.join(units.NAMES)}")
        made[str(key)] = units.named(word)
    return made


def _headers(check, path, value):
    if value is None:
        return None
    if value == "":
        check.fail(path, f"“{path.rpartition('.')[2]}”还没有填是哪一列；确实没有这一列的，写 ~")
    if isinstance(value, list):
        if not value:
            check.fail(path, "列表是空的")
        return [check.text(path, v) for v in value]
    return check.text(path, value)


def _constant(check, path, value):
    if not isinstance(value, (str, int, float)):
        check.fail(path, "常量应是文字或数字")
    return value


def _known_codes(check, path, item, given):
    if item.codes:
        wrong = [v for v in given if v not in item.codes]
        if wrong:
            check.fail(path, f"“{wrong[0]}”不是{item.alias}的代码，可用：{'、'.join(f'{c}（{w}）' for c, w in item.codes.items())}")


def confined(package, file):
    """The path of ``file`` inside the package folder; BadInput where it leads outside or does not exist."""
    root = os.path.realpath(package)
    path = os.path.realpath(os.path.join(root, file.replace("\\", "/")))
    if path != root and not path.startswith(root + os.sep):
        raise BadInput("文件不在资料包文件夹内", "把文件放进资料包，再写相对路径", where=file)
    return vector_files.checked_path(path)
