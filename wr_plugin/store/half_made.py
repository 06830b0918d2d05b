"""What a run would leave half-made if it were ended by force, told beforehand to the process that watches it.

``commands.watching`` starts the run, asks it to stop and, where it does not hear within a moment because a library is at
work, ends it and takes away what was announced here. Where nobody watches, all of this does nothing.

The run reads single bytes on its stdin: ``STOP`` (or the end of the stream: the watcher is gone), and ``GO``, the leave
to make its work final. It writes notes on its stdout, each a line of JSON after ``MARK``. Standard library only.
"""

import json
import os
import secrets
import shutil
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

from ..model.errors import Cancelled

MARK, STOP, GO = b"\x1e", b"s", b"g"
_watchers = []


class _Watcher:
    """The line to the watching process."""

    def __init__(self, listening, telling):
        self._listening, self._telling = listening, telling
        self.asked, self._granted, self._answered = False, False, threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                byte = os.read(self._listening, 1)
            except OSError:
                byte = b""
            if byte == GO:
                self._granted = True
            elif not self._granted:
                self.asked = True
            self._answered.set()
            if not byte:
                return

    def tell(self, **note):
        try:
            os.write(self._telling, MARK + json.dumps(note).encode("ascii") + b"\n")
        except OSError:
            self.asked = not self._granted

    def require_leave(self):
        if self._granted:
            return
        self.tell(leave=True)
        self._answered.wait()
        if not self._granted:
            raise Cancelled()


def begin():
    """This process is watched: over its stdin and stdout."""
    _watchers.append(_Watcher(0, 1))


def watched():
    """Whether another process watches this one."""
    return bool(_watchers)


def asked():
    """Whether the watcher wants the run to stop."""
    return any(w.asked for w in _watchers)


def announce(path, only_empty=False):
    """``path``, a file or a folder, is about to be made and must not outlive a run that is ended by force: a file goes
    with what SQLite keeps beside it, a folder with all that is in it, or with ``only_empty`` where nothing is in it."""
    _tell(path, "empty" if only_empty else "whole")


def announce_work(path):
    """The work file is about to be written: after a forced end what was begun there is rolled back at once."""
    _tell(path, "work")


def withdraw(path):
    """``path`` is gone, or is meant to stay."""
    _tell(path, "")


def _tell(path, kind):
    for watcher in _watchers:
        watcher.tell(path=os.path.abspath(path), kind=kind)


def point_of_no_return():
    """From here on the run is not ended any more, however late it is asked: what it made becomes final.

    Raises ``Cancelled`` where it has been asked to stop before."""
    for watcher in _watchers:
        watcher.require_leave()


@contextmanager
def temporary_folder(beside=None, prefix="wr-"):
    """A folder below ``beside`` (else the system's temporary folder) as a path; deleted at the end."""
    folder = Path(beside or tempfile.gettempdir()) / (prefix + secrets.token_hex(6))
    announce(folder)
    os.mkdir(folder, 0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        withdraw(folder)


def take_away(path, kind):
    """What the watcher does about an announced path after a forced end."""
    path = Path(path)
    if kind == "work":
        roll_back(path)
    elif path.is_dir() and not path.is_symlink():
        if kind == "whole":
            shutil.rmtree(path, ignore_errors=True)
        elif not any(path.iterdir()):
            path.rmdir()
    elif kind == "whole":
        for name in (path, *beside(path)):
            name.unlink(missing_ok=True)


def beside(path):
    """The files that SQLite may keep beside a database."""
    return [path.with_name(path.name + end) for end in ("-journal", "-wal", "-shm")]


def hot(path):
    """Whether a run that ended by force, or the power, left a rollback journal that may have to be played back."""
    journal = beside(Path(path))[0]
    try:
        return journal.stat().st_size > 0
    except OSError:
        return False


def roll_back(path):
    """Opens and closes the work file, upon which SQLite undoes what was begun there; not while a run is writing it."""
    from .workfile import connect, refuse_network_share

    refuse_network_share(path)
    if not path.is_file() or not any(name.exists() for name in beside(path)):
        return
    connection = connect(path)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    finally:
        connection.close()
