"""The explanation: its words, its figures, both sources, duplicates, files not yet confirmed, and how light it is."""

import subprocess
import sys
import time

import pytest

from tests import village
from tests.conftest import ROOT
from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import BadInput
from wr_plugin.rights import explain, explanation
from wr_plugin.store.workfile import WorkFile


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    path = village.make_village(tmp_path_factory.mktemp("explain") / "v.gpkg")
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    return path


def told(work, subject):
    return run_verb("explain", {"work": str(work), "subject": subject}).text


def test_the_formula_with_its_figures(work):
    text = told(work, village.CODES["mixed"])
    assert "6.30 亩 × 400.00 m³/亩 ÷ (0.6000 × 0.9000) = 4,667 m³（四舍五入到 1 m³）" in text
    assert "2.70 亩 × 380.00 m³/亩 ÷ (0.9500 × 0.9000) = 1,200 m³（四舍五入到 1 m³）" in text
    assert "已核定：确权面积 9.00 亩，每年 5,867 m³" in text
    assert "示例数据，不得用于正式发证" in text


def test_every_step_of_a_right_has_a_clause_and_an_outcome(work):
    with WorkFile.open(work, readonly=True) as store:
        made = explain.explain_parcel(store, village.CODES["surface"])
        by_uuid = explain.explain_parcel(store, village.identity("surface"))
    assert len(made.steps) == 11 and all(step.clause and step.outcome and step.title for step in made.steps)
    assert made.text() == by_uuid.text() and made.consistent and made.changes == []


@pytest.mark.parametrize("name, last_step, change", [
    ("own_plot", "自留地不属于确权范围", "更正地块类别"),
    ("forest_use", "土地用途为林业", "林草部门"),
    ("forest_layer", "过半落在林草地内", "林草部门"),
    ("malformed", "改正之前不能核定", "更正地块编码"),
    ("no_link", "无从确定权利人", "补录该地块的承包方"),
    ("outside_registry", "不在二轮延包地名录内", "补入二轮延包地名录"),
    ("closed_well", "没有水源", "取水许可"),
    ("all_new", "扣减后没有剩余", "新开、复垦、未批耕地图层"),
    ("no_quota", "缺定额", "作物 苜蓿 × 灌区 GQ02 × 地表水 × 畦灌"),
])
def test_a_no_ends_at_the_rule_that_decided_and_says_what_would_change_it(work, name, last_step, change):
    with WorkFile.open(work, readonly=True) as store:
        made = explain.explain_parcel(store, village.CODES[name])
    assert last_step in made.steps[-1].outcome
    assert any(change in line for line in made.changes)
    assert made.consistent


def test_a_deduction_is_shown(work):
    text = told(work, village.CODES["partly_reclaimed"])
    assert "扣减 9.00 亩 × 1,000.00 m² ÷ 6,000.00 m² = 1.50 亩，余 7.50 亩" in text
    assert "扣减后核定：确权面积 7.50 亩，每年 5,556 m³" in text


def test_a_cut_is_shown(tmp_path):
    def lower_cap(store):
        store.connection.execute("UPDATE cap SET cap_m3_100 = 2000000 WHERE cap_code = 'GQ01' AND source = 'surface'")

    path = village.make_village(tmp_path / "v.gpkg", {"cap.mode": "proportional"}, lower_cap)
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    text = told(path, village.CODES["surface"])
    assert "6,667 × 20,000 ÷ 30,223 ≈ 4,411.8718，取 4,412 m³（以 1 m³ 为单位，尾数按最大余数法进位）" in text
    holder = told(path, village.HOLDERS["张三"])
    assert "按指标同比例核减" in holder and explanation.WARNING not in holder


def test_a_holder_with_both_sources(work):
    text = told(work, village.HOLDERS["李四"])
    assert "地表水：2 个地块，12.30 亩，每年 9,111 m³" in text
    assert "地下水：2 个地块，11.70 亩，每年 5,200 m³" in text
    assert village.CODES["malformed"] in text and "不予核定" in text


def test_a_code_used_twice_is_explained_twice(tmp_path):
    def same_code(store):
        store.connection.execute("UPDATE parcel SET DKBM = ? WHERE DKBM = ?",
                                 (village.CODES["surface"], village.CODES["surface_too"]))

    path = village.make_village(tmp_path / "v.gpkg", before_commit=same_code)
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    text = told(path, village.CODES["surface"])
    assert text.count("地块编码重复，改正之前不能核定") == 2 and explanation.WARNING not in text


def test_before_check_and_before_confirm(tmp_path):
    path = village.make_village(tmp_path / "v.gpkg")
    assert "尚未检查" in told(path, village.CODES["surface"])
    assert "尚未核定" in told(path, village.HOLDERS["张三"])
    run_verb("check", {"work": str(path)})
    text = told(path, village.CODES["surface"])
    assert "尚未核定" in text and "6,667 m³" in text


def test_a_result_older_than_the_data_says_so(work, tmp_path):
    copy = tmp_path / "v.gpkg"
    copy.write_bytes(work.read_bytes())
    with WorkFile.open(copy) as store, store.transaction():
        store.connection.execute("UPDATE CBDKXX SET HTMJ = 5000 WHERE DKBM = ?", (village.CODES["surface"],))
    text = told(copy, village.CODES["surface"])
    assert explanation.WARNING in text and "法定面积：库中为 9.00 亩，按库中资料重算为 7.50 亩" in text
    assert "不一致" in run_verb("explain", {"work": str(copy), "subject": village.HOLDERS["张三"]}).title


def test_an_unknown_code(work):
    with pytest.raises(BadInput, match="没有编码或名称为"):
        told(work, "123")


def test_a_name_does_where_only_one_has_it(work):
    assert told(work, "李四") == told(work, village.HOLDERS["李四"])
    assert told(work, village.VILLAGE_NAME) == told(work, village.VILLAGE)
    with pytest.raises(BadInput, match="叫“张三”的有 2 个") as raised:
        told(work, "张三")
    assert village.HOLDERS["张三"] in raised.value.remedy and village.HOLDERS["同名张三"] in raised.value.remedy


def test_a_village_below_a_cap_that_is_exceeded_and_only_reported_says_so(tmp_path):
    def lower_cap(store):
        store.connection.execute("UPDATE cap SET cap_m3_100 = 2000000 WHERE cap_code = 'GQ01' AND source = 'surface'")

    path = village.make_village(tmp_path / "v.gpkg", before_commit=lower_cap)
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    assert "定额水量之和超过指标；按政策只报告，不核减" in told(path, village.VILLAGE)


def test_areas_written_in_mu_are_read_as_mu_and_the_others_left_alone(tmp_path):
    """Surveyed 9.00 (亩) for a parcel drawn with 6,000 m²; the contract says 6,000 m²: 9.00 × 400 ÷ 0.54 = 6,667."""
    def in_mu(store):
        store.connection.execute("UPDATE parcel SET SCMJ = 9 WHERE DKBM = ?", (village.CODES["surface"],))

    path = village.make_village(tmp_path / "v.gpkg", before_commit=in_mu)
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    text = told(path, village.CODES["surface"])
    assert "面积单位可疑" in text and "实测面积记录的数本是亩：+6,667 m³" in text


def test_it_answers_at_once(work):
    with WorkFile.open(work, readonly=True) as store:
        explain.explain_parcel(store, village.CODES["mixed"])
        took = []
        for _ in range(3):
            began = time.perf_counter()
            explain.explain_parcel(store, village.CODES["mixed"])
            took.append(time.perf_counter() - began)
        assert min(took) < 0.2


def test_it_needs_the_standard_library_alone():
    script = ("import sys; import wr_plugin.rights.explain; "
              "heavy = {'numpy', 'pandas', 'shapely', 'pyproj', 'yaml', 'geopandas'} & set(sys.modules); "
              "sys.exit(len(heavy))")
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
