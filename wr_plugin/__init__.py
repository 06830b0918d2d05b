"""水权确权: QGIS 插件与命令行。"""


def classFactory(iface):  # noqa: N802 (QGIS calls it by this name)
    from .plugin import WaterRightsPlugin

    return WaterRightsPlugin(iface)
