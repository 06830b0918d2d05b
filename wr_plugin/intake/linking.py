"""Linking the registry to the parcels where its own parcel codes do not: each row to at most one holding, overall best.

What people have decided comes first and holds; the rest is assigned so that the sum of points is greatest. A pair is
sure where enough speaks for it, nothing against it, and no exchange with another row or holding comes near it; other
assigned pairs wait for people. Pure arrays: nothing is read or written here but through ``link_sides.read``.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..model.codes import ACCEPTED, REJECTED, REVIEW, SURE
from ..model.codes import NO_MATCH as NONE
from . import assignment, link_pairs, link_sides

BY_HOLDER, BY_NAME, BY_PEOPLE = "holder", "name", "people"
COLUMNS = ("registry_fid", "registry_key", "parcel_uuid", "DKBM", "CBFBM", "how", "score", "margin", "decision", "reasons")
MOST_POINTS = 100


@dataclass(frozen=True)
class Decision:
    """What people said of a registry row (by its key) and a parcel (by its code): ``ACCEPTED`` or ``REJECTED``."""

    registry_key: str
    DKBM: str
    CBFBM: str
    decision: str


def link(sides, decisions=(), report=lambda: None):
    """One row for each open registry row (columns ``COLUMNS``, sorted by key): its parcel, and how sure that is.

    Rows without a parcel have the decision ``NONE``, and ``REJECTED`` where people refused the only ones in question.
    """
    if sides is None:
        return pd.DataFrame(columns=list(COLUMNS))
    pairs = link_pairs.find(sides, report)
    decided = _decided(sides, decisions)
    free = ~np.isin(pairs.row, decided.row) & ~np.isin(pairs.holding, decided.holding)
    free &= ~_among(pairs, decided.refused, len(sides.holdings))
    pairs = pairs.taken(free)
    report()
    chosen = assignment.assign(pairs.row, pairs.holding, pairs.points)
    margin = assignment.margins(pairs.row, pairs.holding, pairs.points, chosen)
    report()
    sure = chosen & (pairs.points >= link_pairs.SURE) & (margin >= link_pairs.margin_needed(pairs)) & ~pairs.doubtful
    second = _second_choice(pairs, chosen, sure)
    return _table(sides, pairs, chosen, sure, second, margin, decided)


@dataclass
class _Decided:
    """``row``, ``holding``: accepted pairs; ``refused``: (k, 2) row and holding; ``refusing``: rows with a refusal."""

    row: np.ndarray
    holding: np.ndarray
    refused: np.ndarray
    refusing: np.ndarray


def _decided(sides, decisions):
    decisions = sorted(decisions, key=lambda d: (d.registry_key, d.DKBM))
    asked = {d.registry_key for d in decisions}
    row_of = {key: number for number, key in enumerate(sides.rows.key.tolist()) if key in asked} if asked else {}
    by_code = {d.DKBM: [] for d in decisions}
    frame = sides.holdings.frame
    for number in np.flatnonzero(frame["DKBM"].isin(list(by_code)).to_numpy()).tolist():
        by_code[frame["DKBM"].iat[number]].append((frame["CBFBM"].iat[number], number))
    row, holding, refused, taken, done = [], [], [], set(), set()
    for said in decisions:
        if said.registry_key not in row_of or said.DKBM not in by_code:
            continue
        mine, offered = row_of[said.registry_key], by_code[said.DKBM]
        if said.decision == REJECTED:
            refused += [(mine, number) for _, number in offered]
            continue
        left = [item for item in offered if item[1] not in taken]
        if mine in done or not left:
            continue
        number = next((n for holder, n in left if holder == said.CBFBM), left[0][1])
        row.append(mine)
        holding.append(number)
        taken.add(number)
        done.add(mine)
    refused = np.array(refused, dtype=np.int64).reshape(-1, 2)
    return _Decided(np.array(row, dtype=np.int64), np.array(holding, dtype=np.int64), refused, np.unique(refused[:, 0]))


def _among(pairs, listed, width):
    return np.isin(pairs.row * width + pairs.holding, listed[:, 0] * width + listed[:, 1])


def _second_choice(pairs, chosen, sure):
    """Pairs to show for rows that came away empty: their best holding, unless a sure row has it."""
    left = ~np.isin(pairs.row, pairs.row[chosen]) & ~np.isin(pairs.holding, pairs.holding[sure])
    at = np.flatnonzero(left)
    at = at[np.lexsort((pairs.holding[at], -pairs.points[at], pairs.row[at]))]
    shown = np.zeros(len(pairs.row), dtype=bool)
    shown[at[np.unique(pairs.row[at], return_index=True)[1]]] = True
    return shown


def _table(sides, pairs, chosen, sure, second, margin, decided):
    count = len(sides.rows)
    pair = np.full(count, -1, dtype=np.int64)
    shown = np.flatnonzero(chosen | second)
    pair[pairs.row[shown]] = shown
    holding = np.append(pairs.holding, -1)[pair]
    holding[decided.row] = decided.holding
    decision = np.where(np.append(sure, False)[pair], SURE, np.where(pair >= 0, REVIEW, NONE)).astype(object)
    decision[decided.refusing] = np.where(decision[decided.refusing] == NONE, REJECTED, decision[decided.refusing])
    decision[decided.row] = ACCEPTED
    by_code = np.append(pairs.grounds[:, 2] == link_pairs.C_EQUAL, False)[pair]
    how = np.where(pair >= 0, np.where(by_code, BY_HOLDER, BY_NAME), None).astype(object)
    how[decided.row] = BY_PEOPLE
    held = np.flatnonzero(pair >= 0)
    radix = 10 ** np.arange(pairs.grounds.shape[1], dtype=np.int64)
    _, first, kind = np.unique(pairs.grounds[pair[held]] @ radix, return_index=True, return_inverse=True)
    reasons = np.full(count, "", dtype=object)
    reasons[held] = np.array([link_pairs.reasons(g) for g in pairs.grounds[pair[held[first]]].tolist()], dtype=object)[
        kind.reshape(-1)] if len(held) else ""
    reasons[decided.row] = "人工确认"
    empty = np.append(second, False)[pair]
    reasons[empty] = reasons[empty] + "；这个地块另有更合适的名录行"
    close = (decision == REVIEW) & ~empty & (np.append(margin, 0)[pair] < link_pairs.SURE_MARGIN)
    reasons[close] = reasons[close] + "；另有差不多合适的地块或名录行"
    frame = sides.holdings.frame

    def of_holding(name):
        return np.append(frame[name].to_numpy(dtype=object), None)[holding]

    made = {
        "registry_fid": sides.rows.frame["fid"].to_numpy(dtype=np.int64), "registry_key": sides.rows.key,
        "parcel_uuid": of_holding("uuid"), "DKBM": of_holding("DKBM"), "CBFBM": of_holding("CBFBM"), "how": how,
        "score": np.minimum(np.append(pairs.points, 0)[pair], MOST_POINTS),
        "margin": np.minimum(np.append(margin, 0)[pair], MOST_POINTS), "decision": decision, "reasons": reasons,
    }
    # texts stay objects with None, whatever a pandas would make of them
    return pd.DataFrame({n: pd.Series(v, dtype=object if v.dtype == object else None) for n, v in made.items()},
                        columns=list(COLUMNS))


def of_store(store, decisions=(), report=lambda: None):
    """``link`` over what the work file holds now."""
    return link(link_sides.read(store), decisions, report)
