"""confirm (核定水权): rights of every parcel and holder from what check has found, the quotas, the caps and the policy."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd

from ..model import codes
from ..model import policy as policies
from ..model.errors import GateShut
from ..review import locks
from ..rights import across_outlets, determine, forest_users, holders, units, user_facts, users, withheld
from ..store import edits, frames, journal, reading, registry_links, runs
from . import adopting, confirm_changed, confirm_report, limits_in_force, unseen, user_rights
from .interrupting import interruptible
from .progress import Result

VERB = "confirm"
RULES_VERSION = 5
CHECKED_SECTIONS = ("scope.", "area.", "sources.")
NOT_CHECKED = ("sources.mixed_surface_share", "sources.mixed_mode", "sources.surface_rounds", "sources.ground_rounds")
RIGHT_SECTIONS = (*CHECKED_SECTIONS, "unit", "ground.", "quota.", "volume.", "cap.", "metering.", "permit.district_required")
SHOWN = 10
JOURNAL_BATCH = 5000


def run(store, params, progress):
    """Determines all rights in one transaction; writes nothing where the input is that of the last run.

    Raises GateShut where the check is missing or outdated, or where valid certificates would be contradicted.
    """
    progress.plan(1, 25, 28, 46)
    progress.step("读取政策、定额与指标")
    started = runs.now()
    with store.transaction(), interruptible(store, progress):
        adoption = adopting.Adoption(store, params.get("policy"))
        adoption.adopt()
        files = ([adoption.path] if adoption.changes else []) + _replace_limits(store, params)
        require_check(store, adoption.policy, adoption.changes)
        return within(store, progress, started, params, adoption.policy, files, adoption.tell)


def within(store, progress, started, params, policy, files=(), tell=lambda run_id, verb: None, because=""):
    """Determines and stores the rights, within ``transaction``; the gates have been passed and the tables are there.

    Only what depends on the edits since the last run is determined, where these can be told apart and ``params`` does not
    ask for ``whole``. ``files``: paths of what was taken over on the way; ``tell(run_id, verb)`` notes that in the journal;
    ``because``: why the rights are determined again, for the journal.
    """
    progress.step("读取检查结果")
    run = _Run(store, progress, started, params, policy, files, tell, because)
    if not params.get("whole"):
        done = _changed_only(run)
        if done is not None:
            return done
    inputs = read_inputs(store, progress, policy)
    _require_zones(inputs.site, policy)
    digest = _digest(store, inputs, policy, progress, user_rights.digest(run.made))
    if not params.get("whole") and run.last is not None and run.last["input_sha256"] == digest:
        return _unchanged(run)
    progress.step("核定水权")
    rights = _determined(lambda: determine.determine(inputs, policy, progress.update))
    changed = holders.changes(frames.read(store, "holder_right"), rights.holder_right)
    moved = units.changes(frames.read(store, "unit_right"), rights.unit_right)
    _refuse_certified(store, rights.unit_right, run.made)
    progress.step("写入核定结果")
    run.record(digest)
    _write(store, rights, run.run_id, progress)
    irrigation = rights.holder_right.groupby("source")["volume_m3_100"].sum().to_dict()
    run.close(rights.finding, irrigation, changed, moved)
    return run.result(f"全部重算：{len(rights.parcel_right):,} 块地", {"whole": True, "parcels": len(rights.parcel_right)})


def _changed_only(run):
    """The result where only what changed had to be determined, or nothing at all; None where all has to be."""
    store, policy = run.store, run.policy
    found = confirm_changed.what_changed(store, run.basis)
    if found is None:
        return None
    changed, same = found
    if not changed and same:
        return _unchanged(run)
    try:
        made = _determined(lambda: confirm_changed.determined(store, policy, changed, run.started[:10],
                                                              run.progress.check_cancelled,
                                                              lambda site: _require_zones(site, policy)))
    except confirm_changed.Whole:
        return None
    rights, of = made.rights, confirm_changed
    moved_holders = holders.changes(frames.read(store, "holder_right", None, f"CBFBM {of.IN_HOLDERS}"), rights.holder_right)
    moved = units.changes(frames.read(store, "unit_right", None, f"unit_id {of.IN_UNITS}"), rights.unit_right)
    _refuse_certified(store, rights.unit_right, run.made, of.certified_others(store))
    run.progress.step("核定水权")
    store.connection.execute("SAVEPOINT changed_only")
    before = _findings(store)
    run.record(runs.input_digest("edits", run.last["input_sha256"], edits.latest(store), run.basis))
    written = confirm_changed.write(store, made, run.run_id, run.progress)
    irrigation = dict(map(tuple, reading.rows(store, "SELECT source, sum(volume_m3_100) FROM holder_right GROUP BY source")))
    run.progress.step("写入核定结果")
    run.close(pd.concat([made.kept, rights.finding], ignore_index=True), irrigation, moved_holders, moved)
    if same and not written and not run.files and _findings(store) == before:
        store.connection.execute("ROLLBACK TO changed_only")
        return _unchanged(run)
    store.connection.execute("RELEASE changed_only")
    concerned = reading.count(store, "SELECT count(*) FROM temp.changed_holder")
    return run.result(f"只重算了 {made.parcels:,} 块地、{concerned:,} 户", {"parcels": made.parcels, "holders": concerned})


def _findings(store):
    return reading.rows(store, "SELECT code, subject, message, value FROM finding WHERE stage = ? ORDER BY 1, 2, 3", (VERB,))


def _determined(work):
    try:
        return work()
    except determine.MissingSites as error:
        raise GateShut(str(error), "请先运行“检查”（check）") from error


class _Run:
    """One run of the verb: what it was given, and what is written of it whichever part was determined."""

    def __init__(self, store, progress, started, params, policy, files, tell, because):
        self.store, self.progress, self.started, self.params, self.policy = store, progress, started, params, policy
        self.files, self.tell, self.because = files, tell, because
        self.made = user_rights.determined(store, policy, started[:10])
        self.last, self.run_id = runs.last(store, VERB), None
        self.basis = confirm_changed.basis(store, policy, RULES_VERSION, runs.input_digest(user_rights.digest(self.made)))

    def record(self, digest):
        self.run_id = runs.record(self.store, VERB, self.started, self.params, {}, inputs=runs.file_inputs(self.files),
                                  input_sha256=digest, policy_sha256=self.policy.sha256)
        self.tell(self.run_id, VERB)

    def close(self, finding, irrigation, changed, moved):
        """Findings, the other water users and the journal; ``changed``, ``moved``: rights of holders and units that differ."""
        told = [*users.findings(self.made), *users.ceilings(self.policy, irrigation, self.made)]
        if told:
            finding = pd.concat([finding, pd.DataFrame(told)], ignore_index=True)
        frames.replace_findings(self.store, VERB, finding, self.run_id)
        why = "首次核定" if self.last is None else f"重新核定（上次为第 {self.last['run_id']} 次运行）"
        why += f"，{self.because}" if self.because else ""
        user_rights.write(self.store, self.made, self.run_id, why)
        for table, listed in (("holder_right", changed), ("unit_right", moved)):
            for start in range(0, len(listed), JOURNAL_BATCH):
                self.progress.check_cancelled()
                journal.append(self.store, self.run_id, VERB, [(table, key, old, new, why)
                                                               for key, old, new in listed[start:start + JOURNAL_BATCH]])
        self.changed_rights = len(changed)

    def result(self, done, scope):
        """What was done, for the run's record and for people; from here on it is what the next run compares with."""
        counts = confirm_report.counts_of(self.store, self.made)
        runs.set_counts(self.store, self.run_id, {**counts, "determined": scope})
        confirm_changed.remember(self.store, self.basis)
        self.progress.update(1)
        table = confirm_report.table_of(self.store, self.policy, counts, self.made)
        again = [("重算范围", done)] if self.last is not None else []
        return Result("水权已核定", counts={**counts, "determined": scope, "changed_rights": self.changed_rights},
                      table=again + table, next_step="公示：publish")


def _replace_limits(store, params):
    """Takes over another quota or cap table, as asked for; returns the files that changed something."""
    if not any(params.get(name) for name in ("quota", "caps")):
        return []
    from ..intake import limits_file

    used = []
    for name, table, read in (("quota", "quota", limits_file.read_quota), ("caps", "cap", limits_file.read_caps)):
        if params.get(name):
            frame = read(params[name])
            if not _same_rows(frames.read(store, table), frame):
                frames.update(store, table, frame.assign(fid=range(1, len(frame) + 1)))
                limits_in_force.record(store, table, Path(params[name]).name, VERB, runs.now())
                used.append(params[name])
    return used


def _same_rows(old, new):
    """Whether two tables hold the same rows in the same order, apart from where they were read."""
    names = [name for name in old.columns if name not in ("fid", "source_file")]
    plain = [frame.reindex(columns=names).astype(object).where(lambda f: f.notna(), None).to_numpy().tolist()
             for frame in (old, new)]
    return plain[0] == plain[1]


def require_check(store, policy, offered=False):
    """The gate: checked after the last import, and under the same rules of scope, area and sources. ``offered``: the
    policy comes with this very command, so it is not yet the work file's."""
    check, imported = runs.last(store, "check"), runs.last(store, "import")
    if check is None:
        raise GateShut("尚未检查，不能核定水权", "请先运行“检查”（check）")
    if imported is not None and imported["run_id"] > check["run_id"]:
        raise GateShut("检查之后又导入了资料，检查结果已过时", "请重新运行“检查”（check）")
    linked = runs.last(store, "link")
    if linked is not None and linked["run_id"] > check["run_id"]:
        raise GateShut("检查之后又确认或否定了名录匹配，检查结果已过时", "请重新运行“检查”（check）")
    unseen.require_checked(store)
    if check["policy_sha256"] == policy.sha256:
        return
    row = reading.one(store, "SELECT parsed FROM policy WHERE sha256 = ?", (check["policy_sha256"],))
    before, _ = policies.from_mapping(json.loads(row["parsed"])) if row else (None, ())
    differing = [s.title for s in policies.SETTINGS if is_checked(s.path)
                 and (before is None or before.get(s.path) != policy.get(s.path))]
    if differing:
        raise GateShut(f"检查之后政策有改动（{'、'.join(differing)}），检查结果已过时",
                       "先用新的政策重新检查（check --policy），再核定" if offered else "请重新运行“检查”（check）")


def _require_zones(site, policy):
    """The gate: where the policy asks whether wells stand in overdraft or spring zones, the check must have looked."""
    if withheld.needs_zones(policy) and bool((site["well_code"].notna() & site["well_overdraft"].isna()).any()):
        raise GateShut("政策要看机井是否在超采区、泉域保护区，而检查是旧版本做的", "请重新运行“检查”（check）")


def is_checked(path):
    """Whether a setting of the policy bears upon the check too, which then has to be run again."""
    return path.startswith(CHECKED_SECTIONS) and path not in NOT_CHECKED


def read_inputs(store, progress, policy):
    """``determine.Inputs`` of the work file under a policy."""
    wanted = (("parcel", determine.PARCEL_COLUMNS), ("parcel_site", determine.SITE_COLUMNS),
              ("CBDKXX", determine.LINK_COLUMNS), ("CBF", determine.HOLDER_COLUMNS),
              ("registry", determine.REGISTRY_COLUMNS), ("quota", None), ("cap", None),
              ("outlet", determine.OUTLET_COLUMNS), ("canal", determine.CANAL_COLUMNS),
              ("irrigation_district", determine.DISTRICT_COLUMNS), ("well", determine.WELL_COLUMNS), ("water_unit", None),
              ("unit_member", None), ("crop_mix", None), ("zone", None), ("parcel_outlet", across_outlets.COLUMNS))
    tables = []
    for number, (table, names) in enumerate(wanted, 1):
        frame = frames.read(store, table, names)
        tables.append(registry_links.with_linked_codes(frame, registry_links.stored(store)) if table == "registry" else frame)
        progress.update(number, len(wanted))
    *tables, split = tables
    return determine.Inputs(*tables[:7], store.setting("county_code", ""), *tables[7:],
                            parcel_outlet=split if len(split) else None,
                            forest=forest_users.totals(user_facts.tables(store), policy), today=runs.today())


def _digest(store, inputs, policy, progress, found):
    """What the result depends on: the content of the tables, the check, the sections of the policy that decide, and what
    is ``found`` about the other water users."""
    content = hashlib.sha256()
    for name in inputs.__dataclass_fields__:
        frame = getattr(inputs, name)
        if not isinstance(frame, pd.DataFrame):
            continue
        content.update(f"{name}:{len(frame)}:{','.join(frame.columns)}".encode())
        for column in frame.columns:
            content.update(_bytes(frame[column]))
            progress.check_cancelled()
    until, as_of = inputs.well["permit_until"], policy.get("permit.as_of") or inputs.today
    expired = inputs.well.loc[until.notna() & (until.fillna("") < as_of), "well_code"].tolist()
    settings = {s.path: policy.get(s.path) for s in policies.SETTINGS if s.path.startswith(RIGHT_SECTIONS)}
    return runs.input_digest(RULES_VERSION, inputs.county_code, settings, runs.last(store, "check")["run_id"],
                             content.hexdigest(), *(found if any(found) else ()), *([expired] if expired else ()))


def _bytes(column):
    """A column's values as bytes, the same for equal values whatever the column's pandas type."""
    if pd.api.types.is_float_dtype(column.dtype):
        return column.to_numpy(dtype=np.float64, na_value=np.nan).tobytes()
    if pd.api.types.is_integer_dtype(column.dtype):
        filled = column.astype("Int64").fillna(np.iinfo(np.int64).min)
        return filled.to_numpy(dtype=np.int64).tobytes()
    values = column.tolist()
    if column.isna().any():
        values = ["\x00" if value is None or value != value else value for value in values]
    return "\x1f".join(values).encode()


def _unchanged(run):
    """Nothing of the rights differs; what was looked at need not be looked at again."""
    store = run.store
    run.tell(run.last["run_id"], VERB)
    if confirm_changed.behind(store, run.basis):
        confirm_changed.remember(store, run.basis)
    counts = json.loads(run.last["counts"])
    if run.files:
        return Result("政策已更新；核定所依据的规则未变，水权不变", counts=counts, next_step="公示：publish")
    return Result("输入未变，水权不变", counts=counts, changed=False, next_step="公示：publish")


def _refuse_certified(store, unit_right, made, others=()):
    """No result may silently contradict a certificate that is in force, nor give its water to another unit.
    ``others``: rows of the units that are not in ``unit_right``."""
    columns = ["unit_kind", "unit_code", "source", "area_mu_100", "volume_m3_100"]
    rows = [*others, *unit_right[columns].itertuples(index=False, name=None)]
    wrong = locks.contradicted(store, rows, [one.stored() for one in made])
    if wrong:
        named = "；".join(f"{r['number']} {r['holder_name']} {codes.SOURCE[r['source']]}" for r in wrong[:SHOWN])
        more = f" 等 {len(wrong)} 本" if len(wrong) > SHOWN else ""
        raise GateShut(f"新的结果与 {len(wrong)} 本有效的水权证不一致：{named}{more}", "先注销这些水权证（revoke），再重新核定")


def _write(store, rights, run_id, progress):
    tables = ("parcel_right", "right_part", "holder_right", "unit_right", "cap_result", "cap_class")
    for number, name in enumerate(tables, 1):
        frames.update(store, name, getattr(rights, name), None if name in ("right_part", "cap_class") else run_id)
        progress.update(number, len(tables) + 2)
