"""What no file of the repository may hold, and what the house's files must be."""

import ast
import configparser
import re
import subprocess

import pytest
from source_tree import ROOT, modules

LONGEST_FILE = 450
LONGEST_LINE = 140  # 120 is what writers aim at
NAMELESS = {"utils", "helpers", "common", "manager", "misc"}
# Machine paths and registry hosts, spelled so that this file does not hold them
FORBIDDEN = re.compile(
    r"/(?:work|farm)/|\.lib" r"rary/|https?://[a-z0-9.-]*(?:debian|py" r"pi|python" r"hosted|npm" r"js)")
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX|NotImplemented" r"Error)\b")
REQUIRED_METADATA = {"name", "description", "version", "author", "about", "qgisminimumversion", "qgismaximumversion",
                     "hasprocessingprovider", "icon"}
BEFORE_PUBLISHING = {"email", "tracker", "repository", "homepage"}
TEXT_SUFFIXES = {".py", ".md", ".txt", ".toml", ".yaml", ".yml", ".qml", ".svg", ".sh", ".json", ".xml", ""}


def tracked():
    """The files under version control; those of the folder where it is no checkout (a user's download)."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.decode("utf-8").split("\0") if name]
    else:
        tops = ("wr_plugin", "resources", "forms", "tests", "benchmarks", "docs", "requirements")
        paths = [path for top in tops for path in (ROOT / top).rglob("*")]
    return [path for path in paths if path.is_file() and "__pycache__" not in path.parts]


def texts():
    for path in tracked():
        if path.suffix in TEXT_SUFFIXES and path.name != "LICENSE":
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


PYTHON = [path for path in tracked() if path.suffix == ".py"]


def test_no_machine_path_and_no_registry_host_in_any_file():
    found = [(name, match.group()) for name, text in texts() for match in FORBIDDEN.finditer(text)]
    assert not found


def test_nothing_is_left_unfinished():
    found = [(name, match.group()) for name, text in texts() if name.endswith(".py")
             for match in UNFINISHED.finditer(text)]
    assert not found


def test_each_file_is_about_one_thing():
    long = {path.relative_to(ROOT).as_posix(): n for path in PYTHON
            for n in [path.read_text(encoding="utf-8").count("\n")] if n > LONGEST_FILE}
    assert not long


def test_lines_are_short_enough_to_read():
    long = [(path.relative_to(ROOT).as_posix(), number) for path in PYTHON
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if len(line) > LONGEST_LINE]
    assert not long


def test_everything_has_a_name_of_its_own():
    assert not [path for path in PYTHON if NAMELESS & set(path.relative_to(ROOT).with_suffix("").parts)]


@pytest.mark.parametrize("module", modules())
def test_python_39_reads_the_product(module):
    ast.parse(modules()[module].read_text(encoding="utf-8"), feature_version=(3, 9))


def test_every_module_says_what_it_is():
    assert not [m for m, path in modules().items() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]


def test_no_large_file_is_tracked():
    assert not [path for path in tracked() if path.stat().st_size > 1 << 20]


def test_metadata_has_what_the_plugin_manager_needs():
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(ROOT / "metadata.txt", encoding="utf-8")
    general = metadata["general"]
    assert REQUIRED_METADATA <= set(general)
    assert all(general[key].strip() for key in REQUIRED_METADATA)
    assert not any("example" in general[key] for key in BEFORE_PUBLISHING)  # blank until there is a public address
    assert {"name[zh]", "name[zh_cn]", "name[zh-hans]"} <= set(general)
    assert general["description"].isascii() and general["qgisminimumversion"] == "3.22"
    assert (ROOT / general["icon"]).is_file()


def test_the_licence_is_the_whole_text():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text and "Version 2, June 1991" in text and "NO WARRANTY" in text
