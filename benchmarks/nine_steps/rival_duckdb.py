"""The nine steps in SQL with DuckDB's spatial extension, two threads.

    rival_duckdb.py FOLDER OUT
"""

import sys
from pathlib import Path

import duckdb
import duckdb_extension_spatial
import numpy as np
from rules import CONTRACT_PERCENT, HOUSEHOLD_MU_100, OVERLAP_M2, WELL_REACH_M, Clock, check_line

LAYERS = ("branches", "service", "wells", "reclaimed", "quota", "totals")
LOCATED = """
    CREATE TABLE {out} AS SELECT parcel, arg_min(row, (-area, row)) AS row, max(area) AS area FROM (
        SELECT parcel, x.row, CASE WHEN ST_Contains(x.geom, p.geom) THEN ST_Area(p.geom)
                                   ELSE ST_Area(ST_Intersection(p.geom, x.geom)) END AS area
        FROM p JOIN {layer} x ON ST_Intersects(p.geom, x.geom)) WHERE area > 0 GROUP BY parcel"""
RIGHTS = f"""
    CREATE TABLE wanted AS
    WITH counted AS (
        SELECT p.parcel, reg.CBFBM, branches.dcode, round(quota.m3mu * 100)::BIGINT AS rate, CASE WHEN reg.CBFBM IS NULL
            THEN 0 ELSE least(mu_100, round(HTMJ * 100)::BIGINT * {CONTRACT_PERCENT} // 100) END AS mu
        FROM p JOIN area USING (parcel) LEFT JOIN reg USING (DKBM) LEFT JOIN quota ON quota.crop = p.ZZLX
        LEFT JOIN branch USING (parcel) LEFT JOIN branches ON branches.row = branch.row),
    held AS (SELECT *, sum(mu) OVER (PARTITION BY CBFBM)::BIGINT AS whole FROM counted)
    SELECT parcel, CBFBM, dcode, ((CASE WHEN CBFBM IS NOT NULL AND whole > {HOUSEHOLD_MU_100}
        THEN (2 * mu * {HOUSEHOLD_MU_100} + whole) // (2 * whole) ELSE mu END) * rate * 2 + 10000) // 20000 AS demand
    FROM held;
    CREATE TABLE granted AS
    WITH summed AS (SELECT *, sum(demand) OVER (PARTITION BY dcode)::BIGINT AS whole FROM wanted
                    WHERE dcode IS NOT NULL AND demand > 0),
    capped AS (SELECT summed.*, least(total_m3::BIGINT, whole) AS total FROM summed JOIN totals USING (dcode)),
    parts AS (SELECT *, demand * total // whole AS part, demand * total % whole AS rest FROM capped),
    ranked AS (SELECT *, row_number() OVER (PARTITION BY dcode ORDER BY rest DESC, parcel) AS rank,
               total - sum(part) OVER (PARTITION BY dcode)::BIGINT AS remaining FROM parts)
    SELECT parcel, (part + (rank <= remaining)::INT)::BIGINT AS volume FROM ranked"""
RESULT = """
    CREATE VIEW result AS
    SELECT p.DKBM, wanted.CBFBM, (wanted.CBFBM IS NOT NULL)::INT AS cls, p.SCMJ, p.ZZLX, area.mu_100 / 100 AS area_mu,
        branches.bcode, branches.dcode, round(branch.area, 2) AS b_m2, service.ocode, round(outlet.area, 2) AS o_m2,
        wells.wcode, round(well.distance, 2) AS w_dist, coalesce(pairs.number, 0)::INT AS ov_n,
        round(coalesce(pairs.m2, 0), 2) AS ov_m2, wanted.demand, coalesce(granted.volume, 0) AS alloc,
        ST_Multi(p.geom)::GEOMETRY AS geom
    FROM p JOIN wanted USING (parcel) JOIN area USING (parcel) LEFT JOIN branch USING (parcel)
    LEFT JOIN branches ON branches.row = branch.row LEFT JOIN outlet USING (parcel)
    LEFT JOIN service ON service.row = outlet.row LEFT JOIN well USING (parcel) LEFT JOIN wells ON wells.row = well.row
    LEFT JOIN pairs USING (parcel) LEFT JOIN granted USING (parcel) ORDER BY p.parcel"""
COLUMNS = """
    SELECT mu_100, (CBFBM IS NOT NULL)::INT, coalesce(branch.row, -1), coalesce(outlet.row, -1), coalesce(well.row, -1),
        coalesce(volume, 0)
    FROM p JOIN area USING (parcel) JOIN wanted USING (parcel) LEFT JOIN branch USING (parcel) LEFT JOIN outlet USING (parcel)
    LEFT JOIN well USING (parcel) LEFT JOIN granted USING (parcel) ORDER BY parcel"""


def main(folder, out):
    clock = Clock()
    extension = next(Path(duckdb_extension_spatial.__file__).parent.glob("extensions/*/spatial.duckdb_extension"))
    database = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": 2})
    run = database.execute
    run(f"LOAD '{extension}'")
    run("SET preserve_insertion_order = true")
    run(f"CREATE TABLE delivered AS SELECT (row_number() OVER ()) - 1 AS parcel, * FROM ST_Read('{folder}/parcels.gpkg')")
    for layer in LAYERS:
        run(f"CREATE TABLE {layer} AS SELECT (row_number() OVER ()) - 1 AS row, * "
            f"FROM ST_Read('{folder}/layers.gpkg', layer = '{layer}')")
    run(f"CREATE TABLE reg AS SELECT DKBM, CBFBM, HTMJ FROM read_csv('{folder}/registry.csv', "
        "types = {'DKBM': 'VARCHAR', 'CBFBM': 'VARCHAR'})")
    clock.lap("read")
    run("""CREATE TABLE p AS SELECT * EXCLUDE (geom), NOT ST_IsValid(geom) AS repaired, CASE WHEN ST_IsValid(geom) THEN geom
           ELSE ST_CollectionExtract(ST_MakeValid(geom), 3) END AS geom FROM delivered; DROP TABLE delivered""")
    run("UPDATE reclaimed SET geom = ST_CollectionExtract(ST_MakeValid(geom), 3) WHERE NOT ST_IsValid(geom)")
    clock.lap("repair")
    run("CREATE TABLE area AS SELECT parcel, (2 * (round(ST_Area(geom) * 100)::BIGINT * 3) + 2000) // 4000 AS mu_100 FROM p")
    clock.lap("area")
    run(LOCATED.format(out="branch", layer="branches"))
    clock.lap("district")
    run(LOCATED.format(out="outlet", layer="service"))
    clock.lap("outlet")
    run(f"""CREATE TABLE well AS SELECT parcel, arg_min(row, (distance, row)) AS row, min(distance) AS distance FROM (
            SELECT parcel, wells.row, ST_Distance(p.geom, wells.geom) AS distance
            FROM p JOIN wells ON ST_DWithin(p.geom, wells.geom, {WELL_REACH_M})) GROUP BY parcel""")
    clock.lap("well")
    # the tolerance apart: within the join it keeps DuckDB from its spatial join
    run("""CREATE TABLE overlap AS SELECT a.parcel AS i, b.parcel AS j, ST_Area(ST_Intersection(a.geom, b.geom)) AS m2
           FROM p a JOIN p b ON ST_Intersects(a.geom, b.geom) WHERE a.parcel < b.parcel""")
    run(f"DELETE FROM overlap WHERE m2 <= {OVERLAP_M2}")
    run("""CREATE TABLE pairs AS SELECT parcel, count(*) AS number, sum(m2) AS m2 FROM (
           SELECT i AS parcel, m2 FROM overlap UNION ALL SELECT j, m2 FROM overlap) GROUP BY parcel""")
    clock.lap("overlaps")
    run("""CREATE TABLE cover AS SELECT ST_Area(ST_Intersection(p.geom, r.geom)) AS m2
           FROM p JOIN reclaimed r ON ST_Intersects(p.geom, r.geom)""")
    reclaimed = run(f"SELECT count(*), sum(m2) FROM cover WHERE m2 > {OVERLAP_M2}").fetchone()
    clock.lap("unapproved")
    run(RIGHTS)
    clock.lap("quota, caps")
    run(RESULT)
    run(f"COPY (SELECT * FROM result) TO '{out}' (FORMAT gdal, DRIVER 'GPKG', LAYER_NAME 'result', SRS 'EPSG:4543')")
    clock.lap("write")
    columns = [np.asarray(column) for column in run(COLUMNS).fetchnumpy().values()]
    overlaps = run("SELECT count(*), sum(m2) FROM overlap").fetchone()
    repaired = run("SELECT count(*) FROM p WHERE repaired").fetchone()[0]
    clock.finish(check_line(*columns[:5], overlaps, reclaimed, columns[5], repaired))


if __name__ == "__main__":
    main(*sys.argv[1:])
