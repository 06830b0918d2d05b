"""Recomputing what changed: some parcels determined again and put among the others, without touching these.

Up to the step ``quotas`` a parcel rests on its own rows alone (its land, site, links, registry rows, and the register of
its holders), so a chain over the changed parcels gives for them what one over the county would. From ``quotas`` on the
merged chain is one like any other: a demand, a cap and a share of it are worked out over all parts.
"""

import dataclasses

import numpy as np
import pandas as pd

from . import determine, withheld

BEFORE = "quotas"
STEPS = determine.STEPS[:determine.STEPS.index(BEFORE)]
BY_PARCEL = ("crop", "method", "district")


def of_parcels(inputs, codes):
    """The ``determine.Inputs`` of the parcels with these DKBM alone; tables that all parcels share stay whole."""
    wanted = list(codes)
    parcel = inputs.parcel[inputs.parcel["DKBM"].isin(wanted)]
    link = inputs.link[inputs.link["DKBM"].isin(wanted)]
    return dataclasses.replace(
        inputs, parcel=parcel, link=link, registry=inputs.registry[inputs.registry["DKBM"].isin(wanted)],
        site=inputs.site[inputs.site["parcel_fid"].isin(parcel["fid"])],
        holder=inputs.holder[inputs.holder["CBFBM"].isin(link["CBFBM"])])


def merged(before, inputs, codes):
    """The chain over ``inputs`` as it stands before ``quotas``; None where the county has to be taken whole.

    ``before``: the chain over the inputs as they were, at the same step; ``codes``: DKBM of every parcel whose rows, or
    whose holders' rows, differ. Whole where parcels came or went, where a household is new among the links, and where
    units of confirmation other than households, or water that is withheld, look beyond the parcel. The result can go on
    to ``grant``; the last step, ``frames``, needs a chain of its own.
    """
    if not _plain(before.policy) or len(inputs.parcel) != before.count or not _same(before.inputs.parcel_outlet, inputs.parcel_outlet):
        return None
    part = determine.Chain(of_parcels(inputs, codes), before.policy)
    place = np.flatnonzero(before.parcel["DKBM"].isin(list(codes)).to_numpy())
    if part.parcel["fid"].tolist() != before.parcel["fid"].iloc[place].tolist():
        return None
    for step in STEPS:
        getattr(part, step)()
    owner = pd.Index(before.holding.codes).get_indexer(pd.Index(part.holding.codes))
    if (owner < 0).any():
        return None
    made = before.fork(inputs)
    made.outcome.state[place], made.outcome.reason[place] = part.outcome.state, part.outcome.reason
    made.part = _parts(before.part, part.part, place, owner)
    for name in BY_PARCEL:
        setattr(made, name, _words(getattr(before, name), getattr(part, name), place))
    for name in ("names", "known", "holder_kinds"):
        column = getattr(before, name).copy()
        column[owner] = getattr(part, name)
        setattr(made, name, column)
    made.parcel, made.site = (_rows(getattr(before, name), getattr(part, name), place) for name in ("parcel", "site"))
    return made


def _same(old, new):
    """Whether the same parcels are split between the same outlets: a piece then has the same number in both chains."""
    return old is new or (old is not None and new is not None and old.equals(new))


def _plain(policy):
    """Whether every part is its household's own, and nothing is withheld for what lies around."""
    return (policy.get("unit") == "holder_source" and not policy.get("units.rules") and policy.get("quota.basis") == "crop"
            and not withheld.possible(policy))


def _parts(old, new, place, owner):
    """The parts of all parcels in their order: those of the changed parcels (``place``) are replaced."""
    changed = np.zeros(int(max(old["parcel"].max() if len(old) else 0, place.max() if len(place) else 0)) + 1, dtype=bool)
    changed[place] = True
    holder = owner[new["holder"].to_numpy()]
    new = new.assign(parcel=place[new["parcel"].to_numpy()], holder=holder, unit=holder)
    both = pd.concat([old[~changed[old["parcel"].to_numpy()]], new[list(old.columns)]], ignore_index=True)
    return both.iloc[np.argsort(both["parcel"].to_numpy(), kind="stable")].reset_index(drop=True)


def _words(old, new, place):
    """``quota.Words`` of all parcels with those of the changed ones put in; words that are new come last."""
    values = [*old.values, *(value for value in new.values if value not in set(old.values))]
    number = {value: n for n, value in enumerate(values)}
    lookup = np.array([*(number[value] for value in new.values), -1], dtype=np.int64)
    code = old.code.copy()
    code[place] = lookup[new.code]
    return type(old)(code, values)


def _rows(old, new, place):
    """The frame with the changed rows put in; columns in which nothing differs are shared."""
    made = old
    for name in old.columns:
        if _values(old[name].iloc[place]) != _values(new[name]):
            made = made.copy(deep=False) if made is old else made
            whole = old[name].copy()
            whole.iloc[place] = new[name].array
            made[name] = whole
    return made


def _values(column):
    """A column's values, None where blank."""
    return column.astype(object).where(column.notna(), None).tolist()
