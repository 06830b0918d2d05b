"""Whose certificates a run of ``certify`` makes: what is asked for, held against the rights and the gates."""

from dataclasses import dataclass, field

from ..documents import units, users
from ..model import codes
from ..model.errors import BadInput, GateShut
from ..review import due, gates
from ..store import frames, reading

SHOWN = 8


@dataclass
class Due:
    """``villages``: {code: name} whose households get certificates; ``holders``: their codes where single ones are asked for;
    ``inside``: what is the own of households whose water is in other units (``due.held_in_units``); ``units``, ``users``:
    ``UnitContent`` without annex; ``single``: a file for each; ``expected``: how many documents; ``waiting``: why the users'
    documents are left for later, "" where they are not."""

    villages: dict
    holders: list
    inside: dict
    units: list = field(default_factory=list)
    users: list = field(default_factory=list)
    single: bool = False
    expected: int = 1
    waiting: str = ""


def chosen(store, county, params):
    """``Due`` for the parameters. Raises BadInput where somebody asked for has no right, GateShut for a household whose
    water is another unit's, and where nothing is left to print."""
    wanted = tuple(dict.fromkeys(params.get("unit") or ()))
    holders = _holders(store, params["holder"])
    made = Due({}, holders, due.held_in_units(store), single=bool(holders or wanted))
    if holders or not wanted:
        made.villages, households = _villages(store, county, params["village"], holders, made.inside)
    else:
        households = 0
    if wanted or not holders:
        made.units, made.users = units.contents(county, wanted), users.contents(county, wanted)
        _require_known(wanted, made)
    if params["village"]:
        there = set(params["village"])
        made.units = [one for one in made.units if one.villages and set(one.villages) <= there]
        made.users = made.users if wanted else []
    if not households and not made.units and not made.users:
        raise BadInput("这些村没有核定的水权" if params["village"] else "没有核定的水权", "用“进度”（status）查看各村情况")
    made.expected = households + len(made.units) + len(made.users)
    return made


def _holders(store, wanted):
    """The holders asked for, each of whom has a right of its own."""
    for code in wanted:
        if not codes.is_holder_code(code):
            raise BadInput(f"“{code}”不是承包方编码", "承包方编码是 18 位数字；协会、斗口、企业等用 --unit 给出编号")
        if reading.one(store, "SELECT 1 FROM holder_right WHERE CBFBM = ? AND volume_m3_100 > 0", (code,)) is None:
            raise BadInput(f"承包方 {code} 没有核定的水权", f"用“说明”查看原因：explain {code}")
    return list(wanted)


def _require_known(wanted, made):
    known = {one.holder_code for one in (*made.units, *made.users)}
    unknown = [code for code in wanted if code not in known]
    if unknown:
        raise BadInput(f"没有核定给这些单位、用水户的水权：{'、'.join(unknown[:SHOWN])}",
                       f"核对编号；台账“按确权单位”等表列出全部编号；不能核定的原因：explain {unknown[0]}")


def _villages(store, county, wanted, holders, inside):
    """({code: name} of the villages whose households get certificates, how many certificates)."""
    names = county.village_names()
    having = frames.read(store, "holder_right", ["CBFBM", "source", "village_code"], "volume_m3_100 > 0")
    listed = sorted({v for v in having["village_code"].tolist() if v})
    known = {code: names.get(code) or county.short_name(code) for code in listed}
    villages = gates.chosen_villages({**names, **known}, wanted)
    if holders:
        having = having[having["CBFBM"].isin(holders)]
        theirs = set(having["village_code"])
        if theirs - set(villages):
            raise BadInput("有的承包方不在所给的村内", "去掉 --village，或者改正承包方编码")
        villages = {c: n for c, n in villages.items() if c in theirs}
    if inside:
        none = {key for key, row in inside.items() if not row["volume"]}
        own = [key not in none for key in zip(having["CBFBM"].tolist(), having["source"].tolist())]
        _refuse_members(store, holders, having, own)
        having = having[own]
    numbers = having["village_code"].value_counts()
    villages = {code: name for code, name in sorted(villages.items()) if numbers.get(code)}
    return villages, int(sum(numbers[code] for code in villages))


def _refuse_members(store, holders, having, own):
    """Raises GateShut for a household asked for that has nothing of its own."""
    left = set(having.loc[own, "CBFBM"])
    for holder in holders:
        if holder not in left:
            theirs = due.units_of(store, holder)
            named = "、".join(f"{codes.UNIT_KIND[kind]}{name or ''}（{code}）" for kind, code, name in theirs[:SHOWN])
            raise GateShut(f"按政策，承包方 {holder} 的水权确给{named}，不是一户一证：不能按户发证",
                           f"为单位发证：certify --unit {theirs[0][1] if theirs else '单位代码'}；承包方列在它的附表里")


def places(store, county, made):
    """{code: name} of the villages whose gates must be open: those of the households, those in which they have further
    parcels, for that land is on the other village's poster and objections to it are raised there, and the units'."""
    names, found = county.village_names(), dict(made.villages)
    if made.villages:
        for row in reading.rows(store, "SELECT DISTINCT h.village_code AS home, t.CBFBM AS holder, p.village_code AS place"
                                       " FROM right_part t JOIN parcel p ON p.fid = t.parcel_fid"
                                       " JOIN holder_right h ON h.CBFBM = t.CBFBM AND h.source = t.source"
                                       " WHERE p.village_code <> h.village_code AND h.volume_m3_100 > 0"):
            if row["home"] in made.villages and (not made.holders or row["holder"] in made.holders):
                found[row["place"]] = names.get(row["place"]) or county.short_name(row["place"])
    for one in made.units:
        found.update({code: names.get(code) or county.short_name(code) for code in one.villages})
    return found


def require_gates(gate, store, county, made, asked):
    """Raises GateShut naming every shut gate. Users wait, and hold up nobody else, unless they are ``asked`` for by code."""
    gate.require_open(places(store, county, made))
    if not made.users:
        return
    if asked or not (made.villages or made.units):
        gate.require_users_open()
    shut = gate.shut(county.code)
    if shut:
        made.waiting = "；".join(s.what for s in shut) + "（" + "；".join(dict.fromkeys(s.opens for s in shut)) + "）"
        made.expected -= len(made.users)
        made.users = []
