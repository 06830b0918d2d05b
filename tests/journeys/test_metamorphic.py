"""What must not change the rights, and what must change them in one way only: the same county delivered otherwise, moved,
with other caps, quotas and names. Everything goes through the verbs, on one sample county of 600 parcels."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.journeys import changed_package
from wr_plugin.commands.running import run_verb
from wr_plugin.store import reading
from wr_plugin.store.workfile import WorkFile

pytestmark = pytest.mark.journey
RIGHTS = {
    "parcel_right": "SELECT p.DKBM, r.state, r.reason, r.source, r.legal_mu_100, r.deducted_mu_100, r.area_mu_100, r.demand_m3_100,"
                    " r.volume_m3_100 FROM parcel_right r JOIN parcel p ON p.fid = r.parcel_fid",
    "right_part": "SELECT p.DKBM, r.CBFBM, r.source, r.outlet_code, r.area_mu_100, r.demand_m3_100, r.volume_m3_100"
                  " FROM right_part r JOIN parcel p ON p.fid = r.parcel_fid",
    "holder_right": "SELECT CBFBM, source, parcels, area_mu_100, demand_m3_100, volume_m3_100 FROM holder_right",
    "user_right": "SELECT user_id, state, reason, volume_m3_100 FROM user_right",
    "cap_result": "SELECT cap_level, cap_code, source, demand_m3_100, volume_m3_100 FROM cap_result",
    "finding": "SELECT code, severity, subject, village_code FROM finding",
}
STEP = 100  # the policy's volume step, 1 m³
LEVELS = 2  # county and district: a remainder may fall differently at each


def rights(work, names=tuple(RIGHTS)):
    """{table: its rows without numbers of rows and files, sorted}."""
    with WorkFile.open(work, readonly=True) as store:
        return {name: sorted(tuple(map(str, row)) for row in reading.rows(store, RIGHTS[name])) for name in names}


def volumes(work):
    """{(parcel, holder, source): (demand, volume)} of the parts; a code that two shapes have gives no part."""
    with WorkFile.open(work, readonly=True) as store:
        return {(r["DKBM"], r["CBFBM"], r["source"]): (r["demand_m3_100"], r["volume_m3_100"])
                for r in reading.rows(store, RIGHTS["right_part"])}


def totals(work):
    with WorkFile.open(work, readonly=True) as store:
        return {(r["cap_level"], r["cap_code"], r["source"]): r["volume_m3_100"]
                for r in reading.rows(store, RIGHTS["cap_result"])}


def worked(package, work):
    for verb, params in (("import", {"package": str(package)}), ("check", {}), ("confirm", {})):
        run_verb(verb, {"work": str(work), **params})
    return work


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The package; the policy cuts in proportion."""
    out = tmp_path_factory.mktemp("sample")
    found = Path(run_verb("sample", {"out": str(out), "parcels": 600, "seed": 11}).outputs[0])
    policy = yaml.safe_load((found / "政策.yaml").read_text(encoding="utf-8"))
    policy["cap"]["mode"] = "proportional"
    (found / "政策.yaml").write_text(yaml.safe_dump(policy, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def work(package):
    return worked(package, package.parent / "县.gpkg")


@pytest.fixture
def delivered_otherwise(package, tmp_path):
    """A copy of the package to change."""
    return Path(shutil.copytree(package, tmp_path / package.name))


@pytest.fixture
def changed(work, tmp_path):
    """``changed(sql, …)``: the rights of a copy whose inputs were changed so; checked again where ``check``."""
    def run(*statements, check=False):
        copy = tmp_path / f"{len(list(tmp_path.iterdir()))}.gpkg"
        shutil.copy(work, copy)
        with WorkFile.open(copy) as store, store.transaction():
            for statement in statements:
                store.connection.execute(*([statement] if isinstance(statement, str) else statement))
        for verb in ("check", "confirm") if check else ("confirm",):
            run_verb(verb, {"work": str(copy)})
        return copy
    return run


def test_layers_in_several_files_give_the_same_rights(work, delivered_otherwise, tmp_path):
    for name, pieces in (("DK", 3), ("灌区", 2), ("斗口控制范围", 2), ("机井", 2), ("新开复垦未批", 2)):
        changed_package.split_layer(delivered_otherwise, name, pieces)
    assert len(list(delivered_otherwise.rglob("DK*-*.shp"))) == 3
    assert rights(worked(delivered_otherwise, tmp_path / "分.gpkg")) == rights(work)


@pytest.mark.parametrize("as_sheets", [True, False], ids=["a sheet for each village", "a file for each village"])
def test_a_registry_by_village_gives_the_same_rights(work, delivered_otherwise, tmp_path, as_sheets):
    changed_package.registry_by_village(delivered_otherwise, as_sheets)
    assert rights(worked(delivered_otherwise, tmp_path / "分.gpkg")) == rights(work)


def test_tables_in_two_files_give_the_same_rights(work, delivered_otherwise, tmp_path):
    changed_package.tables_by_village(delivered_otherwise)
    assert rights(worked(delivered_otherwise, tmp_path / "分.gpkg")) == rights(work)


@pytest.mark.parametrize("east, north", [(12_345, -6_789), (-20_000, 100_000)])
def test_a_county_moved_by_whole_metres_has_the_same_rights_areas_and_findings(work, delivered_otherwise, tmp_path, east, north):
    changed_package.moved(delivered_otherwise, east, north)
    there = worked(delivered_otherwise, tmp_path / "移.gpkg")
    assert rights(there) == rights(work)
    for store_of in (work, there):
        with WorkFile.open(store_of, readonly=True) as store:
            sites = [tuple(row) for row in reading.rows(
                store, "SELECT parcel_fid, district_code, outlet_code, well_code, geometry_m2_100, forest_m2_100,"
                       " unapproved_m2_100 FROM parcel_site ORDER BY parcel_fid")]
        if store_of is work:
            before = sites
    assert sites == before


def test_with_caps_doubled_no_part_gets_less_and_what_was_not_cut_stays(work, changed):
    """A remainder may fall to another part at each level of the tree, so "not less" holds to one step a level."""
    before, after = volumes(work), volumes(changed("UPDATE cap SET cap_m3_100 = 2 * cap_m3_100"))
    assert any(volume < demand for demand, volume in before.values())
    for key, (demand, volume) in before.items():
        assert after[key][0] == demand and after[key][1] >= volume - LEVELS * STEP
        assert volume < demand or after[key][1] == volume or after[key][1] >= demand - LEVELS * STEP
    assert sum(volume for _, volume in after.values()) > sum(volume for _, volume in before.values())


def test_caps_far_above_every_demand_cut_nothing_however_far(changed):
    wide, wider = (volumes(changed(f"UPDATE cap SET cap_m3_100 = {factor} * cap_m3_100")) for factor in (50, 100))
    assert wide == wider and all(volume == demand for demand, volume in wide.values())


def test_a_cap_made_smaller_gives_nobody_below_it_more_and_nobody_else_less(work, changed):
    """Only the groundwater of one district is limited further: its parts and total fall, those of others do not."""
    with WorkFile.open(work, readonly=True) as store:
        district = reading.one(store, "SELECT cap_code FROM cap_result WHERE cap_level = 'district' AND source = 'ground'"
                                      " AND volume_m3_100 > 0 ORDER BY volume_m3_100 DESC")["cap_code"]
        inside = {row["DKBM"] for row in reading.rows(
            store, "SELECT p.DKBM FROM parcel p JOIN parcel_site s ON s.parcel_fid = p.fid WHERE s.district_code = ?", (district,))}
    less = changed(("UPDATE cap SET cap_m3_100 = (SELECT volume_m3_100 * 9 / 10 FROM cap_result r WHERE r.cap_code = cap.cap_code"
                    " AND r.cap_level = 'district' AND r.source = 'ground') WHERE cap_code = ? AND source = 'ground'", (district,)))
    before, after = volumes(work), volumes(less)
    for key, (_, volume) in before.items():
        if key[2] == "surface":
            assert after[key][1] == volume
        elif key[0] in inside:
            assert after[key][1] <= volume + LEVELS * STEP
        else:
            assert after[key][1] >= volume - LEVELS * STEP
    node = "district", district, "ground"
    assert totals(less)[node] == totals(work)[node] * 9 // 10 // STEP * STEP


def test_quotas_doubled_or_coefficients_halved_double_every_demand(work, changed):
    """Each demand is rounded once, so twice a rounded demand is one step off at most."""
    doubled = volumes(changed("UPDATE quota SET quota_m3_mu_100 = 2 * quota_m3_mu_100"))
    halved = volumes(changed("UPDATE quota SET eta_canal = printf('%.4f', eta_canal / 2)"
                             " WHERE eta_canal IS NOT NULL AND CAST(round(eta_canal * 10000) AS INTEGER) % 2 = 0"))
    for key, (demand, _) in volumes(work).items():
        assert abs(doubled[key][0] - 2 * demand) <= STEP
        assert halved[key][0] in (doubled[key][0], demand)


def test_other_names_and_codes_of_districts_and_outlets_give_the_same_amounts(work, changed):
    renamed = [f"UPDATE {table} SET district_code = replace(district_code, 'GQ', 'HQ')" for table in (
        "irrigation_district", "outlet", "canal", "quota", "forest_volume", "forest_user", "crop_mix")]
    renamed += ["UPDATE cap SET cap_code = replace(cap_code, 'GQ', 'HQ')",
                "UPDATE outlet SET outlet_code = replace(outlet_code, 'GQ', 'HQ')",
                "UPDATE service_area SET outlet_code = replace(outlet_code, 'GQ', 'HQ')",
                "UPDATE irrigation_district SET district_name = '改名' || district_name"]
    there, names = changed(*renamed, check=True), ("parcel_right", "holder_right", "user_right")
    assert rights(there, names) == rights(work, names)
    assert sorted(totals(there).values()) == sorted(totals(work).values())
    with WorkFile.open(there, readonly=True) as store:
        assert reading.count(store, "SELECT count(*) FROM parcel_site WHERE district_code LIKE 'HQ%'")
        assert not reading.count(store, "SELECT count(*) FROM parcel_site WHERE district_code LIKE 'GQ%'")


def test_holders_under_other_codes_in_the_same_order_get_the_same(work, changed):
    """Every household number one higher by a thousand: ties go by code, and the order of the codes stays."""
    plus = "substr(CBFBM, 1, 14) || printf('%04d', substr(CBFBM, 15, 4) + 1000)"
    there = changed(*(f"UPDATE {table} SET CBFBM = {plus} WHERE length(CBFBM) = 18" for table in ("CBF", "CBDKXX", "registry")),
                    check=True)
    assert rights(there, ("parcel_right", "cap_result")) == rights(work, ("parcel_right", "cap_result"))
    moved = {(parcel, holder[:14] + f"{int(holder[14:]) + 1000:04d}", source): amounts
             for (parcel, holder, source), amounts in volumes(work).items()}
    assert volumes(there) == moved


def test_a_village_more_changes_nothing_for_the_others_where_nothing_is_cut(work, changed):
    """The county with no contract land in its last village, caps far off, has for the others what the whole county has."""
    wide = "UPDATE cap SET cap_m3_100 = 50 * cap_m3_100"
    with WorkFile.open(work, readonly=True) as store:
        last = reading.one(store, "SELECT max(village_code) AS v FROM parcel")["v"]
    fewer = changed(wide, ("UPDATE parcel SET DKLB = '21' WHERE village_code = ?", (last,)), check=True)
    whole = {key: amounts for key, amounts in volumes(changed(wide)).items() if key[0][:12] != last}
    assert whole and volumes(fewer) == whole


def test_doing_everything_again_changes_nothing(work, tmp_path):
    copy = Path(shutil.copy(work, tmp_path / "again.gpkg"))
    for verb in ("check", "confirm"):
        run_verb(verb, {"work": str(copy)})
    assert rights(copy) == rights(work)
