"""Two sources for one place: service areas that overlap, wells that are equally near; on the hand-drawn village."""

import numpy as np
import pandas as pd
import shapely

from tests.village import CODES, box
from wr_plugin.store import frames

PAIR = ("SERVICE_AREA_OVERLAP", "DK01|DK02")


def areas(*rows):
    """A change that puts these (outlet, name, box) in place of the service areas."""
    def change(store):
        frames.replace(store, "service_area", pd.DataFrame({"outlet_code": [code for code, *_ in rows],
                                                            "outlet_name": [name for _, name, _ in rows]}),
                       np.array([shapely.MultiPolygon([shape]) for *_, shape in rows], dtype=object))
    return change


def told(village, code):
    return village.findings.loc[village.findings["code"] == code, "message"].tolist()


def test_two_outlets_that_claim_the_same_ground_are_told_with_area_and_names(checked):
    village = checked(change=areas(("DK02", "二斗", box(90, 0, 200, 100)), ("DK01", "一斗", box(0, 0, 100, 100))))
    assert PAIR in village.new
    assert told(village, "SERVICE_AREA_OVERLAP") == ["斗口 一斗（DK01） 与 二斗（DK02） 的控制范围重叠 1,000.00 m²（1.50 亩）"]


def test_pieces_of_one_outlet_may_overlap_and_those_of_two_count_together(checked):
    village = checked(change=areas(("DK01", None, box(0, 0, 100, 100)), ("DK01", None, box(50, 0, 150, 100)),
                                   ("DK02", None, box(140, 0, 200, 100)), ("DK02", None, box(0, 90, 10, 200))))
    assert told(village, "SERVICE_AREA_OVERLAP") == ["斗口 DK01 与 DK02 的控制范围重叠 1,100.00 m²（1.65 亩）"]


def test_service_areas_that_touch_or_overlap_by_an_error_of_drawing_are_silent(checked):
    beside = areas(("DK01", None, box(0, 0, 100, 100)), ("DK02", None, box(100, 0, 200, 100)))
    by_a_hair = areas(("DK01", None, box(0, 0, 100, 100)), ("DK02", None, box(99.99, 0, 200, 100)))
    for change in (beside, by_a_hair):
        assert PAIR not in checked(change=change).new
    assert PAIR in checked(change=by_a_hair, policy={"area.overlap_min_m2": 0.5}).new


def test_two_wells_in_one_parcel_are_told_and_the_first_one_serves(checked):
    village = checked("UPDATE well SET permit_number = '1', well_state = 'normal',"
                      " geom = (SELECT geom FROM well WHERE well_code = 'JJ03') WHERE well_code IN ('JJ03', 'JJ04')")
    code = CODES["closed_well"]
    assert ("WELL_TIED", code) in village.new
    assert [m for m in told(village, "WELL_TIED") if "JJ03" in m] == [
        f"机井 JJ03 与 JJ04 距这块地都是 {village.site['well_distance_m'][11]:.2f} m，按编号在前的 JJ03 供水"]
    assert village.site["well_code"][11] == "JJ03"


def test_a_well_that_does_not_reach_is_no_rival(checked):
    village = checked("UPDATE well SET permit_number = '1', well_state = 'normal',"
                      " reach_m = CASE well_code WHEN 'JJ04' THEN 0.001 ELSE 500 END,"
                      " geom = (SELECT geom FROM well WHERE well_code = 'JJ01') WHERE well_code IN ('JJ01', 'JJ04')")
    assert village.site["well_code"][3] == "JJ01" and ("WELL_TIED", CODES["mixed"]) not in village.new
