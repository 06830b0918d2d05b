"""Linking the registry to the parcels where its own parcel codes do not: each row to at most one holding, overall best.

What people have decided comes first and holds; the rest is assigned so that the sum of points is greatest. A pair is
sure where enough speaks for it, nothing against it, and no exchange with another row or holding comes near it; for every
other row people are offered the parcels in question. Pure arrays: nothing is read or written here but through
``link_sides.read``.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..model.codes import ACCEPTED, REJECTED, REVIEW, SURE
from ..model.codes import NO_MATCH as NONE
from . import assignment, link_candidates, link_pairs, link_points, link_sides

BY_HOLDER, BY_NAME, BY_PEOPLE = "holder", "name", "people"
COLUMNS = ("registry_fid", "registry_key", "parcel_uuid", "DKBM", "CBFBM", "how", "score", "margin", "decision", "reasons")
OFFERED = ("registry_fid", "registry_key", "rank", "parcel_uuid", "DKBM", "CBFBM", "score", "reasons")
MOST_POINTS = 100


@dataclass(frozen=True)
class Decision:
    """What people said of a registry row (by its key) and a parcel (by its code): ``ACCEPTED`` or ``REJECTED``."""

    registry_key: str
    DKBM: str
    CBFBM: str
    decision: str


@dataclass(frozen=True)
class Found:
    """``links``: one row for each open registry row (columns ``COLUMNS``, sorted by key): its parcel, and how sure that
    is; ``candidates``: for the rows that wait for people, the parcels in question by rank from 1, the first being that
    of ``links`` (columns ``OFFERED``)."""

    links: pd.DataFrame
    candidates: pd.DataFrame


def link(sides, decisions=(), report=lambda: None):
    """The ``Found`` of both sides. Rows without a parcel in question have the decision ``NONE``, and ``REJECTED`` where
    people refused the only ones."""
    if sides is None:
        return Found(pd.DataFrame(columns=list(COLUMNS)), pd.DataFrame(columns=list(OFFERED)))
    pairs, scoring = link_pairs.find(sides, report)
    decided = _decided(sides, decisions)

    def barred(some):
        return np.isin(some.row, decided.row) | np.isin(some.holding, decided.holding) | _among(
            some, decided.refused, len(sides.holdings))

    pairs = pairs.taken(~barred(pairs))
    report()
    likely = np.flatnonzero(pairs.points >= link_points.REVIEW)
    chosen, margin = np.zeros(len(pairs.row), dtype=bool), np.zeros(len(pairs.row), dtype=np.int64)
    sides_of_pair = pairs.row[likely], pairs.holding[likely], pairs.points[likely]
    chosen[likely] = assignment.assign(*sides_of_pair)
    margin[likely] = assignment.margins(*sides_of_pair, chosen[likely])
    report()
    sure = chosen & (pairs.points >= link_points.SURE) & (margin >= link_points.margin_needed(pairs)) & ~pairs.doubtful
    open_rows = np.ones(len(sides.rows), dtype=bool)
    open_rows[pairs.row[sure]] = False
    open_rows[decided.row] = False
    offered, rank, told = link_candidates.offered(sides, scoring, pairs, chosen, sure, barred, np.flatnonzero(open_rows), report)
    contested = np.zeros(len(sides.rows), dtype=bool)
    contested[pairs.row[chosen & (margin < link_points.SURE_MARGIN)]] = True
    close = contested[offered.row] & (rank == 1)
    told[close] = told[close] + "；另有差不多合适的地块或名录行"
    return _found(sides, pairs.taken(sure), margin, sure, chosen, pairs, offered, rank, told, decided)


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


def _found(sides, kept, margin, sure, chosen, pairs, offered, rank, told, decided):
    """``kept``: the sure pairs; ``offered``, ``rank``, ``told``: the candidates and their reasons."""
    count = len(sides.rows)
    first = rank == 1
    holding, points, lead = (np.full(count, value, dtype=np.int64) for value in (-1, 0, 0))
    decision, reasons = np.full(count, NONE, dtype=object), np.full(count, "", dtype=object)
    how = np.full(count, None, dtype=object)
    decision[decided.refusing] = REJECTED
    for some, said, text in ((offered.taken(first), REVIEW, told[first]), (kept, SURE, link_points.words(kept.grounds))):
        holding[some.row], points[some.row], decision[some.row], reasons[some.row] = some.holding, some.points, said, text
        how[some.row] = np.where(some.grounds[:, link_points.TEXTS.index(link_points.HOLDER_TEXT)] == link_points.C_EQUAL,
                                 BY_HOLDER, BY_NAME)
    lead[pairs.row[chosen]] = margin[chosen]
    holding[decided.row], decision[decided.row], reasons[decided.row] = decided.holding, ACCEPTED, "人工确认"
    how[decided.row] = BY_PEOPLE
    fids = sides.rows.frame["fid"].to_numpy(dtype=np.int64)
    links = _frame({
        "registry_fid": fids, "registry_key": sides.rows.key, **_of_holdings(sides, holding), "how": how,
        "score": np.clip(points, 0, MOST_POINTS), "margin": np.clip(lead, 0, MOST_POINTS), "decision": decision,
        "reasons": reasons}, COLUMNS)
    candidates = _frame({
        "registry_fid": fids[offered.row], "registry_key": sides.rows.key[offered.row], "rank": rank,
        **_of_holdings(sides, offered.holding), "score": np.clip(offered.points, 0, MOST_POINTS), "reasons": told}, OFFERED)
    return Found(links, candidates)


def _of_holdings(sides, holding):
    frame = sides.holdings.frame
    return {name: np.append(frame[column].to_numpy(dtype=object), None)[holding]
            for name, column in (("parcel_uuid", "uuid"), ("DKBM", "DKBM"), ("CBFBM", "CBFBM"))}


def _frame(made, columns):
    """Texts stay objects with None, whatever a pandas would make of them."""
    return pd.DataFrame({n: pd.Series(v, dtype=object if v.dtype == object else None) for n, v in made.items()},
                        columns=list(columns))


def of_store(store, decisions=(), report=lambda: None):
    """``link`` over what the work file holds now."""
    return link(link_sides.read(store), decisions, report)
