"""The verb ``report``: what the last import took from where, what was decided, and every finding. Reads only."""

from pathlib import Path

from ..documents import import_report, workbook
from ..documents.county import in_demo
from ..documents.outputs import Staging
from ..documents.page import DEMO_MARK
from ..model.errors import GateShut
from ..store import reading, runs
from .progress import Result


def run(store, params, progress):
    """Writes the workbook whole or not at all; the same work file gives the same bytes."""
    last = runs.last(store, "import")
    if last is None:
        raise GateShut("还没有导入资料包", "先做“导入资料包”（import）")
    progress.plan(55, 45)
    progress.step("整理导入记录")
    sheets = import_report.sheets(store, last)
    progress.step("写导入报告")
    target = Path(params["out"])
    with Staging(target.parent) as staging:
        workbook.write(staging.path(target.name), sheets, _mark(store), progress.update)
        progress.check_cancelled()
        outputs = staging.publish()
        staging.keep()
    table = [(sheet.name, f"{sheet.height:,} 行") for sheet in sheets]
    counts = {"findings": sheets[1].height, "files": sheets[2].height, "fields": sheets[3].height}
    return Result("导入报告", counts, table, outputs)


def _mark(store):
    """``示例数据`` where the county's policy says so; before a policy is adopted nothing can."""
    adopted = reading.one(store, "SELECT 1 FROM policy WHERE current = 1")
    return DEMO_MARK if adopted and in_demo(store, store.policy()) else ""
