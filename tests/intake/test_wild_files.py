"""Files that no one here made: each ends in the right reading or in a refusal a clerk understands, never a traceback."""

import csv
import os
import re
from pathlib import Path

import pytest
import wild

from wr_plugin.intake import access_means, coordinates, sheets, tabular, vector_files, workbook
from wr_plugin.model import schema
from wr_plugin.model.errors import BadInput
from wr_plugin.spatial import repair

SHARED = Path(os.environ.get("WR_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="没有 ../shared/data（用户的克隆里没有这个文件夹），跳过真实文件")

READ = [
    ("nasty/encoding/geotools_gbk_ldid00_nocpg/chinese_poly.shp", "NAME", "黑龙江省", "试读 GB18030", "WGS 84"),
    ("nasty/encoding/nts_utf8_cpg_upper/fields_utf8.shp", "text", "ĄąĆćĄąĆćĄą", ".cpg 文件写明 UTF-8", "不知道是哪个|像是经纬度"),
    ("nasty/encoding/nts_gbk_ldid4d_nocpg_noprj/chinese_encoding.shp", "PRO_NAME", "安徽", "0x4D", "像是经纬度"),
    ("nasty/encoding/ncl_broken_prj_empty_unit/river.shp", "NAME", "Huang He", "ASCII", "WGS 84|读不出坐标系"),
    ("nasty/coordinates/dz_rivers_z37_ok_gbk/dz_rivers_z37_ok_gbk.shp", "河流名称", "唐白河", "GB18030", "EPSG:4525"),
    ("nasty/coordinates/dz_rivers_z37_no_prj_gbk_ldid0_nocpg/dz_rivers_z37_no_prj_gbk_ldid0_nocpg.shp", "河流名称", "唐白河",
     "GB18030", "EPSG:4525"),
    ("nasty/coordinates/dz_canals_z37coords_prj_says_CM111E/dz_canals_z37coords_prj_says_CM111E.shp", "渠道名称",
     "南水北调中线工程总干渠", "GB18030", "EPSG:4525"),
    ("nasty/coordinates/ahero_parcels_as_lines/parcels.shp", "FID", 0.0, "ASCII", "EPSG:32736"),
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


@pytest.mark.parametrize("lane", ["pyogrio", "fiona"])
@pytest.mark.parametrize("folder", wild.FOLDERS)
def test_every_file_ends_as_the_table_says(folder, lane, monkeypatch):
    """``wild_files.csv`` lists every file with what is read of it, or why it is refused or left alone."""
    pytest.importorskip(lane, reason="本环境没有这个读取库（旧版环境只有 fiona，QGIS 环境只有 pyogrio）")
    monkeypatch.setenv(vector_files.LANE_SWITCH, lane)
    expected = {}
    for row in csv.reader(wild.TABLE.read_text(encoding="utf-8").splitlines()[1:]):
        expected.setdefault(row[0].split(" › ")[0], []).append(tuple(row))
    assert set(expected) == set(wild.files())
    for name in wild.files():
        if name.startswith(folder + "/") and not (name.endswith(".mdb") and not access_means.means().way):
            assert [tuple(map(str, row)) for row in wild.outcomes(name)] == expected[name], name


def test_every_refusal_in_the_table_says_what_to_do():
    rows = list(csv.DictReader(wild.TABLE.read_text(encoding="utf-8").splitlines()))
    assert {row["结果"] for row in rows} == {wild.READ, wild.REFUSED, wild.LEFT, wild.BESIDE}
    assert all(re.fullmatch(r".+（.+）", row["编码或说明"]) for row in rows if row["结果"] == wild.REFUSED)
    assert all(row["行数"].isdigit() for row in rows if row["结果"] == wild.READ)


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
