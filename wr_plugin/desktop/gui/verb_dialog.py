"""The parameters of one verb as a dialog, built from its declaration; what was entered last time is offered again."""

import re

from qgis.core import QgsSettings
from qgis.gui import QgsCheckableComboBox, QgsFileWidget
from qgis.PyQt.QtCore import QDate, Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ... import places
from ...commands.catalogue import CHOICE, DATE, FILE, FLAG, FOLDER, FOLDER_OR_FILE, NEW_FILE, NEW_FOLDER, TEXTS, WHOLE
from .mapping_button import MappingButton

REMEMBERED = "wr_plugin/params"
NOT_REMEMBERED = ("work", "subject", "village", "holder", "start", "on", "trial", "note", "zone", "number", "why")
WIDTH = 620
SEPARATORS = re.compile(r"[\s,;，；、]+")
MODES = {FILE: QgsFileWidget.StorageMode.GetFile, NEW_FILE: QgsFileWidget.StorageMode.SaveFile,
         FOLDER: QgsFileWidget.StorageMode.GetDirectory, NEW_FOLDER: QgsFileWidget.StorageMode.GetDirectory,
         FOLDER_OR_FILE: QgsFileWidget.StorageMode.GetDirectory}


class VerbDialog(QDialog):
    """``values()`` after ``exec()``. ``work``: the open work file, which is then not asked for. ``villages``: (code,
    name) pairs to choose from."""

    def __init__(self, verb, work="", villages=(), parent=None):
        super().__init__(parent)
        self.verb, self.work, self.villages, self.inputs, self.mapping = verb, work, villages, {}, None
        self.setWindowTitle(verb.title)
        self.setWindowIcon(QIcon(places.icon_file(verb.name)))
        self.setMinimumWidth(WIDTH)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        intro = QLabel(verb.help)
        intro.setWordWrap(True)
        layout.addWidget(intro)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(10)
        layout.addLayout(form)
        for param in verb.params:
            if param.name == "work" and work and verb.store in ("read", "write"):
                continue
            form.addRow(self._title(param), self._with_help(param))
        self.missing = QLabel()
        self.missing.setStyleSheet("color: #b45309")
        layout.addWidget(self.missing)
        layout.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText(verb.title)
        self.ok.setIcon(QIcon(places.icon_file(verb.name)))
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("取消")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self._order_tabs(buttons)
        self._check()

    def _title(self, param):
        star = "<span style='color:#c1121f'> *</span>" if param.required else ""
        title = QLabel(f"{param.label}{star}")
        title.setTextFormat(Qt.TextFormat.RichText)
        return title

    def _with_help(self, param):
        box = QWidget()
        inside = QVBoxLayout(box)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(2)
        made = self._input(param)
        made.setToolTip(param.help)
        made.setAccessibleName(param.label)
        self.inputs[param.name] = made
        if self.verb.name == "import" and param.name == "mapping":
            row = QHBoxLayout()
            row.addWidget(made, 1)
            self.mapping = MappingButton(self.inputs["package"], made)
            row.addWidget(self.mapping)
            inside.addLayout(row)
        else:
            inside.addWidget(made)
        if param.kind != FLAG:
            hint = QLabel(param.help)
            hint.setWordWrap(True)
            hint.setStyleSheet("color: #6b7280; font-size: 9pt")
            inside.addWidget(hint)
        return box

    def _input(self, param):
        last = self._remembered(param)
        if param.kind in MODES:
            made = FolderOrFile() if param.kind == FOLDER_OR_FILE else QgsFileWidget()
            made.setStorageMode(MODES[param.kind])
            made.setFilter(param.filter)
            made.setDialogTitle(param.label)
            made.setFilePath(self.work if param.name == "work" and self.work else last or "")
            made.fileChanged.connect(self._check)
        elif param.kind == WHOLE:
            made = QSpinBox()
            made.setRange(0, 2_000_000_000)
            made.setGroupSeparatorShown(True)
            made.setValue(int(last if last not in (None, "") else param.default or 0))
        elif param.kind == CHOICE:
            made = QComboBox()
            for code, text in param.choices.items():
                made.addItem(text, code)
            made.setCurrentIndex(max(0, made.findData(last if last and param.required else param.default)))
        elif param.kind == FLAG:
            made = QCheckBox(param.help)
            made.setChecked(bool(param.default))
        elif param.kind == DATE:
            made = DateInput()
        elif param.kind == TEXTS and param.name == "village" and self.villages:
            made = QgsCheckableComboBox()
            made.setDefaultText("全部村")
            for code, name in self.villages:
                made.addItemWithCheckState(f"{name}（{code}）", Qt.CheckState.Unchecked, code)
        else:
            made = QLineEdit(str(last if last is not None else param.default or ""))
            made.textChanged.connect(self._check)
        return made

    def _order_tabs(self, buttons):
        inputs = list(self.inputs.values())
        if self.mapping is not None:
            inputs.insert(inputs.index(self.inputs["mapping"]) + 1, self.mapping)
        chain = [*inputs, self.ok, buttons.button(QDialogButtonBox.StandardButton.Cancel)]
        for before, after in zip(chain, chain[1:]):
            self.setTabOrder(before, after)
        if self.inputs:
            next(iter(self.inputs.values())).setFocus()

    def _check(self, *_):
        values = self._entered()
        lacking = [p.label for p in self.verb.params if p.required and p.name in self.inputs and not values.get(p.name)]
        self.missing.setText("还需填写：" + "、".join(lacking) if lacking else "")
        self.missing.setVisible(bool(lacking))
        self.ok.setEnabled(not lacking)

    def _entered(self):
        return {p.name: self._value(p, self.inputs[p.name]) for p in self.verb.params if p.name in self.inputs}

    @staticmethod
    def _value(param, made):
        if param.kind in MODES:
            return made.filePath().strip() or None
        if param.kind == WHOLE:
            return made.value()
        if param.kind == CHOICE:
            return made.currentData()
        if param.kind == FLAG:
            return made.isChecked()
        if param.kind == DATE:
            return made.text_value()
        if isinstance(made, QgsCheckableComboBox):
            return list(made.checkedItemsData()) or None
        text = made.text().strip()
        if param.kind == TEXTS:
            return [part for part in SEPARATORS.split(text) if part] or None
        return text or None

    def values(self):
        """The parameters for the engine, with the open work file filled in."""
        values = self._entered()
        if "work" not in values and any(p.name == "work" for p in self.verb.params):
            values["work"] = self.work
        return values

    def accept(self):
        settings = QgsSettings()
        for name, value in self._entered().items():
            if name not in NOT_REMEMBERED and value is not None:
                settings.setValue(f"{REMEMBERED}/{self.verb.name}/{name}", value)
        super().accept()

    def _remembered(self, param):
        if param.name in NOT_REMEMBERED:
            return None
        return QgsSettings().value(f"{REMEMBERED}/{self.verb.name}/{param.name}", None)


class FolderOrFile(QgsFileWidget):
    """A folder, chosen with the usual button, or a file of the filter's kind, chosen with a button of its own."""

    def __init__(self):
        super().__init__()
        self.file_button = QToolButton(self)
        self.layout().addWidget(self.file_button)
        self.file_button.clicked.connect(self.choose_file)

    def setFilter(self, text):  # noqa: N802
        super().setFilter(text)
        self.file_button.setText(f"选{text.partition('(')[0].strip()}…")
        self.file_button.setToolTip(text)

    def choose_file(self):
        path, _ = QFileDialog.getOpenFileName(self, self.dialogTitle(), self.filePath(), self.filter())
        if path:
            self.setFilePath(path)


class DateInput(QWidget):
    """A date that may be left out: the box ticked, the date is used; else the engine takes today."""

    def __init__(self):
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.box = QCheckBox("指定日期")
        self.edit = QDateEdit(QDate.currentDate())
        self.edit.setCalendarPopup(True)
        self.edit.setDisplayFormat("yyyy-MM-dd")
        self.edit.setEnabled(False)
        self.box.toggled.connect(self.edit.setEnabled)
        layout.addWidget(self.box)
        layout.addWidget(self.edit, 1)
        self.setFocusProxy(self.box)

    def text_value(self):
        return self.edit.date().toString("yyyy-MM-dd") if self.box.isChecked() else None
