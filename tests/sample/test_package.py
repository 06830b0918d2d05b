"""The package as files: the same for the same seed, named and encoded as the land offices do, safe to write."""

import struct
import zipfile

import openpyxl
import pyproj
import pytest

from wr_plugin.commands import sample
from wr_plugin.commands.progress import Progress
from wr_plugin.intake import policy_file
from wr_plugin.model.errors import BadInput, Cancelled

STANDARD_WIDTHS = {
    "BSM": ("N", 10, 0), "YSDM": ("C", 6, 0), "DKBM": ("C", 19, 0), "DKMC": ("C", 50, 0), "SYQXZ": ("C", 2, 0),
    "DKLB": ("C", 2, 0), "TDLYLX": ("C", 3, 0), "DLDJ": ("C", 2, 0), "TDYT": ("C", 1, 0), "SFJBNT": ("C", 1, 0),
    "SCMJ": ("N", 15, 2), "DKDZ": ("C", 50, 0), "DKXZ": ("C", 50, 0), "DKNZ": ("C", 50, 0), "DKBZ": ("C", 50, 0),
    "DKBZXX": ("C", 254, 0), "ZJRXM": ("C", 100, 0), "KJZB": ("C", 254, 0), "SCMJM": ("N", 15, 2),
}


def dbf_fields(path):
    """(LDID, header date, fields in order as name → (type, width, decimals)) read from the bytes."""
    data = path.read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    fields = {}
    for at in range(32, length - 1, 32):
        name = data[at:at + 11].split(b"\0")[0].decode("ascii")
        fields[name] = (chr(data[at + 11]), data[at + 16], data[at + 17])
    return data[29], tuple(data[1:4]), fields


def test_the_same_seed_gives_the_same_bytes(smallest, write, tmp_path):
    again = write(tmp_path / "again", 500, 1)
    assert again.files() == smallest.files()


def test_another_seed_gives_other_land(smallest, write, tmp_path):
    other = write(tmp_path / "other", 500, 2)
    name = f"{smallest.root.name}/矢量数据/DK6207992026.shp"
    assert other.files()[name] != smallest.files()[name]


def test_the_package_is_laid_out_as_counties_deliver_it(county):
    names = {str(p.relative_to(county.root)) for p in county.root.rglob("*") if p.is_file()}
    layers = [f"矢量数据/{layer}6207992026" for layer in ("DK", "XJXZQ", "XJQY", "CJQY", "ZJQY")]
    layers += [f"灌溉数据/{layer}" for layer in ("灌区", "渠道", "斗口", "斗口控制范围", "机井", "新开复垦未批", "超采区", "林草地")]
    expected = {f"{layer}.{end}" for layer in layers for end in ("shp", "shx", "dbf", "prj")}
    expected |= {f"权属数据/{t}.xlsx" for t in ("FBF", "CBF", "CBF_JTCY", "CBDKXX", "CBHT", "CBJYQZDJB", "权属单位代码表")}
    expected |= {"定额与指标/灌溉定额表.xlsx", "定额与指标/用水总量指标表.xlsx", "政策.yaml"}
    expected |= {f"用水户/{name}.xlsx" for name in ("工业企业用水户核查表", "公共供水管网内用水大户核查表", "林草地灌溉面积核查表",
                                               "行业用水定额表", "林草用水量表")}
    registries = {name for name in names if name.startswith("名录/二轮延包地名录_")}
    assert registries and names == expected | registries
    assert not (county.root / "truth.csv").exists() and (county.out / "truth.csv").is_file()


def test_attributes_are_gbk_with_its_mark_and_without_cpg(county):
    for path in county.root.rglob("*.dbf"):
        mark, date, _ = dbf_fields(path)
        assert (mark, date) == (0x4D, (126, 6, 30)), path.name
    assert not list(county.root.rglob("*.cpg"))
    assert set(county.layer("CJQY").CJQYMC.str[-1]) == {"村"}


def test_dk_has_every_field_of_the_standard_at_its_width_in_another_order(county):
    _, _, fields = dbf_fields(county.root / "矢量数据" / "DK6207992026.dbf")
    assert fields == STANDARD_WIDTHS
    assert list(fields) != list(STANDARD_WIDTHS)


def test_coordinates_carry_the_zone_and_lie_where_they_should(county):
    parcels = county.layer("DK")
    assert parcels.crs.to_epsg() == 4522
    prj = (county.root / "矢量数据" / "DK6207992026.prj").read_text(encoding="ascii")
    assert prj.startswith('PROJCS["CGCS2000_3_Degree_GK_Zone_34"') and pyproj.CRS.from_wkt(prj).to_epsg() == 4522
    west, south, east, north = parcels.to_crs(4490).total_bounds
    assert 100.5 < west < east < 101.5 and 38.5 < south < north < 39.0


def test_codes_are_text_cells(county):
    sheet = openpyxl.load_workbook(county.root / "权属数据" / "CBDKXX.xlsx", read_only=True).active
    rows = list(sheet.iter_rows(values_only=True, max_row=20))
    assert rows[0][:3] == ("DKBM", "FBFBM", "CBFBM")
    assert all(isinstance(cell, str) for row in rows[1:] for cell in row[:3])
    assert all(isinstance(row[4], (int, float)) for row in rows[1:])


def test_the_registry_has_the_sheet_that_townships_send(county):
    path = sorted((county.root / "名录").glob("*.xlsx"))[0]
    sheet = openpyxl.load_workbook(path).active
    rows = list(sheet.values)
    assert rows[0][0].endswith("二轮延包地名录") and "亩" in rows[1][0]
    assert rows[2][:8] == ("序号", "村", "组", "承包方", None, "地块", None, None)
    assert rows[3][3:8] == ("姓名", "编码", "名称", "编码", "合同面积（亩）")
    assert rows[4] == tuple(str(n) for n in range(1, 12))
    assert {"D3:E3", "F3:H3", "A3:A4"} <= {str(r) for r in sheet.merged_cells.ranges}
    data = rows[5:-2]
    assert rows[-2][0] == "合计" and rows[-2][7] == round(sum(row[7] for row in data), 2)
    assert rows[-1][0].startswith("注")
    assert all(isinstance(row[4], str) and isinstance(row[6], str) for row in data)


def test_a_table_beyond_excels_rows_goes_on_in_further_sheets(monkeypatch, tmp_path):
    from wr_plugin.sample import workbook

    monkeypatch.setattr(workbook, "MOST_ROWS", 11)
    workbook.write(tmp_path / "x.xlsx", workbook.table("T", ("A", "B"), [[str(n) for n in range(25)], list(range(25))]))
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["T", "T_2", "T_3"]
    assert [sheet.max_row for sheet in book] == [11, 11, 6]
    assert [row for sheet in book for row in list(sheet.values)[1:]] == [(str(n), n) for n in range(25)]


def test_workbooks_say_no_time_and_escape_what_xml_needs(tmp_path):
    from wr_plugin.sample import workbook

    workbook.write(tmp_path / "x.xlsx", workbook.table("a&b", ("<x>",), [["1<2 & 3>2", "𠮷䶮"]]))
    assert {info.date_time for info in zipfile.ZipFile(tmp_path / "x.xlsx").infolist()} == {(1980, 1, 1, 0, 0, 0)}
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["a&b"] and list(book.active.values) == [("<x>",), ("1<2 & 3>2",), ("𠮷䶮",)]


STOPS_NOTHING = {
    "quota.default_crop", "units.unlisted", "sources.surface_rounds", "sources.ground_rounds", "ground.new_since",
    "cap.reserve_share", "cap.priority_by", "cap.priority", "cap.total_m3", "cap.ground_m3", "permit.idle_years", "permit.idle_below",
    "metering.surface_m3", "metering.ground_m3", "metering.district_mu", "metering.industry_m3", "metering.service_m3",
    "metering.key_user_m3",
}


def test_the_policy_is_complete_and_marked_as_a_demonstration(county):
    policy, _ = policy_file.read_policy(county.root / "政策.yaml")
    assert policy.demo and {path for path in policy.values if policy.get(path) is None} == STOPS_NOTHING
    assert policy.get("certificate.number") == "示{county}{year}{source}{seq}"


@pytest.mark.parametrize("parcels", [499, 1_000_001, 0, -5, "2000", 2000.0, True])
def test_impossible_sizes_are_refused_in_chinese(parcels, tmp_path):
    with pytest.raises(BadInput, match="地块数") as caught:
        sample.run(None, {"out": str(tmp_path / "x"), "parcels": parcels, "seed": 1}, Progress())
    assert "500 至 1000000" in caught.value.remedy and not (tmp_path / "x").exists()


def test_a_negative_seed_is_refused(tmp_path):
    with pytest.raises(BadInput, match="随机种子"):
        sample.run(None, {"out": str(tmp_path / "x"), "parcels": 500, "seed": -1}, Progress())


def test_an_earlier_sample_is_replaced_and_nothing_is_left_over(write, tmp_path):
    write(tmp_path, 500, 1)
    (tmp_path / "620799示例县" / "名录" / "旧.xlsx").write_bytes(b"")
    second = write(tmp_path, 600, 1)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["620799示例县", "truth.csv"]
    assert not (second.root / "名录" / "旧.xlsx").exists() and len(second.layer("DK")) == 600


def test_a_folder_that_is_no_sample_is_left_alone(tmp_path):
    mine = tmp_path / "620799示例县" / "重要.txt"
    mine.parent.mkdir()
    mine.write_text("x", encoding="utf-8")
    with pytest.raises(BadInput, match="不是示例县资料包"):
        sample.run(None, {"out": str(tmp_path), "parcels": 500, "seed": 1}, Progress())
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["重要.txt"]


@pytest.mark.parametrize("reports", [1, 5, 9, 14, 17])
def test_cancelling_leaves_what_was_there(reports, write, tmp_path):
    before = write(tmp_path, 500, 1).files()
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > reports

    with pytest.raises(Cancelled):
        write(tmp_path, 600, 2, Progress(cancelled=cancelled))
    assert {str(p.relative_to(tmp_path)): p.read_bytes() for p in sorted(tmp_path.rglob("*")) if p.is_file()} == before
