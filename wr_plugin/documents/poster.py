"""The village poster (公示), A3 landscape: the notice, the table of all parcels, the numbered map.

Set to be read from a metre away. It carries names, no ID and no phone number of a holder; where two holders of a
village share a name, a masked ID tells them apart (DOMAIN §6).
"""

from ..model import codes
from ..model.amounts import m3_text, mu_text
from . import unit_poster
from .grid import Column, Grid
from .numerals import date_text
from .page import A3_LANDSCAPE
from .pen import BLACK, CENTRE, GREY, HEI, KAI, LEFT, MM, RED, RIGHT, SONG
from .poster_map import draw_sheets, plan_sheets

WIDTH, HEIGHT = A3_LANDSCAPE
X, RIGHT_X = 15 * MM, WIDTH - 15 * MM
TABLE_TOP, TABLE_BOTTOM = HEIGHT - 31 * MM, 21 * MM
PALE_RED = (1.0, 0.925, 0.915)
GRID = Grid(
    (
        Column("序号", 14 * MM, role=HEI), Column("姓名", 35 * MM, "承包方", role=HEI),
        Column("图号", 17 * MM, "地块", role=HEI), Column("名称", 44 * MM, "地块", LEFT, KAI),
        Column("编码\n后5位", 22 * MM, "地块", role=HEI), Column("合同\n面积", 25 * MM, "面积（亩）", RIGHT, HEI),
        Column("确权\n面积", 25 * MM, "面积（亩）", RIGHT, HEI), Column("水源", 31 * MM, role=KAI),
        Column("斗口／机井", 46 * MM, align=LEFT, role=KAI), Column("地表水", 27 * MM, "年水量（m³）", RIGHT, HEI),
        Column("地下水", 27 * MM, "年水量（m³）", RIGHT, HEI),
        Column("是否在\n名录内", 25 * MM, role=HEI), Column("备注", 52 * MM, align=LEFT, role=KAI),
    ),
    header_height=19.5 * MM, row_height=8.7 * MM, header_size=13, size=13.5, number_height=5.2 * MM, frame=1.4,
)
ROWS = int((TABLE_TOP - TABLE_BOTTOM - GRID.head) / GRID.row_height)
TITLE = "灌溉用水户水权确权公示"
SAME_NAME_SIZE = 8.5


def draw(paper, content, land):
    """Draws all pages of one village's poster; ``land`` may be None where the village has no shapes."""
    tables = -(-(len(content.rows) + 1) // ROWS)
    sheets = plan_sheets(content, land)
    units = unit_poster.pages(content, TABLE_TOP, TABLE_BOTTOM)
    total = 1 + tables + units + len(sheets)
    _notice(paper, content, total, len(sheets))
    for i in range(tables):
        _table(paper, content, i, 2 + i, total)
    unit_poster.draw(paper, content, f"{content.village_name}确权单位", X, RIGHT_X, TABLE_TOP, TABLE_BOTTOM, 2 + tables, total, HEIGHT)
    draw_sheets(paper, content, land, sheets, 2 + tables + units, total)


def notice_text(content):
    """The notice in the wording of the land rules' own (DOMAIN §5)."""
    water = []
    for name, (area, volume) in (("地表水", content.surface), ("地下水", content.ground)):
        if area or volume:
            water.append(f"{name}确权面积 {mu_text(area)} 亩、年度水量 {m3_text(volume)} 立方米")
    outside = f"；不在名录内的承包地块 {content.outside} 块，不予确定水权" if content.outside else ""
    return (
        f"依据{content.document}，我村灌溉用水户水权已经核查。共计 {content.households} 户、地块 {content.parcels} 块，"
        f"合同面积 {mu_text(content.contract_mu_100)} 亩，确权面积 {mu_text(content.area_mu_100)} 亩"
        f"（面积口径：{content.legal_area}）。其中{'，'.join(water) or '暂无核定水量'}{outside}。现将姓名、地块、面积、水源、是否在名录内"
        f"等信息予以公示。", _objection_text(content),
    )


def _objection_text(content):
    phone = f"，电话 {content.phone}" if content.phone else ""
    return (f"公示期 {content.days} 天，自 {date_text(content.start)} 起至 {date_text(content.end)} 止。如有异议，请于 "
            f"{date_text(content.end)} 前（含当日）以书面形式向{content.objections_to}提出{phone}。")


def village_committee(name):
    """``东风村`` → ``东风村村民委员会``; a name that already says so stays."""
    return name if name.endswith(("委员会", "村委会", "社区", "居委会")) else f"{name}村民委员会"


def _notice(paper, content, total, sheets):
    pen = paper.begin()
    pen.box(10 * MM, 10 * MM, WIDTH - 20 * MM, HEIGHT - 20 * MM, 2.2, RED)
    pen.box(10 * MM + 3.5, 10 * MM + 3.5, WIDTH - 20 * MM - 7, HEIGHT - 20 * MM - 7, 0.6, RED)
    paper.tag(WIDTH - 20 * MM, HEIGHT - 24 * MM, 15)
    place = "".join(dict.fromkeys((content.county_name, content.town_name)))
    pen.text(WIDTH / 2, HEIGHT - 33 * MM, place, SONG, 24, CENTRE, spread=4, bold=0.01)
    title = f"{content.village_name}{TITLE}"
    size = min(50.0, (WIDTH - 60 * MM) / (pen.width(title, SONG, 1) + 0.08 * len(title)))
    pen.text(WIDTH / 2, HEIGHT - 57 * MM, title, SONG, size, CENTRE, RED, bold=0.02, spread=size * 0.08)
    x, y, width = 24 * MM, HEIGHT - 69 * MM, 218 * MM
    for text in notice_text(content):
        y = pen.paragraph(x, y, text, width, KAI, 22, 1.62)
    y -= 5 * MM
    pages = f"附：公示表（第 2 页起）；地块图 {sheets} 幅，图上编号即表中“图号”。" if sheets else "附：公示表（第 2 页起）。"
    pen.paragraph(x, y, pages, width, KAI, 17, 1.5, GREY)
    _summary(pen, content, 254 * MM, HEIGHT - 74 * MM, WIDTH - 24 * MM - 254 * MM)
    committee = village_committee(content.village_name)
    pen.text(WIDTH - 82 * MM, 47 * MM, f"{committee}（盖章）", SONG, 21, CENTRE)
    pen.text(WIDTH - 82 * MM, 31 * MM, "年　　　月　　　日", SONG, 19, CENTRE)
    paper.end(1, total, 15 * MM, size=11)


def _summary(pen, content, x, top, width):
    """Village totals: by water source, then parcels by outcome."""
    third = width / 3
    grid = Grid((Column("水源", third), Column("确权面积（亩）", third, align=RIGHT),
                 Column("年水量（m³）", third, align=RIGHT)),
                header_height=11 * MM, row_height=11.5 * MM, header_size=15, size=17, frame=1.2)
    first = y = grid.header(pen, x, top)
    for name, (area, volume) in (("地表水", content.surface), ("地下水", content.ground)):
        y = grid.row(pen, x, y, (name, mu_text(area), m3_text(volume)), roles=(KAI, HEI, HEI))
    y = grid.row(pen, x, y, ("合计", mu_text(content.area_mu_100), m3_text(content.volume_m3_100)),
                 roles=(HEI, HEI, HEI))
    grid.lines(pen, x, top, first, y)
    top = y - 8 * MM
    half = width / 4
    grid = Grid((Column("地块情况", half * 3, align=LEFT), Column("块数", half, align=RIGHT)),
                header_height=10 * MM, row_height=9.6 * MM, header_size=14, size=15, frame=1.2)
    first = y = grid.header(pen, x, top)
    for label, count, red in outcome_counts(content):
        y = grid.row(pen, x, y, (label, str(count)), RED if red else BLACK, roles=(KAI, HEI))
    grid.lines(pen, x, top, first, y)


OUTCOMES = (
    ("在名录内，已核定", ("right",)), ("在名录内，扣减后核定", ("reduced",)), ("不在名录内，不予确定", ("outside_registry",)),
    ("新开、复垦、未批，不予确定", ("unapproved",)), ("林地，另行核定", ("forest",)), ("非承包地，不予确定", ("not_contract",)),
    ("按政策暂不确权", ("withheld",)),
    ("待核实（缺权利人、水源、定额或数据待改）", ("no_holder", "no_source", "no_quota", "defect", "unchecked")),
)


def outcome_counts(content):
    """[(label, parcels, in red), …] of what became of the village's parcels, without empty lines, then the total."""
    states = {}
    for row in content.rows:
        states[row.map_number] = row.state
    counted = [(label, sum(s in wanted for s in states.values()), wanted[0] in ("outside_registry", "unapproved"))
               for label, wanted in OUTCOMES]
    return [c for c in counted if c[1]] + [("合计", len(states), False)]


def _table(paper, content, part, number, total):
    pen = paper.begin()
    pen.text(X, HEIGHT - 18 * MM, f"{content.village_name}{TITLE}表", SONG, 23, LEFT, bold=0.015)
    paper.tag(RIGHT_X, HEIGHT - 16 * MM, 13)
    pen.text(X, HEIGHT - 28 * MM, f"公示日期：{date_text(content.start)} 至 {date_text(content.end)}（共 {content.days} 天）",
             KAI, 14)
    pen.text(RIGHT_X, HEIGHT - 28 * MM, f"面积单位：亩　　水量单位：立方米　　面积口径：{content.legal_area}", KAI, 14, RIGHT)
    first = y = GRID.header(pen, X, TABLE_TOP)
    rows = content.rows[part * ROWS:(part + 1) * ROWS]
    merged, begin = [], 0
    for i, row in enumerate(rows):
        starts = i == 0 or row.household != rows[i - 1].household
        if starts:
            begin = i
        outside = row.state in ("outside_registry", "unapproved")
        values = _values(row)
        bottom = GRID.row(pen, X, y, values, RED if outside else BLACK, PALE_RED if outside else None, skip=2)
        ends = i + 1 == len(rows) or rows[i + 1].household != row.household
        if ends:
            top = first - begin * GRID.row_height
            _household(pen, row, top, bottom)
            merged += [(0, top, bottom), (1, top, bottom)]
        y = bottom
    if (part + 1) * ROWS > len(content.rows):
        y = GRID.row(pen, X, y, _totals(content), roles=(HEI,) * len(GRID.columns), fill=GRID.fill)
    GRID.lines(pen, X, TABLE_TOP, first, y, merged)
    pen.cell(X, 8.5 * MM, RIGHT_X - X - 62 * MM, 11.5 * MM, _objection_text(content), KAI, 13, LEFT, pad=0)
    paper.end(number, total, 13 * MM, RIGHT_X - 30 * MM, size=12)


def _values(row):
    given = row.volume_m3_100 or row.area_mu_100
    return (
        str(row.household or ""), row.holder_name, str(row.map_number), row.parcel_name, _short_code(row.parcel_code),
        "" if row.contract_mu_100 is None else mu_text(row.contract_mu_100),
        mu_text(row.area_mu_100) if given else "—", row.source, row.water,
        m3_text(row.surface_m3_100) if row.surface_m3_100 else "—",
        m3_text(row.ground_m3_100) if row.ground_m3_100 else "—", "是" if row.in_registry else "否", row.remark)


def _short_code(code):
    """The last five digits of a proper code; one that is not, as far as it can be read."""
    return code[-5:] if codes.is_parcel_code(code) else code[-10:]


def _household(pen, row, top, bottom):
    """The merged cells of a household: its number and name."""
    number, name = GRID.columns[:2]
    pen.cell(X, bottom, number.width, top - bottom, str(row.household or ""), HEI, 13.5)
    at = X + number.width
    if row.told_apart and top - bottom < 2 * GRID.row_height:
        middle = bottom + (top - bottom) * 0.36
        pen.cell(at, middle, name.width, top - middle, row.holder_name, HEI, 13)
        pen.cell(at, bottom + 1, name.width, middle - bottom, row.told_apart, SONG, SAME_NAME_SIZE)
    elif row.told_apart:
        middle = (top + bottom) / 2
        pen.cell(at, middle - 2, name.width, GRID.row_height, row.holder_name, HEI, 15)
        pen.cell(at, middle - GRID.row_height * 0.6, name.width, GRID.row_height * 0.6, row.told_apart, SONG, 9)
    else:
        pen.cell(at, bottom, name.width, top - bottom, row.holder_name or "（无承包方）", HEI, 15)


def _totals(content):
    return ("", "合计", "", f"{content.households} 户、{content.parcels} 块", "", mu_text(content.contract_mu_100),
            mu_text(content.area_mu_100), "", "", m3_text(sum(r.surface_m3_100 for r in content.rows)),
            m3_text(sum(r.ground_m3_100 for r in content.rows)), "", "")
