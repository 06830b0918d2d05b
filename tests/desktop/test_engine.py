"""The child process: which Python, which environment, a real run, a real cancel."""

import os
import threading
import time

import pytest

from wr_plugin.desktop import engine
from wr_plugin.desktop.engine import EngineRun, arguments, engine_python, environment, own_python


def test_the_setting_comes_before_the_variable(qgis_app, monkeypatch, tmp_path):
    from qgis.core import QgsSettings

    chosen = tmp_path / "python"
    chosen.touch()
    monkeypatch.setenv(engine.VARIABLE, own_python())
    assert engine_python() == own_python()
    QgsSettings().setValue(engine.SETTING, str(chosen))
    try:
        assert engine_python() == str(chosen)
    finally:
        QgsSettings().remove(engine.SETTING)


def test_a_setting_that_names_no_file_is_passed_over(qgis_app, monkeypatch):
    from qgis.core import QgsSettings

    monkeypatch.delenv(engine.VARIABLE)
    QgsSettings().setValue(engine.SETTING, "/nowhere/python")
    try:
        assert os.path.isfile(engine_python())
    finally:
        QgsSettings().remove(engine.SETTING)


def test_another_python_starts_without_the_paths_of_qgis(monkeypatch):
    for name in engine.OF_QGIS:
        monkeypatch.setenv(name, "/qgis")
    mine, other = environment(own_python()), environment("/somewhere/.venv/bin/python")
    assert all(mine.contains(name) for name in engine.OF_QGIS)
    assert not any(other.contains(name) for name in engine.OF_QGIS)
    assert other.value("PYTHONUTF8") == "1"


def test_arguments_keep_lists_flags_and_odd_text():
    made = arguments("certify", {"work": "/甘州/a b.gpkg", "out": "-out", "village": ["1", "2"], "holder": None, "trial": True})
    assert made[1:5] == ["--until-eof", "certify", "--json", "--progress=json"]
    assert made[5:] == ["--work=/甘州/a b.gpkg", "--out=-out", "--village=1", "--village=2", "--trial"]


def test_a_positional_argument_comes_last_and_may_start_with_a_dash():
    assert arguments("import", {"package": "-资料包", "work": "/w.gpkg"})[-2:] == ["--", "-资料包"]


def test_status_of_a_work_file(qgis_app, work):
    seen = []
    run = EngineRun("status", {"work": str(work)})
    run.progressed.connect(lambda fraction, text: seen.append(fraction))
    outcome = run.wait()
    assert outcome.ok, outcome.text() + outcome.log
    assert [v["village_name"] for v in outcome.result["counts"]["villages"]] == ["示例村"]
    assert seen and seen == sorted(seen)


def test_a_wrong_parameter_is_told_in_chinese(qgis_app, tmp_path):
    outcome = EngineRun("check", {"work": str(tmp_path / "没有.gpkg")}).wait()
    assert outcome.exit_code == 2
    assert "处理办法" in outcome.text()


def test_a_python_that_does_not_start_is_told(qgis_app, tmp_path):
    outcome = EngineRun("selfcheck", {}, python=str(tmp_path / "nothing")).wait()
    assert not outcome.ok
    assert outcome.error["code"] == "EngineMissing" and "设置" in outcome.text()


def test_signals_for_the_dock(qgis_app, work, pump):
    run, ended = EngineRun("status", {"work": str(work)}), []
    run.ended.connect(ended.append)
    run.start()
    pump(lambda: ended)
    assert ended[0].ok and not run.running()


@pytest.mark.parametrize("way", ["wait", "signals"])
def test_cancel_is_real_and_leaves_nothing(qgis_app, tmp_path, pump, way):
    out = tmp_path / "县"
    run = EngineRun("sample", {"out": str(out), "parcels": 300_000})
    began = time.monotonic()
    if way == "wait":
        asked = threading.Event()
        threading.Timer(1.5, asked.set).start()
        outcome = run.wait(asked.is_set)
    else:
        run.start()
        pump(lambda: time.monotonic() - began > 1.5)
        run.cancel()
        pump(lambda: run.outcome)
        outcome = run.outcome
    assert outcome.cancelled, outcome.text() + outcome.log
    assert time.monotonic() - began < 1.5 + 2, "half a second where no one else uses the machine"
    assert not out.exists() or not list(out.iterdir())


def test_plugins_beside_ours_do_not_shadow_libraries(tmp_path, qgis_app, work):
    """In QGIS's plugin folder lie other plugins; one named like a library must not be imported in its place."""
    import shutil
    import subprocess
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    plugins = tmp_path / "plugins"
    shutil.copytree(root / "wr_plugin", plugins / "wr_plugin", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pandas", "statistics", "calendar"):
        (plugins / name).mkdir()
        (plugins / name / "__init__.py").write_text("raise ImportError('another plugin')", encoding="utf-8")
    script = plugins / "wr_plugin" / "desktop" / "start_engine.py"
    done = subprocess.run([os.environ["WR_ENGINE_PYTHON"], str(script), "check", "--json", f"--work={work}"],
                          capture_output=True, text=True, cwd=plugins)
    assert done.returncode == 0, done.stdout + done.stderr
