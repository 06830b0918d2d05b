"""Some parcels determined again among others whose stored parts stand. Pure: frames in, frames out.

Up to the step ``quotas`` a parcel rests on its own rows alone, so a chain over the changed parcels gives for them what one
over the county would (``recompute``). What follows is worked out over sums: of a cap's node, a well or a district it
matters how much all its parts ask for, not which parts they are. So the other parts enter by their sums per place, and a
household's or unit's right is added up from its stored parts and its new ones.

Where a cap cuts, the parts that hang from one leaf depend on each other, and leaves on each other by their sums alone
(``caps.allocate``). So a leaf whose grant stays and of which no part changed keeps its parts as they are; of every other
leaf that is cut, or was, all parcels have to be among those determined (``Wider``).
"""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd

from ..store import row_numbers
from . import cap_leaves, caps, columns, determine, holders, quota, unit_columns

AMOUNTS = ("area_mu_100", "demand_m3_100", "volume_m3_100")
LOCATION = ("source", "district_code", "outlet_code", "well_code", "village_code")
PLACE_COLUMNS = (*LOCATION, *AMOUNTS)
PART_COLUMNS = ("DKBM", "parcel_fid", "CBFBM", "source", "part_id", *AMOUNTS, "village_code", "unit_kind", "unit_code")


class Whole(Exception):
    """What changed cannot be told apart from the rest: determine the county whole."""


class Wider(Exception):
    """More parcels depend on what changed: those with parts at ``places``, a frame of ``LOCATION``."""

    def __init__(self, places):
        super().__init__(f"{len(places)} more places")
        self.places = places


@dataclass
class Others:
    """The stored parts of the parcels that did not change.

    ``places``: sums of them, one row for each different place (``PLACE_COLUMNS``; ``source`` as in ``caps.SOURCES``; what
    the policy's tree of caps does not ask for may be None). ``before``: ``LOCATION`` of the parts that the changed
    parcels had. ``ends``: {path of a cap (``paths``): its stored last_key and last_remainder}.
    ``wells``: {well_code: 0.01 m³ of their demand}.
    ``unit_areas``: {(kind, code): 0.01 亩} of associations, co-operatives and collectives. ``doubles``: as
    ``determine.Chain.doubles``.
    """

    places: pd.DataFrame
    before: pd.DataFrame
    ends: dict
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
        self.others, self.other_ends = others, {}
        self.other_source = _numbers(others.places["source"])

    def _hang(self, index):
        own = len(self.part)
        self.tree, leaf = self._grown(index, self.others.places)
        self.part["leaf"], self.other_leaf = leaf[:own], leaf[own:]
        # what the changed parcels have left may hang from a leaf that is there no more: a tree of its own tells
        _, leaf = self._grown(index, pd.concat([self.others.places[list(LOCATION)], self.others.before], ignore_index=True))
        others, left = np.split(leaf[own:], [len(self.others.places)])
        self.other_left = np.isin(others, left)
        if self.policy.get("cap.mode") != caps.REPORT and caps.lacking(self.tree)[self.other_leaf].any():
            raise Whole("a cap is missing that was there")

    def _grown(self, index, places):
        """The tree over the chain's own parts and some places, and the leaves of both."""
        there = pd.concat([self._there(), places[["outlet_code", "well_code", "village_code"]]], ignore_index=True)
        district = np.concatenate([self._of_parts(self.district).texts(), places["district_code"].to_numpy(dtype=object)])
        code, values = pd.factorize(district, sort=True)
        source = np.concatenate([self.part["source"].to_numpy(), _numbers(places["source"])])
        return cap_leaves.grow(self.inputs, self.policy, index, there, source, quota.Words(code, list(values)))

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
        moved = self._moved(*(columns.sums(of_parts, leaf, len(self.tree.nodes)) for of_parts in (granted.volume_m3_100, asked)))
        if moved.any():
            raise Wider(self.others.places.loc[moved, list(LOCATION)])
        if self.mode == caps.PROPORTIONAL:
            self._keep_ends(granted.rows)
        granted.volume_m3_100 = granted.volume_m3_100[:own]
        return granted

    def _concerned(self):
        """Mask over the nodes: leaves of which the chain's parcels have parts, or had."""
        mask = np.zeros(len(self.tree.nodes), dtype=bool)
        mask[self.part["leaf"].to_numpy()] = True
        mask[self.other_leaf[self.other_left]] = True
        return mask

    def _moved(self, given, asked):
        """Mask over the other places: their parts do not stay as they are. ``given``, ``asked``: sums per node's own parts."""
        places, number = self.others.places, len(self.tree.nodes)
        stood, stood_for = (columns.sums(places[name].to_numpy(dtype=np.int64), self.other_leaf, number)
                            for name in ("volume_m3_100", "demand_m3_100"))
        cut = (given < asked) | (stood < stood_for)
        return np.where(self._concerned(), cut, given != stood)[self.other_leaf]

    def _keep_ends(self, rows):
        """The stored end of the largest remainder of each leaf whose parts all stay."""
        stay = np.zeros(len(self.tree.nodes), dtype=bool)
        stay[self.other_leaf] = True
        stay &= ~self._concerned()
        path = paths(rows)
        for row in rows:
            if stay[row["fid"] - 1]:
                row["last"], (key, row["last_remainder"]) = -1, self.others.ends.get(path[row["fid"]], (None, None))
                if key is not None:
                    row["last"] = len(self.part) + row["fid"]
                    self.other_ends[row["last"]] = key

    def key_of(self, part):
        return self.other_ends[part] if part in self.other_ends else super().key_of(part)

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


def paths(rows):
    """{fid: names of the caps from the root down} of rows of ``cap_result``, a cap's parent before it."""
    found = {None: ()}
    for row in rows:
        found[row["fid"]] = (*found[row["parent_fid"]], (row["cap_level"], row["cap_code"], row["source"]))
    return found


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
