"""Output files appear together, or not at all."""

import os
import time

import pytest

from wr_plugin.documents.outputs import Staging, file_name


def test_names_keep_chinese_and_lose_what_windows_forbids():
    assert file_name("公示", "620799", '张家村(2)/东:西*"?') == "公示_620799_张家村(2)-东-西---.pdf"
    assert file_name("证", "", "村.") == "证_村.pdf"


def test_published_files_stay_and_leave_no_trace(tmp_path):
    out = tmp_path / "新"
    with Staging(out) as staging:
        staging.path("甲.pdf").write_text("甲")
        assert staging.publish() == [str(out / "甲.pdf")]
        staging.keep()
    assert [p.name for p in out.iterdir()] == ["甲.pdf"]


def test_a_failure_puts_earlier_files_back(tmp_path):
    (tmp_path / "甲.pdf").write_text("旧")
    with pytest.raises(RuntimeError):
        with Staging(tmp_path) as staging:
            staging.path("甲.pdf").write_text("新")
            staging.path("乙.pdf").write_text("新")
            staging.publish()
            assert (tmp_path / "甲.pdf").read_text() == "新"
            raise RuntimeError("提交失败")
    assert (tmp_path / "甲.pdf").read_text() == "旧"
    assert [p.name for p in tmp_path.iterdir()] == ["甲.pdf"]


def test_a_new_folder_goes_again_where_nothing_was_made(tmp_path):
    with pytest.raises(RuntimeError):
        with Staging(tmp_path / "一" / "二") as staging:
            staging.path("甲.pdf").write_text("甲")
            raise RuntimeError
    assert not (tmp_path / "一" / "二").exists()


def test_what_a_killed_run_left_behind_goes_after_a_day(tmp_path):
    for name, age in ((".正在生成-旧", 25 * 3600), (".正在生成-新", 60)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "半份.pdf").write_text("半")
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    with Staging(tmp_path):
        pass
    assert [p.name for p in tmp_path.iterdir()] == [".正在生成-新"]
