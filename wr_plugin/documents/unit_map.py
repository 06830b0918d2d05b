"""The overview map on a unit's certificate: its parcels among their neighbours, with canals, outlets and wells."""

import numpy as np
import shapely

from ..store import frames
from .certificate_map import FILL, OWN_LINE
from .parcel_map import (
    CANAL,
    NEIGHBOUR,
    View,
    draw_frame,
    draw_labels,
    draw_outlet,
    draw_water,
    draw_well,
    joined,
    prepare,
)
from .pen import CENTRE, GREY, HEI, KAI, MM

OWN_SQL = "fid IN (SELECT parcel_fid FROM right_part WHERE unit_id = ?)"
WINDOW_SQL = "fid IN (SELECT id FROM rtree_parcel_geom WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?)"
AROUND, SURROUNDED = 0.06, 3000
FINE, PAPER_DOT_M = 2000, 0.0002  # above so many parcels, outlines no finer than 0.2 mm on paper
LEGEND = 8 * MM
FINEST = 1000


def read_land(county, content):
    """(``Land``, positions of the unit's own parcels), None where none of them has a shape. A unit of many parcels is shown
    without neighbours."""
    fids, shapes = frames.read_geometry(county.store, "parcel", OWN_SQL, (content.right_id,))
    held = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes)) if len(shapes) else np.zeros(0, dtype=bool)
    fids, shapes = fids[held], shapes[held]
    if not len(fids):
        return None
    box = shapely.total_bounds(shapes)
    size = max(box[2] - box[0], box[3] - box[1], 50.0)
    window = (box[0] - AROUND * size, box[1] - AROUND * size, box[2] + AROUND * size, box[3] + AROUND * size)
    listed, own = fids, len(fids)
    if own <= SURROUNDED:
        others, other_shapes = frames.read_geometry(
            county.store, "parcel", WINDOW_SQL, (float(window[0]), float(window[2]), float(window[1]), float(window[3])))
        rest = ~np.isin(others, fids)
        if int(rest.sum()) <= 4 * SURROUNDED:
            listed, shapes = np.concatenate([fids, others[rest]]), np.concatenate([shapes, other_shapes[rest]])
    if own > FINE:
        shapes = shapely.simplify(shapes, size / 0.17 * PAPER_DOT_M)  # the map is some 170 mm wide
    return prepare(listed, shapes, (), *county.water_layers(window), own=own), np.arange(own)


def draw_map(pen, content, land, frame, ink):
    """Fills the frame with the map and, below it, what its signs mean. Parcels carry their number in the annex."""
    if land is None:
        pen.box(*frame, 0.6, ink)
        pen.text(frame[0] + frame[2] / 2, frame[1] + frame[3] / 2, "（地块无图形）", KAI, 12, CENTRE, GREY)
        return
    land, own = land
    x, y, width, height = frame
    view = View((x, y + LEGEND, width, height - LEGEND), land.extent(own), margin=0.9, finest=FINEST).on(land)
    view.open(pen, land)
    view.paint(pen, land.paths[len(own):], 0.25, NEIGHBOUR)
    line, color = (0.6, OWN_LINE) if len(own) <= 400 else (0.25, OWN_LINE) if len(own) <= FINE else (0.1, CANAL)
    view.paint(pen, land.paths[:len(own)], line, color, FILL[content.source])
    view.close(pen)
    draw_water(pen, land, view)
    numbers = {line.parcel_fid: str(at) for at, line in reversed(list(enumerate(content.annex.lines, 1))) if line.parcel_fid}
    if numbers:
        told = joined(land, {p: numbers[f] for p, f in zip(own.tolist(), land.fids[own].tolist()) if f in numbers})
        draw_labels(pen, land, view, list(told), list(told.values()), 7, 2.6, HEI, OWN_LINE)
    draw_frame(pen, view, size=6.5)
    _legend(pen, land, content, x, y + 2.2 * MM, bool(numbers), color)


def _legend(pen, land, content, x, y, numbered, color):
    entries = [("own", "本证地块" + ("，编号同附表序号" if numbered else "")), *[("other", "相邻地块")] * (len(land.fids) > land.own)]
    entries += [("canal", "渠道")] * bool(len(land.canals[0])) + [("outlet", "斗口")] * bool(len(land.outlets[0]))
    entries += [("well", "机井")] * bool(len(land.wells[0]))
    for kind, text in entries:
        if kind == "own":
            pen.box(x, y - 0.5 * MM, 7 * MM, 3 * MM, 0.8, color, FILL[content.source])
        elif kind == "other":
            pen.box(x, y - 0.5 * MM, 7 * MM, 3 * MM, 0.35, NEIGHBOUR)
        elif kind == "canal":
            pen.line(x, y + 1 * MM, x + 7 * MM, y + 1 * MM, 0.8, CANAL)
        elif kind == "outlet":
            draw_outlet(pen, x + 3.5 * MM, y + 1 * MM, 1.2)
        else:
            draw_well(pen, x + 3.5 * MM, y + 1 * MM, 1.2)
        pen.text(x + 9 * MM, y, text, KAI, 8.5, color=GREY)
        x += 9 * MM + pen.width(text, KAI, 8.5) + 7 * MM
