"""``status`` follows the work: what is done, what is out of date, what is lacking, and what comes next."""

import pytest
import village

from wr_plugin.commands import running
from wr_plugin.store import runs
from wr_plugin.store.workfile import WorkFile

TODAY = 1_782_864_000  # 2026-07-01 UTC


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(TODAY))
    return village.make_village(tmp_path / "示例县.gpkg")


def put(path, *statements):
    with WorkFile.open(path) as store, store.transaction():
        for sql, values in statements:
            store.connection.execute(sql, values)


def ran(path, verb):
    with WorkFile.open(path) as store, store.transaction():
        return runs.record(store, verb, runs.now(), {}, {})


def confirmed(path):
    """Marks check and confirm as done, with one right of one holder; returns the run's number."""
    ran(path, "check")
    run_id = ran(path, "confirm")
    holder = village.HOLDERS["张三"]
    put(path, ("INSERT INTO holder_right (right_id, run_id, CBFBM, village_code, source, volume_m3_100)"
               " VALUES (?, ?, ?, ?, 'surface', 100)", (holder + "S", run_id, holder, village.VILLAGE)))
    return run_id


def published(path, run_id, end):
    put(path, ("INSERT INTO publicity (uuid, village_code, start_date, end_date, days, confirm_run)"
               " VALUES (?, ?, '2026-06-01', ?, 7, ?)", (f"p{run_id}{end}", village.VILLAGE, end, run_id)))


def approved(path, run_id, level, zone=village.COUNTY, decision="pass"):
    with WorkFile.open(path) as store, store.transaction():
        number = store.connection.execute("SELECT count(*) FROM approval").fetchone()[0]
        store.connection.execute(
            "INSERT INTO approval (uuid, level, zone_code, decision, who, decided_on, confirm_run)"
            " VALUES (?, ?, ?, ?, '甲', '2026-07-01', ?)", (f"a{number}", level, zone, decision, run_id))


def status(path):
    return running.run_verb("status", {"work": str(path)})


def state_of(result, verb):
    return next(s["state"] for s in result.counts["steps"] if s["verb"] == verb)


def test_after_import_the_check_comes_next(work):
    result = status(work)
    assert "示例县（620799）" in result.title and "检查" in result.next_step and "重新" not in result.next_step
    assert [s["state"] for s in result.counts["steps"]] == ["已完成"] + ["未做"] * 5
    [row] = result.counts["villages"]
    assert (row["village_code"], row["parcels"], row["confirmed"]) == (village.VILLAGE, 17, 0)


def test_a_later_import_makes_what_follows_stale(work):
    confirmed(work)
    assert "公示" in status(work).next_step
    ran(work, "import")
    result = status(work)
    assert [state_of(result, v) for v in ("import", "check", "confirm")] == ["已完成", "已过期", "已过期"]
    assert "重新做“检查”" in result.next_step
    ran(work, "check")
    assert "重新做“核定水权”" in status(work).next_step


def test_what_was_edited_since_the_check_is_told_until_it_is_checked(work):
    """Two contract areas are corrected in QGIS, and a field that no rule looks at."""
    running.run_verb("check", {"work": str(work)})
    put(work, ("UPDATE CBDKXX SET HTMJ = 6100 WHERE fid < 3", ()), ("UPDATE parcel SET DKDZ = '沟' WHERE fid = 5", ()))
    result = status(work)
    (step,) = (s for s in result.counts["steps"] if s["verb"] == "check")
    assert (step["state"], step["detail"]) == ("已过期", "有 2 处改动未检查")
    assert "重新做“检查”" in result.next_step
    running.run_verb("check", {"work": str(work)})
    assert state_of(status(work), "check") == "已完成"


def test_the_way_from_publicity_to_certificates(work):
    run_id = confirmed(work)
    assert "还有 1 个村没有公示" in status(work).next_step
    published(work, run_id, "2026-07-01")
    assert status(work).next_step == "等公示期满：还有 1 个村，最晚到 2026-07-01"
    put(work, ("UPDATE publicity SET end_date = '2026-06-30'", ()))
    put(work, ("INSERT INTO objection (uuid, village_code, content, state) VALUES ('o', ?, '面积', 'open')",
               (village.VILLAGE,)))
    assert "办结异议：还有 1 条" in status(work).next_step
    put(work, ("UPDATE objection SET state = 'closed'", ()))
    for level, zone in (("town", village.VILLAGE), ("county", village.COUNTY), ("city", village.COUNTY)):
        assert f"--level {level}" in status(work).next_step
        approved(work, run_id, level, zone)
    assert status(work).next_step == "发证（certify）"
    put(work, ("INSERT INTO certificate (number, CBFBM, village_code, source, state, confirm_run)"
               " VALUES ('1', '1', ?, 'surface', 'valid', ?)", (village.VILLAGE, run_id)))
    result = status(work)
    assert state_of(result, "certify") == "已完成" and "都做完了" in result.next_step


def test_the_latest_decision_counts_and_other_villages_do_not(work):
    run_id = confirmed(work)
    published(work, run_id, "2026-06-30")
    approved(work, run_id, "town", "620799999")
    approved(work, run_id, "town")
    approved(work, run_id, "town", decision="return")
    assert "--level town" in status(work).next_step


def test_publicity_of_an_earlier_confirmation_does_not_count(work):
    published(work, confirmed(work), "2026-06-30")
    ran(work, "confirm")
    assert "没有公示" in status(work).next_step


def test_open_findings_are_listed_by_kind(work):
    put(work, ("INSERT INTO finding (code, severity, stage, subject, message, state) VALUES"
               " ('NO_SOURCE', 'stop', 'check', '1', 'x', 'open'), ('NO_SOURCE', 'stop', 'check', '2', 'x', 'open'),"
               " ('SAME_NAME', 'notice', 'check', '3', 'x', 'fixed')", ()))
    result = status(work)
    assert [(f["code"], f["number"]) for f in result.counts["findings"]] == [("NO_SOURCE", 2)]
    assert "无水源" in result.text and "须改正" in result.text


def test_status_changes_nothing(work):
    before = work.read_bytes()
    status(work)
    assert work.read_bytes() == before
