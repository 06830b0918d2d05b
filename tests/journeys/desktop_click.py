"""Runs inside QGIS (see ``test_desktop_click.py``): opens a work file, clicks parcels, reads the panel. No tests here."""

import os

from drive import RESULT, click_map, iface, pause, shot, start, wait_for, wait_for_map, workbench
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QDockWidget


def click_on(bench, feature):
    """Brings a parcel into view, clicks into it and gives the panel's text."""
    bench.go_to_parcel(feature["uuid"])
    wait_for_map()
    bench.explain.clear()
    click_map(feature.geometry().pointOnSurface().asPoint())
    wait_for(lambda: bench.explain.uuid, "地块说明")
    return {"uuid": bench.explain.uuid, "text": bench.explain.browser.toPlainText(),
            "visible": bench.explain.isVisible() and bench.explain.browser.isVisible()}


def journey():
    bench = workbench()
    RESULT["docks"] = sorted(d.windowTitle() for d in iface.mainWindow().findChildren(QDockWidget)
                             if d.objectName().startswith("wr_plugin"))
    bench.open_work_file(os.environ["CLICK_WORK"])
    wait_for(lambda: bench.session.status, "进度")
    wait_for_map()
    RESULT["tool"] = iface.mapCanvas().mapTool() is bench.tool
    RESULT["villages"] = [v["village_name"] for v in bench.dock.villages.model.rows]
    RESULT["steps"] = {name: row.state.text() for name, row in bench.dock.steps.rows.items()}
    layer = bench.session.layer("parcel_map")
    RESULT["legend"] = [category.label() for category in layer.renderer().categories()]
    first = {}
    for feature in layer.getFeatures():
        first.setdefault(feature["state"], feature)
    for state in ("right", "reduced", "outside_registry"):
        RESULT[state] = click_on(bench, first[state])
    RESULT["screenshot"] = shot("clicked")

    bench.findings.show()
    pause(300)
    bench.findings.table.selectRow(0)
    QTest.keyClick(bench.findings.table, Qt.Key.Key_Down)
    pause(1500)
    wait_for_map()
    RESULT["finding"] = bench.findings.model.rows[1]["parcel_uuid"]
    RESULT["finding_explained"] = bench.explain.uuid

    told = []
    bench.session.ended.connect(told.append)
    bench.session.start("check", {"work": bench.session.path})
    wait_for(lambda: told, "检查")
    RESULT["check"] = {"ok": told[0].ok, "changed": told[0].result.get("changed")}
    RESULT["message"] = bench.dock.run.message.toPlainText()

    import processing

    read_again = []
    bench.session.standing.connect(read_again.append)
    RESULT["toolbox"] = processing.run("wr:check", {"work": bench.session.path})
    wait_for(lambda: read_again, "工具箱运行之后的进度")


start(journey)
