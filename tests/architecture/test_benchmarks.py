"""The benchmarks, which no other test runs, use of the product what it has."""

import ast
import importlib

import pytest
from source_tree import ROOT

SCRIPTS = sorted((ROOT / "benchmarks").rglob("*.py"))


def used(tree):
    """(module of the product, name) of each name that a script imports, and of what it takes of an imported module."""
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wr_plugin"):
            for name in node.names:
                yield node.module, name.name
                modules[name.asname or name.name] = f"{node.module}.{name.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield modules[node.value.id], node.attr


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_what_a_benchmark_takes_of_the_product_exists(script):
    for module, name in used(ast.parse(script.read_text(encoding="utf-8"))):
        try:
            holder = importlib.import_module(module)
        except ModuleNotFoundError:
            package, _, inner = module.rpartition(".")
            holder = getattr(importlib.import_module(package), inner)
        if not hasattr(holder, name):
            importlib.import_module(f"{module}.{name}")
