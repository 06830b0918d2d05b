"""Pairs of boxes against every pair, one by one."""

import numpy as np
import pytest

from wr_plugin.model.errors import Cancelled
from wr_plugin.spatial import box_pairs
from wr_plugin.spatial.box_pairs import Boxes, each_pair


def drawn(random, count, largest):
    low = random.uniform(0, 100, (count, 2))
    bounds = np.column_stack((low, low + random.uniform(0, largest, (count, 2))))
    bounds[random.random(count) < 0.1] = np.nan
    return bounds


def meet(a, b):
    return bool((a[:2] <= b[2:]).all() and (b[:2] <= a[2:]).all())


def found(boxes, others=None):
    pairs = each_pair(lambda i, j: list(zip(i.tolist(), j.tolist())), boxes, others)
    return sorted(pair for some in pairs for pair in some)


@pytest.mark.parametrize("seed", range(40))
def test_the_same_pairs_as_one_by_one(seed, monkeypatch):
    monkeypatch.setattr(box_pairs, "CANDIDATES", 50)
    random = np.random.default_rng(seed)
    a, b = (drawn(random, random.integers(1, 60), random.choice([0.0, 1.0, 10.0, 200.0])) for _ in range(2))
    b[:, (0, 2)] += random.choice([0, 30, 500])
    assert found(Boxes(a)) == [(i, j) for i in range(len(a)) for j in range(i + 1, len(a)) if meet(a[i], a[j])]
    assert found(Boxes(a), b) == [(i, j) for i in range(len(a)) for j in range(len(b)) if meet(a[i], b[j])]


def test_none_have_no_pairs():
    nothing = np.empty((0, 4))
    assert found(Boxes(nothing)) == found(Boxes(nothing), np.zeros((1, 4))) == found(Boxes(np.zeros((1, 4))), nothing) == []
    assert found(Boxes(np.full((2, 4), np.nan))) == []


def test_a_report_may_cancel():
    def stop(done, total):
        raise Cancelled()

    with pytest.raises(Cancelled):
        each_pair(lambda i, j: i, Boxes(np.zeros((3, 4))), report=stop)
