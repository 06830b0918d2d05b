"""What the three rivals in QGIS share: opening layers, the rules' inputs and writing the result feature by feature."""

import csv
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("CPL_LOG", os.devnull)

from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)
from rules import RESULT, check_line, mu_100, rights  # noqa: E402

TEXT, WHOLE, LONG, DOUBLE = 10, 2, 4, 6
TYPES = dict.fromkeys(("cls", "ov_n"), WHOLE) | dict.fromkeys(("demand", "alloc"), LONG) | dict.fromkeys(
    ("SCMJ", "area_mu", "b_m2", "o_m2", "w_dist", "ov_m2"), DOUBLE)


def started():
    """The application; keep it until ``leave``."""
    application = QgsApplication([], False)
    application.initQgis()
    return application


def opened(folder, file, name):
    layer = QgsVectorLayer(f"{folder}/{file}.gpkg|layername={name}", name, "ogr")
    if not layer.isValid():
        raise OSError(f"{folder}/{file}.gpkg {name}")
    return layer


def in_order(layer):
    """Features by id: the order of the file."""
    return sorted(layer.getFeatures(), key=lambda feature: feature.id())


def sound(geometry):
    """(geometry, whether it was repaired), polygons only."""
    if geometry.isGeosValid():
        return geometry, False
    made = geometry.makeValid()
    if QgsWkbTypes.flatType(made.wkbType()) == QgsWkbTypes.GeometryCollection:
        made = QgsGeometry.collectGeometry(
            [part for part in made.asGeometryCollection() if part.type() == QgsWkbTypes.PolygonGeometry])
    return made, True


def registered(folder):
    """{parcel code: (holder, contract area in 0.01 亩)} of the registry."""
    with open(f"{folder}/registry.csv", encoding="utf-8", newline="") as stream:
        return {row["DKBM"]: (row["CBFBM"], round(float(row["HTMJ"]) * 100)) for row in csv.DictReader(stream)}


def decided(folder, parcels, areas, registry, branch, branches):
    """Step 8 of all parcels: (demand, volume)."""
    quota = {f["crop"]: round(f["m3mu"] * 100) for f in opened(folder, "layers", "quota").getFeatures()}
    totals = {f["dcode"]: int(f["total_m3"]) for f in opened(folder, "layers", "totals").getFeatures()}
    rows = [registry.get(f["DKBM"]) for f in parcels]
    return rights([mu_100(a) for a in areas], [r and r[1] for r in rows], [r and r[0] for r in rows],
                  [quota[f["ZZLX"]] for f in parcels], [branches[b]["dcode"] if b >= 0 else None for b in branch], totals)


def write(out, crs, rows):
    """``rows``: (geometry, {field: value}) of every parcel."""
    fields = QgsFields()
    for name in RESULT:
        fields.append(QgsField(name, TYPES.get(name, TEXT)))
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", "result"
    writer = QgsVectorFileWriter.create(out, fields, QgsWkbTypes.MultiPolygon, crs,
                                        QgsProject.instance().transformContext(), options)
    for geometry, values in rows:
        feature, shape = QgsFeature(fields), QgsGeometry(geometry)
        shape.convertToMultiType()
        feature.setGeometry(shape)
        feature.setAttributes([values[name] for name in RESULT])
        writer.addFeature(feature, QgsFeatureSink.FastInsert)
    del writer


class Work:
    """What a rival has found for every parcel, in the order of the file, as plain lists."""

    def __init__(self, folder, parcels, areas):
        self.folder, self.parcels, self.areas = folder, parcels, areas
        count = len(parcels)
        self.branch, self.outlet, self.well = [-1] * count, [-1] * count, [-1] * count
        self.branch_m2, self.outlet_m2, self.distance = [0.0] * count, [0.0] * count, [None] * count
        self.pairs, self.pair_m2 = [0] * count, [0.0] * count
        self.overlaps, self.overlap_m2, self.reclaimed, self.reclaimed_m2 = 0, 0.0, 0, 0.0

    def overlap(self, i, j, area):
        for k in (i, j):
            self.pairs[k] += 1
            self.pair_m2[k] += area
        self.overlaps += 1
        self.overlap_m2 += area

    def finish(self, clock, out, crs, geometries, registry, repaired):
        """Steps 8 and 9 and the check line."""
        layers = [in_order(opened(self.folder, "layers", name)) for name in ("branches", "service", "wells")]
        demand, volume = decided(self.folder, self.parcels, self.areas, registry, self.branch, layers[0])
        clock.lap("quota, caps")

        def named(features, name, row):
            return features[row][name] if row >= 0 else None

        def rows():
            for k, parcel in enumerate(self.parcels):
                holder = registry.get(parcel["DKBM"])
                b, o, w = self.branch[k], self.outlet[k], self.well[k]
                yield geometries[k], {
                    "DKBM": parcel["DKBM"], "CBFBM": holder and holder[0], "cls": int(holder is not None),
                    "SCMJ": parcel["SCMJ"], "ZZLX": parcel["ZZLX"], "area_mu": mu_100(self.areas[k]) / 100,
                    "bcode": named(layers[0], "bcode", b), "dcode": named(layers[0], "dcode", b),
                    "b_m2": round(self.branch_m2[k], 2), "ocode": named(layers[1], "ocode", o),
                    "o_m2": round(self.outlet_m2[k], 2), "wcode": named(layers[2], "wcode", w), "w_dist": self.distance[k],
                    "ov_n": self.pairs[k], "ov_m2": round(self.pair_m2[k], 2), "demand": demand[k], "alloc": volume[k]}

        write(out, crs, rows())
        clock.lap("write")
        clock.finish(check_line([mu_100(a) for a in self.areas], [f["DKBM"] in registry for f in self.parcels], self.branch,
                                self.outlet, self.well, (self.overlaps, self.overlap_m2),
                                (self.reclaimed, self.reclaimed_m2), volume, repaired))


def leave():
    """QGIS crashes on exit where layers are still referenced."""
    os._exit(0)
