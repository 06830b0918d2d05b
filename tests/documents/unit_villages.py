"""The hand-drawn village under policies whose unit is not the household, and with water users; for the certificates' tests."""

import pandas as pd

from tests.village import CODES, HOLDERS, VILLAGE, make_village
from wr_plugin.commands.running import run_verb
from wr_plugin.store import frames
from wr_plugin.store.workfile import WorkFile

LEVELS = ("town", "county", "city")
PERMIT_USERS = [
    {"user_code": "Q1", "user_name": "示例水泥厂", "industry": "industry", "source": "surface", "permit_number": "示取第1号",
     "permit_m3_100": 8_000_000, "permit_from": "2020-01-01", "permit_until": "2031-12-31", "product": "水泥", "scale": "300000",
     "scale_unit": "t", "use_1_m3_100": 7_600_000, "source_row": 3},
    {"user_code": "Q2", "user_name": "示例种猪场", "industry": "livestock", "source": "ground", "permit_number": "示取第2号",
     "permit_m3_100": 2_400_000, "permit_from": "2020-01-01", "permit_until": "2027-02-10", "product": "生猪", "scale": "3000",
     "scale_unit": "头·年", "use_1_m3_100": 2_000_000, "source_row": 4},
    {"user_code": "Q3", "user_name": None, "industry": "industry", "source": "surface", "permit_number": "示取第3号",
     "permit_m3_100": 100_000, "permit_from": "2020-01-01", "permit_until": "2031-12-31", "product": "水泥", "scale": "300000",
     "scale_unit": "t", "use_1_m3_100": 100_000, "source_row": 5},
]
PRODUCTS = [{"product": "水泥", "scale_unit": "t", "unit_quota": "0.35", "grade": "先进值"},
            {"product": "生猪", "scale_unit": "头·年", "unit_quota": "7", "grade": "先进值"},
            {"product": "宾馆", "scale_unit": "床·年", "unit_quota": "40", "grade": "先进值"}]
NETWORK_USERS = [{"user_code": "W1", "user_name": "示例宾馆", "industry": "service", "network_name": "示例城供水", "network_permit": "示城供1",
                  "source": "surface", "use_1_m3_100": 2_000_000, "product": "宾馆", "scale": "500", "scale_unit": "床·年", "leakage": "0.1",
                  "source_row": 3}]
FOREST_USERS = [{"user_code": "LD1", "user_name": "示例林场", "forest_name": "东林带", "district_code": "GQ01", "source": "surface",
                 "area_mu_100": 10_000, "source_row": 3}]
FOREST_VOLUMES = [{"district_code": "GQ01", "source": "surface", "forest_m3_100": 2_000_000, "basis": "示例批复"}]
USER_POLICY = {
    "permit": {"basis": "permit_and_quota", "renewal_days": 45, "as_of": "2026-11-22"},
    "network": {"basis": "quota", "least_m3": 10000, "leakage": "gross_up"}, "forest": {"basis": "district_volume"},
}


def village_of(path, unit, more=None, before=None, **changes):
    """The village confirmed to units of one kind; ``more``: policy settings, ``before(store)``: further rows."""
    make_village(path, {"unit": unit, **(more or {}), **changes}, before)
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    return str(path)


def associations(store, head="钱七"):
    """Two households in one association, one listed for a single parcel in another."""
    frames.replace(store, "water_unit", pd.DataFrame({
        "unit_code": ["XH01", "XH02"], "unit_name": ["东渠协会", "西渠协会"], "unit_kind": ["association"] * 2, "head": [head, "孙八"]}))
    frames.replace(store, "unit_member", pd.DataFrame({
        "unit_code": ["XH01", "XH01", "XH02"], "CBFBM": [HOLDERS["张三"], HOLDERS["李四"], HOLDERS["王五"]],
        "DKBM": [None, None, CODES["wheat"]]}))


def users(store):
    for table, rows in (("permit_user", PERMIT_USERS), ("product_quota", PRODUCTS), ("network_user", NETWORK_USERS),
                        ("forest_user", FOREST_USERS), ("forest_volume", FOREST_VOLUMES)):
        frames.replace(store, table, pd.DataFrame(rows))


def village_head(store):
    """The village collective as the contracting body, with the head who represents it."""
    frames.append(store, "FBF", pd.DataFrame({"FBFBM": [VILLAGE + "00"], "FBFMC": ["示例村经济合作社"], "FBFFZRXM": ["周九"]}))


def open_gates(work, folder):
    """Posters long ago, all levels passed: certificates may be made."""
    run_verb("publish", {"work": work, "out": str(folder / "公示"), "start": "2020-03-01"})
    for level in LEVELS:
        run_verb("approve", {"work": work, "level": level, "who": "审核人"})


def rows(work, sql, params=()):
    with WorkFile.open(work, readonly=True) as store:
        return [dict(row) for row in store.connection.execute(sql, params)]


def change(work, sql, *values):
    with WorkFile.open(work) as store, store.transaction():
        store.connection.execute(sql, values)
