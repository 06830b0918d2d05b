"""Edits that no check has seen: what is not checked is not determined."""

from ..checks import inputs
from ..model.errors import GateShut
from ..store import edits


def unchecked(store):
    """What has been edited since the last check, in words; "" where nothing was that a check looks at."""
    seen = edits.seen(store, "check")
    number = 0 if seen is None else inputs.unchecked(edits.since(store, seen))
    return "有成批的改动未检查" if number is None else f"有 {number:,} 处改动未检查" if number else ""


def require_checked(store):
    """The gate of ``confirm``. Raises GateShut."""
    words = unchecked(store)
    if words:
        raise GateShut(f"{words}，检查结果已过时", "请先运行“检查”（check）：只重查与改动有关的地块")
