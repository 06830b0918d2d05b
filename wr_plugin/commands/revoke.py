"""The verb ``revoke``: marks certificates void, so that rights may be determined anew where they have changed."""

from ..model.amounts import m3_text
from ..model.errors import BadInput
from ..review import revoking
from ..store import journal, runs
from .progress import Result

TITLE = "注销水权证"


def run(store, params, progress):
    """Voids the certificates asked for, in one transaction. Raises BadInput for an unknown number or a missing reason."""
    started = runs.now()
    why, who = params["why"].strip(), params["who"].strip()
    if not why or not who:
        raise BadInput("没有填写注销原因或经办人", "填写原因（例如“面积更正”）与经办人姓名")
    progress.step("登记注销")
    rows = revoking.chosen(store, params["number"], params["village"])
    table = [("注销", f"{len(rows):,} 本"), ("水量合计", f"{m3_text(sum(r['volume_m3_100'] or 0 for r in rows))} m³"),
             ("原因", why), ("经办人", who)]
    if not rows:
        return Result(TITLE, {"revoked": 0}, table, changed=False)
    with store.transaction():
        kept = {"number": params["number"], "village": params["village"], "why": why, "who": who}
        run_id = runs.record(store, "revoke", started, kept, {"revoked": len(rows)},
                             input_sha256=runs.input_digest(kept, [r["number"] for r in rows]))
        journal.append(store, run_id, "revoke", revoking.revoke(store, rows, f"{why}（经办：{who}）"))
    return Result(TITLE, {"revoked": len(rows)}, table, next_step="核定水权（confirm），再公示、审核、发证")
