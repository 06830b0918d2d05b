"""The sample county's water users without contract land: forest land, permit holders, users of the public network.

Each check form has a few rows that are in order and a few with a planted defect, one defect a row.
"""

from . import layout, workbook

DEMO, EDITION = "是", "示例数据，非正式定额"
UNTIL, EXPIRED, SOON = "2029-12-31", "2026-06-30", "2027-01-31"
SOURCE_TEXT = {"surface": "地表水", "ground": "地下水"}
PRODUCTS = (("水泥", "t", "0.35"), ("酱油", "t", "3.2"), ("生猪", "头·年", "8"), ("宾馆", "床·年", "40"), ("学校", "人·年", "12.5"))
FOREST_VOLUME_M3 = 60_000
PERMIT_HEADS = ("用水户编号", "用水户名称", "行业", "水源", "取水许可证号", "许可水量（m³）", "许可有效期起", "许可有效期止", "产品", "规模",
                "规模单位", "上年用水量（m³）", "前二年用水量（m³）", "前三年用水量（m³）", "在超采区", "计量设施", "备注", "示例")
NETWORK_HEADS = ("用水户编号", "用水户名称", "行业", "供水管网", "供水单位取水许可证号", "水源", "年用水量（m³）", "产品", "规模", "规模单位",
                 "管网漏损率", "计量设施", "备注", "示例")
FOREST_HEADS = ("林草地编号", "权利人", "林草地名称", "灌区代码", "水源", "灌溉面积（亩）", "村代码", "备注", "示例")

# name, industry, source, permit number, permit m³, until, product, scale, unit, used; the finding that it is planted for
PERMITS = (
    ("示例水泥厂", "工业", "surface", True, 80_000, UNTIL, "水泥", "300000", "t", 76_000, ""),
    ("示例酱油厂", "工业", "surface", True, 12_000, UNTIL, "酱油", "4000", "t", 11_000, ""),
    ("示例养殖场", "畜牧", "ground", True, 20_000, UNTIL, "生猪", "2600", "头·年", 15_000, ""),
    ("示例建材厂", "工业", "surface", True, 90_000, UNTIL, "水泥", "200000", "t", 65_000, "PERMIT_CUT"),
    ("示例调味品厂", "工业", "surface", True, 30_000, EXPIRED, "酱油", "9000", "t", 20_000, "PERMIT_EXPIRED"),
    ("示例粉磨站", "工业", "surface", False, 30_000, UNTIL, "水泥", "90000", "t", 20_000, "NO_PERMIT"),
    ("示例种猪场", "畜牧", "ground", True, 24_000, SOON, "生猪", "3000", "头·年", 20_000, "PERMIT_RENEWAL"),
    ("示例食品厂", "工业", "surface", True, 10_000, UNTIL, "酱油", "5000", "t", 12_500, "OVER_QUOTA"),
    ("示例饮料厂", "工业", "surface", True, 10_000, UNTIL, "汽水", "5000", "t", 9_000, "PERMIT_DATA"),
)
# name, industry, product, scale, unit, leakage, used; the finding
NETWORKS = (
    ("示例宾馆", "服务业", "宾馆", "500", "床·年", "0.1", 20_000, ""),
    ("示例中学", "公共机构", "学校", "1600", "人·年", "0.1", 18_000, ""),
    ("示例招待所", "服务业", "宾馆", "100", "床·年", "0.1", 4_000, "NETWORK_SMALL"),
    ("示例小学", "公共机构", "学校", "900", "人·年", "", 11_000, "NETWORK_DATA"),
)


def write_all(folder, county):
    """The check forms, the quotas of products and the forest volumes. Adds the planted findings to the truth."""
    _write(folder, "行业用水定额表", ("产品", "规模单位", "定额（m³/单位）", "定额等级", "定额版本", "示例"),
           [(*row, "先进值", EDITION, DEMO) for row in PRODUCTS])
    rows = []
    for number, (name, industry, source, permitted, volume, until, product, scale, unit, used, planted) in enumerate(PERMITS, 1):
        code = f"Q{number:03d}"
        rows.append((code, name, industry, SOURCE_TEXT[source], f"示例取水{number:03d}" if permitted else None, volume, "2015-01-01",
                     until, product, scale, unit, used, used, used, "否", "有计量", None, DEMO))
        _note(county, planted, code, "取水许可用水户")
    _write(folder, "工业企业用水户核查表", PERMIT_HEADS, rows)
    rows = []
    for number, (name, industry, product, scale, unit, leak, used, planted) in enumerate(NETWORKS, 1):
        code = f"W{number:03d}"
        rows.append((code, name, industry, "示例县城供水", "示例城供001", "地表水", used, product, scale, unit, leak or None, "有计量",
                     None, DEMO))
        _note(county, planted, code, "管网用水户")
    _write(folder, "公共供水管网内用水大户核查表", NETWORK_HEADS, rows)
    _write_forests(folder, county)


def forest_districts(county):
    """Numbers of the districts with forest land: those with surface water."""
    return [d for d, supply in enumerate(county.land.layout.supply.tolist()) if supply != layout.GROUND]


def _write_forests(folder, county):
    """Collective forest farms of the districts with surface water; the last one's district has no forest volume."""
    districts = forest_districts(county)
    dry = [d for d, supply in enumerate(county.land.layout.supply.tolist()) if supply == layout.GROUND][0]
    names, rows, volumes = county.names, [], []
    for place, district in enumerate(districts):
        for number in (1, 2):
            rows.append((f"LD{place + 1:02d}{number}", f"示例{'一二'[number - 1]}号林场", f"{number}号林地", names.district_code[district],
                         "地表水", 100.0 * number + place, None, None, DEMO))
        volumes.append((names.district_code[district], "地表水", FOREST_VOLUME_M3, "示例取水许可批复", DEMO))
    code = f"LD{len(districts) + 1:02d}1"
    rows.append((code, "示例三号林场", "3号林地", names.district_code[dry], "地下水", 80.0, None, None, DEMO))
    _note(county, "FOREST_VOLUME_MISSING", code, "林草地")
    _write(folder, "林草地灌溉面积核查表", FOREST_HEADS, rows)
    _write(folder, "林草用水量表", ("灌区代码", "水源", "林草用水量（m³）", "依据", "示例"), volumes)


def _note(county, planted, code, kind):
    if planted:
        county.truth.add(planted, [code], f"{kind}：核查表中故意写成这样")


def _write(folder, title, heads, rows):
    columns = [list(column) for column in zip(*rows)]
    above = [[(f"示例县{title}（示例数据）", workbook.TITLE)], workbook.header(heads)]
    last = workbook.letter(len(heads) - 1)
    workbook.write(folder / f"{title}.xlsx", [workbook.Sheet(title, above, columns, [], (f"A1:{last}1",), (14,) * len(heads))])
