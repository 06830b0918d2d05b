"""A click on a parcel answers: whose, how large, which water, how much, and why."""

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QDockWidget, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from ...model.errors import WaterRightsError
from ...rights.explain import explain_parcel, explain_places
from .. import parcel_facts

WELCOME = ("<p style='color:#6b7280'>用工具栏上的“查看地块”在地图上点一块地，这里就说明：权利人、面积、水源、核定水量，"
           "以及是怎样一步一步得出的。</p>")
NOTHING = "<p style='color:#6b7280'>这里没有地块。</p>"


class ExplainPanel(QDockWidget):
    """``form_wanted``: the uuid of the parcel whose attribute form the user wants; ``zoom_wanted``: to see;
    ``letter_wanted``: the code of the parcel that a letter shall explain."""

    form_wanted = pyqtSignal(str)
    letter_wanted = pyqtSignal(str)
    zoom_wanted = pyqtSignal(str)

    def __init__(self, session, parent=None):
        super().__init__("地块说明", parent)
        self.setObjectName("wr_plugin_explain")
        self.session, self.uuid, self.code = session, "", ""
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(6, 6, 6, 6)
        self.browser = QTextBrowser()
        self.browser.setHtml(WELCOME)
        layout.addWidget(self.browser, 1)
        row = QHBoxLayout()
        self.zoom = QPushButton("缩放到地块")
        self.form = QPushButton("打开属性表单")
        self.zoom.clicked.connect(lambda: self.zoom_wanted.emit(self.uuid))
        self.form.clicked.connect(lambda: self.form_wanted.emit(self.uuid))
        row.addWidget(self.zoom)
        self.letter = QPushButton("答复函…")
        self.letter.setToolTip("把这份说明写成给异议人的答复函（PDF）")
        self.letter.clicked.connect(lambda: self.letter_wanted.emit(self.code))
        row.addWidget(self.form)
        row.addWidget(self.letter)
        row.addStretch(1)
        layout.addLayout(row)
        self.setWidget(body)
        self._enable()
        session.opened.connect(lambda _: self.clear())
        session.standing.connect(lambda _: self.show_parcel(self.uuid) if self.uuid else None)

    def clear(self):
        self.uuid = ""
        self.browser.setHtml(WELCOME)
        self._enable()

    def show_nothing(self):
        self.uuid = ""
        self.browser.setHtml(NOTHING)
        self._enable()

    def show_place(self, code):
        """Explains a village, an outlet or a district."""
        try:
            with self.session.reading() as store:
                explanations = explain_places(store, code)
        except WaterRightsError as error:
            self.session.failed.emit(error)
            return
        self.uuid = ""
        self.browser.setHtml(parcel_facts.places_as_html(explanations) or NOTHING)
        self._enable()

    def show_parcel(self, uuid):
        """Reads the parcel from the work file as it is now and shows it."""
        try:
            with self.session.reading() as store:
                facts = parcel_facts.read(store, uuid)
                explanation = explain_parcel(store, uuid) if facts is not None else None
        except WaterRightsError as error:
            self.session.failed.emit(error)
            return
        if facts is None:
            self.show_nothing()
            return
        self.uuid, self.code = uuid, facts.parcel["DKBM"] or ""
        self.browser.setHtml(parcel_facts.as_html(facts, explanation))
        self._enable()

    def _enable(self):
        self.zoom.setEnabled(bool(self.uuid))
        self.form.setEnabled(bool(self.uuid))
        self.letter.setEnabled(bool(self.uuid) and bool(self.code))
