"""Where a file lies: on this machine, or on a network share where SQLite's locks do not hold."""

import os
import sys
from pathlib import Path

from ..model import paths

NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs", "davfs", "ncpfs"}
DRIVE_REMOTE = 4


def is_network_share(path):
    """True for a UNC path, a mapped network drive (Windows) or a network file system (Linux)."""
    text = os.path.abspath(str(path))
    if paths.is_share(path) or paths.is_share(text):
        return True
    if sys.platform == "win32":
        import ctypes

        return ctypes.windll.kernel32.GetDriveTypeW(os.path.splitdrive(text)[0] + "\\") == DRIVE_REMOTE
    return _file_system(Path(text)) in NETWORK_FILE_SYSTEMS


def _file_system(path, mounts="/proc/mounts"):
    """The type of the file system that holds ``path``; empty where the system does not tell."""
    try:
        lines = Path(mounts).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        parts = line.split()
        if len(parts) < 3:
            continue
        mount = parts[1].replace("\\040", " ")
        inside = str(path) == mount or str(path).startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, parts[2]
    return kind
