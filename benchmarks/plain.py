"""Plain reading and writing of the files that a verb reads and writes, doing nothing else: what speed is measured against.

    plain.py package FOLDER OUT     every shapefile and workbook of a package, written to one GeoPackage
    plain.py tables WORK OUT        the tables that ``confirm`` reads and those it writes
    plain.py pages WORK FOLDER OUT  the tables and shapes that ``certify`` reads, and the bytes of its PDFs
"""

import sqlite3
import sys
from pathlib import Path

import pandas
import pyogrio

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from wr_plugin.intake import xlsx_rows  # noqa: E402

CONFIRM_READS = ("parcel_site", "CBDKXX", "CBF", "registry", "quota", "cap")
CONFIRM_WRITES = ("parcel_right", "right_part", "holder_right", "cap_result", "journal")
CERTIFY_READS = ("right_part", "holder_right", "CBF", "CBDKXX")


def package(folder, out):
    """Reads each file whole with the fastest reader at hand, and writes it as it is: layers by pyogrio, sheets by the
    product's own row reader, which takes an eighth of openpyxl's time."""
    for shapefile in sorted(Path(folder).rglob("*.shp")):
        frame = pyogrio.read_dataframe(shapefile, encoding="GB18030")
        pyogrio.write_dataframe(frame, out, layer=shapefile.stem, driver="GPKG", append=Path(out).exists())
    with sqlite3.connect(out) as connection:
        for workbook in sorted(Path(folder).rglob("*.xlsx")):
            with xlsx_rows.Book(workbook) as book:
                for title, _, part in book.sheets:
                    rows = [row for _, row in book.rows(part)]
                    width = max((len(row) for row in rows), default=0)
                    table = f'"{workbook.stem}_{title}"'
                    connection.execute(f"CREATE TABLE {table} ({', '.join(f'c{i}' for i in range(width))})")
                    filled = (row + [None] * (width - len(row)) for row in rows)
                    connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", filled)


def tables(work, out):
    """Reads tables through pandas and writes those that the verb makes."""
    source, target = sqlite3.connect(work), sqlite3.connect(out)
    for name in CONFIRM_READS:
        pandas.read_sql(f"SELECT * FROM {name}", source)
    pandas.read_sql("SELECT fid, DKBM, DKLB, TDYT, SCMJ, SCMJM, uuid, village_code FROM parcel", source)
    for name in CONFIRM_WRITES:
        pandas.read_sql(f"SELECT * FROM {name}", source).to_sql(name, target, index=False)
    target.commit()


def pages(work, folder, out):
    """Reads tables and shapes, and writes as many bytes as the PDFs have."""
    source = sqlite3.connect(work)
    for name in CERTIFY_READS:
        pandas.read_sql(f"SELECT * FROM {name}", source)
    pyogrio.read_dataframe(work, layer="parcel")
    with open(out, "wb") as stream:
        for pdf in sorted(Path(folder).rglob("*.pdf")):
            stream.write(pdf.read_bytes())


if __name__ == "__main__":
    {"package": package, "tables": tables, "pages": pages}[sys.argv[1]](*sys.argv[2:])
