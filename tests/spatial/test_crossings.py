"""Areas shared with a layer against GEOS, pair by pair, where outlines touch, cross and surround."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from tests.spatial.fields import ORIGIN, blobs, column, strips
from wr_plugin.spatial.crossings import crossings
from wr_plugin.spatial.polygons import Polygons


def by_geos(parcels, layer):
    areas = {}
    for i, parcel in enumerate(parcels):
        for j, polygon in enumerate(layer):
            if parcel is not None and polygon is not None:
                areas[i, j] = shapely.area(shapely.intersection(parcel, polygon))
    return areas


def agree(parcels, layer):
    i, j, area = crossings(Polygons(parcels), Polygons(layer))
    found, expected = dict(zip(zip(i.tolist(), j.tolist()), area.tolist())), by_geos(parcels, layer)
    assert list(zip(i, j)) == sorted(zip(i, j))
    for pair in set(found) | set(expected):
        assert found.get(pair, 0.0) == pytest.approx(expected.get(pair, 0.0), abs=0.0011), pair
    return found


@given(blobs(8), blobs(6))
@settings(max_examples=120, deadline=None)
def test_every_pair_has_the_area_that_geos_gives(parcels, layer):
    agree(parcels, layer)


def at(x, y, wide, high):
    return shapely.box(ORIGIN[0] + x, ORIGIN[1] + y, ORIGIN[0] + x + wide, ORIGIN[1] + y + high)


@pytest.mark.parametrize("other", [
    at(0, 0, 10, 10), at(10, 0, 10, 10), at(-5, -5, 20, 20), at(-5, 10, 30, 5), at(2, 2, 3, 3), at(-5, -5, 15, 30),
    at(-5, 3, 30, 2), at(3, -5, 2, 30), at(5, 5, 10, 10), at(-10, -10, 10, 10), at(0, 0, 10, 5), at(100, 100, 1, 1),
    shapely.difference(at(-20, -20, 50, 50), at(-1, -1, 12, 12)), shapely.difference(at(-20, -20, 50, 50), at(4, 4, 2, 2)),
    shapely.union_all([at(-3, -3, 5, 5), at(8, 8, 5, 5)])])
def test_a_square_with_all_that_can_lie_around_it(other):
    agree(column([at(0, 0, 10, 10)]), column([other]))
    agree(column([shapely.reverse(at(0, 0, 10, 10))]), column([shapely.reverse(other)]))
    agree(column([other]), column([at(0, 0, 10, 10)]))


def test_long_outlines_over_turned_strips():
    fields = strips(25, 8, seed=9)
    middle = shapely.centroid(shapely.union_all(fields))
    lake = shapely.buffer(middle, 210, quad_segs=300)
    found = agree(fields, column([lake, shapely.difference(shapely.buffer(middle, 900, quad_segs=50), lake), None]))
    assert len({parcel for parcel, _ in found}) == len(fields)


def test_a_parcel_wholly_inside_has_exactly_its_own_area():
    fields = Polygons(strips(6, 6, seed=2))
    i, _, area = crossings(fields, Polygons(column([at(-5000, -5000, 10_000, 10_000), at(-4000, -4000, 8000, 8000)])))
    assert i.tolist() == np.repeat(np.arange(36), 2).tolist()
    assert area.tolist() == np.repeat(fields.area, 2).tolist()


def test_nothing_in_gives_nothing_out():
    nothing = Polygons(column([]))
    for parcels, layer in ((nothing, nothing), (Polygons(strips(2, 2, seed=1)), nothing), (nothing, Polygons(strips(2, 2, 1))),
                           (Polygons(column([None])), Polygons(column([None])))):
        assert [len(part) for part in crossings(parcels, layer)] == [0, 0, 0]
