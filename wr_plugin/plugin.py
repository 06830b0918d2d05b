"""What QGIS calls: the Processing provider with or without a window, the workbench with one."""

from qgis.core import QgsApplication

from .desktop.algorithms.provider import WaterRightsProvider


class WaterRightsPlugin:
    """Wires; decides nothing. ``iface`` is None under ``qgis_process``."""

    def __init__(self, iface):
        self.iface = iface
        self.provider = None
        self.workbench = None

    def initProcessing(self):  # noqa: N802 (QGIS calls it by this name)
        self.provider = WaterRightsProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self):  # noqa: N802
        from .desktop.workbench import Workbench

        self.initProcessing()
        self.workbench = Workbench(self.iface)
        self.workbench.install()

    def unload(self):
        if self.workbench is not None:
            self.workbench.remove()
            self.workbench = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
