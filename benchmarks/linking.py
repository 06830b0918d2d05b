"""How well and how fast the registry is linked without codes: ``.venv/bin/python benchmarks/linking.py [PARCELS] [SEED …]``.

Makes a sample county of that many parcels (20,000 unless told), dirties its registry in each of the ways of
``tests/intake/linking_trials.py`` and prints, per true pair of a registry row and a household's share of a parcel, how
much of what is sure is right, how much of what is true is sure, and how much of the rest is offered to people.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "intake")]

import dirty_registry  # noqa: E402
import linking_trials  # noqa: E402

from wr_plugin.commands.running import run_verb  # noqa: E402
from wr_plugin.intake import linking  # noqa: E402
from wr_plugin.store.workfile import WorkFile  # noqa: E402


def trial(county, folder, dirt, seed):
    """(rates, CPU seconds of linking)."""
    work = Path(shutil.copy(county, folder / "试.gpkg"))
    with WorkFile.open(str(work)) as store:
        with store.transaction():
            truth = dirty_registry.dirty(store, dirt, seed)
        started = time.process_time()
        found = linking.of_store(store)
        seconds = time.process_time() - started
        return linking_trials.rates(store, found, truth), seconds


def main(arguments):
    numbers = [int(a) for a in arguments] or [20_000]
    seeds = numbers[1:] or [1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sample = run_verb("sample", {"out": str(folder / "样例"), "parcels": numbers[0], "seed": 7})
        run_verb("import", {"package": sample.outputs[0], "work": str(folder / "县.gpkg")})
        print("| 名录的毛病 | 行 | 准确率 | 召回率 | 其中有据可依的 | 其余在待确认之列 | 待确认行 | CPU 秒 |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|")
        for label, dirt in {**linking_trials.MIXES, **linking_trials.HARDEST}.items():
            done = [trial(folder / "县.gpkg", folder, dirt, seed) for seed in seeds]
            rates = done[0][0]
            for more, _ in done[1:]:
                rates = rates + more
            print(f"| {label} | {rates.rows:,} | {rates.precision:.2%} | {rates.recall:.2%} | {rates.recall_of_told:.2%} |"
                  f" {rates.held:.2%} | {rates.waiting:,} | {sum(s for _, s in done) / len(done):.1f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
