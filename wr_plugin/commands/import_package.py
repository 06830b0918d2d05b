"""``import``: a hand-over package into the work file, in one transaction; the same package again changes nothing."""

import os
from pathlib import Path

import pandas as pd

from ..documents import import_report
from ..intake import archive, delivery, package, policy_file, proposal, saved_mappings
from ..intake.field_matching import MappingNeeded
from ..intake.mapping import FieldMapping, read_mapping
from ..model import schema
from ..model.errors import BadInput
from ..store import frames, journal, reading, runs
from ..store.create import create_workfile
from ..store.workfile import WorkFile
from . import registry_links
from .interrupting import interruptible
from .progress import Result

VERB = "import"
READING_RULES = 2
"""Raised whenever the same files would be read differently, so that an unchanged package is read again."""
DERIVED = ("right_part", "holder_right", "parcel_right", "cap_result", "parcel_site")
KEPT_BY_PARCEL = {"audit": "外业核查", "evidence": "影像证据", "objection": "异议"}
SHOWN = 10
FILES_NAMED = 2


def run(store, params, progress):
    """Reads the package and writes it to the work file ``params["work"]``, which is made or updated.

    ``store`` is None: the verb opens or creates the work file itself.
    """
    given = Path(params["package"])
    zipped = not given.is_dir() or bool(archive.zips_in(given))
    progress.plan(*([3] if zipped else []), 1, 4, 8, 6, 1)
    if zipped:
        progress.step("解压资料包")
    with archive.opened(given, progress) as opened:
        return _import(opened, params, progress)


def _import(opened, params, progress):
    """Imports an opened package."""
    progress.step("查看资料包")
    started, work = runs.now(), Path(params["work"])
    mapping = read_mapping(params["mapping"]) if params.get("mapping") else FieldMapping()
    found = package.survey(opened.folder, mapping, opened.left, opened.unpacked)
    delivery.require_sources(found)
    mapping, reused = saved_mappings.fit(found, mapping)
    policy = _policy(params, found)
    inputs, digest = _inputs(found, params, policy, reused)
    progress.check_cancelled()
    if work.exists():
        with WorkFile.open(work) as existing:
            last = runs.last(existing, VERB)
            if last is not None and last["input_sha256"] == digest:
                return _unchanged(existing, last, work)
            read = _read(found, mapping, _crs_of(existing), progress, reused)
            progress.step("写入工作文件")
            result = _write(existing, read, found, policy, params, started, inputs, digest, progress)
            return _remember(result, params, mapping)
    read = _read(found, mapping, None, progress, reused)
    progress.step("写入工作文件")
    result = _create(work, read, found, policy, params, started, inputs, digest, progress)
    return _remember(result, params, mapping)


def _read(found, mapping, crs, progress, reused):
    """The delivery; where a column must be named by a person, everything that must be is asked at once."""
    try:
        read = delivery.read(found, mapping, crs, progress)
    except MappingNeeded as error:
        progress.step("整理字段对应建议")
        raise proposal.refusal(found, mapping, error) from error
    read.decisions[:0] = reused
    return read


def _remember(result, params, mapping):
    """Keeps the mapping that served, for the next delivery with the same columns."""
    told = saved_mappings.remember(params["mapping"], mapping) if params.get("mapping") else ""
    if told:
        result.table.append(("字段对应", told))
    return result


def _policy(params, found):
    """(Policy, plain mapping, file name) from the parameter or the package; None where there is none."""
    if params.get("policy"):
        path = Path(params["policy"])
    elif len(found.policies) > 1:
        names = "、".join(p.name for p in found.policies)
        raise BadInput(f"资料包里有 {len(found.policies)} 份政策：{names}", "只留一份，或用“政策”参数指明用哪一份", where=found.root.name)
    elif found.policies:
        path = found.policies[0]
    else:
        return None
    policy, mapping = policy_file.read_policy(path)
    return policy, mapping, path.name


def _inputs(found, params, policy, reused):
    """(list of the files with their SHA-256, digest over all that decides the result)."""
    paths = delivery.used_files(found)
    try:
        inputs = runs.file_inputs(paths)
    except OSError as error:
        raise BadInput("文件读不了，可能正被别的程序占用", "关闭 Excel、QGIS 后再试", where=str(error.filename or ""),
                       detail=str(error)) from error
    for each, path in zip(inputs, paths):
        each["name"] = path.relative_to(found.root).as_posix() if path.is_relative_to(found.root) else path.name
    extra = runs.file_inputs([params[k] for k in ("mapping",) if params.get(k)])
    sources = {t: [[s.name, s.layer] for s in sources] for t, sources in found.sources.items()}
    digest = runs.input_digest(READING_RULES, schema.SCHEMA_VERSION, inputs, [e["sha256"] for e in extra], sources,
                               policy[0].sha256 if policy else "", found.county, *reused)
    return inputs + extra, digest


def _crs_of(store):
    import pyproj

    return pyproj.CRS.from_wkt(store.setting("crs_wkt"))


def _unchanged(store, last, work):
    counts = {**import_report.counts_of(last), "page": import_report.page(store, last)}
    table = [(schema.table(t).title, n) for t, n in counts.get("tables", {}).items() if t in schema.tables()]
    return Result("导入资料包", counts, table, [str(work)], changed=False,
                  text="资料包、字段对应和政策都与上次导入相同，工作文件未作更改。", next_step="check")


def _create(work, read, found, policy, params, started, inputs, digest, progress):
    """Makes the work file under another name and renames it when all is in."""
    making = work.with_name(f".{work.stem}.making.gpkg")
    _remove(making)
    try:
        with create_workfile(making, read.crs) as store:
            result = _write(store, read, found, policy, params, started, inputs, digest, progress)
        if work.exists():
            raise BadInput("工作文件已经存在", "换一个名称，或选择更新它", where=str(work))
        os.replace(making, work)
    except BaseException:
        _remove(making)
        raise
    result.outputs = [str(work)]
    return result


def _remove(path):
    for name in (path, *(path.with_name(path.name + end) for end in ("-journal", "-wal", "-shm"))):
        if name.exists():
            name.unlink()


def _write(store, read, found, policy, params, started, inputs, digest, progress):
    """Replaces the delivered tables and clears what was derived from the old ones; one transaction."""
    delivered = [t for t in schema.tables().values() if t.delivered]
    counts = {"tables": {t.name: len(read.frames[t.name]) for t in delivered if t.name in read.frames}}
    counts["findings"] = len(read.findings)
    counts["files"], counts["decisions"] = [list(f) for f in found.files], [list(d) for d in read.decisions]
    counts["missing"], counts["fields"] = read.missing, [list(f) for f in read.fields]
    _refuse_vanished(store, set(read.frames["parcel"]["uuid"].tolist()))
    with store.transaction(), interruptible(store, progress):
        run_id = runs.record(store, VERB, started, params, counts, inputs, digest, policy[0].sha256 if policy else "")
        _clear_derived(store, run_id)
        for number, table in enumerate(delivered):
            frame = read.frames.get(table.name)
            frames.replace(store, table.name, pd.DataFrame() if frame is None else frame, read.geometry.get(table.name))
            progress.update(number + 1, len(delivered) + 1)
        store.connection.execute(
            "UPDATE finding SET parcel_uuid = NULL WHERE parcel_uuid NOT IN (SELECT uuid FROM parcel)")
        columns = ["code", "subject", "message", *frames.FINDING_COLUMNS]
        frames.replace_findings(store, VERB, pd.DataFrame(read.findings).reindex(columns=columns), run_id)
        for name, value in read.settings.items():
            store.set_setting(name, value)
        if policy:
            store.adopt_policy(*policy, started)
        progress.step("匹配名录")
        matches = registry_links.computed(store, progress.check_cancelled)
        registry_links.save(store, matches)
        counts["registry_links"] = registry_links.counted(matches)
        runs.set_counts(store, run_id, counts)
    return _result(store, read, counts, policy)


def _refuse_vanished(store, uuids):
    """Raises BadInput where a parcel with field work or objections is not in the new package."""
    for table, title in KEPT_BY_PARCEL.items():
        held = reading.rows(
            store, f"SELECT DISTINCT k.parcel_uuid AS uuid, p.DKBM AS DKBM FROM {table} k"  # nosec B608: our own names
                   " LEFT JOIN parcel p ON p.uuid = k.parcel_uuid WHERE k.parcel_uuid IS NOT NULL ORDER BY p.DKBM")
        gone = [row["DKBM"] or row["uuid"] for row in held if row["uuid"] not in uuids]
        if gone:
            shown = "、".join(gone[:SHOWN]) + ("等" if len(gone) > SHOWN else "")
            raise BadInput(f"新资料包里没有了 {len(gone)} 个已有{title}记录的地块：{shown}",
                           f"核对新资料包是否漏了这些地块；确已撤销的，先在工作文件里删去它们的{title}记录", where=title)


def _clear_derived(store, run_id):
    """Clears rights, sites and the open findings of later steps; the journal keeps what each right was."""
    old = reading.rows(store, "SELECT right_id, holder_name, area_mu_100, volume_m3_100 FROM holder_right ORDER BY right_id")
    journal.append(store, run_id, VERB, (
        ("holder_right", r["right_id"], {k: r[k] for k in r.keys() if k != "right_id"}, None, "重新导入资料包，待重新核定")
        for r in old))
    for table in DERIVED:
        store.connection.execute(f"DELETE FROM {schema.checked_identifier(table)}")  # nosec B608: checked identifier
    store.connection.execute("DELETE FROM finding WHERE stage <> ? AND state = 'open'", (VERB,))


def _result(store, read, counts, policy):
    table = [(schema.table(name).title, f"{number:,}　{_files(read.sources.get(name, []))}")
             for name, number in counts["tables"].items()]
    if read.missing:
        table.append(("资料包里没有", "、".join(schema.table(t).title for t in read.missing)))
    table.append(("县（区）", f"{read.settings['county_name']} {read.settings['county_code']}".strip()))
    table.append(("政策", f"{policy[0].get('name')}（{policy[2]}）" if policy else _no_policy(store)))
    table.extend(import_report.grouped(read.decisions))
    table.append(("导入时发现的问题", counts["findings"]))
    table.extend(registry_links.told(counts["registry_links"]))
    waiting = counts["registry_links"].get("review")
    shown = {**counts, "page": import_report.page(store, runs.last(store, VERB))}
    return Result("导入资料包", shown, table, [str(store.path)],
                  next_step="link（确认名录匹配），再 check" if waiting else "check")


def _files(names):
    return "、".join(names[:FILES_NAMED]) + (f" 等 {len(names)} 个文件" if len(names) > FILES_NAMED else "")


def _no_policy(store):
    held = reading.one(store, "SELECT name FROM policy WHERE current = 1")
    return f"沿用 {held['name']}" if held else "没有：检查与核定之前要用“政策”参数给出政策文件"
