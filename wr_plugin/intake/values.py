"""Cells into the schema's types: codes as text, areas as exact hundredths, dates, code words; columns at a time.

A value that cannot be read becomes None and is told, never guessed. A code of 15 digits or more in a numeric cell, or
in scientific notation, has lost digits: that is refused and never repaired (DOMAIN §7).
"""

import datetime
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import List

import numpy as np

from ..model import schema
from ..model.errors import BadInput

CODE_DIGITS = 15
EXCEL_EPOCH = datetime.date(1899, 12, 30)
LAST_SERIAL = 2_958_465
SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]{2}")
POINT_ZERO = re.compile(r"([0-9]+)\.0+$")
DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})(?:[-/.月](?:([0-9]{1,2})日?)?)?(?:[ T].*)?")
COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
SERIAL_TEXT = re.compile(r"[2-6][0-9]{4}(\.0+)?")
"""A day number of Excel (1954 to 2091) that was saved as text."""
BLANKS = {"", "-", "—", "——", "/", "无", "null", "none", "nan", "<null>"}
SYNONYMS = {
    "well_state": {"在用": "normal", "正常使用": "normal", "关闭": "closed", "停用": "closed", "封填": "closed", "封存": "closed",
                   "报废": "closed", "已关停": "closed"},
    "land_kind": {"新开": "new", "新开荒": "new", "新开垦": "new", "复垦": "reclaimed", "未批": "unapproved",
                  "未经批准": "unapproved"},
    "source": {"地表": "surface", "渠水": "surface", "地下": "ground", "井水": "ground"},
    "cap_level": {"县级": "county", "区": "county", "灌区级": "district", "干渠": "canal", "支渠": "canal", "斗渠": "canal",
                  "乡": "town", "镇": "town", "行政村": "village",
                  "井": "well", "水井": "well"},
    "demo": {"是": "1", "否": "0"},
}
SAID_TO_BE_ABSENT = ("permit_number", "crop", "method", "quota_point", "edition", "page")
REFUSED_SHOWN = 10
LISTED = 200
"""How many of a column's unreadable values, and of a sheet's incomplete rows, are told one by one; the rest is counted."""
LONGEST_SHOWN = 60


@dataclass
class Unreadable:
    """Values of one column that could not be read: ``count`` of them, ``shown`` the commonest. Of the first ``LISTED``
    of them ``positions``, ``rows`` (row numbers) and ``values`` (texts)."""

    field: str
    alias: str
    reason: str
    count: int
    positions: List[int] = field(default_factory=list)
    rows: List[int] = field(default_factory=list)
    values: List[str] = field(default_factory=list)
    shown: List[str] = field(default_factory=list)


def convert(item, values, rows, where, words=None):
    """One column in the type of schema field ``item``: (array, Unreadable or None).

    ``values``: list or array as a reader gave it; ``rows``: row numbers for messages; ``words``: translations of
    values from a saved mapping. TEXT gives object with None, INTEGER object of int or None, REAL float64, DATE text.
    """
    if item.type == schema.TEXT:
        out = _text(item, values, rows, where)
        return _coded(item, out, rows, words or {}) if item.codes or words else (out, None)
    if words:
        values = [words.get(str(v).strip(), v) if v is not None else None for v in _listed(values)]
    if item.type == schema.REAL:
        return _real(item, values, rows)
    if item.type == schema.INTEGER and item.codes:
        out, bad = _coded(item, _text(item, values, rows, where), rows, {})
        return _object([None if v is None else int(v) for v in out.tolist()]), bad
    if item.type == schema.INTEGER:
        return _integer(item, values, rows)
    return _date(item, values, rows)


def _listed(values):
    """The values as a list, which nobody changes: the very same where it is one."""
    if isinstance(values, list):
        return values
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def _object(values):
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def is_code(item):
    """True for a text field that holds a code or number of 14 characters or more (DKBM, CBFBM, ID numbers)."""
    return item.type == schema.TEXT and not item.codes and (item.name.endswith(("BM", "ZJHM")) and item.length >= 14
                                                            or item.name == "zone_code")


def _text(item, values, rows, where):
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        values = [None if v != v else v for v in values.tolist()]
    else:
        values = _listed(values)
    distinct = values if is_code(item) else _distinct(values)
    if not set(map(type, distinct)) <= {str, type(None)}:
        _refuse_numeric_codes(item, values, rows, where)
        values = [v if v is None or isinstance(v, str) else _plain_number(v) for v in values]
        distinct = set(values)
    if is_code(item):
        return _object(_codes(item, values, rows, where))
    absent = item.name in SAID_TO_BE_ABSENT
    made = {}
    for value in distinct:
        text = None if value is None else (value.strip() or None)
        if absent and text is not None and text.lower() in BLANKS:
            text = None
        if text != value:
            made[value] = text
    return _object(_mapped(values, made))


def _distinct(values):
    """The distinct values, of equal numbers one; all values where one (a list of a GeoJSON) cannot be looked up."""
    try:
        return set(values)
    except TypeError:
        return values


def _mapped(values, made):
    """The values, those among the keys of ``made`` replaced; the very same list where there are none."""
    return [made.get(v, v) for v in values] if made else values


def _refuse_numeric_codes(item, values, rows, where):
    limit = 10 ** (CODE_DIGITS - 1)
    bad = [i for i, v in enumerate(values) if isinstance(v, (int, float)) and not isinstance(v, bool) and abs(v) >= limit]
    if bad:
        _refuse(item, [rows[i] for i in bad], where, f"是数字格式，15 位以后的数字已经丢失（如 {values[bad[0]]!r}）")


def _refuse(item, bad_rows, where, what):
    listed = "、".join(str(int(r)) for r in bad_rows[:REFUSED_SHOWN]) + ("等" if len(bad_rows) > REFUSED_SHOWN else "")
    raise BadInput(f"{item.alias}（{item.name}）有 {len(bad_rows)} 个单元格{what}，行号：{listed}",
                   "请对方把这一列设为“文本”格式后，从原始资料重新导出；丢失的数字不能补回",
                   where=f"{where} › 第 {int(bad_rows[0])} 行 › {item.alias}")


def _plain_number(value):
    if isinstance(value, bool):
        return "1" if value else "2"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()[:10]
    return str(value)


def _codes(item, values, rows, where):
    """Codes without blanks, quote marks, full-width digits; BadInput for scientific notation and for ``.0`` on a long one."""
    together = "".join(filter(None, values))
    if together.isascii() and (together.encode("ascii").isalnum() or not together):
        return _mapped(values, {"": None} if "" in values else {})
    out = [None if v is None else v.strip().lstrip("'’`").strip() or None for v in values]
    odd = [i for i, v in enumerate(out) if v is not None and not (v.isascii() and v.isalnum())]
    for i in odd:
        out[i] = "".join(unicodedata.normalize("NFKC", out[i]).split()) or None
    lost = [i for i in odd if out[i] and (SCIENTIFIC.fullmatch(out[i]) or _long_with_point(out[i]))]
    if lost:
        _refuse(item, [rows[i] for i in lost], where, f"写成了科学计数或小数，位数已经丢失（如 {out[lost[0]]}）")
    for i in odd:
        zero = POINT_ZERO.fullmatch(out[i] or "")
        if zero:
            out[i] = zero.group(1)
    return out


def _long_with_point(text):
    zero = POINT_ZERO.fullmatch(text)
    return bool(zero) and len(zero.group(1)) >= CODE_DIGITS


def _coded(item, values, rows, words):
    """Values of a field with a code list: the code itself, its Chinese word, a synonym, or the mapping's translation."""
    codes = item.codes or {}
    table = {}
    for word, code in SYNONYMS.get(item.name, {}).items():
        if code in codes:
            table[word] = code
    for code, word in codes.items():
        table[word] = code
        if code.isdigit():
            table[str(int(code))] = code
    table.update({code: code for code in codes})
    table.update({str(k).strip(): str(v) for k, v in words.items()})
    memo, unknown = {None: None}, set()
    for value in set(values.tolist()):
        if value is None:
            continue
        key = unicodedata.normalize("NFKC", value).strip()
        key = POINT_ZERO.sub(r"\1", key)
        found = table.get(key, table.get(key.lower()))
        if found is None and words and not codes:
            found = value
        memo[value] = found if found is not None else (None if key.lower() in BLANKS else _kept(item, value))
        if found is None and key.lower() not in BLANKS:
            unknown.add(value)
    if not unknown and all(code == value for value, code in memo.items()):
        return values, None
    out = _object([memo[v] for v in values.tolist()])
    if not unknown:
        return out, None
    bad = [i for i, v in enumerate(values.tolist()) if v in unknown]
    return out, _unreadable(item, bad, values, rows, "不在代码表内")


def _kept(item, value):
    """A standard's code that its list lacks is kept as delivered (the checks judge it); an own word list takes no other."""
    return value if value.isdigit() and item.length and len(value) <= item.length else None


def decimal_of(value):
    """A Decimal, None for blank; InvalidOperation for what is no number."""
    if value is None:
        return None
    if isinstance(value, bool):
        raise InvalidOperation
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    if isinstance(value, float):
        return None if value != value else Decimal(repr(value))
    text = unicodedata.normalize("NFKC", str(value)).strip().replace(",", "").replace(" ", "")
    if text.lower() in BLANKS:
        return None
    number = Decimal(text)
    if not number.is_finite():
        raise InvalidOperation
    return number


def _real(item, values, rows):
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiu":
        out = values.astype(np.float64)
        bad = np.flatnonzero(np.isinf(out))
        out[bad] = np.nan
        return out, _unreadable(item, bad.tolist(), _listed(values), rows, "不是数字")
    values = _listed(values)
    kinds = set(map(type, values))
    if kinds <= {float, int, type(None)}:
        out = np.array([np.nan if v is None else v for v in values] if type(None) in kinds else values, dtype=np.float64)
        return out, None
    out, bad = np.full(len(values), np.nan), []
    for i, value in enumerate(values):
        try:
            number = decimal_of(value)
            if number is not None:
                out[i] = float(number)
        except InvalidOperation:
            bad.append(i)
    return out, _unreadable(item, bad, values, rows, "不是数字")


def _integer(item, values, rows):
    """Whole numbers; for a field in hundredths the decimal × 100, half up (DOMAIN §2)."""
    scale = 100 if item.name.endswith("_100") else 1

    def whole(value):
        try:
            number = decimal_of(value)
            made = None if number is None else int((number * scale).to_integral_value(rounding=ROUND_HALF_UP))
        except (InvalidOperation, ValueError):
            return ValueError
        if number is not None and (scale == 1 and number != number.to_integral_value() or abs(made) >= 2**62):
            return ValueError
        return made

    return _each(item, whole, values, rows, "不是数字")


def _date(item, values, rows):
    return _each(item, as_date, values, rows, "不是日期")


def _each(item, made_of, values, rows, reason):
    """(array, Unreadable or None) of values made one by one, equal ones once; ``made_of`` gives ValueError, the class, for
    what cannot be read. True is 1 for Python, so that a column with booleans is told apart by types as well."""
    values = _listed(values)
    keys = list(zip(map(type, values), values)) if bool in set(map(type, values)) else values
    made = {key: made_of(key[1] if keys is not values else key) for key in set(keys)}
    out, bad = [made[key] for key in keys], []
    if ValueError in made.values():
        bad = [i for i, found in enumerate(out) if found is ValueError]
        for i in bad:
            out[i] = None
    return _object(out), _unreadable(item, bad, values, rows, reason)


def as_date(value):
    """``YYYY-MM-DD`` of a date, an Excel serial number or a text; None for blank, ValueError (the class) for no date."""
    if value is None or isinstance(value, float) and value != value:
        return None
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()[:10]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if 19000101 <= value <= 99991231 and float(value).is_integer():
            value = str(int(value))
        elif 1 <= value <= LAST_SERIAL:
            return (EXCEL_EPOCH + datetime.timedelta(days=int(value))).isoformat()
        else:
            return ValueError
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if text.lower() in BLANKS:
        return None
    if SERIAL_TEXT.fullmatch(text):
        return as_date(int(text.partition(".")[0]))
    found = COMPACT_DATE.fullmatch(text) or DATE.fullmatch(text.replace(" 00:00:00", ""))
    if not found:
        return ValueError
    year, month, day = found.groups()
    try:
        return datetime.date(int(year), int(month), int(day or 1)).isoformat()
    except ValueError:
        return ValueError


def _unreadable(item, bad, values, rows, reason):
    if not bad:
        return None
    shown = [str(v) for v, _ in Counter(str(values[i]) for i in bad).most_common(5)]
    listed = bad[:LISTED]
    return Unreadable(item.name, item.alias, reason, len(bad), listed, [int(rows[i]) for i in listed],
                      [_short(str(values[i])) for i in listed], [_short(v) for v in shown])


def _short(text):
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
