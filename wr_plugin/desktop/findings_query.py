"""The findings of the work file for the list: filtered in SQL, read with the standard library; and their state."""

from ..model import findings
from ..model.errors import GateShut, WaterRightsError
from ..model.tables_work import FINDING_STATE
from ..store import acceptances, journal, reading
from ..store.workfile import WorkFile

MOST = 5_000
WANTED = """
WHERE (? = '' OR code = ?) AND (? = '' OR village_code = ?) AND (? = '' OR state = ?)
  AND (? = '' OR instr(subject, ?) > 0 OR instr(message, ?) > 0)
"""
LIST_SQL = f"""
SELECT f.*, a.level AS accepted_level, a.why AS accepted_why, a.who AS accepted_who, p.village_name,
       coalesce(f.source_file, p.source_file) AS file,
       CASE WHEN f.source_file IS NULL THEN p.source_row ELSE f.source_row END AS row
FROM (SELECT fid, code, severity, subject, parcel_uuid, village_code, message, remedy, value, state, source_file, source_row,
             CASE severity WHEN 'stop' THEN 0 WHEN 'review' THEN 1 ELSE 2 END AS gravity
      FROM finding {WANTED} ORDER BY gravity, code, village_code, subject LIMIT ?) f
LEFT JOIN parcel p ON p.uuid = f.parcel_uuid
LEFT JOIN finding_acceptance a ON f.state = 'accepted' AND a.code = f.code AND a.subject = f.subject AND a.message = f.message
ORDER BY f.gravity, f.code, f.village_code, f.subject
"""  # nosec B608: constants, values are bound
COUNT_SQL = f"SELECT count(*) FROM finding {WANTED}"  # nosec B608: constants
KINDS_SQL = "SELECT code, count(*) AS number FROM finding GROUP BY code"
VERB = "finding"


def rows(store, code="", village="", state="", text=""):
    """(rows, how many there are in all): the gravest first, ``MOST`` at most."""
    values = (code, code, village, village, state, state, text, text, text)
    return reading.rows(store, LIST_SQL, (*values, MOST)), reading.count(store, COUNT_SQL, values)


def bases(store):
    """{code: what findings of the kind rest on here}: the clauses that the county's policy cites."""
    try:
        policy = store.policy()
    except GateShut:
        policy = None
    return {code: findings.basis(code, policy) for code in findings.KINDS}


def kinds(store):
    """Number of findings by code."""
    return {row["code"]: row["number"] for row in reading.rows(store, KINDS_SQL)}


def accept(path, fids, level, why, who):
    """Accepts findings as the verb ``accept`` does. Returns how many; BadInput where one may not be accepted."""
    with WorkFile.open(path) as store:
        return acceptances.accept(store, acceptances.chosen(store, fids), level, why, who)


def set_state(path, fids, state, why=""):
    """Marks findings as open or fixed: one journal row each; an acceptance is taken back. Returns how many."""
    if state not in FINDING_STATE or state == "accepted":
        raise WaterRightsError(f"没有“{state}”这种处理状态")
    with WorkFile.open(path) as store:
        withdrawn = acceptances.withdraw(store, acceptances.chosen(store, fids), why, "")
        return max(withdrawn, _set_state(store, fids, state, why))


def _set_state(store, fids, state, why):
    with store.transaction():
        before = [reading.one(store, "SELECT fid, code, subject, state FROM finding WHERE fid = ?", (f,)) for f in fids]
        changed = [row for row in before if row is not None and row["state"] != state]
        store.connection.executemany("UPDATE finding SET state = ? WHERE fid = ?",
                                     [(state, row["fid"]) for row in changed])
        journal.append(store, None, VERB, [
            ("finding", f"{row['code']}|{row['subject']}", {"state": row["state"]}, {"state": state}, why)
            for row in changed])
        return len(changed)
