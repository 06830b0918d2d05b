"""Parcels across several outlets: each outlet's share of the surface water's part, where the policy splits them.

``check`` has written ``parcel_outlet`` (only under ``sources.across_outlets: split``): the overlap of such a parcel with
each outlet's service area. A part's legal area is shared by these overlaps, its confirmed area by the legal areas so
found, each by largest remainder, ties by outlet code: Σ is the part's, and no outlet has more area than legal area.
"""

import numpy as np
import pandas as pd

from . import caps, parts

COLUMNS = ("parcel_fid", "outlet_code", "overlap_m2_100")


class Pieces:
    """The rows of ``parcel_outlet`` by parcel_fid, then outlet code; a piece's number is its row here.

    ``parcel``: (k,) position of its parcel, −1 where that is not among them; ``codes``: (k,) outlet codes; ``overlap``:
    (k,) 0.01 m².
    """

    def __init__(self, frame, parcel_fid):
        """``frame``: as ``COLUMNS``, or None; ``parcel_fid``: fids of the parcels, in their order."""
        frame = pd.DataFrame(columns=list(COLUMNS)) if frame is None else frame.sort_values(["parcel_fid", "outlet_code"])
        self.codes = frame["outlet_code"].to_numpy(dtype=object)
        self.overlap = frame["overlap_m2_100"].to_numpy(dtype=np.int64)
        fids = frame["parcel_fid"].to_numpy(dtype=np.int64)
        self.parcel = pd.Index(parcel_fid).get_indexer(pd.Index(fids)) if len(fids) else fids
        known = np.flatnonzero(self.parcel >= 0)
        self.count = np.bincount(self.parcel[known], minlength=len(parcel_fid))
        self.first = np.zeros(len(parcel_fid), dtype=np.int64)
        self.first[self.parcel[known[::-1]]] = known[::-1]

    def outlets(self, piece, otherwise):
        """(n,) outlet codes: of the pieces, and ``otherwise`` (n,) where the number is −1."""
        return np.where(piece >= 0, np.append(self.codes, None)[piece], otherwise) if len(self.codes) else otherwise


def divided(shares, parcel, pieces):
    """Splits the surface water's parts of parcels across outlets: (``parts.Shares``, (n,) number of the piece, −1 for a
    part that is not split). ``parcel``: (m,) position of each share's parcel. A piece without legal area is no part."""
    number = np.where(shares.source == 0, pieces.count[parcel], 0)
    split = np.flatnonzero(number)
    if not len(split):
        return shares, np.full(len(number), -1, dtype=np.int64)
    times = np.maximum(number, 1)
    row = np.repeat(np.arange(len(number)), times)
    within = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
    piece = np.where(number[row] > 0, pieces.first[parcel[row]] + within, -1)
    mine, group = piece >= 0, np.repeat(np.arange(len(split)), number[split])
    legal, area = shares.legal_mu_100[row], shares.area_mu_100[row]
    legal[mine] = caps.largest_remainder(pieces.overlap[piece[mine]], group, shares.legal_mu_100[split]).parts
    area[mine] = caps.largest_remainder(legal[mine], group, shares.area_mu_100[split]).parts
    kept = legal > 0
    return parts.Shares(shares.holding[row][kept], shares.source[row][kept], legal[kept], area[kept]), piece[kept]
