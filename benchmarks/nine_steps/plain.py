"""Plain reading and writing of the same files through Arrow, doing nothing else: what the nine steps are held against.

    plain.py FOLDER OUT
"""

import sys
from pathlib import Path

import pyogrio
from rules import Clock


def main(folder, out):
    clock = Clock()
    meta, table = pyogrio.read_arrow(Path(folder) / "parcels.gpkg")
    clock.lap("read")
    pyogrio.write_arrow(table, out, layer="result", geometry_name=meta["geometry_name"], geometry_type="Polygon",
                        crs=meta["crs"])
    clock.lap("write")
    clock.finish(None)


if __name__ == "__main__":
    main(*sys.argv[1:])
