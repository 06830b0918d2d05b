"""The verb ``check``: gates, repetition, edits, cancelling, and what it may not say."""

import itertools
import re

import pytest

from tests.village import FINDINGS, make_village
from wr_plugin.commands import check
from wr_plugin.commands.progress import Progress
from wr_plugin.model.errors import Cancelled, GateShut
from wr_plugin.store import frames, reading
from wr_plugin.store.workfile import WorkFile


@pytest.fixture
def village(tmp_path):
    with WorkFile.open(make_village(tmp_path / "村.gpkg")) as store:
        yield store


def run(store, progress=None):
    return check.run(store, {"work": str(store.path)}, progress or Progress())


def dump(store):
    return [tuple(row) for table in ("finding", "parcel_site", "run")
            for row in store.connection.execute(f"SELECT * FROM {table} ORDER BY 1")]


def test_a_second_run_changes_nothing_and_says_the_same(village):
    first = run(village)
    before = dump(village)
    second = run(village)
    assert first.changed and not second.changed
    assert (second.counts, second.table) == (first.counts, first.table)
    assert dump(village) == before


@pytest.mark.parametrize("edit", [
    "UPDATE parcel SET SCMJ = 5000 WHERE fid = 2",
    "UPDATE well SET well_state = 'closed' WHERE well_code = 'JJ01'",
    "UPDATE registry SET DKBM = '' WHERE fid = 1",
    "UPDATE parcel SET geom = (SELECT geom FROM parcel WHERE fid = 4) WHERE fid = 2",
])
def test_an_edit_in_qgis_is_new_input(village, edit):
    run(village)
    village.connection.execute(edit)
    assert run(village).changed


def test_another_policy_is_new_input(village):
    run(village)
    village.connection.execute("UPDATE policy SET sha256 = 'another'")
    assert run(village).changed


def test_findings_that_were_accepted_stay_accepted(village):
    run(village)
    village.connection.execute("UPDATE finding SET state = 'accepted' WHERE code = 'SHARED_PARCEL'")
    village.connection.execute("UPDATE parcel SET SCMJ = 5000 WHERE fid = 2")
    run(village)
    states = dict(village.connection.execute("SELECT code, state FROM finding WHERE code IN ('SHARED_PARCEL', 'SAME_NAME')"))
    assert states == {"SHARED_PARCEL": "accepted", "SAME_NAME": "open"}


def test_the_gate_without_policy_or_import(village):
    village.connection.execute("DELETE FROM run")
    with pytest.raises(GateShut, match="导入"):
        run(village)
    village.connection.execute("DELETE FROM policy")
    with pytest.raises(GateShut, match="政策"):
        run(village)


def test_cancelling_leaves_everything_as_it_was(village):
    before = dump(village)
    for asked_before in range(0, 60, 3):
        answers = itertools.chain(itertools.repeat(False, asked_before), itertools.repeat(True))
        with pytest.raises(Cancelled):
            run(village, Progress(cancelled=answers.__next__))
        assert dump(village) == before


def test_progress_goes_forward_to_the_end(village):
    shown = []
    run(village, Progress(show=lambda fraction, text: shown.append(round(fraction, 9))))
    assert shown == sorted(shown)
    assert shown[0] == 0 and 0.8 < shown[-1] <= 1


def test_an_empty_county_is_checked_too(village):
    for table in ("CBDKXX", "registry", "parcel", "well", "service_area", "irrigation_district", "CBF", "unapproved_land",
                  "overdraft_zone", "forest_parcel"):
        village.connection.execute(f"DELETE FROM {table}")
    assert run(village).counts["findings"] == 0


def test_the_table_for_people_counts_what_was_found(village):
    result = run(village)
    rows = dict(result.table)
    assert rows["地块"] == 17
    assert rows["名录外（须复核）"] == 2
    totals = [rows[f"合计：{level}"] for level in ("须改正", "须复核", "提示")]
    assert sum(totals) == len(FINDINGS) == result.counts["findings"]


def test_messages_carry_no_id_and_no_phone(village):
    run(village)
    numbers = {row["CBFZJHM"] for row in reading.rows(village, "SELECT CBFZJHM FROM CBF")}
    text = " ".join(frames.read(village, "finding")[["message", "value", "subject", "remedy"]].fillna("").to_numpy().ravel())
    assert not any(number in text for number in numbers)
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text)
