"""The review list of the registry's matches as people send it back: a column 决定, 是 or 否."""

from dataclasses import dataclass
from pathlib import Path

from ..model.errors import BadInput
from . import sheets, workbook

YES, NO = ("是", "对", "同意", "确认", "√", "y", "yes", "1"), ("否", "不是", "不对", "否定", "×", "x", "n", "no", "0")
KEY, CANDIDATE, HOLDER, DECISION, OTHER = "名录行", "可能的地块地块编码", "可能的地块承包方编码", "决定", "改为地块编码"
SEARCHED_ROWS, HEADER_ROWS = 10, 2


@dataclass(frozen=True)
class Said:
    """One decision. ``fid``: the registry row's number, 0 where ``key`` tells it; ``code``: the parcel meant, "" for the
    one that is listed first; ``holder``: which of its households, "" where that was not said; ``where``: for messages."""

    fid: int
    key: str
    code: str
    accepted: bool
    where: str
    holder: str = ""


def read(path):
    """The decisions of the sheet, rows without one left out. Raises BadInput for a sheet that is not the review list,
    and for a decision that is neither yes nor no."""
    name = Path(path).name
    for title, rows in workbook.sheets(path, name):
        if rows is None:
            continue
        listed = list(rows)
        header = _header([row for _, row in listed[:SEARCHED_ROWS]])
        if header is None:
            continue
        start, columns = header
        said = []
        for number, row in listed[start:]:
            said += _decisions({n: _text(row[c]) if c < len(row) else "" for n, c in columns.items()},
                               f"{name} › {title} › 第 {number} 行")
        return said
    raise BadInput("这不是待确认表：找不到“名录行”“决定”两列", "用“匹配名录”的“待确认表”导出，填好“决定”列再读回", where=name)


def _header(rows):
    """(number of rows down to the header's end, {title: column})."""
    for start in range(len(rows)):
        titles = ["".join(parts) for parts in sheets.flattened(rows[start:start + HEADER_ROWS])]
        if KEY in titles and DECISION in titles and CANDIDATE in titles:
            return start + HEADER_ROWS, {t: titles.index(t) for t in (KEY, CANDIDATE, HOLDER, DECISION, OTHER) if t in titles}
    return None


def _text(value):
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _decisions(row, where):
    key, shown, word, other = (row.get(n, "") for n in (KEY, CANDIDATE, DECISION, OTHER))
    if not key or not (word or other) or word.isdigit() and "|" not in key:
        return []
    if word and word.lower() not in YES + NO:
        raise BadInput(f"“决定”应填“是”或“否”，现为“{word}”", "改正后再读入", where=where)
    yes = word.lower() in YES if word else False
    if other and yes and other != shown:
        raise BadInput("“决定”填了“是”，又在“改为地块编码”填了另一个地块", "两者留一个：是这个地块就清空“改为地块编码”", where=where)
    if word and not shown and not other:
        raise BadInput("这一行没有可能的地块，不能填“是”或“否”", "知道是哪一块的，在“改为地块编码”列填写", where=where)
    said = [Said(0, key, shown, yes, where, row.get(HOLDER, ""))] if word and shown else []
    if other and not yes:
        said.append(Said(0, key, other, True, where))
    return said
