"""Columns known by what they hold: codes, identity numbers, classes, names, areas. Content proposes and never decides."""

import numpy as np
import pytest
import shapely
import township
from hypothesis import given, settings
from hypothesis import strategies as st

from wr_plugin.intake import content, field_matching
from wr_plugin.intake.raw import RawTable
from wr_plugin.model import schema

NAMES = ["王建国", "李秀英", "张德福", "陈玉", "欧阳志远", "马占山"]
IDENTITIES = ["11010519491231002X", "440524188001010014"]
ANY_CELL = st.one_of(st.none(), st.text(max_size=22), st.integers(), st.floats(allow_nan=True), st.booleans(), st.dates(),
                     st.from_regex(r"[0-9]{17,20}", fullmatch=True))


def raw_of(columns, geometry=None):
    height = len(next(iter(columns.values()), []))
    return RawTable("t.xlsx", "t.xlsx", "", [(title,) for title in columns], list(columns.values()),
                    np.arange(1, height + 1), geometry)


def proposed(table, columns, geometry=None):
    """{field: [(title, confidence)]}"""
    raw, table = raw_of(columns, geometry), schema.table(table)
    found = field_matching.match(table, raw.headers, ask=False)
    return {name: [(raw.titles()[p], c) for p, c in each]
            for name, each in content.candidates(table, raw, found).items()}


def test_identity_numbers_are_told_from_holder_codes():
    assert all(content.is_identity(number) for number in IDENTITIES)
    assert not content.is_identity("110105194912310021") and not content.is_identity(township.holder_code(1))
    holders = [township.holder_code(i + 1) for i in range(6)]
    assert proposed("CBF", {"甲": IDENTITIES * 3, "乙": holders, "丙": NAMES}) == {
        "CBFBM": [("乙", 1.0)], "CBFMC": [("丙", 1.0)], "CBFZJHM": [("甲", 1.0)]}


def test_codes_of_several_counties_are_not_taken_for_one_countys():
    mixed = [f"{620700 + i}100201010{i:04d}" for i in range(6)]
    assert "CBFBM" not in proposed("CBF", {"乙": mixed})


def test_parcels_are_known_by_code_class_and_the_area_of_their_outline():
    land = township.squares(6)
    codes = [township.parcel_code(i + 1) for i in range(6)]
    found = proposed("parcel", {"A": codes, "B": ["10", "10", "21", "10", "99", "10"], "C": [1600.0, 1590.0, 1610.0, 1600, 1600, 1600],
                                "D": [7.0, 8, 9, 1, 2, 3], "Shape_Area": [1600.0] * 6}, np.array(land, dtype=object))
    assert found == {"DKBM": [("A", 1.0)], "DKLB": [("B", 1.0)], "SCMJ": [("C", 1.0)]}
    in_mu = proposed("parcel", {"A": codes, "M": [2.4] * 6}, np.array(land, dtype=object))
    assert in_mu["SCMJM"] == [("M", 1.0)] and "SCMJ" not in in_mu


@pytest.mark.parametrize("title, cells, field", [
    ("面积", [1600.0, 800.5], "HTMJ"), ("面积", [2.4, 1.2], "HTMJM"), ("地块亩数", [2.4, 1.2], "HTMJM"),
    ("面积m2", [30.0, 40.0], "HTMJ"), ("面积（公顷）", [0.16, 0.08], None), ("电话", [13800000000, 13900000000], None)])
def test_an_area_without_outline_is_known_by_its_title(title, cells, field):
    assert set(proposed("CBDKXX", {title: cells})) == ({field} if field else set())


def test_names_of_parcels_are_no_names_of_people():
    assert "holder_name" not in proposed("registry", {"x": ["渠北地", "南滩", "大块田", "井台边", "涝坝沿", "东头"]})
    assert "holder_name" not in proposed("registry", {"x": ["王家庄"] * 30})


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(content.LOOKS)), st.dictionaries(st.text(max_size=6), st.lists(ANY_CELL, min_size=4, max_size=4),
                                                               max_size=4))
def test_any_content_is_judged_without_a_crash_and_left_as_it_is(table, columns):
    before = {title: list(cells) for title, cells in columns.items()}
    raw = raw_of(columns)
    found = field_matching.match(schema.table(table), raw.headers, ask=False)
    for each in content.candidates(schema.table(table), raw, found).values():
        assert all(content.AREA_BY_TITLE <= confidence <= 1 for _, confidence in each)
    assert [list(c) for c in raw.columns] == [before[t] for t in columns] or any(
        isinstance(v, float) and v != v for cells in columns.values() for v in cells)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(st.text(max_size=5), max_size=3).map(tuple), max_size=6))
def test_any_header_is_matched_once_and_its_titles_are_unique(headers):
    for name in ("registry", "CBDKXX"):
        found = field_matching.match(schema.table(name), headers, ask=False)
        positions = [p for each in found.columns.values() for p in each]
        assert len(positions) == len(set(positions))
    titles = field_matching.unique_titles(headers)
    chosen = {"DKBM": titles[0]} if titles and titles[0] and "#" not in "".join(headers[0]) else {}
    try:
        again = field_matching.match(schema.table("registry"), headers, chosen, ask=False)
    except field_matching.BadInput:
        return
    assert not chosen or again.columns["DKBM"] == [0]


def test_a_point_layer_without_area_is_no_area():
    points = np.array([shapely.Point(i, i) for i in range(3)], dtype=object)
    assert proposed("parcel", {"C": [1600.0, 2, 3]}, points) == {}
