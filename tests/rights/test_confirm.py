"""The verb confirm: gates, other tables given on the way, certificates in force, all or nothing, the second run."""

import json
import shutil
from pathlib import Path

import openpyxl
import pytest
import yaml

from tests import village
from wr_plugin.commands.progress import Progress
from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import BadInput, Cancelled, GateShut
from wr_plugin.rights.limits import quota_key
from wr_plugin.store import frames, journal, reading, runs
from wr_plugin.store.workfile import WorkFile


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """The village, imported and checked."""
    path = village.make_village(tmp_path_factory.mktemp("checked") / "v.gpkg")
    run_verb("check", {"work": str(path)})
    return path


@pytest.fixture
def work(checked, tmp_path):
    """A copy of the checked village."""
    return Path(shutil.copy(checked, tmp_path / "v.gpkg"))


def confirm(work, **params):
    return run_verb("confirm", {"work": str(work), **{name: str(value) for name, value in params.items()}})


def rights(work):
    with WorkFile.open(work, readonly=True) as store:
        return {row["right_id"]: row["volume_m3_100"] for row in reading.rows(store, "SELECT * FROM holder_right")}


def dump(work):
    with WorkFile.open(work, readonly=True) as store:
        return list(store.connection.iterdump())


def write_policy(path, **changes):
    mapping = village.village_policy(**changes)[1]
    path.write_text(yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def write_quotas(path, quotas):
    book = openpyxl.Workbook()
    book.active.append(["作物", "灌区代码", "水源", "灌溉方式", "定额（m³/亩）", "渠系水利用系数", "田间水利用系数", "示例"])
    for crop, district, source, method, amount, canal, field in quotas:
        book.active.append([crop, district, {"surface": "地表水", "ground": "地下水"}[source], method, amount / 100, canal,
                            field, "是"])
    book.save(path)
    return path


def test_village_states_and_counts(work):
    result = confirm(work)
    with WorkFile.open(work, readonly=True) as store:
        states = {row["DKBM"]: row["state"] for row in reading.rows(
            store, "SELECT p.DKBM, r.state FROM parcel p JOIN parcel_right r ON r.parcel_fid = p.fid")}
        found = {(r["code"], r["subject"]) for r in reading.rows(
            store, "SELECT * FROM finding WHERE stage = 'confirm'")}
        run = runs.last(store, "confirm")
        assert journal.verify(store) == []
        assert reading.count(store, "SELECT count(*) FROM journal") == 4
    assert states == {village.CODES[name]: state for name, state in village.STATES.items()}
    assert found == {("QUOTA_MISSING", "苜蓿|GQ02|surface|畦灌"), ("DOUBLE_SOURCE", "JJ01")}
    assert result.changed and result.counts["rights"] == 4 and result.counts["changed_rights"] == 4
    assert json.loads(run["counts"])["surface_m3_100"] == result.counts["surface_m3_100"] == 3_622_300
    assert ("地表水水量", "36,223 m³") in result.table
    assert rights(work) == {village.HOLDERS["张三"] + "S": 1_889_000, village.HOLDERS["李四"] + "S": 911_100,
                            village.HOLDERS["李四"] + "G": 520_000, village.HOLDERS["王五"] + "S": 822_200}


def test_second_run_writes_nothing(work):
    confirm(work)
    before = dump(work)
    assert not confirm(work).changed and dump(work) == before


def test_not_without_a_check(tmp_path):
    path = village.make_village(tmp_path / "v.gpkg")
    with pytest.raises(GateShut, match="尚未检查"):
        confirm(path)


def test_not_after_a_later_import(work):
    with WorkFile.open(work) as store, store.transaction():
        runs.record(store, "import", runs.now(), {}, {})
    with pytest.raises(GateShut, match="又导入了资料"):
        confirm(work)


def test_another_policy_on_what_was_checked_needs_a_new_check(work, tmp_path):
    before = dump(work)
    with pytest.raises(GateShut, match="法定面积"):
        confirm(work, policy=write_policy(tmp_path / "p.yaml", **{"area.legal": "YHTMJ"}))
    assert dump(work) == before


def test_another_policy_on_the_share_of_mixed_parcels_does_not(work, tmp_path):
    confirm(work)
    result = confirm(work, policy=write_policy(tmp_path / "p.yaml", **{"sources.mixed_surface_share": 1}))
    assert result.changed and rights(work)[village.HOLDERS["李四"] + "G"] == 400_000


def test_a_policy_that_only_fills_in_the_certificate_keeps_the_run(work, tmp_path):
    confirm(work)
    with WorkFile.open(work, readonly=True) as store:
        run_id = runs.last(store, "confirm")["run_id"]
    result = confirm(work, policy=write_policy(tmp_path / "p.yaml", **{"certificate.issuer": "另一机关"}))
    with WorkFile.open(work, readonly=True) as store:
        assert store.policy().get("certificate.issuer") == "另一机关"
        assert runs.last(store, "confirm")["run_id"] == run_id
    assert result.changed and "水权不变" in result.title


def test_proportional_cut_meets_the_cap_exactly(tmp_path):
    def lower_cap(store):
        store.connection.execute("UPDATE cap SET cap_m3_100 = 2000050 WHERE cap_code = 'GQ01' AND source = 'surface'")

    path = village.make_village(tmp_path / "v.gpkg", {"cap.mode": "proportional"}, lower_cap)
    run_verb("check", {"work": str(path)})
    result = confirm(path)
    with WorkFile.open(path, readonly=True) as store:
        cut = reading.one(store, "SELECT sum(volume_m3_100) AS v, sum(demand_m3_100) AS d FROM right_part"
                                 " WHERE district_code = 'GQ01' AND source = 'surface'")
        row = reading.one(store, "SELECT * FROM cap_result WHERE cap_code = 'GQ01' AND source = 'surface'")
    assert (cut["v"], cut["d"]) == (2_000_000, 3_022_300) == (row["volume_m3_100"], row["demand_m3_100"])
    assert result.counts["findings"]["CAP_EXCEEDED"] == 1
    assert any(label == "超指标" and "已按政策同比例核减" in text for label, text in result.table)


def test_a_missing_cap_stops_only_where_the_policy_cuts(tmp_path):
    def drop_cap(store):
        store.connection.execute("DELETE FROM cap WHERE cap_code = 'GQ02' AND source = 'surface'")

    for mode, state in (("report", "right"), ("proportional", "no_quota")):
        path = village.make_village(tmp_path / f"{mode}.gpkg", {"cap.mode": mode}, drop_cap)
        run_verb("check", {"work": str(path)})
        confirm(path)
        with WorkFile.open(path, readonly=True) as store:
            wheat = reading.one(store, "SELECT r.* FROM parcel_right r JOIN parcel p ON p.fid = r.parcel_fid"
                                       " WHERE p.DKBM = ?", (village.CODES["wheat"],))
            found = reading.rows(store, "SELECT subject FROM finding WHERE code = 'CAP_MISSING'")
        assert wheat["state"] == state and [r["subject"] for r in found] == ["district|GQ02|surface"]


def test_another_quota_table(work, tmp_path):
    confirm(work)
    doubled = [(*q[:4], q[4] * 2 if q[0] == "小麦" else q[4], *q[5:]) for q in village.QUOTAS]
    result = confirm(work, quota=write_quotas(tmp_path / "q.xlsx", doubled))
    assert result.counts["changed_rights"] == 1
    assert rights(work)[village.HOLDERS["王五"] + "S"] == 822_200 + 600_000
    with WorkFile.open(work, readonly=True) as store:
        run = runs.last(store, "confirm")
        changed = reading.rows(store, "SELECT * FROM journal WHERE run_id = ?", (run["run_id"],))
        assert [r["subject_key"] for r in changed] == [village.HOLDERS["王五"] + "S"]
        assert json.loads(run["inputs"])[0]["name"] == "q.xlsx"
        assert "重新核定" in changed[0]["why"]
    before = dump(work)
    assert not confirm(work, quota=tmp_path / "q.xlsx").changed and dump(work) == before


def test_filling_in_the_missing_row_gives_the_right(work, tmp_path):
    confirm(work)
    more = [*village.QUOTAS, ("苜蓿", "*", "surface", "畦灌", 54000, "0.6", "0.9")]
    result = confirm(work, quota=write_quotas(tmp_path / "q.xlsx", more))
    assert "QUOTA_MISSING" not in result.counts["findings"]
    assert rights(work)[village.HOLDERS["同名张三"] + "S"] == 900_000


def certificate(store, holder, source, area, volume):
    store.connection.execute(
        "INSERT INTO certificate (number, CBFBM, holder_name, source, area_mu_100, volume_m3_100, state)"
        " VALUES ('证1', ?, '张三', ?, ?, ?, 'valid')", (holder, source, area, volume))


def test_a_valid_certificate_is_not_contradicted(work, tmp_path):
    confirm(work)
    with WorkFile.open(work) as store, store.transaction():
        certificate(store, village.HOLDERS["张三"], "surface", 2550, 1_889_000)
    assert not confirm(work).changed
    before, doubled = dump(work), [(*q[:4], q[4] * 2, *q[5:]) for q in village.QUOTAS]
    with pytest.raises(GateShut, match="证1 张三 地表水"):
        confirm(work, quota=write_quotas(tmp_path / "q.xlsx", doubled))
    assert dump(work) == before
    only_wheat = [(*q[:4], q[4] * 2 if q[0] == "小麦" else q[4], *q[5:]) for q in village.QUOTAS]
    assert confirm(work, quota=write_quotas(tmp_path / "w.xlsx", only_wheat)).changed


def test_a_right_that_would_vanish_under_its_certificate(work, tmp_path):
    confirm(work)
    with WorkFile.open(work) as store, store.transaction():
        certificate(store, village.HOLDERS["王五"], "surface", 1200, 822_200)
        store.connection.execute("UPDATE parcel_site SET source = 'none'")
    with pytest.raises(GateShut, match="证1"):
        confirm(work)


def test_a_bad_policy_changes_nothing(work, tmp_path):
    confirm(work)
    before = dump(work)
    (tmp_path / "p.yaml").write_text("name: 1\n", encoding="utf-8")
    with pytest.raises(BadInput):
        confirm(work, policy=tmp_path / "p.yaml")
    assert dump(work) == before


@pytest.mark.parametrize("after", [1, 5, 12, 18])
def test_cancelling_at_any_moment_changes_nothing(work, after):
    before, asked = dump(work), []

    def cancelled():
        asked.append(1)
        return len(asked) > after

    with pytest.raises(Cancelled):
        run_verb("confirm", {"work": str(work)}, Progress(cancelled=cancelled))
    assert dump(work) == before


def test_an_edited_registry_row_is_seen(work):
    confirm(work)
    with WorkFile.open(work) as store, store.transaction():
        store.connection.execute("UPDATE registry SET crop = '小麦' WHERE DKBM = ?", (village.CODES["surface"],))
    confirm(work)
    assert rights(work)[village.HOLDERS["张三"] + "S"] == 666_700 + 555_600 + 600_000


def test_what_holds_the_quota_of_each_part(work):
    confirm(work)
    with WorkFile.open(work, readonly=True) as store:
        parts, quota = frames.read(store, "right_part"), {
            r["fid"]: dict(r) for r in reading.rows(store, "SELECT * FROM quota")}
    assert {quota_key(quota[fid]) for fid in parts["quota_fid"]} == {q[:4] for q in village.QUOTAS if q[1] != "GQ02"}
    assert parts.loc[parts["source"] == "surface", "well_code"].isna().all()
    assert parts.loc[parts["source"] == "ground", "outlet_code"].isna().all()
