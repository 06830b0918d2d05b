"""The verb ``balance`` (平衡表): parcels = holders = villages = districts ≤ caps, and the candidates for 收储. Reads only."""

from pathlib import Path

from ..model import codes
from ..model.amounts import m3_text, mu_text
from ..review import gates
from ..rights import balance, reclaim
from .interrupting import interruptible
from .progress import Result

TITLE = "平衡表"


def run(store, params, progress):
    """Adds up every layer of the stored rights and says what differs; writes the workbook where ``out`` is given.

    Raises GateShut where rights are missing or outdated.
    """
    confirm = gates.current_confirm(store)
    progress.plan(68, 16, 16)
    progress.step("逐层合计")
    with interruptible(store, progress):
        found = balance.balance(store, store.policy(), progress.update)
        progress.step("收储候选")
        land, volumes = reclaim.land(store, store.policy()), reclaim.volumes(store, found.nodes)
    progress.step("写平衡表")
    outputs, demo = _written(store, confirm, found, land, volumes, params.get("out"), progress)
    counts = {"balanced": not found.wrong, "wrong": len(found.wrong),
              "over_caps": sum(bool(node.over) for node in found.nodes),
              **{f"{source}_m3_100": next(one.sums[2] for one in found.lines if one.source == source) for source in codes.SOURCE}}
    table = [("结论", "各层合计相等" if not found.wrong else f"有 {len(found.wrong)} 处不平")]
    table += [(" ".join(filter(None, (codes.SOURCE.get(one.source, ""), one.layer))), _told(one)) for one in found.lines]
    table += _candidates(land, volumes)
    if demo:
        table.append(("数据性质", "示例数据，不得用于正式发证"))
    return Result(TITLE, counts, table, outputs)


def _written(store, confirm, found, land, volumes, out, progress):
    """(files made, whether demo values are in force)."""
    from ..documents import balance_sheets, workbook
    from ..documents.county import County
    from ..documents.outputs import Staging
    from ..documents.page import DEMO_MARK

    county = County(store)
    if not out:
        return [], county.demo
    target = Path(out)
    sheets = balance_sheets.sheets(county, confirm, found, land, volumes, reclaim.KINDS)
    with Staging(target.parent) as staging:
        workbook.write(staging.path(target.name), sheets, DEMO_MARK if county.demo else "", progress.update)
        progress.check_cancelled()
        outputs = staging.publish()
        staging.keep()
    return outputs, county.demo


def _told(line):
    area, _, volume = line.sums
    told = [f"{line.count:,} 个"] + ([f"{mu_text(area)} 亩"] if area is not None else []) + [f"{m3_text(volume)} m³"]
    if line.cap_m3_100 is not None:
        reserved = f"（其中预留和林草 {m3_text(line.reserve_m3_100)} m³）" if line.reserve_m3_100 else ""
        told.append(f"指标 {m3_text(line.cap_m3_100)} m³{reserved}，结余 {m3_text(line.left_m3_100)} m³")
    return "，".join(told) + f"：{line.verdict}"


def _candidates(land, volumes):
    """Rows on the candidates for 收储, a kind and source each; wells apart, as their water is counted already."""
    rows = []
    for kind, title in reclaim.KINDS.items():
        for source, name in codes.SOURCE.items():
            mine = [one for one in land if one.kind == kind and one.source == source]
            over = [one.volume_m3_100 for one in volumes if one.kind == kind and one.source == source]
            if mine:
                volume = sum(one.volume_m3_100 or 0 for one in mine)
                rows.append((f"收储候选 {title} {name}", f"{len({one.DKBM for one in mine}):,} 块，"
                             f"{mu_text(sum(one.area_mu_100 for one in mine))} 亩，推算 {m3_text(volume)} m³（不是水权）"))
            if over:
                rows.append((f"收储候选 {title} {name}", f"{len(over):,} 处，{m3_text(sum(over))} m³"))
    return rows
