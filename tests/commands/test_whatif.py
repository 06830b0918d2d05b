"""The verb whatif: what it shows, that it stores nothing, and that adopting equals confirming with changed files."""

import shutil
from pathlib import Path

import openpyxl
import pytest
import yaml

from tests import village
from wr_plugin.commands import whatif as verb
from wr_plugin.commands.running import run_verb
from wr_plugin.intake import policy_file
from wr_plugin.model.errors import BadInput, GateShut
from wr_plugin.store import journal, reading
from wr_plugin.store.workfile import WorkFile

PLAIN = ("parcel_right", "right_part", "holder_right", "cap_result", "quota", "cap")


@pytest.fixture(scope="module")
def confirmed(tmp_path_factory):
    path = village.make_village(tmp_path_factory.mktemp("whatif") / "v.gpkg")
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    return path


@pytest.fixture
def work(confirmed, tmp_path):
    return shutil.copy(confirmed, tmp_path / "v.gpkg")


def whatif(work, *texts, **params):
    return run_verb("whatif", {"work": str(work), "lever": list(texts), **params})


def dump(work):
    with WorkFile.open(work, readonly=True) as store:
        return list(store.connection.iterdump())


def results(work):
    """What the rights are, without the numbers of runs and the names of files."""
    with WorkFile.open(work, readonly=True) as store:
        return {table: [{k: row[k] for k in row.keys() if k not in ("run_id", "source_file", "source_row")}
                        for row in reading.rows(store, f"SELECT * FROM {table}")] for table in PLAIN}


def test_a_trial_shows_the_change_and_stores_nothing(work, tmp_path):
    """Maize from surface water in GQ01 at 380 instead of 400 m³/亩, ÷ 0.54: twice 9.00 亩 6,667 → 6,333; 6.30 亩 4,667 →
    4,433; 6.00 亩 4,444 → 4,222; 3.00 亩 2,222 → 2,111; 7.50 亩 5,556 → 5,278: together −1,513. Wheat in GQ02 stays."""
    before = dump(work)
    result = whatif(work, "定额:玉米/GQ01=-5%", out=str(tmp_path / "试算.xlsx"))
    assert dump(work) == before
    told = dict(row for row in result.table if row[0].startswith(("试算", "全部", "西灌区")))
    assert told["试算"] == "定额:玉米/GQ01=-5%"
    assert told["全部地表水"].startswith("36,223 → 34,710 m³（-1,513，")
    assert told["西灌区地表水"] == "6,000 → 6,000 m³（0，+0.0 %）"
    assert result.counts["holders_less"] == 4 and result.counts["holders_more"] == 0
    assert any(label == "减少最多" and "示例村 张三 地表水：18,890 → 17,944 m³（-946，-5.0 %）" in text
               for label, text in result.table)
    book = openpyxl.load_workbook(tmp_path / "试算.xlsx")
    assert book.sheetnames == ["合计", "户", "地块"] and "示例数据" in book["合计"]["A1"].value
    people = [[cell.value for cell in row] for row in book["户"].iter_rows(min_row=6)]
    assert people[0][1:] == ["示例村", village.HOLDERS["张三"], "张三", "地表水", 18890, 17944, -946]


def test_one_village_alone(work):
    whole, one = whatif(work, "地表水比例=0"), whatif(work, "地表水比例=0", village=village.VILLAGE)
    assert one.counts == whole.counts
    with pytest.raises(BadInput, match="没有代码"):
        whatif(work, "地表水比例=0", village="620799101009")
    with pytest.raises(BadInput, match="全县"):
        whatif(work, "地表水比例=0", village=village.VILLAGE, adopt=True)


def test_adopting_equals_confirming_with_the_changed_files(work, tmp_path):
    other = Path(shutil.copy(work, tmp_path / "other.gpkg"))
    shown = whatif(work, "定额:玉米/GQ01=-5%", "地表水比例=0.5", "指标:GQ01/地表水=20000", "超指标=proportional", adopt=True)
    mapping = village.village_policy(**{"cap.mode": "proportional", "sources.mixed_surface_share": 0.5})[1]
    (tmp_path / "p.yaml").write_text(yaml.safe_dump(mapping, allow_unicode=True), encoding="utf-8")
    with WorkFile.open(other) as store, store.transaction():
        store.connection.execute("UPDATE quota SET quota_m3_mu_100 = quota_m3_mu_100 * 95 / 100"
                                 " WHERE crop = '玉米' AND district_code = 'GQ01'")
        store.connection.execute("UPDATE cap SET cap_m3_100 = 2000000 WHERE cap_code = 'GQ01' AND source = 'surface'")
    run_verb("confirm", {"work": str(other), "policy": str(tmp_path / "p.yaml")})
    assert results(work) == results(other)
    with WorkFile.open(work, readonly=True) as store:
        assert journal.verify(store) == []
        entries = reading.rows(store, "SELECT * FROM journal WHERE verb = 'whatif' ORDER BY seq")
        assert [row["subject_table"] for row in entries] == ["policy", "quota", "quota", "cap"]
        assert all(row["why"].startswith("采用试算：定额:玉米/GQ01=-5%；混合地块地表水面积比例：0.7 → 0.5") for row in entries)
        assert "采用试算" in reading.one(store, "SELECT why FROM journal WHERE verb = 'confirm' ORDER BY seq DESC")["why"]
        total = reading.one(store, "SELECT sum(volume_m3_100) AS v FROM holder_right WHERE source = 'surface'")["v"]
    assert shown.counts["surface_m3_100_after"] == total
    assert not run_verb("confirm", {"work": str(work)}).changed


def test_another_legal_area_is_adopted_but_must_be_checked_again(work):
    result = whatif(work, "法定面积=SCMJ", adopt=True)
    assert "须重新检查" in result.title
    with pytest.raises(GateShut, match="法定面积"):
        run_verb("confirm", {"work": str(work)})
    run_verb("check", {"work": str(work)})
    confirmed = run_verb("confirm", {"work": str(work)})
    assert confirmed.counts["surface_m3_100"] == result.counts["surface_m3_100_after"]


@pytest.mark.parametrize("texts", [["斗口最小占比=0.99"], ["扣减=不扣", "扣减起点=0"], ["地块类别=承包地块、自留地"], ["除外用途=无"],
                                   ["确权单位=村集体", "水量取整=0.01"], ["优先按=作物", "优先序=小麦>玉米", "超指标=priority", "指标:*=-60%"]])
def test_what_was_shown_is_what_adopting_checking_and_confirming_gives(work, texts):
    result = whatif(work, *texts, adopt=True)
    if "须重新检查" in result.title:
        run_verb("check", {"work": str(work)})
        run_verb("confirm", {"work": str(work)})
    with WorkFile.open(work, readonly=True) as store:
        stored = {row[0]: row[1] for row in reading.rows(store, "SELECT source, sum(volume_m3_100) FROM unit_right GROUP BY source")}
        assert journal.verify(store) == []
    assert {source: stored.get(source, 0) for source in ("surface", "ground")} == {
        source: result.counts[f"{source}_m3_100_after"] for source in ("surface", "ground")}


def test_parcels_across_outlets_put_to_one_outlet(work):
    """From split to larger no check is needed to see it; the other way round the check has to look again, and says so."""
    with pytest.raises(BadInput, match="只在政策规定分开时才留下") as caught:
        whatif(work, "跨斗口=按重叠面积分开")
    assert "副本上检查" in caught.value.remedy


def test_what_was_not_seen_is_not_adopted(work, monkeypatch):
    """Others edit a quota row after the trial, or while it is being adopted: nothing is stored, and their edit stays."""
    def edit(*_):
        with WorkFile.open(work) as store, store.transaction():
            store.connection.execute("UPDATE quota SET quota_m3_mu_100 = quota_m3_mu_100 + 1000 WHERE fid = 1")

    seen = dict(whatif(work, "定额:玉米=-5%").table)["试算编号"]
    edit()
    before = dump(work)
    with pytest.raises(GateShut, match="试算之后工作文件有改动"):
        whatif(work, "定额:玉米=-5%", adopt=True, seen=seen)
    base_of = verb.base_of
    monkeypatch.setattr(verb, "base_of", lambda *given, **named: (base_of(*given, **named), edit())[0])
    with pytest.raises(GateShut, match="试算之后工作文件有改动"):
        whatif(work, "定额:玉米=-5%", adopt=True)
    monkeypatch.undo()
    with WorkFile.open(work, readonly=True) as store:
        assert reading.one(store, "SELECT count(*) FROM run WHERE verb = 'whatif'")[0] == 0
    assert dump(work) != before
    seen = dict(whatif(work, "定额:玉米=-5%").table)["试算编号"]
    assert whatif(work, "定额:玉米=-5%", adopt=True, seen=seen).title == "试算已采用"


def test_units_and_other_users_are_told_and_written(work, tmp_path):
    result = whatif(work, "确权单位=village", out=str(tmp_path / "t.xlsx"))
    assert any(label == "确权单位：村集体" for label, _ in result.table)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames[:2] == ["合计", "确权单位"]
    assert [cell.value for cell in book["确权单位"][6]][:4] == ["村集体", "620799101001", "示例村", "地表水"]


def test_a_certificate_in_force_is_not_contradicted(work):
    with WorkFile.open(work) as store, store.transaction():
        store.connection.execute(
            "INSERT INTO certificate (number, CBFBM, holder_name, source, area_mu_100, volume_m3_100, state)"
            " SELECT 'A' || right_id, CBFBM, holder_name, source, area_mu_100, volume_m3_100, 'valid' FROM holder_right")
    before = dump(work)
    with pytest.raises(GateShut, match="有效的水权证"):
        whatif(work, "定额:玉米=-5%", adopt=True)
    assert dump(work) == before


def test_without_a_check_or_a_lever(tmp_path, work):
    with pytest.raises(GateShut, match="尚未检查"):
        whatif(village.make_village(tmp_path / "new.gpkg"), "地表水比例=0.5")
    with pytest.raises(BadInput, match="缺少参数"):
        whatif(work)


def test_a_result_that_is_not_todays_is_said(work):
    with WorkFile.open(work) as store, store.transaction():
        store.connection.execute("UPDATE quota SET quota_m3_mu_100 = 50000 WHERE crop = '小麦'")
    assert any(label == "注意" and "核定之后资料有改动" in text for label, text in whatif(work, "定额:玉米=-5%").table)




def test_a_changed_policy_keeps_its_comments(tmp_path):
    path = tmp_path / "p.yaml"
    mapping = village.village_policy()[1]
    text = yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False).replace(
        "  mixed_surface_share: 0.7", "  mixed_surface_share: 0.7   # 由县区填")
    path.write_text(text, encoding="utf-8")
    policy, plain = policy_file.read_policy(path)
    made, changed = policy_file.with_settings(policy, plain, {"sources.mixed_surface_share": 0.5, "cap.mode": "proportional"},
                                              "采用试算")
    assert made.text == "# 采用试算\n" + text.replace("share: 0.7   #", "share: 0.5   #").replace(
        "mode: report", 'mode: "proportional"')
    path.write_text(made.text, encoding="utf-8")
    again, mapping_again = policy_file.read_policy(path)
    assert (again.values, again.sha256, mapping_again) == (made.values, made.sha256, changed)


def test_a_policy_written_in_one_line_is_written_anew(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(yaml.safe_dump(village.village_policy()[1], allow_unicode=True, default_flow_style=True), encoding="utf-8")
    policy, plain = policy_file.read_policy(path)
    made, _ = policy_file.with_settings(policy, plain, {"cap.mode": "proportional"}, "采用试算")
    path.write_text(made.text, encoding="utf-8")
    assert policy_file.read_policy(path)[0].get("cap.mode") == "proportional"
