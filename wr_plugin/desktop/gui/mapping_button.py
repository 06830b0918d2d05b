"""The button 字段对应… of the import dialog: proposes in the engine, lets a person confirm, fills in the mapping file."""

import tempfile
from pathlib import Path

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QFileDialog, QMessageBox, QProgressDialog, QPushButton

from ... import places
from ...commands.catalogue import VERBS
from ..engine import EngineRun
from .mapping_dialog import MappingDialog

STEPS = 1000


class MappingButton(QPushButton):
    """``package``, ``mapping``: the file inputs of the dialog that the button stands in."""

    def __init__(self, package, mapping, parent=None):
        super().__init__(QIcon(places.icon_file("mapping")), "字段对应…", parent)
        self.setToolTip("看资料包各表的列，核对哪一列是哪个字段，存成字段对应文件")
        self.setAutoDefault(False)
        self.package, self.mapping, self.run, self.progress = package, mapping, None, None
        self.clicked.connect(self.propose)
        package.fileChanged.connect(lambda *_: self._enable())
        self._enable()

    def _enable(self):
        self.setEnabled(bool(self.package.filePath().strip()) and self.run is None)

    def propose(self, *_):
        """Runs the verb ``mapping`` in the engine; ``show_proposal`` follows."""
        self.folder = tempfile.TemporaryDirectory()
        params = {"package": self.package.filePath().strip(), "out": str(Path(self.folder.name) / "建议.yaml"),
                  "mapping": self.mapping.filePath().strip() or None}
        self.run = EngineRun("mapping", params, self)
        self.progress = QProgressDialog("正在看资料包各表的列……", "取消", 0, STEPS, self.window())
        self.progress.setWindowTitle(VERBS["mapping"].title)
        self.progress.setWindowModality(Qt.WindowModality.WindowModal)
        self.progress.canceled.connect(self.run.cancel)
        self.run.progressed.connect(self._progressed)
        self.run.ended.connect(self._ended)
        self._enable()
        self.run.start()

    def _progressed(self, fraction, text):
        if self.progress is not None and not self.progress.wasCanceled():
            self.progress.setValue(min(STEPS - 1, int(fraction * STEPS)))
            self.progress.setLabelText(text)

    def _ended(self, outcome):
        run, self.run = self.run, None
        progress, self.progress = self.progress, None
        progress.canceled.disconnect()
        progress.close()
        progress.deleteLater()
        run.deleteLater()
        self.folder.cleanup()
        self._enable()
        if outcome.ok:
            self.show_proposal(outcome.result.get("counts") or {})
        elif not outcome.cancelled:
            QMessageBox.warning(self.window(), VERBS["mapping"].title, outcome.text())

    def show_proposal(self, counts):
        """The table to confirm; what is confirmed is saved and filled in."""
        dialog = MappingDialog(counts, self.window())
        accepted, text = dialog.exec(), ""
        if accepted:
            text = dialog.text()
        dialog.deleteLater()
        if accepted:
            self.keep(text, self.ask_path())

    def ask_path(self):
        """Where to save: the file that was given, else beside the package."""
        package = Path(self.package.filePath().strip())
        usual = self.mapping.filePath().strip() or str(package.parent / f"字段对应_{package.stem if package.suffix else package.name}.yaml")
        path, _ = QFileDialog.getSaveFileName(self.window(), "保存字段对应", usual, "字段对应 (*.yaml *.yml)")
        return path if not path or path.lower().endswith((".yaml", ".yml")) else path + ".yaml"

    def keep(self, text, path):
        """Writes the mapping file and fills it in."""
        if not path:
            return
        try:
            Path(path).write_text(text, encoding="utf-8")
        except OSError as error:
            QMessageBox.warning(self.window(), VERBS["mapping"].title, f"不能保存到 {path}\n处理办法：检查权限，或换一个文件夹\n{error}")
            return
        self.mapping.setFilePath(path)
