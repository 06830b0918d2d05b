"""Which tests belong to which lane: the engine has no qgis; the distribution's Python has qgis and no heavy library.

``make test`` runs three lanes: the engine (``.venv``) and the oldest supported libraries (``.venv-oldest``) take
everything but ``tests/desktop``; the desktop lane (``/usr/bin/python3`` with QGIS) is given that folder by name.
"""

import importlib.util
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

# No test reads or keeps the field mappings of the user who runs it
os.environ["WR_MAPPING_DIR"] = str(Path(tempfile.gettempdir()) / f"wr-plugin-no-mappings-{os.getpid()}")

DESKTOP_LANE = importlib.util.find_spec("qgis") is not None
collect_ignore = [] if DESKTOP_LANE else ["desktop"]
