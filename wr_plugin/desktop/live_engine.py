"""The standing child process that answers what-ifs: asked by the panel 试算, one request at a time, the newest first."""

import json

from qgis.PyQt.QtCore import QObject, QProcess, pyqtSignal

from .. import places
from . import engine
from .protocol import Lines

END_MS = 1500


class LiveEngine(QObject):
    """``answered``: an answer (dict); ``failed``: an error (dict: message, remedy); ``progressed``: part and text.

    A request that comes while another is being answered waits; a newer one takes its place. A process that dies is
    said and started again with the next request.
    """

    answered = pyqtSignal(dict)
    failed = pyqtSignal(dict)
    progressed = pyqtSignal(float, str)

    def __init__(self, parent=None):
        super().__init__(parent)
        self.path, self.process = "", None
        self._lines, self._number, self._asked, self._waiting, self._log = Lines(), 0, None, None, b""

    def ask(self, path, request):
        """Asks about the work file ``path``; another file than before starts another process."""
        if path != self.path:
            self.stop()
            self.path = path
        self._waiting = request
        if self.process is None:
            self._start()
        self._send()

    @property
    def busy(self):
        """Whether an answer is still to come."""
        return self._asked is not None or self._waiting is not None

    def stop(self):
        """Ends the process, without waiting for an answer."""
        process, self.process = self.process, None
        self._asked, self._waiting, self._lines, self._log = None, None, Lines(), b""
        if process is not None:
            process.blockSignals(True)
            process.closeWriteChannel()
            process.kill()
            process.waitForFinished(END_MS)
            process.deleteLater()

    def _start(self):
        python = engine.engine_python()
        process = self.process = QProcess(self)
        process.setProcessEnvironment(engine.environment(python))
        process.setProgram(python)
        process.setArguments([str(places.PACKAGE / "desktop" / "start_live.py"), self.path])
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._keep_log)
        process.finished.connect(self._ended)
        process.errorOccurred.connect(self._not_started)
        process.start()

    def _send(self):
        if self._asked is not None or self._waiting is None or self.process is None:
            return
        self._number += 1
        self._asked, self._waiting = self._waiting, None
        line = json.dumps({**self._asked, "id": self._number}, ensure_ascii=False) + "\n"
        self.process.write(line.encode("utf-8"))

    def _read(self):
        for line in self._lines.feed(bytes(self.process.readAllStandardOutput())):
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if "progress" in message:
                self.progressed.emit(float(message["progress"]), str(message.get("text") or ""))
                continue
            self._asked = None
            newer = self._waiting is not None
            self._send()
            if newer:
                continue
            if "answer" in message:
                self.answered.emit(message["answer"])
            else:
                self.failed.emit(message.get("error") or {})

    def _keep_log(self):
        self._log = (self._log + bytes(self.process.readAllStandardError()))[-4000:]

    def _ended(self, code=0, _status=None):
        if self.process is None:
            return
        self._read()
        told = self._asked is not None or self._waiting is not None
        log = self._log.decode("utf-8", errors="replace").strip()
        self._forget()
        if told:
            self.failed.emit({"message": f"试算程序意外结束（退出码 {code}）", "detail": log,
                              "remedy": "再动一下就会重新启动；还不行请在“设置”中测试计算程序的 Python"})

    def _not_started(self, error):
        if error == QProcess.ProcessError.FailedToStart:
            self._forget()
            self.failed.emit({"message": "计算程序的 Python 不能启动", "remedy": "在“水权确权 › 设置”中指定可用的 Python"})

    def _forget(self):
        process, self.process = self.process, None
        self._asked, self._waiting, self._lines, self._log = None, None, Lines(), b""
        if process is not None:
            process.deleteLater()
