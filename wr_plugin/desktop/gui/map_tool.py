"""The tool “查看地块”: a click on the map gives the parcel under it; and the ways the map shows one."""

from qgis.core import QgsCoordinateTransform, QgsFeatureRequest, QgsGeometry, QgsPointXY, QgsProject, QgsRectangle
from qgis.gui import QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor

MARGIN = 3.0
NARROWEST_M = 30.0
EDGE, INSIDE = QColor(29, 78, 216), QColor(59, 130, 246, 40)
FLASHES = 3


class ParcelTool(QgsMapTool):
    """``found``: uuid of the parcel clicked, or "" where there is none."""

    found = pyqtSignal(str)

    def __init__(self, canvas, session):
        super().__init__(canvas)
        self.session = session
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def canvasReleaseEvent(self, event):  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton:
            return
        layer = self.session.layer("parcel_map")
        if layer is None:
            self.found.emit("")
            return
        point = self.toLayerCoordinates(layer, event.pos())
        self.found.emit(parcel_at(layer, QgsPointXY(point)))


def parcel_at(layer, point):
    """The uuid of the parcel that holds a point (the layer's coordinates); the smallest where parcels overlap."""
    request = QgsFeatureRequest().setFilterRect(QgsRectangle(point, point).buffered(0.01))
    request.setSubsetOfAttributes(["uuid"], layer.fields())
    where = QgsGeometry.fromPointXY(point)
    holding = [f for f in layer.getFeatures(request) if f.geometry().intersects(where)]
    return min(holding, key=lambda f: f.geometry().area())["uuid"] if holding else ""


class Spotlight:
    """The outline around the parcel that is being looked at."""

    def __init__(self, canvas):
        self.canvas = canvas
        self.band = None

    def features(self, layer, field, value):
        """Features of the map layer by one attribute, e.g. ``uuid`` or ``village_code``; geometry only."""
        request = QgsFeatureRequest()
        request.setFilterExpression(f"\"{field}\" = '{str(value).replace(chr(39), chr(39) * 2)}'")
        request.setSubsetOfAttributes([])
        return layer.getFeatures(request)

    def show_parcel(self, layer, uuid):
        """Outlines one parcel; nothing else moves."""
        self.clear()
        for feature in self.features(layer, "uuid", uuid):
            self.band = QgsRubberBand(self.canvas)
            self.band.setStrokeColor(EDGE)
            self.band.setFillColor(INSIDE)
            self.band.setWidth(3)
            self.band.setToGeometry(feature.geometry(), layer)

    def go_to_parcel(self, layer, uuid, flash=False):
        """Zooms to a parcel with its neighbours around it and outlines it."""
        found = list(self.features(layer, "uuid", uuid))
        if not found:
            return False
        extent = QgsRectangle(found[0].geometry().boundingBox())
        extent.grow(max(NARROWEST_M, max(extent.width(), extent.height())) * (MARGIN - 1) / 2)
        self._zoom(layer, extent)
        self.show_parcel(layer, uuid)
        if flash:
            self.canvas.flashFeatureIds(layer, [found[0].id()], flashes=FLASHES)
        return True

    def go_to_village(self, layer, code):
        """Zooms to all parcels of a village."""
        extent = QgsRectangle()
        extent.setMinimal()
        for feature in self.features(layer, "village_code", code):
            extent.combineExtentWith(feature.geometry().boundingBox())
        if extent.isEmpty():
            return False
        extent.scale(1.08)
        self._zoom(layer, extent)
        return True

    def _zoom(self, layer, extent):
        shown = self.canvas.mapSettings().destinationCrs()
        transform = QgsCoordinateTransform(layer.crs(), shown, QgsProject.instance())
        self.canvas.setExtent(transform.transformBoundingBox(extent))
        self.canvas.refresh()

    def clear(self):
        if self.band is not None:
            self.canvas.scene().removeItem(self.band)
            self.band = None
