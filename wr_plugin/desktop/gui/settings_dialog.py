"""Settings: which Python runs the engine, and a test of it (the verb ``selfcheck``)."""

from qgis.core import QgsSettings
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout

from .. import engine

WIDTH, HEIGHT = 680, 460


class SettingsDialog(QDialog):
    """Saves on 确定; 测试 runs with what is entered, without saving it."""

    def __init__(self, work="", parent=None):
        super().__init__(parent)
        self.work, self.run = work, None
        self.setWindowTitle("水权确权 · 设置")
        self.resize(WIDTH, HEIGHT)
        layout = QVBoxLayout(self)
        text = QLabel("计算在单独的 Python 程序中进行，QGIS 不会卡住。这里指定用哪一个 Python（留空则自动查找）：")
        text.setWordWrap(True)
        layout.addWidget(text)
        self.python = QgsFileWidget()
        self.python.setFilePath(QgsSettings().value(engine.SETTING, "", type=str))
        self.python.setDialogTitle("选择 Python")
        layout.addWidget(self.python)
        self.found = QLabel(f"现在使用：{engine.engine_python()}")
        self.found.setStyleSheet("color: #6b7280")
        layout.addWidget(self.found)
        self.test = QPushButton("测试（自检）")
        self.test.clicked.connect(self.start_test)
        layout.addWidget(self.test)
        self.report = QPlainTextEdit()
        self.report.setReadOnly(True)
        self.report.setPlaceholderText("自检结果显示在这里：Python 库、字体、数据读取、工作文件完整性")
        layout.addWidget(self.report, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("确定")
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText("取消")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def start_test(self):
        if self.run is not None:
            return
        self.test.setEnabled(False)
        self.report.setPlainText("正在自检……")
        params = {"work": self.work} if self.work else {}
        self.run = engine.EngineRun("selfcheck", params, self, python=self.python.filePath().strip() or None)
        self.run.ended.connect(self._tested)
        self.run.start()

    def _tested(self, outcome):
        self.run = None
        self.test.setEnabled(True)
        text = outcome.text()
        if outcome.ok and outcome.result.get("text"):
            text += "\n\n" + outcome.result["text"]
        if outcome.log:
            text += "\n\n日志：\n" + outcome.log
        self.report.setPlainText(text)

    def accept(self):
        QgsSettings().setValue(engine.SETTING, self.python.filePath().strip())
        super().accept()

    def done(self, code):
        if self.run is not None:
            self.run.blockSignals(True)
            self.run.process.kill()
            self.run.process.waitForFinished(2000)
        super().done(code)
