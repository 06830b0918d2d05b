"""The structure of a work file: tables, keys, indexes, aliases, code lists, spatial indexes. Standard library only."""

from ..model import schema
from . import edits
from .default_styles import labelled

SQL_TYPES = {schema.TEXT: "TEXT", schema.INTEGER: "INTEGER", schema.REAL: "REAL", schema.DATE: "DATE",
             schema.DATETIME: "DATETIME"}
NEVER_REUSED = ("fid", "run_id", "edit_id")
"""Primary keys whose numbers are not given again after a row was deleted."""
EXTENSION_DDL = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
    definition TEXT NOT NULL, scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
    description TEXT, mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL,
    value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
    CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
"""


def create_tables(connection, srs_id):
    """Every table of the schema, in an empty container."""
    for statement in EXTENSION_DDL.split(";"):
        if statement.strip():
            connection.execute(statement)
    connection.execute(
        "INSERT OR IGNORE INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema',"
        " 'http://www.geopackage.org/spec/#extension_schema', 'read-write')")
    for table in schema.tables().values():
        create_table(connection, table, srs_id)


def create_table(connection, table, srs_id):
    """One table of the schema: columns, keys, indexes, GeoPackage registration, aliases; migrations use it too."""
    connection.execute(table_ddl(table))
    create_indexes(connection, table)
    register(connection, table.name, table.title, table.geometry, srs_id)
    describe_columns(connection, table)
    if table.geometry:
        create_spatial_index(connection, table.name)
    log_edits(connection, table)


def log_edits(connection, table):
    """The triggers that log the table's edits, over the columns it has today."""
    if table.name in edits.logged():
        edits.drop_triggers(connection, table)
        edits.create_triggers(connection, table)


def describe_columns(connection, table):
    """The aliases, notes and code lists of a table's columns, in place of older ones."""
    connection.execute("DELETE FROM gpkg_data_columns WHERE table_name = ?", (table.name,))
    for column in table.fields:
        if column.name == "fid":
            continue
        constraint = _value_list(connection, table, column) if column.codes else None
        name = labelled(column)
        connection.execute(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description, constraint_name)"
            " VALUES (?, ?, ?, ?, ?, ?)", (table.name, column.name, name, name, column.note or None, constraint))


def create_indexes(connection, table):
    """The indexes that a table declares."""
    for column in table.indexes:
        connection.execute(f'CREATE INDEX IF NOT EXISTS ix_{table.name}_{column} ON {table.name} ("{column}")')


def drop_indexes(connection, table):
    """Takes them away for a bulk load; ``create_indexes`` puts them back."""
    for column in table.indexes:
        connection.execute(f"DROP INDEX IF EXISTS ix_{table.name}_{column}")


def table_ddl(table):
    """The CREATE TABLE statement of a declared table."""
    lines = []
    for column in table.fields:
        if column.name == table.key:
            auto = " AUTOINCREMENT" if column.name in NEVER_REUSED else ""
            lines.append(f'"{schema.checked_identifier(column.name)}" {SQL_TYPES[column.type]} PRIMARY KEY{auto} NOT NULL')
        else:
            lines.append(column_ddl(column, column.required))
    if table.geometry:
        lines.insert(1, f"geom {table.geometry}")
    lines.extend(f"UNIQUE ({', '.join(map(schema.checked_identifier, columns))})" for columns in table.unique)
    return f"CREATE TABLE {schema.checked_identifier(table.name)} ({', '.join(lines)})"


def column_ddl(column, required):
    """The definition of a column that is not the primary key."""
    name, sql_type = schema.checked_identifier(column.name), SQL_TYPES[column.type]
    if column.computed:
        return f'"{name}" {sql_type} GENERATED ALWAYS AS ({column.computed}) VIRTUAL'
    reference = ""
    if column.references:
        target, target_column = map(schema.checked_identifier, column.references.split("."))
        reference = f' REFERENCES {target} ("{target_column}")'
    return f'"{name}" {sql_type}{" NOT NULL" if required else ""}{reference}'


def _value_list(connection, table, column):
    """The code list of a column as a GeoPackage enum, so that QGIS shows words without the plugin."""
    name = f"{table.name}_{column.name}".lower()
    connection.execute("DELETE FROM gpkg_data_column_constraints WHERE constraint_name = ?", (name,))
    connection.executemany(
        "INSERT INTO gpkg_data_column_constraints (constraint_name, constraint_type, value, description)"
        " VALUES (?, 'enum', ?, ?)", [(name, code, meaning) for code, meaning in column.codes.items()])
    return name


def register(connection, name, title, geometry, srs_id):
    """Lists a table or view in the GeoPackage's contents."""
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)"
        " VALUES (?, ?, ?, ?, '2000-01-01T00:00:00.000Z', ?)",
        (name, "features" if geometry else "attributes", name, title, srs_id if geometry else None))
    if geometry:
        connection.execute(
            "INSERT INTO gpkg_geometry_columns (table_name, column_name, geometry_type_name, srs_id, z, m)"
            " VALUES (?, 'geom', ?, ?, 0, 0)", (name, geometry, srs_id))


def unregister(connection, name):
    """Takes a table or view out of the GeoPackage's contents."""
    for table in ("gpkg_data_columns", "gpkg_geometry_columns", "gpkg_contents"):
        connection.execute(f"DELETE FROM {table} WHERE table_name = ?", (name,))  # nosec B608: constants


RTREE_TRIGGERS = {
    "insert": "AFTER INSERT ON {t} WHEN (new.geom NOT NULL AND NOT ST_IsEmpty(NEW.geom))"
              " BEGIN INSERT OR REPLACE INTO rtree_{t}_geom VALUES (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom),"
              " ST_MinY(NEW.geom), ST_MaxY(NEW.geom)); END",
    "update1": "AFTER UPDATE OF geom ON {t} WHEN OLD.fid = NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))"
               " BEGIN INSERT OR REPLACE INTO rtree_{t}_geom VALUES (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom),"
               " ST_MinY(NEW.geom), ST_MaxY(NEW.geom)); END",
    "update2": "AFTER UPDATE OF geom ON {t} WHEN OLD.fid = NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))"
               " BEGIN DELETE FROM rtree_{t}_geom WHERE id = OLD.fid; END",
    "update3": "AFTER UPDATE ON {t} WHEN OLD.fid != NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))"
               " BEGIN DELETE FROM rtree_{t}_geom WHERE id = OLD.fid; INSERT OR REPLACE INTO rtree_{t}_geom VALUES"
               " (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)); END",
    "update4": "AFTER UPDATE ON {t} WHEN OLD.fid != NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))"
               " BEGIN DELETE FROM rtree_{t}_geom WHERE id IN (OLD.fid, NEW.fid); END",
    "delete": "AFTER DELETE ON {t} WHEN old.geom NOT NULL BEGIN DELETE FROM rtree_{t}_geom WHERE id = OLD.fid; END",
}


def create_spatial_index(connection, name):
    """An empty R*tree on ``geom`` and the triggers of the GeoPackage standard (annex F.3)."""
    name = schema.checked_identifier(name)
    connection.execute(f"CREATE VIRTUAL TABLE rtree_{name}_geom USING rtree (id, minx, maxx, miny, maxy)")
    create_triggers(connection, name)
    connection.execute(
        "INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index',"
        " 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')", (name,))


def create_triggers(connection, name):
    """The triggers that keep the R*tree in step with edits."""
    for kind, body in RTREE_TRIGGERS.items():
        connection.execute(f"CREATE TRIGGER rtree_{name}_geom_{kind} {body.format(t=name)}")


def drop_triggers(connection, name):
    """Takes the triggers away for a bulk load; ``create_triggers`` puts them back."""
    for kind in RTREE_TRIGGERS:
        connection.execute(f"DROP TRIGGER IF EXISTS rtree_{name}_geom_{kind}")
