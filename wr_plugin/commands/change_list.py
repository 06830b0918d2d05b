"""The list of what a newer package changes, as an Excel workbook that a clerk works down."""

from ..documents import workbook
from ..documents.workbook import MU, RATIO, TEXT, WHOLE, Sheet, SheetColumn
from ..intake.certified_changes import field_title
from ..intake.difference import HOLDER_KINDS, PARCEL_KINDS
from ..model import codes
from .updating import FIELD_WORK

TITLE = "新资料包与工作文件的差异"
UNCHANGED_NOTE = "未变的不列"


def write(path, update, progress):
    """Writes the workbook of an ``Update``."""
    workbook.write(path, [_counts(update), _locked(update), *_parcels(update), *_holders(update)], "", progress.update)


def _counts(update):
    rows = [("地块", word, update.difference.counts["parcel"][kind]) for kind, word in PARCEL_KINDS.items()]
    rows += [("承包方", word, update.difference.counts["holder"][kind]) for kind, word in HOLDER_KINDS.items()]
    return _sheet("汇总", (("对象", TEXT, 12), ("变化", TEXT, 18), ("数量", WHOLE, 12)), rows,
                  "地块以图形和编码认定；承包方以证件号码认定，没有证件号码的以姓名和地块认定")


def _locked(update):
    rows = [("有效水权证", lock.number, f"{lock.holder_name} {codes.SOURCE[lock.source]}", "；".join(lock.reasons), "先注销（revoke）")
            for lock in update.locks]
    for name, gone in update.homeless:
        rows += [(FIELD_WORK[name], code, "", "新资料包里没有这个地块", "核对新资料包，或先删去记录") for code in gone]
    return _sheet("不能导入的原因", (("类别", TEXT, 14), ("证号或地块编码", TEXT, 30), ("权利人", TEXT, 18), ("变化", TEXT, 70),
                                ("处理办法", TEXT, 30)), rows, "此表为空即可导入")


def _parcels(update):
    found, (old_villages, new_villages) = update.difference, update.villages
    frame = found.parcels
    frame = frame[(frame["relation"] != "same") | frame["moved"]].sort_values(["relation", "old_code", "new_code"])
    rows = []
    for r in frame.itertuples(index=False):
        village = new_villages[r.new] if r.new >= 0 else old_villages[r.old]
        kind = PARCEL_KINDS["geometry" if r.relation == "same" else r.relation]
        rows.append((kind, r.old_code, r.new_code, village or "", _share(r.share),
                     round(found.old_m2[r.old] * 100) if r.old >= 0 else None,
                     round(found.new_m2[r.new] * 100) if r.new >= 0 else None))
    yield _sheet("地块", (("变化", TEXT, 12), ("原地块编码", TEXT, 22), ("新地块编码", TEXT, 22), ("村", TEXT, 14),
                        ("占原地块面积", RATIO, 14), ("原图形面积（m²）", MU, 18), ("新图形面积（m²）", MU, 18)), rows, UNCHANGED_NOTE)
    yield _fields("地块属性", found.parcel_fields, "parcel", "地块编码")


def _holders(update):
    found = update.difference
    frame = found.holders[found.holders["relation"] != "same"].sort_values(["relation", "old_code", "new_code"])
    rows = [(HOLDER_KINDS[r.relation], r.old_code, r.old_name, r.new_code, r.new_name, _share(r.share))
            for r in frame.itertuples(index=False)]
    yield _sheet("承包方", (("变化", TEXT, 18), ("原承包方编码", TEXT, 22), ("原名称", TEXT, 14), ("新承包方编码", TEXT, 22),
                         ("新名称", TEXT, 14), ("占原户人口", RATIO, 14)), rows, UNCHANGED_NOTE)
    yield _fields("承包方属性", found.holder_fields, "CBF", "承包方编码")


def _fields(name, frame, table, code):
    rows = [(r.old_code, r.new_code, field_title(r.field, table), r.before, r.after)
            for r in frame.sort_values(["new_code", "field"]).itertuples(index=False)]
    return _sheet(name, ((f"原{code}", TEXT, 22), (f"新{code}", TEXT, 22), ("字段", TEXT, 20), ("原值", TEXT, 30),
                         ("新值", TEXT, 30)), rows, "证件号码、电话只显示首尾几位")


def _share(value):
    return None if value != value else round(value, 4)


def _sheet(name, columns, rows, note):
    columns = tuple(SheetColumn(title, kind, width) for title, kind, width in columns)
    return Sheet(name, f"{TITLE}：{name}", note, columns, [list(c) for c in zip(*rows)] or [[] for _ in columns])
