"""Policy, quota and cap tables that staff gave by hand stay at the next import, unless the package's own changed too."""

import sqlite3

import openpyxl
import pytest
from township import parcels, policy_text

from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import BadInput

BOOK = "定额与指标/灌溉定额表.xlsx"


@pytest.fixture
def work(package, bring_in):
    """Imported, checked and confirmed with the package's own tables."""
    done = bring_in(package)
    run_verb("check", {"work": str(done.path)})
    run_verb("confirm", {"work": str(done.path)})
    return done.path


def own_quota(package, folder, value, name="新定额.xlsx"):
    """A copy of the package's quota table with another figure in its first row."""
    book = openpyxl.load_workbook(package.root / BOOK)
    book.active["E3"] = value
    path = folder / name
    book.save(path)
    return str(path)


def change_in_package(package, value):
    book = openpyxl.load_workbook(package.root / BOOK)
    book.active["E3"] = value
    book.save(package.root / BOOK)


def again(package):
    """The township sends its parcels once more: something in the package is new."""
    parcels(package, names=[f"渠南{i}号" for i in range(12)])


def quota(work):
    with sqlite3.connect(work) as connection:
        return connection.execute("SELECT quota_m3_mu_100 FROM quota ORDER BY fid LIMIT 1").fetchone()[0]


def wells_reach(work):
    with sqlite3.connect(work) as connection:
        return connection.execute("SELECT file_name FROM policy WHERE current = 1").fetchone()[0]


def test_a_quota_table_given_to_confirm_stays_at_the_next_import(package, bring_in, work, tmp_path, monkeypatch):
    monkeypatch.setenv("WR_USER", "张会计")
    run_verb("confirm", {"work": str(work), "quota": own_quota(package, tmp_path, 333)})
    again(package)
    before = work.read_bytes()
    seen = dict(bring_in(package, preview=True).result.table)
    assert "新定额.xlsx" in seen["灌溉定额"] and "张会计 核定时给出" in seen["灌溉定额"] and "不采用" in seen["灌溉定额"]
    assert work.read_bytes() == before
    done = bring_in(package)
    assert quota(work) == 33300 and "沿用" in done.told["灌溉定额"] and "用水总量指标" in str(done.told)
    again(package)
    parcels(package, names=[f"渠西{i}号" for i in range(12)])
    bring_in(package)
    assert quota(work) == 33300


def test_where_both_changed_the_import_asks_and_does_as_told(package, bring_in, work, tmp_path):
    run_verb("confirm", {"work": str(work), "quota": own_quota(package, tmp_path, 333)})
    change_in_package(package, 444)
    before = work.read_bytes()
    assert "--limits" in dict(bring_in(package, preview=True).result.table)["灌溉定额"]
    with pytest.raises(BadInput, match="灌溉定额.*新定额.xlsx") as told:
        bring_in(package)
    assert "--limits keep" in told.value.remedy and work.read_bytes() == before
    bring_in(package, limits="keep")
    assert quota(work) == 33300
    assert not bring_in(package).result.changed
    assert "按指定用资料包里的" in bring_in(package, limits="package").told["灌溉定额"] and quota(work) == 44400
    assert not bring_in(package, limits="package").result.changed


def test_the_packages_own_newer_table_replaces_its_older_one_and_says_so(package, bring_in, work):
    change_in_package(package, 444)
    assert "替换上次导入的" in dict(bring_in(package, preview=True).result.table)["灌溉定额"]
    assert quota(work) == 31050
    bring_in(package)
    assert quota(work) == 44400


def test_a_package_without_the_table_takes_nothing_away(package, bring_in, work):
    (package.root / BOOK).unlink()
    done = bring_in(package)
    assert quota(work) == 31050 and "资料包里没有，沿用" in done.told["灌溉定额"]
    assert "灌溉定额" not in done.told.get("资料包里没有", "")


@pytest.mark.parametrize("verb", ["check", "import"])
def test_a_policy_given_by_hand_stays(verb, package, bring_in, work, tmp_path):
    mine = tmp_path / "县里的.yaml"
    mine.write_text(policy_text().replace("well_reach_m: 300", "well_reach_m: 250") + "# 县里改的\n", encoding="utf-8")
    if verb == "check":
        run_verb("check", {"work": str(work), "policy": str(mine)})
    else:
        bring_in(package, policy=mine)
    again(package)
    done = bring_in(package)
    assert wells_reach(work) == "县里的.yaml" and "不采用" in done.told["政策"]
    package.text("政策.yaml", policy_text() + "# 乡里改的\n")
    with pytest.raises(BadInput, match="政策.*县里的.yaml.*政策.yaml"):
        bring_in(package)
    bring_in(package, policy=mine)
    assert wells_reach(work) == "县里的.yaml"


def test_a_quota_edited_in_the_work_file_stays(package, bring_in, work):
    with sqlite3.connect(work) as connection:
        connection.execute("UPDATE quota SET quota_m3_mu_100 = 99900 WHERE fid = 1")
    again(package)
    assert "直接改过" in bring_in(package).told["灌溉定额"] and quota(work) == 99900


def test_a_work_file_of_before_is_judged_by_its_runs(package, bring_in, work, tmp_path):
    run_verb("confirm", {"work": str(work), "quota": own_quota(package, tmp_path, 333)})
    with sqlite3.connect(work) as connection:
        connection.execute("DELETE FROM setting WHERE name LIKE 'in_force.%'")
    again(package)
    with pytest.raises(BadInput, match="新定额.xlsx.*核定时给出"):
        bring_in(package)
    bring_in(package, limits="keep")
    assert quota(work) == 33300
