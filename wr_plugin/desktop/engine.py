"""The child process that runs a verb: which Python, which environment, and the run itself.

The QGIS process computes nothing (DESIGN §2): the dock listens to the signals of ``EngineRun``, an algorithm's
worker thread calls ``EngineRun.wait``.
"""

import os
import sys
import time
from pathlib import Path

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, pyqtSignal

from .. import places
from ..commands.catalogue import FLAG, TEXTS, VERBS
from ..commands.watching import UNTIL_EOF
from .protocol import Lines, Outcome, outcome_of, progress_of

SETTING = "wr_plugin/enginePython"
VARIABLE = "WR_ENGINE_PYTHON"
POLL_MS = 100
GRACE_S = 5.0
"""The child ends within 0.5 s of being asked (``commands.watching``); only one that is broken is ever killed."""
OF_QGIS = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "GDAL_DATA", "GDAL_DRIVER_PATH", "PROJ_LIB", "PROJ_DATA")


def own_python():
    """QGIS's own Python interpreter; ``sys.executable`` may be the QGIS program itself."""
    prefix, names = Path(sys.exec_prefix), ("python3.exe", "python.exe") if os.name == "nt" else ("python3", "python")
    running = Path(sys.executable or "")
    if running.name.lower().startswith("python") and running.is_file():
        return str(running)
    for folder in (prefix, prefix / "bin", prefix / "Scripts"):
        for name in names:
            if (folder / name).is_file():
                return str(folder / name)
    return names[0]


def engine_python():
    """The Python that runs the verbs: the setting, the variable, the checkout's ``.venv``, else QGIS's own."""
    venv = places.package_parent() / ".venv"
    chosen = (
        QgsSettings().value(SETTING, "", type=str),
        os.environ.get(VARIABLE, ""),
        str(venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")),
    )
    for path in chosen:
        if path and Path(path).is_file():
            return path
    return own_python()


def environment(python):
    """The child's environment: a Python that is not QGIS's own starts without QGIS's paths (ENVIRONMENT §1)."""
    result = QProcessEnvironment.systemEnvironment()
    if os.path.abspath(python) != os.path.abspath(own_python()):
        for name in OF_QGIS:
            result.remove(name)
    result.insert("PYTHONUTF8", "1")
    result.insert("PYTHONIOENCODING", "utf-8")
    return result


def arguments(verb_name, params):
    """The command line of a verb after the interpreter; parameters that are absent are left out."""
    verb, positional, options = VERBS[verb_name], [], []
    for param in verb.params:
        value = params.get(param.name)
        if value is None or value == "" or value == []:
            continue
        if param.kind == FLAG:
            options += [param.option] if value else []
        elif param.kind == TEXTS:
            options += [f"{param.option}={one}" for one in value]
        elif param.positional:
            positional.append(str(value))
        else:
            options.append(f"{param.option}={value}")
    return [str(places.PACKAGE / "desktop" / "start_engine.py"), UNTIL_EOF, verb_name, "--json", "--progress=json", *options,
            *(["--", *positional] if positional else [])]


class EngineRun(QObject):
    """One run of a verb in a child process. ``ended`` gives the ``Outcome``, also kept in ``outcome``."""

    progressed = pyqtSignal(float, str)
    logged = pyqtSignal(str)
    ended = pyqtSignal(object)

    def __init__(self, verb_name, params, parent=None, python=None):
        super().__init__(parent)
        self.verb_name, self.outcome, self.cancelled = verb_name, None, False
        self._out, self._lines, self._log, self._kill_at = bytearray(), Lines(), [], None
        self._python = python or engine_python()
        self.process = QProcess(self)
        self.process.setProcessEnvironment(environment(self._python))
        self.process.setProgram(self._python)
        self.process.setArguments(arguments(verb_name, params))
        self.process.readyReadStandardOutput.connect(self._read_out)
        self.process.readyReadStandardError.connect(self._read_progress)
        self.process.finished.connect(self._finished)
        self.process.errorOccurred.connect(self._failed)

    def start(self):
        self.process.start()

    def running(self):
        return self.process.state() != QProcess.ProcessState.NotRunning

    def cancel(self):
        """Asks the child to stop by ending its stdin, as also happens when QGIS ends, however it ends. Nothing is left
        changed."""
        if self.cancelled or not self.running():
            return
        self.cancelled = True
        self._kill_at = time.monotonic() + GRACE_S
        self.process.closeWriteChannel()
        QTimer.singleShot(int(GRACE_S * 1000), self._kill)

    def wait(self, is_cancelled=lambda: False):
        """Starts the run and blocks until its end, for a worker thread. Returns the ``Outcome``."""
        self.start()
        self.process.waitForStarted(-1)
        while self.running() and not self.process.waitForFinished(POLL_MS):
            if is_cancelled():
                self.cancel()
            if self._kill_at and time.monotonic() > self._kill_at:
                self._kill()
        return self.outcome

    def _kill(self):
        if self.running():
            self.process.kill()

    def _read_out(self):
        self._out += bytes(self.process.readAllStandardOutput())

    def _read_progress(self, rest=()):
        for line in [*self._lines.feed(bytes(self.process.readAllStandardError())), *rest]:
            progress = progress_of(line)
            if progress:
                self.progressed.emit(*progress)
            elif line.strip():
                self._log.append(line)
                self.logged.emit(line)

    def _finished(self, exit_code, _status=None):
        self._read_out()
        self._read_progress()
        self._read_progress(self._lines.finish())
        self._end(outcome_of(self._out, self._log, exit_code, self.cancelled))

    def _failed(self, error):
        if error == QProcess.ProcessError.FailedToStart:
            self._end(Outcome(False, exit_code=1, error={
                "code": "EngineMissing", "message": f"计算程序的 Python 不能启动：{self._python}",
                "remedy": "在“水权确权 › 设置”中指定可用的 Python"}))

    def _end(self, outcome):
        if self.outcome is None:
            self.outcome = outcome
            self.ended.emit(outcome)
