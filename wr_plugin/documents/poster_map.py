"""The poster's map sheets: every parcel with its number; a crowded village is cut into sheets by group, then by area."""

from dataclasses import dataclass

import numpy as np

from ..model import codes
from .numerals import date_text
from .page import A3_LANDSCAPE
from .parcel_map import CANAL, View, draw_frame, draw_labels, draw_outlet, draw_water, draw_well, joined
from .pen import BLACK, CENTRE, GREY, HEI, KAI, LEFT, MM, RED, SONG

WIDTH, HEIGHT = A3_LANDSCAPE
FRAME = (15 * MM, 19 * MM, 316 * MM, HEIGHT - 31 * MM - 19 * MM)
SIDE_X, SIDE_WIDTH = 337 * MM, 68 * MM
NUMBER_SIZE, READABLE, SMALLEST = 9.5, 5.0, 3.8
READABLE_SHARE = 0.85
MAX_DEPTH, TITLED_DEPTH, FEW = 5, 2, 40
LINE = (0.30, 0.30, 0.30)
OUTSIDE = (0.80, 0.08, 0.08)


@dataclass(frozen=True)
class Kind:
    """How parcels of some states are shown. ``hatch``: red slanting lines."""

    label: str
    states: tuple
    fill: tuple
    line: tuple = LINE
    width: float = 0.35
    hatch: bool = False
    sources: tuple = ()


KINDS = (
    Kind("地表水，已核定", ("right",), (0.76, 0.88, 0.97), sources=("surface",)),
    Kind("地下水，已核定", ("right",), (0.78, 0.91, 0.75), sources=("ground",)),
    Kind("地表水、地下水混合，已核定", ("right",), (0.70, 0.88, 0.86), sources=("mixed",)),
    Kind("扣减后核定", ("reduced",), (0.99, 0.92, 0.62)),
    Kind("林地，另行核定", ("forest",), (0.86, 0.86, 0.74)),
    Kind("非承包地，不予确定", ("not_contract",), (0.90, 0.90, 0.90)),
    Kind("按政策暂不确权", ("withheld",), (0.80, 0.85, 0.90)),
    Kind("待核实", ("no_holder", "no_source", "no_quota", "defect", "unchecked"), (0.93, 0.87, 0.96),
         (0.45, 0.20, 0.60), 0.6),
    Kind("新开、复垦、未批，不予确定", ("unapproved",), (1.0, 0.85, 0.70), OUTSIDE, 0.9),
    Kind("名录外，不予确定", ("outside_registry",), (1, 1, 1), OUTSIDE, 1.0, hatch=True),
)
# parcels with doubtful data often lie over sound ones: they are painted first, so that they hide nothing
PAINTED = sorted(range(len(KINDS)), key=lambda i: "defect" not in KINDS[i].states)


@dataclass(frozen=True)
class Sheet:
    """One map sheet: its title, the parcels it is for (positions) and its view."""

    title: str
    positions: np.ndarray
    view: View


def plan_sheets(content, land):
    """The sheets that keep at least 85 % of the numbers at a readable size: the village on one, else its groups, else parts."""
    if land is None:
        return []
    first = {}
    for row in content.rows:
        first.setdefault(row.position, row)
    shown = np.array([p for p in first if p >= 0 and not np.isnan(land.bounds[p][0])], dtype=np.int64)
    if not len(shown):
        return []
    whole = _view(land, shown)
    if len(shown) <= FEW or _readable(land, shown, whole):
        return [Sheet("全村", shown, whole)]
    names, sheets = dict(content.groups), []
    groups = np.array([first[p].group_code for p in shown.tolist()])
    for code in sorted(set(groups.tolist())):
        proper = len(code) == codes.GROUP and code.isdigit()
        title = names.get(code) or (f"第{int(code[-2:])}组" if proper else "其他")
        sheets += _split(land, shown[groups == code], title)
    return sheets


def _view(land, positions):
    return View(FRAME, land.extent(positions), margin=0.94, finest=400).on(land)


def _readable(land, positions, view):
    """Whether enough numbers of the sheet can be set at a readable size."""
    length, width = land.rooms[positions].T * view.k
    digits = 0.56 * max(1, len(str(len(land.fids))))
    size = np.minimum(width * 0.8, length * 0.92 / digits)
    return (size >= READABLE).mean() >= READABLE_SHARE


def _split(land, positions, title, depth=0):
    """One sheet, or halves along the longer side until the numbers are readable."""
    view = _view(land, positions)
    if depth >= MAX_DEPTH or len(positions) <= FEW or view.scale <= 1000 or _readable(land, positions, view):
        return [Sheet(title, positions, view)]
    box = land.extent(positions)
    axis = 0 if (box[2] - box[0]) / FRAME[2] >= (box[3] - box[1]) / FRAME[3] else 1
    middle = np.median(land.centres[positions, axis])
    low = land.centres[positions, axis] <= middle
    if low.all() or not low.any():
        return [Sheet(title, positions, view)]
    halves = (positions[low], positions[~low])
    names = ("西", "东") if axis == 0 else ("南", "北")
    titles = [title + name if depth < TITLED_DEPTH else title for name in names]
    return [s for half, name in zip(halves, titles) for s in _split(land, half, name, depth + 1)]


def draw_sheets(paper, content, land, sheets, first_page, total):
    """Draws one page per sheet."""
    if not sheets:
        return
    first, number = {}, {}
    for row in content.rows:
        if row.position >= 0:
            first.setdefault(row.position, row)
            number.setdefault(row.position, str(row.map_number))
    for i, sheet in enumerate(sheets):
        pen = paper.begin()
        title = f"{content.village_name}水权确权公示地块图"
        pen.text(15 * MM, HEIGHT - 18 * MM, title, SONG, 23, LEFT, bold=0.015)
        after = 15 * MM + pen.width(title, SONG, 23) + 8 * MM
        pen.text(after, HEIGHT - 18 * MM, f"第 {i + 1} 幅（共 {len(sheets)} 幅）　{sheet.title}", KAI, 17)
        paper.tag(WIDTH - 15 * MM, HEIGHT - 16 * MM, 13)
        pen.text(15 * MM, HEIGHT - 27 * MM, f"公示日期：{date_text(content.start)} 至 {date_text(content.end)}"
                 f"　　图上编号即公示表中的“图号”", KAI, 13)
        pen.box(FRAME[0], FRAME[1], FRAME[2], FRAME[3], 0, fill=(1, 1, 1)) if not paper.marks else None
        _draw_land(pen, land, sheet, first, number)
        _side(pen, content, land, sheets, i, first)
        paper.end(first_page + i, total, 12 * MM, WIDTH - 45 * MM, size=12)


def _kind_of(row):
    source = {"地表水": "surface", "地下水": "ground"}.get(row.source, "mixed")
    for i, kind in enumerate(KINDS):
        if row.state in kind.states and (not kind.sources or source in kind.sources):
            return i
    return len(KINDS) - 3


def _draw_land(pen, land, sheet, first, number):
    view = sheet.view
    near = land.within(view.box).tolist()
    by_kind = {}
    for p in near:
        by_kind.setdefault(_kind_of(first[p]) if p in first else -1, []).append(p)
    view.open(pen, land)
    view.paint(pen, [land.paths[p] for p in by_kind.get(-1, ())], 0.25, (0.6, 0.6, 0.6))
    for i in PAINTED:
        kind, paths = KINDS[i], [land.paths[p] for p in by_kind.get(i, ())]
        view.paint(pen, paths, kind.width, kind.line, kind.fill)
        if kind.hatch:
            view.hatch(pen, paths, 4.0, 0.55, (0.90, 0.35, 0.33))
            view.paint(pen, paths, kind.width, kind.line)
    view.close(pen)
    draw_water(pen, land, view)
    shown = joined(land, {p: number[p] for p in near if p in number})
    for red in (False, True):
        part = [p for p in shown if (first[p].state in ("outside_registry", "unapproved")) == red]
        color = OUTSIDE if red else BLACK
        left = draw_labels(pen, land, view, part, [shown[p] for p in part], NUMBER_SIZE, SMALLEST, HEI, color,
                           plate=red)
        view.clip(pen)
        for p in left:
            (x, y), = view.at(land.centres[[p]]).tolist()
            pen.text(x, y - SMALLEST * 0.34, shown[p], HEI, SMALLEST, CENTRE, color, plate=red)
        view.close(pen)
    draw_frame(pen, view, size=10)


def _side(pen, content, land, sheets, at, first):
    """Legend with counts, and where the sheet lies in the village."""
    x, top = SIDE_X, FRAME[1] + FRAME[3]
    pen.box(x, FRAME[1], SIDE_WIDTH, FRAME[3], 0.8)
    y = top - 10 * MM
    pen.text(x + SIDE_WIDTH / 2, y, "图　例", HEI, 17, CENTRE)
    counts = {}
    for row in first.values():
        counts[_kind_of(row)] = counts.get(_kind_of(row), 0) + 1
    y -= 5 * MM
    for i, kind in enumerate(KINDS):
        if not counts.get(i):
            continue
        y -= 10.5 * MM
        pen.box(x + 4 * MM, y, 12 * MM, 7 * MM, 0, fill=kind.fill)
        if kind.hatch:
            lines = " ".join(f"{x + 4 * MM + d:.2f} {y:.2f} m {x + 4 * MM + d + 7 * MM:.2f} {y + 7 * MM:.2f} l"
                             for d in range(-24, 40, 6))
            pen.raw(f"q {x + 4 * MM:.2f} {y:.2f} {12 * MM:.2f} {7 * MM:.2f} re W n 0.6 w 0.9 0.35 0.33 RG {lines} S Q")
        pen.box(x + 4 * MM, y, 12 * MM, 7 * MM, max(kind.width, 0.5), kind.line)
        label = f"{kind.label}\n{counts[i]} 块"
        pen.cell(x + 18 * MM, y - 1 * MM, SIDE_WIDTH - 19 * MM, 9 * MM, label, KAI, 11, LEFT, pad=0,
                 color=RED if kind.line == OUTSIDE else BLACK)
    y -= 11 * MM
    y = _symbols(pen, land, x, y)
    if len(sheets) > 1:
        _index(pen, land, sheets, at, (x + 4 * MM, FRAME[1] + 22 * MM, SIDE_WIDTH - 8 * MM,
                                       min(62 * MM, y - FRAME[1] - 30 * MM)))
    pen.cell(x + 3 * MM, FRAME[1] + 2 * MM, SIDE_WIDTH - 6 * MM, 18 * MM,
             "本图供公示核对，仅示意地块位置，不作为界址依据。", KAI, 11, LEFT, GREY, pad=1)


def _symbols(pen, land, x, y):
    """Legend of canals, outlets and wells, where the village has them."""
    if len(land.canals[0]):
        pen.line(x + 4 * MM, y + 2, x + 16 * MM, y + 2, 1.2, CANAL)
        pen.text(x + 18 * MM, y - 2, "渠道", KAI, 11)
        y -= 7 * MM
    if len(land.outlets[0]):
        draw_outlet(pen, x + 10 * MM, y + 1, 1.5)
        pen.text(x + 18 * MM, y - 2, "斗口", KAI, 11)
        y -= 7 * MM
    if len(land.wells[0]):
        draw_well(pen, x + 10 * MM, y + 1.5, 1.5)
        pen.text(x + 18 * MM, y - 2, "机井", KAI, 11)
        y -= 7 * MM
    return y


def _index(pen, land, sheets, at, frame):
    """The village in small with the sheets' frames; this sheet's in red."""
    if frame[3] < 25 * MM:
        return
    view = View(frame, land.extent(np.concatenate([s.positions for s in sheets])), margin=0.8).on(land)
    pen.text(frame[0], frame[1] + frame[3] + 3, "分幅示意", KAI, 11)
    view.open(pen, land)
    everything = [p for p in land.paths if p]
    view.paint(pen, everything, 0.1, (0.8, 0.8, 0.8), (0.92, 0.92, 0.90))
    view.paint(pen, [land.paths[p] for p in sheets[at].positions.tolist()], 0.2, OUTSIDE, (0.98, 0.80, 0.78))
    view.close(pen)
    view.clip(pen)
    for i, sheet in enumerate(sheets):
        box = land.extent(sheet.positions)
        (x1, y1), (x2, y2) = view.at([box[:2], box[2:]]).tolist()
        color = OUTSIDE if i == at else GREY
        if i == at:
            pen.box(x1, y1, x2 - x1, y2 - y1, 0.9, color)
        pen.text((x1 + x2) / 2, (y1 + y2) / 2 - 3, str(i + 1), HEI, 9, CENTRE, color)
    view.close(pen)
    pen.box(*frame, 0.5)
