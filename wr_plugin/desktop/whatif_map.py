"""The map of a what-if: a layer of the parcels, coloured by how their volume changes; gone when the panel closes."""

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsRendererCategory,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)

from . import layers

TITLE = "试算：水量增减"
JOINED = "试算_"
CLASSES = (
    (1, "由有到无", "#7f1d1d"), (2, "减少 10 % 以上", "#dc2626"), (3, "减少", "#fca5a5"),
    (4, "增加", "#93c5fd"), (5, "增加 10 % 以上", "#2563eb"), (6, "由无到有", "#14532d"), (0, "不变", "#e5e7eb"),
)


class WhatIfMap:
    """Shows the change of the last answer in ``project``; nothing until ``show``."""

    def __init__(self, project):
        self.project = project
        self.layer_id, self.joined = "", None

    @property
    def layer(self):
        """The layer, or None where it is not shown or the user has taken it away."""
        return self.project.mapLayer(self.layer_id) if self.layer_id else None

    def show(self, work, file):
        """Colours the parcels of the work file by the classes in ``file`` (table ``change``: parcel_fid, kind, change_m3)."""
        joined = QgsVectorLayer(f"{file}|layername=change", "change", "ogr")
        if not joined.isValid():
            return False
        layer = self.layer or self._made(work)
        if self.joined is not None:
            layer.removeJoin(self.joined.id())
        info = QgsVectorLayerJoinInfo()
        info.setJoinLayer(joined)
        info.setJoinFieldName("parcel_fid")
        info.setTargetFieldName("fid")
        info.setPrefix(JOINED)
        info.setUsingMemoryCache(True)
        layer.addJoin(info)
        self.joined = joined
        layer.triggerRepaint()
        return True

    def _made(self, work):
        layer = QgsVectorLayer(f"{work}|layername=parcel", TITLE, "ogr")
        layer.setCustomProperty(layers.PASSING_PROPERTY, True)
        layer.setReadOnly(True)
        layer.setRenderer(QgsCategorizedSymbolRenderer(f'coalesce("{JOINED}kind", 0)', [
            QgsRendererCategory(kind, QgsFillSymbol.createSimple(
                {"color": colour, "outline_color": "#ffffff", "outline_width": "0.1"}), told)
            for kind, told, colour in CLASSES]))
        layer.setMapTipTemplate(f"[% DKBM %]<br>[% coalesce(\"{JOINED}change_m3\", 0) %] m³")
        self.project.addMapLayer(layer, False)
        node = self.project.layerTreeRoot().insertLayer(0, layer)
        for unfolded in (False, True):  # a new node says it is unfolded, yet the tree draws it folded until told anew
            node.setExpanded(unfolded)
        self.layer_id = layer.id()
        return layer

    def clear(self):
        """Takes the layer out of the project."""
        layer, self.layer_id, self.joined = self.layer, "", None
        if layer is not None:
            self.project.removeMapLayer(layer.id())
