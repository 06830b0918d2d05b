"""The planted defects: how many of each, on their own parcels, and visible in the files as they are told.

That import, check and confirm find exactly these is held by ``tests/journeys/test_planted_truth.py``.
"""

from collections import Counter

import openpyxl
import pytest

from wr_plugin.model.findings import KINDS

AT_2000 = {
    "GEOMETRY_REPAIRED": 6, "GEOMETRY_MISSING": 1, "PARCEL_OVERLAP": 4, "GEOMETRY_DUPLICATE": 2, "CODE_MALFORMED": 4,
    "CODE_DUPLICATE": 2, "OUTSIDE_REGISTRY": 40, "REGISTRY_UNMATCHED": 8, "REGISTRY_DUPLICATE": 2, "REGISTRY_HOLDER": 2, "AREA_GEOMETRY": 8,
    "AREA_CONTRACT": 8, "AREA_REGISTRY": 8, "AREA_UNIT": 2, "AREA_MISSING": 2, "NOT_CONTRACT_LAND": 88, "FOREST_LAND": 16,
    "UNAPPROVED_OVERLAP": 14, "OUTSIDE_DISTRICT": 3, "NO_SOURCE": 6, "SHARED_PARCEL": 10, "SHARE_SUM": 2, "SAME_NAME": 1,
    "NAME_DAMAGED": 1, "HOLDER_LINK_MISSING": 2, "PARCEL_UNKNOWN": 1, "CROP_MISSING": 2, "WELL_CLOSED": 5,
    "WELL_NO_PERMIT": 2, "CAP_EXCEEDED": 1, "PERMIT_CUT": 1, "PERMIT_EXPIRED": 1, "NO_PERMIT": 1, "PERMIT_RENEWAL": 1,
    "OVER_QUOTA": 1, "PERMIT_DATA": 1, "NETWORK_SMALL": 1, "NETWORK_DATA": 1, "FOREST_VOLUME_MISSING": 1, "ACROSS_OUTLETS": 5,
    "SERVICE_AREA_OVERLAP": 1,
}
SEVERAL = {"QUOTA_MISSING", "WELL_OVERDRAFT", "WELL_OVER_PERMIT", "DOUBLE_SOURCE"}
TOGETHER = {("SHARED_PARCEL", "SHARE_SUM")}


def test_each_kind_is_planted_at_its_rate(county):
    counts = {code: len(subjects) for code, subjects in county.truth().items()}
    assert {code: count for code, count in counts.items() if code not in SEVERAL} == AT_2000
    assert all(counts[code] >= 1 for code in SEVERAL)


@pytest.mark.parametrize("seed", [1, 2, 3, 8])
def test_even_the_smallest_county_has_every_kind(seed, write, tmp_path):
    assert set(write(tmp_path, 500, seed).truth()) == set(AT_2000) | SEVERAL


def test_every_code_is_a_kind_of_finding_and_every_subject_is_told_once(county):
    lines = (county.out / "truth.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "code,subject,note" and len(lines) == len(set(lines))
    assert set(county.truth()) <= set(KINDS)


def test_each_defect_has_its_own_parcels(county):
    kinds = {}
    for code, subjects in county.truth().items():
        for parcel in {part for subject in subjects for part in subject.split("|") if len(part) >= 18}:
            kinds.setdefault(parcel, []).append(code)
    assert {tuple(sorted(codes)) for codes in kinds.values() if len(codes) > 1} <= TOGETHER


def test_planted_codes_are_in_the_files(county):
    truth, parcels = county.truth(), county.layer("DK")
    code = Counter(parcels.DKBM)
    assert truth["CODE_MALFORMED"] == {c for c in code if not (len(c) == 19 and c.isdigit())}
    assert truth["CODE_DUPLICATE"] == {c for c, count in code.items() if count > 1}
    assert truth["NOT_CONTRACT_LAND"] == set(parcels.DKBM[parcels.DKLB != "10"])
    assert truth["GEOMETRY_MISSING"] == set(parcels.DKBM[parcels.geometry.isna()])
    listed, held = {row[6] for row in county.registry()}, {row["DKBM"] for row in county.table("CBDKXX")}
    assert truth["REGISTRY_UNMATCHED"] == listed - set(code) and truth["PARCEL_UNKNOWN"] == held - set(code)
    assert truth["OUTSIDE_REGISTRY"] == held - listed - truth["PARCEL_UNKNOWN"]
    assert truth["HOLDER_LINK_MISSING"] == listed - held - truth["REGISTRY_UNMATCHED"]


def test_no_malformed_code_is_a_households_code(county):
    assert not county.truth()["CODE_MALFORMED"] & {row["CBFBM"] for row in county.table("CBF")}


def test_one_cap_is_short_and_the_rest_suffice(county):
    from wr_plugin.commands.progress import Progress
    from wr_plugin.sample import county as whole
    from wr_plugin.sample import limits

    land = whole.build(2000, 1, Progress())
    demand = limits.demands(land)
    rows = list(openpyxl.load_workbook(county.root / "定额与指标" / "用水总量指标表.xlsx").active.values)
    assert rows[1] == ("层级", "代码", "名称", "水源", "指标水量（m³）", "依据", "示例")
    assert {row[6] for row in rows[2:]} == {"是"}
    keys = {"灌区": "district", "县": "county", "地表水": "surface", "地下水": "ground"}
    short = set()
    for level, code, _, source, cap, _, _ in rows[2:]:
        number = ("地表水", "地下水").index(source)
        part = demand[:, number].sum() if level == "县" else demand[land.names.district_code.index(code), number]
        if cap * 100 < part:
            short.add(f"{keys[level]}|{code}|{keys[source]}")
    assert short == county.truth()["CAP_EXCEEDED"]


def test_quotas_cover_every_crop_district_source_and_method(county):
    rows = list(openpyxl.load_workbook(county.root / "定额与指标" / "灌溉定额表.xlsx").active.values)[2:]
    keys = [row[:4] for row in rows]
    assert len(keys) == len(set(keys)) and {row[-1] for row in rows} == {"是"}
    districts = set(county.layer("灌区").GQDM)
    for crop in {row[8] for row in county.registry()} - {None}:
        told = {key[1] for key in keys if key[0] == crop}
        assert told == {"*"} or told == districts
    assert {row[:2] for row in rows if row[4] is None} == {("枸杞", "GQ01")}
    assert all(len(row[5]) == len(row[6]) == 6 for row in rows)
