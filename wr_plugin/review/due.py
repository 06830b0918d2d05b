"""Which certificates are due: of households, of other units of confirmation, of other water users."""

from ..model import codes
from ..store import reading

WITHIN_UNITS = """
SELECT h.CBFBM, h.source, h.village_code, u.area_mu_100 AS area, u.volume_m3_100 AS volume
FROM holder_right h LEFT JOIN unit_right u ON u.unit_id = h.right_id AND u.unit_kind = 'holder_source'
WHERE h.volume_m3_100 > 0 AND EXISTS (SELECT 1 FROM unit_right)
AND (u.unit_id IS NULL OR u.volume_m3_100 <> h.volume_m3_100 OR u.area_mu_100 <> h.area_mu_100)
"""


def held_in_units(store):
    """{(CBFBM, source): what is the household's own} of households whose water is confirmed, wholly or in part, to another
    unit: an outlet, a group, an association. A household's certificate of it all would say that the water is its own.

    The value is a row (village_code, area, volume) whose volume may be None or 0: then the household has none of its own.
    """
    return {(row["CBFBM"], row["source"]): row for row in reading.rows(store, WITHIN_UNITS)}


def units_of(store, holder):
    """[(kind, code, name)] of the units other than the household itself that hold a household's water."""
    return [tuple(row) for row in reading.rows(
        store, "SELECT DISTINCT u.unit_kind, u.unit_code, u.unit_name FROM right_part p JOIN unit_right u ON u.unit_id = p.unit_id"
               " WHERE p.CBFBM = ? AND u.unit_kind <> 'holder_source' ORDER BY 1, 2", (holder,))]


def numbers(store, policy):
    """({village: households' certificates}, units' certificates, users' certificates) that the rights call for."""
    inside = held_in_units(store)
    households = {}
    for row in reading.rows(store, "SELECT village_code, count(*) AS n FROM holder_right WHERE volume_m3_100 > 0 GROUP BY 1"):
        households[row["village_code"]] = row["n"]
    for row in inside.values():
        households[row["village_code"]] -= not row["volume"]
    units = reading.count(store, "SELECT count(*) FROM unit_right WHERE unit_kind <> 'holder_source' AND volume_m3_100 > 0")
    kinds = policy.get("certificate.users") if policy else ()
    users = sum(reading.count(store, "SELECT count(*) FROM user_right WHERE volume_m3_100 > 0 AND state IN ('right', 'cut')"
                                     " AND user_kind = ?", (kind,)) for kind in codes.USER_KIND if kind in kinds)
    return households, units, users
