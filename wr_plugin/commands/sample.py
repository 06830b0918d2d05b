"""``sample``: writes a hand-over package of an invented county, and apart from it the list of its planted defects."""

from pathlib import Path

from ..model.errors import BadInput
from .progress import Result

FEWEST, MOST = 500, 1_000_000
WEIGHTS = (2, 2, 5, 15, 9, 13, 9, 34, 11, 1)
"""Relative durations of the steps, as measured at a million parcels."""


def run(store, params, progress):
    """``params``: out, parcels, seed. Same numbers, same bytes."""
    parcels, seed = params["parcels"], params["seed"]
    if isinstance(parcels, bool) or not isinstance(parcels, int) or not FEWEST <= parcels <= MOST:
        raise BadInput(f"地块数 {parcels} 不在 {FEWEST} 至 {MOST} 之间", f"请给出 {FEWEST} 至 {MOST} 的整数", where="参数 parcels")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise BadInput(f"随机种子 {seed} 不是非负整数", "请给出 0 或更大的整数", where="参数 seed")
    from ..sample import county as drawing
    from ..sample import package

    progress.plan(*WEIGHTS)
    county = drawing.build(parcels, seed, progress)
    folder, truth = package.write(Path(params["out"]), county, progress)
    counts = package.figures(county)
    return Result(
        "示例县", counts, [(name, f"{value:,}") for name, value in counts.items()], [str(folder), str(truth)],
        next_step=f"import {folder}",
    )
