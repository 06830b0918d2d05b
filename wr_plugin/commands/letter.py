"""letter (答复函): the explanation of a parcel or a holder as a letter to the person who objected or asked."""

from dataclasses import replace
from os.path import commonprefix
from pathlib import Path

from ..documents import fonts, letter
from ..documents.county import in_demo
from ..documents.outputs import Staging
from ..documents.page import DEMO_MARK
from ..model.errors import BadInput, GateShut
from ..rights import explain, facts
from ..store import reading, runs
from .progress import Result

CHINESE = "一二三四五六七八九十"
MOST_OTHERWISE = 12


def run(store, params, progress):
    """Writes the letter. Raises GateShut where the result is not determined, outdated, or disagrees with what is stored;
    BadInput where the office is not said or a name cannot be printed."""
    progress.plan(4, 6)
    progress.step("整理说明")
    objection = _objection(store, params["objection"])
    subject = params["subject"] or _parcel_of(store, objection)
    made = _explained(store, subject)
    policy = facts.county(store).policy
    office = params["office"] or policy.get("certificate.issuer")
    if not office:
        raise BadInput("没有说由哪个单位答复", "给出落款单位；或在政策 certificate.issuer 中填写", where="--office")
    day = params["on"] or runs.today()
    content = letter.Letter(
        params["number"] or "", f"关于{_about(made)}水权核定情况的答复", params["to"] or _addressee(objection, made),
        _opening(objection, made), office, _day(day), _sections(made, policy))
    book = fonts.find(params.get("fonts") or "")
    missing = book.missing("".join(content.texts()))
    if missing:
        raise BadInput(f"这些字没有字体可印：{missing}（{content.to}）", "把有这些字的 TrueType 字体放进“字体文件夹”")
    progress.step("写答复函")
    target = Path(params["out"])
    demo = in_demo(store, policy)
    with Staging(target.parent) as staging:
        pages = letter.write(staging.path(target.name), content, book, (DEMO_MARK,) if demo else ())
        progress.check_cancelled()
        outputs = staging.publish()
        staging.keep()
    table = [("答复", content.to), ("关于", _about(made)), ("页数", str(pages)), ("落款", f"{office} {content.day}")]
    return Result("答复函", {"pages": pages}, table, outputs)


def _objection(store, fid):
    if not fid:
        return None
    row = reading.one(store, "SELECT * FROM objection WHERE fid = ?", (fid,))
    if row is None:
        raise BadInput(f"没有序号为 {fid} 的异议", "序号见“异议”表的 fid", where="--objection")
    return row


def _parcel_of(store, objection):
    row = objection and reading.one(store, "SELECT DKBM FROM parcel WHERE uuid = ?", (objection["parcel_uuid"],))
    if not row:
        raise BadInput("没有说答复哪个地块或哪一户", "给出地块编码或承包方编码，或一件关联了地块的异议")
    return row["DKBM"]


def _explained(store, subject):
    made = explain.explain(store, subject)
    if len(made) > 1 and made[0].title.startswith("地块"):
        raise BadInput(f"“{subject}”有 {len(made)} 个地块共用", "先更正重复的编码，再答复")
    if len(made) > 1:
        made = [_together(made)]
    county = facts.county(store)
    if county.run is None:
        raise GateShut("尚未核定，没有可以答复的结果", "先检查、核定")
    if county.outdated:
        raise GateShut(f"{county.outdated}，结果可能已过时，不能据以答复", "先重新检查、核定")
    if not made[0].consistent:
        raise GateShut("库中的结果与资料不一致，不能据以答复：" + "；".join(made[0].differences), "先重新检查、核定")
    return made[0]


def _together(made):
    """One explanation of several about the same code, e.g. a permit holder's surface water and groundwater."""
    titles = [one.title for one in made]
    same = commonprefix(titles)
    same = same[:same.rfind(" ") + 1]
    told = [title[len(same):] or title for title in titles]
    return replace(
        made[0], title=same.strip(), results=[f"{name}：{line}" for name, one in zip(told, made) for line in one.results],
        steps=[replace(step, title=f"{name}：{step.title}") for name, one in zip(told, made) for step in one.steps],
        differences=[line for one in made for line in one.differences],
        changes=list(dict.fromkeys(f"{name}：{line}" for name, one in zip(told, made) for line in one.changes)),
        otherwise=[f"{name}：{line}" for name, one in zip(told, made) for line in one.otherwise])


def _about(made):
    """What the letter is about, without a person's name: ``地块 62…0001（渠北3号，红旗村）``; of a holder the code."""
    return made.title.split("（")[0].replace(" ", "") if made.title.startswith("承包方") else made.title.replace(" ", "")


def _addressee(objection, made):
    name = (objection["objector"] if objection else "") or made.holders
    if not name and not made.title.startswith("地块") and "（" in made.title:
        name = made.title.rsplit("（", 1)[1].rstrip("）")
    return name or "异议人"


def _opening(objection, made):
    about = _about(made)
    if objection is None:
        return f"现将{about}的水权核定情况答复如下："
    received = f"于{_day(objection['received_on'])}" if objection["received_on"] else ""
    return f"你（户）{received}提出的异议（“{objection['content']}”）收悉。经复核，现将{about}的水权核定情况答复如下："


def _sections(made, policy):
    sections = [("核定结果", [("", line + _stop(line)) for line in made.results])]
    sections.append(("核定的依据和过程", [
        (f"（{_ordinal(number)}）{step.title}", "".join(filter(None, (
            "；".join(f"{label}：{value}" for label, value in step.inputs) + "。" if step.inputs else "",
            f"依据：{step.clause}。" if step.clause else "", f"结论：{step.outcome}{_stop(step.outcome)}"))))
        for number, step in enumerate(made.steps, 1)]))
    changes = [("", line + _stop(line)) for line in made.changes]
    if changes:
        sections.append(("怎样才会改变", changes))
    if made.otherwise:
        lines = made.otherwise[:MOST_OTHERWISE]
        sections.append(("情况不同时的水量", [("", "其余不变，按同样的规则推算，与现在相比：" + "；".join(lines) + "。")]))
    where = policy.get("publicity.objections_to")
    if where:
        phone = policy.get("publicity.phone")
        sections.append(("不服本答复的", [("", f"可以书面向{where}提出" + (f"，监督电话 {phone}" if phone else "") + "。")]))
    return [(f"{_ordinal(number)}、{heading}", paragraphs) for number, (heading, paragraphs) in enumerate(sections, 1)]


def _ordinal(number):
    """1 → 一, 11 → 十一, 21 → 二十一."""
    tens, rest = divmod(number, 10)
    return ("" if tens < 1 else "十" if tens == 1 else CHINESE[tens - 1] + "十") + (CHINESE[rest - 1] if rest else "")


def _stop(text):
    return "" if text.endswith(("。", "！", "？")) else "。"


def _day(text):
    """``2026-07-02`` → ``2026年7月2日``."""
    year, month, day = text[:10].split("-")
    return f"{int(year)}年{int(month)}月{int(day)}日"
