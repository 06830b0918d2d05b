"""Gates that a wrong date, a wrong village code or land in another village must not open."""

import json
import sqlite3

import pytest

from tests.village import CODES, PARCELS, VILLAGE, identity, make_village
from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import BadInput, GateShut

OTHER = VILLAGE[:-1] + "9"
APPROVED = ("town", "county", "city")


def change(work, sql, *values):
    with sqlite3.connect(work) as connection:
        connection.execute(sql, values)


def formal(work):
    """The policy without its demo mark."""
    with sqlite3.connect(work) as connection:
        sha, parsed = connection.execute("SELECT sha256, parsed FROM policy WHERE current = 1").fetchone()
        mapping = {**json.loads(parsed), "demo": False}
        connection.execute("UPDATE policy SET parsed = ? WHERE sha256 = ?", (json.dumps(mapping), sha))


def certify(work, tmp_path, **params):
    return run_verb("certify", {"work": work, "out": str(tmp_path / "证"), **params})


def shut(work, tmp_path, **params):
    with pytest.raises(GateShut) as told:
        certify(work, tmp_path, **params)
    return str(told.value)


@pytest.mark.parametrize("verb, params", [
    ("publish", {"start": "2020-03-01"}), ("approve", {"level": "town", "who": "甲", "on": "2020-03-01"})])
def test_formal_steps_are_not_dated_before_the_rights_they_are_about(village, tmp_path, verb, params):
    params = {"work": village, **params, **({"out": str(tmp_path / "公示")} if verb == "publish" else {})}
    formal(village)
    with pytest.raises(BadInput, match="早于这次核定") as told:
        run_verb(verb, params)
    day = told.value.remedy.split()[1]
    assert run_verb(verb, {**params, ("start" if verb == "publish" else "on"): day}).changed, "what it says works"


def test_practice_with_demo_values_may_be_dated_at_will(village, tmp_path):
    assert run_verb("publish", {"work": village, "out": str(tmp_path / "公示"), "start": "2020-03-01"}).changed


def test_an_approval_before_the_publicity_ended_does_not_count(ready, tmp_path):
    change(ready, "UPDATE approval SET decided_on = '2020-03-07' WHERE level = 'town'")
    told = shut(ready, tmp_path)
    assert "乡镇初审的日期不晚于公示截止日（2020-03-07）" in told and "approve --level town" in told
    assert "approve --level town" in run_verb("status", {"work": ready}).next_step
    run_verb("approve", {"work": ready, "level": "town", "who": "甲", "on": "2020-03-08"})
    assert certify(ready, tmp_path).changed


def test_a_term_registered_by_mistake_is_replaced_by_the_next(ready, tmp_path):
    out = str(tmp_path / "公示")
    run_verb("publish", {"work": ready, "out": out, "start": "2099-01-01"})
    assert "2099-01-07" in shut(ready, tmp_path)
    run_verb("publish", {"work": ready, "out": out, "start": "2020-03-02"})
    assert certify(ready, tmp_path).changed


def test_after_a_return_the_remedy_names_the_village_and_works(ready, tmp_path):
    told = run_verb("approve", {"work": ready, "level": "town", "who": "甲", "zone": VILLAGE, "decision": "return"})
    assert "改正" in told.next_step
    assert f"approve --level town --zone {VILLAGE}" in shut(ready, tmp_path)
    run_verb("approve", {"work": ready, "level": "town", "who": "甲", "zone": VILLAGE})
    assert certify(ready, tmp_path).changed


@pytest.mark.parametrize("written", ["示例村", "", "620799999999"])
def test_an_objection_without_a_proper_village_keeps_every_gate_shut(ready, tmp_path, written):
    change(ready, "INSERT INTO objection (uuid, village_code, content, state) VALUES ('u', ?, '面积', 'open')", written)
    told = shut(ready, tmp_path)
    assert "没有写对村代码" in told
    assert "异议" in run_verb("status", {"work": ready}).next_step
    change(ready, "UPDATE objection SET village_code = ?", VILLAGE)
    assert "1 条异议未办结" in shut(ready, tmp_path)


def test_an_objection_counts_where_its_parcel_lies_and_until_it_says_closed(ready, tmp_path):
    change(ready, "INSERT INTO objection (uuid, village_code, parcel_uuid, content, state) VALUES"
                  " ('u', '', ?, '面积', 'doing')", identity("mixed"))
    assert "1 条异议未办结" in shut(ready, tmp_path)
    change(ready, "UPDATE objection SET state = 'closed'")
    assert certify(ready, tmp_path).changed


def test_land_in_another_village_waits_for_that_villages_poster(tmp_path):
    """The household's village is through; one of its parcels lies in the next village, which is not."""
    work = str(tmp_path / "村.gpkg")
    make_village(work, before_commit=lambda store: store.connection.execute(
        "UPDATE parcel SET village_code = ?, village_name = '邻村' WHERE fid = ?", (OTHER, PARCELS["ground"][0])))
    for verb in ("check", "confirm"):
        run_verb(verb, {"work": work})
    run_verb("publish", {"work": work, "out": str(tmp_path / "公示"), "start": "2020-03-01", "village": [VILLAGE]})
    for level in APPROVED:
        run_verb("approve", {"work": work, "level": level, "who": "甲"})
    told = shut(work, tmp_path, village=[VILLAGE])
    assert OTHER in told and f"publish --village {OTHER}" in told, CODES["ground"]
    run_verb("publish", {"work": work, "out": str(tmp_path / "公示"), "start": "2020-03-01", "village": [OTHER]})
    assert certify(work, tmp_path, village=[VILLAGE]).changed
