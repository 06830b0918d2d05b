"""Areas of intersection against GEOS."""

import numpy as np
import shapely
from hypothesis import given, settings

from tests.spatial.fields import blobs, strips
from wr_plugin.spatial.pair_area import pair_areas
from wr_plugin.spatial.polygons import Polygons


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
