"""A package that comes as a .zip is read like its folder, and a harmful or damaged zip is refused with nothing left behind."""

import os
import random
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wr_plugin.commands import import_package
from wr_plugin.commands.progress import Progress
from wr_plugin.intake import archive
from wr_plugin.model.errors import BadInput, Cancelled


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """The folder for temporary files; it must be empty when the test is over."""
    folder = tmp_path / "临时"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


class GbkName(zipfile.ZipInfo):
    """Writes its name as a Chinese Windows does: GBK bytes, no UTF-8 mark."""

    def __init__(self, name):
        super().__init__(name)
        self.bytes = name.encode("gbk")

    def _encodeFilenameFlags(self):  # noqa: N802 - how the zip library asks for the bytes
        return self.bytes, self.flag_bits & ~0x800


as_gbk = GbkName


def packed(root, target, name_of=lambda name: name, into=""):
    """The folder as a zip whose names begin with the folder's own name."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                out.writestr(name_of(f"{into}{root.name}/{path.relative_to(root).as_posix()}"), path.read_bytes())
    return target


def zipped(target, *members):
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members:
            out.writestr(name, content)
    return target


def refused(path, said):
    with pytest.raises(BadInput, match=said) as told:
        with archive.opened(path):
            pass
    assert told.value.remedy and told.value.where.startswith(path.name)
    return told.value


@pytest.fixture
def from_zip(bring_in):
    """Imports a zip."""
    def run(path, **more):
        return bring_in(type("Zip", (), {"root": path}), **more)
    return run


@pytest.mark.parametrize("name_of", [as_gbk, zipfile.ZipInfo], ids=["GBK 无标记", "UTF-8"])
def test_a_zip_is_read_like_its_folder_under_the_names_it_has_inside(package, from_zip, bring_in, tmp_path, name_of):
    done = from_zip(packed(package.root, tmp_path / "移交.zip", name_of))
    assert done.result.counts["tables"]["parcel"] == 12 and done.result.counts["findings"] == 0
    files = dict(map(tuple, done.result.counts["files"]))
    assert files["620799示例县/名录/二轮延包地名录_黑河镇.xlsx"] == "二轮延包地名录"
    assert done.rows("SELECT value FROM setting WHERE name = 'county_name'")[0]["value"] == "示例县"
    assert done.rows("SELECT DISTINCT source_file FROM registry") == [
        {"source_file": "620799示例县/名录/二轮延包地名录_黑河镇.xlsx"}]
    before = done.path.read_bytes()
    again = from_zip(tmp_path / "移交.zip")
    assert not again.result.changed and done.path.read_bytes() == before


def test_the_zip_may_hold_the_content_alone_and_zips_of_its_own(package, from_zip, tmp_path):
    for part in ("权属数据", "矢量数据"):
        folder = package.root / part
        with zipfile.ZipFile(package.root / f"{part}.zip", "w") as out:
            for path in sorted(folder.iterdir()):
                out.writestr(as_gbk(path.name), path.read_bytes())
                path.unlink()
        folder.rmdir()
    (package.root / "旧.zip").write_bytes(b"PK\x05\x06")
    with zipfile.ZipFile(tmp_path / "620799示例县.zip", "w") as out:
        for path in sorted(p for p in package.root.rglob("*") if p.is_file()):
            out.writestr(as_gbk(path.relative_to(package.root).as_posix().replace("/", "\\")), path.read_bytes())
    done = from_zip(tmp_path / "620799示例县.zip")
    files = dict(map(tuple, done.result.counts["files"]))
    assert files["权属数据.zip/CBF.xlsx"] == "承包方" and files["矢量数据.zip/DK6207992026.shp"] == "地块"
    assert "已损坏" in files["旧.zip"]
    assert done.rows("SELECT value FROM setting WHERE name = 'county_code'")[0]["value"] == "620799"


def test_zips_in_a_package_folder_are_read_too_and_the_folder_is_not_written_to(package, bring_in):
    with zipfile.ZipFile(package.root / "权属数据.zip", "w") as out:
        for path in sorted((package.root / "权属数据").iterdir()):
            out.writestr(as_gbk(f"张家村/{path.name}"), path.read_bytes())
            path.unlink()
    (package.root / "名录/密.zip").write_bytes(b"PK")
    before = sorted(package.root.rglob("*"))
    done = bring_in(package)
    files = dict(map(tuple, done.result.counts["files"]))
    assert files["权属数据.zip/张家村/CBF.xlsx"] == "承包方" and files["名录/密.zip"].startswith("未读：压缩包已损坏")
    assert done.rows("SELECT DISTINCT source_file FROM registry") == [{"source_file": "名录/二轮延包地名录_黑河镇.xlsx"}]
    assert sorted(package.root.rglob("*")) == before and not bring_in(package).result.changed


def test_a_mapping_saved_for_the_folder_serves_for_its_zip(package, from_zip, tmp_path):
    (package.root / "权属数据/CBF.xlsx").rename(package.root / "权属数据/农户.xlsx")
    mapping = tmp_path / "对应.yaml"
    mapping.write_text("tables: {CBF: {file: 权属数据/农户.xlsx}}", "utf-8")
    done = from_zip(packed(package.root, tmp_path / "移交.zip", as_gbk), mapping=mapping)
    assert done.result.counts["tables"]["CBF"] == 6


def test_pictures_are_listed_but_not_unpacked(package, from_zip, tmp_path):
    (package.root / "正射影像.tif").write_bytes(b"II*\x00" * 1000)
    path = packed(package.root, tmp_path / "移交.zip")
    with archive.opened(path) as (folder, _, _):
        assert (folder / "620799示例县/正射影像.tif").stat().st_size == 0
    assert dict(map(tuple, from_zip(path).result.counts["files"]))["620799示例县/正射影像.tif"] == "影像"


@pytest.mark.parametrize("name", [
    "../外面.shp", "a/../../外面.shp", "/etc/passwd", "\\\\server\\share\\a.shp", "C:\\Windows\\a.dll", "C:a.txt", "a/NUL", "com1.txt",
    "a\x01b.txt", "a:b.txt", "a?.shp", "结尾. /a.shp", "/vsizip/a.zip", "长" * 100 + ".shp", "/".join("d" * 30) + "/a.shp"])
def test_names_that_lead_out_or_cannot_be_written_are_refused(tmp_path, name):
    refused(zipped(tmp_path / "坏.zip", (name, b"x")), "文件名")
    assert not (tmp_path.parent / "外面.shp").exists()


def test_links_are_refused(tmp_path):
    link = zipfile.ZipInfo("DK.shp")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    refused(zipped(tmp_path / "链接.zip", (link, b"/etc/passwd")), "链接")


@pytest.mark.parametrize("second", ["DK.shp", "dk.SHP", "./DK.shp"])
def test_two_files_of_one_name_are_refused(tmp_path, second):
    with pytest.warns(UserWarning) if second == "DK.shp" else _nothing():
        path = zipped(tmp_path / "重.zip", ("DK.shp", b"1"), (second, b"2"))
    refused(path, "两个同名的文件")


def _nothing():
    import contextlib

    return contextlib.nullcontext()


def test_a_file_that_is_also_a_folder_is_refused(tmp_path):
    refused(zipped(tmp_path / "混.zip", ("a", b"1"), ("a/b.txt", b"2")), "既是文件又是文件夹")


def test_a_password_is_told(tmp_path):
    path = zipped(tmp_path / "密.zip", ("DK.shp", b"secret"))
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    assert "密码" in refused(path, "加了密码").remedy


@pytest.mark.parametrize("kept", [0, 1, 10, 0.3, 0.9, 0.999])
def test_a_truncated_zip_is_refused(package, tmp_path, kept):
    path = packed(package.root, tmp_path / "断.zip")
    data = path.read_bytes()
    path.write_bytes(data[:int(kept if kept >= 1 else len(data) * kept)])
    refused(path, "没有传完整")


def test_a_damaged_member_is_named(tmp_path):
    path = zipped(tmp_path / "坏.zip", ("矢量/DK.shp", random.Random(1).randbytes(5000)))
    data = bytearray(path.read_bytes())
    data[2000:2010] = b"\xff" * 10
    path.write_bytes(bytes(data))
    refused(path, "矢量/DK.shp.*损坏")


def test_a_method_that_only_windows_knows_is_told(tmp_path):
    path = zipped(tmp_path / "法.zip", ("DK.shp", b"x" * 100))
    data = bytearray(path.read_bytes())
    data[8] = data[data.rindex(b"PK\x01\x02") + 10] = 9  # Deflate64, as Windows writes large files
    path.write_bytes(bytes(data))
    assert "解压" in refused(path, "不认识的压缩方法").remedy


def test_bombs_are_refused_by_ratio_size_and_number(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "RATIO_FROM_BYTES", 1 << 20)
    refused(zipped(tmp_path / "倍.zip", ("a.dbf", b"\0" * (4 << 20))), "压缩了 .* 倍")
    refused(zipped(tmp_path / "合.zip", *((f"{i}.dbf", b"\0" * (1 << 19)) for i in range(8))), "是原来的 .* 倍")
    monkeypatch.setattr(archive, "MOST_FILE_BYTES", 1 << 10)
    refused(zipped(tmp_path / "大.zip", ("a.dbf", os.urandom(2 << 10))), "超过 2 GB")
    monkeypatch.setattr(archive, "MOST_BYTES", 1 << 12)
    refused(zipped(tmp_path / "总.zip", *((f"{i}.dbf", os.urandom(1 << 10)) for i in range(8))), "解压后超过")
    monkeypatch.setattr(archive, "MOST_FILES", 5)
    refused(zipped(tmp_path / "多.zip", *((f"{i}.dbf", b"1") for i in range(8))), "文件超过 5 个")


def test_a_bomb_inside_a_zip_inside_stays_packed(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "RATIO_FROM_BYTES", 1 << 20)
    inner = zipped(tmp_path / "内.zip", ("a.dbf", b"\0" * (4 << 20)))
    path = zipped(tmp_path / "外.zip", ("内.zip", inner.read_bytes()), ("甲.txt", b"1"))
    with archive.opened(path) as (folder, left, _):
        assert "倍" in left["内.zip"] and (folder / "内.zip").is_file()


def test_a_zip_in_a_zip_in_a_zip_is_left_packed_and_listed(tmp_path):
    inner = zipped(tmp_path / "3.zip", ("3.txt", b"x"))
    for number in (2, 1):
        inner = zipped(tmp_path / f"{number}.zip", (inner.name, inner.read_bytes()), (f"{number}.txt", b"x"))
    with archive.opened(tmp_path / "1.zip") as (folder, _, _):
        assert (folder / "2.zip/2.txt").is_file() and (folder / "2.zip/3.zip").is_file()


def test_members_that_share_their_bytes_are_refused(tmp_path):
    path = zipped(tmp_path / "叠.zip", *((f"{i}.dbf", os.urandom(3000)) for i in range(4)))
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\x01\x02")
    entry = first
    while data[entry:entry + 4] == b"PK\x01\x02":
        data[entry + 20:entry + 24] = (9000).to_bytes(4, "little")
        entry += 46 + int.from_bytes(data[entry + 28:entry + 30], "little") + int.from_bytes(data[entry + 30:entry + 32], "little")
    path.write_bytes(bytes(data))
    refused(path, "重叠")


@pytest.mark.parametrize("name, said", [("包.rar", "解压"), ("包.7z", "解压"), ("包.shp", "应是文件夹或 .zip"), ("包.ZIP", "没有传完整")])
def test_other_files_are_no_package(tmp_path, name, said):
    (tmp_path / name).write_bytes(b"Rar!\x1a\x07\x00")
    with pytest.raises(BadInput) as told:
        with archive.opened(tmp_path / name):
            pass
    assert said in str(told.value)


def test_a_full_disk_and_a_locked_zip_are_told_and_leave_nothing(package, tmp_path, monkeypatch):
    path = packed(package.root, tmp_path / "移交.zip")
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 1 << 20}))
    refused(path, "只剩 1 MB")
    monkeypatch.undo()

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path / "临时"))
        patch.setattr(archive, "_write", full)
        refused(path, "已满")
        patch.setattr(archive.zipfile, "ZipFile", lambda *_: (_ for _ in ()).throw(PermissionError(13, "locked", str(path))))
        refused(path, "占用")


def test_cancelling_while_unpacking_leaves_nothing(package, tmp_path):
    path, asked = packed(package.root, tmp_path / "移交.zip"), []
    params = {"package": str(path), "work": str(tmp_path / "县.gpkg"), "mapping": None, "policy": None}
    with pytest.raises(Cancelled):
        import_package.run(None, params, Progress(cancelled=lambda: asked.append(1) or len(asked) > 6))
    assert not (tmp_path / "县.gpkg").exists()


def test_the_name_given_again_as_unicode_wins(tmp_path):
    raw = "张家村".encode("gbk")
    info = zipfile.ZipInfo(raw.decode("cp437"))
    info.extra = (0x7075).to_bytes(2, "little") + (5 + 9).to_bytes(2, "little") + b"\x01" + zlib.crc32(raw).to_bytes(4, "little") \
        + "李家村".encode()
    info.orig_filename, info.flag_bits = raw.decode("cp437"), 0
    assert archive.decoded_names([info]) == ["李家村"]


NAMES = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=30)


@settings(max_examples=150, deadline=None)
@given(st.lists(NAMES | st.lists(NAMES, min_size=1, max_size=3).map("/".join) | st.lists(NAMES, max_size=2).map("\\".join),
                max_size=5, unique=True), st.booleans())
def test_any_names_are_unpacked_inside_or_refused(names, gbk):
    with tempfile.TemporaryDirectory() as folder:
        path, inside = Path(folder) / "包.zip", Path(folder) / "内"
        inside.mkdir()
        with zipfile.ZipFile(path, "w") as out:
            for name in names:
                try:
                    out.writestr(as_gbk(name) if gbk else name, name.encode())
                except (UnicodeError, ValueError, IndexError):
                    pass  # the zip library itself cannot write such a name
        try:
            archive.unpack(path, inside, path.name)
        except BadInput as refused:
            assert refused.message and refused.remedy
        written = {p.relative_to(folder).as_posix().split("/")[0] for p in Path(folder).rglob("*")}
        assert written <= {"包.zip", "内"}


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 400), st.binary(min_size=1, max_size=8), st.integers(0, 60))
def test_any_damage_to_a_zip_is_read_or_refused(where, noise, cut):
    with tempfile.TemporaryDirectory() as folder:
        path, inside = Path(folder) / "包.zip", Path(folder) / "内"
        inside.mkdir()
        zipped(path, ("矢量/DK.shp", b"1234567890" * 20), ("权属/CBF.xlsx", b"abc" * 50))
        data = bytearray(path.read_bytes())
        data[where:where + len(noise)] = noise
        path.write_bytes(bytes(data[:len(data) - cut]))
        try:
            archive.unpack(path, inside, path.name)
        except BadInput as refused:
            assert refused.message and refused.remedy
