"""Field work and objections that people enter in QGIS between two states of the work file. Standard library only."""

from ..model import schema
from . import reading

TABLES = ("audit", "evidence", "objection")
MOVABLE = ("fid", "parcel_uuid")


def take_along(store, restored):
    """Copies into ``restored`` the rows that were entered or changed in ``store`` since; deletes those deleted since.

    Within a transaction on ``restored``. Where an import moved a row to another parcel, the row stays on the parcel
    that it had. Returns (how many rows were copied or deleted, codes of parcels that ``restored`` does not have).
    """
    known = {r["uuid"] for r in reading.rows(restored, "SELECT uuid FROM parcel")}
    names = {r["uuid"]: r["DKBM"] for r in reading.rows(store, "SELECT uuid, DKBM FROM parcel")}
    taken, homeless = 0, set()
    for table in TABLES:
        columns = [c for c in schema.table(table).columns if c != "fid"]
        now, then = ({r["uuid"]: r for r in reading.rows(s, f"SELECT * FROM {table}")}  # nosec B608: our own names
                     for s in (store, restored))
        gone = [(u,) for u in then if u not in now]
        restored.connection.executemany(f"DELETE FROM {table} WHERE uuid = ?", gone)  # nosec B608: our own names
        taken += len(gone)
        for identity, row in now.items():
            old = then.get(identity)
            if old is not None and all(row[c] == old[c] for c in columns if c not in MOVABLE):
                continue
            parcel = (old or row)["parcel_uuid"]
            if parcel is not None and parcel not in known:
                homeless.add(names.get(parcel) or parcel)
                continue
            _put(restored, table, columns, {**{c: row[c] for c in columns}, "parcel_uuid": parcel}, old)
            taken += 1
    return taken, sorted(homeless)


def _put(restored, table, columns, values, old):
    bound = [values[c] for c in columns]
    if old is None:
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # nosec B608: the schema's names
        restored.connection.execute(sql, bound)
    else:
        sets = ", ".join(f"{c} = ?" for c in columns)
        sql = f"UPDATE {table} SET {sets} WHERE uuid = ?"  # nosec B608: the schema's names
        restored.connection.execute(sql, (*bound, values["uuid"]))
