"""Capital numerals against alteration, and dates."""

import pytest

from wr_plugin.documents.numerals import capital_hundredths, capital_whole, date_text


@pytest.mark.parametrize("number, text", [
    (0, "零"), (7, "柒"), (10, "壹拾"), (105, "壹佰零伍"), (1001, "壹仟零壹"), (1010, "壹仟零壹拾"), (3200, "叁仟贰佰"),
    (10_000, "壹万"), (10_050, "壹万零伍拾"), (100_000, "壹拾万"), (1_020_300, "壹佰零贰万零叁佰"), (200_000_001, "贰亿零壹"),
    (10_203_040, "壹仟零贰拾万叁仟零肆拾"), (123_456_789, "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖"),
])
def test_capital_numerals(number, text):
    assert capital_whole(number) == text


def test_every_number_below_ten_thousand_reads_back():
    digits = {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
    places = {"拾": 10, "佰": 100, "仟": 1000}
    for number in range(1, 10_000):
        total, digit = 0, 0
        for char in capital_whole(number):
            if char in places:
                total, digit = total + digit * places[char], 0
            else:
                digit = digits[char]
        assert total + digit == number
        assert "零零" not in capital_whole(number) and not capital_whole(number).endswith("零")


@pytest.mark.parametrize("amount, text", [(123_000, "壹仟贰佰叁拾"), (1230, "壹拾贰点叁"), (1205, "壹拾贰点零伍"), (5, "零点零伍")])
def test_amounts_in_hundredths(amount, text):
    assert capital_hundredths(amount) == text


def test_out_of_range_is_refused():
    with pytest.raises(ValueError):
        capital_whole(-1)
    with pytest.raises(ValueError):
        capital_whole(10**16)


def test_dates():
    assert date_text("2026-03-01") == "2026年3月1日"
    assert date_text(None) == ""
    assert date_text("长期") == "长期"
