"""The registry's matches as a list to work down: both sides, the reasons, the score; confirm, refuse, take another
parcel, take back. Every decision is a run of the verb ``link``."""

from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import QEvent, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QBrush, QColor, QKeySequence
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDockWidget,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMenu,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ...model import codes
from ...model.amounts import mu_text
from ...model.errors import WaterRightsError
from ...store import reading, registry_links
from .. import layers
from . import list_table
from .row_model import RowModel

TITLES = ("名录：村组", "姓名", "地块名称", "亩", "候选", "地块：姓名", "地块名称", "亩", "得分", "理由", "地块编码", "结论")
WIDTHS = (96, 66, 84, 46, 40, 76, 84, 46, 40, 290, 160, 70)
REGISTRY_SIDE, FIGURES, SCORE = 4, (3, 4, 7, 8), 8
STATES = (("待确认", (codes.REVIEW,)), ("人工确认", (codes.ACCEPTED,)), ("人工否定", (codes.REJECTED,)),
          ("无匹配", (codes.NO_MATCH,)), ("确定", (codes.SURE,)), ("全部", tuple(codes.LINK_DECISION)))
MOST, TYPING_MS = 5_000, 250
GROUP_SHADE, LIKELY, UNLIKELY = QColor(14, 116, 144, 14), "#15803d", "#b45309"
LIKELY_FROM = 45
UUID_SQL = "SELECT DKBM FROM parcel WHERE uuid = ?"


class LinkModel(RowModel):
    """Rows as ``registry_links.review_list`` gives them; those of one registry row stand together, on one shade."""

    titles = TITLES

    def show_rows(self, rows):
        number, last, self.group = 0, None, []
        for row in rows:
            number += row["registry_fid"] != last
            last = row["registry_fid"]
            self.group.append(number)
        super().show_rows(rows)

    def first(self, at):
        """Whether a row is the first of its registry row."""
        return at == 0 or self.group[at] != self.group[at - 1]

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if column < REGISTRY_SIDE and not self.first(index.row()) else cell(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in FIGURES:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.BackgroundRole and self.group[index.row()] % 2:
            return QBrush(GROUP_SHADE)
        if role == Qt.ItemDataRole.ForegroundRole and column == SCORE:
            return QColor(LIKELY if (row["score"] or 0) >= LIKELY_FROM else UNLIKELY)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(row)
        return None


def cell(row, column):
    """What a cell shows."""
    return (
        " ".join(filter(None, (row["village_name"], row["group_name"]))), row["holder_name"] or "", row["parcel_name"] or "",
        _mu(row["area_mu_100"]), str(row["rank"]) if row["DKBM"] else "", row["parcel_holder"] or "", row["DKMC"] or "",
        _mu(row["parcel_mu_100"]), str(row["score"]) if row["DKBM"] else "", row["reasons"] or "", row["DKBM"] or "",
        codes.LINK_DECISION[row["decision"]])[column]


def tip(row):
    source = f"\n出处：{row['source_file']} 第 {row['source_row']} 行" if row["source_row"] else ""
    who = f"\n{row['who']} {row['decided_at'] or ''}" if row["who"] else ""
    coded = "　".join(filter(None, (row["registry_CBFBM"], row["registry_DKBM"])))
    return f"名录：{row['registry_key'].split('#')[0]}" + (f"\n名录写的编码：{coded}" if coded else "") + source \
        + (f"\n理由：{row['reasons']}" if row["reasons"] else "") + who


def _mu(mu_100):
    return "" if mu_100 is None else mu_text(round(mu_100))


class KeyTable(QTableView):
    """Enter, Delete and Ctrl+Z are the list's own while it has the focus, whatever QGIS means by them elsewhere."""

    confirmed, refused, undone = pyqtSignal(), pyqtSignal(), pyqtSignal()

    def meant(self, event):
        """The signal that a key stands for, or None."""
        if event.matches(QKeySequence.StandardKey.Undo):
            return self.undone
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self.confirmed
        return self.refused if event.key() == Qt.Key.Key_Delete else None

    def event(self, event):
        if event.type() == QEvent.Type.ShortcutOverride and self.meant(event) is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event):  # noqa: N802
        signal = self.meant(event)
        if signal is None:
            super().keyPressEvent(event)
        else:
            signal.emit()


class LinkingPanel(QDockWidget):
    """``wanted``: the uuid of the candidate parcel the user looks at; ``picking``: whether a click on the map is to say
    which parcel a row is (``take_parcel``)."""

    wanted = pyqtSignal(str)
    picking = pyqtSignal(bool)

    def __init__(self, session, parent=None):
        super().__init__("名录匹配", parent)
        self.setObjectName("wr_plugin_linking")
        self.session = session
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.setSpacing(4)
        layout.addLayout(self._filters())
        self.model = LinkModel(self)
        self.table = self._table()
        layout.addWidget(self.table, 1)
        self.setWidget(body)
        self.typing = QTimer(self)
        self.typing.setSingleShot(True)
        self.typing.setInterval(TYPING_MS)
        self.typing.timeout.connect(self.reload)
        self._outdated, self._place, self._pick_for = False, 0, None
        session.opened.connect(lambda _: self._changed())
        session.standing.connect(lambda _: self._changed())
        session.started.connect(lambda _: self._enable(False))
        session.ended.connect(lambda _: self._enable(True))
        self.visibilityChanged.connect(lambda shown: self._changed() if shown and self._outdated else None)

    def _filters(self):
        row = QHBoxLayout()
        self.village, self.state = QComboBox(), QComboBox()
        self.village.addItem("全部村", "")
        for text, _ in STATES:
            self.state.addItem(text)
        self.text = QgsFilterLineEdit()
        self.text.setShowSearchIcon(True)
        self.text.setPlaceholderText("按姓名、地块名称或编码筛选")
        self.number = QLabel()
        for box in (self.village, self.state):
            row.addWidget(box)
            box.currentIndexChanged.connect(lambda _: self.reload())
        row.addWidget(self.text, 1)
        self.text.textChanged.connect(lambda _: self.typing.start())
        row.addWidget(self.number)
        self.confirm = self._button("确认", "名录行就是这个地块（回车）", lambda: self.decide("accept"))
        self.refuse = self._button("否定", "名录行不是这个地块（Delete）；都不是的，选中各个候选再否定", lambda: self.decide("reject"))
        self.other = self._button("改配", "是别的地块：在图上点，或写地块编码", None)
        menu = QMenu(self.other)
        menu.addAction("在图上点地块", self.pick)
        menu.addAction("写地块编码…", self.type_code)
        self.other.setMenu(menu)
        self.back = self._button("撤销", "撤销最近一批决定（Ctrl+Z）", self.undo)
        for button in (self.confirm, self.refuse, self.other, self.back):
            row.addWidget(button)
        return row

    @staticmethod
    def _button(text, tip, called):
        button = QPushButton(text)
        button.setToolTip(tip)
        if called:
            button.clicked.connect(lambda: called())
        return button

    def _table(self):
        table = KeyTable()
        list_table.set_up(table, self.model, WIDTHS, self._look)
        table.horizontalHeader().setStretchLastSection(True)
        table.confirmed.connect(lambda: self.decide("accept"))
        table.refused.connect(lambda: self.decide("reject"))
        table.undone.connect(self.undo)
        return table

    def _enable(self, free):
        for button in (self.confirm, self.refuse, self.other, self.back):
            button.setEnabled(free)

    def _changed(self):
        """The work file changed: the list is read again, now or when it is shown next."""
        self._outdated = self.isHidden()
        if not self._outdated:
            self._fill_villages()
            self.reload()

    def _fill_villages(self):
        kept = self.village.currentData()
        self.village.blockSignals(True)
        self.village.clear()
        self.village.addItem("全部村", "")
        for village in self.session.status.get("villages", []):
            self.village.addItem(village["village_name"], village["village_code"])
        self.village.setCurrentIndex(max(0, self.village.findData(kept)))
        self.village.blockSignals(False)

    def reload(self):
        """Reads the list again; the row that was worked on, or the one that took its place, is selected."""
        if not self.session.path:
            self.model.show_rows([])
            self.number.setText("")
            return
        chosen = STATES[self.state.currentIndex()][1]
        try:
            with self.session.reading() as store:
                rows = registry_links.review_list(store, chosen, self.village.currentData() or "", self.text.text().strip(), MOST)
                waiting = registry_links.counted(store).get(codes.REVIEW, 0)
        except WaterRightsError as error:
            self.session.failed.emit(error)
            return
        self.model.show_rows(rows)
        shown = len({row["registry_fid"] for row in rows})
        more = f"，只显示前 {len(rows):,} 个候选" if len(rows) == MOST else ""
        self.number.setText(f"{shown:,} 行{more}；全县待确认 {waiting:,} 行")
        if rows and self.table.selectionModel().currentIndex().row() < 0:
            at = min(self._place, len(rows) - 1)
            while at and not self.model.first(at):
                at -= 1
            self.table.selectRow(at)

    def show_village(self, code):
        """Filters by a village, e.g. the one picked in the dock."""
        position = self.village.findData(code)
        if position >= 0:
            self.village.setCurrentIndex(position)

    def chosen(self):
        """The selected rows that have a parcel, in order."""
        listed = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return [self.model.rows[at] for at in listed if self.model.rows[at]["DKBM"]]

    def _look(self, index):
        if index.isValid():
            self._place = index.row()
            if self.model.rows[index.row()]["parcel_uuid"]:
                self.wanted.emit(self.model.rows[index.row()]["parcel_uuid"])

    def decide(self, kind):
        """``accept`` or ``reject`` the selected candidates: one run, one batch to undo."""
        rows = self.chosen()
        if rows:
            self._run({kind: [f"{r['registry_fid']}={r['DKBM']}/{r['CBFBM']}" for r in rows]})

    def undo(self):
        """Takes back the last batch of decisions."""
        self._run({"undo": True})

    def type_code(self):
        """Asks for the code of the parcel that the current row is."""
        row = self._current()
        if row is None:
            return
        code, said = QInputDialog.getText(self, "改配", f"“{row['holder_name'] or ''} {row['parcel_name'] or ''}”是哪个地块？地块编码：")
        if said and code.strip():
            self._run({"accept": [f"{row['registry_fid']}={code.strip()}"]})

    def pick(self):
        """The next click on the map says which parcel the current row is."""
        self._pick_for = self._current()
        if self._pick_for is not None:
            self.number.setText("在图上点这一行的地块……")
            self.picking.emit(True)

    def take_parcel(self, uuid):
        """The parcel that was clicked; "" where there was none, then the map still waits."""
        if self._pick_for is None or not uuid:
            return
        row, self._pick_for = self._pick_for, None
        self.picking.emit(False)
        try:
            with self.session.reading() as store:
                parcel = reading.one(store, UUID_SQL, (uuid,))
        except WaterRightsError as error:
            self.session.failed.emit(error)
            return
        if parcel is not None:
            self._run({"accept": [f"{row['registry_fid']}={parcel['DKBM']}"]})

    def _current(self):
        at = self.table.selectionModel().currentIndex().row()
        return self.model.rows[at] if 0 <= at < len(self.model.rows) else None

    def _run(self, params):
        if not self.session.path or self.session.run is not None:
            return
        if layers.unsaved_layers(self.session.path):
            self.session.failed.emit(WaterRightsError("有图层正在编辑", "先保存或放弃编辑，再作决定"))
            return
        self.session.start("link", {"work": self.session.path, **params})
