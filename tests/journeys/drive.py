"""What a script that drives QGIS from inside needs: waiting, clicking, screenshots, a clean end. No tests here."""

import json
import os
import time
import traceback
from pathlib import Path

import qgis.utils
from qgis.core import QgsProject
from qgis.PyQt.QtCore import QEventLoop, QPoint, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QDialog
from qgis.utils import iface, plugins

OUT = Path(os.environ["DRIVE_OUT"])
RESULT = {"shots": []}


def pause(ms):
    """Lets QGIS work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def wait_for(condition, what, timeout_s=60):
    """Lets QGIS work until ``condition()`` is true."""
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"没有等到：{what}")
        pause(50)


def workbench():
    return plugins["wr_plugin"].workbench


def wait_for_map():
    """Until the map has been drawn."""
    canvas = iface.mapCanvas()
    pause(300)
    wait_for(lambda: not canvas.isDrawing(), "地图画完")
    pause(200)


def size_window():
    """No window manager under Xvfb: the window is given its size."""
    width, height = map(int, os.environ["DRIVE_SIZE"].split("x"))
    iface.mainWindow().setGeometry(0, 0, width, height)
    pause(300)


def click_map(point):
    """A left click on the map at a point of the map's coordinates."""
    canvas = iface.mapCanvas()
    at = canvas.mapSettings().mapToPixel().transform(point)
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
                     QPoint(int(round(at.x())), int(round(at.y()))))


def shot(name, widget=None):
    """A picture of the screen, or of one widget."""
    pause(150)
    pixels = widget.grab() if widget else QApplication.primaryScreen().grabWindow(0)
    path = OUT / f"{name}.png"
    pixels.save(str(path))
    RESULT["shots"].append(path.name)
    return str(path)


def finish():
    """Writes the result and leaves QGIS without a question."""
    (OUT / "result.json").write_text(json.dumps(RESULT, ensure_ascii=False, default=str), encoding="utf-8")
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible():  # the hidden ones belong to QGIS
            widget.close()
            widget.deleteLater()
    pause(500)
    QgsProject.instance().clear()
    QgsProject.instance().setDirty(False)
    iface.actionExit().trigger()


def _note_exception(kind, error, trace, *_, **__):
    """In place of QGIS's modal window of Python errors, which nobody here would close."""
    RESULT.setdefault("exceptions", []).append("".join(traceback.format_exception(kind, error, trace)))


def start(journey, after_ms=1500):
    """Runs ``journey`` once QGIS is up; whatever happens, the result is written and QGIS ends."""
    qgis.utils.showException = _note_exception

    def begin():
        try:
            size_window()
            journey()
            RESULT["ok"] = "exceptions" not in RESULT
        except BaseException as error:
            RESULT["ok"] = False
            RESULT["error"] = f"{error}\n{traceback.format_exc()}"
            shot("failed")
        finish()

    QTimer.singleShot(after_ms, begin)
