"""``selfcheck``: is this machine fit for the work, and is a work file whole? Exit code 2 names what is missing."""

import importlib
import platform
import re
import sqlite3
import sys
import tempfile
from pathlib import Path

from .. import version
from ..model.errors import BadInput, WaterRightsError
from ..model.schema import SCHEMA_VERSION
from ..review import trail
from ..store import journal, reading
from ..store.workfile import WorkFile
from . import text_table
from .progress import Result

OLDEST_PYTHON = (3, 9)
OLDEST_SQLITE = (3, 24)  # INSERT … ON CONFLICT DO UPDATE
# (module, name for people, oldest version, what it is for)
LIBRARIES = (
    ("numpy", "numpy", (1, 24), "计算"),
    ("pandas", "pandas", (1, 5), "计算"),
    ("shapely", "shapely", (2, 0), "图形"),
    ("geopandas", "geopandas", (0, 14), "图形"),
    ("pyproj", "pyproj", (3, 4), "坐标系"),
    ("openpyxl", "openpyxl", (3, 0), "xlsx 表格"),
    ("yaml", "PyYAML", (5, 4), "政策文件"),
    ("reportlab", "reportlab", (3, 6), "PDF"),
)
READERS = (("pyogrio", (0, 6)), ("fiona", (1, 8)))
HELPERS = (("xlrd", "旧式 .xls 表格"), ("segno", "二维码"), ("pypdf", "合并 PDF"))
GOOD, LACKING, POOR = "正常", "缺少", "注意"


def run(store, params, progress):
    """Checks the machine, and the work file where ``work`` is given. Raises BadInput listing what must be mended."""
    progress.plan(6, 3, 1, *([50] if params["work"] else []))
    progress.step("检查 Python 与库")
    rows = [*python_rows(), *rows_of_libraries(), *access_rows()]
    progress.step("检查字体")
    rows += font_rows()
    progress.step("试读写")
    rows += trial_rows()
    if params["work"]:
        progress.step("检查工作文件")
        rows += work_rows(params["work"], progress)
    lacking = [row for row in rows if row[1] == LACKING]
    if lacking:
        raise BadInput(
            "自检没有通过：" + "；".join(f"{name}（{detail}）" for name, _, detail in lacking),
            "装好或修好以上各项后再运行一次自检。全部结果：\n" + "\n".join(text_table.lines(rows)), code="SelfcheckFailed")
    poor = sum(1 for row in rows if row[1] == POOR)
    return Result(
        title="自检通过" + (f"，{poor} 项请注意" if poor else ""),
        table=[(name, f"{verdict}  {detail}") for name, verdict, detail in rows],
        counts={"checked": [{"what": name, "verdict": verdict, "detail": detail} for name, verdict, detail in rows]},
    )


def python_rows():
    """Python, SQLite and the product itself: (what, verdict, detail)."""
    yield "水权确权", GOOD, f"{version.VERSION}，工作文件模式 {SCHEMA_VERSION}"
    fit = sys.version_info[:2] >= OLDEST_PYTHON
    yield ("Python", GOOD if fit else LACKING,
           platform.python_version() + ("" if fit else f"，至少要 {_dotted(OLDEST_PYTHON)}"))
    fit = sqlite3.sqlite_version_info[:2] >= OLDEST_SQLITE
    yield ("SQLite", GOOD if fit else LACKING,
           sqlite3.sqlite_version + ("" if fit else f"，至少要 {_dotted(OLDEST_SQLITE)}"))


def rows_of_libraries():
    """The libraries against their oldest supported version; one of the two readers must be there."""
    for module, name, oldest, purpose in LIBRARIES:
        found = installed_version(module)
        if found is None:
            yield name, LACKING, f"没有安装（{purpose}）"
        elif numbers_of(found) < oldest:
            yield name, LACKING, f"{found} 太旧，至少要 {_dotted(oldest)}（{purpose}）"
        else:
            yield name, GOOD, f"{found}（{purpose}）"
    readers = [(name, installed_version(name), oldest) for name, oldest in READERS]
    fit = [f"{name} {found}" for name, found, oldest in readers if found and numbers_of(found) >= oldest]
    detail = "、".join(fit) if fit else "pyogrio 与 fiona 都没有，或版本太旧"
    yield "矢量数据读写", GOOD if fit else LACKING, detail
    for module, purpose in HELPERS:
        found = installed_version(module)
        yield module, GOOD if found else POOR, f"{found}（{purpose}）" if found else f"没有安装（{purpose}）"


def access_rows():
    """By what means ownership databases (.mdb) are read here; without one there is always the spreadsheet way."""
    try:
        from ..intake import access_means
    except ImportError:  # told by ``rows_of_libraries``
        return
    told = {access_means.MDBTOOLS: "用 mdbtools 读", access_means.ODBC: "用 Access 驱动读"}
    for title, suffix in (("Access（.mdb）", ".mdb"), ("Access（.accdb）", ".accdb")):
        here = access_means.means(suffix)
        yield title, GOOD if here.way else POOR, told[here.way] if here.way else f"读不了：{here.lacking}。{here.remedy}"


def installed_version(module):
    """The version of an importable module, as text; None where it cannot be imported."""
    try:
        loaded = importlib.import_module(module)
    except (ImportError, OSError):
        return None
    return str(getattr(loaded, "__version__", None) or getattr(loaded, "Version", None) or "版本未知")


def numbers_of(text):
    """``"2.0.1"`` → (2, 0, 1); what is not a number ends it."""
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def _dotted(numbers):
    return ".".join(str(n) for n in numbers)


def font_rows():
    """Which fonts print the documents."""
    try:
        from ..documents import fonts

        book = fonts.find()
    except ImportError as error:
        return [("字体", LACKING, f"不能检查：缺少 {error.name}")]
    except BadInput as error:
        return [("字体", LACKING, f"{error.message}；{error.remedy}")]
    rows = [(f"字体 {role}", GOOD, file_name) for role, file_name in book.describe().items()]
    prints, total = book[fonts.SONG].coverage(fonts.gb2312_characters())
    verdict = GOOD if prints == total else POOR
    rows.append(("常用汉字", verdict, f"能打印 {prints:,}/{total:,} 个"))
    return rows


def trial_rows():
    """Makes a small work file with one parcel in a temporary folder and reads it back."""
    try:
        from pyproj import CRS
        from shapely import box

        from ..store import frames
        from ..store.create import create_workfile

        with tempfile.TemporaryDirectory(prefix="wr_") as folder:
            path = Path(folder) / "自检.gpkg"
            with create_workfile(path, CRS.from_epsg(4522)) as made, made.transaction():
                made.set_setting("county_name", "自检县")
                _write_one_area(made, frames, box(34_500_000, 4_300_000, 34_500_100, 4_300_100))
            with WorkFile.open(path, readonly=True) as again:
                _, shapes = frames.read_geometry(again, "CJQY")
                fit = again.setting("county_name") == "自检县" and len(shapes) == 1 and shapes[0].area == 10_000
    except (WaterRightsError, ImportError, OSError, ValueError, sqlite3.Error) as error:
        reason = error.message if isinstance(error, WaterRightsError) else type(error).__name__
        return [("试读写工作文件", LACKING, f"没有成功：{reason}")]
    return [("试读写工作文件", GOOD if fit else LACKING, "写入一个图形并读回" + ("" if fit else "，读回的与写入的不同"))]


def _write_one_area(store, frames, shape):
    import numpy
    import pandas

    frames.append(store, "CJQY", pandas.DataFrame({"CJQYDM": ["620799100200"], "CJQYMC": ["自检村"]}),
                  numpy.array([shape], dtype=object))


def work_rows(path, progress):
    """Is the work file whole: SQLite's own check, references, journal."""
    with WorkFile.open(path, readonly=True) as store:
        rows = [("工作文件", GOOD, f"{Path(path).name}，模式 {store.setting('schema_version')}")]
        damage = [row[0] for row in reading.rows(store, "PRAGMA integrity_check(5)")]
        rows.append(("文件完整性", GOOD, "完整") if damage == ["ok"] else
                    ("文件完整性", LACKING, "文件已损坏，请用备份：" + "；".join(damage)))
        progress.update(1, 3)
        broken = reading.rows(store, "PRAGMA foreign_key_check")
        tables = sorted({row[0] for row in broken})
        rows.append(("表间引用", LACKING, f"{len(broken)} 处断开：{'、'.join(tables)}") if broken else
                    ("表间引用", GOOD, "没有断开"))
        progress.update(2, 3)
        problems = journal.verify(store)
        length = reading.count(store, "SELECT count(*) FROM journal")
        rows.append(("变更日志", LACKING, "；".join(problems[:5])) if problems else
                    ("变更日志", GOOD, f"{length:,} 条，前后相连"))
        edited = trail.disagreements(store)
        rows.append(("变更日志与表", LACKING, f"{len(edited)} 处不符：" + "；".join(edited[:5])) if edited else
                    ("变更日志与表", GOOD, "核定结果、公示、审核、水权证与变更日志相符"))
        progress.update(3, 3)
    return rows
