"""Creating a work file: GDAL makes the GeoPackage container and its coordinate system, the schema makes the rest."""

import os
import tempfile
from pathlib import Path

from ..model import schema
from ..model.errors import BadInput
from .default_styles import labelled, write_default_styles
from .views import create_views
from .workfile import WorkFile, connect, refuse_network_share

SEED_LAYER = "seed"
GEOPACKAGE_VERSION = "1.2"
SQL_TYPES = {schema.TEXT: "TEXT", schema.INTEGER: "INTEGER", schema.REAL: "REAL", schema.DATE: "DATE",
             schema.DATETIME: "DATETIME"}


def create_workfile(path, crs):
    """Makes an empty work file with every table, index, view and alias, and opens it.

    ``crs``: a pyproj CRS, projected, in metres. Raises BadInput where the path exists or is on a network share.
    """
    path = Path(path)
    refuse_network_share(path.parent.resolve() / path.name)
    if path.exists():
        raise BadInput("文件已存在", "换一个文件名，或先删除它", where=str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _create_container(path, crs)
    except OSError as error:
        raise BadInput("不能在这里建立工作文件", "检查文件夹是否存在、是否可写、磁盘是否已满", where=str(path),
                       detail=str(error)) from error
    store = WorkFile(path, connect(path))
    with store.transaction():
        srs_id = _drop_seed(store.connection)
        _create_tables(store.connection, srs_id)
        create_views(store.connection, srs_id, register)
        write_default_styles(store.connection)
        store.set_setting("schema_version", schema.SCHEMA_VERSION)
        store.set_setting("crs_wkt", crs.to_wkt())
        store.set_setting("epsg", crs.to_epsg() or "")
    return store


def _create_container(path, crs):
    """An empty GeoPackage with one empty layer, written beside the target and moved there."""
    import geopandas

    frame = geopandas.GeoDataFrame({"name": []}, geometry=[], crs=crs)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = os.path.join(folder, "empty.gpkg")
        try:
            import pyogrio
        except ImportError:
            import fiona

            layer = {"geometry": "Point", "properties": {"name": "str"}}
            with fiona.open(made, "w", driver="GPKG", layer=SEED_LAYER, schema=layer, crs_wkt=crs.to_wkt(),
                            VERSION=GEOPACKAGE_VERSION, SPATIAL_INDEX="NO"):
                pass
        else:
            pyogrio.write_dataframe(frame, made, layer=SEED_LAYER, driver="GPKG", geometry_type="Point",
                                    dataset_options={"VERSION": GEOPACKAGE_VERSION},
                                    layer_options={"SPATIAL_INDEX": "NO"})
        os.replace(made, path)


def _drop_seed(connection):
    """Removes the container's empty layer; returns the id of its coordinate system."""
    row = connection.execute("SELECT srs_id FROM gpkg_contents WHERE table_name = ?", (SEED_LAYER,)).fetchone()
    for table in ("gpkg_geometry_columns", "gpkg_ogr_contents", "gpkg_contents"):
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
            connection.execute(f"DELETE FROM {table} WHERE table_name = ?", (SEED_LAYER,))  # nosec B608: constants
    connection.execute(f"DROP TABLE {SEED_LAYER}")
    return row["srs_id"]


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


def _create_tables(connection, srs_id):
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
    for column in table.fields:
        if column.name == "fid":
            continue
        constraint = _value_list(connection, table, column) if column.codes else None
        name = labelled(column)
        connection.execute(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description, constraint_name)"
            " VALUES (?, ?, ?, ?, ?, ?)", (table.name, column.name, name, name, column.note or None, constraint))
    if table.geometry:
        create_spatial_index(connection, table.name)


def create_indexes(connection, table):
    """The indexes that a table declares."""
    for column in table.indexes:
        connection.execute(f'CREATE INDEX ix_{table.name}_{column} ON {table.name} ("{column}")')


def drop_indexes(connection, table):
    """Takes them away for a bulk load; ``create_indexes`` puts them back."""
    for column in table.indexes:
        connection.execute(f"DROP INDEX IF EXISTS ix_{table.name}_{column}")


def table_ddl(table):
    """The CREATE TABLE statement of a declared table."""
    lines = []
    for column in table.fields:
        name = schema.checked_identifier(column.name)
        sql_type = SQL_TYPES[column.type]
        if name == table.key:
            auto = " AUTOINCREMENT" if name == "fid" or name in ("run_id",) else ""
            lines.append(f'"{name}" {sql_type} PRIMARY KEY{auto} NOT NULL')
            continue
        if column.computed:
            lines.append(f'"{name}" {sql_type} GENERATED ALWAYS AS ({column.computed}) VIRTUAL')
            continue
        reference = ""
        if column.references:
            target, target_column = map(schema.checked_identifier, column.references.split("."))
            reference = f' REFERENCES {target} ("{target_column}")'
        lines.append(f'"{name}" {sql_type}{" NOT NULL" if column.required else ""}{reference}')
    if table.geometry:
        lines.insert(1, f"geom {table.geometry}")
    lines.extend(f"UNIQUE ({', '.join(map(schema.checked_identifier, columns))})" for columns in table.unique)
    return f"CREATE TABLE {schema.checked_identifier(table.name)} ({', '.join(lines)})"


def _value_list(connection, table, column):
    """The code list of a column as a GeoPackage enum, so that QGIS shows words without the plugin."""
    name = f"{table.name}_{column.name}".lower()
    connection.executemany(
        "INSERT OR IGNORE INTO gpkg_data_column_constraints (constraint_name, constraint_type, value, description)"
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
