"""Gates: what keeps a poster or a certificate from being made, each with what would open it (DESIGN §4.6)."""

from dataclasses import dataclass

from ..model import codes
from ..model.errors import BadInput, GateShut
from ..model.policy import BY_PATH
from ..store import reading, runs

CERTIFICATE_SETTINGS = ("certificate.number", "certificate.valid_from", "certificate.valid_to", "certificate.issuer")
POSTER_SETTINGS = ("publicity.days", "publicity.objections_to")
SHOWN = 8


@dataclass(frozen=True)
class Shut:
    """One gate that is shut: ``what`` keeps it, ``opens`` what to do."""

    what: str
    opens: str


def current_confirm(store):
    """The confirm run whose rights stand: newer than the last check, which is newer than the last import.

    Raises GateShut, naming the step to run, where one of them is missing or outdated.
    """
    last = {verb: runs.last(store, verb) for verb in ("import", "link", "check", "confirm")}
    if last["import"] is None:
        raise GateShut("还没有导入资料", "先运行“导入资料包”（import），再检查、核定", code="NotImported")
    if last["check"] is None or last["check"]["run_id"] < last["import"]["run_id"]:
        raise GateShut("导入之后还没有检查，资料未经检查不能公示或发证", "先运行“检查”（check），再运行“核定水权”（confirm）",
                       code="NotChecked")
    if last["link"] is not None and last["check"]["run_id"] < last["link"]["run_id"]:
        raise GateShut("确认或否定名录匹配之后还没有检查", "先运行“检查”（check），再运行“核定水权”（confirm）", code="NotChecked")
    if last["confirm"] is None or last["confirm"]["run_id"] < last["check"]["run_id"]:
        raise GateShut("检查之后还没有核定水权", "先运行“核定水权”（confirm）", code="NotConfirmed")
    return last["confirm"]


def require_settings(policy, paths, purpose):
    """Raises GateShut that names every setting which ``purpose`` needs and the county has left blank."""
    blank = [p for p in paths if policy.get(p) is None]
    if blank:
        named = "、".join(f"{p}（{BY_PATH[p].title}）" for p in blank)
        raise GateShut(f"政策中未填 {named}，不能{purpose}",
                       "在政策文件里填写后，用“核定水权”的“政策”参数采用（confirm --policy）", code="SettingBlank")


def chosen_villages(known, wanted):
    """The villages asked for, or all; raises BadInput for a code that has no parcels."""
    unknown = [code for code in wanted if code not in known]
    if unknown:
        raise BadInput(f"没有这些村的地块：{'、'.join(unknown[:SHOWN])}", "给出 12 位村代码；“进度”（status）列出各村代码")
    return {code: name for code, name in known.items() if not wanted or code in wanted}


EARLY = "early"
PASS, RETURN = "pass", "return"


class VillageGates:
    """Whether villages may get certificates, by what is recorded for one confirm run.

    ``publicity``: village → last day of the term on its poster, which is the one registered last. The county's own code
    stands for the water users without contract land: the county publishes them, and the levels from the county upwards
    decide (张掖方案三（一）3、三（二）1).
    """

    def __init__(self, store, policy, confirm_run, today):
        self.today = today
        self.levels = list(policy.get("approvals"))
        self.publicity = {r["village_code"]: r["end_date"] for r in reading.rows(
            store, "SELECT village_code, end_date FROM publicity WHERE confirm_run = ? ORDER BY fid", (confirm_run,))}
        self.county = store.setting("county_code", "") or ""
        self.objections, self.homeless = _open_objections(store, self.county)
        self.decisions = [(r["level"], r["zone_code"], r["decision"], r["decided_on"]) for r in reading.rows(
            store, "SELECT level, zone_code, decision, decided_on FROM approval WHERE confirm_run = ? ORDER BY fid DESC",
            (confirm_run,))]

    def decision(self, level, village):
        """The latest decision of a level on a zone that holds the village: ``pass``, ``return``, or ``early`` where it
        passed before the publicity had ended, whose outcome it is to review (张掖方案三（一）3); None without one. What
        was returned by itself is passed by itself: a later pass of the whole county or township leaves it returned."""
        found, passed = None, ""
        for at, zone, decision, on in self.decisions:
            if at != level or not village.startswith(zone):
                continue
            found = found or (decision, on)
            if decision == RETURN and len(zone) > len(passed):
                return RETURN
            passed = max(passed, zone, key=len) if decision == PASS else passed
        if found is None:
            return None
        end = self.publicity.get(village)
        return EARLY if found[0] == PASS and end is not None and found[1] <= end else found[0]

    def shut(self, village):
        """The gates that are shut for a village; an empty list where a certificate may be made."""
        found = []
        end = self.publicity.get(village)
        if end is None:
            found.append(Shut("本次核定结果还没有公示", "公示：publish" + ("" if village == self.county else f" --village {village}")))
        elif end >= self.today:
            found.append(Shut(f"公示到 {end} 才期满", f"{end} 之后再发证"))
        if self.objections.get(village):
            found.append(Shut(f"有 {self.objections[village]} 条异议未办结", "在异议表中填写复核意见，状态改为已办结"))
        if self.homeless:
            found.append(Shut(f"有 {self.homeless} 条未办结的异议没有写对村代码，不知是哪个村的", "在异议表中改正村代码（12 位）"))
        for level in self.levels:
            if level == "town" and village == self.county:
                continue
            decision = self.decision(level, village)
            name = codes.LEVEL[level]
            if decision is None:
                found.append(Shut(f"{name}还没有结论", f"审核：approve --level {level}"))
            elif decision == EARLY:
                found.append(Shut(f"{name}的日期不晚于公示截止日（{end}）", f"公示期满后重新审核：approve --level {level}"))
            elif decision != "pass":
                found.append(Shut(f"{name}的结论是退回", f"改正后重新审核：approve --level {level} --zone {village}"))
        return found

    def require_open(self, villages):
        """Raises GateShut that lists, per village, what is shut and what opens it; ``villages``: {code: name}."""
        closed = [(code, name, shut) for code, name in villages.items() for shut in [self.shut(code)] if shut]
        if not closed:
            return
        lines = [f"{name}（{code}）：{'；'.join(s.what for s in shut)}" for code, name, shut in closed[:SHOWN]]
        if len(closed) > SHOWN:
            lines.append(f"……共 {len(closed)} 个村")
        opens = list(dict.fromkeys(s.opens for _, _, shut in closed[:SHOWN] for s in shut))
        if len(closed) < len(villages):
            opens.append("或者用 --village 只为条件已具备的村发证")
        raise GateShut(f"{len(closed)} 个村还不能发证\n" + "\n".join(lines), "；".join(opens), code="VillageNotReady")

    def require_users_open(self):
        """Raises GateShut where water users without contract land may not get their certificates and sheets yet."""
        shut = self.shut(self.county)
        if shut:
            raise GateShut(f"用水户还不能发证、出登记表：{'；'.join(s.what for s in shut)}", "；".join(dict.fromkeys(s.opens for s in shut)),
                           code="UsersNotReady")


def _open_objections(store, county):
    """({village: number of open objections}, number of those whose village is none of the county's).

    An objection counts for the village written in it and for that of its parcel; one with the county's own code is about
    a water user without contract land. It is open unless it says closed.
    """
    known = {county, *(r[0] for r in reading.rows(store, "SELECT DISTINCT village_code FROM parcel"))}
    found, homeless = {}, 0
    for row in reading.rows(store, "SELECT o.village_code AS written, p.village_code AS of_parcel FROM objection o"
                                   " LEFT JOIN parcel p ON p.uuid = o.parcel_uuid WHERE o.state IS NOT 'closed'"):
        villages = {row["written"], row["of_parcel"]} & known - {None, ""}
        homeless += not villages
        for village in villages:
            found[village] = found.get(village, 0) + 1
    return found, homeless
