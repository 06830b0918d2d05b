"""The record of runs: what was done when, by whom, with which input; and the clock that all steps share."""

import getpass
import hashlib
import json
import os
from datetime import datetime, timezone
from pathlib import Path

from .. import version
from . import reading

CHUNK = 1 << 20
PATHS = ("package", "work", "mapping", "policy", "report", "decisions", "quota", "caps", "out", "fonts")
"""Parameters of the steps that are paths; any other text, such as a reason, is kept whole."""


def now():
    """Local time to the second, ISO 8601; SOURCE_DATE_EPOCH fixes it for reproducible runs."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(epoch), timezone.utc) if epoch else datetime.now().astimezone()
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def today():
    """The date of ``now``, ``YYYY-MM-DD``."""
    return now()[:10]


def who():
    """The user's name on this machine; ``WR_USER`` overrides it."""
    if os.environ.get("WR_USER"):
        return os.environ["WR_USER"]
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def file_inputs(paths):
    """Name, size and SHA-256 of each file, in the order given."""
    return [{"name": Path(p).name, "bytes": Path(p).stat().st_size, "sha256": file_sha256(p)} for p in paths]


def file_sha256(path):
    """SHA-256 of a file's bytes, hex."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for chunk in iter(lambda: stream.read(CHUNK), b""):
            digest.update(chunk)
    return digest.hexdigest()


def input_digest(*parts):
    """SHA-256 over JSON-able parts, so that a step can tell whether its input has changed."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def last(store, verb):
    """The latest run of a verb, or None."""
    return reading.one(store, "SELECT * FROM run WHERE verb = ? ORDER BY run_id DESC LIMIT 1", (verb,))


def record(store, verb, started, params, counts, inputs=(), input_sha256="", policy_sha256=""):
    """Adds a run and returns its number; within ``transaction``. Paths in ``params`` are kept by file name only."""
    kept = {k: Path(v).name if v and k in PATHS else v for k, v in (params or {}).items()}
    cursor = store.connection.execute(
        "INSERT INTO run (verb, started_at, ended_at, who, product_version, policy_sha256, input_sha256, inputs, params,"
        " counts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (verb, started, now(), who(), version.VERSION, policy_sha256, input_sha256,
         json.dumps(list(inputs), ensure_ascii=False), json.dumps(kept, ensure_ascii=False, default=str),
         json.dumps(counts, ensure_ascii=False, default=str)),
    )
    return cursor.lastrowid


def set_counts(store, run_id, counts):
    """Fills in the counts of a run that had to be recorded before they were known; within ``transaction``."""
    store.connection.execute("UPDATE run SET counts = ?, ended_at = ? WHERE run_id = ?",
                             (json.dumps(counts, ensure_ascii=False, default=str), now(), run_id))
