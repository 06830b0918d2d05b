"""Names in one form, and how far two are apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wr_plugin.intake import person_names

NAMES = st.text("王李张三四五明强建国红英𠮷曽", min_size=1, max_size=4)


@pytest.mark.parametrize("written, form", [
    ("张　三", "张三"), (" 曽 祥 ", "曾祥"), ("髙國華", "高国华"), ("买买提·艾力", "买买提艾力"), ("买买提•艾力", "买买提艾力"),
    ("张三（户主）", "张三"), ("张三(已故)", "张三"), ("ＡＢ", "AB"), ("", ""), (None, ""), ("王代表", "王代表"), ("欧阳修代表", "欧阳修"),
])
def test_the_normal_form(written, form):
    assert person_names.normal(written) == form


@pytest.mark.parametrize("one, other, how", [
    ("张建国", "张建国", person_names.EQUAL), ("张建国", "张健国", person_names.ALIKE), ("张建国", "张建果", person_names.ALIKE),
    ("付强", "傅强", person_names.ALIKE), ("张?国", "张建国", person_names.ALIKE), ("张建国", "张国建", person_names.SWAPPED),
    ("张建国", "张建四", person_names.ONE_OTHER), ("张建国", "张建", person_names.ONE_MISSING),
    ("张建国", "李四五", person_names.UNLIKE), ("张", "李", person_names.UNLIKE), ("张三", "张", person_names.UNLIKE),
    ("张三", "三张", person_names.SWAPPED),
])
def test_two_names(one, other, how):
    assert person_names.relation(one, other) == how
    assert person_names.relation(other, one) == how


@given(NAMES, NAMES)
def test_names_that_are_near_share_a_key(one, other):
    if person_names.relation(one, other) != person_names.UNLIKE:
        assert person_names.near_keys(one) & person_names.near_keys(other)


@given(st.text(max_size=12))
def test_any_text_has_a_form_without_blanks(text):
    assert not any(c.isspace() for c in person_names.normal(text))
