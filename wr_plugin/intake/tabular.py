"""A raw table of one file into a frame of the schema: fields matched, values converted, problems told."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from ..model import schema
from ..model.errors import BadInput
from . import content, field_matching, units, values
from .mapping import NOTHING_SAID

CUT_NAMES = (".shp", ".dbf")
OF_NO_INTEREST = re.compile(r"序号|编号|BSM|YSDM|KJZB|FID|OBJECTID.*|SHAPE_.*|ID", re.IGNORECASE)
FEATURE_ID = "FID"


def to_frame(table, raw, given=NOTHING_SAID, report=lambda: None):
    """(frame, positions kept, findings) of one raw table.

    ``given``: what a saved mapping says of the table. Rows of a sheet whose mandatory codes are blank are left out and
    told (ROW_INCOMPLETE); values that cannot be read become blank and are told one by one (VALUE_UNREADABLE). A
    mandatory coded value (e.g. the kind of unapproved land) that cannot be read is refused: BadInput. ``report()`` is
    called after each column and may raise to cancel.
    """
    offer_feature_ids(raw, given)
    found = matched(table, raw, given)
    field_matching.require_one_of(table, found, field_matching.unique_titles(raw.headers), raw.where)
    if not given.fields:
        content.ask(table, raw, found, given.constants)
    for name in given.constants:
        found.columns.setdefault(name, [])
    field_matching.require(table, found, raw.where)
    raw.fields.extend(_told(table, raw, found, given))
    findings, columns = [], {}
    for name in field_matching.fields_in_order(table, found.columns):
        item = table.by_name[name]
        cells = _in_own_unit(raw, item, found, given, _cells(raw, found.columns[name], given.constants.get(name)))
        made, bad = values.convert(item, cells, raw.rows, raw.where, given.codes.get(name))
        if bad and item.required:
            raise BadInput(f"{item.alias}“{bad.shown[0]}”{bad.reason}，应为：{_allowed(item)}",
                           "改正后再试，或在字段对应文件的 codes 里说明它是什么意思",
                           where=f"{raw.where} › 第 {bad.rows[0]} 行 › {item.alias}")
        if bad:
            findings.extend(_unreadable(table, raw, bad))
        columns[name] = made
        report()
    kept = _complete(table, raw, columns, findings)
    if len(kept) < len(raw):
        columns = {name: made[kept] for name, made in columns.items()}
    frame = pd.DataFrame({name: _series(table.by_name[name], made) for name, made in columns.items()}, index=range(len(kept)))
    if "source_file" in table.by_name:
        frame["source_file"] = pd.Series([raw.name] * len(frame), dtype=object)
        frame["source_row"] = raw.rows[kept]
    unused = [title for title in found.unused if not OF_NO_INTEREST.fullmatch(title)]
    if unused:
        raw.notes.append(f"未用的列：{'、'.join(unused)}")
    return frame, kept, findings


def _in_own_unit(raw, item, found, given, cells):
    """Areas converted where a mapping, an answer or the header says that they are in another unit; noted."""
    own = units.natural(item)
    if not own:
        return cells
    said = given.unit_of(item.name, raw.name)
    unit = said or found.units.get(item.name, "")
    if not unit or unit == own:
        return cells
    raw.notes.append(f"{item.alias}（{item.name}）以{units.NAMES[unit]}为单位（{'按指定' if said else '表头写明'}），"
                     f"已换算为{units.NAMES[own]}，保留两位小数")
    return units.converted(cells, unit, own)


def matched(table, raw, given=NOTHING_SAID, ask=True):
    """The ``Match`` of a raw table; errors name the file."""
    try:
        return field_matching.match(table, raw.headers, given.fields, Path(raw.path).suffix.lower() in CUT_NAMES, ask)
    except field_matching.MappingNeeded as error:
        raise field_matching.MappingNeeded(error.message, error.remedy, where=raw.where) from error
    except BadInput as error:
        raise BadInput(error.message, error.remedy, where=raw.where) from error


def _told(table, raw, found, given):
    """(field, its columns or constant, how it was found) in the schema's order, for the report."""
    titles = field_matching.unique_titles(raw.headers)
    for name in field_matching.fields_in_order(table, found.columns):
        parts = [titles[p] for p in found.columns[name]]
        if name in given.constants:
            parts.append(f"“{given.constants[name]}”")
        yield name, "，其次 ".join(parts), found.how.get(name, "固定值")


def offer_feature_ids(raw, given):
    """Adds the features' own numbers as the column ``FID`` where the mapping asks for it and the layer has none."""
    wanted = {header for headers in given.fields.values()
              for header in ([headers] if isinstance(headers, str) else headers or ())}
    if raw.feature_ids is not None and FEATURE_ID in wanted and (FEATURE_ID,) not in raw.headers:
        raw.headers.append((FEATURE_ID,))
        raw.columns.append(raw.feature_ids)


def stacked(table, frames):
    """Frames of several files or sheets as one; a text column that some of them lack is None there."""
    if len(frames) == 1:
        return frames[0]
    names = list(dict.fromkeys(name for frame in frames for name in frame.columns))
    numbers = [n for n in names if table.by_name[n].type in (schema.INTEGER, schema.REAL)]
    whole = pd.concat([frame[[n for n in numbers if n in frame]] for frame in frames], ignore_index=True)
    columns = {}
    for name in names:
        columns[name] = whole[name] if name in numbers else pd.Series(np.concatenate(
            [frame[name].to_numpy(dtype=object) if name in frame else np.full(len(frame), None, dtype=object)
             for frame in frames]), dtype=object)
    return pd.DataFrame(columns)


def _allowed(item):
    return "、".join(item.codes.values()) if item.codes else "有值"


def _cells(raw, positions, constant):
    """The cells of a field: the first non-blank of its columns, then the constant."""
    if not positions:
        return [constant] * len(raw)
    cells = raw.columns[positions[0]]
    if len(positions) == 1 and constant is None:
        return cells
    listed = [c.tolist() if isinstance(c, np.ndarray) else list(c) for c in (raw.columns[p] for p in positions)]
    return [next((v for v in row if not _blank(v)), constant) for row in zip(*listed)]


def _blank(value):
    return value is None or value != value or isinstance(value, str) and not value.strip()


def _series(item, made):
    if item.type == schema.INTEGER:
        missing = pd.isna(made)
        return pd.Series(pd.arrays.IntegerArray(np.where(missing, 0, made).astype(np.int64), missing))
    if item.type == schema.REAL:
        return pd.Series(made, dtype=np.float64)
    return pd.Series(made, dtype=object)


def _unreadable(table, raw, bad):
    """One finding for each value, with its file, row, field and what stands there; beyond ``values.LISTED`` one for the rest.
    A parcel's has its position as ``row``."""
    subject = f"{table.name}.{bad.field}"
    for position, row, value in zip(bad.positions, bad.rows, bad.values):
        yield {"code": "VALUE_UNREADABLE", "subject": f"{subject}:{raw.where}:{row}", "value": value,
               "message": f"{table.title}的{bad.alias}“{value}”{bad.reason}（{raw.where} 第 {row} 行）",
               "source_file": raw.where, "source_row": row, **({"row": position} if table.name == "parcel" else {})}
    rest = bad.count - len(bad.rows)
    if rest:
        shown = "、".join(f"“{v}”" for v in bad.shown)
        yield {"code": "VALUE_UNREADABLE", "subject": f"{subject}:{raw.where}", "value": shown,
               "message": f"{table.title}的{bad.alias}另有 {rest:,} 个值{bad.reason}，没有逐条列出（每列至多列 {values.LISTED} 个，"
                          f"共 {bad.count:,} 个）；最多的是：{shown}", "source_file": raw.where}


def _incomplete(raw, rows, what):
    """One finding for each row that was not read; beyond ``values.LISTED`` one for the rest."""
    for row in rows[:values.LISTED]:
        yield {"code": "ROW_INCOMPLETE", "subject": f"{raw.where}:{row}", "message": f"{raw.where} 第 {row} 行没有{what}，未读入",
               "source_file": raw.where, "source_row": row}
    if len(rows) > values.LISTED:
        yield {"code": "ROW_INCOMPLETE", "subject": raw.where, "source_file": raw.where, "value": f"{len(rows)}",
               "message": f"{raw.where} 另有 {len(rows) - values.LISTED:,} 行没有{what}，未读入，没有逐条列出（至多列 {values.LISTED} 行，"
                          f"共 {len(rows):,} 行）"}


def _complete(table, raw, columns, findings):
    """Positions of the rows to keep; fills blank mandatory texts with "" where the row is kept."""
    keep = np.ones(len(raw), dtype=bool)
    for item in field_matching.deliverable(table):
        if not item.required or item.name not in columns:
            continue
        blank = _missing(columns[item.name])
        if not blank.any():
            continue
        if item.codes:
            raise BadInput(f"{item.alias}没有填", f"应为：{_allowed(item)}",
                           where=f"{raw.where} › 第 {int(raw.rows[blank][0])} 行 › {item.alias}")
        if table.geometry is None and _is_key(item):
            keep &= ~blank
            findings.extend(_incomplete(raw, raw.rows[blank].tolist(), item.alias))
        if item.type == schema.TEXT:
            columns[item.name][blank] = ""
    keep &= _told_apart(table, raw, columns, keep, findings)
    return np.flatnonzero(keep)


def _missing(column):
    """(n,) True for None."""
    return np.equal(column, None) if column.dtype == object else np.zeros(len(column), dtype=bool)


def _told_apart(table, raw, columns, keep, findings):
    """(n,) True for rows that one of the table's ways tells (``field_matching.ANY_OF``); the others are told."""
    ways = field_matching.ANY_OF.get(table.name)
    if not ways:
        return np.ones(len(raw), dtype=bool)
    told = np.zeros(len(raw), dtype=bool)
    for name in (way[0] for way in ways):
        if name in columns:
            told |= ~_missing(columns[name])
    wanted = "、".join(table.by_name[way[0]].alias for way in ways)
    findings.extend(_incomplete(raw, raw.rows[keep & ~told].tolist(), f"{wanted}中的任何一项"))
    return told


def _is_key(item):
    return values.is_code(item) or item.name.endswith("_code")
