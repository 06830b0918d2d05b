"""``status``: how far the work has come, how each village stands, and what to do next. Reads only."""

from ..model import amounts, codes, findings
from ..model.errors import GateShut
from ..review import due
from ..review.gates import VillageGates
from ..store import reading, registry_links, runs
from . import text_table, unseen
from .catalogue import VERBS
from .progress import Result

CHAIN = ("import", "check", "confirm")
NOT_DONE, STALE, DONE = "未做", "已过期", "已完成"
VILLAGES_SHOWN = 60


def run(store, params, progress):
    """The ``Result``: ``table`` one row per step, ``text`` villages and findings, ``counts`` the same as data."""
    progress.plan(1, 3, 1)
    progress.step("读取运行记录")
    last = {verb: runs.last(store, verb) for verb in VERBS}
    progress.step("汇总各村")
    gates = open_gates(store, last["confirm"])
    villages = village_rows(store, last["confirm"], gates)
    progress.step("汇总问题")
    kinds = finding_rows(store)
    levels = gates.levels if gates else []
    certificates = certificate_counts(store, last["confirm"])
    steps = step_rows(last, villages, levels, certificates, unseen.unchecked(store))
    return Result(
        title=f"{store.setting('county_name') or '本县'}（{store.setting('county_code') or '代码未知'}）的进度",
        counts={"steps": steps, "villages": villages, "findings": kinds, "certificates": certificates},
        table=[(VERBS[s["verb"]].title, "  ".join(filter(None, (s["state"], s["when"], s["detail"])))) for s in steps],
        text="\n".join([*_village_lines(villages), "", *_finding_lines(kinds)]),
        next_step=_link_first(store, steps) + next_step(steps, villages, levels, certificates, gates),
    )


def _link_first(store, steps):
    """What to do before the next step where rows of the registry wait for somebody to say which parcel they are."""
    waiting = registry_links.counted(store).get(codes.REVIEW, 0)
    begun = any(step["verb"] == "publish" and step["state"] in (DONE, "进行中") for step in steps)
    if not waiting or begun:
        return ""
    return f"先匹配名录（link）：{waiting:,} 行待人确认，没有确认的地块按名录外处理；然后"


def open_gates(store, confirm):
    """What is on record for the current confirm run; None before a policy is adopted."""
    try:
        return VillageGates(store, store.policy(), confirm["run_id"] if confirm else None, runs.today())
    except GateShut:
        return None


def village_rows(store, confirm, gates):
    """One dict per village: what ``reading.villages`` gives, and its review state for the current confirm run."""
    confirm_run, today = confirm["run_id"] if confirm else None, runs.today()
    issued = {r["village_code"]: r["n"] for r in reading.rows(
        store, "SELECT village_code, count(*) AS n FROM certificate WHERE state = 'valid' AND confirm_run = ?"
        " GROUP BY 1", (confirm_run,))}
    holders = {r["village_code"]: r["n"] for r in reading.rows(
        store, "SELECT village_code, count(*) AS n FROM holder_right WHERE volume_m3_100 > 0 GROUP BY 1")}
    found = []
    for row in reading.villages(store):
        code = row["village_code"] or ""
        end = gates.publicity.get(code) if gates else None
        found.append({
            "village_code": code, "village_name": row["village_name"] or "", "parcels": row["parcels"],
            "in_registry": row["in_registry"] or 0, "flagged": row["flagged"] or 0, "confirmed": row["confirmed"] or 0,
            "area_mu_100": row["area_mu_100"] or 0, "volume_m3_100": row["volume_m3_100"] or 0,
            "rights": holders.get(code, 0), "publicity_end": end, "publicity_ended": bool(end) and end < today,
            "open_objections": gates.objections.get(code, 0) if gates else 0, "certificates": issued.get(code, 0),
            "approved": [level for level in gates.levels if gates.decision(level, code) == "pass"] if gates else [],
        })
    return found


def certificate_counts(store, confirm):
    """{issued, due, households, units, users}: certificates in force for the current rights, and those that are due."""
    try:
        policy = store.policy()
    except GateShut:
        policy = None
    households, units, users = due.numbers(store, policy)
    issued = reading.count(store, "SELECT count(*) FROM certificate WHERE state = 'valid' AND confirm_run = ?",
                           (confirm["run_id"] if confirm else None,))
    return {"issued": issued, "due": sum(households.values()) + units + users, "households": sum(households.values()),
            "units": units, "users": users}


def step_rows(last, villages, levels, certificates, edited=""):
    """One dict per step of the work: verb, state, when, detail. ``edited``: what the last check has not seen."""
    found, before = [], 0
    for verb in CHAIN:
        row = last[verb]
        if verb == "check" and last["link"]:
            before = max(before, last["link"]["run_id"])
        state = NOT_DONE if row is None else STALE if row["run_id"] < before else DONE
        before = max(before, row["run_id"] if row else 0)
        if found and found[-1]["state"] != DONE and state == DONE:
            state = STALE
        detail = edited if verb == "check" and state != NOT_DONE else ""
        found.append({"verb": verb, "state": STALE if detail else state, "when": _when(row), "detail": detail})
    ready = found[-1]["state"] == DONE
    with_rights = [v for v in villages if v["rights"]]
    total = len(with_rights)
    published = sum(1 for v in with_rights if v["publicity_end"])
    ended = sum(1 for v in with_rights if v["publicity_ended"])
    open_objections = sum(v["open_objections"] for v in villages)
    detail = f"{published}/{total} 村已公示，{ended} 村期满，{open_objections} 条异议未办结"
    found.append(_review_step("publish", last, ready, published, total, detail))
    passed = [sum(1 for v in with_rights if level in v["approved"]) for level in levels]
    detail = "，".join(f"{codes.LEVEL[level]} {n}/{total} 村" for level, n in zip(levels, passed))
    found.append(_review_step("approve", last, ready, min(passed, default=total), total, detail))
    wanted, issued = certificates["due"], certificates["issued"]
    kinds = "、".join(f"{name} {certificates[kind]:,}" for kind, name in (("households", "农户"), ("units", "其他确权单位"), ("users", "用水户"))
                     if certificates[kind] and certificates[kind] != wanted)
    detail = f"已发 {issued:,} 本，应发 {wanted:,} 本" + (f"（{kinds}）" if kinds else "")
    found.append(_review_step("certify", last, ready, issued, wanted, detail))
    return found


def _review_step(verb, last, ready, done, total, detail):
    state = DONE if ready and total and done >= total else "进行中" if ready and done else NOT_DONE
    if last[verb] is not None and not ready:
        state = STALE
    return {"verb": verb, "state": state, "when": _when(last[verb]), "detail": detail if ready else ""}


def _when(row):
    return (row["ended_at"] or "").replace("T", " ") if row else ""


def finding_rows(store):
    """Open findings by kind: code, title, severity and number, in the order of the kinds."""
    numbers = {r["code"]: r["n"] for r in reading.rows(
        store, "SELECT code, count(*) AS n FROM finding WHERE state = 'open' GROUP BY code")}
    return [{"code": code, "title": kind.title, "severity": kind.severity, "number": numbers[code]}
            for code, kind in findings.KINDS.items() if code in numbers]


def next_step(steps, villages, levels, certificates, gates):
    """One sentence: what to do next. ``gates``: see ``open_gates``; ``certificates``: see ``certificate_counts``."""
    for step in steps[:len(CHAIN)]:
        if step["state"] != DONE:
            again = "重新" if step["state"] == STALE else ""
            return f"{again}做“{VERBS[step['verb']].title}”（{step['verb']}）"
    with_rights = [v for v in villages if v["rights"]]
    if not with_rights:
        return "没有可确权的地块：看“问题”，改正数据后重新导入"
    waiting = [v for v in with_rights if not v["publicity_end"]]
    if waiting:
        return f"公示（publish）：还有 {len(waiting)} 个村没有公示"
    objections = sum(v["open_objections"] for v in villages) + (gates.homeless if gates else 0)
    if objections:
        return f"办结异议：还有 {objections} 条"
    running = [v["publicity_end"] for v in with_rights if not v["publicity_ended"]]
    if running:
        return f"等公示期满：还有 {len(running)} 个村，最晚到 {max(running)}"
    for level in levels:
        lacking = sum(1 for v in with_rights if level not in v["approved"])
        if lacking:
            return f"{codes.LEVEL[level]}（approve --level {level}）：还有 {lacking} 个村没有通过"
    if certificates["issued"] < certificates["due"]:
        waiting = gates.shut(gates.county) if gates and certificates["users"] else []
        if waiting and certificates["issued"] >= certificates["due"] - certificates["users"]:
            return f"用水户还没有发证：{'；'.join(s.opens for s in waiting)}"
        return "发证（certify）"
    return "都做完了；台账（ledger）可随时导出"


def _village_lines(villages):
    if not villages:
        return []
    header = ("村", "村代码", "地块", "名录内", "待复核", "已核定", "确权面积（亩）", "核定水量（m³）", "公示截止", "异议", "已发证")
    table = [
        (v["village_name"], v["village_code"], v["parcels"], v["in_registry"], v["flagged"], v["confirmed"],
         amounts.mu_text(v["area_mu_100"]), amounts.m3_text(v["volume_m3_100"]), v["publicity_end"] or "",
         v["open_objections"], v["certificates"])
        for v in villages[:VILLAGES_SHOWN]
    ]
    more = [f"  ……共 {len(villages)} 个村，其余用 --json 查看"] if len(villages) > VILLAGES_SHOWN else []
    return ["各村：", *text_table.lines(table, header), *more]


def _finding_lines(kinds):
    if not kinds:
        return ["没有待处理的问题。"]
    words = {"stop": "须改正", "review": "须复核", "notice": "提示"}
    return ["待处理的问题：",
            *text_table.lines([(k["title"], words[k["severity"]], k["number"]) for k in kinds], ("问题", "程度", "个数"))]
