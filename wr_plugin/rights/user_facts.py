"""What the work file holds about water users other than contract land. Standard library only."""

from ..model import schema
from ..store import reading
from . import users

TABLES = {"permit": "permit_user", "network": "network_user", "forest": "forest_user", "forest_volume": "forest_volume",
          "product_quota": "product_quota"}


def tables(store):
    """The delivered rows that the users' rights rest on, as ``users.Tables``."""
    return users.Tables(**{name: rows_of(store, table) for name, table in TABLES.items()})


def rows_of(store, table):
    """All rows of a table as mappings, in fid order."""
    name = schema.checked_identifier(table)
    return [dict(row) for row in reading.rows(store, f"SELECT * FROM {name} ORDER BY fid")]  # nosec B608


def stored(store, code):
    """Rows of ``user_right`` of one user code, by user_id."""
    return {row["user_id"]: dict(row) for row in reading.rows(
        store, "SELECT * FROM user_right WHERE user_code = ? ORDER BY user_id", (code,))}
