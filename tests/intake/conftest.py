"""Importing a package as the command line does."""

import sqlite3
from types import SimpleNamespace

import pytest
import township

from wr_plugin.commands import import_package
from wr_plugin.commands.progress import Progress


@pytest.fixture
def package(tmp_path):
    """A complete, clean package of one village."""
    return township.whole(tmp_path / "资料")


@pytest.fixture
def bring_in(tmp_path):
    """Imports a package: ``bring_in(package, mapping=…, policy=…)`` gives the result and a reader of the work file."""
    work = tmp_path / "工作" / "示例县.gpkg"

    def run(package, mapping=None, policy=None, progress=None, **answers):
        params = {"package": str(package.root), "work": str(work), "mapping": mapping and str(mapping),
                  "policy": policy and str(policy), **answers}
        result = import_package.run(None, params, progress or Progress())

        def rows(sql, *values):
            connection = sqlite3.connect(work)
            connection.row_factory = sqlite3.Row
            try:
                return [dict(r) for r in connection.execute(sql, values)]
            finally:
                connection.close()

        return SimpleNamespace(result=result, rows=rows, path=work, told=dict(result.table))

    run.work = work
    return run
