"""Filling the empty layer of a new GeoPackage at once: its rows, its spatial index and what its lists say of it."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ..model import schema
from . import records, rtree, structure
from .table_pages import TablePages


def fill(path, layer, bounds, shapes, columns):
    """Writes n rows, numbered from 1, into a layer without rows and without spatial index that GDAL made just now.

    ``bounds``: (n, 4) minx, miny, maxx, maxy of the shapes, none of which is missing or empty; ``shapes``: yields (WKB one
    after another as (bytes,) uint8, (k + 1,) offsets at which each begins) of one slice of the rows after another;
    ``columns``: ``records.Column`` of n for each field, in the layer's order, in which the shape comes second.
    """
    layer, count = schema.checked_identifier(layer), len(bounds)
    srs_id = _entered(path, layer, bounds)

    def batches():
        start = 0
        for wkb, offsets in shapes:
            end = start + len(offsets) - 1
            geometry = records.shapes(wkb, offsets, bounds[start:end], srs_id)
            yield np.arange(start + 1, end + 1), [records.null(end - start), geometry, *(c.part(start, end) for c in columns)]
            start = end

    with TablePages(path) as pages, ThreadPoolExecutor(1) as beside:
        index = beside.submit(rtree.packed, np.arange(1, count + 1), bounds, rtree.node_size(pages.size))
        pages.fill(layer, batches())
        rtree.fill_pages(pages, f"rtree_{layer}_geom", index.result())


def _entered(path, layer, bounds):
    """Makes the index's tables and enters extent and count; returns the layer's coordinate system."""
    connection = sqlite3.connect(path)
    for statement in structure.EXTENSION_DDL.split(";"):
        connection.execute(statement)
    structure.create_spatial_index(connection, layer)
    extent = (*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist())
    connection.execute("UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?",
                       (*extent, layer))
    connection.execute("UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?", (len(bounds), layer))
    srs_id, = connection.execute("SELECT srs_id FROM gpkg_contents WHERE table_name = ?", (layer,)).fetchone()
    connection.commit()
    connection.close()
    return srs_id
