"""The part of ``confirm`` that is about water users without contract land: read, determine, write, journal."""

import pandas as pd

from ..model import codes, schema
from ..model.amounts import m3_text
from ..rights import user_facts, users
from ..store import frames, journal

VERB, TABLE = "confirm", "user_right"
COLUMNS = tuple(f.name for f in schema.table(TABLE).fields if not f.computed and f.name != "run_id")
INTEGERS = tuple(f.name for f in schema.table(TABLE).fields if f.type == schema.INTEGER and f.name in COLUMNS)


def determined(store, policy, today):
    """The rights of all other water users (``user_right.UserRight``). ``today``: ISO date that permits are judged by."""
    return users.determine(user_facts.tables(store), policy, today)


def digest(made):
    """What is found about the users, for the run's input digest: it changes when a permit runs out, and not daily."""
    return [[one.stored() for one in made], users.findings(made)]


def write(store, made, run_id, why):
    """Replaces ``user_right`` and journals what has changed; within ``transaction``."""
    before = {row["user_id"]: row for row in frames.read(store, TABLE, COLUMNS).astype(object).to_dict("records")}
    after = {one.user_id: one.stored() for one in made}
    frame = pd.DataFrame(list(after.values()), columns=list(COLUMNS), dtype=object).astype(dict.fromkeys(INTEGERS, "Int64"))
    frames.replace(store, TABLE, frame.assign(run_id=run_id))
    journal.append(store, run_id, VERB, [
        (TABLE, key, _named(before.get(key)), _named(after.get(key)), why) for key in sorted({*before, *after})
        if _named(before.get(key)) != _named(after.get(key))])


def _named(row):
    return None if row is None else {k: None if pd.isna(v) else v for k, v in row.items()}


def counts(made):
    """Figures of the run: users with a right and their volume, by kind; users by state."""
    having = [one for one in made if one.state in ("right", "cut")]
    return {
        "users": {kind: sum(one.kind == kind for one in having) for kind in codes.USER_KIND},
        "users_m3_100": {kind: sum(one.volume_m3_100 for one in having if one.kind == kind) for kind in codes.USER_KIND},
        "user_states": {state: n for state in codes.USER_STATE for n in [sum(one.state == state for one in made)] if n},
    } if made else {}


def rows(told):
    """Lines for the result, from ``counts``."""
    if not told:
        return []
    found = [(f"{name}水权", f"{told['users'][kind]:,} 个，{m3_text(told['users_m3_100'][kind])} m³")
             for kind, name in codes.USER_KIND.items() if told["users"][kind]]
    return found + [(f"用水户：{codes.USER_STATE[state]}", f"{number:,}") for state, number in told["user_states"].items()
                    if state not in ("right", "cut")]
