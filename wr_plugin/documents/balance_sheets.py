"""The balance as a workbook: the balance itself, the caps, the villages, and the candidates for 收储."""

from ..model import codes
from ..model.amounts import m3_text
from .workbook import M3, MU, WHOLE, Sheet, SheetColumn

BOTH = "两种水源"
NOT_A_RIGHT = "推算，供收储核查用，不是水权，不得据此用水、发证"
SOURCES = {**codes.SOURCE, "": BOTH, "mixed": "混合（比例未定）", "none": "无水源"}

LINE_COLUMNS = (
    SheetColumn("水源", width=11), SheetColumn("层次", width=20), SheetColumn("个数", WHOLE, 9),
    SheetColumn("确权面积（亩）", MU, 15), SheetColumn("定额水量", M3, 16, "水量（m³）"), SheetColumn("核定水量", M3, 16, "水量（m³）"),
    SheetColumn("指标水量", M3, 16, "总量控制（m³）"), SheetColumn("其中预留和林草", M3, 15, "总量控制（m³）"),
    SheetColumn("结余", M3, 16, "总量控制（m³）"), SheetColumn("结论", width=44, wrap=True),
)
NODE_COLUMNS = (
    SheetColumn("水源", width=10), SheetColumn("层级", width=8), SheetColumn("名称", width=28), SheetColumn("代码", width=15),
    SheetColumn("指标水量", M3, 16, "总量控制（m³）"), SheetColumn("其中预留和林草", M3, 15, "总量控制（m³）"),
    SheetColumn("定额水量", M3, 16, "水量（m³）"), SheetColumn("核减", M3, 14, "水量（m³）"), SheetColumn("核定水量", M3, 16, "水量（m³）"),
    SheetColumn("结余", M3, 16), SheetColumn("结论", width=32, wrap=True),
)
VILLAGE_COLUMNS = (
    SheetColumn("村", width=14), SheetColumn("村代码", width=15), SheetColumn("水源", width=10),
    SheetColumn("确权面积（亩）", MU, 14, "本村的地"), SheetColumn("核定水量（m³）", M3, 16, "本村的地"),
    SheetColumn("确权面积（亩）", MU, 14, "本村的户"), SheetColumn("核定水量（m³）", M3, 16, "本村的户"),
    SheetColumn("结论", width=40, wrap=True),
)
SUMMARY_COLUMNS = (
    SheetColumn("类别", width=32), SheetColumn("水源", width=16), SheetColumn("地块或对象", WHOLE, 11), SheetColumn("面积（亩）", MU, 14),
    SheetColumn("水量（m³）", M3, 16), SheetColumn("不能推算水量的面积（亩）", MU, 16), SheetColumn("说明", width=48, wrap=True),
)
LAND_COLUMNS = (
    SheetColumn("类别", width=20), SheetColumn("村", width=14), SheetColumn("地块编码", width=22), SheetColumn("地块名称", width=16),
    SheetColumn("现承包方", width=18), SheetColumn("水源", width=16), SheetColumn("面积（亩）", MU, 12),
    SheetColumn("推算水量（m³）", M3, 15), SheetColumn("推算依据", width=16),
)


def sheets(county, confirm, balance, land, volumes, kinds):
    """The five sheets. ``balance``, ``land``, ``volumes``, ``kinds``: as ``rights.balance`` and ``rights.reclaim`` make
    them."""
    when = (confirm["ended_at"] or "").replace("T", " ")
    said = "各层合计相等" if not balance.wrong else f"有 {len(balance.wrong)} 处不平，见“结论”"
    note = f"核定时间：{when}　依据：{county.document}　面积口径：{county.legal_area}　"
    title = f"{county.name}初始水权平衡表"
    return [
        Sheet("平衡表", title, f"{note}{said}", LINE_COLUMNS, _lines(balance.lines)),
        Sheet("各级指标", f"{title}·各级用水总量指标", f"{note}上级等于下级之和；核定水量不超过指标减预留", NODE_COLUMNS,
              _nodes(balance.nodes, county)),
        Sheet("按村", f"{title}·按村", f"{note}本村的户可以有外村的地，两边各自与明细相等", VILLAGE_COLUMNS,
              *_villages(balance.villages)),
        Sheet("收储候选", f"{county.name}水权收储候选", f"{when}核定　{NOT_A_RIGHT}", SUMMARY_COLUMNS,
              summary(land, volumes, kinds)),
        Sheet("收储候选地块", f"{county.name}水权收储候选地块", f"{when}核定　{NOT_A_RIGHT}", LAND_COLUMNS, *_land(land, kinds)),
    ]


def _lines(lines):
    return _columns([(SOURCES[one.source], one.layer, one.count, *one.sums, one.cap_m3_100, one.reserve_m3_100,
                      one.left_m3_100, one.verdict) for one in lines], LINE_COLUMNS)


def _nodes(nodes, county):
    rows, names = [], {}
    for node in sorted(nodes, key=lambda one: list(codes.SOURCE).index(one.row["source"])):
        row = node.row
        key = row["cap_level"], row["cap_code"]
        if key not in names:
            names[key] = county.node_name(*key) if row["cap_name"] in (None, "", row["cap_code"]) else row["cap_name"]
        rows.append((codes.SOURCE[row["source"]], codes.CAP_LEVEL.get(row["cap_level"], row["cap_level"]),
                     ("└" + "─" * (node.depth - 1) + " ") * bool(node.depth) + names[key], row["cap_code"],
                     row["cap_m3_100"], row["reserve_m3_100"], row["demand_m3_100"],
                     row["demand_m3_100"] - row["volume_m3_100"], row["volume_m3_100"], node.left_m3_100, node.verdict))
    return _columns(rows, NODE_COLUMNS)


def _villages(villages):
    rows = [(one.name, one.code, codes.SOURCE[one.source], one.land[0], one.land[2], one.holders[0], one.holders[2], one.verdict)
            for one in villages]
    data = _columns(rows, VILLAGE_COLUMNS)
    return data, ("合计", "", "", *(sum(column) for column in data[3:7]), "")


def summary(land, volumes, kinds):
    """Columns of the summary: a row for each kind and source, land first, then what exceeds a permit or cap."""
    rows = []
    for kind, title in kinds.items():
        for source in SOURCES:
            mine = [one for one in land if one.kind == kind and one.source == source]
            if mine:
                known = [one for one in mine if one.volume_m3_100 is not None]
                by = sorted({one.basis for one in known})
                rows.append((title, SOURCES[source], len({one.DKBM for one in mine}), sum(one.area_mu_100 for one in mine),
                             sum(one.volume_m3_100 for one in known) if known else None,
                             sum(one.area_mu_100 for one in mine if one.volume_m3_100 is None) or None,
                             f"面积 × {'或'.join(by)}" if by else "没有定额，也没有同灌区同水源的已核定地块"))
            over = [one for one in volumes if one.kind == kind and one.source == source]
            if over:
                told = "；".join(f"{one.subject} {m3_text(one.volume_m3_100)} m³（{one.basis}）" for one in over[:8])
                rows.append((title, SOURCES[source], len(over), None, sum(one.volume_m3_100 for one in over), None,
                             told + (f"；等 {len(over)} 处" if len(over) > 8 else "")))
    return _columns(rows, SUMMARY_COLUMNS)


def _land(land, kinds):
    rows = [(kinds[one.kind], one.village_name, one.DKBM, one.parcel_name, one.holder_names, SOURCES[one.source], one.area_mu_100,
             one.volume_m3_100, one.basis)
            for one in sorted(land, key=lambda one: (list(kinds).index(one.kind), one.village_code, one.DKBM or "", one.source))]
    data = _columns(rows, LAND_COLUMNS)
    return data, ("合计", "", f"{len({one.DKBM for one in land})} 块", "", "", "", sum(data[6]),
                  sum(v for v in data[7] if v is not None), "")


def _columns(rows, columns):
    return [list(column) for column in zip(*rows)] if rows else [[] for _ in columns]
