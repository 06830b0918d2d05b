"""An older work file is brought up to date step by step, in one transaction, or not at all."""

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


def test_reading_only_asks_for_the_upgrade(old):
    with pytest.raises(BadInput, match="模式较旧"):
        WorkFile.open(old, readonly=True)


def test_every_schema_since_the_first_has_its_step():
    assert sorted(migrations.STEPS) == list(range(1, schema.SCHEMA_VERSION))
