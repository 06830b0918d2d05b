"""The nine steps with the product's own functions: arrays in, arrays out.

    ours.py FOLDER OUT
"""

import sqlite3
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyogrio
import shapely
from rules import CONTRACT_PERCENT, HOUSEHOLD_MU_100, OVERLAP_M2, WELL_REACH_M, Clock, check_line

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from wr_plugin.model import amounts  # noqa: E402
from wr_plugin.rights import caps, columns, quota  # noqa: E402
from wr_plugin.spatial import rings  # noqa: E402
from wr_plugin.spatial.crossings import crossings  # noqa: E402
from wr_plugin.spatial.locate import locate  # noqa: E402
from wr_plugin.spatial.nearest import nearest  # noqa: E402
from wr_plugin.spatial.overlaps import mutual  # noqa: E402
from wr_plugin.spatial.polygons import Polygons  # noqa: E402
from wr_plugin.spatial.repair import repair  # noqa: E402
from wr_plugin.store import rtree, structure  # noqa: E402


def layer(path, name, fields):
    meta, table = pyogrio.read_arrow(path, layer=name, columns=fields)
    wkb = table.column(meta["geometry_name"]).combine_chunks()
    return shapely.from_wkb(wkb.to_numpy(zero_copy_only=False)), table


def main(folder, out):
    clock, folder = Clock(), Path(folder)
    meta, table = pyogrio.read_arrow(folder / "parcels.gpkg", columns=["DKBM", "SCMJ", "ZZLX"])
    layers = folder / "layers.gpkg"
    branch_shapes, branches = layer(layers, "branches", ["bcode", "dcode"])
    service_shapes, services = layer(layers, "service", ["ocode"])
    well_shapes, wells = layer(layers, "wells", ["wcode"])
    reclaimed_shapes, _ = layer(layers, "reclaimed", [])
    _, quotas = pyogrio.read_arrow(layers, layer="quota", read_geometry=False)
    _, totals = pyogrio.read_arrow(layers, layer="totals", read_geometry=False)
    chosen = pa.csv.ConvertOptions(column_types={"DKBM": pa.string(), "CBFBM": pa.string()},
                                   include_columns=["DKBM", "CBFBM", "HTMJ"])
    registry = pa.csv.read_csv(folder / "registry.csv", convert_options=chosen).combine_chunks()
    clock.lap("read")

    wkb = table.column(meta["geometry_name"])
    parcels, mended, mended_shapes = sound(wkb.chunks)
    reclaimed_shapes, _, _ = repair(reclaimed_shapes)
    clock.lap("repair")

    area_mu_100 = columns.mu_from_m2(np.rint(parcels.area * 100).astype(np.int64))
    clock.lap("area")

    codes = table.column("DKBM").combine_chunks()
    row = pc.index_in(codes, value_set=registry.column("DKBM").chunk(0))
    registered = ~np.asarray(pc.is_null(row))
    row = np.asarray(pc.fill_null(row, 0))
    holder = registry.column("CBFBM").chunk(0).take(pa.array(row, mask=~registered))
    household = np.asarray(pc.fill_null(holder.dictionary_encode().indices, 0))
    contract = np.where(registered, columns.hundredths(np.asarray(registry.column("HTMJ")))[0][row], 0)
    del registry, row
    clock.lap("registry")

    branch, branch_m2 = locate(parcels, Polygons(branch_shapes))
    clock.lap("district")
    outlet, outlet_m2 = locate(parcels, Polygons(service_shapes))
    clock.lap("outlet")
    well, distance = nearest(parcels, well_shapes, np.full(len(well_shapes), WELL_REACH_M))
    clock.lap("well")
    i, j, shared = mutual(parcels, OVERLAP_M2)
    clock.lap("overlaps")
    _, _, covered = crossings(parcels, Polygons(reclaimed_shapes))
    covered = covered[covered > OVERLAP_M2]
    clock.lap("unapproved")

    crop = table.column("ZZLX").combine_chunks().dictionary_encode()
    of_crop = dict(zip(quotas.column("crop").to_pylist(), quotas.column("m3mu").to_pylist()))
    rates = np.array([round(of_crop[c] * 100) for c in crop.dictionary.to_pylist()])[np.asarray(crop.indices)]
    demand, volume = rights(area_mu_100, contract, registered, household, rates, *districts(branches, totals), branch)
    clock.lap("quota, caps")

    count, bounds = len(parcels), parcels.bounds
    del parcels
    result = {
        "DKBM": codes, "CBFBM": holder, "cls": registered.astype(np.int32), "SCMJ": table.column("SCMJ").combine_chunks(),
        "ZZLX": table.column("ZZLX").combine_chunks(), "area_mu": area_mu_100 / 100,
        "bcode": (branches.column("bcode"), branch), "dcode": (branches.column("dcode"), branch), "b_m2": branch_m2.round(2),
        "ocode": (services.column("ocode"), outlet), "o_m2": outlet_m2.round(2), "wcode": (wells.column("wcode"), well),
        "w_dist": pa.array(distance.round(2), mask=well < 0),
        "ov_n": (np.bincount(i, minlength=count) + np.bincount(j, minlength=count)).astype(np.int32),
        "ov_m2": (np.bincount(i, shared, count) + np.bincount(j, shared, count)).round(2), "demand": demand,
        "alloc": volume}
    stream = pa.RecordBatchReader.from_batches(*batches(result, wkb.chunks, mended, mended_shapes))
    pyogrio.write_arrow(stream, out, layer="result", geometry_name="geom", geometry_type="Unknown", crs=meta["crs"],
                        SPATIAL_INDEX="NO")
    index(out, bounds)
    clock.lap("write")
    clock.finish(check_line(area_mu_100, registered, branch, outlet, well, (len(i), shared.sum()),
                            (len(covered), covered.sum()), volume, len(mended)))


def sound(chunks):
    """(``Polygons``, rows that were repaired, their shapes). Shapes are made only of what is not seen to be valid."""
    parts = [(np.frombuffer(wkb.buffers()[2], dtype=np.uint8),
              np.frombuffer(wkb.buffers()[1], dtype=np.int32)[wkb.offset:wkb.offset + len(wkb) + 1]) for wkb in chunks]
    column, odd = rings.of_wkb(parts)
    rows = np.flatnonzero(odd | ~column.surely_valid)
    unsure = pa.chunked_array(chunks).take(pa.array(rows)).combine_chunks()
    shapes, repaired, _ = repair(shapely.from_wkb(unsure.to_numpy(zero_copy_only=False)))
    taken = odd[rows] | repaired
    return Polygons.of_rings(column, rows[taken], shapes[taken]), rows[repaired], shapes[repaired]


def batches(result, chunks, mended, mended_shapes):
    """(schema, batches) of the result with the shapes as they were read, but for the repaired ones."""
    def of_rows(start, wkb):
        end = start + len(wkb)
        rows = np.flatnonzero((mended >= start) & (mended < end))
        changed = np.zeros(len(wkb), dtype=bool)
        changed[mended[rows] - start] = True
        columns_ = {name: values[start:end] if not isinstance(values, tuple) else _named(values[0], values[1][start:end])
                    for name, values in result.items()}
        shapes = pa.array(shapely.to_wkb(mended_shapes[rows]), type=wkb.type)
        return pa.record_batch({**columns_, "geom": pc.replace_with_mask(wkb, pa.array(changed), shapes)})

    starts = np.cumsum([0, *(len(wkb) for wkb in chunks)])
    schema = of_rows(0, chunks[0][:1]).schema
    return schema, (of_rows(start, wkb) for start, wkb in zip(starts, chunks))


def _named(names, rows):
    return names.combine_chunks().take(pa.array(rows, mask=rows < 0))


def index(out, bounds):
    """The spatial index of the layer written last, packed as the work file's."""
    connection = sqlite3.connect(out, isolation_level=None)
    for pragma in ("synchronous = OFF", "journal_mode = OFF"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    for statement in structure.EXTENSION_DDL.split(";"):
        connection.execute(statement)
    structure.create_spatial_index(connection, "result")
    rtree.fill(connection, "rtree_result_geom", np.arange(1, len(bounds) + 1), bounds)
    connection.execute("COMMIT")
    connection.close()


def districts(branches, totals):
    """((branches,) district number of each, (districts,) total in m³)."""
    known = totals.column("dcode").to_pylist()
    number = {code: i for i, code in enumerate(known)}
    return (np.array([number[code] for code in branches.column("dcode").to_pylist()]),
            np.asarray(totals.column("total_m3")).astype(np.int64))


def rights(area_mu_100, contract, registered, household, rates, district_of, totals, branch):
    """Step 8 over columns, see ``rules.rights``: (demand, volume) in whole m³."""
    counted = np.where(registered, np.minimum(area_mu_100, contract * CONTRACT_PERCENT // 100), 0)
    held = columns.sums(counted, household, int(household.max()) + 1)[household]
    cut = np.flatnonzero(registered & (held > HOUSEHOLD_MU_100))
    counted[cut] = columns.share_of(counted[cut], np.full(len(cut), HOUSEHOLD_MU_100), held[cut])
    demand = quota.demand_m3_100(counted, rates, np.full(len(rates), amounts.ETA_SCALE), amounts.HUNDRED) // amounts.HUNDRED
    volume = np.zeros(len(demand), dtype=np.int64)
    inside = np.flatnonzero(branch >= 0)
    district = district_of[branch[inside]]
    wanted = columns.sums(demand[inside], district, len(totals))
    volume[inside] = caps.largest_remainder(demand[inside], district, np.minimum(totals, wanted)).parts
    return demand, volume


if __name__ == "__main__":
    main(*sys.argv[1:])
