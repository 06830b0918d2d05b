"""Names in a DBF come out right whatever the file says of itself, and both vector readers agree."""

import numpy as np
import pytest
import shapely
import township

from wr_plugin.intake import coordinates, encoding, vector_files
from wr_plugin.intake.dbf import Dbf
from wr_plugin.model.errors import BadInput


@pytest.fixture(params=["pyogrio", "fiona"])
def lane(request, monkeypatch):
    pytest.importorskip(request.param, reason="本环境没有这个读取库（旧版环境只有 fiona，QGIS 环境只有 pyogrio）")
    monkeypatch.setenv(vector_files.LANE_SWITCH, request.param)
    return request.param


def test_gbk_with_a_language_id_and_no_cpg(package, lane):
    raw = vector_files.read_layer(package.root / "矢量数据/DK6207992026.shp")
    assert raw.columns[raw.titles().index("DKMC")][0] == "渠北1号"
    assert "0x4D" in raw.notes[0]


def test_utf8_without_any_declaration_is_told_from_gbk_by_its_bytes(tmp_path, lane):
    package = township.Package(tmp_path)
    path = township.parcels(package, encoding="UTF-8")
    raw = vector_files.read_layer(path)
    assert raw.columns[raw.titles().index("DKMC")][0] == "渠北1号" and "UTF-8" in raw.notes[0]


def test_a_cpg_that_lies_is_overruled(tmp_path):
    package = township.Package(tmp_path)
    path = township.parcels(package)
    path.with_suffix(".CPG").write_text("UTF-8")
    raw = vector_files.read_layer(path)
    assert raw.columns[raw.titles().index("DKMC")][0] == "渠北1号" and "与内容不符" in raw.notes[0]


def test_the_given_encoding_wins():
    assert encoding.decide(["張三".encode("big5")], cpg="UTF-8", given="big5").samples == ("張三",)


def test_a_rare_character_outside_cp936_survives(tmp_path):
    package = township.Package(tmp_path)
    path = township.parcels(package, encoding="GB18030", names=["𠮷家地", "㛃姐地", *["地"] * 10])
    raw = vector_files.read_layer(path)
    assert raw.columns[raw.titles().index("DKMC")][:2].tolist() == ["𠮷家地", "㛃姐地"]


def test_a_name_cut_in_the_middle_of_a_character_does_not_spoil_the_rest():
    whole = ["东沟村渠北".encode("gbk")] * 60
    chosen = encoding.decide([*whole, "东沟村渠北".encode("gbk")[:-1]], ldid=0x4D)
    assert chosen.name == "gb18030" and chosen.samples[0] == "东沟村渠北"


def test_a_19_digit_code_in_a_numeric_dbf_field_keeps_its_digits(tmp_path):
    code = township.parcel_code(1).encode()
    header = b"\x03\x1a\x01\x01" + (1).to_bytes(4, "little") + (65).to_bytes(2, "little") + (20).to_bytes(2, "little")
    field = b"DKBM\x00\x00\x00\x00\x00\x00\x00N\x00\x00\x00\x00" + bytes([19, 0]) + b"\x00" * 14
    (tmp_path / "a.dbf").write_bytes(header.ljust(32, b"\x00") + field + b"\x0d" + b" " + code)
    names, columns, _ = Dbf(tmp_path / "a.dbf").read()
    assert names == ["DKBM"] and columns[0].tolist() == [township.parcel_code(1)]


def test_a_truncated_dbf_is_refused_with_its_counts(package):
    path = package.root / "矢量数据/DK6207992026.dbf"
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(BadInput, match="应有 12 条记录"):
        vector_files.read_layer(path.with_suffix(".shp"))


@pytest.mark.parametrize("suffix", [".dbf", ".shx"])
def test_a_shapefile_without_its_companions_is_refused(package, suffix):
    path = package.root / "矢量数据/DK6207992026.shp"
    path.with_suffix(suffix).unlink()
    with pytest.raises(BadInput, match=suffix):
        vector_files.read_layer(path)


@pytest.mark.parametrize("path", ["/vsizip/a.zip/b.shp", "PG:host=x dbname=y", "https://a.b/c.geojson", "/vsicurl/http://x",
                                  '{"type":"Point"}', "WFS:http://x"])
def test_connections_and_virtual_files_are_no_paths(path):
    with pytest.raises(BadInput):
        vector_files.checked_path(path)


def test_both_lanes_read_the_same(tmp_path, monkeypatch):
    pytest.importorskip("pyogrio", reason="本环境没有 pyogrio，只有一条读取路径")
    pytest.importorskip("fiona", reason="本环境没有 fiona，只有一条读取路径")
    import geopandas
    from pandas import DataFrame

    package = township.Package(tmp_path)
    shapes = [*township.squares(3), None, shapely.box(township.EAST, township.NORTH, township.EAST + 9, township.NORTH + 9)]
    frame = DataFrame({"DKBM": [township.parcel_code(i) for i in range(5)], "SCMJ": [1.5, 2.0, None, 4.0, 5.25],
                       "DKMC": ["甲", None, "丙", "丁", "戊"]})
    layer = package.layer("矢量数据/a.shp", frame, shapes)
    other = package.root / "b.gpkg"
    geopandas.GeoDataFrame(frame, geometry=shapes, crs=township.CRS).to_file(other, layer="dk")
    for path, name in ((layer, ""), (other, "dk")):
        read = []
        for lane in ("pyogrio", "fiona"):
            monkeypatch.setenv(vector_files.LANE_SWITCH, lane)
            assert vector_files.layer_names(path) == [name or "a"]
            read.append(vector_files.read_layer(path, name))
        left, right = read
        assert left.titles() == right.titles() and left.rows.tolist() == right.rows.tolist() and left.notes == right.notes
        assert coordinates.place(left.geometry, left.crs, "").title == coordinates.place(right.geometry, right.crs, "").title
        assert [g is None for g in left.geometry] == [g is None for g in right.geometry]
        held = [g is not None for g in left.geometry]
        assert shapely.equals_exact(left.geometry[held], right.geometry[held]).all()
        for a, b in zip(left.columns, right.columns):
            assert _same(a, b)


def _same(a, b):
    a, b = (["" if v is None or v != v else v for v in np.asarray(x, dtype=object).tolist()] for x in (a, b))
    return a == b
