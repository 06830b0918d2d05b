"""confirm (核定水权) after a few edits: only what depends on them is read, determined and written.

What changed is what the work file's log of edits says since the last determination (``store.edits``); which parcels that
concerns is worked out through the indexes (``Land``). Their parts are determined by the chain of the county and added to
the stored parts of the others (``rights.among_others``). The result is, row by row, that of a determination of the whole
county; where that cannot be had from the changed parcels, ``attempt`` returns None and the county is determined whole.
"""

import json
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd

from ..model import schema
from ..rights import (
    across_outlets,
    among_others,
    caps,
    determine,
    forest_users,
    holders,
    unit_columns,
    units,
    user_facts,
)
from ..rights.among_others import Whole
from ..rights.chain_units import REFUSALS
from ..store import edits, frames, reading, registry_links, row_numbers, runs

VERB, BASIS = "confirm", "confirm_basis"
LARGEST_SHARE, ALWAYS_FEW = 5, 1_000
"""Up to a fifth of the parcels, or so many, are determined by themselves; beyond that the whole county is as quick."""
READ = {
    "parcel": determine.PARCEL_COLUMNS, "parcel_site": determine.SITE_COLUMNS, "CBDKXX": determine.LINK_COLUMNS,
    "CBF": determine.HOLDER_COLUMNS, "registry": determine.REGISTRY_COLUMNS,
    "registry_link": ("registry_fid", "DKBM", "decision"), "quota": schema.table("quota").columns,
    "cap": schema.table("cap").columns, "parcel_outlet": across_outlets.COLUMNS}
READ_WHOLE = {
    "outlet": determine.OUTLET_COLUMNS, "canal": determine.CANAL_COLUMNS, "irrigation_district": determine.DISTRICT_COLUMNS,
    "well": determine.WELL_COLUMNS, "zone": ("zone_code", "zone_name"),
    **{name: schema.table(name).columns for name in ("water_unit", "unit_member", "crop_mix")}}
"""What the determination reads of each table. A change in ``READ`` is followed to its parcels; one in ``READ_WHOLE`` has
the county determined whole; other tables and columns it does not look at."""
QUOTA_FINDINGS = ("QUOTA_MISSING", "CROP_MIX_MISSING")
TOLD_TWICE = ("SETTING_BLANK", "WELL_PERMIT_EXPIRED")
"""Kinds of finding that tell of refused parcels, with a colon in their message, and of other things without any."""
REFUSED = tuple(code for code in REFUSALS if code not in TOLD_TWICE)
IN_LAND = "IN (SELECT fid FROM temp.changed_parcel)"
IN_CODES = "IN (SELECT code FROM temp.changed_code)"
IN_HOLDERS = "IN (SELECT code FROM temp.changed_holder)"
IN_UNITS = "IN (SELECT code FROM temp.changed_unit)"
AT_ONCE = 500


@dataclass
class Made:
    """``determine.Rights`` of what changed, the findings that stay as they are, and how many parcels were determined."""

    rights: determine.Rights
    kept: pd.DataFrame
    parcels: int


def basis(store, policy, rules, users):
    """What a determination rests on besides the tables whose edits are logged, as a plain mapping."""
    as_of = policy.get("permit.as_of") or runs.today()
    expired = [row[0] for row in reading.rows(store, "SELECT well_code FROM well WHERE permit_until < ? ORDER BY fid", (as_of,))]
    return {"rules": rules, "policy": policy.sha256, "county": store.setting("county_code", ""), "users": users,
            "check": runs.last(store, "check")["run_id"], "expired": runs.input_digest(expired)}


def remember(store, found):
    """Notes that the stored rights rest on ``found`` (``basis``) and on all edits up to now; within ``transaction``."""
    store.set_setting(BASIS, json.dumps({**found, "run": runs.last(store, VERB)["run_id"]}, sort_keys=True))
    edits.mark_seen(store, VERB, edits.latest(store))


def behind(store, found):
    """Whether ``remember`` has something to note."""
    kept = json.loads(store.setting(BASIS) or "{}")
    return {**found, "run": kept.get("run")} != kept or edits.seen(store, VERB) != edits.latest(store)


def what_changed(store, found):
    """{table: ``edits.Touched``} of what bears upon the rights since the last determination, and whether that rests on
    the same check and users as today (``found``, a ``basis``): (changed, same). None where all has to be determined."""
    before, seq, last = json.loads(store.setting(BASIS) or "{}"), edits.seen(store, VERB), runs.last(store, VERB)
    if seq is None or last is None or before.pop("run", None) != last["run_id"]:
        return None
    if any(before.get(name) != found[name] for name in ("rules", "policy", "county", "expired")):
        return None
    changed = relevant(edits.since(store, seq))
    if edits.WHOLE in changed.values() or not READ_WHOLE.keys().isdisjoint(changed):
        return None
    return changed, all(before.get(name) == found[name] for name in ("check", "users"))


def relevant(changed):
    """Of edits by table (``edits.since``) those that the determination looks at."""
    read = {**READ, **READ_WHOLE}
    return {name: touched for name, touched in changed.items()
            if name in read and (touched == edits.WHOLE or touched.columns & {*read[name]})}


def determined(store, policy, changed, today, check_cancelled, check_site):
    """``Made`` for the parcels that ``changed`` concerns. ``check_site`` is called with their frame ``site``.

    Raises ``Whole`` where the county has to be determined whole, and what ``determine`` raises.
    """
    if _has_left_a_village(store, policy, changed):
        raise Whole("which village a parcel was in is told by nobody")
    if policy.get("quota.basis") == "composite" or policy.get("cap.mode") == caps.PRIORITY:
        raise Whole("looks beyond the parcel")
    land = Land(store, policy, changed)
    while True:
        check_cancelled()
        inputs = _inputs(store, policy, today)
        check_site(inputs.site)
        chain = among_others.Chain(inputs, policy, _others(store, policy, inputs))
        try:
            for step in determine.STEPS[:-1]:
                getattr(chain, step)()
        except among_others.Wider as wider:
            land.take_in(wider.places)
            continue
        if not land.widened(chain):
            return _made(store, chain, land)


def _has_left_a_village(store, policy, changed):
    """Whether a parcel may have moved away from others of a village, or town, whose caps cut."""
    return ("parcel" in changed and "village_code" in changed["parcel"].columns
            and not {"town", "village"}.isdisjoint(policy.get("cap.tree"))
            and bool(reading.one(store, "SELECT 1 FROM right_part WHERE volume_m3_100 < demand_m3_100 LIMIT 1")))


class Land:
    """The parcels that have to be determined again, in ``temp.changed_parcel``, and their codes in ``changed_code``."""

    def __init__(self, store, policy, changed):
        self.store, self.policy = store, policy
        for name, kind in (("parcel", "fid INTEGER"), ("code", "code TEXT"), ("holder", "code TEXT"), ("unit", "code TEXT")):
            store.connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS changed_{name} ({kind} PRIMARY KEY)")
            store.connection.execute(f"DELETE FROM temp.changed_{name}")  # nosec B608: our own names
        self.most = max(ALWAYS_FEW, reading.count(store, "SELECT count(*) FROM parcel") // LARGEST_SHARE)
        self.no_quota = self.refused = False
        for name, touched in changed.items():
            getattr(self, f"_of_{name}")(touched)
        self._close()
        states = {row[0] for row in reading.rows(
            store, f"SELECT DISTINCT state FROM parcel_right WHERE parcel_fid {IN_LAND}")}  # nosec B608: constants
        stopped = policy.get("cap.mode") != caps.REPORT and reading.one(
            store, "SELECT 1 FROM parcel_right WHERE state = 'no_quota' AND reason = 'CAP_MISSING'")
        counted = reading.one(
            store, "SELECT 1 FROM finding WHERE stage = ? AND (code = ? AND message LIKE '设置 %' OR code = ? AND message LIKE"
                   " '机井 %：%')", (VERB, *TOLD_TWICE))
        listed = reading.one(store, "SELECT 1 FROM water_unit LIMIT 1")  # a unit all of whose parcels are stopped is told too
        self._widen("quota" in changed or stopped or listed or "no_quota" in states,
                    counted or self._has_units() and not states.isdisjoint(("withheld", "reduced")))

    def _has_units(self):
        """Whether anything can be refused for what its unit or its well is."""
        return bool(reading.one(self.store, "SELECT 1 FROM parcel_right WHERE state = 'withheld'") or reading.one(
            self.store, f"SELECT 1 FROM finding WHERE stage = ? AND code IN ({', '.join('?' * len(REFUSALS))})",  # nosec B608
            (VERB, *REFUSALS)))

    def widened(self, chain):
        """Takes in the parcels that share a finding with those that the chain has stopped; whether there are more."""
        return self._widen((chain.outcome.state == "no_quota").any(), bool(chain.assigned.told))

    def _widen(self, no_quota, refused):
        """A finding on a quota row, a setting or a unit counts its parcels: to tell it again all of these are needed."""
        no_quota, refused = bool(no_quota) and not self.no_quota, bool(refused) and not self.refused
        self.no_quota, self.refused = self.no_quota or no_quota, self.refused or refused
        for state in (["no_quota"] if no_quota else []) + (["withheld", "reduced"] if refused else []):
            self._take("parcel", [row[0] for row in reading.rows(
                self.store, "SELECT parcel_fid FROM parcel_right WHERE state = ?", (state,))])
        if no_quota or refused:
            self._close()
        return no_quota or refused

    def take_in(self, places):
        """Takes in the parcels that have parts at some places (``among_others.LOCATION``)."""
        run = self.store.connection.execute
        run(f"CREATE TEMP TABLE IF NOT EXISTS changed_place ({', '.join(among_others.LOCATION)})")
        run("DELETE FROM temp.changed_place")
        self.store.connection.executemany(
            "INSERT INTO temp.changed_place VALUES (?, ?, ?, ?, ?)", places.astype(object).fillna("").to_numpy().tolist())
        columns, join = location(self.policy)
        same = " AND ".join(f"coalesce({column}, '') = c.{name}" for column, name in zip(columns, among_others.LOCATION))
        run("INSERT OR IGNORE INTO temp.changed_parcel SELECT DISTINCT r.parcel_fid FROM temp.changed_place c"
            f" CROSS JOIN right_part r {join} WHERE {same}")  # nosec B608: constants
        self._close()

    def _take(self, name, values):
        take(self.store, name, values)

    def _looked_up(self, name, sql, keys):
        """Takes the values that a query gives for each of the keys."""
        for some in _slices(keys):
            self._take(name, [row[0] for row in reading.rows(
                self.store, sql.format(", ".join("?" * len(some))), some) if row[0] is not None])

    def _close(self):
        """Parcels with one code are determined together."""
        run = self.store.connection.execute
        run(f"INSERT OR IGNORE INTO temp.changed_code SELECT DKBM FROM parcel WHERE fid {IN_LAND}")  # nosec B608: constants
        run(f"INSERT OR IGNORE INTO temp.changed_parcel SELECT fid FROM parcel WHERE DKBM {IN_CODES}")  # nosec B608: constants
        if self.count > self.most:
            raise Whole("too many parcels")

    @property
    def count(self):
        return reading.count(self.store, "SELECT count(*) FROM temp.changed_parcel")

    def _of_parcel(self, touched):
        self._take("parcel", touched.keys)
        self._take("code", touched.old["DKBM"])

    def _of_parcel_site(self, touched):
        self._take("parcel", touched.keys)

    def _of_parcel_outlet(self, touched):
        self._take("parcel", {row_numbers.parcel_of(key) for key in touched.keys})

    def _of_CBDKXX(self, touched):
        self._take("code", touched.old["DKBM"])
        self._looked_up("code", "SELECT DKBM FROM CBDKXX WHERE fid IN ({})", touched.keys)

    def _of_CBF(self, touched):
        known = set(touched.old["CBFBM"])
        for some in _slices(touched.keys):
            known |= {row[0] for row in reading.rows(
                self.store, f"SELECT CBFBM FROM CBF WHERE fid IN ({', '.join('?' * len(some))})", some)}  # nosec B608: marks
        self._looked_up("code", "SELECT DKBM FROM CBDKXX WHERE CBFBM IN ({})", known)

    def _of_registry(self, touched):
        self._take("code", touched.old["DKBM"])
        self._looked_up("code", "SELECT DKBM FROM registry WHERE fid IN ({})", touched.keys)
        self._looked_up("code", "SELECT DKBM FROM registry_link WHERE registry_fid IN ({})", touched.keys)

    _of_registry_link = _of_registry

    def _of_quota(self, touched):
        """The parts that used the rows, and those that a row with another key may now apply to."""
        keys, same = {*touched.keys}, ("crop", "source", "method")
        if touched.columns <= {"quota_m3_mu_100", "eta_canal", "eta_field"}:
            same += ("district_code",)
        rows = {row["fid"]: tuple((row[name] or "").strip() for name in same) for row in reading.rows(
            self.store, "SELECT fid, crop, source, method, district_code FROM quota")}
        words = {rows[fid] for fid in keys if fid in rows}
        self._looked_up("parcel", "SELECT parcel_fid FROM right_part WHERE quota_fid IN ({})",
                        keys | {fid for fid, word in rows.items() if word in words})

    def _of_cap(self, touched):
        """A cap is held against sums: no parcel has to be determined again."""


def take(store, name, values):
    store.connection.executemany(f"INSERT OR IGNORE INTO temp.changed_{name} VALUES (?)",  # nosec B608: our own names
                                 ((value,) for value in values))


def _slices(values):
    listed = iter(sorted(values))
    while True:
        some = list(islice(listed, AT_ONCE))
        if not some:
            return
        yield some


def _inputs(store, policy, today):
    """``determine.Inputs`` of the changed parcels; small tables whole."""
    owners = f"CBFBM IN (SELECT CBFBM FROM CBDKXX WHERE DKBM {IN_CODES})"  # nosec B608: constants
    links = {row[0]: row[1] for row in reading.rows(
        store, f"{registry_links.LINKED_SQL} AND (DKBM {IN_CODES} OR registry_fid IN (SELECT fid FROM registry"
               f" WHERE DKBM {IN_CODES}))")}  # nosec B608: constants
    registry = registry_links.with_linked_codes(frames.read(
        store, "registry", determine.REGISTRY_COLUMNS, f"DKBM {IN_CODES} OR fid IN (SELECT registry_fid FROM registry_link"  # nosec B608
                                                       f" WHERE DKBM {IN_CODES})"), links)
    known = {row[0] for row in reading.rows(store, "SELECT code FROM temp.changed_code")}
    return determine.Inputs(
        frames.read(store, "parcel", determine.PARCEL_COLUMNS, f"fid {IN_LAND}"),
        frames.read(store, "parcel_site", determine.SITE_COLUMNS, f"parcel_fid {IN_LAND}"),
        frames.read(store, "CBDKXX", determine.LINK_COLUMNS, f"DKBM {IN_CODES}"),
        frames.read(store, "CBF", determine.HOLDER_COLUMNS, owners),
        registry[registry["DKBM"].isin(known)].reset_index(drop=True), frames.read(store, "quota"), frames.read(store, "cap"),
        store.setting("county_code", ""),
        *(frames.read(store, name, READ_WHOLE[name]) for name in ("outlet", "canal", "irrigation_district", "well")),
        frames.read(store, "water_unit"), frames.read(store, "unit_member", None, owners), frames.read(store, "crop_mix"),
        frames.read(store, "zone"), forest_users.totals(user_facts.tables(store), policy), today,
        frames.read(store, "parcel_outlet", across_outlets.COLUMNS, f"parcel_fid {IN_LAND}"))


def _others(store, policy, inputs):
    """``among_others.Others`` of the parcels that are not concerned."""
    rest = f"r.parcel_fid NOT {IN_LAND}"
    columns, join = location(policy)
    places = reading.rows(store, f"SELECT {', '.join(columns)}, sum(r.area_mu_100), sum(r.demand_m3_100), sum(r.volume_m3_100)"
                                 f" FROM right_part r {join} WHERE {rest} GROUP BY 1, 2, 3, 4, 5")  # nosec B608: constants
    before = reading.rows(store, f"SELECT DISTINCT {', '.join(columns)} FROM right_part r {join}"
                                 f" WHERE r.parcel_fid {IN_LAND}")  # nosec B608: constants
    caps_before = reading.rows(store, "SELECT fid, parent_fid, cap_level, cap_code, source, last_key, last_remainder"
                                      " FROM cap_result ORDER BY fid")
    path = among_others.paths(caps_before)
    ends = {path[row["fid"]]: (row["last_key"], row["last_remainder"]) for row in caps_before}
    wells = reading.rows(store, "SELECT well_code, sum(demand_m3_100) FROM right_part r WHERE source = 'ground'"
                                f" AND well_code IS NOT NULL AND {rest} GROUP BY 1")  # nosec B608: constants
    doubles = reading.rows(store, "SELECT r.well_code, count(DISTINCT r.parcel_fid), sum(r.area_mu_100) FROM right_part r JOIN"
                                  " parcel_site s ON s.parcel_fid = r.parcel_fid WHERE s.source = 'mixed' AND r.source = 'ground'"
                                  f" AND r.well_code IS NOT NULL AND {rest} GROUP BY 1")  # nosec B608: constants
    areas = {}
    if len(inputs.water_unit):
        areas = {(kind, code): area for kind, code, area in reading.rows(
            store, "SELECT u.unit_kind, u.unit_code, sum(r.area_mu_100) FROM right_part r JOIN unit_right u USING (unit_id)"
                   f" WHERE u.unit_kind <> 'holder_source' AND {rest} GROUP BY 1, 2")}  # nosec B608: constants
    sums = _frame(places, among_others.PLACE_COLUMNS).astype(dict.fromkeys(among_others.AMOUNTS, np.int64))
    return among_others.Others(sums, _frame(before, among_others.LOCATION), ends, dict(map(tuple, wells)), areas,
                               {row[0]: (row[1], row[2]) for row in doubles})


def location(policy):
    """(SQL of ``among_others.LOCATION`` of a part r, a join that it needs); village, outlet and well only where the
    policy's tree of caps has such levels."""
    levels = set(policy.get("cap.tree"))
    village, join = ("p.village_code", "JOIN parcel p ON p.fid = r.parcel_fid") if levels & {"town", "village"} else ("NULL", "")
    return ("r.source", "r.district_code", "r.outlet_code" if levels & {"canal", "outlet"} else "NULL",
            "r.well_code" if "well" in levels else "NULL", village), join


def _frame(rows, names):
    columns = [np.array(column, dtype=object) for column in zip(*map(tuple, rows))] or [[]] * len(names)
    return pd.DataFrame(dict(zip(names, columns)), columns=list(names))


def _made(store, chain, land):
    rights, own = chain.result(), chain.own_parts()
    before = reading.rows(store, f"SELECT DISTINCT CBFBM, unit_id FROM right_part WHERE parcel_fid {IN_LAND}")  # nosec B608
    take(store, "holder", {*own["CBFBM"], *(row[0] for row in before)})
    names = {}
    for code, name in reading.rows(store, f"SELECT CBFBM, CBFMC FROM CBF WHERE CBFBM {IN_HOLDERS} ORDER BY fid"):  # nosec B608
        names.setdefault(code, name)
    rights.holder_right = among_others.holder_rights(_with_stored(store, own, f"r.CBFBM {IN_HOLDERS}"), names)
    if chain.assigned.plain:
        ids = [holders.right_id(*pair) for pair in zip(own["CBFBM"], own["source"])]
        rights.unit_right = unit_columns.households(rights.holder_right)
        take(store, "unit", [row[1] for row in before] + rights.unit_right["unit_id"].tolist())
    else:
        ids = [units.Unit(*pair).right_id(source) for *pair, source in zip(own["unit_kind"], own["unit_code"], own["source"])]
        take(store, "unit", [row[1] for row in before] + ids)
        rights.unit_right, _ = among_others.unit_rights(_with_stored(store, own, f"r.unit_id {IN_UNITS}"), names, chain.inputs)
    rights.right_part["unit_id"] = np.array(ids, dtype=object)
    return Made(rights, _kept_findings(store, land), land.count)


def _with_stored(store, own, where):
    """The chain's parts and the stored ones of other parcels that meet a condition, as ``among_others.PART_COLUMNS``."""
    rows = reading.rows(
        store, "SELECT p.DKBM, r.parcel_fid, r.CBFBM, r.source, r.part_id, r.area_mu_100, r.demand_m3_100, r.volume_m3_100,"
               " p.village_code, u.unit_kind, u.unit_code FROM right_part r JOIN parcel p ON p.fid = r.parcel_fid"
               f" JOIN unit_right u ON u.unit_id = r.unit_id WHERE {where} AND r.parcel_fid NOT {IN_LAND}")  # nosec B608
    if not rows:
        return own
    stored = pd.DataFrame([tuple(row) for row in rows], columns=list(among_others.PART_COLUMNS))
    return pd.concat([own, stored], ignore_index=True) if len(own) else stored


def _kept_findings(store, land):
    """The findings that stay as they are: on other parcels, and those that count parcels of which none is concerned."""
    found = frames.read(store, "finding", ("code", "subject", "message", *frames.FINDING_COLUMNS), "stage = ?", (VERB,))
    gone = {row[0] for row in reading.rows(store, f"SELECT uuid FROM parcel WHERE fid {IN_LAND}")}  # nosec B608: constants
    of_parcel = found["parcel_uuid"].notna()
    there = {row[0] for row in reading.rows(
        store, "SELECT DISTINCT uuid FROM parcel WHERE uuid IN (SELECT parcel_uuid FROM finding WHERE stage = ?)", (VERB,))}
    counting = (() if land.no_quota else QUOTA_FINDINGS) + (() if land.refused else REFUSED)
    return found[(of_parcel & found["parcel_uuid"].isin(there - gone)) | (~of_parcel & found["code"].isin(counting))]


def certified_others(store):
    """(kind, code, source, area, volume) of the units with a valid certificate that are not concerned."""
    return [tuple(row) for row in reading.rows(
        store, "SELECT u.unit_kind, u.unit_code, u.source, u.area_mu_100, u.volume_m3_100 FROM certificate c JOIN unit_right u"
               " ON u.unit_code = coalesce(nullif(c.unit_code, ''), c.CBFBM) AND u.source = c.source"
               f" WHERE c.state = 'valid' AND u.unit_id NOT {IN_UNITS}")]  # nosec B608: constants


def write(store, made, run_id, progress):
    """Writes what differs of the changed parcels, their holders and units, and of the caps; within ``transaction``.
    Returns how many rows."""
    rights, number = made.rights, 0
    for name, within, stamped in (
            ("parcel_right", f"parcel_fid {IN_LAND}", True), ("right_part", f"parcel_fid {IN_LAND}", False),
            ("holder_right", f"CBFBM {IN_HOLDERS}", True), ("unit_right", f"unit_id {IN_UNITS}", True),
            ("cap_result", "1", True)):  # classes of priority are determined whole
        frame, key = getattr(rights, name), schema.table(name).key
        held = reading.rows(store, f"SELECT {key} FROM {name} WHERE {within}")  # nosec B608: constants
        number += frames.update(store, name, frame, run_id if stamped else None, {*frame[key].tolist(), *(row[0] for row in held)})
        progress.check_cancelled()
    return number
