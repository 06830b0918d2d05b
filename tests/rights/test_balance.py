"""The balance: every layer agrees, one changed number is said where it stands, and what is a candidate for 收储."""

import shutil

import pytest
from openpyxl import load_workbook

from tests.rights import small_county as county
from tests.rights.test_cap_tree import NOTHING, VILLAGES, settings_of, six_parcels, treed
from wr_plugin.commands import confirm
from wr_plugin.commands.progress import Progress
from wr_plugin.commands.running import run_verb
from wr_plugin.rights import balance, reclaim
from wr_plugin.store.workfile import WorkFile


def confirmed(path, inputs, changes):
    county.store_county(path, inputs, changes)
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
    return path


@pytest.fixture(scope="module")
def balanced(tmp_path_factory):
    """A county with villages below its districts, cut to its caps. Do not write to it."""
    return confirmed(tmp_path_factory.mktemp("b") / "c.gpkg", treed(0), settings_of("villages", "proportional"))


@pytest.fixture
def work(balanced, tmp_path):
    return shutil.copy(balanced, tmp_path / "c.gpkg")


def found(work, *changes):
    with WorkFile.open(work) as store:
        with store.transaction():
            for sql in changes:
                assert store.connection.execute(sql).rowcount > 0, sql
        return balance.balance(store, store.policy())


@pytest.mark.parametrize("tree", ["villages", "canals", "towns"])
@pytest.mark.parametrize("mode", ["report", "proportional", "priority"])
def test_every_county_balances(tmp_path, tree, mode):
    made = found(confirmed(tmp_path / "c.gpkg", treed(11), settings_of(tree, mode)))
    assert not made.wrong
    for source in county.SOURCES:
        lines = {one.layer: one for one in made.lines if one.source == source}
        assert {one.sums[2] for one in lines.values()} == {lines["户"].sums[2]} and lines["户"].sums[2] > 0
        assert lines["县及各级指标"].left_m3_100 is not None
    if mode == "report":
        root = {node.row["source"]: node.row for node in made.nodes if node.depth == 0}
        over = {source: sum(node.over_m3_100 for node in made.nodes if node.row["source"] == source) for source in root}
        assert all(over[source] == row["demand_m3_100"] - row["limit_m3_100"] for source, row in root.items())
    else:
        assert all(node.left_m3_100 is None or node.left_m3_100 >= 0 for node in made.nodes)


def test_other_users_stand_beside_and_all_together_under_the_level_above(tmp_path):
    """20,000 m³ of a permit holder and what the parcels have, against a total of 30,000 m³ and 15,000 m³ of ground water."""
    path = confirmed(tmp_path / "c.gpkg", six_parcels(), {"cap.mode": "report", "cap.total_m3": 30_000, "cap.ground_m3": 15_000})
    made = found(path, "INSERT INTO user_right (user_id, user_kind, user_code, source, volume_m3_100, state) "
                       "VALUES ('permit-1-ground', 'permit', '1', 'ground', 2000000, 'right')")
    lines = {(one.source, one.layer): one for one in made.lines}
    assert not made.wrong and lines["ground", "其他用水户"].sums[2] == 2_000_000
    assert lines["ground", "全部用水户（上级总量）"].verdict == "超过上级总量 5,000 m³"
    assert lines["", "全部用水户（上级总量）"].left_m3_100 == 3_000_000 - 6 * 360_000 - 2_000_000


@pytest.mark.parametrize("sql, layer, told", [
    ("UPDATE right_part SET volume_m3_100 = volume_m3_100 + 100 WHERE part_id = (SELECT min(part_id) FROM right_part)", "户", "户 6207"),
    ("UPDATE parcel_right SET volume_m3_100 = volume_m3_100 - 100 WHERE parcel_fid = (SELECT parcel_fid FROM right_part "
     "WHERE part_id = (SELECT min(part_id) FROM right_part))", "地块", "地块 6207"),
    ("UPDATE holder_right SET area_mu_100 = area_mu_100 + 1 WHERE right_id = (SELECT min(right_id) FROM holder_right)",
     "村（按地块）", "户水权合计确权面积"),
    ("UPDATE holder_right SET village_code = '620799999999' WHERE right_id = (SELECT min(right_id) FROM holder_right)", None, ""),
    ("UPDATE cap_result SET volume_m3_100 = volume_m3_100 + 100 WHERE cap_level = 'district' AND source = 'surface'",
     "灌区", "灌区 GQ01 核定水量"),
    ("UPDATE cap_result SET demand_m3_100 = demand_m3_100 + 100 WHERE cap_level = 'village'", "县及各级指标", "下级合计"),
    ("UPDATE cap_result SET volume_m3_100 = volume_m3_100 + 100 WHERE cap_level = 'county'", "县及各级指标", "相差 1 m³"),
])
def test_one_changed_number_is_said(work, sql, layer, told):
    made = found(work, sql)
    if layer is None:
        assert not made.wrong  # the holder's own village is no sum: ``verify`` holds it against the parcels
        return
    wrong = [one for one in made.lines if one.layer == layer and one.wrong]
    assert wrong and told in wrong[0].verdict


def test_a_certificate_that_says_another_volume_does_not_balance(ready):
    run_verb("certify", {"work": ready, "out": str(ready) + "证"})
    assert not found(ready).wrong
    made = found(ready, "UPDATE certificate SET volume_m3_100 = volume_m3_100 + 100 WHERE source = 'ground'")
    [line] = [one for one in made.lines if one.wrong]
    assert line.layer == "有效的水权证" and "证上" in line.verdict


def test_candidates_by_hand(tmp_path):
    """Parcel 1 outside the registry (crop unknown): 9.00 亩 × the mean of A, 400 m³/亩 = 3,600 m³. Parcel 2 loses half
    to new land: 4.50 亩 × 400 = 1,800. Parcel 4 lies wholly in new land: 9.00 亩 of 玉米 = 3,600. District A may give
    3,000 of the 5,400 its parcels 2 and 3 ask for: 2,400 above its permit."""
    caps = [("county", county.COUNTY, 99_999, {}), ("district", "A", 3_000, {}), ("district", "B", 99_999, {})]
    inputs = six_parcels(*caps, in_registry={1: False, **dict.fromkeys(range(2, 7), True)},
                         unapproved_m2_100={**dict.fromkeys(range(1, 7), 0), 2: 300_000, 4: 600_000})
    path = confirmed(tmp_path / "c.gpkg", inputs, {"cap.mode": "report"})
    with WorkFile.open(path) as store:
        made = balance.balance(store, store.policy())
        land, volumes = reclaim.land(store, store.policy()), reclaim.volumes(store, made.nodes)
    told = [(one.kind, one.DKBM, one.area_mu_100, one.volume_m3_100, one.basis) for one in land]
    assert sorted(told) == [
        ("deducted", county.parcel_code(2), 450, 180_000, "定额"), ("deducted", county.parcel_code(4), 900, 360_000, "定额"),
        ("outside", county.parcel_code(1), 900, 360_000, "灌区同水源亩均")]
    assert [(one.kind, one.volume_m3_100) for one in volumes] == [("over_cap", 240_000)]
    assert "未核减" in volumes[0].basis and [one.layer for one in made.lines if one.over] == ["县及各级指标"]


def test_nothing_is_estimated_where_nothing_tells_it(tmp_path):
    """The only parcel of its district is outside the registry: there is no quota and no mean for it."""
    inputs = six_parcels(in_registry={n: n > 3 for n in range(1, 7)})
    path = confirmed(tmp_path / "c.gpkg", inputs, {"cap.mode": "report"})
    with WorkFile.open(path) as store:
        assert {(one.volume_m3_100, one.basis) for one in reclaim.land(store, store.policy())} == {(None, "不能推算")}


def test_the_workbook_a_leader_reads(work, tmp_path):
    result = run_verb("balance", {"work": str(work), "out": str(tmp_path / "平衡表.xlsx")})
    assert result.counts["balanced"] and ("结论", "各层合计相等") in [tuple(row) for row in result.table]
    book = load_workbook(result.outputs[0])
    assert book.sheetnames == ["平衡表", "各级指标", "按村", "收储候选", "收储候选地块"]
    rows = list(book["平衡表"].iter_rows(min_row=6, values_only=True))
    for source in ("地表水", "地下水"):
        assert len({row[5] for row in rows if row[0] == source}) == 1
    assert {row[-1] for row in rows} == {"平"}
    assert "不是水权" in book["收储候选"]["A2"].value and "示例数据" in book["平衡表"]["A1"].value
    names = [row[2] for row in book["各级指标"].iter_rows(min_row=6, values_only=True)]
    assert any(name == f"└─ 名{VILLAGES[0]}" for name in names)
    without = run_verb("balance", {"work": str(work)})
    assert without.outputs == [] and without.table == result.table
