"""What-if (试算): the rights of a county under other quotas, caps or settings, held against those of today.

``Base`` keeps the determination of today (``determine.Chain``) as it stood before the steps that levers bear upon. An
answer goes on from there with the changed tables, so only what depends on the lever is computed again, by the very
steps that ``confirm`` takes: it equals a full determination on the changed input to the last unit. Nothing is stored.
"""

import dataclasses
from collections import OrderedDict
from dataclasses import dataclass
from typing import Optional

import numpy as np
import pandas as pd

from ..model.errors import BadInput
from . import (
    across_outlets,
    caps,
    counted,
    determine,
    figures,
    forest_users,
    levers,
    other_users,
    parcel_edits,
    recompute,
    withheld,
)

KEPT = ("areas", "screen", "split", "quotas", "missing_caps")
"""Steps before which the base stands ready; a lever on another step goes on from the one before it."""
COMPUTED = determine.STEPS[:-1]
STEP = {step: number for number, step in enumerate(COMPUTED)}
REMEMBERED, COUNTED = 4, 3
LOCATING, SHARE = {"sources.outlet_min_share", "sources.across_outlets"}, "outlet_share"
"""Settings that move parcels between sources, and the column of ``Inputs.site`` that they need."""
ELSEWHERE = "elsewhere"
"""State of the parcels of other villages where only one village is determined."""


@dataclass
class Answer:
    """What the levers do.

    ``totals``: frame level, code, source, and each of ``figures.MEASURES`` with ``_before`` and ``_after``, and the cap
    that holds after; rows of zeros left out. ``units``: the same by kind, code, name and source of the units of
    confirmation that are no households. ``holders``: frame of the holders whose volume changes: CBFBM, holder_name,
    village_code, source, volume_before, volume_after, change (0.01 m³). ``parcels``: frame parcel_fid, before, after,
    change of the parcels whose volume changes. ``gained``, ``lost``: parcels that get a right, or have none any more.
    ``others``: volumes of the users without contract land (``other_users.Others``), None where nobody told of any.
    """

    totals: pd.DataFrame
    units: pd.DataFrame
    holders: pd.DataFrame
    parcels: pd.DataFrame
    gained: int
    lost: int
    others: Optional[other_users.Others] = None


class Base:
    """The determination of today, ready to be gone on with. Raises ``determine.MissingSites``.

    ``places``: ``figures.Places``; ``codes``, ``names``: of the holders; ``before``: ``figures.Figures`` of today.
    """

    def __init__(self, inputs, policy, report=lambda part: None, users=None):
        """``report`` is called with the part done, 0 … 1, and may raise to cancel. ``users``: ``users.Tables`` of the
        water users without contract land, None to leave them out."""
        self.policy, self.users, self._report = policy, users, report
        self._determine(inputs)

    def _determine(self, inputs):
        """All of today, from the beginning."""
        self.inputs, self._kept = inputs, OrderedDict()
        start = determine.Chain(inputs, self.policy)
        self.parcel_fid, self.count = start.parcel["fid"].to_numpy(), start.count
        self.places = figures.Places(start)
        self._kept[KEPT[0], ()] = start
        self._see(self.chain([]))

    def _see(self, chain):
        """Takes a chain for today."""
        self.today, self.codes, self.names = chain, chain.holding.codes, chain.names
        self._ready_early, self._counted, self._village = {()}, OrderedDict(), None
        self.before = self._figures(chain)
        village = self.places.names_of["village"]
        first = np.full(len(self.codes), len(village) - 1, dtype=np.int64)  # a holder's village: that of its first parcel
        first[chain.holding.holder[::-1]] = self.places.group["village"][chain.holding.parcel[::-1]]
        self.holder_village = np.array(village, dtype=object)[first]

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
            self.places = figures.Places(chain)
        self._see(self.chain([]))

    def prepare(self, setting, values):
        """Makes levers on an early setting (``area.legal``) as quick as the others, at the cost of memory, and
        one village quick where caps cut."""
        for value in values:
            if value != self.policy.get(setting):
                lever = [levers.Lever(setting, setting, (), value)]
                self.chain(lever)
                self._ready_early.add(_before("quotas", self._settings(lever)))
        if self.policy.get("cap.mode") != caps.REPORT and self.policy.get("quota.basis") == "crop":
            self._counts()

    def chain(self, changes, only=None):
        """A chain that has taken every step but the last under the levers.

        ``only``: mask of parcels, where nothing is cut: the others are then left out from where the chain goes on.
        """
        changed = levers.apply(changes, self.inputs.quota, self.inputs.cap, self.policy)
        settings, tables = self._settings(changes), {lever.table for lever in changes}
        for step in reversed(KEPT):
            kept = self._kept.get((step, _before(step, settings)))
            if kept is not None and not (step == "missing_caps" and "quota" in tables):
                break
        else:
            kept = self._kept[step, ()] = determine.Chain(self.inputs, self.policy)
        inputs = self._inputs(changed, settings)
        if "parcel" in tables and LOCATING & set(settings):
            raise BadInput("一块地的事实不能与跨斗口、斗口占比一起试算", "分开试", where="--lever")
        if "parcel" in tables:
            return self._with_parcels(changes, parcel_edits.applied(inputs, changes, changed.policy.get("area.legal")),
                                      changed.policy, early=_before(recompute.BEFORE, settings))
        chain, left_out = kept.fork(inputs, changed.policy), False
        for position in range(STEP[step], len(STEP)):
            step = COMPUTED[position]
            if only is not None and not left_out and hasattr(chain, "outcome"):
                _leave_out(chain, only)
                left_out = True
            elif only is None:
                self._keep(step, _before(step, settings), chain, plain="quota" not in tables)
            if step == "screen" and LOCATING & set(settings):
                _locate_again(chain, changed.policy)
            getattr(chain, step)()
            self._report((position + 1) / len(STEP))
        return chain

    def _settings(self, changes):
        """{path: (number of the first step it bears upon, path, value)} of the levers on settings."""
        return {lever.field: (STEP[levers.first_step(lever, self.policy)], lever.field, str(lever.value))
                for lever in changes if lever.table == "policy"}

    def _inputs(self, changed, settings):
        """Today's inputs with the changed tables, and the forest's water where a setting moves that."""
        if {"ground.overdraft", "ground.spring"} & set(settings) and withheld.needs_zones(changed.policy):
            unseen = self.inputs.site["well_code"].notna() & self.inputs.site["well_overdraft"].isna()
            if unseen.any():
                raise BadInput("检查没有看机井是否在超采区、泉域保护区，不能试算", "请重新运行“检查”（check）", where="--lever")
        forest = self.inputs.forest
        if "forest.basis" in settings or (forest and changed.policy.step_m3_100 != self.policy.step_m3_100):
            if self.users is None:
                raise BadInput("水量取整单位也用来划分林草用水量，有林草地时不能单独试算", "在政策里改 volume.step_m3，再核定", where="--lever")
            forest = forest_users.totals(self.users, changed.policy)
        return dataclasses.replace(self.inputs, quota=changed.quota, cap=changed.cap, forest=forest)

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
        if village is not None:
            only, before = self._look_at(village)
            return self._answer(before, self._of_village(changes, only), self.parcel_fid[only])
        chain = self.chain(changes)
        made = self._answer(self.before, self._figures(chain), self.parcel_fid, chain.cap_rows)
        if self.users is not None:
            made.others = other_users.of(self.users, self.policy, chain.policy, self.inputs.today, made.totals)
        return made

    def _answer(self, before, after, parcel_fid, cap_rows=()):
        return Answer(self.places.totals(before, after, cap_rows), figures.units(before, after, self.today),
                      figures.holders(before, after, self.codes, self.names, self.holder_village),
                      figures.parcels(before, after, parcel_fid),
                      int((after.having & ~before.having).sum()), int((before.having & ~after.having).sum()))

    def _look_at(self, village):
        """(positions of a village's parcels, ``figures.Figures`` of today); the last village is remembered."""
        if village not in self.places.names_of["village"][:-1]:
            raise BadInput(f"没有代码为“{village}”的村", "村代码 12 位，进度（status）列出各村", where="--village")
        if self._village is None or self._village[0] != village:
            only = np.flatnonzero(self.places.group["village"] == self.places.names_of["village"].index(village))
            self._village = village, only, self._figures(self.today, only)
        return self._village[1:]

    def _of_village(self, changes, only):
        """``figures.Figures`` of the parcels ``only`` under the levers: of these parcels alone where nothing is cut, from
        counts of the county's parts where that is enough, else from a chain over the county."""
        changed = levers.apply(changes, self.inputs.quota, self.inputs.cap, self.policy)
        alone = changed.policy.get("quota.basis") == "crop" and all(lever.table != "parcel" for lever in changes)
        cuts = changed.policy.get("cap.mode") != caps.REPORT
        found = self._from_counts(changes, changed, only) if alone and cuts else None
        return found or self._figures(self.chain(changes, self._mask(only) if alone and not cuts else None), only)

    def _from_counts(self, changes, changed, only):
        settings = self._settings(changes)
        early = _before("quotas", settings)
        late = [path for path, (step, *_) in settings.items() if step >= STEP["quotas"]]
        if early not in self._ready_early or not set(late) <= set(counted.LATE):
            return None
        of = self._counts(early, changes)
        part = of.village(self._mask(only), changed.quota, changed.cap, changed.policy, self._inputs(changed, settings).forest)
        if part is None:
            return None
        return self.places.figures(part, self._owner(of.codes, part), len(self.codes), of.assigned, of.having, only)

    def _counts(self, early=(), changes=()):
        """``counted.Counted`` of the county under early settings, made when first asked for."""
        if early not in self._counted:
            paths = {path for _, path, _ in early}
            self._counted[early] = counted.Counted(
                self.chain([lever for lever in changes if lever.field in paths]) if early else self.today)
            for key in list(self._counted)[:-COUNTED]:
                del self._counted[key]
        return self._counted[early]

    def _mask(self, only):
        mask = np.zeros(self.count, dtype=bool)
        mask[only] = True
        return mask

    def _figures(self, chain, only=None):
        """``figures.Figures`` of a chain. ``only``: positions of the parcels that count."""
        part = chain.part
        if only is not None:
            part = part.take(np.flatnonzero(self._mask(only)[part["parcel"].to_numpy()]))
        return self.places.figures(part, self._owner(chain.holding.codes, part), len(self.codes), chain.assigned,
                                   chain.outcome.open, only)

    def _owner(self, codes, part):
        """The holder's number among ``self.codes`` of each part; ``codes``: those that the part's numbers are of, which
        may be fewer after an edit."""
        owner = part["holder"].to_numpy()
        return owner if len(codes) == len(self.codes) else pd.Index(self.codes).get_indexer(pd.Index(codes))[owner]


def _leave_out(chain, only):
    """Lets a chain go on with the parcels of the mask ``only`` alone."""
    chain.outcome.state[~only] = ELSEWHERE
    if hasattr(chain, "part"):
        chain.part = chain.part.take(np.flatnonzero(only[chain.part["parcel"].to_numpy()])).reset_index(drop=True)


def _locate_again(chain, policy):
    """The parcels' sources as the check would find them with whole parcels under another least share of an outlet."""
    site = chain.site
    if SHARE not in site:
        raise BadInput("检查结果里没有斗口占比，不能试算", "请重新运行“检查”（check）", where="--lever")
    surface = (site["outlet_code"].fillna("") != "") & (site[SHARE].fillna(0) >= policy.get("sources.outlet_min_share"))
    ground = (site["well_code"].fillna("") != "").to_numpy(dtype=bool)
    surface = surface.to_numpy(dtype=bool)
    chain.site = site.assign(source=np.select([surface & ground, surface, ground], ["mixed", "surface", "ground"], "none").astype(object))
    chain.pieces = across_outlets.Pieces(None, chain.parcel["fid"].to_numpy())


def _before(step, settings):
    """The settings that bear upon the steps before ``step``, as a key."""
    return tuple(sorted(one for one in settings.values() if one[0] < STEP[step]))
