"""Who accepts findings as they stand, and why: asked before they leave the list of open ones."""

from qgis.core import QgsSettings
from qgis.PyQt.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit

from ...model import codes
from ...model.findings import KINDS, accepting_level

WIDTH = 440
LAST_LEVEL, LAST_WHO = "wr_plugin/acceptLevel", "wr_plugin/acceptWho"


class AcceptDialog(QDialog):
    """Level, person and reason for the chosen findings (rows of ``findings_query.rows``)."""

    def __init__(self, rows, parent=None):
        super().__init__(parent)
        self.setWindowTitle("认可问题")
        self.setMinimumWidth(WIDTH)
        form = QFormLayout(self)
        needed = [accepting_level(row["code"]) for row in rows]
        told = QLabel(f"情况属实、不用改正的 {len(rows):,} 条问题。提示由乡镇、须复核的由县认可；须改正的不能认可。")
        told.setWordWrap(True)
        form.addRow(told)
        stopped = sorted({KINDS[row["code"]].title for row, level in zip(rows, needed) if not level and row["code"] in KINDS})
        self.level, self.who, self.why = QComboBox(), QLineEdit(), QLineEdit()
        for code, text in codes.LEVEL.items():
            self.level.addItem(text, code)
        wanted = "county" if "county" in needed else QgsSettings().value(LAST_LEVEL, "town", type=str)
        self.level.setCurrentIndex(max(0, self.level.findData(wanted)))
        self.who.setText(QgsSettings().value(LAST_WHO, "", type=str))
        self.who.setPlaceholderText("认可人姓名")
        self.why.setPlaceholderText("依据，如：农业农村局证明，2026-07-01")
        form.addRow("级别", self.level)
        form.addRow("认可人", self.who)
        form.addRow("理由", self.why)
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel)
        self.buttons.button(buttons.Ok).setText("认可")
        self.buttons.button(buttons.Cancel).setText("取消")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        if stopped:
            warning = QLabel(f"其中 {'、'.join(stopped)} 须改正，不能认可；请先从选择中去掉。")
            warning.setWordWrap(True)
            warning.setStyleSheet("color: #c1121f")
            form.addRow(warning)
        form.addRow(self.buttons)
        for edit in (self.who, self.why):
            edit.textChanged.connect(lambda _: self._enable(not stopped))
        self._enable(not stopped)

    def _enable(self, possible):
        ready = possible and bool(self.who.text().strip()) and bool(self.why.text().strip())
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(ready)

    def answer(self):
        """(level, reason, person); the level and person are offered again next time."""
        QgsSettings().setValue(LAST_LEVEL, self.level.currentData())
        QgsSettings().setValue(LAST_WHO, self.who.text().strip())
        return self.level.currentData(), self.why.text().strip(), self.who.text().strip()


def ask(rows, parent):
    """The answer of the user, or None where the dialog was cancelled."""
    dialog = AcceptDialog(rows, parent)
    answer = dialog.answer() if dialog.exec() else None
    dialog.deleteLater()
    return answer
