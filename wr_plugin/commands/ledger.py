"""The verb ``ledger``: the county's ledger as an Excel workbook. Reads only."""

from pathlib import Path

from ..documents import ledger, workbook
from ..documents.county import County
from ..documents.outputs import Staging
from ..documents.page import DEMO_MARK
from ..model.amounts import m3_text, mu_text
from ..review import gates
from .progress import Result

TITLE = "台账"


def run(store, params, progress):
    """Writes the workbook whole or not at all; the same work file gives the same bytes.

    Raises GateShut where rights are missing or outdated.
    """
    confirm = gates.current_confirm(store)
    target = Path(params["out"])
    progress.plan(35, 65)
    progress.step("读取核定结果")
    county = County(store)
    sheets = ledger.sheets(county, confirm)
    progress.step("写台账")
    with Staging(target.parent) as staging:
        workbook.write(staging.path(target.name), sheets, DEMO_MARK if county.demo else "", progress.update)
        progress.check_cancelled()
        outputs = staging.publish()
        staging.keep()
    holders, parcels, villages = sheets[0], sheets[1], sheets[2]
    counts = {"rights": holders.height, "parcels": len(set(parcels.data[4])), "villages": villages.height,
              "area_mu_100": holders.totals[9], "volume_m3_100": holders.totals[11]}
    table = [("按户", f"{holders.height:,} 行"), ("按地块", f"{parcels.height:,} 行"), ("按村汇总", f"{villages.height:,} 行"),
             ("确权面积", f"{mu_text(counts['area_mu_100'])} 亩"), ("核定水量", f"{m3_text(counts['volume_m3_100'])} m³")]
    if county.demo:
        table.append(("数据性质", "示例数据，标题与每页页眉已标明"))
    return Result(TITLE, counts, table, outputs)
