"""Narrow gaps between neighbours: measured as drawn, silent on shared edges, junctions, ridges and roads."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from tests.spatial.fields import ORIGIN, blobs, column, strips
from wr_plugin.spatial.gaps import gaps
from wr_plugin.spatial.polygons import Polygons


def at(*boxes):
    return Polygons(column([shapely.box(ORIGIN[0] + a, ORIGIN[1] + b, ORIGIN[0] + c, ORIGIN[1] + d) for a, b, c, d in boxes]))


def found(parcels, narrower=0.5, least=0.5):
    got = gaps(parcels, narrower, least)
    return {(int(i), int(j)): (a, m, w, most)
            for i, j, a, m, w, most in zip(got.i, got.j, got.area, got.length, got.mean, got.widest)}


def test_a_gap_of_even_width_is_measured():
    assert found(at((0, 0, 40, 80), (40.25, 0, 80, 80))) == {(0, 1): pytest.approx((20.0, 80.0, 0.25, 0.25), abs=1e-6)}


@pytest.mark.parametrize("turn", [0, 17, 45, 90, 133, 270])
def test_however_the_land_lies_and_however_it_is_drawn(turn):
    from shapely.affinity import rotate

    left, right = shapely.box(0, 0, 40, 80), shapely.reverse(shapely.box(40.3, 10, 80, 60))
    right = shapely.segmentize(right, 7.0)
    shapes = [shapely.transform(rotate(g, turn, origin=(0, 0)), lambda p: p + ORIGIN) for g in (right, left)]
    assert found(Polygons(column(shapes))) == {(0, 1): pytest.approx((15.0, 50.0, 0.3, 0.3), abs=1e-3)}


@pytest.mark.parametrize("parcels, why", [
    (at((0, 0, 40, 80), (40, 0, 80, 80)), "shared edge"),
    (at((0, 0, 40, 80), (40, 0, 80, 30), (40, 30, 80, 80)), "junction"),
    (at((0, 0, 40, 80), (40.6, 0, 80, 80)), "ridge"),
    (at((0, 0, 40, 80), (39.9, 0, 80, 80)), "overlap"),
    (at((0, 0, 40, 80), (40.25, 81, 80, 160)), "corner to corner"),
    (at((0, 0, 40, 80), (40.005, 0, 80, 80)), "rounding"),
    (at((0, 0, 40, 2), (40.2, 0, 80, 2)), "too small"),
    (at((0, 0, 40, 80), (40, 0, 40.3, 80), (40.3, 0, 80, 80)), "a narrow parcel between"),
    (at(), "nothing"), (at((0, 0, 40, 80)), "one"),
])
def test_no_gap(parcels, why):
    assert found(parcels) == {}, why


def test_a_strip_partly_taken_by_a_third_parcel():
    assert found(at((0, 0, 40, 80), (40.4, 0, 80, 80), (40, 20, 40.4, 80)))[0, 1][0] == pytest.approx(8.0)


def test_a_wedge_counts_where_it_stays_narrow():
    x, y = ORIGIN
    left = shapely.box(x, y, x + 40, y + 80)
    narrow = shapely.Polygon([(x + 40, y), (x + 90, y), (x + 90, y + 80), (x + 40.4, y + 80)])
    wide = shapely.Polygon([(x + 40, y), (x + 90, y), (x + 90, y + 80), (x + 48, y + 80)])
    assert found(Polygons(column([left, narrow])))[0, 1] == pytest.approx((16.0, 80.0, 0.2, 0.4), abs=0.01)
    assert found(Polygons(column([left, wide]))) == {}


def test_a_gap_around_an_island_in_a_hole():
    x, y = ORIGIN
    around = shapely.difference(shapely.box(x, y, x + 100, y + 100), shapely.box(x + 30, y + 30, x + 70, y + 70))
    island = shapely.box(x + 30.2, y + 30, x + 70, y + 70)
    both = shapely.multipolygons([around, shapely.box(x + 200, y, x + 210, y + 10)])
    for outer in (around, both):
        assert found(Polygons(column([outer, island])))[0, 1][0] == pytest.approx(8.0)


def test_fields_with_common_edges_have_none_and_a_moved_boundary_has_one():
    fields = strips(40, 20, seed=11)
    assert found(Polygons(fields)) == {}
    ring = shapely.get_coordinates(fields[210])
    ring[[0, 3, 4]] += (ring[[1, 2, 1]] - ring[[0, 3, 0]]) * 0.012
    fields[210] = shapely.polygons(ring)
    (pair, (area, length, mean, _)), = found(Polygons(fields)).items()
    assert pair == (209, 210) and 0.15 < mean < 0.35 and length == pytest.approx(80, abs=10)


@given(blobs(10))
@settings(max_examples=60, deadline=None)
def test_any_land_is_measured_and_no_gap_is_larger_than_the_free_land_nearby(geometry):
    parcels = Polygons(geometry)
    for (i, j), (area, *_) in found(parcels, 0.5, 0.01).items():
        near = shapely.intersection(shapely.buffer(geometry[i], 0.5), shapely.buffer(geometry[j], 0.5))
        free = shapely.difference(near, shapely.union_all(geometry[[g is not None for g in geometry]]))
        assert i < j and area <= shapely.area(free) * 1.5 + 0.1


def test_the_report_is_called_and_may_stop_the_search():
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gaps(at((0, 0, 40, 80), (40.25, 0, 80, 80)), 0.5, 0.5, stop)
    assert np.isfinite(gaps(at((0, 0, 40, 80), (40.25, 0, 80, 80)), 0.5, 0.5).area).all()
