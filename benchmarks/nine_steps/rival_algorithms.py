"""The nine steps with QGIS's own Processing algorithms, layers kept in memory.

    rival_algorithms.py FOLDER OUT      (with the Python that can import qgis)
"""

import sys

sys.path.insert(0, "/usr/share/qgis/python/plugins")

import processing  # noqa: E402
import qgis_layers  # noqa: E402
from processing.core.Processing import Processing  # noqa: E402
from qgis.analysis import QgsNativeAlgorithms  # noqa: E402
from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsFeatureRequest,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsVectorLayer,
)
from qgis_layers import Work, in_order, opened, registered  # noqa: E402
from rules import OVERLAP_M2, WELL_REACH_M, Clock  # noqa: E402

LARGEST_OVERLAP, INTERSECTS = 2, 0


class Algorithms:
    """Runs algorithms into memory layers."""

    def __init__(self):
        Processing.initialize()
        registry = QgsApplication.processingRegistry()
        if not registry.algorithmById("native:fixgeometries"):
            registry.addProvider(QgsNativeAlgorithms())
        self.context, self.feedback = QgsProcessingContext(), QgsProcessingFeedback()
        self.context.setInvalidGeometryCheck(QgsFeatureRequest.GeometryNoCheck)

    def __call__(self, name, **parameters):
        parameters.setdefault("OUTPUT", "memory:")
        return processing.run(name, parameters, context=self.context, feedback=self.feedback)["OUTPUT"]

    def index(self, layer):
        processing.run("native:createspatialindex", {"INPUT": layer}, context=self.context, feedback=self.feedback)
        return layer


def main(folder, out):
    clock, application = Clock(), qgis_layers.started()
    run, source = Algorithms(), opened(folder, "parcels", "parcels")
    broken = sum(not feature.geometry().isGeosValid() for feature in source.getFeatures())
    layer = run("native:fixgeometries", INPUT=source)
    clock.lap("read, repair")
    layer = run("native:fieldcalculator", INPUT=layer, FIELD_NAME="m2", FIELD_TYPE=0, FIELD_LENGTH=20, FIELD_PRECISION=9,
                FORMULA="area($geometry)")
    clock.lap("area")
    listed = QgsVectorLayer(f"file://{folder}/registry.csv?type=csv&detectTypes=no", "registry", "delimitedtext")
    layer = run("native:joinattributestable", INPUT=layer, FIELD="DKBM", INPUT_2=listed, FIELD_2="DKBM",
                FIELDS_TO_COPY=["CBFBM", "HTMJ"], METHOD=1, DISCARD_NONMATCHING=False, PREFIX="")
    clock.lap("registry")
    helpers = {name: run.index(run("native:fixgeometries", INPUT=opened(folder, "layers", name)))
               for name in ("branches", "service", "reclaimed")}
    for name, field, step in (("branches", "bcode", "district"), ("service", "ocode", "outlet")):
        layer = run("native:joinattributesbylocation", INPUT=layer, JOIN=helpers[name], PREDICATE=[INTERSECTS],
                    JOIN_FIELDS=[field], METHOD=LARGEST_OVERLAP, DISCARD_NONMATCHING=False, PREFIX="")
        clock.lap(step)
    layer = run("native:joinbynearest", INPUT=layer, INPUT_2=opened(folder, "layers", "wells"), FIELDS_TO_COPY=["wcode"],
                DISCARD_NONMATCHING=False, PREFIX="", NEIGHBORS=1, MAX_DISTANCE=WELL_REACH_M)
    clock.lap("well")
    # a tie of two wells gives a parcel two rows
    first = {}
    for feature in sorted(layer.getFeatures(), key=lambda feature: str(feature["wcode"])):
        first.setdefault(feature["BSM"], feature)
    parcels = [first[number] for number in sorted(first)]
    place = {feature["BSM"]: k for k, feature in enumerate(parcels)}
    layer = run.index(run("native:removeduplicatesbyattribute", INPUT=layer, FIELDS=["BSM"]))
    work = Work(folder, parcels, [feature["m2"] for feature in parcels])
    pairs = run("native:intersection", INPUT=layer, OVERLAY=layer, INPUT_FIELDS=["BSM"], OVERLAY_FIELDS=["BSM"],
                OVERLAY_FIELDS_PREFIX="o_")
    for feature in pairs.getFeatures():
        area = feature.geometry().area()
        if feature["BSM"] < feature["o_BSM"] and area > OVERLAP_M2:
            work.overlap(place[feature["BSM"]], place[feature["o_BSM"]], area)
    clock.lap("overlaps")
    for feature in run("native:intersection", INPUT=helpers["reclaimed"], OVERLAY=layer, INPUT_FIELDS=["rcode"],
                       OVERLAY_FIELDS=["BSM"]).getFeatures():
        area = feature.geometry().area()
        if area > OVERLAP_M2:
            work.reclaimed += 1
            work.reclaimed_m2 += area
    clock.lap("unapproved")
    for name, field, column in (("branches", "bcode", work.branch), ("service", "ocode", work.outlet),
                                ("wells", "wcode", work.well)):
        row = {feature[field]: k for k, feature in enumerate(in_order(opened(folder, "layers", name)))}
        column[:] = [row.get(str(feature[field]), -1) for feature in parcels]
    work.distance = [float(feature["distance"]) if well >= 0 else None for feature, well in zip(parcels, work.well)]
    work.finish(clock, out, source.crs(), [feature.geometry() for feature in parcels], registered(folder), broken)
    return application


if __name__ == "__main__":
    main(*sys.argv[1:])
    qgis_layers.leave()
