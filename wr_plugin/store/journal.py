"""The journal: append-only, each row chained to the one before by SHA-256, so that tampering shows."""

import hashlib
import json

from . import reading, runs

COLUMNS = ("seq", "at", "who", "verb", "run_id", "subject_table", "subject_key", "before", "after", "why",
           "previous_hash", "hash")
GENESIS = "0" * 64


def append(store, run_id, verb, entries):
    """Adds (subject_table, subject_key, before, after, why) entries; before and after are dicts or None.

    Within ``transaction``. Returns how many rows were added.
    """
    tail = reading.one(store, "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")
    seq, previous = (tail["seq"], tail["hash"]) if tail else (0, GENESIS)
    at, who, batch = runs.now(), runs.who(), []
    for table, key, before, after, why in entries:
        seq += 1
        row = (seq, at, who, verb, run_id, table, key, _json(before), _json(after), why, previous)
        previous = row_hash(row)
        batch.append((*row, previous))
    marks = ", ".join("?" * len(COLUMNS))
    store.connection.executemany(
        f"INSERT INTO journal ({', '.join(COLUMNS)}) VALUES ({marks})", batch)  # nosec B608: names are constants
    return len(batch)


def _json(value):
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def row_hash(row):
    """SHA-256 over all columns but the hash itself, as a JSON list."""
    return hashlib.sha256(json.dumps(list(row), ensure_ascii=False).encode("utf-8")).hexdigest()


def verify(store):
    """Sentences that name every break of the chain; empty where the journal is intact."""
    problems, previous, expected = [], GENESIS, 1
    for row in store.connection.execute("SELECT * FROM journal ORDER BY seq"):
        if row["seq"] != expected:
            problems.append(f"变更日志第 {expected} 条缺失")
            expected = row["seq"]
        if row["previous_hash"] != previous:
            problems.append(f"变更日志第 {row['seq']} 条与前一条不相连")
        if row_hash([row[c] for c in COLUMNS[:-1]]) != row["hash"]:
            problems.append(f"变更日志第 {row['seq']} 条内容被改动")
        previous, expected = row["hash"], expected + 1
    return problems
