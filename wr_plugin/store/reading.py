"""Reading the work file with the standard library alone: for the QGIS process, ``status`` and ``explain``."""


def rows(store, sql, params=()):
    """All rows of a query; values are bound."""
    return store.connection.execute(sql, params).fetchall()


def one(store, sql, params=()):
    """The first row of a query, or None."""
    return store.connection.execute(sql, params).fetchone()


def count(store, sql, params=()):
    """The number that a ``SELECT count(*)`` query gives."""
    return store.connection.execute(sql, params).fetchone()[0]


VILLAGES_SQL = """
WITH parcels AS (
    SELECT p.village_code AS village_code, max(p.village_name) AS village_name, count(*) AS parcels,
           count(s.registry_fid) AS in_registry,
           sum(r.state IN ('right', 'reduced')) AS confirmed,
           sum(CASE WHEN r.volume_m3_100 IS NULL THEN 0 ELSE r.volume_m3_100 END) AS volume_m3_100,
           sum(CASE WHEN r.area_mu_100 IS NULL THEN 0 ELSE r.area_mu_100 END) AS area_mu_100
    FROM parcel p
    LEFT JOIN parcel_site s ON s.parcel_fid = p.fid
    LEFT JOIN parcel_right r ON r.parcel_fid = p.fid
    GROUP BY p.village_code
), findings AS (
    SELECT village_code, count(*) AS findings,
           count(DISTINCT CASE WHEN severity <> 'notice' THEN parcel_uuid END) AS flagged
    FROM finding WHERE state = 'open' GROUP BY village_code
)
SELECT parcels.*, coalesce(findings.findings, 0) AS findings, coalesce(findings.flagged, 0) AS flagged,
       (SELECT max(end_date) FROM publicity WHERE publicity.village_code = parcels.village_code) AS publicity_end,
       (SELECT count(*) FROM certificate
        WHERE certificate.village_code = parcels.village_code AND certificate.state = 'valid') AS certificates
FROM parcels LEFT JOIN findings ON findings.village_code = parcels.village_code
ORDER BY parcels.village_code
"""


def villages(store):
    """One row per village: parcels, in_registry, confirmed, flagged (parcels to review), findings, area_mu_100,
    volume_m3_100, publicity_end, certificates."""
    return rows(store, VILLAGES_SQL)
