"""What people decide about the registry's matches: checked, stored by content so that it outlives the next import,
journalled, and undone batch by batch."""

import json

from ..model import codes
from ..model.errors import BadInput
from ..store import reading, runs

VERB, TABLE = "link", "registry_decision"
KEPT = ("registry_key", "DKBM", "CBFBM", "decision", "who", "decided_at")


def resolved(links, said, holders_of, offered=()):
    """The decisions as dicts of ``registry_key``, ``DKBM``, ``CBFBM``, ``decision``, ``where``.

    ``links``: rows (registry_fid, registry_key, DKBM, CBFBM) of all rows that can be decided; ``said``: objects with
    fid, key, code, holder, accepted, where; ``holders_of(DKBM)``: the parcel's households, None where it is no parcel;
    ``offered``: (registry_key, DKBM, CBFBM) of the candidates, best first: of a parcel's households, the one that was
    offered is meant. Raises BadInput for what cannot be decided, naming it.
    """
    holder_offered = {}
    for key, code, holder in offered:
        holder_offered.setdefault((key, code), holder)
    by_fid, by_key = {row[0]: row for row in links}, {row[1]: row for row in links}
    found, accepted = [], {}
    for one in said:
        row = by_key.get(one.key) if one.key else by_fid.get(one.fid)
        if row is None:
            raise BadInput("这个名录行不在待匹配之列（它的地块编码已对得上，或名录已改）", "重新导出待确认表，或核对名录序号", where=one.where)
        _, key, shown, holder = row
        code = one.code or shown
        if not code:
            raise BadInput("这个名录行没有可能的地块", "写明地块编码：序号=地块编码", where=one.where)
        held = holders_of(code)
        if held is None:
            raise BadInput(f"图上没有编码为“{code}”的地块", "核对地块编码", where=one.where)
        if not held:
            raise BadInput(f"地块 {code} 没有承包方，不能与名录匹配", "先补录承包地块信息", where=one.where)
        if one.accepted and accepted.setdefault(key, code) != code:
            raise BadInput(f"同一名录行确认了两个地块：{accepted[key]}、{code}", "留一个", where=one.where)
        holder = one.holder if one.holder in held else holder if code == shown else holder_offered.get((key, code), held[0])
        found.append({"registry_key": key, "DKBM": code, "CBFBM": holder,
                      "decision": codes.ACCEPTED if one.accepted else codes.REJECTED, "where": one.where})
    return found


def planned(store, decided, who, at):
    """Journal entries of what the decisions change; what is decided so already changes nothing."""
    held = _held(store)
    entries = {}
    for one in decided:
        key, code = one["registry_key"], one["DKBM"]
        after = {name: one[name] for name in KEPT[:4]}
        after.update(who=who, decided_at=at)
        before = held.get((key, code))
        if before and before["decision"] == after["decision"]:
            continue
        if after["decision"] == codes.ACCEPTED:
            for other, row in held.items():
                if other[0] == key and other[1] != code and row["decision"] == codes.ACCEPTED:
                    entries.setdefault(other, _entry(row, None, "改配另一地块"))
        entries[key, code] = _entry(before, after, f"{codes.LINK_DECISION[after['decision']]}（{one['where']}）")
    return list(entries.values())


def undoing(store):
    """(run whose decisions are the last that stand, journal entries that take them back). BadInput where none stands."""
    undone, last = set(), None
    for row in reading.rows(store, "SELECT run_id, params FROM run WHERE verb = ? ORDER BY run_id DESC", (VERB,)):
        params = json.loads(row["params"] or "{}")
        if params.get("undone"):
            undone.add(params["undone"])
        elif row["run_id"] not in undone:
            last = row["run_id"]
            break
    if last is None:
        raise BadInput("没有可以撤销的决定", "用 link 不带参数列出待确认的匹配")
    listed = reading.rows(store, "SELECT before, after FROM journal WHERE run_id = ? AND subject_table = ? ORDER BY seq DESC",
                          (last, TABLE))
    return last, [_entry(json.loads(r["after"]) if r["after"] else None, json.loads(r["before"]) if r["before"] else None,
                         f"撤销第 {last} 次运行的决定") for r in listed]


def apply(store, entries, run_id):
    """Writes what the entries say; within ``transaction``."""
    for _, _, before, after, _ in entries:
        row = after or before
        store.connection.execute(f"DELETE FROM {TABLE} WHERE registry_key = ? AND DKBM = ?",  # nosec B608: a constant
                                 (row["registry_key"], row["DKBM"]))
        if after:
            store.connection.execute(
                f"INSERT INTO {TABLE} ({', '.join(KEPT)}, run_id) VALUES (?, ?, ?, ?, ?, ?, ?)",  # nosec B608: constants
                (*(after[name] for name in KEPT), run_id))


def require_applied(decided, decision_of):
    """Raises BadInput where an accepted match could not be made, because another row was accepted for the parcel, or a
    row is no longer what it was.

    ``decision_of``: {registry key: (DKBM, decision)} of the links that follow from the decisions.
    """
    for one in decided:
        if one["registry_key"] not in decision_of:
            raise BadInput("这个名录行的内容已改", "重新列出待确认的匹配，再作决定", where=one["where"])
        if one["decision"] == codes.ACCEPTED and decision_of.get(one["registry_key"]) != (one["DKBM"], codes.ACCEPTED):
            raise BadInput(f"地块 {one['DKBM']} 已与另一名录行匹配，不能再确认给“{one['registry_key']}”",
                           "先否定或撤销另一名录行的确认；本次的决定都没有登记", where=one["where"])


def _entry(before, after, why):
    row = after or before
    return TABLE, f"{row['registry_key']} → {row['DKBM']}", before, after, why


def _held(store):
    return {(r["registry_key"], r["DKBM"]): {name: r[name] for name in KEPT}
            for r in reading.rows(store, f"SELECT {', '.join(KEPT)} FROM {TABLE} ORDER BY fid")}  # nosec B608: constants


def who_decides(params):
    """The name given, else the user's."""
    return (params.get("who") or "").strip() or runs.who()
