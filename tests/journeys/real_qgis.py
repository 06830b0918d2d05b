"""Starts the real QGIS under Xvfb with the plugin in a fresh profile and drives it (ENVIRONMENT §3).

The script that drives it runs inside QGIS; it finds ``DRIVE_OUT`` (a folder) and what else it is given in the
environment, writes ``result.json`` there and leaves with ``finish()``. See ``drive.py``.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INI = ("[PythonPlugins]\nwr_plugin=true\n[locale]\noverrideFlag=true\nuserLocale=zh-Hans\nglobalLocale=zh_CN\n"
       "[qgis]\ncheckVersion=false\nshowTips342=false\n[app]\nfontPointSize=10\n")
DEMANDS = ("qgis", "xvfb-run", "xauth")


def missing():
    """Programs that this machine lacks for a real QGIS under Xvfb."""
    return [name for name in DEMANDS if shutil.which(name) is None]


def make_profile(folder):
    """A profile with a copy of the plugin, as the plugin manager would have put it there."""
    profile = Path(folder) / "profiles" / "t"
    (profile / "QGIS").mkdir(parents=True)
    plugin = profile / "python" / "plugins" / "wr_plugin"
    shutil.copytree(ROOT / "wr_plugin", plugin, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("resources", "forms"):
        shutil.copytree(ROOT / name, plugin / name)
    for name in ("metadata.txt", "LICENSE"):
        shutil.copy(ROOT / name, plugin / name)
    (profile / "QGIS" / "QGIS3.ini").write_text(INI, encoding="utf-8")


def drive(script, out, timeout=180, size="1600x1000", **variables):
    """Runs QGIS with ``script``; returns (exit code, ``result.json`` as an object, everything it printed)."""
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    folder = tempfile.mkdtemp()
    try:
        make_profile(folder)
        run = Path(folder) / "run"
        run.mkdir(mode=0o700)
        environment = {
            **{k: v for k, v in os.environ.items() if k not in ("QT_QPA_PLATFORM", "PYTHONPATH", "VIRTUAL_ENV")},
            # the first python3 on the PATH decides where QGIS's own Python looks for its modules
            "PATH": os.pathsep.join(("/usr/bin", "/bin", os.environ.get("PATH", ""))),
            "XDG_RUNTIME_DIR": str(run), "DRIVE_OUT": str(out), "DRIVE_SIZE": size,
            "WR_ENGINE_PYTHON": os.environ.get("WR_ENGINE_PYTHON") or sys.executable,
            "PYTHONPATH": str(Path(__file__).parent), **{k: str(v) for k, v in variables.items()},
        }
        code, printed = _run_in_group(
            ["xvfb-run", "-a", "-s", f"-screen 0 {size}x24", "qgis", "--nologo", "--noversioncheck",
             "--profiles-path", folder, "--profile", "t", "--code", str(script)], environment, timeout)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    file = out / "result.json"
    result = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return code, result, printed


def _run_in_group(command, environment, timeout):
    """(exit code, output); on a timeout the whole group, Xvfb included, is ended and the code is None."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = None
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.seek(0)
        return code, log.read().decode("utf-8", errors="replace")
