"""What the work file holds about one parcel or one holder, read for the explanation. Standard library only."""

import json
from dataclasses import dataclass, field
from typing import Optional

from ..model import policy as policies
from ..model.errors import BadInput
from ..store import reading, registry_links
from . import cap_trace, cap_tree, composite, forest_users, limits, units, user_facts


@dataclass
class County:
    """What all parcels share: the policy of the last confirm run, quotas, caps, what the caps did, the runs, and the
    canals of each outlet where the policy's tree of caps has canals.

    ``run``: the last confirm run, None before the first. ``outdated``: why its result may be out of date, or "".
    """

    policy: policies.Policy
    run: Optional[dict]
    outdated: str
    quota: dict
    cap: dict
    cap_results: cap_trace.Results
    county_code: str
    canals: dict = field(default_factory=dict)
    mix: dict = field(default_factory=dict)

    @property
    def as_of(self):
        """The ISO date that permits are judged by: the policy's, else the day of the run; "" before the first."""
        return self.policy.get("permit.as_of") or (self.run["started_at"][:10] if self.run else "")


@dataclass
class Piece:
    """What of a parcel lies under one of its outlets: the outlet's code and row, the overlap in 0.01 m²."""

    code: str
    overlap: int
    outlet: dict

    @property
    def name(self):
        """Name and code of the outlet."""
        name = self.outlet.get("outlet_name")
        return f"{name}（{self.code}）" if name and name != self.code else self.code


@dataclass
class Parcel:
    """Everything stored about one parcel: rows of parcel, parcel_site, CBDKXX, registry, findings, rights.

    ``names``: holders' names by CBFBM, None for one that CBF lacks; ``kinds``: their CBFLX; ``places``: names of its
    district, outlet and well by the site's column; ``district``, ``outlet``, ``well``: their rows, empty where there
    is none; ``members``: the units that list its holders; ``units``: the stored rights of its parts' units by number;
    ``pieces``: its overlaps with outlets, ordered by code, where the policy splits it between several.
    """

    row: dict
    site: Optional[dict]
    links: list
    names: dict
    registry: list
    same_code: int
    findings: list
    right: Optional[dict]
    parts: list
    places: dict
    kinds: dict = field(default_factory=dict)
    district: dict = field(default_factory=dict)
    outlet: dict = field(default_factory=dict)
    well: dict = field(default_factory=dict)
    members: units.Members = field(default_factory=units.Members)
    units: dict = field(default_factory=dict)
    pieces: tuple = ()


def county(store):
    """Reads what all parcels share."""
    run = _last(store, "confirm")
    policy = (_policy_of(store, run["policy_sha256"]) if run else None) or store.policy()
    caps = limits.cap_index(_dicts(store, "SELECT * FROM cap"), policy, forest_users.totals(user_facts.tables(store), policy),
                            _dicts(store, WELLS_SQL) if "well" in policy.get("cap.tree") else ())
    return County(
        policy, run, _outdated(store, run), limits.quota_index(_dicts(store, "SELECT * FROM quota")), caps,
        cap_trace.Results(_dicts(store, "SELECT * FROM cap_result ORDER BY fid"),
                          _dicts(store, "SELECT * FROM cap_class ORDER BY cap_fid, class_number")),
        store.setting("county_code", ""), _canals(store) if "canal" in policy.get("cap.tree") else {},
        composite.mix_index(_dicts(store, "SELECT * FROM crop_mix")),
    )


WELLS_SQL = "SELECT fid, well_code, well_name, permit_number, permit_m3 FROM well ORDER BY fid"


def _canals(store):
    return cap_tree.canals_of_outlets(_dicts(store, "SELECT outlet_code, canal_code FROM outlet"),
                                      _dicts(store, "SELECT canal_code, parent_code FROM canal"))


def _policy_of(store, sha256):
    row = reading.one(store, "SELECT parsed, content FROM policy WHERE sha256 = ?", (sha256,))
    return policies.from_mapping(json.loads(row["parsed"]), sha256, row["content"])[0] if row else None


def _last(store, verb):
    row = reading.one(store, "SELECT * FROM run WHERE verb = ? ORDER BY run_id DESC LIMIT 1", (verb,))
    return dict(row) if row else None


def _outdated(store, run):
    if run is None:
        return ""
    for verb, told in (("import", "核定之后又导入了资料"), ("link", "核定之后又确认或否定了名录匹配"), ("check", "核定之后又做过检查")):
        later = _last(store, verb)
        if later and later["run_id"] > run["run_id"]:
            return told
    return ""


def find_parcels(store, subject):
    """Rows of ``parcel`` with this uuid or DKBM, in fid order; several where a code is used twice."""
    return _dicts(store, f"{PARCELS_SQL} WHERE uuid = ? OR DKBM = ? ORDER BY fid", (subject, subject))


PARCELS_SQL = "SELECT fid, uuid, DKBM, DKMC, DKLB, TDYT, SCMJ, SCMJM, village_code, village_name FROM parcel"


def parcel_row(store, fid):
    """The row of ``parcel`` with this fid."""
    return _dict(store, f"{PARCELS_SQL} WHERE fid = ?", fid)


def parcel(store, row):
    """Everything stored about the parcel of a ``parcel`` row."""
    code, fid = row["DKBM"], row["fid"]
    links = _dicts(store, "SELECT * FROM CBDKXX WHERE DKBM = ? ORDER BY CBFBM, fid", (code,))
    site = _dict(store, "SELECT * FROM parcel_site WHERE parcel_fid = ?", fid)
    return Parcel(
        row, site, links,
        {link["CBFBM"]: holder_name(store, link["CBFBM"]) for link in links},
        _dicts(store, registry_links.ROWS_OF_PARCEL, (code, code)),
        reading.count(store, "SELECT count(*) FROM parcel WHERE DKBM = ?", (code,)),
        _dicts(store, "SELECT * FROM finding WHERE parcel_uuid = ? ORDER BY code", (row["uuid"],)),
        _dict(store, "SELECT * FROM parcel_right WHERE parcel_fid = ?", fid),
        _dicts(store, "SELECT * FROM right_part WHERE parcel_fid = ? ORDER BY part_id", (fid,)),
        {column: _name(store, sql, site[column]) for column, sql in PLACES.items()} if site else {},
        {link["CBFBM"]: _name(store, KIND_SQL, link["CBFBM"]) for link in links},
        *(_first(store, sql, site[column]) if site else {} for column, sql in ROWS.items()),
        _members(store, {link["CBFBM"] for link in links}),
        {row["unit_id"]: row for row in _dicts(store, UNITS_SQL, (fid,))},
        tuple(Piece(row["outlet_code"], row["overlap_m2_100"], _first(store, ROWS["outlet_code"], row["outlet_code"]))
              for row in _dicts(store, PIECES_SQL, (fid,))),
    )


PIECES_SQL = "SELECT outlet_code, overlap_m2_100 FROM parcel_outlet WHERE parcel_fid = ? ORDER BY outlet_code"


ROWS = {
    "district_code": "SELECT * FROM irrigation_district WHERE district_code = ? ORDER BY fid LIMIT 1",
    "outlet_code": "SELECT * FROM outlet WHERE outlet_code = ? ORDER BY fid LIMIT 1",
    "well_code": "SELECT * FROM well WHERE well_code = ? ORDER BY fid LIMIT 1",
}
UNITS_SQL = "SELECT * FROM unit_right WHERE unit_id IN (SELECT unit_id FROM right_part WHERE parcel_fid = ?)"


def _first(store, sql, code):
    row = reading.one(store, sql, (code,)) if code else None
    return dict(row) if row else {}


def _members(store, holders):
    rows = [row for holder in sorted(h for h in holders if h)
            for row in _dicts(store, "SELECT * FROM unit_member WHERE CBFBM = ? ORDER BY fid", (holder,))]
    return units.Members(_dicts(store, "SELECT * FROM water_unit ORDER BY fid") if rows else (), rows)


KIND_SQL = "SELECT CBFLX FROM CBF WHERE CBFBM = ? ORDER BY fid LIMIT 1"


PLACES = {
    "district_code": "SELECT district_name FROM irrigation_district WHERE district_code = ? ORDER BY fid LIMIT 1",
    "outlet_code": "SELECT outlet_name FROM outlet WHERE outlet_code = ? ORDER BY fid LIMIT 1",
    "well_code": "SELECT well_name FROM well WHERE well_code = ? ORDER BY fid LIMIT 1",
}


def _name(store, sql, code):
    row = reading.one(store, sql, (code,)) if code else None
    return row[0] if row else None


def holder_name(store, code):
    """The holder's name; None where CBF has no such holder."""
    row = reading.one(store, "SELECT CBFMC FROM CBF WHERE CBFBM = ? ORDER BY fid LIMIT 1", (code,))
    return None if row is None else row["CBFMC"] or ""


def holder_parcels(store, code):
    """Rows of ``parcel`` that a holder is linked to, by DKBM and fid."""
    sql = f"{PARCELS_SQL} WHERE DKBM IN (SELECT DKBM FROM CBDKXX WHERE CBFBM = ?) ORDER BY DKBM, fid"  # nosec B608
    return _dicts(store, sql, (code,))


def holder_rights(store, code):
    """The stored rights of a holder by source."""
    return {r["source"]: r for r in _dicts(store, "SELECT * FROM holder_right WHERE CBFBM = ?", (code,))}


def holder_parts(store, code):
    """The stored parts of a holder."""
    return _dicts(store, "SELECT * FROM right_part WHERE CBFBM = ? ORDER BY part_id", (code,))


NAMED = (
    ("承包方", "SELECT CBFBM AS code, (SELECT village_name FROM parcel WHERE village_code = substr(CBFBM, 1, 12) LIMIT 1) AS village"
               " FROM CBF WHERE CBFMC = ? GROUP BY CBFBM"),
    ("村", "SELECT village_code AS code, NULL AS village FROM parcel WHERE village_name = ? GROUP BY village_code"),
    ("灌区", "SELECT district_code AS code, NULL AS village FROM irrigation_district WHERE district_name = ? GROUP BY 1"),
    ("斗口", "SELECT outlet_code AS code, NULL AS village FROM outlet WHERE outlet_name = ? GROUP BY outlet_code"),
    ("机井", "SELECT well_code AS code, NULL AS village FROM well WHERE well_name = ? GROUP BY well_code"),
    ("确权单位", "SELECT unit_code AS code, NULL AS village FROM water_unit WHERE unit_name = ? GROUP BY unit_code"),
    ("用水户", "SELECT user_code AS code, NULL AS village FROM user_right WHERE user_name = ? GROUP BY user_code"),
    ("地块", "SELECT DKBM AS code, village_name AS village FROM parcel WHERE DKMC = ? GROUP BY DKBM"),
)
MOST_NAMED = 12


def code_of_name(store, name):
    """The code of the one holder, place, user or parcel of this name. Raises BadInput where there is none, or several."""
    found = [(told, row["code"], row["village"]) for told, sql in NAMED for row in reading.rows(store, f"{sql} ORDER BY 1", (name,))
             if row["code"]]  # nosec B608: our own texts
    if not found:
        raise not_found(name)
    if len(found) > 1:
        listed = "；".join(f"{told} {code}" + (f"（{village}）" if village else "") for told, code, village in found[:MOST_NAMED])
        more = f"；……共 {len(found)} 个" if len(found) > MOST_NAMED else ""
        raise BadInput(f"叫“{name}”的有 {len(found)} 个", f"用编码说明是哪一个：{listed}{more}")
    return found[0][1]


def not_found(subject):
    """The error for a code that nothing has."""
    return BadInput(f"没有编码或名称为“{subject}”的地块、承包方、用水户、村、灌区、斗口或机井",
                    "地块编码 19 位、承包方编码 18 位、村代码 12 位；请核对后再试")


def _dicts(store, sql, params=()):
    return [dict(row) for row in reading.rows(store, sql, params)]


def _dict(store, sql, fid):
    row = reading.one(store, sql, (fid,))
    return dict(row) if row else None
