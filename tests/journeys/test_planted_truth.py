"""Every defect that the sample plants is found by import, check and confirm, and nothing else is.

The truth is a list apart from the package; the verbs see only the package. Two counties of two seeds and sizes.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from wr_plugin.commands.running import run_verb
from wr_plugin.model.findings import KINDS
from wr_plugin.rights.explain import explain
from wr_plugin.store import reading
from wr_plugin.store.workfile import WorkFile

pytestmark = pytest.mark.journey

# what a package of any size must hold for the comparison to mean something
PLANTED = {
    "GEOMETRY_REPAIRED", "CODE_MALFORMED", "CODE_DUPLICATE", "SHARED_PARCEL", "SAME_NAME", "OUTSIDE_REGISTRY",
    "REGISTRY_UNMATCHED", "AREA_GEOMETRY", "AREA_CONTRACT", "AREA_REGISTRY", "PARCEL_OVERLAP", "GEOMETRY_DUPLICATE",
    "NOT_CONTRACT_LAND", "FOREST_LAND", "UNAPPROVED_OVERLAP", "OUTSIDE_DISTRICT", "NO_SOURCE", "WELL_NO_PERMIT",
    "WELL_CLOSED", "WELL_OVERDRAFT", "CAP_EXCEEDED", "GEOMETRY_MISSING", "NAME_DAMAGED", "HOLDER_LINK_MISSING",
    "PARCEL_UNKNOWN", "SHARE_SUM", "REGISTRY_DUPLICATE", "REGISTRY_HOLDER", "AREA_MISSING", "AREA_UNIT", "QUOTA_MISSING", "CROP_MISSING",
    "ACROSS_OUTLETS",
}
WITHOUT_RIGHT = {code for code, kind in KINDS.items() if kind.stops} | {
    "NOT_CONTRACT_LAND", "FOREST_LAND", "OUTSIDE_REGISTRY"}


@pytest.fixture(scope="module", params=[(3000, 20, "split"), (500, 7, "larger")],
                ids=lambda p: f"{p[0]} parcels, seed {p[1]}, across outlets {p[2]}")
def county(request, tmp_path_factory):
    """(path of the work file after confirm, truth as (code, subject) → note) of one sample."""
    parcels, seed, across = request.param
    out = tmp_path_factory.mktemp("county")
    sample = run_verb("sample", {"out": str(out), "parcels": parcels, "seed": seed})
    folder, truth = (Path(p) for p in sample.outputs)
    assert truth.parent not in (folder, *folder.iterdir())
    policy = folder / "政策.yaml"
    text = policy.read_text(encoding="utf-8")
    assert "across_outlets: split" in text
    policy.write_text(text.replace("across_outlets: split", f"across_outlets: {across}"), encoding="utf-8")
    work = str(out / "县.gpkg")
    run_verb("import", {"package": str(folder), "work": work})
    run_verb("check", {"work": work})
    run_verb("confirm", {"work": work})
    with open(truth, encoding="utf-8-sig", newline="") as stream:
        planted = {(row["code"], row["subject"]): row["note"] for row in csv.DictReader(stream)}
    return work, planted


def found_in(work):
    with WorkFile.open(work, readonly=True) as store:
        return {(row["code"], row["subject"]): row["message"]
                for row in reading.rows(store, "SELECT code, subject, message FROM finding")}


def test_every_planted_defect_is_found_and_nothing_else_is(county):
    work, planted = county
    found = found_in(work)
    missed = {key: note for key, note in planted.items() if key not in found}
    invented = {key: message for key, message in found.items() if key not in planted}
    assert (missed, invented) == ({}, {})


def test_the_truth_holds_every_kind_that_a_sample_plants(county):
    _, planted = county
    counts = Counter(code for code, _ in planted)
    assert PLANTED <= set(counts)
    assert counts["CAP_EXCEEDED"] == 1


def test_only_parcels_with_a_planted_reason_are_left_without_a_right(county):
    work, planted = county
    reasons = {part for code, subject in planted if code in WITHOUT_RIGHT for part in subject.split("|")}
    deducted = {subject for code, subject in planted if code == "UNAPPROVED_OVERLAP"}
    with WorkFile.open(work, readonly=True) as store:
        states = reading.rows(store, """
            SELECT DKBM, state, reason, crop FROM parcel JOIN parcel_right ON parcel_fid = parcel.fid""")
    assert {row["DKBM"] for row in states if row["state"] == "reduced"} <= deducted
    assert {row["DKBM"] for row in states if row["state"] == "unapproved"} <= deducted
    without = {row["DKBM"] for row in states if row["state"] not in ("right", "reduced", "unapproved")}
    # a missing row of the quota table names a crop, not a parcel
    crops = {subject.split("|")[0] for code, subject in planted if code == "QUOTA_MISSING"}
    assert {row["crop"] for row in states if row["reason"] == "QUOTA_MISSING"} == crops
    without -= {row["DKBM"] for row in states if row["crop"] in crops}
    assert without == reasons & {row["DKBM"] for row in states}


def test_a_finding_about_a_parcel_leads_to_that_parcel(county):
    work, _ = county
    with WorkFile.open(work, readonly=True) as store:
        strays = reading.rows(store, """
            SELECT f.code, f.subject, p.DKBM FROM finding f JOIN parcel p ON p.uuid = f.parcel_uuid
            WHERE p.DKBM NOT IN (f.subject, substr(f.subject, 1, instr(f.subject || '|', '|') - 1))
              AND f.code <> 'HOLDER_UNKNOWN'""")
        nowhere = reading.rows(store, """
            SELECT f.code, f.subject FROM finding f
            WHERE f.parcel_uuid IS NULL AND f.subject IN (SELECT DKBM FROM parcel)""")
    assert not [tuple(row) for row in strays]
    assert not [tuple(row) for row in nowhere]


def test_the_same_steps_again_change_nothing(county):
    work, _ = county
    before = found_in(work)
    assert not run_verb("check", {"work": work}).changed
    assert not run_verb("confirm", {"work": work}).changed
    assert found_in(work) == before


def test_land_across_two_outlets_is_split_or_goes_to_the_larger_part_as_the_policy_says(county):
    work, planted = county
    across = {subject for code, subject in planted if code == "ACROSS_OUTLETS"}
    with WorkFile.open(work, readonly=True) as store:
        split = store.policy().get("sources.across_outlets") == "split"
        rows = reading.rows(store, "SELECT p.DKBM, count(DISTINCT r.outlet_code) AS n FROM parcel p JOIN right_part r"
                                   " ON r.parcel_fid = p.fid WHERE r.source = 'surface' GROUP BY p.fid")
        outlets = {row["DKBM"]: row["n"] for row in rows}
    assert across and {outlets[code] for code in across} == {2 if split else 1}
    assert {n for code, n in outlets.items() if code not in across} == {1}
    with WorkFile.open(work, readonly=True) as store:
        for code in across:
            [told] = explain(store, code)
            assert told.consistent and (told.text().count("控制范围内 ") > 1) == split, told.text()
