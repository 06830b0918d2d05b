"""The nine steps as most plugins do them: PyQGIS, one feature at a time, every candidate of the index intersected.

    rival_loop.py FOLDER OUT        (with the Python that can import qgis)
"""

import sys

import qgis_layers
from qgis.core import QgsFeature, QgsSpatialIndex
from qgis_layers import Work, in_order, opened, registered, sound
from rules import OVERLAP_M2, WELL_REACH_M, Clock


def locate(geometries, layer):
    """(row of the polygon with the largest overlap, its area) of each parcel."""
    features = in_order(layer)
    row, shape = {f.id(): k for k, f in enumerate(features)}, {f.id(): f.geometry() for f in features}
    index = QgsSpatialIndex(layer.getFeatures())
    found, area = [], []
    for geometry in geometries:
        best, most = -1, 0.0
        for candidate in sorted(index.intersects(geometry.boundingBox())):
            if geometry.intersects(shape[candidate]):
                shared = geometry.intersection(shape[candidate]).area()
                if shared > most:
                    best, most = row[candidate], shared
        found.append(best)
        area.append(most)
    return found, area


def main(folder, out):
    clock, application = Clock(), qgis_layers.started()
    layer = opened(folder, "parcels", "parcels")
    parcels, registry = list(layer.getFeatures()), registered(folder)
    clock.lap("read")
    repaired = [sound(parcel.geometry()) for parcel in parcels]
    geometries = [geometry for geometry, _ in repaired]
    clock.lap("repair")
    work = Work(folder, parcels, [geometry.area() for geometry in geometries])
    clock.lap("area")
    known = [registry.get(parcel["DKBM"]) for parcel in parcels]
    clock.lap("registry")
    work.branch, work.branch_m2 = locate(geometries, opened(folder, "layers", "branches"))
    clock.lap("district")
    work.outlet, work.outlet_m2 = locate(geometries, opened(folder, "layers", "service"))
    clock.lap("outlet")

    wells = opened(folder, "layers", "wells")
    place = {f.id(): (k, f.geometry()) for k, f in enumerate(in_order(wells))}
    index = QgsSpatialIndex(wells.getFeatures(), None, QgsSpatialIndex.FlagStoreFeatureGeometries)
    for k, geometry in enumerate(geometries):
        near = index.nearestNeighbor(geometry, 1, WELL_REACH_M)
        if near:
            work.well[k], point = place[min(near)]
            work.distance[k] = round(geometry.distance(point), 2)
    clock.lap("well")

    index = QgsSpatialIndex()
    for k, geometry in enumerate(geometries):
        feature = QgsFeature(k)
        feature.setGeometry(geometry)
        index.addFeature(feature)
    for k, geometry in enumerate(geometries):
        for other in index.intersects(geometry.boundingBox()):
            if other > k and geometry.intersects(geometries[other]):
                area = geometry.intersection(geometries[other]).area()
                if area > OVERLAP_M2:
                    work.overlap(k, other, area)
    clock.lap("overlaps")
    for feature in opened(folder, "layers", "reclaimed").getFeatures():
        land, _ = sound(feature.geometry())
        for k in index.intersects(land.boundingBox()):
            if land.intersects(geometries[k]):
                area = land.intersection(geometries[k]).area()
                if area > OVERLAP_M2:
                    work.reclaimed += 1
                    work.reclaimed_m2 += area
    clock.lap("unapproved")
    work.finish(clock, out, layer.crs(), geometries, registry, sum(mended for _, mended in repaired))
    return application, known


if __name__ == "__main__":
    main(*sys.argv[1:])
    qgis_layers.leave()
