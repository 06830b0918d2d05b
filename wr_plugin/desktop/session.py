"""The open work file of this QGIS window: what is open, how far it has come, and the one verb that may run."""

from contextlib import contextmanager, suppress
from pathlib import Path

from qgis.core import QgsProject, QgsSettings
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ..model.errors import WaterRightsError
from ..store.workfile import WorkFile
from . import layers
from .engine import EngineRun

LAST_WORK = "wr_plugin/lastWork"
SETTLED_MS = 300


class Session(QObject):
    """``opened``: a work file was opened (path) or closed (""). ``standing``: the ``counts`` of ``status`` and its
    next step. ``started``/``ended``: a verb runs. ``failed``: something to tell the user (WaterRightsError)."""

    opened = pyqtSignal(str)
    standing = pyqtSignal(dict)
    started = pyqtSignal(object)
    ended = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(self, parent=None):
        super().__init__(parent)
        self.path, self.status, self.run, self._asking = "", {}, None, None
        self._ask_again = False
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self._settled.timeout.connect(self._edited)

    @property
    def project(self):
        return QgsProject.instance()

    def open(self, path):
        """Shows a work file in the project and makes it the open one. Returns False where it cannot be opened."""
        try:
            layers.show_work_file(self.project, path)
        except WaterRightsError as error:
            self.failed.emit(error)
            return False
        self._take(str(Path(path).resolve()))
        return True

    def adopt_project(self):
        """Takes up the work file whose layers a project that was just loaded already has."""
        path = next((layer.customProperty(layers.WORK_PROPERTY) for layer in self.project.mapLayers().values()
                     if layer.customProperty(layers.WORK_PROPERTY)), "")
        if path and path != self.path and Path(path).is_file():
            layers.refresh(self.project, path)
            self._take(path)

    def _take(self, path):
        self.path = path
        QgsSettings().setValue(LAST_WORK, path)
        self._watch()
        self.opened.emit(path)
        self.ask_standing()

    def _watch(self):
        """Edits of the work file's layers that are saved change how far the work has come."""
        self._unwatch()
        for layer in layers.layers_of(self.project, self.path):
            layer.afterCommitChanges.connect(self._settled.start)

    def _unwatch(self):
        """Also from layers that a project has brought anew, which were never watched."""
        for layer in layers.layers_of(self.project, self.path) if self.path else ():
            with suppress(TypeError):
                layer.afterCommitChanges.disconnect(self._settled.start)

    def _edited(self):
        """A verb that was started with the same click asks when it is done."""
        if self.run is None:
            self.ask_standing()

    def close(self):
        """Forgets the work file; its layers stay or went with the project."""
        self.path, self.status = "", {}
        self.opened.emit("")

    def layer(self, table):
        """The project's layer of a table of the open work file, or None."""
        return layers.find(self.project, self.path, table) if self.path else None

    @contextmanager
    def reading(self):
        """The open work file for a short read; raises WaterRightsError where it cannot be read."""
        with WorkFile.open(self.path, readonly=True) as store:
            yield store

    def ask_standing(self):
        """Asks the engine for the state of the work (the verb ``status``); the answer comes by ``standing``."""
        if not self.path:
            return
        if self._asking is not None:
            self._ask_again = True
            return
        self._asking = EngineRun("status", {"work": self.path}, self)
        self._asking.ended.connect(self._told)
        self._asking.start()

    def _told(self, outcome):
        asked, self._asking = self._asking, None
        asked.deleteLater()
        if self._ask_again:
            self._ask_again = False
            self.ask_standing()
            return
        if not outcome.ok:
            self.failed.emit(WaterRightsError(outcome.error.get("message", ""), outcome.error.get("remedy", ""),
                                              where=outcome.error.get("where", ""), detail=outcome.log))
            return
        self.status = {**outcome.result.get("counts", {}), "next_step": outcome.result.get("next_step", ""),
                       "title": outcome.result.get("title", "")}
        self.standing.emit(self.status)

    def reread(self):
        """After a verb: the layers, the legend and the state of the work follow."""
        try:
            layers.refresh(self.project, self.path)
        except WaterRightsError as error:
            self.failed.emit(error)
        self.ask_standing()

    def start(self, verb_name, params):
        """Starts a verb; one at a time."""
        if self.run is not None:
            return None
        self.run = EngineRun(verb_name, params, self)
        self.run.ended.connect(lambda outcome: self._verb_ended(outcome, params))
        self.started.emit(self.run)
        self.run.start()
        return self.run

    def _verb_ended(self, outcome, params):
        run, self.run = self.run, None
        if outcome.ok and run.verb_name == "import" and Path(params["work"]).is_file():  # a preview makes none
            self.open(params["work"])
        elif outcome.ok and self.path:
            self.reread()
        self.ended.emit(outcome)
        run.deleteLater()

    def stop(self):
        """Ends what is still running, when the plugin is unloaded."""
        self._unwatch()
        for run in (self.run, self._asking):
            if run is not None:
                run.blockSignals(True)
                run.process.kill()
                run.process.waitForFinished(2000)
