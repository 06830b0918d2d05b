"""The desktop lane: QGIS's Python without a window, the engine as a child process of ``.venv``."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENGINE = os.environ.get("WR_ENGINE_PYTHON") or str(ROOT / ".venv" / "bin" / "python")
IN_QGIS = importlib.util.find_spec("qgis") is not None
if IN_QGIS:  # the engine's lane reads this file too, while it decides to leave the folder out
    os.environ["WR_ENGINE_PYTHON"] = ENGINE
    os.environ.setdefault("SOURCE_DATE_EPOCH", "1770000000")

BUILD = """
import sys
sys.path[:0] = [{root!r}, {tests!r}]
import village
village.make_village({path!r})
from wr_plugin.commands import running
for verb in ("check", "confirm"):
    running.run_verb(verb, {{"work": {path!r}}})
"""
_status = 0


def pytest_sessionfinish(session, exitstatus):
    global _status
    _status = int(exitstatus)


def pytest_unconfigure(config):
    """QGIS crashes at exit where a layer is still referenced (ENVIRONMENT §2): leave without its destructors."""
    if IN_QGIS:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_status)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The hand-drawn village, checked and confirmed by the engine; not to be written to."""
    path = tmp_path_factory.mktemp("built") / "示例村.gpkg"
    subprocess.run([ENGINE, "-c", BUILD.format(root=str(ROOT), tests=str(ROOT / "tests"), path=str(path))], check=True)
    return path


@pytest.fixture
def work(built, tmp_path):
    """A copy of the village's work file."""
    return shutil.copy(built, tmp_path / "示例村.gpkg")


@pytest.fixture
def project(qgis_new_project):
    from qgis.core import QgsProject

    yield QgsProject.instance()
    QgsProject.instance().clear()


@pytest.fixture
def pump(qgis_app):
    """``pump(condition)``: lets Qt work until the condition holds."""
    import time

    def until(condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            qgis_app.processEvents()
            time.sleep(0.01)
            if time.monotonic() > end:
                raise TimeoutError("没有等到")
    return until
