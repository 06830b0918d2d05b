"""Rights worked out by hand, in tables that staff can read: golden.csv (parcels), golden_quota.csv, golden_caps.csv.

Staff read them in docs/手算算例.xlsx, with the product's result beside each.
"""

import pandas as pd
import pytest

from tests.rights import golden_parcels as golden
from tests.rights import small_county as county
from tests.rights.golden_parcels import CAPS, GOLDEN, POLICY, STATES, golden_county, hundredths
from tests.village import village_policy
from wr_plugin.rights import determine
from wr_plugin.rights.explain import explain_parcel
from wr_plugin.store.workfile import WorkFile


@pytest.fixture(scope="module")
def rights():
    return determine.determine(golden_county(), village_policy(**POLICY)[0])


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return golden.confirmed(tmp_path_factory.mktemp("golden"))


@pytest.mark.parametrize("row", GOLDEN, ids=[f"{r['编号']} {r['考察的规则']}" for r in GOLDEN])
def test_the_work_file_says_the_same(work, row):
    with WorkFile.open(work, readonly=True) as store:
        assert golden.outcome(store, row) == {name: row[name] for name in golden.RESULTS}


@pytest.mark.parametrize("row", GOLDEN, ids=[f"{r['编号']} {r['考察的规则']}" for r in GOLDEN])
def test_parcel_as_computed_by_hand(rights, row):
    found = rights.parcel_right.set_index("parcel_fid").loc[int(row["编号"])]
    assert found["state"] == STATES[row["状态"]]
    assert found["reason"] == row["原因"]
    assert pd.isna(found["legal_mu_100"]) == (row["法定面积（亩）"] == "")
    assert row["法定面积（亩）"] == "" or found["legal_mu_100"] == hundredths(row["法定面积（亩）"])
    assert found["deducted_mu_100"] == hundredths(row["扣减面积（亩）"])
    assert found["area_mu_100"] == hundredths(row["确权面积（亩）"])
    parts = rights.right_part[rights.right_part["parcel_fid"] == int(row["编号"])]
    by_source = parts.groupby("source")["volume_m3_100"].sum()
    assert by_source.get("surface", 0) == hundredths(row["地表水（m³）"])
    assert by_source.get("ground", 0) == hundredths(row["地下水（m³）"])
    assert found["volume_m3_100"] == by_source.sum()
    if row["各斗口水量（m³）"]:
        surface = parts[parts["source"] == "surface"]
        told = [f"{code}={volume // 100}" for code, volume in zip(surface["outlet_code"], surface["volume_m3_100"].tolist())]
        assert ";".join(told) == row["各斗口水量（m³）"]
        assert parts["area_mu_100"].sum() == found["area_mu_100"] and parts["legal_mu_100"].sum() == found["legal_mu_100"]


@pytest.mark.parametrize("row", GOLDEN, ids=[f"{r['编号']} {r['考察的规则']}" for r in GOLDEN])
def test_explanation_says_the_same(work, row):
    with WorkFile.open(work, readonly=True) as store:
        told = explain_parcel(store, county.parcel_code(int(row["编号"])))
    assert told.consistent, told.differences
    text = told.text()
    assert row["状态"] in told.results[0]
    for figure in (row["地表水（m³）"], row["地下水（m³）"]):
        if figure != "0" and ";" not in row["承包方与合同面积（m²）"] + row["各斗口重叠（m²）"]:
            assert f"{int(figure):,} m³" in text
    assert bool(told.changes) == (row["状态"] != "已核定")


def test_holders_add_up(rights):
    """甲 has the surface water of its parcels, worked out by hand from golden.csv; 乙 of parcels 4 and 31."""
    right = rights.holder_right.set_index("right_id")
    assert right.loc[county.holder_code(2) + "S", "volume_m3_100"] == (2933 + 2500) * 100
    assert right.loc[county.holder_code(2) + "S", "parcels"] == 2
    whole = sum(int(row["地表水（m³）"]) for row in GOLDEN)
    assert right.loc[county.holder_code(1) + "S", "volume_m3_100"] == (whole - 2933 - 2500) * 100
    assert right.loc[county.holder_code(1) + "G", "volume_m3_100"] == sum(int(row["地下水（m³）"]) for row in GOLDEN) * 100


def test_what_is_missing_is_named(rights):
    found = {(f.code, f.subject) for f in rights.finding.itertuples()}
    assert found == {
        ("QUOTA_MISSING", "苜蓿|GQ01|surface|畦灌"), ("QUOTA_MISSING", "玉米|GQ02|surface|畦灌"),
        ("QUOTA_MISSING", "小麦|GQ01|ground|畦灌"), ("CROP_MISSING", county.parcel_code(23)),
        ("METHOD_MISSING", county.parcel_code(24)), ("DOUBLE_SOURCE", "JJ01"),
    }


@pytest.mark.parametrize("row", CAPS, ids=[f"{r['编号']} {r['考察的规则']}" for r in CAPS])
def test_cut_as_computed_by_hand(row):
    assert golden.cut(row) == row[golden.CUT]
