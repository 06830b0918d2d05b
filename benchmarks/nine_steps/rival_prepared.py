"""The nine steps in PyQGIS written well: the few large polygons outside, prepared; contained first, and only those that
straddle a border intersected; overlaps only where the boxes share more than the tolerance.

    rival_prepared.py FOLDER OUT        (with the Python that can import qgis)
"""

import sys

import qgis_layers
from qgis.core import QgsGeometry, QgsSpatialIndex
from qgis_layers import Work, in_order, opened, registered, sound
from rules import OVERLAP_M2, WELL_REACH_M, Clock


def prepared(geometry):
    engine = QgsGeometry.createGeometryEngine(geometry.constGet())
    engine.prepareGeometry()
    return engine


def locate(geometries, areas, index, layer):
    """(row of the polygon with the largest overlap, its area) of each parcel."""
    found, area = [-1] * len(geometries), [0.0] * len(geometries)
    for row, feature in enumerate(in_order(layer)):
        polygon = feature.geometry()
        engine = prepared(polygon)
        for k in index.intersects(polygon.boundingBox()):
            shape = geometries[k].constGet()
            if engine.contains(shape):
                shared = areas[k]
            elif engine.intersects(shape):
                shared = polygon.intersection(geometries[k]).area()
            else:
                continue
            if shared > area[k]:
                found[k], area[k] = row, shared
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
    index, boxes = QgsSpatialIndex(), [geometry.boundingBox() for geometry in geometries]
    for k, box in enumerate(boxes):
        index.addFeature(k, box)
    clock.lap("index")
    work.branch, work.branch_m2 = locate(geometries, work.areas, index, opened(folder, "layers", "branches"))
    clock.lap("district")
    work.outlet, work.outlet_m2 = locate(geometries, work.areas, index, opened(folder, "layers", "service"))
    clock.lap("outlet")

    wells = opened(folder, "layers", "wells")
    place = {f.id(): (k, f.geometry()) for k, f in enumerate(in_order(wells))}
    points = QgsSpatialIndex(wells.getFeatures(), None, QgsSpatialIndex.FlagStoreFeatureGeometries)
    for k, geometry in enumerate(geometries):
        near = points.nearestNeighbor(geometry, 1, WELL_REACH_M)
        if near:
            work.well[k], point = place[min(near)]
            work.distance[k] = round(geometry.distance(point), 2)
    clock.lap("well")

    for k, geometry in enumerate(geometries):
        engine = None
        for other in index.intersects(boxes[k]):
            if other <= k:
                continue
            shared = boxes[k].intersect(boxes[other])
            if shared.width() * shared.height() <= OVERLAP_M2:
                continue
            engine = engine or prepared(geometry)
            if engine.intersects(geometries[other].constGet()):
                area = geometry.intersection(geometries[other]).area()
                if area > OVERLAP_M2:
                    work.overlap(k, other, area)
    clock.lap("overlaps")
    for feature in opened(folder, "layers", "reclaimed").getFeatures():
        land, _ = sound(feature.geometry())
        engine = prepared(land)
        for k in index.intersects(land.boundingBox()):
            shape = geometries[k].constGet()
            if engine.intersects(shape):
                area = work.areas[k] if engine.contains(shape) else land.intersection(geometries[k]).area()
                if area > OVERLAP_M2:
                    work.reclaimed += 1
                    work.reclaimed_m2 += area
    clock.lap("unapproved")
    work.finish(clock, out, layer.crs(), geometries, registry, sum(mended for _, mended in repaired))
    return application


if __name__ == "__main__":
    main(*sys.argv[1:])
    qgis_layers.leave()
