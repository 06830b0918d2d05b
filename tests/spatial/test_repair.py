"""Repair keeps what a surveyor drew: only invalid shapes are touched, and each says why."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from wr_plugin.spatial import repair

BOW = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
BOX = shapely.box(0, 0, 10, 10)


def column(*geometries):
    out = np.empty(len(geometries), dtype=object)
    out[:] = geometries
    return out


def test_valid_shapes_are_the_very_same():
    made, repaired, reasons = repair.repair(column(BOX, None))
    assert made[0] is BOX and made[1] is None and not repaired.any() and list(reasons) == ["", ""]


def test_a_bow_tie_becomes_its_two_triangles():
    made, repaired, reasons = repair.repair(column(BOW))
    assert repaired[0] and made[0].geom_type == "MultiPolygon" and made[0].area == 50.0 and "自相交" in reasons[0]


def test_a_spike_leaves_no_line_behind():
    spike = shapely.Polygon([(0, 0), (10, 0), (10, 10), (10, 30), (10, 10), (0, 10)])
    made, repaired, _ = repair.repair(column(spike))
    assert repaired[0] and made[0].geom_type == "Polygon" and made[0].area == 100.0


def test_what_is_no_polygon_is_none_with_a_reason():
    flat = shapely.Polygon([(0, 0), (10, 0), (0, 0)])
    made, repaired, reasons = repair.repair(column(shapely.Point(1, 1), shapely.Polygon(), flat))
    assert list(made) == [None, None, None] and not repaired.any() and all(reasons)


def test_a_collection_keeps_its_polygons():
    whole = shapely.GeometryCollection([BOX, shapely.Point(50, 50), shapely.MultiPolygon([shapely.box(20, 0, 25, 5)])])
    made, repaired, _ = repair.repair(column(whole))
    assert repaired[0] and made[0].area == 125.0


def test_heights_are_dropped_and_counted():
    made, lifted = repair.flat(column(shapely.force_3d(BOX, 1480.0), BOX, None))
    assert lifted == 1 and not shapely.has_z(made).any() and made[0].equals(BOX)


def test_closed_lines_bound_polygons_and_open_ones_do_not():
    ring = shapely.LineString(BOX.exterior.coords)
    made, closed = repair.closed_lines_to_polygons(column(
        ring, shapely.LineString([(0, 0), (1, 1)]), shapely.MultiLineString([ring.coords]), None,
        shapely.MultiLineString([ring.coords, [(0, 0), (5, 5)]])))
    assert list(closed) == [True, False, True, False, False]
    assert made[0].equals(BOX) and made[2].equals(BOX)


def test_lines_and_points_of_their_kind():
    line = shapely.LineString([(0, 0), (1, 0)])
    assert list(repair.line_parts(column(line, shapely.LineString([(0, 0), (0, 0)]), BOX, None))) == [line, None, None, None]
    point = shapely.Point(1, 2)
    made = repair.single_points(column(point, shapely.MultiPoint([point]), shapely.MultiPoint([(0, 0), (1, 1)]), line))
    assert made[0] is point and made[1].equals(point) and list(made[2:]) == [None, None]


COORDINATE = st.integers(0, 20).map(float)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=9), max_size=5))
def test_any_ring_gives_valid_polygons_or_none(rings):
    made, repaired, reasons = repair.repair(column(*(shapely.Polygon(r) for r in rings)))
    for shape, told, reason in zip(made, repaired, reasons):
        assert shape is None or shape.is_valid and shape.area > 0 and shape.geom_type in ("Polygon", "MultiPolygon")
        assert bool(reason) == (told or shape is None)


def test_how_far_a_repair_moves_the_boundary():
    spike = shapely.Polygon([(0, 0), (10, 0), (10, 10), (10, 30), (10, 10), (0, 10)])
    whole = shapely.GeometryCollection([BOX, shapely.Point(50, 50)])
    before = column(BOW, spike, whole, BOX)
    made, _, _ = repair.repair(before)
    moved = repair.boundary_moved(before, made)
    assert moved[:2].tolist() == [0.0, 20.0] and np.isnan(moved[2]) and moved[3] == 0
