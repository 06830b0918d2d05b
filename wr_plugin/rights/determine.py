"""The whole chain over frames: scope → area → source → quota → cap → right. Pure: frames in, frames out."""

import copy
from dataclasses import dataclass
from typing import Callable, Optional

import numpy as np
import pandas as pd

from ..store import row_numbers
from . import across_outlets, cap_leaves, caps, columns, holders, obligations, parts, quota, scope, unit_columns

PARCEL_COLUMNS = ("fid", "uuid", "DKBM", "DKLB", "TDYT", "SCMJ", "SCMJM", "village_code")
SITE_COLUMNS = ("parcel_fid", "registry_fid", "district_code", "outlet_code", "well_code", "unapproved_m2_100",
                "geometry_m2_100", "forest_m2_100", "well_overdraft", "well_spring", "source", "defect")
LINK_COLUMNS = ("fid", "DKBM", "CBFBM", "CBHTBM", "HTMJ", "HTMJM", "YHTMJ", "YHTMJM")
HOLDER_COLUMNS = ("fid", "CBFBM", "CBFMC", "CBFLX")
OUTLET_COLUMNS = ("fid", "outlet_code", "outlet_name", "canal_code", "metering")
CANAL_COLUMNS = ("fid", "canal_code", "parent_code")
DISTRICT_COLUMNS = ("fid", "district_code", "district_name", "permit_number", "district_scale", "metered")
WELL_COLUMNS = ("fid", "well_code", "permit_number", "permit_m3", "permit_from", "permit_until", "metering", "well_name")
REGISTRY_COLUMNS = ("fid", "DKBM", "crop", "method")
HAVING = ("right", "reduced")
STEPS = ("areas", "screen", "deduct", "words", "split", "units", "quotas", "missing_caps", "grant", "frames")
"""The methods of ``Chain`` in their order; the last one gives the result."""
CAP_RESULT_NUMBERS = ("parent_fid", "demand_m3_100", "cap_m3_100", "reserve_m3_100", "limit_m3_100", "volume_m3_100")
CAP_RESULT_COLUMNS = ("fid", "cap_level", "cap_code", "cap_name", "source", "mode", *CAP_RESULT_NUMBERS,
                      "last_remainder", "last_key")
CAP_CLASS_COLUMNS = ("cap_fid", "class_number", "class_name", "demand_m3_100", "volume_m3_100", "last_remainder",
                     "last_key")


@dataclass
class Inputs:
    """The frames that the rights of a county rest on, with the columns named above; ``quota`` and ``cap`` whole.

    ``outlet`` and ``canal`` are needed where the policy's tree of caps has canals; what follows them where the policy
    has other units than households, composite quotas, or rules on permits and ground water. ``forest``:
    {(district_code, source): 0.01 m³} of forest land, which is part of the districts' water. ``today``: ISO date that
    permits are judged by where the policy names none; without either, no permit is said to have run out.
    ``parcel_outlet``: the parcels that are split between outlets, None where none is.
    """

    parcel: pd.DataFrame
    site: pd.DataFrame
    link: pd.DataFrame
    holder: pd.DataFrame
    registry: pd.DataFrame
    quota: pd.DataFrame
    cap: pd.DataFrame
    county_code: str
    outlet: Optional[pd.DataFrame] = None
    canal: Optional[pd.DataFrame] = None
    district: Optional[pd.DataFrame] = None
    well: Optional[pd.DataFrame] = None
    water_unit: Optional[pd.DataFrame] = None
    unit_member: Optional[pd.DataFrame] = None
    crop_mix: Optional[pd.DataFrame] = None
    zone: Optional[pd.DataFrame] = None
    forest: Optional[dict] = None
    today: str = ""
    parcel_outlet: Optional[pd.DataFrame] = None


@dataclass
class Rights:
    """Frames of the work file's tables, without ``run_id``. ``finding``: for ``frames.replace_findings``."""

    parcel_right: pd.DataFrame
    right_part: pd.DataFrame
    holder_right: pd.DataFrame
    cap_result: pd.DataFrame
    cap_class: pd.DataFrame
    unit_right: pd.DataFrame
    finding: pd.DataFrame


class MissingSites(ValueError):
    """Some parcels have no row in ``parcel_site``: the check has not been run on these data."""


def determine(inputs, policy, report: Callable[[float], None] = lambda part: None):
    """Rights of every parcel and holder. ``report`` is called with the part done, 0 … 1, and may raise to cancel.

    The order of rows in the inputs does not matter. Raises ``MissingSites``.
    """
    chain = Chain(inputs, policy)
    for number, step in enumerate(STEPS, 1):
        result = getattr(chain, step)()
        report(number / len(STEPS))
    return result


class Chain:
    """The state of one determination; the methods are its steps, called once each, in order."""

    def __init__(self, inputs, policy):
        self.inputs, self.policy = inputs, policy
        self.parcel = inputs.parcel.sort_values(["DKBM", "fid"], ignore_index=True)
        row = pd.Index(inputs.site["parcel_fid"]).get_indexer(pd.Index(self.parcel["fid"]))
        if (row < 0).any():
            raise MissingSites(f"{int((row < 0).sum())} 个地块尚未检查")
        self.site = inputs.site.iloc[row].reset_index(drop=True)
        self.count = len(self.parcel)
        self.pieces = across_outlets.Pieces(inputs.parcel_outlet, self.parcel["fid"].to_numpy())
        self.found = []

    def fork(self, inputs=None, policy=None):
        """A chain that has come as far as this one and goes on by itself, with other quotas, caps or another policy.

        Whoever forks sees to it that no step already taken rests on what is changed (``lever_settings.AT``).
        """
        other = copy.copy(self)
        other.inputs, other.policy = inputs or self.inputs, policy or self.policy
        other.found = list(self.found)
        if hasattr(self, "outcome"):
            other.outcome = self.outcome.copy()
        if hasattr(self, "part"):
            other.part = self.part.copy(deep=False)
        return other

    def areas(self):
        """Legal area per parcel × holder, and the holders' names."""
        self.holding = parts.holdings(self.parcel, self.inputs.link, self.policy.get("area.legal"))
        register = self.inputs.holder.sort_values("fid").drop_duplicates("CBFBM")
        at = pd.Index(register["CBFBM"]).get_indexer(pd.Index(self.holding.codes))
        self.known = at >= 0
        names = register["CBFMC"].to_numpy(dtype=object)
        self.names = np.append(names, None)[at]
        self.holder_kinds = np.append(register["CBFLX"].to_numpy(dtype=object), None)[at]

    def screen(self):
        """The rules of scope, up to the source."""
        self.outcome = scope.screen(self.parcel, self.site, self.holding, self.known, self.policy)
        unread = (self.outcome.reason == "AREA_MISSING") & (self.site["defect"].fillna("") == "").to_numpy()
        self._tell(unread, "AREA_MISSING", "各户合同面积不全，实测面积无从按份划分")

    def deduct(self):
        """New, reclaimed and unapproved land is taken off; a parcel of which nothing is left is stopped."""
        held, live = self.holding, self.outcome.open
        overlap = np.where(live, scope.deductible_m2_100(self.site, self.policy), 0)
        self.deducted = parts.deducted_mu_100(held, overlap, scope.whole_numbers(self.site["geometry_m2_100"]))
        self.area = held.legal_mu_100 - self.deducted
        self.outcome.stop(live & (self._per_parcel(self.area) == 0), "unapproved", "UNAPPROVED_OVERLAP")

    def words(self):
        """Crop and method; parcels without one, or with mixed sources and no share, are stopped."""
        self.crop = quota.words_of(self.parcel, self.inputs.registry, "crop", self.policy.get("quota.default_crop"))
        self.method = quota.words_of(self.parcel, self.inputs.registry, "method",
                                     self.policy.get("quota.default_method"))
        self.reached = self.outcome.open
        mixed = scope.is_one_of(self.site["source"], ["mixed"])
        if not self.composite:
            self._stop_and_tell(self.crop.code < 0, "CROP_MISSING", "名录未填作物，政策也没有默认作物")
            self._stop_and_tell(self.method.code < 0, "METHOD_MISSING", "名录未填灌溉方式，政策也没有默认灌溉方式")
        if self.policy.mixed_surface is None:
            self._stop_and_tell(mixed, "MIX_SHARE_MISSING", "地块有地表水又有地下水，政策未定地表水比例")

    @property
    def composite(self):
        """Whether demands follow from the districts' composite quotas."""
        return self.policy.get("quota.basis") == "composite"

    def _stop_and_tell(self, mask, code, message):
        self.outcome.stop(mask & self.reached, "no_quota", code)
        self._tell(mask & self.reached, code, message)

    def _tell(self, mask, code, message):
        """One finding for each parcel of the mask."""
        for at in np.flatnonzero(mask):
            self.found.append({"code": code, "subject": self.parcel["DKBM"].iat[at], "message": message,
                               "parcel_uuid": self.parcel["uuid"].iat[at],
                               "village_code": self.parcel["village_code"].iat[at]})

    def split(self):
        """Parts: parcel × holder × source of the parcels that are still open."""
        live = np.flatnonzero(self.outcome.open[self.holding.parcel])
        place = self.holding.parcel[live]
        source = self.site["source"].to_numpy(dtype=object)[place]
        shares = parts.by_source(self.holding.legal_mu_100[live], self.area[live], source, self.policy.mixed_surface)
        shares, piece = across_outlets.divided(shares, self.holding.parcel[live[shares.holding]], self.pieces)
        holding = live[shares.holding]
        self.part = pd.DataFrame({"parcel": self.holding.parcel[holding], "holder": self.holding.holder[holding],
                                  "source": shares.source, "legal_mu_100": shares.legal_mu_100,
                                  "area_mu_100": shares.area_mu_100, "piece": piece})
        code, values = pd.factorize(self.site["district_code"].to_numpy(dtype=object), sort=True)
        self.district = quota.Words(code, list(values))

    def units(self):
        """The unit of confirmation of each part; parts that the policy does not confirm, or whose unit nobody knows, go.
        A parcel of which no part is left is withheld; the others wait for what has gone (``partly``)."""
        self.assigned = unit_columns.assign(self)
        place, refusal = self.part["parcel"].to_numpy(), self.assigned.refusal
        self.part["unit"] = self.assigned.unit
        self.found.extend(self.assigned.findings(place))
        refused = np.flatnonzero(refusal != "")
        self.partly = np.full(self.count, "", dtype=object)
        self.partly[place[refused[::-1]]] = refusal[refused[::-1]]
        self.part = self.part[refusal == ""].reset_index(drop=True)
        left = self._mask(self.part["parcel"].to_numpy())
        self.outcome.stop((self.partly != "") & ~left, "withheld", self.partly)

    def quotas(self):
        """The quota row and demand of each part; a parcel with a part without a row is stopped whole."""
        place, source = self.part["parcel"].to_numpy(), self.part["source"].to_numpy()
        if self.composite:
            found = quota.look_up_composite(self.inputs.quota, self.inputs.crop_mix, self._of_parts(self.district), source)
        else:
            self.keys, self.part["key"] = quota.keys(*map(self._of_parts, (self.crop, self.method, self.district)), source)
            found = quota.look_up(self.inputs.quota, self.keys, self.part["key"].to_numpy())
        for code, subject, what, mask in found.missing:
            affected = np.unique(place[mask])
            self.outcome.stop(self._mask(affected), "no_quota", code)
            self.found.append({"code": code, "subject": subject, "value": str(len(affected)),
                               "message": f"{what}；{len(affected)} 个地块用到"})
        self.part["quota_fid"] = found.column("fid")
        self.part["quota_m3_mu_100"] = found.column("quota_m3_mu_100")
        self.part["eta_e8"] = found.column("eta_e8")
        self._drop_stopped()
        self._demand()

    def _demand(self):
        """Demands by the parts' own areas, or under composite quotas by their units'."""
        area, amount, eta = (self.part[name].to_numpy() for name in ("area_mu_100", "quota_m3_mu_100", "eta_e8"))
        if not self.composite:
            self.part["demand_m3_100"] = quota.demand_m3_100(area, amount, eta, self.policy.step_m3_100)
            return
        key = self.part["unit"].to_numpy() * len(caps.SOURCES) + self.part["source"].to_numpy()
        self.part["unit_source"] = np.unique(key, return_inverse=True)[1].reshape(-1)
        self.part["demand_m3_100"], self.composite_cut = unit_columns.spread(
            area, amount, self.part["unit_source"].to_numpy(), self.policy.step_m3_100)

    def missing_caps(self):
        """Where the policy cuts, a part without a cap cannot be determined: its parcel is stopped whole."""
        self.caps = index = cap_leaves.index_of(self.inputs.cap, self.policy, self.inputs.forest, self.inputs.well)
        self._hang(index)
        self.found.extend(caps.unused_findings(self.tree, index))
        self.mode = self.policy.get("cap.mode")
        if self.mode != caps.REPORT:
            self._stop_without_caps()
        self.tree.share_permits(caps.rolled_up(self.tree.shape(1), self._wanted().tolist()), self.policy.step_m3_100)

    def _stop_without_caps(self):
        place = self.part["parcel"].to_numpy()
        mask = caps.lacking(self.tree)[self.part["leaf"].to_numpy()]
        cut_off = self.part[mask]
        self.outcome.stop(self._mask(np.unique(place[mask])), "no_quota", "CAP_MISSING")
        self._drop_stopped()
        if self.composite:
            self._demand()
        self.found.extend(caps.missing_findings(self.tree, *(cut_off[c].to_numpy() for c in ("leaf", "demand_m3_100"))))

    def _hang(self, index):
        """The tree of caps, and the leaf that each part hangs from."""
        self.tree, self.part["leaf"] = cap_leaves.grow(
            self.inputs, self.policy, index, self._there(), self.part["source"].to_numpy(), self._of_parts(self.district))

    def _there(self):
        """Outlet, well and village of each part."""
        place = self.part["parcel"].to_numpy()
        return pd.DataFrame({"outlet_code": self.outlets_of_parts(), "well_code": self.site["well_code"].to_numpy(dtype=object)[place],
                             "village_code": self.parcel["village_code"].to_numpy(dtype=object)[place]})

    def _wanted(self):
        """(nodes,) the demand of the parts that hang from each leaf."""
        return columns.sums(self.part["demand_m3_100"], self.part["leaf"].to_numpy(), len(self.tree.nodes))

    def outlets_of_parts(self):
        """(n,) the outlet of each part's parcel, or of its piece where the parcel is split."""
        return self.pieces.outlets(self.part["piece"].to_numpy(),
                                   self.site["outlet_code"].to_numpy(dtype=object)[self.part["parcel"].to_numpy()])

    def key_of(self, part):
        """A part as the stored ends of a largest remainder name it: DKBM|CBFBM, and |outlet where the parcel is split."""
        parcel, holder, piece = (int(self.part[name].iat[part]) for name in ("parcel", "holder", "piece"))
        key = f"{self.parcel['DKBM'].iat[parcel]}|{self.holding.codes[holder]}"
        return f"{key}|{self.pieces.codes[piece]}" if piece >= 0 else key

    def _of_parts(self, words):
        """Words of parcels as words of the parts."""
        return quota.Words(words.code[self.part["parcel"].to_numpy()], words.values)

    def grant(self):
        """Volumes under the caps."""
        kind, kinds = np.zeros(len(self.part), dtype=np.int64), ("",)
        if self.mode == caps.PRIORITY:
            kind, kinds = self.classes()
            self.found.extend(cap_leaves.unknown_words(self.policy, {"crop": self.crop, "method": self.method}, self.inputs.quota))
        granted = self._grant(kind, kinds)
        self.part["volume_m3_100"] = granted.volume_m3_100
        self.cap_rows, self.cap_classes = granted.rows, granted.classes
        self.found.extend(granted.findings)

    def classes(self):
        """The class of each part by the policy's order of priority (``cap_leaves.classes``)."""
        return cap_leaves.classes(self.policy, {"crop": self._of_parts(self.crop), "method": self._of_parts(self.method)},
                                  self.holder_kinds[self.part["holder"].to_numpy()])

    def _grant(self, kind, kinds):
        demands = caps.Demands(self.part["leaf"].to_numpy(), self.part["demand_m3_100"].to_numpy(), kind, kinds)
        return caps.grant(self.tree, demands, self.mode, self.policy.step_m3_100)

    def sums_by(self, column, source, amount):
        """(codes in order, sums) of an amount of the parts from one source, by a column of their sites."""
        rows = np.flatnonzero(self.part["source"].to_numpy() == source)
        code = self.site[column].to_numpy(dtype=object)[self.part["parcel"].to_numpy()[rows]]
        number, known = pd.factorize(code, sort=True)
        there = number >= 0
        return list(known), columns.sums(self.part[amount].to_numpy()[rows][there], number[there], len(known)).tolist()

    def doubles(self):
        """{well: (parcels, 0.01 亩 given to groundwater)} of the parcels that an outlet serves as well."""
        mixed = (self.site["source"] == "mixed").to_numpy()[self.part["parcel"].to_numpy()]
        rows = np.flatnonzero(mixed & (self.part["source"].to_numpy() == 1))
        place = self.part["parcel"].to_numpy()[rows]
        number, known = pd.factorize(self.site["well_code"].to_numpy(dtype=object)[place], sort=True)
        there = number >= 0
        area = columns.sums(self.part["area_mu_100"].to_numpy()[rows][there], number[there], len(known))
        first = np.unique(place[there], return_index=True)[1]
        return dict(zip(known, zip(np.bincount(number[there][first], minlength=len(known)).tolist(), area.tolist())))

    def areas_of_units(self):
        """{(kind, code): 0.01 亩} of the units of confirmation."""
        area = columns.sums(self.part["area_mu_100"], self.part["unit"].to_numpy(), len(self.assigned.kinds))
        return dict(zip(zip(self.assigned.kinds, self.assigned.unit_codes), area.tolist()))

    def frames(self):
        """The result as the work file's tables."""
        self._settle()
        right_part = self._right_part()
        holder_right = holders.totals(
            self.part["holder"].to_numpy(), self.part["source"].to_numpy(), right_part["parcel_fid"].to_numpy(),
            *(self.part[name].to_numpy() for name in ("area_mu_100", "demand_m3_100", "volume_m3_100")),
            self.holding.codes, self.names, self.parcel["village_code"].to_numpy(dtype=object)[self.part["parcel"]])
        unit_right, right_part["unit_id"] = unit_columns.totals(self, right_part, holder_right)
        return Rights(self._parcel_right(), right_part, holder_right, *self._cap_results(), unit_right, self._findings())

    def _findings(self):
        return pd.DataFrame(self.found, columns=["code", "subject", "message", "parcel_uuid", "village_code", "value"])

    def _settle(self):
        """What the rights oblige to, and the state of the parcels that nothing has stopped."""
        self.found.extend(obligations.findings(self))
        reduced = self._per_parcel(self.deducted) > 0
        self.outcome.stop(reduced, "reduced", "UNAPPROVED_OVERLAP")
        self.outcome.stop(self.partly != "", "reduced", self.partly)
        self.outcome.stop(self.outcome.open, "right", "")

    def _right_part(self):
        place, surface = self.part["parcel"].to_numpy(), self.part["source"].to_numpy() == 0
        site = {name: self.site[name].to_numpy(dtype=object)[place]
                for name in ("district_code", "well_code")}
        return pd.DataFrame({
            "part_id": row_numbers.numbered(self.parcel["fid"].to_numpy()[place]),
            "parcel_fid": self.parcel["fid"].to_numpy()[place],
            "CBFBM": self.holding.codes[self.part["holder"].to_numpy()],
            "source": np.array(caps.SOURCES, dtype=object)[self.part["source"].to_numpy()],
            "legal_mu_100": self.part["legal_mu_100"],
            "deducted_mu_100": self.part["legal_mu_100"] - self.part["area_mu_100"],
            "area_mu_100": self.part["area_mu_100"],
            "quota_fid": self.part["quota_fid"].astype("Int64").where(self.part["quota_fid"] >= 0),
            **{name: self.part[name] for name in ("quota_m3_mu_100", "eta_e8")},
            "district_code": site["district_code"],
            "outlet_code": np.where(surface, self.outlets_of_parts(), None),
            "well_code": np.where(surface, None, site["well_code"]),
            "demand_m3_100": self.part["demand_m3_100"],
            "volume_m3_100": self.part["volume_m3_100"],
        })

    def _parcel_right(self):
        held, state = self.holding, self.outcome.state
        having = pd.Series(state).isin(HAVING).to_numpy()
        reached = having | (state == "no_quota") | (state == "withheld")
        several = np.bincount(held.parcel, minlength=self.count)
        blank = (several == 0) | (self._per_parcel(held.blank) > 0) | self.parcel["DKBM"].duplicated(False).to_numpy()
        legal = pd.array(self._per_parcel(held.legal_mu_100), dtype="Int64")
        legal[blank] = pd.NA
        place = self.part["parcel"].to_numpy()
        return pd.DataFrame({
            "parcel_fid": self.parcel["fid"],
            "state": state,
            "reason": self.outcome.reason,
            "holder_names": self._holder_names(several),
            "legal_mu_100": legal,
            "deducted_mu_100": np.where(reached | (state == "unapproved"), self._per_parcel(self.deducted), 0),
            "area_mu_100": columns.sums(self.part["area_mu_100"], place, self.count),
            "source": self.site["source"],
            "crop": np.where(reached, self.crop.texts(), None),
            "method": np.where(reached, self.method.texts(), None),
            "demand_m3_100": columns.sums(self.part["demand_m3_100"], place, self.count),
            "volume_m3_100": columns.sums(self.part["volume_m3_100"], place, self.count),
        }).sort_values("parcel_fid", ignore_index=True)

    def _holder_names(self, several):
        """Names per parcel, several joined by ``、`` in the order of CBFBM; "" where there is none."""
        names = np.where(pd.isna(self.names), "", self.names)[self.holding.holder]
        joined = np.full(self.count, "", dtype=object)
        joined[self.holding.parcel] = names
        rows = np.flatnonzero(several[self.holding.parcel] > 1)
        lists = {}
        for at in rows:
            lists.setdefault(self.holding.parcel[at], []).append(names[at])
        for place, listed in lists.items():
            joined[place] = "、".join(name for name in listed if name)
        return joined

    def _cap_results(self):
        """The frames ``cap_result`` and ``cap_class``."""
        for row in (*self.cap_rows, *self.cap_classes):
            last, remainder = row.pop("last", -1), row.pop("last_remainder", None)
            if last >= 0:
                row["last_key"], row["last_remainder"] = self.key_of(last), str(remainder)
        return (_frame(self.cap_rows, CAP_RESULT_COLUMNS, CAP_RESULT_NUMBERS),
                _frame(self.cap_classes, CAP_CLASS_COLUMNS, ("demand_m3_100", "volume_m3_100")))

    def _per_parcel(self, column):
        return columns.sums(column, self.holding.parcel, self.count)

    def _mask(self, positions):
        mask = np.zeros(self.count, dtype=bool)
        mask[positions] = True
        return mask

    def _drop_stopped(self):
        kept = self.outcome.open[self.part["parcel"].to_numpy()]
        self.part = self.part[kept].reset_index(drop=True)


def _frame(rows, names, numbers):
    """Rows as a frame whose ``numbers`` stay whole where some are missing."""
    frame = pd.DataFrame(rows, columns=list(names), dtype=object)
    return frame.astype(dict.fromkeys(numbers, "Int64"))
