"""From Excel sheets to the ledger: a county whose water goes to associations, under 南阳's policy as it is shipped."""

from pathlib import Path

import openpyxl
import pytest

from wr_plugin.commands.running import run_verb
from wr_plugin.store import reading
from wr_plugin.store.workfile import WorkFile

POLICIES = Path(__file__).parents[2] / "resources" / "policies"


def sheet(path, title, heads, rows):
    book = openpyxl.Workbook()
    book.active.append([title])
    book.active.append(heads)
    for row in rows:
        book.active.append(row)
    book.save(path)


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """The sample package, with the sheets that associations deliver: every household in one of two, but for three."""
    out = tmp_path_factory.mktemp("associations")
    folder = Path(run_verb("sample", {"out": str(out), "parcels": 500, "seed": 3}).outputs[0])
    holders = [row[0] for row in openpyxl.load_workbook(folder / "权属数据" / "CBF.xlsx").active.iter_rows(min_row=2, values_only=True)]
    (folder / "政策.yaml").unlink()
    sheet(folder / "农民用水者协会.xlsx", "农民用水者协会名册", ("协会编号", "协会名称", "单位类别", "灌区代码", "分管面积（亩）", "负责人"),
          [("XH01", "一支渠协会", "农民用水者协会", "GQ01", 400, "张某"), ("XH02", "二支渠协会", "农民用水者协会", "GQ02", None, None)])
    sheet(folder / "协会成员.xlsx", "协会成员表", ("协会编号", "承包方编码", "姓名"),
          [(f"XH0{n % 2 + 1}", code, None) for n, code in enumerate(holders[3:])])
    sheet(folder / "种植结构.xlsx", "灌区种植结构", ("灌区代码", "水源", "作物", "灌溉方式", "种植比例"),
          [(f"GQ0{n}", source, crop, "膜下滴灌", share) for n in (1, 2, 3) for source in ("地表水", "地下水")
           for crop, share in (("制种玉米", 0.7), ("小麦", 0.3))])
    text = (POLICIES / "nanyang.yaml").read_text(encoding="utf-8")
    policy = out / "南阳某县.yaml"
    policy.write_text(text.replace("mixed_surface_share: null", "mixed_surface_share: 0.6"), encoding="utf-8")
    path = str(out / "县.gpkg")
    run_verb("import", {"package": str(folder), "work": path, "policy": str(policy)})
    run_verb("check", {"work": path})
    run_verb("confirm", {"work": path})
    return path


def test_the_associations_hold_the_water_of_their_members(work):
    with WorkFile.open(work, readonly=True) as store:
        units = reading.rows(store, "SELECT * FROM unit_right ORDER BY unit_code, source DESC")
        assert {(u["unit_kind"], u["unit_code"]) for u in units} == {("association", "XH01"), ("association", "XH02")}
        lacking = {row[0] for row in reading.rows(store, "SELECT subject FROM finding WHERE code = 'UNIT_MISSING'")}
        assert 1 <= len(lacking) <= 3, "the households that no list has, of those with land in scope"
        assert "种植结构" not in "".join(row[0] for row in reading.rows(store, "SELECT message FROM finding WHERE stage = 'import'"))
        volume = reading.one(store, "SELECT sum(volume_m3_100) FROM right_part")[0]
        assert volume == sum(u["volume_m3_100"] for u in units) > 0
    assert run_verb("verify", {"work": work}).counts["differences"] == 0
    assert run_verb("balance", {"work": work}).counts["balanced"]


def test_the_ledger_lists_them_and_explain_tells_them(work, tmp_path):
    run_verb("ledger", {"work": work, "out": str(tmp_path / "台账.xlsx")})
    book = openpyxl.load_workbook(tmp_path / "台账.xlsx")
    assert {"按确权单位", "单位成员", "取水许可用水户"} <= set(book.sheetnames)
    text = run_verb("explain", {"work": work, "subject": "XH01"}).text
    assert "一支渠协会" in text and "南阳市水权改革试点方案" in text


def test_a_missing_sheet_is_named_with_what_to_do(work, tmp_path):
    """Without the crop mix nothing can be reckoned, and the finding says which sheet."""
    copy = tmp_path / "县.gpkg"
    copy.write_bytes(Path(work).read_bytes())
    with WorkFile.open(copy) as store, store.transaction():
        store.connection.execute("DELETE FROM crop_mix")
    result = run_verb("confirm", {"work": str(copy)})
    assert result.counts["parcels"] == 0 and result.counts["states"]["no_quota"] > 0
    assert any("种植结构表中没有这个灌区、水源" in value for _, value in result.table)
