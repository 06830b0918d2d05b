"""Run by path: starts ``python -m wr_plugin`` without letting other plugins shadow modules.

QGIS keeps all plugins side by side in one folder; put in front of the module path, a plugin named like a library
would be imported in its place. So the folder is appended, not put first.
"""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.pop(0)
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    runpy.run_module("wr_plugin", run_name="__main__", alter_sys=True)
