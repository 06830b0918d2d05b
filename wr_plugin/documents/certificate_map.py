"""The maps on a certificate's back: where the parcels lie in the village, and each cluster of them with neighbours."""

import numpy as np

from .parcel_map import CANAL, NEIGHBOUR, View, draw_frame, draw_labels, draw_outlet, draw_water, draw_well, joined
from .pen import CENTRE, GREY, HEI, KAI, MM, SONG

INDEX_FORM = "village"
FILL = {"surface": (0.72, 0.85, 0.96), "ground": (0.76, 0.90, 0.74)}
OWN_LINE = (0.72, 0.11, 0.11)
REACH_M = (230.0, 180.0)  # clusters stay within this window, so that strip fields are seen at 1:3000 or larger
FINEST = 500
GAP = 2.5 * MM
CAPTION = 3.6 * MM
PER_PAGE, CROWDED, ROOMY = 8, 5, 112 * MM


def store_index(pen, land):
    """Stores the outline of all parcels of the village as a form in metres."""
    box = land.extent(np.arange(len(land.fids)))
    if box is None:
        return
    pen.flush()
    width, height = box[2] - land.origin[0] + 1, box[3] - land.origin[1] + 1
    pen.canvas.beginForm(INDEX_FORM, 0, 0, width, height)
    line = max(width, height) / 1600
    own = "\n".join(p for p in land.paths[:land.own] if p)
    pen.raw(f"q {line:.3f} w 0.72 0.72 0.72 RG 0.93 0.93 0.92 rg {own} B Q")
    pen.raw(f"q {line * 2.5:.3f} w 0.3 0.55 0.82 RG " + "\n".join(land.canals[0]) + " S Q")
    pen.end_form()


def clusters(land, positions):
    """Positions grouped so that each group fits the window (or hardly exceeds its largest member); nearest first.

    Returns a list of position lists in the order of their first member.
    """
    groups = [[p] for p in positions]
    boxes = [land.bounds[p].tolist() for p in positions]
    while len(groups) > 1:
        best = None
        for i in range(len(groups)):
            for j in range(i + 1, len(groups)):
                a, b = boxes[i], boxes[j]
                joined = [min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])]
                width, height = joined[2] - joined[0], joined[3] - joined[1]
                widest = max(REACH_M[0], 1.25 * max(a[2] - a[0], b[2] - b[0]))
                highest = max(REACH_M[1], 1.25 * max(a[3] - a[1], b[3] - b[1]))
                if width <= widest and height <= highest and (best is None or width + height < best[0]):
                    best = (width + height, i, j, joined)
        if best is None:
            break
        _, i, j, joined = best
        groups[i], boxes[i] = sorted(groups[i] + groups[j], key=positions.index), joined
        del groups[j], boxes[j]
    return groups


def _panels(frame, count):
    """Frames of ``count`` panels, the first of which shows the village; all within ``frame``."""
    x, y, width, height = frame
    if count == 2:
        small = width * 0.36
        low = min(height, small * 1.25)
        parts = [(0, height - low, small, low), (small + GAP, 0, width - small - GAP, height)]
    else:
        columns = 2 if count <= 4 else 3
        rows = -(-count // columns)
        w, h = (width - GAP * (columns - 1)) / columns, (height - GAP * (rows - 1)) / rows
        parts = [((i % columns) * (w + GAP), (rows - 1 - i // columns) * (h + GAP), w, h) for i in range(count)]
        spare = columns * rows - count
        if spare:
            px, py, _, ph = parts[-1]
            parts[-1] = (px, py, w * (spare + 1) + GAP * spare, ph)
    return [(x + px, y + py, w, h) for px, py, w, h in parts]


def draw_maps(pen, content, land, frame, color):
    """Fills the frame with the village's index map and one panel per cluster of parcels."""
    numbers = {}
    for line in content.lines:
        if land is not None and line.position >= 0 and not np.isnan(land.bounds[line.position][0]):
            numbers.setdefault(line.position, str(line.number))
    if not numbers:
        pen.box(*frame, 0.6, color)
        pen.text(frame[0] + frame[2] / 2, frame[1] + frame[3] / 2, "（地块无图形）", KAI, 12, CENTRE, GREY)
        return
    groups = clusters(land, list(numbers))
    limit = PER_PAGE if frame[3] > ROOMY else CROWDED if frame[3] > 60 * MM else 2
    while len(groups) > limit:
        groups = _merge_nearest(land, groups)
    panels = _panels(frame, len(groups) + 1)
    _draw_index(pen, land, panels[0], numbers, content.village_name)
    for group, panel in zip(groups, panels[1:]):
        _draw_cluster(pen, land, panel, group, numbers, content.source)
    if len(groups) == 1:
        x, y, width, height = panels[0]
        _legend(pen, land, x, y - GAP, width, content.source)


def _legend(pen, land, x, top, width, source):
    """What the signs of the map mean, below the index map where there is room."""
    y = top - 7 * MM
    pen.text(x + width / 2, y, "图　例", HEI, 9.5, CENTRE, GREY)
    entries = [("own", "本证地块，编号同清单"), ("other", "相邻地块及权利人")]
    entries += [("canal", "渠道")] * bool(len(land.canals[0])) + [("outlet", "斗口")] * bool(len(land.outlets[0]))
    entries += [("well", "机井")] * bool(len(land.wells[0]))
    for kind, text in entries:
        y -= 6.2 * MM
        left, middle = x + 5 * MM, y + 1.2 * MM
        if kind == "own":
            pen.box(left, y - 0.6 * MM, 9 * MM, 3.6 * MM, 1.0, OWN_LINE, FILL[source])
        elif kind == "other":
            pen.box(left, y - 0.6 * MM, 9 * MM, 3.6 * MM, 0.35, NEIGHBOUR)
        elif kind == "canal":
            pen.line(left, middle, left + 9 * MM, middle, 0.8, CANAL)
        elif kind == "outlet":
            draw_outlet(pen, left + 4.5 * MM, middle, 1.3)
        else:
            draw_well(pen, left + 4.5 * MM, middle, 1.3)
        pen.text(x + 17 * MM, y, text, KAI, 8.5, color=GREY)


def _merge_nearest(land, groups):
    """One group fewer: the two whose common box is smallest become one."""
    boxes = [land.extent(g) for g in groups]
    best = None
    for i in range(len(groups)):
        for j in range(i + 1, len(groups)):
            a, b = boxes[i], boxes[j]
            size = max(a[2], b[2]) - min(a[0], b[0]) + max(a[3], b[3]) - min(a[1], b[1])
            if best is None or size < best[0]:
                best = (size, i, j)
    _, i, j = best
    return [g + (groups[j] if n == i else []) for n, g in enumerate(groups) if n != j]


def _draw_index(pen, land, panel, numbers, village):
    x, y, width, height = panel
    view = View((x, y, width, height), land.whole(), margin=0.9).on(land)
    view.open(pen, land)
    pen.form(INDEX_FORM)
    chosen = list(numbers)
    view.paint(pen, [land.paths[p] for p in chosen], 0.9, OWN_LINE, OWN_LINE)
    view.close(pen)
    places = view.at(land.centres[chosen]).tolist()
    taken = []
    for (px, py), number in zip(places, numbers.values()):
        spot = next(((px + dx, py + dy) for dx, dy in ((5.5, 4.5), (-5.5, 4.5), (5.5, -5.5), (-5.5, -5.5), (0, 8.5))
                     if all(abs(px + dx - tx) > 7 or abs(py + dy - ty) > 7 for tx, ty in taken)), None)
        if spot is None:
            continue
        taken.append(spot)
        pen.line(px, py, *spot, 0.4, OWN_LINE)
        pen.disc(*spot, 3.6, (1, 1, 1), 0.5, OWN_LINE)
        pen.text(spot[0], spot[1] - 1.9, number, HEI, 5.5 if len(number) < 2 else 4.6, CENTRE, OWN_LINE)
    draw_frame(pen, view, arrow=False, size=5.5)
    _caption(pen, panel, f"{village}位置示意")


def _draw_cluster(pen, land, panel, group, numbers, source):
    view = View(panel, land.extent(group), margin=0.72, finest=FINEST).on(land)
    near = land.within(view.box)
    own = set(group)
    others = [p for p in near.tolist() if p not in own]
    view.open(pen, land)
    view.paint(pen, [land.paths[p] for p in others], 0.35, NEIGHBOUR)
    view.paint(pen, [land.paths[p] for p in group], 1.0, OWN_LINE, FILL[source])
    view.close(pen)
    draw_water(pen, land, view)
    covered = {land.paths[p] for p in group}  # a parcel drawn twice over keeps the number, not a neighbour's name
    labelled = [p for p in others if p not in numbers and land.paths[p] not in covered]
    draw_labels(pen, land, view, labelled, [land.labels[p] for p in labelled], 6, 3.4, KAI)
    told = joined(land, {p: numbers[p] for p in group})
    left = draw_labels(pen, land, view, list(told), list(told.values()), 10, 4.5, HEI, OWN_LINE)
    for p in left:
        (px, py), = view.at(land.centres[[p]]).tolist()
        pen.text(px, py - 2, told[p], HEI, 6, CENTRE, OWN_LINE)
    draw_frame(pen, view, size=6)


def _caption(pen, panel, text):
    x, y, width, height = panel
    w = pen.width(text, SONG, 7) + 6
    pen.box(x + 0.5, y + height - 11.5, w, 11, 0, fill=(1, 1, 1))
    pen.text(x + 3.5, y + height - 8.5, text, SONG, 7, color=GREY)
