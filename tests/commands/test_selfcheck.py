"""``selfcheck`` passes on this machine and names what is missing, old or broken."""

import sqlite3

import pytest

from wr_plugin.commands import running, selfcheck
from wr_plugin.model.errors import BadInput
from wr_plugin.store import journal, runs
from wr_plugin.store.workfile import WorkFile

TWO_ENTRIES = [("parcel", "1", None, {"a": 1}, "x"), ("parcel", "2", None, None, "x")]


def test_this_machine_passes():
    result = running.run_verb("selfcheck", {})
    verdicts = {row["what"]: row["verdict"] for row in result.counts["checked"]}
    assert verdicts["试读写工作文件"] == verdicts["shapely"] == verdicts["字体 宋体"] == "正常"


def test_a_missing_and_an_old_library_are_named(monkeypatch):
    versions = {"shapely": "1.8.5", "reportlab": None, "pyogrio": None, "fiona": "1.7"}
    real = selfcheck.installed_version
    monkeypatch.setattr(selfcheck, "installed_version", lambda m: versions[m] if m in versions else real(m))
    with pytest.raises(BadInput) as caught:
        running.run_verb("selfcheck", {})
    message = caught.value.message
    assert "shapely（1.8.5 太旧，至少要 2.0" in message and "reportlab（没有安装" in message and "矢量数据读写" in message
    assert "numpy" not in message and "numpy" in caught.value.remedy


def test_one_reader_is_enough(monkeypatch):
    versions = {"pyogrio": None, "fiona": "1.9.6"}
    monkeypatch.setattr(selfcheck, "installed_version", lambda m: versions.get(m, "9.9"))
    assert {row[1] for row in selfcheck.rows_of_libraries()} == {"正常"}


def test_the_means_to_read_databases_is_told_and_its_lack_is_no_failure(monkeypatch):
    from wr_plugin.intake import access_means

    monkeypatch.setattr(access_means.shutil, "which", lambda program: None)
    for _, verdict, detail in selfcheck.access_rows():
        assert verdict == "注意" and "mdbtools" in detail and ".xlsx" in detail
    monkeypatch.setattr(access_means.shutil, "which", lambda program: "/usr/bin/" + program)
    assert [row[1:] for row in selfcheck.access_rows()] == [("正常", "用 mdbtools 读")] * 2


def test_missing_fonts_are_named(monkeypatch, tmp_path):
    from wr_plugin.documents import fonts

    def nothing():
        raise BadInput("找不到字体", "请安装")

    monkeypatch.setattr(fonts, "find", nothing)
    assert selfcheck.font_rows() == [("字体", "缺少", "找不到字体；请安装")]


def test_a_sound_work_file_passes(work):
    with WorkFile.open(work) as store, store.transaction():
        run_id = runs.record(store, "import", runs.now(), {}, {})
        journal.append(store, run_id, "import", TWO_ENTRIES)
    rows = dict(running.run_verb("selfcheck", {"work": str(work)}).table)
    assert rows["文件完整性"] == "正常  完整" and rows["变更日志"].startswith("正常  2 条")


def test_a_broken_chain_and_a_broken_reference_are_named(work):
    with WorkFile.open(work) as store, store.transaction():
        journal.append(store, None, "import", TWO_ENTRIES)
    with sqlite3.connect(work) as connection:
        connection.execute("UPDATE journal SET why = '改' WHERE seq = 1")
        connection.execute("INSERT INTO audit (uuid, parcel_uuid, result, auditor, audited_on)"
                           " VALUES ('u', '没有', 'agree', '甲', '2026-07-01')")
    with pytest.raises(BadInput) as caught:
        running.run_verb("selfcheck", {"work": str(work)})
    assert "第 1 条内容被改动" in caught.value.message and "1 处断开：audit" in caught.value.message


def test_a_file_that_is_no_work_file_is_told(tmp_path):
    (tmp_path / "坏.gpkg").write_bytes(b"not a database at all")
    with pytest.raises(BadInput):
        running.run_verb("selfcheck", {"work": str(tmp_path / "坏.gpkg")})
