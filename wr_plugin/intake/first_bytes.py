"""What a file is by its first bytes, looked at before a reader that would guess by itself is given it.

GDAL takes a small XML file of any name for a description of other files, databases or services and opens those. A
document type in XML can make a reader expand entities without end. Both are refused here.
"""

import re

from ..model.errors import BadInput

PROLOG_BYTES = 1 << 20
ROOT = re.compile(r"<\s*(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
COMMENT = re.compile(r"<!--.*?-->|<\?.*?\?>", re.DOTALL)
NOT_GENUINE = "用 QGIS 打开看看，重新导出后再试"
ROOTS = {".kml": ("kml",)}
OLE, ENCRYPTED = bytes.fromhex("d0cf11e0a1b11ae1"), "EncryptedPackage".encode("utf-16-le")
OUTWARD_ROOTS = re.compile(r"ogr|vrt|gdal|wfs_capabilities|wms", re.IGNORECASE)


def require_genuine(path, name=""):
    """Raises BadInput where the first bytes of a layer file contradict its ending, or carry an XML document type."""
    name, suffix = name or path.name, path.suffix.lower()
    if path.is_dir():
        if not any(each.suffix.lower() == ".gdbtable" for each in path.iterdir()):
            raise _no(name, "里面没有 FileGDB 的数据文件（.gdbtable）")
        return
    with open(path, "rb") as stream:
        head = stream.read(PROLOG_BYTES)
    if not head:
        raise BadInput("文件是空的（0 字节）", "请重新拷贝或导出该文件", where=name)
    if suffix == ".gpkg" and not head.startswith(b"SQLite format 3\x00"):
        raise _no(name, "不是 GeoPackage")
    elif suffix in (".geojson", ".json") and _text(head).lstrip()[:1] not in ("{", "["):
        raise _no(name, "不是 GeoJSON")
    elif suffix == ".dxf" and not (head.startswith(b"AutoCAD Binary DXF") or re.match(rb"(\xef\xbb\xbf)?\s*(0|999)\s*[\r\n]", head)):
        raise _no(name, "不是 DXF")
    elif suffix in (".kml", ".gml"):
        _require_root(head, suffix, name)


def workbook_kind(path, name=""):
    """``.xlsx`` or ``.xls``: what a workbook is by its first bytes, whatever its ending; BadInput with what it is instead."""
    with open(path, "rb") as stream:
        head = stream.read(PROLOG_BYTES)
    name, suffix = name or path.name, path.suffix.lower()
    if head.startswith(b"PK\x03\x04"):
        return ".xlsx"
    if head.startswith(OLE):
        if ENCRYPTED in head:
            raise BadInput("表格加了密码，读不了", "用 Excel 或 WPS 打开，去掉打开密码后另存为 .xlsx 再试", where=name)
        return ".xls"
    start = _text(head[:PROLOG_BYTES >> 8]).lstrip()[:200].lower()
    if start.startswith(("<html", "<!doctype html", "<table", "<meta", "<head")):
        raise _other(name, f"这个 {suffix} 其实是网页（HTML）")
    if start.startswith(("<?xml", "<workbook")):
        raise _other(name, f"这个 {suffix} 其实是 XML 表格")
    if head and not head.startswith(b"PK") and b"\x00" not in head[:4096] and (b"\t" in head or b"," in head):
        raise _other(name, f"这个 {suffix} 其实是文本表格", "把扩展名改为 .csv 再试；或")
    return suffix


def _other(name, what, way=""):
    return BadInput(f"{what}，不是 Excel 工作簿", f"{way}用 Excel 或 WPS 打开后另存为 .xlsx 再试", where=name)


def _require_root(head, suffix, name):
    text = _text(head)
    root = xml_root(text, name)
    wanted = ROOTS.get(suffix)
    if wanted and root.lower() not in wanted or OUTWARD_ROOTS.match(root):
        raise _no(name, f"不是 {suffix[1:].upper()}（根元素是 {root[:40]}）")


def xml_root(text, name):
    """The local name of the root element. BadInput where there is none, or a document type stands before it."""
    plain = COMMENT.sub("", text)
    found = ROOT.search(plain)
    if "<!" in (plain[:found.start()] if found else plain):
        raise BadInput("文件里有不该有的 XML 声明（DOCTYPE），不安全，未读", "用原来的软件打开后另存为新文件再试", where=name)
    if not found:
        raise _no(name, "不是 XML")
    return found.group(1)


def refuse_document_type(head, name):
    """Raises BadInput where XML (its first bytes) has a document type; an empty part has none."""
    if head.strip():
        xml_root(_text(head), name)


def _text(head):
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", "replace")
    if head[:4].count(b"\x00") >= 2:
        return head.replace(b"\x00", b"").decode("latin-1")
    return head.decode("utf-8-sig", "replace")


def _no(name, what):
    return BadInput(f"文件的内容与扩展名不符：{what}", NOT_GENUINE, where=name)
