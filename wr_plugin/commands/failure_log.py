"""Where an unexpected failure is written down for support: the places in the code, never the data.

The message of an exception may quote a name, an ID number or a path, so digits and Chinese text in it are masked
(DESIGN §4.8); what remains are types, files, lines and functions.
"""

import os
import platform
import re
import sys
import tempfile
import traceback
from pathlib import Path

from .. import version
from ..store import runs

LONG_NUMBER = re.compile(r"\d{6,}")
NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


def masked(text):
    """``text`` without what may be personal: runs of six digits or more, and everything beyond ASCII."""
    return NOT_ASCII.sub("…", LONG_NUMBER.sub("******", str(text)))


def folder():
    """The user's folder for logs; ``WR_LOG_DIR`` overrides it."""
    if os.environ.get("WR_LOG_DIR"):
        return Path(os.environ["WR_LOG_DIR"])
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home())
    else:
        base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "wr_plugin" / "log"


def report(error, verb):
    """The text of a report about ``error`` while running ``verb``."""
    lines = [f"wr_plugin {version.VERSION}", f"time {runs.now()}", f"verb {masked(verb)}",
             f"python {platform.python_version()} {platform.system()}", ""]
    chain, seen = error, set()
    while chain is not None and id(chain) not in seen:
        seen.add(id(chain))
        lines.append(f"{type(chain).__name__}: {masked(chain)}")
        detail = getattr(chain, "detail", "")
        if detail:
            lines.append(f"detail: {masked(detail)}")
        for frame in traceback.extract_tb(chain.__traceback__):
            parts = Path(frame.filename).parts
            lines.append(f"  {masked('/'.join(parts[-3:]))}:{frame.lineno} {frame.name}")
        chain = chain.__cause__ or chain.__context__
    return "\n".join(lines) + "\n"


def write(error, verb):
    """Writes the report and returns its path; falls back to the temporary folder. None where neither can be written."""
    name = f"wr-{runs.now().replace(':', '').replace('-', '')}-{os.getpid()}.log"
    for place in (folder, lambda: Path(tempfile.gettempdir())):
        try:
            path = place() / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(report(error, verb), encoding="utf-8")
        except (OSError, RuntimeError):
            continue
        return path
    return None
