"""Runs inside QGIS (see ``make_screenshots.py``): walks through the plugin and takes the guide's pictures."""

import json
import os
import shutil
import sqlite3
from pathlib import Path

from drive import RESULT, click_map, iface, pause, shot, size_window, start, wait_for, wait_for_map, workbench
from qgis.core import QgsVectorLayerUtils
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QTabWidget

PANEL_WIDTH, LIST_HEIGHT, LEGEND_WIDTH = 470, 300, 290


def window(class_name):
    """The visible top-level window of that Qt class."""
    return next(w for w in QApplication.topLevelWidgets() if w.isVisible() and w.metaObject().className() == class_name)


def first(layer, state, order="area_mu"):
    """The uuid and a point inside of a parcel in a state: the one of middling size, so that the picture is typical."""
    found = sorted((f for f in layer.getFeatures() if f["state"] == state), key=lambda f: f[order] or 0)
    chosen = found[len(found) // 2]
    return chosen["uuid"], chosen.geometry().pointOnSurface().asPoint()


def tidy(bench):
    """The layer legend at full height, the panels at the width of the guide."""
    main = iface.mainWindow()
    main.findChild(QDockWidget, "Browser").hide()
    main.resizeDocks([bench.dock], [PANEL_WIDTH], Qt.Orientation.Horizontal)
    main.resizeDocks([main.findChild(QDockWidget, "Layers")], [LEGEND_WIDTH], Qt.Orientation.Horizontal)
    pause(300)


def tour():
    bench = workbench()
    bench.open_work_file(os.environ["TOUR_WORK"])
    wait_for(lambda: bench.session.status, "进度")
    size_window()
    tidy(bench)
    iface.zoomToActiveLayer()
    wait_for_map()
    shot("dock_and_map")

    layer = bench.session.layer("parcel_map")
    villages = bench.session.status["villages"]
    bench.go_to_village(villages[0]["village_code"])
    wait_for_map()
    shot("village")

    uuid, point = first(layer, "right")
    bench.go_to_parcel(uuid)
    wait_for_map()
    click_map(point)
    wait_for(lambda: bench.explain.uuid == uuid, "地块说明")
    RESULT["explained"] = bench.explain.browser.toPlainText()
    shot("explanation")

    bench.findings.show()
    pause(300)
    iface.mainWindow().resizeDocks([bench.findings], [LIST_HEIGHT], Qt.Orientation.Vertical)
    bench.findings.kind.setCurrentIndex(bench.findings.kind.findData("OUTSIDE_REGISTRY"))
    pause(300)
    bench.findings.table.selectRow(2)
    pause(2500)
    wait_for_map()
    shot("findings")
    bench.findings.hide()

    bench.whatif.show()
    bench.whatif.raise_()
    wait_for(lambda: bench.whatif.totals.rows, "试算")
    bench.whatif.on_map.setChecked(True)
    bench.whatif.levers.crop.setCurrentIndex(bench.whatif.levers.crop.findData("大田玉米"))
    bench.whatif.levers.quota.setValue(-12)
    bench.whatif.levers.share.setValue(0.75)
    wait_for(lambda: not bench.whatif.timer.isActive() and not bench.whatif.engine.busy, "试算的答复")
    bench.go_to_village(villages[0]["village_code"])
    pause(1500)
    wait_for_map()
    shot("whatif")
    bench.whatif.close()

    from wr_plugin.commands.catalogue import VERBS
    from wr_plugin.desktop.gui.verb_dialog import VerbDialog

    dialog = VerbDialog(VERBS["publish"], bench.session.path, [(v["village_code"], v["village_name"]) for v in villages],
                        iface.mainWindow())
    dialog.inputs["out"].setFilePath("/home/clerk/示例县/公示表")
    dialog.show()
    pause(400)
    shot("parameters", dialog)
    dialog.close()
    dialog.deleteLater()

    from wr_plugin.desktop.gui.mapping_dialog import MappingDialog

    dialog = MappingDialog(json.loads(Path(os.environ["TOUR_MAPPING"]).read_text(encoding="utf-8")), iface.mainWindow())
    dialog.resize(dialog.width(), 330)
    dialog.show()
    pause(400)
    shot("mapping", dialog)
    dialog.close()
    dialog.deleteLater()

    audits = bench.session.layer("audit")
    audits.startEditing()
    row = QgsVectorLayerUtils.createFeature(audits)
    row["parcel_uuid"], row["result"], row["auditor"], row["area_mu"] = uuid, "differ", "王建国", 1.52
    row["crop"], row["method"], row["source"] = "制种玉米", "低压管灌", "ground"
    row["note"] = "北侧田埂外移约 1 米，与承包户现场确认"
    audits.addFeature(row)
    bench.open_form(uuid)
    pause(1200)
    form = window("QgsAttributeDialog")
    form.resize(900, 620)
    tabs = form.findChild(QTabWidget)
    for position, name in ((0, "form_basic"), (2, "form_right"), (3, "form_audit")):
        tabs.setCurrentIndex(position)
        pause(500)
        shot(name, form)
    form.close()
    form.deleteLater()
    pause(500)
    audits.rollBack()
    linking(bench)


WITHOUT_CODES = (
    "UPDATE registry SET DKBM = NULL, CBFBM = NULL, area_mu_100 = (area_mu_100 + 5) / 10 * 10,"
    " parcel_name = CASE WHEN fid % 4 THEN parcel_name END",
    "UPDATE registry SET holder_name = substr(holder_name, 1, length(holder_name) - 1) || '？' WHERE fid % 19 = 0",
    "UPDATE registry SET holder_name = (SELECT o.holder_name FROM registry o WHERE o.fid = registry.fid + 7) WHERE fid % 23 = 0",
)


def linking(bench):
    """The same county, its registry without codes and with some wrong names."""
    copy = os.path.join(os.path.dirname(os.environ["TOUR_WORK"]), "示例县（名录无编码）.gpkg")
    shutil.copy(os.environ["TOUR_WORK"], copy)
    connection = sqlite3.connect(copy)
    with connection:
        for statement in WITHOUT_CODES:
            connection.execute(statement)
    connection.close()
    bench.session.project.clear()
    bench.open_work_file(copy)
    wait_for(lambda: bench.session.status, "进度")
    bench.session.start("link", {"work": copy})
    wait_for(lambda: bench.session.run is None, "匹配")
    tidy(bench)
    bench.linking.show()
    pause(300)
    iface.mainWindow().resizeDocks([bench.linking], [LIST_HEIGHT], Qt.Orientation.Vertical)
    bench.linking.reload()
    RESULT["waiting"] = len(bench.linking.model.rows)
    bench.linking.table.selectRow(0)
    pause(2500)
    bench.dock.raise_()
    wait_for_map()
    shot("linking")
    bench.linking.hide()
    bench.session.project.clear()
    os.remove(copy)


start(tour)
