"""The nine steps with the product's own functions: arrays in, arrays out.

    ours.py FOLDER OUT
"""

import sys
from concurrent.futures import ThreadPoolExecutor
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
from wr_plugin.store import new_layer, records  # noqa: E402


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

    wkb, codes = table.column(meta["geometry_name"]), table.column("DKBM").combine_chunks()
    # the registry is looked up in one thread, beside the repair
    with ThreadPoolExecutor(1) as beside:
        found = beside.submit(look_up, codes, registry)
        parcels, mended, mended_shapes = sound(wkb.chunks)
        reclaimed_shapes, _, _ = repair(reclaimed_shapes)
        area_mu_100 = columns.mu_from_m2(np.rint(parcels.area * 100).astype(np.int64))
        row, registered, household, contract = found.result()
    holders, table = registry.column("CBFBM"), table.drop_columns(["DKBM"])
    del found, registry
    pa.default_memory_pool().release_unused()
    clock.lap("repair, registry")

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

    crop_names = table.column("ZZLX").combine_chunks()
    crop = crop_names.dictionary_encode()
    of_crop = dict(zip(quotas.column("crop").to_pylist(), quotas.column("m3mu").to_pylist()))
    rates = np.array([round(of_crop[c] * 100) for c in crop.dictionary.to_pylist()])[np.asarray(crop.indices)]
    demand, volume = rights(area_mu_100, contract, registered, household, rates, *districts(branches, totals), branch)
    clock.lap("quota, caps")

    count, bounds = len(parcels), parcels.bounds
    del parcels
    result = {
        "DKBM": text(codes), "CBFBM": text(holders).chosen(row),
        "cls": records.integers(registered), "SCMJ": records.reals(table.column("SCMJ")), "ZZLX": text(crop_names),
        "area_mu": records.reals(area_mu_100 / 100), "bcode": text(branches.column("bcode")).chosen(branch),
        "dcode": text(branches.column("dcode")).chosen(branch), "b_m2": records.reals(branch_m2.round(2)),
        "ocode": text(services.column("ocode")).chosen(outlet), "o_m2": records.reals(outlet_m2.round(2)),
        "wcode": text(wells.column("wcode")).chosen(well), "w_dist": records.reals(distance.round(2)),
        "ov_n": records.integers(np.bincount(i, minlength=count) + np.bincount(j, minlength=count)),
        "ov_m2": records.reals((np.bincount(i, shared, count) + np.bincount(j, shared, count)).round(2)),
        "demand": records.integers(demand), "alloc": records.integers(volume)}
    empty_layer(out, meta["crs"], result)
    new_layer.fill(out, "result", bounds, shapes(wkb.chunks, mended, mended_shapes), result.values())
    clock.lap("write")
    clock.finish(check_line(area_mu_100, registered, branch, outlet, well, (len(i), shared.sum()),
                            (len(covered), covered.sum()), volume, len(mended)))


def look_up(codes, registry):
    """(row of the registry, −1 for none; True where there is one; household, contract area in 0.01 亩) of each code."""
    row = np.asarray(pc.fill_null(pc.index_in(codes, value_set=registry.column("DKBM").chunk(0)), -1))
    registered = row >= 0
    households = np.asarray(registry.column("CBFBM").chunk(0).dictionary_encode().indices)
    areas = columns.hundredths(np.asarray(registry.column("HTMJ")))[0]
    return row, registered, np.where(registered, households[row], 0), np.where(registered, areas[row], 0)


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


def text(column):
    """A text column of Arrow, none of it missing, as the writer takes it."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    _, offsets, data = whole.buffers()
    return records.texts(np.frombuffer(data, dtype=np.uint8), offsets_of(whole, offsets))


def offsets_of(column, buffer):
    return np.frombuffer(buffer, dtype=np.int32)[column.offset:column.offset + len(column) + 1]


def shapes(chunks, mended, mended_shapes):
    """Yields (WKB bytes, offsets) of the shapes as they were read, but for the repaired ones."""
    start = 0
    for wkb in chunks:
        rows = np.flatnonzero((mended >= start) & (mended < start + len(wkb)))
        start, first = start + len(wkb), start
        if len(rows):
            changed = np.zeros(len(wkb), dtype=bool)
            changed[mended[rows] - first] = True
            wkb = pc.replace_with_mask(wkb, pa.array(changed), pa.array(shapely.to_wkb(mended_shapes[rows]), type=wkb.type))
        yield np.frombuffer(wkb.buffers()[2], dtype=np.uint8), offsets_of(wkb, wkb.buffers()[1])


def empty_layer(out, crs, result):
    """The layer ``result`` as GDAL makes it, without rows."""
    of_kind = {records.TEXT: pa.string(), records.REAL: pa.float64()}
    fields = {name: pa.array([], of_kind.get(column.kind, pa.int64())) for name, column in result.items()}
    pyogrio.write_arrow(pa.table({**fields, "geom": pa.array([], pa.binary())}), out, layer="result", geometry_name="geom",
                        geometry_type="Unknown", crs=crs, SPATIAL_INDEX="NO")


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
