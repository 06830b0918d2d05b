"""accept (认可问题): findings that stand as they are, accepted with the reason by the level that may."""

from ..model import codes
from ..model.findings import KINDS
from ..store import acceptances
from .progress import Result

TITLE = "认可问题"
SHOWN = 200


def run(store, params, progress):
    """Accepts the findings chosen, takes acceptances back, or lists the accepted ones where nothing is chosen."""
    progress.step("认可问题")
    picked = {"fids": params["finding"], "code": params["code"] or "", "subjects": params["subject"],
              "village": params["village"] or ""}
    asked = any(picked[name] for name in ("fids", "code", "subjects"))
    if params["undo"]:
        rows = acceptances.chosen(store, **picked) if asked else acceptances.last_batch(store)
        number = acceptances.withdraw(store, rows, params["why"] or "", params["who"])
        return Result("撤销认可", {"withdrawn": number}, [("重新打开", f"{number:,} 条")], changed=bool(number))
    if not asked and not params["level"]:
        return _listed(store)
    rows = acceptances.chosen(store, **picked)
    number = acceptances.accept(store, rows, params["level"], params["why"], params["who"])
    told = f"{number:,} 条" if number else "0 条：这些问题早已认可，理由不改；要改的先撤销认可（--undo）"
    table = [("认可", told), ("级别", codes.LEVEL[params["level"]]), ("理由", params["why"])]
    return Result(TITLE, {"accepted": number}, table, changed=bool(number))


def _listed(store):
    rows = acceptances.listed(store)
    table = [(KINDS[row["code"]].title, row["subject"], row["value"] or "",
              f"{codes.LEVEL.get(row['level'], '')} {row['who'] or ''}：{row['why'] or ''}") for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        table.append(("……", f"共 {len(rows):,} 条", "", ""))
    return Result("已认可的问题", {"accepted": len(rows)}, table or [("已认可", "没有")], changed=False)
