"""Runs one verb for any door: checks its parameters, opens the work file as the verb needs it, closes it again.

Standard library only until the verb's own module is imported, so that a mistake in a parameter is told at once.
"""

import errno
import importlib
import os
import re
import sqlite3
from datetime import date
from pathlib import Path

from ..model import paths
from ..model.errors import BadInput
from ..store.workfile import WorkFile
from . import catalogue
from .progress import Progress

DATE_PATTERN = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
LONGEST_NAME_BYTES, LONGEST_PATH_BYTES, LONGEST_SHOWN = 255, 3900, 200
SEPARATORS = re.compile(r"[\s,，、;；]+")


def run_verb(name, params, progress=None):
    """Runs the verb ``name`` with ``params`` (by catalogue names) and returns its ``Result``.

    Raises BadInput for an unknown verb or an unusable parameter, before anything is opened; and what the verb raises.
    """
    verb = find_verb(name)
    checked = check_params(verb, params)
    progress = progress or Progress()
    progress.check_cancelled()
    try:
        run = importlib.import_module(f"{__package__}.{verb.module}").run
        if verb.store not in ("write", "read"):
            return run(None, checked, progress)
        with WorkFile.open(checked["work"], readonly=verb.store == "read") as store:
            return run(store, checked, progress)
    except (ModuleNotFoundError, OSError, MemoryError, sqlite3.OperationalError) as error:
        told = as_bad_input(error)
        if told is None or (told.code == "ReadOnly" and verb.store == "read"):
            raise
        raise told from error


def find_verb(name):
    """The verb of that name; BadInput names the known ones otherwise."""
    if name not in catalogue.VERBS:
        raise BadInput(f"没有“{name}”这个步骤", "可用的步骤：" + "、".join(catalogue.VERBS))
    return catalogue.VERBS[name]


def check_params(verb, given):
    """A dict with every parameter of the verb: defaults filled, absent ones None, values in their plain form."""
    known = {param.name: param for param in verb.params}
    for name in given:
        if name not in known:
            raise BadInput(f"“{verb.title}”没有参数“{name}”", "可用的参数：" + "、".join(known))
    checked = {}
    for name, param in known.items():
        value = given.get(name)
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "" or (param.kind == catalogue.TEXTS and not value):
            if param.required:
                raise BadInput(f"缺少参数“{param.label}”", f"请给出{param.label}：{param.help}", where=_where(param))
            value = param.default
        else:
            value = CHECKS[param.kind](param, value)
        if value is None and param.kind == catalogue.TEXTS:
            value = []
        checked[name] = bool(value) if param.kind == catalogue.FLAG else value
    return checked


def _where(param):
    return param.label if param.positional else param.option


def _bad(param, message, remedy):
    return BadInput(f"参数“{param.label}”：{message}", remedy, where=_where(param))


def _text(param, value):
    if "\x00" in str(value):
        raise _bad(param, "含有不能使用的字符", "请重新输入")
    return str(value)


def _texts(param, value):
    values = SEPARATORS.split(value.strip()) if isinstance(value, str) else [str(v).strip() for v in value]
    return list(dict.fromkeys(v for v in values if v))


def _whole(param, value):
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d+", str(value)):
        raise _bad(param, f"“{value}”不是整数", f"请给出整数（{param.help}）")
    return int(value)


def _date(param, value):
    found = DATE_PATTERN.fullmatch(str(value))
    try:
        return date(*(int(part) for part in found.groups())).isoformat()
    except (AttributeError, ValueError):
        raise _bad(param, f"“{value}”不是日期", "请按 年-月-日 书写，如 2026-07-01") from None


def _choice(param, value):
    by_label = {label: code for code, label in param.choices.items()}
    code = by_label.get(str(value), str(value))
    if code not in param.choices:
        listed = "、".join(f"{code}（{label}）" for code, label in param.choices.items())
        raise _bad(param, f"“{value}”不在可选值之中", f"可选值：{listed}")
    return code


def _flag(param, value):
    if isinstance(value, str):
        value = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}.get(value.lower(), value)
    if value not in (True, False):
        raise _bad(param, f"“{value}”应为是或否", "请给出是或否")
    return bool(value)


def _path(param, value):
    """The path, where it is one: no connection, virtual file of a reader, or device."""
    text = _text(param, value)
    if paths.is_strange(text):
        raise _bad(param, "这不是普通的文件路径", f"请给出本机上的文件或文件夹：{text[:LONGEST_SHOWN]!r}")
    if text.startswith("\\\\") and os.sep == "/":
        raise _bad(param, "这是 Windows 的网络共享路径", f"先挂载到本机，或先复制到本机再选：{text[:LONGEST_SHOWN]}")
    parts = [len(part.encode("utf-8", "replace")) for part in re.split(r"[\\/]", text)]
    if max(parts) > LONGEST_NAME_BYTES or sum(parts) + len(parts) > LONGEST_PATH_BYTES:
        raise _bad(param, "文件名太长", f"把文件名改短：{text[:LONGEST_SHOWN]}…")
    return Path(text)


def _exists(path):
    """False also for a name that the system cannot have, such as one that is too long."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _missing(param, path, what):
    if paths.is_share(path):
        return _bad(param, f"网络共享上的{what}打不开", f"检查网络，或先复制到本机再选：{path}")
    return _bad(param, f"{what}不存在", f"检查路径：{path.absolute()}")


def _file(param, value):
    path = _path(param, value)
    if not _exists(path):
        raise _missing(param, path, "文件")
    if not path.is_file():
        raise _bad(param, "不是文件", f"检查路径：{path}")
    return str(path)


def _new_file(param, value):
    path = _path(param, value)
    if paths.has_reserved(path.name):
        raise _bad(param, f"“{path.name}”是系统保留的名称", "请换一个文件名")
    suffixes = re.findall(r"\*(\.\w+)", param.filter)
    if path.is_dir():
        raise _bad(param, "这是一个文件夹", f"请给出文件名：{path}")
    if suffixes and path.suffix.lower() not in suffixes:
        raise _bad(param, f"文件名应以 {'、'.join(suffixes)} 结尾", f"请改为 {path.name}{suffixes[0]} 之类的名称")
    if not path.absolute().parent.is_dir():
        raise _bad(param, "所在的文件夹不存在", f"请先建立文件夹：{path.absolute().parent}")
    return str(path)


def _folder(param, value):
    path = _path(param, value)
    if not _exists(path):
        raise _missing(param, path, "文件夹")
    if not path.is_dir():
        raise _bad(param, "不是文件夹", f"检查路径：{path}")
    return str(path)


def _folder_or_file(param, value):
    path = _path(param, value)
    if not _exists(path):
        raise _missing(param, path, "文件夹或文件")
    suffixes = re.findall(r"\*(\.\w+)", param.filter)
    if path.is_file() and suffixes and path.suffix.lower() not in suffixes:
        raise _bad(param, f"应是文件夹，或 {'、'.join(suffixes)} 文件", f"其他压缩包请先解压，再选解压出来的文件夹：{path}")
    return str(path)


def _new_folder(param, value):
    path = _path(param, value)
    if _exists(path) and not path.is_dir():
        raise _bad(param, "已有同名的文件", f"请换一个文件夹：{path}")
    return str(path)


CHECKS = {
    catalogue.TEXT: _text, catalogue.TEXTS: _texts, catalogue.WHOLE: _whole, catalogue.DATE: _date,
    catalogue.CHOICE: _choice, catalogue.FLAG: _flag, catalogue.FILE: _file, catalogue.NEW_FILE: _new_file,
    catalogue.FOLDER: _folder, catalogue.NEW_FOLDER: _new_folder, catalogue.FOLDER_OR_FILE: _folder_or_file,
}


def as_bad_input(error):
    """What the machine refused, in the user's words; None where the failure is our own and belongs in the log."""
    if isinstance(error, MemoryError):
        return BadInput("内存不足，未作任何更改", "关闭其他程序，或换一台内存更大的电脑", code="OutOfMemory")
    if isinstance(error, ModuleNotFoundError):
        library = (error.name or "").split(".")[0]
        if not library or library == __package__.split(".")[0]:
            return None
        return BadInput(f"缺少 Python 库 {library}", "在运行本软件的 Python 中安装它，再用“自检”（selfcheck）核对",
                        code="LibraryMissing")
    if isinstance(error, sqlite3.OperationalError):
        if "locked" in str(error) or "busy" in str(error):
            return BadInput("工作文件正被占用", "在 QGIS 中保存或放弃编辑、关闭其他程序后再试", code="WorkFileBusy")
        if "readonly" in str(error):
            return BadInput("工作文件或它所在的文件夹是只读的，未作任何更改", "去掉只读属性，或把工作文件复制到可以写的文件夹再做",
                            code="ReadOnly")
        return None
    if error.errno == errno.ENAMETOOLONG or getattr(error, "winerror", None) in (3, 206):
        return BadInput("文件路径太长", "把文件名改短，或放到 D:\\资料 这样短的路径下", where=str(error.filename or "")[-LONGEST_SHOWN:],
                        code="PathTooLong")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return BadInput("磁盘已满，未作任何更改", "清理磁盘后再试", code="DiskFull")
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return BadInput("文件或文件夹不允许读写", "检查权限；文件若正在 Excel、WPS 或 PDF 阅读器中打开，请先关闭",
                        where=str(error.filename or ""), code="AccessDenied")
    return None
