"""The part of the work file that some parcels are examined with: their own rows, and as many neighbours as the rules ask."""

from ..store import frames
from . import chosen
from .dependence import GROUND, WELL_ZONES, Search
from .inputs import COLUMNS, LAYERS, LINKS
from .material import made, without_gaps

OF_CODES = "DKBM IN " + chosen.TEXTS
OF_HOLDERS = "CBFBM IN " + chosen.TEXTS
KEYS = "fid IN " + chosen.NUMBERS
NONE = "fid < 0"


def read(store, policy, dependent, links=None):
    """``Material`` in which the rules find for ``dependent`` what they would find in the whole county.

    ``dependent``: ``dependence.Dependent``; ``links``: the table ``registry_link`` as it should be, None for as it is.
    Rows of other parcels, codes and households are there in parts: what rules find about them does not count.
    """
    connection, search = store.connection, Search(store)
    chosen.texts(connection, "code", dependent.codes)
    chosen.texts(connection, "unknown", unknown_holders(connection, dependent.holders))
    boxes = search.boxes("parcel", dependent.parcels)
    chosen.numbers(connection, "near", search.parcels(boxes) | dependent.parcels | _beside(connection))
    links = _links_of(store, dependent, links)
    chosen.numbers(connection, "linked", links.loc[links["DKBM"].isin(dependent.codes).to_numpy(), "registry_fid"].tolist())

    rows = {"parcel": _rows(store, "parcel", KEYS, "near"),
            "CBDKXX": _rows(store, "CBDKXX", f"{OF_CODES} OR {OF_HOLDERS}", "code", "unknown"),
            "registry": _rows(store, "registry", f"{OF_CODES} OR {KEYS}{' OR DKBM IS NULL' if dependent.uncoded else ''}",
                              "code", "linked")}
    chosen.texts(connection, "holder", rows["CBDKXX"]["CBFBM"])
    rows["CBF"] = _rows(store, "CBF") if dependent.same_name else _rows(store, "CBF", OF_HOLDERS, "holder")
    rows["CBF_JTCY"] = _rows(store, "CBF_JTCY", OF_HOLDERS, "holder")
    shapes = {"parcel": _shapes(store, "parcel", KEYS, "near")}
    for name in LAYERS[1:]:
        asked = ("",)
        if name in GROUND and name not in WELL_ZONES and not (name == "service_area" and dependent.service_areas):
            chosen.numbers(connection, "ground", search.met(name, boxes))
            asked = KEYS, "ground"
        elif name == "CJQY" and not dependent.wells:
            asked = (NONE,)
        rows[name], shapes[name] = _rows(store, name, *asked), _shapes(store, name, *asked)
    return made(store, policy, rows, shapes, links)


def _rows(store, name, where="", *what):
    return without_gaps(frames.read(store, name, list(COLUMNS[name]), where, what))


def _shapes(store, name, where="", *what):
    return frames.read_geometry(store, name, where, what)[1]


def unknown_holders(connection, holders):
    """Those of the households that the table of households does not have."""
    chosen.texts(connection, "asked", holders)
    known = {row[0] for row in connection.execute(f"SELECT CBFBM FROM CBF WHERE {OF_HOLDERS}", ("asked",))}  # nosec B608: constants
    return holders - known


def _beside(connection):
    """fid of the parcels that are no neighbours, but read too: those by which an unknown household is told, and the first
    with a shape, from which the rules measure coordinates."""
    first = connection.execute("SELECT fid FROM parcel WHERE geom IS NOT NULL ORDER BY fid LIMIT 1").fetchone()
    told = connection.execute("SELECT p.fid FROM parcel p JOIN CBDKXX k ON k.DKBM = p.DKBM WHERE p.DKBM <> ''"
                              f" AND k.CBFBM IN {chosen.TEXTS}", ("unknown",))  # nosec B608: a constant
    return {row[0] for row in told} | ({first[0]} if first else set())


def _links_of(store, dependent, links):
    """The links of the codes' parcels and of the registry rows that have these codes."""
    rows = (f"SELECT fid FROM registry WHERE {OF_CODES}"  # nosec B608: constants
            f"{' OR DKBM IS NULL' if dependent.uncoded else ''}")
    if links is None:
        return frames.read(store, LINKS, None, f"{OF_CODES} OR registry_fid IN ({rows})", ("code", "code"))
    named = [row[0] for row in store.connection.execute(rows, ("code",))]
    kept = links["DKBM"].isin(dependent.codes) | links["registry_fid"].isin(named)
    return links[kept.to_numpy(dtype=bool)].reset_index(drop=True)
