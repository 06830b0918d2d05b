"""Setting text: nothing is cut off, lines break where Chinese lines may."""

import pytest

from wr_plugin.documents import fonts
from wr_plugin.documents.page import A4, Paper
from wr_plugin.documents.pen import KAI, NO_LINE_END, NO_LINE_START


@pytest.fixture
def pen(tmp_path):
    return Paper(tmp_path / "x.pdf", A4, "x", fonts.find()).begin()


def test_wrapped_lines_keep_all_text_and_the_rules_for_line_ends(pen):
    text = "依据《张掖市水权改革工作方案（送审稿）》，经核查、公示和审核，对下列权利人的灌溉用水权予以确认，编码6207991012010100003。"
    for width in (90, 133, 177, 260):
        lines = pen.wrap(text, KAI, 12, width)
        assert "".join(lines) == text
        assert not any(line[0] in NO_LINE_START for line in lines[1:])
        assert not any(line[-1] in NO_LINE_END for line in lines[:-1])
        assert any("6207991012010100003" in line for line in lines), "codes stay whole"


@pytest.mark.parametrize("text", ["王", "尉迟军英", "红旗支渠三斗", "内蒙古自治区呼和浩特市土默特左旗农民专业合作社联合社",
                                  "示例县" * 20, "东：王五　南：渠\n西：路　北：阿卜杜拉·买买提"])
def test_a_cell_holds_any_text_without_cutting(pen, text):
    lines, size, squeeze = pen._fitted(text, KAI, 12, 60, 24)
    assert "".join(lines) == text.replace("\n", "")
    assert len(lines) * size * 1.18 <= 24.01
    assert max(pen.width(line, KAI, size) for line in lines) * squeeze <= 60.01
