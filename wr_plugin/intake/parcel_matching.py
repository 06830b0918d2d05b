"""Which parcel of a newer package is which of the work file: by code and ground, and where land was divided or joined.

The ground is the stronger witness: a parcel in the same place under another code has been re-coded, even where its old
code now belongs to other land. Only then does an equal code decide.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from ..spatial.chunks import in_slices, silent
from ..spatial.overlaps import same_shape
from ..spatial.pair_area import pair_areas
from ..spatial.polygons import Polygons

SAME, RECODED, SPLIT, MERGED, REDRAWN, VANISHED, ADDED = (
    "same", "recoded", "split", "merged", "redrawn", "vanished", "added")
SAME_PLACE = 0.9
"""Common area over the larger of both areas, from which two parcels are one and the same piece of land."""
PART = 0.8
"""Share of a part (of a split) or of a parent (of a merger) that must lie in the other."""
MOST = 0.5
"""Share of an old parcel that its successors must cover together."""
NOTABLE = 0.1
QUERIES = 2048


@dataclass
class Matching:
    """``relation``: frame of relation, old, new (row numbers, −1 for none), share (of the old parcel's area in the new
    one, NaN where it has none). ``predecessor``: (new,) the old parcel whose identity goes on, −1 where none.
    ``moved``: (new,) True where the ground of such a pair differs by more than 1 mm along its boundary.
    """

    relation: pd.DataFrame
    predecessor: np.ndarray
    moved: np.ndarray
    old_m2: np.ndarray
    new_m2: np.ndarray


def match(old_codes, old_geometry, new_codes, new_geometry, report=silent):
    """The ``Matching`` of two states of the parcel layer in one planar CRS (m); codes are object arrays of texts."""
    old, new = Polygons(old_geometry), Polygons(new_geometry)
    pairing = _Pairing(len(old), len(new))
    pairing.add(*_identical(old_codes, old, new_codes, new))
    exact = pairing.predecessor.copy()
    i, j, area = _overlaps(old, np.flatnonzero(pairing.successor < 0), new, np.flatnonzero(exact < 0), report)
    same_code = old_codes[i] == new_codes[j]
    score = area / np.maximum(np.maximum(old.area[i], new.area[j]), 1e-9)
    here = score >= SAME_PLACE
    for chosen in (here & same_code, here & ~same_code, same_code):
        pairing.add_best(i[chosen], j[chosen], score[chosen])
    pairing.add(*_by_code_alone(old_codes, new_codes, pairing))
    moved = _moved(old, new, pairing, exact, i, j, area)
    recoded = (pairing.predecessor >= 0) & (old_codes[pairing.predecessor] != new_codes) if len(old) else exact >= 0
    relation = _relations(pairing, old, new, recoded, i, j, area)
    return Matching(relation, pairing.predecessor, moved, old.area, new.area)


class _Pairing:
    """Parcels paired one to one: ``successor`` of each old row, ``predecessor`` of each new row, −1 where none."""

    def __init__(self, olds, news):
        self.successor = np.full(olds, -1, dtype=np.int64)
        self.predecessor = np.full(news, -1, dtype=np.int64)

    def add(self, i, j):
        self.successor[i], self.predecessor[j] = j, i

    def add_best(self, i, j, score):
        """Pairs each with the one it shares most with, both ways; ties by row; until no free pair is left."""
        order = np.lexsort((j, i, -score))
        i, j = i[order], j[order]
        while True:
            free = (self.successor[i] < 0) & (self.predecessor[j] < 0)
            i, j = i[free], j[free]
            if not len(i):
                return
            best_of_old = np.zeros(len(i), dtype=bool)
            best_of_new = np.zeros(len(i), dtype=bool)
            best_of_old[np.unique(i, return_index=True)[1]] = True
            best_of_new[np.unique(j, return_index=True)[1]] = True
            both = best_of_old & best_of_new
            self.add(i[both], j[both])


def _identical(old_codes, old, new_codes, new):
    """Row pairs with the same code and, bit by bit, the same geometry."""
    left, right = _keys(old_codes, old), _keys(new_codes, new)
    both = left.merge(right, on=["code", "shape", "number"], suffixes=("_old", "_new"))
    return both["row_old"].to_numpy(dtype=np.int64), both["row_new"].to_numpy(dtype=np.int64)


def _keys(codes, polygons):
    shapes = [b"" if w is None else w for w in shapely.to_wkb(polygons.geometry)]
    keys = pd.DataFrame({"code": codes, "shape": pd.Series(shapes, dtype=object)})
    keys["row"] = np.arange(len(keys))
    keys["number"] = keys.groupby(["code", "shape"], sort=False).cumcount()
    return keys


def _overlaps(old, old_rows, new, new_rows, report):
    """Pairs of these rows that share more than 1 % of the smaller one: (k,) old, (k,) new, (k,) m²."""
    left, right = old[old_rows], new[new_rows]
    pairs = in_slices(lambda some: right.tree.query(some), left.geometry, size=QUERIES, report=report)
    none = np.empty(0, dtype=np.int64)
    i = np.concatenate([none, *(found[0] + start for start, found in pairs)])
    j = np.concatenate([none, *(found[1] for _, found in pairs)])
    a, b = left.bounds[i], right.bounds[j]
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    least = np.maximum(np.minimum(left.area[i], right.area[j]) * 0.01, 1e-6)
    wide = (sides > 0).all(axis=1) & (sides.prod(axis=1) > least)
    i, j, least = i[wide], j[wide], least[wide]
    area = pair_areas(left, i, right, j, report)
    kept = area > least
    return old_rows[i[kept]], new_rows[j[kept]], area[kept]


def _by_code_alone(old_codes, new_codes, pairing):
    """Free parcels of one code that share no ground (moved, or without geometry), in their order."""
    left = _free(old_codes, pairing.successor)
    right = _free(new_codes, pairing.predecessor)
    both = left.merge(right, on=["code", "number"], suffixes=("_old", "_new"))
    return both["row_old"].to_numpy(dtype=np.int64), both["row_new"].to_numpy(dtype=np.int64)


def _free(codes, partner):
    rows = np.flatnonzero((partner < 0) & (codes != ""))
    frame = pd.DataFrame({"code": codes[rows], "row": rows})
    frame["number"] = frame.groupby("code", sort=False).cumcount()
    return frame


def _moved(old, new, pairing, exact, i, j, area):
    """(new,) True for paired parcels whose ground is not the same to 1 mm."""
    moved = (pairing.predecessor >= 0) & (exact < 0)
    both = pairing.successor[i] == j
    if both.any():
        together = Polygons(np.concatenate((old.geometry[i[both]], new.geometry[j[both]])))
        rows = np.arange(int(both.sum()))
        same = same_shape(together, rows, rows + len(rows), area[both])
        moved[j[both][same]] = False
    return moved


def _relations(pairing, old, new, recoded, i, j, area):
    """The frame ``relation`` of ``Matching``; ``recoded``: (new,) True where a paired parcel has another code."""
    predecessor, left_over = pairing.predecessor, pairing.successor < 0
    in_old, in_new = area / np.maximum(old.area[i], 1e-9), area / np.maximum(new.area[j], 1e-9)
    paired = pairing.successor[i] == j
    part = (in_new >= PART) & ((predecessor[j] < 0) | paired)
    split = part & _together(i, part, in_old, len(old))
    whole = (in_old >= PART) & (left_over[i] | paired) & ~split
    merged = whole & _together(j, whole, in_new, len(new))
    told, heir = np.zeros(len(old), dtype=bool), np.zeros(len(new), dtype=bool)
    told[i[split | merged]] = True
    rest = left_over[i] & ~told[i]
    covered = np.bincount(i[rest], weights=in_old[rest], minlength=len(old))
    redrawn = rest & (covered[i] >= MOST) & (in_old >= NOTABLE)
    told[i[redrawn]] = True
    heir[j[split | merged | redrawn]] = True
    now = np.flatnonzero(predecessor >= 0)
    now = now[~(told[predecessor[now]] & heir[now])]  # the others are told as divided or joined
    again = recoded[now]
    return pd.concat([
        _rows(SAME, predecessor[now[~again]], now[~again], None), _rows(RECODED, predecessor[now[again]], now[again], None),
        *(_rows(name, i[chosen], j[chosen], in_old[chosen])
          for name, chosen in ((SPLIT, split), (MERGED, merged), (REDRAWN, redrawn))),
        _rows(VANISHED, np.flatnonzero(left_over & ~told), None, None),
        _rows(ADDED, None, np.flatnonzero((predecessor < 0) & ~heir), None)], ignore_index=True)


def _together(number, chosen, share, size):
    """(k,) True for pairs of a parcel that has two or more chosen partners which cover most of it."""
    count = np.bincount(number[chosen], minlength=size)
    total = np.bincount(number[chosen], weights=share[chosen], minlength=size)
    return ((count >= 2) & (total >= MOST))[number]


def _rows(name, old, new, share):
    size = len(old) if old is not None else len(new)
    none = np.full(size, -1, dtype=np.int64)
    return pd.DataFrame({
        "relation": np.full(size, name, dtype=object), "old": none if old is None else old,
        "new": none if new is None else new,
        "share": np.full(size, np.nan) if share is None else np.minimum(share, 1.0)})
