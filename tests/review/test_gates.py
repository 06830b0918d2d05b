"""Gates: each one shut, with what would open it, and exit code 3."""

import sqlite3

import pytest

from tests.village import GROUP, HOLDERS, VILLAGE, make_village
from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import BadInput, GateShut


def shut(verb, work, tmp_path, **params):
    """Runs a verb that must meet a shut gate; returns what is told."""
    out = tmp_path / "出"
    with pytest.raises(GateShut) as told:
        run_verb(verb, {"work": str(work), "out": str(out), **params})
    assert told.value.exit_code == 3
    assert not out.exists(), "nothing is left behind"
    return f"{told.value.message} {told.value.remedy}"


def change(work, sql, *values):
    with sqlite3.connect(work) as connection:
        connection.execute(sql, values)


def add_run(work, verb):
    change(work, "INSERT INTO run (verb, started_at, ended_at) VALUES (?, '2026-01-01', '2026-01-01')", verb)


@pytest.mark.parametrize("verb", ["publish", "certify"])
def test_unchecked_data(verb, tmp_path):
    work = make_village(tmp_path / "村.gpkg")
    assert "检查" in shut(verb, work, tmp_path) and "check" in shut(verb, work, tmp_path)
    run_verb("check", {"work": str(work)})
    assert "confirm" in shut(verb, work, tmp_path)


@pytest.mark.parametrize("verb", ["publish", "certify"])
def test_data_imported_or_checked_anew(verb, village, tmp_path):
    add_run(village, "import")
    assert "check" in shut(verb, village, tmp_path)
    add_run(village, "check")
    assert "confirm" in shut(verb, village, tmp_path)


@pytest.mark.parametrize("setting", ["publicity.days", "publicity.objections_to"])
def test_a_poster_needs_the_countys_settings(setting, tmp_path):
    work = make_village(tmp_path / "村.gpkg", {setting: None})
    run_verb("check", {"work": str(work)})
    run_verb("confirm", {"work": str(work)})
    told = shut("publish", work, tmp_path)
    assert setting in told and "政策" in told


@pytest.mark.parametrize("setting", ["certificate.number", "certificate.valid_from", "certificate.valid_to",
                                     "certificate.issuer"])
def test_a_certificate_needs_the_countys_settings(setting, tmp_path):
    work = make_village(tmp_path / "村.gpkg", {setting: None})
    run_verb("check", {"work": str(work)})
    run_verb("confirm", {"work": str(work)})
    assert setting in shut("certify", work, tmp_path)


def test_not_published_names_the_verb_and_the_village(village, tmp_path):
    told = shut("certify", village, tmp_path)
    assert "还没有公示" in told and f"publish --village {VILLAGE}" in told
    for level in ("town", "county", "city"):
        assert f"approve --level {level}" in told


def test_the_term_must_have_ended(ready, tmp_path, monkeypatch):
    change(ready, "UPDATE publicity SET end_date = '2026-07-07'")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1783382400")  # 2026-07-07
    assert "公示到 2026-07-07 才期满" in shut("certify", ready, tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1783382400 + 86400))
    assert run_verb("certify", {"work": ready, "out": str(tmp_path / "出")}).changed


def test_publicity_of_an_earlier_confirm_run_does_not_count(ready, tmp_path):
    change(ready, "UPDATE publicity SET confirm_run = NULL")
    assert "还没有公示" in shut("certify", ready, tmp_path)


def test_an_open_objection_and_its_closing(ready, tmp_path):
    change(ready, "INSERT INTO objection (uuid, village_code, content, state) VALUES ('u1', ?, '面积不对', 'open')", VILLAGE)
    told = shut("certify", ready, tmp_path)
    assert "1 条异议未办结" in told and "已办结" in told
    change(ready, "UPDATE objection SET state = 'closed'")
    assert run_verb("certify", {"work": ready, "out": str(tmp_path / "出")}).changed


def test_each_level_must_approve_and_a_return_shuts_again(ready, tmp_path):
    change(ready, "DELETE FROM approval WHERE level = 'county'")
    told = shut("certify", ready, tmp_path)
    assert "县级核定还没有结论" in told and "市级终审" not in told
    run_verb("approve", {"work": ready, "level": "county", "who": "甲", "zone": VILLAGE[:9]})
    run_verb("approve", {"work": ready, "level": "city", "who": "乙", "decision": "return", "zone": VILLAGE})
    assert "市级终审的结论是退回" in shut("certify", ready, tmp_path)
    passed = run_verb("approve", {"work": ready, "level": "city", "who": "乙", "zone": VILLAGE[:6]})
    assert passed.table[-1][0] == "仍算退回" and VILLAGE in passed.table[-1][1]
    assert "市级终审的结论是退回" in shut("certify", ready, tmp_path)  # what was returned by itself is passed by itself
    run_verb("approve", {"work": ready, "level": "city", "who": "乙", "zone": VILLAGE})
    assert run_verb("certify", {"work": ready, "out": str(tmp_path / "出")}).changed


def test_unknown_villages_and_holders_are_told(ready, tmp_path):
    for params, word in (({"village": ["620799999999"]}, "620799999999"), ({"holder": ["1"]}, "承包方编码"),
                         ({"holder": [GROUP + "9999"]}, "没有核定的水权"),
                         ({"holder": [HOLDERS["同名张三"]]}, "explain")):
        with pytest.raises(BadInput) as told:
            run_verb("certify", {"work": ready, "out": str(tmp_path / "出"), **params})
        assert word in str(told.value) and not (tmp_path / "出").exists()


def test_a_bad_number_rule_is_told_before_anything_is_printed(ready, tmp_path):
    for pattern in ("{county}{year}", "{seq}{colour}", "{seq", "{seq:>10}", "{0}{seq}"):
        with sqlite3.connect(ready) as connection:
            import json

            sha, parsed = connection.execute("SELECT sha256, parsed FROM policy WHERE current = 1").fetchone()
            mapping = json.loads(parsed)
            mapping["certificate"]["number"] = pattern
            connection.execute("UPDATE policy SET parsed = ? WHERE sha256 = ?", (json.dumps(mapping), sha))
        with pytest.raises(BadInput, match="证号规则"):
            run_verb("certify", {"work": ready, "out": str(tmp_path / "出")})


def test_the_command_line_exits_with_3(village, tmp_path):
    import subprocess
    import sys
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-m", "wr_plugin", "certify", "--work", village, "--out", str(tmp_path / "出")],
                          cwd=root, capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert done.returncode == 3 and "公示" in done.stderr and "Traceback" not in done.stderr
