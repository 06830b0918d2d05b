"""Progress of a verb, and its result. The doors give their own ``show``; cancelling is asked at every report."""

import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List

from ..model.errors import Cancelled

REPORT_EVERY_S = 0.1


@dataclass
class Result:
    """What a verb did. ``counts``: figures by name; ``table``: (label, value) rows for people; ``outputs``: paths of
    files made; ``changed``: False where the input was the same as last time and nothing was written."""

    title: str
    counts: Dict[str, Any] = field(default_factory=dict)
    table: List[tuple] = field(default_factory=list)
    outputs: List[str] = field(default_factory=list)
    changed: bool = True
    text: str = ""
    next_step: str = ""

    def as_dict(self):
        return {
            "title": self.title, "changed": self.changed, "counts": self.counts, "table": [list(r) for r in self.table],
            "outputs": self.outputs, "text": self.text, "next_step": self.next_step,
        }


class Progress:
    """A verb calls ``step`` for each of its parts and ``update`` within one; both raise ``Cancelled`` when asked to.

    ``weights`` of the steps are given beforehand by ``plan``; the fraction shown is of the whole verb and never goes back.
    """

    def __init__(self, show: Callable[[float, str], None] = lambda fraction, text: None,
                 cancelled: Callable[[], bool] = lambda: False):
        self._show, self._cancelled = show, cancelled
        self._ends, self._start, self._width, self._text, self._last = [], 0.0, 1.0, "", 0.0
        self._reached = 0.0

    def plan(self, *weights):
        """Relative durations of the steps that will follow."""
        total, done = float(sum(weights)), 0.0
        self._ends = []
        for weight in weights:
            self._ends.append((done / total, weight / total))
            done += weight

    def step(self, text):
        """Begins the next step."""
        self._text = text
        if self._ends:
            self._start, self._width = self._ends.pop(0)
        self._report(0.0, force=True)

    def update(self, done, total=1.0, text=""):
        """Part of the step that is done."""
        if text:
            self._text = text
        self._report(min(1.0, done / total) if total else 1.0)

    def check_cancelled(self):
        """Raises ``Cancelled`` where the user has asked for it."""
        if self._cancelled():
            raise Cancelled()

    def _report(self, part, force=False):
        self.check_cancelled()
        now = time.monotonic()
        if force or now - self._last >= REPORT_EVERY_S or part >= 1.0:
            self._last = now
            self._reached = max(self._reached, self._start + self._width * part)
            self._show(self._reached, self._text)


def show_json_lines(fraction, text):
    """One JSON object a line on stderr, for a parent process."""
    sys.stderr.write(json.dumps({"progress": round(fraction, 4), "text": text}, ensure_ascii=False) + "\n")
    sys.stderr.flush()


class TerminalBar:
    """A bar on a terminal; silent where stderr is not one."""

    WIDTH = 30

    def __init__(self, stream=None):
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty()

    def __call__(self, fraction, text):
        if self.live:
            filled = int(self.WIDTH * fraction)
            self.stream.write(f"\r\033[K[{'█' * filled}{'·' * (self.WIDTH - filled)}] {fraction:4.0%} {text}")
            self.stream.flush()

    def close(self):
        if self.live:
            self.stream.write("\r\033[K")
            self.stream.flush()
