"""A read-only table of rows under fixed titles; what a cell shows is the subclass's ``data``."""

from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, Qt


class RowModel(QAbstractTableModel):
    """``rows``: what ``show_rows`` was given; ``titles``: one per column."""

    titles = ()

    def __init__(self, parent=None):
        super().__init__(parent)
        self.rows = []

    def show_rows(self, rows):
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent=QModelIndex()):  # noqa: N802, B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent=QModelIndex()):  # noqa: N802, B008
        return 0 if parent.isValid() else len(self.titles)

    def headerData(self, section, orientation, role=Qt.ItemDataRole.DisplayRole):  # noqa: N802
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.titles[section]
        return None
