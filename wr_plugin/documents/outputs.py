"""Output files that appear together at the end, or not at all."""

import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

from ..model.errors import BadInput
from ..store import half_made

ILLEGAL = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
NAME_LIMIT = 60
MAKING = ".正在生成-"
ABANDONED_S = 24 * 3600


def file_name(*parts, suffix=".pdf"):
    """``水权证_620799101201_东风村.pdf``: Chinese is kept, characters that Windows forbids become ``-``."""
    kept = [ILLEGAL.sub("-", p).strip(" .")[:NAME_LIMIT] for p in parts if p]
    return "_".join(k for k in kept if k) + suffix


class Staging:
    """A folder of files in the making, beside their destination. Use as a context manager.

    ``path(name)`` gives a place to write; ``publish()`` moves everything into the target folder, call it last within
    the transaction: where it fails, or where ``keep()`` is not reached, earlier files are put back and new ones go.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self._made_folder = not self.folder.exists()
        self._work = self.folder / (MAKING + secrets.token_hex(4))
        if self._made_folder:
            half_made.announce(self.folder, only_empty=True)
        half_made.announce(self._work)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            os.mkdir(self._work, 0o700)
        except OSError as error:
            raise BadInput("不能写入输出文件夹", "检查路径与权限，或换一个文件夹", where=str(folder),
                           detail=str(error)) from error
        self._names, self._placed, self._kept = [], [], False

    def _sweep(self):
        """Removes what a run that was killed left behind; a younger folder may be another run's at work."""
        for left in self.folder.glob(MAKING + "*"):
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > ABANDONED_S:
                    shutil.rmtree(left)

    def __enter__(self):
        return self

    def path(self, name):
        """Where to write the file that will be called ``name``."""
        if name in self._names:
            raise ValueError(f"重复的文件名：{name}")
        self._names.append(name)
        return self._work / name

    def publish(self):
        """Moves the files to their names; returns their paths. From here on a cancel comes too late."""
        half_made.point_of_no_return()
        for name in self._names:
            target, backup = self.folder / name, self._work / (name + ".原")
            try:
                if target.exists():
                    os.replace(target, backup)
                    self._placed.append((target, backup))
                else:
                    self._placed.append((target, None))
                os.replace(self._work / name, target)
            except OSError as error:
                raise BadInput("文件正在被别的程序打开，不能替换", "关闭 PDF 阅读器、Excel 或 WPS 后再试", where=str(target),
                               detail=str(error)) from error
        return [str(self.folder / name) for name in self._names]

    def keep(self):
        """All is well: what was published stays."""
        self._kept = True

    def __exit__(self, *_):
        if not self._kept:
            for target, backup in reversed(self._placed):
                if backup is not None and backup.exists():
                    os.replace(backup, target)
                elif backup is None and target.exists():
                    target.unlink()
        shutil.rmtree(self._work, ignore_errors=True)
        half_made.withdraw(self._work)
        if self._made_folder and not self._kept and not any(self.folder.iterdir()):
            self.folder.rmdir()
