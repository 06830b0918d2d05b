"""A verb of our own for testing the doors, and an empty work file."""

import sys
import types

import pytest
from pyproj import CRS

from wr_plugin.commands import catalogue
from wr_plugin.store.create import create_workfile

EVERY_KIND = catalogue.Verb("fake", "试验", "只用于测试。", (
    catalogue.Param("subject", catalogue.TEXT, "对象", "说明对象", required=True, positional=True),
    catalogue.Param("count", catalogue.WHOLE, "个数", "多少个", default=3),
    catalogue.Param("on", catalogue.DATE, "日期", "哪一天"),
    catalogue.Param("level", catalogue.CHOICE, "层级", "哪一级", default="town", choices={"town": "乡镇", "city": "市级"}),
    catalogue.Param("village", catalogue.TEXTS, "村", "村代码"),
    catalogue.Param("trial", catalogue.FLAG, "试打", "只试一试", default=False),
    catalogue.Param("source", catalogue.FILE, "来源", "读哪个文件"),
    catalogue.Param("out", catalogue.NEW_FILE, "结果", "写到哪里", filter="表 (*.xlsx)"),
    catalogue.Param("folder", catalogue.FOLDER, "文件夹", "在哪里"),
    catalogue.Param("target", catalogue.NEW_FOLDER, "新文件夹", "写到哪里"),
), "fake", store="")


@pytest.fixture
def fake_verb(monkeypatch):
    """Installs a verb ``fake``; returns a function that sets what it does."""

    def install(run, store=""):
        verb = EVERY_KIND if not store else catalogue.Verb(
            "fake", "试验", "只用于测试。", (catalogue.WORK,), "fake", store=store)
        module = types.ModuleType("wr_plugin.commands.fake")
        module.run = run
        monkeypatch.setitem(sys.modules, "wr_plugin.commands.fake", module)
        monkeypatch.setitem(catalogue.VERBS, "fake", verb)
        return verb

    return install


@pytest.fixture
def work(tmp_path):
    """The path of an empty work file."""
    path = tmp_path / "示例.gpkg"
    create_workfile(path, CRS.from_epsg(4522)).close()
    return path
