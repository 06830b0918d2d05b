"""Whether rights, certificates, publicity and approvals are what the journal says of them: an edit past the steps shows."""

import json
from collections import Counter

from ..store import reading

RIGHT = ("CBFBM", "holder_name", "village_code", "source", "parcels", "area_mu_100", "demand_m3_100", "volume_m3_100")
UNIT = ("unit_kind", "unit_code", "unit_name", "source", "members", "parcels", "area_mu_100", "demand_m3_100",
        "volume_m3_100")
USER = ("user_kind", "user_code", "user_name", "source", "area_mu_100", "quota_m3_100", "permit_m3_100", "volume_m3_100",
        "state", "reason")
CERTIFICATE = ("CBFBM", "unit_kind", "unit_code", "holder_name", "source", "area_mu_100", "volume_m3_100", "valid_from",
               "valid_to", "check_value", "state")
PUBLICITY = ("start_date", "end_date", "days", "confirm_run")
APPROVAL = ("decision", "who", "decided_on", "note", "confirm_run")


def disagreements(store):
    """Sentences, one for each right, certificate, term or approval that the journal does not know as it stands."""
    told = {table: {} for table in ("holder_right", "unit_right", "user_right", "certificate")}
    listed = {table: Counter() for table in ("publicity", "approval")}
    for row in store.connection.execute("SELECT subject_table, subject_key, after FROM journal ORDER BY seq"):
        table, key, after = row[0], row[1], None if row[2] is None else json.loads(row[2])
        if table == "certificate":
            told[table].setdefault(key, {}).update(after or {})
        elif table in told:
            told[table][key] = after
        elif table in listed:
            listed[table][(key, *(after.get(name) for name in (PUBLICITY if table == "publicity" else APPROVAL)))] += 1
    return [
        *_differing(store, "核定结果", "holder_right", "right_id", RIGHT, told["holder_right"]),
        *_differing(store, "确权单位水权", "unit_right", "unit_id", UNIT, told["unit_right"], "unit_kind <> 'holder_source'"),
        *_differing(store, "用水户水权", "user_right", "user_id", USER, told["user_right"]),
        *_differing(store, "水权证", "certificate", "number", CERTIFICATE, told["certificate"]),
        *_uneven(store, "公示登记", "SELECT village_code, start_date, end_date, days, confirm_run FROM publicity",
                 listed["publicity"]),
        *_uneven(store, "审核登记", "SELECT level || '|' || zone_code, decision, who, decided_on, note, confirm_run"
                                " FROM approval", listed["approval"]),
    ]


def _differing(store, title, table, key, names, told, where="1"):
    """Rows of a table with one row per key, against what was last told of each key. ``where``: which rows are told."""
    stored = {r[0]: tuple(r)[1:] for r in reading.rows(
        store, f"SELECT {key}, {', '.join(names)} FROM {table} WHERE {where}")}  # nosec B608: our own texts
    for one in sorted({*stored, *(k for k, after in told.items() if after is not None)}):
        after = told.get(one)
        if one not in stored:
            yield f"{title} {one} 在变更日志中有，表中没有"
        elif after is None:
            yield f"{title} {one} 不是由软件登记的"
        elif stored[one] != tuple(after.get(name) for name in names):
            yield f"{title} {one} 与变更日志不符"


def _uneven(store, title, sql, told):
    """Rows of a table that is only ever added to, against all that was told."""
    stored = Counter(tuple(r) for r in reading.rows(store, sql))
    for row in sorted(stored - told, key=str):
        yield f"{title} {row[0]} 不是由软件登记的，或被改动"
    for row in sorted(told - stored, key=str):
        yield f"{title} {row[0]} 在变更日志中有，表中没有或被改动"
