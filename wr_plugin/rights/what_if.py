"""What-if (试算): the rights of a county under other quotas, caps or settings, held against those of today.

``Base`` keeps the determination of today (``determine.Chain``) as it stood before the steps that levers bear upon. An
answer goes on from there with the changed tables, so only what depends on the lever is computed again, by the very
steps that ``confirm`` takes: it equals a full determination on the changed input to the last unit. Nothing is stored.
"""

import dataclasses
from collections import OrderedDict
from dataclasses import dataclass
from typing import Dict

import numpy as np
import pandas as pd

from ..model.errors import BadInput
from . import caps, columns, determine, levers, parcel_edits, recompute

KEPT = ("areas", "screen", "split", "quotas", "missing_caps")
"""Steps before which the base stands ready; a lever on another step goes on from the one before it."""
COMPUTED = determine.STEPS[:-1]
STEP = {step: number for number, step in enumerate(COMPUTED)}
LEVELS = ("county", "district", "outlet", "village")
MEASURES = ("area_mu_100", "demand_m3_100", "volume_m3_100")
KINDS = len(caps.SOURCES)
REMEMBERED = 4


@dataclass
class Figures:
    """Sums of one determination, int64.

    ``parcel``, ``area``: volume and confirmed area per parcel position; ``holder``: volume per holder number ×
    source; ``totals``: per level an array (groups × sources, measures); ``having``: mask of parcels with a right.
    """

    parcel: np.ndarray
    area: np.ndarray
    holder: np.ndarray
    totals: Dict[str, np.ndarray]
    having: np.ndarray


@dataclass
class Answer:
    """What the levers do.

    ``totals``: frame level, code, source, and each of ``MEASURES`` with ``_before`` and ``_after``, and the cap that
    holds after; rows of zeros left out. ``holders``: frame of the holders whose volume changes: CBFBM, holder_name,
    village_code, source, volume_before, volume_after, change (0.01 m³). ``parcels``: frame parcel_fid, before, after,
    change of the parcels whose volume changes. ``gained``, ``lost``: parcels that get a right, or have none any more.
    """

    totals: pd.DataFrame
    holders: pd.DataFrame
    parcels: pd.DataFrame
    gained: int
    lost: int


class Base:
    """The determination of today, ready to be gone on with. Raises ``determine.MissingSites``.

    ``names_of``: codes by level and group number, the last one None; ``codes``, ``names``: of the holders.
    """

    def __init__(self, inputs, policy, report=lambda part: None):
        """``report`` is called with the part done, 0 … 1, and may raise to cancel."""
        self.policy, self._report = policy, report
        self._determine(inputs)

    def _determine(self, inputs):
        """All of today, from the beginning."""
        self.inputs, self._kept = inputs, OrderedDict()
        start = determine.Chain(inputs, self.policy)
        self.parcel_fid, self.count = start.parcel["fid"].to_numpy(), start.count
        self._number_places(start)
        self._kept[KEPT[0], ()] = start
        self.today = chain = self.chain([])
        self.codes, self.names = chain.holding.codes, chain.names
        self.before = self._figures(chain)
        self.holder_village = self._villages_of(chain)

    def _number_places(self, start):
        """Each parcel's group number at every level; the pieces of parcels across outlets follow the parcels."""
        self.group = {"county": np.zeros(self.count, dtype=np.int64)}
        self.names_of = {"county": [self.inputs.county_code, None]}
        for level, frame, column in (("district", start.site, "district_code"), ("outlet", start.site, "outlet_code"),
                                     ("village", start.parcel, "village_code")):
            there = frame[column].to_numpy(dtype=object)
            if level == "outlet":
                there = np.concatenate([there, start.pieces.codes])
            number, values = pd.factorize(there, sort=True)
            self.group[level] = np.where(number < 0, len(values), number)
            self.names_of[level] = [*values, None]
        sizes = [len(self.names_of[level]) for level in LEVELS]
        whose = np.concatenate([np.arange(self.count), np.maximum(start.pieces.parcel, 0)])
        groups = [self.group[level] if level == "outlet" else self.group[level][whose] for level in LEVELS]
        cell, self.cell = np.unique(np.ravel_multi_index(groups, sizes), return_inverse=True)
        self.cell_group = dict(zip(LEVELS, np.unravel_index(cell, sizes)))

    def _villages_of(self, chain):
        """A village's number per holder: that of the first of its parcels."""
        first = np.full(len(self.codes), len(self.names_of["village"]) - 1, dtype=np.int64)
        first[chain.holding.holder[::-1]] = self.group["village"][chain.holding.parcel[::-1]]
        return first

    def edited(self, inputs, codes):
        """Takes over ``inputs`` in which the rows of these parcels (DKBM), or of their holders, have changed: today is
        then what a new ``Base`` would have, but only the changed parcels are determined again where that is enough.
        """
        before, chain = self.today, recompute.merged(self._ready(), inputs, codes)
        if chain is None:
            self._determine(inputs)
            return
        self.inputs, self._kept = inputs, OrderedDict({("quotas", ()): chain})
        if chain.site is not before.site or chain.parcel is not before.parcel:
            self._number_places(chain)
        self.today = chain = self.chain([])
        self.names, self.before = chain.names, self._figures(chain)

    def prepare(self, setting, values):
        """Makes levers on an early setting (``area.legal``) as quick as the others, at the cost of memory."""
        for value in values:
            if value != self.policy.get(setting):
                self.chain([levers.Lever(setting, setting, (), value)])

    def chain(self, changes, only=None):
        """A chain that has taken every step but the last under the levers.

        ``only``: mask of parcels; where nothing is cut, the parts of other parcels are then left out.
        """
        changed = levers.apply(changes, self.inputs.quota, self.inputs.cap, self.policy)
        if self.inputs.forest and changed.policy.step_m3_100 != self.policy.step_m3_100:
            raise BadInput("水量取整单位也用来划分林草用水量，有林草地时不能单独试算", "在政策里改 volume.step_m3，再核定", where="--lever")
        settings = {lever.field: (STEP[levers.first_step(lever, self.policy)], lever.field, str(lever.value))
                    for lever in changes if lever.table == "policy"}
        tables = {lever.table for lever in changes}
        for step in reversed(KEPT):
            kept = self._kept.get((step, _before(step, settings)))
            if kept is not None and not (step == "missing_caps" and "quota" in tables):
                break
        else:
            kept = self._kept[step, ()] = determine.Chain(self.inputs, self.policy)
        inputs = dataclasses.replace(self.inputs, quota=changed.quota, cap=changed.cap)
        if "parcel" in tables:
            return self._with_parcels(changes, parcel_edits.applied(inputs, changes, changed.policy.get("area.legal")),
                                      changed.policy, early=_before(recompute.BEFORE, settings))
        chain = kept.fork(inputs, changed.policy)
        for position in range(STEP[step], len(STEP)):
            step = COMPUTED[position]
            if only is None or position < STEP["quotas"]:
                self._keep(step, _before(step, settings), chain, plain="quota" not in tables)
            elif changed.policy.get("cap.mode") == caps.REPORT and not chain.composite:
                mine = only[chain.part["parcel"].to_numpy()]
                chain.part, only = chain.part[mine].reset_index(drop=True), np.ones(self.count, dtype=bool)
            getattr(chain, step)()
            self._report((position + 1) / len(STEP))
        return chain

    def _with_parcels(self, changes, inputs, policy, early):
        """A chain where facts of some parcels are changed too: only these are determined again, unless settings that bear
        upon the land (``early``) make all of it another."""
        edited = {lever.words[0] for lever in changes if lever.table == "parcel"}
        chain = None if early else recompute.merged(self._ready(), inputs, edited)
        first = STEP[recompute.BEFORE] if chain is not None else 0
        chain = chain or determine.Chain(inputs, policy)
        chain.policy = policy
        for step in COMPUTED[first:]:
            getattr(chain, step)()
        return chain

    def _ready(self):
        """Today's chain before the quotas."""
        return self._kept[recompute.BEFORE, ()]

    def _keep(self, step, settings, chain, plain):
        """Remembers a state that other levers can go on from: it must not rest on a changed table."""
        if step not in KEPT or (step, settings) in self._kept or (step == "missing_caps" and (settings or not plain)):
            return
        self._kept[step, settings] = chain.fork(self.inputs)
        others = [key for key in self._kept if key[1]]
        for key in others[:max(0, len(others) - REMEMBERED)]:
            del self._kept[key]

    def answer(self, changes, village=None):
        """The ``Answer`` to levers (``levers.Lever``). ``village``: its code, for that village's part of it alone.

        Raises BadInput for a lever that chooses nothing, or a village that has no parcel.
        """
        only = None if village is None else self._mask_of(village)
        chain = self.chain(changes, only)
        before, after = self.before if only is None else self._figures(self.today, only), self._figures(chain, only)
        return Answer(self._totals(before, after, chain.cap_rows if only is None else []),
                      self._holders(before, after), self._parcels(before, after),
                      int((after.having & ~before.having).sum()), int((before.having & ~after.having).sum()))

    def _mask_of(self, village):
        if village not in self.names_of["village"][:-1]:
            raise BadInput(f"没有代码为“{village}”的村", "村代码 12 位，进度（status）列出各村", where="--village")
        return self.group["village"] == self.names_of["village"].index(village)

    def _figures(self, chain, only=None):
        """``Figures`` of a chain. ``only``: mask of the parcels that count."""
        part, having = chain.part, chain.outcome.open
        if only is not None:
            part, having = part[only[part["parcel"].to_numpy()]], having & only
        place, source = part["parcel"].to_numpy(), part["source"].to_numpy()
        measured = [part[name].to_numpy() for name in MEASURES]
        piece = part["piece"].to_numpy()
        cells = self.cell[np.where(piece >= 0, self.count + piece, place)] * KINDS + source
        count = len(self.cell_group["county"])
        by_cell = np.stack([columns.sums(one, cells, count * KINDS) for one in measured], axis=1)
        return Figures(
            columns.sums(measured[2], place, self.count), columns.sums(measured[0], place, self.count),
            columns.sums(measured[2], self._owner(chain, part) * KINDS + source, len(self.codes) * KINDS),
            {level: self._of_level(by_cell, level) for level in LEVELS}, having)

    def _owner(self, chain, part):
        """The holder's number among ``codes`` of each part; a chain made after an edit may know fewer holders."""
        owner = part["holder"].to_numpy()
        if len(chain.holding.codes) == len(self.codes):
            return owner
        return pd.Index(self.codes).get_indexer(pd.Index(chain.holding.codes))[owner]

    def _of_level(self, by_cell, level):
        """(groups × sources, measures) sums of a level from the sums by cell."""
        count = len(self.names_of[level])
        group = np.repeat(self.cell_group[level], KINDS)
        source = np.tile(np.arange(KINDS), len(self.cell_group[level]))
        if level == "outlet":
            group = np.where(source == 0, group, count - 1)
        totals = np.zeros((count * KINDS, len(MEASURES)), dtype=np.int64)
        np.add.at(totals, group * KINDS + source, by_cell)
        return totals

    def _totals(self, before, after, cap_rows):
        limit = {(row["cap_level"], row["cap_code"], row["source"]): row["cap_m3_100"] for row in cap_rows}
        made = []
        for level in LEVELS:
            old, new = before.totals[level], after.totals[level]
            for at in np.flatnonzero((old != 0).any(axis=1) | (new != 0).any(axis=1)):
                code, source = self.names_of[level][at // KINDS], caps.SOURCES[at % KINDS]
                if code is not None:
                    made.append((level, code, source, *old[at].tolist(), *new[at].tolist(),
                                 limit.get((level, code, source))))
        names = [f"{name}_{when}" for when in ("before", "after") for name in MEASURES]
        frame = pd.DataFrame(made, columns=["level", "code", "source", *names, "cap_m3_100"])
        return frame.astype({"cap_m3_100": "Int64", **dict.fromkeys(names, np.int64)})

    def _holders(self, before, after):
        at = np.flatnonzero(before.holder != after.holder)
        owner = at // KINDS
        village = np.array(self.names_of["village"], dtype=object)[self.holder_village[owner]]
        return pd.DataFrame({
            "CBFBM": self.codes[owner], "holder_name": self.names[owner], "village_code": village,
            "source": np.array(caps.SOURCES, dtype=object)[at % KINDS], "volume_before": before.holder[at],
            "volume_after": after.holder[at], "change": after.holder[at] - before.holder[at]})

    def _parcels(self, before, after):
        at = np.flatnonzero(before.parcel != after.parcel)
        return pd.DataFrame({"parcel_fid": self.parcel_fid[at], "before": before.parcel[at], "after": after.parcel[at],
                             "change": after.parcel[at] - before.parcel[at]})


def _before(step, settings):
    """The settings that bear upon the steps before ``step``, as a key."""
    return tuple(sorted(one for one in settings.values() if one[0] < STEP[step]))
