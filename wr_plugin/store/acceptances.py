"""Findings that an office has accepted (认可), with the reason: recorded, journalled, kept while the finding says the same.

Standard library only: the list of findings in the QGIS process uses it, and the verb ``accept``.
"""

from ..model import codes
from ..model.errors import BadInput
from ..model.findings import KINDS, accepting_level
from . import journal, reading, runs

VERB = "accept"
TABLE = "finding_acceptance"
LEVELS = list(codes.LEVEL)
SHOWN = 3
BATCH = 500
SAME = "a.code = f.code AND a.subject = f.subject AND a.message = f.message"


def chosen(store, fids=(), code="", subjects=(), village=""):
    """The findings asked for, in fid order. Raises BadInput where a number or a code is not known, or nothing is asked."""
    if not fids and not code and not subjects:
        raise BadInput("没有说是哪些问题", "给出序号、问题代码或对象（如地块编码）")
    if code and code not in KINDS:
        raise BadInput(f"没有代码为“{code}”的问题", "问题代码见“问题一览”，如 OUTSIDE_REGISTRY", where="--code")
    wrong = [fid for fid in fids if not str(fid).isdigit()]
    if wrong:
        raise BadInput(f"“{wrong[0]}”不是问题的序号", "序号是整数，见问题表的 fid", where="--finding")
    rows = []
    wanted = [("fid", int(fid)) for fid in fids] or [("subject", one) for one in subjects] or [("code", code)]
    for start in range(0, len(wanted), BATCH):
        part = wanted[start:start + BATCH]
        marks = ", ".join("?" * len(part))
        rows += reading.rows(store, f"""
            SELECT fid, code, severity, subject, message, state FROM finding
            WHERE {part[0][0]} IN ({marks}) AND (? = '' OR code = ?) AND (? = '' OR village_code = ?)
            ORDER BY fid""", (*(value for _, value in part), code, code, village, village))  # nosec B608: our own names
    missing = {int(fid) for fid in fids} - {row["fid"] for row in rows}
    if missing:
        raise BadInput(f"没有序号为 {min(missing)} 的问题", "序号在每次检查、核定之后会变；请重新查看问题清单", where="--finding")
    unknown = [one for one in subjects if one not in {row["subject"] for row in rows}]
    if unknown or not rows:
        about = f"对象为“{unknown[0]}”的" if unknown else KINDS[code].title
        raise BadInput(f"没有{about}问题" + (f"（村 {village}）" if village else ""), "核对对象、问题代码、村代码；现有的问题见问题清单")
    return rows


def accept(store, rows, level, why, who):
    """Accepts open findings in one transaction; returns how many there were to accept.

    Raises BadInput where the reason is missing or a kind must be corrected or is for a higher level: nothing is accepted.
    """
    who = (who or "").strip() or runs.who()
    why = (why or "").strip()
    if not why:
        raise BadInput("没有写认可的理由", "写明依据，如“农业农村局证明，2026-07-01”", where="--why")
    if level not in LEVELS:
        raise BadInput("没有说由哪一级认可", "、".join(f"{key}（{told}）" for key, told in codes.LEVEL.items()), where="--level")
    refused = [(row, told) for row in rows for told in [_refusal(row["code"], level)] if told]
    if refused:
        named = "；".join(dict.fromkeys(f"{KINDS[row['code']].title} {row['subject']}：{told}" for row, told in refused[:SHOWN]))
        raise BadInput(f"{len(refused)} 条不能认可：{named}", "须改正的请改正资料；其余请由够级别的认可。本次一条都没有认可")
    rows = [row for row in rows if row["state"] != "accepted"]
    if not rows:
        return 0
    with store.transaction():
        at = runs.now()
        kept = {"level": level, "why": why, "who": who, "findings": [row["fid"] for row in rows][:BATCH]}
        run_id = runs.record(store, VERB, at, kept, {"accepted": len(rows)})
        store.connection.executemany(
            f"INSERT INTO {TABLE} (code, subject, message, level, why, who, decided_at, run_id)"  # nosec B608: a constant
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (code, subject, message) DO UPDATE SET level = excluded.level,"
            " why = excluded.why, who = excluded.who, decided_at = excluded.decided_at, run_id = excluded.run_id",
            [(row["code"], row["subject"], row["message"], level, why, who, at, run_id) for row in rows])
        _mark(store, rows, "accepted")
        after = {"state": "accepted", "level": level, "who": who}
        journal.append(store, run_id, VERB, [_entry(row, {"state": row["state"]}, after, why) for row in rows])
    return len(rows)


def withdraw(store, rows, why, who):
    """Takes acceptances back in one transaction: the findings are open again. Returns how many there were."""
    rows = [row for row in rows if row["state"] == "accepted"]
    if not rows:
        return 0
    with store.transaction():
        who = (who or "").strip() or runs.who()
        run_id = runs.record(store, VERB, runs.now(), {"undo": True, "why": why, "who": who}, {"withdrawn": len(rows)})
        entries = []
        for row in rows:
            held = reading.one(store, "SELECT level, why, who FROM finding_acceptance WHERE code = ? AND subject = ? AND message = ?",
                               (row["code"], row["subject"], row["message"]))
            before = {"state": "accepted", **(dict(held) if held else {})}
            entries.append(_entry(row, before, {"state": "open", "who": who}, why or "撤销认可"))
        store.connection.executemany(
            f"DELETE FROM {TABLE} WHERE code = ? AND subject = ? AND message = ?",  # nosec B608: a constant
            [(row["code"], row["subject"], row["message"]) for row in rows])
        _mark(store, rows, "open")
        journal.append(store, run_id, VERB, entries)
    return len(rows)


def last_batch(store):
    """The findings accepted last, in one go. Raises BadInput where none is accepted."""
    run = reading.one(store, f"SELECT max(run_id) AS run_id FROM {TABLE}")["run_id"]  # nosec B608: a constant
    if run is None:
        raise BadInput("没有认可过的问题", "没有什么可以撤销")
    return reading.rows(store, f"SELECT f.fid, f.code, f.severity, f.subject, f.message, f.state FROM finding f JOIN {TABLE} a"
                               f" ON {SAME} WHERE a.run_id = ? ORDER BY f.fid", (run,))  # nosec B608: constants


def listed(store):
    """The accepted findings: code, subject, message, value, village_code, level, why, who, decided_at."""
    return reading.rows(store, f"SELECT f.code, f.subject, f.message, f.value, f.village_code, a.level, a.why, a.who,"
                               f" a.decided_at FROM finding f LEFT JOIN {TABLE} a ON {SAME} WHERE f.state = 'accepted'"
                               " ORDER BY f.code, f.village_code, f.subject")  # nosec B608: constants


def remembered(store, stage):
    """{(code, subject, message): state} of the findings of a step that are not open, or were accepted once."""
    held = {(r["code"], r["subject"], r["message"]): r["state"] for r in reading.rows(
        store, "SELECT code, subject, message, state FROM finding WHERE stage = ? AND state <> 'open'", (stage,))}
    held.update({(r["code"], r["subject"], r["message"]): "accepted" for r in reading.rows(
        store, f"SELECT code, subject, message FROM {TABLE}")})  # nosec B608: a constant
    return held


def _refusal(code, level):
    """Why a level cannot accept this kind; "" where it can."""
    needed = accepting_level(code)
    if not needed:
        return "须改正，不能认可"
    return f"须由{codes.LEVEL[needed]}以上认可" if LEVELS.index(level) < LEVELS.index(needed) else ""


def _mark(store, rows, state):
    store.connection.executemany("UPDATE finding SET state = ? WHERE fid = ?", [(state, row["fid"]) for row in rows])


def _entry(row, before, after, why):
    return "finding", f"{row['code']}|{row['subject']}", before, after, why
