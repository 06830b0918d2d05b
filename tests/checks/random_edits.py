"""Random edits of a work file as QGIS would leave them: SQL on the open file, shapes as GeoPackage blobs."""

import struct

import numpy as np
import shapely

HEADER = struct.Struct("<2sBBi4d")


def blob(shape, srs_id):
    """A shape as GeoPackage keeps it, with its envelope."""
    if shape is None:
        return None
    wkb = shapely.to_wkb(shape, byte_order=1, include_srid=False)
    minx, miny, maxx, maxy = shape.bounds
    return HEADER.pack(b"GP", 0, 0b11, srs_id, minx, maxx, miny, maxy) + wkb


class Editor:
    """Edits rows picked by ``rng``; every method is one kind of edit."""

    def __init__(self, store, rng):
        self.store, self.sql, self.rng = store, store.connection.execute, rng
        self.srs = self.sql("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = 'parcel'").fetchone()[0]

    def some(self, table, column="fid", where="1"):
        rows = self.sql(f"SELECT {column} FROM {table} WHERE {where}").fetchall()
        return rows[self.rng.integers(len(rows))][0] if rows else None

    def pick(self, *values):
        return values[self.rng.integers(len(values))]

    def shape(self, table, fid):
        geom = self.sql(f"SELECT geom FROM {table} WHERE fid = ?", (fid,)).fetchone()[0]
        size = {0: 8, 1: 40}[(geom[3] >> 1) & 7] if geom else 0
        return shapely.from_wkb(geom[size:]) if geom else None

    def draw(self, table, fid, shape):
        if shape is not None and shape.geom_type == "Polygon":
            shape = shapely.MultiPolygon([shape])
        self.sql(f"UPDATE {table} SET geom = ? WHERE fid = ?", (blob(shape, self.srs), fid))

    def put(self, table, column, value, where="1"):
        fid = self.some(table, where=where)
        self.sql(f"UPDATE {table} SET {column} = ? WHERE fid = ?", (value, fid))

    def copied(self, table, **changes):
        fid = self.some(table)
        columns = [r[1] for r in self.sql(f"PRAGMA table_info({table})") if r[1] != "fid"]
        taken = ", ".join("?" if c in changes or c == "uuid" else f'"{c}"' for c in columns)
        values = [changes.get(c, f"{self.rng.integers(1 << 60):036d}") for c in columns if c in changes or c == "uuid"]
        listed = ", ".join(f'"{c}"' for c in columns)
        self.sql(f"INSERT INTO {table} ({listed}) SELECT {taken} FROM {table} WHERE fid = ?", (*values, fid))

    # shapes of parcels

    def move_parcel(self, table="parcel"):
        fid = self.some(table, where="geom IS NOT NULL")
        far = self.pick(0.04, 0.3, 3.0, 60.0, 900.0)
        x, y = self.rng.uniform(-far, far, 2)
        shape = self.shape(table, fid)
        self.draw(table, fid, shapely.transform(shape, lambda xy: xy + (x, y)))

    def move_corner(self):
        fid = self.some("parcel", where="geom IS NOT NULL")
        far, corner = self.pick(0.03, 0.2, 1.0, 20.0), self.rng.integers(1 << 20)
        shift = self.rng.uniform(-far, far, 2)

        def moved(xy):
            xy = xy.copy()
            same = (xy == xy[corner % len(xy)]).all(axis=1)
            xy[same] += shift
            return xy

        self.draw("parcel", fid, shapely.transform(self.shape("parcel", fid), moved))

    def parcel_twice(self):
        self.sql("UPDATE parcel SET geom = (SELECT geom FROM parcel WHERE fid = ?) WHERE fid = ?",
                 (self.some("parcel"), self.some("parcel")))

    def parcel_undrawn(self):
        self.sql("UPDATE parcel SET geom = NULL WHERE fid = ?", (self.some("parcel"),))

    def parcel_crossed(self):
        fid = self.some("parcel", where="geom IS NOT NULL")
        a, b, c, d = (self.shape("parcel", fid).bounds[n] for n in range(4))
        self.draw("parcel", fid, shapely.Polygon([(a, b), (c, d), (c, b), (a, d)]))

    def parcel_gone(self):
        self.sql("PRAGMA foreign_keys = OFF")
        self.sql("DELETE FROM parcel WHERE fid = ?", (self.some("parcel"),))
        self.sql("PRAGMA foreign_keys = ON")

    def parcel_new(self):
        code = self.some("parcel", "DKBM")
        self.copied("parcel", DKBM=self.pick(code, "", code[:14] + f"{self.rng.integers(1 << 16):05d}"))

    def parcel_attribute(self):
        column, value = self.pick(
            ("SCMJ", 1234.5), ("SCMJ", None), ("SCMJM", 3.21), ("DKLB", "21"), ("DKLB", "10"), ("TDYT", "2"), ("TDYT", "1"),
            ("DKMC", "新名"), ("village_code", "620799101999"), ("source_row", 7), ("DKDZ", "路"))
        self.put("parcel", column, value)

    def parcel_code(self):
        code = self.some("parcel", "DKBM")
        self.put("parcel", "DKBM", self.pick(code, "", code[:-1] + "X", code[:14] + f"{self.rng.integers(1 << 16):05d}",
                                             self.some("registry", "coalesce(DKBM, '')"), self.some("CBDKXX", "DKBM")))

    # households and the registry

    def link(self):
        self.put("CBDKXX", *self.pick(("HTMJ", 987.6), ("HTMJ", None), ("HTMJM", 1.5), ("YHTMJ", 50.0), ("source_row", 3),
                                      ("CBFBM", self.some("CBF", "CBFBM")), ("CBFBM", "620799101001019999"), ("CBFBM", ""),
                                      ("DKBM", self.some("parcel", "DKBM")), ("DKBM", "62079910100101999X9"), ("DKBM", "")))

    def link_comes_or_goes(self):
        if self.rng.random() < 0.5:
            self.sql("DELETE FROM CBDKXX WHERE fid = ?", (self.some("CBDKXX"),))
        else:
            self.copied("CBDKXX", CBFBM=self.some("CBF", "CBFBM"))

    def holder(self):
        self.put("CBF", *self.pick(("CBFMC", self.some("CBF", "CBFMC")), ("CBFMC", "另一人"), ("CBFBM", "620799101001018888"),
                                   ("CBFBM", self.some("CBF", "CBFBM")), ("LXDH", "1"), ("source_row", 9)))

    def holder_gone(self):
        self.sql("DELETE FROM CBF WHERE fid = ?", (self.some("CBF"),))

    def member(self):
        self.put("CBF_JTCY", *self.pick(("CYXM", self.some("registry", "holder_name")), ("CYXM", "某人"),
                                        ("CBFBM", self.some("CBF", "CBFBM"))))

    def registry(self):
        self.put("registry", *self.pick(
            ("DKBM", self.some("parcel", "DKBM")), ("DKBM", ""), ("DKBM", None), ("DKBM", "6207991010019"), ("area_mu_100", 77),
            ("area_mu_100", None), ("holder_name", self.some("CBF", "CBFMC")), ("holder_name", "无此人"), ("remark", "x"),
            ("holder_name", self.some("CBF_JTCY", "CYXM")), ("CBFBM", self.some("CBF", "CBFBM")), ("CBFBM", ""), ("crop", "小麦"),
            ("parcel_name", "渠边")))

    def registry_row_comes_or_goes(self):
        if self.rng.random() < 0.5:
            self.sql("PRAGMA foreign_keys = OFF")
            self.sql("DELETE FROM registry WHERE fid = ?", (self.some("registry"),))
            self.sql("PRAGMA foreign_keys = ON")
        else:
            self.copied("registry")

    def zone(self):
        self.put("zone", "zone_name", self.pick("某村", "二组"))

    # water

    def ground(self):
        self.move_parcel(self.pick("service_area", "unapproved_land", "forest_parcel", "overdraft_zone"))

    def ground_attribute(self):
        self.put(*self.pick(("service_area", "outlet_code", self.some("service_area", "outlet_code")),
                            ("unapproved_land", "land_kind", "reclaimed"), ("irrigation_district", "district_name", "新"),
                            ("outlet", "outlet_name", "新"), ("canal", "canal_name", "新")))

    def ground_gone(self):
        table = self.pick("unapproved_land", "forest_parcel", "service_area")
        self.sql(f"DELETE FROM {table} WHERE fid = ?", (self.some(table),))

    def well(self):
        self.put("well", *self.pick(("well_state", "closed"), ("well_state", "normal"), ("permit_number", ""), ("permit_number", "取水2"),
                                    ("reach_m", 150.0), ("reach_m", 900.0), ("reach_m", None), ("permit_m3", 5.0), ("well_code", "JJ-改"),
                                    ("well_code", self.some("well", "well_code"))))

    def well_moved(self):
        fid = self.some("well")
        x, y = self.rng.uniform(-400, 400, 2)
        point = self.shape("well", fid)
        self.draw("well", fid, shapely.Point(point.x + x, point.y + y))

    def well_comes_or_goes(self):
        if self.rng.random() < 0.5:
            self.sql("DELETE FROM well WHERE fid = ?", (self.some("well"),))
        else:
            self.copied("well", well_code=self.pick("JJ-新", self.some("well", "well_code")))

    def well_twin(self):
        self.copied("well", well_code=f"JJ-{self.rng.integers(1000)}")

    def service_area(self):
        fid = self.some("service_area")
        x, y = self.rng.uniform(-80, 80, 2)
        self.draw("service_area", fid, shapely.transform(self.shape("service_area", fid), lambda xy: xy + (x, y)))

    def zone_drawn(self):
        well = self.shape("well", self.some("well"))
        table = self.pick("overdraft_zone", "spring_zone")
        around = shapely.MultiPolygon([well.buffer(self.pick(30.0, 500.0))])
        self.sql(f"INSERT INTO {table} (zone_code, geom) VALUES ('Q', ?)", (blob(around, self.srs),))


KINDS = tuple(name for name, value in vars(Editor).items() if callable(value) and not name.startswith("_")
              and name not in ("some", "pick", "shape", "draw", "put", "copied"))


def edit(store, kind, seed):
    """One edit of a kind (``KINDS``), always the same for a seed."""
    getattr(Editor(store, np.random.default_rng(seed)), kind)()
