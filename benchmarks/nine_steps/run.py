"""``make bench``, second part: the nine steps beside plain reading and writing of the same files, and beside the rivals.

Ours and each other take turns on the same files; a ratio is the median of the pairs, so that it holds where the machine's
speed drifts. CPU seconds and peak memory are those of whole processes as the system counted them.

    NINE_SIZE=1000000 NINE_ROUNDS=3 NINE_RIVALS=100000 run.py

``NINE_RIVALS``: parcels on which the rivals run, which take minutes where we take seconds; 0 leaves them out.
"""

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build" / "bench"
SIZE = int(os.environ.get("NINE_SIZE", "1000000"))
ROUNDS = int(os.environ.get("NINE_ROUNDS", "3"))
RIVAL_SIZE = int(os.environ.get("NINE_RIVALS", "100000"))
ENGINE = sys.executable
QGIS = os.environ.get("NINE_QGIS_PYTHON", "/usr/bin/python3")
RIVALS = (
    ("PyQGIS 逐个要素", QGIS, "rival_loop.py", 30), ("QGIS 自带算法", QGIS, "rival_algorithms.py", 35),
    ("PyQGIS 写得好的", QGIS, "rival_prepared.py", 10), ("DuckDB spatial", ENGINE, "rival_duckdb.py", 4))
HEAD = ("候选", "地块数", "秒", "CPU 秒", "峰值 MiB", "本插件快几倍（成对中位数）", "目标", "结果")


@dataclass
class Run:
    wall_s: float
    cpu_s: float
    peak_mib: float
    said: dict


def county(size):
    folder = BUILD / f"nine_{size}"
    if not (folder / "layers.gpkg").exists():
        subprocess.run([ENGINE, HERE / "county.py", str(size), folder], check=True)
    return folder


def run(python, script, folder):
    """One whole process; raises RuntimeError with its last words where it fails."""
    out = BUILD / "nine_out.gpkg"
    for left in BUILD.glob("nine_out.gpkg*"):
        left.unlink()
    began = time.perf_counter()
    with open(BUILD / "nine_said.txt", "wb") as told:
        process = subprocess.Popen([python, HERE / script, folder, out], stdout=subprocess.PIPE, stderr=told)
        line = process.stdout.read().decode("utf-8").strip().splitlines()
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or not line:
        raise RuntimeError(f"{script}: {(BUILD / 'nine_said.txt').read_text(errors='replace')[-500:]}")
    return Run(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, json.loads(line[-1]))


def pairs(python, script, folder, rounds):
    """[(ours, other), …], taking turns in who goes first."""
    found = []
    for turn in range(rounds):
        two = [("ours.py", ENGINE), (script, python)]
        both = {name: run(with_python, name, folder) for name, with_python in (two if turn % 2 == 0 else two[::-1])}
        found.append((both["ours.py"], both[script]))
    return found


def told(name, size, runs, ratio="", target="", result=""):
    print(" | ".join((name, f"{size:,}", f"{statistics.median(r.wall_s for r in runs):.1f}",
                      f"{statistics.median(r.cpu_s for r in runs):.1f}", f"{max(r.peak_mib for r in runs):,.0f}", ratio,
                      target, result)), flush=True)


def differing(ours, other):
    return [key for key, value in ours.said["check"].items() if other.said["check"][key] != value]


def compared(name, python, script, target, folder, size, rounds):
    try:
        found = pairs(python, script, folder, rounds)
    except (RuntimeError, OSError) as error:
        print(f"{name} | 未能运行：{str(error).strip().splitlines()[-1]}", flush=True)
        return
    other = differing(*found[0])
    told(name, size, [b for _, b in found], f"{statistics.median(b.wall_s / a.wall_s for a, b in found):.1f}",
         f"≥ {target}", f"不同：{'、'.join(other)}" if other else "相同")


def profile(runs):
    """Where the time goes: medians of each step."""
    total = statistics.median(r.said["wall"] for r in runs)
    print("\n步骤 | 秒 | CPU 秒 | 占比")
    for step in runs[0].said["steps"]:
        wall, cpu = (statistics.median(r.said["steps"][step][n] for r in runs) for n in (0, 1))
        print(f"{step} | {wall:.2f} | {cpu:.2f} | {wall / total:.0%}")


def main():
    if importlib.util.find_spec("pyarrow") is None:
        print("没有 pyarrow，九步基准从略（make bench 会装好）")
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    print(" | ".join(HEAD), flush=True)
    found = pairs(ENGINE, "plain.py", county(SIZE), ROUNDS)
    ours = [a for a, _ in found]
    told("本插件", SIZE, ours, target="≤ 12 秒、≤ 1,500 MB")
    told("单纯读写（Arrow）", SIZE, [b for _, b in found],
         f"本插件为其 {statistics.median(a.wall_s / b.wall_s for a, b in found):.2f} 倍"
         f"（CPU {statistics.median(a.cpu_s / b.cpu_s for a, b in found):.2f}）", "≤ 3.5")
    if RIVAL_SIZE:
        for name, python, script, target in RIVALS:
            compared(name, python, script, target, county(RIVAL_SIZE), RIVAL_SIZE, 1)
    profile(ours)


if __name__ == "__main__":
    main()
