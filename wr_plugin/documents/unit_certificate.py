"""The certificate of a unit of confirmation or of another water user, and the register sheet (水权登记表) of a user whom
the policy gives no certificate: the first page as a household's, then the annex over as many pages as it needs, with
each page's sum and the total, then the map and the terms."""

from ..model.amounts import m3_text, mu_text
from .certificate_frame import (
    ACCENT,
    BACK_RIGHT,
    BACK_WIDTH,
    BACK_X,
    BOTTOM_BACK,
    HEIGHT,
    LEFT_X,
    TOP_BACK,
    WIDTH,
    draw_captions,
    draw_foot,
    draw_heading,
    draw_inner_border,
    draw_terms,
    draw_values,
    store_border,
    term,
)
from .grid import Column, Grid
from .pen import CENTRE, GREY, HEI, KAI, LEFT, MM, RIGHT, SONG
from .unit_map import draw_map

NUMBER_WIDTH, AREA_WIDTH, VOLUME_WIDTH = 12 * MM, 24 * MM, 28 * MM
ROW, HEAD_ROW = 6.6 * MM, 9 * MM
ROWS = int((TOP_BACK - 5 * MM - 8.5 * MM - HEAD_ROW - BOTTOM_BACK - 4 * MM) / ROW) - 2  # the page's sum and the total
TERMS_HEIGHT = 31 * MM
LABEL = 44 * MM
SHEET_TITLE = "水 权 登 记 表"


def store_forms(paper):
    """Stores the borders; the captions differ from unit to unit."""
    for source in ACCENT:
        store_border(paper.pen, source)


def draw(paper, content, land=None):
    """Draws all pages of one certificate. ``land``: (``Land`` of the unit's parcels and neighbours, positions of its own),
    None where it has no shapes."""
    pages = annex_pages(content)
    total = 1 + len(pages) + 1
    _front(paper, content, total)
    for number, lines in enumerate(pages, 2):
        _annex(paper, content, lines, number, total)
    _last(paper, content, land, total)


def annex_pages(content):
    """[lines, …] of the annex's pages."""
    lines = content.annex.lines if content.annex else ()
    return [lines[i:i + ROWS] for i in range(0, len(lines), ROWS)]


def _front(paper, content, total):
    pen = paper.begin(under=f"frame-{content.source}")
    rows = (*content.rows, (("有效期", term(content)),))
    draw_captions(pen, content.source, [[label for label, _ in row] for row in rows])
    kind = "用水权" if content.is_user else "灌溉用水权"
    draw_heading(paper, content, f"依据{content.document}，经核查、公示和审核，对下列权利人的{kind}予以确认，特发此证。")
    y = draw_values(pen, [[value for _, value in row] for row in rows], 13)
    if content.is_user:
        note = "核定的数据见第 2 页。"
    else:
        note = f"{content.annex.title.replace(' ', '')}与地块图见附页；面积口径：{content.legal_area}。"
    pen.text(LEFT_X, y - 6 * MM, note, KAI, 10, color=GREY)
    draw_foot(pen, content)
    paper.end(1, total, 25 * MM)


def _grid(annex):
    """Number, the annex's own columns, area and volume, as wide as the page."""
    room = BACK_WIDTH - NUMBER_WIDTH - AREA_WIDTH - VOLUME_WIDTH
    whole = sum(share for _, share, _ in annex.columns)
    own = [Column(title, room * share / whole, align=RIGHT if numeric else LEFT, role=KAI) for title, share, numeric in annex.columns]
    return Grid((Column("序号", NUMBER_WIDTH, role=KAI), *own, Column("面积（亩）", AREA_WIDTH, align=RIGHT, role=KAI),
                 Column("水量（m³）", VOLUME_WIDTH, align=RIGHT, role=KAI)),
                header_height=HEAD_ROW, row_height=ROW, header_size=9, size=9, frame=0.9)


def _annex(paper, content, lines, number, total):
    pen = paper.begin()
    y = draw_inner_border(paper, content)
    annex, color = content.annex, ACCENT[content.source]
    page, pages = number - 1, total - 2
    title = f"附表　{annex.title}" + (f"（{page}／{pages}）" if pages > 1 else "")
    pen.text(WIDTH / 2, y - 5 * MM, title, HEI, 14, CENTRE, color)
    grid, top = _grid(annex), y - 8.5 * MM
    first = y = grid.header(pen, BACK_X, top)
    before = (page - 1) * ROWS
    for at, line in enumerate(lines, before + 1):
        y = grid.row(pen, BACK_X, y, (str(at), *line.cells, mu_text(line.area_mu_100), m3_text(line.volume_m3_100)))
    if pages > 1:
        y = _sum(pen, grid, y, "本页小计", f"{len(lines)} 行", lines)
    if page == pages:
        y = _sum(pen, grid, y, "合计", annex.counted, annex.lines)
    grid.lines(pen, BACK_X, top, first, y)
    paper.end(number, total, 13.6 * MM, size=8)


def _sum(pen, grid, y, word, counted, lines):
    blank = [""] * (len(grid.columns) - 5)
    values = ("", word, counted, *blank, mu_text(sum(n.area_mu_100 for n in lines)), m3_text(sum(n.volume_m3_100 for n in lines)))
    return grid.row(pen, BACK_X, y, values, roles=(HEI,) * len(grid.columns))


def _last(paper, content, land, total):
    """The map of a unit's parcels, or what a user's volume rests on; then the terms."""
    pen = paper.begin()
    y = draw_inner_border(paper, content)
    color = ACCENT[content.source]
    bottom = BOTTOM_BACK + TERMS_HEIGHT
    if content.details:
        pen.text(WIDTH / 2, y - 5 * MM, "核 定 数 据", HEI, 14, CENTRE, color)
        y = _details(pen, content.details, y - 8.5 * MM)
        draw_terms(pen, content.terms, y - 5 * MM)
    else:
        pen.text(WIDTH / 2, y - 5 * MM, "地 块 图", HEI, 14, CENTRE, color)
        draw_map(pen, content, land, (BACK_X, bottom, BACK_WIDTH, y - 8 * MM - bottom), color)
        draw_terms(pen, [text.format(legal_area=content.legal_area) for text in content.terms], bottom - 2.5 * MM)
    paper.end(total, total, 13.6 * MM, size=8)


def _details(pen, details, top, height=8.6 * MM, role=KAI, size=11):
    """A table of labels and values; returns its bottom."""
    grid = Grid((Column("", LABEL, role=HEI), Column("", BACK_WIDTH - LABEL, align=LEFT, role=role)),
                header_height=0, row_height=height, header_size=size, size=size, frame=0.9)
    y = top
    for row in details:
        y = grid.row(pen, BACK_X, y, row)
    grid.lines(pen, BACK_X, top, top, y)
    return y


def draw_sheet(paper, content, levels):
    """The register sheet, one page: what is confirmed, on what data, and room for the levels to sign. No number: the
    policy gives this user no certificate of its own. ``levels``: names of those who approve."""
    pen = paper.begin()
    paper.tag(BACK_RIGHT, HEIGHT - 18 * MM, 11)
    pen.text(WIDTH / 2, HEIGHT - 27 * MM, content.county_name, SONG, 15, CENTRE, spread=3)
    pen.text(WIDTH / 2, HEIGHT - 39 * MM, SHEET_TITLE, SONG, 24, CENTRE, bold=0.02, spread=2)
    pen.text(BACK_X, HEIGHT - 49 * MM, f"依据：{content.document}", KAI, 10.5, color=GREY)
    rows = [(label, value) for row in content.rows for label, value in row]
    shown = {label for label, _ in rows}
    rows += [(label, value) for label, value in content.details if label not in shown and label != "核定水量"]
    y = _details(pen, rows, HEIGHT - 52 * MM, 8.2 * MM)
    y = _signatures(pen, levels, y - 5 * MM)
    permit = dict(rows).get("取水许可证号")
    held = f"取水权凭证为取水许可证（{permit}）。" if permit else ""
    y = pen.paragraph(BACK_X, y - 4 * MM, f"本表登记核定结果，不是水权证：现行政策没有规定给这类用水户发水权证。{held}", BACK_WIDTH, KAI, 9.5,
                      1.4, GREY, indent=0)
    for text in content.terms:
        if text.startswith("取水许可证有效期"):
            pen.paragraph(BACK_X, y, text, BACK_WIDTH, KAI, 9.5, 1.4, GREY, indent=0)
    paper.end(1, 1, 12 * MM)


def _signatures(pen, levels, top):
    """A box for each level that approves, to be signed and stamped by hand."""
    width = BACK_WIDTH / max(len(levels), 1)
    for at, name in enumerate(levels):
        x = BACK_X + at * width
        pen.box(x, top - 34 * MM, width, 34 * MM, 0.7)
        pen.text(x + 4 * MM, top - 7 * MM, f"{name}意见", HEI, 10.5)
        pen.text(x + width - 4 * MM, top - 23 * MM, "（签字、盖章）", KAI, 10, RIGHT, GREY)
        pen.text(x + width - 4 * MM, top - 30 * MM, "年　　月　　日", SONG, 10, RIGHT)
    return top - 34 * MM if levels else top


