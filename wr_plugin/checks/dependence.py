"""What of a check depends on the edits since the last one: which parcels, codes and households have to be examined again.

Every rule looks at a parcel with its neighbours, at the rows of one parcel code, at the rows of one household, or at a
well. So an edit reaches the parcels whose box meets the edited shape as it is and as it was, the codes and households
that the edited rows name and named, and all parcels of these codes. What cannot be told raises ``NotConfined``: then
the county is checked whole.
"""

from dataclasses import dataclass, field

from ..model import schema
from ..store.edits import WHOLE
from . import chosen
from .geometry import NARROW_M
from .inputs import LINKS
from .reporting import unnamed

GROUND = ("irrigation_district", "service_area", "unapproved_land", "overdraft_zone", "forest_parcel")
"""Layers that a parcel is laid over."""
WELL_ZONES = ("overdraft_zone", "spring_zone")
NEAR_M = 2 * NARROW_M
"""A gap lies between boundaries less far apart than half of this; boxes of the search tree are a little too large."""
SHARE, LEAST, MUCH = 20, 500, 8
"""So many parcels, or one in so many of the county, are examined again; more are quicker checked whole."""


class NotConfined(Exception):
    """Why the county has to be checked whole, for people."""


@dataclass
class Dependent:
    """``parcels``: fid of the parcels that are examined again, all those of ``codes`` among them; ``codes``: parcel codes
    of which every row counts, '' where rows without one do; ``holders``: CBFBM; ``names``: what findings call or called
    the parcels. ``same_name``, ``wells``, ``uncoded``: whether all households' names, all wells, all registry rows
    without a code, all outlets' service areas are examined again."""

    parcels: set = field(default_factory=set)
    codes: set = field(default_factory=set)
    holders: set = field(default_factory=set)
    names: set = field(default_factory=set)
    same_name: bool = False
    wells: bool = False
    uncoded: bool = False
    service_areas: bool = False


def of_edits(store, policy, changed, moved):
    """``Dependent`` of the edits.

    ``changed``: {table: ``store.edits.Touched``} of ``inputs.relevant``; ``moved``: [(registry fid, parcel code)] of the links that
    are new, gone or others. Raises ``NotConfined``.
    """
    found = Dependent()
    search = Search(store)
    if "parcel" in changed:
        _parcels(search, changed["parcel"], found)
    for name in GROUND:
        if name in changed:
            found.parcels |= search.parcels(search.windows(name, changed[name]))
    found.service_areas = "service_area" in changed
    _wells(search, policy, changed, found)
    _rows(store, changed, moved, found)
    _completed(store, found)
    return found


def require_listed(changed):
    """Raises ``NotConfined`` where the edits by table do not say which rows they are, or where these were."""
    for name, touched in changed.items():
        if touched is WHOLE:
            raise NotConfined(f"{schema.table(name).title}有成批的改动")
        if None in touched.boxes:
            raise NotConfined(f"{schema.table(name).title}改动前的图形范围不明")


class Search:
    """Boxes as (minx, miny, maxx, maxy), and what they meet."""

    def __init__(self, store):
        self.connection = store.connection
        self.most = most_parcels(store.connection)

    def windows(self, layer, touched):
        """The boxes of edited shapes, as they were and as they are."""
        return [*touched.boxes, *self.boxes(layer, touched.keys)]

    def boxes(self, layer, fids):
        chosen.numbers(self.connection, "boxed", fids)
        return [tuple(row) for row in self.connection.execute(
            f"SELECT minx, miny, maxx, maxy FROM rtree_{layer}_geom WHERE id IN {chosen.NUMBERS}",  # nosec B608: our own names
            ("boxed",))]

    def parcels(self, boxes, margin=NEAR_M):
        return self.met("parcel", boxes, margin)

    def met(self, layer, boxes, margin=0.0):
        """fid of the features whose box comes within ``margin`` m of one of the boxes."""
        sql = (f"SELECT id FROM rtree_{layer}_geom"  # nosec B608: our own names
               " WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?")
        found = set()
        for minx, miny, maxx, maxy in boxes:
            found.update(row[0] for row in self.connection.execute(
                sql, (minx - margin, maxx + margin, miny - margin, maxy + margin)))
            if layer == "parcel" and len(found) > MUCH * self.most:
                raise NotConfined("改动涉及的范围很大")
        return found


def most_parcels(connection):
    """So many parcels are worth examining again."""
    return max(LEAST, connection.execute("SELECT count(*) FROM parcel").fetchone()[0] // SHARE)


def _parcels(search, touched, found):
    found.parcels |= set(touched.keys)
    if touched.redrawn or touched.came_or_went:
        found.parcels |= search.parcels(search.windows("parcel", touched))
    found.codes |= touched.old["DKBM"]
    found.names |= {unnamed(fid) for fid in touched.keys}


def _wells(search, policy, changed, found):
    """A parcel's well is another where its own well was edited, or an edited one now reaches it. One that was as near as
    its own stands in the finding."""
    connection, edited = search.connection, set()
    found.wells = any(name in changed for name in ("well", *WELL_ZONES, "CJQY"))
    for name in WELL_ZONES:
        if name in changed:
            edited |= search.met("well", search.windows(name, changed[name]))
    codes = set()
    if "well" in changed:
        touched = changed["well"]
        codes |= touched.old["well_code"]
        if "" in codes:
            raise NotConfined("有的机井原来没有编号")
        edited |= set(touched.keys)
        usual = policy.get("sources.well_reach_m")
        chosen.numbers(connection, "well", touched.keys)
        for minx, miny, maxx, maxy, reach in connection.execute(
                "SELECT r.minx, r.miny, r.maxx, r.maxy, w.reach_m FROM well w JOIN rtree_well_geom r ON r.id = w.fid"
                f" WHERE w.fid IN {chosen.NUMBERS}", ("well",)).fetchall():  # nosec B608: a constant
            found.parcels |= search.parcels([(minx, miny, maxx, maxy)], NEAR_M + (usual if reach is None else reach))
    if edited:
        chosen.numbers(connection, "well", edited)
        codes |= {row[0] or "" for row in connection.execute(
            f"SELECT well_code FROM well WHERE fid IN {chosen.NUMBERS}", ("well",))}  # nosec B608: a constant
        chosen.texts(connection, "well", codes)
        found.parcels |= {row[0] for row in connection.execute(
            f"SELECT parcel_fid FROM parcel_site WHERE well_code IN {chosen.TEXTS}", ("well",))}  # nosec B608: a constant
        found.parcels |= {row[0] for row in connection.execute(
            "SELECT p.fid FROM finding f JOIN parcel p ON p.uuid = f.parcel_uuid"
            f" WHERE f.code = 'WELL_TIED' AND f.value IN {chosen.TEXTS}", ("well",))}  # nosec B608: a constant


def _rows(store, changed, moved, found):
    """Codes and households that edited rows name, and named before."""
    connection = store.connection
    for name, code_columns in (("CBDKXX", ("DKBM", "CBFBM")), ("CBF", ("CBFBM",)), ("CBF_JTCY", ("CBFBM",)),
                               ("registry", ("DKBM",)), (LINKS, ("DKBM",))):
        touched = changed.get(name)
        if touched is None:
            continue
        for column in code_columns:
            into = found.codes if column == "DKBM" else found.holders
            into |= touched.old[column] | (_now(connection, name, column, touched.keys) - ({""} if name == LINKS else set()))
    found.codes |= {code for _, code in moved if code}
    rows = {fid for fid, _ in moved}
    for name in ("registry", LINKS):
        if name in changed:
            rows |= set(changed[name].keys)
    if rows:
        found.codes |= _now(connection, "registry", "DKBM", rows) | (_now(connection, LINKS, "DKBM", rows) - {""})
        found.uncoded = "" in found.codes
    if "CBF" in changed:
        found.same_name = True
    if "CBF" in changed or "CBF_JTCY" in changed:
        chosen.texts(connection, "holder", found.holders)
        found.codes |= {row[0] or "" for row in connection.execute(
            f"SELECT DKBM FROM CBDKXX WHERE CBFBM IN {chosen.TEXTS}", ("holder",))}  # nosec B608: a constant


def _now(connection, table, column, keys):
    """What the rows have in the column now; '' where nothing."""
    chosen.numbers(connection, "row", keys)
    key = schema.table(table).key
    return {row[0] or "" for row in connection.execute(
        f"SELECT {column} FROM {table} WHERE {key} IN {chosen.NUMBERS}", ("row",))}  # nosec B608: the schema's names


def _completed(store, found):
    """Adds all parcels of the codes, the codes of all parcels, and the households that hold them."""
    connection = store.connection
    chosen.numbers(connection, "parcel", found.parcels)
    found.codes |= {row[0] for row in connection.execute(
        f"SELECT DKBM FROM parcel WHERE fid IN {chosen.NUMBERS} AND DKBM <> ''", ("parcel",))}  # nosec B608: a constant
    chosen.texts(connection, "code", found.codes)
    found.parcels |= {row[0] for row in connection.execute(
        f"SELECT fid FROM parcel WHERE DKBM IN {chosen.TEXTS} AND DKBM <> ''", ("code",))}  # nosec B608: a constant
    if len(found.parcels) > most_parcels(connection):
        raise NotConfined(f"改动涉及 {len(found.parcels):,} 块地")
    if any("|" in code for code in found.codes):
        raise NotConfined("地块编码里有“|”")
    found.holders |= {row[0] for row in connection.execute(
        f"SELECT CBFBM FROM CBDKXX WHERE DKBM IN {chosen.TEXTS}", ("code",))}  # nosec B608: a constant
    found.holders.discard("")
    found.holders.discard(None)
    found.names |= found.codes - {""} | {unnamed(fid) for fid in found.parcels}
