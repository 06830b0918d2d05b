"""Findings accepted with a reason by the level that may: kept while they say the same, undone, in the journal."""

import pytest

from tests import village as drawn
from wr_plugin.commands.running import run_verb
from wr_plugin.model import findings
from wr_plugin.model.errors import BadInput
from wr_plugin.store import journal, reading
from wr_plugin.store.workfile import WorkFile

OUTSIDE, NO_SOURCE, MALFORMED, SHARED = "OUTSIDE_REGISTRY", "NO_SOURCE", "CODE_MALFORMED", "SHARED_PARCEL"


def accept(work, **params):
    return run_verb("accept", {"work": str(work), **params})


def states(work, code):
    with WorkFile.open(work, readonly=True) as store:
        assert journal.verify(store) == []
        return {row["subject"]: row["state"] for row in reading.rows(
            store, "SELECT subject, state FROM finding WHERE code = ?", (code,))}


def edit(work, sql):
    with WorkFile.open(work) as store, store.transaction():
        store.connection.execute(sql)


def test_the_county_accepts_one_and_says_why(village):
    parcel = drawn.CODES["outside_registry"]
    result = accept(village, code=OUTSIDE, subject=[parcel], level="county", why="农业农村局证明", who="王县")
    assert result.counts == {"accepted": 1}
    assert states(village, OUTSIDE) == {parcel: "accepted", drawn.CODES["no_link"]: "open"}
    listed = accept(village)
    assert listed.table == [("名录外", parcel, "原因不明", "县级核定 王县：农业农村局证明")] and not listed.changed
    with WorkFile.open(village, readonly=True) as store:
        row = reading.one(store, "SELECT * FROM journal WHERE verb = 'accept'")
        assert (row["subject_key"], row["before"], row["why"]) == (f"{OUTSIDE}|{parcel}", '{"state": "open"}', "农业农村局证明")
    assert not accept(village, code=OUTSIDE, subject=[parcel], level="county", why="再次", who="王县").changed


@pytest.mark.parametrize("code, level, told", [
    (OUTSIDE, "town", "县级核定以上"), (NO_SOURCE, "town", "县级核定以上"), (MALFORMED, "city", "须改正，不能认可"),
    ("QUOTA_MISSING", "city", "须改正，不能认可"),
])
def test_a_level_that_may_not_accepts_nothing(village, code, level, told):
    before = states(village, code)
    with pytest.raises(BadInput, match=told):
        accept(village, code=code, level=level, why="属实")
    assert states(village, code) == before and set(before.values()) == {"open"}


def test_a_notice_is_for_the_township_and_what_has_no_water_for_the_county(village):
    assert accept(village, code=SHARED, level="town", why="各户已核对").counts == {"accepted": 1}
    assert accept(village, code=NO_SOURCE, level="county", why="确无水源").counts == {"accepted": 2}
    with WorkFile.open(village, readonly=True) as store:
        assert reading.count(store, "SELECT count(*) FROM parcel_right WHERE state = 'no_source'") == 2


def test_it_is_kept_while_the_finding_says_the_same(village):
    accept(village, code=SHARED, level="town", why="各户已核对")
    accept(village, code="UNAPPROVED_OVERLAP", level="county", why="已核实")
    edit(village, "UPDATE parcel SET SCMJ = 5000 WHERE fid = 2")
    edit(village, "UPDATE unapproved_land SET geom = (SELECT geom FROM parcel WHERE DKBM = '%s') WHERE fid = 1"
         % drawn.CODES["partly_reclaimed"])
    run_verb("check", {"work": str(village)})
    assert set(states(village, SHARED).values()) == {"accepted"}
    assert sorted(states(village, "UNAPPROVED_OVERLAP").values()) == ["accepted", "open"]


def test_the_last_batch_or_one_is_taken_back(village):
    accept(village, code=SHARED, level="town", why="各户已核对")
    accept(village, code=OUTSIDE, level="county", why="已核实")
    assert accept(village, undo=True).counts == {"withdrawn": 2}
    assert set(states(village, OUTSIDE).values()) == {"open"} and set(states(village, SHARED).values()) == {"accepted"}
    assert accept(village, undo=True, code=SHARED, why="点错了").counts == {"withdrawn": 1}
    edit(village, "UPDATE parcel SET SCMJ = 5000 WHERE fid = 2")
    run_verb("check", {"work": str(village)})
    assert set(states(village, SHARED).values()) == {"open"}
    with pytest.raises(BadInput, match="没有认可过"):
        accept(village, undo=True)


@pytest.mark.parametrize("params, told", [
    ({"level": "county", "why": "属实"}, "没有说是哪些问题"), ({"code": "天气", "level": "county", "why": "属实"}, "没有代码为"),
    ({"finding": ["99999"], "level": "county", "why": "属实"}, "没有序号为 99999"),
    ({"finding": ["十二"], "level": "county", "why": "属实"}, "不是问题的序号"),
    ({"subject": ["999"], "level": "county", "why": "属实"}, "没有对象为“999”的问题"),
    ({"code": OUTSIDE, "village": "999", "level": "county", "why": "属实"}, "没有名录外问题（村 999）"),
    ({"code": OUTSIDE, "level": "county"}, "没有写认可的理由"), ({"code": OUTSIDE, "why": "属实"}, "没有说由哪一级"),
])
def test_what_is_not_clear_is_refused(village, params, told):
    with pytest.raises(BadInput, match=told):
        accept(village, **params)


def test_outside_the_registry_says_on_what_land(village):
    """The parcel outside the registry is laid on reclaimed land."""
    edit(village, "UPDATE unapproved_land SET land_kind = 'reclaimed', geom = (SELECT geom FROM parcel WHERE DKBM = '%s')"
                  " WHERE fid = 1" % drawn.CODES["outside_registry"])
    run_verb("check", {"work": str(village)})
    with WorkFile.open(village, readonly=True) as store:
        row = reading.one(store, "SELECT * FROM finding WHERE code = ? AND subject = ?",
                          (OUTSIDE, drawn.CODES["outside_registry"]))
    assert row["value"] == "复垦耕地" and "与复垦耕地重叠" in row["message"]


def test_every_kind_says_who_may():
    assert {findings.accepting_level(code) for code, kind in findings.KINDS.items() if kind.severity == "notice"} == {"town"}
    assert {findings.accepting_level(code) for code, kind in findings.KINDS.items() if kind.severity == "review"} == {"county"}
    assert findings.accepting_level("NOBODY_KNOWS") == ""
