"""Edits past the steps: the journal shows them, selfcheck fails, and the certificates' result says so."""

import sqlite3

import pytest

from tests.village import VILLAGE
from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import BadInput
from wr_plugin.review import trail
from wr_plugin.store.workfile import WorkFile


def disagreements(work):
    with WorkFile.open(work, readonly=True) as store:
        return trail.disagreements(store)


@pytest.fixture
def certified(ready, tmp_path):
    run_verb("certify", {"work": ready, "out": str(tmp_path / "证")})
    return ready


def test_all_that_the_steps_do_is_in_the_journal(certified, tmp_path):
    assert disagreements(certified) == []
    with sqlite3.connect(certified) as connection:
        number = connection.execute("SELECT min(number) FROM certificate").fetchone()[0]
        connection.execute("UPDATE CBDKXX SET HTMJ = HTMJ - 1000 WHERE fid = 1")
    run_verb("revoke", {"work": certified, "village": [VILLAGE], "why": "更正", "who": "甲"})
    for verb in ("check", "confirm"):
        run_verb(verb, {"work": certified})
    run_verb("publish", {"work": certified, "out": str(tmp_path / "公示"), "start": "2020-04-01"})
    for level in ("town", "county", "city"):
        run_verb("approve", {"work": certified, "level": level, "who": "甲", "zone": VILLAGE})
    run_verb("certify", {"work": certified, "out": str(tmp_path / "证")})
    assert disagreements(certified) == [], number


@pytest.mark.parametrize("sql, told", [
    ("UPDATE holder_right SET volume_m3_100 = volume_m3_100 + 100 WHERE rowid = 1", "核定结果"),
    ("DELETE FROM holder_right WHERE rowid = 1", "表中没有"),
    ("UPDATE certificate SET volume_m3_100 = 1 WHERE rowid = 1", "水权证"),
    ("UPDATE certificate SET state = 'void' WHERE rowid = 1", "水权证"),
    ("UPDATE publicity SET end_date = '2020-03-02'", "公示登记"),
    ("UPDATE approval SET decided_on = '2020-03-09' WHERE level = 'town'", "审核登记 town|620799"),
    ("DELETE FROM approval WHERE level = 'city'", "审核登记 city|620799"),
    ("INSERT INTO approval (uuid, level, zone_code, decision, who, decided_on) VALUES ('x', 'city', '620799', 'pass',"
     " '乙', '2026-01-01')", "不是由软件登记"),
    ("DELETE FROM journal WHERE seq > (SELECT max(seq) - 1 FROM journal)", "不是由软件登记"),
])
def test_an_edit_past_the_steps_shows(certified, sql, told):
    with sqlite3.connect(certified) as connection:
        connection.execute(sql)
    found = disagreements(certified)
    assert found and all(told in sentence or "在变更日志中有" in sentence for sentence in found), found
    with pytest.raises(BadInput, match="变更日志与表"):
        run_verb("selfcheck", {"work": certified})


def test_certificates_tell_of_it(ready, tmp_path):
    with sqlite3.connect(ready) as connection:
        connection.execute("UPDATE approval SET decided_on = '2020-03-09' WHERE level = 'town'")
    result = run_verb("certify", {"work": ready, "out": str(tmp_path / "证")})
    assert any("变更日志" in str(row) for row in result.table) and "审核登记 town|620799" in result.text
