"""The quota and cap workbooks that staff edit in Excel, as frames for the tables ``quota`` and ``cap``.

Nothing here is rounded or filled in: an amount finer than 0.01 or a coefficient finer than four decimals is refused
with its row, a blank stays blank and stops what depends on it later (DESIGN §4.3).
"""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from ..model import amounts, schema
from ..model.errors import BadInput
from . import field_matching, sheets, values

EVERY_DISTRICT = "*"
EVERY_WORDS = ("通用", "全部", "各灌区", "各灌区通用", "全县", "所有灌区")
EXCEL_DIGITS = 15
KEYS = {"quota": ("crop", "district_code", "source", "method"), "cap": ("cap_level", "cap_code", "source", "parent_code")}


def read_quota(path, name="", chosen=None, sheet="", told=None, notes=None):
    """The quota workbook as a frame with the columns of table ``quota``. BadInput names file, sheet, row and field.

    ``notes``: a list that hears (what, what the reader decided), such as hidden rows."""
    return _read(path, schema.table("quota"), name, chosen, sheet, told, notes)


def read_caps(path, name="", chosen=None, sheet="", told=None, notes=None):
    """The cap workbook as a frame with the columns of table ``cap``. BadInput names file, sheet, row and field."""
    return _read(path, schema.table("cap"), name, chosen, sheet, told, notes)


def _read(path, table, name, chosen, sheet, told, notes):
    name = name or Path(path).name
    raws = sheets.read(path, table, name, sheet, chosen)
    frames = [_frame(raw, table, chosen, told) for raw in raws]
    if notes is not None:
        notes.extend((f"{table.title} · {raw.where}", note) for raw in raws for note in raw.notes)
    frame = pd.concat(frames, ignore_index=True)
    _refuse_double_rows(frame, table, name)
    return frame


def _frame(raw, table, chosen, told):
    """``told``: a list that hears (table, file, field, column, how it was found), or None."""
    found = field_matching.match(table, raw.headers, chosen)
    if told is not None:
        titles = field_matching.unique_titles(raw.headers)
        told.extend((table.name, raw.where, name, titles[found.columns[name][0]], found.how[name])
                    for name in field_matching.fields_in_order(table, found.columns))
    columns = {}
    for item in field_matching.deliverable(table):
        cells = raw.columns[found.columns[item.name][0]] if item.name in found.columns else [None] * len(raw)
        columns[item.name] = _column(item, cells, raw)
    for item in field_matching.deliverable(table):
        if item.required:
            blank = np.flatnonzero([v is None for v in columns[item.name]])
            if len(blank):
                raise BadInput(f"{item.alias}没有填", "补上后再试", where=_where(raw, blank[0], item))
    columns["source_file"] = np.full(len(raw), raw.name, dtype=object)
    columns["source_row"] = raw.rows
    return pd.DataFrame({k: pd.Series(v, dtype="Int64" if table.by_name[k].type == schema.INTEGER else object)
                         for k, v in columns.items()})


def _where(raw, position, item):
    return f"{raw.where} › 第 {int(raw.rows[position])} 行 › {item.alias}"


def _column(item, cells, raw):
    if item.name.startswith("eta_"):
        return [_eta(v, item, raw, i) for i, v in enumerate(cells)]
    if item.name.endswith("_100"):
        return [_amount(v, item, raw, i) for i, v in enumerate(cells)]
    if item.name == "demo":
        return [_demo(v, item, raw, i) for i, v in enumerate(cells)]
    if item.codes:
        made, bad = values.convert(item, cells, raw.rows, raw.where)
        if bad:
            raise BadInput(f"{item.alias}“{bad.shown[0]}”不认识，应为：{'、'.join(item.codes.values())}", "改正后再试",
                           where=f"{raw.where} › 第 {bad.rows[0]} 行 › {item.alias}")
        return made
    made, _ = values.convert(item, cells, raw.rows, raw.where)
    if item.name == "district_code":
        made[:] = [EVERY_DISTRICT if v in EVERY_WORDS or v == "＊" else v for v in made]
    return made


def _decimal(value, item, raw, position):
    """The cell as Decimal with Excel's 15 digits (so that 0.1 + 0.2 is 0.3); None for blank; BadInput for no number."""
    try:
        number = values.decimal_of(value)
    except ArithmeticError:
        raise BadInput(f"{item.alias}“{value}”不是数字", "改正后再试", where=_where(raw, position, item)) from None
    if number is not None and isinstance(value, float):
        number = Decimal(f"{value:.{EXCEL_DIGITS}g}")
    return number


def _amount(value, item, raw, position):
    """Hundredths, exactly; BadInput for a negative amount or one finer than 0.01."""
    number = _decimal(value, item, raw, position)
    if number is None:
        return None
    scaled = number * amounts.HUNDRED
    if number < 0 or scaled != scaled.to_integral_value() or scaled >= amounts.INT64_SAFE:
        raise BadInput(f"{item.alias} {value} 应是至多两位小数的非负数", "改正后再试；取几位由填表人定，软件不代为取整",
                       where=_where(raw, position, item))
    return int(scaled)


def _eta(value, item, raw, position):
    """Decimal text of at most four decimals in (0, 1]; None for blank."""
    number = _decimal(value, item, raw, position)
    if number is None:
        return None
    try:
        amounts.eta_e8(number, 1)
    except ValueError as error:
        raise BadInput(str(error), "改正后再试", where=_where(raw, position, item)) from None
    return format(number.normalize(), "f")


def _demo(value, item, raw, position):
    """1 for 是, 0 for 否 and for blank."""
    text = "" if value is None else str(value).strip()
    if text in ("", "否", "0", "0.0", "正式", "False"):
        return 0
    if text in ("是", "1", "1.0", "示例", "示例数据", "True"):
        return 1
    raise BadInput(f"{item.alias}“{text}”应填“是”或“否”", "改正后再试", where=_where(raw, position, item))


def _refuse_double_rows(frame, table, name):
    """Two rows of one key would make the result depend on their order."""
    keys = frame[list(KEYS[table.name])].astype(object).where(lambda f: f.notna(), "")
    double = keys[keys.duplicated(keep=False)]
    if len(double):
        key = double.iloc[0]
        same = frame.loc[double.index[(double == key).all(axis=1)], "source_row"].tolist()
        raise BadInput(f"{table.title}有重复的行：{'、'.join(str(v) for v in key if v != '')}（第 {'、'.join(str(r) for r in same)} 行）",
                       "只留一行", where=name)
