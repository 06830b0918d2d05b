"""The panel 试算: move a lever, see at once what villages, outlets, districts and households would get; nothing is stored."""

import html
import os

from qgis.PyQt.QtCore import Qt, QTemporaryDir, QTimer
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDockWidget,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ...model import codes
from ...model.amounts import m3_text
from ...model.errors import WaterRightsError
from .. import layers, whatif_choices
from ..live_engine import LiveEngine
from ..whatif_map import WhatIfMap
from .row_model import RowModel
from .whatif_levers import LeverBox

MOVE_MS = 150
WIDEST = 130
MORE, LESS = "#1d4ed8", "#b91c1c"
UNITS_TAB = 3
PLACES = {"county": "全县", "district": "灌区", "outlet": "斗口", "village": "村"}


class ChangeModel(RowModel):
    """Rows with ``before`` and ``after``; the first columns are ``names`` of the row."""

    def __init__(self, titles, names, parent=None):
        super().__init__(parent)
        self.names, self.titles = names, (*titles, "今天（m³）", "试算（m³）", "增减（m³）", "%")

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        row, column = self.rows[index.row()], index.column() - len(self.names)
        change = row["after"] - row["before"]
        if role == Qt.ItemDataRole.DisplayRole:
            if column < 0:
                return row[self.names[index.column()]]
            share = f"{change / row['before'] * 100:+.1f}" if row["before"] else ""
            return (m3_text(row["before"]), m3_text(row["after"]), ("+" if change > 0 else "") + m3_text(change), share)[column]
        if role == Qt.ItemDataRole.TextAlignmentRole and column >= 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and column >= 2 and change:
            return QColor(MORE if change > 0 else LESS)
        return None


class WhatIfPanel(QDockWidget):
    """``session``: the open work file. The engine runs while the panel has something to ask, and ends with it."""

    def __init__(self, session, parent=None):
        super().__init__("试算", parent)
        self.setObjectName("wr_plugin_whatif")
        self.session, self.engine = session, LiveEngine(self)
        self.map, self.folder, self._file_number = WhatIfMap(session.project), None, 0
        self._filled, self._shown, self._adopting, self._state = "", None, False, ""
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(8, 6, 8, 8)
        self.levers = LeverBox()
        layout.addWidget(self.levers)
        layout.addLayout(self._choices())
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.RichText)
        layout.addWidget(self.told)
        self.bar = QProgressBar()
        self.bar.setMaximumHeight(8)
        self.bar.setTextVisible(False)
        self.bar.hide()
        layout.addWidget(self.bar)
        self.tabs = QTabWidget()
        self.totals = self._table("灌区", ("", "名称", "水源"), ("place", "name", "water"))
        self.outlets = self._table("斗口", ("斗口", "水源"), ("name", "water"))
        self.villages = self._table("村", ("村", "水源"), ("name", "water"))
        self.units = self._table("确权单位", ("单位", "名称", "水源"), ("kind", "name", "water"))
        self.people = self._table("户", ("权利人", "村", "水源"), ("name", "village", "water"))
        self.tabs.setTabEnabled(UNITS_TAB, False)
        self.tabs.setTabToolTip(UNITS_TAB, "农户以外的确权单位，先列减少最多的")
        self.tabs.setTabToolTip(UNITS_TAB + 1, "先列减少最多的，再列增加最多的；全部的户见“导出”")
        layout.addWidget(self.tabs, 1)
        layout.addLayout(self._buttons())
        self.setWidget(body)
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(MOVE_MS)
        self.timer.timeout.connect(self.ask)
        self.levers.moved.connect(self._moved)
        self.engine.answered.connect(self.show_answer)
        self.engine.failed.connect(self.show_failure)
        self.engine.progressed.connect(self._show_progress)
        self.visibilityChanged.connect(lambda shown: self._fill() if shown else None)
        session.opened.connect(lambda _: self._reopened())
        session.standing.connect(lambda _: self._fill(again=True))
        session.started.connect(lambda _: self.engine.stop())
        session.ended.connect(self._verb_ended)
        self._say("")

    def _choices(self):
        row = QHBoxLayout()
        self.village, self.on_map = QComboBox(), QCheckBox("在图上显示增减")
        self.village.addItem("全县", "")
        self.village.currentIndexChanged.connect(lambda _: self._moved())
        self.on_map.toggled.connect(self._map_toggled)
        row.addWidget(QLabel("看"))
        row.addWidget(self.village, 1)
        row.addWidget(self.on_map)
        return row

    def _buttons(self):
        row = QHBoxLayout()
        self.reset, self.export, self.adopt = QPushButton("全部不变"), QPushButton("导出…"), QPushButton("采用…")
        self.reset.clicked.connect(self.levers.reset)
        self.export.clicked.connect(self._export)
        self.adopt.clicked.connect(self._adopt)
        self.adopt.setToolTip("改定额表、指标表、政策，并重新核定；记入变更日志。一块地的事实要在资料里改正，不能采用")
        for button in (self.reset, self.export):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.adopt)
        return row

    def _table(self, title, titles, names):
        model = ChangeModel(titles, names, self)
        table = QTableView()
        table.setModel(model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(22)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setMaximumSectionSize(WIDEST)
        self.tabs.addTab(table, title)
        return model

    def _reopened(self):
        self._filled, self._shown = "", None
        self.levers.show_parcel("")
        self._close_all()
        if self.isVisible():
            self._fill()

    def _fill(self, again=False):
        """Reads what can be moved from the work file, once for each file and after each verb."""
        if not self.isVisible() or not self.session.path or (self._filled == self.session.path and not again):
            self._enable()
            return
        try:
            with self.session.reading() as store:
                choices = whatif_choices.read(store)
        except WaterRightsError as error:
            self.show_failure({"message": error.message, "remedy": error.remedy})
            return
        self._filled = self.session.path
        self.village.blockSignals(True)
        kept = self.village.currentData()
        self.village.clear()
        self.village.addItem("全县", "")
        for one in self.session.status.get("villages", []):
            self.village.addItem(one["village_name"] or one["village_code"], one["village_code"])
        self.village.setCurrentIndex(max(0, self.village.findData(kept)))
        self.village.blockSignals(False)
        if choices == self._shown:
            self._moved()
        else:
            self._shown = choices
            self.levers.show_choices(choices)

    def _moved(self):
        self._enable()
        self.timer.start()

    def _enable(self):
        moved, ready = bool(self.levers.texts()), bool(self.session.path) and self.session.run is None
        self.adopt.setEnabled(moved and ready and self.levers.adoptable)
        self.export.setEnabled(moved and ready)
        self.reset.setEnabled(moved)

    def ask(self):
        """Asks the engine what the levers do, as they stand now."""
        if not self.session.path or not self.isVisible() or self.session.run is not None:
            return
        request = {"levers": self.levers.texts(), "village": self.village.currentData() or None, "map": self._next_file()}
        self.engine.ask(self.session.path, request)
        if self.engine.busy and not self.told.text():
            self._say("正在读取全县的地块……")

    def _next_file(self):
        """A new name for each map: the one before is still open in QGIS."""
        if not self.on_map.isChecked():
            return None
        if self.folder is None:
            self.folder = QTemporaryDir()
        self._file_number += 1
        return os.path.join(self.folder.path(), f"change_{self._file_number}.sqlite")

    def show_answer(self, answer):
        """An answer of the engine (``commands.live``)."""
        self.bar.hide()
        counts, self._state = answer["counts"], answer["state"]
        for row in answer["totals"]:
            row.update(place=PLACES[row["level"]], water=codes.SOURCE[row["source"]])
            row["name"] = "" if row["level"] == "county" else row["name"]
        for row in (*answer["holders"], *answer["units"]):
            row["water"] = codes.SOURCE[row["source"]]
        by_level = {level: [row for row in answer["totals"] if row["level"] == level] for level in PLACES}
        self.totals.show_rows(by_level["county"] + by_level["district"])
        self.outlets.show_rows(by_level["outlet"])
        self.villages.show_rows(by_level["village"])
        self.units.show_rows(answer["units"])
        self.tabs.setTabEnabled(UNITS_TAB, bool(answer["units"]))
        self.people.show_rows(answer["holders"])
        if not answer["told"]:
            lines = ["移动上面的任何一项，看水量怎样变；不采用就不改动工作文件。"]
        else:
            lines = [f"<b>{html.escape('；'.join(answer['told']))}</b>",
                     f"增加 {counts['holders_more']:,} 户次，减少 {counts['holders_less']:,} 户次，"
                     f"{counts['parcels_changed']:,} 个地块有变化"
                     + (f"；{counts['parcels_gained']:,} 个地块由无到有" if counts["parcels_gained"] else "")
                     + (f"；{counts['parcels_lost']:,} 个地块由有到无" if counts["parcels_lost"] else "")
                     + f"<span style='color:#6b7280'>（{answer['seconds']:.2f} 秒）</span>"]
        if answer["told"]:
            lines += [html.escape(f"{one['name']}：{one['text']}") for one in answer["others"]]
        lines += [f"<span style='color:#b45309'>{html.escape(text)}</span>" for text in answer["warnings"]]
        lines += self._show_map(answer["map"])
        self._say("<br>".join(lines))
        self._enable()

    def _show_map(self, drawn):
        if drawn is None or not self.on_map.isChecked():
            return []
        if "too_many" in drawn:
            self.map.clear()
            return [f"有变化的地块太多（{drawn['too_many']:,} 个），请先选一个村再看图"]
        shown = self.map.show(self.session.path, drawn["file"])
        return [] if shown else ["图上的增减显示不了"]

    def show_failure(self, error):
        """What went wrong, with what to do."""
        self.bar.hide()
        told = "：".join(filter(None, (error.get("where") if error.get("where") != "--lever" else "", error.get("message"))))
        remedy = f"<br>处理办法：{html.escape(error['remedy'])}" if error.get("remedy") else ""
        self._say(f"<span style='color:{LESS}'>{html.escape(told)}</span>{remedy}")

    def _show_progress(self, part, text):
        self.bar.show()
        self.bar.setRange(0, 100)
        self.bar.setValue(round(part * 100))
        if text:
            self._say(html.escape(text) + "……")

    def _say(self, text):
        self.told.setText(text)

    def _map_toggled(self, shown):
        if shown:
            self._moved()
        else:
            self.map.clear()

    def _params(self, **more):
        return {"work": self.session.path, "lever": self.levers.texts(), **more}

    def _export(self, *_):
        path, _ = QFileDialog.getSaveFileName(self, "导出试算表", "试算.xlsx", "试算表 (*.xlsx)")
        if path:
            path = path if path.lower().endswith(".xlsx") else path + ".xlsx"
            self.session.start("whatif", self._params(out=path, village=self.village.currentData() or ""))

    def _adopt(self, *_):
        buttons = QMessageBox.StandardButton
        told = "\n".join(self.levers.texts())
        answer = QMessageBox.question(self, "采用试算", f"{told}\n\n采用后改动定额表、指标表或政策，并重新核定全县水权。采用吗？",
                                      buttons.Yes | buttons.No, buttons.No)
        if answer == buttons.Yes:
            self.adopt_now()

    def adopt_now(self):
        """Runs the verb that stores what the levers say; unsaved edits of the work file come first."""
        if layers.unsaved_layers(self.session.path):
            self.session.failed.emit(WaterRightsError("有图层正在编辑", "先保存或放弃编辑，再采用"))
            return
        self._adopting = self.session.start("whatif", self._params(adopt=True, seen=self._state)) is not None

    def _verb_ended(self, outcome):
        """After an adoption the trial is today; where it was refused, the trial is worked out anew to be looked at."""
        if self._adopting and outcome.ok:
            self.levers.reset()
        elif self._adopting:
            self._moved()
        self._adopting = False

    def _close_all(self):
        self.engine.stop()
        self.timer.stop()
        self.map.clear()
        self.folder = None
        for model in (self.totals, self.outlets, self.villages, self.units, self.people):
            model.show_rows([])
        self._say("")

    def closeEvent(self, event):  # noqa: N802
        self.shut()
        super().closeEvent(event)

    def shut(self):
        """Ends the engine and takes the map away; with the panel, the work file or the plugin."""
        self.on_map.setChecked(False)
        self._close_all()
        self._filled, self._shown = "", None
