"""What staff write by hand: a field mapping, a policy. Every mistake is told with its line; paths stay in the package."""

import pytest
import shapely
import township
from pandas import DataFrame

from wr_plugin.intake.mapping import read_mapping
from wr_plugin.intake.policy_file import read_policy
from wr_plugin.model.errors import BadInput


@pytest.fixture
def foreign(tmp_path):
    """Land of another country: closed lines without codes, own keys, holders in one CSV."""
    package = township.Package(tmp_path / "外", "000000", "Ahero")
    squares = township.squares(4, east=700_000.0, north=9_980_000.0)
    package.layer("矢量数据/plots.shp", DataFrame({"FID_1": [11.0, 12.0, 13.0, 14.0], "crop": ["rice"] * 4}),
                  [shapely.LineString(s.exterior.coords) for s in squares[:3]]
                  + [shapely.LineString(list(squares[3].exterior.coords)[:-1])], crs="EPSG:32736", encoding="UTF-8")
    package.layer("矢量数据/blocks.shp", DataFrame({"BLOCK": ["A"]}), [shapely.box(699_900, 9_979_900, 700_900, 9_980_900)],
                  crs="EPSG:32736", encoding="UTF-8")
    package.text("权属数据/holders.csv", "id,name\nH1,Achieng\nH2,Otieno\n")
    package.text("权属数据/links.csv", "plot,holder,m2\n11,H1,1600\n12,H2,1600\n13,H2,1600\n14,H1,1600\n")
    package.mapping = package.text("对应.yaml", """
county: {code: "990001", name: Ahero}
code_standard: own
work_crs: EPSG:32736
tables:
  parcel:
    file: 矢量数据/plots.shp
    close_lines: true
    fields: {DKBM: FID_1, DKMC: [crop, FID_1]}
    constants: {DKLB: "10"}
  CJQY:
    file: 矢量数据/blocks.shp
    fields: {CJQYDM: BLOCK}
    constants: {CJQYMC: Block}
  CBF: {file: 权属数据/holders.csv, fields: {CBFBM: id, CBFMC: name}}
  CBDKXX: {file: 权属数据/links.csv, fields: {DKBM: plot, CBFBM: holder, HTMJ: m2}}
""")
    return package


def test_land_with_own_keys_as_closed_lines(foreign, bring_in):
    done = bring_in(foreign, mapping=foreign.mapping)
    assert done.rows("SELECT DKBM, DKMC, DKLB, village_code, village_name, geometry_m2 FROM parcel ORDER BY fid")[0] == {
        "DKBM": "11", "DKMC": "rice", "DKLB": "10", "village_code": "A", "village_name": "Block", "geometry_m2": 1600.0}
    assert [(f["code"], f["subject"]) for f in done.rows("SELECT * FROM finding")] == [("GEOMETRY_MISSING", "14")]
    settings = {r["name"]: r["value"] for r in done.rows("SELECT * FROM setting")}
    assert (settings["code_standard"], settings["county_code"], settings["epsg"]) == ("own", "990001", "32736")
    assert any("由 3 条闭合线围成面；1 条不闭合" in text for _, text in done.result.counts["decisions"])


def test_lines_without_the_word_of_the_mapping_are_not_made_polygons(foreign, bring_in):
    text = foreign.mapping.read_text(encoding="utf-8").replace("    close_lines: true\n", "")
    foreign.text("对应.yaml", text)
    with pytest.raises(BadInput, match="是线，不是面") as refused:
        bring_in(foreign, mapping=foreign.mapping)
    assert "close_lines" in refused.value.remedy


def test_words_of_the_sender_are_translated(package, bring_in):
    package.layer("灌溉数据/机井.shp", DataFrame({"JJBH": ["J1"], "QSXKZH": ["1"], "ZT": ["OK"]}),
                  [shapely.Point(township.EAST, township.NORTH)])
    mapping = package.text("对应.yaml", "tables:\n  well:\n    fields: {well_state: ZT}\n"
                                      "    codes: {well_state: {OK: normal}}\n")
    assert bring_in(package, mapping=mapping).rows("SELECT well_state FROM well") == [{"well_state": "normal"}]


@pytest.mark.parametrize("text, line, said", [
    ("tables:\n  parcels: {file: a.shp}\n", 2, "没有叫“parcels”的表"),
    ("tables:\n  parcel:\n    file: a.shp\n    filds: {}\n", 4, "不认识的设置“filds”"),
    ("tables:\n  parcel:\n    file: a.shp\n    fields: {DKBN: X}\n", 4, "没有字段“DKBN”"),
    ("tables:\n  parcel:\n    file: ../../etc/passwd\n", 3, "相对路径"),
    ("tables:\n  parcel:\n    file: /etc/passwd\n", 3, "相对路径"),
    ("tables:\n  parcel:\n    file: /vsicurl/http://x/a.shp\n", 3, "相对路径"),
    ("tables:\n  parcel:\n    file: C:\\Windows\\a.shp\n", 3, "相对路径"),
    ("tables:\n  parcel:\n    file: 'PG:dbname=x'\n", 3, "相对路径"),
    ("tables:\n  well:\n    codes: {well_state: {OK: fine}}\n", 3, "不是机井状态的代码"),
    ("tables:\n  canal:\n    close_lines: true\n", 3, "不是面图层"),
    ("county: {code: 62}\n", 1, "6 位数字"),
    ("code_standard: mine\n", 1, "编码标准"),
    ("tables:\n  parcel:\n\tfile: a\n", 3, "YAML 格式不对"),
    ("tables: !!python/object/apply:os.system [ls]\n", 1, "YAML 格式不对"),
    ("crs: 1\ncrs: 2\n", 2, "写了两次"),
    ("- a\n- b\n", 0, "名称: 值"),
])
def test_every_mistake_in_a_mapping_has_its_line(tmp_path, text, line, said):
    path = tmp_path / "对应.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=said) as refused:
        read_mapping(path)
    assert refused.value.where == (f"对应.yaml › 第 {line} 行" if line else "对应.yaml")


def test_a_link_that_leads_out_of_the_package_is_not_followed(package, bring_in, tmp_path):
    outside = tmp_path / "outside.shp"
    outside.write_bytes(b"x")
    (package.root / "矢量数据/link.shp").symlink_to(outside)
    mapping = package.text("对应.yaml", "tables:\n  forest_parcel: {file: 矢量数据/link.shp}\n")
    with pytest.raises(BadInput, match="不在资料包文件夹内"):
        bring_in(package, mapping=mapping)


def test_a_column_of_the_mapping_that_is_not_there(package, bring_in):
    mapping = package.text("对应.yaml", "tables:\n  parcel:\n    fields: {DKBM: 编号}\n")
    with pytest.raises(BadInput, match="列“编号”不存在，现有的列：DKBM") as refused:
        bring_in(package, mapping=mapping)
    assert "DK6207992026.shp" in refused.value.where


def test_the_policy_that_ships_reads_clean(tmp_path):
    path = tmp_path / "政策.yaml"
    path.write_text(township.policy_text(), encoding="utf-8")
    policy, mapping = read_policy(path)
    assert policy.get("area.legal") == "HTMJ" and policy.demo and len(policy.sha256) == 64
    assert policy.clause("scope").startswith("二（一）1") and mapping["unit"] == "holder_source"


def test_a_wrong_policy_setting_is_told_with_its_line(tmp_path, package, bring_in):
    text = township.policy_text().replace("tolerance_mu: 0.1", "tolerance_mu: 很小").replace("mode: report", "mod: report")
    lines = text.splitlines()
    wrong = lines.index("  tolerance_mu: 很小") + 1
    package.text("政策.yaml", text)
    with pytest.raises(BadInput) as refused:
        bring_in(package)
    told = str(refused.value)
    assert f"第 {wrong} 行：“area.tolerance_mu”" in told and "不认识的设置“cap.mod”" in told and "缺少设置“cap.mode”" in told
    assert not bring_in.work.exists()


def test_a_policy_given_by_parameter_wins_over_the_package(package, bring_in, tmp_path):
    other = tmp_path / "另一份.yaml"
    other.write_text(township.policy_text().replace("legal: HTMJ", "legal: SCMJ"), encoding="utf-8")
    bring_in(package)
    done = bring_in(package, policy=other)
    assert done.result.changed
    assert done.rows("SELECT file_name FROM policy WHERE current = 1") == [{"file_name": "另一份.yaml"}]
