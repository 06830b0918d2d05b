"""Columns line up by display width."""

from wr_plugin.commands import text_table


def test_chinese_is_two_cells_wide():
    assert text_table.display_width("水权W") == 5
    assert text_table.display_width("（𠮷）") == 6
    assert text_table.display_width("e\u0301") == 1


def test_columns_line_up_and_numbers_align_right():
    drawn = text_table.lines([("示范村", 12345, "好"), ("乙", 7, "a")], ("村", "地块", ""))
    assert drawn == ["  村        地块", "  ──────  ──────  ──", "  示范村  12,345  好", "  乙           7  a"]
    assert len({text_table.display_width(line[:line.index("好") if "好" in line else line.index("a")])
                for line in drawn[2:]}) == 1


def test_rows_of_differing_length_and_empty_values():
    assert text_table.lines([("a",), ("b", None, True)]) == ["  a", "  b    是"]
    assert text_table.lines([]) == []


def test_a_very_long_cell_does_not_widen_its_column():
    drawn = text_table.lines([("决定：" + "长" * 40, "甲"), ("地块", "乙")])
    assert drawn == ["  决定：" + "长" * 40 + "  甲", "  地块  乙"]
