"""Whole tables in and out of the work file as pandas frames and shapely arrays (engine only)."""

from contextlib import nullcontext
from itertools import chain, islice

import numpy as np
import pandas as pd
import shapely

from ..model import schema
from ..model.findings import KINDS
from . import acceptances, edits, rtree
from .structure import create_indexes, create_triggers, drop_indexes, drop_triggers

HEADER_SIZES = {0: 8, 1: 40, 2: 56, 3: 56, 4: 72}
ROWS_READ, SHAPES_READ, ROWS_WRITTEN = 256, 5_000, 20_000
"""Rows taken at a time: few while reading, so that they stay in the processor's cache until they stand in columns."""
RECURRING = 500
"""So many different texts are kept before it is asked whether they recur."""
MOST_BOUND, MOST_ROWS_BOUND = 900, 16
"""Values in one INSERT (SQLite before 3.32 takes 999), and rows: more of them make it no faster."""
LEAST_REPLACED = 100
"""So many rows that differ are written one by one whatever the size of the table."""
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
    takers = [_Taker(declared.by_name[n].type) for n in names]
    while True:
        rows = cursor.fetchmany(ROWS_READ)
        if not rows:
            break
        for taker, values in zip(takers, zip(*rows)):
            taker.take(values)
    return pd.DataFrame({n: taker.column() for n, taker in zip(names, takers)}, columns=names)


class _Taker:
    """One column as it comes: numbers go into typed arrays at once, so that no Python object is kept for them, and words
    that recur (villages, files, crops) are kept once."""

    def __init__(self, kind):
        self.kind, self.parts, self.missing = kind, [], kind == schema.INTEGER and []
        self.take = {schema.INTEGER: self._integers, schema.REAL: self._reals}.get(kind, self._texts)
        self._known = {}

    def _texts(self, values):
        known = self._known
        self.parts.extend([known.setdefault(v, v) for v in values])
        if len(known) > RECURRING and 2 * len(known) > len(self.parts):  # codes and ids, each its own
            self._known, self.take = {}, self.parts.extend

    def _reals(self, values):
        self.parts.append(np.array(values, dtype=np.float64))

    def _integers(self, values):
        none = None in values
        self.missing.append(np.array([v is None for v in values], dtype=bool) if none else np.zeros(len(values), dtype=bool))
        self.parts.append(np.array([0 if v is None else v for v in values] if none else values, dtype=np.int64))

    def column(self):
        if self.kind == schema.REAL:
            return np.concatenate(self.parts) if self.parts else np.empty(0, dtype=np.float64)
        if self.kind == schema.INTEGER:
            numbers = np.concatenate(self.parts) if self.parts else np.empty(0, dtype=np.int64)
            missing = np.concatenate(self.missing) if self.parts else np.empty(0, dtype=bool)
            return pd.arrays.IntegerArray(numbers, missing) if missing.any() else numbers
        column = np.empty(len(self.parts), dtype=object)
        column[:] = self.parts
        return pd.Series(column, dtype=object)


def read_geometry(store, layer, where="", params=()):
    """(fid int64, shapely geometries) of a layer in fid order; None where a row has no geometry."""
    name = schema.checked_identifier(layer)
    condition = f" WHERE {where}" if where else ""
    cursor = store.connection.execute(f"SELECT fid, geom FROM {name}{condition} ORDER BY fid", params)  # nosec B608
    cursor.row_factory = None
    fids, shapes = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=object)]
    while True:
        rows = cursor.fetchmany(SHAPES_READ)
        if not rows:
            return np.concatenate(fids), np.concatenate(shapes)
        fids.append(np.fromiter((r[0] for r in rows), dtype=np.int64, count=len(rows)))
        wkb = np.empty(len(rows), dtype=object)
        wkb[:] = [None if blob is None else blob[HEADER_SIZES[(blob[3] >> 1) & 7]:] for _, blob in rows]
        shapes.append(shapely.from_wkb(wkb))


def replace(store, table, frame, geometry=None):
    """Replaces all rows of a table; within ``transaction``. See ``append``.

    Indexes are taken away before and built again at the end, which is faster than keeping them row by row.
    """
    name = schema.checked_identifier(table)
    if not len(frame) and not store.connection.execute(f"SELECT EXISTS (SELECT 1 FROM {name})").fetchone()[0]:  # nosec B608
        return
    with edits.in_bulk(store.connection, name):
        drop_indexes(store.connection, schema.table(table))
        if schema.table(table).geometry:
            drop_triggers(store.connection, name)
            store.connection.execute(f"DELETE FROM rtree_{name}_geom")  # nosec B608: checked identifier
        store.connection.execute(f"DELETE FROM {name}")  # nosec B608: checked identifier
        if schema.table(table).geometry:
            create_triggers(store.connection, name)
        _add(store, schema.table(table), frame, geometry)
        create_indexes(store.connection, schema.table(table))


def update(store, table, frame, run_id=None, keys=None):
    """Makes the rows of a table those of ``frame`` by writing only what differs; within ``transaction``.

    ``run_id``: goes into the rows that are written; a row that says the same keeps the run that wrote it. ``keys``: the
    rows with these keys only, those of ``frame`` among them; all others stay. Where much of a whole table differs, all
    is replaced, which is then quicker. Returns how many rows were written or taken away.
    """
    declared = schema.table(table)
    stamped = frame if run_id is None else frame.assign(run_id=run_id)
    found = _differing(store, declared, frame, keys) if declared.key in frame.columns else None
    if found is None:
        replace(store, table, stamped)
        return len(frame)
    changed, gone, added = found
    number = len(changed) + len(gone) + len(added)
    with _logged(store, table, number):
        _write_differing(store, declared, stamped, changed, gone, added)
    return number


def _write_differing(store, declared, stamped, changed, gone, added):
    table = declared.name
    if gone:
        store.connection.executemany(f'DELETE FROM {table} WHERE "{declared.key}" = ?', gone)  # nosec B608: schema's names
    if changed:
        names = [c for c in stamped.columns if c != declared.key]
        rows = stamped.iloc[changed]
        columns = [_values(rows[c], declared.by_name[c].type) for c in (*names, declared.key)]
        assigned = ", ".join(f'"{c}" = ?' for c in names)
        store.connection.executemany(
            f'UPDATE {table} SET {assigned} WHERE "{declared.key}" = ?', zip(*columns))  # nosec B608: schema's names
    _add(store, declared, stamped.iloc[added])


def _logged(store, table, number):
    """Few rows are logged one by one as they are written, many by one entry for the table."""
    return edits.in_bulk(store.connection, table) if number > edits.MOST_LISTED else nullcontext()


def _differing(store, declared, frame, keys=None):
    """(positions in ``frame`` that differ from the stored row, keys that are gone, positions that are new), or None where
    these are so many of a whole table that it had better be replaced."""
    names = list(frame.columns)
    at_key, most = names.index(declared.key), max(LEAST_REPLACED, len(frame) // 4) if keys is None else np.inf
    index, seen = pd.Index(frame[declared.key]), np.zeros(len(frame), dtype=bool)
    changed, gone = [], []
    for rows in _stored_rows(store, declared, names, keys):
        at = index.get_indexer([row[at_key] for row in rows])
        there = np.flatnonzero(at >= 0)
        gone += [(rows[n][at_key],) for n in np.flatnonzero(at < 0)]
        seen[at[there]] = True
        now = zip(*(_stored(frame[c].iloc[at[there]], declared.by_name[c].type) for c in names))
        changed += [int(at[n]) for n, row in zip(there.tolist(), now) if rows[n] != row]
        if len(changed) + len(gone) > most:
            return None
    added = np.flatnonzero(~seen)
    return (changed, gone, added) if len(changed) + len(gone) + len(added) <= most else None


def _stored_rows(store, declared, names, keys):
    """Lists of the table's rows, all or those with the keys."""
    sql = f'SELECT {", ".join(map(_quoted, names))} FROM {declared.name}'  # nosec B608: schema's names
    if keys is None:
        cursor = store.connection.execute(f"{sql} ORDER BY {_quoted(declared.key)}")
        cursor.row_factory = None
        yield from iter(lambda: cursor.fetchmany(ROWS_WRITTEN), [])
        return
    asked = sorted(keys)
    for start in range(0, len(asked), MOST_BOUND):
        some = asked[start:start + MOST_BOUND]
        cursor = store.connection.execute(f"{sql} WHERE {_quoted(declared.key)} IN ({', '.join('?' * len(some))})", some)
        cursor.row_factory = None
        yield cursor.fetchall()


def _quoted(name):
    return f'"{name}"'


def append(store, table, frame, geometry=None):
    """Adds the rows of ``frame``; within ``transaction``. Columns that the frame lacks become NULL, as do NaN and NA.

    ``geometry``: shapely array of the same length for a layer, promoted to the layer's multi type. Where the key is
    ``fid`` and the frame has none, rows are numbered on from the last. Raises ValueError for a column that the schema
    does not know.
    """
    with _logged(store, table, len(frame)):
        _add(store, schema.table(table), frame, geometry)


def _add(store, declared, frame, geometry=None):
    table = declared.name
    unknown = [c for c in frame.columns if c not in declared.by_name or declared.by_name[c].computed]
    if unknown:
        raise ValueError(f"{table} 没有字段 {unknown}")
    if not len(frame):
        return
    numbered = declared.key == "fid" and "fid" not in frame.columns
    first = 1 + store.connection.execute(
        f"SELECT coalesce(max(fid), 0) FROM {table}").fetchone()[0] if numbered else 0  # nosec B608: schema's names
    names = [*frame.columns, *(["fid"] if numbered else []), *(["geom"] if declared.geometry else [])]
    bounds, srs_id = [], None
    if declared.geometry:
        geometry = np.asarray(geometry, dtype=object)
        _require_kind(geometry, declared.geometry)
        srs_id = _srs_id(store, table)
        drop_triggers(store.connection, table)
    for start in range(0, len(frame), ROWS_WRITTEN):
        stop = min(start + ROWS_WRITTEN, len(frame))
        columns = [_values(frame[c].iloc[start:stop], declared.by_name[c].type) for c in frame.columns]
        if numbered:
            columns.append(range(first + start, first + stop))
        if declared.geometry:
            shapes = _promoted(geometry[start:stop], declared.geometry)
            bounds.append(shapely.bounds(shapes))
            columns.append(_blobs(shapes, bounds[-1], srs_id))
        _insert(store.connection, table, names, columns, stop - start)
    if declared.geometry:
        bounds = np.concatenate(bounds)
        held = ~np.isnan(bounds[:, 0])
        fids = np.arange(first, first + len(frame)) if numbered else frame["fid"].to_numpy(dtype=np.int64)
        rtree.fill(store.connection, f"rtree_{table}_geom", fids[held], bounds[held])
        create_triggers(store.connection, table)


def _insert(connection, table, names, columns, count):
    """Adds ``count`` rows, several by one statement: that saves a third of the time."""
    listed, marks = ", ".join(f'"{n}"' for n in names), f"({', '.join('?' * len(names))})"
    together = max(1, min(MOST_ROWS_BOUND, MOST_BOUND // len(names)))
    whole = count - count % together
    values = chain.from_iterable(zip(*columns))
    for rows, number in ((together, whole // together), (1, count - whole)):
        if number:
            width = rows * len(names)
            statement = f"INSERT INTO {table} ({listed}) VALUES {', '.join([marks] * rows)}"  # nosec B608: schema's names
            connection.executemany(statement, zip(*[islice(values, number * width)] * width))


def _values(series, kind):
    """A column as Python values SQLite takes; missing ones as None (and NaN, which SQLite stores as NULL)."""
    if kind == schema.REAL:
        return series.to_numpy(dtype=np.float64, na_value=np.nan).tolist()
    missing = pd.isna(series).to_numpy()
    if kind == schema.INTEGER:
        values = series.astype("Int64").fillna(0).to_numpy(dtype=np.int64)
    else:
        values = series.to_numpy(dtype=object)
    return (np.where(missing, None, values) if missing.any() else values).tolist()


def _stored(series, kind):
    """A column as SQLite gives it back: missing values of every kind as None."""
    values = _values(series, kind)
    return [None if v != v else v for v in values] if kind == schema.REAL else values


def _require_kind(geometry, kind):
    """Raises ValueError for a geometry that is not of the layer's kind, its multi or simple form."""
    if kind == schema.POINT:
        return
    single = MULTI[kind][0]
    wrong = np.flatnonzero(~np.isin(shapely.get_type_id(geometry), (-1, single, {3: 6, 1: 5}[single])))
    if len(wrong):
        raise ValueError(f"图形类型不是 {kind}：第 {int(wrong[0]) + 1} 个")


def _promoted(geometry, kind):
    """Simple polygons and lines as their multi type."""
    if kind == schema.POINT:
        return geometry
    single, collect = MULTI[kind]
    out = geometry.copy()
    chosen = np.flatnonzero(shapely.get_type_id(geometry) == single)
    if len(chosen):
        out[chosen] = collect(geometry[chosen], indices=np.arange(len(chosen)))
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
FINDING_SAYS = ("message", *FINDING_COLUMNS)


def replace_findings(store, stage, frame, run_id):
    """Replaces the findings of one step; within ``transaction``.

    ``frame``: columns code, subject, message and any of parcel_uuid, village_code, value, source_file, source_row.
    Severity and remedy come from the kind; a finding that had been accepted, or marked as corrected, stays so while its
    code, subject and message are the same.
    """
    held = acceptances.remembered(store, stage)
    store.connection.execute("DELETE FROM finding WHERE stage = ?", (stage,))
    if len(frame):
        append(store, "finding", _finding_rows(frame, stage, run_id, held))


def update_findings(store, stage, frame, run_id, is_found_anew):
    """Makes the findings of one step for which ``is_found_anew(code, subject)`` those of ``frame``, which has no others,
    by writing only what differs; within ``transaction``. See ``replace_findings``. Returns how many differ."""
    held = acceptances.remembered(store, stage)
    left = {}
    cursor = store.connection.execute(
        f"SELECT fid, code, subject, {', '.join(FINDING_SAYS)} FROM finding WHERE stage = ? ORDER BY fid DESC",  # nosec B608: constants
        (stage,))
    cursor.row_factory = None
    for fid, code, subject, *says in cursor:
        if is_found_anew(code, subject):
            left.setdefault((code, subject, *says), []).append(fid)
    if len(frame):
        rows = _finding_rows(frame, stage, run_id, held)
        told = zip(*(_stored(rows[name], schema.table("finding").by_name[name].type) for name in ("code", "subject", *FINDING_SAYS)))
        new = np.array([not (left.get(one) and left[one].pop()) for one in told], dtype=bool)
        append(store, "finding", rows[new])
    else:
        new = np.zeros(0, dtype=bool)
    gone = [(fid,) for fids in left.values() for fid in fids]
    store.connection.executemany("DELETE FROM finding WHERE fid = ?", gone)
    return int(new.sum()) + len(gone)


def _finding_rows(frame, stage, run_id, held):
    rows = frame.reindex(columns=["code", "subject", "message", *FINDING_COLUMNS])
    rows = rows.sort_values(["code", "subject", "source_row"], kind="stable", ignore_index=True)
    rows["stage"], rows["run_id"] = stage, run_id
    rows["severity"] = rows["code"].map({c: k.severity for c, k in KINDS.items()})
    rows["remedy"] = rows["code"].map({c: k.remedy for c, k in KINDS.items()})
    rows["state"] = [held.get(key, "open") for key in zip(rows["code"], rows["subject"], rows["message"])]
    rows["village_code"] = rows["village_code"].where(rows["village_code"].notna(), "")
    return rows
