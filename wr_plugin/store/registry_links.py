"""What the links of the registry mean for everybody else: a linked row counts as if it carried its parcel's code."""

from ..model import codes
from . import reading

LINKED_SQL = "SELECT registry_fid, DKBM FROM registry_link WHERE decision IN ('sure', 'accepted')"
ROWS_OF_PARCEL = """
SELECT * FROM registry WHERE DKBM = ? OR fid IN (
    SELECT registry_fid FROM registry_link WHERE DKBM = ? AND decision IN ('sure', 'accepted')) ORDER BY fid"""
REVIEW_SQL = """
SELECT l.registry_fid, l.registry_key, l.DKBM, l.CBFBM, l.how, l.score, l.decision, l.reasons, l.who, l.decided_at, l.parcel_uuid,
       r.village_name, r.group_name, r.holder_name, r.CBFBM AS registry_CBFBM, r.DKBM AS registry_DKBM, r.parcel_name,
       r.area_mu_100, r.source_file, r.source_row,
       p.DKMC, p.village_name AS parcel_village, p.village_code,
       (SELECT CBFMC FROM CBF WHERE CBF.CBFBM = l.CBFBM ORDER BY CBF.fid LIMIT 1) AS parcel_holder,
       (SELECT coalesce(k.HTMJ * 0.15, k.HTMJM * 100) FROM CBDKXX k WHERE k.DKBM = l.DKBM AND k.CBFBM = l.CBFBM
        ORDER BY k.fid LIMIT 1) AS parcel_mu_100
FROM registry_link l JOIN registry r ON r.fid = l.registry_fid LEFT JOIN parcel p ON p.uuid = l.parcel_uuid
"""


def stored(store):
    """{registry fid: code of the linked parcel} as the work file has it."""
    return {row["registry_fid"]: row["DKBM"] for row in reading.rows(store, LINKED_SQL)}


def linked_codes(links):
    """The same from a frame like the table ``registry_link``."""
    kept = links[links["decision"].isin(codes.LINKED)]
    return dict(zip(kept["registry_fid"].tolist(), kept["DKBM"].tolist()))


def with_linked_codes(registry, linked):
    """The registry (frame with fid and DKBM) with the codes of the linked parcels instead of its own."""
    if not linked:
        return registry
    is_linked = registry["fid"].isin(list(linked))
    return registry.assign(DKBM=registry["DKBM"].mask(is_linked, registry["fid"].map(linked)))


def review_list(store, decisions):
    """Rows of the links with these decisions, both sides, in the order of village, parcel and registry row."""
    marks = ", ".join("?" * len(decisions))
    return reading.rows(store, f"{REVIEW_SQL} WHERE l.decision IN ({marks})"  # nosec B608: constants, bound values
                               " ORDER BY coalesce(p.village_code, ''), r.village_name, l.DKBM, l.registry_key",
                        tuple(decisions))
