"""Random counties: the order of rows changes nothing, totals add up, and every explanation equals the stored result."""

import json

import numpy as np
import pandas as pd
import pytest

from tests.rights import small_county as county
from tests.rights.random_county import random_county
from tests.village import village_policy
from wr_plugin.commands import confirm
from wr_plugin.commands.progress import Progress
from wr_plugin.model import codes
from wr_plugin.rights import determine, explain, explanation
from wr_plugin.store import frames, journal, reading
from wr_plugin.store.workfile import WorkFile

NOTHING = {"policy": None, "quota": None, "caps": None}
CASES = [(seed, mode, legal, share) for seed, (mode, legal, share) in enumerate([
    ("report", "HTMJ", 1.2), ("proportional", "HTMJ", 1.2), ("proportional", "SCMJ", 0.2),
    ("proportional", "YHTMJ", 0.05), ("report", "SCMJ", 0.1), ("proportional", "HTMJ", 0.0)])]


def changes(mode, legal, **more):
    return {"cap.mode": mode, "area.legal": legal, "volume.step_m3": 1 if legal != "SCMJ" else 0.1, **more}


@pytest.mark.parametrize("seed, mode, legal, share", CASES)
def test_the_order_of_rows_changes_nothing(seed, mode, legal, share):
    policy, _ = village_policy(**changes(mode, legal))
    inputs = random_county(seed, cap_share=share)
    first = county.as_text(determine.determine(inputs, policy))
    rng = np.random.default_rng(seed + 100)
    for _ in range(3):
        assert county.as_text(determine.determine(county.shuffled(inputs, rng), policy)) == first


@pytest.mark.parametrize("seed, mode, legal, share", CASES)
def test_totals_add_up(seed, mode, legal, share):
    rights = determine.determine(random_county(seed, 150, share), village_policy(**changes(mode, legal))[0])
    names = ["area_mu_100", "demand_m3_100", "volume_m3_100"]
    totals = [frame[names].sum().tolist() for frame in (rights.parcel_right, rights.right_part, rights.holder_right)]
    assert totals[0] == totals[1] == totals[2]
    per_parcel = rights.right_part.groupby("parcel_fid")[names].sum()
    having = rights.parcel_right[rights.parcel_right["state"].isin(determine.HAVING)].set_index("parcel_fid")
    pd.testing.assert_frame_equal(per_parcel, having[names], check_dtype=False)
    assert (having["legal_mu_100"] - having["deducted_mu_100"] == having["area_mu_100"]).all()
    by_cap = rights.cap_result.groupby("cap_level")[["demand_m3_100", "volume_m3_100"]].sum()
    for level in ("county", "district"):
        found = by_cap.loc[level].tolist() if level in by_cap.index else [0, 0]
        assert found == totals[0][1:]
    if mode == "proportional":
        assert (rights.cap_result["volume_m3_100"] <= rights.cap_result["cap_m3_100"]).all()


@pytest.mark.parametrize("seed, mode, legal, share", CASES)
def test_every_explanation_equals_the_stored_result(tmp_path, seed, mode, legal, share):
    inputs = random_county(seed, cap_share=share)
    path = county.store_county(tmp_path / "c.gpkg", inputs, changes(mode, legal))
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        for row in reading.rows(
                store, "SELECT p.uuid, r.state FROM parcel p JOIN parcel_right r ON r.parcel_fid = p.fid"):
            told = explain.explain_parcel(store, row["uuid"])
            assert told.consistent, told.text()
            assert codes.PARCEL_STATE[row["state"]] in told.results[0]
            assert "None" not in told.text() and "nan" not in told.text()
        for row in reading.rows(store, "SELECT DISTINCT CBFBM FROM CBDKXX"):
            told = explain.explain_holder(store, row["CBFBM"])
            assert told.consistent, told.text()


def test_a_tampered_result_is_said_aloud(tmp_path):
    path = county.store_county(tmp_path / "c.gpkg", random_county(1, cap_share=0.1), changes("proportional", "HTMJ"))
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        part = reading.one(store, "SELECT * FROM right_part WHERE volume_m3_100 > 0 ORDER BY part_id")
        with store.transaction():
            store.connection.execute("UPDATE right_part SET volume_m3_100 = volume_m3_100 + 100 WHERE part_id = ?",
                                     (part["part_id"],))
        code = reading.one(store, "SELECT DKBM FROM parcel WHERE fid = ?", (part["parcel_fid"],))["DKBM"]
        told = explain.explain_parcel(store, code)
        assert not told.consistent and explanation.WARNING in told.text()
        assert not explain.explain_holder(store, part["CBFBM"]).consistent


def test_running_again_changes_nothing(tmp_path):
    path = county.store_county(tmp_path / "c.gpkg", random_county(3, cap_share=0.5), changes("proportional", "HTMJ"))
    with WorkFile.open(path) as store:
        assert confirm.run(store, NOTHING, Progress()).changed
        before = list(store.connection.iterdump())
        again = confirm.run(store, NOTHING, Progress())
        assert not again.changed and list(store.connection.iterdump()) == before


def test_one_quota_changes_what_rests_on_it_and_the_journal_says_so(tmp_path):
    inputs = random_county(4, cap_share=5)
    path = county.store_county(tmp_path / "c.gpkg", inputs, changes("report", "HTMJ"))
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        old = frames.read(store, "right_part").set_index(["parcel_fid", "CBFBM", "source"])
        rows = reading.count(store, "SELECT count(*) FROM journal")
        quota = int(old["quota_fid"].value_counts().index[0])
        with store.transaction():
            store.connection.execute("UPDATE quota SET quota_m3_mu_100 = quota_m3_mu_100 * 2 WHERE fid = ?", (quota,))
        assert confirm.run(store, NOTHING, Progress()).changed
        new = frames.read(store, "right_part").set_index(["parcel_fid", "CBFBM", "source"])
        touched = old["quota_fid"] == quota
        assert (new.loc[~touched, "volume_m3_100"] == old.loc[~touched, "volume_m3_100"]).all()
        assert (abs(new.loc[touched, "volume_m3_100"] - 2 * old.loc[touched, "volume_m3_100"]) <= 100).all()
        added = reading.rows(store, "SELECT * FROM journal WHERE seq > ? ORDER BY seq", (rows,))
        owners = {(code, source) for (_, code, source) in old[touched].index}
        assert {(json.loads(r["after"])["CBFBM"], json.loads(r["after"])["source"]) for r in added} == owners
        assert all(json.loads(r["before"])["volume_m3_100"] != json.loads(r["after"])["volume_m3_100"] for r in added)
        assert journal.verify(store) == []


@pytest.mark.parametrize("mode", ["report", "proportional"])
@pytest.mark.parametrize("legal", ["HTMJ", "SCMJ"])
def test_a_county_with_empty_tables(mode, legal):
    policy, _ = village_policy(**changes(mode, legal))
    alone = determine.determine(county.county([county.parcel_row(1)], [], [], [], []), policy)
    assert alone.parcel_right["state"].tolist() == ["no_holder"]
    held = county.county([county.parcel_row(1)], [county.link_row(1, 1, 6000.0)], [], [], [1])
    assert determine.determine(held, policy).parcel_right["reason"].tolist() == ["QUOTA_MISSING"]
    nothing = county.shuffled(held, np.random.default_rng(0))
    for name in ("parcel", "site", "link", "holder", "registry"):
        setattr(nothing, name, getattr(nothing, name).iloc[:0])
    assert len(determine.determine(nothing, policy).parcel_right) == 0


def test_unchecked_parcels_are_refused():
    inputs = random_county(1)
    inputs.site = inputs.site.iloc[1:]
    with pytest.raises(determine.MissingSites):
        determine.determine(inputs, village_policy()[0])


def test_policy_defaults_stand_in_for_blank_crop_and_method():
    parcels = [county.parcel_row(1, crop=None, method="  "), county.parcel_row(2, crop="小麦", in_registry=False)]
    links = [county.link_row(1, 1, 6000.0), county.link_row(2, 1, 6000.0)]
    quotas = [county.quota_row("玉米", "*", "surface", "畦灌", 40000, "1", "1")]
    inputs = county.county(parcels, links, quotas, [], [1])
    policy, _ = village_policy(**{"quota.default_crop": "玉米", "quota.default_method": "畦灌",
                                  "scope.require_registry": False})
    found = determine.determine(inputs, policy).parcel_right
    assert found["state"].tolist() == ["right", "right"] and found["crop"].tolist() == ["玉米", "玉米"]
    assert found["volume_m3_100"].tolist() == [360_000, 360_000]


def test_doubling_every_cap_lowers_no_total():
    inputs, policy = random_county(7, 120, 0.2), village_policy(**changes("proportional", "HTMJ"))[0]
    first = determine.determine(inputs, policy)
    inputs.cap = inputs.cap.assign(cap_m3_100=inputs.cap["cap_m3_100"] * 2)
    second = determine.determine(inputs, policy)
    assert (second.cap_result["volume_m3_100"] >= first.cap_result["volume_m3_100"]).all()
    assert second.right_part["volume_m3_100"].sum() > first.right_part["volume_m3_100"].sum()
    assert (second.right_part["volume_m3_100"] <= second.right_part["demand_m3_100"]).all()
