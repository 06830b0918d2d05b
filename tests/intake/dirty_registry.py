"""A registry as townships send it when they have no parcel codes: wrong characters, swapped names, missing codes.

``dirty`` changes the registry of an imported work file in place and returns the truth: which parcel each row is.
"""

from dataclasses import dataclass

import numpy as np

from wr_plugin.intake.person_names import CONFUSED, VARIANTS

TRADITIONAL = {plain: other for other, plain in VARIANTS.items()}
ALIKE = {a: [b for group in CONFUSED if a in group for b in group if b != a] for group in CONFUSED for a in group}
OTHER = "明强华建军平伟芳娜静丽勇艳杰涛超霞刚桂英玉梅春海山"


@dataclass(frozen=True)
class Dirt:
    """Shares of rows. ``holder_code_kept``: rows that keep the holder's code; the parcel code is lost on all but
    ``parcel_code_kept``. ``members``: a member of the household in place of its head; ``exchanged``: two rows of one
    village have each other's names."""

    parcel_code_kept: float = 0.0
    holder_code_kept: float = 0.3
    alike: float = 0.02
    other: float = 0.02
    swapped: float = 0.01
    traditional: float = 0.03
    spaced: float = 0.05
    members: float = 0.02
    exchanged: float = 0.01
    parcel_name_lost: float = 0.1
    area_rounded: float = 0.5
    group_lost: float = 0.15


def dirty(store, dirt=None, seed=1):
    """Dirties every row; returns {registry fid: DKBM of its parcel, "" where it has none}. Within a transaction."""
    dirt, rng = dirt or Dirt(), np.random.default_rng(seed)
    rows = [dict(row) for row in store.connection.execute("SELECT * FROM registry ORDER BY fid")]
    drawn = {row[0] for row in store.connection.execute("SELECT DKBM FROM parcel")}
    family = {}
    for holder, name in store.connection.execute("SELECT CBFBM, CYXM FROM CBF_JTCY ORDER BY fid"):
        family.setdefault(holder, []).append(name)
    truth = {row["fid"]: row["DKBM"] if row["DKBM"] in drawn else "" for row in rows}

    def hit(share):
        return set(np.flatnonzero(rng.random(len(rows)) < share).tolist())

    partner = dict(zip(*(side.tolist() for side in np.split(rng.permutation(len(rows))[:len(rows) // 2 * 2], 2))))
    for at in hit(dirt.exchanged):
        other = partner.get(at)
        if other is not None and rows[other]["village_name"] == rows[at]["village_name"]:
            rows[at]["holder_name"], rows[other]["holder_name"] = rows[other]["holder_name"], rows[at]["holder_name"]
    for at in hit(dirt.members):
        others = [n for n in family.get(rows[at]["CBFBM"], [])[1:] if n]
        if others:
            rows[at]["holder_name"] = others[int(rng.integers(len(others)))]
    for share, change in ((dirt.alike, _alike), (dirt.other, _other), (dirt.swapped, _swapped),
                          (dirt.traditional, _traditional), (dirt.spaced, _spaced)):
        for at in hit(share):
            rows[at]["holder_name"] = change(rows[at]["holder_name"] or "", rng)
    keep_parcel, keep_holder = hit(dirt.parcel_code_kept), hit(dirt.holder_code_kept)
    nameless, rounded, groupless = hit(dirt.parcel_name_lost), hit(dirt.area_rounded), hit(dirt.group_lost)
    for at, row in enumerate(rows):
        row["DKBM"] = row["DKBM"] if at in keep_parcel else None
        row["CBFBM"] = row["CBFBM"] if at in keep_holder else None
        row["parcel_name"] = None if at in nameless else row["parcel_name"]
        row["group_name"] = None if at in groupless else row["group_name"]
        if at in rounded and row["area_mu_100"] is not None:
            row["area_mu_100"] = (row["area_mu_100"] + 5) // 10 * 10
    store.connection.executemany(
        "UPDATE registry SET holder_name = ?, CBFBM = ?, DKBM = ?, parcel_name = ?, group_name = ?, area_mu_100 = ?"
        " WHERE fid = ?", [(r["holder_name"], r["CBFBM"], r["DKBM"], r["parcel_name"], r["group_name"], r["area_mu_100"],
                            r["fid"]) for r in rows])
    return truth


def _replaced(name, rng, choices):
    places = [i for i, c in enumerate(name) if choices(c)]
    if not places:
        return name
    at = places[int(rng.integers(len(places)))]
    offered = choices(name[at])
    return name[:at] + offered[int(rng.integers(len(offered)))] + name[at + 1:]


def _alike(name, rng):
    return _replaced(name, rng, lambda c: ALIKE.get(c, []))


def _other(name, rng):
    return name[:1] + _replaced(name[1:], rng, lambda c: [o for o in OTHER if o != c])


def _swapped(name, rng):
    return name[:1] + name[2:3] + name[1:2] + name[3:] if len(name) > 2 else name


def _traditional(name, rng):
    return "".join(TRADITIONAL.get(c, c) for c in name)


def _spaced(name, rng):
    return name[:1] + "\u3000 " + name[1:]
