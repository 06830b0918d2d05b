"""Rights worked out by hand, in tables that staff can read: golden.csv (parcels), golden_quota.csv, golden_caps.csv."""

import csv
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.rights import small_county as county
from tests.village import village_policy
from wr_plugin.commands import confirm
from wr_plugin.commands.progress import Progress
from wr_plugin.model import codes
from wr_plugin.rights import cap_tree, caps, determine, limits
from wr_plugin.rights.explain import explain_parcel
from wr_plugin.store.workfile import WorkFile

HERE = Path(__file__).parent
SOURCES = {"地表水": "surface", "地下水": "ground", "混合": "mixed", "无": "none"}
STATES = {name: state for state, name in codes.PARCEL_STATE.items()}
HOLDERS = {"甲": 1, "乙": 2, "丙": 3, "丁": 4}
POLICY = {"sources.mixed_surface_share": 0.65}


def table(name):
    with open(HERE / name, encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def hundredths(text):
    return int(Decimal(text or "0") * 100)


GOLDEN = table("golden.csv")


def golden_county():
    parcels, links = [], []
    for row in GOLDEN:
        number = int(row["编号"])
        parcels.append(county.parcel_row(
            number, DKLB=row["地块类别"], TDYT=row["土地用途"], forest_m2_100=hundredths(row["林草重叠（m²）"]),
            geometry_m2_100=hundredths(row["图形面积（m²）"]), defect=row["数据缺陷"], in_registry=row["在名录内"] == "是",
            crop=row["作物"] or None, method=row["灌溉方式"] or None, district_code=row["灌区"] or None,
            source=SOURCES[row["水源"]], unapproved_m2_100=hundredths(row["未批重叠（m²）"])))
        for place, part in enumerate(row["承包方与合同面积（m²）"].split(";") if row["承包方与合同面积（m²）"] else []):
            name, area = part.split("=")
            same, in_mu = area.startswith("同"), area.startswith("亩")
            area = float(area.lstrip("同亩"))
            contract = f"{place if not same else 0}"
            links.append(county.link_row(number, HOLDERS[name], None if in_mu else area, area if in_mu else None,
                                         CBHTBM=county.holder_code(HOLDERS[name]) + contract))
    across = [(int(row["编号"]), *part.split("=")) for row in GOLDEN for part in row["各斗口重叠（m²）"].split(";") if part]
    quotas = [county.quota_row(q["作物"], q["灌区代码"], SOURCES[q["水源"]], q["灌溉方式"],
                               hundredths(q["定额（m³/亩）"]) if q["定额（m³/亩）"] else None, q["渠系水利用系数"],
                               q["田间水利用系数"]) for q in table("golden_quota.csv")]
    whole = [county.cap_row(level, code, source, 10**12) for level, code in
             (("county", county.COUNTY), ("district", "GQ01"), ("district", "GQ02")) for source in county.SOURCES]
    inputs = county.county(parcels, links, quotas, whole, (1, 2, 3))
    inputs.parcel_outlet = county.outlet_table([(fid, code, hundredths(area)) for fid, code, area in across])
    return inputs


@pytest.fixture(scope="module")
def rights():
    return determine.determine(golden_county(), village_policy(**POLICY)[0])


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    path = county.store_county(tmp_path_factory.mktemp("golden") / "golden.gpkg", golden_county(), POLICY)
    with WorkFile.open(path) as store:
        confirm.run(store, {"policy": None, "quota": None, "caps": None}, Progress())
    return path


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
        ("METHOD_MISSING", county.parcel_code(24)),
    }


CAPS = table("golden_caps.csv")


@pytest.mark.parametrize("row", CAPS, ids=[f"{r['编号']} {r['考察的规则']}" for r in CAPS])
def test_cut_as_computed_by_hand(row):
    limit = dict(part.split("=") for part in row["灌区指标（m³）"].split())
    parts = [part.replace("→", ":").split(":") for part in row["灌区:定额水量→核定水量（m³）"].split()]
    rows = [county.cap_row("county", county.COUNTY, "surface", hundredths(row["县指标（m³）"]))]
    rows += [county.cap_row("district", code, "surface", hundredths(amount)) for code, amount in limit.items()]
    for number, one in enumerate(rows, 1):
        one.update(fid=number, source_row=number)
    paths = [("surface", (("county", county.COUNTY), ("district", code))) for code, _, _ in parts]
    tree = cap_tree.grow(paths, limits.cap_index(rows))
    demands = caps.Demands(np.array([tree.leaf[path] for path in paths]),
                           np.array([int(demand) * 100 for _, demand, _ in parts]), np.zeros(len(parts), dtype=np.int64))
    granted = caps.grant(tree, demands, "proportional", 100)
    assert granted.volume_m3_100.tolist() == [int(volume) * 100 for _, _, volume in parts]
