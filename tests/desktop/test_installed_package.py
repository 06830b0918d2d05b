"""The very zip that users install, in a fresh QGIS profile: the provider is there and a verb runs from it."""

import json
import os
import runpy
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
QGIS_PROCESS = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
OF_THIS_TEST = ("PYTHONPATH", "PYTHONHOME", "PYTEST_CURRENT_TEST")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A function that runs qgis_process in a profile with the package installed and enabled."""
    profile = tmp_path_factory.mktemp("配置")
    package = runpy.run_path(str(ROOT / "build_package.py"))["build_zip"](profile / "wr_plugin.zip")
    plugins = profile / "profiles" / "default" / "python" / "plugins"
    with zipfile.ZipFile(package) as opened:
        opened.extractall(plugins)
    environment = {name: value for name, value in os.environ.items() if name not in OF_THIS_TEST}
    environment.update(QGIS_CUSTOM_CONFIG_PATH=str(profile), QT_QPA_PLATFORM="offscreen",
                       WR_ENGINE_PYTHON=str(ROOT / ".venv" / "bin" / "python"))

    def run(*arguments):
        return subprocess.run([QGIS_PROCESS, *arguments], capture_output=True, env=environment, cwd=profile, check=False,
                              stdin=subprocess.DEVNULL, timeout=300)

    enabled = run("plugins", "enable", "wr_plugin")
    assert enabled.returncode == 0, enabled.stderr.decode("utf-8", "replace")
    return run


def test_the_provider_lists_every_verb_in_chinese(installed):
    from wr_plugin.commands import catalogue

    done = installed("--json", "list")
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    algorithms = json.loads(done.stdout)["providers"]["wr"]["algorithms"]
    assert {f"wr:{name}": verb.title for name, verb in catalogue.VERBS.items()} == {
        name: algorithm["name"] for name, algorithm in algorithms.items()}


def test_selfcheck_runs_from_the_installed_package(installed):
    done = installed("--json", "run", "wr:selfcheck", "--")
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    assert "自检通过" in json.loads(done.stdout)["results"]["TEXT"]


def test_bad_input_is_told_in_chinese_with_exit_code_1(installed, tmp_path):
    done = installed("--json", "run", "wr:status", "--", f"work={tmp_path / '没有.gpkg'}")
    assert done.returncode != 0 and "文件不存在" in done.stderr.decode("utf-8", "replace")
