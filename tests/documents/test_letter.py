"""The letter to an objector: what it says, its layout, what it refuses, and that it is the same every time."""

import pytest

from tests import village as drawn
from tests.documents.pdf_pages import texts
from wr_plugin.commands.running import run_verb
from wr_plugin.documents import letter as layout
from wr_plugin.model.errors import BadInput, GateShut
from wr_plugin.store.workfile import WorkFile


def letter(work, tmp_path, name="outside_registry", **params):
    path = tmp_path / "答复函.pdf"
    result = run_verb("letter", {"work": str(work), "out": str(path), "on": "2026-07-09", "subject": drawn.CODES[name], **params})
    return result, path


def object_to(work, name):
    with WorkFile.open(work) as store, store.transaction():
        store.connection.execute(
            "INSERT INTO objection (uuid, village_code, parcel_uuid, objector, content, received_on, state) VALUES"
            " ('o1', ?, ?, '王五', '我家这块地为什么没有水', '2026-07-02', 'open')", (drawn.VILLAGE, drawn.identity(name)))


def test_an_objection_is_answered_with_reasons_and_figures(village, tmp_path):
    object_to(village, "outside_registry")
    result, path = letter(village, tmp_path, objection=1, subject=None, number="示水函〔2026〕3号")
    text = "".join(texts(path)).replace("\n", "").replace(" ", "")
    assert result.counts["pages"] == len(texts(path)) <= 4
    for wanted in ("示水函〔2026〕3号", "水权核定情况的答复", "王五：", "你（户）于2026年7月2日提出的异议（“我家这块地为什么没有水”）收悉",
                   "一、核定结果", "名录外：不予核定", "（一）是否属于确权范围的地块类别", "不在二轮延包地名录内，不予确定水权",
                   "在名录内，种玉米、畦灌：+6,667m³", "不服本答复的", "示例县人民政府", "2026年7月9日", "示例数据"):
        assert wanted.replace(" ", "") in text, wanted


def test_a_holder_is_answered_too(village, tmp_path):
    result, path = letter(village, tmp_path, subject=drawn.HOLDERS["张三"], office="示例县水务局", to="张三户")
    text = "".join(texts(path)).replace("\n", "")
    assert "张三户：" in text and "示例县水务局" in text and ("答复", "张三户") in result.table


def test_the_same_letter_is_the_same_file(village, tmp_path):
    first = letter(village, tmp_path, "partly_reclaimed")[1].read_bytes()
    assert letter(village, tmp_path, "partly_reclaimed")[1].read_bytes() == first


def test_what_cannot_be_answered_is_not(village, tmp_path):
    with pytest.raises(BadInput, match="没有序号为 7"):
        letter(village, tmp_path, objection=7)
    with pytest.raises(BadInput, match="没有说答复哪个"):
        letter(village, tmp_path, subject=None)
    with WorkFile.open(village) as store, store.transaction():
        store.connection.execute("UPDATE parcel_right SET volume_m3_100 = 1 WHERE state = 'right'")
    with pytest.raises(GateShut, match="不一致"):
        letter(village, tmp_path, "surface")
    run_verb("check", {"work": str(village)})
    with WorkFile.open(village) as store, store.transaction():
        store.connection.execute("INSERT INTO run (verb, counts) VALUES ('import', '{}')")
    with pytest.raises(GateShut, match="又导入了资料"):
        letter(village, tmp_path, "mixed")


def test_a_name_that_no_font_has_is_said(village, tmp_path):
    with pytest.raises(BadInput, match="没有字体可印"):
        letter(village, tmp_path, to="张\ue000")
    assert not (tmp_path / "答复函.pdf").exists()


@pytest.mark.parametrize("count", range(1, 60))
def test_headings_go_with_their_text_and_the_signature_with_text(count):
    lines = [layout.Line(str(n), layout.HEI if n % 5 == 4 else layout.FANG) for n in range(count)]
    lines.append(layout.Line("末"))
    pages = layout._pages(lines, layout._signature(layout.Letter("", "", "", "", "单位", "日期")))
    assert [line.text for page in pages for line in page][:count + 1] == [line.text for line in lines]
    assert all(len(page) <= layout.LINES for page in pages)
    assert all(page[-1].role == layout.FANG for page in pages)
    assert len(pages[-1]) >= len(layout._signature(layout.Letter("", "", "", "", "", ""))) + 1


def test_a_user_of_both_waters_gets_one_letter(village, tmp_path):
    with WorkFile.open(village) as store, store.transaction():
        store.connection.executemany(
            "INSERT INTO permit_user (user_code, user_name, industry, source, permit_number, permit_m3_100, permit_until)"
            " VALUES ('Q1', '酱油厂', 'industry', ?, ?, 5000000, '2029-12-31')", (("surface", "许1号"), ("ground", "许2号")))
    run_verb("confirm", {"work": str(village)})
    result, path = letter(village, tmp_path, subject="酱油厂", to=None)
    text = "".join(texts(path)).replace("\n", "").replace(" ", "")
    assert ("答复", "酱油厂") in result.table and "（酱油厂）水权核定情况" in text
    assert "地表水：暂不确权" in text and "地下水：暂不确权" in text
