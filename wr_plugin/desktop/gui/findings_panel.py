"""The findings as a list to work down: filter, go there, tick what is settled."""

from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ...model import codes
from ...model.errors import WaterRightsError
from ...model.findings import KINDS
from ...model.tables_work import FINDING_STATE, SEVERITY
from .. import findings_query, layers
from . import accept_dialog, list_table
from .row_model import RowModel

COLUMNS = ("程度", "问题", "对象", "村", "出处", "值", "说明", "处理办法", "处理状态")
WIDTHS = (60, 140, 180, 80, 150, 90, 0, 180, 70)
SEVERITY_COLOURS = {"stop": "#c1121f", "review": "#b45309", "notice": "#6b7280"}
TYPING_MS = 250


class FindingModel(RowModel):
    """Rows as ``findings_query.rows`` gives them."""

    titles = COLUMNS
    bases = {}
    """What each kind rests on, by its code, as ``findings_query.bases`` gives it."""

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                SEVERITY.get(row["severity"], row["severity"]), title_of(row["code"]), row["subject"],
                row["village_name"] or row["village_code"] or "", source_of(row), row["value"] or "", row["message"],
                row["remedy"] or "", FINDING_STATE.get(row["state"], row["state"] or ""))[column]
        if role == Qt.ItemDataRole.ForegroundRole:
            if row["state"] != "open":
                return QColor("#9ca3af")
            if column == 0:
                return QColor(SEVERITY_COLOURS.get(row["severity"], "#374151"))
        if role == Qt.ItemDataRole.ToolTipRole:
            value = f"\n值：{row['value']}" if row["value"] else ""
            source = f"\n出处：{row['file']}" + (f" 第 {row['row']} 行" if row["row"] else "") if row["file"] else ""
            accepted = f"\n{codes.LEVEL.get(row['accepted_level'], '')}认可（{row['accepted_who'] or ''}）：{row['accepted_why']}" \
                if row["accepted_level"] else ""
            basis = f"\n依据：{self.bases[row['code']]}" if self.bases.get(row["code"]) else ""
            return f"{row['message']}{value}\n处理办法：{row['remedy'] or ''}{basis}{source}{accepted}"
        return None


def source_of(row):
    """``DK6207992026.shp 第 12 行``, the folder left out."""
    if not row["file"]:
        return ""
    name = row["file"].replace("\\", "/").rsplit("/", 1)[-1]
    return f"{name} 第 {row['row']} 行" if row["row"] else name


def title_of(code):
    return KINDS[code].title if code in KINDS else code


class FindingsPanel(QDockWidget):
    """``wanted``: the uuid of the parcel of the finding the user looks at."""

    wanted = pyqtSignal(str)

    def __init__(self, session, parent=None):
        super().__init__("问题清单", parent)
        self.setObjectName("wr_plugin_findings")
        self.session = session
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.setSpacing(4)
        layout.addLayout(self._filters())
        self.model = FindingModel(self)
        self.table = QTableView()
        list_table.set_up(self.table, self.model, WIDTHS, self._look)
        self.table.setAlternatingRowColors(True)
        layout.addWidget(self.table, 1)
        self.setWidget(body)
        self.typing = QTimer(self)
        self.typing.setSingleShot(True)
        self.typing.setInterval(TYPING_MS)
        self.typing.timeout.connect(self.reload)
        self._outdated, self.ask_acceptance = False, accept_dialog.ask
        session.opened.connect(lambda _: self._changed())
        session.standing.connect(lambda _: self._changed())
        self.visibilityChanged.connect(lambda shown: self._changed() if shown and self._outdated else None)

    def _filters(self):
        row = QHBoxLayout()
        self.kind, self.village, self.state = QComboBox(), QComboBox(), QComboBox()
        self.kind.setMinimumContentsLength(14)
        for code, text in (("", "全部状态"), *FINDING_STATE.items()):
            self.state.addItem(text, code)
        self.state.setCurrentIndex(1)
        self.text = QgsFilterLineEdit()
        self.text.setShowSearchIcon(True)
        self.text.setPlaceholderText("按编码或说明筛选")
        self.number = QLabel()
        self.accepted = self._button("认可…", "accepted", "情况属实，不需要改正：写明由哪一级、谁、凭什么认可")
        self.fixed = self._button("已改正", "fixed", "原始数据已经改正")
        self.reopen = self._button("重新打开", "open", "还要处理")
        for box in (self.kind, self.village, self.state):
            row.addWidget(box)
            box.currentIndexChanged.connect(lambda _: self.reload())
        row.addWidget(self.text, 1)
        self.text.textChanged.connect(lambda _: self.typing.start())
        row.addWidget(self.number)
        for button in (self.accepted, self.fixed, self.reopen):
            row.addWidget(button)
        return row

    def _button(self, text, state, tip):
        button = QPushButton(text)
        button.setToolTip(tip)
        button.clicked.connect(lambda: self.mark(state))
        return button

    def _changed(self):
        """The work file changed: the list is read again, now or when it is shown next."""
        self._outdated = self.isHidden()
        if not self._outdated:
            self.reload(filters=True)

    def reload(self, filters=False):
        """Reads the list again; ``filters``: the choices of kind and village too."""
        if not self.session.path:
            self.model.show_rows([])
            self.number.setText("")
            return
        try:
            with self.session.reading() as store:
                if filters:
                    self._fill_filters(findings_query.kinds(store))
                    self.model.bases = findings_query.bases(store)
                rows, number = findings_query.rows(
                    store, self.kind.currentData() or "", self.village.currentData() or "",
                    self.state.currentData() or "", self.text.text().strip())
        except WaterRightsError as error:
            self.session.failed.emit(error)
            return
        self.model.show_rows(rows)
        more = f"，显示前 {len(rows):,} 条" if number > len(rows) else ""
        self.number.setText(f"{number:,} 条{more}")

    def _fill_filters(self, numbers):
        _choices(self.kind, [("", "全部问题"), *(
            (code, f"{kind.title}（{numbers[code]:,}）") for code, kind in KINDS.items() if code in numbers)])
        villages = self.session.status.get("villages", [])
        _choices(self.village, [("", "全部村"), *((v["village_code"], v["village_name"]) for v in villages)])

    def show_village(self, code):
        """Filters by a village, e.g. the one picked in the dock."""
        position = self.village.findData(code)
        if position >= 0:
            self.village.setCurrentIndex(position)

    def _look(self, index):
        if index.isValid() and self.model.rows[index.row()]["parcel_uuid"]:
            self.wanted.emit(self.model.rows[index.row()]["parcel_uuid"])

    def mark(self, state):
        """Sets the state of the selected findings; edits of the layer in QGIS come first."""
        chosen = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        if not chosen:
            return
        rows = [self.model.rows[row] for row in chosen]
        fids = [row["fid"] for row in rows]
        try:
            if layers.unsaved_layers(self.session.path):
                raise WaterRightsError("有图层正在编辑", "先保存或放弃编辑，再改处理状态")
            if state == "accepted":
                answer = self.ask_acceptance(rows, self)
                if answer is None:
                    return
                findings_query.accept(self.session.path, fids, *answer)
            else:
                findings_query.set_state(self.session.path, fids, state)
        except WaterRightsError as error:
            self.session.failed.emit(error)
            return
        self.reload()
        if self.model.rows:
            self.table.selectRow(min(chosen[0], len(self.model.rows) - 1))
        self.session.ask_standing()


def _choices(box, pairs):
    """Fills a combo box and keeps what was chosen."""
    kept = box.currentData()
    box.blockSignals(True)
    box.clear()
    for code, text in pairs:
        box.addItem(text, code)
    box.setCurrentIndex(max(0, box.findData(kept)))
    box.blockSignals(False)
