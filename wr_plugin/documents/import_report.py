"""The import report: one page that a leader can read, and one table that a clerk can work down.

Both are made from what the work file records: the counts of the import run and the findings of import and check.
"""

import json

from ..model import findings, schema
from ..model.errors import GateShut
from ..model.findings import KINDS
from ..model.tables_work import FINDING_STATE, SEVERITY
from ..store import reading, runs
from .workbook import WHOLE, Sheet, SheetColumn

STAGES = {"import": "导入", "check": "检查", "confirm": "核定"}
FILES_NAMED = 3
WITHOUT = {
    "registry": "全部承包地都成“名录外”，不予确定水权", "irrigation_district": "全部承包地“不在任何灌区”",
    "service_area": "没有斗口供水的依据：地表水无从核定", "well": "没有机井供水的依据：地下水无从核定",
    "unapproved_land": "不扣减新开、复垦、未批耕地", "quota": "缺定额的地块不核定（核定时也可另给定额表）",
    "cap": "缺指标的只报告、不核减（核定时也可另给指标表）", "forest_parcel": "不能按林草地图斑识别林地",
    "overdraft_zone": "不检查机井是否在超采区", "canal": "地图上不画渠道", "outlet": "地图上不画斗口",
}
ABOUT_FIELD = {"GEOMETRY": "图形", "CODE": "地块编码", "NAME_DAMAGED": "姓名", "PARCEL_OVERLAP": "图形", "WELL": "机井",
               "REGISTRY": "地块编码", "OUTSIDE_REGISTRY": "地块编码", "HOLDER": "承包方编码", "PARCEL_UNKNOWN": "地块编码",
               "SHARE": "合同面积", "SHARED": "地块编码", "SAME_NAME": "承包方姓名", "AREA_GEOMETRY": "实测面积",
               "AREA_UNIT": "实测面积", "AREA": "合同面积", "NOT_CONTRACT_LAND": "地块类别", "FOREST_LAND": "土地用途",
               "UNAPPROVED": "图形", "OUTSIDE_DISTRICT": "图形", "NO_SOURCE": "图形"}
PAGE_COLUMNS = (SheetColumn("部分", width=14), SheetColumn("项目", width=34), SheetColumn("内容", width=96, wrap=True))
FINDING_COLUMNS = (
    SheetColumn("序号", WHOLE, 7), SheetColumn("程度", width=10), SheetColumn("问题", width=18),
    SheetColumn("文件", width=34, group="出处"), SheetColumn("行", WHOLE, 8, "出处"),
    SheetColumn("字段", width=14, group="出处"), SheetColumn("对象", width=26, group="出处"),
    SheetColumn("村", width=12, group="出处"), SheetColumn("值", width=20), SheetColumn("哪里不对", width=60, wrap=True),
    SheetColumn("处理办法", width=44, wrap=True), SheetColumn("依据", width=44, wrap=True),
    SheetColumn("发现于", width=8), SheetColumn("处理状态", width=9),
)
FILE_COLUMNS = (SheetColumn("序号", WHOLE, 7), SheetColumn("文件", width=60), SheetColumn("当作", width=70, wrap=True))
FIELD_COLUMNS = (
    SheetColumn("序号", WHOLE, 7), SheetColumn("表", width=20), SheetColumn("文件", width=48),
    SheetColumn("字段", width=16, group="本软件的字段"), SheetColumn("名称", width=20, group="本软件的字段"),
    SheetColumn("列名", width=28, group="文件里的列"), SheetColumn("怎样找到", width=14, group="文件里的列"),
)
ENTRIES_SQL = """
SELECT f.code, f.severity, f.stage, f.subject, f.message, f.remedy, f.value, f.state,
       coalesce(f.source_file, CASE WHEN f.code LIKE 'REGISTRY%' THEN r.source_file END, p.source_file) AS file,
       CASE WHEN f.source_file IS NOT NULL THEN f.source_row WHEN f.code LIKE 'REGISTRY%' AND r.fid IS NOT NULL
            THEN r.source_row ELSE p.source_row END AS row,
       coalesce(nullif(p.village_name, ''), f.village_code) AS village
FROM finding f
LEFT JOIN parcel p ON p.uuid = f.parcel_uuid
LEFT JOIN (SELECT DKBM, min(fid) AS fid, source_file, source_row FROM registry GROUP BY DKBM) r ON r.DKBM = f.subject
ORDER BY CASE f.severity WHEN 'stop' THEN 0 WHEN 'review' THEN 1 ELSE 2 END, f.code, f.village_code, f.subject, f.fid
"""
KINDS_SQL = """
SELECT code, count(*) AS number FROM finding WHERE state = 'open' GROUP BY code
"""


def counts_of(run):
    """The counts of an import run as plain data."""
    return json.loads(run["counts"] or "{}")


def page(store, run):
    """[(part, item, text)] of the leader's page. ``run``: the row of the last import."""
    counts, kinds = counts_of(run), _kinds(store)
    checked = runs.last(store, "check")
    checked = checked is not None and checked["run_id"] > run["run_id"]
    county = f"{store.setting('county_name') or ''}（{store.setting('county_code') or '代码未知'}）"
    rows = [("结论", "", _verdict(counts, kinds, checked)), ("结论", "县（区）", county),
            ("结论", "导入时间", f"{(run['ended_at'] or '').replace('T', ' ')}　{run['who'] or ''}".strip())]
    rows += [("问题", f"{SEVERITY[kind.severity]}　{kind.title}　{number:,} 条", kind.remedy) for kind, number in kinds]
    if not kinds:
        rows.append(("问题", "没有", ""))
    rows += [("缺少", schema.table(t).title, WITHOUT.get(t, "")) for t in counts.get("missing", ()) if t in schema.tables()]
    rows += [("来源", f"{schema.table(t).title}　{number:,}", _files_of(counts, t))
             for t, number in counts.get("tables", {}).items() if t in schema.tables()]
    rows += [("决定", where, text) for where, text in grouped(counts.get("decisions", ()))]
    rows.append(("下一步", "", _next(kinds, checked)))
    return rows


def _kinds(store):
    """[(Kind, number of open findings)], the gravest first."""
    number = {row["code"]: row["number"] for row in reading.rows(store, KINDS_SQL)}
    rank = {findings.STOP: 0, findings.REVIEW: 1, findings.NOTICE: 2}
    return sorted(((kind, number[code]) for code, kind in KINDS.items() if code in number), key=lambda k: rank[k[0].severity])


def _verdict(counts, kinds, checked):
    tables = counts.get("tables", {})
    found_by = "、".join(STAGES[stage] for stage in STAGES if any(kind.stage == stage for kind, _ in kinds) or stage == "import")
    read = "、".join(f"{schema.table(t).title} {tables[t]:,}" for t in ("parcel", "CBF", "registry") if t in tables)
    told = {severity: sum(n for kind, n in kinds if kind.severity == severity) for severity in SEVERITY}
    found = "，".join(f"{SEVERITY[s]} {n:,} 条" for s, n in told.items() if n)
    step = found_by if checked else "导入"
    return f"已读入 {read}；{step}发现的问题：{found or '没有'}。"


def _next(kinds, checked):
    if not checked:
        return "做“检查”，再按“问题清单”逐条处理。"
    if any(kind.severity == findings.STOP for kind, _ in kinds):
        return f"先处理“{SEVERITY[findings.STOP]}”的问题：有这类问题的地块不予核定；改正来源文件后重新导入、检查。"
    return "按“问题清单”核对，然后做“核定水权”。"


def _files_of(counts, table):
    """The files that a table came from; work files of before say no fields and so name none."""
    names = list(dict.fromkeys(where.split(" › ")[0] for name, where, *_ in counts.get("fields", ()) if name == table))
    return "、".join(names[:FILES_NAMED]) + (f" 等 {len(names)} 个文件" if len(names) > FILES_NAMED else "")


def grouped(decisions):
    """(where, text) of each different decision once, with the layers or sheets it was taken for; samples of the first."""
    by_text = {}
    for subject, text in decisions:
        said, _, sample = text.partition("；如：")
        by_text.setdefault(said, []).append((subject, sample))
    for said, of in by_text.items():
        subject, sample = of[0]
        others = f" 等 {len(of)} 处" if len(of) > 1 else ""
        yield f"{subject}{others}", said + (f"；如：{sample}" if sample else "")


def entries(store):
    """Columns of the clerk's table, as FINDING_COLUMNS: every finding of import, check and confirm."""
    rows, policy = reading.rows(store, ENTRIES_SQL), adopted(store)
    return [
        list(range(1, len(rows) + 1)), [SEVERITY.get(r["severity"], r["severity"]) for r in rows],
        [KINDS[r["code"]].title if r["code"] in KINDS else r["code"] for r in rows], [r["file"] for r in rows],
        [r["row"] for r in rows], [field_of(r["code"], r["subject"]) for r in rows], [r["subject"] for r in rows],
        [r["village"] for r in rows], [r["value"] for r in rows], [r["message"] for r in rows],
        [r["remedy"] for r in rows], [findings.basis(r["code"], policy) for r in rows], [STAGES.get(r["stage"], r["stage"]) for r in rows],
        [FINDING_STATE.get(r["state"], r["state"]) for r in rows]]


def adopted(store):
    """The policy that the county has adopted; None before there is one."""
    try:
        return store.policy()
    except GateShut:
        return None


def field_of(code, subject):
    """The field that a finding is about, as people call it; "" where it is about no single one."""
    if code == "VALUE_UNREADABLE":
        table, _, name = (subject or "").partition(":")[0].partition(".")
        declared = schema.tables().get(table)
        return declared.by_name[name].alias if declared and name in declared.by_name else name
    known = next((field for start, field in ABOUT_FIELD.items() if code.startswith(start)), "")
    return known or (KINDS[code].subject.split("|")[0] if code in KINDS else "")


def sheets(store, run):
    """The four sheets of the report."""
    counts = counts_of(run)
    title = f"{store.setting('county_name') or ''}导入报告"
    note = f"导入时间：{(run['ended_at'] or '').replace('T', ' ')}　软件版本：{run['product_version'] or ''}"
    files, fields = counts.get("files", []), counts.get("fields", [])
    tables = schema.tables()
    matched = [(tables[t].title if t in tables else t, where, name,
                tables[t].by_name[name].alias if t in tables and name in tables[t].by_name else "", column, how)
               for t, where, name, column, how in fields]
    return [
        Sheet("总览", title, note, PAGE_COLUMNS, _columns(page(store, run), 3)),
        Sheet("问题清单", f"{title}·问题清单", note, FINDING_COLUMNS, entries(store)),
        Sheet("文件清单", f"{title}·文件清单", note, FILE_COLUMNS, [list(range(1, len(files) + 1)), *_columns(files, 2)]),
        Sheet("字段对应", f"{title}·字段对应", note, FIELD_COLUMNS, [list(range(1, len(matched) + 1)), *_columns(matched, 6)]),
    ]


def _columns(rows, width):
    return [[str(row[i]) for row in rows] for i in range(width)]
