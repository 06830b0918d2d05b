"""whatif (试算): what other quotas, caps or settings would do to villages, outlets, districts and households.

Nothing is stored, unless the trial is adopted: then the changed tables and policy become the work file's own and the
rights are determined by them, in one transaction, as ``confirm`` with other files would.
"""

import json
from pathlib import Path

from ..documents import what_if_sheets, workbook
from ..documents.outputs import Staging
from ..documents.page import DEMO_MARK
from ..intake import policy_file
from ..model import codes
from ..model.amounts import m3_text, mu_text
from ..model.errors import BadInput, GateShut
from ..rights import determine, figures, levers, user_facts, what_if
from ..store import edits, frames, journal, reading, runs
from . import confirm, limits_in_force
from .interrupting import interruptible
from .progress import Result

VERB = "whatif"
SHOWN = 5
PLACES_SQL = {
    "district": "SELECT district_code, district_name FROM irrigation_district ORDER BY fid DESC",
    "outlet": "SELECT outlet_code, outlet_name FROM outlet ORDER BY fid DESC",
    "village": "SELECT village_code, max(village_name) FROM parcel GROUP BY village_code",
}
LIMITS = {"quota": "定额表", "cap": "指标表"}


def run(store, params, progress):
    """Totals and households against today. Raises BadInput for a lever that cannot be read, GateShut without a check."""
    changes = [levers.parse(text) for text in params["lever"]]
    if not changes:
        raise BadInput("没有说改什么", levers.GRAMMAR, where="--lever")
    if params["adopt"] and params["village"]:
        raise BadInput("采用是全县的，不能只采用一个村", "去掉 --village")
    if params["adopt"] and any(lever.table == "parcel" for lever in changes):
        raise BadInput("地块的作物、面积、名录等不能由试算采用", "在原始资料里改正，再导入、检查、核定")
    progress.plan(6, 12, 3, 6)
    progress.step("读取地块、定额与指标")
    state = state_of(store)
    if params["adopt"] and (params.get("seen") or state) != state:
        _refuse_changed()
    base = base_of(store, progress, start="按今天的政策核定")
    progress.step("试算")
    answer = base.answer(changes, params["village"])
    told = [levers.told(lever, base.policy) for lever in changes]
    table = [("试算", "；".join(told)), *_table(store, answer), *warnings(store, base, changes)]
    counts = counts_of(answer)
    progress.step("写结果")
    outputs = _write(store, params["out"], answer, told, base, progress) if params["out"] else []
    if not params["adopt"]:
        return Result("试算（没有改动工作文件）", counts, [*table, ("试算编号", state)], outputs,
                      next_step="采用试算：再运行一次并加 --adopt --seen 试算编号")
    confirmed = _adopt(store, params, progress, base, changes, told, state)
    return Result("试算已采用" + ("" if confirmed else "；须重新检查、核定"), counts,
                  table + (confirmed.table if confirmed else []), outputs,
                  next_step=confirmed.next_step if confirmed else "检查：check，再核定：confirm")


def base_of(store, progress, start=""):
    """``what_if.Base`` of the work file as it is now. ``start``: what the progress calls the computing."""
    policy = store.policy()
    confirm.require_check(store, policy)
    inputs = confirm.read_inputs(store, progress, policy)
    share = frames.read(store, "parcel_site", ("parcel_fid", what_if.SHARE))
    inputs.site = inputs.site.merge(share, on="parcel_fid", how="left")
    if start:
        progress.step(start)
    try:
        return what_if.Base(inputs, policy, progress.update, user_facts.tables(store))
    except determine.MissingSites as error:
        raise GateShut(str(error), "请先运行“检查”（check）") from error


def counts_of(answer):
    """The figures of an answer by name."""
    county = answer.totals[answer.totals["level"] == "county"].set_index("source")
    return {
        **{f"{source}_m3_100_{when}": int(county[f"volume_m3_100_{when}"].get(source, 0))
           for source in codes.SOURCE for when in ("before", "after")},
        "holders_more": int((answer.holders["change"] > 0).sum()),
        "holders_less": int((answer.holders["change"] < 0).sum()),
        "parcels_changed": len(answer.parcels), "parcels_gained": answer.gained, "parcels_lost": answer.lost,
    }


def _table(store, answer):
    rows, names = [], names_of_places(store)
    for total in answer.totals[answer.totals["level"].isin(["county", "district"])].itertuples():
        place = "全部" if total.level == "county" else names.get((total.level, total.code)) or total.code
        rows.append((f"{place}{codes.SOURCE[total.source]}", _change(total.volume_m3_100_before, total.volume_m3_100_after)))
    area = [int(answer.totals.loc[answer.totals["level"] == "county", f"area_mu_100_{when}"].sum())
            for when in ("before", "after")]
    if area[0] != area[1]:
        rows.append(("确权面积", f"{mu_text(area[0])} → {mu_text(area[1])} 亩"))
    counts = counts_of(answer)
    rows += _of_units(answer.units) + rows_of_others(answer.others)
    rows.append(("水量增加的户", f"{counts['holders_more']:,}（按户和水源计）"))
    rows.append(("水量减少的户", f"{counts['holders_less']:,}（按户和水源计）"))
    for title, key in (("由无到有的地块", "parcels_gained"), ("由有到无的地块", "parcels_lost")):
        if counts[key]:
            rows.append((title, f"{counts[key]:,}"))
    listed = answer.holders.sort_values(["change", "CBFBM", "source"])
    for title, some in (("减少最多", listed[listed["change"] < 0].head(SHOWN)),
                        ("增加最多", listed[listed["change"] > 0].tail(SHOWN)[::-1])):
        for one in some.itertuples():
            village = names.get(("village", one.village_code), one.village_code)
            rows.append((title, f"{village} {one.holder_name or one.CBFBM} {codes.SOURCE[one.source]}："
                                f"{_change(one.volume_before, one.volume_after)}"))
    return rows


def _of_units(units):
    """Units of confirmation that are no households: how many of each kind gain or lose, and who most."""
    rows, change = [], units["volume_m3_100_after"] - units["volume_m3_100_before"]
    for kind, some in units.assign(change=change).groupby("kind", sort=True):
        before, after = (int(some[f"volume_m3_100_{when}"].sum()) for when in figures.WHEN)
        rows.append((f"确权单位：{codes.UNIT_KIND[kind]}", f"{_change(before, after)}；增加的 {(some['change'] > 0).sum():,}，"
                                                    f"减少的 {(some['change'] < 0).sum():,}（按单位和水源计）"))
        listed = some[some["change"] != 0].sort_values(["change", "code", "source"])
        for title, most in (("减少最多", listed[listed["change"] < 0].head(SHOWN)),
                            ("增加最多", listed[listed["change"] > 0].tail(SHOWN)[::-1])):
            rows += [(f"　{title}", f"{one.name} {codes.SOURCE[one.source]}：{_change(one.volume_m3_100_before, one.volume_m3_100_after)}")
                     for one in most.itertuples(index=False)]
    return rows


def rows_of_others(others):
    """The users without contract land, and the totals of the level above that are exceeded."""
    if others is None or not (len(others.volumes) or others.ceilings):
        return []
    if not others.touched:
        rows = [("承包地以外的用水户", f"{m3_text(int(others.volumes['after'].sum()))} m³，与这次试算无关")]
    else:
        rows = [(f"{codes.USER_KIND[one.kind]}{codes.SOURCE[one.source]}", _change(one.before, one.after)
                 + ("" if one.users_before == one.users_after else f"；{one.users_before:,} → {one.users_after:,} 个"))
                for one in others.volumes.itertuples()]
    return rows + [("超过上级总量", message) for message in others.ceilings]


def _change(before, after):
    by = after - before
    share = f"，{by / before * 100:+.1f} %" if before else ""
    return f"{m3_text(before)} → {m3_text(after)} m³（{'+' if by > 0 else ''}{m3_text(by)}{share}）"


def names_of_places(store):
    """{(level, code): name}."""
    return {(level, row[0]): row[1] for level, sql in PLACES_SQL.items() for row in reading.rows(store, sql) if row[1]}


def warnings(store, base, changes):
    """What to bear in mind, as rows: the stored result is another than today's, or the check stands on another area."""
    rows = []
    stored = {row["source"]: row["volume"] for row in reading.rows(
        store, "SELECT source, sum(volume_m3_100) AS volume FROM holder_right GROUP BY source")}
    if stored:
        totals = base.before.totals["county"][:, figures.MEASURES.index("volume_m3_100")]
        if any(stored.get(source, 0) != int(totals[number]) for number, source in enumerate(codes.SOURCE)):
            rows.append(("注意", "“今天”按现在的资料算得，与最近一次核定的结果不同：核定之后资料有改动"))
    if any(lever.field == "area.legal" for lever in changes):
        stopped = reading.count(store, "SELECT count(*) FROM parcel_site WHERE defect = 'AREA_MISSING'")
        if stopped:
            rows.append(("注意", f"有 {stopped:,} 个地块因原来的法定面积为空被检查停下，换了法定面积要重新检查才能判定，这里仍按停下计"))
    return rows


def _write(store, path, answer, told, base, progress):
    parcel_codes = dict(zip(base.inputs.parcel["fid"].tolist(), base.inputs.parcel["DKBM"].tolist()))
    sheets = what_if_sheets.sheets(answer, told, names_of_places(store), parcel_codes)
    with Staging(Path(path).parent) as staging:
        workbook.write(staging.path(Path(path).name), sheets, DEMO_MARK if base.policy.demo else "", progress.update)
        progress.check_cancelled()
        outputs = staging.publish()
        staging.keep()
    return outputs


def state_of(store):
    """A text that is another after every edit of the work file and every run of a verb."""
    last = reading.one(store, "SELECT max(run_id) FROM run")[0]
    return f"{last or 0}-{edits.latest(store)}"


def _refuse_changed():
    raise GateShut("试算之后工作文件有改动（别人的编辑，或别的步骤），采用的结果会与看到的不同", "重新试算，看过新的结果再采用")


def _adopt(store, params, progress, base, changes, told, state):
    """Stores the changed tables and policy and determines the rights by them; None where a check must come first."""
    started, why = runs.now(), f"采用试算：{'；'.join(told)}"
    changed = levers.apply(changes, base.inputs.quota, base.inputs.cap, base.policy)
    settings = {lever.field: lever.value for lever in changes if lever.table == "policy"
                and base.policy.get(lever.field) != lever.value}
    with store.transaction(), interruptible(store, progress):
        if state_of(store) != state:
            _refuse_changed()
        run_id = runs.record(store, VERB, started, params, {"levers": [lever.text for lever in changes]})
        policy = _adopt_policy(store, run_id, base.policy, settings, why) if settings else base.policy
        for name, frame in (("quota", changed.quota), ("cap", changed.cap)):
            if frame is not getattr(base.inputs, name):
                _adopt_rows(store, run_id, name, getattr(base.inputs, name), frame, why)
        if any(confirm.is_checked(path) for path in settings):
            return None
        return confirm.within(store, progress, started, params, policy, because=why)


def _adopt_policy(store, run_id, policy, settings, why):
    row = reading.one(store, "SELECT parsed, file_name, sha256 FROM policy WHERE current = 1")
    made, mapping = policy_file.with_settings(policy, json.loads(row["parsed"]), settings, why)
    store.adopt_policy(made, mapping, "试算", runs.now())
    limits_in_force.record(store, "policy", "试算", VERB, runs.now())
    before = {"file_name": row["file_name"], "sha256": row["sha256"], **{path: policy.get(path) for path in settings}}
    journal.append(store, run_id, VERB, [
        ("policy", made.get("name"), before, {"file_name": "试算", "sha256": made.sha256, **settings}, why)])
    return made


def _adopt_rows(store, run_id, name, before, after, why):
    """Replaces a table; the journal has each row that differs."""
    frames.update(store, name, after)
    limits_in_force.record(store, name, "试算", VERB, runs.now())
    plain = [frame.astype(object).where(frame.notna(), None).to_dict("records") for frame in (before, after)]
    entries = []
    for old, new in zip(*plain):
        differing = [field for field in new if old[field] != new[field]]
        if differing:
            entries.append((name, str(old["fid"]), {field: old[field] for field in differing},
                            {field: new[field] for field in differing}, why))
    journal.append(store, run_id, VERB, entries)
