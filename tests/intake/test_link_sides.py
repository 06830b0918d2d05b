"""What registry rows and holdings say, as numbers: villages, groups, areas, keys; and what speaks for a pair."""

import numpy as np
import pandas as pd
import pytest

from wr_plugin.intake import link_pairs, link_sides, linking
from wr_plugin.model import codes

VILLAGE, OTHER = "620799100201", "620799101201"
ZONES = {VILLAGE[:9]: "黑河镇", OTHER[:9]: "沙井镇", VILLAGE: "东沟村", OTHER: "东沟村", VILLAGE + "01": "东沟村一组",
         VILLAGE + "02": "东沟村二组"}


def holding(number, name="张建国", area=2.4, village=VILLAGE, group=1, **more):
    zone = f"{village}{group:02d}"
    return {"DKBM": f"{zone}{number:05d}", "CBFBM": f"{zone}0001", "HTMJ": area * 2000 / 3, "HTMJM": None, "YHTMJ": None,
            "YHTMJM": None, "uuid": f"u{number}", "DKMC": f"渠北{number}号", "DKLB": "10", "SCMJ": area * 2000 / 3, "SCMJM": None,
            "village_code": village, "village_name": "", "holder_name": name, **more}


def row(fid, name="张建国", area=240, **more):
    return {"fid": fid, "village_name": "东沟村", "group_name": None, "holder_name": name, "CBFBM": None, "DKBM": None,
            "parcel_name": None, "area_mu_100": area, "source_file": "黑河镇.xlsx", **more}


def sides(rows, holdings, members=(), zones=None):
    free = pd.DataFrame(holdings).astype(object)
    return link_sides.sides_of(pd.DataFrame(rows).astype(object), free, pd.DataFrame(list(members), columns=["CBFBM", "CYXM"]),
                               ZONES if zones is None else zones, free["CBFBM"])


def linked(rows, holdings, decisions=(), **more):
    """{registry fid: (number of the parcel or 0, decision)}."""
    found = linking.link(sides(rows, holdings, **more), decisions).links
    return {fid: (int(code[-5:]) if code else 0, decision) for fid, code, decision in zip(
        found["registry_fid"].tolist(), found["DKBM"].tolist(), found["decision"].tolist())}


@pytest.mark.parametrize("text, number", [
    ("一组", 1), ("第3村民小组", 3), ("十二社", 12), ("二十", 20), ("０５组", 5), ("3", 3), ("十", 10), ("东社", -1), ("", -1), (None, -1),
    ("一二", -1), ("十十", -1), ("2026", -1)])
def test_the_number_of_a_group(text, number):
    assert link_sides.group_number(text) == number


@pytest.mark.parametrize("name, form", [
    ("东沟村", "东沟"), ("东沟村民委员会", "东沟"), ("东 沟村委会", "东沟"), ("东沟", "东沟"), ("新村", "新村"), (None, "")])
def test_the_form_of_a_village(name, form):
    assert link_sides.village_form(name) == form


@pytest.mark.parametrize("said, file, may_be", [
    ("东沟村", "黑河镇.xlsx", [True, False]), ("东沟", "名录_沙井镇.xlsx", [False, True]), ("东沟村", "全县.xlsx", [True, True]),
    ("沙井镇东沟村", "全县.xlsx", [False, True]), ("西沟村", "黑河镇.xlsx", [False, False])])
def test_villages_of_one_name_are_told_apart_by_the_town(said, file, may_be):
    made = sides([row(1, village_name=said, source_file=file)], [holding(1), holding(2, village=OTHER)])
    assert made.place_ok[made.rows.place[0]].tolist() == may_be


def test_a_village_that_nothing_tells_is_told_by_the_names_that_stand_there():
    names = ["张建国", "李秀英", "王志强", "刘德福"]
    made = sides([row(i, name, village_name=None) for i, name in enumerate(names)],
                 [holding(i + 1, name) for i, name in enumerate(names)] + [holding(9, "张建国", village=OTHER)])
    assert made.resolved.all() and made.place_ok[0].tolist() == [True, False]


def test_the_kind_of_area_that_the_file_gives_counts():
    """25 households whose rows give the contract area; the 26th row agrees with its other parcel's former one only."""
    names = [f"{a}{b}" for a in "张王李赵陈" for b in "强梅军丽福"]
    areas = [231 + 17 * i for i in range(25)]
    rows = [row(i + 1, names[i], areas[i]) for i in range(25)] + [row(26, "刘德福", 333)]
    holdings = [holding(i + 1, names[i], areas[i] / 100) for i in range(25)]
    found = linked(rows, [*holdings, holding(26, "刘德福", 5.02, YHTMJ=3.33 * 2000 / 3)])
    assert found[1] == (1, codes.SURE) and found[26] == (26, codes.REVIEW)


def test_two_parcels_in_one_row_are_both_offered():
    """2.40 + 3.10 = 5.50: the row stands for both; neither alone is it."""
    made = linking.link(sides([row(1, area=550, parcel_name="渠北1号")], [holding(1), holding(2, area=3.1), holding(3, area=0.9)]))
    assert made.links["decision"].tolist() == [codes.REVIEW]
    assert [c[-1] for c in made.candidates["DKBM"].tolist()] == ["1", "2", "3"]
    assert made.candidates["reasons"].str.contains("面积之和").tolist() == [True, True, False]


def test_one_parcel_in_two_rows_is_offered_to_both():
    made = linking.link(sides([row(1, area=140), row(2, area=100)], [holding(1)]))
    assert made.links["decision"].tolist() == [codes.REVIEW] * 2
    assert made.candidates["DKBM"].str[-1].tolist() == ["1", "1"]
    assert made.candidates["reasons"].str.contains("与另一名录行的面积之和相同").all()


def test_another_name_is_never_sure_but_its_parcel_is_offered():
    """Neighbours whose names were exchanged: parcel name and area say whose parcel it is; people say what follows."""
    rows = [row(1, "李秀英", parcel_name="渠北1号"), row(2, "张建国", 310, parcel_name="渠北2号")]
    made = linking.link(sides(rows, [holding(1), holding(2, "李秀英", 3.1)]))
    assert set(made.links["decision"]) == {codes.REVIEW}
    assert dict(zip(made.links["registry_fid"], made.links["DKBM"].str[-1])) == {1: "1", 2: "2"}


def test_the_best_of_three_areas_counts_and_blank_ones_do_not():
    made = sides([row(1)], [holding(1, HTMJ=None, HTMJM=2.4, YHTMJ=0.0, SCMJ=None)])
    assert made.holdings.areas.tolist() == [[240, -1, -1]]
    assert linked([row(1)], [holding(1, area=3.9, YHTMJ=1600.0)]) == {1: (1, codes.SURE)}


def test_parcels_of_one_household_that_nothing_tells_apart_wait_for_people():
    found = linked([row(1), row(2)], [holding(1), holding(2)])
    assert {d for _, d in found.values()} == {codes.REVIEW}
    assert linked([row(1), row(2, area=310)], [holding(1), holding(2, area=3.1)]) == {1: (1, codes.SURE), 2: (2, codes.SURE)}


def test_the_whole_counts_not_the_first_come():
    """Row 1 would take parcel 2 by its area alone; then row 2 would have none."""
    found = linked([row(1, area=235), row(2, area=237)], [holding(1, area=2.3), holding(2, area=2.37)])
    assert found[1][0] == 1 and found[2][0] == 2


def test_a_household_member_stands_for_the_head():
    assert linked([row(1, "张小宝")], [holding(1)], members=[(VILLAGE + "010001", "张小宝")])[1] == (1, codes.SURE)
    assert linked([row(1, "张小宝")], [holding(1)])[1][1] in (codes.REVIEW, codes.NO_MATCH)


def test_a_holder_code_of_another_household_is_never_sure():
    other = holding(2, "李四", group=2)
    assert linked([row(1, CBFBM=other["CBFBM"])], [holding(1), other])[1][1] != codes.SURE


def test_the_last_five_digits_will_do():
    assert linked([row(1, "", None, DKBM="00002")], [holding(1), holding(2, "李四")])[1][0] in (0, 2)
    assert linked([row(1, DKBM="2"), row(2, DKBM="1")], [holding(1), holding(2)]) == {1: (2, codes.SURE), 2: (1, codes.SURE)}


def test_a_row_of_another_code_is_only_asked_about_where_name_and_area_agree():
    code = VILLAGE + "0177777"
    assert linked([row(1, DKBM=code)], [holding(1)]) == {1: (0, codes.NO_MATCH)}
    assert linked([row(1, DKBM=code, parcel_name="渠北1号")], [holding(1)]) == {1: (1, codes.REVIEW)}


def test_what_was_refused_is_not_offered_again():
    made = sides([row(1)], [holding(1)])
    refused = linking.Decision(made.rows.key[0], holding(1)["DKBM"], "", codes.REJECTED)
    assert linked([row(1)], [holding(1)], [refused]) == {1: (0, codes.REJECTED)}
    assert linked([row(1)], [holding(1), holding(2)], [refused]) == {1: (2, codes.SURE)}


def test_rows_of_the_same_content_have_keys_of_their_own():
    made = sides([row(2), row(1)], [holding(1)])
    assert len(set(made.rows.key)) == 2 and made.rows.key[1] == made.rows.key[0] + "#2"


def test_nothing_to_link_against():
    empty = pd.DataFrame([holding(1)]).astype(object).iloc[:0]
    made = link_sides.sides_of(pd.DataFrame([row(1)]).astype(object), empty, pd.DataFrame(columns=["CBFBM", "CYXM"]), {}, [])
    assert linking.link(made).links["decision"].tolist() == [codes.NO_MATCH]


def test_a_crowd_of_one_name_is_not_tried_all_with_all(monkeypatch):
    monkeypatch.setattr(link_pairs, "CROWDED", 100)
    count = 40
    areas = [200 + 13 * i for i in range(count)]
    found = linked([row(i, "东沟村合作社", areas[i - 1]) for i in range(1, count + 1)],
                   [holding(i, "东沟村合作社", areas[i - 1] / 100) for i in range(1, count + 1)])
    assert all(found[i] == (i, codes.SURE) for i in range(1, count + 1))


def test_reasons_are_in_words():
    found = linking.link(sides([row(1, "张健国", group_name="一组", parcel_name="渠北1号")], [holding(1)])).links
    assert found["reasons"].tolist() == ["村相同；组相同；姓名有一字形近或音近；地块名称相同且村内少见；面积相同"]
    assert found["score"].tolist() == [93] and np.all(found["margin"] == 93)
