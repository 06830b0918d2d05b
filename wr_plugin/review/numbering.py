"""Certificate numbers and check values, and which certificates stay in force."""

import hashlib
import string

from ..model.errors import BadInput

PLACEHOLDERS = ("county", "year", "source", "seq")
SOURCE_WORDS = {"surface": "地表", "ground": "地下"}
SEQUENCE_DIGITS = 6
CHECK_LENGTH = 8


def checked_pattern(pattern):
    """The policy's number rule; BadInput where it has an unknown placeholder or lacks the running number."""
    remedy = "改正政策 certificate.number：可用 {county} {year} {source} {seq}，其中 {seq} 必须有"
    try:
        names = [name for _, name, spec, conversion in string.Formatter().parse(pattern) if name is not None]
        odd = [name for name in names if name not in PLACEHOLDERS]
        plain = all(not spec and not conversion for _, _, spec, conversion in string.Formatter().parse(pattern))
    except ValueError:
        raise BadInput(f"证号规则“{pattern}”写法不对", remedy) from None
    if odd or not plain or "seq" not in names:
        raise BadInput(f"证号规则“{pattern}”写法不对" + (f"：不认识 {{{odd[0]}}}" if odd else ""), remedy)
    return pattern


def number(pattern, county_code, year, source, sequence):
    """A certificate number.

    ``{county}``: the county's 6 digits; ``{year}``: year of issue; ``{source}``: 地表 or 地下; ``{seq}``: a number of
    at least 6 digits that runs through the whole work file and is never used twice.
    """
    return pattern.format(county=county_code, year=year, source=SOURCE_WORDS[source],
                          seq=f"{sequence:0{SEQUENCE_DIGITS}d}")


def check_value(certificate_number, code, source, area_mu_100, volume_m3_100, valid_to, parts, facts=""):
    """First 8 hex digits of SHA-256 over
    ``number|CBFBM|source|area in 0.01 亩|volume in 0.01 m³|valid to|DKBM:area:volume;…`` in UTF-8.

    All of it is printed on the certificate, so that anybody can compute it again; ``parts``: (DKBM, 0.01 亩,
    0.01 m³) in the order of the certificate's parcel list. Of another unit, ``code`` is the unit's, ``parts`` are the
    lines of its annex, and ``facts``, the entries of the first page as ``label:value;…``, follow after another ``|``.
    """
    listed = ";".join(f"{code}:{area}:{volume}" for code, area, volume in parts)
    text = f"{certificate_number}|{code}|{source}|{area_mu_100}|{volume_m3_100}|{valid_to}|{listed}"
    text += f"|{facts}" if facts else ""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:CHECK_LENGTH].upper()


def still_valid(row, code, holder_name, area_mu_100, volume_m3_100, valid_from, valid_to, demo, parts, facts=""):
    """Whether a certificate on record says exactly what would be printed now, so that it keeps its number."""
    same = (row["holder_name"], row["area_mu_100"], row["volume_m3_100"], row["valid_from"], row["valid_to"],
            row["demo"]) == (holder_name, area_mu_100, volume_m3_100, valid_from, valid_to, demo)
    return same and row["check_value"] == check_value(row["number"], code, row["source"], area_mu_100, volume_m3_100,
                                                      valid_to, parts, facts)
