"""Rows of the quota table (定额表) and of the cap table (指标表): which row applies. Standard library only.

One implementation serves the whole county (``quota``, ``caps``) and the explanation of one parcel (``retrace``).
"""

from dataclasses import dataclass
from typing import Optional, Tuple

from ..model import amounts, codes

ANY_DISTRICT = "*"
SHARE_SCALE = 10_000


@dataclass(frozen=True)
class QuotaRow:
    """A row that applies: ``quota_m3_mu_100`` in 0.01 m³/亩, ``eta_e8`` in 1e-8."""

    fid: int
    quota_m3_mu_100: int
    eta_e8: int
    row: dict


@dataclass(frozen=True)
class CapRow:
    """A cap that applies, and what of it is reserved (预留) for no user, in 0.01 m³."""

    fid: int
    cap_m3_100: int
    row: dict
    reserve_m3_100: int = 0

    @property
    def usable_m3_100(self):
        """What the users may have together."""
        return self.cap_m3_100 - self.reserve_m3_100


def quota_key(row):
    return tuple(_text(row[name]) for name in ("crop", "district_code", "source", "method"))


def quota_index(rows):
    """Quota rows (mappings) by (crop, district_code, source, method)."""
    return _index(rows, quota_key)


def find_quota(index, crop, district_code, source, method) -> Tuple[Optional[QuotaRow], str]:
    """The row for this crop, district, source and method; else the row for any district (``*``).

    Returns (row, "") or (None, what is missing). A row that exists but is blank, wrong, or contradicted by another
    row of the same key is missing: it is not passed over in favour of ``*`` (nothing official is invented).
    """
    for district in (district_code, ANY_DISTRICT):
        rows = index.get((crop, district, source, method))
        if rows:
            return _one_quota(rows)
    return None, "定额表中没有这一行"


def _one_quota(rows):
    found = []
    for row in rows:
        at = where(row)
        if row["quota_m3_mu_100"] is None:
            return None, f"定额表中这一行未填定额{at}"
        if not _text(row["eta_canal"]) or not _text(row["eta_field"]):
            return None, f"定额表中这一行未填灌溉水利用系数{at}"
        if int(row["quota_m3_mu_100"]) < 0:
            return None, f"定额表中这一行的定额为负数{at}"
        try:
            eta = amounts.eta_e8(_text(row["eta_canal"]), _text(row["eta_field"]))
        except (ValueError, ArithmeticError):
            return None, f"定额表中这一行的利用系数应在 0 与 1 之间、至多四位小数{at}"
        found.append(QuotaRow(int(row["fid"]), int(row["quota_m3_mu_100"]), eta, row))
    if len({(one.quota_m3_mu_100, one.eta_e8) for one in found}) > 1:
        return None, f"定额表中这一行有 {len(found)} 个不同的值，请只留一行{where(rows[0])}"
    return found[0], ""


def cap_key(row):
    return tuple(_text(row[name]) for name in ("cap_level", "cap_code", "source"))


class CapIndex(dict):
    """Cap rows (mappings) by (cap_level, cap_code, source). ``required``: the levels that may not lack a row."""

    required = ("county", "district")
    reported = ()


def cap_index(rows, policy=None, forest=None, wells=()):
    """The cap table as a ``CapIndex``, as the policy has it: the share of the county's cap that is reserved where its
    row does not say how much, and whether a district may do without a row.

    ``wells``: rows of ``well``, in fid order. Where the policy's tree has wells, the volume of a well's permit is its cap
    unless the table has a row for it (永川方案二（三）: 将取水许可证登记载明的水量作为初始用水权).

    ``forest``: {(district_code, source): 0.01 m³} of the forest land. It is part of the district's water (张掖方案二（一）1:
    林草地水权包含在灌区水权内), so it is kept from the parcels of its district, and of the county, as a reserve is.
    """
    share = (policy.share_e4("cap.reserve_share") or 0) if policy else 0
    rows = [_without_forest(_with_reserve(row, share), forest or {}) for row in rows]
    index = CapIndex(_index(rows, cap_key))
    if policy:
        index.required = tuple(level for level, needed in (
            ("county", True), ("district", policy.get("cap.without_district") != "county"),
            ("well", policy.get("cap.without_well") == "stop")) if needed)
        index.reported = tuple(level for level in codes.CAP_LEVEL if policy.cap_mode(level) == "report")
        if "well" in policy.get("cap.tree"):
            index.update(_permits(wells, index))
    return index


def _permits(wells, index):
    """Permits as caps of the wells that the cap table does not name. Their ``fid`` is below 0: they are no rows of it."""
    rows = []
    for well in wells:
        volume, code = well["permit_m3"], _text(well["well_code"])
        if code and ("well", code, "ground") not in index and volume == volume and volume not in (None, 0):
            rows.append({"fid": -int(well["fid"]), "cap_level": "well", "cap_code": code, "cap_name": well.get("well_name") or None,
                         "source": "ground", "cap_m3_100": amounts.hundredths(volume), "reserve_m3_100": None, "parent_code": None,
                         "basis": well.get("permit_number"), "source_row": None})
    return _index(rows, cap_key)


def is_permit(row):
    """Whether a cap is the volume of a well's permit and no row of the cap table."""
    return row["fid"] < 0


def _with_reserve(row, share_e4):
    cap, reserve = row["cap_m3_100"], row.get("reserve_m3_100")
    if not share_e4 or cap is None or reserve is not None or _text(row["cap_level"]) != "county":
        return row
    return {**row, "reserve_m3_100": amounts.share_of(int(cap), share_e4, SHARE_SCALE)}


def _without_forest(row, forest):
    level, code, source = cap_key(row)
    kept = {"district": forest.get((code, source), 0),
            "county": sum(amount for (_, of), amount in forest.items() if of == source)}.get(level, 0)
    return {**row, "reserve_m3_100": int(row.get("reserve_m3_100") or 0) + kept, "forest_m3_100": kept} if kept else row


def cap_rows(index, level, code, source, above=()):
    """The rows of the cap table that speak of this code below these others: those that name one of them as their
    ``parent_code``, or where none does those that name nothing. ``above``: codes from the county down."""
    rows = index.get((level, code, source)) or []
    named = [row for row in rows if _text(row.get("parent_code")) in above and _text(row.get("parent_code"))]
    return named or [row for row in rows if not _text(row.get("parent_code"))]


def find_cap(index, level, code, source, above=()) -> Tuple[Optional[CapRow], str]:
    """The cap of one level, code and source: (row, "") or (None, what is missing).

    Without a row, a required level misses its cap; any other is unlimited: (None, ""). A row that exists but is blank,
    wrong, or contradicted by another misses it at every level.
    """
    rows = cap_rows(index, level, code, source, above)
    if not rows and level == "well":
        return None, "机井图层没有填许可水量（或填的是 0），指标表中也没有这眼井" if level in index.required else ""
    if not rows:
        return None, "指标表中没有这一行" if level in index.required else ""
    if is_permit(rows[0]) and (len({row["cap_m3_100"] for row in rows}) > 1 or rows[0]["cap_m3_100"] < 0):
        return None, "机井图层中这个编号的许可水量" + ("是负数" if len(rows) == 1 else f"有 {len(rows)} 个不同的值，请改正编号或只留一眼")
    for row in rows:
        if row["cap_m3_100"] is None or int(row["cap_m3_100"]) < 0:
            return None, f"指标表中这一行未填指标水量{where(row)}"
        if int(row.get("reserve_m3_100") or 0) < 0:
            return None, f"指标表中这一行的预留水量是负数{where(row)}"
        if int(row.get("reserve_m3_100") or 0) > int(row["cap_m3_100"]):
            return None, f"指标表中这一行的预留水量{'（含林草用水量）' if row.get('forest_m3_100') else ''}大于指标水量{where(row)}"
    if len({(int(row["cap_m3_100"]), int(row.get("reserve_m3_100") or 0)) for row in rows}) > 1:
        return None, f"指标表中这一行有 {len(rows)} 个不同的值，请只留一行{where(rows[0])}"
    return CapRow(int(rows[0]["fid"]), int(rows[0]["cap_m3_100"]), rows[0], int(rows[0].get("reserve_m3_100") or 0)), ""


def quota_label(crop, district, source, method):
    return f"作物 {crop} × 灌区 {district} × {codes.SOURCE[source]} × {method}"


def cap_label(level, name, source):
    return f"{codes.CAP_LEVEL.get(level, level)}“{name}”{codes.SOURCE.get(source, source)}"


def _index(rows, key):
    found = {}
    for row in sorted(rows, key=lambda one: one["fid"]):
        found.setdefault(key(row), []).append(row)
    return found


def _text(value):
    return "" if value is None else str(value).strip()


def where(row):
    """Which row of its sheet, in brackets; empty where nobody knows."""
    return f"（第 {row['source_row']} 行）" if row.get("source_row") is not None else ""
