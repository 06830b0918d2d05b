"""The verbs are declared once: each has its module, and the command line's help speaks of every parameter."""

import ast

import pytest
from source_tree import modules, tree

from wr_plugin import __main__ as door
from wr_plugin.commands import catalogue


@pytest.mark.parametrize("verb", catalogue.VERBS.values(), ids=list(catalogue.VERBS))
def test_each_verb_has_a_module_with_run(verb):
    module = f"wr_plugin.commands.{verb.module}"
    assert module in modules()
    functions = {node.name: node for node in tree(module).body if isinstance(node, ast.FunctionDef)}
    assert [a.arg for a in functions["run"].args.args] == ["store", "params", "progress"]
    assert verb.store in ("", "create", "write", "read")


@pytest.mark.parametrize("verb", catalogue.VERBS.values(), ids=list(catalogue.VERBS))
def test_help_speaks_of_every_parameter(verb):
    text = door.verb_help(verb)
    for param in verb.params:
        assert (param.label if param.positional else param.option) in text and param.help in text


def test_general_help_lists_every_verb():
    text = door.general_help()
    assert all(f"{verb.name} " in text and verb.title in text for verb in catalogue.VERBS.values())


def test_every_path_among_the_parameters_is_kept_by_its_name_only():
    from wr_plugin.commands import catalogue
    from wr_plugin.store import runs

    paths = {param.name for verb in catalogue.VERBS.values() for param in verb.params if
             any(word in param.kind for word in ("file", "folder"))}
    assert paths <= set(runs.PATHS)
