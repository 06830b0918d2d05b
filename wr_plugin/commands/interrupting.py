"""Cancelling in the midst of a long SQL statement: SQLite asks every few thousand instructions whether to go on."""

import sqlite3
import time
from contextlib import contextmanager

from ..model.errors import Cancelled

INSTRUCTIONS = 20_000
ASK_EVERY_S = 0.1


@contextmanager
def interruptible(store, progress):
    """Within this block a statement on the work file ends soon after the user cancels, and ``Cancelled`` is raised.

    To be used inside ``transaction``, which then rolls back.
    """
    asked, stopped = [time.monotonic()], []

    def ask():
        now = time.monotonic()
        if stopped or now - asked[0] < ASK_EVERY_S:
            return 0
        asked[0] = now
        try:
            progress.check_cancelled()
        except Cancelled as cancelled:
            stopped.append(cancelled)
            return 1
        return 0

    store.connection.set_progress_handler(ask, INSTRUCTIONS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if stopped:
            raise stopped[0] from error
        raise
    finally:
        store.connection.set_progress_handler(None, 0)
