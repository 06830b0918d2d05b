"""The work file: made once, opened anywhere, all or nothing, and it shows who changed what."""

import sqlite3

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from wr_plugin.model import schema
from wr_plugin.model.errors import BadInput, GateShut
from wr_plugin.store import frames, journal, runs
from wr_plugin.store.create import create_workfile
from wr_plugin.store.location import _file_system
from wr_plugin.store.workfile import WorkFile

CRS = pyproj.CRS.from_epsg(4522)


@pytest.fixture
def store(tmp_path):
    with create_workfile(tmp_path / "示例县.gpkg", CRS) as made:
        yield made


def two_parcels():
    frame = pd.DataFrame({
        "uuid": ["a", "b"], "DKBM": ["6207991000010100001", "6207991000010100002"], "SCMJ": [666.67, np.nan],
        "DKMC": ["渠东一号", None], "village_code": "620799100001",
    })
    return frame, shapely.box([34_500_000, 34_500_020], [4_290_000] * 2, [34_500_018, 34_500_040], [4_290_030] * 2)


def test_every_declared_table_is_there_with_its_columns(store):
    for table in schema.tables().values():
        names = {r[1] for r in store.connection.execute(f"PRAGMA table_xinfo({table.name})")}
        assert set(table.columns) <= names, table.name
    assert store.connection.execute("PRAGMA application_id").fetchone()[0] == 0x47504B47
    assert store.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert store.setting("epsg") == "4522"


def test_rows_and_shapes_come_back_as_they_went_in(store):
    frame, shapes = two_parcels()
    with store.transaction():
        frames.replace(store, "parcel", frame, shapes)
    back = frames.read(store, "parcel", ["fid", "DKBM", "DKMC", "SCMJ"])
    assert back["fid"].tolist() == [1, 2]
    assert back["DKMC"].tolist() == ["渠东一号", None]
    assert back["SCMJ"].tolist()[0] == 666.67 and np.isnan(back["SCMJ"].tolist()[1])
    fids, geometry = frames.read_geometry(store, "parcel")
    assert shapely.get_type_id(geometry).tolist() == [6, 6]
    assert shapely.equals(geometry, shapes).all()


def test_gdal_reads_the_layer_with_its_system_and_its_index(store, tmp_path):
    pyogrio = pytest.importorskip("pyogrio", reason="这一组库没有 pyogrio")
    frame, shapes = two_parcels()
    with store.transaction():
        frames.replace(store, "parcel", frame, shapes)
        frames.replace(store, "well", pd.DataFrame({"uuid": ["w"], "well_code": ["JJ1"]}), shapely.points([[34_500_001, 4_290_001]]))
    store.close()
    read = pyogrio.read_dataframe(tmp_path / "示例县.gpkg", layer="parcel", bbox=(34_500_019, 4_290_000, 34_500_021, 4_290_001))
    assert read["DKBM"].tolist() == ["6207991000010100002"]
    assert read.crs.to_epsg() == 4522
    well = pyogrio.read_dataframe(tmp_path / "示例县.gpkg", layer="well")
    assert well.geometry[0].equals(shapely.Point(34_500_001, 4_290_001))


def test_a_failed_step_leaves_no_trace(store):
    frame, shapes = two_parcels()
    with pytest.raises(RuntimeError), store.transaction():
        frames.replace(store, "parcel", frame, shapes)
        raise RuntimeError("电源断了")
    assert store.connection.execute("SELECT count(*) FROM parcel").fetchone()[0] == 0
    assert store.connection.execute("SELECT count(*) FROM rtree_parcel_geom").fetchone()[0] == 0


def test_references_must_hold_when_a_step_ends(store):
    with pytest.raises(Exception, match="引用不一致"), store.transaction():
        frames.append(store, "audit", pd.DataFrame({
            "uuid": ["u"], "parcel_uuid": ["没有这块地"], "result": ["agree"], "auditor": ["张三"],
            "audited_on": ["2026-10-01"]}))


def test_a_layer_edited_by_sqlite_alone_keeps_its_index(store):
    frame, shapes = two_parcels()
    with store.transaction():
        frames.replace(store, "parcel", frame, shapes)
        store.connection.execute("DELETE FROM parcel WHERE fid = 1")
        store.connection.execute("UPDATE parcel SET geom = (SELECT geom FROM parcel WHERE fid = 2) WHERE fid = 2")
    assert [r[0] for r in store.connection.execute("SELECT id FROM rtree_parcel_geom")] == [2]
    assert store.connection.execute("SELECT rtreecheck('rtree_parcel_geom')").fetchone()[0] == "ok"


def test_a_file_that_is_not_ours_is_refused_with_the_reason(tmp_path):
    with pytest.raises(BadInput, match="找不到工作文件"):
        WorkFile.open(tmp_path / "无.gpkg")
    other = tmp_path / "别的.gpkg"
    sqlite3.connect(other).execute("CREATE TABLE t (a)").connection.commit()
    with pytest.raises(BadInput, match="不是水权确权的工作文件"):
        WorkFile.open(other)
    text = tmp_path / "文字.gpkg"
    text.write_text("这不是数据库" * 1000, encoding="utf-8")
    with pytest.raises(BadInput, match="打不开"):
        WorkFile.open(text)


def test_a_newer_work_file_is_refused(store, tmp_path):
    with store.transaction():
        store.set_setting("schema_version", schema.SCHEMA_VERSION + 1)
    store.close()
    with pytest.raises(BadInput, match="请升级本软件"):
        WorkFile.open(tmp_path / "示例县.gpkg")


def test_a_second_writer_is_told_what_to_do(store, tmp_path):
    store.connection.execute("BEGIN IMMEDIATE")
    other = WorkFile.open(tmp_path / "示例县.gpkg")
    other.connection.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(BadInput, match="保存或放弃编辑"), other.transaction():
        pass
    store.connection.execute("ROLLBACK")
    other.close()


def test_without_a_policy_the_next_step_is_named(store):
    with pytest.raises(GateShut, match="政策文件"):
        store.policy()


def test_the_journal_shows_every_kind_of_tampering(store):
    with store.transaction():
        run = runs.record(store, "confirm", runs.now(), {}, {})
        added = journal.append(store, run, "confirm", (
            ("holder_right", f"{i}S", None, {"volume_m3_100": 100 * i}, "核定") for i in range(1, 6)))
    assert added == 5 and journal.verify(store) == []
    changes = {
        "UPDATE journal SET after = '{\"volume_m3_100\": 9}' WHERE seq = 3": "第 3 条内容被改动",
        "DELETE FROM journal WHERE seq = 2": "第 2 条缺失",
        "UPDATE journal SET previous_hash = 'x' WHERE seq = 4": "第 4 条与前一条不相连",
    }
    for change, told in changes.items():
        store.connection.execute("BEGIN")
        store.connection.execute(change)
        assert any(told in problem for problem in journal.verify(store)), change
        store.connection.execute("ROLLBACK")


def test_accepted_findings_stay_accepted_when_the_step_is_run_again(store):
    frame, shapes = two_parcels()
    found = pd.DataFrame({"code": ["OUTSIDE_REGISTRY", "CODE_MALFORMED"], "subject": ["1", "2"], "message": ["名录外", "编码不合规"],
                          "parcel_uuid": ["a", "b"]})
    with store.transaction():
        frames.replace(store, "parcel", frame, shapes)
        run = runs.record(store, "check", runs.now(), {}, {})
        frames.replace_findings(store, "check", found, run)
        store.connection.execute("UPDATE finding SET state = 'accepted' WHERE subject = '1'")
        frames.replace_findings(store, "check", found, run)
    rows = store.connection.execute("SELECT code, subject, state, severity, remedy FROM finding ORDER BY subject").fetchall()
    assert [(r["code"], r["state"]) for r in rows] == [("OUTSIDE_REGISTRY", "accepted"), ("CODE_MALFORMED", "open")]
    assert all(r["remedy"] for r in rows)


def test_network_file_systems_are_recognised(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/sda1 / ext4 rw 0 0\n//srv/share /mnt/共享\\040盘 cifs rw 0 0\n", encoding="utf-8")
    assert _file_system("/mnt/共享 盘/县.gpkg", mounts) == "cifs"
    assert _file_system("/home/县.gpkg", mounts) == "ext4"
