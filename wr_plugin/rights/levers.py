"""Levers of a what-if (试算): what is changed, as text that staff write, and the tables and policy with it changed.

One lever is ``名称[:对象]=值``. Names: 定额, η渠系, η田间 (rows of the quota table), 指标, 预留 (rows of the cap table),
地块 (facts of one parcel), and the settings of ``lever_settings``. 对象: words by which rows are chosen, in any order,
joined by ``/``; ``*`` or nothing for every row. 值: a number as it would stand in the table, or a change by per cent
with its sign (``-5%``, ``+5%``).
Nothing is guessed: a word that no row has, a value finer than the table's unit, or a coefficient above 1 is refused.
"""

import dataclasses
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Tuple

from ..model import amounts, codes
from ..model import policy as policies
from ..model.errors import BadInput
from . import lever_settings, limits, parcel_edits

QUOTA, ETA_CANAL, ETA_FIELD = "quota_m3_mu_100", "eta_canal", "eta_field"
CAP, RESERVE = "cap_m3_100", "reserve_m3_100"
TABLE_LEVERS = {
    "定额": QUOTA, "quota": QUOTA, "η渠系": ETA_CANAL, "eta_canal": ETA_CANAL, "渠系水利用系数": ETA_CANAL,
    "η田间": ETA_FIELD, "eta_field": ETA_FIELD, "田间水利用系数": ETA_FIELD, "指标": CAP, "cap": CAP, "预留": RESERVE, "reserve": RESERVE,
}
NAMES = {QUOTA: "定额", ETA_CANAL: "η渠系", ETA_FIELD: "η田间", CAP: "指标", RESERVE: "预留"}
CAPS = (CAP, RESERVE)
LEVER = re.compile(r"\s*([^:：=＝]+?)\s*(?:[:：]\s*([^=＝]*?)\s*)?[=＝]\s*(.+?)\s*")
PER_CENT = re.compile(r"([-+＋－−])\s*(\d+(?:\.\d+)?)\s*[%％]")
ANY = ("*", "＊", "全部")
GRAMMAR = "写成“名称:对象=值”，如 定额:玉米=-5%、定额:玉米/GQ01/地表水=380、η渠系:*=0.62、指标:GQ01/地表水=12000000、地表水比例=0.7、法定面积=SCMJ、地块:6207…/作物=小麦"
ETA_STEP = Decimal("0.0001")


@dataclass(frozen=True)
class Lever:
    """``field``: a column of the quota or cap table, or the path of a setting. ``words``: which rows. ``value``: the new
    value (Decimal, or a setting's own type), or where ``relative`` the change in per cent."""

    text: str
    field: str
    words: Tuple[str, ...]
    value: object
    relative: bool = False

    @property
    def table(self):
        """``quota``, ``cap``, ``parcel`` or ``policy``."""
        if self.field.startswith("parcel."):
            return "parcel"
        return "cap" if self.field in CAPS else "quota" if self.field in NAMES else "policy"


@dataclass(frozen=True)
class Changed:
    """Quota frame, cap frame and policy with the levers applied; the same objects where no lever touches them."""

    quota: object
    cap: object
    policy: policies.Policy


def parse(text):
    """The lever that a text says. Raises BadInput with the grammar."""
    found = LEVER.fullmatch(text)
    if not found:
        raise BadInput(f"读不懂“{text}”", GRAMMAR, where="--lever")
    name, words, value = found.groups()
    words = tuple(word.strip() for word in re.split(r"[/／]", words or "") if word.strip() and word.strip() not in ANY)
    if name in TABLE_LEVERS:
        amount, relative = _amount(value, text)
        return Lever(text.strip(), TABLE_LEVERS[name], words, amount, relative)
    if name in ("地块", "parcel"):
        return _of_parcel(text, words, value)
    path = lever_settings.PATHS.get(name)
    if path is None:
        lever_settings.refuse(name)
        listed = "、".join([*NAMES.values(), *(short.names[0] for short in lever_settings.LEVERS.values())])
        raise BadInput(f"“{name}”不能试算", f"可以试算的：{listed}；{GRAMMAR}", where="--lever")
    if words:
        raise BadInput(f"“{name}”不分对象", f"写成 {name}=值", where="--lever")
    return Lever(text.strip(), path, (), lever_settings.value_of(path, value))


def _of_parcel(text, words, value):
    """A lever on one fact of one parcel."""
    if len(words) != 2 or words[1] not in parcel_edits.FIELDS:
        raise BadInput(f"“{text}”说不清改地块的什么", f"写成 地块:编码/名称=值，名称有{'、'.join(parcel_edits.FIELDS)}", where="--lever")
    name, expected = parcel_edits.FIELDS[words[1]]
    try:
        return Lever(text.strip(), f"parcel.{name}", words[:1], parcel_edits.value_of(name, value))
    except (KeyError, ValueError):
        raise BadInput(f"“{text}”的值“{value}”不对", f"应为{expected}", where="--lever") from None


def _amount(value, text):
    found = PER_CENT.fullmatch(value)
    if found:
        return Decimal(found.group(2)) * (1 if found.group(1) in "+＋" else -1), True
    try:
        amount = Decimal(value.replace(",", ""))
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or amount < 0:
        raise BadInput(f"“{text}”的值应是数字，或带正负号的百分数", "如 380、-5%、+10%", where="--lever")
    return amount, False


def first_step(lever, policy):
    """The first step of ``determine.Chain`` that a lever bears upon. A mixed share that was given before only moves
    land between the sources; where it was blank, parcels that had been stopped go on."""
    if lever.table != "policy":
        return "quotas" if lever.table == "quota" else "missing_caps"
    if lever.field == "sources.mixed_surface_share" and policy.mixed_surface is not None:
        return "split"
    return lever_settings.AT[lever.field]


def apply(levers, quota, cap, policy):
    """``Changed``: the levers applied one after the other. ``quota``, ``cap``: frames of the tables, left as they are.

    Raises BadInput where a lever chooses no row, or its value is not one that the table can hold.
    """
    today = policy
    for lever in levers:
        if lever.table == "quota":
            quota = _with(quota, lever, _quota_words, "定额表")
        elif lever.table == "cap":
            cap = _with(cap, lever, _cap_words, "指标表")
        elif lever.table == "policy":
            policy = dataclasses.replace(policy, values={**policy.values, lever.field: lever.value}, sha256="", text="")
    for lever in levers:
        if lever.table == "policy":
            lever_settings.refuse_idle(lever, today, policy)
    return Changed(quota, cap, policy)


def _with(frame, lever, words_of, title):
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    known = [words_of(row) for row in rows]
    for word in lever.words:
        if not any(word in words for words in known):
            listed = "、".join(sorted({one for words in known for one in words if one})[:30])
            raise BadInput(f"“{lever.text}”：{title}中没有“{word}”的行", f"表中有：{listed}", where="--lever")
    chosen = [i for i, words in enumerate(known) if all(word in words for word in lever.words)]
    chosen = [i for i in chosen if not lever.relative or rows[i][lever.field] not in (None, "")]
    if not chosen:
        raise BadInput(f"“{lever.text}”：{title}中没有这样的行，或该行未填", f"核对{title}；{GRAMMAR}", where="--lever")
    if lever.field in CAPS and not lever.relative and len(chosen) > 1:
        raise BadInput(f"“{lever.text}”：{title}中有 {len(chosen)} 行，不能都设为一个水量", "写明代码和水源，如 指标:GQ01/地表水=12000000",
                       where="--lever")
    values = frame[lever.field].astype(object).copy()
    for i in chosen:
        values.iloc[i] = _new_value(rows[i][lever.field], lever)
    made = frame.copy()
    made[lever.field] = values.astype("Int64") if lever.field in (QUOTA, *CAPS) else values
    return made


def _new_value(old, lever):
    if lever.field in (QUOTA, *CAPS):
        exact = int(old) * (100 + lever.value) / 100 if lever.relative else lever.value * amounts.HUNDRED
        if not lever.relative and exact != exact.to_integral_value():
            raise BadInput(f"“{lever.text}”：至多两位小数", "改正后再试", where="--lever")
        if not 0 <= exact < amounts.INT64_SAFE:
            raise BadInput(f"“{lever.text}”：水量不能小于 0，也不能大得不合理", "改正后再试", where="--lever")
        return int(Decimal(exact).to_integral_value(ROUND_HALF_UP))
    exact = Decimal(str(old).strip()) * (100 + lever.value) / 100 if lever.relative else lever.value
    if not lever.relative and exact != exact.quantize(ETA_STEP):
        raise BadInput(f"“{lever.text}”：利用系数至多四位小数", "改正后再试", where="--lever")
    value = exact.quantize(ETA_STEP, ROUND_HALF_UP)
    if not 0 < value <= 1:
        raise BadInput(f"“{lever.text}”：{NAMES[lever.field]}成了 {value.normalize():f}，应在 0 与 1 之间", "改小幅度再试", where="--lever")
    return format(value.normalize(), "f")


def _quota_words(row):
    crop, district, source, method = limits.quota_key(row)
    every = ("通用", "各灌区通用") if district == limits.ANY_DISTRICT else (district,)
    return {crop, *every, source, codes.SOURCE.get(source, source), method}


def _cap_words(row):
    level, code, source = limits.cap_key(row)
    return {level, codes.CAP_LEVEL.get(level, level), code, str(row.get("cap_name") or ""), source,
            codes.SOURCE.get(source, source), str(row.get("parent_code") or "")} - {""}


def told(lever, policy) -> str:
    """The lever for people: ``法定面积：合同（确权）面积 → 实测面积``."""
    if lever.table != "policy":
        return lever.text
    shown = [lever_settings.text_of(lever.field, value) for value in (policy.get(lever.field), lever.value)]
    return f"{policies.BY_PATH[lever.field].title}：{shown[0]} → {shown[1]}"
