"""confirm (核定水权): rights of every parcel and holder from what check has found, the quotas, the caps and the policy."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd

from ..model import codes
from ..model import policy as policies
from ..model.amounts import m3_text, mu_text
from ..model.errors import GateShut
from ..model.findings import KINDS
from ..review import locks
from ..rights import across_outlets, determine, forest_users, holders, units, user_facts, users, withheld
from ..store import frames, journal, reading, registry_links, runs
from . import adopting, limits_in_force, user_rights
from .interrupting import interruptible
from .progress import Result

VERB = "confirm"
RULES_VERSION = 4
CHECKED_SECTIONS = ("scope.", "area.", "sources.")
NOT_CHECKED = ("sources.mixed_surface_share", "sources.mixed_mode", "sources.surface_rounds", "sources.ground_rounds")
RIGHT_SECTIONS = (*CHECKED_SECTIONS, "unit", "ground.", "quota.", "volume.", "cap.", "metering.", "permit.district_required")
SHOWN = 10
JOURNAL_BATCH = 5000


def run(store, params, progress):
    """Determines all rights in one transaction; writes nothing where the input is that of the last run.

    Raises GateShut where the check is missing or outdated, or where valid certificates would be contradicted.
    """
    progress.plan(1, 6, 8, 6)
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

    ``files``: paths of what was taken over on the way; ``tell(run_id, verb)`` notes that in the journal; ``because``:
    why the rights are determined again, for the journal.
    """
    progress.step("读取检查结果")
    inputs = read_inputs(store, progress, policy)
    _require_zones(inputs.site, policy)
    made = user_rights.determined(store, policy, started[:10])
    digest = _digest(store, inputs, policy, progress, user_rights.digest(made))
    last = runs.last(store, VERB)
    if last is not None and last["input_sha256"] == digest:
        tell(last["run_id"], VERB)
        return _unchanged(store, bool(files))
    progress.step("核定水权")
    try:
        rights = determine.determine(inputs, policy, progress.update)
    except determine.MissingSites as error:
        raise GateShut(str(error), "请先运行“检查”（check）") from error
    irrigation = rights.holder_right.groupby("source")["volume_m3_100"].sum().to_dict()
    told = [*users.findings(made), *users.ceilings(policy, irrigation, made)]
    if told:
        rights.finding = pd.concat([rights.finding, pd.DataFrame(told, columns=rights.finding.columns)], ignore_index=True)
    changed = holders.changes(frames.read(store, "holder_right"), rights.holder_right)
    moved = units.changes(frames.read(store, "unit_right"), rights.unit_right)
    _refuse_certified(store, rights.unit_right, made)
    progress.step("写入核定结果")
    counts = {**_counts(rights), **user_rights.counts(made)}
    run_id = runs.record(store, VERB, started, params, counts, inputs=runs.file_inputs(files), input_sha256=digest,
                         policy_sha256=policy.sha256)
    tell(run_id, VERB)
    _write(store, rights, run_id, progress)
    why = "首次核定" if last is None else f"重新核定（上次为第 {last['run_id']} 次运行）"
    why += f"，{because}" if because else ""
    user_rights.write(store, made, run_id, why)
    for table, listed in (("holder_right", changed), ("unit_right", moved)):
        for start in range(0, len(listed), JOURNAL_BATCH):
            progress.check_cancelled()
            journal.append(store, run_id, VERB, [(table, key, old, new, why)
                                                 for key, old, new in listed[start:start + JOURNAL_BATCH]])
    progress.update(1)
    return Result("水权已核定", counts={**counts, "changed_rights": len(changed)}, table=_table(rights, policy, made),
                  next_step="公示：publish")


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
                frames.replace(store, table, frame)
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


def _unchanged(store, adopted):
    counts = json.loads(runs.last(store, VERB)["counts"])
    if adopted:
        return Result("政策已更新；核定所依据的规则未变，水权不变", counts=counts, next_step="公示：publish")
    return Result("输入未变，水权不变", counts=counts, changed=False, next_step="公示：publish")


def _refuse_certified(store, unit_right, made):
    """No result may silently contradict a certificate that is in force, nor give its water to another unit."""
    columns = ["unit_kind", "unit_code", "source", "area_mu_100", "volume_m3_100"]
    wrong = locks.contradicted(store, unit_right[columns].itertuples(index=False, name=None), [one.stored() for one in made])
    if wrong:
        named = "；".join(f"{r['number']} {r['holder_name']} {codes.SOURCE[r['source']]}" for r in wrong[:SHOWN])
        more = f" 等 {len(wrong)} 本" if len(wrong) > SHOWN else ""
        raise GateShut(f"新的结果与 {len(wrong)} 本有效的水权证不一致：{named}{more}", "先注销这些水权证（revoke），再重新核定")


def _write(store, rights, run_id, progress):
    tables = ("parcel_right", "right_part", "holder_right", "unit_right", "cap_result", "cap_class")
    for number, name in enumerate(tables, 1):
        frames.update(store, name, getattr(rights, name), None if name in ("right_part", "cap_class") else run_id)
        progress.update(number, len(tables) + 2)
    frames.replace_findings(store, VERB, rights.finding, run_id)
    progress.update(len(tables) + 1, len(tables) + 2)


def _counts(rights):
    right = rights.holder_right
    by_source = right.groupby("source")[["area_mu_100", "volume_m3_100"]].sum()
    states = rights.parcel_right["state"].value_counts()
    having = rights.parcel_right["state"].isin(determine.HAVING)
    return {
        "holders": int(right["CBFBM"].nunique()), "rights": len(right), "parcels": int(having.sum()),
        "area_mu_100": int(right["area_mu_100"].sum()),
        **{f"{source}_m3_100": int(by_source["volume_m3_100"].get(source, 0)) for source in codes.SOURCE},
        "states": {state: int(states[state]) for state in codes.PARCEL_STATE if state in states},
        "findings": {code: int(n) for code, n in rights.finding["code"].value_counts().sort_index().items()},
    }


def _table(rights, policy, made):
    counts = _counts(rights)
    rows = [("核定户数", f"{counts['holders']:,}"), ("核定地块", f"{counts['parcels']:,}"),
            ("确权面积", f"{mu_text(counts['area_mu_100'])} 亩")]
    rows += [(f"{name}水量", f"{m3_text(counts[source + '_m3_100'])} m³") for source, name in codes.SOURCE.items()]
    rows += [(f"地块：{codes.PARCEL_STATE[state]}", f"{number:,}") for state, number in counts["states"].items()]
    others = rights.unit_right[rights.unit_right["unit_kind"] != "holder_source"].groupby("unit_kind")
    rows += [(f"确权单位：{codes.UNIT_KIND[kind]}", f"{group['unit_code'].nunique():,} 个，{m3_text(int(group['volume_m3_100'].sum()))} m³")
             for kind, group in others]
    rows += user_rights.rows(user_rights.counts(made))
    for code in ("CROP_MISSING", "METHOD_MISSING", "MIX_SHARE_MISSING"):
        if code in counts["findings"]:
            rows.append((KINDS[code].title, f"{counts['findings'][code]:,} 个地块：{KINDS[code].remedy}"))
    for finding in rights.finding.itertuples():
        if finding.code in ("QUOTA_MISSING", "CAP_MISSING", "CAP_UNUSED", "CAP_EXCEEDED", "CROP_MIX_MISSING", "SETTING_BLANK"):
            rows.append((KINDS[finding.code].title, finding.message))
    rows.append(("法定面积依据", policies.LEGAL_AREAS[policy.get("area.legal")]))
    if policy.demo:
        rows.append(("数据性质", "示例数据，不得用于正式发证"))
    return rows
