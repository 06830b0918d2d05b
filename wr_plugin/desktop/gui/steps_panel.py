"""The verbs as numbered steps of the work: what is done, what comes next, what has gone stale, a button for each."""

from qgis.PyQt.QtCore import QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ... import places
from ...commands.catalogue import VERBS

DONE, STALE, NOT_DONE, RUNNING = "已完成", "已过期", "未做", "进行中"
NEEDS_WORK_FILE = "先导入资料包或打开工作文件"
COLOURS = {  # badge background, badge text, state text
    DONE: ("#2f855a", "#ffffff", "#2f855a"),
    STALE: ("#d97706", "#ffffff", "#b45309"),
    RUNNING: ("#0284c7", "#ffffff", "#0369a1"),
    NOT_DONE: ("#e5e7eb", "#4b5563", "#6b7280"),
}
NEXT_COLOUR = "#0284c7"


class StepsPanel(QWidget):
    """``chosen``: the user wants to run the verb of that name."""

    chosen = pyqtSignal(str)

    def __init__(self, parent=None):
        super().__init__(parent)
        self.rows = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for number, verb in enumerate((v for v in VERBS.values() if v.in_dock), start=1):
            row = StepRow(number, verb)
            row.button.clicked.connect(lambda _=False, name=verb.name: self.chosen.emit(name))
            self.rows[verb.name] = row
            layout.addWidget(row)
        self.show_steps([], has_work=False)

    def show_steps(self, steps, has_work):
        """``steps``: dicts of verb, state, when, detail, as ``status`` gives them. The first that is not done is next."""
        told = {step["verb"]: step for step in steps}
        following = next((s["verb"] for s in steps if s["state"] != DONE), None) if steps else "import"
        ready = bool(steps) and all(told[v]["state"] == DONE for v in ("import", "check", "confirm") if v in told)
        for name, row in self.rows.items():
            step = told.get(name)
            if step is None and name in ("ledger", "balance") and ready:
                row.show_state("可随时导出", NOT_DONE, "", is_next=False)
            elif step is None and name == "link" and steps:
                row.show_state("有待确认的才做", NOT_DONE, "", is_next=False)
            else:
                step = step or {"state": NOT_DONE, "when": "", "detail": ""}
                row.show_state(step["state"], step["state"], _when(step), is_next=name == following)
            row.button.setEnabled(has_work or name == "import")
            row.button.setToolTip(VERBS[name].help if has_work or name == "import" else NEEDS_WORK_FILE)

    def set_busy(self, busy, has_work):
        for name, row in self.rows.items():
            row.button.setEnabled(not busy and (has_work or name == "import"))


def _when(step):
    parts = [part for part in (step.get("detail"), (step.get("when") or "")[:16]) if part]
    return parts[0] if parts else ""


class StepRow(QFrame):
    """Number, title and state on the left, the button on the right."""

    def __init__(self, number, verb):
        super().__init__()
        self.setObjectName("step")
        self.number = number
        layout = QGridLayout(self)
        layout.setContentsMargins(8, 4, 6, 4)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(0)
        self.badge = QLabel(str(number))
        self.badge.setFixedSize(22, 22)
        self.badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = QLabel(f"<b>{verb.title}</b>")
        self.state = QLabel()
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.detail = QLabel()
        self.detail.setStyleSheet("color: #6b7280; font-size: 9pt")
        self.detail.setWordWrap(True)
        self.detail.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.button = QToolButton()
        self.button.setText("运行…")
        self.button.setIcon(QIcon(places.icon_file(verb.name)))
        self.button.setIconSize(QSize(18, 18))
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setAccessibleName(verb.title)
        layout.addWidget(self.badge, 0, 0, 2, 1)
        layout.addWidget(title, 0, 1)
        layout.addWidget(self.state, 0, 2)
        layout.addWidget(self.detail, 1, 1, 1, 2)
        layout.addWidget(self.button, 0, 3, 2, 1)
        layout.setColumnStretch(1, 1)

    def show_state(self, text, kind, detail, is_next):
        back, front, words = COLOURS.get(kind, COLOURS[NOT_DONE])
        if is_next:
            back, front, words = NEXT_COLOUR, "#ffffff", NEXT_COLOUR
            text = {NOT_DONE: "下一步", STALE: "须重做"}.get(kind, text)
        self.badge.setText("✓" if kind == DONE else str(self.number))
        self.badge.setStyleSheet(f"background: {back}; color: {front}; border-radius: 11px; font-weight: bold")
        self.state.setText(text)
        self.state.setStyleSheet(f"color: {words}")
        self.detail.setText(detail)
        self.detail.setToolTip(detail)
        self.detail.setVisible(bool(detail))
        edge = NEXT_COLOUR if is_next else "#e5e7eb"
        self.setStyleSheet(f"QFrame#step {{ border: 1px solid {edge}; border-radius: 4px; }}")
