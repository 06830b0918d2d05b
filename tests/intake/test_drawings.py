"""Canals drawn in CAD, and layers as KML, GML and GeoJSON: read in both lanes, with the coordinates settled openly."""

import geopandas
import pytest
import shapely
import township

from wr_plugin.intake import vector_files
from wr_plugin.model.errors import BadInput

OUTLINE = [shapely.LineString([(township.EAST, township.NORTH - 10), (township.EAST + 500, township.NORTH - 10)]),
           shapely.box(township.EAST, township.NORTH - 30, township.EAST + 100, township.NORTH - 20).exterior]


@pytest.fixture(params=["pyogrio", "fiona"])
def lane(request, monkeypatch):
    pytest.importorskip(request.param, reason="本环境没有这个读取库（旧版环境只有 fiona，QGIS 环境只有 pyogrio）")
    monkeypatch.setenv(vector_files.LANE_SWITCH, request.param)
    return request.param


def without_canals(package):
    for part in (package.root / "灌溉数据").glob("渠道.*"):
        part.unlink()
    return package.root / "灌溉数据"


def drawn(package, shapes, name="渠道.dxf"):
    path = without_canals(package) / name
    geopandas.GeoDataFrame(geometry=list(shapes), crs=township.CRS).to_file(path, driver="DXF")
    return path


def told_of(done, name):
    return "\n".join(f"{what} {how}" for what, how in done.result.counts["decisions"] if name in what)


def test_open_and_closed_polylines_of_a_drawing_become_canals(package, bring_in, lane):
    drawn(package, OUTLINE)
    done = bring_in(package)
    assert done.rows("SELECT count(*) AS n FROM canal")[0]["n"] == 2 and "带号 34" in told_of(done, "渠道.dxf")


def test_a_drawing_without_zone_is_taken_to_lie_over_the_parcels_and_that_is_said(package, bring_in, lane):
    move = {"transform": lambda p: p - [34_000_000, 0]}
    township.parcels(package, geometry=[shapely.transform(g, move["transform"]) for g in township.squares(12)], crs="EPSG:4543")
    drawn(package, [shapely.transform(g, move["transform"]) for g in OUTLINE])
    done = bring_in(package)
    assert done.result.counts["tables"]["canal"] == 2
    assert "暂按地块图层的坐标系，请核对" in told_of(done, "渠道.dxf")


def test_a_drawing_in_coordinates_of_its_own_is_refused(package, bring_in, lane):
    path = drawn(package, [shapely.LineString([(100, 200), (900, 200)])])
    with pytest.raises(BadInput, match="坐标与地块不在一处") as refused:
        bring_in(package)
    assert "crs: EPSG" in refused.value.remedy and path.name in refused.value.where


def test_the_mapping_settles_a_drawing(package, bring_in, lane):
    drawn(package, [shapely.transform(g, lambda p: p - [34_000_000, 0]) for g in OUTLINE])
    mapping = package.text("对应.yaml", "tables: {canal: {file: 灌溉数据/渠道.dxf, crs: EPSG:4543}}")
    assert "按字段对应文件的指定" in told_of(bring_in(package, mapping=mapping), "渠道.dxf")


@pytest.mark.parametrize("name, driver", [("渠道.kml", "KML"), ("渠道.gml", "GML"), ("渠道.geojson", "GeoJSON")])
def test_canals_in_degrees_are_read_and_nothing_is_written_beside_them(package, bring_in, lane, name, driver):
    path = without_canals(package) / name
    frame = geopandas.GeoDataFrame({"渠道名称": ["东干渠"]}, geometry=OUTLINE[:1], crs=township.CRS).to_crs(4326)
    frame.to_file(path, driver=driver, engine="pyogrio" if lane == "pyogrio" else "fiona") if driver != "KML" else write_kml(path, frame)
    before = {p.name for p in path.parent.iterdir()}
    done = bring_in(package)
    assert done.result.counts["tables"]["canal"] == 1 and "已转换到 EPSG:4522" in told_of(done, name)
    assert {p.name for p in path.parent.iterdir()} == before


def write_kml(path, frame):
    points = " ".join(f"{x},{y},0" for x, y in frame.geometry[0].coords)
    path.write_text(f"""<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>渠道</name>
<Placemark><name>东干渠</name><LineString><coordinates>{points}</coordinates></LineString></Placemark></Document></kml>""", "utf-8")


DOCTYPE = '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
VRT = '<OGRVRTDataSource><OGRVRTLayer name="渠道"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'


@pytest.mark.parametrize("name, text, said", [
    ("渠道.kml", f'<?xml version="1.0"?>{DOCTYPE}<kml><Document><name>&b;&f;</name></Document></kml>', "DOCTYPE"),
    ("渠道.gml", f'<?xml version="1.0"?><!-- {" " * 5000} -->{DOCTYPE}<FeatureCollection/>', "DOCTYPE"),
    ("渠道.kml", VRT, "不是 KML"), ("渠道.gml", VRT, "不是 GML"), ("渠道.gml", '<OGRWFSDataSource><URL>http://x</URL></OGRWFSDataSource>',
                                                            "不是 GML"),
    ("渠道.geojson", VRT, "不是 GeoJSON"), ("渠道.geojson", "http://example.com/x.geojson", "不是 GeoJSON"),
    ("渠道.dxf", VRT, "不是 DXF"), ("渠道.gpkg", VRT, "不是 GeoPackage"), ("渠道.kml", "", "0 字节"), ("渠道.gml", "<", "不是 XML")])
def test_xml_with_entities_and_files_that_point_elsewhere_are_refused(package, tmp_path, lane, name, text, said):
    for encoding in ("utf-8", "utf-16"):
        path = tmp_path / name
        path.write_text(text, encoding)
        if not text:
            path.write_bytes(b"")
        for attempt in (lambda path=path: vector_files.layer_names(path), lambda path=path: vector_files.read_layer(path)):
            with pytest.raises(BadInput, match=said) as refused:
                attempt()
            assert refused.value.remedy and refused.value.where == name


def test_an_empty_gdb_folder_is_told(tmp_path, lane):
    (tmp_path / "县.gdb").mkdir()
    with pytest.raises(BadInput, match="FileGDB"):
        vector_files.layer_names(tmp_path / "县.gdb")
