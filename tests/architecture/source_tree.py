"""What the tests of this folder read: the product's files and, from their syntax trees, who imports whom."""

import ast
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "wr_plugin"


@lru_cache(maxsize=None)
def modules():
    """{dotted module name: path} of the product; a package goes by its own name."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = list(path.relative_to(ROOT).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@lru_cache(maxsize=None)
def tree(module):
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


@lru_cache(maxsize=None)
def imports(module):
    """Every name that a module imports, at its top or within a function: our modules in full, others as written."""
    found, path = set(), modules()[module]
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[:len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *((node.module or "").split(".") if node.module else [])])
            for alias in node.names:
                found.add(f"{source}.{alias.name}" if f"{source}.{alias.name}" in modules() else source)
    return frozenset(found)


def own_imports(module):
    """The product's modules among ``imports``, with the packages that hold them."""
    found = set()
    for name in imports(module):
        while name.startswith(PACKAGE):
            if name in modules():
                found.add(name)
            name = name.rpartition(".")[0]
    return found


def room(module):
    """``wr_plugin.store.frames`` → ``store``; a module right below the package goes by its own name."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def reach(starts):
    """All of the product's modules that are imported from ``starts``, directly or through others."""
    found, waiting = set(), list(starts)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting.extend(own_imports(module))
    return found
