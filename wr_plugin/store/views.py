"""Views that show the work in people's units: 亩 and m³ as decimals, words beside the geometry."""

from ..model import codes, schema

PARCEL_MAP = "parcel_map"

VIEWS = {
    PARCEL_MAP: ("地块水权图", schema.MULTIPOLYGON, """
        SELECT p.fid AS OGC_FID, p.geom AS geom, p.uuid AS uuid, p.DKBM AS DKBM, p.DKMC AS DKMC,
               p.village_code AS village_code, p.village_name AS village_name,
               coalesce(r.state, 'unchecked') AS state, r.holder_names AS holder_names,
               r.legal_mu AS legal_mu, r.area_mu AS area_mu,
               s.source AS source, r.crop AS crop, r.method AS method,
               r.volume_m3 AS volume_m3, s.district_code AS district_code,
               s.outlet_code AS outlet_code, s.well_code AS well_code,
               CASE WHEN s.parcel_fid IS NULL THEN NULL WHEN s.registry_fid IS NULL THEN 2 ELSE 1 END AS in_registry
        FROM parcel p
        LEFT JOIN parcel_right r ON r.parcel_fid = p.fid
        LEFT JOIN parcel_site s ON s.parcel_fid = p.fid"""),
    "holder_right_list": ("户水权一览", None, """
        SELECT h.rowid AS OGC_FID, h.right_id AS right_id, h.CBFBM AS CBFBM, h.holder_name AS holder_name,
               h.village_code AS village_code, h.source AS source, h.parcels AS parcels,
               h.area_mu AS area_mu, h.volume_m3 AS volume_m3
        FROM holder_right h"""),
}

ALIASES = {
    "uuid": "唯一标识", "DKBM": "地块编码", "DKMC": "地块名称", "village_code": "村代码", "village_name": "村名称",
    "state": "状态", "holder_names": "权利人", "legal_mu": "法定面积（亩）", "area_mu": "确权面积（亩）", "source": "水源",
    "crop": "作物", "method": "灌溉方式", "volume_m3": "核定水量（m³）", "district_code": "灌区代码",
    "outlet_code": "斗口代码", "well_code": "机井编号", "in_registry": "在名录内", "right_id": "水权编号",
    "CBFBM": "承包方编码", "holder_name": "权利人", "parcels": "地块数",
}
CODES = {"state": codes.PARCEL_STATE, "source": codes.PARCEL_SOURCE, "in_registry": codes.YES_NO}


def create_views(connection, srs_id, register):
    """Creates and registers the views; the map's view uses the R*tree of ``parcel``.

    ``register(connection, name, title, geometry, srs_id)`` enters a layer in the GeoPackage's contents; it is handed
    in, so that the QGIS process can read ``ALIASES`` without reaching ``create``.
    """
    for name, (title, geometry, sql) in VIEWS.items():
        connection.execute(f"CREATE VIEW {schema.checked_identifier(name)} AS {sql}")
        register(connection, name, title, geometry, srs_id)
        columns = [c[1] for c in connection.execute(f"PRAGMA table_info({name})")]
        connection.executemany(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title) VALUES (?, ?, ?, ?)",
            [(name, c, ALIASES[c], ALIASES[c]) for c in columns if c in ALIASES])
