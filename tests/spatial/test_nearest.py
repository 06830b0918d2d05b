"""The nearest point within its own reach, against every point one by one."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spatial.fields import ORIGIN, blobs, column, strips
from wr_plugin.spatial.nearest import nearest
from wr_plugin.spatial.polygons import Polygons

wells = st.lists(st.tuples(st.integers(-50, 350), st.integers(-50, 350), st.sampled_from([0, 5, 20, 60, 300])), max_size=9)


def one_by_one(parcels, points, reach):
    for parcel in parcels:
        best = (-1, np.nan)
        for k, point in enumerate(points):
            gap = np.nan if parcel is None or parcel.is_empty else shapely.distance(parcel, point)
            if gap <= reach[k] and (best[0] < 0 or gap < best[1]):
                best = (k, gap)
        yield best


@given(blobs(10), wells)
@settings(max_examples=100, deadline=None)
def test_the_same_as_one_by_one(parcels, drawn):
    points = column([shapely.Point(ORIGIN[0] + x, ORIGIN[1] + y) for x, y, _ in drawn])
    reach = np.array([r for *_, r in drawn], dtype=float)
    found, distance = nearest(Polygons(parcels), points, reach)
    for k, (point, gap) in enumerate(one_by_one(parcels, points, reach)):
        assert found[k] == point
        assert (np.isnan(gap) and np.isnan(distance[k])) or distance[k] == pytest.approx(gap, abs=1e-6)


def test_a_far_reaching_well_serves_where_the_nearest_does_not_reach():
    field = Polygons(column([shapely.box(0, 0, 10, 10)]))
    points = shapely.points([(20, 5), (100, 5), (100, 5)])
    found, distance = nearest(field, points, [5, 90, 90])
    assert (found[0], distance[0]) == (1, 90)
    assert nearest(field, points, [5, 89.9, 89.9])[0][0] == -1


def test_nothing_in_gives_nothing_out():
    assert len(nearest(Polygons(column([])), shapely.points([(0, 0)]), [1])[0]) == 0
    found, distance = nearest(Polygons(strips(2, 2, seed=1)), column([]), [])
    assert (found == -1).all() and np.isnan(distance).all()
