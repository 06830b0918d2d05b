"""Rules between the areas that stand side by side: drawn, surveyed, contracted, registered (DOMAIN: three legal areas).

The recorded area is the legal value; geometry serves for checking, within the policy's tolerance, which is the larger
of a share of the area compared with and an absolute area in 亩.
"""

from functools import cached_property

import numpy as np

from ..model.policy import LEGAL_AREAS
from .registry import entries
from .reporting import about_parcels

MU_PER_M2 = 0.0015
M2_PER_MU = 2000 / 3
UNIT_BAND = 0.1
"""亩 written as m² stand to the drawn area as 0.0015; within this share of it the unit is suspected."""


class Areas:
    """The areas of the parcels, (n,) in m², NaN where not recorded, and which rules apply to which parcel."""

    def __init__(self, material):
        self.material = material
        self.drawn = material.land.area

    @cached_property
    def surveyed(self):
        """SCMJ; where it is empty its twin in 亩."""
        return _recorded(self.material.parcels, "SCMJ")

    @cached_property
    def contracted(self):
        """HTMJ summed over the households; NaN where one of them has none, or no household holds the parcel."""
        return self._summed(_recorded(self.material.links, "HTMJ"))

    @cached_property
    def registered(self):
        """The registry's area summed over the households, rows that repeat a household once."""
        material, registry = self.material, self.material.registry
        _, once = np.unique(entries(registry), return_index=True)
        mu_100 = registry["area_mu_100"].to_numpy(dtype=float, na_value=np.nan)[once]
        return self._of_codes(material.code_of(registry["DKBM"])[once], mu_100 / 100 * M2_PER_MU)

    @cached_property
    def legal_missing(self):
        """(n,) True for contract land in scope whose legal area is empty or not above 0, of one household or all."""
        kind = self.material.policy.get("area.legal")
        if kind == "SCMJ":
            return self.material.in_scope & ~(self.surveyed > 0)
        area = _recorded(self.material.links, kind)
        without = self.material.link_code[~(area > 0)]
        lacking = np.bincount(without[without >= 0], minlength=self.material.code_count) > 0
        return self.material.in_scope & self.material.linked & self.material.of_parcel(lacking, False)

    @cached_property
    def surveyed_in_mu(self):
        return self._like_mu(self.surveyed)

    @cached_property
    def contracted_in_mu(self):
        return self._like_mu(self.contracted)

    @cached_property
    def unit_suspected(self):
        """(n,) A contract area is not held against a shape whose code another shape has too: it may be the other's."""
        in_mu = self.surveyed_in_mu | (self.contracted_in_mu & ~self.material.duplicated)
        return self.material.in_scope & ~self.legal_missing & in_mu

    @cached_property
    def comparable(self):
        """(n,) True where contract and registry areas can be held against others."""
        return self.material.in_scope & ~self.material.duplicated & ~self.legal_missing

    def differ(self, area, base):
        """(n,) True where ``area`` is further from ``base`` than the tolerance; False where one is not known."""
        policy = self.material.policy
        allowed = np.maximum(policy.get("area.tolerance_relative") * base, policy.get("area.tolerance_mu") * M2_PER_MU)
        return np.abs(area - base) > allowed + 1e-6

    def _like_mu(self, area):
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = area / self.drawn / MU_PER_M2
        return np.abs(ratio - 1) <= UNIT_BAND

    def _summed(self, area):
        return self._of_codes(self.material.link_code, area)

    def _of_codes(self, number, area):
        """Sums by code number, spread to the parcels; NaN where a code has no row or a row no area."""
        known = number >= 0
        total = np.bincount(number[known], weights=area[known], minlength=self.material.code_count)
        rows = np.bincount(number[known], minlength=self.material.code_count)
        return self.material.of_parcel(np.where(rows > 0, total, np.nan), np.nan)


def _recorded(frame, name):
    """The area in m² of each row, from its twin in 亩 where it is empty."""
    area = frame[name].to_numpy(dtype=float)
    return np.where(np.isnan(area), frame[name + "M"].to_numpy(dtype=float) * M2_PER_MU, area)


def _compared(material, rows, area_name, area, base_name, base, unit="m²"):
    area, base = area[rows], base[rows]
    share = np.abs(area - base) / np.where(base > 0, base, np.nan) * 100
    messages = [
        f"{area_name} {a:.2f} {unit}，{base_name} {b:.2f} {unit}，相差 {s:.1f}%" if s == s
        else f"{area_name} {a:.2f} {unit}，{base_name} {b:.2f} {unit}"
        for a, b, s in zip(area.tolist(), base.tolist(), share.tolist())]
    return about_parcels(material, rows, messages, value=[f"{d:.2f}" for d in (area - base).tolist()])


def area_missing(material):
    """AREA_MISSING: the legal area is empty or 0; then nothing else about areas is said."""
    rows = np.flatnonzero(material.areas.legal_missing)
    name = LEGAL_AREAS[material.policy.get("area.legal")]
    return about_parcels(material, rows, f"政策规定以{name}为法定面积，这个地块的{name}为空或为 0")


def area_unit(material):
    """AREA_UNIT: an area recorded in m² that is, as a number, the area in 亩 (within a tenth)."""
    areas = material.areas
    rows = np.flatnonzero(areas.unit_suspected)
    messages = [
        f"{name} {a:.2f} m²，图形 {d:.2f} m²（合 {d * MU_PER_M2:.2f} 亩），疑似以亩充平方米"
        for name, a, d in (
            ("实测面积", areas.surveyed[r], areas.drawn[r]) if areas.surveyed_in_mu[r]
            else ("合同面积", areas.contracted[r], areas.drawn[r]) for r in rows.tolist())]
    return about_parcels(material, rows, messages)


def area_geometry(material):
    """AREA_GEOMETRY: surveyed against drawn; also for land outside the scope."""
    areas = material.areas
    rows = np.flatnonzero(material.drawn & areas.differ(areas.surveyed, areas.drawn)
                          & ~areas.legal_missing & ~areas.unit_suspected)
    return _compared(material, rows, "实测", areas.surveyed, "图形", areas.drawn)


def area_contract(material):
    """AREA_CONTRACT: the one household's contract area against the surveyed one."""
    areas = material.areas
    rows = np.flatnonzero(areas.comparable & ~areas.unit_suspected & (material.holders_per_parcel <= 1)
                          & areas.differ(areas.contracted, areas.surveyed))
    return _compared(material, rows, "合同", areas.contracted, "实测", areas.surveyed)


def share_sum(material):
    """SHARE_SUM: the same where several households share the parcel."""
    areas = material.areas
    rows = np.flatnonzero(areas.comparable & ~areas.unit_suspected & (material.holders_per_parcel > 1)
                          & areas.differ(areas.contracted, areas.surveyed))
    return _compared(material, rows, "各户合同面积之和", areas.contracted, "实测", areas.surveyed)


def area_registry(material):
    """AREA_REGISTRY: the registry's area against the contract's, in 亩 as the registry has it."""
    areas = material.areas
    rows = np.flatnonzero(areas.comparable & ~areas.contracted_in_mu
                          & areas.differ(areas.registered, areas.contracted))
    return _compared(material, rows, "名录", areas.registered * MU_PER_M2, "合同", areas.contracted * MU_PER_M2, "亩")
