"""Revoking certificates (注销): the record stays, marked void, with the reason in the journal."""

from ..model.errors import BadInput
from ..store import reading

SHOWN = 8
SHOWN_IN_JOURNAL = ("state", "CBFBM", "unit_kind", "unit_code", "source", "area_mu_100", "volume_m3_100")


def chosen(store, numbers, villages):
    """The valid certificates of these numbers and villages, as rows.

    Raises BadInput where neither is given, where a number is unknown or void already, or a village has had none.
    """
    if not numbers and not villages:
        raise BadInput("没有指明注销哪些水权证", "用 --number 给出证号，或用 --village 给出村代码")
    valid = {r["number"]: r for r in reading.rows(
        store, "SELECT * FROM certificate WHERE state = 'valid' ORDER BY number")}
    wrong = [n for n in numbers if n not in valid]
    if wrong:
        raise BadInput(f"没有这些有效的水权证：{'、'.join(wrong[:SHOWN])}", "核对证号；已作废的不能再注销")
    certified = {r[0] for r in reading.rows(store, "SELECT DISTINCT village_code FROM certificate")}
    unknown = [v for v in villages if v not in certified]
    if unknown:
        raise BadInput(f"这些村没有发过水权证：{'、'.join(unknown[:SHOWN])}", "核对村代码；“进度”（status）列出各村代码")
    return [r for n, r in valid.items() if n in numbers or r["village_code"] in villages]


def revoke(store, rows, why):
    """Marks certificates void; returns their journal entries. Within ``transaction``."""
    store.connection.executemany("UPDATE certificate SET state = 'void' WHERE number = ?", [(r["number"],) for r in rows])
    return [("certificate", r["number"], {c: r[c] for c in SHOWN_IN_JOURNAL}, {"state": "void"}, why) for r in rows]
