"""Creating a work file: GDAL makes the GeoPackage container and its coordinate system, the schema makes the rest."""

import os
from pathlib import Path

from ..model import schema
from ..model.errors import BadInput
from . import half_made, structure
from .default_styles import write_default_styles
from .views import create_views
from .workfile import WorkFile, connect, refuse_network_share

SEED_LAYER = "seed"
GEOPACKAGE_VERSION = "1.2"


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
    store.provisional = True
    with store.transaction():
        srs_id = _drop_seed(store.connection)
        structure.create_tables(store.connection, srs_id)
        create_views(store.connection, srs_id, structure.register)
        write_default_styles(store.connection)
        store.set_setting("schema_version", schema.SCHEMA_VERSION)
        store.set_setting("crs_wkt", crs.to_wkt())
        store.set_setting("epsg", crs.to_epsg() or "")
    return store


def _create_container(path, crs):
    """An empty GeoPackage with one empty layer, written beside the target and moved there."""
    import geopandas

    frame = geopandas.GeoDataFrame({"name": []}, geometry=[], crs=crs)
    with half_made.temporary_folder(path.parent) as folder:
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
