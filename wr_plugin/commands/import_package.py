"""``import``: a hand-over package into the work file, in one transaction; the same package again changes nothing."""

import os
from contextlib import nullcontext
from pathlib import Path

import pandas as pd

from ..documents import import_report
from ..documents.outputs import Staging
from ..intake import answers, archive, delivery, package, policy_file, proposal, saved_mappings
from ..intake.field_matching import MappingNeeded
from ..intake.mapping import FieldMapping, read_mapping
from ..model import codes, schema
from ..model.errors import BadInput
from ..store import edits, frames, half_made, journal, reading, runs
from ..store.backup import FOLDER
from ..store.create import create_workfile
from ..store.workfile import WorkFile
from . import change_list, limits_in_force, registry_links, updating
from .interrupting import interruptible
from .progress import Result

VERB, PREVIEW = "import", "预览：新资料包会改动什么"
READING_RULES = 3
"""Raised whenever the same files would be read differently, so that an unchanged package is read again."""
ANSWERS = ("encoding", "crs", "area_unit")
DERIVED = ("right_part", "holder_right", "unit_right", "user_right", "parcel_right", "cap_result", "cap_class", "parcel_site",
           "parcel_outlet")
FILES_NAMED = 2
ROWS_COST = 5
"""So many values a row costs beyond its own when it is written."""


def run(store, params, progress):
    """Reads the package and writes it to the work file ``params["work"]``, which is made or updated.

    ``store`` is None: the verb opens or creates the work file itself.
    """
    given = Path(params["package"])
    zipped = not given.is_dir() or bool(archive.zips_in(given))
    comparing = [20] if Path(params["work"]).exists() else []
    progress.plan(*([8] if zipped else []), 3, 12, 43, 11, *comparing, 30, 4)
    if zipped:
        progress.step("解压资料包")
    with archive.opened(given, progress) as opened:
        return _import(opened, params, progress)


def _import(opened, params, progress):
    """Imports an opened package."""
    started, work = runs.now(), Path(params["work"])
    progress.step("查看资料包")
    mapping = read_mapping(params["mapping"]) if params.get("mapping") else FieldMapping()
    found = package.survey(opened.folder, mapping, opened.left, opened.unpacked)
    mapping, reused = saved_mappings.fit(found, mapping)
    delivery.require_sources(found)
    mapping = answers.answered(mapping, params)
    policy = _policy(params, found)
    inputs, digest = _inputs(found, params, policy, reused)
    progress.check_cancelled()
    preview = params.get("preview")
    if work.exists():
        with WorkFile.open(work, readonly=bool(preview)) as existing:
            last = runs.last(existing, VERB)
            back = params.get("limits") == codes.PACKAGE and limits_in_force.differ(existing)
            if last is not None and last["input_sha256"] == digest and not back:
                return _without_report(_unchanged(existing, last, work), params, "与上次导入相同")
            read = _read(found, mapping, _crs_of(existing), progress, reused)
            _refuse_other_county(existing, read)
            choices = _settle(existing, read, found, policy, params)
            progress.step("与工作文件比较")
            update = updating.compare(existing, read, progress)
            with Staging(Path(params["report"]).parent) if params.get("report") else nullcontext() as staging:
                if staging:
                    change_list.write(staging.path(Path(params["report"]).name), update, progress)
                if preview:
                    return _previewed(read, update, choices, staging)
                update.refuse_if_forbidden()
                limits_in_force.refuse_unsettled(choices)
                progress.step("写入工作文件")
                result = _write(existing, read, choices, policy, params, started, inputs, digest, progress, update, staging)
                return _remember(result, params, mapping)
    read = _read(found, mapping, None, progress, reused)
    if preview:
        result = Result(PREVIEW, {"tables": _sizes(read)}, _read_rows(read, _sizes(read)), changed=False,
                        text="还没有这个工作文件：导入时会新建。", next_step="import")
    else:
        progress.step("写入工作文件")
        choices = _settle(None, read, found, policy, params)
        result = _remember(_create(work, read, choices, policy, params, started, inputs, digest, progress), params, mapping)
    return _without_report(result, params, "第一次导入，没有可以比较的")


def _refuse_other_county(store, read):
    """Raises BadInput for another county's package: a work file is one county's. A package that does not name its county
    is the same county's where it has any of its parcels, whatever most of its codes begin with (DOMAIN §1.4)."""
    here, there = store.setting("county_code") or "", read.settings["county_code"]
    if not here or not there or here == there:
        return
    if not read.county_said:
        held = {row["DKBM"] for row in reading.rows(store, "SELECT DKBM FROM parcel")}
        if not held.isdisjoint(read.frames["parcel"]["DKBM"].tolist()):
            read.settings["county_code"], read.settings["county_name"] = here, store.setting("county_name") or ""
            read.findings[:] = [f for f in read.findings if f["code"] != "CODE_OTHER_COUNTY"] + list(delivery.other_counties(read))
            return
    named = [f"{code}{name or ''}" for code, name in ((there, read.settings["county_name"]), (here, store.setting("county_name")))]
    raise BadInput(f"这是另一个县（区）的资料包：资料包是 {named[0]}，工作文件是 {named[1]}；未作任何更改",
                   "一个县一个工作文件：换一个工作文件再导入；确是同一个县、只是县代码变了的，在字段对应文件里写明 "
                   f'county: {{code: "{here}"}}', where=store.path.name, code="OtherCounty")


def _settle(store, read, found, policy, params):
    own = None
    if params.get("policy"):
        try:
            own = policy_file.read_policy(found.policies[0])[0].sha256 if len(found.policies) == 1 else ""
        except BadInput:
            own = ""
    return limits_in_force.settle(store, read, policy, own, params.get("limits"))


def _settled(choices):
    return [(c.title, c.text + ("：不能导入，见“政策、定额与指标”参数（--limits）" if c.asks else "")) for c in choices if c.text]


def _without_report(result, params, why):
    if params.get("report"):
        result.table.append(("差异表", f"没有写：{why}"))
    return result


def _previewed(read, update, choices, staging):
    """What the package would change; the list of it is kept where it was asked for, nothing else is written."""
    outputs = staging.publish() if staging else []
    if staging:
        staging.keep()
    forbidden = update.locks or update.homeless or any(c.asks for c in choices)
    return Result(PREVIEW, {"tables": _sizes(read), "difference": update.difference.counts, "locked": len(update.locks)},
                  updating.table(update) + _settled(choices), outputs, changed=False, text=updating.text(update),
                  next_step="先处理上面所列的，再导入（import）" if forbidden else "import")


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
                               policy[0].sha256 if policy else "", found.county, *reused,
                               [params.get(k) or [] for k in ANSWERS])
    return inputs + extra, digest


def _crs_of(store):
    import pyproj

    return pyproj.CRS.from_wkt(store.setting("crs_wkt"))


def _unchanged(store, last, work):
    counts = {**import_report.counts_of(last), "page": import_report.page(store, last)}
    table = [(schema.table(t).title, n) for t, n in counts.get("tables", {}).items() if t in schema.tables()]
    return Result("导入资料包", counts, table, [str(work)], changed=False,
                  text="资料包、字段对应和政策都与上次导入相同，工作文件未作更改。", next_step="check")


def _create(work, read, choices, policy, params, started, inputs, digest, progress):
    """Makes the work file under another name and renames it when all is in."""
    making = work.with_name(f".{work.stem}.making.gpkg")
    _remove(making)
    half_made.announce(making)
    try:
        with create_workfile(making, read.crs) as store:
            result = _write(store, read, choices, policy, params, started, inputs, digest, progress)
        if work.exists():
            raise BadInput("工作文件已经存在", "换一个名称，或选择更新它", where=str(work))
        half_made.point_of_no_return()
        os.replace(making, work)
    except BaseException:
        _remove(making)
        raise
    result.outputs = [str(work)]
    return result


def _remove(path):
    for name in (path, *half_made.beside(path)):
        name.unlink(missing_ok=True)


def _sizes(read):
    return {t.name: len(read.frames[t.name]) for t in schema.tables().values() if t.delivered and t.name in read.frames}


def _write(store, read, choices, policy, params, started, inputs, digest, progress, update=None, staging=None):
    """Replaces the delivered tables and clears what was derived from the old ones; one transaction.

    ``update``: what a newer package changes; the work file is then backed up first, and its lineage kept.
    """
    delivered = [t for t in schema.tables().values() if t.delivered]
    counts = {"tables": _sizes(read)}
    counts["findings"] = len(read.findings)
    counts["files"], counts["decisions"] = [list(f) for f in read.files], [list(d) for d in read.decisions]
    counts["missing"], counts["fields"] = read.missing, [list(f) for f in read.fields]
    outputs = []
    with updating.Backup(store, progress) as backup, store.transaction(), interruptible(store, progress):
        if update:
            counts["difference"], counts["backup"] = update.difference.counts, backup.take()
        run_id = runs.record(store, VERB, started, params, counts, inputs, digest, policy[0].sha256 if policy else "")
        _clear_derived(store, run_id)
        cells, done = {name: frame.size + ROWS_COST * len(frame) for name, frame in read.frames.items()}, 0
        for table in delivered:
            frame = read.frames.pop(table.name, None)  # what is written is let go: a county is not held longer than needed
            frames.replace(store, table.name, pd.DataFrame() if frame is None else frame, read.geometry.pop(table.name, None))
            del frame
            done += cells.pop(table.name, 0)
            progress.update(done, done + sum(cells.values()))
        store.connection.execute(
            "UPDATE finding SET parcel_uuid = NULL WHERE parcel_uuid NOT IN (SELECT uuid FROM parcel)")
        columns = ["code", "subject", "message", *frames.FINDING_COLUMNS]
        frames.replace_findings(store, VERB, pd.DataFrame(read.findings).reindex(columns=columns), run_id)
        for name, value in read.settings.items():
            store.set_setting(name, value)
        if policy and not choices[0].keeps:
            store.adopt_policy(*policy, started)
        limits_in_force.keep_records(store, choices, started)
        if update:
            updating.record(store, update, run_id, VERB)
        progress.step("匹配名录")
        matches = registry_links.computed(store, progress.check_cancelled)
        registry_links.save(store, matches)
        counts["registry_links"] = registry_links.counted(matches)
        runs.set_counts(store, run_id, counts)
        if staging:
            outputs = staging.publish()
    if staging:
        staging.keep()
    return _result(store, read, counts, None if choices[0].keeps else policy, update, outputs)


def _clear_derived(store, run_id):
    """Clears rights, sites and the open findings of later steps; the journal keeps what each right was."""
    old = reading.rows(store, "SELECT right_id, holder_name, area_mu_100, volume_m3_100 FROM holder_right ORDER BY right_id")
    journal.append(store, run_id, VERB, (
        ("holder_right", r["right_id"], {k: r[k] for k in r.keys() if k != "right_id"}, None, "重新导入资料包，待重新核定")
        for r in old))
    for table, key, where in (("unit_right", "unit_id", "unit_kind <> 'holder_source'"), ("user_right", "user_id", "1")):
        gone = reading.rows(store, f"SELECT * FROM {table} WHERE {where} ORDER BY {key}")  # nosec B608: our own texts
        journal.append(store, run_id, VERB, ((table, r[key], {k: r[k] for k in r.keys() if k != key}, None,
                                              "重新导入资料包，待重新核定") for r in gone))
    for table in DERIVED:
        with edits.in_bulk(store.connection, table):
            store.connection.execute(f"DELETE FROM {schema.checked_identifier(table)}")  # nosec B608: checked identifier
    store.connection.execute("DELETE FROM finding WHERE stage <> ? AND state = 'open'", (VERB,))


def _result(store, read, counts, policy, update, outputs):
    table = _read_rows(read, counts["tables"])
    table.append(("县（区）", f"{read.settings['county_name']} {read.settings['county_code']}".strip()))
    table.append(("政策", f"{policy[0].get('name')}（{policy[2]}）" if policy else _no_policy(store)))
    table.extend(import_report.grouped(read.decisions))
    table.append(("导入时发现的问题", counts["findings"]))
    table.extend(registry_links.told(counts["registry_links"]))
    if update:
        table += updating.table(update)
        table.append(("导入之前的备份", f"{FOLDER}/{counts['backup']}；不对的话用“撤销导入”（undo）恢复"))
    waiting = counts["registry_links"].get("review")
    shown = {**counts, "page": import_report.page(store, runs.last(store, VERB))}
    return Result("导入资料包", shown, table, [str(store.path), *outputs], text=updating.text(update) if update else "",
                  next_step="link（确认名录匹配），再 check" if waiting else "check")


def _read_rows(read, sizes):
    """(table, how many rows from which files), and what the package lacks."""
    table = [(schema.table(name).title, f"{number:,}　{_files(read.sources.get(name, []))}")
             for name, number in sizes.items()]
    if read.missing:
        table.append(("资料包里没有", "、".join(schema.table(t).title for t in read.missing)))
    return table


def _files(names):
    return "、".join(names[:FILES_NAMED]) + (f" 等 {len(names)} 个文件" if len(names) > FILES_NAMED else "")


def _no_policy(store):
    held = reading.one(store, "SELECT name FROM policy WHERE current = 1")
    return f"沿用 {held['name']}" if held else "没有：检查与核定之前要用“政策”参数给出政策文件"
