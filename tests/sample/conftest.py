"""Two sample packages: 500 parcels and 2,000 parcels, written once for all tests of this room."""

import csv
from collections import defaultdict
from pathlib import Path

import geopandas
import openpyxl
import pytest

from wr_plugin.commands import sample
from wr_plugin.commands.progress import Progress


class Package:
    """A written package: ``root`` the county's folder, ``out`` the folder above it."""

    def __init__(self, out, parcels, seed, progress=None):
        self.out = Path(out)
        self.result = sample.run(None, {"out": str(out), "parcels": parcels, "seed": seed}, progress or Progress())
        self.root = Path(self.result.outputs[0])

    def layer(self, name):
        """A shapefile as a GeoDataFrame; ``name`` may be the beginning of its name."""
        (file,) = self.root.glob(f"*/{name}*.shp") if name != "斗口" else self.root.glob("*/斗口.shp")
        return geopandas.read_file(file)

    def table(self, name):
        """Rows of an ownership workbook as dicts."""
        rows = openpyxl.load_workbook(self.root / "权属数据" / f"{name}.xlsx", read_only=True).active.values
        names = next(rows)
        return [dict(zip(names, row)) for row in rows]

    def registry(self):
        """Data rows of all registries: between the number row and the total row."""
        rows = []
        for file in sorted((self.root / "名录").glob("*.xlsx")):
            rows += list(openpyxl.load_workbook(file, read_only=True).active.values)[5:-2]
        return rows

    def truth(self):
        """Subjects by finding."""
        planted = defaultdict(set)
        with open(self.out / "truth.csv", encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                planted[row["code"]].add(row["subject"])
        return planted

    def files(self):
        """Content of every file by its path below ``out``."""
        return {str(p.relative_to(self.out)): p.read_bytes() for p in sorted(self.out.rglob("*")) if p.is_file()}


@pytest.fixture(scope="session")
def smallest(tmp_path_factory):
    return Package(tmp_path_factory.mktemp("smallest"), 500, 1)


@pytest.fixture(scope="session")
def county(tmp_path_factory):
    return Package(tmp_path_factory.mktemp("county"), 2000, 1)


@pytest.fixture
def write():
    """Writes a package: ``write(out, parcels, seed, progress)``."""
    return Package
