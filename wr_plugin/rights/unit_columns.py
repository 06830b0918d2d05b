"""Units of confirmation over columns: which unit each part belongs to, what is not confirmed, and the units' sums."""

from dataclasses import dataclass, field
from typing import List

import numpy as np
import pandas as pd

from ..model import codes
from ..model.findings import KINDS
from . import caps, columns, units, withheld

LISTED = ("listed", *codes.LISTED_UNITS)
LABEL = {"UNIT_UNDECIDED": "灌区|水源|规模|计量", "NO_PERMIT": "灌区", "OVERDRAFT_GROUND": "机井", "SPRING_GROUND": "机井",
         "PERMIT_DATE_MISSING": "机井", "WELL_PERMIT_EXPIRED": "机井", "UNIT_MISSING": "承包方", "UNIT_AMBIGUOUS": "承包方"}
SUBJECT = {"NO_PERMIT": "district_code", "OVERDRAFT_GROUND": "well_code", "SPRING_GROUND": "well_code",
           "PERMIT_DATE_MISSING": "well_code", "WELL_PERMIT_EXPIRED": "well_code"}


@dataclass
class Assigned:
    """Per part: ``unit``, number into ``kinds`` and ``unit_codes`` (object arrays), -1 for none; ``refusal``: finding
    code, "" where confirmed. ``told``: (code, subject, positions of the parts) of what is refused. ``plain``: every part
    is its household's."""

    unit: np.ndarray
    kinds: np.ndarray
    unit_codes: np.ndarray
    refusal: np.ndarray
    told: List[tuple] = field(default_factory=list)
    plain: bool = False

    def refuse(self, code, subject, rows):
        self.refusal[rows] = code
        self.told.append((code, subject, rows))

    def findings(self, place):
        """One finding for each thing that keeps parts from being confirmed. ``place``: (n,) parcel of each part."""
        together = {}
        for code, subject, rows in self.told:
            together.setdefault((code, subject), []).append(place[rows])
        for (code, subject), listed in sorted(together.items()):
            number = len(np.unique(np.concatenate(listed)))
            label = "设置" if code == "SETTING_BLANK" else LABEL.get(code, "")
            yield {"code": code, "subject": subject, "value": str(number),
                   "message": f"{label} {subject}：{KINDS[code].rule}；{number} 个地块".strip()}


def by_code(frame, column):
    """Rows of a small table as mappings by code; the first row of a code counts."""
    found = {}
    if frame is not None:
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
            found.setdefault(row[column], row)
    return found


def assign(chain):
    """``Assigned`` for the parts of a ``determine.Chain``. A county has few outlets and wells beside its parcels: each
    is looked at once, by the same rules that the explanation uses."""
    part, policy = chain.part, chain.policy
    count = len(part)
    made = Assigned(part["holder"].to_numpy().astype(np.int64), np.full(len(chain.holding.codes), "holder_source", object),
                    chain.holding.codes, np.full(count, "", dtype=object))
    plain = policy.get("unit") == "holder_source" and not policy.get("units.rules")
    if plain and not withheld.possible(policy):
        made.plain = True
        return made
    places = _Places(chain)
    kind = np.full(count, None, dtype=object)
    for at, rows in places.different(np.arange(count)):
        refusal = withheld.of_part(policy, places.source(at), places.district(at).get("permit_number"),
                                   places.abstraction(at))
        if refusal:
            made.refuse(refusal.code, refusal.setting or places.columns[SUBJECT[refusal.code]][at], rows)
            continue
        there = places.place(at)
        kind[rows] = units.kind_of(policy, there.scale, there.source, there.metering)
    _give_units(made, chain, places, kind)
    return made


def _give_units(made, chain, places, kind):
    """Fills in the units of the parts that are not refused; refuses those that have none."""
    code = np.full(len(kind), "", dtype=object)
    for wanted in sorted({k for k in kind[made.refusal == ""] if k in LISTED}):
        _give_listed(made, chain, places, kind, code, np.flatnonzero((made.refusal == "") & (kind == wanted)), wanted)
    for one in sorted({k for k in kind[made.refusal == ""] if k and k not in codes.LISTED_UNITS}):
        rows = np.flatnonzero((made.refusal == "") & (kind == one))
        code[rows] = places.codes_of(one, rows)
    lacking = np.flatnonzero((made.refusal == "") & ~code.astype(bool))
    for at, rows in places.different(lacking):
        made.refuse(units.NO_UNIT, units.undecided_subject(places.place(at)), rows)
    having = made.refusal == ""
    number, first = columns.numbered(kind[having], code[having])
    made.unit = np.full(len(kind), -1, dtype=np.int64)
    made.unit[having] = number
    made.kinds, made.unit_codes = kind[having][first], code[having][first]


def _give_listed(made, chain, places, kind, code, rows, wanted):
    """The units of parts that the delivered list of members tells; what it does not list goes where the policy says."""
    otherwise = chain.policy.get("units.unlisted")
    holder, parcel = places.holder[rows], places.parcel[rows]
    if places.members.of_parcel:
        number, first = columns.numbered(holder, parcel)
        pairs = list(zip(holder[first], parcel[first]))
    else:
        number, known = pd.factorize(holder)
        pairs = [(one, "") for one in known]
    answers = [places.members.find(wanted, *pair) for pair in pairs]
    found = np.array([(unit.kind, unit.code, "") if unit else (otherwise, "", "") if reason == "UNIT_MISSING" and otherwise
                      else (None, "", reason) for unit, reason in answers], dtype=object).reshape(-1, 3)
    kind[rows], code[rows] = found[number, 0], found[number, 1]
    refused = np.flatnonzero(found[number, 2] != "")
    for (reason, of), mine in pd.Series(refused).groupby([found[number[refused], 2], holder[refused]]).groups.items():
        made.refuse(reason, of, rows[refused[mine]])


class _Places:
    """Where the parts lie: rows of their districts, outlets and wells, and the parts that share all of these."""

    def __init__(self, chain):
        place = chain.part["parcel"].to_numpy()
        site, inputs = chain.site, chain.inputs
        self.sources = chain.part["source"].to_numpy()
        self.columns = {name: site[name].to_numpy(dtype=object)[place] if name in site else np.full(len(place), None)
                        for name in ("district_code", "well_code", "well_overdraft", "well_spring")}
        self.columns["outlet_code"] = chain.outlets_of_parts()
        self.parcel = chain.parcel["DKBM"].to_numpy(dtype=object)[place]
        self.village = chain.parcel["village_code"].to_numpy(dtype=object)[place]
        self.holder = chain.holding.codes[chain.part["holder"].to_numpy()]
        self.districts = by_code(inputs.district, "district_code")
        self.outlets = by_code(inputs.outlet, "outlet_code")
        self.wells = by_code(inputs.well, "well_code")
        self.as_of = chain.policy.get("permit.as_of") or inputs.today
        self.members = units.Members(*(list(_records(frame)) for frame in (inputs.water_unit, inputs.unit_member)))

    def different(self, rows):
        """(an example, positions) of the parts among ``rows`` for each different place."""
        if not len(rows):
            return
        surface, keys = self.sources[rows] == 0, [self.sources[rows]]
        for name, column in self.columns.items():
            own = True if name == "district_code" else surface if name == "outlet_code" else ~surface
            keys.append(pd.factorize(np.where(own, column[rows], None))[0])
        number, _ = columns.numbered(*keys)
        order = np.argsort(number, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(number[order]) > 0])
        for start, end in zip(starts, np.r_[starts[1:], len(order)]):
            yield rows[order[start]], rows[order[start:end]]

    def source(self, at):
        return caps.SOURCES[self.sources[at]]

    def district(self, at):
        return self.districts.get(self.columns["district_code"][at]) or {}

    def abstraction(self, at):
        well = self.wells.get(self.columns["well_code"][at]) or {}
        return withheld.Abstraction(*(withheld.is_yes(_plain(self.columns[name][at])) for name in
                                      ("well_overdraft", "well_spring")), well.get("permit_from"),
                                    withheld.is_expired(well.get("permit_until"), self.as_of))

    def place(self, at):
        outlet, well = (self.columns[name][at] for name in ("outlet_code", "well_code"))
        return units.Place(self.source(at), self.holder[at], self.parcel[at], self.village[at],
                           self.columns["district_code"][at] or "", outlet or "", self.district(at),
                           self.outlets.get(outlet) or {}, self.wells.get(well) or {})

    def codes_of(self, kind, rows):
        """The codes of a kind of unit that a part's own place tells (``units.code_of`` over columns)."""
        simple = {"holder_source": self.holder, "village": self.village, "district": self.columns["district_code"]}
        if kind in simple:
            return simple[kind][rows]
        if kind == "group":
            return [codes.part_of(c, codes.GROUP) if codes.is_parcel_code(c) else "" for c in self.parcel[rows]]
        memo, found = {}, []
        for r in rows:
            key = (self.sources[r], *(self.columns[name][r] for name in ("district_code", "outlet_code", "well_code")))
            if key not in memo:
                memo[key] = units.code_of(kind, self.place(r))
            found.append(memo[key])
        return found


def spread(area, quota, unit, step_m3_100):
    """Demands under a composite quota: a unit's is Σ area × quota rounded half up once to the step; the parts share it
    by largest remainder in proportion to area × quota (南阳方案七（一）3). Returns ((n,) 0.01 m³, ``caps.Cut``)."""
    (area, quota) = columns.integers(columns.largest(area) * columns.largest(quota) * max(len(area), 1), area, quota)
    weight = area * quota
    count = int(unit.max()) + 1 if len(unit) else 0
    whole = np.zeros(count, dtype=object)
    np.add.at(whole, unit, weight.astype(object))
    per_step = 100 * step_m3_100
    totals = np.array([(2 * w + per_step) // (2 * per_step) for w in whole], dtype=np.int64)
    cut = caps.largest_remainder(weight, unit, totals)
    return cut.parts * step_m3_100, cut


def totals(chain, right_part, holder_right):
    """The frame ``unit_right`` without ``run_id``, ordered by kind, code and source, and the unit's number of each part:
    (frame, (n,) object array)."""
    if chain.assigned.plain and not chain.composite:
        return households(holder_right), _households_of_parts(chain, holder_right)
    part, assigned = chain.part, chain.assigned
    kinds = len(caps.SOURCES)
    key, group = np.unique(part["unit"].to_numpy() * kinds + part["source"].to_numpy(), return_inverse=True)
    group, count = group.reshape(-1), len(key)
    unit, source = key // kinds, key % kinds
    kind, code = assigned.kinds[unit], assigned.unit_codes[unit]
    sources = np.array(caps.SOURCES, dtype=object)[source]
    sums = {name: columns.sums(part[name], group, count) for name in ("area_mu_100", "demand_m3_100", "volume_m3_100")}
    composite = chain.composite
    frame = pd.DataFrame({
        "unit_id": [units.Unit(k, c).right_id(s) for k, c, s in zip(kind, code, sources)],
        "unit_kind": kind, "unit_code": code, "unit_name": names_of(chain, kind, code), "source": sources,
        "members": _different(group, part["holder"].to_numpy(), count),
        "parcels": _different(group, part["parcel"].to_numpy(), count),
        "area_mu_100": sums["area_mu_100"],
        "quota_m3_mu_100": pd.array([None] * count, dtype="Int64") if not composite else _one_quota(part, group, count),
        "weight_e4": pd.array([None] * count, dtype="Int64") if not composite else _weights(part, group, count),
        "demand_m3_100": sums["demand_m3_100"], "volume_m3_100": sums["volume_m3_100"],
        "last_remainder": None, "last_key": None,
    })
    if composite:
        _tell_last(frame, chain, group)
    ids = frame["unit_id"].to_numpy(dtype=object)[group]
    return frame.sort_values(["unit_kind", "unit_code", "source"], ascending=[True, True, False], ignore_index=True), ids


def _households_of_parts(chain, holder_right):
    key = chain.part["holder"].to_numpy() * len(caps.SOURCES) + chain.part["source"].to_numpy()
    row = np.cumsum(np.bincount(key) > 0) - 1 if len(key) else key
    return holder_right["right_id"].to_numpy(dtype=object)[row[key]]


def households(holder_right):
    """One household, one source, one unit: the rows of ``holder_right`` as ``unit_right``, in its order."""
    blank = pd.array([None] * len(holder_right), dtype="Int64")
    return pd.DataFrame({
        "unit_id": holder_right["right_id"], "unit_kind": "holder_source", "unit_code": holder_right["CBFBM"],
        "unit_name": holder_right["holder_name"].where(holder_right["holder_name"].notna(), holder_right["CBFBM"]),
        "source": holder_right["source"], "members": 1, "parcels": holder_right["parcels"],
        "area_mu_100": holder_right["area_mu_100"], "quota_m3_mu_100": blank, "weight_e4": blank,
        "demand_m3_100": holder_right["demand_m3_100"], "volume_m3_100": holder_right["volume_m3_100"],
        "last_remainder": None, "last_key": None})


def _different(group, value, count):
    """How many different values each group has."""
    scale = int(value.max(initial=0)) + 1
    pairs = np.sort(group.astype(np.int64) * scale + value)
    first = np.r_[True, pairs[1:] != pairs[:-1]] if len(pairs) else np.zeros(0, dtype=bool)
    return np.bincount(pairs[first] // scale, minlength=count)[:count]


def _one_quota(part, group, count):
    """The composite quota of each unit; blank where its parts have several (in different districts)."""
    quota = pd.Series(part["quota_m3_mu_100"].to_numpy()).groupby(group)
    low, high = (one.reindex(range(count)) for one in (quota.min(), quota.max()))
    return low.where(low == high).astype("Int64").array


def _weights(part, group, count):
    area, quota = columns.integers(columns.largest(part["area_mu_100"]) * columns.largest(part["quota_m3_mu_100"]),
                                   part["area_mu_100"], part["quota_m3_mu_100"])
    return pd.array(columns.sums(area * quota, group, count), dtype="Int64")


def _tell_last(frame, chain, group):
    """Where each unit's extra steps ended, so that one part can be retraced without the others."""
    cut, number = chain.composite_cut, chain.part["unit_source"].to_numpy()
    for at, which in zip(*np.unique(group, return_index=True)):
        last = int(cut.last[number[which]])
        if last >= 0:
            frame.loc[at, "last_remainder"] = str(int(cut.last_remainder[number[which]]))
            frame.loc[at, "last_key"] = chain.key_of(last)


def names_of(chain, kind, code):
    """The units' names: of households, members' lists, outlets, districts, villages and groups."""
    inputs = chain.inputs
    zones = {row["zone_code"]: row["zone_name"] for row in _records(inputs.zone)}
    known = {
        "holder_source": dict(zip(chain.holding.codes, chain.names)),
        "outlet": {c: row.get("outlet_name") for c, row in by_code(inputs.outlet, "outlet_code").items()},
        "district": {c: row.get("district_name") for c, row in by_code(inputs.district, "district_code").items()},
        "group": zones, "village": zones,
        **dict.fromkeys(codes.LISTED_UNITS, {str(row["unit_code"]).strip(): row["unit_name"]
                                             for row in _records(inputs.water_unit)}),
    }
    return [known.get(k, {}).get(c) or c for k, c in zip(kind, code)]


def _records(frame):
    return () if frame is None else frame.astype(object).where(frame.notna(), None).to_dict("records")


def _plain(value):
    return None if value is None or value is pd.NA or value != value else value
