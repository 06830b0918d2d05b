"""After a few edits ``confirm`` determines only what depends on them, and all figures are those of the whole county."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.rights import small_county as county
from tests.rights.random_county import random_county
from tests.rights.test_across_outlets import split
from tests.rights.test_random_units import policy_changes, with_units
from tests.village import CODES, HOLDERS, make_village
from wr_plugin.commands import confirm, confirm_changed
from wr_plugin.commands.progress import Progress
from wr_plugin.commands.running import run_verb
from wr_plugin.intake import policy_file
from wr_plugin.model.errors import GateShut
from wr_plugin.rights import explain
from wr_plugin.store import edits, journal, reading, row_numbers, runs, workfile
from wr_plugin.store.workfile import WorkFile

POLICIES = Path(__file__).resolve().parents[2] / "resources" / "policies"
NOTHING = {"policy": None, "quota": None, "caps": None, "whole": False}
TABLES = {
    "parcel_right": "parcel_fid", "right_part": "part_id", "holder_right": "right_id", "unit_right": "unit_id",
    "user_right": "user_id", "cap_result": "fid", "cap_class": "fid"}
FINDING = "code, subject, message, parcel_uuid, village_code, value, severity, remedy, state, run_id"
JOURNAL = "seq, verb, run_id, subject_table, subject_key, before, after, why"
SIZE = 40


@pytest.fixture(autouse=True)
def one_moment(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1770000000")


def all_results(store):
    """Every row that a determination writes, by table."""
    found = {name: [tuple(row) for row in reading.rows(store, f"SELECT * FROM {name} ORDER BY {key}")]
             for name, key in TABLES.items()}
    found["finding"] = sorted((tuple(row) for row in reading.rows(
        store, f"SELECT {FINDING} FROM finding WHERE stage = 'confirm'")), key=str)
    found["journal"] = [tuple(row) for row in reading.rows(store, f"SELECT {JOURNAL} FROM journal ORDER BY seq")]
    counts = json.loads(reading.one(store, "SELECT counts FROM run WHERE verb = 'confirm' ORDER BY run_id DESC")["counts"])
    found["counts"] = {name: value for name, value in counts.items() if name != "determined"}
    return found


class Edits:
    """Random edits as people make them in QGIS: one statement each, foreign keys not looked at."""

    def __init__(self, path, rng):
        self.connection, self.rng = workfile.connect(path), rng
        self.connection.execute("PRAGMA foreign_keys = OFF")

    def pick(self, *values):
        return values[self.rng.integers(len(values))]

    def one_of(self, sql):
        rows = self.connection.execute(sql).fetchall()
        return rows[self.rng.integers(len(rows))][0] if rows else None

    def set(self, table, column, value, key="fid"):
        row = self.one_of(f"SELECT {key} FROM {table}")
        return f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, row)

    def parcel(self):
        code = self.one_of("SELECT DKBM FROM parcel")
        column, value = self.pick(("SCMJ", 4321.0), ("SCMJ", None), ("DKLB", "21"), ("DKLB", "10"), ("TDYT", "2"), ("TDYT", "1"),
                                  ("DKBM", code), ("DKBM", "新编码"), ("village_code", "620799101002"), ("DKMC", "改名"))
        return self.set("parcel", column, value)

    def parcel_gone(self):
        return "DELETE FROM parcel WHERE fid = ?", (self.one_of("SELECT fid FROM parcel"),)

    def site(self):
        column, value = self.pick(
            ("source", "surface"), ("source", "ground"), ("source", "mixed"), ("source", "none"), ("district_code", "GQ01"),
            ("district_code", "GQ02"), ("district_code", None), ("unapproved_m2_100", 5000), ("unapproved_m2_100", 10**9),
            ("registry_fid", None), ("defect", "HOLDER_UNKNOWN"), ("defect", ""), ("outlet_code", "DK03"), ("well_code", "JJ03"),
            ("forest_m2_100", 10**9))
        return self.set("parcel_site", column, value, "parcel_fid")

    def link(self):
        column, value = self.pick(
            ("HTMJ", 777.77), ("HTMJ", None), ("HTMJ", 5000.0), ("YHTMJ", 999.9),
            ("CBFBM", self.one_of("SELECT CBFBM FROM CBF")), ("DKBM", self.one_of("SELECT DKBM FROM parcel")))
        return self.set("CBDKXX", column, value)

    def link_came_or_went(self):
        if self.rng.integers(2):
            return "DELETE FROM CBDKXX WHERE fid = ?", (self.one_of("SELECT fid FROM CBDKXX"),)
        return ("INSERT INTO CBDKXX (DKBM, CBFBM, CBHTBM, HTMJ, YHTMJ) VALUES (?, ?, 'J', 1234.5, 1200)",
                (self.one_of("SELECT DKBM FROM parcel"), self.one_of("SELECT CBFBM FROM CBF")))

    def household(self):
        if self.rng.integers(3) == 0:
            return "DELETE FROM CBF WHERE fid = ?", (self.one_of("SELECT fid FROM CBF"),)
        column, value = self.pick(("CBFMC", "新户主"), ("CBFBM", "新户"), ("LXDH", "1390000"))
        return self.set("CBF", column, value)

    def registry(self):
        column, value = self.pick(("crop", "小麦"), ("crop", "玉米"), ("crop", None), ("crop", "甜菜"), ("method", "滴灌"),
                                  ("method", None), ("DKBM", self.one_of("SELECT DKBM FROM parcel")), ("remark", "看过"))
        return self.set("registry", column, value)

    def registry_link(self):
        fid = self.one_of("SELECT fid FROM registry")
        return ("INSERT INTO registry_link (registry_fid, DKBM, decision) VALUES (?, ?, ?) ON CONFLICT (registry_fid) DO UPDATE"
                " SET DKBM = excluded.DKBM, decision = excluded.decision",
                (fid, self.one_of("SELECT DKBM FROM parcel"), self.pick("accepted", "review")))

    def quota(self):
        column, value = self.pick(
            ("quota_m3_mu_100", 12_345), ("quota_m3_mu_100", None), ("eta_canal", "0.5"), ("crop", "小麦"), ("crop", "玉米"),
            ("district_code", "*"), ("district_code", "GQ01"), ("method", "滴灌"), ("source", "ground"), ("grade", "先进值"))
        return self.set("quota", column, value)

    def quota_came_or_went(self):
        if self.rng.integers(2):
            return "DELETE FROM quota WHERE fid = ?", (self.one_of("SELECT fid FROM quota"),)
        return ("INSERT INTO quota (crop, district_code, source, method, quota_m3_mu_100, eta_canal, eta_field)"
                " VALUES (?, ?, ?, ?, 33333, '0.6', '0.9')",
                (self.pick("玉米", "小麦"), self.pick("GQ01", "GQ02", "*"), self.pick("surface", "ground"), self.pick("畦灌", "滴灌")))

    def cap(self):
        if self.rng.integers(4) == 0:
            return "DELETE FROM cap WHERE fid = ?", (self.one_of("SELECT fid FROM cap"),)
        return self.set("cap", *self.pick(("cap_m3_100", 5_000_000_000), ("cap_m3_100", 40_000), ("reserve_m3_100", 1000)))

    def piece(self):
        """A parcel's overlap with an outlet, as a check after its shape was redrawn writes it."""
        fid = self.one_of("SELECT fid FROM parcel_outlet")
        if fid is None or self.rng.integers(3) == 0:
            parcel = self.one_of("SELECT fid FROM parcel")
            number = self.connection.execute(
                "SELECT coalesce(max(fid), ?) FROM parcel_outlet WHERE parcel_fid = ?",
                (row_numbers.ROWS * parcel, parcel)).fetchone()[0] + 1
            return ("INSERT OR IGNORE INTO parcel_outlet (fid, parcel_fid, outlet_code, overlap_m2_100) VALUES (?, ?, ?, ?)",
                    (number, parcel, self.pick("DK01", "DK09"), self.pick(1, 500_000)))
        if self.rng.integers(2):
            return "DELETE FROM parcel_outlet WHERE fid = ?", (fid,)
        return "UPDATE parcel_outlet SET overlap_m2_100 = ? WHERE fid = ?", (self.pick(7, 123_456, 10**6), fid)

    KINDS = ("parcel", "parcel", "parcel_gone", "site", "site", "site", "link", "link", "link_came_or_went", "household",
             "registry", "registry", "registry_link", "quota", "quota_came_or_went", "cap", "piece", "piece")

    def next(self):
        return getattr(self, self.pick(*self.KINDS))()


def held_against_the_whole(tmp_path, seed, inputs, rounds=5, **given):
    """Rounds of random edits, on one work file determined in part and on its twin determined whole; returns how often a
    part was enough."""
    rng = np.random.default_rng(seed)
    mine, twin = tmp_path / "改过.gpkg", tmp_path / "对照.gpkg"
    county.store_county(mine, inputs, **given)
    with WorkFile.open(mine) as store:
        confirm.run(store, NOTHING, Progress())
    shutil.copy(mine, twin)
    in_part = 0
    for _ in range(rounds):
        random_edits = Edits(mine, rng)
        statements = []
        for _ in range(int(rng.integers(1, 4))):
            statement = random_edits.next()
            statements.append(statement)
            random_edits.connection.execute(*statement)
        random_edits.connection.close()
        other = workfile.connect(twin)
        other.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            other.execute(*statement)
        other.close()
        with WorkFile.open(mine) as one, WorkFile.open(twin) as two:
            as_if_checked(one, two)
            made, whole = outcome(one, False), outcome(two, True)
            assert isinstance(made, str) == isinstance(whole, str), (statements, made, whole)
            if isinstance(made, str):
                return in_part
            in_part += "whole" not in made.counts["determined"] if made.changed else 1
            first, second = all_results(one), all_results(two)
            if not made.changed:  # the whole run was asked for, and says itself that nothing differs
                assert not [row for row in second["journal"] if row not in first["journal"]], statements
                first, second = ({name: without_run(found[name]) for name in (*TABLES, "finding")} for found in (first, second))
            for name in first:
                assert first[name] == second[name], (name, statements, made.table[0])
            assert journal.verify(one) == []
            fid = one.connection.execute("SELECT uuid FROM parcel ORDER BY random()").fetchone()[0]
            assert explain.explain_parcel(one, fid).consistent
        if not made.changed:
            shutil.copy(twin, mine)
    return in_part


def as_if_checked(*stores):
    """A random county's sites are made up: a check would find others."""
    for store in stores:
        with store.transaction():
            edits.mark_seen(store, "check", edits.latest(store))


def without_run(rows):
    return [tuple(value for value in row if not isinstance(value, int) or value > 50) for row in rows]


def outcome(store, whole):
    try:
        return confirm.run(store, {**NOTHING, "whole": whole}, Progress())
    except Exception as error:  # both must then fail alike
        return type(error).__name__ + str(error)


@pytest.mark.parametrize("seed", [1, 4, 8])
def test_households_under_caps_that_leave_room(tmp_path, seed):
    """Of each county some parcels are split, mixed, held by several, without a quota, with a code that is not theirs …"""
    changes = {"cap.mode": ("report", "proportional")[seed % 2], "area.legal": ("HTMJ", "SCMJ")[seed // 2 % 2], "cap.tree": (
        ["county", "district"], ["county", "town", "village"], ["county", "district", "outlet"])[seed % 3]}
    inputs = with_units(random_county(seed, SIZE, 50), seed)
    assert held_against_the_whole(tmp_path, seed, inputs, rounds=3, policy_changes=changes) >= 2


@pytest.mark.parametrize("seed", [3, 6])
def test_parcels_across_outlets(tmp_path, seed):
    changes = {"sources.across_outlets": "split", "cap.mode": ("report", "proportional")[seed % 2],
               "cap.tree": ["county", "district", "outlet"][:3 - seed % 2]}
    inputs = split(with_units(random_county(seed, SIZE, 50), seed), seed)
    assert held_against_the_whole(tmp_path, seed, inputs, rounds=3, policy_changes=changes) >= 2


@pytest.mark.parametrize("seed", [2, 22])
def test_units_zones_and_permits_of_all_kinds(tmp_path, seed):
    changes = {**policy_changes(seed), "quota.basis": "crop"}
    held_against_the_whole(tmp_path, seed, with_units(random_county(seed, SIZE, 50), seed), rounds=2, policy_changes=changes)


@pytest.mark.parametrize("name", ["zhangye", "datong", "nanyang", "yongchuan", "shuozhou"])
def test_each_of_the_five_policies(tmp_path, name):
    policy = policy_file.read_policy(POLICIES / f"{name}.yaml")
    inputs = with_units(random_county(3, 30, 2), 3)
    inputs.well = inputs.well.assign(permit_m3=1e7)  # wells within their permits: none is cut
    in_part = held_against_the_whole(tmp_path, len(name), inputs, rounds=2, policy=policy)
    assert in_part or name == "nanyang"  # 综合定额：一个协会的地块相互牵连


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    work = tmp_path_factory.mktemp("built") / "示例村.gpkg"
    make_village(work)
    for verb in ("check", "confirm"):
        run_verb(verb, {"work": str(work)})
    return work


@pytest.fixture
def village(built, tmp_path):
    """The hand-drawn village, checked and confirmed."""
    return shutil.copy(built, tmp_path / "示例村.gpkg")


def edit(work, sql, *values):
    """What somebody does to the file with another program."""
    other = workfile.connect(work)
    assert other.execute(sql, values).rowcount > 0
    other.close()


def confirmed(work, **params):
    run_verb("check", {"work": str(work)})
    return run_verb("confirm", {"work": str(work), **params})


def scope(result):
    return dict(result.table)["重算范围"]


def test_one_corrected_area_concerns_one_parcel_and_one_household(village):
    """One of 张三's parcels has 8,000 m² by contract, not 6,000: 12.00 亩 instead of 9.00. Nobody else's row is touched."""
    with WorkFile.open(village, readonly=True) as store:
        before, entries = all_results(store), reading.count(store, "SELECT count(*) FROM journal")
    edit(village, "UPDATE CBDKXX SET HTMJ = 8000 WHERE DKBM = ?", CODES["surface"])
    result = confirmed(village)
    assert scope(result) == "只重算了 1 块地、1 户" and result.counts["changed_rights"] == 1
    with WorkFile.open(village, readonly=True) as store:
        after = all_results(store)
        (entry,) = reading.rows(store, "SELECT subject_key, why FROM journal WHERE seq > ?", (entries,))
    assert [row[:1] + row[5:8] for row in after["parcel_right"] if row not in before["parcel_right"]] == [(1, 1200, 0, 1200)]
    moved = {name: len([row for row in after[name] if row not in before[name]]) for name in TABLES}
    assert moved["parcel_right"] == moved["right_part"] == moved["holder_right"] == moved["unit_right"] == 1
    assert entry["subject_key"] == HOLDERS["张三"] + "S" and entry["why"].startswith("重新核定")
    assert run_verb("verify", {"work": str(village)}).counts["differences"] == 0


def test_nothing_is_read_where_nothing_was_edited(village, monkeypatch):
    monkeypatch.setattr(confirm, "read_inputs", lambda *_: pytest.fail("the county was read"))
    monkeypatch.setattr(confirm_changed, "determined", lambda *_: pytest.fail("something was determined"))
    result = confirmed(village)
    assert not result.changed and result.title == "输入未变，水权不变"


def test_an_edit_that_was_taken_back_changes_nothing_and_is_looked_at_once(village, monkeypatch):
    edit(village, "UPDATE CBDKXX SET HTMJ = 8000 WHERE DKBM = ?", CODES["surface"])
    edit(village, "UPDATE CBDKXX SET HTMJ = 6000 WHERE DKBM = ?", CODES["surface"])
    with WorkFile.open(village) as store:
        before = all_results(store)
        as_if_checked(store)
    assert not run_verb("confirm", {"work": str(village)}).changed
    with WorkFile.open(village, readonly=True) as store:
        assert all_results(store) == before
    monkeypatch.setattr(confirm_changed, "determined", lambda *_: pytest.fail("it was looked at again"))
    assert not confirmed(village).changed


def test_what_the_rights_do_not_rest_on_is_not_looked_at(village, monkeypatch):
    """A telephone number, the name of a plot and a corner of a parcel; the check is another matter."""
    monkeypatch.setattr(confirm_changed, "determined", lambda *_: pytest.fail("something was determined"))
    edit(village, "UPDATE CBF SET LXDH = '13900000000'")
    edit(village, "UPDATE parcel SET DKMC = '渠东', geom = (SELECT geom FROM parcel WHERE fid = 1) WHERE fid = 2")
    with WorkFile.open(village) as store:
        as_if_checked(store)
    assert not run_verb("confirm", {"work": str(village)}).changed


def test_land_that_was_redrawn_is_checked_before_it_is_determined(village):
    edit(village, "UPDATE parcel SET geom = (SELECT geom FROM parcel WHERE fid = 1) WHERE fid = 2")
    with pytest.raises(GateShut, match="有 1 处改动未检查"):
        run_verb("confirm", {"work": str(village)})
    assert run_verb("check", {"work": str(village)}).title.startswith("检查：只重查了")
    assert confirmed(village).changed


def test_a_new_check_that_finds_the_same_is_noted_by_a_run_without_determining_anything(village):
    """Publicity and certificates ask for a determination that is newer than the check."""
    edit(village, "UPDATE parcel SET DKMC = '渠东' WHERE fid = 2")
    edit(village, "UPDATE well SET reach_m = reach_m")
    with WorkFile.open(village) as store, store.transaction():
        runs.record(store, "check", runs.now(), {}, json.loads(runs.last(store, "check")["counts"]),
                    policy_sha256=store.policy().sha256)
    result = confirmed(village)
    assert result.changed and scope(result) == "只重算了 0 块地、0 户" and result.counts["changed_rights"] == 0


def test_who_doubts_has_everything_determined_again(village):
    with WorkFile.open(village, readonly=True) as store:
        before = all_results(store)
    result = confirmed(village, whole=True)
    assert result.changed and scope(result) == "全部重算：17 块地" and result.counts["changed_rights"] == 0
    with WorkFile.open(village, readonly=True) as store:
        after = all_results(store)
    assert {name: before[name] for name in TABLES if name != "user_right"} == {
        name: after[name] for name in TABLES if name != "user_right"}


def test_a_certificate_that_would_be_contradicted_stops_a_part_as_it_stops_the_whole(village):
    with WorkFile.open(village) as store, store.transaction():
        store.connection.execute(
            "INSERT INTO certificate (number, CBFBM, holder_name, source, area_mu_100, volume_m3_100, state)"
            " SELECT '1', CBFBM, holder_name, source, area_mu_100, volume_m3_100, 'valid' FROM holder_right WHERE CBFBM = ?"
            " AND source = 'surface'", (HOLDERS["张三"],))
    edit(village, "UPDATE CBDKXX SET HTMJ = 5000 WHERE DKBM = ?", CODES["wheat"])  # 王五's
    assert scope(confirmed(village)).startswith("只重算了")
    edit(village, "UPDATE CBDKXX SET HTMJ = 8000 WHERE DKBM = ?", CODES["surface"])
    with pytest.raises(GateShut, match="有效的水权证不一致"):
        confirmed(village)


def test_where_a_wells_permit_cuts_its_own_parcels_are_determined_again(tmp_path):
    """One parcel of well JJ01 asks for more: what its permit allows is shared out anew there, and nowhere else."""
    inputs = with_units(random_county(2, 60, 50), 2)
    inputs.well = inputs.well.assign(permit_m3=300.0)
    path = county.store_county(tmp_path / "c.gpkg", inputs, {
        "cap.mode": "proportional", "cap.tree": ["county", "district", "well"], "cap.without_well": "above"})
    assert run_verb("confirm", {"work": str(path)}).changed
    with WorkFile.open(path) as store:
        by_well = [tuple(row) for row in reading.rows(
            store, "SELECT well_code, count(DISTINCT parcel_fid), sum(volume_m3_100) < sum(demand_m3_100), min(parcel_fid)"
                   " FROM right_part WHERE source = 'ground' GROUP BY 1 HAVING count(DISTINCT CBFBM) > 1 ORDER BY 1")]
        before = all_results(store)["right_part"]
    well, number, cut, parcel = by_well[0]
    assert cut and number > 1
    edit(path, "UPDATE CBDKXX SET HTMJ = HTMJ + 3000 WHERE DKBM = (SELECT DKBM FROM parcel WHERE fid = ?)", parcel)
    with WorkFile.open(path) as store:
        as_if_checked(store)
    assert scope(run_verb("confirm", {"work": str(path)})).startswith("只重算了")
    with WorkFile.open(path) as store:
        moved = {row[1] for row in all_results(store)["right_part"] if row not in before}
        at_the_well = {row[0] for row in reading.rows(store, "SELECT parcel_fid FROM right_part WHERE well_code = ?", (well,))}
    assert parcel in moved and len(moved) > 1 and moved <= at_the_well
    assert run_verb("verify", {"work": str(path)}).counts["differences"] == 0


def test_where_the_countys_cap_cuts_everybodys_water_all_is_determined_again(tmp_path, monkeypatch):
    monkeypatch.setattr(confirm_changed, "ALWAYS_FEW", 5)
    path = county.store_county(tmp_path / "c.gpkg", random_county(2, 30, 0.2), {"cap.mode": "proportional", "cap.tree": ["county"]})
    assert run_verb("confirm", {"work": str(path)}).changed
    edit(path, "UPDATE CBDKXX SET HTMJ = HTMJ + 3000 WHERE DKBM = (SELECT DKBM FROM parcel JOIN parcel_right ON fid = parcel_fid"
               " WHERE volume_m3_100 > 0 LIMIT 1)")
    with WorkFile.open(path) as store:
        as_if_checked(store)
    assert scope(run_verb("confirm", {"work": str(path)})) == "全部重算：30 块地"


@pytest.mark.parametrize("seed, tree, share", [
    (1, ["county", "district"], 0.5), (3, ["county", "district", "canal", "outlet"], 0.8), (12, ["county", "district", "well"], 0.2),
    (5, ["county", "town", "village"], 1.0), (15, ["county", "well"], 0.2)])
def test_under_caps_that_cut(tmp_path, seed, tree, share):
    changes = {"cap.mode": "proportional", "cap.tree": tree}
    inputs = with_units(random_county(seed, SIZE, share), seed)
    assert held_against_the_whole(tmp_path, seed, inputs, rounds=3, policy_changes=changes) >= 2
