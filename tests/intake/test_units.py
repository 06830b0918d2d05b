"""Units of areas: a whole file in another unit is asked, an answer is converted exactly, one parcel is left to the check."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import shapely
import township
from hypothesis import given
from hypothesis import strategies as st

from wr_plugin.intake import answers, field_matching, sheets, tabular, units
from wr_plugin.intake.mapping import FieldMapping, read_mapping
from wr_plugin.model import schema
from wr_plugin.model.errors import BadInput

PARCEL, CBDKXX, REGISTRY = (schema.table(t) for t in ("parcel", "CBDKXX", "registry"))


def parcels_in(package, factor, path="矢量数据/DK6207992026.shp", codes=None, wrong=0, geometry=None):
    codes = codes or [township.parcel_code(i + 1) for i in range(township.PARCELS)]
    geometry = geometry or township.squares(len(codes))
    areas = [round(g.area * (factor if i >= wrong else 1.0), 4) for i, g in enumerate(geometry)]
    frame = pd.DataFrame({"DKBM": codes, "DKMC": "地", "DKLB": "10", "TDYT": "1", "SCMJ": areas})
    return package.layer(path, frame, geometry)


def decisions(done):
    return "\n".join(f"{what} {how}" for what, how in done.result.counts["decisions"])


@pytest.mark.parametrize("factor, unit, word, times", [(0.0015, "mu", "亩", "0.0015 倍"), (0.0001, "ha", "公顷", "0.0001 倍")])
def test_a_layer_in_another_unit_is_asked_then_converted(package, bring_in, factor, unit, word, times):
    parcels_in(package, factor)
    with pytest.raises(BadInput, match=f"像是{word}") as refused:
        bring_in(package)
    told = refused.value
    assert times in told.message and "12 个可比的地块里 100%" in told.message
    assert told.message.count("读作") == 5 and township.parcel_code(1) in told.message
    assert f"--area-unit SCMJ={unit}" in told.remedy and told.where.endswith("DK6207992026.shp")
    assert not bring_in.work.exists()
    done = bring_in(package, area_unit=[f"SCMJ={unit}"])
    assert [r["SCMJ"] for r in done.rows("SELECT SCMJ FROM parcel")] == [1600.0] * 12
    assert f"实测面积（SCMJ）以{word}为单位（按指定），已换算为m²" in decisions(done)


def test_one_or_two_deviants_are_left_to_the_check(package, bring_in):
    parcels_in(package, 1.0)
    frame_before = bring_in(package).result
    assert frame_before.changed
    bring_in.work.unlink()
    codes = [township.parcel_code(i + 1) for i in range(20)]
    parcels_in(package, 0.0015, codes=codes, geometry=township.squares(20), wrong=3)
    assert bring_in(package).result.changed


def test_nine_tenths_are_enough_and_fewer_than_five_parcels_tell_nothing():
    drawn = np.full(20, 1600.0)
    recorded = np.where(np.arange(20) < 2, 1600.0, 2.4)
    assert units.seen(recorded, drawn).unit == "mu"
    assert units.seen(np.where(np.arange(20) < 3, 1600.0, 2.4), drawn).unit == ""
    assert units.seen(recorded[-4:], drawn[-4:]).unit == ""
    assert units.seen(np.full(20, 480.0), drawn).unit == ""


def test_the_answer_may_be_that_the_numbers_are_right(package, bring_in):
    parcels_in(package, 0.0015)
    done = bring_in(package, area_unit=["SCMJ=m2"])
    assert [r["SCMJ"] for r in done.rows("SELECT SCMJ FROM parcel")] == [2.4] * 12
    assert "按指定，不再与图形比" in decisions(done)


def test_an_answer_that_the_shapes_contradict_is_refused(package, bring_in):
    with pytest.raises(BadInput, match="按指定读作亩.*约为图形面积（m²）的 1 倍，像是m²"):
        bring_in(package, area_unit=["SCMJ=mu"])


def test_another_answer_is_another_import(package, bring_in):
    parcels_in(package, 0.0015)
    bring_in(package, area_unit=["SCMJ=m2"])
    assert bring_in(package, area_unit=["SCMJ=mu"]).result.changed
    assert not bring_in(package, area_unit=["SCMJ=mu"]).result.changed


def test_one_part_of_the_layer_in_mu(package, bring_in):
    codes = [township.parcel_code(i + 1) for i in range(12)]
    squares = township.squares(12)
    (package.root / "矢量数据/DK6207992026.shp").unlink()
    parcels_in(package, 1.0, "矢量数据/DK6207992026-1.shp", codes[:6], geometry=squares[:6])
    parcels_in(package, 0.0015, "矢量数据/DK6207992026-2.shp", codes[6:], geometry=squares[6:])
    with pytest.raises(BadInput) as refused:
        bring_in(package)
    assert refused.value.where.endswith("-2.shp")
    done = bring_in(package, area_unit=["SCMJ@DK*-2.shp=mu"])
    assert {r["SCMJ"] for r in done.rows("SELECT SCMJ FROM parcel")} == {1600.0}


@pytest.mark.parametrize("field, value, unit", [("HTMJ", 2.4, "mu"), ("YHTMJ", 0.16, "ha"), ("HTMJM", 1600, "m2")])
def test_contract_areas_are_held_against_their_parcels(package, bring_in, field, value, unit):
    head = ["DKBM", "CBFBM", field]
    package.book("权属数据/CBDKXX.xlsx", head, *[
        [township.parcel_code(i + 1), township.holder_code(i % 6 + 1), value] for i in range(12)])
    with pytest.raises(BadInput, match=field) as refused:
        bring_in(package)
    assert f"--area-unit {field}={unit}" in refused.value.remedy
    done = bring_in(package, area_unit=[f"{field}={unit}"])
    assert {r["v"] for r in done.rows(f"SELECT {field} AS v FROM CBDKXX")} == {2.4 if field == "HTMJM" else 1600.0}


def test_the_registry_in_square_metres(package, bring_in):
    rows = [[i + 1, "东沟村", "一组", f"承包{i % 6 + 1}", township.holder_code(i % 6 + 1), f"渠北{i + 1}号",
             township.parcel_code(i + 1), 1600, "玉米", "滴灌", None] for i in range(12)]
    township.registry(package, rows)
    with pytest.raises(BadInput, match="像是m²") as refused:
        bring_in(package)
    assert "--area-unit area_mu_100=m2" in refused.value.remedy
    done = bring_in(package, area_unit=["area_mu_100=m2"])
    assert {r["area_mu_100"] for r in done.rows("SELECT area_mu_100 FROM registry")} == {240}


@pytest.mark.parametrize("header, expected", [
    ("合同面积（公顷）", "ha"), ("合同面积(ha)", "ha"), ("合同面积（单位：公顷）", "ha"), ("合同面积[hm²]", "ha"),
    ("合同面积（m2）", ""), ("合同面积（平方米）", ""), ("合同面积", "")])
def test_the_unit_in_a_header_is_understood(header, expected):
    found = field_matching.match(CBDKXX, [("地块编码",), ("承包方编码",), (header,)])
    assert found.columns["HTMJ"] == [2] and found.units == ({"HTMJ": expected} if expected else {})


def test_a_column_of_the_own_unit_is_preferred_to_a_converted_one():
    found = field_matching.match(CBDKXX, [("地块编码",), ("承包方编码",), ("合同面积（公顷）",), ("合同面积(平方米)",)])
    assert found.columns["HTMJ"] == [3] and found.units == {}


def test_a_header_in_hectares_is_converted_and_said(package):
    path = package.book("权属数据/CBDKXX.xlsx", ["地块编码", "承包方编码", "合同面积（公顷）"],
                        [township.parcel_code(1), township.holder_code(1), "0.1601"],
                        [township.parcel_code(2), township.holder_code(2), None],
                        [township.parcel_code(3), township.holder_code(3), "约一亩"])
    raw, = sheets.read(path, CBDKXX)
    frame, _, findings = tabular.to_frame(CBDKXX, raw)
    assert frame["HTMJ"].tolist()[0] == 1601.0 and frame["HTMJ"].isna().tolist() == [False, True, True]
    assert "表头写明" in raw.notes[-1] and [f["code"] for f in findings] == ["VALUE_UNREADABLE"]


def test_a_township_list_in_square_metres_by_its_header(package):
    path = package.book("名录/二轮延包地名录_甲镇.xlsx", ["地块编码", "承包方姓名", "合同面积（平方米）"],
                        [township.parcel_code(1), "张三", 1600])
    raw, = sheets.read(path, REGISTRY)
    assert tabular.to_frame(REGISTRY, raw)[0]["area_mu_100"].tolist() == [240]


@given(st.decimals(0, 100000, places=2, allow_nan=False, allow_infinity=False))
def test_mu_to_square_metres_and_back_is_the_same_to_the_hundredth(mu):
    there, = units.converted([mu], "mu", "m2")
    assert units.converted([there], "m2", "mu") == [mu.quantize(Decimal("0.01"))]


def test_units_from_a_saved_mapping(package, bring_in):
    parcels_in(package, 0.0015)
    path = package.text("对应.yaml", "tables:\n  parcel:\n    units: {SCMJ: 亩}\n")
    done = bring_in(package, mapping=path)
    assert {r["SCMJ"] for r in done.rows("SELECT SCMJ FROM parcel")} == {1600.0}


@pytest.mark.parametrize("text", ["units: {DKMC: mu}", "units: {SCMJ: 斤}", "units: [SCMJ]"])
def test_units_that_make_no_sense_are_refused_by_line(tmp_path, text):
    path = tmp_path / "对应.yaml"
    path.write_text(f"tables:\n  parcel:\n    {text}\n", encoding="utf-8")
    with pytest.raises(BadInput, match="units|面积") as refused:
        read_mapping(path)
    assert "第 3 行" in refused.value.where


@pytest.mark.parametrize("given_text", ["SCMJ", "SCMJ=斤", "DKMC=mu", "SCMJ@=mu", "=mu"])
def test_answers_that_make_no_sense_are_refused(given_text):
    with pytest.raises(BadInput, match="面积单位写得不对"):
        answers.answered(FieldMapping(), {"area_unit": [given_text]})


def test_shared_parcels_do_not_speak_for_the_unit():
    codes = [township.parcel_code(i // 2 + 1) for i in range(12)]
    links = pd.DataFrame({"DKBM": codes, "HTMJ": [2.4] * 12, "source_file": "CBDKXX.xlsx"})
    land = pd.DataFrame({"DKBM": [township.parcel_code(i + 1) for i in range(6)], "geometry_m2": [1600.0] * 6})
    assert units.judge({"parcel": land, "CBDKXX": links}, FieldMapping()) == []
    assert shapely.box(0, 0, 40, 40).area == 1600
