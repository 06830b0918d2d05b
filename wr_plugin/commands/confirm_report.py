"""What a determination tells: its figures and the lines for people, read from what is stored."""

from ..model import codes
from ..model import policy as policies
from ..model.amounts import m3_text, mu_text
from ..model.findings import KINDS
from ..rights import determine
from ..store import reading
from . import user_rights

VERB = "confirm"
COUNTED = ("CROP_MISSING", "METHOD_MISSING", "MIX_SHARE_MISSING")
TOLD = ("QUOTA_MISSING", "CAP_MISSING", "CAP_UNUSED", "PRIORITY_UNKNOWN", "CAP_EXCEEDED", "CROP_MIX_MISSING", "SETTING_BLANK")


def counts_of(store, made):
    """Figures of the rights that are stored; ``made``: the rights of the other water users."""
    by_source = {row[0]: row[1] for row in reading.rows(
        store, "SELECT source, sum(volume_m3_100) FROM holder_right GROUP BY source")}
    total = reading.one(store, "SELECT count(DISTINCT CBFBM), count(*), coalesce(sum(area_mu_100), 0) FROM holder_right")
    states = {row[0]: row[1] for row in reading.rows(store, "SELECT state, count(*) FROM parcel_right GROUP BY state")}
    findings = reading.rows(
        store, "SELECT code, count(*) FROM finding WHERE stage = ? GROUP BY code ORDER BY code", (VERB,))
    return {
        "holders": total[0], "rights": total[1], "parcels": sum(states.get(state, 0) for state in determine.HAVING),
        "area_mu_100": total[2], **{f"{source}_m3_100": by_source.get(source, 0) for source in codes.SOURCE},
        "states": {state: states[state] for state in codes.PARCEL_STATE if state in states},
        "findings": {row[0]: row[1] for row in findings}, **user_rights.counts(made),
    }


def table_of(store, policy, counts, made):
    """(label, value) rows of the result."""
    rows = [("核定户数", f"{counts['holders']:,}"), ("核定地块", f"{counts['parcels']:,}"),
            ("确权面积", f"{mu_text(counts['area_mu_100'])} 亩")]
    rows += [(f"{name}水量", f"{m3_text(counts[source + '_m3_100'])} m³") for source, name in codes.SOURCE.items()]
    rows += [(f"地块：{codes.PARCEL_STATE[state]}", f"{number:,}") for state, number in counts["states"].items()]
    rows += [(f"确权单位：{codes.UNIT_KIND[kind]}", f"{number:,} 个，{m3_text(volume)} m³") for kind, number, volume in reading.rows(
        store, "SELECT unit_kind, count(DISTINCT unit_code), sum(volume_m3_100) FROM unit_right"
               " WHERE unit_kind <> 'holder_source' GROUP BY unit_kind ORDER BY unit_kind")]
    rows += user_rights.rows(user_rights.counts(made))
    rows += [(KINDS[code].title, f"{counts['findings'][code]:,} 个地块：{KINDS[code].remedy}")
             for code in COUNTED if code in counts["findings"]]
    rows += [(KINDS[row["code"]].title, row["message"]) for row in reading.rows(
        store, f"SELECT code, message FROM finding WHERE stage = ? AND code IN ({', '.join('?' * len(TOLD))})"  # nosec B608
               " ORDER BY fid", (VERB, *TOLD))]
    rows.append(("法定面积依据", policies.LEGAL_AREAS[policy.get("area.legal")]))
    if policy.demo:
        rows.append(("数据性质", "示例数据，不得用于正式发证"))
    return rows
