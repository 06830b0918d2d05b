"""The pages of a village's poster on units of confirmation: to which association, outlet, group … the village's water goes."""

from ..model import codes
from ..model.amounts import m3_text, mu_text
from ..store import reading
from .grid import Column, Grid
from .numerals import date_text
from .pen import HEI, KAI, LEFT, MM, RIGHT, SONG

SQL = """
SELECT u.unit_kind, u.unit_code, u.unit_name, u.source, u.members, u.area_mu_100, u.volume_m3_100,
       count(DISTINCT r.CBFBM) AS own_members, count(DISTINCT r.parcel_fid) AS own_parcels, sum(r.area_mu_100) AS own_area,
       sum(r.volume_m3_100) AS own_volume
FROM right_part r JOIN parcel p ON p.fid = r.parcel_fid JOIN unit_right u ON u.unit_id = r.unit_id
WHERE p.village_code = ? AND u.unit_kind <> 'holder_source' GROUP BY u.unit_id ORDER BY u.unit_kind, u.unit_code, u.source DESC
"""


def grid():
    return Grid(
        (
            Column("序号", 16 * MM, role=HEI), Column("确权单位", 44 * MM, role=KAI), Column("名称", 84 * MM, align=LEFT, role=HEI),
            Column("代码", 50 * MM, role=KAI), Column("水源", 26 * MM, role=KAI),
            Column("户数", 20 * MM, "本村", RIGHT, HEI), Column("地块", 20 * MM, "本村", RIGHT, HEI),
            Column("面积（亩）", 32 * MM, "本村", RIGHT, HEI), Column("年水量（m³）", 34 * MM, "本村", RIGHT, HEI),
            Column("面积（亩）", 32 * MM, "单位合计", RIGHT, HEI), Column("年水量（m³）", 32 * MM, "单位合计", RIGHT, HEI),
        ),
        header_height=17 * MM, row_height=9.4 * MM, header_size=13, size=13.5, frame=1.4)


def rows_of(county, village):
    """(unit id's texts, own amounts …) of the units that hold water of a village's parcels; () where households do."""
    found = []
    for row in reading.rows(county.store, SQL, (village,)):
        name = row["unit_name"] if row["unit_name"] and row["unit_name"] != row["unit_code"] else ""
        if row["unit_kind"] in ("group", "village"):
            name = county.place(row["unit_code"], (codes.VILLAGE, codes.GROUP)) or name
        found.append(((codes.UNIT_KIND[row["unit_kind"]], name, row["unit_code"], codes.SOURCE[row["source"]]),
                      (row["own_members"], row["own_parcels"], row["own_area"], row["own_volume"]),
                      (row["area_mu_100"], row["volume_m3_100"])))
    return tuple(found)


def pages(content, top, bottom):
    """How many pages the units of a village take."""
    return -(-(len(content.units) + 1) // _rows(top, bottom)) if content.units else 0


def _rows(top, bottom):
    table = grid()
    return int((top - bottom - table.head) / table.row_height)


def draw(paper, content, title, x, right, top, bottom, first_page, total, height):
    """Draws the pages, as the poster's other tables are drawn."""
    table, fit = grid(), _rows(top, bottom)
    for part in range(pages(content, top, bottom)):
        pen = paper.begin()
        pen.text(x, height - 18 * MM, title, SONG, 23, LEFT, bold=0.015)
        paper.tag(right, height - 16 * MM, 13)
        pen.text(x, height - 28 * MM, f"公示日期：{date_text(content.start)} 至 {date_text(content.end)}　　水权确给下列单位，"
                 "各户的面积、水量见公示表", KAI, 14)
        y = begin = table.header(pen, x, top)
        for at, (texts, own, whole) in enumerate(content.units[part * fit:(part + 1) * fit], part * fit + 1):
            y = table.row(pen, x, y, (str(at), *texts, str(own[0]), str(own[1]), mu_text(own[2]), m3_text(own[3]),
                                      mu_text(whole[0]), m3_text(whole[1])))
        if (part + 1) * fit > len(content.units):
            sums = [sum(own[i] for _, own, _ in content.units) for i in (2, 3)]
            y = table.row(pen, x, y, ("", "合计", f"{len(content.units)} 个", "", "", "", "", mu_text(sums[0]), m3_text(sums[1]), "", ""),
                          roles=(HEI,) * len(table.columns), fill=table.fill)
        table.lines(pen, x, top, begin, y)
        paper.end(first_page + part, total, 13 * MM, right - 30 * MM, size=12)
