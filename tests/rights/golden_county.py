"""The counties of golden/policies.csv: the rows read, the work files made and confirmed, and what the product says of a case.

golden/material.csv is the county that all cases share: districts, outlets, wells, quotas, crop mixes, associations. The
cases of one policy with the same settings filled in by the county stand in one work file and go through ``confirm``.
"""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pandas as pd
import yaml

from tests.rights import small_county as county
from wr_plugin.commands import confirm
from wr_plugin.commands.progress import Progress
from wr_plugin.intake.policy_file import read_policy
from wr_plugin.model import codes
from wr_plugin.model import policy as policies
from wr_plugin.store import frames, reading
from wr_plugin.store.workfile import WorkFile

HERE = Path(__file__).parent / "golden"
POLICIES = Path(__file__).parents[2] / "resources" / "policies"
FILES = {"张掖": "zhangye", "大同": "datong", "南阳": "nanyang", "永川": "yongchuan", "朔州": "shuozhou"}
SOURCES = {"地表水": "surface", "地下水": "ground", "混合": "mixed"}
STATES = {name: state for state, name in (*codes.PARCEL_STATE.items(), *codes.USER_STATE.items())}
HOLDERS = {name: n for n, name in enumerate("甲乙丙丁戊己庚辛壬癸子", 1)}
USER_KINDS = {name: kind for kind, name in (*codes.USER_KIND.items(), ("network", "管网用水户"))}
AS_OF = "2026-11-22"


def table(name):
    with open(HERE / name, encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def facts(text):
    return dict(part.split("=", 1) for part in text.split("；") if part)


def coded(words, value):
    return next(code for code, word in words.items() if word == value) if value else None


def hundredths(text):
    return None if text in (None, "") else int(Decimal(text) * 100)


MATERIAL, CASES = table("material.csv"), table("policies.csv")
for row in MATERIAL:
    row["f"] = facts(row["内容"])
for row in CASES:
    row["f"] = facts(row["资料"]) if row["对象"] != "单位" else {}


def material(kind):
    return [row for row in MATERIAL if row["类别"] == kind]


def frame(rows, columns=()):
    made = pd.DataFrame(rows, columns=list(columns) or None, dtype=object)
    made.insert(0, "fid", range(1, len(made) + 1))
    return made.astype({"fid": int})


def wells():
    return frame([{"well_code": r["编号"], "well_name": r["名称或对应"], "permit_number": r["f"].get("许可证"),
                   "permit_m3": float(r["f"].get("许可水量", "nan")), "permit_from": r["f"].get("许可起"),
                   "permit_until": r["f"].get("许可止"), "metering": coded(codes.METERING, r["f"].get("计量"))} for r in material("机井")])


def members(cases):
    rows = []
    for r in material("确权单位"):
        rows += [{"unit_code": r["编号"], "CBFBM": county.holder_code(HOLDERS[name]), "DKBM": None}
                 for name in r["f"].get("成员", "").split("、") if name]
        rows += [{"unit_code": r["编号"], "CBFBM": county.holder_code(HOLDERS["辛"]),
                  "DKBM": county.parcel_code(int(r["f"]["地块"]))}] if "地块" in r["f"] else []
    return frame(rows)


def inputs(cases):
    parcels, links = [], []
    zone = {r["编号"]: (1 if r["f"].get("超采区") else 2, 1 if r["f"].get("泉域") else 2) for r in material("机井")}
    for case in cases:
        number, f = int(case["编号"]), case["f"]
        over, spring = zone.get(f.get("机井"), (None, None))
        parcels.append(county.parcel_row(
            number, source=SOURCES[f["水源"]], district_code=f["灌区"], outlet_code=f.get("斗口"), well_code=f.get("机井"),
            in_registry=f.get("名录") != "否", TDYT=f.get("用途", "1"), well_overdraft=over, well_spring=spring))
        for part in f["权利人"].split("，"):
            name, area = part.split(":")
            links.append(county.link_row(number, HOLDERS[name], float(area)))
    quotas = [county.quota_row(r["编号"], r["名称或对应"], SOURCES[r["f"]["水源"]], r["f"]["灌溉方式"],
                               hundredths(r["f"]["定额"]), r["f"]["渠系"], r["f"]["田间"]) for r in material("定额")]
    caps = [county.cap_row({"县": "county", "灌区": "district"}[r["编号"]], r["名称或对应"], SOURCES[r["f"]["水源"]],
                           hundredths(r["f"]["水量"])) for r in material("指标")]
    made = county.county(parcels, links, quotas, caps, HOLDERS.values())
    made.district = frame([{"district_code": r["编号"], "district_name": r["名称或对应"], "permit_number": r["f"].get("许可证"),
                            "district_scale": coded(codes.DISTRICT_SCALE, r["f"].get("规模"))} for r in material("灌区")])
    made.outlet = frame([{"outlet_code": r["编号"], "outlet_name": r["名称或对应"], "canal_code": None,
                          "metering": coded(codes.METERING, r["f"].get("计量"))} for r in material("斗口")])
    made.well = wells()
    made.water_unit = frame([{"unit_code": r["编号"], "unit_name": r["名称或对应"],
                              "unit_kind": coded(codes.UNIT_KIND, r["f"]["类别"])} for r in material("确权单位")])
    made.unit_member = members(cases)
    made.crop_mix = frame([{"district_code": r["编号"], "source": SOURCES[r["f"]["水源"]], "crop": r["名称或对应"],
                            "method": r["f"]["灌溉方式"], "mix_share": r["f"]["比例"]} for r in material("种植结构")])
    return made


def user_rows(cases):
    """Rows of the delivered tables of other users, by table."""
    found = {"permit_user": [], "network_user": [], "forest_user": []}
    for case in cases:
        f, kind = case["f"], USER_KINDS[case["对象"]]
        row = {"user_code": f"{kind}{case['编号']}", "user_name": f"用户{case['编号']}", "source": SOURCES[f["水源"]],
               "source_row": int(case["编号"])}
        if kind == "forest":
            row.update(district_code=f["灌区"], area_mu_100=hundredths(f["面积"]))
        else:
            row.update(industry="industry", product=f.get("产品"), scale=f.get("规模"), scale_unit=f.get("规模单位"))
        if kind == "permit":
            row.update(permit_number=f.get("许可证"), permit_m3_100=hundredths(f.get("许可水量")), permit_from=f.get("许可起"),
                       permit_until=f.get("许可止"), reasonable_m3_100=hundredths(f.get("合理")),
                       exempt=coded(codes.IDLE_EXEMPT, f.get("免核减")), in_overdraft=1 if f.get("超采区") else 2,
                       in_spring=1 if f.get("泉域") else 2,
                       **{f"use_{n}_m3_100": hundredths(f.get(name)) for n, name in ((1, "上年"), (2, "前二年"), (3, "前三年"))})
        if kind == "network":
            row.update(use_1_m3_100=hundredths(f.get("用水")), network_permit=f.get("供水许可"), leakage=f.get("漏损率"))
        found[f"{kind}_user"].append(row)
    found["product_quota"] = [{"product": r["编号"], "scale_unit": r["名称或对应"], "unit_quota": r["f"].get("定额")}
                              for r in material("行业定额")]
    found["forest_volume"] = [{"district_code": r["编号"], "source": SOURCES[r["f"]["水源"]],
                               "forest_m3_100": hundredths(r["f"]["水量"])} for r in material("林草用水量")]
    return {name: frame(rows) for name, rows in found.items() if rows}


def policy_of(name, filled):
    """The shipped policy with the settings that the county fills in."""
    _, mapping = read_policy(POLICIES / f"{FILES[name]}.yaml")
    for path, value in {**facts(filled), "permit.as_of": AS_OF}.items():
        section, _, setting = path.partition(".")
        mapping[section][setting] = value if path == "permit.as_of" else yaml.safe_load(value)
    text = json.dumps(mapping, ensure_ascii=False)
    policy, problems = policies.from_mapping(mapping, f"{abs(hash(text)):064x}"[:64], text)
    assert not problems, problems
    return policy, mapping


GROUPS = {}
for row in CASES:
    GROUPS.setdefault((row["政策"], row["县区填的设置"]), []).append(row)


def confirmed(folder):
    """One confirmed work file in ``folder`` for each policy and the settings filled in: {(policy, settings): path}."""
    made = {}
    for number, (key, cases) in enumerate(GROUPS.items()):
        lands = [c for c in cases if c["对象"] == "地块"]
        plain = [c for c in CASES if c["政策"] == "张掖" and c["编号"] == "1"]
        path = county.store_county(Path(folder) / f"{number}.gpkg", inputs(lands or plain), policy=policy_of(*key))
        with WorkFile.open(path) as store:
            with store.transaction():
                for name, rows in user_rows([c for c in cases if c["对象"] in USER_KINDS]).items():
                    frames.replace(store, name, rows)
            confirm.run(store, {"policy": None, "quota": None, "caps": None}, Progress())
        made[key] = path
    return made


def unit_text(kind, code):
    names = {county.holder_code(n): name for name, n in HOLDERS.items()}
    return f"{codes.UNIT_KIND[kind]} {names.get(code, code)}"


def user_code(case):
    return f"{USER_KINDS[case['对象']]}{case['编号']}"


def outcome(store, case):
    """What the work file says of a case, in the words of the columns 状态, 原因, 确权单位, 水量（m³）."""
    if case["对象"] == "单位":
        kind, code, source = case["资料"].split()
        unit = reading.one(store, "SELECT * FROM unit_right WHERE unit_kind = ? AND unit_code = ? AND source = ?",
                           (coded(codes.UNIT_KIND, kind), code, SOURCES[source]))
        return {"状态": "", "原因": "", "确权单位": "", "水量（m³）": whole(unit["volume_m3_100"])}
    if case["对象"] in USER_KINDS:
        right = reading.one(store, "SELECT * FROM user_right WHERE user_code = ?", (user_code(case),))
        return {"状态": codes.USER_STATE[right["state"]], "原因": right["reason"], "确权单位": "",
                "水量（m³）": whole(right["volume_m3_100"])}
    code = (county.parcel_code(int(case["编号"])),)
    right = reading.one(store, "SELECT r.* FROM parcel_right r JOIN parcel p ON p.fid = r.parcel_fid WHERE p.DKBM = ?", code)
    parts = reading.rows(store, "SELECT u.unit_kind, u.unit_code FROM right_part r JOIN parcel p ON p.fid = r.parcel_fid"
                                " LEFT JOIN unit_right u USING (unit_id) WHERE p.DKBM = ? ORDER BY part_id", code)
    return {"状态": codes.PARCEL_STATE[right["state"]], "原因": right["reason"],
            "确权单位": "；".join(dict.fromkeys(unit_text(p["unit_kind"], p["unit_code"]) for p in parts)),
            "水量（m³）": whole(right["volume_m3_100"])}


def whole(m3_100):
    """0.01 m³ as the tables write it: whole cubic metres without separators."""
    assert m3_100 % 100 == 0
    return str(m3_100 // 100)


def expected(case):
    """The same columns as worked out by hand; a unit named for both sources stands once."""
    return {**{name: case[name] for name in ("状态", "原因", "水量（m³）")},
            "确权单位": "；".join(dict.fromkeys(case["确权单位"].split("；")))}
