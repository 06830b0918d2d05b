"""Publicity terms: their days, what is on record, what a new one adds."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from ..model.errors import BadInput
from ..store import reading

NAMESPACE = uuid.UUID("6f0a8d52-3c1e-5b7a-9d41-8a2f5e6c7b10")


@dataclass(frozen=True)
class Term:
    """A village's publicity; ``recorded`` where it is in the work file already."""

    village_code: str
    start: str
    end: str
    days: int
    recorded: bool


def last_day(start, days):
    """``2026-07-01`` with 7 days ends on ``2026-07-07``: the first and the last day both count, calendar days, and a
    certificate may be made from the day after the last."""
    return (date.fromisoformat(start) + timedelta(days=days - 1)).isoformat()


def refuse_backdated(what, day, confirm, demo):
    """Raises BadInput where a date is before the day of the confirm run whose rights it is about; practice with demo
    values may be dated as one likes. ``confirm``: the run's row."""
    confirmed = confirm["ended_at"][:10]
    if day and day < confirmed and not demo:
        raise BadInput(f"{what} {day} 早于这次核定水权的日期 {confirmed}", f"填写 {confirmed} 或以后的日期", code="Backdated")


def terms(store, villages, confirm_run, start, days, today):
    """The term of each village for the rights of ``confirm_run``.

    A term on record stands, unless ``start`` (may be None) asks for another; a new one starts on ``start`` or today.
    """
    latest = {}
    for row in reading.rows(store, "SELECT village_code, start_date, end_date, days FROM publicity"
                                   " WHERE confirm_run = ? ORDER BY fid", (confirm_run,)):
        latest[row["village_code"]] = row
    found = {}
    for code in villages:
        row = latest.get(code)
        if row is not None and (start is None or start == row["start_date"]) and (start is None or row["days"] == days):
            found[code] = Term(code, row["start_date"], row["end_date"], row["days"], True)
        else:
            begin = start or today
            found[code] = Term(code, begin, last_day(begin, days), days, False)
    return found


def record(store, new, confirm_run, run_id):
    """Adds publicity rows; returns journal entries. Within ``transaction``."""
    entries = []
    for term in new:
        identity = str(uuid.uuid5(NAMESPACE, f"publicity|{term.village_code}|{confirm_run}|{run_id}"))
        store.connection.execute(
            "INSERT INTO publicity (uuid, village_code, start_date, end_date, days, confirm_run, run_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (identity, term.village_code, term.start, term.end, term.days, confirm_run, run_id))
        entries.append(("publicity", term.village_code, None, {
            "start_date": term.start, "end_date": term.end, "days": term.days, "confirm_run": confirm_run}, "登记公示"))
    return entries
