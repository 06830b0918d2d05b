"""What is wrong with the water: border parcels outside every district, dry parcels, idle wells, the overdraft zone."""

import numpy as np
import shapely

from . import layout, names, water

CLOSED_WELLS = NO_PERMIT_WELLS = 0.03
OVERDRAFT_SHARE = 0.35
BORDER_GAP_M, BEYOND_M, WELL_SCATTER_M = 0.25, 40.0, 45.0


def plant(county):
    """Plants what is wrong and settles which well waters each parcel."""
    rng, where = county.rng(7), county.land.layout
    _border_parcels(county)
    surface_only = where.supply[where.district][county.land.cell] == layout.SURFACE
    dry = county.take("no_source", surface_only & (water.nearest_well(county.land.shapes, county.wells) < 0))
    if len(dry):
        water.carve(county.outlets.area, county.outlets.of_parcel, county.land.shapes, dry)
        county.outlets.of_parcel[dry] = -1
    _idle_wells(county, dry[::2], rng)
    county.well = water.nearest_well(county.land.shapes, county.wells)
    _overdraft_zone(county, rng)


def note(county):
    """The truth about water, once codes are given."""
    wells, codes = county.wells, names.well_codes(len(county.wells.xy))
    county.note("OUTSIDE_DISTRICT", county.bad["outside_district"], "灌区界线未包括该地块")
    dry = county.bad["no_source"]
    county.note("NO_SOURCE", dry[::2], "只有一口已关停的机井")
    county.note("NO_SOURCE", dry[1::2], "不在斗口控制范围内，附近没有机井")
    inside = shapely.intersects(county.overdraft, shapely.points(wells.xy)) & wells.usable
    for code, members, text in (
        ("WELL_CLOSED", wells.closed, "机井状态为关停"), ("WELL_NO_PERMIT", ~wells.permitted, "取水许可证号为空"),
        ("WELL_OVERDRAFT", inside, "位于超采区"),
    ):
        county.truth.add(code, [codes[i] for i in np.flatnonzero(members).tolist()], text)


def _border_parcels(county):
    """Parcels on the oasis' edge that the district's border leaves out, and the ground that it leaves out with them."""
    ground, where = county.land, county.land.layout
    fields, rows, cell, row = ground.fields, ground.fields.rows, ground.cell, ground.fields.row_of
    turned = fields.turned[cell]
    side = np.where(rows.number[row] == 0, -1, np.where(rows.number[row] == rows.count[row] - 1, 1, 0))
    step_x, step_y = np.where(turned, side, 0), np.where(turned, 0, side)
    open_side = (side != 0) & ~where.occupied(where.x[cell] + step_x, where.y[cell] + step_y)
    outside = county.take("outside_district", open_side)
    county.in_district = np.ones(ground.parcels, bool)
    county.in_district[outside] = False
    county.cuts = {}
    for parcel in outside.tolist():
        home = cell[parcel]
        x, y = where.x[home] + np.array((0, step_x[parcel])), where.y[home] + np.array((0, step_y[parcel]))
        corner = layout.to_map(x * layout.CELL_M, y * layout.CELL_M)
        outward = (corner[1] - corner[0]) / np.hypot(*(corner[1] - corner[0])) * BEYOND_M
        shape = shapely.buffer(ground.shapes[parcel], BORDER_GAP_M, join_style="mitre")
        moved = shapely.transform(shape, lambda xy, by=outward: xy + by)
        cut = shapely.convex_hull(shapely.union_all([shape, moved]))
        county.cuts.setdefault(int(where.district[home]), []).append(cut)


def _idle_wells(county, lonely, rng):
    """Closed wells and wells without a permit, beside good ones; a closed one on each ``lonely`` parcel."""
    ground, wells = county.land, county.wells
    good = len(wells.xy)
    closed, unlicensed = (max(2, round(good * share)) for share in (CLOSED_WELLS, NO_PERMIT_WELLS))
    at = rng.integers(0, good, closed + unlicensed)
    xy = np.round(wells.xy[at] + rng.uniform(-WELL_SCATTER_M, WELL_SCATTER_M, (len(at), 2)), 3)
    district = wells.district[at]
    if len(lonely):
        on_parcel = np.array([(shape.centroid.x, shape.centroid.y) for shape in ground.shapes[lonely]])
        xy = np.concatenate((xy, np.round(on_parcel, 3)))
        district = np.concatenate((district, ground.layout.district[ground.cell[lonely]]))
    shut = np.concatenate((np.arange(len(at)) < closed, np.ones(len(lonely), bool)))
    xy, district = np.concatenate((wells.xy, xy)), np.concatenate((wells.district, district))
    order = np.lexsort((xy[:, 1], xy[:, 0], district))
    county.wells = water.Wells(
        xy[order], district[order], np.concatenate((wells.reach, np.full(len(shut), np.nan)))[order],
        np.concatenate((wells.closed, shut))[order], np.concatenate((wells.permitted, shut))[order],
    )


def _overdraft_zone(county, rng):
    """A blob around part of the wells of the first groundwater district."""
    where, wells = county.land.layout, county.wells
    district = int(np.flatnonzero(where.supply == layout.GROUND)[0])
    usable = np.flatnonzero(wells.usable & (wells.district == district))
    centre = wells.xy[usable[0]]
    apart = np.sort(np.hypot(*(wells.xy[usable] - centre).T))
    radius = apart[min(len(apart) - 1, int(len(apart) * OVERDRAFT_SHARE))] + 60
    angle = np.linspace(0, 2 * np.pi, 73)[:-1]
    wobble = 1 + 0.06 * np.sin(3 * angle + rng.uniform(0, 6)) + 0.04 * np.sin(7 * angle + rng.uniform(0, 6))
    ring = centre + (radius * wobble)[:, None] * np.column_stack((np.cos(angle), np.sin(angle)))
    county.overdraft = shapely.Polygon(np.round(ring, 3))
