"""No import goes up, nor sideways between the rooms of one floor; QGIS stays behind one door (DESIGN §2, §3)."""

import sys

import pytest
from source_tree import imports, modules, own_imports, reach, room

WORKING_ROOMS = ("intake", "checks", "rights", "review", "documents", "sample")
GROUND = {"version", "places", "model"}
BELOW = {
    "": {"plugin"}, "version": set(), "places": set(), "model": set(), "spatial": {"model"}, "store": GROUND,
    **{name: GROUND | {"store", "spatial"} for name in WORKING_ROOMS},
    "verification": GROUND | {"store"},
    "commands": GROUND | {"store", "spatial", "verification", *WORKING_ROOMS},
    "__main__": GROUND | {"store", "commands"},
    "desktop": GROUND | {"store", "commands", "rights"},
    "plugin": GROUND | {"desktop"},
}
STANDARD_LIBRARY_ONLY = {"model", "version", "places", "__main__", "commands.catalogue", "commands.progress", "commands.running",
                         "commands.watching", "store.half_made",
                         "commands.text_table", "commands.failure_log", "commands.status", "verification"}
QGIS = {"qgis", "osgeo", "processing", "PyQt5", "PyQt6", "sip"}
HEAVY = {"numpy", "pandas", "geopandas", "shapely", "pyproj", "fiona", "pyogrio", "reportlab", "openpyxl", "PIL",
         "pypdf", "segno", "lxml", "xlrd", "xlwt", "yaml"}
# What the QGIS process may import of ours besides desktop/ and plugin.py
LIGHT = {"model", "version", "places", "store.workfile", "store.reading", "store.views", "store.runs", "store.journal", "store.acceptances",
         "store.registry_links",
         "commands.catalogue", "commands.watching", "rights.explain", "rights.lever_settings"}


def top(name):
    return name.split(".")[0]


def within(module, names):
    short = module.partition(".")[2]
    return any(short == name or short.startswith(name + ".") for name in names)


def test_every_module_stands_in_a_room_that_the_plan_names():
    assert {room(m) for m in modules()} <= set(BELOW)


@pytest.mark.parametrize("module", modules())
def test_imports_go_down_only(module):
    allowed = BELOW[room(module)] | {room(module), ""}
    wrong = {name for name in own_imports(module) if room(name) not in allowed}
    assert not wrong, f"{module} 引用了上层或同层的 {sorted(wrong)}"


@pytest.mark.parametrize("module", modules())
def test_only_desktop_and_plugin_import_qgis(module):
    if room(module) not in ("desktop", "plugin"):
        assert not {name for name in imports(module) if top(name) in QGIS}


@pytest.mark.parametrize("module", [m for m in modules() if within(m, STANDARD_LIBRARY_ONLY)])
def test_light_modules_need_the_standard_library_only(module):
    assert {top(name) for name in imports(module)} <= set(sys.stdlib_module_names) | {"wr_plugin"}


def test_the_qgis_process_reaches_no_heavy_library():
    starts = [m for m in modules() if room(m) in ("desktop", "plugin", "")]
    reached = reach(starts)
    heavy = {(module, name) for module in reached for name in imports(module) if top(name) in HEAVY}
    assert not heavy


def test_desktop_imports_only_the_light_part_of_the_product():
    wrong = {(module, name) for module in modules() if room(module) in ("desktop", "plugin")
             for name in imports(module) if name in modules() and room(name) not in ("desktop", "plugin", "")
             and not within(name, LIGHT) and name not in {"wr_plugin.store", "wr_plugin.commands", "wr_plugin.rights"}}
    assert not wrong


def test_the_engine_imports_only_libraries_that_are_pinned():
    known = set(sys.stdlib_module_names) | HEAVY | {"wr_plugin"}
    wrong = {(module, name) for module in modules() if room(module) not in ("desktop", "plugin")
             for name in imports(module) if top(name) not in known}
    assert not wrong


def test_the_second_reckoning_shares_no_arithmetic_with_the_first():
    """What ``verify`` proves rests on two implementations: it reads the policy and code lists, and nothing that computes."""
    shared = {name for module in modules() if room(module) == "verification" for name in imports(module)
              if name in modules() and room(name) != "verification"}
    assert shared <= {"wr_plugin.model", "wr_plugin.model.codes"}
