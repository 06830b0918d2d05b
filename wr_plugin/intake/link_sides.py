"""The two sides of linking as numbers: the registry's rows that their own parcel code leads nowhere, and the holdings.

A holding is one household's share of one parcel (a row of CBDKXX). Names, groups and areas are brought into one form
here, so that comparing two of them is comparing two numbers; −1 is "not known".
"""

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..model import codes
from . import person_names

M2_100_PER_MU_100 = 2000 / 3
DIGITS = "零一二三四五六七八九"
VILLAGE_END = re.compile(r"(村民委员会|居民委员会|村委会|居委会|社区|行政村|村)$")
GROUP_WORDS = re.compile(r"(第|村民小组|生产队|小组|组|社|队)")
BLANKS = re.compile(r"\s+")
SAME_CODE_END = 5
LEAST_VOTES, CLEAR_LEAD = 3, 3
MOST_VILLAGES_OF_FILE = 40

IS_OPEN = "(coalesce(r.DKBM, '') = '' OR NOT EXISTS (SELECT 1 FROM parcel p WHERE p.DKBM = r.DKBM))"
# a registry row that names its parcel takes the holding of the household it names; where it names none of the
# parcel's households, all its holdings
IS_FREE = """coalesce(k.CBFBM, '') <> '' AND NOT EXISTS (
  SELECT 1 FROM registry r WHERE r.DKBM = k.DKBM AND (r.CBFBM = k.CBFBM OR NOT EXISTS (
    SELECT 1 FROM CBDKXX o WHERE o.DKBM = r.DKBM AND o.CBFBM = r.CBFBM)))"""
OPEN_ROWS = """
SELECT r.fid, r.village_name, r.group_name, r.holder_name, r.CBFBM, r.DKBM, r.parcel_name, r.area_mu_100, r.source_file
FROM registry r WHERE """ + IS_OPEN  # nosec B608: constants
FREE_HOLDINGS = """
SELECT k.DKBM, k.CBFBM, k.HTMJ, k.HTMJM, k.YHTMJ, k.YHTMJM, p.uuid, p.DKMC, p.DKLB, p.SCMJ, p.SCMJM, p.village_code,
       p.village_name, (SELECT c.CBFMC FROM CBF c WHERE c.CBFBM = k.CBFBM ORDER BY c.fid LIMIT 1) AS holder_name
FROM CBDKXX k JOIN parcel p ON p.DKBM = k.DKBM
WHERE """ + IS_FREE + " ORDER BY k.DKBM, k.CBFBM, p.uuid"  # nosec B608: constants


@dataclass
class Rows:
    """(n,) registry rows in the order of ``key``, which tells a row by its content, the same at every import.

    ``place``: number into ``Places.of_row``; ``name``, ``parcel_name``: numbers of normal forms; ``holder``: number of
    the holder's code; ``known_holder``: whether CBF has it; ``group``: number of the group; ``area``: 0.01 亩.
    """

    frame: pd.DataFrame
    key: np.ndarray
    place: np.ndarray
    name: np.ndarray
    parcel_name: np.ndarray
    holder: np.ndarray
    known_holder: np.ndarray
    group: np.ndarray
    area: np.ndarray

    def __len__(self):
        return len(self.key)


@dataclass
class Holdings:
    """(m,) holdings in the order of DKBM, CBFBM. ``areas``: (m, 3) contract, former contract and measured area in
    0.01 亩; ``village``: number of the village; ``told_group``: whether the group's name, not only its code, is known;
    ``contract``: DKLB says contract land."""

    frame: pd.DataFrame
    village: np.ndarray
    name: np.ndarray
    parcel_name: np.ndarray
    holder: np.ndarray
    group: np.ndarray
    told_group: np.ndarray
    areas: np.ndarray
    contract: np.ndarray

    def __len__(self):
        return len(self.village)


@dataclass
class Sides:
    """Both sides, and what they share. ``names``, ``parcel_names``: normal forms by number; ``place_ok``: (places,
    villages) True where a row's place may be the village; ``resolved``: (places,) whether it is any; ``by_file``: (places,)
    whether only the other rows of the file tell the villages; ``member_holder``, ``member_name``: household members as
    numbers."""

    rows: Rows
    holdings: Holdings
    names: list
    parcel_names: list
    place_ok: np.ndarray
    resolved: np.ndarray
    by_file: np.ndarray
    member_holder: np.ndarray
    member_name: np.ndarray


def read(store):
    """The open rows and the free holdings of the work file as ``Sides``; None where every row's code leads to a parcel."""
    open_rows = _frame(store, OPEN_ROWS)
    if not len(open_rows):
        return None
    free = _frame(store, FREE_HOLDINGS).drop_duplicates(["DKBM", "CBFBM"], ignore_index=True)
    members = _frame(store, "SELECT CBFBM, CYXM FROM CBF_JTCY")
    members = members[members["CBFBM"].isin(free["CBFBM"])]
    zones = _frame(store, "SELECT zone_code, zone_name FROM zone")
    known = _frame(store, "SELECT DISTINCT CBFBM FROM CBF")["CBFBM"]
    return sides_of(open_rows, free, members, dict(zip(zones["zone_code"], zones["zone_name"])), known)


def _frame(store, sql):
    cursor = store.connection.execute(sql)
    cursor.row_factory = None
    names = [item[0] for item in cursor.description]
    rows = cursor.fetchall()
    columns = list(zip(*rows)) if rows else [()] * len(names)
    return pd.DataFrame({n: _column(c) for n, c in zip(names, columns)}, columns=names)


def _column(values):
    column = np.empty(len(values), dtype=object)
    column[:] = values
    # stays object with None: pandas 3 would make a text column of it, with NaN for what is missing
    return pd.Series(column, dtype=object)


def sides_of(open_rows, free, members, zones, known_holders):
    """The frames, as ``read`` selects them, in numbers. ``zones``: names by zone code; ``known_holders``: CBFBM of CBF."""
    keys = _keys(open_rows)
    order = np.argsort(keys, kind="stable")
    frame = open_rows.iloc[order].reset_index(drop=True)
    free = free.sort_values(["DKBM", "CBFBM"], kind="stable", ignore_index=True)
    (row_name, head_name, member_name), names = _numbered(
        person_names.normal, frame["holder_name"], free["holder_name"], members["CYXM"])
    (row_parcel, parcel_name), parcel_names = _numbered(plain_text, frame["parcel_name"], free["DKMC"])
    (row_holder, holder, member_holder, known), _ = _numbered(_code, frame["CBFBM"], free["CBFBM"], members["CBFBM"],
                                                              known_holders)
    village, village_codes = pd.factorize(free["village_code"].astype(object))
    place, place_ok = _places(frame, free, village_codes, zones)
    place_ok = _by_names(place_ok, place, row_name, village, head_name)
    place_ok, by_file = _by_files(place_ok, place, frame)
    resolved = place_ok.any(axis=1)
    rows = Rows(frame, keys[order], place, row_name, row_parcel, row_holder, np.isin(row_holder, known[known >= 0]),
                _mapped(frame["group_name"], group_number), _whole(frame["area_mu_100"]))
    group, told = _groups(free, zones)
    holdings = Holdings(free, village, head_name, parcel_name, holder, group, told, _areas(free),
                        free["DKLB"].isin(["10", None, ""]).to_numpy())
    known_member = (member_name >= 0) & (member_holder >= 0)
    return Sides(rows, holdings, names, parcel_names, place_ok, resolved, by_file, member_holder[known_member],
                 member_name[known_member])


def _keys(frame):
    """A row's content as one text; rows of the same content are told apart by a number, whichever is which."""
    texts = [frame[n].tolist() for n in ("village_name", "group_name", "holder_name", "CBFBM", "DKBM", "parcel_name",
                                         "area_mu_100")]
    texts = [["" if v is None or v != v else v if isinstance(v, str) and v.isalnum() else "".join(str(v).split()) for v in column]
             for column in texts]
    keys = pd.Series(list(map("|".join, zip(*texts))), dtype=object)
    ordinal = keys.groupby(keys, sort=False).cumcount().tolist()
    return np.array([f"{k}#{n + 1}" if n else k for k, n in zip(keys.tolist(), ordinal)], dtype=object)


def _numbered(form, *columns):
    """(numbers of each column, list of forms): equal forms have equal numbers, blank ones −1."""
    together = pd.concat([pd.Series(c, dtype=object) for c in columns], ignore_index=True)
    code, raw = pd.factorize(together)
    forms = [form(v) if isinstance(v, str) else "" for v in raw]
    number, known = pd.factorize(pd.Series([f or None for f in forms], dtype=object))
    numbers = np.append(np.asarray(number, dtype=np.int64), -1)[code]
    bounds = np.cumsum([len(c) for c in columns])[:-1]
    return np.split(numbers, bounds), list(known)


def _mapped(column, number):
    code, raw = pd.factorize(pd.Series(column, dtype=object))
    return np.append(np.array([number(v) for v in raw], dtype=np.int64), -1)[code]


def _code(text):
    return BLANKS.sub("", text)


def plain_text(text):
    """A parcel's name for comparison: full width and blanks put aside."""
    return BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper()


def village_form(name):
    """A village's name without what kind of place it is."""
    text = plain_text(name or "")
    short = VILLAGE_END.sub("", text)
    return short if len(short) > 1 else text


def group_number(name):
    """一组, 第1村民小组, 三社 → the number; −1 where it is none."""
    text = GROUP_WORDS.sub("", plain_text(name or ""))
    if text.isdigit() and text.isascii():
        return int(text) if len(text) < 4 else -1
    if not text or any(c not in DIGITS + "十" for c in text):
        return -1
    tens, ten, ones = text.partition("十")
    if not ten:
        return DIGITS.index(text) if len(text) == 1 else -1
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return -1
    return (DIGITS.index(tens) if tens else 1) * 10 + (DIGITS.index(ones) if ones else 0)


def _groups(free, zones):
    """((m,) group's number, (m,) whether a name tells it): by the name of the zone that the parcel's code begins with,
    else by the two digits of that code."""
    zone = np.array([c[:codes.GROUP] if len(c) == codes.DKBM_LENGTH and c.isdigit() else (h or "")[:codes.GROUP]
                     for c, h in zip(free["DKBM"].tolist(), free["CBFBM"].tolist())], dtype=object)
    code, known = pd.factorize(zone)
    by_name = [_own_name(z, zones) for z in known]
    number = [n if n >= 0 else (int(z[codes.VILLAGE:]) if len(z) == codes.GROUP and z.isdigit() and z.isascii() else -1)
              for n, z in zip(by_name, known)]
    return (np.append(np.array(number, dtype=np.int64), -1)[code],
            np.append(np.array([n >= 0 for n in by_name], dtype=bool), False)[code])


def _own_name(zone, zones):
    """The number in a group's name; the village's name may stand before it."""
    name, village = plain_text(zones.get(zone) or ""), plain_text(zones.get(zone[:codes.VILLAGE]) or "")
    if village and village in name:
        name = name.split(village)[-1]
    return group_number(name)


def _places(frame, free, village_codes, zones):
    """(place of each row, (places, villages) may be). A place is what a row says of its village: its
    name, its file (which may name the town), else the beginning of its codes."""
    forms = {}
    names = dict(zip(free["village_code"].tolist(), free["village_name"].tolist()))
    for number, village in enumerate(village_codes):
        for name in {names.get(village), zones.get(village)}:
            if name:
                forms.setdefault(village_form(name), set()).add(number)
    towns = {c: plain_text(n) for c, n in zones.items() if len(c or "") == codes.TOWN and n}
    told = ["\x1f".join((name or "", file or "", "" if name else _village_of_codes(code, holder))) for name, file, code, holder
            in zip(*(frame[n].tolist() for n in ("village_name", "source_file", "DKBM", "CBFBM")))]
    place, known = pd.factorize(pd.Series(told, dtype=object))
    known = [text.split("\x1f") for text in known]
    number_of = {c: n for n, c in enumerate(village_codes)}
    may_be = np.zeros((len(known), len(village_codes)), dtype=bool)
    for at, (name, file, code) in enumerate(known):
        found = _villages_called(village_form(name), forms) if name else set()
        if len(found) > 1:
            in_town = {c for c, town in towns.items() if town and (town in plain_text(file) or town in plain_text(name))}
            found = {n for n in found if village_codes[n][:codes.TOWN] in in_town} or found
        if not found and not name and code in number_of:
            found = {number_of[code]}
        may_be[at, sorted(found)] = True
    return place, may_be


def _village_of_codes(code, holder):
    """The village that a row's parcel code or holder code begins with, "" where neither is one."""
    code, holder = _code(code or ""), _code(holder or "")
    if codes.is_parcel_code(code):
        return code[:codes.VILLAGE]
    return holder[:codes.VILLAGE] if codes.is_holder_code(holder) else ""


def _by_names(may_be, place, name, village, head):
    """Places that nothing told, by whose names stand there: the village where most of them are found, if clearly so."""
    lost = np.flatnonzero(~may_be.any(axis=1)[place] & (name >= 0))
    asked = pd.DataFrame({"place": place[lost], "name": name[lost]}).drop_duplicates()
    known = pd.DataFrame({"name": head, "village": village})
    votes = asked.merge(known[(head >= 0) & (village >= 0)].drop_duplicates(), on="name").groupby(["place", "village"]).size()
    may_be = may_be.copy()
    for at, of_place in votes.groupby(level="place"):
        best = of_place.sort_values(ascending=False, kind="stable")
        if best.iloc[0] >= LEAST_VOTES and (len(best) == 1 or best.iloc[0] >= CLEAR_LEAD * best.iloc[1]):
            may_be[at, best.index[0][1]] = True
    return may_be


def _by_files(may_be, place, frame):
    """(places with those of the file's other rows where a row says no village, (places,) True for these). A file of
    many villages tells nothing."""
    by_file = np.zeros(len(may_be), dtype=bool)
    silent = (~may_be.any(axis=1)[place]) & frame["village_name"].isin([None, ""]).to_numpy(dtype=bool)
    if not silent.any():
        return may_be, by_file
    file, _ = pd.factorize(frame["source_file"])
    may_be = may_be.copy()
    for number in np.unique(file[silent]):
        of_file = file == number
        villages = may_be[np.unique(place[of_file & ~silent])].any(axis=0)
        if 0 < villages.sum() <= MOST_VILLAGES_OF_FILE:
            at = np.unique(place[of_file & silent])
            may_be[at], by_file[at] = villages, True
    return may_be, by_file


def _villages_called(form, forms):
    """Villages of that name; else those whose name it ends with, as in 沙井镇东沟村."""
    if form in forms:
        return forms[form]
    ending = [f for f in forms if len(f) > 1 and form.endswith(f)]
    return set().union(*(forms[f] for f in ending if len(f) == max(map(len, ending)))) if ending else set()


def _whole(column):
    return np.array([-1 if v is None or v != v else int(v) for v in column.tolist()], dtype=np.int64)


def _areas(free):
    """(m, 3) contract, former contract and measured area in 0.01 亩; the m² count, else the twin in 亩."""
    columns = []
    for name in ("HTMJ", "YHTMJ", "SCMJ"):
        m2 = pd.to_numeric(free[name], errors="coerce").to_numpy(dtype=float)
        mu = pd.to_numeric(free[name + "M"], errors="coerce").to_numpy(dtype=float)
        area = np.where(m2 > 0, m2 * 100 / M2_100_PER_MU_100, mu * 100)
        columns.append(np.where(area > 0, np.rint(np.nan_to_num(area)), -1).astype(np.int64))
    return np.stack(columns, axis=1).reshape(len(free), 3)
