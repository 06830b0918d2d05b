"""Cancelling paper work: heard within a page, nothing left, nothing recorded."""

import sqlite3

import pytest

from wr_plugin.commands.progress import Progress
from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import Cancelled

TABLES = ("run", "publicity", "certificate", "journal")


def state(work):
    with sqlite3.connect(work) as connection:
        return {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in TABLES}


@pytest.mark.parametrize("verb, target", [("publish", "公示"), ("certify", "证"), ("ledger", "台账.xlsx")])
def test_cancelled_at_every_report_leaves_nothing(ready, tmp_path, verb, target):
    folder = tmp_path / "出"
    folder.mkdir()
    before, asked = state(ready), 0
    for stop_at in range(1, 60):
        calls = iter(range(1, 10_000))
        params = {"work": ready, "out": str(folder / target), **({"start": "2026-07-01"} if verb == "publish" else {})}
        try:
            run_verb(verb, params, Progress(cancelled=lambda calls=calls, last=stop_at: next(calls) >= last))
        except Cancelled as told:
            asked += 1
            assert told.exit_code == 130
            assert list(folder.iterdir()) == [] and state(ready) == before
            continue
        break
    assert asked >= 3, "the verb asks often"
    assert list(folder.iterdir()) != []
