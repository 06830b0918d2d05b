"""A hand-drawn village of 17 parcels in a work file: one parcel for each rule, every figure easy to compute by hand.

Each parcel is a rectangle 60 m wide and 100 m high: 6,000 m² = 9.00 亩. Nothing is read from files: the rows go
straight into the work file, as intake would leave them.
"""

import copy
import hashlib
import uuid

import numpy as np
import pandas as pd
import pyproj
import shapely
import yaml

from wr_plugin.model import policy as policies
from wr_plugin.store import frames, runs
from wr_plugin.store.create import create_workfile

EPSG = 4522
ORIGIN = (34_370_000.0, 4_310_000.0)
COUNTY, VILLAGE, GROUP = "620799", "620799101001", "62079910100101"
VILLAGE_NAME = "示例村"
AREA_M2 = 6000.0
SOURCE = "示例.xlsx"

HOLDERS = {"张三": GROUP + "0001", "李四": GROUP + "0002", "王五": GROUP + "0003", "同名张三": GROUP + "0004"}


def code(number):
    """DKBM of parcel ``number``."""
    return f"{GROUP}{number:05d}"


# name → (number, x of the west side in m from the origin, DKLB, TDYT)
PARCELS = {
    "surface": (1, 0, "10", "1"),
    "surface_too": (2, 60, "10", "1"),
    "mixed": (3, 120, "10", "1"),
    "ground": (4, 1000, "10", "1"),
    "shared": (5, 180, "10", "1"),
    "outside_registry": (6, 240, "10", "1"),
    "own_plot": (7, 300, "21", "1"),
    "forest_use": (8, 360, "10", "2"),
    "partly_reclaimed": (9, 420, "10", "1"),
    "all_new": (10, 480, "10", "1"),
    "closed_well": (11, 1500, "10", "1"),
    "outside_district": (12, 5000, "10", "1"),
    "no_link": (13, 2100, "10", "1"),
    "no_quota": (14, 2160, "10", "1"),
    "wheat": (15, 2220, "10", "1"),
    "forest_layer": (16, 2280, "10", "1"),
    "malformed": (17, 540, "10", "1"),
}
CODES = {name: code(number) for name, (number, *_) in PARCELS.items()}
CODES["malformed"] = GROUP + "0017A"

# (parcel, holder, HTMJ m²)
LINKS = (
    ("surface", "张三", 6000), ("surface_too", "张三", 6000), ("mixed", "李四", 6000), ("ground", "李四", 6000),
    ("shared", "李四", 4000), ("shared", "王五", 2000), ("outside_registry", "王五", 6000), ("forest_use", "王五", 6000),
    ("partly_reclaimed", "张三", 6000), ("all_new", "王五", 6000), ("closed_well", "同名张三", 6000),
    ("outside_district", "同名张三", 6000), ("no_quota", "同名张三", 6000), ("wheat", "王五", 6000),
    ("forest_layer", "王五", 6000), ("malformed", "李四", 6000),
)
NOT_REGISTERED = ("outside_registry", "own_plot", "forest_use", "forest_layer", "no_link")
CROPS = {"no_quota": "苜蓿", "wheat": "小麦"}

# what `check` finds, as (code, subject)
FINDINGS = {
    ("CODE_MALFORMED", CODES["malformed"]),
    ("HOLDER_LINK_MISSING", CODES["no_link"]),
    ("OUTSIDE_REGISTRY", CODES["no_link"]),
    ("OUTSIDE_REGISTRY", CODES["outside_registry"]),
    ("SHARED_PARCEL", CODES["shared"]),
    ("SAME_NAME", f"{VILLAGE}:张三"),
    ("NOT_CONTRACT_LAND", CODES["own_plot"]),
    ("FOREST_LAND", CODES["forest_use"]),
    ("FOREST_LAND", CODES["forest_layer"]),
    ("UNAPPROVED_OVERLAP", CODES["partly_reclaimed"]),
    ("UNAPPROVED_OVERLAP", CODES["all_new"]),
    ("OUTSIDE_DISTRICT", CODES["outside_district"]),
    ("NO_SOURCE", CODES["outside_district"]),
    ("NO_SOURCE", CODES["closed_well"]),
    ("WELL_CLOSED", "JJ03"),
    ("WELL_NO_PERMIT", "JJ04"),
    ("WELL_OVERDRAFT", "JJ02"),
}

# what `confirm` decides for each parcel with the policy below
STATES = {
    "surface": "right", "surface_too": "right", "mixed": "right", "ground": "right", "shared": "right",
    "outside_registry": "outside_registry", "own_plot": "not_contract", "forest_use": "forest",
    "partly_reclaimed": "reduced", "all_new": "unapproved", "closed_well": "no_source",
    "outside_district": "no_source", "no_link": "no_holder", "no_quota": "no_quota", "wheat": "right",
    "forest_layer": "forest", "malformed": "defect",
}

POLICY = {
    "name": "示例村水权确权", "document": "示例文件", "demo": True, "county": "示例县", "unit": "holder_source",
    "scope": {"clause": "示例一", "parcel_classes": ["10"], "require_registry": True, "exclude_land_use": ["2"],
              "deduct": ["new", "reclaimed", "unapproved"], "deduct_min_m2": 10},
    "area": {"clause": "示例二", "legal": "HTMJ", "tolerance_relative": 0.05, "tolerance_mu": 0.1, "overlap_min_m2": 1},
    "sources": {"clause": "示例三", "outlet_min_share": 0.5, "well_reach_m": 300, "require_permit": True,
                "mixed_surface_share": 0.7},
    "quota": {"clause": "示例四", "default_crop": None, "default_method": None},
    "volume": {"clause": "示例五", "step_m3": 1},
    "cap": {"clause": "示例六", "mode": "report"},
    "publicity": {"clause": "示例七", "days": 7, "objections_to": "示例村村委会", "phone": "（示例）"},
    "approvals": ["town", "county", "city"],
    "certificate": {"clause": "示例八", "number": "{county}水权{year}{source}{seq}", "valid_from": "2027-01-01",
                    "valid_to": "2031-12-31", "issuer": "示例县人民政府"},
}

# crop, district, source, method, quota 0.01 m³/亩, η canal, η field
QUOTAS = (
    ("玉米", "GQ01", "surface", "畦灌", 40000, "0.6", "0.9"),
    ("玉米", "GQ01", "ground", "畦灌", 38000, "0.95", "0.9"),
    ("玉米", "GQ02", "surface", "畦灌", 42000, "0.55", "0.9"),
    ("小麦", "*", "surface", "畦灌", 36000, "0.6", "0.9"),
)
# level, code, name, source, cap 0.01 m³
CAPS = (
    ("district", "GQ01", "东灌区", "surface", 10_000_000), ("district", "GQ01", "东灌区", "ground", 10_000_000),
    ("district", "GQ02", "西灌区", "surface", 10_000_000), ("district", "GQ02", "西灌区", "ground", 10_000_000),
    ("county", COUNTY, "示例县", "surface", 20_000_000), ("county", COUNTY, "示例县", "ground", 20_000_000),
)


def box(x0, y0, x1, y1):
    """A rectangle; corners in m from the origin."""
    return shapely.box(ORIGIN[0] + x0, ORIGIN[1] + y0, ORIGIN[0] + x1, ORIGIN[1] + y1)


def point(x, y):
    return shapely.Point(ORIGIN[0] + x, ORIGIN[1] + y)


def identity(name):
    """The uuid of a named row, always the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def village_policy(**changes):
    """The village's policy, with settings changed by path: ``village_policy(**{"cap.mode": "proportional"})``.

    Returns (Policy, the plain mapping it was made from).
    """
    mapping = copy.deepcopy(POLICY)
    for path, value in changes.items():
        *sections, name = path.split(".")
        target = mapping
        for section in sections:
            target = target.setdefault(section, {})
        target[name] = value
    text = yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False)
    policy, problems = policies.from_mapping(mapping, hashlib.sha256(text.encode()).hexdigest(), text)
    assert not problems, problems
    return policy, mapping


def make_village(path, policy_changes=None, before_commit=None):
    """Builds the village's work file at ``path`` and returns the path.

    ``policy_changes``: settings by path, see ``village_policy``. ``before_commit(store)`` may change rows further.
    """
    policy, mapping = village_policy(**(policy_changes or {}))
    store = create_workfile(path, pyproj.CRS.from_epsg(EPSG))
    with store:
        with store.transaction():
            for name, value in (("county_code", COUNTY), ("county_name", "示例县"), ("code_standard", "NY/T 2539")):
                store.set_setting(name, value)
            store.adopt_policy(policy, mapping, "政策.yaml", runs.now())
            _land(store)
            _ownership(store)
            _water(store)
            if before_commit:
                before_commit(store)
            runs.record(store, "import", runs.now(), {}, {"parcels": len(PARCELS)}, policy_sha256=policy.sha256)
    return path


def _land(store):
    rows, shapes = [], []
    for name, (number, x, category, use) in PARCELS.items():
        rows.append({
            "fid": number, "uuid": identity(name), "DKBM": CODES[name], "DKMC": f"{number}号地", "SYQXZ": "30",
            "DKLB": category, "TDLYLX": "012", "DLDJ": "05", "TDYT": use, "SFJBNT": "1", "SCMJ": AREA_M2, "SCMJM": 9.0,
            "DKDZ": "渠", "DKXZ": "路", "DKNZ": "路", "DKBZ": "渠", "geometry_m2": AREA_M2, "village_code": VILLAGE,
            "village_name": VILLAGE_NAME, "source_file": "DK6207992026.shp", "source_row": number,
        })
        shapes.append(box(x, 0, x + 60, 100))
    frame = pd.DataFrame(rows).sort_values("fid")
    frames.replace(store, "parcel", frame, np.array(shapes, dtype=object)[frame.index])
    whole = np.array([box(-100, -600, 6000, 700)], dtype=object)
    frames.replace(store, "XJXZQ", pd.DataFrame({"XZQDM": [COUNTY], "XZQMC": ["示例县"]}), whole)
    frames.replace(store, "XJQY", pd.DataFrame({"XJQYDM": [VILLAGE[:9]], "XJQYMC": ["示例镇"]}), whole)
    frames.replace(store, "CJQY", pd.DataFrame({"CJQYDM": [VILLAGE], "CJQYMC": [VILLAGE_NAME]}), whole)
    frames.replace(store, "ZJQY", pd.DataFrame({"ZJQYDM": [GROUP], "ZJQYMC": ["一组"]}), whole)
    frames.replace(store, "zone", pd.DataFrame({
        "zone_code": [COUNTY, VILLAGE[:9], VILLAGE, GROUP], "zone_name": ["示例县", "示例镇", VILLAGE_NAME, "一组"]}))


def _ownership(store):
    frames.replace(store, "FBF", pd.DataFrame({"FBFBM": [GROUP], "FBFMC": ["示例村一组"], "FBFFZRXM": ["赵六"]}))
    frames.replace(store, "CBF", pd.DataFrame([
        {"CBFBM": holder, "CBFLX": "1", "CBFMC": name.replace("同名", ""), "CBFZJLX": "1",
         "CBFZJHM": f"62079919700101{number:04d}", "CBFDZ": "示例村一组", "CBFCYSL": 1, "source_file": SOURCE,
         "source_row": number + 1}
        for number, (name, holder) in enumerate(HOLDERS.items(), 1)]))
    frames.replace(store, "CBF_JTCY", pd.DataFrame([
        {"CBFBM": holder, "CYXM": name.replace("同名", ""), "YHZGX": "02"} for name, holder in HOLDERS.items()]))
    frames.replace(store, "CBDKXX", pd.DataFrame([
        {"DKBM": CODES[parcel], "FBFBM": GROUP, "CBFBM": HOLDERS[holder], "CBJYQQDFS": "110", "HTMJ": float(area),
         "YHTMJ": area - 100.0, "HTMJM": area * 0.0015, "CBHTBM": HOLDERS[holder] + "J",
         "CBJYQZBM": HOLDERS[holder] + "J", "SFQQQG": "1" if parcel == "shared" else "2", "source_file": SOURCE,
         "source_row": row}
        for row, (parcel, holder, area) in enumerate(LINKS, 2)]))
    first = {}
    for parcel, holder, _ in LINKS:
        first.setdefault(parcel, holder)
    registered = [name for name in PARCELS if name not in NOT_REGISTERED]
    frames.replace(store, "registry", pd.DataFrame([
        {"uuid": identity("registry " + name), "village_name": VILLAGE_NAME, "group_name": "一组",
         "holder_name": first[name].replace("同名", ""), "CBFBM": HOLDERS[first[name]], "DKBM": CODES[name],
         "parcel_name": f"{PARCELS[name][0]}号地", "area_mu_100": 900, "crop": CROPS.get(name, "玉米"),
         "method": "畦灌", "source_file": "二轮延包地名录_示例镇.xlsx", "source_row": row}
        for row, name in enumerate(registered, 6)]))


def _water(store):
    frames.replace(store, "irrigation_district", pd.DataFrame({
        "district_code": ["GQ01", "GQ02"], "district_name": ["东灌区", "西灌区"],
        "permit_number": ["取水（示例）第1号", "取水（示例）第2号"]}),
        np.array([box(-50, -500, 2000, 600), box(2000, -500, 3000, 600)], dtype=object))
    frames.replace(store, "canal", pd.DataFrame({
        "canal_code": ["QD01"], "canal_name": ["一斗渠"], "canal_level": ["lateral"], "district_code": ["GQ01"]}),
        np.array([shapely.LineString([(ORIGIN[0], ORIGIN[1] - 5), (ORIGIN[0] + 600, ORIGIN[1] - 5)])], dtype=object))
    frames.replace(store, "outlet", pd.DataFrame({
        "outlet_code": ["DK01", "DK02"], "outlet_name": ["一号斗口", "二号斗口"], "canal_code": ["QD01", None],
        "district_code": ["GQ01", "GQ02"]}), np.array([point(0, -5), point(2100, -5)], dtype=object))
    frames.replace(store, "service_area", pd.DataFrame({
        "outlet_code": ["DK01", "DK02"], "outlet_name": ["一号斗口", "二号斗口"]}),
        np.array([box(0, 0, 600, 100), box(2100, 0, 2400, 100)], dtype=object))
    # JJ01 reaches only "mixed" (30 m); JJ02 serves "ground"; JJ03 closed and JJ04 unlicensed stand by "closed_well"
    frames.replace(store, "well", pd.DataFrame({
        "uuid": [identity(f"well {n}") for n in range(1, 5)],
        "well_code": ["JJ01", "JJ02", "JJ03", "JJ04"], "well_name": ["一号井", "二号井", "三号井", "四号井"],
        "permit_number": ["取水（示例）第11号", "取水（示例）第12号", "取水（示例）第13号", None],
        "permit_m3": [20000.0, 30000.0, 10000.0, None], "well_state": ["normal", "normal", "closed", "normal"],
        "reach_m": [35.0, None, 300.0, 300.0]}),
        np.array([point(150, 130), point(1030, 120), point(1530, 120), point(1530, 140)], dtype=object))
    frames.replace(store, "unapproved_land", pd.DataFrame({
        "land_code": ["W1", "W2"], "land_kind": ["reclaimed", "new"]}),
        np.array([box(470, 0, 480, 100), box(480, 0, 540, 100)], dtype=object))
    frames.replace(store, "overdraft_zone", pd.DataFrame({"zone_code": ["CC1"], "zone_name": ["示例超采区"]}),
                   np.array([box(900, -100, 1200, 300)], dtype=object))
    frames.replace(store, "forest_parcel", pd.DataFrame({"forest_code": ["L1", "L2"], "forest_name": ["林带", "林地"]}),
                   np.array([box(2280, 0, 2340, 100), box(3000, 0, 3100, 100)], dtype=object))
    frames.replace(store, "quota", pd.DataFrame([
        {"crop": crop, "district_code": district, "source": source, "method": method, "quota_m3_mu_100": amount,
         "eta_canal": canal, "eta_field": field, "quota_point": "田间", "reliability": "50%", "grade": "先进值",
         "edition": "示例", "page": "1", "demo": 1, "source_file": "灌溉定额表.xlsx", "source_row": row}
        for row, (crop, district, source, method, amount, canal, field) in enumerate(QUOTAS, 3)]))
    frames.replace(store, "cap", pd.DataFrame([
        {"cap_level": level, "cap_code": cap, "cap_name": name, "source": source, "cap_m3_100": amount, "basis": "示例",
         "demo": 1, "source_file": "用水总量指标表.xlsx", "source_row": row}
        for row, (level, cap, name, source, amount) in enumerate(CAPS, 3)]))
