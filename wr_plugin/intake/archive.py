"""A hand-over package that comes as one .zip: unpacked into a temporary folder of its own, which is deleted afterwards.

Names that a Chinese Windows wrote are GBK without a mark; they are decoded from the bytes of all names together. A zip
is refused as a whole where it could do harm (names that lead out, links, bombs) or where something of it would be lost
(two files of one name, a password, damage). Files that no import reads are only put there by name, empty, so that they
are listed. A .zip inside is unpacked too, one level deep, into a folder of its name.
"""

import os
import re
import secrets
import shutil
import stat
import struct
import sys
import tempfile
import unicodedata
import uuid
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, NamedTuple

from ..model import paths
from ..model.errors import BadInput
from ..store import half_made
from . import encoding as encodings

SUFFIX = ".zip"
OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".z", ".001", ".z01")
NOT_UNPACKED = {".tif", ".tiff", ".img", ".jpg", ".jpeg", ".png", ".bmp", ".gif", ".ecw", ".sid", ".jp2", ".pdf", ".doc", ".docx",
                ".wps", ".ppt", ".pptx", ".dwg", ".mp4", ".avi", ".mp3", ".exe", ".dll", ".msi", ".bat", ".cmd", ".ps1",
                ".js", ".vbs", ".lnk", ".scr", ".rar", ".7z", ".iso", ".ovr", ".rrd", ".tfw", ".mxd", ".lyr", ".qgz", ".qgs"}
MOST_FILES, MOST_IN_FOLDER = 20_000, 1_000_000
MOST_FILE_BYTES = 2 << 30
MOST_BYTES = 16 << 30
MOST_RATIO = 400
RATIO_FROM_BYTES = 64 << 20
SPARE_BYTES = 256 << 20
DEEPEST = 20
LONGEST_NAME_BYTES = 255
CHUNK = 1 << 20
UNICODE_PATH = 0x7075
UTF8_FLAG, ENCRYPTED_FLAGS = 0x800, 0x1 | 0x40 | 0x2000
FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
UNPACK_YOURSELF = "请在本机解压，再导入解压出来的文件夹"
SEND_AGAIN = "请对方重新打包发送，或在本机解压后导入文件夹"


@dataclass(frozen=True)
class Member:
    """One file of a zip: ``info`` of the zip, ``name`` decoded, with ``/`` between its parts."""

    info: zipfile.ZipInfo
    name: str


class Opened(NamedTuple):
    """``folder``: the package's folder. ``left``: {name: reason} of the zips in it that stay packed. ``unpacked``:
    {name: temporary folder} of those that lie unpacked elsewhere."""

    folder: Path
    left: Dict[str, str]
    unpacked: Dict[str, Path]


@contextmanager
def opened(path, progress=None):
    """A package as ``Opened``: the given folder with its zips unpacked elsewhere, or the content of a .zip. All that was
    unpacked is deleted at the end.

    ``progress``: a ``Progress`` whose cancelling is heard while unpacking. BadInput where the zip cannot be used.
    """
    path = Path(path)
    if path.is_dir() and not zips_in(path):
        yield Opened(path, {}, {})
        return
    if not path.is_dir():
        _require_zip(path)
    try:
        parent = os.path.join(os.path.realpath(tempfile.gettempdir()), "wr-" + secrets.token_hex(6))
        half_made.announce(parent)
        os.mkdir(parent, 0o700)
    except OSError as error:
        raise _no_room(path.name, error) from error
    try:
        if path.is_dir():
            yield Opened(path, *_unpacked_beside(path, Path(parent), progress))
        else:
            folder = Path(parent) / path.stem
            folder.mkdir()
            yield Opened(folder, unpack(path, folder, path.name, progress), {})
    finally:
        _delete(parent)
        half_made.withdraw(parent)


def zips_in(folder):
    """The zips below a folder, in a fixed order; not hidden ones, and none through a link that leads out."""
    inside = os.path.realpath(folder)
    return [p for p in sorted(Path(where) / name for where, _, names in walk(folder) for name in names
                              if name.lower().endswith(SUFFIX) and not name.startswith("."))
            if p.is_file() and os.path.realpath(p).startswith(inside + os.sep)]


def walk(folder):
    """``os.walk`` of a package folder in a fixed order, without hidden folders. Raises BadInput where it holds so much that
    it is no package (a whole disk, somebody's home), or has a folder that may not be read."""
    seen, given = 0, Path(folder).absolute()
    if given == Path(given.anchor):
        raise BadInput("这是整个磁盘，不是资料包", "选以县代码和县名命名的那个文件夹", where=str(folder))
    for where, folders, names in os.walk(folder, onerror=_unreadable):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__MACOSX")))
        seen += len(names)
        if seen > MOST_IN_FOLDER:
            raise BadInput(f"文件夹里有超过 {MOST_IN_FOLDER:,} 个文件，不像一个资料包", "选以县代码和县名命名的那个文件夹，不要选整个磁盘或桌面",
                           where=str(folder))
        yield where, folders, sorted(names)


def _unreadable(error):
    if isinstance(error, PermissionError):
        raise BadInput("资料包里有一个文件夹不让读", "检查它的权限，或把资料包复制到自己的文件夹再导入", where=str(error.filename or ""),
                       detail=str(error))


def _unpacked_beside(folder, parent, progress):
    """({name: reason}, {name: folder}) of the zips of a package folder, which is not written to."""
    left, unpacked, budget = {}, {}, [MOST_FILES, MOST_BYTES]
    for number, path in enumerate(zips_in(folder)):
        name, target = path.relative_to(folder).as_posix(), parent / str(number)
        target.mkdir()
        try:
            unpack(path, target, name, progress, nested=True, budget=budget)
            unpacked[name] = target
        except BadInput as error:
            left[name] = f"{error.message}；{error.remedy}"
            _delete(target)
    return left, unpacked


def _require_zip(path):
    if path.suffix.lower() in OTHER_ARCHIVES:
        raise BadInput(f"{path.suffix} 压缩包不能直接读", UNPACK_YOURSELF, where=path.name)
    if path.suffix.lower() != SUFFIX:
        raise BadInput("资料包应是文件夹或 .zip 压缩包", "选择资料包文件夹，或它的 .zip 压缩包", where=path.name)


def _delete(folder):
    shutil.rmtree(folder, **{"onexc" if sys.version_info >= (3, 12) else "onerror": _made_writable})


def _made_writable(function, path, _):
    """Windows does not delete a read-only file: the mark is taken off and the deletion tried again."""
    try:
        os.chmod(path, stat.S_IWRITE | stat.S_IREAD)
        function(path)
    except OSError:
        return


def unpack(path, folder, shown, progress=None, nested=False, budget=None):
    """Unpacks one zip into ``folder``; {name: reason} of the zips inside it that were left packed.

    ``shown``: how messages call it. ``budget``: [files, bytes] still allowed.
    """
    budget = budget if budget is not None else [MOST_FILES, MOST_BYTES]
    try:
        with zipfile.ZipFile(path) as archive:
            found = members(archive, shown)
            _refuse_bomb(found, Path(path).stat().st_size, shown, budget)
            _refuse_no_room(found, folder, shown)
            inner = []
            for done, member in enumerate(found):
                target = folder.joinpath(*member.name.split("/"))
                target.parent.mkdir(parents=True, exist_ok=True)
                if target.suffix.lower() == SUFFIX and not nested:
                    inner.append((member, target))
                _write(archive, member, target, shown, progress)
                if progress:
                    progress.update(done + 1, len(found) + 1)
    except BadInput:
        raise
    except zipfile.BadZipFile as error:
        raise BadInput("压缩包已损坏，或没有传完整", SEND_AGAIN, where=shown, detail=str(error)) from error
    except RuntimeError as error:  # how the zip library says that it does not know a method
        raise BadInput("压缩包用了本软件不认识的压缩方法", UNPACK_YOURSELF, where=shown, detail=str(error)) from error
    except PermissionError as error:
        raise BadInput("压缩包打不开，可能正被别的程序占用", "关闭正在使用它的程序、检查权限后再试", where=shown,
                       detail=str(error)) from error
    except OSError as error:
        raise _no_room(shown, error) from error
    except (EOFError, ValueError, struct.error, zlib.error, OverflowError) as error:
        raise BadInput("压缩包已损坏，或没有传完整", SEND_AGAIN, where=shown, detail=f"{type(error).__name__}: {error}") from error
    left = {}
    for member, target in inner:
        reason = _unpack_inner(target, f"{shown} › {member.name}", progress, budget)
        if reason:
            left[member.name] = reason
    return left


def _unpack_inner(target, shown, progress, budget):
    """Puts a folder of the same name in the place of a zip inside a zip; the reason where it has to stay packed."""
    packed = target.with_name(f".{uuid.uuid4().hex}")
    target.rename(packed)
    target.mkdir()
    try:
        unpack(packed, target, shown, progress, nested=True, budget=budget)
    except BadInput as error:
        _delete(target)
        packed.rename(target)
        return f"{error.message}；{error.remedy}"
    packed.unlink()
    return ""


def _no_room(shown, error):
    if getattr(error, "errno", None) in (36, 63) or getattr(error, "winerror", None) in (3, 206):  # the name is too long
        return BadInput("压缩包里有的文件路径太长，解压不了", "在本机解压到 D:\\资料 这样短的路径下，再导入文件夹", where=shown,
                        detail=str(error))
    return BadInput("解压时写不了临时文件：临时文件夹不可写，或所在的磁盘已满", "清理磁盘后再试，或在本机解压后导入文件夹", where=shown,
                    detail=str(error))


def members(archive, shown):
    """The files of a zip with their names decoded, in the zip's order; folders left out. BadInput for a harmful one."""
    infos = list(archive.infolist())
    names = decoded_names(infos)
    found, seen, folders = [], {}, {}
    for info, name in zip(infos, names):
        is_folder = name.endswith(("/", "\\")) or stat.S_ISDIR(info.external_attr >> 16)
        name = safe_name(name, shown)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind and kind not in (stat.S_IFREG, stat.S_IFDIR) and info.create_system == 3:
            raise BadInput(f"压缩包里的“{name}”是链接或特殊文件，不安全，未解压", SEND_AGAIN, where=shown)
        if is_folder:
            continue
        if info.flag_bits & ENCRYPTED_FLAGS:
            raise BadInput(f"压缩包加了密码（{name}）", "向对方要密码，在本机解压后导入文件夹", where=shown)
        key = _key(name)
        if key in seen:
            raise BadInput(f"压缩包里有两个同名的文件：{seen[key]}、{name}", SEND_AGAIN, where=shown)
        seen[key] = name
        parts = key.split("/")
        folders.update({"/".join(parts[:i]): name for i in range(1, len(parts))})
        found.append(Member(info, name))
    both = sorted(set(seen) & set(folders))
    if both:
        raise BadInput(f"压缩包里“{seen[both[0]]}”既是文件又是文件夹", SEND_AGAIN, where=shown)
    return found


def _key(name):
    return unicodedata.normalize("NFC", name).casefold()


def decoded_names(infos):
    """The names as they were meant: marked UTF-8, given again as UTF-8 in an extra field, or told from all bytes."""
    raw = {}
    for position, info in enumerate(infos):
        if not info.flag_bits & UTF8_FLAG:
            try:
                raw[position] = info.orig_filename.encode("cp437")
            except UnicodeEncodeError:
                continue
    chosen = encodings.decide(list(raw.values())).name if raw else "utf-8"
    names = []
    for position, info in enumerate(infos):
        if position not in raw:
            names.append(info.orig_filename)
        else:
            names.append(_from_extra(info.extra, raw[position]) or raw[position].decode(chosen, "replace"))
    return names


def _from_extra(extra, raw):
    """The name in Info-ZIP's Unicode path field, where it belongs to these bytes; "" where there is none."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == UNICODE_PATH and 5 < size <= len(extra) - 4 and extra[4] == 1:
            if struct.unpack_from("<I", extra, 5)[0] == zlib.crc32(raw):
                return extra[9:4 + size].decode("utf-8", "replace")
        extra = extra[4 + size:]
    return ""


def safe_name(name, shown):
    """The name with ``/`` between its parts; BadInput for one that leads out of the folder or cannot be written."""
    text = name.replace("\\", "/")
    parts = [part for part in text.split("/") if part not in ("", ".")]
    outside = text.startswith("/") or re.match(r"[A-Za-z]:", text) or ".." in parts
    if outside or paths.is_strange(text) or paths.has_reserved(text):
        raise BadInput(f"压缩包里有不安全的文件名“{_visible(name)}”，未解压", SEND_AGAIN, where=shown)
    if not parts or len(parts) > DEEPEST:
        raise BadInput(f"压缩包里的文件名“{_visible(name)}”不能用", UNPACK_YOURSELF, where=shown)
    for part in parts:
        if FORBIDDEN.search(part) or part != part.rstrip(" .") or "\ufffd" in part or _surrogate(part):
            raise BadInput(f"压缩包里的文件名“{_visible(name)}”有不能用的字符", f"{UNPACK_YOURSELF}（先改好文件名）", where=shown)
        if len(part.encode("utf-8")) > LONGEST_NAME_BYTES:
            raise BadInput(f"压缩包里的文件名“{_visible(name)}”太长", f"{UNPACK_YOURSELF}（先改短文件名）", where=shown)
    return "/".join(parts)


def _surrogate(text):
    return any(0xD800 <= ord(c) <= 0xDFFF for c in text)


def _visible(name):
    text = "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in name)
    return text if len(text) <= 80 else text[:77] + "…"


def _refuse_bomb(found, packed_bytes, shown, budget):
    """Raises BadInput for more files or bytes than a county can have, or bytes that unpack out of all proportion."""
    budget[0] -= len(found)
    total = sum(m.info.file_size for m in found if _is_unpacked(m))
    budget[1] -= total
    if budget[0] < 0:
        raise BadInput(f"压缩包里的文件超过 {MOST_FILES:,} 个，不像资料包", UNPACK_YOURSELF, where=shown)
    if budget[1] < 0:
        raise BadInput(f"压缩包解压后超过 {MOST_BYTES >> 30} GB，未解压", UNPACK_YOURSELF, where=shown)
    if sum(m.info.compress_size for m in found) > packed_bytes:
        raise BadInput("压缩包里的文件互相重叠，不安全，未解压", SEND_AGAIN, where=shown)
    for member in found:
        size, packed = member.info.file_size, max(1, member.info.compress_size)
        if _is_unpacked(member) and size > MOST_FILE_BYTES:
            raise BadInput(f"“{member.name}”有 {size / (1 << 30):.1f} GB，超过 2 GB，读不了", "请拆分后再提交", where=shown)
        if size > RATIO_FROM_BYTES and size / packed > MOST_RATIO:
            raise BadInput(f"“{member.name}”压缩了 {size // packed} 倍，不像正常的资料，未解压", UNPACK_YOURSELF, where=shown)
    if total > RATIO_FROM_BYTES and total / max(1, packed_bytes) > MOST_RATIO:
        raise BadInput(f"压缩包解压后是原来的 {total // max(1, packed_bytes)} 倍，不像正常的资料，未解压", UNPACK_YOURSELF, where=shown)


def _refuse_no_room(found, folder, shown):
    need = sum(m.info.file_size for m in found if _is_unpacked(m)) + SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < need:
        raise BadInput(f"临时文件夹所在的磁盘只剩 {free >> 20:,} MB，解压需要 {need >> 20:,} MB", "清理磁盘后再试", where=shown)


def _is_unpacked(member):
    name = member.name.lower()
    return os.path.splitext(name)[1] not in NOT_UNPACKED or ".gdb/" in name


def _write(archive, member, target, shown, progress):
    """One file, at most as long as the zip says; its checksum is compared by the zip library."""
    with open(target, "xb") as out:
        if not _is_unpacked(member):
            return
        left = member.info.file_size
        try:
            with archive.open(member.info) as stream:
                for chunk in iter(lambda: stream.read(CHUNK), b""):
                    left -= len(chunk)
                    if left < 0:
                        raise zipfile.BadZipFile("longer than it says")
                    out.write(chunk)
                    if progress:
                        progress.check_cancelled()
        except (zipfile.BadZipFile, EOFError, zlib.error) as error:
            raise BadInput(f"压缩包里的“{member.name}”已损坏", SEND_AGAIN, where=shown, detail=str(error)) from error
    if left:
        raise BadInput(f"压缩包里的“{member.name}”不完整", SEND_AGAIN, where=shown)
