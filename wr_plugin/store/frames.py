"""Whole tables in and out of the work file as pandas frames and shapely arrays (engine only)."""

import numpy as np
import pandas as pd
import shapely

from ..model import schema
from ..model.findings import KINDS
from . import acceptances, rtree
from .structure import create_indexes, create_triggers, drop_indexes, drop_triggers

HEADER_SIZES = {0: 8, 1: 40, 2: 56, 3: 56, 4: 72}
BATCH = 50_000
MULTI = {schema.MULTIPOLYGON: (3, shapely.multipolygons), schema.MULTILINESTRING: (1, shapely.multilinestrings)}


def read(store, table, columns=None, where="", params=()):
    """Rows of a table in key order. INTEGER columns are int64, or Int64 where nulls occur; TEXT is object with None.

    ``where``: an SQL condition with bound ``params``; column names are checked against the schema.
    """
    declared = schema.table(table)
    names = list(columns) if columns is not None else list(declared.columns)
    unknown = [n for n in names if n not in declared.by_name]
    if unknown:
        raise ValueError(f"{table} 没有字段 {unknown}")
    listed = ", ".join(f'"{n}"' for n in names)
    condition = f" WHERE {where}" if where else ""
    # nosec: names come from the schema, conditions from our own code with bound values
    cursor = store.connection.execute(
        f'SELECT {listed} FROM {table}{condition} ORDER BY "{declared.key}"', params)  # nosec B608
    cursor.row_factory = None
    rows = cursor.fetchall()
    values = list(zip(*rows)) if rows else [()] * len(names)
    return pd.DataFrame({n: _column(v, declared.by_name[n].type) for n, v in zip(names, values)}, columns=names)


def _column(values, kind):
    if kind == schema.INTEGER:
        if None in values:
            return pd.array(values, dtype="Int64")
        return np.array(values, dtype=np.int64)
    if kind == schema.REAL:
        return np.array(values, dtype=np.float64)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return pd.Series(column, dtype=object)


def read_geometry(store, layer, where="", params=()):
    """(fid int64, shapely geometries) of a layer in fid order; None where a row has no geometry."""
    name = schema.checked_identifier(layer)
    condition = f" WHERE {where}" if where else ""
    cursor = store.connection.execute(f"SELECT fid, geom FROM {name}{condition} ORDER BY fid", params)  # nosec B608
    cursor.row_factory = None
    rows = cursor.fetchall()
    fids = np.fromiter((r[0] for r in rows), dtype=np.int64, count=len(rows))
    wkb = np.empty(len(rows), dtype=object)
    wkb[:] = [None if r[1] is None else r[1][HEADER_SIZES[(r[1][3] >> 1) & 7]:] for r in rows]
    return fids, shapely.from_wkb(wkb)


def replace(store, table, frame, geometry=None):
    """Replaces all rows of a table; within ``transaction``. See ``append``.

    Indexes are taken away before and built again at the end, which is faster than keeping them row by row.
    """
    name = schema.checked_identifier(table)
    drop_indexes(store.connection, schema.table(table))
    if schema.table(table).geometry:
        drop_triggers(store.connection, name)
        store.connection.execute(f"DELETE FROM rtree_{name}_geom")  # nosec B608: checked identifier
    store.connection.execute(f"DELETE FROM {name}")  # nosec B608: checked identifier
    if schema.table(table).geometry:
        create_triggers(store.connection, name)
    append(store, table, frame, geometry)
    create_indexes(store.connection, schema.table(table))


def append(store, table, frame, geometry=None):
    """Adds the rows of ``frame``; within ``transaction``. Columns that the frame lacks become NULL, as do NaN and NA.

    ``geometry``: shapely array of the same length for a layer, promoted to the layer's multi type. Where the key is
    ``fid`` and the frame has none, rows are numbered on from the last. Raises ValueError for a column that the schema
    does not know.
    """
    declared = schema.table(table)
    unknown = [c for c in frame.columns if c not in declared.by_name or declared.by_name[c].computed]
    if unknown:
        raise ValueError(f"{table} 没有字段 {unknown}")
    if not len(frame):
        return
    columns = {c: _values(frame[c], declared.by_name[c].type) for c in frame.columns}
    if declared.key == "fid" and "fid" not in columns:
        start = store.connection.execute(f"SELECT coalesce(max(fid), 0) FROM {table}").fetchone()[0]  # nosec B608
        columns["fid"] = list(range(start + 1, start + len(frame) + 1))
    if declared.geometry:
        geometry = _promoted(np.asarray(geometry, dtype=object), declared.geometry)
        bounds = shapely.bounds(geometry)
        columns["geom"] = _blobs(geometry, bounds, _srs_id(store, table))
        drop_triggers(store.connection, table)
    names = list(columns)
    listed, marks = ", ".join(f'"{n}"' for n in names), ", ".join("?" * len(names))
    store.connection.executemany(
        f"INSERT INTO {table} ({listed}) VALUES ({marks})", zip(*columns.values()))  # nosec B608: schema's names
    if declared.geometry:
        held = ~np.isnan(bounds[:, 0])
        rtree.fill(store.connection, f"rtree_{table}_geom", np.asarray(columns["fid"])[held], bounds[held])
        create_triggers(store.connection, table)


def _values(series, kind):
    """A column as Python values SQLite takes; missing ones as None."""
    missing = pd.isna(series).to_numpy()
    if kind == schema.INTEGER:
        filled = series.astype("Int64").fillna(0).to_numpy(dtype=np.int64)
        values = filled.tolist()
    elif kind == schema.REAL:
        values = series.astype("Float64").fillna(0.0).to_numpy(dtype=np.float64).tolist() if missing.any() \
            else series.to_numpy(dtype=np.float64).tolist()
    else:
        values = series.astype(object).tolist()
    for position in np.flatnonzero(missing).tolist():
        values[position] = None
    return values


def _promoted(geometry, kind):
    """Simple polygons and lines as their multi type; other kinds are the caller's error (ValueError)."""
    if kind == schema.POINT:
        return geometry
    single, collect = MULTI[kind]
    kinds = shapely.get_type_id(geometry)
    out = geometry.copy()
    chosen = np.flatnonzero(kinds == single)
    if len(chosen):
        out[chosen] = collect(geometry[chosen], indices=np.arange(len(chosen)))
    wrong = ~np.isin(kinds, (-1, single, {3: 6, 1: 5}[single]))
    if wrong.any():
        raise ValueError(f"图形类型不是 {kind}：第 {int(np.flatnonzero(wrong)[0]) + 1} 个")
    return out


def _srs_id(store, table):
    return store.connection.execute(
        "SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = ?", (table,)).fetchone()[0]


def _blobs(geometry, bounds, srs_id):
    """GeoPackage blobs: header with envelope (minx, maxx, miny, maxy) and WKB, little endian; None where missing."""
    wkb = shapely.to_wkb(geometry, byte_order=1, include_srid=False)
    point = shapely.get_type_id(geometry) == 0
    empty = shapely.is_empty(geometry)
    headers = np.zeros(len(geometry), dtype=[("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs", "<i4"),
                                             ("envelope", "<f8", 4)])
    headers["magic"], headers["flags"], headers["srs"] = b"GP", 0b11, srs_id
    headers["envelope"] = bounds[:, (0, 2, 1, 3)]
    raw, size = headers.tobytes(), headers.dtype.itemsize
    bare = b"GP\x00\x01" + headers["srs"][:1].tobytes()
    bare_empty = b"GP\x00\x11" + headers["srs"][:1].tobytes()
    blobs = [None if w is None else raw[i * size:(i + 1) * size] + w for i, w in enumerate(wkb)]
    for i in np.flatnonzero(point | empty).tolist():
        blobs[i] = (bare_empty if empty[i] else bare) + wkb[i]
    return blobs


FINDING_COLUMNS = ("parcel_uuid", "village_code", "value", "source_file", "source_row")


def replace_findings(store, stage, frame, run_id):
    """Replaces the findings of one step; within ``transaction``.

    ``frame``: columns code, subject, message and any of parcel_uuid, village_code, value, source_file, source_row.
    Severity and remedy come from the kind; a finding that had been accepted, or marked as corrected, stays so while its
    code, subject and message are the same.
    """
    held = acceptances.remembered(store, stage)
    store.connection.execute("DELETE FROM finding WHERE stage = ?", (stage,))
    if not len(frame):
        return
    rows = frame.reindex(columns=["code", "subject", "message", *FINDING_COLUMNS])
    rows = rows.sort_values(["code", "subject", "source_row"], kind="stable", ignore_index=True)
    rows["stage"], rows["run_id"] = stage, run_id
    rows["severity"] = rows["code"].map({c: k.severity for c, k in KINDS.items()})
    rows["remedy"] = rows["code"].map({c: k.remedy for c, k in KINDS.items()})
    rows["state"] = [held.get(key, "open") for key in zip(rows["code"], rows["subject"], rows["message"])]
    rows["village_code"] = rows["village_code"].where(rows["village_code"].notna(), "")
    append(store, "finding", rows)
