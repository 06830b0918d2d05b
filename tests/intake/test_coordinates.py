"""The .prj against the numbers: what is certain is decided and said, what is not is asked."""

import numpy as np
import pyproj
import pytest
import shapely
import township

from wr_plugin.intake import coordinates
from wr_plugin.model.errors import BadInput


def somewhere(east=34_520_000.0, north=4_300_000.0):
    return np.array([shapely.box(east, north, east + 100, north + 100)])


def prj(epsg):
    return pyproj.CRS.from_epsg(epsg).to_wkt("WKT1_ESRI")


def test_a_zone_number_in_the_easting_stands_in_for_a_missing_prj(package, bring_in):
    (package.root / "矢量数据/DK6207992026.prj").unlink()
    done = bring_in(package)
    assert done.rows("SELECT value FROM setting WHERE name = 'epsg'")[0]["value"] == "4522"
    assert any("没有坐标系说明（.prj）；横坐标带号 34" in text for _, text in done.result.counts["decisions"])


def test_a_six_digit_easting_without_prj_is_asked_never_guessed(package, bring_in):
    township.parcels(package, geometry=township.squares(12, east=520_000.0), keep=(".shp", ".shx", ".dbf"))
    with pytest.raises(BadInput, match="不知道是哪个坐标系") as refused:
        bring_in(package)
    assert "EPSG" in refused.value.remedy and "DK6207992026.shp" in refused.value.where


@pytest.mark.parametrize("zone", [25, 33, 34, 45])
@pytest.mark.parametrize("family", [coordinates.WITH_PREFIX, coordinates.WITHOUT_PREFIX])
def test_the_esri_form_of_every_zone_is_recognised(zone, family):
    east = 500_000.0 + (zone * 1e6 if family == coordinates.WITH_PREFIX else 0)
    assert coordinates.place(somewhere(east), prj(family + zone), "DK").crs.to_epsg() == family + zone


def test_a_prj_without_zone_number_over_coordinates_with_one():
    placed = coordinates.place(somewhere(), prj(4543), "DK")
    assert placed.crs.to_epsg() == 4522 and "坐标带有带号 34" in placed.evidence


def test_a_prj_with_zone_number_over_coordinates_without():
    placed = coordinates.place(somewhere(520_000.0), prj(4522), "DK")
    assert placed.crs.to_epsg() == 4543 and "没有带号" in placed.evidence


@pytest.mark.parametrize("wkt, shape, said", [
    (prj(4521), somewhere(), "带号是 34，坐标系却是第 33 带"),
    (prj(4490), somewhere(), "坐标系写的是经纬度"),
    (prj(4522), np.array([shapely.box(100.5, 38.9, 100.6, 39.0)]), "这样的经纬度"),
    (prj(4522), np.array([shapely.box(4_300_000, 34_520_000, 4_300_100, 34_520_100)]), "颠倒"),
    (prj(21421), somewhere(21_520_000.0), "北京 1954"),
    (prj(2343), somewhere(520_000.0), "西安 1980"),
])
def test_contradictions_are_refused_with_the_reason(wkt, shape, said):
    with pytest.raises(BadInput, match=said):
        coordinates.place(shape, wkt, "DK.shp")


def test_longitude_and_latitude_go_to_the_right_zone(package, bring_in):
    there = pyproj.Transformer.from_crs(4522, 4490, always_xy=True)
    degrees = [shapely.transform(g, lambda p: np.column_stack(there.transform(p[:, 0], p[:, 1])))
               for g in township.squares(12)]
    township.parcels(package, geometry=degrees, crs="EPSG:4490")
    done = bring_in(package)
    assert done.rows("SELECT value FROM setting WHERE name = 'epsg'")[0]["value"] == "4522"
    areas = [r["geometry_m2"] for r in done.rows("SELECT geometry_m2 FROM parcel")]
    assert areas == pytest.approx([1600.0] * 12, abs=0.01)


def test_layers_in_the_neighbouring_zone_are_moved_to_the_parcels(package, bring_in):
    there = pyproj.Transformer.from_crs(4522, 4521, always_xy=True)
    from pandas import DataFrame

    well = shapely.Point(*there.transform(township.EAST + 10, township.NORTH + 20))
    package.layer("灌溉数据/机井.shp", DataFrame({"JJBH": ["J1"], "QSXKZH": ["1"], "JJZT": ["正常"]}), [well],
                  crs="EPSG:4521")
    done = bring_in(package)
    blob = done.rows("SELECT geom FROM well")[0]["geom"]
    point = shapely.from_wkb(blob[8:])
    assert (point.x, point.y) == pytest.approx((township.EAST + 10, township.NORTH + 20), abs=0.001)
    assert any("已转换到 EPSG:4522" in text for _, text in done.result.counts["decisions"])


def test_the_coordinate_that_is_quoted_is_one_that_cannot_be_a_degree():
    shape = np.array([shapely.box(10, 5, 400, 300)], dtype=object)
    with pytest.raises(BadInput, match="坐标却是 400, 300 这样的米数"):
        coordinates.place(shape, prj(4490), "DK.shp")
