"""The package for QGIS's plugin manager: one folder, everything it needs, nothing else, the same bytes every time."""

import ast
import os
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = runpy.run_path(str(ROOT / "build_package.py"))


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return BUILD["build_zip"](tmp_path_factory.mktemp("dist") / "wr_plugin.zip")


def test_it_holds_what_the_plugin_needs_in_one_folder(package):
    with zipfile.ZipFile(package) as opened:
        names = opened.namelist()
        assert opened.testzip() is None
    assert {name.split("/")[0] for name in names} == {"wr_plugin"}
    assert {"wr_plugin/metadata.txt", "wr_plugin/LICENSE", "wr_plugin/__init__.py", "wr_plugin/__main__.py",
            "wr_plugin/resources/policies/zhangye.yaml"} <= set(names)
    for folder in ("resources", "forms"):
        there = {path.relative_to(ROOT / folder).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()
                 and "__pycache__" not in path.parts}
        assert {f"wr_plugin/{folder}/{name}" for name in there} <= set(names)


def test_it_holds_no_tests_compiled_files_or_requirements(package):
    with zipfile.ZipFile(package) as opened:
        wrong = [name for name in opened.namelist()
                 if name.endswith((".pyc", ".so", ".pyd", ".dll", ".exe")) or "requirements" in name
                 or "/tests/" in name or "__pycache__" in name or "/." in name]
    assert not wrong


def test_the_same_sources_give_the_same_bytes(package, tmp_path):
    again = BUILD["build_zip"](tmp_path / "again.zip")
    assert again.read_bytes() == package.read_bytes()


def test_the_version_is_that_of_the_metadata():
    version = ast.literal_eval((ROOT / "wr_plugin" / "version.py").read_text("utf-8").rpartition("=")[2].strip())
    assert BUILD["version"]() == version


def test_laying_out_a_folder_removes_what_is_no_longer_part(tmp_path):
    laid = BUILD["lay_out"](tmp_path)
    (laid / "old.py").write_text("")
    BUILD["lay_out"](tmp_path)
    assert not (laid / "old.py").exists() and (laid / "metadata.txt").is_file()


def test_the_installed_package_runs_from_a_folder_with_spaces_and_chinese(package, tmp_path):
    home = tmp_path / "插件 文件夹(2)"
    with zipfile.ZipFile(package) as opened:
        opened.extractall(home)
    done = subprocess.run([sys.executable, "-m", "wr_plugin", "selfcheck", "--json"], cwd=home, capture_output=True,
                          check=False, env={**os.environ, "PYTHONPATH": str(home), "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 0, done.stdout.decode("utf-8")
