"""The schema, said once: every layer and table of the work file, from which all else is derived.

Tables, field matching, attribute forms, value maps, exports and the data dictionary read these declarations; nothing
else names a column's type, alias, unit or code list.
"""

import re
from dataclasses import dataclass, field
from typing import Mapping, Optional, Tuple

SCHEMA_VERSION = 3

TEXT, INTEGER, REAL, DATE, DATETIME = "TEXT", "INTEGER", "REAL", "DATE", "DATETIME"
POINT, MULTILINESTRING, MULTIPOLYGON = "POINT", "MULTILINESTRING", "MULTIPOLYGON"
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


@dataclass(frozen=True)
class Field:
    """One column. ``names``: other headers it is delivered under (field matching); ``references``: ``table.column``;
    ``computed``: an SQL expression over the row, for display; such a column is never written."""

    name: str
    type: str
    alias: str
    unit: str = ""
    codes: Optional[Mapping[str, str]] = None
    required: bool = False
    length: int = 0
    references: str = ""
    names: Tuple[str, ...] = ()
    note: str = ""
    computed: str = ""


@dataclass(frozen=True)
class Table:
    """One layer (``geometry`` set) or table.

    ``key``: primary key, ``fid`` unless a natural one is named. ``group``: the layer-tree group. ``delivered``: part
    of the hand-over package, filled by intake. ``edited``: people edit its rows in QGIS or in the field, so it has a
    ``uuid``. ``indexes``: columns that get an index.
    """

    name: str
    title: str
    group: str
    fields: Tuple[Field, ...]
    geometry: Optional[str] = None
    key: str = "fid"
    delivered: bool = False
    edited: bool = False
    indexes: Tuple[str, ...] = ()
    unique: Tuple[Tuple[str, ...], ...] = ()
    note: str = ""
    by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "by_name", {f.name: f for f in self.fields})

    @property
    def columns(self):
        """Names of the attribute columns in order, without the geometry ``geom``."""
        return tuple(f.name for f in self.fields)


def checked_identifier(name):
    """The name, if it is a table, view or column name that SQL text may carry; ValueError otherwise."""
    if not IDENTIFIER.fullmatch(name):
        raise ValueError(f"不是合法的表名或字段名：{name!r}")
    return name


def tables():
    """All tables by name, in the order in which they are created (referenced before referring)."""
    from . import tables_land, tables_records, tables_users, tables_water, tables_work

    modules = (tables_land, tables_water, tables_users, tables_records, tables_work)
    return {t.name: t for module in modules for t in module.TABLES}


def table(name):
    """One table's declaration; KeyError where the schema has none of that name."""
    return tables()[name]


def layers():
    """The tables that carry geometry."""
    return {name: t for name, t in tables().items() if t.geometry}
