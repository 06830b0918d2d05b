"""A county in two zones: each parcel is read in its own, measured in its own, and moved to where most parcels are."""

import numpy as np
import pyproj
import pytest
import shapely
import township
from pandas import DataFrame

from wr_plugin.intake import coordinates, vector_files
from wr_plugin.model.errors import BadInput

BORDER_EAST = 34_370_000.0  # 甘州, at the edge of zones 33 and 34


@pytest.fixture(params=["pyogrio", "fiona"])
def lane(request, monkeypatch):
    pytest.importorskip(request.param, reason="本环境没有这个读取库（旧版环境只有 fiona，QGIS 环境只有 pyogrio）")
    monkeypatch.setenv(vector_files.LANE_SWITCH, request.param)
    return request.param


def moved(shapes, source, target):
    there = pyproj.Transformer.from_crs(source, target, always_xy=True)
    return [shapely.transform(g, lambda p: np.column_stack(there.transform(p[:, 0], p[:, 1]))) for g in shapes]


def codes(first, count):
    return [township.parcel_code(i) for i in range(first, first + count)]


def decisions(done):
    return "\n".join(f"{what} {how}" for what, how in done.result.counts["decisions"])


def water_far_away(package):
    """The package's own irrigation layers lie 150 km further east: new ones where the parcels are."""
    for path in (package.root / "灌溉数据").iterdir():
        path.unlink()
    package.layer("灌溉数据/灌区.shp", DataFrame({"GQDM": ["GQ01"], "GQMC": ["黑河灌区"]}),
                  [shapely.box(BORDER_EAST - 500, township.NORTH - 500, BORDER_EAST + 900, township.NORTH + 500)])


def two_parts(package):
    """8 parcels of zone 34 in part 2, 4 of their neighbours in zone 33 in part 1: SCMJ as each survey measured it."""
    for path in (package.root / "矢量数据").iterdir():
        path.unlink()
    water_far_away(package)
    squares = township.squares(12, east=BORDER_EAST)
    west = moved(squares[:4], 4522, 4521)
    township.parcels(package, codes(1, 4), west, "矢量数据/DK6207992026-1.shp", crs="EPSG:4521")
    township.parcels(package, codes(5, 8), squares[4:], "矢量数据/DK6207992026-2.shp")
    return squares, west


def test_two_parts_in_two_zones(package, bring_in, lane):
    squares, west = two_parts(package)
    done = bring_in(package)
    assert done.rows("SELECT value FROM setting WHERE name = 'epsg'")[0]["value"] == "4522"
    rows = done.rows("SELECT DKBM, SCMJ, geometry_m2, geom FROM parcel ORDER BY DKBM")
    assert [r["DKBM"] for r in rows] == codes(1, 12)
    own = [g.area for g in [*west, *squares[4:]]]
    assert [r["geometry_m2"] for r in rows] == pytest.approx(own, abs=1e-5)
    assert [r["SCMJ"] for r in rows] == pytest.approx(own, abs=1e-5)
    for row, square in zip(rows, squares):
        there = shapely.from_wkb(row["geom"][40:])
        assert shapely.hausdorff_distance(there, shapely.multipolygons([square])) < 0.001
    said = decisions(done)
    assert "EPSG:4521" in said and "4 个" in said and "取地块最多的，其余换带" in said
    assert "换带后最多相差 0." in said and "记录面积不变" in said


def test_areas_of_a_moved_zone_are_within_half_a_thousandth_of_the_check(package, bring_in):
    """The check measures in the project's zone: at the border of two zones that changes an area by less than 0.1 %."""
    squares, west = two_parts(package)
    assert max(abs(a.area / b.area - 1) for a, b in zip(west, squares)) < 0.001


def test_one_layer_with_two_zone_numbers(package, bring_in, lane):
    water_far_away(package)
    squares = township.squares(12, east=BORDER_EAST)
    township.parcels(package, geometry=[*moved(squares[:4], 4522, 4521), *squares[4:]])
    done = bring_in(package)
    for row, square in zip(done.rows("SELECT geom FROM parcel ORDER BY DKBM"), squares):
        assert shapely.hausdorff_distance(shapely.from_wkb(row["geom"][40:]), shapely.multipolygons([square])) < 0.001
    assert "33 带 4 个、34 带 8 个" in decisions(done)


def test_a_layer_partly_without_zone_numbers_is_refused(package, bring_in):
    shapes = township.squares(12)
    for i in range(3):
        shapes[i] = shapely.transform(shapes[i], lambda p: p - (34e6, 0))
    shapes[3] = shapely.transform(shapes[3], lambda p: p - (1e6, 0))
    township.parcels(package, geometry=shapes)
    with pytest.raises(BadInput, match="一部分图形的坐标有带号"):
        bring_in(package)


def test_an_invalid_shape_that_moves_zone_is_repaired_and_measured_where_it_was_surveyed(package, bring_in):
    squares = township.squares(12, east=BORDER_EAST)
    water_far_away(package)
    bow = shapely.Polygon([(BORDER_EAST + x, township.NORTH + y) for x, y in ((0, 0), (40, 40), (40, 0), (0, 40))])
    for path in (package.root / "矢量数据").iterdir():
        path.unlink()
    township.parcels(package, codes(1, 1), moved([bow], 4522, 4521), "矢量数据/DK6207992026-1.shp", crs="EPSG:4521")
    township.parcels(package, codes(2, 11), squares[1:], "矢量数据/DK6207992026-2.shp")
    done = bring_in(package)
    told, = done.rows("SELECT * FROM finding WHERE code = 'GEOMETRY_REPAIRED'")
    assert "33630" in told["message"].replace(" ", "") and "自相交" in told["message"]
    assert done.rows("SELECT geometry_m2 FROM parcel ORDER BY DKBM")[0]["geometry_m2"] == pytest.approx(800, abs=1)


def test_the_parameter_stands_in_for_a_missing_prj(package, bring_in, lane):
    township.parcels(package, geometry=township.squares(12, east=520_000.0), keep=(".shp", ".shx", ".dbf"))
    with pytest.raises(BadInput, match="不知道是哪个坐标系") as refused:
        bring_in(package)
    assert "--crs" in refused.value.remedy
    done = bring_in(package, crs=["EPSG:4543"])
    assert done.rows("SELECT value FROM setting WHERE name = 'epsg'")[0]["value"] == "4543"
    assert "没有坐标系说明（.prj）；按“坐标系”参数" in decisions(done)


def test_the_parameter_leaves_layers_with_a_prj_alone_unless_it_names_them(package, bring_in):
    done = bring_in(package, crs=["EPSG:4543"])
    assert done.rows("SELECT value FROM setting WHERE name = 'epsg'")[0]["value"] == "4522"
    wrong = (package.root / "矢量数据/DK6207992026.prj")
    wrong.write_text(pyproj.CRS.from_epsg(4524).to_wkt("WKT1_ESRI"))
    bring_in.work.unlink()
    with pytest.raises(BadInput, match="带号是 34，坐标系却是第 36 带"):
        bring_in(package)
    done = bring_in(package, crs=["DK*.shp=EPSG:4522"])
    assert ".prj 写的是 CGCS2000_3_Degree_GK_Zone_36" in decisions(done)


def test_a_prj_that_cannot_be_read_is_replaced_by_the_parameter(package, bring_in, lane):
    township.parcels(package, geometry=township.squares(12, east=520_000.0))
    (package.root / "矢量数据/DK6207992026.prj").write_text('PROJCS["x",GEOGCS[')
    with pytest.raises(BadInput, match="读不出坐标系"):
        bring_in(package)
    assert ".prj 文件写得不对，读不出坐标系；按“坐标系”参数" in decisions(bring_in(package, crs=["4543"]))


@pytest.mark.parametrize("wkt, box, said", [
    ("", (4_300_000, 34_520_000, 4_300_100, 34_520_100), "颠倒"),
    ("", (4_300_000, 520_000, 4_300_100, 520_100), "颠倒"),
    ("", (100.5, 38.9, 100.6, 39.0), "像是经纬度"),
    (pyproj.CRS.from_epsg(4490).to_wkt("WKT1_ESRI"), (38.9, 100.5, 39.0, 100.6), "经度、纬度颠倒"),
    (pyproj.CRS.from_epsg(4543).to_wkt("WKT1_ESRI"), (4_300_000, 520_000, 4_300_100, 520_100), "颠倒"),
])
def test_what_the_numbers_say_against_the_prj(wkt, box, said):
    with pytest.raises(BadInput, match=said) as refused:
        coordinates.place(np.array([shapely.box(*box)]), wkt, "DK.shp")
    assert refused.value.remedy


def test_six_degree_zones_are_known_by_their_number():
    placed = coordinates.place(np.array([shapely.box(17_520_000, 4_300_000, 17_520_100, 4_300_100)]), "", "DK.shp")
    assert placed.crs.to_epsg() == 4495 and "六度带第 17 带" in placed.evidence


def test_coordinates_far_outside_their_zone_are_warned_of():
    wkt = pyproj.CRS.from_epsg(4543).to_wkt("WKT1_ESRI")
    placed = coordinates.place(np.array([shapely.box(110_000, 4_300_000, 110_100, 4_300_100)]), wkt, "DK.shp")
    assert "离中央经线 102° 有 390 公里" in placed.evidence


def test_a_layer_of_the_neighbouring_meridian_is_refused_by_its_distance(package, bring_in):
    """Six-digit eastings do not tell the zone: a .prj one zone off puts the wells 260 km away."""
    package.layer("灌溉数据/机井.shp", DataFrame({"JJBH": ["J1"], "QSXKZH": ["1"], "JJZT": ["正常"]}),
                  [shapely.Point(520_010, township.NORTH + 20)], crs="EPSG:4542")
    with pytest.raises(BadInput, match="机井离地块最近也有 2[0-9]{2} 公里"):
        bring_in(package)


@pytest.mark.parametrize("given", [["EPSG:4522", "EPSG:4521"], ["=EPSG:4522"], ["DK.shp="]])
def test_answers_that_make_no_sense_are_refused(package, bring_in, given):
    with pytest.raises(BadInput, match="参数写得不对"):
        bring_in(package, crs=given)


@pytest.mark.parametrize("given, said", [(["DK*=EPSG:1"], "没有坐标系"), (["DK*=xian80"], "不认识的坐标系"),
                                         (["DK*=EPSG:2343"], "西安 1980")])
def test_a_parameter_that_names_no_usable_system_is_refused(package, bring_in, given, said):
    with pytest.raises(BadInput, match=said):
        bring_in(package, crs=given)
