"""What a certificate and a poster say, as plain values; ``assembly`` fills them from the work file."""

from dataclasses import dataclass
from typing import Optional, Tuple

from ..model import codes


@dataclass(frozen=True)
class CertificateLine:
    """One parcel of a certificate. ``position``: the parcel in the village's ``Land``."""

    number: int
    position: int
    code: str
    name: str
    bounds: Tuple[str, str, str, str]  # 东 南 西 北
    water: str
    area_mu_100: int
    volume_m3_100: int

    @property
    def texts(self):
        return (self.code, self.name, self.water, *self.bounds)


@dataclass(frozen=True)
class CertificateContent:
    """One holder's right from one source. ``number`` is empty on a trial print."""

    holder_code: str
    holder_name: str
    holder_kind: str
    place: str
    county_name: str
    village_name: str
    source: str
    area_mu_100: int
    volume_m3_100: int
    legal_area: str
    document: str
    districts: Tuple[str, ...]
    facilities: Tuple[str, ...]
    lines: Tuple[CertificateLine, ...]
    number: str = ""
    check_value: str = ""
    valid_from: str = ""
    valid_to: str = ""
    issuer: str = ""
    demo: bool = False

    facts = ""
    unit_kind = codes.HOUSEHOLD_UNIT

    @property
    def parts(self):
        """(DKBM, 0.01 亩, 0.01 m³) of each parcel, for the check value."""
        return [(line.code, line.area_mu_100, line.volume_m3_100) for line in self.lines]

    @property
    def source_name(self):
        return codes.SOURCE[self.source]

    def texts(self):
        """Every text from the data that the certificate prints, for the glyph check."""
        yield from (self.holder_name, self.place, self.village_name, self.issuer, self.number, self.document)
        yield from self.districts
        yield from self.facilities
        for line in self.lines:
            yield from line.texts


@dataclass(frozen=True)
class PosterRow:
    """One household's part of one parcel. ``map_number``: the parcel's number on the map and in the table."""

    household: int
    holder_code: str
    holder_name: str
    told_apart: str  # masked ID where two holders of the village share the name
    map_number: int
    position: int
    group_code: str
    parcel_code: str
    parcel_name: str
    contract_mu_100: Optional[int]
    area_mu_100: int
    source: str
    water: str
    surface_m3_100: int
    ground_m3_100: int
    in_registry: bool
    state: str
    remark: str

    @property
    def volume_m3_100(self):
        return self.surface_m3_100 + self.ground_m3_100

    @property
    def texts(self):
        return (self.holder_name, self.parcel_name, self.water, self.remark)


@dataclass(frozen=True)
class PosterContent:
    """One village's publicity."""

    county_name: str
    town_name: str
    village_name: str
    village_code: str
    document: str
    legal_area: str
    start: str
    end: str
    days: int
    objections_to: str
    phone: str
    rows: Tuple[PosterRow, ...]
    surface: Tuple[int, int]  # 0.01 亩, 0.01 m³
    ground: Tuple[int, int]
    groups: Tuple[Tuple[str, str], ...]  # (code 14, name)
    demo: bool = False
    units: Tuple[tuple, ...] = ()  # as ``unit_poster.rows_of`` gives them

    @property
    def households(self):
        return len({r.holder_code for r in self.rows if r.holder_code})

    @property
    def parcels(self):
        return len({r.map_number for r in self.rows})

    @property
    def outside(self):
        """Contract parcels that are not in the registry."""
        return len({r.map_number for r in self.rows if r.state == "outside_registry"})

    @property
    def contract_mu_100(self):
        return sum(r.contract_mu_100 or 0 for r in self.rows)

    @property
    def area_mu_100(self):
        return sum(r.area_mu_100 for r in self.rows)

    @property
    def volume_m3_100(self):
        return sum(r.volume_m3_100 for r in self.rows)


@dataclass(frozen=True)
class Unprintable:
    """A person whose document was not made, and the characters that no font has."""

    holder_code: str
    holder_name: str
    village_name: str
    characters: str

    def sentence(self):
        points = "、".join(f"{c}（U+{ord(c):04X}）" for c in self.characters)
        return f"{self.village_name} {self.holder_name}（{self.holder_code}）：字体中没有 {points}"


def unprintable(book, content):
    """``Unprintable`` for a certificate that the fonts cannot print, else None."""
    missing = "".join(dict.fromkeys("".join(book.missing(text) for text in content.texts())))
    if not missing:
        return None
    return Unprintable(content.holder_code, content.holder_name, content.village_name, missing)


def unprintable_rows(book, content):
    """One ``Unprintable`` per household of a poster with text that the fonts cannot print."""
    found = {}
    for row in content.rows:
        missing = "".join(book.missing(text) for text in row.texts)
        if missing:
            before = found.get(row.holder_code)
            characters = "".join(dict.fromkeys((before.characters if before else "") + missing))
            found[row.holder_code] = Unprintable(row.holder_code, row.holder_name, content.village_name, characters)
    for (_, name, code, _), _, _ in content.units:
        missing = "".join(dict.fromkeys("".join(book.missing(text) for text in (name, code))))
        if missing:
            found[code] = Unprintable(code, name, content.village_name, missing)
    return list(found.values())
