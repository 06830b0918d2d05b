"""Largest remainder by counting what weighs the same gives what sorting the parts gives, to the last unit and its place."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wr_plugin.rights import caps, tallies


def both(weights, groups, totals, monkeypatch):
    made = []
    for few in (10**9, -1):
        monkeypatch.setattr(caps, "FEW", few)
        monkeypatch.setattr(tallies, "PER_PART", 10**6)
        cut = caps.largest_remainder(np.array(weights, dtype=np.int64), np.array(groups, dtype=np.int64), totals)
        made.append((cut.parts.tolist(), cut.last.tolist(), cut.last_remainder.tolist()))
    assert made[0] == made[1]
    return made[1]


@settings(max_examples=100)
@given(st.data())
def test_counting_equals_sorting(data):
    weights = data.draw(st.lists(st.integers(0, 30), max_size=40))
    groups = [data.draw(st.integers(0, 3)) for _ in weights]
    totals = [data.draw(st.integers(0, sum(w for w, g in zip(weights, groups) if g == k))) for k in range(4)]
    with pytest.MonkeyPatch.context() as patched:
        both(weights, groups, totals, patched)


def test_by_hand(monkeypatch):
    """7 among 3, 3, 3, 1: each three 7·3/10 = 2.1, the one 0.7. The floors make 6; the seventh goes to 0.7, the largest.
    8 among them: 2.4 and 0.8: floors 6, the one gets one more, and the first three."""
    assert both([3, 3, 3, 1], [0] * 4, [7], monkeypatch)[0] == [2, 2, 2, 1]
    assert both([3, 3, 3, 1], [0] * 4, [8], monkeypatch) == ([3, 2, 2, 1], [0], [4])


def test_weights_too_different_are_sorted():
    assert tallies.tally(np.array([1, 10**9]), np.array([0, 0]), 1) is None
