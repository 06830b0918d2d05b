"""An older work file is brought up to date step by step, in one transaction, or not at all."""

import sqlite3
from pathlib import Path

import pyproj
import pytest

from wr_plugin.model import schema
from wr_plugin.model.errors import BadInput
from wr_plugin.store import migrations, workfile
from wr_plugin.store.create import create_workfile
from wr_plugin.store.workfile import WorkFile


@pytest.fixture
def old(tmp_path, monkeypatch):
    """A work file of today's schema, opened by a product that is two schemas ahead."""
    create_workfile(tmp_path / "县.gpkg", pyproj.CRS.from_epsg(4522)).close()
    ahead = schema.SCHEMA_VERSION + 2
    for module in (schema, migrations, workfile):
        monkeypatch.setattr(module, "SCHEMA_VERSION", ahead)
    return tmp_path / "县.gpkg"


def steps(first, second):
    before = schema.SCHEMA_VERSION - 2
    return {before: first, before + 1: second}


def test_steps_run_in_order_and_the_version_is_raised(old, monkeypatch):
    monkeypatch.setattr(migrations, "STEPS", steps(
        lambda store: store.connection.execute("CREATE TABLE later (a)"),
        lambda store: store.connection.execute("INSERT INTO later VALUES ('有了')")))
    with WorkFile.open(old) as store:
        assert store.connection.execute("SELECT a FROM later").fetchone()[0] == "有了"
        assert store.setting("schema_version") == str(schema.SCHEMA_VERSION)


def test_a_failing_step_changes_nothing(old, monkeypatch):
    def fail(store):
        raise RuntimeError("断电")

    monkeypatch.setattr(migrations, "STEPS", steps(lambda store: store.connection.execute("CREATE TABLE later (a)"), fail))
    with pytest.raises(RuntimeError):
        WorkFile.open(old)
    store = workfile.connect(old)
    assert store.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone()[0] == 0
    assert store.execute("SELECT value FROM setting WHERE name = 'schema_version'").fetchone()[0] == str(
        schema.SCHEMA_VERSION - 2)
    store.close()


def test_a_reader_has_the_file_upgraded_first(old, monkeypatch):
    monkeypatch.setattr(migrations, "STEPS", steps(
        lambda store: store.connection.execute("CREATE TABLE later (a)"), lambda store: None))
    with WorkFile.open(old, readonly=True) as store:
        assert store.connection.execute("SELECT count(*) FROM later").fetchone()[0] == 0
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            store.connection.execute("DROP TABLE later")


def test_a_file_that_somebody_is_editing_is_not_upgraded_and_that_is_said(old, monkeypatch):
    monkeypatch.setattr(workfile, "BUSY_TIMEOUT_S", 0.1)
    monkeypatch.setattr(migrations, "STEPS", steps(lambda store: None, lambda store: None))
    editing = workfile.connect(old)
    editing.execute("BEGIN IMMEDIATE")
    with pytest.raises(BadInput, match="升级不了"):
        WorkFile.open(old, readonly=True)
    editing.close()


def structure(path):
    """What a program sees of a work file: columns by table or view, triggers, entries of the GeoPackage, words."""
    store = workfile.connect(path)
    names = [r[0] for r in store.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    seen = {name: {r["name"]: r["type"] for r in store.execute(f"PRAGMA table_xinfo({name})")} for name in names}
    seen["schema objects"] = {(r[0], r[1]) for r in store.execute("SELECT type, name FROM sqlite_master")}
    for table in ("gpkg_contents", "gpkg_geometry_columns", "gpkg_extensions", "gpkg_data_columns",
                  "gpkg_data_column_constraints"):
        columns = [c for c in seen[table] if c != "last_change"]
        seen[f"rows of {table}"] = {tuple(r) for r in store.execute(f"SELECT {', '.join(columns)} FROM {table}")}
    seen["styles"] = {tuple(r) for r in store.execute("SELECT f_table_name, styleName, styleQML FROM layer_styles")}
    store.close()
    return seen


@pytest.mark.parametrize("version", range(1, schema.SCHEMA_VERSION))
def test_a_work_file_of_an_older_schema_becomes_one_of_today(tmp_path, version):
    """``schema_1.sql``, ``schema_2.sql``: the structure as that version made it."""
    create_workfile(tmp_path / "新.gpkg", pyproj.CRS.from_epsg(4522)).close()
    old = sqlite3.connect(tmp_path / "旧.gpkg")
    old.executescript((Path(__file__).parent / f"schema_{version}.sql").read_text("utf-8"))
    old.execute("INSERT INTO CBF (CBFBM, CBFMC) VALUES ('620799101201010001', '王建国')")
    old.execute("UPDATE layer_styles SET useAsDefault = 0 WHERE f_table_name = 'parcel'")
    old.commit()
    old.close()
    with WorkFile.open(tmp_path / "旧.gpkg", readonly=True) as store:
        assert store.setting("schema_version") == str(schema.SCHEMA_VERSION)
        assert [tuple(r) for r in store.connection.execute("SELECT CBFBM, CBFMC FROM CBF")] == [
            ("620799101201010001", "王建国")]
        assert store.connection.execute(
            "SELECT useAsDefault FROM layer_styles WHERE f_table_name = 'parcel'").fetchone()[0] == 0
    grown, fresh = structure(tmp_path / "旧.gpkg"), structure(tmp_path / "新.gpkg")
    assert grown.keys() == fresh.keys()
    for name in fresh:
        assert grown[name] == fresh[name], name


def test_every_schema_since_the_first_has_its_step():
    assert sorted(migrations.STEPS) == list(range(1, schema.SCHEMA_VERSION))
