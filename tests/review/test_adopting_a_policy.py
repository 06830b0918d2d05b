"""Another policy: what the message says must work, and the journal knows of it."""

import sqlite3

import pytest
import yaml

from tests.village import village_policy
from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import GateShut
from wr_plugin.store import journal
from wr_plugin.store.workfile import WorkFile


def policy_file(folder, name, **changes):
    path = folder / name
    path.write_text(yaml.safe_dump(village_policy(**changes)[1], allow_unicode=True, sort_keys=False), encoding="utf-8")
    return str(path)


def test_a_policy_that_needs_another_check_is_adopted_by_the_check(village, tmp_path):
    new = policy_file(tmp_path, "新政策.yaml", **{"sources.well_reach_m": 20})
    with pytest.raises(GateShut, match="机井默认服务半径") as told:
        run_verb("confirm", {"work": village, "policy": new})
    assert "check --policy" in told.value.remedy
    assert run_verb("check", {"work": village, "policy": new}).changed
    assert run_verb("confirm", {"work": village, "policy": new}).changed
    assert not run_verb("check", {"work": village, "policy": new}).changed
    with WorkFile.open(village) as store:
        assert store.policy().get("sources.well_reach_m") == 20
        told = store.connection.execute("SELECT before, after FROM journal WHERE subject_table = 'policy'").fetchall()
        assert len(told) == 1 and "政策.yaml" in told[0]["before"] and "新政策.yaml" in told[0]["after"]
        assert journal.verify(store) == []


def test_a_policy_that_changes_no_right_is_in_the_journal_too(village, tmp_path):
    new = policy_file(tmp_path, "不审核.yaml", approvals=[])
    result = run_verb("confirm", {"work": village, "policy": new})
    assert result.changed and "政策已更新" in result.title
    with sqlite3.connect(village) as connection:
        assert connection.execute("SELECT count(*) FROM journal WHERE subject_table = 'policy'").fetchone()[0] == 1


def test_a_check_overtaken_by_an_import_is_not_written(village, monkeypatch):
    from wr_plugin.checks import rules
    from wr_plugin.model.errors import BadInput

    def overtaken(material, *reports, real=rules.prepare):
        with sqlite3.connect(village) as connection:
            connection.execute("INSERT INTO run (verb, started_at, ended_at) VALUES ('import', '2026-01-01', '2026-01-01')")
        real(material, *reports)

    monkeypatch.setattr(rules, "prepare", overtaken)
    with sqlite3.connect(village) as connection:
        connection.execute("UPDATE CBDKXX SET HTMJ = HTMJ - 1 WHERE fid = 1")
        before = connection.execute("SELECT count(*) FROM run WHERE verb = 'check'").fetchone()
    with pytest.raises(BadInput, match="再运行一次|又被导入"):
        run_verb("check", {"work": village})
    with sqlite3.connect(village) as connection:
        assert connection.execute("SELECT count(*) FROM run WHERE verb = 'check'").fetchone() == before
