"""A farmer's area was wrong after the certificates went out: revoke, determine again, and the old number stays void."""

import sqlite3

import pytest

from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import BadInput, GateShut
from wr_plugin.store import journal
from wr_plugin.store.workfile import WorkFile


def rows(work, sql, *values):
    with sqlite3.connect(work) as connection:
        return connection.execute(sql, values).fetchall()


def test_a_certified_right_changes_only_after_its_certificate_is_revoked(ready, tmp_path):
    run_verb("certify", {"work": ready, "out": str(tmp_path / "证")})
    before = rows(ready, "SELECT number, state FROM certificate ORDER BY number")
    with sqlite3.connect(ready) as connection:
        connection.execute("UPDATE CBDKXX SET HTMJ = HTMJ - 1000 WHERE fid = 1")
    run_verb("check", {"work": ready})
    with pytest.raises(GateShut, match="revoke") as told:
        run_verb("confirm", {"work": ready})
    number = next(n for n, _ in before if n in told.value.message)

    done = run_verb("revoke", {"work": ready, "number": [number], "why": "合同面积更正", "who": "经办人甲"})
    assert done.counts == {"revoked": 1}
    assert run_verb("confirm", {"work": ready}).changed
    assert dict(rows(ready, "SELECT number, state FROM certificate")) == {
        n: "void" if n == number else "valid" for n, _ in before}
    told = rows(ready, "SELECT before, after, why FROM journal WHERE verb = 'revoke' AND subject_key = ?", number)
    assert len(told) == 1 and "合同面积更正" in told[0][2] and '"void"' in told[0][1]
    with WorkFile.open(ready, readonly=True) as store:
        assert journal.verify(store) == []


def test_a_whole_village_is_revoked_and_a_second_time_finds_nothing(ready, tmp_path):
    run_verb("certify", {"work": ready, "out": str(tmp_path / "证")})
    village = rows(ready, "SELECT village_code FROM certificate LIMIT 1")[0][0]
    words = {"work": ready, "village": [village], "why": "全村重核", "who": "经办人甲"}
    assert run_verb("revoke", words).counts["revoked"] == len(rows(ready, "SELECT 1 FROM certificate"))
    assert not run_verb("revoke", words).changed


@pytest.mark.parametrize(("words", "told"), [
    ({}, "没有指明"), ({"number": ["没有这个号"]}, "没有这些有效的水权证"), ({"number": ["x"], "why": " "}, "原因"),
])
def test_what_is_not_clear_is_refused(ready, words, told):
    with pytest.raises(BadInput, match=told):
        run_verb("revoke", {"work": ready, "why": "更正", "who": "经办人甲", **words})


def test_a_village_without_certificates_is_told_and_a_reason_is_kept_whole(ready, tmp_path):
    run_verb("certify", {"work": ready, "out": str(tmp_path / "证")})
    with pytest.raises(BadInput, match="没有发过水权证"):
        run_verb("revoke", {"work": ready, "village": ["620799999999"], "why": "更正", "who": "甲"})
    [number] = rows(ready, "SELECT min(number) FROM certificate")[0]
    run_verb("revoke", {"work": ready, "number": [number], "why": "份额 3/4 更正为 1/4", "who": "甲"})
    assert "份额 3/4 更正为 1/4" in rows(ready, "SELECT params FROM run WHERE verb = 'revoke'")[0][0]
