"""The command-line door: Chinese throughout, one JSON object, exit codes, cancelling, and no bare traceback."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wr_plugin import __main__ as door
from wr_plugin.commands import catalogue, failure_log
from wr_plugin.commands.progress import Result
from wr_plugin.model.errors import BadInput, Cancelled, GateShut, WaterRightsError

ROOT = Path(__file__).resolve().parents[2]
ENGLISH_OF_ARGPARSE = re.compile(r"usage|positional|optional|options|arguments|error|required|show this help", re.I)


@pytest.fixture(autouse=True)
def own_log_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("WR_LOG_DIR", str(tmp_path / "日志"))
    monkeypatch.setattr(door.signal, "signal", lambda *_: None)


def give(result):
    return lambda store, params, progress: result


def fail_with(error):
    def run(store, params, progress):
        raise error

    return run


def test_help_is_wholly_chinese(capsys):
    assert door.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert "用法" in text and not ENGLISH_OF_ARGPARSE.search(text)
    for name in catalogue.VERBS:
        assert door.main([name, "--help"]) == 0
        text = capsys.readouterr().out
        assert "用法" in text and "可选参数" in text and not ENGLISH_OF_ARGPARSE.search(text)


@pytest.mark.parametrize("arguments", [
    [], ["nothing"], ["status"], ["status", "--work"], ["status", "--wrong", "1"], ["status", "多余", "--work", "x"],
    ["status", "--json=3"], ["status", "--progress=fast", "--work", "x"], ["certify", "--trial=3"],
])
def test_a_wrong_command_line_is_told_in_chinese(capsys, arguments):
    assert door.main(arguments) == 2
    shown = capsys.readouterr()
    assert "处理办法" in shown.err and not shown.out and not ENGLISH_OF_ARGPARSE.search(shown.err)


def test_every_kind_of_parameter_arrives(fake_verb, capsys):
    fake_verb(lambda store, params, progress: Result("好", counts=params))
    arguments = ["fake", "--json", "--village", "1", "2", "--village=3", "--trial", "--count=5", "--", "甲"]
    assert door.main(arguments) == 0
    counts = json.loads(capsys.readouterr().out)["result"]["counts"]
    assert (counts["subject"], counts["village"], counts["trial"], counts["count"]) == ("甲", ["1", "2", "3"], True, 5)


def test_what_has_its_place_may_be_named_and_not_said_twice(capsys):
    """``letter 62…`` and ``letter --subject 62…`` are the same; two different ones are one too many."""
    verb = catalogue.VERBS["letter"]
    for words in (["62"], ["--subject", "62"], ["62", "--subject=62"]):
        assert door.arguments_of(verb, [*words, "--work", "县.gpkg"])["subject"] == "62"
    with pytest.raises(BadInput, match="给了两次"):
        door.arguments_of(verb, ["62", "--subject", "63"])
    assert door.arguments_of(verb, ["--objection", "1"])["subject"] is None


def test_json_is_one_object_with_the_whole_result(fake_verb, capsys):
    import numpy

    fake_verb(give(Result("好", counts={"n": numpy.int64(3)}, outputs=["a.pdf"], next_step="发证")))
    assert door.main(["fake", "甲", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is True
    assert answer["result"] == {"title": "好", "changed": True, "counts": {"n": 3}, "table": [], "outputs": ["a.pdf"],
                                "text": "", "next_step": "发证"}


@pytest.mark.parametrize("error, code", [
    (BadInput("坏了", "改它", where="表 › 第 3 行"), 2), (GateShut("不行", "等"), 3), (Cancelled(), 130),
])
def test_failures_have_their_exit_codes(fake_verb, capsys, error, code):
    fake_verb(fail_with(error))
    assert door.main(["fake", "甲"]) == code
    assert capsys.readouterr().err == f"{error}\n"
    assert door.main(["fake", "甲", "--json"]) == code
    assert json.loads(capsys.readouterr().out) == {"ok": False, "error": error.as_dict(), "exit_code": code}


def test_an_unexpected_failure_is_a_sentence_and_a_log_without_personal_data(fake_verb, capsys, tmp_path):
    fake_verb(fail_with(ValueError("张三 620102199001011234 没有")))
    assert door.main(["fake", "甲"]) == 1
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err and "软件出错" in shown.err
    [log] = (tmp_path / "日志").glob("*.log")
    assert str(log) in shown.err
    text = log.read_text(encoding="utf-8")
    assert "ValueError" in text and "test_command_line.py" in text
    assert "张三" not in text and "620102199001011234" not in text


def test_a_failure_of_ours_with_a_sentence_keeps_it_and_names_the_log(fake_verb, capsys, tmp_path):
    fake_verb(fail_with(WaterRightsError("引用不一致", "请把日志发给技术支持", detail="FOREIGN KEY 620102199001011234")))
    assert door.main(["fake", "甲"]) == 1
    [log] = (tmp_path / "日志").glob("*.log")
    shown = capsys.readouterr().err
    assert "引用不一致" in shown and str(log) in shown
    assert "FOREIGN KEY ******" in log.read_text(encoding="utf-8")


def test_the_log_falls_back_to_the_temporary_folder(monkeypatch, tmp_path):
    (tmp_path / "文件").write_text("")
    monkeypatch.setenv("WR_LOG_DIR", str(tmp_path / "文件" / "下"))
    monkeypatch.setattr(failure_log.tempfile, "gettempdir", lambda: str(tmp_path))
    assert failure_log.write(ValueError("x"), "fake").parent == tmp_path


def test_a_result_reads_well_on_a_terminal(fake_verb, capsys):
    fake_verb(give(Result("核定完成", table=[("已核定", 12345), ("名录外", 7)], text="说明", outputs=["a", "b"],
                          next_step="公示")))
    assert door.main(["fake", "甲"]) == 0
    assert capsys.readouterr().out == (
        "核定完成\n  已核定  12,345\n  名录外       7\n\n说明\n\n生成的文件：\n  a\n  b\n\n下一步：公示\n")
    fake_verb(give(Result("核定完成", changed=False)))
    door.main(["fake", "甲"])
    assert capsys.readouterr().out == "核定完成（工作文件没有变化）\n"


def test_progress_as_json_lines(fake_verb, capsys):
    def run(store, params, progress):
        progress.plan(1, 1)
        progress.step("读取")
        progress.step("写入")
        progress.update(1, 1)
        return Result("好")

    fake_verb(run)
    assert door.main(["fake", "甲", "--progress=json"]) == 0
    said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert said == [{"progress": 0.0, "text": "读取"}, {"progress": 0.5, "text": "写入"}, {"progress": 1.0, "text": "写入"}]


def test_the_bar_never_goes_back(fake_verb, capsys):
    """A part of the work that counts its own pieces anew, or turns out larger than was thought, holds the bar where it is."""
    def run(store, params, progress):
        progress.step("读取")
        for done in (0.5, 1.0, 0.2, 1.0):
            progress.update(done, text=str(done))
        return Result("好")

    fake_verb(run)
    assert door.main(["fake", "甲", "--progress=json"]) == 0
    said = [json.loads(line)["progress"] for line in capsys.readouterr().err.splitlines()]
    assert said == sorted(said) and said[-1] == 1.0


SLOW_VERB = """
import sys, time, types
from wr_plugin.commands import catalogue
from wr_plugin.commands.progress import Result
def run(store, params, progress):
    with store.transaction():
        store.set_setting("county_name", "改了")
        for i in range(400):
            progress.update(i, 400, "等")
            time.sleep(0.05)
    return Result("好")
module = types.ModuleType("wr_plugin.commands.slow")
module.run = run
sys.modules["wr_plugin.commands.slow"] = module
catalogue.VERBS["slow"] = catalogue.Verb("slow", "慢", "慢。", (catalogue.WORK,), "slow")
from wr_plugin.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows 上没有 POSIX 信号")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_cancels_with_nothing_changed(work, number):
    child = subprocess.Popen(
        [sys.executable, "-c", SLOW_VERB, "slow", "--work", str(work), "--progress=json", "--json"], cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert child.stderr.readline()
    began = time.monotonic()
    child.send_signal(number)
    out, _ = child.communicate(timeout=20)
    assert child.returncode == 130 and time.monotonic() - began < 5
    assert json.loads(out)["error"]["code"] == "Cancelled"
    from wr_plugin.store.workfile import WorkFile

    with WorkFile.open(work) as store:
        assert store.setting("county_name") is None


def test_the_module_runs_as_a_program_in_utf8_whatever_the_locale():
    done = subprocess.run([sys.executable, "-m", "wr_plugin", "--help"], cwd=ROOT, capture_output=True, check=True,
                          env={**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONCOERCECLOCALE": "0"})
    assert "用法" in done.stdout.decode("utf-8")
