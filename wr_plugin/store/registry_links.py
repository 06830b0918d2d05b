"""What the links of the registry mean for everybody else: a linked row counts as if it carried its parcel's code."""

from ..model import codes
from . import reading

LINKED_SQL = "SELECT registry_fid, DKBM FROM registry_link WHERE decision IN ('sure', 'accepted')"
ROWS_OF_PARCEL = """
SELECT * FROM registry WHERE DKBM = ? OR fid IN (
    SELECT registry_fid FROM registry_link WHERE DKBM = ? AND decision IN ('sure', 'accepted')) ORDER BY fid"""
# each row that waits with all its candidates, every other with the one parcel it has; a work file that was not linked
# since there are candidates has the first one only
REVIEW_SQL = """
SELECT m.registry_fid, m.registry_key, m.rank, m.DKBM, m.CBFBM, l.how, m.score, l.decision, m.reasons, l.who, l.decided_at,
       m.parcel_uuid,
       r.village_name, r.group_name, r.holder_name, r.CBFBM AS registry_CBFBM, r.DKBM AS registry_DKBM, r.parcel_name,
       r.area_mu_100, r.source_file, r.source_row,
       p.DKMC, p.village_name AS parcel_village, p.village_code,
       (SELECT CBFMC FROM CBF WHERE CBF.CBFBM = m.CBFBM ORDER BY CBF.fid LIMIT 1) AS parcel_holder,
       (SELECT coalesce(nullif(k.HTMJ, 0) * 0.15, nullif(k.HTMJM, 0) * 100, nullif(k.YHTMJ, 0) * 0.15, nullif(p.SCMJ, 0) * 0.15)
        FROM CBDKXX k WHERE k.DKBM = m.DKBM AND k.CBFBM = m.CBFBM ORDER BY k.fid LIMIT 1) AS parcel_mu_100
FROM (SELECT registry_fid, registry_key, 1 AS rank, DKBM, CBFBM, score, reasons, parcel_uuid FROM registry_link o
      WHERE NOT EXISTS (SELECT 1 FROM registry_candidate c WHERE c.registry_fid = o.registry_fid)
      UNION ALL
      SELECT registry_fid, registry_key, rank, DKBM, CBFBM, score, reasons, parcel_uuid FROM registry_candidate) m
JOIN registry_link l ON l.registry_fid = m.registry_fid JOIN registry r ON r.fid = m.registry_fid
LEFT JOIN parcel p ON p.uuid = m.parcel_uuid
"""
ORDER = " ORDER BY coalesce(f.village_code, ''), r.village_name, l.DKBM, l.registry_key, m.rank, m.CBFBM"


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


def review_list(store, decisions, village="", text="", most=-1):
    """The links with these decisions, both sides, in the order of village, parcel and registry row; rows that wait with
    each of their candidates by ``rank``. ``village``: only rows whose first parcel lies there; ``text``: only rows of
    which a name or a parcel's code has it; ``most``: so many candidates at most."""
    marks = ", ".join("?" * len(decisions))
    return reading.rows(
        store, f"{REVIEW_SQL} LEFT JOIN parcel f ON f.uuid = l.parcel_uuid"  # nosec B608: constants
               f" WHERE l.decision IN ({marks}) AND (? = '' OR f.village_code = ?) AND (? = '' OR instr(m.registry_key, ?) > 0"
               f" OR EXISTS (SELECT 1 FROM CBF WHERE CBF.CBFBM = l.CBFBM AND instr(CBF.CBFMC, ?) > 0) OR instr(l.DKBM, ?) > 0)"
               f"{ORDER} LIMIT ?", (*decisions, village, village, *[text] * 4, most))


def counted(store):
    """{decision: number of registry rows} of the work file."""
    return {r["decision"]: r["n"] for r in reading.rows(
        store, "SELECT decision, count(*) AS n FROM registry_link GROUP BY decision")}
