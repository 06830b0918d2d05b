"""Fonts: chains, coverage, what cannot be printed, and text that copies as it prints."""

import shutil

import pytest
from pypdf import PdfReader

from tests.documents import pdf_pages
from wr_plugin.documents import fonts
from wr_plugin.documents.page import A4, Paper
from wr_plugin.model.errors import BadInput

RARE = "欧阳𠮷䶮㛃𬭛"


@pytest.fixture(scope="module")
def book():
    return fonts.find()


def test_every_typeface_covers_gb2312(book):
    assert len(fonts.gb2312_characters()) == 6763
    for role in fonts.ROLE_NAMES:
        have, wanted = book[role].coverage(fonts.gb2312_characters())
        assert have == wanted == 6763, role


def test_a_rare_character_comes_from_another_font_of_the_chain(book):
    chain = book[fonts.SONG]
    runs = chain.runs("王𠮷")
    assert "".join(text for _, text in runs) == "王𠮷"
    assert len(runs) == 2 and runs[0][0] is not runs[1][0]
    assert chain.runs("王𠮷") is runs, "runs are cached"


def test_private_use_replacement_and_control_characters_never_print(book):
    for char in ("\ue000", "\uf8ff", "\U000f0000", "\ufffd", "\x07"):
        assert book.missing(f"王{char}") == char
        with pytest.raises(ValueError):
            book[fonts.SONG].runs(f"王{char}")
    assert book.missing("王\u200b五") == "", "zero-width characters are passed over"


def test_rare_characters_print_and_copy_right(book, tmp_path):
    path = tmp_path / "字.pdf"
    paper = Paper(path, A4, "字", book)
    pen = paper.begin()
    for i, role in enumerate(fonts.ROLE_NAMES):
        pen.text(72, 700 - 60 * i, RARE, role, 30)
    paper.end(1, 1, 40)
    paper.save()
    assert pdf_pages.texts(path)[0].count(RARE) == 3
    assert pdf_pages.ink(path, 1, (0.1, 0.1, 0.6, 0.35), tmp_path) > 0.01
    assert all(embedded for _, embedded in pdf_pages.fonts(path))
    assert not any("Helvetica" in name for name, _ in pdf_pages.fonts(path))


def test_to_unicode_map_writes_surrogates_and_short_blocks():
    text = fonts.to_unicode_map("X", [0x20BB7] + [0x4E00 + i for i in range(150)])
    assert "<00> <D842DFB7>" in text
    assert "100 beginbfchar" in text and "51 beginbfchar" in text


def test_a_named_folder_comes_first(book, tmp_path):
    original = book[fonts.KAI].first.path
    shutil.copy(original, tmp_path / "村里的字体.ttf")
    own = fonts.find(str(tmp_path))
    assert own[fonts.HEI].runs("水")[0][0].path == book[fonts.HEI].first.path, "typefaces stay"
    assert tmp_path in {path.parent for path, _ in own[fonts.HEI]._files[:2]}
    with pytest.raises(BadInput, match="字体文件夹"):
        fonts.find(str(tmp_path / "没有"))


def test_no_font_at_all_says_what_to_install(monkeypatch):
    monkeypatch.setattr(fonts, "font_files", lambda folders: {})
    fonts.find.cache_clear()
    try:
        with pytest.raises(BadInput, match="字体") as told:
            fonts.find()
        assert "fonts-arphic-uming" in told.value.remedy
    finally:
        fonts.find.cache_clear()


def test_pages_are_the_same_bytes_and_carry_no_clock(book, tmp_path, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    for name in ("一.pdf", "二.pdf"):
        paper = Paper(tmp_path / name, A4, "同", book, ("示例数据",))
        paper.begin().text(100, 500, "水权证", fonts.KAI, 20)
        paper.end(1, 1, 40)
        paper.save()
    assert (tmp_path / "一.pdf").read_bytes() == (tmp_path / "二.pdf").read_bytes()
    assert "2000" in PdfReader(str(tmp_path / "一.pdf")).metadata["/CreationDate"], "reportlab's fixed date"
    assert "示例数据" in pdf_pages.texts(tmp_path / "一.pdf")[0]
