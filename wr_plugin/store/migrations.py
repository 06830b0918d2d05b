"""Ordered migrations of the work file: step ``n`` brings schema ``n`` to ``n + 1``. Standard library only."""

from ..model import schema
from ..model.schema import SCHEMA_VERSION
from . import default_styles, structure, views


def migrate(store, version):
    """Brings an older work file up to date in one transaction."""
    with store.transaction():
        for step in range(version, SCHEMA_VERSION):
            STEPS[step](store)
        store.set_setting("schema_version", SCHEMA_VERSION)


def grow(store):
    """Adds the tables, columns, words and indexes that today's schema declares and the file lacks; nothing goes.

    A column added to a table that may have rows takes NULL, even where new files require it. Views and their entries
    are made anew; styles that people saved under another name stay.
    """
    connection = store.connection
    srs_id = connection.execute("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = 'parcel'").fetchone()[0]
    for name in views.VIEWS:
        connection.execute(f"DROP VIEW IF EXISTS {schema.checked_identifier(name)}")
        structure.unregister(connection, name)
    for table in schema.tables().values():
        known = {row["name"] for row in connection.execute(f"PRAGMA table_xinfo({table.name})")}
        if not known:
            structure.create_table(connection, table, srs_id)
            continue
        for column in table.fields:
            if column.name not in known:
                connection.execute(f"ALTER TABLE {table.name} ADD COLUMN {structure.column_ddl(column, required=False)}")
        structure.describe_columns(connection, table)
        structure.create_indexes(connection, table)
        structure.log_edits(connection, table)
    views.create_views(connection, srs_id, structure.register)
    default_styles.refresh(connection)


STEPS = {1: grow, 2: grow}
