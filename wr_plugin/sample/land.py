"""The sample county's land: fields, households, and parcel outlines with the geometry defects planted in them."""

from dataclasses import dataclass

import numpy as np
import shapely

from . import layout, people, strips
from .defects import Plan

OVERLAP_M2 = 32.0


@dataclass
class Land:
    """Everything about the parcels that does not depend on water; one entry per parcel unless said otherwise."""

    layout: layout.Layout
    fields: strips.Fields
    households: people.Households
    cell: np.ndarray
    beside: np.ndarray
    rings: np.ndarray
    offsets: np.ndarray
    shapes: np.ndarray
    area_m2: np.ndarray

    @property
    def parcels(self):
        return len(self.area_m2)


def ground_of(parcels, rng):
    """Layout and fields: cells settled until they hold exactly ``parcels`` parcels."""
    where = layout.sites(parcels, rng)
    cells = len(where.x)
    hamlet = np.diff(where.village, prepend=-1) != 0
    rows = strips.rows_of(cells, rng)
    slots = strips.slots_of(rows, hamlet, rng)
    turned = rng.random(cells) < 0.4
    order = np.flatnonzero(slots.kind == strips.PARCEL)
    if len(order) < parcels:
        raise ValueError(f"{len(order)} < {parcels}")
    slot_of = order[:parcels]
    groups = int(rows.cell[slots.row[slot_of[-1]]]) + 1
    slots.kind[order[parcels:]] = strips.WASTE
    keep_rows = rows.cell < groups
    keep_slots = keep_rows[slots.row]
    rows = strips.Rows(*(getattr(rows, name)[keep_rows] for name in strips.Rows.__dataclass_fields__))
    slots = strips.Slots(*(getattr(slots, name)[keep_slots] for name in strips.Slots.__dataclass_fields__))
    fields = strips.Fields(rows, slots, strips.lines_of(rows, slots, rng), slot_of, turned[:groups])
    return layout.settle(parcels, where, groups), fields


def draw(where, fields, households, beside, plan: Plan):
    """Outlines of all parcels, with overlaps, twins, bow-ties and spikes where the plan has them."""
    shift = np.zeros(len(fields.slot_of))
    overlapping = plan.overlap[:, 0]
    shift[overlapping] = OVERLAP_M2 / fields.height[overlapping] * 1.15 + 0.05
    xy, offsets = strips.outlines(fields, where.x, where.y, shift)
    source = np.arange(len(shift))
    source[plan.twin[:, 1]] = plan.twin[:, 0]
    xy, offsets = _gather(xy, offsets, source)
    _cross(xy, offsets, fields, plan.bow_tie)
    xy, offsets = _spike(xy, offsets, plan.spike)
    shapes = shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy, (offsets, np.arange(len(offsets))))
    area = shapely.area(shapes)
    broken = np.concatenate((plan.bow_tie, plan.spike))
    shapes[broken] = [_polygon_parts(shape) for shape in shapely.make_valid(shapes[broken])]
    area[broken] = shapely.area(shapes[broken])
    return Land(where, fields, households, fields.cell_of, beside, xy, offsets, shapes, area)


def _gather(xy, offsets, source):
    """Rings in the order of ``source`` (a ring may be taken twice)."""
    size = np.diff(offsets)[source]
    starts = np.concatenate(([0], np.cumsum(size)))
    at = np.arange(starts[-1]) + np.repeat(offsets[source] - starts[:-1], size)
    return xy[at], starts


def _cross(xy, offsets, fields, parcels):
    """Exchanges the two upper corners of each parcel, so that its outline crosses itself."""
    corner = fields.lines.bends[fields.slots.line[fields.slot_of[parcels]]] + 1
    turned = fields.turned[fields.cell_of[parcels]]
    start, size = offsets[parcels], np.diff(offsets)[parcels]
    a = start + np.where(turned, size - 1 - corner, corner)
    b = start + np.where(turned, size - 2 - corner, corner + 1)
    xy[a], xy[b] = xy[b].copy(), xy[a].copy()


def _spike(xy, offsets, parcels):
    """Adds to each parcel a line that runs inward from its first vertex and back."""
    if len(parcels) == 0:
        return xy, offsets
    parcels = np.sort(parcels)
    first = offsets[parcels]
    middle = np.array([xy[s:e - 1].mean(0) for s, e in zip(offsets[parcels], offsets[parcels + 1])])
    inward = np.round(xy[first] + 0.6 * (middle - xy[first]), 3)
    at = np.repeat(first + 1, 2)
    added = np.stack((inward, xy[first]), 1).reshape(-1, 2)
    more = np.zeros(len(offsets), np.int64)
    more[parcels + 1] = 2
    return np.insert(xy, at, added, axis=0), offsets + np.cumsum(more)


def _polygon_parts(shape):
    parts = shapely.get_parts(shape)
    parts = [p for part in parts for p in shapely.get_parts(part) if p.geom_type == "Polygon" and p.area > 0]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
