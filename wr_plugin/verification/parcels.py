"""The rules for one parcel, read from the guide: scope, area, deduction, source, quota, demand."""

from typing import List, NamedTuple, Optional

from .figures import hundredths, mu_from_m2, rounded, shared_out, text

TWIN = {"HTMJ": "HTMJM", "YHTMJ": "YHTMJM"}
LARGEST = 1e13
NO_HOLDER = ("HOLDER_LINK_MISSING", "HOLDER_UNKNOWN")


class Part(NamedTuple):
    """A household's share of a parcel from one source. ``alone``: not one of several outlets' shares."""

    holder: str
    source: str
    legal: int
    area: int
    quota_fid: Optional[int]
    quota: int
    eta: int
    demand: int
    unit: str = ""
    outlet: Optional[str] = None
    alone: bool = True


class Outcome(NamedTuple):
    """What a parcel gets and why; ``parts`` only where it gets something, before the caps."""

    state: str
    reason: str
    legal: Optional[int] = None
    deducted: int = 0
    crop: Optional[str] = None
    method: Optional[str] = None
    parts: List[Part] = ()


class Rules:
    """A policy's rules. ``parcel``: mapping of parcel and site columns; ``links``: rows of CBDKXX; ``kinds``: {CBFBM:
    (name, CBFLX)} of those in CBF; ``words``: (crop, method) of the registry rows; ``repeated``: whether the code
    is used twice; ``lacks_cap(source, outlet)``: whether a cap on the way is missing where the policy cuts. ``composite``: the
    districts' composite quotas where the policy goes by these, else None: demands are then the units', later."""

    def __init__(self, policy, quotas, units, composite=None):
        self.policy, self.quotas, self.units, self.composite = policy, quotas, units, composite
        self.classes, self.uses = set(policy.get("scope.parcel_classes")), set(policy.get("scope.exclude_land_use"))
        self.legal, self.step = policy.get("area.legal"), round(policy.get("volume.step_m3") * 100)
        self.least = round(policy.get("scope.deduct_min_m2") * 100) if policy.get("scope.deduct") else None
        self.surface = policy.mixed_surface
        self.defaults = [text(policy.get(f"quota.default_{name}")) for name in ("crop", "method")]

    def judge(self, parcel, links, kinds, words, repeated, lacks_cap, outlets=()):
        """The ``Outcome`` of one parcel. ``outlets``: (code, overlap) where its surface water is split between several."""
        shares = self.shares(parcel, links)
        clear = bool(shares) and all(area is not None for area in shares.values())
        legal = sum(shares.values()) if clear and not repeated else None
        stopped = self._out_of_scope(parcel, shares, clear, kinds)
        if stopped:
            return Outcome(*stopped, legal)
        taken = {holder: self._taken(parcel, area) for holder, area in shares.items()}
        deducted = sum(taken.values())
        if deducted == sum(shares.values()):
            return Outcome("unapproved", "UNAPPROVED_OVERLAP", legal, deducted)
        crop, method = (next((text(row[i]) for row in words if text(row[i])), self.defaults[i]) for i in (0, 1))
        told = legal, deducted, crop or None, method or None
        if not crop and not self.composite:
            return Outcome("no_quota", "CROP_MISSING", *told)
        if not method and not self.composite:
            return Outcome("no_quota", "METHOD_MISSING", *told)
        if parcel["source"] == "mixed" and self.surface is None:
            return Outcome("no_quota", "MIX_SHARE_MISSING", *told)
        found = [(part, *self.units.find(parcel, part.holder, part.source, part.outlet))
                 for part in self._parts(parcel, shares, taken, outlets)]
        refused = [reason for _, unit, reason in found if unit is None]
        if len(refused) == len(found):
            return Outcome("withheld", refused[0], *told)
        parts = [part._replace(unit=unit) for part, unit, _ in found if unit is not None]
        parts, lacking = self._with_quotas(parcel, parts, crop, method)
        if lacking:
            return Outcome("no_quota", lacking, *told)
        waiting = [lacks_cap(part.source, part.outlet) for part in parts]
        if any(waiting):
            return Outcome("no_quota", "CAP_MISSING", *told)
        reason = "UNAPPROVED_OVERLAP" if deducted else refused[0] if refused else ""
        return Outcome("reduced" if reason else "right", reason, *told, parts)

    def _out_of_scope(self, parcel, shares, clear, kinds):
        """(state, reason) of a parcel that never comes to its area, or None."""
        defect = parcel["defect"] or ""
        if parcel["DKLB"] not in self.classes:
            return "not_contract", "NOT_CONTRACT_LAND"
        if parcel["TDYT"] in self.uses or 2 * (parcel["forest_m2_100"] or 0) > (parcel["geometry_m2_100"] or 0):
            return "forest", "FOREST_LAND"
        if defect:
            return "no_holder" if defect in NO_HOLDER else "defect", defect
        if not shares:
            return "no_holder", "HOLDER_LINK_MISSING"
        if any(holder not in kinds for holder in shares):
            return "no_holder", "HOLDER_UNKNOWN"
        if not clear:
            return "defect", "AREA_MISSING"
        if self.policy.get("scope.require_registry") and parcel["registry_fid"] is None:
            return "outside_registry", "OUTSIDE_REGISTRY"
        if parcel["source"] not in ("surface", "ground", "mixed"):
            return "no_source", "NO_SOURCE"
        if not parcel["district_code"]:
            return "no_source", "OUTSIDE_DISTRICT"
        return None

    def shares(self, parcel, links):
        """{CBFBM: legal area in 0.01 亩, None where it cannot be read}, in the order of CBFBM."""
        rows = {}
        for link in links:
            if link["CBFBM"] is not None:
                rows.setdefault(link["CBFBM"], {})[tuple(link)] = link  # identical rows count once
        measured = self.legal == "SCMJ"
        column = "HTMJ" if measured else self.legal
        recorded = {holder: [self._recorded(link[column], link[TWIN[column]]) for link in rows[holder].values()]
                    for holder in sorted(rows)}
        if measured:
            return self._measured(parcel, recorded)
        made = {}
        for holder, read in recorded.items():
            area = None if None in read else mu_from_m2(sum(m2 for m2, _ in read)) + sum(mu for _, mu in read)
            made[holder] = area or None
        return made

    def _measured(self, parcel, recorded):
        """The measured area, in shares of the contract areas where there are several households."""
        whole = self._recorded(parcel["SCMJ"], parcel["SCMJM"])
        area = None if whole is None else mu_from_m2(whole[0]) + whole[1]
        if not area or len(recorded) == 1:
            return dict.fromkeys(recorded, area or None)
        sums = [None if None in read else tuple(map(sum, zip(*read))) for read in recorded.values()]
        if None in sums or not (all(m2 and not mu for m2, mu in sums) or all(mu and not m2 for m2, mu in sums)):
            return dict.fromkeys(recorded)
        return {holder: part or None for holder, part in zip(recorded, shared_out([m2 or mu for m2, mu in sums], area))}

    @staticmethod
    def _recorded(m2, mu):
        """(0.01 m², 0) or, where the m² are blank, (0, 0.01 亩); None where neither can be read."""
        value = mu if m2 is None else m2
        if value is None or not 0 < value <= LARGEST:
            return None
        number = hundredths(value)
        if number <= 0:
            return None
        return (0, number) if m2 is None else (number, 0)

    def _taken(self, parcel, area):
        """What is deducted of a share for new, reclaimed and unapproved land."""
        overlap = parcel["unapproved_m2_100"] or 0
        if self.least is None or overlap <= self.least or overlap <= 0:
            return 0
        return min(area, rounded(area * overlap, max(parcel["geometry_m2_100"] or 0, 1)))

    def _parts(self, parcel, shares, taken, outlets):
        """The parts of a parcel, households in order, surface before ground, still without quota; the surface water of a
        parcel across several outlets by its overlaps with them, what is confirmed of it by the shares so found."""
        parts = []
        part, whole = {"surface": (1, 1), "ground": (0, 1), "mixed": self.surface}[parcel["source"]]
        for holder, legal in shares.items():
            area = legal - taken[holder]
            of_surface = rounded(legal * part, whole), rounded(area * part, whole)
            under = [(parcel["outlet_code"], *of_surface)]
            if outlets:
                whole_shares = shared_out([overlap for _, overlap in outlets], of_surface[0])
                under = zip([code for code, _ in outlets], whole_shares, shared_out(whole_shares, of_surface[1]))
            for outlet, mine, left in under:
                if mine > 0:
                    parts.append(Part(holder, "surface", mine, left, None, 0, 0, 0, "", outlet, not outlets))
            if legal > of_surface[0]:
                parts.append(Part(holder, "ground", legal - of_surface[0], area - of_surface[1], None, 0, 0, 0))
        return parts

    def _with_quotas(self, parcel, parts, crop, method):
        """(parts with quota and demand, "") or (None, finding code); surface water is asked first."""
        rows = {}
        for source in ("surface", "ground"):
            if any(part.source == source for part in parts):
                row, lacking = self.composite.find(parcel["district_code"], source) if self.composite else (
                    self.quotas.find(crop, parcel["district_code"], source, method), "QUOTA_MISSING")
                if row is None:
                    return None, lacking
                rows[source] = row
        made = []
        for part in parts:
            fid, quota, eta = rows[part.source]
            demand = 0 if self.composite else rounded(part.area * quota * 10**6, eta * self.step) * self.step
            made.append(part._replace(quota_fid=fid, quota=quota, eta=eta, demand=demand))
        return made, ""
