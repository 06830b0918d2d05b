"""Units of areas: what the header says, what the user answers, and what the shapes show over a whole layer.

Real packages hold 亩 in fields of m² (DOMAIN §2). One parcel that differs is a finding of the check; where nine tenths of a
file differ by the same factor it is the unit, and the import asks instead of taking millions of square metres for 亩.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

import numpy as np
import pandas as pd

from ..model import schema
from ..model.errors import BadInput
from .values import decimal_of

NAMES = {"m2": "m²", "mu": "亩", "ha": "公顷"}
IN_M2 = {"m2": Fraction(1), "mu": Fraction(2000, 3), "ha": Fraction(10000)}
WORDS = {"m2": "m2", "m²": "m2", "㎡": "m2", "平方米": "m2", "平米": "m2", "mu": "mu", "亩": "mu", "市亩": "mu",
         "ha": "ha", "公顷": "ha", "hm2": "ha", "hm²": "ha"}
BAND = 0.2
"""How far a ratio may lie from a unit's factor; far wider than areas differ, far narrower than units do."""
SHARE = 0.9
FEWEST = 5
SHOWN = 5
CENT = Decimal("0.01")
COMPARED = (("parcel", "SCMJ"), ("parcel", "SCMJM"), ("CBDKXX", "HTMJ"), ("CBDKXX", "HTMJM"), ("CBDKXX", "YHTMJ"),
            ("CBDKXX", "YHTMJM"), ("registry", "area_mu_100"))


def natural(item):
    """The unit that a field of the schema is kept in: ``m2``, ``mu``, or "" where it is no area."""
    if item.name.endswith("_mu_100"):
        return "mu"
    return {"m²": "m2", "亩": "mu"}.get(item.unit or "", "")


def named(word):
    """The unit that a word stands for; None for any other word."""
    return WORDS.get(unicodedata.normalize("NFKC", str(word)).strip().lower())


def in_header(text):
    """(the header without its unit, the unit) of ``合同面积(公顷)`` or ``实测面积_ha``; (text, "") without one."""
    for pattern in (r"(.+?)[(\[【]单?位?[:]?([^()\[\]【】]+)[)\]】]", r"(.+?)[_\-/]([a-z0-9²]+|亩|公顷|平方米)", r"(.+?)(公顷)"):
        found = re.fullmatch(pattern, text)
        if found and named(found.group(2)):
            return found.group(1), named(found.group(2))
    return text, ""


def converted(cells, unit, into):
    """Cells in another unit: exact, half up to the hundredth that NY/T 2539 keeps; what is no number stays as it is."""
    factor, memo = IN_M2[unit] / IN_M2[into], {}
    out = []
    for cell in cells.tolist() if isinstance(cells, np.ndarray) else cells:
        key = (type(cell), cell)
        if key not in memo:
            try:
                number = decimal_of(cell)
                memo[key] = None if number is None else _times(number, factor)
            except InvalidOperation:
                memo[key] = cell
        out.append(memo[key])
    return out


def _times(number, factor):
    exact = Fraction(number) * factor
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass
class Seen:
    """What the shapes show of one field in one file."""

    unit: str
    share: float
    median: float
    count: int


def seen(recorded, drawn):
    """``recorded``, ``drawn``: (n,) areas, drawn in m². The unit that nine tenths of the ratios fit; "" for none."""
    known = (recorded > 0) & (drawn > 0)
    ratio = recorded[known] / drawn[known]
    if len(ratio) < FEWEST:
        return Seen("", 0.0, float("nan"), len(ratio))
    shares = {unit: float((np.abs(ratio * float(factor) - 1) <= BAND).mean()) for unit, factor in IN_M2.items()}
    unit = max(shares, key=shares.get)
    median = float(np.median(ratio))
    return Seen(unit if shares[unit] >= SHARE else "", shares[unit], median, len(ratio))


def judge(frames, mapping):
    """Decisions (what, text) on the unit of every area field that can be held against the shapes, file by file.

    Raises BadInput where a whole file shows another unit than its field has, with examples and how to answer.
    """
    parcels = frames["parcel"]
    alone = parcels.drop_duplicates("DKBM", keep=False)
    drawn_of = pd.Series(alone["geometry_m2"].to_numpy(), index=alone["DKBM"].to_numpy(dtype=object))
    decisions, borne_out = [], {}
    for table, name in COMPARED:
        frame = frames.get(table)
        if frame is None or not {name, "DKBM"} <= set(frame.columns) or not len(frame):
            continue
        item = schema.table(table).by_name[name]
        recorded = frame[name].to_numpy(dtype=float, na_value=np.nan) / (100 if name.endswith("_100") else 1)
        drawn = _drawn(table, frame, drawn_of)
        for file, rows in sorted(frame.groupby("source_file", sort=False).indices.items()):
            said = mapping.of(table, file).unit_of(name, file)
            given = said or natural(item)
            if said == natural(item):
                decisions.append((f"{schema.table(table).title} · {file}", f"{_title(item)}是{NAMES[given]}：按指定，不再与图形比"))
                continue
            delivered = recorded[rows] * float(IN_M2[natural(item)] / IN_M2[given])
            found = seen(delivered, drawn[rows])
            if found.unit and found.unit != given:
                _ask(schema.table(table), item, file, found, frame["DKBM"].to_numpy(dtype=object)[rows], delivered,
                     drawn[rows], given)
            if found.unit:
                borne_out.setdefault(schema.table(table).title, {})[_title(item)] = NAMES[given]
    for title, fields in borne_out.items():
        decisions.append((title, f"面积单位与图形相符：{'、'.join(f'{name} {unit}' for name, unit in fields.items())}"))
    return decisions


def _title(item):
    return f"{item.alias}（{item.name}）"


def _drawn(table, frame, drawn_of):
    """(n,) drawn areas in m²; NaN for a parcel that is not drawn, or that several rows share."""
    if table == "parcel":
        return frame["geometry_m2"].to_numpy(dtype=float)
    codes = frame["DKBM"]
    drawn = drawn_of.reindex(codes.to_numpy(dtype=object)).to_numpy(dtype=float)
    return np.where(codes.duplicated(keep=False) | codes.isna(), np.nan, drawn)


def _ask(table, item, file, found, codes, delivered, drawn, given):
    like, read_as = NAMES[found.unit], NAMES[given]
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.abs(delivered / drawn * float(IN_M2[found.unit]) - 1)
    examples = "\n".join(
        f"  {codes[i] or '（无编码）'}：读作 {delivered[i]:.4f} {read_as}，图形 {drawn[i]:.2f} m²（合 {drawn[i] * 0.0015:.2f} 亩、"
        f"{drawn[i] / 10000:.4f} 公顷）" for i in np.flatnonzero(off <= BAND)[:SHOWN])
    own = natural(item)
    why = f"按指定读作{read_as}" if given != own else f"应以{read_as}为单位"
    raise BadInput(
        f"{table.title}的{_title(item)}{why}，但 {found.count} 个可比的地块里 {found.share:.0%} 的数值约为图形面积（m²）的"
        f" {1 / float(IN_M2[found.unit]):.6g} 倍，像是{like}：\n{examples}",
        f"确是{like}的，用参数 --area-unit {item.name}={found.unit} 再导入一次，数值按此换算；确是{NAMES[own]}的，用"
        f" --area-unit {item.name}={own}；也可在字段对应文件的 units 里写明", where=file)
