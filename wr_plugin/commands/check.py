"""The verb ``check``: every rule over the land that was imported, and where each parcel's water comes from."""

import json

from ..checks import material as materials
from ..checks import rules
from ..model.errors import BadInput, GateShut
from ..model.findings import KINDS, NOTICE, REVIEW, STOP
from ..model.tables_work import SEVERITY
from ..store import frames, reading, runs
from . import adopting
from . import registry_links as links
from .progress import Result

TITLE, NEXT = "检查", "核定水权（confirm）"
EMPTY_MEANS_NONE = ("district_code", "outlet_code", "well_code", "unapproved_kind")


def run(store, params, progress):
    """Writes ``parcel_site`` and the findings of the step. Nothing is written where data, policy and rules are those
    of the last check. Raises GateShut without a policy or an import."""
    started = runs.now()
    adoption = adopting.Adoption(store, params.get("policy"))
    policy = adoption.policy
    imported = runs.last(store, "import")
    if imported is None:
        raise GateShut("工作文件里还没有导入的数据", "先用“导入资料包”导入移交资料包", where=str(store.path))
    progress.plan(32, 28, 8, 12, 20)
    progress.step("读取地块、权属与灌溉图层")
    matches = links.computed(store, progress.check_cancelled)
    material = materials.load(store, policy, onward(progress), matches.links)
    decided = runs.last(store, "link")
    digest = runs.input_digest(material.digest(), imported["run_id"], decided["run_id"] if decided else 0, policy.sha256,
                               material.own_codes, rules.VERSION)
    last = runs.last(store, "check")
    if last is not None and last["input_sha256"] == digest:
        if adoption.changes:
            with store.transaction():
                adoption.adopt()
                adoption.tell(last["run_id"], "check")
        return _result(store, changed=adoption.changes)

    progress.step("判定灌区、斗口、机井与重叠的图层")
    site_report = onward(progress)
    overlap_report = _step_on_first_call(progress, "查找重叠与重合的图斑")
    rules.prepare(material, site_report, overlap_report)
    progress.step("逐条检查")
    found = rules.all_findings(material, onward(progress))
    site = material.site.assign(defect=rules.defects(material, found))
    for column in EMPTY_MEANS_NONE:
        site[column] = site[column].astype(object).where(site[column] != "", None)
    site["outlet_share"] = site["outlet_share"].where(site["outlet_code"].notna())

    progress.step("写入结果")
    counts = _counts(found, site)
    with store.transaction():
        _refuse_if_overtaken(store, imported, decided, last)
        adoption.adopt()
        run_id = runs.record(store, "check", started, params, counts,
                             inputs=runs.file_inputs([adoption.path] if adoption.changes else []), input_sha256=digest,
                             policy_sha256=policy.sha256)
        adoption.tell(run_id, "check")
        links.save(store, matches)
        frames.update(store, "parcel_site", site)
        progress.update(len(site), len(site) + len(found))
        frames.update(store, "parcel_outlet", material.across.assign(fid=range(1, len(material.across) + 1)))
        frames.replace_findings(store, "check", found.drop(columns=["parcel", "other"], errors="ignore"), run_id)
        progress.update(1)
    return _result(store, changed=True)


def _refuse_if_overtaken(store, imported, decided, checked):
    """Raises BadInput where another process has imported, decided links or checked while this one computed: its result
    is of data that are no longer there."""
    for verb, before in (("import", imported), ("link", decided), ("check", checked)):
        now = runs.last(store, verb)
        if (now["run_id"] if now else None) != (before["run_id"] if before else None):
            raise BadInput("检查时工作文件又被导入、匹配或检查过，未作任何更改", "再运行一次“检查”（check）", code="ChangedMeanwhile")


def onward(progress):
    """A report for parts that count from 0 again: progress within the step never goes back."""
    farthest = 0.0

    def report(done, total):
        nonlocal farthest
        farthest = max(farthest, done / total if total else 1.0)
        progress.update(farthest)

    return report


def _step_on_first_call(progress, text):
    """A report that begins the next step when it is first called."""
    report = None

    def told(done, total):
        nonlocal report
        if report is None:
            progress.step(text)
            report = onward(progress)
        report(done, total)

    return told


def _counts(found, site):
    """Figures of the run: parcels, findings by code, parcels by source."""
    by_code = found["code"].value_counts() if len(found) else {}
    by_source = site["source"].value_counts()
    return {
        "parcels": len(site),
        "findings": len(found),
        "defects": int((site["defect"] != "").sum()),
        **{code: int(by_code[code]) for code in KINDS if code in by_code},
        **{f"source_{name}": int(by_source.get(name, 0)) for name in ("surface", "ground", "mixed", "none")},
    }


def _result(store, changed):
    """The result as the work file has it, so that a repeated run shows the same."""
    counts = json.loads(runs.last(store, "check")["counts"])
    listed = reading.rows(store, "SELECT code, count(*) AS n FROM finding WHERE stage = 'check' GROUP BY code")
    number = {row["code"]: row["n"] for row in listed}
    table = [("地块", counts["parcels"])]
    table += [(f"{kind.title}（{SEVERITY[kind.severity]}）", number[code]) for code, kind in KINDS.items() if code in number]
    totals = {level: sum(n for code, n in number.items() if KINDS[code].severity == level)
              for level in (STOP, REVIEW, NOTICE)}
    table += [(f"合计：{SEVERITY[level]}", n) for level, n in totals.items()]
    table += [("数据待改、不能核定的地块", counts["defects"])]
    return Result(TITLE, counts, table, changed=changed, next_step=NEXT)
