"""The workbook of cases worked out by hand is what the tables and the product say now, and they agree."""

import importlib.util
from pathlib import Path

import openpyxl
import pytest

from tests.rights import golden_county, golden_parcels

DOCS = Path(__file__).resolve().parents[2] / "docs"
HEAD_ROWS = 5


@pytest.fixture(scope="module")
def sheets(tmp_path_factory):
    spec = importlib.util.spec_from_file_location("make_golden_workbook", DOCS / "make_golden_workbook.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.sheets(tmp_path_factory.mktemp("golden"))


def test_the_workbook_is_current(sheets):
    book = openpyxl.load_workbook(DOCS / "手算算例.xlsx", read_only=True)
    assert book.sheetnames == [sheet.name for sheet in sheets]
    for sheet in sheets:
        kept = [[cell or "" for cell in row] for row in book[sheet.name].iter_rows(min_row=HEAD_ROWS + 1, values_only=True)]
        wide = len(sheet.columns)
        assert [row + [""] * (wide - len(row)) for row in kept] == [list(row) for row in zip(*sheet.data)], (
            f"{sheet.name}: run docs/make_golden_workbook.py")


def test_every_case_agrees_with_the_product(sheets):
    for sheet in sheets:
        if sheet.columns[-1].title == "是否相符":
            assert set(sheet.data[-1]) == {"相符"}, sheet.name


def test_each_policy_has_fifteen_cases_and_its_clauses_are_quoted():
    quoted = {(row["政策"], row["条款"]) for row in golden_county.table("clauses.csv")}
    cited = {(row["政策"], row["条款"]) for row in golden_county.CASES}
    cited |= {("张掖", row["条款"]) for row in golden_parcels.GOLDEN}
    assert {pair for pair in cited if pair[1] != "—"} == quoted
    for name in golden_county.FILES:
        assert sum(case["政策"] == name for case in golden_county.CASES) >= 15
