"""Text read in the wrong encoding is told from text: whatever way it went wrong, and never a good name."""

import numpy as np
import pytest
import township
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas import DataFrame

from wr_plugin.intake import encoding, vector_files
from wr_plugin.intake.damaged_text import damaged

NAMES = ["张三", "欧阳娜娜", "刘洋河", "渠北一号地", "村委会"]
WAYS = {
    "utf-8 as gbk": lambda t: t.encode().decode("gb18030", "replace"),
    "utf-8 as latin-1": lambda t: t.encode().decode("latin-1"),
    "utf-8 as windows-1252": lambda t: t.encode().decode("cp1252", "replace"),
    "utf-8 as latin-1 twice": lambda t: t.encode().decode("latin-1").encode().decode("latin-1"),
    "gbk as latin-1": lambda t: t.encode("gbk").decode("latin-1"),
    "gbk as utf-8": lambda t: t.encode("gbk").decode("utf-8", "replace"),
    "gbk as utf-8 as gbk": lambda t: t.encode("gbk").decode("utf-8", "replace").encode().decode("gbk", "replace"),
}
MENDABLE = ("utf-8 as latin-1", "utf-8 as latin-1 twice", "gbk as latin-1")


@pytest.fixture(params=["pyogrio", "fiona"])
def lane(request, monkeypatch):
    pytest.importorskip(request.param, reason="本环境没有这个读取库（旧版环境只有 fiona，QGIS 环境只有 pyogrio）")
    monkeypatch.setenv(vector_files.LANE_SWITCH, request.param)
    return request.param


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_every_way_to_misread_a_name_is_seen(way, name):
    wrong = WAYS[way](name)
    found = damaged([wrong, "张三", None, ""])
    assert list(found) == [wrong]
    if way in MENDABLE:
        assert found[wrong] == name
    if way == "utf-8 as gbk":
        assert not found[wrong] or name.startswith(found[wrong])


@pytest.mark.parametrize("text, seen", [("张?", True), ("？", True), ("张\ue81a", True), ("\ufffd", True), ("A?", True)])
def test_in_names_a_single_question_mark_is_damage(text, seen):
    assert bool(damaged([text], names=True)) is seen


@pytest.mark.parametrize("text", ["东至?", "水渠（北）", "Müller", "Çağlar Öz", "5½亩", "·", "张三·买买提", "𠮷家地", "㛃姐", "É", "±0.5", "“渠”"])
def test_what_is_no_damage_in_a_text(text):
    assert damaged([text]) == {}


def common_characters():
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                yield bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                continue


COMMON = list(common_characters())


def test_no_name_of_common_characters_is_taken_for_damage():
    random = np.random.default_rng(2026)
    names = ["".join(COMMON[i] for i in row) for row in random.integers(0, len(COMMON), (200_000, 3))]
    assert damaged(names, names=True) == {}


@given(st.lists(st.text(max_size=12), max_size=8))
@settings(max_examples=150, deadline=None)
def test_any_text_is_judged(texts):
    assert set(damaged(texts, names=True)) <= set(texts)


def test_texts_of_a_layer_are_summed_up_by_column(package, bring_in, lane):
    names = [f"渠北{i + 1}号" for i in range(12)]
    names[2], names[5], names[7] = "??号", "锟斤拷", "娓犲寳鍦扮偣"
    township.parcels(package, names=names)
    found = [f for f in bring_in(package).rows("SELECT * FROM finding") if f["code"] == "NAME_DAMAGED"]
    assert [(f["subject"], f["source_row"]) for f in found] == [("parcel.DKMC", 3)]
    assert "地块名称有 3 个值（共 12 行）" in found[0]["message"] and "应为“渠北地点”" in found[0]["message"]


def test_names_of_people_and_of_the_registry_by_row(package, bring_in):
    township.ownership(package, ["张?", "李四", "寮犱笁", "王\ue81a", "赵六", "钱七"])
    rows = [[i + 1, "东沟村", "一组", "张\ufffd" if i == 3 else "承包1", township.holder_code(1), f"渠北{i + 1}号",
             township.parcel_code(i + 1), 2.4, "玉米", "滴灌", None] for i in range(12)]
    township.registry(package, rows)
    found = {(f["subject"], f["value"]): f for f in bring_in(package).rows("SELECT * FROM finding")}
    assert set(found) == {(township.holder_code(1), "张?"), (township.holder_code(3), "寮犱笁"),
                          (township.holder_code(4), "王<U+E81A>"), (township.holder_code(1), "张<U+FFFD>")}
    assert "应为“张三”" in found[township.holder_code(3), "寮犱笁"]["message"]
    assert found[township.holder_code(1), "张<U+FFFD>"]["source_file"].endswith("黑河镇.xlsx")


def test_a_file_of_damaged_names_is_one_finding(package, bring_in):
    wrong = [f"{n}".encode().decode("gb18030", "replace") for n in ("张三", "李四", "王五", "赵六", "孙七", "周八")]
    head = ["CBFBM", "CYXM", "CYXB"]
    package.book("权属数据/CBF_JTCY.xlsx", head, *[[township.holder_code(i % 6 + 1), wrong[i % 6], "1"] for i in range(60)])
    found = bring_in(package).rows("SELECT * FROM finding WHERE code = 'NAME_DAMAGED'")
    assert [f["subject"] for f in found] == ["CBF_JTCY.CYXM"] and "文字编码读错了" in found[0]["message"]


def test_utf8_behind_a_gbk_mark_is_read_as_utf8(tmp_path, lane):
    """UTF-8 text often passes as GBK too: the header's word is not enough."""
    package = township.Package(tmp_path)
    path = township.parcels(package, encoding="UTF-8")
    township.set_ldid(path, 0x4D)
    raw = vector_files.read_layer(path)
    assert raw.columns[raw.titles().index("DKMC")][0] == "渠北1号" and "严格的 UTF-8" in raw.notes[0]


@pytest.mark.parametrize("asked, evidence", [("BIG5", "“文字编码”参数"), ("DK*.shp=BIG5", "“文字编码”参数的指定")])
def test_the_encoding_of_a_dbf_can_be_asked_for(package, bring_in, lane, asked, evidence):
    path = township.parcels(package, encoding="BIG5", names=["張三豐", *["渠北"] * 11])
    township.set_ldid(path, 0)
    done = bring_in(package, encoding=[asked])
    assert done.rows("SELECT DKMC FROM parcel ORDER BY fid")[0]["DKMC"] == "張三豐"
    said = [text for what, text in done.result.counts["decisions"] if "DK6207992026" in what and "BIG5" in text]
    assert said and evidence in said[0] and "張三豐" in said[0]


def test_an_encoding_asked_in_general_leaves_files_alone_that_tell_their_own(package, bring_in):
    done = bring_in(package, encoding=["BIG5"])
    assert done.rows("SELECT DKMC FROM parcel ORDER BY fid")[0]["DKMC"] == "渠北1号"


@pytest.mark.parametrize("given_text", ["GB18031", "DK.shp=EBCDIC-9", "GBK BIG5".split()])
def test_encodings_that_make_no_sense_are_refused(package, bring_in, given_text):
    from wr_plugin.model.errors import BadInput

    with pytest.raises(BadInput, match="文字编码|参数写得不对"):
        bring_in(package, encoding=given_text if isinstance(given_text, list) else [given_text])


def test_an_asked_encoding_that_does_not_fit_says_so():
    chosen = encoding.decide(["张三丰地".encode("gbk")], given=encoding.Asked("utf-8", False, "按参数"))
    assert chosen.name == "utf-8" and "读不出的字" in chosen.evidence and "没有可靠的编码说明" in chosen.evidence


def test_five_samples_are_shown():
    frame = DataFrame({"n": [f"村{i}" for i in range(9)]})
    assert len(encoding.decide([v.encode("gbk") for v in frame["n"]]).samples) == 5
