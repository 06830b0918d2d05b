"""The villages as a sorted, filtered table; a double click goes there."""

from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import QSortFilterProxyModel, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget

from .row_model import RowModel

COLUMNS = ("村", "地块", "名录内", "待复核", "已核定", "状态")
NUMBERS = {1: "parcels", 2: "in_registry", 3: "flagged", 4: "confirmed"}
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
ROW_HEIGHT = 24


def state_of(village):
    """Where a village stands, in words, and the colour of the words."""
    if village.get("open_objections"):
        return f"异议 {village['open_objections']} 条", "#b45309"
    if village.get("certificates"):
        return f"已发证 {village['certificates']:,}", "#2f855a"
    if village.get("publicity_ended"):
        return "公示期满", "#2f855a"
    if village.get("publicity_end"):
        return f"公示至 {village['publicity_end']}", "#0369a1"
    if village.get("confirmed"):
        return "已核定", "#0369a1"
    return "未核定", "#6b7280"


class VillageModel(RowModel):
    """Rows as ``status`` gives them."""

    titles = COLUMNS

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        village, column = self.rows[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, SORT_ROLE):
            if column == 0:
                return village["village_name"] or village["village_code"] or "（无村代码）"
            if column in NUMBERS:
                number = village.get(NUMBERS[column]) or 0
                return number if role == SORT_ROLE else f"{number:,}"
            return state_of(village)[0]
        if role == Qt.ItemDataRole.TextAlignmentRole and column in NUMBERS:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ForegroundRole:
            if column == 5:
                return QColor(state_of(village)[1])
            if column == 3 and village.get("flagged"):
                return QColor("#b45309")
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{village['village_name']}（{village['village_code']}）：双击到这个村"
        return None


class VillageList(QWidget):
    """``visited``: the code of the village the user wants to see; ``picked``: the code of the selected one."""

    visited = pyqtSignal(str)
    picked = pyqtSignal(str)

    def __init__(self, parent=None):
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.filter = QgsFilterLineEdit()
        self.filter.setShowSearchIcon(True)
        self.filter.setPlaceholderText("按村名、村代码或状态筛选")
        layout.addWidget(self.filter)
        self.model = VillageModel(self)
        self.sorted = VillageFilter(self)
        self.sorted.setSourceModel(self.model)
        self.sorted.setSortRole(SORT_ROLE)
        self.table = QTableView()
        self.table.setModel(self.sorted)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        layout.addWidget(self.table, 1)
        self.filter.textChanged.connect(self.sorted.setFilterFixedString)
        self.table.doubleClicked.connect(lambda index: self.visited.emit(self.code_at(index)))
        self.table.selectionModel().currentChanged.connect(lambda index, _: self.picked.emit(self.code_at(index)))

    def code_at(self, index):
        if not index.isValid():
            return ""
        return self.model.rows[self.sorted.mapToSource(index).row()]["village_code"]

    def show_villages(self, villages):
        self.model.show_rows(villages)


class VillageFilter(QSortFilterProxyModel):
    """Matches the village's name, its code and the words of its state."""

    def filterAcceptsRow(self, row, parent):  # noqa: N802
        sought = self._sought()
        village = self.sourceModel().rows[row]
        return not sought or any(sought in text for text in (
            village["village_name"], village["village_code"], state_of(village)[0]))

    def setFilterFixedString(self, text):  # noqa: N802
        self._text = text.strip()
        self.invalidateFilter()

    def _sought(self):
        return getattr(self, "_text", "")
