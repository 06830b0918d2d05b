"""By what means this machine reads Access databases, and what it lacks where it has none.

On Windows the means is the Access driver under ODBC, of the same bitness as this Python; elsewhere mdbtools. What is
told never depends on being able to try it: every answer of the driver manager has its sentence.
"""

import importlib
import shutil
import sys
from dataclasses import dataclass

PROGRAMS = ("mdb-tables", "mdb-export", "mdb-schema")
DRIVER = "Microsoft Access Driver (*.mdb, *.accdb)"
OLD_DRIVER = "Microsoft Access Driver (*.mdb)"
OTHER_NAMES = {OLD_DRIVER: OLD_DRIVER, "Driver do Microsoft Access (*.mdb)": OLD_DRIVER,
               "Microsoft Access-Treiber (*.mdb)": OLD_DRIVER}
"""The driver of Windows itself: 32 bits only, knows .mdb and not .accdb; its name follows the language of Windows."""
SPREADSHEET_WAY = "用 Access 打开，把各表分别导出为 Excel（.xlsx）或 .csv，文件名用表名（如 CBF.xlsx），放进资料包"
MDBTOOLS, ODBC = "mdbtools", "odbc"


@dataclass(frozen=True)
class Means:
    """``way``: MDBTOOLS, ODBC or "". ``driver``: the name of the ODBC driver. ``lacking``: where there is no way, what is
    missing; ``remedy``: what to install for it, or the spreadsheet way, which needs nothing."""

    way: str = ""
    driver: str = ""
    lacking: str = ""
    remedy: str = ""


def means(suffix=".mdb"):
    """The ``Means`` for files of that suffix."""
    absent = [program for program in PROGRAMS if not shutil.which(program)]
    if not absent:
        return Means(MDBTOOLS)
    if sys.platform == "win32":
        return of_windows(_drivers(), bits(), suffix)
    return Means(lacking=f"没有装 mdbtools（找不到 {'、'.join(absent)}）", remedy=f"请管理员安装 mdbtools（apt install mdbtools）；或{SPREADSHEET_WAY}")


def bits():
    """32 or 64: of this Python, which the driver must share."""
    return 64 if sys.maxsize > 1 << 32 else 32


def of_windows(drivers, python_bits, suffix):
    """The ``Means`` on Windows. ``drivers``: the names that the driver manager gives (only those of this Python's bitness), or
    a text that says why there are none."""
    if isinstance(drivers, str):
        return Means(lacking=drivers, remedy=f"在运行本软件的 Python 中安装 pyodbc，再装 {python_bits} 位的 Access 数据库引擎；或{SPREADSHEET_WAY}")
    if DRIVER in drivers:
        return Means(ODBC, DRIVER)
    old = next((name for name in drivers if name in OTHER_NAMES), "")
    if old and suffix == ".mdb":
        return Means(ODBC, old)
    install = f"安装 {python_bits} 位的 Access 数据库引擎（Microsoft Access Database Engine，与 Python 位数相同）；"
    if old:
        return Means(lacking="这台机器的 Access 驱动只能读 .mdb，不能读 .accdb", remedy=f"{install}或{SPREADSHEET_WAY}")
    other = 32 if python_bits == 64 else 64
    return Means(lacking=f"运行本软件的 Python 是 {python_bits} 位的，没有 {python_bits} 位的 Access 驱动",
                 remedy=f"{install}已装 {other} 位 Office 的，两种位数不能同装，不要改装：{SPREADSHEET_WAY}")


def odbc():
    """The library ``pyodbc``, which only Windows users install."""
    return importlib.import_module("pyodbc")


def _drivers():
    try:
        return list(odbc().drivers())
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError)
        return "运行本软件的 Python 里没有 pyodbc" if missing else "pyodbc 装坏了，读不进来（多半是位数与 Python 不同）"
    except Exception as error:  # a broken driver manager shows in many ways
        return f"ODBC 驱动管理器出错：{error}"
