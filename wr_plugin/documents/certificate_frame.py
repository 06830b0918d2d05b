"""What every certificate has, whoever holds it: the border, the first page's heading, table and foot, the inner pages."""

import math

from . import qr
from .numerals import date_text
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
ROWS_TOP = HEIGHT - 106 * MM
TABLE_HEIGHT = 7 * 12.6 * MM
LABEL_WIDTH = 30 * MM
HALF = (RIGHT_X - LEFT_X) / 2
NOT_NUMBERED = "（样张，不编号）"


def store_border(pen, source):
    """Stores the border of a source's first pages as ``frame-surface`` or ``frame-ground``."""
    pen.begin_form(f"frame-{source}")
    draw_border(pen, source)
    pen.end_form()


def draw_border(pen, source):
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


def draw_captions(pen, source, fields):
    """Title, table rules and labels of a first page; ``fields``: one or two labels a row."""
    centre = WIDTH / 2
    color, row = ACCENT[source], TABLE_HEIGHT / len(fields)
    pen.text(centre, HEIGHT - 66 * MM, "水权证", SONG, 50, CENTRE, TITLE_COLOR, bold=0.022, spread=22)
    y = ROWS_TOP
    pen.box(LEFT_X, y - row * len(fields), RIGHT_X - LEFT_X, row * len(fields), 1.1, color)
    segments = []
    for i, labels in enumerate(fields):
        bottom = y - row
        for j, label in enumerate(labels):
            x = LEFT_X + j * HALF
            pen.text(x + LABEL_WIDTH / 2, bottom + row / 2 - 4.2, label, HEI, 12, CENTRE, color,
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


def draw_heading(paper, content, sentence):
    """County, source, number and the sentence that confirms; on the current page."""
    pen, color, centre = paper.pen, ACCENT[content.source], WIDTH / 2
    pen.text(centre, HEIGHT - 43 * MM, content.county_name, SONG, 19, CENTRE, BLACK, bold=0.012, spread=5)
    pen.text(centre, HEIGHT - 77 * MM, f"（{content.source_name}）", KAI, 19, CENTRE, color, spread=3)
    paper.tag(RIGHT_X, HEIGHT - 32 * MM, 11)
    pen.text(RIGHT_X, ROWS_TOP + 3.2 * MM, f"证号：{content.number or NOT_NUMBERED}", KAI, 13, RIGHT)
    pen.paragraph(LEFT_X, HEIGHT - 83 * MM, sentence, RIGHT_X - LEFT_X, KAI, 13, 1.45)


def draw_values(pen, rows, size=14.5):
    """The values of the first page's table, one or two a row; returns the table's bottom."""
    y, height = ROWS_TOP, TABLE_HEIGHT / len(rows)
    for row in rows:
        width = HALF - LABEL_WIDTH if len(row) == 2 else RIGHT_X - LEFT_X - LABEL_WIDTH
        for j, value in enumerate(row):
            pen.cell(LEFT_X + j * HALF + LABEL_WIDTH, y - height, width, height, value, KAI, size, LEFT, pad=6)
        y -= height
    return y


def draw_foot(pen, content):
    """QR code, check value and issuer of a first page."""
    side = 30 * MM
    qr.draw(pen, LEFT_X, 42 * MM, side, qr_text(content))
    pen.text(LEFT_X + side / 2, 38.5 * MM, f"校验值 {content.check_value or TRIAL_MARK}", KAI, 9.5, CENTRE)
    pen.cell(RIGHT_X - 72 * MM, 52 * MM, 68 * MM, 9 * MM, content.issuer, KAI, 14.5)


def qr_text(content):
    """What the QR code says: the number and the check value, in words a passer-by's phone can show."""
    if not content.number:
        return f"水权证{TRIAL_MARK}"
    return f"证号：{content.number}\n校验值：{content.check_value}"


def term(content):
    """``自 … 起至 … 止``; empty where the policy does not say."""
    start, end = date_text(content.valid_from), date_text(content.valid_to)
    return f"自 {start} 起至 {end} 止" if start and end else ""


def draw_inner_border(paper, content):
    """The double line around an inner page, with the holder and the number; returns the y where the page begins."""
    pen = paper.pen
    color = ACCENT[content.source]
    pen.box(13 * MM, 11.5 * MM, WIDTH - 26 * MM, HEIGHT - 23 * MM, 1.1, color)
    pen.box(13 * MM + 2, 11.5 * MM + 2, WIDTH - 26 * MM - 4, HEIGHT - 23 * MM - 4, 0.3, color)
    paper.tag(BACK_RIGHT, TOP_BACK - 2, 9)
    head = f"{content.holder_name}　{content.source_name}　证号：{content.number or NOT_NUMBERED}"
    pen.text(BACK_X, TOP_BACK - 2, head, KAI, 9.5, color=GREY)
    return TOP_BACK - 5 * MM


def draw_terms(pen, texts, top):
    """The numbered terms, from ``top`` downwards; returns their bottom."""
    for i, text in enumerate(texts, 1):
        top = pen.paragraph(BACK_X, top, f"{i}．{text}", BACK_WIDTH, KAI, 8.6, 1.36, GREY, indent=0)
    return top
