"""Sums of one determination in a what-if, by parcel, household, unit of confirmation and place, and what differs."""

from dataclasses import dataclass
from typing import Dict

import numpy as np
import pandas as pd

from . import caps, columns, unit_columns

LEVELS = ("county", "district", "outlet", "village")
MEASURES = ("area_mu_100", "demand_m3_100", "volume_m3_100")
WHEN = ("before", "after")
KINDS = len(caps.SOURCES)


@dataclass
class Figures:
    """Sums of one determination, int64.

    ``parcel``: volume per parcel of the places looked at; ``holder``: volume per holder number × source; ``totals``: per
    level an array (groups × sources, measures); ``units``: {(kind, code): (sources, measures)} of units other than
    households; ``having``: mask of the parcels with a right.
    """

    parcel: np.ndarray
    holder: np.ndarray
    totals: Dict[str, np.ndarray]
    units: dict
    having: np.ndarray


class Places:
    """Each parcel's group number at every level; the pieces of parcels across outlets follow the parcels.

    ``names_of``: codes by level and group number, the last one None.
    """

    def __init__(self, chain):
        """``chain``: ``determine.Chain`` before its first step."""
        self.count = chain.count
        self.group = {"county": np.zeros(self.count, dtype=np.int64)}
        self.names_of = {"county": [chain.inputs.county_code, None]}
        for level, frame, column in (("district", chain.site, "district_code"), ("outlet", chain.site, "outlet_code"),
                                     ("village", chain.parcel, "village_code")):
            there = frame[column].to_numpy(dtype=object)
            if level == "outlet":
                there = np.concatenate([there, chain.pieces.codes])
            number, values = pd.factorize(there, sort=True)
            self.group[level] = np.where(number < 0, len(values), number)
            self.names_of[level] = [*values, None]
        sizes = [len(self.names_of[level]) for level in LEVELS]
        whose = np.concatenate([np.arange(self.count), np.maximum(chain.pieces.parcel, 0)])
        groups = [self.group[level] if level == "outlet" else self.group[level][whose] for level in LEVELS]
        cell, self.cell = np.unique(np.ravel_multi_index(groups, sizes), return_inverse=True)
        self.cell_group = dict(zip(LEVELS, np.unravel_index(cell, sizes)))

    def figures(self, part, owner, holders, units, having, only=None):
        """``Figures`` of parts with the columns parcel, source, piece, unit and ``MEASURES``.

        ``owner``: (n,) number of each part's holder among ``holders``; ``units``: ``unit_columns.Assigned``; ``having``:
        mask of the county's parcels. ``only``: (k,) ascending positions of the parcels looked at; no part is another's.
        """
        place, source, piece = (part[name].to_numpy() for name in ("parcel", "source", "piece"))
        measured = [part[name].to_numpy() for name in MEASURES]
        cells = self.cell[np.where(piece >= 0, self.count + piece, place)] * KINDS + source
        size = len(self.cell_group["county"]) * KINDS
        by_cell = np.stack([columns.sums(one, cells, size) for one in measured], axis=1)
        if only is not None:
            place, having = np.searchsorted(only, place), having[only]
        return Figures(
            columns.sums(measured[2], place, len(having)), columns.sums(measured[2], owner * KINDS + source, holders * KINDS),
            {level: self._of_level(by_cell, level) for level in LEVELS}, _of_units(part, measured, units), having)

    def _of_level(self, by_cell, level):
        """(groups × sources, measures) sums of a level from the sums by cell."""
        count = len(self.names_of[level])
        group = np.repeat(self.cell_group[level], KINDS)
        source = np.tile(np.arange(KINDS), len(self.cell_group[level]))
        if level == "outlet":
            group = np.where(source == 0, group, count - 1)
        group = group * KINDS + source
        return np.stack([columns.sums(one, group, count * KINDS) for one in by_cell.T], axis=1)

    def totals(self, before, after, cap_rows):
        """The frame ``what_if.Answer.totals``. ``cap_rows``: rows of ``cap_result``, for the caps that hold."""
        limit = {(row["cap_level"], row["cap_code"], row["source"]): row["cap_m3_100"] for row in cap_rows}
        made = []
        for level in LEVELS:
            old, new = before.totals[level], after.totals[level]
            for at in np.flatnonzero((old != 0).any(axis=1) | (new != 0).any(axis=1)):
                code, source = self.names_of[level][at // KINDS], caps.SOURCES[at % KINDS]
                if code is not None:
                    made.append((level, code, source, *old[at].tolist(), *new[at].tolist(),
                                 limit.get((level, code, source))))
        frame = pd.DataFrame(made, columns=["level", "code", "source", *MEASURED, "cap_m3_100"])
        return frame.astype({"cap_m3_100": "Int64", **dict.fromkeys(MEASURED, np.int64)})


MEASURED = tuple(f"{name}_{when}" for when in WHEN for name in MEASURES)


def _of_units(part, measured, units):
    """{(kind, code): (sources, measures)} of the units that are no households."""
    if units.plain:
        return {}
    number = part["unit"].to_numpy()
    mine = np.flatnonzero((units.kinds != "holder_source")[number])
    there, group = np.unique(number[mine], return_inverse=True)
    key = group.reshape(-1) * KINDS + part["source"].to_numpy()[mine]
    sums = np.stack([columns.sums(one[mine], key, len(there) * KINDS) for one in measured], axis=1).reshape(-1, KINDS, len(MEASURES))
    return {(units.kinds[unit], units.unit_codes[unit]): of for unit, of in zip(there, sums)}


def units(before, after, chain):
    """The frame ``what_if.Answer.units``. ``chain``: one whose inputs know the units' names."""
    nothing, made = np.zeros((KINDS, len(MEASURES)), dtype=np.int64), []
    keys = sorted({*before.units, *after.units})
    names = unit_columns.names_of(chain, *zip(*keys)) if keys else ()
    for key, name in zip(keys, names):
        pair = [one.units.get(key, nothing) for one in (before, after)]
        for number, source in enumerate(caps.SOURCES):
            if any(one[number].any() for one in pair):
                made.append((*key, name, source, *pair[0][number].tolist(), *pair[1][number].tolist()))
    return pd.DataFrame(made, columns=["kind", "code", "name", "source", *MEASURED]).astype(dict.fromkeys(MEASURED, np.int64))


def holders(before, after, codes, names, villages):
    """The frame ``what_if.Answer.holders``. ``codes``, ``names``, ``villages``: of the holders."""
    at = np.flatnonzero(before.holder != after.holder)
    owner = at // KINDS
    return pd.DataFrame({
        "CBFBM": codes[owner], "holder_name": names[owner], "village_code": villages[owner],
        "source": np.array(caps.SOURCES, dtype=object)[at % KINDS], "volume_before": before.holder[at],
        "volume_after": after.holder[at], "change": after.holder[at] - before.holder[at]})


def parcels(before, after, parcel_fid):
    """The frame ``what_if.Answer.parcels``. ``parcel_fid``: of the parcels looked at."""
    at = np.flatnonzero(before.parcel != after.parcel)
    return pd.DataFrame({"parcel_fid": parcel_fid[at], "before": before.parcel[at], "after": after.parcel[at],
                         "change": after.parcel[at] - before.parcel[at]})
