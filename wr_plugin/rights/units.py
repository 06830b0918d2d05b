"""The unit of confirmation (确权单位) of a part: outlet, village group, association … Standard library only.

Which unit a part belongs to is data: the rules of the policy (``unit``, ``units.rules``), the size of the district, the
metering of the outlet or well, and for associations, co-operatives and collectives the delivered list of members. One
implementation serves the county (``unit_columns``) and the explanation (``retrace``).
"""

from dataclasses import dataclass
from typing import Optional

from ..model import codes
from . import withheld

SUFFIX = {"surface": "S", "ground": "G"}
NO_UNIT = "UNIT_UNDECIDED"


@dataclass(frozen=True)
class Unit:
    """A unit of confirmation; ``code`` is a CBFBM, an outlet's code, a group's 14 digits, a permit number …"""

    kind: str
    code: str

    def right_id(self, source):
        """The number of the unit's right from one source; of a household the same as ``holders.right_id``."""
        ending = SUFFIX[source]
        return self.code + ending if self.kind == "holder_source" else f"{self.kind}:{self.code}:{ending}"


@dataclass(frozen=True)
class Place:
    """What a unit may be told by: codes of the part's parcel, and the rows of its district, outlet and well (mappings,
    empty where there is none)."""

    source: str
    holder: str
    parcel: str
    village: str
    district_code: str
    outlet_code: str
    district: dict
    outlet: dict
    well: dict

    @property
    def metering(self):
        """Metering of the outlet for surface water, of the well for ground water; "" where nobody says."""
        return (self.outlet if self.source == "surface" else self.well).get("metering") or ""

    @property
    def scale(self):
        return self.district.get("district_scale") or ""


def kind_of(policy, scale, source, metering):
    """The kind of unit that the policy gives: the first rule that applies, else ``unit``; None where undecided."""
    there = {"scale": scale, "source": source, "metering": metering}
    for rule in policy.get("units.rules"):
        if all(there[name] in rule[name] for name in there if name in rule):
            return rule["unit"]
    return policy.get("unit")


class Members:
    """The delivered lists of units and members.

    ``units``: rows of ``water_unit``; ``members``: rows of ``unit_member``. A row that names a parcel counts for that
    parcel before one that names the household alone.
    """

    def __init__(self, units=(), members=()):
        self.units = {}
        for row in sorted(units, key=lambda one: one["fid"]):
            self.units.setdefault(_text(row["unit_code"]), row)
        self.of_parcel, self.of_holder = {}, {}
        for row in members:
            unit, holder, parcel = (_text(row[name]) for name in ("unit_code", "CBFBM", "DKBM"))
            if unit in self.units and parcel:
                self.of_parcel.setdefault((holder, parcel), set()).add(unit)
            elif unit in self.units:
                self.of_holder.setdefault(holder, set()).add(unit)

    def find(self, kind, holder, parcel):
        """(Unit or None, refusal's code): the unit that lists the household or its parcel. ``kind``: one of
        ``codes.LISTED_UNITS``, or ``listed`` for any of them."""
        for listed in (self.of_parcel.get((holder, parcel)), self.of_holder.get(holder)):
            found = sorted(code for code in listed or () if kind in ("listed", self.units[code]["unit_kind"]))
            if len(found) > 1:
                return None, "UNIT_AMBIGUOUS"
            if found:
                return Unit(self.units[found[0]]["unit_kind"], found[0]), ""
        return None, "UNIT_MISSING"

    def name(self, code):
        row = self.units.get(code)
        return (row["unit_name"] if row else None) or code


def unit_of(policy, place, members) -> "tuple[Optional[Unit], Optional[withheld.Refusal]]":
    """(unit, None) of a part, or (None, why it has none)."""
    kind = kind_of(policy, place.scale, place.source, place.metering)
    if kind in ("listed", *codes.LISTED_UNITS):
        unit, reason = members.find(kind, place.holder, place.parcel)
        if unit:
            return unit, None
        kind = policy.get("units.unlisted") if reason == "UNIT_MISSING" else None
        if kind is None:
            return None, withheld.Refusal(reason)
    code = code_of(kind, place)
    return (Unit(kind, code), None) if code else (None, withheld.Refusal(NO_UNIT))


def code_of(kind, place):
    """The code of a unit that the part's own place tells; "" where it does not."""
    if kind == "holder_source":
        return place.holder
    if kind == "outlet":
        return place.outlet_code if place.source == "surface" else ""
    if kind == "group":
        return codes.part_of(place.parcel, codes.GROUP) if codes.is_parcel_code(place.parcel) else ""
    if kind == "village":
        return place.village
    if kind == "district":
        return place.district_code
    if kind == "permit":
        return _text((place.district if place.source == "surface" else place.well).get("permit_number"))
    return ""


COMPARED = ("unit_kind", "unit_code", "unit_name", "source", "members", "parcels", "area_mu_100", "demand_m3_100",
            "volume_m3_100")


def changes(before, after):
    """Rights of units other than households that are new, gone or different: list of (unit_id, before, after), dicts or
    None, ordered by unit_id. ``before``, ``after``: frames ``unit_right``. Households' rights are ``holder_right``'s."""
    old, new = ({row[0]: row[1:] for row in frame.loc[frame["unit_kind"] != "holder_source", ["unit_id", *COMPARED]].astype(
        object).itertuples(index=False, name=None)} for frame in (before, after))
    touched = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    return [(key, *(dict(zip(COMPARED, rows[key])) if key in rows else None for rows in (old, new))) for key in touched]


def undecided_subject(place):
    """The subject of ``UNIT_UNDECIDED``: district, source, scale, metering."""
    return "|".join((place.district_code, place.source, place.scale, place.metering))


def _text(value):
    return "" if value is None or value != value else str(value).strip()
