"""explain (说明): how the right of a parcel, a holder, a village, an outlet or a district came about, in Chinese."""

from ..rights import explain
from .progress import Result


def run(store, params, progress):
    """The explanation of a parcel (DKBM, uuid), a holder (CBFBM) or a place (its code) as text; nothing is written."""
    progress.check_cancelled()
    made = explain.explain(store, params["subject"])
    different = sum(not one.consistent for one in made)
    return Result("说明" if not different else "说明（与库中结果不一致，请重新核定）",
                  counts={"explanations": len(made), "inconsistent": different},
                  text="\n\n".join(one.text() for one in made))
