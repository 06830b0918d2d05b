"""The hand-drawn village, changed by each test, and checked."""

import pytest

from tests.village import FINDINGS, make_village
from wr_plugin.commands import check
from wr_plugin.commands.progress import Progress
from wr_plugin.store import frames
from wr_plugin.store.workfile import WorkFile


class Checked:
    """A checked village: ``new`` and ``gone`` are the (code, subject) that the changes added and removed."""

    def __init__(self, path):
        with WorkFile.open(path) as store:
            self.result = check.run(store, {"work": str(path)}, Progress())
            self.findings = frames.read(store, "finding")
            self.site = frames.read(store, "parcel_site").set_index("parcel_fid")
            self.uuids = dict(store.connection.execute("SELECT uuid, DKBM FROM parcel").fetchall())
        found = set(zip(self.findings["code"], self.findings["subject"]))
        self.new, self.gone = found - FINDINGS, FINDINGS - found

    def message(self, code):
        """The only finding of a code."""
        (message,) = self.findings.loc[self.findings["code"] == code, "message"]
        return message


@pytest.fixture
def checked(tmp_path):
    """``checked(*sql, policy={…}, change=f)``: the village after SQL statements and ``change(store)``, checked."""
    count = 0

    def make(*statements, policy=None, change=None):
        nonlocal count
        count += 1

        def before_commit(store):
            for statement in statements:
                store.connection.execute(statement)
            if change:
                change(store)

        return Checked(make_village(tmp_path / f"村{count}.gpkg", policy, before_commit))

    return make
