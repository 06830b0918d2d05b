"""Publicity terms, approvals and numbers."""

import sqlite3

import pytest

from tests.village import VILLAGE
from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import BadInput, GateShut
from wr_plugin.review import numbering, publicity
from wr_plugin.store import journal
from wr_plugin.store.workfile import WorkFile


@pytest.mark.parametrize("start, days, end", [("2026-07-01", 7, "2026-07-07"), ("2026-12-28", 5, "2027-01-01"),
                                              ("2028-02-28", 2, "2028-02-29"), ("2026-07-01", 1, "2026-07-01")])
def test_first_and_last_day_both_count(start, days, end):
    assert publicity.last_day(start, days) == end


def test_publicity_writes_a_term_a_run_and_a_journal_row(village, tmp_path):
    run_verb("publish", {"work": village, "out": str(tmp_path / "公示"), "start": "2026-07-01"})
    with WorkFile.open(village) as store:
        term = store.connection.execute("SELECT * FROM publicity").fetchone()
        confirm = store.connection.execute("SELECT max(run_id) FROM run WHERE verb = 'confirm'").fetchone()[0]
        assert (term["village_code"], term["end_date"], term["confirm_run"]) == (VILLAGE, "2026-07-07", confirm)
        entry = store.connection.execute("SELECT * FROM journal WHERE subject_table = 'publicity'").fetchone()
        assert entry["subject_key"] == VILLAGE and entry["before"] is None and "2026-07-07" in entry["after"]
        assert journal.verify(store) == []


def test_approvals_are_kept_one_after_another(village):
    approve = {"work": village, "level": "town", "who": "甲", "on": "2026-01-05"}
    assert run_verb("approve", approve).changed
    assert not run_verb("approve", approve).changed, "the same again changes nothing"
    assert run_verb("approve", {**approve, "decision": "return", "note": "面积存疑"}).changed
    with WorkFile.open(village) as store:
        rows = store.connection.execute("SELECT decision, note, zone_code FROM approval ORDER BY fid").fetchall()
        assert [tuple(r) for r in rows] == [("pass", None, VILLAGE[:6]), ("return", "面积存疑", VILLAGE[:6])]
        entries = store.connection.execute("SELECT before, after FROM journal WHERE subject_table = 'approval'"
                                           " ORDER BY seq").fetchall()
        assert entries[0]["before"] is None and '"pass"' in entries[1]["before"]
        assert journal.verify(store) == []


@pytest.mark.parametrize("params, word", [
    ({"zone": "62079"}, "62079"), ({"zone": "999999"}, "没有地块"), ({"on": "2999-01-01"}, "还没有到"), ({"who": " "}, "审核人"),
])
def test_a_wrong_approval_is_refused(village, params, word):
    with pytest.raises(BadInput, match=word):
        run_verb("approve", {"work": village, "level": "town", "who": "甲", **params})


def test_a_level_that_the_policy_does_not_have(tmp_path):
    from tests.village import make_village

    work = make_village(tmp_path / "村.gpkg", {"approvals": ["county"]})
    with pytest.raises(GateShut):
        run_verb("approve", {"work": str(work), "level": "county", "who": "甲"})
    run_verb("check", {"work": str(work)})
    run_verb("confirm", {"work": str(work)})
    with pytest.raises(BadInput, match="乡镇初审"):
        run_verb("approve", {"work": str(work), "level": "town", "who": "甲"})
    assert run_verb("approve", {"work": str(work), "level": "county", "who": "甲"}).next_step == "发证（certify）"


def test_numbers_and_check_values():
    assert numbering.number("{county}-{year}-{source}-{seq}", "620799", "2026", "ground", 12) == "620799-2026-地下-000012"
    parts = [("6207991010010100001", 900, 66_700)]
    value = numbering.check_value("A1", "620799101001010001", "surface", 900, 66_700, "2031-12-31", parts)
    assert len(value) == 8 and value == value.upper()
    others = {
        numbering.check_value("A2", "620799101001010001", "surface", 900, 66_700, "2031-12-31", parts),
        numbering.check_value("A1", "620799101001010001", "ground", 900, 66_700, "2031-12-31", parts),
        numbering.check_value("A1", "620799101001010001", "surface", 901, 66_700, "2031-12-31", parts),
        numbering.check_value("A1", "620799101001010001", "surface", 900, 66_800, "2031-12-31", parts),
        numbering.check_value("A1", "620799101001010001", "surface", 900, 66_700, "2032-12-31", parts),
        numbering.check_value("A1", "620799101001010001", "surface", 900, 66_700, "2031-12-31",
                              [("6207991010010100002", 900, 66_700)]),
    }
    assert len(others) == 6 and value not in others


def test_numbers_run_on_over_villages_and_voided_certificates(ready, tmp_path):
    run_verb("certify", {"work": ready, "out": str(tmp_path / "一")})
    with sqlite3.connect(ready) as connection:
        connection.execute("UPDATE certificate SET state = 'void'")
    run_verb("certify", {"work": ready, "out": str(tmp_path / "二")})
    with WorkFile.open(ready) as store:
        numbers = [r[0] for r in store.connection.execute("SELECT number FROM certificate ORDER BY rowid")]
        assert [n[-6:] for n in numbers] == [f"{i:06d}" for i in range(1, 9)]
        assert journal.verify(store) == []
