"""Toolbar, menu and docks of the plugin in one QGIS window, and how they work together."""

import os
from pathlib import Path

from qgis.core import QgsFeatureRequest, QgsSettings
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QDockWidget, QFileDialog

from .. import places
from ..commands.catalogue import VERBS
from .compat import QAction
from .gui.dock import WorkDock
from .gui.explain_panel import ExplainPanel
from .gui.findings_panel import FindingsPanel
from .gui.linking_panel import LinkingPanel
from .gui.map_tool import ParcelTool, Spotlight
from .gui.settings_dialog import SettingsDialog
from .gui.whatif_panel import WhatIfPanel
from .session import LAST_WORK, Session

MENU = "水权确权"
OPEN_AT_START = "WR_WORK"
ARRANGED = "wr_plugin/arranged"
QGIS_LAYERS, LEGEND_WIDTH = "Layers", 290
SHOWN_OTHERWISE = ("explain", "status", "mapping", "accept", "whatif")
"""By a click on the map, in the dock, in the import dialog, in the list of findings, in a panel of its own."""
RIGHT, BOTTOM = Qt.DockWidgetArea.RightDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea


class Workbench:
    """``install`` puts everything into the window, ``remove`` takes it out again."""

    def __init__(self, iface):
        self.iface = iface
        self.session = Session()
        self.actions, self.toolbar = [], None

    def install(self):
        window, canvas = self.iface.mainWindow(), self.iface.mapCanvas()
        self.dock = WorkDock(self.session, window)
        self.explain = ExplainPanel(self.session, window)
        self.findings = FindingsPanel(self.session, window)
        self.linking = LinkingPanel(self.session, window)
        self.tool = ParcelTool(canvas, self.session)
        self.picker, self._tool_before = ParcelTool(canvas, self.session), None
        self.spotlight = Spotlight(canvas)
        self.iface.addDockWidget(RIGHT, self.dock)
        self.iface.addDockWidget(RIGHT, self.explain)
        self.iface.addDockWidget(BOTTOM, self.findings)
        self.whatif = WhatIfPanel(self.session, window)
        self.iface.addDockWidget(RIGHT, self.whatif)
        self.iface.addDockWidget(BOTTOM, self.linking)
        for panel in (self.findings, self.linking, self.whatif):
            panel.hide()
        self._arrange()
        self.iface.initializationCompleted.connect(self._arrange)
        self._add_actions(window)
        self.dock.opening.connect(self.choose_work_file)
        self.dock.village_wanted.connect(self.go_to_village)
        for panel in (self.findings, self.linking):
            self.dock.village_picked.connect(panel.show_village)
        self.tool.found.connect(self.show_parcel)
        self.findings.wanted.connect(self.go_to_finding)
        self.linking.wanted.connect(self.go_to_finding)
        self.linking.picking.connect(self._pick_for_linking)
        self.picker.found.connect(self.linking.take_parcel)
        self.explain.zoom_wanted.connect(self.go_to_parcel)
        self.explain.form_wanted.connect(self.open_form)
        self.explain.letter_wanted.connect(lambda code: self.dock.ask_and_run("letter", filled={"subject": code}))
        self.session.project.readProject.connect(self._project_read)
        self.session.project.cleared.connect(self._project_cleared)
        if window.isVisible():
            self._open_at_start()
        else:  # QGIS still starts: what it finds in the project now it would offer to save
            self.iface.initializationCompleted.connect(self._open_at_start)

    def _arrange(self):
        """Panel and explanation share one place and the legend is readable; once, then all stays as the user left it."""
        window, settings = self.iface.mainWindow(), QgsSettings()
        if settings.value(ARRANGED, False, type=bool):
            return
        window.tabifyDockWidget(self.dock, self.explain)
        window.tabifyDockWidget(self.explain, self.whatif)
        self.dock.raise_()
        if window.isVisible():
            legend = window.findChild(QDockWidget, QGIS_LAYERS)
            if legend is not None and legend.width() < LEGEND_WIDTH:
                window.resizeDocks([legend], [LEGEND_WIDTH], Qt.Orientation.Horizontal)
            settings.setValue(ARRANGED, True)

    def _add_actions(self, window):
        self.toolbar = self.iface.addToolBar(MENU)
        self.toolbar.setObjectName("wr_plugin_toolbar")
        self._action("wr_plugin", "工作面板", "显示或隐藏工作面板", window,
                     self._toggled(self.dock), toolbar=True, checkable=self.dock)
        self._action("open", "打开工作文件…", "打开已有的工作文件（*.gpkg）", window, self.choose_work_file, toolbar=True)
        look = self._action("explain", "查看地块", "在地图上点一块地，看权利人、面积、水源、水量与依据", window,
                            lambda: self.iface.mapCanvas().setMapTool(self.tool), toolbar=True)
        look.setCheckable(True)
        self.tool.setAction(look)
        self._action("findings", "问题清单", "显示或隐藏问题清单", window, self._toggled(self.findings), toolbar=True,
                     checkable=self.findings)
        self._action("link", "名录匹配清单", "显示或隐藏待确认的名录匹配，逐条确认、否定、改配", window, self._toggled(self.linking),
                     toolbar=True, checkable=self.linking)
        self._action("whatif", "试算", "改定额、系数、指标、比例或法定面积，马上看到水量怎样变；不采用就不改动工作文件", window,
                     self._toggled(self.whatif), toolbar=True, checkable=self.whatif)
        for verb in VERBS.values():
            if not verb.in_dock and verb.name not in SHOWN_OTHERWISE:
                self._action(verb.name, f"{verb.title}…", verb.help, window,
                             lambda _=False, name=verb.name: self.run(name))
        self._action("settings", "设置…", "指定计算程序的 Python", window, self.open_settings)

    def _action(self, icon, text, tip, window, called, toolbar=False, checkable=None):
        action = QAction(QIcon(places.icon_file(icon)), text, window)
        action.setToolTip(tip)
        if checkable is not None:
            action.setCheckable(True)
            action.setChecked(checkable.isVisible())
            checkable.visibilityChanged.connect(lambda _: action.setChecked(not checkable.isHidden()))
        action.triggered.connect(called)
        self.iface.addPluginToMenu(MENU, action)
        if toolbar:
            self.toolbar.addAction(action)
        self.actions.append(action)
        return action

    @staticmethod
    def _toggled(dock):
        def toggle(shown):
            dock.setVisible(shown)
            if shown:
                dock.raise_()
        return toggle

    def remove(self):
        project = self.session.project
        project.readProject.disconnect(self._project_read)
        project.cleared.disconnect(self._project_cleared)
        self.iface.initializationCompleted.disconnect(self._arrange)
        self.session.stop()
        for tool in (self.tool, self.picker):
            self.iface.mapCanvas().unsetMapTool(tool)
        self.spotlight.clear()
        for action in self.actions:
            self.iface.removePluginMenu(MENU, action)
            action.deleteLater()
        self.whatif.shut()
        for dock in (self.dock, self.explain, self.findings, self.linking, self.whatif):
            self.iface.removeDockWidget(dock)
            dock.deleteLater()
        self.iface.mainWindow().removeToolBar(self.toolbar)
        self.toolbar.deleteLater()
        self.tool.deleteLater()
        self.picker.deleteLater()

    def _open_at_start(self):
        path = os.environ.get(OPEN_AT_START, "")
        if path:
            self.open_work_file(path)
        else:
            self.session.adopt_project()

    def _project_read(self, *_):
        self.session.adopt_project()

    def _project_cleared(self):
        self.spotlight.clear()
        if self.session.path:
            self.session.close()

    def choose_work_file(self, *_):
        path, _ = QFileDialog.getOpenFileName(self.iface.mainWindow(), "打开工作文件",
                                              QgsSettings().value(LAST_WORK, "", type=str), "工作文件 (*.gpkg)")
        if path:
            self.open_work_file(path)

    def open_work_file(self, path):
        """Opens a work file and shows all its parcels."""
        if self.session.open(path):
            self.iface.setActiveLayer(self.session.layer("parcel_map"))
            self.iface.zoomToActiveLayer()
            self.iface.mapCanvas().setMapTool(self.tool)

    def work_file_changed(self, path):
        """A verb that was started in the toolbox is done."""
        if self.session.path == str(Path(path).resolve()):
            self.session.reread()
        elif not self.session.path:
            self.open_work_file(path)

    def run(self, verb_name):
        """A verb of the menu: its parameters are asked for, its run is followed in the dock."""
        self.dock.show()
        self.dock.raise_()
        self.dock.ask_and_run(verb_name)

    def open_settings(self, *_):
        dialog = SettingsDialog(self.session.path, self.iface.mainWindow())
        dialog.exec()
        dialog.deleteLater()
        self.session.ask_standing()

    def show_parcel(self, uuid):
        """The parcel that was clicked: outlined and explained."""
        self.explain.show()
        self.explain.raise_()
        if uuid:
            self.spotlight.show_parcel(self.session.layer("parcel_map"), uuid)
            self.explain.show_parcel(uuid)
            self.whatif.levers.show_parcel(self.explain.code)
        else:
            self.spotlight.clear()
            self.explain.show_nothing()

    def go_to_parcel(self, uuid, flash=False):
        layer = self.session.layer("parcel_map")
        if layer is not None:
            self.spotlight.go_to_parcel(layer, uuid, flash)

    def go_to_finding(self, uuid):
        self.go_to_parcel(uuid, flash=True)
        self.explain.show_parcel(uuid)
        self.whatif.levers.show_parcel(self.explain.code)

    def _pick_for_linking(self, waiting):
        """The next click on the map is for the list of matches; then the tool is as it was."""
        canvas = self.iface.mapCanvas()
        if waiting:
            self._tool_before = canvas.mapTool()
            canvas.setMapTool(self.picker)
        elif canvas.mapTool() is self.picker:
            canvas.setMapTool(self._tool_before or self.tool)

    def go_to_village(self, code):
        layer = self.session.layer("parcel_map")
        if layer is not None:
            self.spotlight.go_to_village(layer, code)
            self.explain.show_place(code)

    def open_form(self, uuid):
        """The attribute form of one parcel, for audits, findings and photos."""
        layer = self.session.layer("parcel")
        if layer is None:
            return
        request = QgsFeatureRequest().setFilterExpression(f"\"uuid\" = '{uuid}'")
        for feature in layer.getFeatures(request):
            self.iface.openFeatureForm(layer, feature, False, False)
