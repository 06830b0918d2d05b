"""A village's part of a what-if where caps cut, without cutting the whole county.

What a leaf of the tree of caps is granted rests on the sums of demands alone, and a part's share on its own demand and
its leaf's grant. Parts of one leaf, class, quota key and area ask for the same whatever the quotas are: counted once,
they give the sums under any quota and cap. The extra units of the largest remainder go to all parts above a certain
remainder; only at that one does the order of the parts decide (``tallies``). Equal to ``caps.allocate`` to the last unit.
"""

import numpy as np
import pandas as pd

from ..model import amounts
from . import cap_leaves, caps, columns, quota, tallies

LATE = ("volume.step_m3", "cap.mode", "cap.reserve_share", "cap.without_district", "cap.without_well", "cap.report_only")
"""Settings that bear upon demands and caps alone."""
COLUMNS = ("parcel", "holder", "source", "piece", "area_mu_100", "unit")


class Counted:
    """The parts of a ``determine.Chain`` that has taken the step ``missing_caps``, by crop quotas."""

    def __init__(self, chain):
        part, policy = chain.part, chain.policy
        self.part, self.having = {name: part[name].to_numpy() for name in COLUMNS}, chain.outcome.open
        self.wells = chain.inputs.well
        self.codes, self.assigned = chain.holding.codes, chain.assigned
        self.keys, self.tree, self._leaves = chain.keys, chain.tree, np.unique(list(chain.tree.leaf.values())).astype(np.int64)
        self._missing = [row is None for row, _ in quota.rows(chain.inputs.quota, chain.keys)]
        lacking = caps.lacking(chain.tree)[self._leaves]
        self._lacking = np.zeros_like(lacking) if chain.mode == caps.REPORT else lacking
        self.kinds, kind = 1, np.zeros(len(part), dtype=np.int64)
        if policy.get("cap.priority_by") is not None and policy.get("cap.priority") is not None:
            kind, names = chain.classes()
            self.kinds = len(names)
        self._count(part["leaf"].to_numpy() * self.kinds + kind, part["key"].to_numpy(), part["area_mu_100"].to_numpy())

    def _count(self, group, key, area):
        keys, width = max(len(self.keys), 1), columns.largest(area) + 1
        if (columns.largest(group) + 1) * keys * width >= amounts.INT64_SAFE:
            raise OverflowError("组合太多")
        pair, first, of = np.unique((group * keys + key) * width + area, return_index=True, return_inverse=True)
        self.of = of.reshape(-1).astype(np.int32)
        self.group, self.key, self.area = group[first], key[first], area[first]
        self.count = np.bincount(self.of, minlength=len(pair))

    def village(self, mask, table, cap, policy, forest):
        """The parts of the parcels of ``mask`` with their demands and volumes under other tables; None where the quotas
        or caps that are missing differ, so that other parcels than today's are stopped.

        ``table``, ``cap``: frames of the quota and cap tables; ``policy`` differs in ``LATE`` alone and cuts.
        """
        rows = [row for row, _ in quota.rows(table, self.keys)]
        tree = self.tree.under(cap_leaves.index_of(cap, policy, forest, self.wells))
        if [row is None for row in rows] != self._missing or (caps.lacking(tree)[self._leaves] != self._lacking).any():
            return None
        step = policy.step_m3_100
        amount, eta = (np.array([getattr(row, name) if row else 1 for row in rows], dtype=np.int64)
                       for name in ("quota_m3_mu_100", "eta_e8"))
        steps = quota.demand_m3_100(self.area, amount[self.key], eta[self.key], step) // step
        wanted = columns.sums(steps * self.count, self.group // self.kinds, len(tree.nodes)).tolist()
        tree.share_permits([demand * step for demand in caps.rolled_up(tree.shape(step), wanted)], step)
        mine = np.flatnonzero(mask[self.part["parcel"]])
        cell = self.of[mine]
        kinds = 1 if policy.get("cap.mode") == caps.PROPORTIONAL else self.kinds
        granted = self._granted(tree.shape(step, cutting=True), steps, mine, cell, kinds)
        if granted is None:
            return None
        return pd.DataFrame({**{name: column[mine] for name, column in self.part.items()},
                             "demand_m3_100": steps[cell] * step, "volume_m3_100": granted * step})

    def _granted(self, shape, steps, mine, cell, kinds):
        """Steps of the parts at ``mine``, of the pairs ``cell``; None where int64 could overflow."""
        group = self.group if kinds == self.kinds else self.group // self.kinds
        count = len(shape.parents) * kinds
        totals = caps.of_groups(shape, columns.sums(steps * self.count, group, count), kinds).totals
        touched, number = np.unique(group[cell]), np.full(count, -1, dtype=np.int64)
        number[touched] = np.arange(len(touched))
        there = np.flatnonzero(number[group] >= 0)
        made = tallies.shared(number[group[there]], steps[there], self.count[there], totals[touched])
        if made is None:
            return None
        share, ends = np.zeros(len(group), dtype=np.int64), np.zeros(len(group), dtype=bool)
        share[there], ends[there] = made.share, made.last
        given = share[cell]
        last = np.flatnonzero(ends[self.of])
        served = last[tallies.first_of(number[group[self.of[last]]], made.left)]
        given[np.isin(mine, served)] += 1
        return given
