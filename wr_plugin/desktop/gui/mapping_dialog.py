"""The proposed field mapping as a table to confirm: which column of which file is which field."""

from pathlib import Path

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QIcon
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from ... import places
from ...model import mapping_text

COLUMNS = ("表", "字段", "名称", "文件里的列", "怎样找到", "样例")
WIDTHS = (270, 104, 130, 170, 190, 0)
TABLE, FIELD, ALIAS, COLUMN, HOW, SAMPLE = range(len(COLUMNS))
CHOOSE, ABSENT = "（请选择）", "（没有这一列）"
ASKED_COLOUR, CONTENT_COLOUR = "#fee2e2", "#fef3c7"
BY_HAND, UNTOLD = "人工指定", ""
SIZE = (1180, 620)


class MappingDialog(QDialog):
    """``text()`` after ``exec()``: the confirmed mapping as YAML. ``counts``: what the verb ``mapping`` gives."""

    def __init__(self, counts, parent=None):
        super().__init__(parent)
        self.sources, self.top = counts.get("sources", []), dict(counts.get("top") or {})
        self.setWindowTitle("字段对应")
        self.setWindowIcon(QIcon(places.icon_file("mapping")))
        self.resize(*SIZE)
        layout = QVBoxLayout(self)
        intro = QLabel("核对每个字段取自文件的哪一列。<span style='background:#fee2e2'>红底</span>的要选一列，"
                       "<span style='background:#fef3c7'>黄底</span>的是按内容判断的，请对照样例核对。")
        intro.setTextFormat(Qt.TextFormat.RichText)
        intro.setWordWrap(True)
        layout.addWidget(intro)
        head = QHBoxLayout()
        self.sender = QLineEdit(self.top.get("sender") or "")
        self.sender.setPlaceholderText("如：某某测绘院")
        self.sender.setAccessibleName("交来单位")
        label = QLabel("交来单位(&S)：")
        label.setBuddy(self.sender)
        self.only_asked = QCheckBox("只看要核对的(&A)")
        self.with_missing = QCheckBox("也列出没有找到的字段(&M)")
        head.addWidget(label)
        head.addWidget(self.sender, 1)
        head.addWidget(self.only_asked)
        head.addWidget(self.with_missing)
        layout.addLayout(head)
        self.rows = [(source, field) for source in self.sources for field in source["fields"]]
        self.table = self._table()
        layout.addWidget(self.table, 1)
        self.told = QLabel()
        self.told.setWordWrap(True)
        layout.addWidget(self.told)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.save = buttons.button(QDialogButtonBox.StandardButton.Save)
        self.save.setText("确认并保存")
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("取消")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.only_asked.toggled.connect(self._filter)
        self.with_missing.toggled.connect(self._filter)
        self.only_asked.setChecked(any(self._in_doubt(number) for number in range(len(self.rows))))
        self._filter()
        self._check()

    def _table(self):
        table = QTableWidget(len(self.rows), len(COLUMNS))
        table.setHorizontalHeaderLabels(COLUMNS)
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setWordWrap(False)
        for column, width in enumerate(WIDTHS):
            if width:
                table.setColumnWidth(column, width)
            else:
                table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.combos = []
        for number, (source, field) in enumerate(self.rows):
            texts = (f"{source['title']} · {Path(source['file']).name}", field["name"], field["alias"], "",
                     mapping_text.how_text(field), self._samples(source, field))
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(source["file"] if column == TABLE else text)
                table.setItem(number, column, item)
            combo = self._combo(source, field)
            combo.setAccessibleName(f"{source['title']}的{field['alias']}")
            combo.currentIndexChanged.connect(lambda _, row=number: self._chosen(row))
            self.combos.append(combo)
            table.setCellWidget(number, COLUMN, combo)
        self._paint(table)
        return table

    @staticmethod
    def _samples(source, field):
        """The column's samples; where one of several is to be chosen, those of each."""
        if field.get("ask"):
            return "；".join(f"{column}：{'、'.join(source['samples'].get(column) or ['（空）'])}"
                            for column, _ in field.get("candidates") or ())
        return "、".join(field.get("samples") or ())

    @staticmethod
    def _combo(source, field):
        """The choices: to be chosen (where it must be), none, the likely columns first, then all."""
        combo = QComboBox()
        combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        combo.wheelEvent = lambda event: event.ignore()
        if field.get("ask"):
            combo.addItem(CHOOSE, "ask")
        combo.addItem(ABSENT, "absent")
        if isinstance(field.get("column"), list):
            combo.addItem("，其次 ".join(field["column"]), ["column", *field["column"]])
        likely = [column for column, _ in field.get("candidates") or ()]
        for column in dict.fromkeys([*likely, *source["headers"], *([field["column"]] if isinstance(field.get("column"), str) else [])]):
            combo.addItem(column, ["column", column])
        if field.get("column"):
            text = "，其次 ".join(field["column"]) if isinstance(field["column"], list) else field["column"]
            combo.setCurrentIndex(combo.findText(text))
        return combo

    def _paint(self, table):
        for number in range(len(self.rows)):
            colour = ASKED_COLOUR if self._asked(number) else CONTENT_COLOUR if self._in_doubt(number) else None
            for column in range(len(COLUMNS)):
                table.item(number, column).setBackground(QColor(colour) if colour else QColor(Qt.GlobalColor.transparent))

    def _asked(self, number):
        return self.combos[number].currentData() == "ask"

    def _in_doubt(self, number):
        """True for what a person must choose or confirm, whatever is chosen now."""
        field = self.rows[number][1]
        return bool(field.get("ask")) or field.get("how") == "content"

    def _missing(self, number):
        return self.combos[number].currentData() == "absent"

    def _filter(self, *_):
        for number in range(len(self.rows)):
            hidden = (self.only_asked.isChecked() and not self._in_doubt(number)) or (
                not self.with_missing.isChecked() and self._missing(number) and not self._in_doubt(number))
            self.table.setRowHidden(number, hidden)

    def _chosen(self, number):
        """Another column was chosen: its samples are shown, and that a person chose it."""
        source, field = self.rows[number]
        chosen = self.combos[number].currentData()
        columns = chosen[1:] if isinstance(chosen, list) else []
        same = columns == ([field["column"]] if isinstance(field.get("column"), str) else field.get("column"))
        self.table.item(number, HOW).setText(mapping_text.how_text(field) if same else BY_HAND if columns else UNTOLD)
        samples = self._samples(source, field) if chosen == "ask" else "、".join(
            source["samples"].get(columns[0], [])) if columns else ""
        self.table.item(number, SAMPLE).setText(samples)
        self.table.item(number, SAMPLE).setToolTip(samples)
        self._check()

    def _check(self):
        asked = [self.rows[n][1]["alias"] for n in range(len(self.rows)) if self._asked(n)]
        twice = self._used_twice()
        parts = []
        if asked:
            parts.append(f"<span style='color:#c1121f'>还有 {len(asked)} 个字段要选一列：{'、'.join(asked)}</span>")
        if twice:
            parts.append(f"<span style='color:#b45309'>同一列用了两次：{'、'.join(twice)}</span>")
        self.told.setText("<br>".join(parts))
        self.save.setEnabled(not asked)
        if hasattr(self, "table"):
            self._paint(self.table)

    def _used_twice(self):
        seen, twice = set(), []
        for (source, _), combo in zip(self.rows, self.combos):
            chosen = combo.currentData()
            for column in chosen[1:] if isinstance(chosen, list) else ():
                key = (source["file"], source["layer"], source["table"], column)
                if key in seen:
                    twice.append(f"{source['title']}的“{column}”")
                seen.add(key)
        return twice

    def confirmed(self):
        """The sources as plain data with what is chosen now."""
        made, number = [], 0
        for source in self.sources:
            fields = []
            for field in source["fields"]:
                chosen = self.combos[number].currentData()
                columns = chosen[1:] if isinstance(chosen, list) else []
                found = bool(field.get("column") or field.get("candidates") or field.get("absent") or field.get("ask"))
                fields.append({**field, "column": (columns[0] if len(columns) == 1 else columns) or None, "ask": chosen == "ask",
                               "absent": not columns and chosen == "absent" and found,
                               "how": "已核对", "samples": source["samples"].get(columns[0], []) if columns else []})
                number += 1
            made.append({**source, "fields": fields})
        return made

    def text(self):
        """The mapping file's content."""
        return mapping_text.document(self.confirmed(), {**self.top, "sender": self.sender.text().strip()})
