"""The levers of the panel 试算 as widgets; what they are set to becomes lever texts (``rights.levers``)."""

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QDoubleSpinBox, QGridLayout, QLabel, QSlider, QSpinBox, QWidget

from .. import whatif_choices

MOST_PER_CENT = 50
UNCHANGED = "不变"


class LeverBox(QWidget):
    """``moved``: a lever was moved; ``texts`` says how they stand."""

    moved = pyqtSignal()

    def __init__(self, parent=None):
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(2, 1)
        self.crop, self.quota = QComboBox(), self._per_cent(grid, 0, "定额")
        self.district, self.eta = QComboBox(), QDoubleSpinBox()
        self.cap_row, self.cap = QComboBox(), self._per_cent(grid, 2, "指标")
        self.share, self.legal, self.mode = QDoubleSpinBox(), QComboBox(), QComboBox()
        self.setting, self.value = QComboBox(), QComboBox()
        self.value.setEditable(True)
        self.parcel, self.fact = "", QComboBox()
        for box, low, decimals in ((self.eta, 0.0, 4), (self.share, -0.01, 2)):
            box.setRange(low, 1.0)
            box.setDecimals(decimals)
            box.setSingleStep(0.01)
            box.setSpecialValueText(UNCHANGED)
            box.setValue(low)
            box.setKeyboardTracking(False)
            box.valueChanged.connect(lambda _: self.moved.emit())
        for row, label, chosen, value in ((0, "定额", self.crop, None), (1, "η渠系", self.district, self.eta),
                                          (2, "指标", self.cap_row, None), (3, "地表水比例", None, self.share),
                                          (4, "法定面积", self.legal, None), (5, "超指标时", self.mode, None),
                                          (6, "其他设置", self.setting, None), (7, "改为", self.value, None),
                                          (8, "这块地", self.fact, None)):
            title = QLabel(label)
            grid.addWidget(title, row, 0)
            if chosen is not None:
                chosen.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
                chosen.setMinimumContentsLength(8)
                grid.addWidget(chosen, row, 1, 1, 3 if row > 3 else 1)
                if chosen is not self.value:
                    chosen.currentIndexChanged.connect(lambda _: self.moved.emit())
            if value is not None:
                grid.addWidget(value, row, 3)
        self.parcel_title = title
        self.setting.currentIndexChanged.connect(lambda _: self._show_values())
        self.value.editTextChanged.connect(lambda _: self.moved.emit())
        self._show_values()
        self.show_parcel("")
        self.share.setToolTip("既有地表水又有地下水的地块，几成面积算地表水")
        self.eta.setToolTip("渠系水利用系数改为")

    def _per_cent(self, grid, row, name):
        """A slider and a box for a change in per cent; returns the box."""
        slider, box = QSlider(Qt.Orientation.Horizontal), QSpinBox()
        slider.setRange(-MOST_PER_CENT, MOST_PER_CENT)
        box.setRange(-99, 500)
        box.setSuffix(" %")
        box.setKeyboardTracking(False)
        box.setToolTip(f"{name}增减百分之几；0 为不变")
        slider.valueChanged.connect(box.setValue)
        box.valueChanged.connect(lambda value: self._follow(slider, value))
        grid.addWidget(slider, row, 2)
        grid.addWidget(box, row, 3)
        return box

    def _follow(self, slider, value):
        slider.blockSignals(True)
        slider.setValue(value)
        slider.blockSignals(False)
        self.moved.emit()

    def _show_values(self):
        """The values of the setting chosen; a number or a list is written."""
        name = self.setting.currentData() or ""
        self.value.blockSignals(True)
        self.value.clear()
        self.value.addItems(whatif_choices.values_of(name))
        self.value.setCurrentIndex(-1)
        self.value.setEditText("")
        self.value.blockSignals(False)
        self.value.setEnabled(bool(name))
        self.value.setToolTip(whatif_choices.expected_of(name))
        self.value.lineEdit().setPlaceholderText(whatif_choices.expected_of(name))

    def show_choices(self, choices):
        """Fills the boxes from ``whatif_choices.Choices`` and sets every lever back."""
        self.blockSignals(True)
        for box, pairs in ((self.crop, choices.crops), (self.district, choices.districts), (self.cap_row, choices.caps),
                           (self.fact, whatif_choices.parcel_facts(choices)), (self.setting, choices.settings),
                           (self.legal, whatif_choices.legal_areas(choices.legal)),
                           (self.mode, whatif_choices.cap_modes(choices.mode))):
            box.clear()
            for text, word in pairs:
                box.addItem(text, word)
        self.share.setToolTip("既有地表水又有地下水的地块，几成面积算地表水；今天"
                              + ("未定" if choices.share is None else f"为 {choices.share}"))
        self.blockSignals(False)
        self.reset()

    def reset(self):
        """All levers back to today."""
        self.blockSignals(True)
        self.quota.setValue(0)
        self.cap.setValue(0)
        self.eta.setValue(self.eta.minimum())
        self.share.setValue(self.share.minimum())
        for box in (self.crop, self.district, self.cap_row, self.legal, self.mode, self.setting, self.fact):
            box.setCurrentIndex(0)
        self.blockSignals(False)
        self.moved.emit()

    def show_parcel(self, code):
        """The parcel that the last lever is about, by its code; "" for none."""
        moved = bool(self.parcel and self.fact.currentData())
        self.parcel = code
        self.fact.setEnabled(bool(code))
        self.parcel_title.setText(f"地块 …{code[-5:]}" if code else "这块地")
        self.parcel_title.setToolTip(code or "先用“查看地块”在地图上点一块地")
        if moved:
            self.moved.emit()

    @property
    def adoptable(self):
        """Whether what was moved can be adopted: a parcel's facts are corrected in the data, not here."""
        return not (self.parcel and self.fact.currentData())

    def texts(self):
        """The levers that are not where they were today."""
        told = []
        if self.quota.value():
            told.append(f"定额:{self.crop.currentData() or '*'}={self.quota.value():+d}%")
        if self.eta.value() > self.eta.minimum():
            told.append(f"η渠系:{self.district.currentData() or '*'}={self.eta.value():.4f}")
        if self.cap.value():
            told.append(f"指标:{self.cap_row.currentData() or '*'}={self.cap.value():+d}%")
        if self.share.value() >= 0:
            told.append(f"地表水比例={self.share.value():.2f}")
        for name, box in (("法定面积", self.legal), ("超指标", self.mode)):
            if box.currentData():
                told.append(f"{name}={box.currentData()}")
        if self.setting.currentData() and self.value.currentText().strip():
            told.append(f"{self.setting.currentData()}={self.value.currentText().strip()}")
        if self.parcel and self.fact.currentData():
            told.append(f"地块:{self.parcel}/{self.fact.currentData()}")
        return told
