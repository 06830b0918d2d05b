"""Files that no one here made: each ends in the right reading or in a refusal a clerk understands, never a traceback."""

import os
import re
from pathlib import Path

import pytest

from wr_plugin.intake import coordinates, sheets, tabular, vector_files, workbook
from wr_plugin.model import schema
from wr_plugin.model.errors import BadInput
from wr_plugin.spatial import repair

SHARED = Path(os.environ.get("WR_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="没有 ../shared/data（用户的克隆里没有这个文件夹），跳过真实文件")

READ = [
    ("nasty/encoding/geotools_gbk_ldid00_nocpg/chinese_poly.shp", "NAME", "黑龙江省", "试读 GB18030", "WGS 84"),
    ("nasty/encoding/nts_utf8_cpg_upper/fields_utf8.shp", "text", "ĄąĆćĄąĆćĄą", ".cpg 文件写明 UTF-8", "不知道是哪个坐标系"),
    ("nasty/encoding/nts_gbk_ldid4d_nocpg_noprj/chinese_encoding.shp", "PRO_NAME", "安徽", "0x4D", "不知道是哪个坐标系"),
    ("nasty/encoding/ncl_broken_prj_empty_unit/river.shp", "NAME", "Huang He", "ASCII", "WGS 84|读不出坐标系"),
    ("nasty/coordinates/dz_rivers_z37_ok_gbk/dz_rivers_z37_ok_gbk.shp", "河流名称", "唐白河", "GB18030", "EPSG:4525"),
    ("nasty/coordinates/dz_rivers_z37_no_prj_gbk_ldid0_nocpg/dz_rivers_z37_no_prj_gbk_ldid0_nocpg.shp", "河流名称", "唐白河",
     "GB18030", "EPSG:4525"),
    ("nasty/coordinates/dz_canals_z37coords_prj_says_CM111E/dz_canals_z37coords_prj_says_CM111E.shp", "渠道名称",
     "南水北调中线工程总干渠", "GB18030", "EPSG:4525"),
    ("nasty/coordinates/ahero_parcels_as_lines/parcels.shp", "FID", 0.0, "ASCII", "EPSG:32736"),
]
REFUSED = [
    ("nasty/broken/geotools/missing/aaa1.shp", "DBF"), ("nasty/broken/geotools/missing/aaa2.shp", "缺少同名的 .dbf"),
    ("nasty/broken/geotools/measure/pointzm.shp", "缺少同名的 .dbf"),
    ("nasty/geometry/geojson_invalid_geometry_chrieke/invalid_structure/invalid_geometry_missing_type.geojson", "读不出来"),
]


@pytest.mark.parametrize("file, column, value, encoding, crs", READ)
def test_read_right(file, column, value, encoding, crs):
    raw = vector_files.read_layer(SHARED / file)
    assert value in list(raw.columns[raw.titles().index(column)])[:2] and encoding in raw.notes[0]
    try:
        told = coordinates.place(raw.geometry, raw.crs, raw.where).title
    except BadInput as refused:
        told = refused.message
    assert re.search(crs, told)  # which of the two depends on how much PROJ forgives


@pytest.mark.parametrize("file, said", REFUSED)
def test_refused_with_the_reason(file, said):
    with pytest.raises(BadInput, match=said) as refused:
        vector_files.read_layer(SHARED / file)
    assert refused.value.remedy and refused.value.where


@pytest.mark.parametrize("lane", ["pyogrio", "fiona"])
@pytest.mark.parametrize("folder", ["nasty", "zoo", "farms_za", "poudre", "chofu", "dengzhou"])
def test_every_layer_ends_in_a_reading_or_a_refusal(folder, lane, monkeypatch):
    pytest.importorskip(lane, reason="本环境没有这个读取库（旧版环境只有 fiona，QGIS 环境只有 pyogrio）")
    monkeypatch.setenv(vector_files.LANE_SWITCH, lane)
    read = 0
    for path in sorted((SHARED / folder).rglob("*")):
        if path.suffix.lower() not in vector_files.LAYER_SUFFIXES:
            continue
        try:
            for layer in vector_files.layer_names(path):
                raw = vector_files.read_layer(path, layer)
                read += 1
                if raw.geometry is not None:
                    geometry, _ = repair.flat(raw.geometry)
                    made, repaired, _ = repair.repair(geometry)
                    assert len(made) == len(repaired) == len(raw)
                    coordinates.work_crs(coordinates.place(geometry, raw.crs, raw.where), geometry, "", raw.where)
        except BadInput as refused:
            assert refused.message and refused.remedy
    assert read


@pytest.mark.parametrize("table", ["CBF", "CBDKXX", "registry"])
def test_the_blank_forms_of_a_real_county_are_read_as_empty_or_refused(table):
    declared, empty = schema.table(table), 0
    for path in sorted((SHARED / "templates_cn").rglob("*.xls*")):
        assert path.suffix.lower() in workbook.SUFFIXES
        try:
            for raw in sheets.read(path, declared):
                frame, _, _ = tabular.to_frame(declared, raw)
                assert len(frame) == 0
                empty += 1
        except BadInput as refused:
            assert refused.where.startswith(path.name)
    assert table != "registry" or empty >= 8


def test_old_and_new_form_of_one_workbook_read_alike():
    registry = schema.table("registry")
    old, = sheets.read(SHARED / "templates_cn/xls/颁证清册.xls", registry)
    new, = sheets.read(SHARED / "templates_cn/xlsx_converted/颁证清册.xlsx", registry)
    assert old.headers == new.headers
