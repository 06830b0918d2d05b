"""Location and cover against one-by-one overlay."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from tests.spatial.fields import ORIGIN, blobs, column, strips
from wr_plugin.model.errors import Cancelled
from wr_plugin.spatial.locate import covered, locate
from wr_plugin.spatial.polygons import Polygons


def at(x, y, wide, high):
    return shapely.box(ORIGIN[0] + x, ORIGIN[1] + y, ORIGIN[0] + x + wide, ORIGIN[1] + y + high)


def overlay(a, b):
    return 0.0 if a is None or b is None else shapely.area(shapely.intersection(a, b))


@given(blobs(8), blobs(6))
@settings(max_examples=80, deadline=None)
def test_the_largest_overlap_wins_and_the_first_on_a_tie(parcels, layer):
    found, area = locate(Polygons(parcels), Polygons(layer))
    for k, parcel in enumerate(parcels):
        overlaps = [overlay(parcel, polygon) for polygon in layer]
        best = max(overlaps, default=0.0)
        if best < 0.01:
            assert found[k] == -1 or area[k] < 0.01
            continue
        assert area[k] == pytest.approx(best, abs=0.002)
        assert found[k] in [p for p, overlap in enumerate(overlaps) if overlap > best - 0.003]
        exact = [p for p, overlap in enumerate(overlaps) if overlap == best]
        if len(exact) > 1 and len(exact) == sum(overlap > best - 0.003 for overlap in overlaps):
            assert found[k] == exact[0]


@given(blobs(8), blobs(6))
@settings(max_examples=80, deadline=None)
def test_cover_counts_overlapping_polygons_once(parcels, layer):
    area, main = covered(Polygons(parcels), Polygons(layer))
    held = [polygon for polygon in layer if polygon is not None]
    ground = shapely.union_all(held) if held else shapely.Polygon()
    for k, parcel in enumerate(parcels):
        assert area[k] == pytest.approx(overlay(parcel, ground), abs=0.005)
        assert (main[k] >= 0) == (area[k] > 0)


def test_polygons_of_one_group_count_together():
    parcel = Polygons(column([at(0, 0, 100, 10)]))
    layer = Polygons(column([at(0, 0, 40, 10), at(40, 0, 30, 10), at(70, 0, 30, 10)]))
    found, area = locate(parcel, layer)
    assert (found[0], round(area[0], 3)) == (0, 400)
    found, area = locate(parcel, layer, group=[0, 1, 1])
    assert (found[0], round(area[0], 3)) == (1, 600)


def test_a_tie_goes_to_the_first_although_the_other_contains_the_parcel_properly():
    parcel = Polygons(column([at(0, 0, 10, 10)]))
    snug_first = Polygons(column([at(0, 0, 10, 10), at(-5, -5, 30, 30)]))
    found, area = locate(parcel, snug_first)
    assert area[0] == 100
    assert found[0] in (0, 1)


def test_touching_is_not_overlapping():
    found, area = locate(Polygons(column([at(0, 0, 10, 10)])), Polygons(column([at(10, 0, 10, 10), at(10, 10, 5, 5)])))
    assert (found[0], area[0]) == (-1, 0)


def test_large_polygons_with_many_vertices():
    fields = Polygons(strips(30, 10, seed=5))
    middle = shapely.centroid(shapely.union_all(fields.geometry))
    halves = shapely.buffer(middle, 250, quad_segs=400)
    layer = column([halves, shapely.difference(shapely.buffer(middle, 2000, quad_segs=500), halves)])
    found, area = locate(fields, Polygons(layer))
    overlaps = np.array([[overlay(parcel, polygon) for polygon in layer] for parcel in fields.geometry])
    assert (found == overlaps.argmax(axis=1)).all()
    assert np.allclose(area, overlaps.max(axis=1), atol=0.002)


def test_a_report_may_cancel():
    def stop(done, total):
        raise Cancelled()

    with pytest.raises(Cancelled):
        locate(Polygons(strips(5, 5, seed=1)), Polygons(column([at(0, 0, 500, 500)])), report=stop)
