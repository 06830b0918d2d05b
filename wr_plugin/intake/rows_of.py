"""The rows of a table that belong to each of many things (links of a parcel, members of a household), compared in bulk.

Sums of hashes tell which things may differ; texts are made for those alone.
"""

import numpy as np
import pandas as pd

ODD = np.uint64(0x9E3779B97F4A7C15)


def texts_of(values):
    """A column as an object array of texts, "" where missing."""
    column = pd.Series(values)
    if column.dtype != object:
        column = column.astype(object)
    return column.where(column.notna(), "").to_numpy(dtype=object)


def figures_of(values):
    """A column as an object array of texts of at most two decimals, "" where missing."""
    numbers = pd.to_numeric(pd.Series(values)).astype("Float64")
    known = numbers.notna().to_numpy()
    shown = np.full(len(numbers), "", dtype=object)
    shown[known] = [f"{v:.2f}".rstrip("0").rstrip(".") for v in numbers[known].to_numpy(dtype=float).tolist()]
    return shown


class RowsOf:
    """Rows by owner. ``owners``: (n,) codes of the things; ``keys``: (rows,) the owner's code of each row;
    ``order``: (rows,) texts that order an owner's rows. An owner's code that occurs twice has its rows twice."""

    def __init__(self, owners, keys, order):
        slots = {code: number for number, code in enumerate(dict.fromkeys(owners.tolist()))}
        self.slot_of_owner = np.fromiter((slots[c] for c in owners.tolist()), dtype=np.int64, count=len(owners))
        slot = np.fromiter((slots.get(k, -1) for k in keys.tolist()), dtype=np.int64, count=len(keys))
        self.rows = np.flatnonzero(slot >= 0)
        self.slot, self.size = slot[self.rows], len(slots)
        self.order = order[self.rows]
        self.order_hash = _hashed(self.order)

    def sums(self, values):
        """(n,) uint64: equal where an owner's rows have the same values in the same order. ``values``: (rows,) texts
        or floats; missing ones do not count."""
        held = np.asarray(values)[self.rows]
        if held.dtype == object:
            hashes, known = _hashed(held), held != ""
        else:
            known = ~np.isnan(held)
            hashes = np.round(np.where(known, held, 0) * 100).astype(np.int64).view(np.uint64) + np.uint64(1)
        mixed = (hashes * ODD ^ self.order_hash) * ODD
        mixed ^= mixed >> np.uint64(29)
        total = np.zeros(self.size, dtype=np.uint64)
        np.add.at(total, self.slot[known], mixed[known])
        return total[self.slot_of_owner]

    def texts(self, values, owners):
        """The values of these owners (row numbers) as one text each, joined in order."""
        wanted = np.zeros(self.size, dtype=bool)
        wanted[self.slot_of_owner[owners]] = True
        chosen = np.flatnonzero(wanted[self.slot])
        held = np.asarray(values)[self.rows[chosen]]
        shown = texts_of(held) if held.dtype == object else figures_of(held)
        found = {}
        for slot, _, text in sorted(zip(self.slot[chosen].tolist(), self.order[chosen].tolist(), shown.tolist())):
            if text:
                found.setdefault(slot, []).append(text)
        joined = {slot: "、".join(parts) for slot, parts in found.items()}
        return np.array([joined.get(s, "") for s in self.slot_of_owner[owners].tolist()], dtype=object)


def _hashed(texts):
    return pd.util.hash_array(texts, categorize=True) if len(texts) else np.empty(0, dtype=np.uint64)


def differing(before, old_values, after, new_values):
    """(rows, texts before, texts after) of the owners whose rows differ. ``before``, ``after``: ``RowsOf`` of n owners."""
    rows = np.flatnonzero(before.sums(old_values) != after.sums(new_values))
    left, right = before.texts(old_values, rows), after.texts(new_values, rows)
    kept = left != right
    return rows[kept], left[kept], right[kept]
