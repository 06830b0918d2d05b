"""The links of the registry in the work file: worked out from what it holds, with what people have decided."""

from ..intake import linking
from ..model import codes
from ..store import frames, reading

TABLE = "registry_link"


def decisions(store):
    """What people have decided, as ``linking.Decision``."""
    listed = reading.rows(store, "SELECT registry_key, DKBM, CBFBM, decision FROM registry_decision ORDER BY fid")
    return [linking.Decision(*row) for row in listed]


def computed(store, report=lambda: None):
    """The table ``registry_link`` as it should be now. ``report()`` is called now and then and may raise to cancel."""
    found = linking.of_store(store, decisions(store), report)
    said = {(r["registry_key"], r["DKBM"]): (r["who"], r["decided_at"]) for r in reading.rows(
        store, "SELECT registry_key, DKBM, who, decided_at FROM registry_decision WHERE decision = 'accepted'")}
    people = [said.get(pair, (None, None)) for pair in zip(found["registry_key"].tolist(), found["DKBM"].tolist())]
    by_people = (found["decision"] == codes.ACCEPTED).tolist()
    return found.assign(who=[w if p else None for p, (w, _) in zip(by_people, people)],
                        decided_at=[at if p else None for p, (_, at) in zip(by_people, people)])


def save(store, links):
    """Replaces the table; within ``transaction``."""
    frames.replace(store, TABLE, links)


def counted(links):
    """{decision: number of rows}, those that occur."""
    number = links["decision"].value_counts()
    return {kind: int(number[kind]) for kind in codes.LINK_DECISION if kind in number}


def told(counts):
    """The same as (label, value) rows for people."""
    return [(f"名录匹配：{codes.LINK_DECISION[kind]}", f"{number:,} 行") for kind, number in counts.items()]
