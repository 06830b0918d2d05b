"""The certificate (水权证) of a household, A4: the deed on the front, parcels, map and terms on the back."""

from ..model.amounts import m3_text, mu_text
from .certificate_frame import (
    ACCENT,
    BACK_WIDTH,
    BACK_X,
    BOTTOM_BACK,
    LEFT_X,
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
from .certificate_map import draw_maps, store_index
from .grid import Column, Grid
from .numerals import capital_hundredths
from .pen import CENTRE, GREY, HEI, KAI, LEFT, MM, RIGHT

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
        store_border(paper.pen, source)
        paper.pen.begin_form(f"front-{source}")
        draw_captions(paper.pen, source, FIELDS)
        paper.pen.end_form()
    if land is not None:
        store_index(paper.pen, land)


# the front

FIELDS = (("权利人", "承包方编码"), ("坐落",), ("水源类型", "确权面积"), ("年度水权额度",), ("灌区",),
          ("斗口／机井",), ("有效期",))


def _front(paper, content, total):
    pen = paper.begin(under=f"frame-{content.source}")
    pen.form(f"front-{content.source}")
    draw_heading(paper, content, f"依据{content.document}，经核查、公示和审核，对下列权利人的灌溉用水权予以确认，特发此证。")
    volume = m3_text(content.volume_m3_100)
    y = draw_values(pen, (
        (content.holder_name, content.holder_code), (content.place,),
        (content.source_name, f"{mu_text(content.area_mu_100)} 亩"),
        (f"{volume} 立方米（大写：{capital_hundredths(content.volume_m3_100)}立方米）",),
        ("、".join(content.districts),), ("、".join(content.facilities),), (term(content),),
    ))
    kind = f"权利人类型：{content.holder_kind}　　" if content.holder_kind else ""
    pen.text(LEFT_X, y - 6 * MM, f"{kind}地块 {len(content.lines)} 块，清单与地块图见背面；"
             f"面积口径：{content.legal_area}。", KAI, 10, color=GREY)
    draw_foot(pen, content)
    paper.end(1, total, 25 * MM)


# the back

def _back(paper, content, land, lines, mapped, number, total):
    pen = paper.begin()
    color = ACCENT[content.source]
    y = draw_inner_border(paper, content)
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
        draw_terms(pen, [text.format(legal_area=content.legal_area) for text in TERMS], bottom - 2.5 * MM)
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

