"""Numbers of the rows that results keep for a parcel, made from the parcel's own number: another parcel's rows never move
them, so that a part of the county gives the same rows as all of it, and the log of edits tells whose row a number was."""

import numpy as np

ROWS = 1_000_000
"""More rows than a parcel can have."""


def numbered(parcel_fid):
    """(n,) int64 row numbers. ``parcel_fid``: (n,) the rows' parcels; those of one parcel stand together."""
    first = np.flatnonzero(np.diff(parcel_fid, prepend=-1))
    place = np.arange(len(parcel_fid)) - np.repeat(first, np.diff(np.append(first, len(parcel_fid))))
    return parcel_fid.astype(np.int64) * ROWS + place + 1


def parcel_of(number):
    """The parcel_fid of a row."""
    return number // ROWS
