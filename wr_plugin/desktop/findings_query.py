"""The findings of the work file for the list: filtered in SQL, read with the standard library; and their state."""

from ..model.errors import WaterRightsError
from ..model.tables_work import FINDING_STATE
from ..store import journal, reading
from ..store.workfile import WorkFile

MOST = 20_000
LIST_SQL = """
SELECT f.fid, f.code, f.severity, f.subject, f.parcel_uuid, f.village_code, f.message, f.remedy, f.state, f.source_file,
       f.source_row, (SELECT village_name FROM parcel WHERE parcel.uuid = f.parcel_uuid) AS village_name
FROM finding f
WHERE (? = '' OR f.code = ?) AND (? = '' OR f.village_code = ?) AND (? = '' OR f.state = ?)
  AND (? = '' OR instr(f.subject, ?) > 0 OR instr(f.message, ?) > 0)
ORDER BY CASE f.severity WHEN 'stop' THEN 0 WHEN 'review' THEN 1 ELSE 2 END, f.code, f.village_code, f.subject
LIMIT ?
"""
COUNT_SQL = """
SELECT count(*) FROM finding f
WHERE (? = '' OR f.code = ?) AND (? = '' OR f.village_code = ?) AND (? = '' OR f.state = ?)
  AND (? = '' OR instr(f.subject, ?) > 0 OR instr(f.message, ?) > 0)
"""
KINDS_SQL = "SELECT code, count(*) AS number FROM finding GROUP BY code"
VERB = "finding"


def rows(store, code="", village="", state="", text=""):
    """(rows, how many there are in all): the gravest first, ``MOST`` at most."""
    values = (code, code, village, village, state, state, text, text, text)
    return reading.rows(store, LIST_SQL, (*values, MOST)), reading.count(store, COUNT_SQL, values)


def kinds(store):
    """Number of findings by code."""
    return {row["code"]: row["number"] for row in reading.rows(store, KINDS_SQL)}


def set_state(path, fids, state, why=""):
    """Marks findings as open, accepted or fixed: one short transaction, one journal row each. Returns how many."""
    if state not in FINDING_STATE:
        raise WaterRightsError(f"没有“{state}”这种处理状态")
    with WorkFile.open(path) as store, store.transaction():
        marks = ", ".join("?" * len(fids))
        sql = f"SELECT fid, code, subject, state FROM finding WHERE fid IN ({marks})"  # nosec B608: question marks only
        before = reading.rows(store, sql, tuple(fids))
        changed = [row for row in before if row["state"] != state]
        store.connection.executemany("UPDATE finding SET state = ? WHERE fid = ?",
                                     [(state, row["fid"]) for row in changed])
        journal.append(store, None, VERB, [
            ("finding", f"{row['code']}|{row['subject']}", {"state": row["state"]}, {"state": state}, why)
            for row in changed])
        return len(changed)
