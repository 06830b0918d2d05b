"""Random counties under random policies: units, zones, permits, rounds, composite quotas, caps. Every figure agrees."""

import numpy as np
import pandas as pd
import pytest

from tests.rights import small_county as county
from tests.rights.random_county import random_county
from tests.village import village_policy
from wr_plugin.commands import confirm
from wr_plugin.commands.progress import Progress
from wr_plugin.commands.running import run_verb
from wr_plugin.model import codes
from wr_plugin.rights import determine, explain
from wr_plugin.store import reading
from wr_plugin.store.workfile import WorkFile

OUTLETS, WELLS = [f"DK{n:02d}" for n in range(6)], [f"JJ{n:02d}" for n in range(6)]
NOTHING = {"policy": None, "quota": None, "caps": None}
RULES = [
    {"source": ["surface"], "scale": ["large", "medium"], "metering": ["outlet", "group"], "unit": "outlet"},
    {"source": ["surface"], "metering": ["user"], "unit": "holder_source"}, {"source": ["ground"], "metering": ["none"], "unit": None},
    {"source": ["ground"], "unit": "permit"}, {"scale": ["small"], "unit": "group"},
]


def frame(rows):
    made = pd.DataFrame(rows, dtype=object)
    made.insert(0, "fid", range(1, len(made) + 1))
    return made.astype({"fid": int})


def with_units(inputs, seed):
    """The random county with districts, outlets and wells of all kinds, lists of members and crop mixes."""
    rng = np.random.default_rng(seed + 1000)

    def pick(*values):
        return values[rng.integers(len(values))]

    count = len(inputs.site)
    inputs.site["outlet_code"] = rng.choice(np.array(OUTLETS, dtype=object), count)
    inputs.site["well_code"] = rng.choice(np.array(WELLS, dtype=object), count)
    zones = {code: (int(pick(1, 2)), int(pick(2, 2, 1))) for code in WELLS}
    for place, name in enumerate(("well_overdraft", "well_spring")):
        inputs.site[name] = pd.array([zones[code][place] for code in inputs.site["well_code"]], dtype="Int64")
    inputs.district = frame([{"district_code": code, "district_name": f"{code}灌区", "permit_number": pick("许1", "许2", None),
                              "district_scale": pick("large", "medium", "small", None)} for code in ("GQ01", "GQ02", "GQ03")])
    inputs.outlet = frame([{"outlet_code": code, "outlet_name": None, "canal_code": None,
                            "metering": pick("outlet", "group", "user", "none", None)} for code in OUTLETS])
    inputs.well = frame([{"well_code": code, "permit_number": pick("井1", "井2", None), "permit_m3": float(rng.integers(1, 90)) * 100,
                          "permit_from": pick("2015-01-01", "2020-12-16", "2022-01-01", None),
                          "metering": pick("group", "user", "none", None)} for code in WELLS])
    inputs.water_unit = frame([{"unit_code": f"U{n}", "unit_name": pick(f"单位{n}", None),
                                "unit_kind": pick(*codes.LISTED_UNITS), "managed_mu_100": int(rng.integers(1, 10**6))} for n in range(5)])
    links = inputs.link[["CBFBM", "DKBM"]].drop_duplicates().to_numpy()
    inputs.unit_member = frame([{"unit_code": f"U{rng.integers(6)}", "CBFBM": holder, "DKBM": pick(None, None, parcel)}
                                for holder, parcel in links if rng.random() < 0.8])
    inputs.crop_mix = frame([{"district_code": district, "source": source, "crop": crop, "method": "畦灌", "mix_share": share}
                             for district in ("GQ01", "GQ02") for source in county.SOURCES
                             for crop, share in (("玉米", "0.6"), ("小麦", pick("0.4", "0.7")))])
    inputs.well["permit_until"] = [pick("2019-12-31", "2199-12-31", "2199-12-31", None) for _ in WELLS]
    return inputs


def policy_changes(seed):
    rng = np.random.default_rng(seed + 2000)

    def pick(*values):
        return values[rng.integers(len(values))]

    return {
        "unit": pick(None, "holder_source", "association", "listed", "group", "village", "permit"),
        "units": {"rules": pick([], RULES), "unlisted": pick(None, "holder_source", "village")},
        "ground": {"overdraft": pick("report", "not_confirmed", "no_new", None), "new_since": pick("2020-12-16", None),
                   "spring": pick("report", "not_confirmed", None)},
        "permit": {"district_required": bool(pick(True, False))},
        "sources.mixed_mode": pick("share", "round"), "sources.surface_rounds": 3, "sources.ground_rounds": pick(1, 4),
        "quota.basis": pick("crop", "composite", "composite"), "cap.mode": pick("report", "proportional"),
        "cap.without_district": pick("stop", "county"), "volume.step_m3": pick(1, 0.1, 0.01), "area.legal": pick("HTMJ", "SCMJ"),
        "cap.tree": pick(["county", "district"], ["county", "district", "well"], ["county", "well"]),
        "cap.without_well": pick("stop", "above"), "ground.expired": pick("report", "not_confirmed", None),
    }


SEEDS = (0, 2, 3, 4, 5, 7, 11, 13)


@pytest.mark.parametrize("seed", SEEDS)
def test_explanations_units_and_the_second_reckoning_agree(tmp_path, seed):
    changes = policy_changes(seed)
    path = county.store_county(tmp_path / "c.gpkg", with_units(random_county(seed, 50, 0.4 if seed % 2 else 3), seed), changes)
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        for row in reading.rows(store, "SELECT p.uuid, r.state FROM parcel p JOIN parcel_right r ON r.parcel_fid = p.fid"):
            told = explain.explain_parcel(store, row["uuid"])
            assert told.consistent, (changes, told.text())
            assert codes.PARCEL_STATE[row["state"]] in told.results[0]
            assert "None" not in told.text() and "nan" not in told.text(), told.text()
        for unit in reading.rows(store, "SELECT * FROM unit_right"):
            parts = reading.one(store, "SELECT sum(area_mu_100), sum(demand_m3_100), sum(volume_m3_100), count(DISTINCT CBFBM),"
                                       " count(DISTINCT parcel_fid) FROM right_part WHERE unit_id = ?", (unit["unit_id"],))
            assert tuple(parts) == tuple(unit[c] for c in ("area_mu_100", "demand_m3_100", "volume_m3_100", "members", "parcels"))
        for code in {row[0] for row in reading.rows(store, "SELECT unit_code FROM unit_right WHERE unit_kind <> 'holder_source'")}:
            assert all(told.consistent for told in explain.explain(store, code))
        assert not reading.rows(store, "SELECT 1 FROM right_part WHERE unit_id NOT IN (SELECT unit_id FROM unit_right)")
    assert run_verb("verify", {"work": str(path)}).counts["differences"] == 0, changes


@pytest.mark.parametrize("seed", SEEDS[:4])
def test_the_order_of_rows_changes_nothing(seed):
    policy, _ = village_policy(**policy_changes(seed))
    inputs = with_units(random_county(seed, 50), seed)
    first = county.as_text(determine.determine(inputs, policy))
    for _ in range(2):
        assert county.as_text(determine.determine(county.shuffled(inputs, np.random.default_rng(seed)), policy)) == first


@pytest.mark.parametrize("seed", SEEDS)
def test_a_units_volume_under_a_composite_quota_is_the_quota_times_its_area(seed):
    """D = Σ area × quota rounded half up once to the step, whatever the number of members."""
    changes = {**policy_changes(seed), "quota.basis": "composite", "cap.mode": "report"}
    policy, _ = village_policy(**changes)
    rights = determine.determine(with_units(random_county(seed, 50), seed), policy)
    step = policy.step_m3_100
    for _, unit in rights.unit_right.iterrows():
        mine = rights.right_part[rights.right_part["unit_id"] == unit["unit_id"]]
        weight = sum(int(a) * int(q) for a, q in zip(mine["area_mu_100"], mine["quota_m3_mu_100"]))
        assert unit["demand_m3_100"] == (2 * weight + 100 * step) // (200 * step) * step
        assert (abs(mine["demand_m3_100"] - mine["area_mu_100"] * mine["quota_m3_mu_100"] / 100) < 2 * step).all()
