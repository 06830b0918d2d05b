"""The county's poster of water users without contract land, A3 landscape: 公示企业名称、产品、规模、水源、取水许可量等信息
(张掖方案三（一）3). The county's departments publish it, not the villages. No ID, no phone number."""

from dataclasses import dataclass
from typing import Tuple

from ..model import codes
from ..model.amounts import m3_text, mu_text
from ..model.findings import KINDS
from ..store import reading
from .content import Unprintable
from .grid import Column, Grid
from .numerals import date_text
from .page import A3_LANDSCAPE
from .pen import BLACK, CENTRE, HEI, KAI, LEFT, MM, RED, RIGHT, SONG

WIDTH, HEIGHT = A3_LANDSCAPE
X, RIGHT_X = 15 * MM, WIDTH - 15 * MM
BOTTOM = 21 * MM
TITLE = "用水户水权确权公示"
GRID = Grid(
    (
        Column("序号", 13 * MM, role=HEI), Column("名称", 52 * MM, align=LEFT, role=HEI), Column("类别", 30 * MM, role=KAI),
        Column("行业", 20 * MM, role=KAI), Column("产品\n（用水项目）", 30 * MM, role=KAI), Column("规模", 34 * MM, align=RIGHT, role=KAI),
        Column("水源", 21 * MM, role=KAI), Column("证号", 43 * MM, "取水许可", role=KAI), Column("有效期止", 26 * MM, "取水许可", role=KAI),
        Column("取水\n许可量", 27 * MM, "年水量（m³）", RIGHT, HEI), Column("定额\n水量", 27 * MM, "年水量（m³）", RIGHT, HEI),
        Column("核定\n水量", 27 * MM, "年水量（m³）", RIGHT, HEI), Column("结果", 40 * MM, align=LEFT, role=KAI),
    ),
    header_height=19.5 * MM, row_height=9.6 * MM, header_size=13, size=13, frame=1.4,
)
ROWS_SQL = """
SELECT r.*, f.product AS permit_product, f.scale AS permit_scale, f.scale_unit AS permit_unit, n.product AS network_product,
       n.scale AS network_scale, n.scale_unit AS network_unit, n.network_permit AS network_permit
FROM user_right r
LEFT JOIN permit_user f ON r.user_kind = 'permit' AND f.fid = (SELECT min(fid) FROM permit_user
    WHERE user_code = r.user_code AND source = r.source)
LEFT JOIN network_user n ON r.user_kind = 'network' AND n.fid = (SELECT min(fid) FROM network_user
    WHERE user_code = r.user_code AND source = r.source)
WHERE r.state <> 'out' ORDER BY r.user_kind DESC, r.user_code, r.source DESC
"""
CONFIRMED = ("right", "cut")


@dataclass(frozen=True)
class UserPoster:
    """``rows``: (user code, cells, whether confirmed, 0.01 m³) of each user; the term; whom to write to."""

    county_name: str
    document: str
    start: str
    end: str
    days: int
    objections_to: str
    phone: str
    rows: Tuple[tuple, ...]
    demo: bool

    @property
    def volume_m3_100(self):
        return sum(volume for _, _, _, volume in self.rows)


def has_users(store):
    """Whether there is anything to publish."""
    return reading.one(store, "SELECT 1 FROM user_right WHERE state IN ('right', 'cut') LIMIT 1") is not None


def content(county, start, end, days):
    """``UserPoster`` of all users but those who are out of scope."""
    policy = county.policy
    rows = [(row["user_code"], *_row(row)) for row in reading.rows(county.store, ROWS_SQL)]
    return UserPoster(county.name, county.document, start, end, days, policy.get("publicity.objections_to") or "",
                      policy.get("publicity.phone") or "", tuple(rows), county.demo)


def _row(row):
    kind = row["user_kind"]
    product, scale, unit = (row[f"{kind}_{name}"] if kind != "forest" else None for name in ("product", "scale", "unit"))
    size = f"{scale or ''} {unit or ''}".strip()
    if kind == "forest":
        size = "" if row["area_mu_100"] is None else f"{mu_text(row['area_mu_100'])} 亩"
    given = row["state"] in CONFIRMED
    told = KINDS[row["reason"]].title if row["reason"] in KINDS else ""
    outcome = codes.USER_STATE[row["state"]] if given and not told else told or codes.USER_STATE[row["state"]]
    permit = row["network_permit"] if kind == "network" else row["permit_number"]
    cells = (row["user_name"] or row["user_code"], codes.USER_KIND[kind].replace("公共供水", ""),
             codes.INDUSTRY.get(row["industry"], ""), product or "", size, codes.SOURCE[row["source"]], permit or "",
             row["permit_until"] or "", _m3(row["permit_m3_100"] if kind == "permit" else None), _m3(row["quota_m3_100"]),
             m3_text(row["volume_m3_100"]) if given else "—",
             outcome if given else f"{outcome}，{'待核实' if row['state'] == 'missing' else '暂不确权'}")
    return cells, given, row["volume_m3_100"] if given else 0


def _m3(amount):
    return "—" if amount is None else m3_text(amount)


def unprintable(book, poster):
    """``Unprintable`` for each user with text that the fonts cannot print."""
    found = []
    for code, cells, _, _ in poster.rows:
        missing = "".join(dict.fromkeys("".join(book.missing(text) for text in cells)))
        if missing:
            found.append(Unprintable(code, cells[0], poster.county_name, missing))
    return found


def draw(paper, poster):
    """Draws all pages: the notice stands above the table of the first."""
    texts = notice_text(poster)
    first = HEIGHT - 44 * MM - _height(paper.pen, texts)
    room = [int((first - BOTTOM - GRID.head) / GRID.row_height), int((HEIGHT - 31 * MM - BOTTOM - GRID.head) / GRID.row_height)]
    parts, rest = [poster.rows[:room[0]]], poster.rows[room[0]:]
    while rest:
        parts.append(rest[:room[1]])
        rest = rest[room[1]:]
    if len(parts[-1]) + 1 > room[min(len(parts) - 1, 1)]:
        parts.append(())  # the total does not fit any more
    at = 0
    for number, rows in enumerate(parts, 1):
        pen = paper.begin()
        paper.tag(RIGHT_X, HEIGHT - 16 * MM, 13)
        if number == 1:
            pen.text(WIDTH / 2, HEIGHT - 25 * MM, f"{poster.county_name}{TITLE}", SONG, 30, CENTRE, RED, bold=0.02, spread=3)
            y = HEIGHT - 33 * MM
            for text in texts:
                y = pen.paragraph(X, y, text, RIGHT_X - X, KAI, 15, 1.5)
            top = first
        else:
            pen.text(X, HEIGHT - 18 * MM, f"{poster.county_name}{TITLE}表（续）", SONG, 23, LEFT, bold=0.015)
            top = HEIGHT - 31 * MM
        y = begin = GRID.header(pen, X, top)
        for _, cells, given, _ in rows:
            at += 1
            y = GRID.row(pen, X, y, (str(at), *cells), BLACK if given else RED)
        if number == len(parts):
            having = sum(1 for _, _, given, _ in poster.rows if given)
            y = GRID.row(pen, X, y, ("", f"合计 {having} 个", *[""] * 9, m3_text(poster.volume_m3_100), ""),
                         roles=(HEI,) * len(GRID.columns), fill=GRID.fill)
        GRID.lines(pen, X, top, begin, y)
        if number == len(parts):
            pen.text(RIGHT_X - 4 * MM, 12 * MM, "公示单位（盖章）　　　　　　　　　　年　　月　　日", SONG, 13, RIGHT)
        paper.end(number, len(parts), 12 * MM, X + 25 * MM, size=12)


def notice_text(poster):
    """The notice's paragraphs."""
    having = sum(1 for _, _, given, _ in poster.rows if given)
    phone = f"，电话 {poster.phone}" if poster.phone else ""
    return (
        f"依据{poster.document}，取水许可用水户、公共供水管网用水户、林草地的水权已经核查，共 {len(poster.rows)} 个，核定 {having} 个、"
        f"年度水量 {m3_text(poster.volume_m3_100)} 立方米。现将名称、产品、规模、水源、取水许可量等信息予以公示。",
        f"公示期 {poster.days} 天，自 {date_text(poster.start)} 起至 {date_text(poster.end)} 止。如有异议，请于 {date_text(poster.end)} 前（含当日）"
        f"以书面形式向{poster.objections_to}提出{phone}。")


def _height(pen, texts):
    return sum(len(pen.wrap("\u3000\u3000" + text, KAI, 15, RIGHT_X - X)) for text in texts) * 15 * 1.5 - 8 * MM
