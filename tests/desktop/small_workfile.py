"""Run with the engine's Python: writes a small work file in which every parcel state occurs.

``python small_workfile.py OUT.gpkg [COLUMNS]``: two villages of COLUMNS × 6 strip fields each, states in turn, one run
of import, check and confirm, two findings per kind, a district, a canal, outlets and wells.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import pandas as pd
import pyproj
import shapely

from wr_plugin.model import codes
from wr_plugin.store import frames, runs
from wr_plugin.store.create import create_workfile

ROWS, WIDTH, LENGTH, X0, Y0 = 6, 40.0, 160.0, 34_450_000.0, 4_290_000.0
STATES = [s for s in codes.PARCEL_STATE if s != "unchecked"]
NAMES = ["张三", "欧阳建国", "李秀英", "王𠮷", "司马青", "赵永福", "马兰花", "陈大海", "刘芳", "杨柳", "白玉堂"]


def parcels(columns):
    """Attribute frame and squares of both villages' fields."""
    rows, shapes = [], []
    for village in (1, 2):
        code = f"62079910100{village}"
        for n in range(columns * ROWS):
            column, line = n % columns, n // columns
            x, y = X0 + column * WIDTH, Y0 + (village - 1) * (ROWS * LENGTH + 120) + line * LENGTH
            shapes.append(shapely.box(x, y, x + WIDTH, y + LENGTH))
            rows.append({
                "uuid": f"00000000-0000-4000-8000-{village:04d}{n:08d}", "DKBM": f"{code}01{n + 1:05d}",
                "DKMC": f"{line + 1}斗{column + 1}号地", "DKLB": "10", "TDYT": "1", "SCMJ": WIDTH * LENGTH,
                "geometry_m2": WIDTH * LENGTH, "village_code": code, "village_name": f"{'红柳清泉'[village * 2 - 2:village * 2]}村",
                "DKDZ": "水渠", "DKXZ": "道路", "DKNZ": "张三", "DKBZ": "李秀英",
            })
    return pd.DataFrame(rows), shapely.multipolygons([[s] for s in shapes])


def rights(frame):
    """Sites and rights: the state goes round; those with a right get 9.60 亩 and 2,880 m³ or less."""
    sites, made = [], []
    for fid, _ in enumerate(frame.itertuples(), start=1):
        state = "right" if fid % 3 else STATES[(fid // 3) % len(STATES)]
        source = "none" if state == "no_source" else ("surface", "surface", "ground", "mixed")[fid % 4]
        sites.append({
            "parcel_fid": fid, "registry_fid": None, "district_code": "GQ01", "outlet_code": "DK-1" if source != "ground" else None,
            "well_code": "J-1" if source in ("ground", "mixed") else None, "source": source, "in_overdraft": 2,
            "geometry_m2_100": 640000, "unapproved_m2_100": 0, "forest_m2_100": 0, "defect": "", "outlet_share": 1.0,
        })
        granted = state in ("right", "reduced")
        area = 960 if state == "right" else 720 if state == "reduced" else 0
        made.append({
            "parcel_fid": fid, "run_id": 3, "state": state,
            "reason": {"outside_registry": "OUTSIDE_REGISTRY", "no_source": "NO_SOURCE"}.get(state, ""),
            "holder_names": None if state == "no_holder" else NAMES[fid % len(NAMES)], "legal_mu_100": 960,
            "deducted_mu_100": 240 if state == "reduced" else 0, "area_mu_100": area, "source": source, "crop": "制种玉米",
            "method": "管灌", "demand_m3_100": area * 300 if granted else 0, "volume_m3_100": area * 300 if granted else 0,
        })
    return pd.DataFrame(sites), pd.DataFrame(made)


def findings(frame, right):
    """One finding for each parcel outside the registry or without a source, and one on a well."""
    rows = [
        {"code": r.reason, "subject": p.DKBM, "parcel_uuid": p.uuid, "village_code": p.village_code,
         "message": f"地块 {p.DKBM} 需要复核"}
        for p, r in zip(frame.itertuples(), right.itertuples()) if r.reason
    ]
    rows.append({"code": "WELL_NO_PERMIT", "subject": "J-2", "parcel_uuid": None, "village_code": None, "message": "机井 J-2 没有取水许可证号"})
    return pd.DataFrame(rows)


def write(path, columns=12):
    crs = pyproj.CRS.from_epsg(4522)
    frame, shapes = parcels(columns)
    site, right = rights(frame)
    span = columns * WIDTH
    with create_workfile(path, crs) as store, store.transaction():
        store.set_setting("county_code", "620799")
        store.set_setting("county_name", "示例县")
        for verb in ("import", "check", "confirm"):
            run = runs.record(store, verb, "2026-01-01T08:00:00", {}, {"parcels": len(frame)})
        frames.replace(store, "parcel", frame, shapes)
        frames.replace(store, "parcel_site", site)
        frames.replace(store, "parcel_right", right.assign(run_id=run))
        villages = [shapely.box(X0, Y0 + i * (ROWS * LENGTH + 120), X0 + span, Y0 + i * (ROWS * LENGTH + 120) + ROWS * LENGTH) for i in (0, 1)]
        frames.replace(store, "CJQY", pd.DataFrame({"CJQYDM": ["620799101001", "620799101002"], "CJQYMC": ["红柳村", "清泉村"]}), villages)
        district = shapely.box(X0 - 50, Y0 - 50, X0 + span + 50, Y0 + 2 * ROWS * LENGTH + 220)
        frames.replace(store, "irrigation_district", pd.DataFrame({"district_code": ["GQ01"], "district_name": ["西干灌区"]}), [district])
        y = Y0 + ROWS * LENGTH + 60
        frames.replace(store, "canal", pd.DataFrame({"canal_code": ["Q1"], "canal_name": ["西干渠"], "canal_level": ["trunk"]}),
                       [shapely.LineString([(X0 - 50, y), (X0 + span + 50, y)])])
        frames.replace(store, "outlet", pd.DataFrame({"outlet_code": ["DK-1"], "outlet_name": ["一斗口"]}), [shapely.Point(X0, y)])
        frames.replace(store, "well", pd.DataFrame({
            "uuid": ["w1", "w2"], "well_code": ["J-1", "J-2"], "well_name": ["一号井", "二号井"], "well_state": ["normal", "normal"],
            "permit_number": ["D620799G2021-0001", None]}), [shapely.Point(X0 + 100, Y0 + 100), shapely.Point(X0 + 300, Y0 + 200)])
        frames.replace_findings(store, "check", findings(frame, right), run)
    return path


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 12))
