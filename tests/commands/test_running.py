"""``run_verb``: parameters are checked against the catalogue in Chinese, and the work file is opened as declared."""

import errno
import sqlite3

import pytest

from wr_plugin.commands import running
from wr_plugin.commands.progress import Progress, Result
from wr_plugin.model.errors import BadInput, Cancelled


def echo(store, params, progress):
    return Result("好", counts=params)


def test_defaults_are_filled_and_values_made_plain(fake_verb, tmp_path):
    fake_verb(echo)
    (tmp_path / "a.txt").write_text("")
    given = {"subject": " 甲 ", "count": "12", "on": "2026年7月1日", "level": "市级", "village": ["1", "2", "1"],
             "source": str(tmp_path / "a.txt"), "trial": "是"}
    counts = running.run_verb("fake", given).counts
    assert counts == {"subject": "甲", "count": 12, "on": "2026-07-01", "level": "city", "village": ["1", "2"],
                      "trial": True, "source": str(tmp_path / "a.txt"), "out": None, "folder": None, "target": None}
    counts = running.run_verb("fake", {"subject": "甲", "village": "1，2 3", "level": ""}).counts
    assert (counts["count"], counts["level"], counts["village"], counts["trial"]) == (3, "town", ["1", "2", "3"], False)
    assert running.run_verb("fake", {"subject": "甲"}).counts["village"] == []


@pytest.mark.parametrize("given, told", [
    ({}, "缺少参数“对象”"),
    ({"subject": "  "}, "缺少参数“对象”"),
    ({"subject": "甲", "wrong": 1}, "没有参数“wrong”"),
    ({"subject": "甲", "count": "1.5"}, "不是整数"),
    ({"subject": "甲", "count": True}, "不是整数"),
    ({"subject": "甲", "on": "2026-02-30"}, "不是日期"),
    ({"subject": "甲", "on": "明天"}, "不是日期"),
    ({"subject": "甲", "level": "省级"}, "不在可选值之中"),
    ({"subject": "甲", "trial": "也许"}, "应为是或否"),
    ({"subject": "甲", "source": "没有/这个"}, "文件不存在"),
    ({"subject": "甲", "folder": "没有/这个"}, "文件夹不存在"),
    ({"subject": "甲", "out": "没有/这个.xlsx"}, "所在的文件夹不存在"),
    ({"subject": "甲", "out": "表.txt"}, "文件名应以 .xlsx 结尾"),
    ({"subject": "甲\x00"}, "不能使用的字符"),
])
def test_bad_parameters_are_told_with_a_remedy(fake_verb, given, told):
    fake_verb(echo)
    with pytest.raises(BadInput) as caught:
        running.run_verb("fake", given)
    assert told in caught.value.message and caught.value.remedy


def test_folder_and_file_are_told_apart(fake_verb, tmp_path):
    fake_verb(echo)
    (tmp_path / "文件").write_text("")
    for name, path in (("source", tmp_path), ("folder", tmp_path / "文件"), ("target", tmp_path / "文件"),
                       ("out", tmp_path)):
        with pytest.raises(BadInput):
            running.run_verb("fake", {"subject": "甲", name: str(path)})


def test_an_unknown_verb_is_told_with_the_known_ones():
    with pytest.raises(BadInput) as caught:
        running.run_verb("nothing", {})
    assert "import" in caught.value.remedy


def test_a_reading_verb_cannot_write(fake_verb, work):
    seen = []

    def write(store, params, progress):
        seen.append(store)
        store.connection.execute("INSERT INTO setting (name, value) VALUES ('a', 'b')")

    fake_verb(write, store="read")
    with pytest.raises(sqlite3.OperationalError):
        running.run_verb("fake", {"work": str(work)})
    with pytest.raises(sqlite3.ProgrammingError):
        seen[0].connection.execute("SELECT 1")


def test_a_writing_verb_gets_an_open_file_that_is_closed_after_a_failure(fake_verb, work):
    seen = []

    def fail(store, params, progress):
        seen.append(store)
        with store.transaction():
            store.set_setting("county_name", "甲县")
            progress.check_cancelled()

    fake_verb(fail, store="write")
    asked = iter([False, True])
    with pytest.raises(Cancelled):
        running.run_verb("fake", {"work": str(work)}, Progress(cancelled=lambda: next(asked)))
    with pytest.raises(sqlite3.ProgrammingError):
        seen[0].connection.execute("SELECT 1")
    with sqlite3.connect(work) as connection:
        assert connection.execute("SELECT count(*) FROM setting WHERE name = 'county_name'").fetchone() == (0,)


def test_a_missing_work_file_is_bad_input(fake_verb, tmp_path):
    fake_verb(echo, store="write")
    with pytest.raises(BadInput):
        running.run_verb("fake", {"work": str(tmp_path / "无.gpkg")})


@pytest.mark.parametrize("error, code", [
    (MemoryError(), "OutOfMemory"),
    (ModuleNotFoundError("x", name="shapely.lib"), "LibraryMissing"),
    (sqlite3.OperationalError("database is locked"), "WorkFileBusy"),
    (sqlite3.OperationalError("attempt to write a readonly database"), "ReadOnly"),
    (OSError(errno.ENOSPC, "full"), "DiskFull"),
    (PermissionError(errno.EACCES, "no", "台账.xlsx"), "AccessDenied"),
])
def test_what_the_machine_refuses_is_bad_input(fake_verb, error, code):
    def fail(store, params, progress):
        raise error

    fake_verb(fail)
    with pytest.raises(BadInput) as caught:
        running.run_verb("fake", {"subject": "甲"})
    assert caught.value.code == code and caught.value.remedy


@pytest.mark.parametrize("error", [
    ModuleNotFoundError("x", name="wr_plugin.x"), sqlite3.OperationalError("no such table"), OSError(errno.EIO, "x"),
    ValueError("x"),
])
def test_our_own_failures_stay_what_they_are(fake_verb, error):
    def fail(store, params, progress):
        raise error

    fake_verb(fail)
    with pytest.raises(type(error)):
        running.run_verb("fake", {"subject": "甲"})
