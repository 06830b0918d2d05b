"""Areas of intersection against GEOS."""

import numpy as np
import shapely
from hypothesis import given, settings

from tests.spatial.fields import blobs, column, strips
from wr_plugin.spatial.pair_area import pair_areas
from wr_plugin.spatial.polygons import Polygons
from wr_plugin.spatial.tiles import tiles


def overlay(a, b):
    return 0.0 if a is None or b is None else shapely.area(shapely.intersection(a, b))


@given(blobs(), blobs())
@settings(max_examples=60, deadline=None)
def test_every_pair_has_the_area_that_geos_gives(a, b):
    i, j = (k.ravel() for k in np.meshgrid(np.arange(len(a)), np.arange(len(b))))
    expected = np.array([overlay(a[p], b[q]) for p, q in zip(i, j)])
    assert np.allclose(pair_areas(Polygons(a), i, Polygons(b), j), expected, atol=1e-6)


def test_shared_edges_give_nothing_and_a_shape_with_itself_its_own_area():
    fields = Polygons(strips(12, 8, seed=3))
    i, j = (k.ravel() for k in np.meshgrid(np.arange(len(fields)), np.arange(len(fields))))
    areas = pair_areas(fields, i, fields, j)
    assert np.allclose(areas[i == j], fields.area, atol=1e-6)
    assert areas[i != j].max() < 1e-6


def test_tiles_do_not_overlap_and_add_up():
    ring = shapely.buffer(shapely.Point(34_370_000, 4_310_000), 900, quad_segs=200)
    holed = shapely.difference(ring, shapely.buffer(shapely.Point(34_370_100, 4_310_000), 300, quad_segs=100))
    apart = shapely.union_all([holed, shapely.box(34_380_000, 4_310_000, 34_380_010, 4_310_010)])
    pieces, owner = tiles(Polygons(column([apart, None, shapely.box(0, 0, 1, 1)])))
    assert shapely.get_num_coordinates(pieces.geometry).max() <= 64
    assert np.allclose(np.bincount(owner, weights=pieces.area, minlength=3), [apart.area, 0, 1], rtol=1e-9)
    assert np.isclose(shapely.area(shapely.union_all(pieces.geometry[owner == 0])), apart.area)
