"""Lasting ids of rows that people edit: the same delivered row gets the same id at every import (uuid, version 5)."""

import hashlib
import uuid

import pandas as pd

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://gufang.example/water-rights/delivered-row")


def lasting_ids(table, keys):
    """uuid texts for the rows of a table: from the table's name, the row's natural key, and its number among the rows
    of the same key (so that two parcels of one code stay two)."""
    keys = pd.Series(["" if k is None else k for k in keys], dtype=object)
    ordinal = keys.groupby(keys, sort=False).cumcount().tolist()
    seed = NAMESPACE.bytes
    return [_text(hashlib.sha1(seed + f"{table}:{k}:{n}".encode("utf-8"), usedforsecurity=False).hexdigest())
            for k, n in zip(keys.tolist(), ordinal)]


def _text(h):
    return f"{h[:8]}-{h[8:12]}-5{h[13:16]}-{'89ab'[int(h[16], 16) & 3]}{h[17:20]}-{h[20:32]}"
