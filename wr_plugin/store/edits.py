"""The log of edits: which rows of the inputs have changed since a step last looked, whoever changed them.

Triggers of the work file write it, so an attribute table in QGIS, a form, a script and our own verbs are all seen; no
edit has to be announced. A row of the log names the table, the row's key and, where the row was changed or deleted,
what it was found by before: its codes and the box of its shape. What the row holds now is in its table. A table that is
written in bulk is marked as changed whole, by one row. Standard library only.

A step that recomputes only what changed works thus, all within one transaction::

    seq = edits.seen(store, VERB)                  # None: never, everything has to be computed
    changed = edits.since(store, seq)              # {table: WHOLE or Touched}; no key: no row of that table changed
    …
    edits.mark_seen(store, VERB, edits.latest(store))

What a step writes for the next one (``DERIVED``) goes through ``frames.update``, so that only rows that differ are logged.
A step that reads before its transaction begins takes ``latest`` before it reads anything: an edit that comes between is
then looked at again the next time.
"""

import struct
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Set, Tuple

from ..model import schema

TABLE = "edit"
WHOLE = "whole"
"""Stands for a table's changes where they are too many to be listed."""
DERIVED = ("parcel_site", "parcel_outlet", "registry_link", "registry_decision")
"""What a verb writes and a later one reads; logged like what is delivered."""
OLD_CODES = ("DKBM", "CBFBM", "well_code")
READERS = ("check", "confirm")
MOST_LISTED = 5_000
"""Rows of one table: where more are written at once, or have been edited, the table counts as changed whole."""
HEAD_BYTES = 40
ENVELOPE_DOUBLES = {0: 0, 1: 4, 2: 6, 3: 6, 4: 8}


@dataclass
class Touched:
    """The rows of one table that were inserted, updated or deleted.

    ``keys``: their primary keys (fid, parcel_fid …); a row that is gone is listed too. ``columns``: names of the columns
    that differ in any of them, all where a row came or went. ``old``: {"DKBM": codes, "CBFBM": codes, …} (``OLD_CODES``)
    that rows had before a change; what they have now is in the table. ``boxes``: (minx, miny, maxx, maxy) of the shapes that were
    redrawn or deleted, as they were; None stands for one that cannot be told. ``came_or_went``: rows were added or
    deleted.
    """

    keys: List[int] = field(default_factory=list)
    columns: Set[str] = field(default_factory=set)
    old: Dict[str, Set[str]] = field(default_factory=lambda: {name: set() for name in OLD_CODES})
    boxes: List[Optional[Tuple[float, float, float, float]]] = field(default_factory=list)
    came_or_went: bool = False

    @property
    def redrawn(self):
        """Whether a shape was drawn, redrawn or deleted."""
        return "geom" in self.columns


def logged():
    """The declarations of the tables whose edits are logged: all that is delivered, and what ``DERIVED`` names."""
    return {name: t for name, t in schema.tables().items() if t.delivered or name in DERIVED}


def latest(store):
    """The number of the last edit; 0 where there was none."""
    row = store.connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (TABLE,)).fetchone()
    return row[0] if row else 0


def seen(store, reader):
    """Up to which edit a step (``READERS``) has seen; None where it has never said."""
    value = store.setting(f"edits_seen_{reader}")
    return int(value) if value and value.isdigit() else None


def mark_seen(store, reader, seq):
    """Notes that a step's results rest on all edits up to ``seq``; edits that all steps have seen are let go. Within
    ``transaction``. ``seq`` None: the step knows nothing, and has to compute everything next time."""
    store.set_setting(f"edits_seen_{reader}", seq)
    known = [seen(store, name) for name in READERS]
    if None not in known:
        store.connection.execute("DELETE FROM edit WHERE edit_id <= ?", (min(known),))


def since(store, seq, most=MOST_LISTED):
    """{table: ``WHOLE`` or ``Touched``} for the tables with edits after ``seq``. A table in which more than ``most`` rows
    were edited counts as changed whole."""
    numbers = store.connection.execute(
        "SELECT table_name, count(DISTINCT row_key), max(action = ?) FROM edit WHERE edit_id > ? GROUP BY table_name",
        (WHOLE, seq)).fetchall()
    changed = {name: WHOLE if whole or rows > most else _touched(store, name, seq) for name, rows, whole in numbers}
    return {name: found for name, found in changed.items() if found is not None}


def _touched(store, name, seq):
    declared = schema.tables().get(name)
    if declared is None:
        return None
    found, keys = Touched(), {}
    for key, action, columns, box, *old in store.connection.execute(
            f"SELECT row_key, action, columns, earlier_box, {', '.join(OLD_CODES)} FROM edit"  # nosec B608: constants
            " WHERE table_name = ? AND edit_id > ? ORDER BY edit_id", (name, seq)):
        keys[key] = None
        if action == "update":
            found.columns.update(filter(None, columns.split(",")))
        else:
            found.came_or_went = True
            found.columns.update((*declared.columns, "geom") if declared.geometry else declared.columns)
        for code, value in zip(OLD_CODES, old):
            if value is not None:
                found.old[code].add(value)
        if box is not None:
            found.boxes.append(box_of(box))
    found.keys = list(keys)
    return found


def box_of(head):
    """(minx, miny, maxx, maxy) from the first bytes of a GeoPackage geometry in hex; None where they do not tell."""
    blob = bytes.fromhex(head)
    if len(blob) < 8 or blob[3] & 0x10:
        return None
    if ENVELOPE_DOUBLES.get((blob[3] >> 1) & 7, 0) and len(blob) >= HEAD_BYTES:
        minx, maxx, miny, maxy = struct.unpack_from(("<" if blob[3] & 1 else ">") + "4d", blob, 8)
        return minx, miny, maxx, maxy
    if (blob[3] >> 1) & 7 or len(blob) < 29:
        return None
    order = "<" if blob[8] else ">"
    if struct.unpack_from(order + "I", blob, 9)[0] % 1000 != 1:
        return None
    x, y = struct.unpack_from(order + "2d", blob, 13)
    return x, y, x, y


@contextmanager
def in_bulk(connection, name):
    """Many rows of a table are written inside: one entry says so instead of one for each. Within ``transaction``."""
    declared = logged().get(name)
    if declared is None:
        yield
        return
    drop_triggers(connection, declared)
    connection.execute("DELETE FROM edit WHERE table_name = ?", (name,))
    connection.execute("INSERT INTO edit (table_name, action) VALUES (?, ?)", (name, WHOLE))
    yield
    create_triggers(connection, declared)


def create_triggers(connection, table):
    """The triggers that log the edits of a table, where they are not there."""
    for kind, body in _bodies(table).items():
        connection.execute(f"CREATE TRIGGER IF NOT EXISTS edit_{table.name}_{kind} {body}")


def drop_triggers(connection, table):
    """Takes them away for a bulk load, or to have them made anew for columns that were added."""
    for kind in ("insert", "update", "delete"):
        connection.execute(f"DROP TRIGGER IF EXISTS edit_{schema.checked_identifier(table.name)}_{kind}")


def _bodies(table):
    """{kind: SQL}. They come before the change, while the row is what it was, and need neither the R*tree nor the functions
    of GeoPackage programs."""
    name, key = (schema.checked_identifier(n) for n in (table.name, table.key))
    columns = [schema.checked_identifier(f.name) for f in table.fields if not f.computed]
    columns += ["geom"] if table.geometry else []
    old = [f'OLD."{code}"' if code in columns else "NULL" for code in OLD_CODES]
    head = f"hex(substr(OLD.geom, 1, {HEAD_BYTES}))" if table.geometry else "NULL"
    redrawn = f"CASE WHEN OLD.geom IS NOT NEW.geom THEN {head} END" if table.geometry else "NULL"
    differs = " OR ".join(f'OLD."{c}" IS NOT NEW."{c}"' for c in columns)
    named = " || ".join(f"CASE WHEN OLD.\"{c}\" IS NOT NEW.\"{c}\" THEN '{c},' ELSE '' END" for c in columns)
    into = f"INSERT INTO {TABLE} (table_name, row_key, action, columns, {', '.join(OLD_CODES)}, earlier_box)"
    was = ", ".join(old)
    return {  # nosec B608: the schema's names
        "insert": f"AFTER INSERT ON {name} BEGIN INSERT INTO {TABLE} (table_name, row_key, action)"  # nosec B608: the schema's names
                  f" VALUES ('{name}', NEW.\"{key}\", 'insert'); END",
        "update": f"BEFORE UPDATE ON {name} WHEN {differs}"
                  f" BEGIN {into} VALUES ('{name}', OLD.\"{key}\", 'update', {named}, {was}, {redrawn});"
                  f" INSERT INTO {TABLE} (table_name, row_key, action) SELECT '{name}', NEW.\"{key}\", 'insert'"
                  f" WHERE OLD.\"{key}\" IS NOT NEW.\"{key}\"; END",
        "delete": f"BEFORE DELETE ON {name}"
                  f" BEGIN {into} VALUES ('{name}', OLD.\"{key}\", 'delete', NULL, {was}, {head}); END",
    }
