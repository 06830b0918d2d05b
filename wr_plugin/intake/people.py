"""Damaged names and texts as findings: a person's by holder, a layer's text by column (DOMAIN §7)."""

import re
from collections import Counter

import numpy as np

from ..model import codes, schema
from .damaged_text import damaged

DAMAGED = re.compile("[?？\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
"""A character that no name has: whatever stands there was another one."""
UNPRINTABLE = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff\u0080-\u009f]")
PEOPLE = (("CBF", "CBFMC"), ("CBF_JTCY", "CYXM"), ("registry", "holder_name"))
TEXTS = {"parcel": ("DKMC", "DKDZ", "DKXZ", "DKNZ", "DKBZ", "DKBZXX", "ZJRXM"), "FBF": ("FBFMC", "FBFFZRXM"),
         "registry": ("parcel_name", "village_name"), "CBF": ("CBFDZ",)}
FLOOD, FLOOD_SHARE = 20, 0.1
"""More damaged names of one file than this are one mistake of encoding, and one finding."""
SHOWN = 5


def damaged_names(frames):
    """Rows (code, subject, message, value, source_file, source_row …) for NAME_DAMAGED.

    Names of people: once per holder code and name; where a tenth of a file's names are damaged, one row for the file.
    Texts of layers and other names: one row for each column and file.
    """
    found, told = [], set()
    for table, name in PEOPLE:
        frame = frames.get(table)
        if frame is not None and name in frame and len(frame):
            found.extend(_of_people(table, name, frame, told))
    for table, names in _texts(frames):
        for name in names:
            found.extend(_of_column(schema.table(table), name, frames[table]))
    return found


def _texts(frames):
    """(table, its text columns that hold names)."""
    for table in frames:
        declared = schema.table(table)
        names = TEXTS.get(table) or tuple(f.name for f in declared.fields if f.type == schema.TEXT and not f.codes
                                          and f.name.endswith(("MC", "_name")) and (table, f.name) not in PEOPLE)
        yield table, [name for name in names if name in frames[table]]


def _of_people(table, name, frame, told):
    meant = damaged(frame[name].tolist(), names=True)
    if not meant:
        return
    hits = frame[frame[name].isin(meant)]
    for file, rows in hits.groupby("source_file", sort=True):
        whole = int((frame["source_file"] == file).sum())
        if len(rows) > max(FLOOD, FLOOD_SHARE * whole):
            yield _summary(schema.table(table), name, rows[name], meant, file, int(rows["source_row"].iloc[0]), whole)
            continue
        for code, text, number in zip(rows["CBFBM"] if "CBFBM" in rows else [None] * len(rows), rows[name], rows["source_row"]):
            code = code or ""
            if (code, text) in told:
                continue
            told.add((code, text))
            shown = visible(text)
            village = codes.part_of(code, codes.VILLAGE) if codes.is_holder_code(code) else ""
            why = f"像是文字编码读错了，应为“{meant[text]}”" if meant[text] else "有读不出或打印不出的字"
            yield {"code": "NAME_DAMAGED", "subject": code, "message": f"姓名“{shown}”{why}", "village_code": village,
                   "value": shown, "source_file": file, "source_row": int(number)}


def _of_column(table, name, frame):
    meant = damaged(frame[name].tolist())
    if not meant:
        return
    wrong = frame[name].isin(meant).to_numpy()
    files = frame["source_file"].to_numpy() if "source_file" in frame else np.full(len(frame), None, dtype=object)
    rows = frame["source_row"].to_numpy() if "source_row" in frame else None
    for file in sorted(set(files[wrong].tolist()), key=str):
        here = np.flatnonzero(wrong & (files == file) if file is not None else wrong)
        yield _summary(table, name, frame[name].iloc[here], meant, file, None if rows is None else int(rows[here[0]]),
                       int((files == file).sum()) if file is not None else len(frame))


def _summary(table, name, texts, meant, file, row, whole):
    """One finding for all damaged values of a column in a file."""
    common = [text for text, _ in Counter(texts.tolist()).most_common(SHOWN)]
    shown = "、".join(f"“{visible(text)}”" + (f"（应为“{meant[text]}”）" if meant[text] else "") for text in common)
    misread = sum(bool(meant[text]) for text in texts) > len(texts) / 2
    remedy = "；像是整列的文字编码读错了，可用“文字编码”参数指定后重新导入" if misread else ""
    return {"code": "NAME_DAMAGED", "subject": f"{table.name}.{name}",
            "message": f"{table.title}的{table.by_name[name].alias}有 {len(texts)} 个值（共 {whole} 行）有乱码或读不出的字：{shown}{remedy}",
            "value": visible(common[0]), "source_file": file, "source_row": row}


def visible(text):
    """The text with what cannot be shown as its number."""
    return UNPRINTABLE.sub(lambda found: f"<U+{ord(found.group()):04X}>", text)
