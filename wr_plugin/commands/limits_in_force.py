"""Policy, quotas and caps at an import: those that staff gave later by hand are not put back by the package.

The rule, for each of the three: what the work file has is held against what the package brought last time.
 - It is still that: the package's new one replaces it, which is said.
 - It is another (given to ``check`` or ``confirm``, to the import itself, or edited), and the package's own has not changed
   since: it stays.
 - Both have changed: nobody but staff can say which holds, so the import is refused until ``limits`` says it.
A package that has none never takes away what is there.
"""

import hashlib
import json
from dataclasses import dataclass

from ..model.codes import KEEP, PACKAGE
from ..model.errors import BadInput
from ..store import frames, reading, runs

TITLES = {"policy": "政策", "quota": "灌溉定额", "cap": "用水总量指标"}
TABLES = ("quota", "cap")
GIVEN_BY = {"quota": "quota", "cap": "caps"}
HOW = {"import": "导入", "check": "检查时给出", "confirm": "核定时给出", "whatif": "采用试算"}
SETTING = "in_force."
WHERE_READ = ("fid", "source_file", "source_row")
UNKNOWN = "?"


def record(store, name, file, verb, at, delivered=None):
    """Remembers from where the current ``name`` (policy, quota, cap) is; within ``transaction``, after it was written.

    ``delivered``: the content that the package brought, None where this is not the package's.
    """
    if delivered is None:
        known = store.setting(SETTING + name) or name == "policy"
        delivered = _record(store, name)["delivered"] if known else UNKNOWN
    kept = {"file": file, "at": at, "who": runs.who(), "verb": verb, "content": content_of(store, name),
            "delivered": delivered}
    store.set_setting(SETTING + name, json.dumps(kept, ensure_ascii=False))


def content_of(store, name):
    """The fingerprint of what is in force now, "" for nothing."""
    if name == "policy":
        row = reading.one(store, "SELECT sha256 FROM policy WHERE current = 1")
        return row["sha256"] if row else ""
    return _digest(frames.read(store, name))


def _digest(frame):
    """Equal for tables with the same rows, in whatever order and from whatever file; "" without rows."""
    if frame is None or not len(frame):
        return ""
    names = sorted(n for n in frame.columns if n not in WHERE_READ)
    plain = frame[names].astype(object)
    rows = plain.where(plain.notna(), None).to_numpy().tolist()
    text = json.dumps(sorted([None if v is None else str(v) for v in row] for row in _sortable(rows)), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _sortable(rows):
    return [["" if v is None else v for v in row] for row in rows]


def _record(store, name):
    text = store.setting(SETTING + name)
    return json.loads(text) if text else _of_before(store, name)


def _of_before(store, name):
    """The record for a work file that was made before such records were kept: from its runs."""
    run = runs.last(store, "import")
    if run is None:
        return {"file": "", "at": "", "who": "", "verb": "import", "content": content_of(store, name), "delivered": ""}
    params, delivered = json.loads(run["params"] or "{}"), content_of(store, name)
    if name == "policy":
        row = reading.one(store, "SELECT file_name, sha256 FROM policy WHERE current = 1")
        giver = row and reading.one(store, "SELECT * FROM run WHERE policy_sha256 = ? ORDER BY run_id", (row["sha256"],))
        file, run = (row["file_name"], giver or run) if row else ("", run)
        last = runs.last(store, "import")
        delivered = UNKNOWN if params.get("policy") else last["policy_sha256"] or ""
    else:
        row = reading.one(store, f"SELECT source_file FROM {name} ORDER BY fid")  # nosec B608: our own names
        file = (row["source_file"] if row else "") or ""
        later = reading.rows(store, "SELECT * FROM run WHERE verb = 'confirm' AND run_id > ? ORDER BY run_id DESC",
                             (run["run_id"],))
        given = next((r for r in later if json.loads(r["params"] or "{}").get(GIVEN_BY[name])), None)
        if given:
            run, delivered = given, UNKNOWN
    return {"file": file, "at": run["ended_at"], "who": run["who"], "verb": run["verb"],
            "content": content_of(store, name), "delivered": delivered}


def differ(store):
    """Whether anything in force is not what the package brought last."""
    return any(content_of(store, name) != _record(store, name)["delivered"] for name in TITLES)


@dataclass
class Choice:
    """One of policy, quota and cap at an import. ``held``: the record of what the work file has; ``file``: what the
    package (or the parameter) brings, "" for nothing; ``keeps``: the work file's stays; ``asks``: staff must say."""

    name: str
    held: dict
    file: str
    content: str
    keeps: bool
    asks: bool = False
    text: str = ""
    delivered: str = ""

    @property
    def title(self):
        return TITLES[self.name]


def settle(store, read, policy, own_policy, answer):
    """[Choice] for policy, quota and cap; in ``read`` the tables that stay take the place of the package's.

    ``store``: the existing work file or None. ``policy``: (Policy, mapping, file name) that the import offers, or None;
    ``own_policy``: the fingerprint of the package's own, None where the offered one is the package's; ``answer``: KEEP,
    PACKAGE, or anything else for asking.
    """
    given = own_policy is not None
    made = [_choice(store, "policy", policy[2] if policy else "", policy[0].sha256 if policy else "", given, answer)]
    made[0].delivered = own_policy if given else made[0].content
    for name in TABLES:
        files = read.sources.get(name, [])
        choice = _choice(store, name, "、".join(files), _digest(read.frames.get(name)), False, answer)
        choice.delivered = choice.content
        made.append(choice)
        if choice.keeps and choice.held["content"]:
            read.frames[name] = frames.read(store, name).drop(columns="fid")
            read.sources[name] = [f"沿用 {choice.held['file']}" if choice.held["file"] else "沿用工作文件里的"]
            read.missing = [t for t in read.missing if t != name]
    read.decisions.extend((c.title, c.text) for c in made if c.text)
    return made


def _choice(store, name, file, content, given, answer):
    if store is None:
        return Choice(name, {}, file, content, keeps=False)
    held = dict(_record(store, name), now=content_of(store, name))
    made = Choice(name, held, file, content, keeps=False)
    if held["now"] == content or not held["now"]:
        return made
    own = held["now"] == held["delivered"]
    if not content:
        made.keeps, made.text = True, f"资料包里没有，沿用工作文件里的：{_told(held)}"
    elif given:
        made.text = f"用“政策”参数给出的 {file} 替换工作文件里的：{_told(held)}"
    elif own:
        made.text = f"资料包里的 {file} 有改动，替换上次导入的：{_told(held)}"
    elif answer == PACKAGE:
        made.text = f"按指定用资料包里的 {file}，替换：{_told(held)}"
    elif content == held["delivered"]:
        made.keeps, made.text = True, f"沿用后来给出的：{_told(held)}；资料包里的 {file} 自上次导入没有改动，不采用"
    elif answer == KEEP:
        made.keeps, made.text = True, f"按指定沿用：{_told(held)}；资料包里的 {file} 不采用"
    else:
        made.keeps = made.asks = True
        made.text = f"工作文件里的是后来给出的：{_told(held)}；资料包里的 {file} 也有改动。要用哪一份，请指定"
    return made


def _told(held):
    """What is in force, when it came and by whom: 新定额.xlsx（2026-07-02 10:11 张某 核定时给出）."""
    if held["now"] != held["content"]:
        return f"在工作文件里直接改过的（原为 {held['file'] or '没有'}）"
    said = " ".join(filter(None, ((held["at"] or "")[:16].replace("T", " "), held["who"], HOW.get(held["verb"], ""))))
    return f"{held['file'] or '（没有文件名）'}（{said}）"


def refuse_unsettled(choices):
    """Raises BadInput where staff must say which one holds."""
    asking = [c for c in choices if c.asks]
    if asking:
        raise BadInput("\n".join(f"{c.title}：{c.text}" for c in asking),
                       "沿用工作文件里的，加 --limits keep（面板里“政策、定额与指标”选“用工作文件里的”）；用资料包里的，加 --limits package",
                       where="、".join(c.title for c in asking), code="LimitsBothChanged")


def keep_records(store, choices, at):
    """Remembers what this import put in force and what the package brought; within ``transaction``, after the writing."""
    for choice in choices:
        delivered = choice.delivered or (choice.held.get("delivered", "") if choice.held else "")
        same = choice.held and choice.held["now"] == choice.content
        if choice.keeps or same or not choice.content:
            held = choice.held or {"file": "", "at": "", "who": "", "verb": "import", "content": ""}
            kept = {k: held[k] for k in ("file", "at", "who", "verb", "content")}
            store.set_setting(SETTING + choice.name, json.dumps({**kept, "delivered": delivered}, ensure_ascii=False))
        else:
            record(store, choice.name, choice.file, "import", at, delivered)
