"""Next year's package: a copy of a sample package, changed as a county's land changes, and written again."""

import csv
import shutil

import geopandas
import openpyxl
import pandas as pd
import shapely
import township

LAYER = "矢量数据/DK6207992026.shp"
VILLAGE, NEW_VILLAGE = "620799200201", "620799200301"


class NextYear:
    """``parcels``: the parcel layer; ``books``: the workbooks by path. Change them, then ``write``."""

    def __init__(self, package, target):
        shutil.copytree(package, target)
        self.root = target
        self.parcels = geopandas.read_file(target / LAYER, encoding="gbk").set_index("DKBM", drop=False)
        paths = [*sorted(target.glob("权属数据/*.xlsx")), *sorted(target.glob("名录/*.xlsx"))]
        self.books = {p: openpyxl.load_workbook(p) for p in paths}
        with open(package.parent / "truth.csv", encoding="utf-8-sig") as stream:
            flawed = "|".join(row["subject"] for row in csv.DictReader(stream))
        codes = [r[0].value for r in self.sheet("CBDKXX").iter_rows(min_row=2)]
        rows = self.parcels[(self.parcels["DKLB"] == "10") & (self.parcels["TDYT"] == "1")]
        self.clean = [c for c in rows.index if c not in flawed and codes.count(c) == 1]

    def sheet(self, stem):
        return next(b.active for p, b in self.books.items() if p.stem.split("_2")[0].startswith(stem)
                    and (p.stem == stem or "名录" in p.stem))

    def rows(self, code):
        """(sheet, cells) of each row in any workbook that has a cell with this very value."""
        return [(sheet, cells) for book in self.books.values() for sheet in book for cells in sheet.iter_rows()
                if any(c.value == code for c in cells)]

    def holder_of(self, parcel):
        return next(cells[2].value for sheet, cells in self.rows(parcel) if sheet.title == "CBDKXX")

    def in_village(self, village):
        return [c for c in self.clean if c.startswith(village)]

    def remove(self, parcel):
        """The parcel is in no layer and no table any more."""
        self.parcels = self.parcels.drop(index=parcel)
        for sheet, cells in self.rows(parcel):
            sheet.delete_rows(cells[0].row)

    def split(self, parcel, first, second):
        """Cut in two, about 60 to 40, with new codes; both parts stay with the holder."""
        row = self.parcels.loc[parcel]
        x0, y0, x1, y1 = row.geometry.bounds
        along = (x1 - x0) > (y1 - y0)
        cut = shapely.box(x0, y0, x0 + 0.6 * (x1 - x0), y1) if along else shapely.box(x0, y0, x1, y0 + 0.6 * (y1 - y0))
        parts = [row.geometry & cut, row.geometry - cut]
        added = []
        for code, part in zip((first, second), parts):
            made = row.copy()
            made["DKBM"], made["geometry"], made["SCMJ"], made["SCMJM"] = code, part, part.area, part.area * 0.0015
            added.append(made)
        rest = self.parcels.drop(index=parcel)
        self.parcels = pd.concat([rest, geopandas.GeoDataFrame(added, crs=rest.crs).set_index("DKBM", drop=False)])
        for sheet, cells in self.rows(parcel):
            if sheet.title == "CBDKXX":
                sheet.append([second if c.value == parcel else c.value for c in cells])
        self.substitute({parcel: first})
        return [p.area for p in parts]

    def merge(self, first, second):
        """Two neighbours of one holder become one under the first code."""
        self.parcels.loc[first, "geometry"] = shapely.union(self.parcels.geometry[first], self.parcels.geometry[second])
        self.remove(second)

    def neighbours(self, village):
        """Two clean parcels with a long common border, held by one household."""
        mine = self.parcels.loc[self.in_village(village)]
        holders = {cells[0].value: cells[2].value for cells in self.sheet("CBDKXX").iter_rows(min_row=2)}
        for a, b in zip(*shapely.STRtree(mine.geometry.to_numpy()).query(mine.geometry.to_numpy(), "touches")):
            left, right = mine.iloc[a], mine.iloc[b]
            if a < b and holders[left.DKBM] == holders[right.DKBM] and left.geometry.intersection(right.geometry).length > 5:
                return left.DKBM, right.DKBM
        raise AssertionError("the sample has no such neighbours")

    def recode(self, old, new):
        """Every code that begins with ``old`` begins with ``new``."""
        self.parcels["DKBM"] = [new + c[len(old):] if c.startswith(old) else c for c in self.parcels["DKBM"]]
        for book in self.books.values():
            for sheet in book:
                for cells in sheet.iter_rows():
                    for cell in cells:
                        if isinstance(cell.value, str) and cell.value.startswith(old):
                            cell.value = new + cell.value[len(old):]

    def substitute(self, values):
        for book in self.books.values():
            for sheet in book:
                for cells in sheet.iter_rows():
                    for cell in cells:
                        if cell.value in values:
                            cell.value = values[cell.value]

    def members(self, holder):
        return [cells for sheet, cells in self.rows(holder) if sheet.title == "CBF_JTCY"]

    def rename_head(self, holder, name):
        """The household has a new head, the second of its members."""
        member = self.members(holder)[1]
        for sheet, cells in self.rows(holder):
            if sheet.title == "CBF":
                cells[2].value, cells[4].value = name, member[4].value
        member[1].value = name

    def write(self):
        for part in (self.root / "矢量数据").glob("DK*"):
            part.unlink()
        frame = self.parcels.reset_index(drop=True)
        frame.to_file(self.root / LAYER, driver="ESRI Shapefile", encoding="CP936")
        (self.root / LAYER).with_suffix(".cpg").unlink(missing_ok=True)
        township.set_ldid(self.root / LAYER, 0x4D)
        for path, book in self.books.items():
            book.save(path)
        return self.root
