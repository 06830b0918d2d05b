"""Area: who holds how much of each parcel (legal area), what is deducted, and the split by source. Exact integers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from . import caps, columns

TWINS = {"HTMJ": "HTMJM", "YHTMJ": "YHTMJM", "SCMJ": "SCMJM"}


@dataclass
class Holdings:
    """One entry per parcel × holder, ordered by parcel position, then CBFBM.

    ``parcel``: position in the parcel frame; ``holder``: number into ``codes`` (sorted CBFBM); ``legal_mu_100``: int64;
    ``blank``: mask of entries whose legal area cannot be read.
    """

    parcel: np.ndarray
    holder: np.ndarray
    codes: np.ndarray
    legal_mu_100: np.ndarray
    blank: np.ndarray


@dataclass
class Shares:
    """One entry per parcel × holder × source, in the order of ``Holdings`` then surface before ground.

    ``holding``: position in ``Holdings``; ``source``: number into ``caps.SOURCES``; areas int64 in 0.01 亩.
    """

    holding: np.ndarray
    source: np.ndarray
    legal_mu_100: np.ndarray
    area_mu_100: np.ndarray


def holdings(parcel, link, legal):
    """Legal area per parcel × holder.

    ``parcel``: DKBM, SCMJ, SCMJM; ``link`` (CBDKXX): fid, DKBM, CBFBM, CBHTBM, HTMJ, HTMJM, YHTMJ, YHTMJM; ``legal``:
    the policy's area (HTMJ, YHTMJ or SCMJ). Rows of one holder on one parcel are added up, identical rows counted once;
    m² are converted once, after adding. A blank m² is replaced by its twin in 亩. SCMJ of a parcel with several
    holders is split by their contract areas, by largest remainder in the order of CBFBM.
    """
    rows = _rows_of_parcels(parcel, link)
    holder, codes = pd.factorize(link["CBFBM"].to_numpy(dtype=object)[rows["row"]], sort=True)
    order = np.lexsort((link["fid"].to_numpy()[rows["row"]], holder, rows["parcel"]))
    row, place, holder = rows["row"][order], rows["parcel"][order], holder[order]
    keep = (holder >= 0) & ~_repeated(link, row, place, holder)
    row, place, holder = row[keep], place[keep], holder[keep]
    starts = np.flatnonzero(np.r_[True, (place[1:] != place[:-1]) | (holder[1:] != holder[:-1])]) if len(row) else row
    field = "HTMJ" if legal == "SCMJ" else legal
    m2_100, mu_100, blank = _recorded(link.iloc[row], field)
    if len(starts) and len(starts) < len(row):
        m2_100, mu_100 = np.add.reduceat(m2_100, starts), np.add.reduceat(mu_100, starts)
        blank = np.logical_or.reduceat(blank, starts)
    place, holder = place[starts], holder[starts]
    if legal == "SCMJ":
        area, blank = _split_measured(parcel, place, m2_100, mu_100, blank)
    else:
        area = columns.mu_from_m2(m2_100) + mu_100
        blank |= area <= 0
    return Holdings(place, holder, np.asarray(codes, dtype=object), np.where(blank, 0, area), blank)


def _rows_of_parcels(parcel, link):
    """Pairs (position in ``link``, position in ``parcel``) with one DKBM."""
    key, _ = pd.factorize(pd.concat([parcel["DKBM"], link["DKBM"]], ignore_index=True))
    left = pd.DataFrame({"key": key[len(parcel):], "row": np.arange(len(link))})
    right = pd.DataFrame({"key": key[:len(parcel)], "parcel": np.arange(len(parcel))})
    pairs = left[left["key"] >= 0].merge(right, on="key")
    return {"row": pairs["row"].to_numpy(), "parcel": pairs["parcel"].to_numpy()}


def _repeated(link, row, place, holder):
    """Mask of rows equal to an earlier row of the same parcel and holder (same contract, same areas)."""
    repeated = np.zeros(len(row), dtype=bool)
    same = np.flatnonzero((place[1:] == place[:-1]) & (holder[1:] == holder[:-1])) + 1
    if len(same):
        near = np.union1d(same, same - 1)
        near = np.flatnonzero(np.isin(place, place[near]))
        names = ["CBFBM", "CBHTBM", "HTMJ", "HTMJM", "YHTMJ", "YHTMJM"]
        frame = link.iloc[row[near]][names].assign(parcel=place[near])
        repeated[near] = frame.duplicated().to_numpy()
    return repeated


def _recorded(frame, field):
    """(0.01 m², 0.01 亩, blank mask): the m² of a field, or where it is blank its twin in 亩; the other is 0."""
    m2_100, no_m2 = columns.hundredths(_floats(frame, field))
    mu_100, no_mu = columns.hundredths(_floats(frame, TWINS[field]))
    given = ~np.isnan(_floats(frame, field))
    return m2_100, np.where(given, 0, mu_100), np.where(given, no_m2, no_mu)


def _floats(frame, field):
    return frame[field].to_numpy(dtype=np.float64, na_value=np.nan)


def measured_mu_100(parcel):
    """Measured area per parcel: (0.01 亩, blank mask)."""
    m2_100, mu_100, blank = _recorded(parcel, "SCMJ")
    area = columns.mu_from_m2(m2_100) + mu_100
    return area, blank | (area <= 0)


def _split_measured(parcel, place, m2_100, mu_100, blank):
    """SCMJ per holding: the whole to a single holder, else by contract areas (all in m², or all in 亩)."""
    area, unread = measured_mu_100(parcel)
    count = len(parcel)
    several = np.bincount(place, minlength=count)[place] > 1
    in_m2 = columns.sums((m2_100 > 0) & (mu_100 == 0), place, count) == np.bincount(place, minlength=count)
    in_mu = columns.sums((mu_100 > 0) & (m2_100 == 0), place, count) == np.bincount(place, minlength=count)
    weight = np.where(in_m2[place], m2_100, mu_100)
    unclear = ~(in_m2 | in_mu) | (columns.sums(blank, place, count) > 0)
    shared = np.flatnonzero(several & ~unclear[place] & ~unread[place])
    result = np.where(several, 0, area[place])
    if len(shared):
        owner, group = np.unique(place[shared], return_inverse=True)
        result[shared] = caps.largest_remainder(weight[shared], group, area[owner]).parts
    return result, unread[place] | (several & unclear[place]) | (result <= 0)


def deducted_mu_100(holding, unapproved_m2_100, geometry_m2_100):
    """Deduction per holding: legal area × overlap / parcel, at most the legal area; 0 where nothing overlaps."""
    overlap, whole = unapproved_m2_100[holding.parcel], geometry_m2_100[holding.parcel]
    deduction = columns.share_of(holding.legal_mu_100, overlap, np.maximum(whole, 1))
    return np.where(overlap > 0, np.minimum(deduction, holding.legal_mu_100), 0)


def by_source(legal_mu_100, area_mu_100, source, surface):
    """Splits holdings by source.

    ``source``: object array of ``surface``, ``ground``, ``mixed`` per holding; ``surface``: (part, whole) of mixed ones
    that is surface water's (None only where nothing is mixed). The ground part is the rest, so each column adds up. As
    both x → round(x·s) and x → x − round(x·s) never fall for 0 ≤ s ≤ 1, no part's area exceeds its legal area. A part
    without legal area is no part.
    """
    share, whole = (1, 1) if surface is None else surface
    weight = np.select([source == "surface", source == "mixed"], [whole, share], 0).astype(np.int64)
    position = np.arange(len(source))
    split = [columns.share_of(column, weight, np.full(len(weight), whole, dtype=np.int64))
             for column in (legal_mu_100, area_mu_100)]
    legal = np.stack([split[0], legal_mu_100 - split[0]], axis=1).reshape(-1)
    area = np.stack([split[1], area_mu_100 - split[1]], axis=1).reshape(-1)
    kept = legal > 0
    return Shares(np.repeat(position, 2)[kept], np.tile(np.array([0, 1]), len(source))[kept], legal[kept], area[kept])
