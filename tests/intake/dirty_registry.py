"""A registry as townships send it when they have no parcel codes: wrong characters, swapped names, missing codes, rows
that stand for half a parcel or for two.

``dirty`` changes the registry of an imported work file in place and returns the truth: which holdings each row is. The
mistakes are drawn from what hands do (a key beside, a character that sounds or looks alike), not from the tables that
the linking itself uses.
"""

from dataclasses import dataclass

import numpy as np

LOOKS = ("己已巳", "未末朱", "土士", "日曰目", "晴睛清请情", "俊峻骏竣", "扬杨汤", "桃挑姚", "梅海侮", "候侯", "陈阵", "李季", "王玉主", "马鸟乌",
         "国围困", "玲铃伶冷", "峰锋蜂", "娟捐", "孝教考", "桂挂佳", "佑估", "伟韦违", "明朋", "志忐", "强弱", "芳苦", "兰三", "永水", "春舂",
         "林材村", "东车", "天夫无", "大太犬", "文又", "华毕", "建律", "军车", "红江", "英芙", "秀季", "霞露", "白百自", "田由甲", "石右", "贵责",
         "福副", "平乎", "安女", "生牛", "友发", "龙尤", "飞气", "武式", "丽而", "学字", "义叉", "成咸")
"""Characters that the eye, or a scanner, takes for each other."""
TRADITIONAL = dict(zip("张陈刘杨赵黄孙国华东兰龙云强军红丽莲义兴庆宝财发学会银长进运达贞纪维丰齐顺边万叶韩冯郑",
                       "張陳劉楊趙黃孫國華東蘭龍雲強軍紅麗蓮義興慶寶財發學會銀長進運達貞紀維豐齊順邊萬葉韓馮鄭"))
OTHER = "明强华建军平伟芳娜静丽勇艳杰涛超霞刚桂英玉梅春海山"
FIRST_LEVEL = range(0xB0A1, 0xD7FA)
TEXTS = ("village_name", "group_name", "holder_name", "CBFBM", "DKBM", "parcel_name")


@dataclass(frozen=True)
class Dirt:
    """Shares of rows. ``holder_code_kept``: rows that keep the holder's code; the parcel code is lost on all but
    ``parcel_code_kept``. ``sound``, ``look``, ``other``: one character of the name is another that sounds so, looks so,
    or neither; ``short``: one is missing; ``damaged``: one is a question mark; ``members``: a member of the household
    in place of its head; ``exchanged``: two neighbouring rows of different households have each other's names;
    ``plain_parcel_names``: parcels and registry call the field only, without a number; ``area_rounded``: to 0.1 亩,
    ``area_whole``: to half a 亩; ``area_other``: measured anew, 3–8 % away; ``split``: two rows for one parcel, each
    with its part; ``merged``: one row for two parcels of a household, with the sum."""

    parcel_code_kept: float = 0.0
    holder_code_kept: float = 0.3
    sound: float = 0.03
    look: float = 0.02
    other: float = 0.02
    short: float = 0.01
    damaged: float = 0.01
    swapped: float = 0.01
    traditional: float = 0.03
    spaced: float = 0.05
    members: float = 0.02
    exchanged: float = 0.005
    parcel_name_lost: float = 0.1
    parcel_name_wrong: float = 0.02
    plain_parcel_names: bool = False
    area_rounded: float = 0.5
    area_whole: float = 0.02
    area_other: float = 0.02
    area_lost: float = 0.0
    group_lost: float = 0.15
    village_lost: float = 0.0
    split: float = 0.005
    merged: float = 0.005


@dataclass(frozen=True)
class Truth:
    """``pairs``: {registry fid: {(DKBM, CBFBM) of its holdings}}; a row whose parcel is not drawn or has no household in
    CBDKXX has none. ``untold``: fids of rows that cannot tell their parcel: another household's name stands there, or
    the row is a part of a parcel or more than one."""

    pairs: dict
    untold: set


def dirty(store, dirt=None, seed=1):
    """Dirties every row; returns the ``Truth``. Within a transaction."""
    dirt, rng = dirt or Dirt(), np.random.default_rng(seed)
    rows = [dict(row) for row in store.connection.execute("SELECT * FROM registry ORDER BY fid")]
    held = {}
    for code, holder in store.connection.execute(
            "SELECT k.DKBM, k.CBFBM FROM CBDKXX k JOIN parcel p ON p.DKBM = k.DKBM WHERE coalesce(k.CBFBM, '') <> ''"):
        held.setdefault(code, set()).add(holder)
    for row in rows:
        holders = held.get(row["DKBM"], set())
        row["truth"], row["untold"] = {(row["DKBM"], h) for h in ({row["CBFBM"]} & holders or holders)}, False
    rows = _merged(_split(rows, dirt.split, rng), dirt.merged, rng)
    if dirt.plain_parcel_names:
        store.connection.execute("UPDATE parcel SET DKMC = rtrim(DKMC, '0123456789号')")
        for row in rows:
            row["parcel_name"] = row["parcel_name"] and row["parcel_name"].rstrip("0123456789号")

    def hit(share):
        return np.flatnonzero(rng.random(len(rows)) < share).tolist()

    for at in hit(dirt.exchanged):
        _exchange(rows, at)
    _names(store, rows, dirt, rng, hit)
    keep_parcel, keep_holder = set(hit(dirt.parcel_code_kept)), set(hit(dirt.holder_code_kept))
    for at, row in enumerate(rows):
        row["DKBM"] = row["DKBM"] if at in keep_parcel else None
        row["CBFBM"] = row["CBFBM"] if at in keep_holder else None
    for at in hit(dirt.parcel_name_wrong):
        rows[at]["parcel_name"] = rows[int(rng.integers(len(rows)))]["parcel_name"]
    for name, share in (("parcel_name", dirt.parcel_name_lost), ("group_name", dirt.group_lost),
                        ("village_name", dirt.village_lost), ("area_mu_100", dirt.area_lost)):
        for at in hit(share):
            rows[at][name] = None
    for share, change in ((dirt.area_other, lambda a: round(a * (1 + rng.choice((-1, 1)) * rng.uniform(0.03, 0.08)))),
                          (dirt.area_rounded, lambda a: (a + 5) // 10 * 10), (dirt.area_whole, lambda a: (a + 25) // 50 * 50)):
        for at in hit(share):
            if rows[at]["area_mu_100"] is not None:
                rows[at]["area_mu_100"] = change(rows[at]["area_mu_100"])
    return _written(store, rows)


def _written(store, rows):
    """Replaces the registry."""
    names = [row[1] for row in store.connection.execute("PRAGMA table_info(registry)")]
    store.connection.execute("DELETE FROM registry")
    for fid, row in enumerate(rows, 1):
        row["fid"] = fid
    marks = ", ".join("?" * len(names))
    store.connection.executemany(f"INSERT INTO registry ({', '.join(names)}) VALUES ({marks})",
                                 [tuple(row[n] for n in names) for row in rows])
    return Truth({row["fid"]: row["truth"] for row in rows}, {row["fid"] for row in rows if row["untold"]})


def _split(rows, share, rng):
    """Rows of which some are two, each with a part of the area."""
    made = []
    for row, hit, part in zip(rows, rng.random(len(rows)) < share, rng.uniform(0.25, 0.75, len(rows))):
        made.append(row)
        if hit and (row["area_mu_100"] or 0) > 20:
            first = round(row["area_mu_100"] * part)
            row["untold"] = True
            made.append(dict(row, area_mu_100=row["area_mu_100"] - first, uuid=f"{row['uuid']}-2"))
            row["area_mu_100"] = first
    return made


def _merged(rows, share, rng):
    """Rows of which some stand for the next one of the household too, with both areas."""
    made, skip = [], False
    for row, following, hit in zip(rows, [*rows[1:], None], rng.random(len(rows)) < share):
        if skip:
            skip = False
            continue
        made.append(row)
        if hit and following and following["CBFBM"] == row["CBFBM"] and following["area_mu_100"] and row["area_mu_100"] \
                and following["DKBM"] != row["DKBM"]:
            row["area_mu_100"] += following["area_mu_100"]
            row["truth"] = row["truth"] | following["truth"]
            row["untold"] = True
            skip = True
    return made


def _exchange(rows, at):
    """The name of the next household in the list, and the other way round: one row of each."""
    after = next((other for other in rows[at + 1:at + 40] if other["CBFBM"] != rows[at]["CBFBM"]), None)
    if after and after["village_name"] == rows[at]["village_name"]:
        rows[at]["holder_name"], after["holder_name"] = after["holder_name"], rows[at]["holder_name"]
        rows[at]["untold"] = after["untold"] = True


def _names(store, rows, dirt, rng, hit):
    family = {}
    for holder, name in store.connection.execute("SELECT CBFBM, CYXM FROM CBF_JTCY ORDER BY fid"):
        family.setdefault(holder, []).append(name)
    for at in hit(dirt.members):
        others = [n for n in family.get(rows[at]["CBFBM"], [])[1:] if n]
        if others:
            rows[at]["holder_name"] = others[int(rng.integers(len(others)))]
    for share, change in ((dirt.sound, _sounding), (dirt.look, _looking), (dirt.other, _other), (dirt.short, _short),
                          (dirt.damaged, _damaged), (dirt.swapped, _swapped), (dirt.traditional, _traditional),
                          (dirt.spaced, _spaced)):
        for at in hit(share):
            rows[at]["holder_name"] = change(rows[at]["holder_name"] or "", rng)


def _replaced(name, rng, choices):
    places = [i for i, c in enumerate(name) if choices(c)]
    if not places:
        return name
    at = places[int(rng.integers(len(places)))]
    offered = choices(name[at])
    return name[:at] + offered[int(rng.integers(len(offered)))] + name[at + 1:]


def _beside(c):
    """The characters beside it in GB2312, whose common part is in the order of pinyin: what a choice by sound slips to."""
    written = c.encode("gb2312", "ignore")
    if len(written) != 2 or int.from_bytes(written, "big") not in FIRST_LEVEL:
        return []
    near = [(written[0], written[1] + step) for step in (-3, -2, -1, 1, 2, 3)]
    return [bytes(p).decode("gb2312") for p in near if 0xA1 <= p[1] <= 0xFE and p[0] * 256 + p[1] in FIRST_LEVEL]


def _sounding(name, rng):
    return _replaced(name, rng, _beside)


def _looking(name, rng):
    return _replaced(name, rng, lambda c: [o for group in LOOKS if c in group for o in group if o != c])


def _other(name, rng):
    return name[:1] + _replaced(name[1:], rng, lambda c: [o for o in OTHER if o != c])


def _short(name, rng):
    return name[:1] + name[2:] if len(name) > 2 else name


def _damaged(name, rng):
    at = int(rng.integers(len(name))) if name else 0
    return name[:at] + "?" + name[at + 1:]


def _swapped(name, rng):
    return name[:1] + name[2:3] + name[1:2] + name[3:] if len(name) > 2 else name


def _traditional(name, rng):
    return "".join(TRADITIONAL.get(c, c) for c in name)


def _spaced(name, rng):
    return name[:1] + "\u3000 " + name[1:]
