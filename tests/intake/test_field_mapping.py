"""A clerk and a package whose columns are called otherwise: asked once, confirmed, and known the next time."""

import json

import pytest
import township
from hypothesis import given, settings
from hypothesis import strategies as st

from wr_plugin.commands.running import run_verb
from wr_plugin.intake import mapping as mappings
from wr_plugin.intake import saved_mappings
from wr_plugin.intake.field_matching import MappingNeeded
from wr_plugin.model import mapping_text, schema
from wr_plugin.model.errors import BadInput

LINKS = [[township.parcel_code(i + 1), township.holder_code(i % township.HOLDERS + 1), 1600.0, "无"]
         for i in range(township.PARCELS)]


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """The folder of kept mappings, empty."""
    monkeypatch.setenv(saved_mappings.VARIABLE, str(tmp_path / "对应"))
    return tmp_path / "对应"


def odd_links(package, head=("宗地号", "户号", "面积", "说明"), rows=None):
    package.book("权属数据/CBDKXX.xlsx", list(head), *(rows or LINKS))


def two_areas(package):
    """The township's list with two columns called 面积 under 地块."""
    package.book("名录/二轮延包地名录_黑河镇.xlsx", ["黑河镇二轮延包地名录"],
                 ["村", "承包方", None, "地块", None, None], [None, "姓名", "编码", "编码", "面积", "面积"],
                 *[["东沟村", "承包1", township.holder_code(1), township.parcel_code(i + 1), 2.4, 9.9] for i in range(12)])


def proposal(package, tmp_path, **params):
    target = tmp_path / "字段对应.yaml"
    result = run_verb("mapping", {"package": str(package.root), "out": str(target), **params})
    return target, result


def test_what_only_content_tells_stops_the_import_and_lists_every_question(package, bring_in, kept):
    odd_links(package)
    two_areas(package)
    with pytest.raises(MappingNeeded) as refused:
        bring_in(package)
    text = str(refused.value)
    assert "像是“宗地号”（100%）" in text and "像是“户号”（100%）" in text and "“地块面积#1”、“地块面积#2”" in text
    assert refused.value.code == "MappingNeeded" and "字段对应" in refused.value.remedy and not bring_in.work.exists()


def test_an_area_that_has_lost_its_name_is_asked_for_and_not_left_blank(package, bring_in, kept):
    odd_links(package, ("DKBM", "CBFBM", "台账面积", "说明"))
    with pytest.raises(MappingNeeded, match="合同面积；从内容看像是“台账面积”"):
        bring_in(package)
    odd_links(package, ("DKBM", "CBFBM", "说明", "台账"), [[*row[:2], "x", "无"] for row in LINKS])
    assert bring_in(package).rows("SELECT count(*) AS n FROM CBDKXX WHERE HTMJ IS NULL")[0]["n"] == 12


def test_the_proposal_is_a_mapping_that_imports_and_is_known_the_next_time(package, bring_in, kept, tmp_path):
    odd_links(package)
    target, result = proposal(package, tmp_path, sender="某测绘院")
    text = target.read_text(encoding="utf-8")
    assert 'DKBM: "宗地号"  # 地块编码：按内容判断（100%），请核对；如 ' + township.parcel_code(1) in text
    assert result.counts["asked"] == 3 and json.dumps(result.counts)
    done = bring_in(package, mapping=target)
    assert done.rows("SELECT DKBM, CBFBM, HTMJ FROM CBDKXX ORDER BY fid")[0] == {
        "DKBM": township.parcel_code(1), "CBFBM": township.holder_code(1), "HTMJ": 1600.0}
    file, = kept.glob("*.yaml")
    assert file.name.startswith("某测绘院-") and "某测绘院" in done.told["字段对应"]
    bring_in.work.unlink()
    again = bring_in(package)
    said = [text for _, text in json.loads(again.rows("SELECT counts FROM run")[0]["counts"])["decisions"]]
    assert "列名与以前的相同，套用保存的字段对应（某测绘院）：地块编码←宗地号、承包方编码←户号、合同面积←面积" in said
    assert again.rows("SELECT * FROM CBDKXX") == done.rows("SELECT * FROM CBDKXX")
    assert not bring_in(package).result.changed


def test_other_headers_are_never_read_by_a_kept_mapping(package, bring_in, kept, tmp_path):
    odd_links(package)
    bring_in(package, mapping=proposal(package, tmp_path)[0])
    odd_links(package, ("宗地号", "户号", "面积", "另一列"))
    with pytest.raises(MappingNeeded, match="宗地号"):
        bring_in(package)


def test_two_kept_mappings_that_differ_are_asked_about(package, bring_in, kept, tmp_path):
    odd_links(package)
    target, _ = proposal(package, tmp_path, sender="甲院")
    bring_in(package, mapping=target)
    text = target.read_text(encoding="utf-8").replace("甲院", "乙院").replace('HTMJ: "面积"', 'HTMJM: "面积"')
    target.write_text(text, encoding="utf-8")
    bring_in(package, mapping=target, area_unit=["HTMJM=mu"])
    with pytest.raises(MappingNeeded, match="2 种说法"):
        bring_in(package)


def test_a_mapping_that_cannot_be_kept_does_not_spoil_the_import(package, bring_in, kept, tmp_path):
    kept.write_text("这里已有同名的文件", encoding="utf-8")
    odd_links(package)
    done = bring_in(package, mapping=proposal(package, tmp_path)[0])
    assert "没有保存" in done.told["字段对应"] and done.rows("SELECT count(*) AS n FROM CBDKXX")[0]["n"] == 12


def test_an_unanswered_question_is_no_answer(package, bring_in, kept, tmp_path):
    two_areas(package)
    target, _ = proposal(package, tmp_path)
    with pytest.raises(BadInput, match="area_mu_100”还没有填") as refused:
        bring_in(package, mapping=target)
    assert "行" in refused.value.where
    text = target.read_text(encoding="utf-8")
    target.write_text(text.replace('area_mu_100: ""', 'area_mu_100: "地块面积#2"'), encoding="utf-8")
    assert {r["a"] for r in bring_in(package, mapping=target).rows("SELECT area_mu_100 AS a FROM registry")} == {990}
    target.write_text(text.replace('area_mu_100: ""', "area_mu_100: ~"), encoding="utf-8")
    assert {r["a"] for r in bring_in(package, mapping=target).rows("SELECT area_mu_100 AS a FROM registry")} == {None}


def test_townships_with_different_lists_each_keep_their_columns(package, bring_in, kept, tmp_path):
    for name, head, start in (("黑河镇", ["宗地号", "户号", "面积"], 0), ("平山镇", ["地号", "编码（户）", "亩数"], 6)):
        rows = [[township.parcel_code(i + 1), township.holder_code(i % 6 + 1), 2.4] for i in range(start, start + 6)]
        package.book(f"名录/二轮延包地名录_{name}.xlsx", head, *rows)
    target, _ = proposal(package, tmp_path)
    assert "    - file:" in target.read_text(encoding="utf-8")
    done = bring_in(package, mapping=target)
    assert len(done.rows("SELECT * FROM registry WHERE area_mu_100 = 240 AND CBFBM <> ''")) == 12


def test_no_identity_number_is_written_into_a_mapping(package, kept, tmp_path):
    package.book("权属数据/CBF.xlsx", ["CBFBM", "CBFMC", "CBFZJHM", "LXDH"],
                 *[[township.holder_code(i + 1), f"承包{i + 1}", "11010519491231002X", "13893600001"] for i in range(6)])
    target, result = proposal(package, tmp_path)
    shown = target.read_text(encoding="utf-8") + json.dumps(result.counts)
    assert "11010519491231002X" not in shown and "13893600001" not in shown and "110***********002X" in shown


def test_a_file_that_cannot_be_read_does_not_hide_the_others(package, kept, tmp_path):
    (package.root / "权属数据/CBF.xlsx").write_bytes(b"PK\x03\x04 broken")
    _, result = proposal(package, tmp_path)
    assert [name for name, _ in result.counts["unread"]] == ["权属数据/CBF.xlsx"]
    assert any(s["table"] == "parcel" for s in result.counts["sources"])


TITLE = st.text(max_size=8)


@settings(max_examples=120, deadline=None)
@given(st.dictionaries(st.sampled_from([f.name for f in schema.table("CBDKXX").fields if f.name != "fid"]), TITLE.filter(bool),
                       max_size=5), st.lists(TITLE, max_size=5), TITLE)
def test_any_titles_go_through_the_file_unchanged(tmp_path_factory, fields, headers, sender):
    path = tmp_path_factory.mktemp("y") / "m.yaml"
    source = {"table": "CBDKXX", "title": "承包地块信息", "file": "a.xlsx", "layer": "", "headers": headers, "fields": [
        {"name": n, "alias": n, "column": c, "how": sender, "samples": headers} for n, c in fields.items()]}
    try:
        text = mapping_text.document([source], {"sender": sender}).encode("utf-8")
    except UnicodeEncodeError:
        return
    path.write_bytes(text)
    read = mappings.read_mapping(path)
    assert dict(read.of("CBDKXX", "a.xlsx").fields) == fields and read.of("CBDKXX").headers == headers


YAML = st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6),
                              st.sampled_from(["parcel", "DKBM", "file", "fields", "headers", "a.xlsx", "~"])),
                    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.one_of(
                        st.sampled_from(["tables", "parcel", "registry", "fields", "file", "headers", "codes", "constants",
                                         "DKBM", "sender", "county", "crs"]), st.text(max_size=4)), inner, max_size=4)),
                    max_leaves=12)


@settings(max_examples=200, deadline=None)
@given(st.one_of(YAML.map(lambda data: {"tables": data} if not isinstance(data, dict) else data),
                 YAML.map(lambda data: {"tables": {"parcel": data}}),
                 YAML.map(lambda data: {"tables": {"parcel": {"fields": data}}}), st.text(max_size=60)))
def test_any_mapping_file_is_read_or_refused(tmp_path_factory, data):
    import yaml

    path = tmp_path_factory.mktemp("y") / "m.yaml"
    text = data if isinstance(data, str) else yaml.safe_dump(data, allow_unicode=True)
    path.write_bytes(text.encode("utf-8", "replace"))
    try:
        read = mappings.read_mapping(path)
    except BadInput as refused:
        assert refused.message and refused.remedy
        return
    for table in read.tables:
        assert isinstance(read.of(table, "a.xlsx"), mappings.TableMapping)


def test_a_kept_mapping_finds_its_headers_on_a_later_sheet_of_a_long_book(package, bring_in, kept, tmp_path):
    cover = ("填表说明", [[f"第 {i} 条说明"] for i in range(80)])
    package.book("权属数据/CBDKXX.xlsx", ["目录"], *[[f"第 {i} 页"] for i in range(80)],
                 more=(cover, ("数据", [["宗地号", "户号", "面积", "说明"], *LINKS])))
    bring_in(package, mapping=proposal(package, tmp_path, sender="测绘院")[0])
    bring_in.work.unlink()
    assert len(bring_in(package).rows("SELECT * FROM CBDKXX WHERE HTMJ = 1600")) == 12


def test_every_field_that_two_columns_claim_is_put_to_the_clerk(package, bring_in, kept, tmp_path):
    package.book("定额与指标/灌溉定额表.xlsx", ["作物", "灌区代码", "水源", "灌溉方式", "定额", "定额", "渠系水利用系数", "田间水利用系数"],
                 ["玉米", "*", "地表水", "滴灌", 310, 280, 0.65, 0.9])
    with pytest.raises(MappingNeeded, match="“定额#1”、“定额#2”，请选一列"):
        bring_in(package)
    target, _ = proposal(package, tmp_path)
    text = target.read_text(encoding="utf-8")
    target.write_text(text.replace('quota_m3_mu_100: ""', 'quota_m3_mu_100: "定额#2"'), encoding="utf-8")
    assert bring_in(package, mapping=target).rows("SELECT quota_m3_mu_100 AS q FROM quota")[0]["q"] == 28000


def test_a_zip_is_looked_at_like_the_folder_in_it(package, kept, tmp_path):
    import shutil

    odd_links(package)
    folder, of_folder = proposal(package, tmp_path)
    text = folder.read_text(encoding="utf-8")
    zipped = shutil.make_archive(str(tmp_path / "620799示例县"), "zip", package.root)
    target = tmp_path / "压缩包的.yaml"
    of_zip = run_verb("mapping", {"package": zipped, "out": str(target)})
    assert target.read_text(encoding="utf-8") == text and of_zip.counts["asked"] == of_folder.counts["asked"] == 3


def test_a_table_that_came_as_dbf_is_proposed_and_known_again(package, bring_in, kept, tmp_path):
    import geopandas
    from pandas import DataFrame

    (package.root / "权属数据/CBDKXX.xlsx").unlink()
    frame = DataFrame([row[:3] for row in LINKS], columns=["ZDH", "HH", "MIANJI"])
    geopandas.GeoDataFrame(frame, geometry=township.squares(12), crs=township.CRS).to_file(tmp_path / "x.shp")
    (tmp_path / "x.dbf").rename(package.root / "权属数据/CBDKXX.dbf")
    with pytest.raises(MappingNeeded, match="像是“ZDH”"):
        bring_in(package)
    target, _ = proposal(package, tmp_path, sender="测绘院")
    bring_in(package, mapping=target)
    bring_in.work.unlink()
    assert len(bring_in(package).rows("SELECT * FROM CBDKXX WHERE CBFBM <> ''")) == 12


def renamed(package, old, new):
    """Files of one stem under another name, as the next sender calls them."""
    for path in sorted((package.root / old).parent.glob((package.root / old).stem + ".*")):
        path.rename(package.root / f"{new}{path.suffix}")


def decisions(done):
    counts = json.loads(done.rows("SELECT counts FROM run ORDER BY run_id DESC")[0]["counts"])
    return [f"{where}：{text}" for where, text in counts["decisions"]]


def test_files_whose_names_say_nothing_are_known_by_their_columns(package, bring_in, kept, tmp_path):
    """Last year the files had their names; this year the same office calls them 数据1, 图3 and puts a copy of a poem beside them."""
    odd_links(package)
    bring_in(package, mapping=proposal(package, tmp_path, sender="某测绘院")[0])
    bring_in.work.unlink()
    renamed(package, "权属数据/CBDKXX.xlsx", "权属数据/数据1")
    renamed(package, "权属数据/CBF.xlsx", "权属数据/数据2")
    renamed(package, "矢量数据/DK6207992026.shp", "矢量数据/图3")
    renamed(package, "灌溉数据/灌区.shp", "灌溉数据/面1")
    package.book("权属数据/数据3.xlsx", ["诗", "作者", "朝代"], ["凉州词", "王之涣", "唐"])
    done = bring_in(package)
    assert len(done.rows("SELECT fid FROM CBDKXX WHERE HTMJ = 1600")) == 12 and len(done.rows("SELECT fid FROM parcel")) == 12
    assert len(done.rows("SELECT fid FROM irrigation_district")) == 1
    said = decisions(done)
    assert any("权属数据/数据1.xlsx：文件名不认识；列名与以前的承包地块信息完全相同，按保存的字段对应（某测绘院）" in text for text in said)
    assert any("矢量数据/图3.shp：文件名不认识" in text for text in said)
    files = dict(json.loads(done.rows("SELECT counts FROM run")[0]["counts"])["files"])
    assert files["权属数据/数据1.xlsx"] == "承包地块信息（列名与保存的字段对应相同：某测绘院）"
    assert files["权属数据/数据3.xlsx"] == "不认识，未读"
    assert not bring_in(package).result.changed


def test_a_file_known_by_its_name_is_never_doubled_by_one_with_its_columns(package, bring_in, kept, tmp_path):
    odd_links(package)
    bring_in(package, mapping=proposal(package, tmp_path)[0])
    (package.root / "权属数据/副本.xlsx").write_bytes((package.root / "权属数据/CBDKXX.xlsx").read_bytes())
    assert len(bring_in(package).rows("SELECT fid FROM CBDKXX")) == 12


def test_two_nameless_files_with_the_same_columns_are_a_question(package, bring_in, kept, tmp_path):
    odd_links(package)
    bring_in(package, mapping=proposal(package, tmp_path)[0])
    renamed(package, "矢量数据/DK6207992026.shp", "矢量数据/甲")
    for path in (package.root / "矢量数据").glob("甲.*"):
        (package.root / f"矢量数据/乙{path.suffix}").write_bytes(path.read_bytes())
    with pytest.raises(BadInput, match="地块有 2 份：矢量数据/乙.shp、矢量数据/甲.shp"):
        bring_in(package)
