"""How soon a what-if answers: CPU seconds per lever on a standing county, after loading; part of ``make bench``.

The county is random and lives in memory; reading it from a work file is what ``confirm`` costs and is measured there.
Each lever is moved ``ROUNDS`` times and the median told; a village alone and one village's own county stand beside.
"""

import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from wr_plugin.intake import policy_file  # noqa: E402 (the product is not installed)
from wr_plugin.rights import determine, levers, what_if  # noqa: E402

SIZES = [int(n) for n in os.environ.get("BENCH_WHATIF_SIZES", "4000 200000 1000000").split()]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
POLICY = Path(__file__).resolve().parents[1] / "resources" / "policies" / "zhangye.yaml"
COUNTY, PER_VILLAGE, DISTRICTS = "620799", 4000, 6
SOURCES, CROPS, METHODS = ("surface", "ground"), ("玉米", "小麦", "马铃薯"), ("畦灌", "滴灌")
LEVERS = ("定额:玉米=-5%", "η渠系:*=0.62", "指标:GQ01/地表水=-10%", "地表水比例=0.5", "法定面积=YHTMJ")

PRIORITY = {"cap.mode": "priority", "cap.priority_by": "crop", "cap.priority": ["小麦", "玉米"]}
MODES = {"只报告": {"cap.mode": "report"}, "同比例核减": {"cap.mode": "proportional"}, "按优先序核减": PRIORITY,
         "核减到斗口": {"cap.mode": "proportional", "cap.tree": ["county", "district", "outlet"]}}


def random_county(count, seed=1):
    """``determine.Inputs`` of ``count`` parcels in villages of 4,000, a fifth as many households, caps that cut."""
    rng = np.random.default_rng(seed)
    villages = -(-count // PER_VILLAGE)
    village = np.arange(count) // PER_VILLAGE
    group = np.array([f"{COUNTY}1{v // 900:02d}{v % 900:03d}01" for v in range(villages)], dtype=object)
    parcel_code = np.array([f"{group[v]}{n:05d}" for v, n in zip(village, np.arange(count) % PER_VILLAGE + 1)], dtype=object)
    holder_village = np.arange(count // 5) * villages // (count // 5)
    holder_code = np.array([f"{group[v]}{n % 10_000:04d}" for n, v in enumerate(holder_village)], dtype=object)
    area = np.round(rng.uniform(300, 6000, count), 2)
    parcel = pd.DataFrame({"fid": np.arange(1, count + 1), "uuid": parcel_code, "DKBM": parcel_code, "DKLB": "10", "TDYT": "1",
                           "SCMJ": area * 1.01, "SCMJM": np.nan,
                           "village_code": np.array([g[:12] for g in group], dtype=object)[village]})
    places = {"district_code": ("GQ", DISTRICTS), "outlet_code": ("DK", 1000), "well_code": ("JJ", 1000)}
    site = pd.DataFrame({
        "parcel_fid": parcel["fid"], "registry_fid": pd.array(np.arange(1, count + 1), dtype="Int64"),
        **{name: np.array([f"{word}{n + 1:02d}" for n in range(most)], dtype=object)[np.arange(count) * most // count]
           for name, (word, most) in places.items()},
        "unapproved_m2_100": np.where(rng.random(count) < 0.05, (area * 30).astype(np.int64), 0),
        "geometry_m2_100": (area * 100).astype(np.int64), "forest_m2_100": 0,
        "well_overdraft": pd.array([None] * count, dtype="Int64"), "well_spring": pd.array([None] * count, dtype="Int64"),
        "source": np.array([*SOURCES, "mixed"], dtype=object)[rng.choice(3, count, p=[0.6, 0.25, 0.15])], "defect": ""})
    shared = rng.choice(count, count // 20, replace=False)
    held = np.concatenate([np.arange(count), shared])
    holder = np.minimum(held // 5 + rng.integers(0, 3, len(held)), len(holder_code) - 1)
    link = pd.DataFrame({"fid": np.arange(1, len(held) + 1), "DKBM": parcel_code[held], "CBFBM": holder_code[holder],
                         "CBHTBM": holder_code[holder], "HTMJ": area[held], "HTMJM": np.nan, "YHTMJ": area[held] * 0.95,
                         "YHTMJM": np.nan})
    people = pd.DataFrame({"fid": np.arange(1, len(holder_code) + 1), "CBFBM": holder_code, "CBFMC": holder_code, "CBFLX": "1"})
    registry = pd.DataFrame({"fid": parcel["fid"], "DKBM": parcel_code, "crop": np.array(CROPS, dtype=object)[rng.choice(3, count)],
                             "method": np.array(METHODS, dtype=object)[rng.choice(2, count)]})
    return determine.Inputs(parcel, site, link, people, registry, *_limits(rng, area), COUNTY)


def _limits(rng, area):
    districts = [f"GQ{n + 1:02d}" for n in range(DISTRICTS)]
    quota = pd.DataFrame([(crop, district, source, method, int(rng.integers(200, 500)) * 100, "0.6", "0.9")
                          for crop in CROPS for district in districts for source in SOURCES for method in METHODS],
                         columns=["crop", "district_code", "source", "method", "quota_m3_mu_100", "eta_canal", "eta_field"])
    whole = int(area.sum() * 0.0015 * 650 * 100 / 2)
    cap = pd.DataFrame([("district", code, code, source, whole // DISTRICTS) for code in districts for source in SOURCES]
                       + [("county", COUNTY, COUNTY, source, whole) for source in SOURCES],
                       columns=["cap_level", "cap_code", "cap_name", "source", "cap_m3_100"])
    for frame in (quota, cap):
        frame.insert(0, "fid", np.arange(1, len(frame) + 1))
        frame["source_row"] = frame["fid"] + 1
    return quota, cap


def timed(base, text, village=None):
    """Median CPU seconds of ``ROUNDS`` answers."""
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        base.answer([levers.parse(text)], village)
        spent.append(time.process_time() - began)
    return statistics.median(spent)


def main():
    shipped, mapping = policy_file.read_policy(POLICY)
    for size in SIZES:
        for mode, more in MODES.items():
            policy, _ = policy_file.with_settings(shipped, mapping, {"sources.mixed_surface_share": 0.7, **more}, "bench")
            inputs, began = random_county(size), time.process_time()
            base = what_if.Base(inputs, policy)
            base.prepare("area.legal", ("SCMJ", "YHTMJ"))
            loaded = time.process_time() - began
            one = f"地块:{inputs.parcel['DKBM'].iat[size // 2]}/作物=小麦"
            village = inputs.parcel["village_code"].iat[size // 2]
            print(f"{size:>9,} 块  {mode} 备好 {loaded:5.2f} s  " + "  ".join(
                f"{text} {timed(base, text):.3f}（一个村 {timed(base, text, village):.3f}）" for text in LEVERS)
                + f"  一个地块 {timed(base, one):.3f}", flush=True)


if __name__ == "__main__":
    main()
