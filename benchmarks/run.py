"""``make bench``: rows per second and peak memory of import, check, confirm and certify, beside plain reading and writing.

The verbs and the plain reading and writing of the same files take turns, and the ratio (of CPU seconds) is the median of the pairs, so
that it holds where the machine's speed drifts. Sizes and rounds: ``BENCH_SIZES="20000 200000" BENCH_ROUNDS=3``;
``BENCH_STEPS=import`` leaves out the steps after the import. Last comes whether the cost is linear: CPU seconds per
100,000 parcels of every step at ``BENCH_LINEAR="20000 200000 1000000"``, each run once (empty: left out).
"""

import os
import shutil
import statistics
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from measure import cost_of, verb  # noqa: E402

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build" / "bench"
PLAIN = [sys.executable, str(HERE / "plain.py")]
SIZES = [int(n) for n in os.environ.get("BENCH_SIZES", "20000 200000").split()]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
STEPS = os.environ.get("BENCH_STEPS", "import check confirm certify").split()
LINEAR = [int(n) for n in os.environ.get("BENCH_LINEAR", "20000 200000 1000000").split()]
UNIT = 100_000
HEAD = ("步骤", "地块数", "秒", "CPU 秒", "地块/秒", "峰值 MiB", "与单纯读写之比")


def package_of(size):
    """The sample county of that size, made once and kept."""
    folder = BUILD / f"county_{size}"
    if not (folder / "truth.csv").exists():
        shutil.rmtree(folder, ignore_errors=True)
        cost_of(verb("sample", "--out", folder, "--parcels", size, "--seed", 1))
    return next(p for p in folder.iterdir() if p.is_dir())


def fresh(*paths):
    """Takes away what an earlier round left."""
    for path in paths:
        for left in path.parent.glob(path.name + "*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()


def rounds_of(size):
    """Costs of each step and of the plain reading and writing beside it: {step: [(cost, plain cost), …]}."""
    package, work, out = package_of(size), BUILD / f"work_{size}.gpkg", BUILD / f"plain_{size}.gpkg"
    papers, checked = BUILD / f"papers_{size}", BUILD / f"checked_{size}.gpkg"
    costs = {"import": [], "check": [], "confirm": [], "certify": []}
    for _ in range(ROUNDS):
        fresh(work, out, checked, papers)
        cost = cost_of(verb("import", package, "--work", work))
        plain = cost_of([*PLAIN, "package", package, out])
        costs["import"].append((cost, plain))
        if STEPS == ["import"]:
            continue
        costs["check"].append((cost_of(verb("check", "--work", work)), plain))
        fresh(out)
        cost = cost_of(verb("confirm", "--work", work))
        costs["confirm"].append((cost, cost_of([*PLAIN, "tables", work, out])))
        open_gates(work, papers)
        fresh(out)
        cost = cost_of(verb("certify", "--work", work, "--out", papers / "certificates"))
        costs["certify"].append((cost, cost_of([*PLAIN, "pages", work, papers / "certificates", out])))
    return {step: pairs for step, pairs in costs.items() if pairs}


def open_gates(work, papers):
    """Publicity long past and every approval given."""
    start = (date.today() - timedelta(days=400)).isoformat()
    cost_of(verb("publish", "--work", work, "--out", papers / "posters", "--start", start))
    for level in ("town", "county", "city"):
        cost_of(verb("approve", "--work", work, "--level", level, "--who", "bench"))


def table_rows(size, costs):
    """Medians of each step, as text cells."""
    for step, pairs in costs.items():
        wall = statistics.median(c.wall_s for c, _ in pairs)
        cpu = statistics.median(c.cpu_s for c, _ in pairs)
        peak = max(c.peak_mib for c, _ in pairs)
        ratio = statistics.median(c.cpu_s / p.cpu_s for c, p in pairs)
        yield (step, f"{size:,}", f"{wall:.1f}", f"{cpu:.1f}", f"{size / wall:,.0f}", f"{peak:,.0f}", f"{ratio:.2f}")


def linear_costs(size):
    """{step: cost} of one run of each step that takes the whole county; no paper, which a county prints by villages."""
    package, work, out = package_of(size), BUILD / f"linear_{size}.gpkg", BUILD / f"linear_{size}"
    fresh(work, out)
    out.mkdir()
    steps = {"import": (package,), "check": (), "confirm": (), "balance": ("--out", out / "平衡表.xlsx"), "verify": (),
             "ledger": ("--out", out / "台账.xlsx"), "report": ("--out", out / "导入报告.xlsx")}
    costs = {step: cost_of(verb(step, *more, "--work", work)) for step, more in steps.items()}
    fresh(work, out)
    return costs


def print_linearity():
    """CPU seconds per 100,000 parcels of every step at each size, and the peak memory at the largest."""
    columns = [linear_costs(size) for size in LINEAR]
    print("\n每 100,000 地块的 CPU 秒 | " + " | ".join(f"{size:,} 地块" for size in LINEAR) + " | 最大时的峰值 MiB", flush=True)
    for step in columns[0]:
        cells = [f"{costs[step].cpu_s * UNIT / size:.1f}" for size, costs in zip(LINEAR, columns)]
        print(" | ".join([step, *cells, f"{columns[-1][step].peak_mib:,.0f}"]), flush=True)


def main():
    BUILD.mkdir(parents=True, exist_ok=True)
    print(" | ".join(HEAD), flush=True)
    for size in SIZES:
        for row in table_rows(size, rounds_of(size)):
            print(" | ".join(row), flush=True)
    if LINEAR:
        print_linearity()
    subprocess.run([sys.executable, str(HERE / "registry.py"), str(BUILD)], check=True)


if __name__ == "__main__":
    main()
