"""The Processing provider ``wr``: it lists the verbs, nothing else."""

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from ... import places
from ...commands.catalogue import VERBS
from .verb_algorithm import VerbAlgorithm


class WaterRightsProvider(QgsProcessingProvider):
    """Works without a GUI (``qgis_process``)."""

    def id(self):
        return "wr"

    def name(self):
        return "水权确权"

    def icon(self):
        return QIcon(places.icon_file("wr_plugin"))

    def loadAlgorithms(self):  # noqa: N802 (QGIS calls it by this name)
        for verb in VERBS.values():
            self.addAlgorithm(VerbAlgorithm(verb))
