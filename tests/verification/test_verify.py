"""The second reckoning agrees with the first on random counties, and finds any one number that was tampered with."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.rights import golden_county as golden
from tests.rights import small_county as county
from tests.rights.random_county import random_county
from tests.rights.test_cap_tree import settings_of, treed
from wr_plugin.commands import confirm
from wr_plugin.commands.progress import Progress
from wr_plugin.commands.running import run_verb
from wr_plugin.model import amounts
from wr_plugin.model.errors import Cancelled, GateShut
from wr_plugin.store import frames, reading
from wr_plugin.store.workfile import WorkFile
from wr_plugin.verification import figures

NOTHING = {"policy": None, "quota": None, "caps": None}
LEGAL = [(20, "report", "HTMJ", 1.2), (21, "proportional", "HTMJ", 1.2), (22, "proportional", "SCMJ", 0.2),
         (23, "proportional", "YHTMJ", 0.05), (24, "report", "SCMJ", 0.1), (25, "proportional", "HTMJ", 0.0)]
TREES = [(tree, mode, seed) for seed, (tree, mode) in enumerate(
    ((tree, mode) for tree in ("villages", "canals", "towns", "wells", "village wells")
     for mode in ("proportional", "priority", "report")), 40)]


def confirmed(path, inputs, changes):
    county.store_county(path, inputs, changes)
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
    return path


@pytest.mark.parametrize("seed, mode, legal, share", LEGAL)
def test_both_reckonings_agree_under_every_rule(tmp_path, seed, mode, legal, share):
    path = confirmed(tmp_path / "c.gpkg", random_county(seed, 150, share),
                     {"cap.mode": mode, "area.legal": legal, "volume.step_m3": 1 if legal != "SCMJ" else 0.1})
    result = run_verb("verify", {"work": str(path)})
    assert result.counts["differences"] == 0, result.table
    assert result.counts["rows"]["parcel_right"] == 150 and result.counts["rows"]["right_part"] > 30


@pytest.mark.parametrize("tree, mode, seed", TREES)
def test_both_reckonings_agree_on_every_tree_of_caps(tmp_path, tree, mode, seed):
    path = confirmed(tmp_path / "c.gpkg", treed(seed, size=100), settings_of(tree, mode))
    result = run_verb("verify", {"work": str(path)})
    assert result.counts["differences"] == 0, result.table
    assert result.counts["rows"]["cap_result"] > 8


def with_users(path, key):
    """A confirmed work file with the parcels and the other users of a group of golden cases."""
    cases = golden.GROUPS[key]
    lands = [case for case in cases if case["对象"] == "地块"] or [golden.CASES[0]]
    county.store_county(path, golden.inputs(lands), policy=golden.policy_of(*key))
    with WorkFile.open(path) as store:
        with store.transaction():
            for name, rows in golden.user_rows([case for case in cases if case["对象"] in golden.USER_KINDS]).items():
                frames.replace(store, name, rows)
        confirm.run(store, NOTHING, Progress())
    return path


EACH = {key[0]: key for key in golden.GROUPS if any(case["对象"] == "地块" for case in golden.GROUPS[key])}
EACH.update({f"{key[0]} {n}": key for n, key in enumerate(golden.GROUPS) if key not in EACH.values()})


@pytest.mark.parametrize("key", EACH.values(), ids=EACH)
def test_both_reckonings_agree_on_the_golden_cases_of_every_shipped_policy(tmp_path, key):
    path = with_users(tmp_path / "c.gpkg", key)
    result = run_verb("verify", {"work": str(path)})
    assert result.counts["differences"] == 0, result.table


RULES = {
    "units": {"unit": "village", "units.rules": [
        {"scale": ["medium"], "metering": ["outlet"], "unit": "outlet"}, {"source": ["ground"], "unit": "permit"},
        {"scale": ["small"], "unit": "group"}]},
    "listed": {"unit": "listed", "units.unlisted": "holder_source"},
    "members only": {"unit": "association"},
    "zones": {"unit": "district", "ground.overdraft": "no_new", "ground.new_since": "2020-01-01", "ground.spring": "not_confirmed",
              "permit.district_required": True},
    "overdraft out": {"unit": "holder_source", "ground.overdraft": "not_confirmed", "ground.spring": None},
    "composite": {"unit": "association", "units.unlisted": "village", "quota.basis": "composite"},
    "rounds": {"unit": "holder_source", "sources.mixed_mode": "round", "sources.surface_rounds": 2, "sources.ground_rounds": 1},
}


MODES = ["priority", "proportional", "report"]


@pytest.mark.parametrize("name, mode", [(name, MODES[n % 3]) for n, name in enumerate(RULES)] + [("composite", "priority")])
def test_both_reckonings_agree_on_units_zones_and_composite_quotas(tmp_path, name, mode):
    inputs, rng = treed(60 + len(name), size=120), np.random.default_rng(len(name))
    pick = rng.choice
    size = len(inputs.parcel)
    inputs.site["well_code"] = pick(["JJ1", "JJ2", "JJ3"], size)
    for column in ("well_overdraft", "well_spring"):
        inputs.site[column] = pd.array(pick([1, 2, 2, 2], size), dtype="Int64")
    inputs.district = golden.frame([
        {"district_code": "GQ01", "district_name": "一", "permit_number": "许1", "district_scale": "medium"},
        {"district_code": "GQ02", "district_name": "二", "permit_number": None, "district_scale": "small"}])
    inputs.outlet = inputs.outlet.assign(outlet_name=None, metering=["outlet", None, "outlet"])
    inputs.well = golden.frame([
        {"well_code": "JJ1", "permit_number": "井1", "permit_m3": 1e6, "permit_from": "2019-05-01", "metering": "well"},
        {"well_code": "JJ2", "permit_number": "井2", "permit_m3": 1e6, "permit_from": "2021-05-01", "metering": None},
        {"well_code": "JJ3", "permit_number": None, "permit_m3": 1.0, "permit_from": None, "metering": None}])
    inputs.water_unit = golden.frame([{"unit_code": f"XH{n}", "unit_name": f"协会{n}", "unit_kind": kind}
                                      for n, kind in enumerate(("association", "association", "cooperative"))])
    holders = sorted(set(inputs.link["CBFBM"]))
    inputs.unit_member = golden.frame([
        {"unit_code": f"XH{rng.integers(0, 3)}", "CBFBM": holder, "DKBM": pick(inputs.parcel["DKBM"]) if rng.random() < 0.2 else None}
        for holder in holders for _ in range(1 + (rng.random() < 0.1)) if rng.random() < 0.85])
    inputs.crop_mix = golden.frame([
        {"district_code": district, "source": source, "crop": crop, "method": "畦灌", "mix_share": share}
        for district, source in (("GQ01", "surface"), ("*", "surface"), ("*", "ground"))
        for crop, share in (("玉米", "0.65"), ("小麦", "0.4321"))])
    tree = settings_of("villages", mode, **RULES[name])
    path = confirmed(tmp_path / "c.gpkg", inputs, tree)
    result = run_verb("verify", {"work": str(path)})
    assert result.counts["differences"] == 0, result.table
    assert result.counts["rows"]["unit_right"] > 0


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30), st.integers(0, 100))
def test_both_ways_of_sharing_out_agree(weights, percent):
    total = sum(weights) * percent // 100
    assert figures.shared_out(weights, total) == amounts.largest_remainder(weights, total)


@given(st.one_of(st.floats(0, 1e9), st.integers(0, 10**9).map(lambda n: n / 1000)))
def test_both_ways_of_reading_a_decimal_agree(value):
    assert figures.hundredths(value) == amounts.hundredths(value)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A county cut by priority to caps of its villages. Do not write to it."""
    return confirmed(tmp_path_factory.mktemp("v") / "c.gpkg", treed(41, size=80), settings_of("villages", "priority"))


@pytest.fixture
def work(sound, tmp_path):
    return shutil.copy(sound, tmp_path / "c.gpkg")


def tampered(work, *statements):
    with WorkFile.open(work) as store, store.transaction():
        for sql in statements:
            assert store.connection.execute(sql).rowcount > 0, sql
    return run_verb("verify", {"work": str(work)})


HAVING = "(SELECT min(parcel_fid) FROM right_part WHERE volume_m3_100 > 0)"
NUMBERS = {
    "parcel_right": ("parcel_fid", ("legal_mu_100", "deducted_mu_100", "area_mu_100", "demand_m3_100", "volume_m3_100")),
    "right_part": ("part_id", ("legal_mu_100", "deducted_mu_100", "area_mu_100", "quota_fid", "quota_m3_mu_100", "eta_e8",
                               "demand_m3_100", "volume_m3_100")),
    "holder_right": ("right_id", ("parcels", "area_mu_100", "demand_m3_100", "volume_m3_100")),
    "unit_right": ("unit_id", ("members", "parcels", "area_mu_100", "demand_m3_100", "volume_m3_100")),
    "cap_result": ("fid", ("demand_m3_100", "cap_m3_100", "reserve_m3_100", "limit_m3_100", "volume_m3_100")),
    "cap_class": ("fid", ("demand_m3_100", "volume_m3_100")),
}


@pytest.mark.parametrize("table", NUMBERS)
def test_each_number_that_was_changed_is_found_with_both_values(work, table):
    """One figure of one row for each column of the table, each by one unit: exactly these are found."""
    key, names = NUMBERS[table]
    full = "cap_m3_100 IS NOT NULL" if table == "cap_result" else "legal_mu_100 > 0" if table == "parcel_right" else "1"
    with WorkFile.open(work) as store:
        keys = [row[0] for row in reading.rows(store, f"SELECT {key} FROM {table} WHERE {full} ORDER BY {key} LIMIT {len(names)}")]
    result = tampered(work, *(f"UPDATE {table} SET {name} = {name} + 1 WHERE {key} = '{row}'" for name, row in zip(names, keys)))
    assert result.title == "复算不一致" and {t: n for t, n in result.counts["by_table"].items() if n} == {table: len(names)}
    assert sum("：库中 " in value and "，复算 " in value for _, value in result.table) == len(names)


def test_a_changed_number_of_a_user_without_land_is_found(tmp_path):
    key = next(key for key in golden.GROUPS if any(case["对象"] == "取水许可用水户" for case in golden.GROUPS[key]))
    path = with_users(tmp_path / "c.gpkg", key)
    result = tampered(path, *(f"UPDATE user_right SET {name} = {name} + 1 WHERE user_id = (SELECT min(user_id) FROM user_right "
                              f"WHERE {name} IS NOT NULL)" for name in ("permit_m3_100", "volume_m3_100")))
    assert {t: n for t, n in result.counts["by_table"].items() if n} == {"user_right": 2}
    assert any("核定水量：库中 " in value for _, value in result.table)


@pytest.mark.parametrize("table, sql, told", [
    ("parcel_right", f"UPDATE parcel_right SET state = 'no_source' WHERE parcel_fid = {HAVING}", "状态：库中 无水源，复算 "),
    ("parcel_right", "DELETE FROM parcel_right WHERE parcel_fid = 1", "复算应有这一行"),
    ("right_part", "DELETE FROM right_part WHERE part_id = (SELECT max(part_id) FROM right_part)", "复算应有这一行"),
    ("right_part", "UPDATE right_part SET district_code = 'GQ09' WHERE part_id = (SELECT max(part_id) FROM right_part)", "灌区代码：库中 GQ09"),
    ("right_part", "INSERT INTO right_part (part_id, parcel_fid, CBFBM, source, area_mu_100, demand_m3_100, volume_m3_100) "
     "VALUES (99999, 1, 'X', 'surface', 0, 0, 0)", "库中有这一行"),
    ("holder_right", "UPDATE holder_right SET village_code = '620799999999' WHERE right_id = "
     "(SELECT min(right_id) FROM holder_right)", "村代码：库中 620799999999"),
    ("holder_right", "DELETE FROM holder_right WHERE right_id = (SELECT min(right_id) FROM holder_right)", "复算应有这一行"),
    ("cap_result", "UPDATE cap_result SET parent_fid = NULL WHERE cap_level = 'village' AND fid = "
     "(SELECT max(fid) FROM cap_result WHERE cap_level = 'village')", "这一行"),
])
def test_rows_and_words_are_found_too(work, table, sql, told):
    result = tampered(work, sql)
    assert result.counts["by_table"][table] >= 1
    assert any(told in value for _, value in result.table), result.table


def test_a_quota_changed_behind_the_result_is_found_in_every_table(work, tmp_path):
    result = tampered(work, "UPDATE quota SET quota_m3_mu_100 = quota_m3_mu_100 * 2")
    assert all(result.counts["by_table"][table] for table in ("parcel_right", "right_part", "holder_right", "cap_result"))
    assert any(label == "其余" for label, _ in result.table)
    made = run_verb("verify", {"work": str(work), "out": str(tmp_path / "差异.xlsx")})
    rows = list(load_workbook(made.outputs[0]).active.iter_rows(min_row=6, values_only=True))
    assert len(rows) == made.counts["differences"] and all(row[3] != row[4] for row in rows)


def test_the_outcome_is_recorded_and_nothing_else_is_written(work):
    def tables(store):
        return [line for line in store.connection.iterdump() if not line.startswith('INSERT INTO "run"')
                and "sqlite_sequence" not in line and "gpkg_" not in line]

    with WorkFile.open(work) as store:
        before = tables(store)
    run_verb("verify", {"work": str(work)})
    with WorkFile.open(work) as store:
        assert tables(store) == before
        row = reading.one(store, "SELECT * FROM run WHERE verb = 'verify' ORDER BY run_id DESC")
        assert json.loads(row["counts"])["differences"] == 0 and row["policy_sha256"]
    run_verb("balance", {"work": str(work)})  # the gates still stand open


def test_a_result_of_an_earlier_version_is_held_too(tmp_path):
    """Before the tree, nodes had no parent, no reserve and no limit."""
    path = confirmed(tmp_path / "c.gpkg", random_county(27, 80, 0.2), {"cap.mode": "proportional"})
    result = tampered(path, "UPDATE cap_result SET parent_fid = NULL, reserve_m3_100 = NULL, limit_m3_100 = NULL")
    assert result.counts["differences"] == 0, result.table


def test_unconfirmed_or_outdated_rights_are_not_verified(tmp_path):
    path = county.store_county(tmp_path / "c.gpkg", random_county(1), {})
    with pytest.raises(GateShut):
        run_verb("verify", {"work": str(path)})


def test_cancelling_leaves_the_file_as_it_was(work):
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > 3

    from wr_plugin.commands import verify

    with WorkFile.open(work) as store:
        runs = reading.count(store, "SELECT count(*) FROM run")
        with pytest.raises(Cancelled):
            verify.run(store, {}, Progress(cancelled=cancelled))
        assert reading.count(store, "SELECT count(*) FROM run") == runs


def test_the_village_by_way_of_the_command_line(village):
    assert run_verb("verify", {"work": village}).title == "复算一致"
