"""The work file itself knows what was edited since a step last looked, whoever edited it and with whatever program."""

import pandas as pd
import pyproj
import pytest
import shapely

from wr_plugin.store import edits, frames, workfile
from wr_plugin.store.create import create_workfile

FIRST, SECOND, THIRD = (f"620799100001010000{n}" for n in (1, 2, 3))


@pytest.fixture
def store(tmp_path):
    """A work file with three parcels in a row, 20 m wide each, and their links; nothing edited since."""
    with create_workfile(tmp_path / "示例县.gpkg", pyproj.CRS.from_epsg(4522)) as made:
        x = [34_500_000 + 20 * n for n in range(3)]
        shapes = shapely.box(x, [4_290_000] * 3, [a + 20 for a in x], [4_290_030] * 3)
        with made.transaction():
            frames.replace(made, "parcel", pd.DataFrame({"uuid": list("abc"), "DKBM": [FIRST, SECOND, THIRD], "SCMJ": 600.0}),
                           shapes)
            frames.replace(made, "CBDKXX", pd.DataFrame({"DKBM": [FIRST, SECOND, THIRD], "CBFBM": ["王", "李", "王"]}))
        yield made


def edit(store, sql, *params):
    """What changed, by one statement over another connection."""
    before = edits.latest(store)
    other = workfile.connect(store.path)
    other.execute(sql, params)
    other.close()
    return edits.since(store, before)


def test_a_bulk_load_is_one_entry_for_each_table(store):
    assert edits.since(store, 0) == {"parcel": edits.WHOLE, "CBDKXX": edits.WHOLE}
    assert store.connection.execute("SELECT count(*) FROM edit").fetchone()[0] == 2
    assert edits.since(store, edits.latest(store)) == {}


def test_an_attribute_that_another_program_changes_is_told_with_its_row_and_its_column(store):
    changed = edit(store, "UPDATE parcel SET SCMJ = 612.5, DKBM = DKBM WHERE fid = 2")
    assert list(changed) == ["parcel"]
    assert changed["parcel"].keys == [2] and changed["parcel"].columns == {"SCMJ"}
    assert not changed["parcel"].redrawn and not changed["parcel"].came_or_went


def test_a_row_that_is_saved_unchanged_is_no_edit(store):
    assert edit(store, "UPDATE parcel SET SCMJ = 600, DKBM = DKBM, geom = geom") == {}


def test_the_code_that_a_row_had_before_is_kept(store):
    found = edit(store, "UPDATE CBDKXX SET DKBM = ? WHERE fid = 1", THIRD)["CBDKXX"]
    assert found.old == {"DKBM": {FIRST}, "CBFBM": {"王"}, "well_code": set()} and found.columns == {"DKBM"}


def test_of_a_deleted_parcel_its_code_and_its_place_are_kept(store):
    found = edit(store, "DELETE FROM parcel WHERE fid = 3")["parcel"]
    assert found.keys == [3] and found.old["DKBM"] == {THIRD} and found.came_or_went and found.redrawn
    assert found.boxes == [(34_500_040, 4_290_000, 34_500_060, 4_290_030)]


def test_of_a_redrawn_parcel_the_place_where_it_was_is_kept(store):
    before = edits.latest(store)
    store.connection.execute("UPDATE parcel SET geom = (SELECT geom FROM parcel WHERE fid = 1) WHERE fid = 2")
    found = edits.since(store, before)["parcel"]
    assert found.redrawn and not found.came_or_went and found.boxes == [(34_500_020, 4_290_000, 34_500_040, 4_290_030)]
    boxes = store.connection.execute("SELECT minx FROM rtree_parcel_geom WHERE id IN (1, 2)").fetchall()
    assert boxes[0][0] == boxes[1][0]  # the R*tree follows as before


def test_the_place_of_a_point_is_read_too(store):
    with store.transaction():
        frames.append(store, "well", pd.DataFrame({"uuid": ["w"], "well_code": ["J1"]}),
                      shapely.points([34_500_005], [4_290_007]))
    assert edit(store, "DELETE FROM well")["well"].boxes == [(34_500_005, 4_290_007, 34_500_005, 4_290_007)]


def test_a_new_row_is_told_by_its_key(store):
    found = edit(store, "INSERT INTO CBDKXX (DKBM, CBFBM) VALUES (?, '赵')", FIRST)["CBDKXX"]
    assert found.keys == [4] and found.came_or_went and "HTMJ" in found.columns


def test_a_row_that_is_given_another_number_is_told_by_both(store):
    assert edit(store, "UPDATE CBDKXX SET fid = 9 WHERE fid = 1")["CBDKXX"].keys == [1, 9]


def test_rows_that_a_step_writes_one_by_one_are_listed_and_many_are_one_entry(store, monkeypatch):
    monkeypatch.setattr(edits, "MOST_LISTED", 2)
    before = edits.latest(store)
    row = pd.DataFrame({"DKBM": [FIRST] * 3, "CBFBM": ["赵", "钱", "孙"]})
    with store.transaction():
        frames.append(store, "CBDKXX", row[:2])
    assert edits.since(store, before)["CBDKXX"].keys == [4, 5]
    with store.transaction():
        frames.append(store, "CBDKXX", row)
    assert edits.since(store, before)["CBDKXX"] == edits.WHOLE
    assert edit(store, "UPDATE CBDKXX SET HTMJ = 5 WHERE fid = 8")["CBDKXX"].keys == [8]  # listed again afterwards


def test_more_edits_than_are_worth_listing_count_as_the_whole_table(store):
    before = edits.latest(store)
    edit(store, "UPDATE parcel SET SCMJ = SCMJ + 1")
    assert edits.since(store, before, most=2)["parcel"] == edits.WHOLE
    assert edits.since(store, before, most=3)["parcel"].keys == [1, 2, 3]


def test_an_edit_is_kept_until_every_step_has_seen_it(store):
    assert edits.seen(store, "check") is None
    edit(store, "UPDATE parcel SET SCMJ = 1 WHERE fid = 1")
    with store.transaction():
        edits.mark_seen(store, "check", edits.latest(store))
    assert edits.seen(store, "confirm") is None and store.connection.execute("SELECT count(*) FROM edit").fetchone()[0] == 3
    last = edits.latest(store)
    with store.transaction():
        edits.mark_seen(store, "confirm", last)
    assert store.connection.execute("SELECT count(*) FROM edit").fetchone()[0] == 0
    edit(store, "UPDATE parcel SET SCMJ = 2 WHERE fid = 1")
    assert edits.latest(store) == last + 1  # numbers are not given twice


def test_an_edit_that_is_taken_back_by_its_transaction_is_not_logged(store):
    before = edits.latest(store)
    with pytest.raises(RuntimeError), store.transaction():
        store.connection.execute("DELETE FROM parcel")
        raise RuntimeError("断电")
    assert edits.since(store, before) == {}


def test_results_are_not_logged_but_what_the_check_tells_the_next_step_is():
    assert {"parcel", "registry", "quota", "cap", "permit_user", "parcel_site", "registry_link"} <= set(edits.logged())
    assert not {"right_part", "finding", "audit", "journal", "setting", "edit"} & set(edits.logged())
