"""What the certificate of a unit of confirmation or of another water user says, as plain values."""

from dataclasses import dataclass
from typing import Tuple

from ..model import codes


@dataclass(frozen=True)
class AnnexLine:
    """One line of an annex: ``cells``: its texts without area and volume; ``key``: its code in the check value;
    ``parcel_fid``: the parcel to number on the map, 0 for none."""

    key: str
    cells: Tuple[str, ...]
    area_mu_100: int
    volume_m3_100: int
    parcel_fid: int = 0


@dataclass(frozen=True)
class Annex:
    """The list that goes with a certificate. ``columns``: (title, share of the width, whether numeric), number, area and
    volume apart; ``counted``: what it adds up, such as ``12 户、40 块``."""

    title: str
    columns: Tuple[Tuple[str, float, bool], ...]
    lines: Tuple[AnnexLine, ...]
    counted: str


@dataclass(frozen=True)
class UnitContent:
    """One unit's or user's right from one source. ``rows``: the first page's table, (label, value) pairs one or two a
    row; ``remark``: a line below it; ``details``: (label, value) of the second page, where there is no annex;
    ``lacking``: what stops the certificate: texts that name the cell to fill; ``villages``: codes of those with its land,
    empty for a user without; ``binding``: key and words of the volume that it is bound into.

    ``number`` is empty on a trial print and on a register sheet.
    """

    unit_kind: str
    holder_code: str
    holder_name: str
    right_id: str
    county_name: str
    document: str
    legal_area: str
    source: str
    area_mu_100: int
    volume_m3_100: int
    rows: Tuple[Tuple[Tuple[str, str], ...], ...]
    remark: str
    terms: Tuple[str, ...]
    lacking: Tuple[str, ...]
    villages: Tuple[str, ...]
    binding: Tuple[str, ...]
    annex: Annex = None
    details: Tuple[Tuple[str, str], ...] = ()
    valid_from: str = ""
    valid_to: str = ""
    issuer: str = ""
    demo: bool = False
    number: str = ""
    check_value: str = ""

    @property
    def source_name(self):
        return codes.SOURCE[self.source]

    @property
    def village_name(self):
        """Whose it is, where a list of what cannot be printed names the village of a household."""
        return codes.CERTIFIED_KIND[self.unit_kind]

    @property
    def is_user(self):
        return self.unit_kind in codes.USER_HOLDER

    @property
    def facts(self):
        """The first page's table as text, for the check value."""
        return ";".join(f"{label}:{value}" for row in self.rows for label, value in row)

    @property
    def parts(self):
        """(code, 0.01 亩, 0.01 m³) of each line of the annex, for the check value."""
        return [(line.key, line.area_mu_100, line.volume_m3_100) for line in self.annex.lines] if self.annex else []

    def texts(self):
        """Every text from the data that the certificate prints, for the glyph check."""
        yield from (self.holder_name, self.issuer, self.number, self.document, self.remark)
        for row in (*self.rows, self.details):
            for _, value in row:
                yield value
        for line in self.annex.lines if self.annex else ():
            yield from line.cells
