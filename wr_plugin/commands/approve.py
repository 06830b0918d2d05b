"""The verb ``approve``: records one level's decision on a county, township or village."""

from ..model import codes
from ..model.errors import BadInput
from ..review import approvals, gates, publicity
from ..store import journal, runs
from .progress import Result

TITLE = "审核"


def run(store, params, progress):
    """Adds an approval for the rights of the current confirm run; the same decision by the same person again changes
    nothing. Raises GateShut where rights are missing or outdated, BadInput for an unknown zone or a date to come."""
    started = runs.now()
    policy = store.policy()
    confirm = gates.current_confirm(store)
    progress.step("登记审核结论")
    level, decision, who = params["level"], params["decision"], params["who"].strip()
    if not who:
        raise BadInput("没有填写审核人", "填写签字人的姓名")
    if level not in policy.get("approvals"):
        listed = "、".join(codes.LEVEL[name] for name in policy.get("approvals")) or "无"
        raise BadInput(f"政策没有“{codes.LEVEL[level]}”这一级", f"政策规定的审核层级：{listed}")
    zone = approvals.checked_zone(store, params["zone"])
    on = params["on"] or runs.today()
    if on > runs.today():
        raise BadInput(f"审核日期 {on} 还没有到", "填写实际审核的日期")
    publicity.refuse_backdated("审核日期", on, confirm, policy.demo)
    note = (params["note"] or "").strip() or None
    table = [("审核层级", codes.LEVEL[level]), ("范围", zone), ("结论", codes.DECISION[decision]), ("审核人", who),
             ("审核日期", on)]
    if decision == "pass":
        table += [("仍算退回", f"{code} 以前单独退回" + (f"（{why}）" if why else "") + f"：复核后另行登记通过（--zone {code}）")
                  for code, why in approvals.returned_within(store, level, zone, confirm["run_id"])]
    counts = {"level": level, "zone": zone, "decision": decision}
    last = approvals.latest(store, level, zone, confirm["run_id"])
    if last is not None and (last["decision"], last["who"], last["decided_on"], last["note"]) == (decision, who, on, note):
        return Result(TITLE, counts, table, changed=False, next_step=_next(policy, level, decision))
    with store.transaction():
        kept = {"level": level, "zone": zone, "decision": decision, "on": on}
        run_id = runs.record(store, "approve", started, kept, counts, policy_sha256=policy.sha256,
                             input_sha256=runs.input_digest(confirm["run_id"], kept))
        entry = approvals.record(store, level, zone, decision, who, on, note, confirm["run_id"], run_id)
        journal.append(store, run_id, "approve", [entry])
    return Result(TITLE, counts, table, next_step=_next(policy, level, decision))


def _next(policy, level, decision):
    if decision == "return":
        return "资料有误的，改正后重新导入、检查、核定、公示；无须改资料的，复核后再登记通过"
    levels = list(policy.get("approvals"))
    after = levels[levels.index(level) + 1:]
    return f"{codes.LEVEL[after[0]]}（approve --level {after[0]}）" if after else "发证（certify）"
