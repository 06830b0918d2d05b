"""Fixtures: the hand-drawn village, checked and confirmed once, and ready for certificates; every test gets its own copy."""

import shutil

import pytest

from tests.village import make_village
from wr_plugin.commands.running import run_verb


@pytest.fixture(scope="session")
def confirmed_village(tmp_path_factory):
    """Path of a work file with rights, not yet published. Do not write to it."""
    path = tmp_path_factory.mktemp("village") / "村.gpkg"
    make_village(path)
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    return path


@pytest.fixture
def village(confirmed_village, tmp_path):
    """A copy of the confirmed village's work file, as text."""
    return shutil.copy(confirmed_village, tmp_path / "示例 县(2).gpkg")


@pytest.fixture(scope="session")
def ready_village(confirmed_village, tmp_path_factory):
    """Path of a work file whose gates are all open. Do not write to it."""
    path = tmp_path_factory.mktemp("ready") / "村.gpkg"
    shutil.copy(confirmed_village, path)
    run_verb("publish", {"work": str(path), "out": str(path.parent / "公示"), "start": "2020-03-01"})
    for level in ("town", "county", "city"):
        run_verb("approve", {"work": str(path), "level": level, "who": "审核人"})
    return path


@pytest.fixture
def ready(ready_village, tmp_path):
    """A copy of the village whose gates are all open."""
    return shutil.copy(ready_village, tmp_path / "可发证.gpkg")
