"""A sixth county writes its policy as docs/policies.md shows, without code, and confirms a village with it."""

import re
from pathlib import Path

import pandas as pd
import pytest

from tests import village
from wr_plugin.commands.running import run_verb
from wr_plugin.intake.policy_file import read_policy
from wr_plugin.model.errors import BadInput
from wr_plugin.rights import explain
from wr_plugin.store import frames, reading
from wr_plugin.store.workfile import WorkFile

ROOT = Path(__file__).parents[2]
CHANGES = {
    "name: 大同市桑干河流域初始水权确权": "name: 第六县初始水权确权",
    "overdraft: not_confirmed": "overdraft: report",
    "district_required: true": "district_required: false",
    "mixed_mode: share": "mixed_mode: round",
    "surface_rounds: null": "surface_rounds: 3",
    "ground_rounds: null": "ground_rounds: 1",
}
RULES = """  rules:
    - {source: [ground], unit: permit}
    - {source: [surface], metering: [group], unit: village}
    - {source: [surface], metering: [outlet], unit: outlet}
"""


@pytest.fixture
def sixth(tmp_path):
    """The sixth policy as a file: a copy of a sample with a few lines changed, as staff would."""
    text = (ROOT / "resources/policies/datong.yaml").read_text(encoding="utf-8")
    for old, new in CHANGES.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    text = re.sub(r"  rules:\n(    - .*\n)+", RULES, text)
    path = tmp_path / "第六县政策.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def metered(store):
    frames.replace(store, "outlet", pd.DataFrame({
        "outlet_code": ["DK01", "DK02"], "outlet_name": ["一号斗口", "二号斗口"], "district_code": ["GQ01", "GQ02"],
        "metering": ["outlet", "group"]}), frames.read_geometry(store, "outlet")[1])


def test_the_sixth_county_confirms_by_its_own_rules(sixth, tmp_path):
    work = village.make_village(tmp_path / "村.gpkg", before_commit=metered)
    run_verb("check", {"work": str(work), "policy": str(sixth)})
    result = run_verb("confirm", {"work": str(work)})
    with WorkFile.open(work, readonly=True) as store:
        kinds = {(r["unit_kind"], r["unit_code"]) for r in reading.rows(store, "SELECT * FROM unit_right")}
        for code in village.CODES.values():
            for told in explain.explain_parcels(store, code):
                assert told.consistent, told.differences
        mixed = explain.explain_parcel(store, village.CODES["mixed"]).text()
    assert kinds == {("outlet", "DK01"), ("village", village.VILLAGE), ("permit", "取水（示例）第11号"),
                     ("permit", "取水（示例）第12号")}
    # 9.00 亩 × 3/4 = 6.75 → 6.75 × 400 ÷ 0.54 = 5,000 m³; 2.25 × 380 ÷ 0.855 = 1,000 m³
    assert "地表水 3 轮，共 4 轮" in mixed and "5,000 m³" in mixed and "1,000 m³" in mixed
    assert result.counts["states"]["right"] > 0 and "第六县初始水权确权" in mixed


@pytest.mark.parametrize(("old", "new", "told"), [
    ("unit: permit}", "unit: 许可证}", "确权单位的分类规定"),
    ("overdraft: report", "overdraft: maybe", "超采区的地下水"),
    ("  surface_rounds: 3\n", "", "地表水轮次"),
])
def test_a_mistake_is_told_with_its_line(sixth, old, new, told):
    text = sixth.read_text(encoding="utf-8")
    assert old in text
    sixth.write_text(text.replace(old, new), encoding="utf-8")
    if not new:
        assert read_policy(sixth)[0].mixed_surface is None, "an absent setting has its stated meaning: nothing decided"
        return
    with pytest.raises(BadInput, match=r"第 \d+ 行") as found:
        read_policy(sixth)
    assert told in str(found.value)


def test_the_page_shows_the_rules_of_the_shipped_sample():
    page = (ROOT / "docs/policies.md").read_text(encoding="utf-8")
    sample = (ROOT / "resources/policies/datong.yaml").read_text(encoding="utf-8")
    rules = re.search(r"  rules:\n(    - .*\n)+", sample).group()
    assert rules in page
