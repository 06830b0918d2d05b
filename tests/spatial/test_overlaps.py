"""Mutual overlaps and duplicates against every pair, one by one."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spatial.fields import blobs, column, strips
from wr_plugin.spatial.overlaps import facing_bound, mutual, same_shape
from wr_plugin.spatial.polygons import Polygons


def every_pair(geometry, minimum):
    pairs = {}
    for i in range(len(geometry)):
        for j in range(i + 1, len(geometry)):
            if geometry[i] is not None and geometry[j] is not None:
                area = shapely.area(shapely.intersection(geometry[i], geometry[j]))
                if area > minimum:
                    pairs[i, j] = area
    return pairs


@given(blobs(14), st.sampled_from([0.5, 1.0, 50.0, 400.0]))
@settings(max_examples=80, deadline=None)
def test_the_same_pairs_as_one_by_one(geometry, minimum):
    i, j, area = mutual(Polygons(geometry), minimum)
    found = dict(zip(zip(i.tolist(), j.tolist()), area))
    expected = every_pair(geometry, minimum)
    unsure = {pair for pair in set(found) ^ set(expected)
              if abs((found.get(pair) or expected.get(pair)) - minimum) > 1e-5}
    assert not unsure
    assert all(abs(found[p] - expected[p]) < 1e-5 for p in set(found) & set(expected))
    assert list(zip(i, j)) == sorted(zip(i, j))


def test_neighbours_with_common_edges_do_not_overlap_and_moved_ones_do():
    fields = strips(40, 20, seed=11)
    assert len(mutual(Polygons(fields), 0.01)[0]) == 0
    moved = fields.copy()
    moved[[50, 333]] = shapely.transform(moved[[50, 333]], lambda xy: xy + (3.0, 1.5))
    i, j, area = mutual(Polygons(moved), 1.0)
    assert dict(zip(zip(i.tolist(), j.tolist()), area)) == pytest.approx(every_pair(moved, 1.0), abs=1e-5)
    assert {50, 333} <= set(i) | set(j)


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_the_bound_is_never_below_the_area(seed):
    random = np.random.default_rng(seed)
    a = shapely.convex_hull(shapely.multipoints(random.uniform(0, 10, (7, 2))))
    b = shapely.convex_hull(shapely.multipoints(random.uniform(3, 15, (7, 2))))

    def table(polygon):
        xy = shapely.get_coordinates(polygon)
        xy = np.vstack([xy, np.repeat(xy[-1:], 10 - len(xy), axis=0)])
        return xy[:, :1], xy[:, 1:]

    def bound(first, second):
        turn = np.array([1.0 if first.exterior.is_ccw else -1.0])
        return facing_bound(*table(first), turn, *table(second), *(v.mean(axis=0) for v in table(second)))[0]

    area = shapely.area(shapely.intersection(a, b))
    for one, other in ((a, b), (b, a), (shapely.reverse(a), b), (a, shapely.reverse(b))):
        assert bound(one, other) >= area - 1e-9


def test_the_same_shape_drawn_otherwise_is_a_duplicate_and_a_nearby_one_is_not():
    base = shapely.box(34_370_000, 4_310_000, 34_370_060, 4_310_100)
    turned = shapely.Polygon(np.roll(shapely.get_coordinates(base)[:-1], 2, axis=0))
    denser = shapely.segmentize(shapely.reverse(base), 7.0)
    millimetre = shapely.transform(base, lambda xy: xy + (0.0005, 0))
    centimetre = shapely.transform(base, lambda xy: xy + (0.01, 0))
    spiked = shapely.union(base, shapely.box(34_370_060, 4_310_050, 34_370_060.2, 4_310_050.2))
    fields = Polygons(column([base, turned, denser, millimetre, centimetre, spiked]))
    i, j, area = mutual(fields, 1.0)
    same = {(a, b) for a, b, s in zip(i, j, same_shape(fields, i, j, area)) if s}
    assert same == {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)}
