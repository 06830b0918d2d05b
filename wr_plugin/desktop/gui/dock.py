"""The main dock: which work file, the steps of the work, the run that is going on, the villages."""

import html
from pathlib import Path

from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QMessageBox, QPushButton, QVBoxLayout, QWidget

from ... import places
from ...commands.catalogue import VERBS
from .. import layers
from ..protocol import without_commands
from .run_panel import RunPanel
from .steps_panel import StepsPanel
from .verb_dialog import VerbDialog
from .village_list import VillageList

WIDTH = 430


class WorkDock(QDockWidget):
    """``opening``: the user wants to open a work file; ``village_wanted``: wants to see a village."""

    opening = pyqtSignal()
    village_wanted = pyqtSignal(str)
    village_picked = pyqtSignal(str)

    def __init__(self, session, parent=None):
        super().__init__("水权确权", parent)
        self.setObjectName("wr_plugin_work")
        self.session = session
        body = QWidget()
        body.setMinimumWidth(WIDTH)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        head = QHBoxLayout()
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.RichText)
        self.title.setWordWrap(True)
        self.open = QPushButton(QIcon(places.icon_file("open")), "打开…")
        self.open.setToolTip("打开已有的工作文件（*.gpkg）")
        self.open.clicked.connect(self.opening)
        head.addWidget(self.title, 1)
        head.addWidget(self.open, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(head)
        self.next = QLabel()
        self.next.setWordWrap(True)
        self.next.setStyleSheet("background: #e0f2fe; color: #075985; border-radius: 4px; padding: 6px 8px")
        layout.addWidget(self.next)
        self.steps = StepsPanel()
        layout.addWidget(self.steps)
        self.run = RunPanel()
        layout.addWidget(self.run)
        self.villages_title = QLabel("<b>各村</b>")
        layout.addWidget(self.villages_title)
        self.villages = VillageList()
        layout.addWidget(self.villages, 1)
        self.setWidget(body)
        self.steps.chosen.connect(self.ask_and_run)
        self.run.cancelled.connect(lambda: session.run and session.run.cancel())
        self.run.wanted.connect(self.follow_up)
        self.villages.visited.connect(self.village_wanted)
        self.villages.picked.connect(self.village_picked)
        session.opened.connect(self._opened)
        session.standing.connect(self._show_standing)
        session.started.connect(self._started)
        session.ended.connect(self._ended)
        session.failed.connect(self.run.tell_error)
        self._opened(session.path)

    def _opened(self, path):
        if path:
            name, place = html.escape(Path(path).stem), html.escape(path)
            self.title.setText(f"<b style='font-size:12pt'>{name}</b><br><span style='color:#6b7280'>{place}</span>")
            self.next.setText("正在读取进度……")
        else:
            self.title.setText("<b style='font-size:12pt'>还没有打开工作文件</b>")
            self.next.setText("从第 1 步“导入资料包”开始；已有工作文件的，点“打开…”。")
            self.steps.show_steps([], has_work=False)
            self.villages.show_villages([])
            self.villages_title.setText("<b>各村</b>")

    def _show_standing(self, status):
        self.next.setText(f"<b>下一步：</b>{without_commands(status.get('next_step', ''))}")
        self.steps.show_steps(status.get("steps", []), has_work=True)
        villages = status.get("villages", [])
        self.villages.show_villages(villages)
        parcels = sum(v["parcels"] for v in villages)
        self.villages_title.setText(f"<b>各村</b>（{len(villages)} 个村，{parcels:,} 块地）")

    def _started(self, run):
        self.steps.set_busy(True, True)
        self.open.setEnabled(False)
        self.run.follow(run)

    def _ended(self, outcome):
        self.steps.set_busy(False, bool(self.session.path))
        self.open.setEnabled(True)
        self.run.tell_outcome(outcome)

    def follow_up(self, verb_name):
        """What the last run's message offers: the report, or the field mapping, which the import's dialog asks for."""
        if verb_name == "mapping":
            self.ask_and_run("import", with_mapping=True)
        elif verb_name in VERBS and self.session.run is None:
            self.ask_and_run(verb_name)

    def ask_and_run(self, verb_name, with_mapping=False, filled=None):
        """Asks for the verb's parameters and runs it; edits of the work file are saved or dropped first. ``filled``: texts
        that stand in the dialog from the start, by parameter."""
        verb = VERBS[verb_name]
        known = [(v["village_code"], v["village_name"]) for v in self.session.status.get("villages", [])]
        dialog = VerbDialog(verb, self.session.path, known, self.window())
        for name, text in (filled or {}).items():
            dialog.inputs[name].setText(text)
        if with_mapping and dialog.mapping is not None and dialog.mapping.isEnabled():
            QTimer.singleShot(0, dialog.mapping.propose)
        accepted = dialog.exec()
        values = dialog.values()
        dialog.deleteLater()
        if accepted and (verb.store not in ("write", "create") or self.settle_edits(values.get("work"))):
            self.session.start(verb_name, values)

    def settle_edits(self, work):
        """Asks what to do with unsaved edits of the work file; True where none are left."""
        for layer in layers.unsaved_layers(work) if work else []:
            if not layer.isModified():
                layer.rollBack()
                continue
            buttons = QMessageBox.StandardButton
            answer = QMessageBox.question(
                self.window(), "水权确权", f"图层“{layer.name()}”有未保存的编辑。先保存吗？",
                buttons.Save | buttons.Discard | buttons.Cancel, buttons.Save)
            if answer == buttons.Cancel:
                return False
            if answer == buttons.Discard:
                layer.rollBack()
            elif not layer.commitChanges():
                QMessageBox.warning(self.window(), "水权确权", "保存失败：\n" + "\n".join(layer.commitErrors()))
                return False
        return True
