"""The links of the registry in the work file: worked out from what it holds, with what people have decided."""

from ..checks import chosen
from ..intake import link_sides, linking
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


# edits of what does not decide which rows are open and which holdings are free, and how to find such among the edited rows
AMONG_FREE = f"SELECT 1 FROM CBDKXX k WHERE {link_sides.IS_FREE} AND "  # nosec B608: constants
AMONG = {
    "parcel": ({"uuid", "DKMC", "DKLB", "SCMJ", "SCMJM", "village_code", "village_name"},
               AMONG_FREE + f"k.DKBM IN (SELECT DKBM FROM parcel WHERE fid IN {chosen.NUMBERS})"),  # nosec B608
    "CBDKXX": ({"HTMJ", "HTMJM", "YHTMJ", "YHTMJM"}, AMONG_FREE + f"k.fid IN {chosen.NUMBERS}"),  # nosec B608
    "CBF": ({"CBFMC"}, AMONG_FREE + f"k.CBFBM IN (SELECT CBFBM FROM CBF WHERE fid IN {chosen.NUMBERS})"),  # nosec B608
    "CBF_JTCY": ({"CYXM"}, AMONG_FREE + f"k.CBFBM IN (SELECT CBFBM FROM CBF_JTCY WHERE fid IN {chosen.NUMBERS})"),  # nosec B608
    "registry": ({"village_name", "group_name", "holder_name", "parcel_name", "area_mu_100", "source_file"},
                 f"SELECT 1 FROM registry r WHERE {link_sides.IS_OPEN} AND r.fid IN {chosen.NUMBERS}"),  # nosec B608
}


def may_differ(store, asked, changed):
    """Whether the links may be others after edits: of codes, of rows that came or went, or of rows that take part.

    ``asked``: {table: columns} as ``checks.inputs.of_linking`` gives them; ``changed``: the edits by table.
    """
    if any(name not in AMONG or columns is None or not columns <= AMONG[name][0] for name, columns in asked.items()):
        return True
    for name in asked:
        chosen.numbers(store.connection, "linking", changed[name].keys)
        if reading.one(store, f"{AMONG[name][1]} LIMIT 1", ("linking",)):
            return True
    return False


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
