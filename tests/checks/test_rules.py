"""Each rule on the hand-drawn village: what one change adds and removes, and what must stay silent."""

import numpy as np
import pandas as pd
import pytest
import shapely

from tests.village import CODES, GROUP, HOLDERS, VILLAGE, box, code, identity
from wr_plugin.checks.rules import RULES
from wr_plugin.model import findings
from wr_plugin.store import frames

SURFACE, MIXED, SHARED = CODES["surface"], CODES["mixed"], CODES["shared"]


def move(name, shape):
    """A change that gives a parcel another shape."""
    def change(store):
        fids, shapes = frames.read_geometry(store, "parcel")
        shapes[fids == int(CODES[name][-5:])] = shape
        frames.replace(store, "parcel", frames.read(store, "parcel"), shapes)
    return change


def add_parcel(shape, **values):
    """A change that adds a parcel of 自留地, which nothing else is asked of."""
    def change(store):
        row = {"uuid": identity("added"), "DKBM": code(90), "DKLB": "21", "village_code": VILLAGE, **values}
        frames.append(store, "parcel", pd.DataFrame([row]), np.array([shape], dtype=object))
    return change


def test_every_kind_of_the_stage_has_its_rule_in_the_order_of_the_kinds():
    edited = ["GEOMETRY_REPAIRED", "GEOMETRY_MISSING"]
    assert [rule.code for rule in RULES] == edited + findings.of_stage("check")


def test_the_village_as_drawn(checked):
    village = checked()
    assert (village.new, village.gone) == (set(), set())
    assert village.result.counts["findings"] == len(village.findings) == 17


# codes and links

def test_a_code_of_18_digits(checked):
    village = checked(f"UPDATE parcel SET DKBM = '{GROUP}0001' WHERE fid = 1",
                      f"UPDATE CBDKXX SET DKBM = '{GROUP}0001' WHERE DKBM = '{SURFACE}'",
                      f"UPDATE registry SET DKBM = '{GROUP}0001' WHERE DKBM = '{SURFACE}'")
    assert village.new == {("CODE_MALFORMED", GROUP + "0001")}
    assert village.site["defect"][1] == "CODE_MALFORMED"


def test_a_county_with_codes_of_its_own(checked):
    village = checked(change=lambda store: store.set_setting("code_standard", "own"))
    assert village.gone == {("CODE_MALFORMED", CODES["malformed"])}


def test_an_empty_code_is_malformed_everywhere_and_no_duplicate(checked):
    village = checked("UPDATE parcel SET DKBM = '' WHERE fid IN (7, 16)",
                      change=lambda store: store.set_setting("code_standard", "own"))
    assert {c for c, _ in village.new} == {"CODE_MALFORMED", "NOT_CONTRACT_LAND", "FOREST_LAND", "PARCEL_UNKNOWN"}
    assert ("CODE_MALFORMED", "（无编码，序号 7）") in village.new


def test_two_parcels_of_one_code_silence_what_the_code_joins(checked):
    # the second parcel comes with a link and a registry row of its own: four households' worth of trouble
    village = checked(
        f"UPDATE parcel SET DKBM = '{SURFACE}' WHERE DKBM = '{MIXED}'",
        f"UPDATE CBDKXX SET DKBM = '{SURFACE}' WHERE DKBM = '{MIXED}'",
        f"UPDATE registry SET DKBM = '{SURFACE}', CBFBM = '{HOLDERS['张三']}' WHERE DKBM = '{MIXED}'")
    assert village.new == {("CODE_DUPLICATE", SURFACE)}
    assert list(village.site["defect"][[1, 3]]) == ["CODE_DUPLICATE"] * 2
    assert (village.findings["code"] == "CODE_DUPLICATE").sum() == 2


def test_a_household_that_is_in_no_table(checked):
    village = checked(f"DELETE FROM CBF WHERE CBFBM = '{HOLDERS['李四']}'")
    assert village.new == {("HOLDER_UNKNOWN", HOLDERS["李四"])}
    assert "4 行" in village.message("HOLDER_UNKNOWN")
    assert set(village.site.index[village.site["defect"] == "HOLDER_UNKNOWN"]) == {3, 4, 5}
    assert village.site["defect"][17] == "CODE_MALFORMED"


def test_a_link_to_a_parcel_that_is_not_drawn(checked):
    village = checked(f"INSERT INTO CBDKXX (DKBM, CBFBM, HTMJ) VALUES ('{code(77)}', '{HOLDERS['李四']}', 10)")
    assert village.new == {("PARCEL_UNKNOWN", code(77))}


def test_a_link_without_a_household_is_no_link(checked):
    village = checked(f"UPDATE CBDKXX SET CBFBM = '' WHERE DKBM = '{SURFACE}'")
    assert village.new == {("HOLDER_LINK_MISSING", SURFACE)}


def test_shares_that_do_not_add_up(checked):
    village = checked(f"UPDATE CBDKXX SET HTMJ = 3000 WHERE DKBM = '{SHARED}' AND HTMJ = 4000")
    assert village.new == {("SHARE_SUM", SHARED), ("AREA_REGISTRY", SHARED)}
    assert village.message("SHARE_SUM") == "各户合同面积之和 5000.00 m²，实测 6000.00 m²，相差 16.7%"


def test_a_share_that_is_not_known_is_told_as_missing_not_as_a_sum(checked):
    """确权确股 (SFQQQG 1), two households, one without an area: the sum is not known."""
    village = checked(f"UPDATE CBDKXX SET HTMJ = NULL, HTMJM = NULL WHERE DKBM = '{SHARED}' AND HTMJ = 4000")
    assert village.new == {("AREA_MISSING", SHARED)}


def test_shares_in_mu_add_up_like_those_in_m2(checked):
    """4000 m² + 3.00 亩 (2000 m²) = 6000 m², as drawn and measured."""
    village = checked(f"UPDATE CBDKXX SET HTMJ = NULL, HTMJM = 3 WHERE DKBM = '{SHARED}' AND HTMJ = 2000")
    assert village.new == set()


# registry

def test_a_row_of_the_registry_without_a_parcel(checked):
    village = checked("INSERT INTO registry (uuid, DKBM, CBFBM, area_mu_100)"
                      f" VALUES ('u', '{code(88)}', '{HOLDERS['张三']}', 5)")
    assert village.new == {("REGISTRY_UNMATCHED", code(88))}
    assert set(village.findings.loc[village.findings["subject"] == code(88), "village_code"]) == {VILLAGE}


def test_a_row_of_the_registry_twice_counts_its_area_once(checked):
    village = checked("INSERT INTO registry (uuid, DKBM, CBFBM, area_mu_100)"
                      f" SELECT 'u', DKBM, CBFBM, area_mu_100 FROM registry WHERE DKBM = '{SURFACE}'")
    assert village.new == {("REGISTRY_DUPLICATE", SURFACE)}


def test_two_households_of_one_parcel_in_the_registry_are_no_repetition(checked):
    village = checked(f"UPDATE registry SET area_mu_100 = 600 WHERE DKBM = '{SHARED}'",
                      "INSERT INTO registry (uuid, DKBM, CBFBM, area_mu_100)"
                      f" VALUES ('u', '{SHARED}', '{HOLDERS['王五']}', 300)")
    assert village.new == set()


def test_a_policy_that_does_not_ask_for_the_registry(checked):
    village = checked(policy={"scope.require_registry": False})
    assert {c for c, _ in village.gone} == {"OUTSIDE_REGISTRY"}


def test_the_registry_names_another_household(checked):
    village = checked(f"UPDATE registry SET CBFBM = '{HOLDERS['王五']}', holder_name = '王五' WHERE DKBM = '{SURFACE}'")
    assert village.new == {("REGISTRY_HOLDER", SURFACE)}
    assert f"名录写的是王五（{HOLDERS['王五']}），承包地块信息表里是张三（{HOLDERS['张三']}）" in village.message("REGISTRY_HOLDER")


@pytest.mark.parametrize("code, name, told", [
    (HOLDERS["张三"], "张五", True),       # the code is right, the name is nobody's of that household
    (HOLDERS["张三"], "张小三", False),    # a member of the household
    (HOLDERS["张三"], "张 三", False),
    ("", "李四", True), ("", "张三", False), ("", "", False), (HOLDERS["张三"], "", False),
    (HOLDERS["张三"][:-1] + "9", "张三", True),
])
def test_who_the_registry_may_name(code, name, told, checked):
    def change(store):
        frames.append(store, "CBF_JTCY", pd.DataFrame([{"CBFBM": HOLDERS["张三"], "CYXM": "张小三"}]))
        store.connection.execute("UPDATE registry SET CBFBM = ?, holder_name = ? WHERE DKBM = ?", (code, name, SURFACE))
    assert checked(change=change).new == ({("REGISTRY_HOLDER", SURFACE)} if told else set())


def test_each_of_several_households_may_stand_in_the_registry(checked):
    village = checked(f"UPDATE registry SET CBFBM = '{HOLDERS['王五']}', holder_name = '王五' WHERE DKBM = '{SHARED}'")
    assert village.new == set()


# areas

def test_surveyed_area_against_the_drawing(checked):
    village = checked("UPDATE parcel SET SCMJ = 6700 WHERE fid IN (1, 7, 8)")
    assert village.new == {("AREA_GEOMETRY", code(n)) for n in (1, 7, 8)} | {("AREA_CONTRACT", SURFACE)}
    assert set(village.findings.loc[village.findings["code"] == "AREA_GEOMETRY", "message"]) == {
        "实测 6700.00 m²，图形 6000.00 m²，相差 11.7%"}


@pytest.mark.parametrize("surveyed, told", [(6300, False), (6301, True), (5700, False), (5699, True)])
def test_the_tolerance_is_a_share_of_the_drawing(checked, surveyed, told):
    village = checked(f"UPDATE parcel SET SCMJ = {surveyed} WHERE fid = 7")
    assert (village.new == {("AREA_GEOMETRY", CODES["own_plot"])}) == told


def test_small_parcels_have_the_absolute_tolerance(checked):
    # 0.1 亩 = 66.67 m² is more than 5 % of 600 m²
    small = add_parcel(box(700, 0, 706, 100), SCMJ=660.0)
    assert checked(change=small).new == {("NOT_CONTRACT_LAND", code(90))}
    more = add_parcel(box(700, 0, 706, 100), SCMJ=667.0)
    assert checked(change=more).new == {("NOT_CONTRACT_LAND", code(90)), ("AREA_GEOMETRY", code(90))}


def test_an_area_in_mu_in_a_column_of_square_metres(checked):
    village = checked("UPDATE parcel SET SCMJ = 9 WHERE fid = 1")
    assert village.new == {("AREA_UNIT", SURFACE)}
    assert village.message("AREA_UNIT") == "实测面积 9.00 m²，图形 6000.00 m²（合 9.00 亩），疑似以亩充平方米"
    assert village.site["defect"][1] == "AREA_UNIT"


def test_a_contract_area_in_mu(checked):
    village = checked(f"UPDATE CBDKXX SET HTMJ = 9 WHERE DKBM = '{SURFACE}'")
    assert village.new == {("AREA_UNIT", SURFACE)}


def test_the_twin_in_mu_stands_in_for_an_empty_area(checked):
    village = checked(f"UPDATE CBDKXX SET HTMJ = NULL WHERE DKBM = '{SURFACE}'",
                      "UPDATE parcel SET SCMJ = NULL WHERE fid = 1")
    assert village.new == set()


@pytest.mark.parametrize("statement", ["SET HTMJ = NULL, HTMJM = NULL", "SET HTMJ = 0"])
def test_no_legal_area_silences_the_other_areas(checked, statement):
    village = checked(f"UPDATE CBDKXX {statement} WHERE DKBM = '{SURFACE}'",
                      "UPDATE parcel SET SCMJ = 6700 WHERE fid = 1")
    assert village.new == {("AREA_MISSING", SURFACE)}
    assert village.site["defect"][1] == "AREA_MISSING"


def test_one_household_without_its_area_leaves_the_parcel_without(checked):
    village = checked(f"UPDATE CBDKXX SET HTMJ = 0 WHERE DKBM = '{SHARED}' AND HTMJ = 2000")
    assert village.new == {("AREA_MISSING", SHARED)}


def test_the_legal_area_is_the_policys_choice(checked):
    empty = ("UPDATE parcel SET SCMJ = NULL, SCMJM = NULL WHERE fid = 1",)
    assert checked(*empty).new == set()
    assert checked(*empty, policy={"area.legal": "SCMJ"}).new == {("AREA_MISSING", SURFACE)}


def test_registry_area_against_the_contract(checked):
    village = checked(f"UPDATE registry SET area_mu_100 = 1000 WHERE DKBM = '{SURFACE}'")
    assert village.new == {("AREA_REGISTRY", SURFACE)}
    assert village.message("AREA_REGISTRY") == "名录 10.00 亩，合同 9.00 亩，相差 11.1%"


# shapes

def test_an_overlap_names_the_smaller_code_first_and_its_area(checked):
    village = checked(change=move("surface", box(0, 0, 60.4, 100)))
    assert village.new == {("PARCEL_OVERLAP", f"{SURFACE}|{CODES['surface_too']}")}
    assert village.message("PARCEL_OVERLAP") == "两个地块重叠 40.00 m²，占较小地块的 0.7%"


def test_a_narrow_overlap_within_the_tolerance_is_a_sliver(checked):
    village = checked(change=move("surface", box(0, 0, 60.4, 100)), policy={"area.overlap_min_m2": 40.1})
    assert village.new == {("PARCEL_SLIVER", f"{SURFACE}|{CODES['surface_too']}")}
    assert village.message("PARCEL_SLIVER") == "两个地块在交界处重叠一条 40.00 m²、平均宽 0.40 m 的窄条（在容差之内）"
    assert village.site["defect"][1] == ""


@pytest.mark.parametrize("shape, tolerance", [
    (box(0, 0, 60.005, 100), 1.0),   # 5 mm: rounding
    (box(0, 0, 60.0005, 100), 1.0),  # 0.05 m²
    (shapely.union(box(0, 0, 60, 100), box(60, 0, 62, 2)), 5.0),  # 4 m², but not narrow
])
def test_an_overlap_within_the_tolerance_that_is_no_sliver(checked, shape, tolerance):
    assert checked(change=move("surface", shape), policy={"area.overlap_min_m2": tolerance}).new == set()


def test_a_gap_names_both_parcels_and_its_measures(checked):
    village = checked(change=move("surface", box(0, 0, 59.7, 100)))
    assert village.new == {("PARCEL_GAP", f"{SURFACE}|{CODES['surface_too']}")}
    assert village.message("PARCEL_GAP") == "两个地块之间有一条缝隙：面积 30.00 m²，长 100.0 m，平均宽 0.30 m，最宽 0.30 m"
    assert village.site["defect"][1] == "" and village.findings.set_index("code")["severity"]["PARCEL_GAP"] == "notice"


@pytest.mark.parametrize("east", [59.3, 59.999, 60.0])
def test_a_ridge_and_rounding_are_no_gaps(checked, east):
    assert checked(change=move("surface", box(0, 0, east, 100))).new == set()


def test_a_shape_delivered_twice_is_no_overlap_and_stops_both(checked):
    village = checked(change=add_parcel(shapely.reverse(box(0, 0, 60, 100)), DKBM=code(0)),
                      policy={"area.overlap_min_m2": 9999})
    assert village.new == {("GEOMETRY_DUPLICATE", f"{code(0)}|{SURFACE}"), ("NOT_CONTRACT_LAND", code(0))}
    assert list(village.site["defect"][[1, 18]]) == ["GEOMETRY_DUPLICATE"] * 2


def test_a_parcel_without_a_shape_has_no_site_and_no_further_trouble(checked):
    village = checked(change=move("surface", None))
    assert village.new == {("GEOMETRY_MISSING", SURFACE)}
    assert village.site["defect"][1] == "GEOMETRY_MISSING"
    assert village.site["source"][1] == "none"


def test_what_the_import_has_told_of_a_shape_is_not_told_again(checked):
    def change(store):
        move("surface", None)(store)
        row = {"code": "GEOMETRY_MISSING", "subject": SURFACE, "message": "图形为空", "parcel_uuid": identity("surface")}
        frames.replace_findings(store, "import", pd.DataFrame([row]), None)

    village = checked(change=change)
    assert (village.findings["code"] == "GEOMETRY_MISSING").sum() == 1


def test_an_edit_that_makes_a_shape_invalid_is_told_and_the_repaired_shape_counts(checked):
    corners = shapely.get_coordinates(box(0, 0, 60, 100))[[0, 2, 1, 3]]
    village = checked(change=move("surface", shapely.Polygon(corners)))
    assert village.new == {("GEOMETRY_REPAIRED", SURFACE), ("AREA_GEOMETRY", SURFACE)}
    assert village.site["geometry_m2_100"][1] == 300_000
    assert "自相交" in village.message("GEOMETRY_REPAIRED")


def test_an_invalid_service_area_drawn_in_qgis_does_not_stop_the_check(checked):
    corners = shapely.get_coordinates(box(0, 0, 600, 100))[[0, 2, 1, 3]]
    village = checked(change=lambda store: frames.replace(
        store, "service_area", pd.DataFrame({"outlet_code": ["DK01"]}),
        np.array([shapely.Polygon(corners)], dtype=object)))
    assert {c for c, _ in village.new} == {"NO_SOURCE"}


# scope

def test_land_outside_the_scope_is_asked_nothing_but_its_shape(checked):
    village = checked("UPDATE parcel SET DKLB = '99', SCMJ = 9 WHERE fid = 12", "DELETE FROM CBDKXX WHERE DKBM LIKE '%12'",
                      "DELETE FROM registry WHERE DKBM LIKE '%12'")
    assert village.new == {("NOT_CONTRACT_LAND", CODES["outside_district"]),
                           ("AREA_GEOMETRY", CODES["outside_district"])}
    assert {c for c, _ in village.gone} == {"OUTSIDE_DISTRICT", "NO_SOURCE"}


def test_half_in_forest_is_not_forest(checked):
    def forest(share):
        return lambda store: frames.append(store, "forest_parcel", pd.DataFrame({"forest_code": ["L9"]}),
                                           np.array([box(0, 0, 60 * share, 100)], dtype=object))

    assert checked(change=forest(0.5)).new == set()
    village = checked(change=forest(0.51))
    assert village.new == {("FOREST_LAND", SURFACE)}


def test_unapproved_land_up_to_the_minimum_is_none(checked):
    assert checked(policy={"scope.deduct_min_m2": 1000}).gone == {("UNAPPROVED_OVERLAP", CODES["partly_reclaimed"])}
    assert checked(policy={"scope.deduct_min_m2": 999.9}).gone == set()


def test_only_the_kinds_that_the_policy_deducts(checked):
    village = checked(policy={"scope.deduct": ["reclaimed"]})
    assert village.gone == {("UNAPPROVED_OVERLAP", CODES["all_new"])}
    assert village.site["unapproved_kind"][9] == "reclaimed"


def test_overlapping_unapproved_land_counts_once(checked):
    village = checked(change=lambda store: frames.append(
        store, "unapproved_land", pd.DataFrame({"land_code": ["W3"], "land_kind": ["unapproved"]}),
        np.array([box(465, 0, 480, 100)], dtype=object)))
    assert village.site["unapproved_m2_100"][9] == 150_000
    assert village.site["unapproved_kind"][9] == "unapproved"


# water

def test_a_service_area_that_covers_too_little_is_no_source(checked):
    def shrink(share):
        return lambda store: frames.replace(
            store, "service_area", pd.DataFrame({"outlet_code": ["DK01", "DK02"]}),
            np.array([box(60 - 60 * share, 0, 600, 100), box(2100, 0, 2400, 100)], dtype=object))

    assert checked(change=shrink(0.5)).new == set()
    village = checked(change=shrink(0.45))
    assert village.new == {("NO_SOURCE", SURFACE)}
    (message,) = village.findings.loc[(village.findings["code"] == "NO_SOURCE")
                                      & (village.findings["subject"] == SURFACE), "message"]
    assert message == "在斗口 DK01 控制范围内的面积占 45.0%，不足 50%；服务半径内没有可用机井"


def test_a_policy_that_asks_for_no_permit(checked):
    village = checked(policy={"sources.require_permit": False})
    assert village.gone == {("WELL_NO_PERMIT", "JJ04"), ("NO_SOURCE", CODES["closed_well"])}
    assert village.site["well_code"][11] == "JJ04"
    assert village.site["source"][11] == "ground"


def test_a_well_whose_state_nobody_gives_is_no_source(checked):
    village = checked("UPDATE well SET well_state = NULL WHERE well_code = 'JJ02'")
    assert village.new == {("WELL_CLOSED", "JJ02"), ("NO_SOURCE", CODES["ground"])}
    assert village.gone == {("WELL_OVERDRAFT", "JJ02")}


def test_of_wells_at_one_distance_the_smaller_code_serves(checked):
    village = checked("UPDATE well SET well_code = 'JJ00' WHERE well_code = 'JJ04'", "UPDATE well SET permit_number = '1'",
                      "UPDATE well SET well_state = 'normal', geom = (SELECT geom FROM well WHERE well_code = 'JJ03')"
                      " WHERE well_code IN ('JJ00', 'JJ03')")
    assert village.site["well_code"][11] == "JJ00"


def test_findings_about_wells_stand_in_the_village_where_the_well_is(checked):
    findings = checked().findings
    assert set(findings.loc[findings["code"].str.startswith("WELL_"), "village_code"]) == {VILLAGE}


def test_the_site_of_each_source(checked):
    site = checked().site
    assert list(site["source"][[1, 3, 4, 11]]) == ["surface", "mixed", "ground", "none"]
    assert (site["well_code"][3], site["well_distance_m"][3]) == ("JJ01", 30.0)
    assert (site["district_code"][15], site["outlet_code"][15], site["outlet_share"][15]) == ("GQ02", "DK02", 1.0)
    assert list(site["in_overdraft"][[3, 4]]) == [2, 1]
    assert site["registry_fid"].isna().sum() == 5
    assert (site["geometry_m2_100"] == 600_000).all()
