"""How every list in a dock is set up: rows as the unit, several at once, no grid, one line a row."""

from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView

ROW_HEIGHT = 24


def set_up(table, model, widths, looked_at):
    """Gives a table view its model and manners. ``widths``: pixels a column, 0 for one that takes what room is left;
    ``looked_at``: called with the index of the row that the user goes to or clicks."""
    table.setModel(model)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
    for column, width in enumerate(widths):
        if width:
            table.setColumnWidth(column, width)
        else:
            table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
    table.selectionModel().currentRowChanged.connect(lambda now, _: looked_at(now))
    table.clicked.connect(looked_at)
