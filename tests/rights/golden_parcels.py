"""The village of golden.csv and golden_quota.csv, and what the product says of each parcel."""

import csv
from decimal import Decimal
from pathlib import Path

import numpy as np

from tests.rights import small_county as county
from wr_plugin.commands import confirm
from wr_plugin.commands.progress import Progress
from wr_plugin.model import codes
from wr_plugin.model.amounts import mu_text
from wr_plugin.rights import cap_tree, caps, limits
from wr_plugin.store import reading
from wr_plugin.store.workfile import WorkFile

HERE = Path(__file__).parent
SOURCES = {"地表水": "surface", "地下水": "ground", "混合": "mixed", "无": "none"}
STATES = {name: state for state, name in codes.PARCEL_STATE.items()}
HOLDERS = {"甲": 1, "乙": 2, "丙": 3, "丁": 4}
POLICY = {"sources.mixed_surface_share": 0.65}


def table(name):
    with open(HERE / name, encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def hundredths(text):
    return int(Decimal(text or "0") * 100)


GOLDEN = table("golden.csv")


def golden_county():
    """The rows as ``determine.Inputs``; the parcel of case n has the code ``county.parcel_code(n)``."""
    parcels, links = [], []
    for row in GOLDEN:
        number = int(row["编号"])
        parcels.append(county.parcel_row(
            number, DKLB=row["地块类别"], TDYT=row["土地用途"], forest_m2_100=hundredths(row["林草重叠（m²）"]),
            geometry_m2_100=hundredths(row["图形面积（m²）"]), defect=row["数据缺陷"], in_registry=row["在名录内"] == "是",
            crop=row["作物"] or None, method=row["灌溉方式"] or None, district_code=row["灌区"] or None,
            source=SOURCES[row["水源"]], unapproved_m2_100=hundredths(row["未批重叠（m²）"])))
        for place, part in enumerate(row["承包方与合同面积（m²）"].split(";") if row["承包方与合同面积（m²）"] else []):
            name, area = part.split("=")
            same, in_mu = area.startswith("同"), area.startswith("亩")
            area = float(area.lstrip("同亩"))
            contract = f"{place if not same else 0}"
            links.append(county.link_row(number, HOLDERS[name], None if in_mu else area, area if in_mu else None,
                                         CBHTBM=county.holder_code(HOLDERS[name]) + contract))
    across = [(int(row["编号"]), *part.split("=")) for row in GOLDEN for part in row["各斗口重叠（m²）"].split(";") if part]
    quotas = [county.quota_row(q["作物"], q["灌区代码"], SOURCES[q["水源"]], q["灌溉方式"],
                               hundredths(q["定额（m³/亩）"]) if q["定额（m³/亩）"] else None, q["渠系水利用系数"],
                               q["田间水利用系数"]) for q in table("golden_quota.csv")]
    whole = [county.cap_row(level, code, source, 10**12) for level, code in
             (("county", county.COUNTY), ("district", "GQ01"), ("district", "GQ02")) for source in county.SOURCES]
    inputs = county.county(parcels, links, quotas, whole, (1, 2, 3))
    inputs.parcel_outlet = county.outlet_table([(fid, code, hundredths(area)) for fid, code, area in across])
    return inputs


def confirmed(folder):
    """The village as a confirmed work file in ``folder``."""
    path = county.store_county(Path(folder) / "golden.gpkg", golden_county(), POLICY)
    with WorkFile.open(path) as store:
        confirm.run(store, {"policy": None, "quota": None, "caps": None}, Progress())
    return path


RESULTS = ("状态", "原因", "法定面积（亩）", "扣减面积（亩）", "确权面积（亩）", "地表水（m³）", "地下水（m³）")


def outcome(store, row):
    """What the work file says of a case, in the words of the columns ``RESULTS``."""
    right = reading.one(store, "SELECT * FROM parcel_right WHERE parcel_fid = ?", (int(row["编号"]),))
    parts = reading.rows(store, "SELECT source, volume_m3_100 FROM right_part WHERE parcel_fid = ?", (int(row["编号"]),))
    by_source = {source: sum(p["volume_m3_100"] for p in parts if p["source"] == source) for source in ("surface", "ground")}
    legal = right["legal_mu_100"]
    areas = ("" if legal is None else mu_text(legal), mu_text(right["deducted_mu_100"]), mu_text(right["area_mu_100"]))
    return dict(zip(RESULTS, (codes.PARCEL_STATE[right["state"]], right["reason"], *areas,
                              *(str(volume // 100) for volume in by_source.values()))))


CAPS, CUT = table("golden_caps.csv"), "灌区:定额水量→核定水量（m³）"


def cut(row):
    """What the caps leave of the demands of a row of golden_caps.csv, written as in its column ``CUT``."""
    limit = dict(part.split("=") for part in row["灌区指标（m³）"].split())
    parts = [part.replace("→", ":").split(":")[:2] for part in row[CUT].split()]
    rows = [county.cap_row("county", county.COUNTY, "surface", hundredths(row["县指标（m³）"]))]
    rows += [county.cap_row("district", code, "surface", hundredths(amount)) for code, amount in limit.items()]
    for number, one in enumerate(rows, 1):
        one.update(fid=number, source_row=number)
    paths = [("surface", (("county", county.COUNTY), ("district", code))) for code, _ in parts]
    tree = cap_tree.grow(paths, limits.cap_index(rows))
    demands = caps.Demands(np.array([tree.leaf[path] for path in paths]),
                           np.array([int(demand) * 100 for _, demand in parts]), np.zeros(len(parts), dtype=np.int64))
    granted = caps.grant(tree, demands, "proportional", 100).volume_m3_100.tolist()
    return " ".join(f"{code}:{demand}→{volume // 100}" for (code, demand), volume in zip(parts, granted))
