"""What is not second-round contract land: other land classes, forest, new and unapproved land around and upon fields."""

import numpy as np
import shapely

from . import defects, layout, water

FRINGE_SHARE, BELT_SHARE = 0.3, 0.35
INSIDE_M = 0.15


def classify(county):
    """Land class and use of every parcel; a few are forest by use, a few by the forest layer that covers them."""
    county.land_class = np.full(county.parcels, "10")
    county.use = np.full(county.parcels, "1")
    for kind, code in defects.LAND_CLASS.items():
        county.land_class[county.take(kind)] = code
    by_use, covered = county.take("forest_use"), county.take("forest_cover")
    county.use[by_use] = "2"
    county.forest = np.zeros(county.parcels, bool)
    county.forest[by_use] = county.forest[covered] = True


def note(county):
    """The truth about land classes and forest, once codes are given."""
    county.note("NOT_CONTRACT_LAND", np.flatnonzero(county.land_class != "10"), "地块类别不是承包地块")
    county.note("FOREST_LAND", county.bad["forest_use"], "土地用途为林业")
    county.note("FOREST_LAND", county.bad["forest_cover"], "落在林草地图斑内")


def overlay(county):
    """New, reclaimed and unapproved land, partly on contract parcels; forest parcels and shelter belts."""
    ground, rng = county.land, county.rng(12)
    suitable = (ground.area_m2 > defects.SMALLEST_CHANGED_M2) & county.in_district
    part, whole = county.take("unapproved_part", suitable), county.take("unapproved_whole", suitable)
    county.unapproved = [(p, _lower_part(ground, p, rng.uniform(0.25, 0.6))) for p in part.tolist()]
    county.unapproved += [(p, ground.shapes[p]) for p in whole.tolist()]
    county.unapproved += [(-1, shape) for shape in _fringe(ground.layout, rng)]
    county.note("UNAPPROVED_OVERLAP", part, "部分位于新开、复垦、未批耕地")
    county.note("UNAPPROVED_OVERLAP", whole, "全部位于新开、复垦、未批耕地")
    county.forests = [(p, ground.shapes[p]) for p in county.bad["forest_cover"].tolist()]
    county.forests += [(-1, shape) for shape in _belts(ground.layout, rng)]


def _lower_part(ground, parcel, share):
    """The lower part of a strip, a hair inside its outline."""
    fields = ground.fields
    slot = fields.slot_of[parcel]
    row = fields.slots.row[slot]
    x = np.linspace(fields.slots.left[slot] - 15, fields.slots.right[slot] + 15, 20)
    low, high = fields.rows.bottom(row, x), fields.rows.top(row, x)
    ring_x = np.concatenate((x, x[::-1]))
    ring_y = np.concatenate((low - 1, (low + share * (high - low))[::-1]))
    band = shapely.Polygon(water.place(ground, ground.cell[parcel], ring_x, ring_y))
    return shapely.intersection(band, shapely.buffer(ground.shapes[parcel], -INSIDE_M, join_style="mitre"))


def _fringe(where, rng):
    """New fields on the desert's edge, outside every cell with parcels."""
    cells = list(zip(where.x.tolist(), where.y.tolist()))
    shapes, taken = [], set(cells)
    for x, y in cells:
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            cell = (x + dx, y + dy)
            if cell in taken or rng.random() > FRINGE_SHARE:
                continue
            taken.add(cell)
            left, low, width, height = rng.uniform((60, 60, 60, 60), (180, 180, 200, 200))
            shapes.append(_plan_box(cell, left, low, left + width, low + height))
    return shapes


def _belts(where, rng):
    """Shelter belts along the roads between the groups."""
    return [_plan_box((x, y), layout.CELL_M - 7.0, 20, layout.CELL_M - 4.0, rng.uniform(200, 420))
            for x, y in zip(where.x.tolist(), where.y.tolist()) if rng.random() < BELT_SHARE]


def _plan_box(cell, left, low, right, high):
    """A rectangle of a cell as it lies on the map."""
    up, across = np.linspace(low, high, 12), np.linspace(left, right, 12)
    x = np.concatenate((np.full(12, left), across, np.full(12, right), across[::-1]))
    y = np.concatenate((up, np.full(12, high), up[::-1], np.full(12, low)))
    return shapely.Polygon(layout.to_map(cell[0] * layout.CELL_M + x, cell[1] * layout.CELL_M + y))
