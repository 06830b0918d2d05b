"""Writes ``docs/手算算例.xlsx``: the cases worked out by hand from the policy texts, with the product's result beside each.

The cases are the CSV tables of ``tests/rights``; the results come from work files made of them and confirmed now.
"""

import csv
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.rights import golden_county, golden_parcels  # noqa: E402 (the product is not installed)
from wr_plugin.documents import workbook  # noqa: E402
from wr_plugin.documents.workbook import Sheet, SheetColumn  # noqa: E402
from wr_plugin.model.findings import KINDS  # noqa: E402
from wr_plugin.store.workfile import WorkFile  # noqa: E402

TARGET = Path(__file__).resolve().parent / "手算算例.xlsx"
SAME, OTHER = "相符", "不符"
BY_HAND, BY_PRODUCT = "手算结果", "软件结果"
WIDTHS = {
    "编号": 6, "政策": 8, "考察的规则": 30, "条款": 12, "对象": 12, "资料": 44, "县区填的设置": 30, "状态": 12, "原因": 14, "确权单位": 22,
    "水量（m³）": 11, "手算过程": 52, "承包方与合同面积（m²）": 22, "原文": 120, "内容": 80, "各斗口重叠（m²）": 22, "各斗口水量（m³）": 22,
    golden_parcels.CUT: 40,
}
WRAPPED = 20
"""Columns at least this wide go on in the next line of the cell."""
ABOUT = """本表怎么看|每个政策一张表，一行一个算例：先是资料和县区填的设置，再是按条款手算的过程和结果，最后是软件对同一资料核定的结果和是否相符。
数从哪里来|定额、系数、指标、面积都是为了手算方便编的，不是任何文件规定的数值；规则和条款出自各市文件，原文摘在“条款原文”表里。条款写“—”的，文件没有规定，由县区设定或只是取整、计算的规则。
共用的资料|大同、南阳、永川、朔州、张掖各表的算例在同一个县里：灌区、斗口、机井、定额、种植结构、协会、指标见“共用资料”。“张掖·地块”用“定额”表，混合地块的地表水比例取 0.65。判断日为 2026-11-22。
怎样核对|挑一行，按“手算过程”用计算器算一遍，再看“软件结果”。发现手算的数或条款不对，请告诉维护的人：改的是 tests/rights 里的表，本表由它生成，不要直接改本表。
怎样保持一致|每次修改软件都重新核定这些算例（tests/rights），有一处不符就不能发布；本表由 docs/make_golden_workbook.py 生成。"""


def table(name):
    with open(ROOT / "tests" / "rights" / "golden" / name, encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def sheets(folder):
    """The sheets; work files are made in ``folder``."""
    made = [_sheet("说明", ["项目", "内容"], [line.split("|") for line in ABOUT.splitlines()]), _parcels(folder)]
    works = golden_county.confirmed(folder)
    made += [_policy(name, works) for name in golden_county.FILES]
    return [*made, _caps(), _plain("条款原文", table("clauses.csv")), _plain("共用资料", table("material.csv")),
            _plain("定额", golden_parcels.table("golden_quota.csv"))]


def _policy(name, works):
    given, results = ("编号", "考察的规则", "条款", "对象", "资料", "县区填的设置", "手算过程"), ("状态", "原因", "确权单位", "水量（m³）")
    rows = []
    for case in (case for case in golden_county.CASES if case["政策"] == name):
        with WorkFile.open(works[name, case["县区填的设置"]], readonly=True) as store:
            rows.append(_row(case, given, results, golden_county.expected(case), golden_county.outcome(store, case)))
    document = golden_county.policy_of(name, "")[0].get("document")
    return _sheet(name, given, rows, results, f"依据：{document}")


def _parcels(folder):
    results = golden_parcels.RESULTS
    given = [name for name in golden_parcels.GOLDEN[0] if name not in results]
    with WorkFile.open(golden_parcels.confirmed(folder), readonly=True) as store:
        rows = [_row(case, given, results, case, golden_parcels.outcome(store, case)) for case in golden_parcels.GOLDEN]
    document = golden_county.policy_of("张掖", "")[0].get("document")
    return _sheet("张掖·地块", given, rows, results, f"依据：{document}；混合地块的地表水面积比例 0.65，扣减的最小重叠面积 10 m²，法定面积取合同面积")


def _caps():
    given = [name for name in golden_parcels.CAPS[0] if name != golden_parcels.CUT]
    rows = [_row(case, given, (golden_parcels.CUT,), case, {golden_parcels.CUT: golden_parcels.cut(case)})
            for case in golden_parcels.CAPS]
    return _sheet("指标核减", given, rows, (golden_parcels.CUT,), "超指标同比例核减（cap.mode: proportional），最大余数法")


def _row(case, given, results, by_hand, by_product):
    hand, product = ([_told(name, one[name]) for name in results] for one in (by_hand, by_product))
    return [*(case[name] for name in given), *hand, *product, SAME if hand == product else OTHER]


def _told(name, value):
    """A reason by its title; everything else as it stands."""
    return KINDS[value].title if name == "原因" and value in KINDS else value


def _plain(name, rows):
    return _sheet(name, list(rows[0]), [list(row.values()) for row in rows])


def _sheet(name, given, rows, results=(), note=""):
    columns = [_column(title) for title in given]
    columns += [_column(title, group) for group in ((BY_HAND, BY_PRODUCT) if results else ()) for title in results]
    columns += [_column("是否相符")] if results else []
    return Sheet(name, f"手算算例：{name}", note, columns, [list(column) for column in zip(*rows)])


def _column(title, group=""):
    width = WIDTHS.get(title, 12)
    return SheetColumn(title, width=width, group=group, wrap=width >= WRAPPED or title in ("确权单位", "原因"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        workbook.write(TARGET, sheets(temporary))
    print(TARGET.relative_to(ROOT))
