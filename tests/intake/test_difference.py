"""What differs between two states: land by ground and code, households by their persons."""

import numpy as np
import pandas as pd
import pytest
import shapely

from wr_plugin.intake import certified_changes, difference, succession
from wr_plugin.intake.rows_of import RowsOf, differing

GROUP = "62079910020101"


def box(x, width=10.0, y=0.0, height=10.0):
    return shapely.box(x, y, x + width, y + height)


def state(parcels=(), households=(), links=()):
    """Frames of one state. ``parcels``: (code, geometry[, name]); ``households``: (code, name, number, members' numbers);
    ``links``: (parcel, household, area)."""
    frames = {
        "parcel": pd.DataFrame({"DKBM": [p[0] for p in parcels], "DKMC": [p[2] if len(p) > 2 else "地" for p in parcels]}),
        "CBF": pd.DataFrame({"CBFBM": [h[0] for h in households], "CBFMC": [h[1] for h in households],
                             "CBFZJHM": [h[2] for h in households]}, dtype=object),
        "CBF_JTCY": pd.DataFrame([(h[0], m, m) for h in households for m in h[3]],
                                 columns=["CBFBM", "CYXM", "CYZJHM"], dtype=object),
        "CBDKXX": pd.DataFrame(list(links), columns=["DKBM", "CBFBM", "HTMJ"]).astype({"DKBM": object, "CBFBM": object}),
    }
    geometry = np.empty(len(parcels), dtype=object)
    geometry[:] = [p[1] for p in parcels]
    return frames, geometry


def compared(old, new):
    return difference.compare(*old, *new)


def told(frame):
    return sorted(zip(frame["relation"], frame["old_code"], frame["new_code"]))


def test_the_ground_decides_where_codes_were_exchanged():
    found = compared(state([("a", box(0)), ("b", box(20))]), state([("b", box(0)), ("a", box(20.2))]))
    assert told(found.parcels) == [("recoded", "a", "b"), ("recoded", "b", "a")]
    assert found.predecessor.tolist() == [0, 1]
    assert sorted(found.parcels["moved"]) == [False, True]


def test_the_code_decides_where_the_ground_does_not():
    old = state([("a", box(0)), ("b", None), ("c", box(40))])
    found = compared(old, state([("a", box(6)), ("b", box(100)), ("c", box(500))]))
    assert told(found.parcels) == [("same", "a", "a"), ("same", "b", "b"), ("same", "c", "c")]
    assert found.counts["parcel"]["geometry"] == 3


def test_a_part_that_keeps_the_code_keeps_the_identity():
    found = compared(state([("a", box(0))]), state([("a2", box(0, 7)), ("a", box(7, 3))]))
    assert told(found.parcels) == [("split", "a", "a"), ("split", "a", "a2")]
    assert found.predecessor.tolist() == [-1, 0]
    assert succession.heirs(found, ["u"], ["v", "u"]) == {}


def test_three_parcels_made_into_two_are_redrawn_and_field_work_goes_to_the_larger_share():
    old = state([("a", box(0)), ("b", box(10)), ("c", box(20))])
    found = compared(old, state([("x", box(0, 15)), ("y", box(15, 15))]))
    assert found.counts["parcel"]["redrawn"] == 3 and found.counts["parcel"]["vanished"] == 0
    heirs = succession.heirs(found, ["A", "B", "C"], ["X", "Y"])
    assert heirs["A"][0] == "X" and heirs["C"][0] == "Y" and heirs["B"] == ("X", "x", "redrawn")


def test_two_parcels_of_one_code_are_told_apart_by_their_ground():
    found = compared(state([("a", box(0)), ("a", box(50))]), state([("a", box(50)), ("a", box(0))]))
    assert found.predecessor.tolist() == [1, 0] and found.counts["parcel"]["unchanged"] == 2


def test_an_added_parcel_under_a_code_used_before_gets_an_id_of_its_own():
    found = compared(state([("a", box(0))]), state([("b", box(0)), ("a", box(50))]))
    assert succession.inherited_ids(["given-b", "given-a"], ["b", "a"], ["given-a"], found.predecessor)[0] == "given-a"
    ids = succession.inherited_ids(["given-b", "given-a"], ["b", "a"], ["given-a"], found.predecessor)
    assert ids[1] not in ("given-a", "given-b") and len(ids[1]) == 36


def test_nothing_before_or_nothing_now():
    empty = state()
    some = state([("a", box(0))], [("h", "甲", "1" * 18, [])], [("a", "h", 100.0)])
    assert compared(empty, some).counts["parcel"]["added"] == 1
    gone = compared(some, empty)
    assert gone.counts["parcel"]["vanished"] == 1 and gone.counts["holder"]["vanished"] == 1
    assert sum(compared(empty, empty).counts["parcel"].values()) == 0


def number(n):
    return f"6207991970{n:08d}"


FAMILY = ("h1", "甲", number(1), [number(1), number(2), number(3), number(4)])


@pytest.mark.parametrize("now, expected", [
    ([FAMILY], [("same", "h1", "h1")]),
    ([("h9", "甲", number(1), FAMILY[3])], [("recoded", "h1", "h9")]),
    ([("h9", "乙", number(2), FAMILY[3])], [("recoded", "h1", "h9")]),  # new head and new code: the members tell
    ([("h1", "甲", number(1), [number(1), number(2)]), ("h2", "丙", number(3), [number(3), number(4)])],
     [("split", "h1", "h1"), ("split", "h1", "h2")]),
    ([("h8", "甲", number(1), [number(1), number(2)]), ("h9", "丙", number(3), [number(3), number(4)])],
     [("split", "h1", "h8"), ("split", "h1", "h9")]),
    ([("h1", "丁", number(7), [number(7)])], [("reassigned", "h1", "h1")]),
    ([("h7", "丁", number(7), [number(7)])], [("added", "", "h7"), ("vanished", "h1", "")]),
    ([("h1", "乙", number(2), [number(2), number(3), number(4)])], [("same", "h1", "h1")]),
])
def test_households_are_known_by_their_persons(now, expected):
    assert told(compared(state(households=[FAMILY]), state(households=now)).holders) == expected


def test_two_households_that_live_together_now():
    other = ("h2", "丙", number(5), [number(5), number(6)])
    joint = ("h1", "甲", number(1), [*FAMILY[3], *other[3]])
    found = compared(state(households=[FAMILY, other]), state(households=[joint]))
    assert told(found.holders) == [("merged", "h1", "h1"), ("merged", "h2", "h1")]
    assert found.counts["holder"]["merged"] == 1
    new = ("h5", "甲", number(1), joint[3])
    assert told(compared(state(households=[FAMILY, other]), state(households=[new])).holders) == [
        ("merged", "h1", "h5"), ("merged", "h2", "h5")]


def test_one_who_marries_into_another_household_divides_nothing():
    other = ("h2", "丙", number(5), [number(5), number(6)])
    now = [("h1", "甲", number(1), [number(1), number(2), number(3)]), ("h2", "丙", number(5), [*other[3], number(4)])]
    found = compared(state(households=[FAMILY, other]), state(households=now))
    assert told(found.holders) == [("same", "h1", "h1"), ("same", "h2", "h2")]
    members = found.holder_fields[found.holder_fields["field"] == "members"]
    assert sorted(members["new_code"]) == ["h1", "h2"]


def test_without_numbers_the_same_name_on_the_same_land_is_the_household():
    land = [("a", box(0)), ("b", box(20))]
    old = state(land, [("h1", "甲", None, []), ("h2", "乙", None, [])], [("a", "h1", 1.0), ("b", "h2", 1.0)])
    new = state(land, [("k1", "甲", "", []), ("k2", "丙", "****", [])], [("a", "k1", 1.0), ("b", "k2", 1.0)])
    found = compared(old, new)
    assert told(found.holders) == [("added", "", "k2"), ("recoded", "h1", "k1"), ("vanished", "h2", "")]
    fields = found.parcel_fields
    assert [tuple(r) for r in fields[["old_code", "field", "before", "after"]].itertuples(index=False)] == [
        ("b", "CBFBM", "h2", "k2")]  # the re-coded household is no change of hands


def test_what_concerns_a_certificate_and_what_does_not():
    land = [("a", box(0)), ("b", box(20))]
    holders = [("h1", "甲", number(1), []), ("h2", "乙", number(2), [])]
    old = state(land, holders, [("a", "h1", 1000.0), ("b", "h2", 1000.0)])
    new = state(land, holders, [("a", "h1", 1000.0), ("b", "h2", 900.0)])
    new[0]["parcel"]["DLDJ"] = ["05", "05"]
    found = compared(old, new)
    changes = certified_changes.of_holders(found, {"h1", "h2"}, old[0]["CBDKXX"], new[0]["CBDKXX"])
    assert changes == {"h2": ["地块 b 合同面积"]}
    sold = state(land, holders, [("a", "h1", 1000.0), ("b", "h1", 1000.0)])
    changes = certified_changes.of_holders(compared(old, sold), {"h1", "h2"}, old[0]["CBDKXX"], sold[0]["CBDKXX"])
    assert set(changes) == {"h1", "h2"}


def test_rows_are_compared_whatever_their_order():
    owners = np.array(["a", "b", "c"], dtype=object)
    old = RowsOf(owners, np.array(["a", "a", "b"], dtype=object), np.array(["2", "1", "1"], dtype=object))
    new = RowsOf(owners, np.array(["b", "a", "a"], dtype=object), np.array(["1", "1", "2"], dtype=object))
    rows, before, after = differing(old, np.array([1.0, 2.0, 3.0]), new, np.array([4.0, 2.0, 1.0]))
    assert (rows.tolist(), before.tolist(), after.tolist()) == ([1], ["3"], ["4"])
