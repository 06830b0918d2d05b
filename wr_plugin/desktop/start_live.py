"""Run by path in the child process: the standing engine of the panel 试算. The module path as in ``start_engine``."""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.pop(0)
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    runpy.run_module("wr_plugin.commands.live", run_name="__main__", alter_sys=True)
