"""One parcel's right worked out again from what is stored, with exact integers. Standard library only.

The same rules as ``scope``, ``parts``, ``quota`` and ``caps``, one parcel at a time; the explanation is made from this,
and a test holds both against each other on random counties.
"""

from dataclasses import dataclass, field
from typing import List, Optional

from ..model import amounts
from . import cap_trace, composite, limits, units, withheld

SOURCES = ("surface", "ground")
HOLDER_DEFECTS = ("HOLDER_LINK_MISSING", "HOLDER_UNKNOWN")
TWINS = {"HTMJ": "HTMJM", "YHTMJ": "YHTMJM", "SCMJ": "SCMJM"}
LARGEST_AREA = 1e13


@dataclass
class Share:
    """A holder's part of the parcel: recorded areas summed (0.01 m² and 0.01 亩), legal area, deduction, area."""

    code: str
    m2_100: int = 0
    mu_100: int = 0
    blank: bool = False
    legal: int = 0
    deducted: int = 0

    @property
    def area(self):
        return self.legal - self.deducted


@dataclass
class Part:
    """Holder × source: areas in 0.01 亩, the quota row or what is missing, demand and volume in 0.01 m³. ``piece``: the
    outlet's piece (``facts.Piece``) where the parcel is split between outlets."""

    code: str
    source: str
    legal: int
    area: int
    quota: Optional[limits.QuotaRow] = None
    missing: str = ""
    demand: int = 0
    volume: int = 0
    cap_missing: List[tuple] = field(default_factory=list)
    unit: Optional[units.Unit] = None
    refusal: Optional[withheld.Refusal] = None
    piece: object = None

    @property
    def outlet(self):
        """The outlet's code where the parcel is split between outlets, else ""."""
        return self.piece.code if self.piece else ""

    @property
    def key(self):
        """What tells the part from the parcel's others."""
        return self.code, self.source, self.outlet


@dataclass
class Trace:
    """The outcome: ``state`` and ``reason`` as in ``parcel_right``, and the figures on the way."""

    state: str = ""
    reason: str = ""
    shares: List[Share] = field(default_factory=list)
    parts: List[Part] = field(default_factory=list)
    refused: List[Part] = field(default_factory=list)
    crop: str = ""
    method: str = ""

    def stop(self, state, reason):
        self.state, self.reason = state, reason
        return self

    @property
    def having(self):
        return self.state in ("right", "reduced")

    def total(self, name):
        return sum(getattr(one, name) for one in self.parts) if self.having else 0


def retrace(parcel, county):
    """Works out one parcel again. ``parcel``: ``facts.Parcel`` with a site; ``county``: ``facts.County``."""
    policy, site = county.policy, parcel.site
    trace = Trace(shares=shares_of(parcel, policy.get("area.legal")))
    if parcel.row["DKLB"] not in policy.get("scope.parcel_classes"):
        return trace.stop("not_contract", "NOT_CONTRACT_LAND")
    if parcel.row["TDYT"] in policy.get("scope.exclude_land_use") or mostly_forest(site):
        return trace.stop("forest", "FOREST_LAND")
    defect = site["defect"] or ""
    if defect:
        return trace.stop("no_holder" if defect in HOLDER_DEFECTS else "defect", defect)
    if not trace.shares:
        return trace.stop("no_holder", "HOLDER_LINK_MISSING")
    if any(parcel.names.get(share.code) is None for share in trace.shares):
        return trace.stop("no_holder", "HOLDER_UNKNOWN")
    if any(share.blank for share in trace.shares):
        return trace.stop("defect", "AREA_MISSING")
    if policy.get("scope.require_registry") and site["registry_fid"] is None:
        return trace.stop("outside_registry", "OUTSIDE_REGISTRY")
    if site["source"] not in (*SOURCES, "mixed"):
        return trace.stop("no_source", "NO_SOURCE")
    if not site["district_code"]:
        return trace.stop("no_source", "OUTSIDE_DISTRICT")
    overlap = deductible_m2_100(site, policy)
    for share in trace.shares:
        share.deducted = deduction(share.legal, overlap, site["geometry_m2_100"] or 0)
    if sum(share.area for share in trace.shares) == 0:
        return trace.stop("unapproved", "UNAPPROVED_OVERLAP")
    return _with_quota(trace, parcel, county)


def _with_quota(trace, parcel, county):
    policy, site = county.policy, parcel.site
    trace.crop = _word(parcel.registry, "crop", policy.get("quota.default_crop"))
    trace.method = _word(parcel.registry, "method", policy.get("quota.default_method"))
    by_crop = policy.get("quota.basis") == "crop"
    for word, reason in ((trace.crop, "CROP_MISSING"), (trace.method, "METHOD_MISSING")):
        if not word and by_crop:
            return trace.stop("no_quota", reason)
    if site["source"] == "mixed" and policy.mixed_surface is None:
        return trace.stop("no_quota", "MIX_SHARE_MISSING")
    parts = split(trace.shares, site["source"], policy.mixed_surface, parcel.pieces)
    for part in parts:
        part.refusal = withheld.of_part(policy, part.source, parcel.district.get("permit_number"), abstraction(parcel, county.as_of))
        if not part.refusal:
            part.unit, part.refusal = units.unit_of(policy, place_of(parcel, part), parcel.members)
    trace.parts = [part for part in parts if not part.refusal]
    trace.refused = [part for part in parts if part.refusal]
    if not trace.parts:
        return trace.stop("withheld", trace.refused[0].refusal.code)
    reasons = {}
    for part in trace.parts:
        if by_crop:
            part.quota, part.missing = limits.find_quota(county.quota, trace.crop, site["district_code"], part.source,
                                                         trace.method)
            reason = "QUOTA_MISSING"
        else:
            part.quota, reason, part.missing = composite.find(county.mix, county.quota, site["district_code"], part.source)
        if part.quota is None:
            reasons[part.source] = reason
    if reasons:
        return trace.stop("no_quota", reasons[max(reasons)])
    cutting = policy.get("cap.mode") != "report"
    for part in trace.parts:
        part.demand = demand_of(part, parcel, policy.step_m3_100)
        part.volume = part.demand
        if cutting:
            part.cap_missing = cap_trace.missing(county, parcel, part.source, part.outlet)
    if any(part.cap_missing for part in trace.parts):
        return trace.stop("no_quota", "CAP_MISSING")
    if cutting:
        for part in trace.parts:
            part.volume = cap_trace.volume(county, parcel, trace, part)
    deducted = sum(share.deducted for share in trace.shares)
    if not deducted and trace.refused:
        return trace.stop("reduced", trace.refused[0].refusal.code)
    return trace.stop("reduced", "UNAPPROVED_OVERLAP") if deducted else trace.stop("right", "")


def abstraction(parcel, as_of):
    """Where the parcel's ground water is taken from. ``as_of``: ISO date that permits are judged by."""
    return withheld.Abstraction(withheld.is_yes(parcel.site["well_overdraft"]), withheld.is_yes(parcel.site["well_spring"]),
                                parcel.well.get("permit_from"), withheld.is_expired(parcel.well.get("permit_until"), as_of))


def place_of(parcel, part):
    """What the unit of a part may be told by."""
    site = parcel.site
    return units.Place(part.source, part.code, parcel.row["DKBM"], parcel.row["village_code"], site["district_code"],
                       part.outlet or site["outlet_code"] or "", parcel.district,
                       part.piece.outlet if part.piece else parcel.outlet, parcel.well)


def demand_of(part, parcel, step):
    """The demand of a part by its own area; under a composite quota its share of its unit's, which is the stored
    Σ area × quota rounded once (``unit_columns.spread``). Who got one more step is known from the last one that did."""
    stored = parcel.units.get(part.unit.right_id(part.source)) if part.quota.fid is None else None
    if stored is None or not stored["weight_e4"]:
        return amounts.demand_m3_100(part.area, part.quota.quota_m3_mu_100, part.quota.eta_e8, step)
    whole = amounts.half_up(stored["weight_e4"], 100 * step)
    steps, remainder = divmod(part.area * part.quota.quota_m3_mu_100 * whole, stored["weight_e4"])
    if stored["last_key"]:
        last, before = int(stored["last_remainder"]), cap_trace.not_after(parcel, part, stored["last_key"])
        steps += remainder > last or (remainder == last and before)
    return steps * step


def mostly_forest(site):
    """More than half of the parcel lies in forest parcels."""
    return 2 * (site["forest_m2_100"] or 0) > max(site["geometry_m2_100"] or 0, 0)


def deductible_m2_100(site, policy):
    """The overlap that is deducted: none where the policy deducts nothing or it is not above the least overlap."""
    overlap = site["unapproved_m2_100"] or 0
    least = round(policy.get("scope.deduct_min_m2") * 100)
    return overlap if policy.get("scope.deduct") and overlap > least else 0


def deduction(legal, overlap, whole):
    """Legal area × overlap / parcel, rounded half up, at most the legal area."""
    return min(amounts.share_of(legal, overlap, max(whole, 1)), legal) if overlap > 0 else 0


def shares_of(parcel, legal):
    """The holders' shares by CBFBM: legal area by the policy's area (``parts.holdings``, one parcel)."""
    shares, seen = {}, set()
    measured = "HTMJ" if legal == "SCMJ" else legal
    for link in parcel.links:
        same = tuple(link[name] for name in ("CBFBM", "CBHTBM", "HTMJ", "HTMJM", "YHTMJ", "YHTMJM"))
        if link["CBFBM"] is None or same in seen:
            continue
        seen.add(same)
        share = shares.setdefault(link["CBFBM"], Share(link["CBFBM"]))
        m2, mu, blank = recorded(link, measured)
        share.m2_100, share.mu_100, share.blank = share.m2_100 + m2, share.mu_100 + mu, share.blank or blank
    listed = [shares[code] for code in sorted(shares)]
    if legal == "SCMJ":
        _split_measured(parcel.row, listed)
    else:
        for share in listed:
            share.legal = amounts.mu_100_from_m2_100(share.m2_100) + share.mu_100
    for share in listed:
        share.blank = share.blank or share.legal <= 0
        share.legal = 0 if share.blank else share.legal
    return listed


def recorded(row, field_name):
    """(0.01 m², 0.01 亩, blank): the m² of a field or, where it is blank, its twin in 亩; the other is 0."""
    in_m2 = row[field_name] is not None
    value = row[field_name] if in_m2 else row[TWINS[field_name]]
    if value is None or not 0 < value <= LARGEST_AREA:
        return 0, 0, True
    number = amounts.hundredths(value)
    return (number, 0, number <= 0) if in_m2 else (0, number, number <= 0)


def _split_measured(row, shares):
    m2, mu, blank = recorded(row, "SCMJ")
    area = amounts.mu_100_from_m2_100(m2) + mu
    unclear = len(shares) > 1 and (any(share.blank for share in shares) or not (
        all(share.m2_100 > 0 and not share.mu_100 for share in shares)
        or all(share.mu_100 > 0 and not share.m2_100 for share in shares)))
    for share in shares:
        share.blank = blank or unclear
    if blank or unclear or not shares:
        return
    if len(shares) == 1:
        shares[0].legal = area
        return
    weights = [share.m2_100 or share.mu_100 for share in shares]
    for share, part in zip(shares, amounts.largest_remainder(weights, area)):
        share.legal = part


def split(shares, source, surface, pieces=()):
    """Parts by holder, surface before ground; a part without legal area is no part. ``surface``: (part, whole) of a
    mixed parcel that is surface water's; ``pieces``: the outlets between which the surface water's part is split."""
    weight, scale = {"surface": (1, 1), "ground": (0, 1), "mixed": surface}[source]
    parts = []
    for share in shares:
        legal, area = (amounts.half_up(whole * weight, scale) for whole in (share.legal, share.area))
        parts += _under_outlets(share.code, legal, area, pieces)
        parts.append(Part(share.code, "ground", share.legal - legal, share.area - area))
    return [part for part in parts if part.legal > 0]


def _under_outlets(code, legal, area, pieces):
    """The surface water's part, or one for each outlet (``across_outlets``, one part)."""
    if not pieces:
        return [Part(code, "surface", legal, area)]
    legals = amounts.largest_remainder([piece.overlap for piece in pieces], legal)
    areas = amounts.largest_remainder(legals, area)
    return [Part(code, "surface", *one, piece=piece) for *one, piece in zip(legals, areas, pieces)]


def differences(trace, parcel):
    """(what, stored, worked out again) for every figure that differs; empty where all agree."""
    right, found = parcel.right, []
    legal = None if not trace.shares or any(s.blank for s in trace.shares) or parcel.same_code > 1 else \
        sum(share.legal for share in trace.shares)
    reached = trace.having or trace.state in ("no_quota", "unapproved", "withheld")
    expected = {
        "state": trace.state, "reason": trace.reason, "legal_mu_100": legal,
        "deducted_mu_100": sum(share.deducted for share in trace.shares) if reached else 0,
        "area_mu_100": trace.total("area"), "demand_m3_100": trace.total("demand"),
        "volume_m3_100": trace.total("volume"),
    }
    found += [(name, right[name], value) for name, value in expected.items() if right[name] != value]
    again = {part.key: part for part in trace.parts} if trace.having else {}
    stored = {(row["CBFBM"], row["source"], (row["outlet_code"] or "") if parcel.pieces else ""): row for row in parcel.parts}
    if len(stored) < len(parcel.parts):
        found.append(("parts", len(parcel.parts), len(again)))
    for key in sorted({*again, *stored}):
        part, row = again.get(key), stored.get(key)
        if part is None or row is None:
            found.append(("part", key if row else None, key if part else None))
            continue
        values = {"legal_mu_100": part.legal, "area_mu_100": part.area, "demand_m3_100": part.demand,
                  "volume_m3_100": part.volume, "quota_m3_mu_100": part.quota.quota_m3_mu_100,
                  "eta_e8": part.quota.eta_e8}
        if row["unit_id"] is not None:
            values["unit_id"] = part.unit.right_id(part.source)
        found += [(name, row[name], value) for name, value in values.items() if row[name] != value]
    return found


def _word(rows, name, default):
    for row in rows:
        if (row[name] or "").strip():
            return row[name].strip()
    return (default or "").strip()
