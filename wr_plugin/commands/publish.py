"""The verb ``publish``: registers each village's publicity term and makes its poster."""

from ..documents import assembly, fonts, poster, user_poster
from ..documents.content import unprintable_rows
from ..documents.county import County
from ..documents.outputs import Staging, file_name
from ..documents.page import A3_LANDSCAPE, DEMO_MARK, Paper
from ..documents.village import read_village
from ..model.errors import BadInput
from ..review import gates, publicity
from ..store import journal, reading, runs
from .progress import Result

TITLE, NEXT = "公示", "公示期满、异议办结后登记审核（approve），再发证（certify）"
SHOWN = 10
USERS = "用水户"


def run(store, params, progress):
    """One poster per village, and one of the county's other water users where all villages are published; a term on
    record stands, so running again prints the same poster.

    A village with a name that no font can print is left out and listed. Raises GateShut for unchecked data or blank
    settings.
    """
    started = runs.now()
    policy = store.policy()
    confirm = gates.current_confirm(store)
    gates.require_settings(policy, gates.POSTER_SETTINGS, "公示")
    publicity.refuse_backdated("公示起始日期", params["start"], confirm, policy.demo)
    book = fonts.find(params.get("fonts") or "")
    progress.plan(3, 95, 2)
    progress.step("读取全县名称与水源")
    county = County(store)
    villages = gates.chosen_villages(county.village_names(), params["village"])
    if not villages:
        raise BadInput("没有可以公示的村", "地块没有村代码：核对地块编码或村级区域图层后重新导入")
    users = not params["village"] and user_poster.has_users(store)
    published = {**villages, **({county.code: USERS} if users else {})}
    terms = publicity.terms(store, published, confirm["run_id"], params["start"], policy.get("publicity.days"),
                            runs.today())
    progress.step("生成公示表")
    with Staging(params["out"]) as staging:
        printed, left_out, pages = [], [], 0
        for done, (code, name) in enumerate(villages.items()):
            progress.update(done, len(villages), f"生成公示表：{name}")
            village, term = read_village(county, code, name, book), terms[code]
            content = assembly.poster(county, village, term.start, term.end, term.days)
            missing = unprintable_rows(book, content)
            if missing:
                left_out += missing
                continue
            paper = Paper(staging.path(file_name("公示", code, name)), A3_LANDSCAPE, f"{name}{poster.TITLE}", book,
                          (DEMO_MARK,) if content.demo else ())
            poster.draw(paper, content, village.land)
            paper.save()
            pages += paper.pages
            printed.append(code)
        if users:
            pages += _print_users(county, book, terms[county.code], staging, printed, left_out)
        progress.step("登记")
        new = [terms[code] for code in printed if not terms[code].recorded]
        counts = {"villages": sum(code in villages for code in printed), "users": int(county.code in printed), "pages": pages,
                  "new_terms": len(new), "unprintable": len(left_out)}
        outputs = _record(store, params, started, policy, confirm, new, counts, staging)
    table = _table(terms, published, printed, pages, left_out, county.demo)
    nowhere = reading.count(store, "SELECT count(*) FROM parcel WHERE village_code IS NULL OR village_code = ''")
    if nowhere:
        table.append(("没有村代码、不在任何公示表上的地块", f"{nowhere} 块"))
    return Result(TITLE, counts, table, outputs,
                  changed=bool(new), text=_text(left_out), next_step=NEXT)


def _print_users(county, book, term, staging, printed, left_out):
    """The county's poster of other water users; returns its pages, none where a name cannot be printed."""
    content = user_poster.content(county, term.start, term.end, term.days)
    missing = user_poster.unprintable(book, content)
    left_out += missing
    if missing:
        return 0
    paper = Paper(staging.path(file_name("公示", county.code, USERS)), A3_LANDSCAPE, f"{county.name}{user_poster.TITLE}", book,
                  (DEMO_MARK,) if content.demo else ())
    user_poster.draw(paper, content)
    paper.save()
    printed.append(county.code)
    return paper.pages


def _record(store, params, started, policy, confirm, new, counts, staging):
    """Publicity rows, run, journal and files together."""
    with store.transaction():
        if runs.last(store, "confirm")["run_id"] != confirm["run_id"]:
            raise BadInput("生成公示表时又重新核定了水权，未作任何更改", "再运行一次“公示”", code="ChangedMeanwhile")
        if new:
            run_id = runs.record(store, "publish", started, _kept(params), counts, policy_sha256=policy.sha256,
                                 input_sha256=runs.input_digest(confirm["run_id"], [t.village_code for t in new]))
            journal.append(store, run_id, "publish", publicity.record(store, new, confirm["run_id"], run_id))
        outputs = staging.publish()
    staging.keep()
    return outputs


def _kept(params):
    return {k: v for k, v in params.items() if k not in ("work", "out", "fonts")}


def _table(terms, villages, printed, pages, left_out, demo):
    rows = [("公示的村", f"{sum(name != USERS for name in map(villages.get, printed))} 个"), ("页数", f"{pages} 页（A3）")]
    for code in printed[:SHOWN]:
        term = terms[code]
        rows.append((villages[code], f"{term.start} 至 {term.end}，共 {term.days} 天" + ("" if not term.recorded else "（已登记）")))
    if len(printed) > SHOWN:
        rows.append(("……", f"共 {len(printed)} 个村"))
    if left_out:
        rows.append(("有字打不出、未生成公示表的户", f"{len(left_out)} 户"))
    if demo:
        rows.append(("数据性质", "示例数据，每页已标明"))
    return rows


def _text(left_out):
    if not left_out:
        return ""
    return "以下各户的文字在现有字体中打不出，所在的公示表没有生成（装上含这些字的字体，或用“字体文件夹”指明）：\n" + "\n".join(
        u.sentence() for u in left_out)
