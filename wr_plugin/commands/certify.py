"""The verb ``certify``: certificates for a village in one PDF, or for single holders, once every gate is open."""

from collections import defaultdict

from ..documents import assembly, certificate, fonts
from ..documents.content import unprintable
from ..documents.county import County
from ..documents.outputs import Staging, file_name
from ..documents.page import A4, DEMO_MARK, TRIAL_MARK, Paper
from ..documents.village import read_village
from ..model import codes
from ..model.amounts import m3_text, mu_text
from ..model.errors import BadInput, GateShut
from ..review import gates, issuing, trail
from ..store import frames, journal, reading, runs
from .progress import Result

TITLE, TRIAL_TITLE, NEXT = "发证", "试打样张", "导出台账（ledger）"
SHOWN = 5


def run(store, params, progress):
    """Prints and records certificates; one that still says the same keeps its number and is printed again.

    A holder whose certificate no font can print is left out and listed. ``trial`` passes the gates, prints 样张 without
    numbers and records nothing. Raises GateShut naming every shut gate of every village asked for.
    """
    started = runs.now()
    policy, trial = store.policy(), params["trial"]
    confirm = gates.current_confirm(store)
    book = fonts.find(params.get("fonts") or "")
    progress.plan(3, 94, 3)
    progress.step("读取全县名称与水源")
    county = County(store)
    holders = _holders(store, params["holder"])
    villages = _villages(store, county, params["village"], holders)
    elsewhere = _confirmed_elsewhere(store, villages, holders)
    register = None
    if not trial:
        gates.require_settings(policy, gates.CERTIFICATE_SETTINGS, "发证")
        involved = _with_land_elsewhere(store, county, villages, holders)
        gates.VillageGates(store, policy, confirm["run_id"], runs.today()).require_open(involved)
        register = issuing.Register(store, policy, county.code, runs.today(), county.demo, confirm["run_id"])
    marks = ((TRIAL_MARK,) if trial else ()) + ((DEMO_MARK,) if county.demo else ())
    progress.step("生成水权证")
    with Staging(params["out"]) as staging:
        press = _Press(county, book, marks, staging, register, progress, elsewhere)
        press.total = _expected(store, villages, holders)
        for code, name in villages.items():
            press.print_village(read_village(county, code, name, book, holders), single=bool(holders))
        progress.step("登记")
        counts = {"certificates": press.printed, "villages": len(villages), "pages": press.pages,
                  "new": len(register.added) if register else 0, "kept": register.kept if register else 0,
                  "replaced": len(register.replaced) if register else 0, "unprintable": len(press.left_out)}
        outputs = _record(store, params, started, policy, confirm, register, counts, staging)
    warnings = [] if trial else issuing.term_warnings(store, policy.get("certificate.valid_to"), set(villages))
    if not trial:
        edited = trail.disagreements(store)
        warnings += [("确给其他单位、没有按户发证的水权", len(elsewhere), sorted(c for c, _ in elsewhere)[:SHOWN])] if elsewhere else []
        warnings += [("与变更日志不符，不是由软件登记或被改动", len(edited), edited[:SHOWN])] if edited else []
    return Result(TRIAL_TITLE if trial else TITLE, counts, _table(counts, press, warnings, county.demo, trial), outputs,
                  changed=bool(register and register.changes), text=_text(press.left_out, warnings),
                  next_step="" if trial else NEXT)


class _Press:
    """Prints village after village, and keeps count."""

    def __init__(self, county, book, marks, staging, register, progress, elsewhere):
        self.elsewhere = elsewhere
        self.county, self.book, self.marks, self.staging = county, book, marks, staging
        self.register, self.progress = register, progress
        self.printed, self.pages, self.left_out, self.total = 0, 0, [], 1
        self.area, self.volume = defaultdict(int), defaultdict(int)

    def print_village(self, village, single):
        """One PDF of all certificates, or one per holder where ``single``."""
        made = []
        for content in assembly.certificates(self.county, village):
            if (content.holder_code, content.source) in self.elsewhere:
                continue
            missing = unprintable(self.book, content)
            if missing:
                self.left_out.append(missing)
            else:
                made.append(content)
        made = [self._numbered(village, content) for content in made]
        groups = {(): made}
        if single:
            groups = defaultdict(list)
            for content in made:
                groups[(content.holder_code, content.holder_name)].append(content)
        for key, contents in groups.items():
            if contents:
                kind = "水权证样张" if self.register is None else "水权证"
                name = file_name(kind, *(key or (village.code, village.name)))
                self._print(self.staging.path(name), kind if single else f"{kind}　{village.name}", village, contents)

    def _numbered(self, village, content):
        if self.register is None:
            return content
        right = assembly.RightKey(content.holder_code, content.holder_name, village.code, content.source,
                                  content.area_mu_100, content.volume_m3_100)
        parts = [(line.code, line.area_mu_100, line.volume_m3_100) for line in content.lines]
        return assembly.numbered(content, self.register.row_for(right, parts))

    def _print(self, path, title, village, contents):
        paper = Paper(path, A4, title, self.book, self.marks)
        certificate.store_forms(paper, village.land)
        for content in contents:
            certificate.draw(paper, content, village.land)
            self.printed += 1
            self.area[content.source] += content.area_mu_100
            self.volume[content.source] += content.volume_m3_100
            self.progress.update(self.printed, self.total, f"生成水权证：{village.name}")
        self.progress.check_cancelled()
        paper.save()
        self.pages += paper.pages


def _holders(store, wanted):
    """The holders asked for, each of whom has a right; BadInput names those who have none."""
    found = []
    for code in wanted:
        if not codes.is_holder_code(code):
            raise BadInput(f"“{code}”不是承包方编码", "承包方编码是 18 位数字")
        if reading.one(store, "SELECT 1 FROM holder_right WHERE CBFBM = ? AND volume_m3_100 > 0", (code,)) is None:
            raise BadInput(f"承包方 {code} 没有核定的水权", f"用“说明”查看原因：explain {code}")
        found.append(code)
    return found


def _villages(store, county, wanted, holders):
    """{code: name} of the villages whose holders get certificates."""
    names = county.village_names()
    having = frames.read(store, "holder_right", ["CBFBM", "village_code"], "volume_m3_100 > 0")
    listed = sorted({v for v in having["village_code"].tolist() if v})
    known = {code: names.get(code) or county.short_name(code) for code in listed}
    chosen = gates.chosen_villages({**names, **known}, wanted)
    if holders:
        theirs = set(having.loc[having["CBFBM"].isin(holders), "village_code"])
        outside = [c for c in theirs if c not in chosen]
        if outside:
            raise BadInput("有的承包方不在所给的村内", "去掉 --village，或者改正承包方编码")
        chosen = {c: n for c, n in chosen.items() if c in theirs}
    chosen = {code: name for code, name in chosen.items() if code in known}
    if not chosen:
        raise BadInput("这些村没有核定的水权", "用“进度”（status）查看各村情况")
    return dict(sorted(chosen.items()))


def _confirmed_elsewhere(store, villages, holders):
    """{(CBFBM, source)} of household rights that are confirmed, wholly or in part, to another unit: an outlet, a group,
    an association. A household's certificate would say that the water is its own.

    Raises GateShut where nothing else is asked for, naming the units and what works for them.
    """
    rows = reading.rows(store, ELSEWHERE_SQL)
    mine = [row for row in rows if row["village_code"] in villages and (not holders or row["CBFBM"] in holders)]
    found = {(row["CBFBM"], row["source"]) for row in mine}
    if found and len(found) == _expected(store, villages, holders):
        kinds = "、".join(codes.UNIT_KIND[row["unit_kind"]] for row in reading.rows(
            store, "SELECT DISTINCT unit_kind FROM unit_right WHERE unit_kind <> 'holder_source' ORDER BY unit_kind"))
        raise GateShut(f"按政策，这里的水权确给{kinds}，不是一户一证：不能按户发证",
                       "按单位的水权证还不能打印；用“台账”（ledger）导出“按确权单位”和“单位成员”两张表，作为凭证的内容和成员清单")
    return found


ELSEWHERE_SQL = """
SELECT h.CBFBM, h.source, h.village_code FROM holder_right h WHERE h.volume_m3_100 > 0
AND EXISTS (SELECT 1 FROM unit_right) AND NOT EXISTS (SELECT 1 FROM unit_right u WHERE u.unit_id = h.right_id
    AND u.unit_kind = 'holder_source' AND u.volume_m3_100 = h.volume_m3_100 AND u.area_mu_100 = h.area_mu_100)
"""


def _with_land_elsewhere(store, county, villages, holders):
    """``villages`` and those in which their holders have further parcels: that land is on the other village's poster,
    and objections to it are raised there."""
    names, found = county.village_names(), dict(villages)
    for row in reading.rows(store, "SELECT DISTINCT h.village_code AS home, t.CBFBM AS holder, p.village_code AS place"
                                   " FROM right_part t JOIN parcel p ON p.fid = t.parcel_fid"
                                   " JOIN holder_right h ON h.CBFBM = t.CBFBM AND h.source = t.source"
                                   " WHERE p.village_code <> h.village_code AND h.volume_m3_100 > 0"):
        if row["home"] in villages and (not holders or row["holder"] in holders):
            found[row["place"]] = names.get(row["place"]) or county.short_name(row["place"])
    return found


def _expected(store, villages, holders):
    """How many certificates will be printed, for the progress bar."""
    rows = reading.rows(store, "SELECT village_code, CBFBM FROM holder_right WHERE volume_m3_100 > 0")
    return sum(1 for r in rows if r["village_code"] in villages and (not holders or r["CBFBM"] in holders)) or 1


def _record(store, params, started, policy, confirm, register, counts, staging):
    """Certificate rows, run, journal and files together; a trial moves its files only."""
    if register is None:
        outputs = staging.publish()
        staging.keep()
        return outputs
    with store.transaction():
        if runs.last(store, "confirm")["run_id"] != confirm["run_id"] or not register.unchanged_since():
            raise BadInput("生成水权证时工作文件被改动，未作任何更改", "再运行一次“发证”", code="ChangedMeanwhile")
        if register.changes:
            kept = {k: v for k, v in params.items() if k not in ("work", "out", "fonts")}
            run_id = runs.record(store, "certify", started, kept, counts, policy_sha256=policy.sha256,
                                 input_sha256=runs.input_digest(confirm["run_id"], kept))
            journal.append(store, run_id, "certify", register.record(run_id))
        outputs = staging.publish()
    staging.keep()
    return outputs


def _table(counts, press, warnings, demo, trial):
    rows = [("样张" if trial else "水权证", f"{counts['certificates']:,} 本，{counts['pages']:,} 页")]
    if not trial:
        rows.append(("其中新发", f"{counts['new']:,} 本"))
        if counts["kept"]:
            rows.append(("内容未变、按原证号重印", f"{counts['kept']:,} 本"))
        if counts["replaced"]:
            rows.append(("内容有变、换发（原证作废）", f"{counts['replaced']:,} 本"))
    for source, name in codes.SOURCE.items():
        if source in press.area:
            rows.append((name, f"{mu_text(press.area[source])} 亩，{m3_text(press.volume[source])} m³"))
    if press.left_out:
        rows.append(("有字打不出、未生成", f"{len(press.left_out)} 本"))
    rows += [(f"提示：{what}", f"{number} 个") for what, number, _ in warnings]
    if demo:
        rows.append(("数据性质", "示例数据，不得用于正式发证"))
    return rows


def _text(left_out, warnings):
    lines = []
    if left_out:
        lines.append("以下权利人的文字在现有字体中打不出，水权证没有生成（装上含这些字的字体，或用“字体文件夹”指明）：")
        lines += [u.sentence() for u in left_out]
    for what, number, first in warnings:
        lines.append(f"{what}（{number} 个）：" + "、".join(first) + ("……" if number > len(first) else ""))
    return "\n".join(lines)
