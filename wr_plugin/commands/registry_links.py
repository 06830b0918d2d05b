"""The links of the registry in the work file: worked out from what it holds, with what people have decided."""

from ..intake import linking
from ..model import codes
from ..store import frames, reading

TABLE, CANDIDATES = "registry_link", "registry_candidate"


def decisions(store):
    """What people have decided, as ``linking.Decision``."""
    listed = reading.rows(store, "SELECT registry_key, DKBM, CBFBM, decision FROM registry_decision ORDER BY fid")
    return [linking.Decision(*row) for row in listed]


def computed(store, report=lambda: None):
    """The tables ``registry_link`` and ``registry_candidate`` as they should be now, as ``linking.Found``. ``report()`` is
    called now and then and may raise to cancel."""
    made = linking.of_store(store, decisions(store), report)
    found = made.links
    said = {(r["registry_key"], r["DKBM"]): (r["who"], r["decided_at"]) for r in reading.rows(
        store, "SELECT registry_key, DKBM, who, decided_at FROM registry_decision WHERE decision = 'accepted'")}
    people = [said.get(pair, (None, None)) for pair in zip(found["registry_key"].tolist(), found["DKBM"].tolist())]
    by_people = (found["decision"] == codes.ACCEPTED).tolist()
    links = found.assign(who=[w if p else None for p, (w, _) in zip(by_people, people)],
                        decided_at=[at if p else None for p, (_, at) in zip(by_people, people)])
    return linking.Found(links, made.candidates)


def save(store, found):
    """Writes both tables, of the links only those that differ; within ``transaction``."""
    frames.update(store, TABLE, found.links)
    frames.replace(store, CANDIDATES, found.candidates)


def counted(found):
    """{decision: number of rows}, those that occur."""
    number = found.links["decision"].value_counts()
    return {kind: int(number[kind]) for kind in codes.LINK_DECISION if kind in number}


def told(counts):
    """The same as (label, value) rows for people."""
    return [(f"名录匹配：{codes.LINK_DECISION[kind]}", f"{number:,} 行") for kind, number in counts.items()]
