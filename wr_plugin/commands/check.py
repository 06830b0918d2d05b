"""The verb ``check``: every rule over the land that was imported, and where each parcel's water comes from.

After edits only what depends on them is examined again (``check_again``), where that can be told; else the county.
"""

import json

from ..checks import material as materials
from ..checks import rules
from ..model.errors import BadInput, GateShut
from ..model.findings import KINDS, NOTICE, REVIEW, STOP
from ..model.tables_work import SEVERITY
from ..store import edits, frames, reading, runs
from . import adopting, check_again
from . import registry_links as links
from .progress import Result

TITLE, NEXT = "检查", "核定水权（confirm）"
VERB = check_again.VERB


def run(store, params, progress):
    """Writes ``parcel_site`` and the findings of the step. Nothing is written where data, policy and rules are those
    of the last check. Raises GateShut without a policy or an import."""
    started = runs.now()
    adoption = adopting.Adoption(store, params.get("policy"))
    if runs.last(store, "import") is None:
        raise GateShut("工作文件里还没有导入的数据", "先用“导入资料包”导入移交资料包", where=str(store.path))
    before = _Before(store)
    try:
        changed = check_again.edited(store, adoption.policy, before.imported, before.checked, params.get("whole"))
        if not changed:
            return _unchanged(store, before, adoption)
        found = check_again.Found(store, adoption.policy, changed, progress)
    except check_again.NotConfined as reason:
        params = {**params, "because": str(reason)}
        found = _Whole(store, adoption.policy, before, progress)
        if before.checked is not None and before.checked["input_sha256"] == found.digest(before.checked):
            return _unchanged(store, before, adoption)
        found.examine(progress)
    progress.step("写入结果")
    with store.transaction():
        before.refuse_if_overtaken(store)
        nothing_between = edits.latest(store) == before.edit
        adoption.adopt()
        run_id = runs.record(store, VERB, started, params, {},
                             inputs=runs.file_inputs([adoption.path] if adoption.changes else []),
                             input_sha256=found.digest(before.checked), policy_sha256=adoption.policy.sha256)
        adoption.tell(run_id, VERB)
        found.write(store, run_id, progress)
        runs.set_counts(store, run_id, found.counts(store))
        store.set_setting(check_again.BASIS, check_again.basis(store))
        # what was edited while this step computed is looked at the next time; what it wrote itself is not
        edits.mark_seen(store, VERB, edits.latest(store) if nothing_between else before.edit)
        progress.update(1)
    return _result(store, changed=True)


class _Before:
    """The last runs and the last edit as they were before anything was read."""

    def __init__(self, store):
        self.edit = edits.latest(store)
        self.imported, self.decided, self.checked = (runs.last(store, verb) for verb in ("import", "link", VERB))

    def refuse_if_overtaken(self, store):
        """Raises BadInput where another process has imported, decided links or checked while this one computed: its
        result is of data that are no longer there."""
        for verb, before in (("import", self.imported), ("link", self.decided), (VERB, self.checked)):
            now = runs.last(store, verb)
            if (now["run_id"] if now else None) != (before["run_id"] if before else None):
                raise BadInput("检查时工作文件又被导入、匹配或检查过，未作任何更改", "再运行一次“检查”（check）", code="ChangedMeanwhile")


class _Whole:
    """The whole county: read, examined, written."""

    def __init__(self, store, policy, before, progress):
        progress.plan(38, 20, 15, 13, 14)
        progress.step("读取地块、权属与灌溉图层")
        self.matches = links.computed(store, progress.check_cancelled)
        self.material = materials.load(store, policy, onward(progress), self.matches.links)
        decided = before.decided["run_id"] if before.decided else 0
        self._digest = runs.input_digest(self.material.digest(), before.imported["run_id"], decided, policy.sha256,
                                         self.material.own_codes, rules.VERSION)

    def digest(self, _):
        return self._digest

    def examine(self, progress):
        progress.step("判定灌区、斗口、机井与重叠的图层")
        site_report = onward(progress)
        overlap_report = _step_on_first_call(progress, "查找重叠与重合的图斑")
        rules.prepare(self.material, site_report, overlap_report)
        progress.step("逐条检查")
        self.found = rules.all_findings(self.material, onward(progress))
        self.site = rules.site_rows(self.material, self.found)

    def write(self, store, run_id, progress):
        links.save(store, self.matches)
        frames.update(store, "parcel_site", self.site)
        progress.update(len(self.site), len(self.site) + len(self.found))
        frames.update(store, "parcel_outlet", self.material.across)
        frames.replace_findings(store, VERB, self.found.drop(columns=["parcel", "other"], errors="ignore"), run_id)

    def counts(self, store):
        return check_again.counts(store)


def _unchanged(store, before, adoption):
    """Another policy that says the same is taken over all the same; and what was edited has been seen."""
    basis = check_again.basis(store)
    if adoption.changes or edits.seen(store, VERB) != before.edit or store.setting(check_again.BASIS) != basis:
        with store.transaction():
            if adoption.changes:
                adoption.adopt()
                adoption.tell(before.checked["run_id"], VERB)
            store.set_setting(check_again.BASIS, basis)
            edits.mark_seen(store, VERB, before.edit)
    return _result(store, changed=adoption.changes)


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


def _result(store, changed):
    """The result as the work file has it, so that a repeated run shows the same."""
    last = runs.last(store, VERB)
    counts = json.loads(last["counts"])
    listed = reading.rows(store, "SELECT code, count(*) AS n FROM finding WHERE stage = 'check' GROUP BY code")
    number = {row["code"]: row["n"] for row in listed}
    table = [("地块", counts["parcels"])]
    table += [(f"{kind.title}（{SEVERITY[kind.severity]}）", number[code]) for code, kind in KINDS.items() if code in number]
    totals = {level: sum(n for code, n in number.items() if KINDS[code].severity == level)
              for level in (STOP, REVIEW, NOTICE)}
    table += [(f"合计：{SEVERITY[level]}", n) for level, n in totals.items()]
    table += [("数据待改、不能核定的地块", counts["defects"])]
    return Result(_title(counts, json.loads(last["params"])), counts, table, changed=changed, next_step=NEXT)


def _title(counts, params):
    if "examined" in counts:
        return f"{TITLE}：只重查了 {counts['examined']:,} 块地，其余不受改动影响"
    why = params.get("because")
    return f"{TITLE}：全部重查（{why}）" if why else TITLE
