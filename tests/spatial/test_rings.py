"""Coordinates straight from WKB, and what is measured of them, against GEOS."""

import numpy as np
import shapely
from hypothesis import given, settings

from tests.spatial.fields import ORIGIN, blobs, column, strips
from wr_plugin.spatial import rings
from wr_plugin.spatial.polygons import Polygons
from wr_plugin.spatial.repair import repair


def buffer_of(geometry, **how):
    """(uint8, offsets): WKB one after another, nothing for a missing shape."""
    blobs_ = [b"" if g is None else shapely.to_wkb(g, **how) for g in geometry]
    return np.frombuffer(b"".join(blobs_), dtype=np.uint8), np.cumsum([0, *map(len, blobs_)])


def from_wkb(geometry, **how):
    found, odd = rings.of_wkb([buffer_of(geometry[:3], **how), buffer_of(geometry[3:], **how)])
    rows = np.flatnonzero(odd)
    return Polygons.of_rings(found, rows, geometry[rows]), odd


def same(a, b):
    """The same coordinates, or both none."""
    return a is None and b is None or (a is not None and b is not None and shapely.equals_exact(a, b, 0))


@given(blobs(10))
@settings(max_examples=80, deadline=None)
def test_wkb_gives_what_the_shapes_give(geometry):
    polygons, odd = from_wkb(geometry)
    whole = Polygons(geometry)
    assert np.allclose(polygons.area, whole.area, rtol=1e-12, atol=1e-9)
    assert np.allclose(polygons.area, np.nan_to_num(shapely.area(geometry)), rtol=1e-9, atol=1e-6)
    assert np.array_equal(polygons.bounds, shapely.bounds(geometry), equal_nan=True)
    assert all(same(a, b) for a, b in zip(polygons.geometry, whole.geometry))
    assert not odd[[g is not None and g.geom_type == "Polygon" and len(g.interiors) == 0 and not g.is_empty
                    for g in geometry]].any()


def test_other_kinds_of_wkb_are_left_to_shapely():
    square = shapely.box(0, 0, 10, 10)
    for how in ({"byte_order": 0}, {"output_dimension": 3}):
        lifted = column([shapely.force_3d(square, 5) if "output_dimension" in how else square, None, square])
        polygons, odd = from_wkb(lifted, **how)
        assert odd.tolist()[:2] == [True, False]
        assert polygons.area.tolist() == [100, 0, 100]
    assert from_wkb(column([shapely.Point(1, 1), square]))[1].tolist() == [True, False]


def test_most_strips_are_seen_to_be_valid_and_nothing_invalid_is():
    fields = strips(20, 20, seed=4)
    x, y = ORIGIN
    ring = np.array([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)], dtype=float)
    broken = {
        "bow tie": ring[[0, 1, 3, 2, 0]], "walked twice": np.vstack((ring, ring[1:])), "spike": np.insert(ring, 2, (15, 0), 0)[
            [0, 1, 2, 1, 3, 4, 5]], "flat": np.array([(0, 0), (10, 0), (5, 0), (0, 0)], dtype=float),
        "star": np.array([(0, -10), (6, 8), (-9, -3), (9, -3), (-6, 8), (0, -10)], dtype=float)}
    shapes = np.concatenate((fields, shapely.polygons([shapely.linearrings(r + (x, y)) for r in broken.values()])))
    turned = shapely.reverse(shapes)
    for geometry in (shapes, turned):
        sure = rings.of_shapes(geometry).surely_valid
        assert sure[:len(fields)].mean() > 0.9
        assert shapely.is_valid(geometry[sure]).all()
        assert not sure[len(fields):].any()


@given(blobs(10))
@settings(max_examples=60, deadline=None)
def test_what_is_seen_to_be_valid_is_valid(geometry):
    sure = rings.of_shapes(geometry).surely_valid
    assert shapely.is_valid(geometry[sure]).all()


def test_repaired_shapes_take_the_place_of_the_rings():
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    shapes = column([shapely.box(0, 0, 5, 5), bow_tie, shapely.box(20, 0, 30, 10)])
    found, odd = rings.of_wkb([buffer_of(shapes)])
    unsure = np.flatnonzero(odd | ~found.surely_valid)
    mended, repaired, _ = repair(shapes[unsure])
    polygons = Polygons.of_rings(found, unsure[repaired], mended[repaired])
    assert unsure.tolist() == [1]
    assert polygons.area.tolist() == [25, 50, 100]
    loops, owner, holes = polygons.loops
    assert sorted(owner[loops.simple].tolist()) == [0, 1, 1, 2] and not holes.any()
    assert polygons.shapes(np.array([1]))[0].geom_type == "MultiPolygon"


def test_edges_have_the_inside_on_their_left():
    holed = shapely.difference(shapely.box(0, 0, 10, 10), shapely.box(2, 2, 4, 4))
    polygons = Polygons(column([holed, shapely.reverse(shapely.box(20, 0, 30, 10))]))
    owner, edges = polygons.edges
    turn = np.bincount(owner, edges[:, 0] * edges[:, 3] - edges[:, 1] * edges[:, 2]) / 2
    assert turn.tolist() == [96, 100]
