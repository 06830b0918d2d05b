"""Runs a verb in a process of its own and watches it, so that a cancel works within half a second at any moment.

A run looks often whether it is to stop, but within one call of a library (a sort of a million codes) it cannot. So the
watcher asks first; where the run has not ended ``GRACE_S`` later it is ended by force, and what it had announced as
half-made (``store.half_made``) is taken away: the work file and the folders are as they were. Only where the run has
begun to make its result final, the watcher waits for its end. Standard library only; the same on every system.
"""

import json
import queue
import signal
import sqlite3
import subprocess  # nosec B404: our own program, by a list of arguments
import sys
import threading
import time

from .. import places
from ..model.errors import Cancelled
from ..store import half_made

GRACE_S, POLL_S, LINGER_S = 0.2, 0.05, 1.0
WATCHED, UNTIL_EOF = "--watched", "--until-eof"
"""First arguments, for programs only: this process is the run; the run is cancelled when stdin ends."""
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
IGNORED_BY_RUN = ("SIGINT", "SIGHUP", "SIGBREAK")
STOPPED, DIED = "stopped", "died"


def can_watch():
    """Whether another interpreter can be started."""
    return bool(sys.executable)


def begin_watched():
    """At the start of the run: signals of the terminal are the watcher's business."""
    for number in _numbers(IGNORED_BY_RUN):
        signal.signal(number, signal.SIG_IGN)
    half_made.begin()


def _numbers(names):
    """The signals of these names that this system has."""
    return [getattr(signal, name) for name in names if hasattr(signal, name)]


class Watch:
    """One run. ``run`` starts it, passes on what it prints and returns its exit code, or STOPPED or DIED."""

    def __init__(self, arguments, until_eof=False, command=None, out=None):
        script = places.PACKAGE / "desktop" / "start_engine.py"
        self.command = command or [sys.executable, str(script), WATCHED, *arguments]
        self.until_eof, self.asked, self.final = until_eof, False, False
        self._out = out or sys.stdout.buffer
        self._announced, self._heard = {}, queue.Queue()

    def stop(self, *_):
        """Asks for the run's end; may be called by a signal or another thread."""
        self.asked = True

    def run(self):
        before = {number: signal.getsignal(number) for number in _numbers(SIGNALS)}
        try:
            return self._run()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _run(self):
        for number in _numbers(IGNORED_BY_RUN):  # so that the run ignores them from its first moment
            signal.signal(number, signal.SIG_IGN)
        self._process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)  # nosec B603
        for number in _numbers(SIGNALS):
            signal.signal(number, self.stop)
        threading.Thread(target=self._listen, daemon=True).start()
        if self.until_eof:
            threading.Thread(target=self._wait_for_eof, daemon=True).start()
        killed = self._attend()
        code = self._process.wait()
        self._tidy()
        if killed or code == Cancelled.exit_code or (self.asked and not self.final and not 0 <= code <= 3):
            return STOPPED
        return DIED if code < 0 or code > 255 else code

    def _attend(self):
        """Hears the run's notes until it has ended; True where it was ended by force."""
        deadline, ended_at = None, None
        while True:
            try:
                heard = self._heard.get(timeout=POLL_S)
            except queue.Empty:
                heard = b""
            if heard is None:
                return False
            if heard:
                self._note(json.loads(heard))
            now = time.monotonic()
            if self.asked and not self.final and deadline is None:
                deadline = now + GRACE_S
                self._answer(half_made.STOP)
            if deadline is not None and now >= deadline and self._process.poll() is None:
                self._process.kill()
                self._process.wait()
                return True
            if not heard and self._process.poll() is not None:  # ended, though another may still hold its stdout
                ended_at = ended_at or now
                if now - ended_at > LINGER_S:
                    return False

    def _note(self, note):
        if note.get("leave"):
            if not self.asked:
                self.final = True
                self._answer(half_made.GO)
        elif note["kind"]:
            self._announced[note["path"]] = note["kind"]
        else:
            self._announced.pop(note["path"], None)

    def _answer(self, byte):
        try:
            self._process.stdin.write(byte)
        except OSError:
            return  # it has ended

    def _listen(self):
        """Takes the notes out of what the run prints; the rest is for whoever started us."""
        rest = b""
        while True:
            read = self._process.stdout.read(1 << 16)
            rest += read or b""
            while rest:
                text, mark, after = rest.partition(half_made.MARK)
                self._pass_on(text)
                line, end, later = after.partition(b"\n")
                rest = later if end else mark + after
                if not end:
                    break
                self._heard.put(line)
            if not read:
                self._heard.put(None)
                return

    def _pass_on(self, text):
        try:
            if text:
                self._out.write(text)
                self._out.flush()
        except OSError:
            self._out = _Nowhere()  # as with ``| head``: nobody reads on

    def _wait_for_eof(self):
        stdin = sys.stdin.buffer.raw
        while True:
            try:
                if not stdin.read(64):
                    break
            except OSError:
                break
        self.stop()

    def _tidy(self):
        """Takes away what the run announced and did not withdraw, the latest first. What a run that was making its result
        final left behind stays for a look: it died on its own."""
        if self.final:
            self._announced = {p: kind for p, kind in self._announced.items() if kind == "work"}
        for path, kind in reversed(list(self._announced.items())):
            try:
                half_made.take_away(path, kind)
            except (OSError, sqlite3.Error):
                continue  # the next run sweeps, SQLite rolls back at the next opening


class _Nowhere:
    def write(self, text):
        return len(text)

    def flush(self):
        return None
