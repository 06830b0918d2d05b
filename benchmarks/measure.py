"""Runs a command as a whole process and reports its wall time, CPU time and peak memory as the system counted them."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass

KIB_PER_MIB = 1024


@dataclass(frozen=True)
class Cost:
    """Seconds of wall clock and CPU (user + system), and peak resident memory in MiB of one process."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def cost_of(command, environment=None):
    """Runs ``command`` to its end; raises RuntimeError with its last words where it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{said.decode('utf-8', 'replace')[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KIB_PER_MIB)


def verb(*words):
    """The command line of one of the product's verbs."""
    return [sys.executable, "-m", "wr_plugin", *map(str, words), "--progress=none"]
