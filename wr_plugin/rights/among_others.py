"""Some parcels determined again among others whose stored parts stand. Pure: frames in, frames out.

Up to the step ``quotas`` a parcel rests on its own rows alone, so a chain over the changed parcels gives for them what one
over the county would (``recompute``). What follows is worked out over sums: of a cap's node, a well or a district it
matters how much all its parts ask for, not which parts they are. So the other parts enter by their sums per place, and a
household's or unit's right is added up from its stored parts and its new ones. Where a cap cuts, every part below it
depends on every other: then ``Whole`` is raised, and the county is determined whole.
"""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd

from ..store import row_numbers
from . import cap_leaves, caps, columns, determine, holders, quota, unit_columns

AMOUNTS = ("area_mu_100", "demand_m3_100", "volume_m3_100")
PLACE_COLUMNS = ("source", "district_code", "outlet_code", "well_code", "village_code", "area_mu_100", "demand_m3_100")
PART_COLUMNS = ("DKBM", "parcel_fid", "CBFBM", "source", "part_id", *AMOUNTS, "village_code", "unit_kind", "unit_code")


class Whole(Exception):
    """What changed cannot be told apart from the rest: determine the county whole."""


@dataclass
class Others:
    """The stored parts of the parcels that did not change.

    ``places``: sums of them, one row for each different place (``PLACE_COLUMNS``; ``source`` as in ``caps.SOURCES``; what
    the policy's tree of caps does not ask for may be None). ``wells``: {well_code: 0.01 m³ of their demand}.
    ``unit_areas``: {(kind, code): 0.01 亩} of associations, co-operatives and collectives. ``doubles``: as
    ``determine.Chain.doubles``.
    """

    places: pd.DataFrame
    wells: dict
    unit_areas: dict
    doubles: dict


class Chain(determine.Chain):
    """A determination over the changed parcels, to be taken through ``determine.STEPS`` up to ``grant``; then
    ``result``."""

    def __init__(self, inputs, policy, others):
        super().__init__(inputs, policy)
        if self.composite or policy.get("cap.mode") == caps.PRIORITY:
            raise Whole("composite quotas and classes of priority look beyond the parcel")
        self.others = others
        self.other_source = _numbers(others.places["source"])

    def _hang(self, index):
        places, own = self.others.places, len(self.part)
        there = pd.concat([self._there(), places[["outlet_code", "well_code", "village_code"]]], ignore_index=True)
        district = np.concatenate([self._of_parts(self.district).texts(), places["district_code"].to_numpy(dtype=object)])
        code, values = pd.factorize(district, sort=True)
        source = np.concatenate([self.part["source"].to_numpy(), self.other_source])
        self.tree, leaf = cap_leaves.grow(self.inputs, self.policy, index, there, source, quota.Words(code, list(values)))
        self.part["leaf"], self.other_leaf = leaf[:own], leaf[own:]
        if self.policy.get("cap.mode") != caps.REPORT and caps.lacking(self.tree)[self.other_leaf].any():
            raise Whole("a cap is missing that was there")

    def _wanted(self):
        demand = self.others.places["demand_m3_100"].to_numpy(dtype=np.int64)
        return super()._wanted() + columns.sums(demand, self.other_leaf, len(self.tree.nodes))

    def _grant(self, kind, kinds):
        own = len(self.part)
        asked = np.concatenate([self.part["demand_m3_100"].to_numpy(dtype=np.int64),
                                self.others.places["demand_m3_100"].to_numpy(dtype=np.int64)])
        leaf = np.concatenate([self.part["leaf"].to_numpy(), self.other_leaf])
        granted = caps.grant(self.tree, caps.Demands(leaf, asked, np.zeros(len(asked), dtype=np.int64), kinds), self.mode,
                             self.policy.step_m3_100)
        if (granted.volume_m3_100 != asked).any():
            raise Whole("a cap cuts")
        granted.volume_m3_100 = granted.volume_m3_100[:own]
        return granted

    def sums_by(self, column, source, amount):
        total = dict(zip(*super().sums_by(column, source, amount)))
        rows = self.others.places[self.other_source == source]
        more = self.others.wells.items() if column == "well_code" else zip(rows[column].tolist(), rows[amount].tolist())
        for code, sum_of_others in more:
            total[code] = total.get(code, 0) + int(sum_of_others)
        listed = sorted(total)
        return listed, [total[code] for code in listed]

    def doubles(self):
        total = dict(self.others.doubles)
        for well, (number, area) in super().doubles().items():
            before = total.get(well, (0, 0))
            total[well] = before[0] + number, before[1] + area
        return total

    def areas_of_units(self):
        total = dict(self.others.unit_areas)
        for unit, area in super().areas_of_units().items():
            total[unit] = total.get(unit, 0) + area
        return total

    def result(self):
        """``determine.Rights`` of the changed parcels; the rights of households and units are left to ``rights_of``."""
        self._settle()
        part = self._right_part()
        part["unit_id"] = None
        return determine.Rights(self._parcel_right(), part, None, *self._cap_results(), None, self._findings())

    def own_parts(self):
        """The chain's parts as rows like those stored (``PART_COLUMNS``), in their order."""
        place, unit = self.part["parcel"].to_numpy(), self.part["unit"].to_numpy()
        fid = self.parcel["fid"].to_numpy()[place]
        return pd.DataFrame({
            "DKBM": self.parcel["DKBM"].to_numpy(dtype=object)[place], "parcel_fid": fid,
            "CBFBM": self.holding.codes[self.part["holder"].to_numpy()],
            "source": np.array(caps.SOURCES, dtype=object)[self.part["source"].to_numpy()],
            "part_id": row_numbers.numbered(fid), **{name: self.part[name].to_numpy() for name in AMOUNTS},
            "village_code": self.parcel["village_code"].to_numpy(dtype=object)[place],
            "unit_kind": self.assigned.kinds[unit], "unit_code": self.assigned.unit_codes[unit]}, columns=list(PART_COLUMNS))


def holder_rights(rows, names):
    """The frame ``holder_right`` of the households whose parts ``rows`` (``PART_COLUMNS``) are, all of them.
    ``names``: {CBFBM: CBFMC}."""
    rows = _in_order(rows)
    holder, known = pd.factorize(rows["CBFBM"].to_numpy(dtype=object), sort=True)
    return holders.totals(
        holder, _numbers(rows["source"]), rows["parcel_fid"].to_numpy(dtype=np.int64),
        *(rows[name].to_numpy(dtype=np.int64) for name in AMOUNTS), known, [names.get(code) for code in known],
        rows["village_code"].to_numpy(dtype=object))


def unit_rights(rows, names, inputs):
    """The frame ``unit_right`` of the units whose parts ``rows`` (``PART_COLUMNS``) are, all of them, and each row's
    unit_id: (frame, (n,) object array in the order of ``rows``)."""
    kinds, codes = (rows[name].to_numpy(dtype=object) for name in ("unit_kind", "unit_code"))
    pairs = sorted(set(zip(kinds.tolist(), codes.tolist())))
    number = {pair: n for n, pair in enumerate(pairs)}
    holder, known = pd.factorize(rows["CBFBM"].to_numpy(dtype=object), sort=True)
    part = pd.DataFrame({
        "unit": np.array([number[pair] for pair in zip(kinds.tolist(), codes.tolist())], dtype=np.int64),
        "source": _numbers(rows["source"]), "holder": holder,
        "parcel": pd.factorize(rows["parcel_fid"].to_numpy())[0],
        **{name: rows[name].to_numpy(dtype=np.int64) for name in AMOUNTS}})
    together = SimpleNamespace(
        part=part, composite=False, inputs=inputs, holding=SimpleNamespace(codes=known),
        names=np.array([names.get(code) for code in known], dtype=object),
        assigned=SimpleNamespace(plain=False, kinds=np.array([kind for kind, _ in pairs], dtype=object),
                                 unit_codes=np.array([code for _, code in pairs], dtype=object)))
    return unit_columns.totals(together, None, None)


def _in_order(rows):
    """Rows in the order of the county's parts: by parcel code, parcel, then part."""
    return rows.sort_values(["DKBM", "parcel_fid", "part_id"], ignore_index=True)


def _numbers(source):
    """Names of sources as numbers into ``caps.SOURCES``."""
    return np.array([caps.SOURCES.index(one) for one in source.tolist()], dtype=np.int64)
