"""Checking again only what depends on the edits: after random edits every table equals that of a check of the county."""

import collections
import itertools
import json
import shutil

import numpy as np
import pytest

from tests.checks.random_edits import KINDS, Editor, edit
from tests.village import CODES, box, make_village
from wr_plugin.checks import again, rules
from wr_plugin.commands import check, confirm
from wr_plugin.commands.progress import Progress
from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import Cancelled
from wr_plugin.store import edits, frames
from wr_plugin.store.workfile import WorkFile

WRITTEN = {
    "parcel_site": "*", "parcel_outlet": "*", "registry_link": "*",
    "registry_candidate": "registry_fid, registry_key, rank, parcel_uuid, DKBM, CBFBM, score, reasons",
    "finding": "code, severity, stage, subject, parcel_uuid, village_code, message, remedy, value, source_file, source_row, state",
}
"""What a check writes; a finding's number and run tell only when it was first found."""


@pytest.fixture(scope="session")
def checked_county(tmp_path_factory):
    """A sample county of 500 parcels, imported and checked. Do not write to it."""
    folder = tmp_path_factory.mktemp("county")
    made = run_verb("sample", {"out": str(folder / "资料"), "parcels": 500, "seed": 5})
    work = folder / "县.gpkg"
    run_verb("import", {"package": made.outputs[0], "work": str(work)})
    run_verb("check", {"work": str(work)})
    return work


@pytest.fixture
def county(checked_county, tmp_path):
    with WorkFile.open(shutil.copy(checked_county, tmp_path / "县.gpkg")) as store:
        yield store


@pytest.fixture
def village(tmp_path):
    with WorkFile.open(make_village(tmp_path / "村.gpkg")) as store:
        checked(store)
        yield store


def checked(store, progress=None, **params):
    return check.run(store, {"work": str(store.path), **params}, progress or Progress())


def scope(result):
    return result.title.partition("：")[2]


def written(store):
    """{table: its rows} of all that a check writes, with the figures of its run."""
    rows = {name: collections.Counter(map(tuple, store.connection.execute(f"SELECT {columns} FROM {name}")))
            for name, columns in WRITTEN.items()}
    counts = json.loads(store.connection.execute("SELECT counts FROM run ORDER BY run_id DESC LIMIT 1").fetchone()[0])
    counts.pop("examined", None)
    return {**rows, "counts": counts}


def require_same(store, kinds, seed):
    """Edits one after the other, each checked; then the county is checked whole and nothing differs."""
    for number, kind in enumerate(kinds):
        edit(store, kind, seed + number)
        result = checked(store)
        assert not scope(result).startswith("全部重查") or not result.changed
    part = written(store)
    result = checked(store, whole=True)
    assert scope(result) == "全部重查（按要求）" or not result.changed
    whole = written(store)
    for name, rows in whole.items():
        assert part[name] == rows, (kinds, seed, name)


@pytest.mark.parametrize("kind", KINDS)
def test_a_random_edit_of_each_kind(county, kind):
    require_same(county, [kind], 1)


def test_every_rule_is_known_to_the_check_of_a_part():
    """A rule that nobody has put in its place would be kept as it was, or left out."""
    placed = [*again.OF_PARCELS, *again.PAIRS, *again.OTHERS]
    assert sorted(placed) == sorted(rule.code for rule in rules.RULES)


@pytest.mark.parametrize("seed", range(3))
def test_wells_side_by_side_and_service_areas_over_each_other(county, seed):
    """A second well where one stands is as near as the first to every parcel; it is told until one of the two moves."""
    require_same(county, ["well_twin", "service_area", "well_moved", "well_twin", "service_area", "well"], 70 + 10 * seed)


def test_the_second_of_two_wells_that_are_as_near_is_taken_out(village):
    """JJ09 stands where JJ02 does, which serves the parcel ``ground``; deleted, it is no longer told with that parcel."""
    village.connection.execute("INSERT INTO well (uuid, well_code, permit_number, well_state, geom)"
                               " SELECT 'x', 'JJ09', permit_number, well_state, geom FROM well WHERE well_code = 'JJ02'")
    checked(village)
    assert ("WELL_TIED", CODES["ground"]) in found(village)
    village.connection.execute("DELETE FROM well WHERE well_code = 'JJ09'")
    assert scope(checked(village)).startswith("只重查了 1 块地")
    assert ("WELL_TIED", CODES["ground"]) not in found(village)


@pytest.mark.parametrize("seed", range(5))
def test_several_random_edits_one_after_the_other(county, seed):
    require_same(county, np.random.default_rng(seed).choice(KINDS, 4).tolist(), 100 * seed)


@pytest.mark.parametrize("seed", range(2))
def test_random_edits_where_parcels_are_split_across_outlets(county, seed):
    policy = json.loads(county.connection.execute("SELECT parsed FROM policy WHERE current = 1").fetchone()[0])
    policy["sources"]["across_outlets"] = "split"
    county.connection.execute("UPDATE policy SET parsed = ?, sha256 = 'split' WHERE current = 1", (json.dumps(policy),))
    assert scope(checked(county)) == "全部重查（换了政策）"
    require_same(county, ["move_parcel", "parcel_gone", "parcel_new", "ground"], 40 + seed)


def test_a_clerk_moves_a_boundary_checks_and_confirms(village):
    """Parcel 9, 60 m × 100 m, has reclaimed land on its last 10 m: 6 000 m² = 9.00 亩 less 1 000 m² = 1.50 亩 are
    7.50 亩 × 400 m³ ÷ (0.6 × 0.9) = 5 556 m³. Its boundary is drawn 10 m further in: nothing is deducted, 9.00 亩 are
    6 667 m³; and the shape, 5 000 m², no longer fits the 6 000 m² that were surveyed."""
    confirm.run(village, {}, Progress())
    assert volume(village, "partly_reclaimed") == 555_600
    Editor(village, np.random.default_rng(0)).draw("parcel", 9, box(420, 0, 470, 100))
    result = checked(village)
    assert scope(result) == "只重查了 3 块地，其余不受改动影响"
    assert ("AREA_GEOMETRY", CODES["partly_reclaimed"]) in found(village)
    assert ("UNAPPROVED_OVERLAP", CODES["partly_reclaimed"]) not in found(village)
    confirm.run(village, {}, Progress())
    assert volume(village, "partly_reclaimed") == 666_700
    assert volume(village, "surface") == 666_700
    counts = json.loads(village.connection.execute("SELECT counts FROM run WHERE verb = 'check' ORDER BY run_id DESC").fetchone()[0])
    assert (counts["parcels"], counts["examined"]) == (17, 3)


def volume(store, name):
    (value,) = store.connection.execute("SELECT r.volume_m3_100 FROM parcel_right r JOIN parcel p ON p.fid = r.parcel_fid"
                                        " WHERE p.DKBM = ?", (CODES[name],)).fetchone()
    return value


def found(store):
    return set(map(tuple, store.connection.execute("SELECT code, subject FROM finding WHERE stage = 'check'")))


def test_only_rows_that_differ_are_written(village):
    """The contract area of one parcel is corrected; its row and its finding are written, every other keeps the run of before."""
    before = village.connection.execute("SELECT max(run_id) FROM run").fetchone()[0]
    findings = frames.read(village, "finding")
    village.connection.execute("UPDATE finding SET state = 'accepted' WHERE code = 'SHARED_PARCEL'")
    village.connection.execute("UPDATE CBDKXX SET HTMJ = 7000 WHERE DKBM = ?", (CODES["shared"],))
    seq = edits.latest(village)
    checked(village)
    now = frames.read(village, "finding")
    new = now[now["run_id"] > before]
    assert new["code"].tolist() == ["AREA_REGISTRY", "SHARE_SUM"]
    assert set(findings["fid"]) <= set(now["fid"])
    assert now.loc[now["code"] == "SHARED_PARCEL", "state"].tolist() == ["accepted"]
    assert edits.since(village, seq) == {}
    assert edits.seen(village, "check") == edits.latest(village)


def test_what_a_check_does_not_look_at_is_no_edit(village):
    village.connection.execute("UPDATE outlet SET outlet_name = '新名'")
    village.connection.execute("UPDATE parcel SET DKDZ = '沟' WHERE fid = 1")
    runs = village.connection.execute("SELECT count(*) FROM run").fetchone()[0]
    assert not checked(village).changed
    assert village.connection.execute("SELECT count(*) FROM run").fetchone()[0] == runs
    assert edits.seen(village, "check") == edits.latest(village)


def test_an_edit_while_the_check_computes_is_looked_at_the_next_time(village):
    Editor(village, np.random.default_rng(0)).draw("parcel", 9, box(420, 0, 470, 100))
    late = []

    def show(fraction, text):
        if not late:
            late.append(village.connection.execute("UPDATE CBDKXX SET HTMJ = 7000 WHERE DKBM = ?", (CODES["surface"],)))

    checked(village, Progress(show=show))
    assert scope(checked(village)).startswith("只重查了 1 块地")
    part = written(village)
    checked(village, whole=True)
    assert written(village) == part


def test_a_table_that_another_program_has_replaced_is_checked_whole(village):
    village.connection.execute("DROP TRIGGER edit_parcel_update")
    village.connection.execute("UPDATE parcel SET SCMJ = 5000 WHERE fid = 2")
    assert scope(checked(village)) == "全部重查（地块表被别的软件换过）"
    assert ("AREA_GEOMETRY", CODES["surface_too"]) in found(village)


def test_a_check_of_an_older_product_is_made_whole(village):
    village.connection.execute("UPDATE setting SET value = '4 0.1' WHERE name = 'check_basis'")
    village.connection.execute("UPDATE parcel SET SCMJ = 5000 WHERE fid = 2")
    assert scope(checked(village)) == "全部重查（上次检查用的是旧版本）"
    village.connection.execute("UPDATE parcel SET SCMJ = 6000 WHERE fid = 2")
    assert scope(checked(village)).startswith("只重查了")


def test_members_of_a_household_count_however_their_names_are_written(village):
    """The registry has 赵六 for a parcel of 张三's household, whose member is written 赵 六: the same household."""
    village.connection.execute("UPDATE registry SET holder_name = '赵六' WHERE DKBM = ?", (CODES["surface"],))
    checked(village)
    assert ("REGISTRY_HOLDER", CODES["surface"]) in found(village)
    village.connection.execute("UPDATE CBF_JTCY SET CYXM = '赵 六' WHERE CYXM = '张三'")
    checked(village)
    assert ("REGISTRY_HOLDER", CODES["surface"]) not in found(village)
    part = written(village)
    checked(village, whole=True)
    assert written(village) == part


def test_cancelling_leaves_everything_as_it_was(village):
    Editor(village, np.random.default_rng(0)).draw("parcel", 9, box(420, 0, 470, 100))
    before, seen = written(village), edits.seen(village, "check")
    for asked_before in range(8):
        answers = itertools.chain(itertools.repeat(False, asked_before), itertools.repeat(True))
        with pytest.raises(Cancelled):
            checked(village, Progress(cancelled=answers.__next__))
        assert (written(village), edits.seen(village, "check")) == (before, seen)
    shown = []
    checked(village, Progress(show=lambda fraction, text: shown.append(round(fraction, 9))))
    assert shown == sorted(shown) and shown[-1] > 0.8


def test_a_moved_village_border_is_too_much_for_a_part(village, monkeypatch):
    from wr_plugin.checks import dependence

    monkeypatch.setattr(dependence, "LEAST", 3)
    Editor(village, np.random.default_rng(0)).draw("service_area", 1, box(0, 0, 610, 100))
    assert scope(checked(village)).startswith("全部重查（改动涉及")
