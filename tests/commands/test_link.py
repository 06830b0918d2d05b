"""``link``: a township's registry without parcel codes, from the import to the right; decisions in, out and undone."""

import copy
import json
import shutil
import sqlite3
import sys
from pathlib import Path

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "intake"))
import township  # noqa: E402 (the package builder of the intake tests)

from wr_plugin.commands.running import run_verb  # noqa: E402
from wr_plugin.model.errors import BadInput, GateShut  # noqa: E402
from wr_plugin.store import journal  # noqa: E402
from wr_plugin.store.workfile import WorkFile  # noqa: E402

# the registry of the township: no codes at all. What each row is in truth: the parcel of that number, 0 for none
HOLDERS = ("张建国", "李秀英", "王志强", "刘德福", "陈玉梅", "赵永生")
ROWS = (
    ("张建国", "渠北1号", 2.4, 1), ("李秀英", "渠北2号", 2.4, 2), ("王志强", "渠北3号", 2.4, 3), ("刘德福", "渠北4号", 2.4, 4),
    ("陈玉梅", "渠北5号", 2.4, 5), ("赵永生", "渠北6号", 2.4, 6), ("张健国", "渠北7号", 2.4, 7), ("李英秀", "渠北8号", 2.4, 8),
    ("王志强", "", 2.4, 9), ("周小军", "渠北10号", 2.4, 10), ("陈玉梅", "", 3.1, 11), ("钱多多", "", 9.9, 0),
)


class County:
    """A work file that was imported; ``say`` runs ``link``."""

    def __init__(self, folder):
        self.package = township.whole(folder / "资料")
        township.ownership(self.package, HOLDERS)
        self.registry(ROWS)
        self.work = folder / "县.gpkg"
        self.bring_in()

    def moved(self, folder):
        """A copy below another folder."""
        moved = copy.copy(self)
        moved.package = copy.copy(self.package)
        moved.package.root = folder / "资料" / self.package.root.name
        shutil.copytree(self.package.root, moved.package.root)
        moved.work = folder / "县.gpkg"
        shutil.copyfile(self.work, moved.work)
        return moved

    def registry(self, rows):
        self.package.book(
            "名录/二轮延包地名录_黑河镇.xlsx", ["黑河镇二轮延包地名录"], ["序号", "村", "组", "户主姓名", "地块名称", "合同面积（亩）", "作物", "灌溉方式"],
            *[[i, "东沟村", "一组", name, parcel, area, "玉米", "滴灌"] for i, (name, parcel, area, _) in enumerate(rows, 1)],
            ["注：面积以承包合同为准。"])

    def bring_in(self):
        self.imported = run_verb("import", {"package": str(self.package.root), "work": str(self.work)})

    def say(self, **params):
        return run_verb("link", {"work": str(self.work), "who": "经办甲", **params})

    def rows(self, sql, *values):
        connection = sqlite3.connect(self.work)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(sql, values)]
        finally:
            connection.close()

    def links(self):
        """{row of ``ROWS`` from 1: (number of the parcel it is linked to or 0, decision)}."""
        return {r["source_row"] - 2: (int(r["DKBM"][-5:]) if r["DKBM"] else 0, r["decision"]) for r in self.rows(
            "SELECT r.source_row, l.DKBM, l.decision FROM registry_link l JOIN registry r ON r.fid = l.registry_fid")}

    def fid(self, number):
        return self.rows("SELECT fid FROM registry WHERE source_row = ?", number + 2)[0]["fid"]

    def findings(self, code):
        return {r["subject"]: r["message"] for r in self.rows("SELECT subject, message FROM finding WHERE code = ?", code)}


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    return County(tmp_path_factory.mktemp("imported"))


@pytest.fixture
def county(imported, tmp_path):
    return imported.moved(tmp_path)



def test_an_import_without_parcel_codes_links_what_is_sure(county):
    assert county.rows("SELECT count(*) AS n FROM registry WHERE DKBM IS NULL") == [{"n": 12}]
    links = county.links()
    truth = {number: parcel for number, (_, _, _, parcel) in enumerate(ROWS, 1)}
    sure = {number for number, (_, decision) in links.items() if decision == "sure"}
    assert {number: links[number][0] for number in sure} == {number: truth[number] for number in sure}
    assert sure >= {1, 2, 3, 4, 5, 6, 7, 8}
    assert links[10] == (10, "review")
    assert links[12] == (0, "none")
    assert "待确认" in str(county.imported.table) and "link" in county.imported.next_step


def test_the_standing_says_to_link_first(county):
    waiting = sum(decision == "review" for _, decision in county.links().values())
    told = run_verb("status", {"work": str(county.work)}).next_step
    assert told.startswith(f"先匹配名录（link）：{waiting} 行待人确认") and told.endswith("做“检查”（check）")
    while listed := county.rows("SELECT DISTINCT registry_fid AS f FROM registry_link WHERE decision = 'review'"):
        county.say(reject=[str(row["f"]) for row in listed])  # of a row with several candidates the next one waits
    assert run_verb("status", {"work": str(county.work)}).next_step == "做“检查”（check）"


def test_check_tells_what_waits_and_what_has_no_parcel(county):
    run_verb("check", {"work": str(county.work)})
    tenth = township.parcel_code(10)
    assert "周小军" in county.findings("REGISTRY_REVIEW")[tenth]
    assert "周小军" in county.findings("OUTSIDE_REGISTRY")[tenth] and "待确认" in county.findings("OUTSIDE_REGISTRY")[tenth]
    assert not {township.parcel_code(n) for n in range(1, 9)} & set(county.findings("OUTSIDE_REGISTRY"))
    assert [s for s in county.findings("REGISTRY_UNMATCHED") if "钱多多" in s]
    inside = county.rows("SELECT p.DKBM FROM parcel p JOIN parcel_site s ON s.parcel_fid = p.fid WHERE s.registry_fid IS NOT NULL")
    assert {township.parcel_code(n) for n in range(1, 9)} <= {r["DKBM"] for r in inside}
    assert tenth not in {r["DKBM"] for r in inside}


def test_the_crop_of_a_linked_row_reaches_the_parcel_and_its_explanation(county):
    run_verb("check", {"work": str(county.work)})
    run_verb("confirm", {"work": str(county.work)})
    states = {r["DKBM"]: r for r in county.rows(
        "SELECT p.DKBM, r.state, r.reason, r.crop FROM parcel_right r JOIN parcel p ON p.fid = r.parcel_fid")}
    assert states[township.parcel_code(10)]["state"] == "outside_registry"
    assert states[township.parcel_code(1)]["state"] != "outside_registry"
    crops = county.rows("SELECT DISTINCT reason FROM parcel_right WHERE reason IN ('CROP_MISSING', 'METHOD_MISSING')")
    assert not crops
    told = run_verb("explain", {"work": str(county.work), "subject": township.parcel_code(1)})
    assert "张建国" in told.text and "在二轮延包地名录内" in told.text and "警告" not in told.text


def test_accepting_rejecting_and_undoing(county):
    before = county.links()
    tenth = county.fid(10)
    done = county.say(accept=[str(tenth)], reject=[str(county.fid(11))] if before[11][0] else [])
    assert done.changed and county.links()[10] == (10, "accepted")
    if before[11][0]:
        assert county.links()[11][0] != before[11][0] and county.links()[11][1] in ("review", "rejected", "none")
    assert not county.say(accept=[str(tenth)]).changed
    run_verb("check", {"work": str(county.work)})
    assert township.parcel_code(10) not in county.findings("OUTSIDE_REGISTRY")
    undone = county.say(undo=True)
    assert undone.changed and county.links() == before
    with pytest.raises(BadInput, match="没有可以撤销"):
        county.say(undo=True)
    entries = county.rows("SELECT * FROM journal WHERE verb = 'link' ORDER BY seq")
    assert {e["subject_table"] for e in entries} == {"registry_decision"}
    assert json.loads(entries[0]["after"])["who"] == "经办甲" and entries[-1]["after"] is None
    with WorkFile.open(str(county.work), readonly=True) as store:
        assert journal.verify(store) == []


def test_batches_are_undone_one_after_the_other(county):
    before = county.links()
    county.say(accept=[str(county.fid(10))])
    between = county.links()
    county.say(reject=[str(county.fid(10))])
    assert county.links()[10][1] != "accepted"
    county.say(undo=True)
    assert county.links() == between
    county.say(undo=True)
    assert county.links() == before


def test_the_sheet_goes_out_and_comes_back(county, tmp_path):
    sheet = tmp_path / "待确认.xlsx"
    county.say(out=str(sheet))
    book = openpyxl.load_workbook(sheet)
    page = book.active
    titles = {page.cell(4, c).value or page.cell(3, c).value: c for c in range(1, page.max_column + 1)}
    names = {page.cell(r, 4).value: r for r in range(6, page.max_row + 1)}
    assert "周小军" in names and "张建国" not in names
    assert page.cell(names["周小军"], titles["理由"]).value
    page.cell(names["周小军"], titles["决定"]).value = "是"
    book.save(sheet)
    # a newer package in between: the numbers of the rows are others, the sheet still means the same row
    county.registry((("孙新来", "渠北12号", 2.4, 12), *ROWS))
    county.bring_in()
    done = county.say(decisions=str(sheet))
    assert ("登记的决定", "1 条") in done.table
    assert county.links()[11] == (10, "accepted")


def test_of_several_candidates_the_clerk_takes_the_second(county, tmp_path):
    """3.10 亩 stand for neither of the household's parcels, so both are offered: 渠北11号, and 渠北5号 that row 5 has."""
    before, sheet = county.links(), tmp_path / "待确认.xlsx"
    told = county.say(out=str(sheet))
    assert told.counts["listed"] == 2 and told.counts["candidates"] == 3
    book = openpyxl.load_workbook(sheet)
    page = book.active
    titles = [page.cell(4, c).value or page.cell(3, c).value for c in range(1, page.max_column + 1)]
    lines = [r for r in range(6, page.max_row + 1) if page.cell(r, 4).value == "陈玉梅"]
    codes = [page.cell(r, [c for c, t in enumerate(titles, 1) if t == "地块编码"][1]).value for r in lines]
    assert codes == [township.parcel_code(11), township.parcel_code(5)]
    assert [page.cell(r, titles.index("候选") + 1).value for r in lines] == [1, 2]
    page.cell(lines[1], titles.index("决定") + 1).value = "是"
    book.save(sheet)
    county.say(decisions=str(sheet))
    assert county.links()[11] == (5, "accepted")
    assert county.links()[5][0] != 5
    county.bring_in()
    assert county.links()[11] == (5, "accepted")
    county.say(undo=True)
    assert county.links() == before


def test_a_refused_candidate_makes_way_for_the_next(county):
    eleventh = county.fid(11)
    county.say(reject=[str(eleventh)])
    assert county.links()[11] == (5, "review")
    county.say(reject=[f"{eleventh}={township.parcel_code(5)}"])
    assert county.links()[11] == (0, "rejected")
    assert not county.rows("SELECT * FROM registry_candidate WHERE registry_fid = ?", eleventh)


def test_a_work_file_without_candidates_gets_them_when_they_are_asked_for(county):
    """As one that an earlier version has linked."""
    stored = county.rows("SELECT registry_fid, rank, DKBM FROM registry_candidate ORDER BY registry_fid, rank")
    connection = sqlite3.connect(county.work)
    with connection:
        connection.execute("DELETE FROM registry_candidate")
    connection.close()
    assert county.say().counts["candidates"] == len(stored) == 3
    assert county.rows("SELECT registry_fid, rank, DKBM FROM registry_candidate ORDER BY registry_fid, rank") == stored


def test_a_row_that_was_edited_in_qgis_since_is_decided_as_it_is_now(county):
    connection = sqlite3.connect(county.work)
    with connection:
        connection.execute("UPDATE registry SET holder_name = '周晓军' WHERE fid = ?", (county.fid(10),))
    connection.close()
    county.say(accept=[str(county.fid(10))])
    assert county.links()[10] == (10, "accepted")
    assert "周晓军" in county.rows("SELECT registry_key FROM registry_decision")[0]["registry_key"]


def test_decisions_hold_at_the_next_import(county):
    county.say(accept=[str(county.fid(10))])
    county.registry((("孙新来", "渠北12号", 2.4, 12), *ROWS))
    county.bring_in()
    assert county.links()[11] == (10, "accepted")
    who = county.rows("SELECT who, decided_at FROM registry_link WHERE decision = 'accepted'")
    assert who[0]["who"] == "经办甲" and who[0]["decided_at"]


def test_another_parcel_than_the_listed_one(county):
    last = county.fid(12)
    county.say(accept=[f"{last}={township.parcel_code(12)}"])
    assert county.links()[12] == (12, "accepted")


@pytest.mark.parametrize("params, told", [
    ({"accept": ["9999"]}, "不在待匹配之列"), ({"accept": ["甲"]}, "不是名录序号"), ({"accept": ["{12}"]}, "没有可能的地块"),
    ({"accept": ["{12}=6207991002010199999"]}, "图上没有"), ({"accept": ["{10}"], "undo": True}, "撤销不能与新的决定一起"),
    ({"accept": ["{10}", "{10}={parcel}"]}, "确认了两个地块"), ({"accept": ["{11}={tenth}", "{10}={tenth}"]}, "已与另一名录行匹配"),
])
def test_what_cannot_be_decided_changes_nothing(county, params, told):
    before = county.links()
    words = {"{12}": str(county.fid(12)), "{11}": str(county.fid(11)), "{10}": str(county.fid(10)),
             "{parcel}": township.parcel_code(11), "{tenth}": township.parcel_code(10)}
    given = {}
    for name, value in params.items():
        if isinstance(value, list):
            for word, text in words.items():
                value = [v.replace(word, text) for v in value]
        given[name] = value
    with pytest.raises(BadInput, match=told):
        county.say(**given)
    assert county.links() == before and not county.rows("SELECT * FROM registry_decision")


def test_a_wrong_word_in_the_sheet_is_refused_by_its_row(county, tmp_path):
    sheet = tmp_path / "待确认.xlsx"
    county.say(out=str(sheet))
    book = openpyxl.load_workbook(sheet)
    page = book.active
    column = next(c for c in range(1, page.max_column + 1) if page.cell(3, c).value == "决定")
    page.cell(6, column).value = "也许"
    book.save(sheet)
    with pytest.raises(BadInput, match="也许") as refused:
        county.say(decisions=str(sheet))
    assert "第 6 行" in refused.value.where
    other = tmp_path / "别的.xlsx"
    openpyxl.Workbook().save(other)
    with pytest.raises(BadInput):
        county.say(decisions=str(other))


def test_after_a_decision_check_and_confirm_must_be_run_again(county):
    run_verb("check", {"work": str(county.work)})
    county.say(accept=[str(county.fid(10))])
    with pytest.raises(GateShut, match="名录匹配"):
        run_verb("confirm", {"work": str(county.work)})
    status = run_verb("status", {"work": str(county.work)})
    assert "检查" in status.next_step and "重新" in status.next_step
    run_verb("check", {"work": str(county.work)})
    run_verb("confirm", {"work": str(county.work)})
    assert not run_verb("check", {"work": str(county.work)}).changed
    # what was decided and undone leaves the same data, and yet the way to the confirmation stays open
    county.say(reject=[str(county.fid(11))])
    county.say(undo=True)
    run_verb("check", {"work": str(county.work)})
    run_verb("confirm", {"work": str(county.work)})


def test_a_row_whose_code_is_written_in_qgis_needs_no_link(county):
    connection = sqlite3.connect(county.work)
    with connection:
        connection.execute("UPDATE registry SET DKBM = ? WHERE fid = ?", (township.parcel_code(10), county.fid(10)))
    connection.close()
    run_verb("check", {"work": str(county.work)})
    assert 10 not in county.links()
    assert township.parcel_code(10) not in county.findings("OUTSIDE_REGISTRY")


def test_a_registry_with_neither_codes_nor_areas_is_refused(county):
    county.package.book("名录/二轮延包地名录_黑河镇.xlsx", ["序号", "村", "户主姓名"], [1, "东沟村", "张建国"])
    with pytest.raises(BadInput, match="承包方编码（CBFBM）和合同面积"):
        county.bring_in()
