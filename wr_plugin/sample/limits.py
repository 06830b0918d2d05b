"""Quotas, caps and policy of the sample county: demonstration values, each row marked so. No value is official."""

from pathlib import Path

import numpy as np

from ..model import amounts
from ..model.errors import WaterRightsError
from . import layout, names, records, users, workbook

QUOTA_M3_MU = {"制种玉米": 395, "大田玉米": 380, "小麦": 325, "马铃薯": 290, "蔬菜": 430, "苜蓿": 360, "甜菜": 370, "枸杞": 300}
METHOD_FACTOR = {"畦灌": 100, "低压管灌": 88, "膜下滴灌": 70}
ETA_FIELD = {"畦灌": "0.8800", "低压管灌": "0.9000", "膜下滴灌": "0.9500"}
ANY_DISTRICT_CROP = "苜蓿"
NO_QUOTA = (records.CROPS[records.NO_QUOTA_CROP], records.NO_QUOTA_DISTRICT)
GROUND_ETA_CANAL = {"畦灌": "0.9000", "低压管灌": "0.9500", "膜下滴灌": "0.9700"}
SOURCES = ("surface", "ground")
SOURCE_TEXT = {"surface": "地表水", "ground": "地下水"}
MIXED_SHARE_E4 = 6000
TIGHT, EASY = (8, 10), (13, 10)
DEMO, EDITION = users.DEMO, users.EDITION
ROOMY, BUSY_M3, WELLS_PER_SHORT_PERMIT = (12, 10), 10_000, 60
POLICY_VALUES = {
    "demo": "true", "county": layout.COUNTY_NAME, "mixed_surface_share": "0.6", "default_method": records.DEFAULT_METHOD,
    "days": "7", "objections_to": "示例县水务局水权办（示例地址）", "phone": "1000000-0000（虚构号码）",
    "number": "示{county}{year}{source}{seq}", "valid_from": "'2027-01-01'", "valid_to": "'2031-12-31'",
    "issuer": "示例县人民政府（示例）", "leakage": "gross_up", "across_outlets": "split", "as_of": "'2026-12-31'",
}


def eta_canal(district, source, method):
    """渠系水利用系数 as decimal text: longer canals lose more; wells by method."""
    return f"0.{5600 + 137 * (district % 7):04d}" if source == "surface" else GROUND_ETA_CANAL[method]


def quota_rows(districts):
    """(crop, district number or −1 for any, source, method) of every row."""
    for crop in records.CROPS:
        for district in ([-1] if crop == ANY_DISTRICT_CROP else range(districts)):
            for source in SOURCES:
                for method in records.METHODS:
                    yield crop, district, source, method


def quota_m3_mu_100(crop, method):
    """The quota in 0.01 m³/亩."""
    return amounts.half_up(QUOTA_M3_MU[crop] * METHOD_FACTOR[method], 100) * 100


def demands(county):
    """Volume by quota per (district, source) in 0.01 m³, by the rule that rights follow; shape (districts, 2)."""
    parcel, parts = _parts(county)
    district = county.land.layout.district[county.land.cell[parcel]]
    total = np.zeros((len(county.land.layout.supply), len(SOURCES)), np.int64)
    for number, part in enumerate(parts):
        np.add.at(total[:, number], district, part)
    return total


def _parts(county):
    """(parcels, (surface, ground) demands in 0.01 m³) of the holdings that can have a right."""
    land, held = county.land, county.holdings
    has_outlet, has_well = county.outlets.of_parcel >= 0, county.well >= 0
    possible = ~county.stopped & county.in_district & (has_outlet | has_well)
    taken = np.zeros(land.parcels, np.int64)
    area = np.round(land.area_m2 * 100).astype(np.int64)
    for parcel, shape in county.unapproved:
        if parcel >= 0:
            taken[parcel] += round(shape.intersection(land.shapes[parcel]).area * 100)
    rows = np.flatnonzero((held.parcel >= 0) & possible[held.parcel])
    parcel = held.parcel[rows]
    legal = amounts.mu_100_from_m2_100(held.contract[rows])
    net = legal - np.minimum(amounts.share_of(legal, taken[parcel], area[parcel]), legal)
    mixed = (has_outlet & has_well)[parcel]
    surface = np.where(mixed, amounts.half_up(net * MIXED_SHARE_E4, 10_000), np.where(has_outlet[parcel], net, 0))
    district = land.layout.district[land.cell[parcel]]
    return parcel, [amounts.demand_m3_100(part, *_factors(county, parcel, district, source), 100)
                    for part, source in zip((surface, net - surface), SOURCES)]


def well_permits(county, usual_m3):
    """Permitted volumes of the wells in whole m³: ``usual_m3``, or more where a well's parcels ask for it; some wells'
    are short on purpose. Adds these to the truth."""
    parcel, (_, ground) = _parts(county)
    served = county.well[parcel] >= 0
    demand = np.zeros(len(county.wells.xy), np.int64)
    np.add.at(demand, county.well[parcel[served]], ground[served])
    enough = -(-demand * ROOMY[0] // ROOMY[1] // 100_000) * 1000
    volume = np.maximum(usual_m3, enough)
    busy = np.flatnonzero(county.wells.usable & (demand >= BUSY_M3 * 100))
    short = busy[::WELLS_PER_SHORT_PERMIT]
    volume[short] = demand[short] * TIGHT[0] // TIGHT[1] // 100
    codes = names.well_codes(len(volume))
    both = county.well[parcel[served & (county.outlets.of_parcel[parcel] >= 0)]]
    county.truth.add("DOUBLE_SOURCE", [codes[i] for i in np.unique(both).tolist()], "供水的地块有的也在斗口控制范围内")
    county.truth.add("WELL_OVER_PERMIT", [codes[i] for i in short.tolist()], "许可水量为供水地块定额水量的八成")
    return volume


def _factors(county, parcel, district, source):
    """Quota (0.01 m³/亩) and η (1e-8) of parcels."""
    quota = np.array([[quota_m3_mu_100(c, m) for m in records.METHODS] for c in records.CROPS])
    eta = np.array([[[amounts.eta_e8(eta_canal(max(_row_district(c, d), 0), source, m), ETA_FIELD[m]) for m in records.METHODS]
                     for d in range(len(county.land.layout.supply))] for c in records.CROPS])
    crop, method = county.crop[parcel], county.method[parcel]
    return quota[crop, method], eta[crop, district, method]


def _row_district(crop, district):
    return -1 if crop == ANY_DISTRICT_CROP else district


def write_quotas(path, county):
    """灌溉定额表.xlsx: a title row, then one row per crop × district × source × method."""
    heads = ("作物", "灌区代码", "水源", "灌溉方式", "定额（m³/亩）", "渠系水利用系数", "田间水利用系数", "定额断面", "灌溉保证率",
             "定额等级", "定额版本", "页码", "示例")
    rows = [
        (crop, "*" if district < 0 else county.names.district_code[district], SOURCE_TEXT[source], method,
         None if (crop, district) == NO_QUOTA else quota_m3_mu_100(crop, method) / 100,
         eta_canal(max(district, 0), source, method), ETA_FIELD[method], "田间", "50%", "先进值", EDITION, "示例", DEMO)
        for crop, district, source, method in quota_rows(len(county.land.layout.supply))
    ]
    _write_titled(path, "灌溉定额表", "示例县灌溉定额表（示例数据）", heads, rows)


def write_caps(path, county):
    """用水总量指标表.xlsx; one district's groundwater is short on purpose. Adds the finding to the truth."""
    demand = demands(county)
    tight = int(np.flatnonzero(county.land.layout.supply == layout.GROUND)[0])
    rows = []
    for number, source in enumerate(SOURCES):
        total = demand[:, number].sum()
        forests = users.forest_districts(county) if source == "surface" else []
        rows.append(("县", layout.COUNTY_CODE, layout.COUNTY_NAME, SOURCE_TEXT[source],
                     _cap(total, EASY) + users.FOREST_VOLUME_M3 * len(forests), "示例总量控制指标", DEMO))
        for district, code in enumerate(county.names.district_code):
            short = district == tight and source == "ground"
            rows.append(("灌区", code, county.names.district_name[district], SOURCE_TEXT[source],
                         _cap(demand[district, number], TIGHT if short else EASY)
                         + users.FOREST_VOLUME_M3 * (district in forests),
                         f"示例许可{code}{'D' if source == 'ground' else 'S'}", DEMO))
    county.truth.add("CAP_EXCEEDED", [f"district|{county.names.district_code[tight]}|ground"], "地下水指标为定额水量的八成")
    _write_titled(path, "用水总量指标表", "示例县用水总量指标表（示例数据）",
                  ("层级", "代码", "名称", "水源", "指标水量（m³）", "依据", "示例"), rows)


def _cap(demand_m3_100, factor):
    """A cap in whole m³: the demand times a fraction, at least 1,000 m³ where there is none."""
    return max(int(demand_m3_100) * factor[0] // factor[1] // 100, 1000 if factor == EASY else 1)


def _write_titled(path, sheet, title, heads, rows):
    columns = [list(column) for column in zip(*rows)]
    last = workbook.letter(len(heads) - 1)
    above = [[(title, workbook.TITLE)], workbook.header(heads)]
    workbook.write(path, [workbook.Sheet(sheet, above, columns, [], (f"A1:{last}1",), (14,) * len(heads))])


def write_policy(path):
    """政策.yaml: 张掖's policy with every blank filled for demonstration."""
    lines = []
    for line in _policy_text().splitlines():
        key, mark, value = line.partition(":")
        name = key.strip()
        if mark and name in POLICY_VALUES and not value.strip().startswith("{"):
            line = f"{key}: {POLICY_VALUES[name]}"
        lines.append(line)
    head = "# 示例县政策：为演示而填，所有取值均非正式规定。\n"
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _policy_text():
    package = Path(__file__).resolve().parent.parent
    for root in (package, package.parent):
        file = root / "resources" / "policies" / "zhangye.yaml"
        if file.is_file():
            return file.read_text(encoding="utf-8")
    raise WaterRightsError("找不到政策模板 resources/policies/zhangye.yaml", "请重新安装软件")
