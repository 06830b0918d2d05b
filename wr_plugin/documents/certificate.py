"""The certificate (水权证), A4: the deed on the front, parcels, map and terms on the back."""

import math

from ..model.amounts import m3_text, mu_text
from . import qr
from .certificate_map import draw_maps, store_index
from .grid import Column, Grid
from .numerals import capital_hundredths, date_text
from .page import A4, TRIAL_MARK
from .pen import BLACK, CENTRE, GREY, HEI, KAI, LEFT, MM, RIGHT, SONG

WIDTH, HEIGHT = A4
ACCENT = {"surface": (0.05, 0.29, 0.51), "ground": (0.16, 0.36, 0.22)}
TINT = {"surface": (0.945, 0.967, 0.985), "ground": (0.95, 0.972, 0.945)}
TITLE_COLOR = (0.66, 0.09, 0.10)
EDGE = 11 * MM
BAND = 7.5 * MM
LEFT_X, RIGHT_X = 27 * MM, WIDTH - 27 * MM
BACK_X, BACK_RIGHT = 18 * MM, WIDTH - 18 * MM
BACK_WIDTH = BACK_RIGHT - BACK_X
TOP_BACK, BOTTOM_BACK = HEIGHT - 20 * MM, 17 * MM
PARCEL_GRID = Grid(
    (
        Column("序号", 9 * MM, role=KAI), Column("地块名称", 24 * MM, align=LEFT, role=KAI),
        Column("地块编码", 36 * MM, role=KAI),
        Column("四至", 50 * MM, align=LEFT, role=KAI), Column("斗口／机井", 22 * MM, role=KAI),
        Column("面积\n（亩）", 15 * MM, align=RIGHT, role=KAI), Column("水量\n（m³）", 18 * MM, align=RIGHT, role=KAI),
    ),
    header_height=9 * MM, row_height=8.4 * MM, header_size=8.5, size=8.5, frame=0.9,
)
ROWS_WITH_MAP = 12
ROWS_ALONE = 25
TERMS = (
    "本证记载的年度水权额度，是权利人在有效期内每年可以使用的水量上限；地表水、地下水分别核定、分别发证。",
    "本证面积按“{legal_area}”口径确定，以亩为单位，保留两位小数；水量以立方米为单位。地块图仅示意位置，不作为界址依据。",
    "权利人、面积、水源、额度或者有效期发生变化的，以及本证遗失、损毁的，请向发证机关办理。",
    "二维码载有证号与校验值；与发证机关台账核对一致，并经发证机关盖章的，本证有效。",
)


def page_count(content):
    """Pages of one certificate: the front, and as many back pages as parcels and maps need."""
    return 1 + len(_back_pages(content))


def _back_pages(content):
    """[(lines, with map), …] of the back pages."""
    lines = content.lines
    if len(lines) <= ROWS_WITH_MAP:
        return [(lines, True)]
    pages = [(lines[i:i + ROWS_ALONE], False) for i in range(0, len(lines), ROWS_ALONE)]
    return [*pages, ((), True)]


def draw(paper, content, land):
    """Draws all pages of one certificate; ``land`` may be None where the village has no shapes."""
    pages = _back_pages(content)
    total = 1 + len(pages)
    _front(paper, content, total)
    for number, (lines, mapped) in enumerate(pages, 2):
        _back(paper, content, land, lines, mapped, number, total)


def store_forms(paper, land):
    """Stores what every certificate repeats: the frames and labels per source, and the village's outline."""
    for source in ACCENT:
        paper.pen.begin_form(f"frame-{source}")
        _frame(paper.pen, source)
        paper.pen.end_form()
        paper.pen.begin_form(f"front-{source}")
        _captions(paper.pen, source)
        paper.pen.end_form()
    if land is not None:
        store_index(paper.pen, land)


# the front

ROWS_TOP = HEIGHT - 106 * MM
ROW = 12.6 * MM
LABEL_WIDTH = 30 * MM
HALF = (RIGHT_X - LEFT_X) / 2
FIELDS = (("权利人", "承包方编码"), ("坐落",), ("水源类型", "确权面积"), ("年度水权额度",), ("灌区",),
          ("斗口／机井",), ("有效期",))


def _frame(pen, source):
    """A double frame with a woven band between, as on banknotes, and a quiet tint inside."""
    color, tint = ACCENT[source], TINT[source]
    x1, y1, x2, y2 = EDGE, EDGE, WIDTH - EDGE, HEIGHT - EDGE
    pen.box(x1 + BAND, y1 + BAND, x2 - x1 - 2 * BAND, y2 - y1 - 2 * BAND, 0, fill=tint)
    _waves(pen, source)
    pale = tuple(1 - (1 - c) * 0.62 for c in color)
    middle, swing = BAND / 2, BAND / 2 - 1.4
    for phase in (0, 1, 2, 3):
        for a, b, fixed, along in ((x1 + BAND, x2 - BAND, y1 + middle, True), (x1 + BAND, x2 - BAND, y2 - middle, True),
                                   (y1 + BAND, y2 - BAND, x1 + middle, False),
                                   (y1 + BAND, y2 - BAND, x2 - middle, False)):
            periods = round((b - a) / (BAND * 1.05))
            steps = periods * 10
            points = []
            for i in range(steps + 1):
                at = a + (b - a) * i / steps
                off = fixed + swing * math.sin(2 * math.pi * periods * i / steps + phase * math.pi / 2)
                points.append((at, off) if along else (off, at))
            path = " ".join("%.1f %.1f %s" % (px, py, "l" if i else "m") for i, (px, py) in enumerate(points))
            pen.raw("q 0.45 w %.3f %.3f %.3f RG %s S Q" % (*pale, path))
    for inset, line in ((0, 1.8), (2.2, 0.4), (BAND, 1.0), (BAND + 2.0, 0.35)):
        pen.box(x1 + inset, y1 + inset, x2 - x1 - 2 * inset, y2 - y1 - 2 * inset, line, color)
    for cx, cy in ((x1, y1), (x2 - BAND, y1), (x1, y2 - BAND), (x2 - BAND, y2 - BAND)):
        _corner(pen, cx, cy, BAND, color)


def _corner(pen, x, y, side, color):
    """A square fret (回纹) in a corner of the band."""
    pen.box(x, y, side, side, 1.0, color, fill=(1, 1, 1))
    s, path = side, []
    for inset in (0.16, 0.30, 0.44):
        low, high = inset * s, (1 - inset) * s
        path.append(f"{x + low:.2f} {y + low:.2f} {high - low:.2f} {high - low:.2f} re")
    pen.raw("q 0.8 w %.3f %.3f %.3f RG %s S Q" % (*color, " ".join(path)))


def _waves(pen, source):
    """Fine water lines across the middle of the sheet, barely darker than the tint."""
    color = tuple(1 - (1 - c) * 0.14 for c in ACCENT[source])
    x1, x2 = EDGE + BAND + 2, WIDTH - EDGE - BAND - 2
    lines = []
    for row in range(34):
        base = 48 * MM + row * 5.4
        points = []
        for i in range(101):
            at = x1 + (x2 - x1) * i / 100
            part = i / 100
            off = base + 9 * math.sin(math.pi * part) * math.sin(2 * math.pi * 3 * part + row * 0.16)
            points.append("%.1f %.1f %s" % (at, off, "l" if i else "m"))
        lines.append(" ".join(points))
    pen.raw("q 0.35 w %.3f %.3f %.3f RG %s S Q" % (*color, " ".join(lines)))


def _captions(pen, source):
    """Title, table rules and labels: what is the same on every front page of one source."""
    centre = WIDTH / 2
    color = ACCENT[source]
    pen.text(centre, HEIGHT - 66 * MM, "水权证", SONG, 50, CENTRE, TITLE_COLOR, bold=0.022, spread=22)
    y = ROWS_TOP
    pen.box(LEFT_X, y - ROW * len(FIELDS), RIGHT_X - LEFT_X, ROW * len(FIELDS), 1.1, color)
    segments = []
    for i, labels in enumerate(FIELDS):
        bottom = y - ROW
        for j, label in enumerate(labels):
            x = LEFT_X + j * HALF
            pen.text(x + LABEL_WIDTH / 2, bottom + ROW / 2 - 4.2, label, HEI, 12, CENTRE, color,
                     spread=_justified(label))
            segments.append((x + LABEL_WIDTH, y, x + LABEL_WIDTH, bottom))
            if j:
                segments.append((x, y, x, bottom))
        if i:
            segments.append((LEFT_X, y, RIGHT_X, y))
        y = bottom
    pen.rules(segments, 0.5, color)
    seal_x = RIGHT_X - 38 * MM
    pen.text(seal_x, 64 * MM, "发证机关（盖章）", HEI, 12.5, CENTRE, color)
    pen.text(seal_x, 42 * MM, "年　　　月　　　日", SONG, 12.5, CENTRE)


def _justified(label):
    """Space between the characters of a short label, so that labels of two to five characters align."""
    return {2: 20, 3: 8, 4: 2}.get(len(label), 0)


def _front(paper, content, total):
    pen = paper.begin(under=f"frame-{content.source}")
    pen.form(f"front-{content.source}")
    centre, color = WIDTH / 2, ACCENT[content.source]
    pen.text(centre, HEIGHT - 43 * MM, content.county_name, SONG, 19, CENTRE, BLACK, bold=0.012, spread=5)
    pen.text(centre, HEIGHT - 77 * MM, f"（{content.source_name}）", KAI, 19, CENTRE, color, spread=3)
    paper.tag(RIGHT_X, HEIGHT - 32 * MM, 11)
    pen.text(RIGHT_X, ROWS_TOP + 3.2 * MM, f"证号：{content.number or '（样张，不编号）'}", KAI, 13, RIGHT)
    pen.paragraph(LEFT_X, HEIGHT - 83 * MM,
                  f"依据{content.document}，经核查、公示和审核，对下列权利人的灌溉用水权予以确认，特发此证。",
                  RIGHT_X - LEFT_X, KAI, 13, 1.45)
    volume = m3_text(content.volume_m3_100)
    values = (
        (content.holder_name, content.holder_code), (content.place,),
        (content.source_name, f"{mu_text(content.area_mu_100)} 亩"),
        (f"{volume} 立方米（大写：{capital_hundredths(content.volume_m3_100)}立方米）",),
        ("、".join(content.districts),), ("、".join(content.facilities),), (_term(content),),
    )
    y = ROWS_TOP
    for row in values:
        width = HALF - LABEL_WIDTH if len(row) == 2 else RIGHT_X - LEFT_X - LABEL_WIDTH
        for j, value in enumerate(row):
            pen.cell(LEFT_X + j * HALF + LABEL_WIDTH, y - ROW, width, ROW, value, KAI, 14.5, LEFT, pad=6)
        y -= ROW
    kind = f"权利人类型：{content.holder_kind}　　" if content.holder_kind else ""
    pen.text(LEFT_X, y - 6 * MM, f"{kind}地块 {len(content.lines)} 块，清单与地块图见背面；"
             f"面积口径：{content.legal_area}。", KAI, 10, color=GREY)
    side = 30 * MM
    qr.draw(pen, LEFT_X, 42 * MM, side, qr_text(content))
    pen.text(LEFT_X + side / 2, 38.5 * MM, f"校验值 {content.check_value or TRIAL_MARK}", KAI, 9.5, CENTRE)
    pen.cell(RIGHT_X - 72 * MM, 52 * MM, 68 * MM, 9 * MM, content.issuer, KAI, 14.5)
    paper.end(1, total, 25 * MM)


def qr_text(content):
    """What the QR code says: the number and the check value, in words a passer-by's phone can show."""
    if not content.number:
        return f"水权证{TRIAL_MARK}"
    return f"证号：{content.number}\n校验值：{content.check_value}"


def _term(content):
    start, end = date_text(content.valid_from), date_text(content.valid_to)
    return f"自 {start} 起至 {end} 止" if start and end else ""


# the back

def _back(paper, content, land, lines, mapped, number, total):
    pen = paper.begin()
    color = ACCENT[content.source]
    pen.box(13 * MM, 11.5 * MM, WIDTH - 26 * MM, HEIGHT - 23 * MM, 1.1, color)
    pen.box(13 * MM + 2, 11.5 * MM + 2, WIDTH - 26 * MM - 4, HEIGHT - 23 * MM - 4, 0.3, color)
    y = TOP_BACK
    paper.tag(BACK_RIGHT, y - 2, 9)
    head = f"{content.holder_name}　{content.source_name}　证号：{content.number or '（样张，不编号）'}"
    pen.text(BACK_X, y - 2, head, KAI, 9.5, color=GREY)
    y -= 5 * MM
    if lines:
        pen.text(WIDTH / 2, y - 5 * MM, "地 块 清 单", HEI, 14, CENTRE, color)
        y -= 8.5 * MM
        last = lines[-1] is content.lines[-1]
        y = _parcel_table(pen, content, lines, y, last)
        y -= 4 * MM
    if mapped:
        bottom = BOTTOM_BACK + 25 * MM
        pen.text(WIDTH / 2, y - 5 * MM, "地 块 图", HEI, 14, CENTRE, color)
        draw_maps(pen, content, land, (BACK_X, bottom, BACK_WIDTH, y - 8 * MM - bottom), color)
        _terms(pen, content, bottom - 2.5 * MM)
    paper.end(number, total, 13.6 * MM, size=8)


def _parcel_table(pen, content, lines, top, last):
    grid = PARCEL_GRID
    x = BACK_X
    first = y = grid.header(pen, x, top)
    for line in lines:
        east, south, west, north = line.bounds
        around = f"东：{east}　南：{south}\n西：{west}　北：{north}" if any(line.bounds) else "—"
        values = (str(line.number), line.name, line.code, around,
                  line.water, mu_text(line.area_mu_100), m3_text(line.volume_m3_100))
        y = grid.row(pen, x, y, values)
    if last:
        values = ("", "合计", "", f"共 {len(content.lines)} 块", "", mu_text(sum(n.area_mu_100 for n in content.lines)),
                  m3_text(sum(n.volume_m3_100 for n in content.lines)))
        y = grid.row(pen, x, y, values, roles=(HEI,) * len(values))
    grid.lines(pen, x, top, first, y)
    return y


def _terms(pen, content, top):
    y = top
    for i, text in enumerate(TERMS, 1):
        text = text.format(legal_area=content.legal_area)
        y = pen.paragraph(BACK_X, y, f"{i}．{text}", BACK_WIDTH, KAI, 8.6, 1.36, GREY, indent=0)
