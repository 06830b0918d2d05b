"""What the child process says, read byte by byte."""

import json

from wr_plugin.desktop.protocol import Lines, outcome_of, progress_of, without_commands


def test_lines_are_joined_across_reads_even_within_a_character():
    lines, data = Lines(), '{"progress": 0.5, "text": "读取图层"}\n'.encode()
    assert lines.feed(data[:27]) == []
    assert [progress_of(line) for line in lines.feed(data[27:])] == [(0.5, "读取图层")]


def test_a_last_line_without_its_end_is_not_lost():
    lines = Lines()
    lines.feed(b"Traceback")
    assert lines.finish() == ["Traceback"]


def test_other_lines_are_no_progress():
    assert progress_of("warning: something") is None
    assert progress_of('{"other": 1}') is None
    assert progress_of('{"progress": "x"}') is None
    assert progress_of("{broken") is None


def test_progress_stays_between_0_and_1():
    assert progress_of('{"progress": 7, "text": ""}') == (1.0, "")


def test_a_result_with_its_next_step_without_the_command():
    answer = {"ok": True, "result": {"title": "检查", "table": [["问题", 3]], "next_step": "核定水权（confirm）"}}
    outcome = outcome_of(json.dumps(answer).encode(), [], 0)
    assert outcome.ok
    assert outcome.text() == "检查\n问题：3\n下一步：核定水权"


def test_rows_of_more_than_two_columns_are_told_whole():
    answer = {"ok": True, "result": {"title": "进度", "table": [["检查", "已完成", "今天"]]}}
    assert "检查：已完成，今天" in outcome_of(json.dumps(answer).encode(), [], 0).text()


def test_an_error_with_place_and_remedy():
    answer = {"ok": False, "error": {"code": "BadInput", "message": "缺字段", "where": "DK.shp", "remedy": "补上"}, "exit_code": 2}
    outcome = outcome_of(json.dumps(answer).encode(), [], 2)
    assert (outcome.ok, outcome.exit_code) == (False, 2)
    assert outcome.text() == "DK.shp：缺字段\n处理办法：补上"


def test_a_cancelled_run_is_cancelled_however_the_child_ended():
    assert outcome_of(b"", [], 15, cancelled=True).cancelled
    assert outcome_of(b"", [], 130, cancelled=True).cancelled


def test_a_run_that_ended_before_it_heard_the_cancel_is_done():
    assert outcome_of(b'{"ok": true, "result": {}}', [], 0, cancelled=True).ok


def test_a_crash_names_the_exit_code_and_keeps_the_log():
    outcome = outcome_of(b"", ["Traceback", "MemoryError"], -11)
    assert not outcome.ok and "-11" in outcome.text() and outcome.log.endswith("MemoryError")


def test_what_is_printed_before_the_result_does_no_harm():
    assert outcome_of('提示\n{"ok": true, "result": {"title": "好"}}\n'.encode(), [], 0).result["title"] == "好"


def test_commands_are_left_out_of_next_steps():
    assert without_commands("公示（publish）：还有 6 个村没有公示") == "公示：还有 6 个村没有公示"
    assert without_commands("乡镇初审（approve --level town）：还有 1 个村") == "乡镇初审：还有 1 个村"
    assert without_commands("公示：publish") == "公示"
    assert without_commands("等公示期满：还有 2 个村，最晚到 2026-10-07") == "等公示期满：还有 2 个村，最晚到 2026-10-07"
