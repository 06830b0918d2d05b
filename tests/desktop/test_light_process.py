"""The QGIS process imports no computing library through us (DESIGN §2), and nothing unscoped that Qt 6 lacks."""

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = [ROOT / "wr_plugin" / "plugin.py", *sorted((ROOT / "wr_plugin" / "desktop").rglob("*.py"))]
HEAVY = {"numpy", "pandas", "geopandas", "shapely", "pyproj", "fiona", "pyogrio", "reportlab", "openpyxl", "PIL", "pypdf",
         "segno", "lxml", "yaml", "xlrd"}
PROBE = """
import importlib, json, sys
sys.path.insert(0, {root!r})
import qgis.core, qgis.gui, qgis.utils, qgis.PyQt.QtWidgets, qgis.PyQt.QtXml
before = set(sys.modules)
for name in {modules!r}:
    importlib.import_module(name)
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_a_fresh_process_loads_no_computing_library_through_us():
    modules = [module_of(path) for path in OURS if path.name != "start_engine.py"]
    probe = PROBE.format(root=str(ROOT), modules=modules)
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout.strip().splitlines()[-1])
    assert "wr_plugin.desktop.workbench" in loaded
    assert not {name for name in loaded if name.split(".")[0] in HEAVY}


def test_reading_and_explaining_a_parcel_loads_none_either(built):
    code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import qgis.core
before = set(sys.modules)
from wr_plugin.desktop import findings_query, parcel_facts
from wr_plugin.rights.explain import explain_parcel
from wr_plugin.store.workfile import WorkFile
with WorkFile.open({str(built)!r}, readonly=True) as store:
    uuid = store.connection.execute("SELECT uuid FROM parcel ORDER BY fid").fetchone()[0]
    parcel_facts.as_html(parcel_facts.read(store, uuid), explain_parcel(store, uuid))
    findings_query.rows(store)
print(sorted({{name.split(".")[0] for name in set(sys.modules) - before}} & {HEAVY!r}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def qt_names(tree):
    """Names that a module imports from qgis, with the objects they stand for."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("qgis."):
            source = importlib.import_module(node.module)
            names.update({a.asname or a.name: getattr(source, a.name) for a in node.names if hasattr(source, a.name)})
    return names


def chain_of(node):
    """``Qt.DockWidgetArea.Right`` as a list of names; None where it does not start from a plain name."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return [node.id, *parts] if isinstance(node, ast.Name) else None


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.name)
def test_every_enum_is_named_with_its_scope(path):
    """PyQt6 has ``Qt.AlignmentFlag.AlignLeft``, not ``Qt.AlignLeft``; Qt 5's bindings know both."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known, wrong, missing = qt_names(tree), [], []
    for node in ast.walk(tree):
        chain = chain_of(node) if isinstance(node, ast.Attribute) else None
        if not chain or chain[0] not in known or not isinstance(known[chain[0]], type):
            continue
        value = getattr(known[chain[0]], chain[1], None)
        if value is None and chain[0] != "Qgis":
            missing.append(".".join(chain))
        if isinstance(value, int) and len(chain) == 2 and chain[1][0].isupper():
            wrong.append(".".join(chain))
    assert not wrong and not missing


GONE_IN_QT6 = ("exec_(", "QRegExp", "QDesktopWidget", "qApp", "QVariant()", "WebKit", "fontMetrics().width", "from PyQt5")


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.name)
def test_nothing_that_qt6_has_dropped(path):
    text = path.read_text(encoding="utf-8")
    assert not [word for word in GONE_IN_QT6 if word in text]


def test_the_entry_is_small():
    assert len((ROOT / "wr_plugin" / "plugin.py").read_text(encoding="utf-8").splitlines()) < 100
