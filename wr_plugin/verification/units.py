"""Units of confirmation and what is not confirmed yet, read from the guide a second time."""

import re
from collections import defaultdict
from fractions import Fraction

from .figures import rounded, text

LISTED = ("association", "cooperative", "collective")
WHOLE = 10**8
YES = 1


def ground_refusal(policy, overdraft, spring, permit_from):
    """The finding code of ground water that the policy does not confirm, or ""."""
    if overdraft == YES:
        rule, since = policy.get("ground.overdraft"), policy.get("ground.new_since")
        if rule is None or rule == "no_new" and since is None:
            return "SETTING_BLANK"
        if rule == "no_new" and not permit_from:
            return "PERMIT_DATE_MISSING"
        if rule == "not_confirmed" or rule == "no_new" and permit_from > since:
            return "OVERDRAFT_GROUND"
    if spring == YES and policy.get("ground.spring") != "report":
        return "SETTING_BLANK" if policy.get("ground.spring") is None else "SPRING_GROUND"
    return ""


class Units:
    """Which unit a part belongs to, or why it has none. ``rows(sql)`` reads the work file; ``listed`` are the kinds of
    unit that a delivered list names."""

    def __init__(self, policy, rows, listed, day=""):
        """``day``: ISO date that permits are judged by."""
        self.policy, self.listed, self.day = policy, set(listed), day
        zones = any(policy.get(f"ground.{name}") != "report" for name in ("overdraft", "spring", "expired"))
        self.plain = policy.get("unit") == "holder_source" and not policy.get("units.rules") and not zones and \
            not policy.get("permit.district_required")
        self.districts, self.outlets, self.wells = {}, {}, {}
        self.of_parcel, self.of_holder, self.kinds = defaultdict(set), defaultdict(set), {}
        if not self.plain:
            self._read(rows)

    def _read(self, rows):
        for table, column, found in (("irrigation_district", "district_code", self.districts),
                                     ("outlet", "outlet_code", self.outlets), ("well", "well_code", self.wells)):
            for row in rows(f"SELECT * FROM {table} ORDER BY fid"):  # nosec B608: the three names above
                kept = {name: row[name] for name in row.keys() if name != "geom"}
                found.setdefault(row[column], kept)
        for row in rows("SELECT unit_code, unit_kind FROM water_unit ORDER BY fid"):
            self.kinds.setdefault(text(row["unit_code"]), row["unit_kind"])
        for row in rows("SELECT unit_code, CBFBM, DKBM FROM unit_member"):
            unit, holder, parcel = (text(row[name]) for name in ("unit_code", "CBFBM", "DKBM"))
            if unit in self.kinds:
                (self.of_parcel[holder, parcel] if parcel else self.of_holder[holder]).add(unit)

    def find(self, parcel, holder, source, outlet=None):
        """(unit's number, "") of a household's part from one source, or (None, finding code)."""
        ending = "S" if source == "surface" else "G"
        if self.plain:
            return holder + ending, ""
        district = self.districts.get(parcel["district_code"], {})
        water = self.outlets.get(outlet, {}) if source == "surface" else self.wells.get(parcel["well_code"], {})
        refusal = self._withheld(parcel, source, district, water)
        if refusal:
            return None, refusal
        kind = self._kind({"scale": district.get("district_scale") or "", "source": source,
                           "metering": water.get("metering") or ""})
        if kind == "listed" or kind in self.listed:
            code, kind, refusal = self._listed(kind, holder, parcel["DKBM"])
            if code:
                return f"{kind}:{code}:{ending}", ""
            if refusal == "UNIT_AMBIGUOUS" or not self.policy.get("units.unlisted"):
                return None, refusal
            kind = self.policy.get("units.unlisted")
        code = self._code(kind, parcel, holder, outlet, source, district if source == "surface" else water)
        if not code:
            return None, "UNIT_UNDECIDED"
        return code + ending if kind == "holder_source" else f"{kind}:{code}:{ending}", ""

    def _withheld(self, parcel, source, district, well):
        """The finding code of water that the policy does not confirm yet, or ""."""
        if source == "surface":
            return "NO_PERMIT" if self.policy.get("permit.district_required") and not text(district.get("permit_number")) else ""
        if self.policy.get("ground.expired") != "report" and text(well.get("permit_until")) and self.day and \
                well["permit_until"] < self.day:
            return "SETTING_BLANK" if self.policy.get("ground.expired") is None else "WELL_PERMIT_EXPIRED"
        return ground_refusal(self.policy, parcel["well_overdraft"], parcel["well_spring"], well.get("permit_from"))

    def _kind(self, there):
        for rule in self.policy.get("units.rules") or ():
            if all(there[name] in allowed for name, allowed in rule.items() if name in there):
                return rule["unit"]
        return self.policy.get("unit")

    def _listed(self, kind, holder, parcel):
        """(code, kind, "") of the unit whose list names the parcel, else the household; or (None, None, finding code)."""
        for named in (self.of_parcel.get((holder, parcel), ()), self.of_holder.get(holder, ())):
            fit = [code for code in named if kind in ("listed", self.kinds[code])]
            if len(fit) > 1:
                return None, None, "UNIT_AMBIGUOUS"
            if fit:
                return fit[0], self.kinds[fit[0]], ""
        return None, None, "UNIT_MISSING"

    @staticmethod
    def _code(kind, parcel, holder, outlet, source, supply):
        group = parcel["DKBM"] or ""
        return {"holder_source": holder, "outlet": text(outlet) if source == "surface" else "",
                "group": group[:14] if re.fullmatch("[0-9]{19}", group) else "", "village": text(parcel["village_code"]),
                "district": text(parcel["district_code"]), "permit": text(supply.get("permit_number"))}.get(kind, "")


class Composite:
    """The districts' composite quotas: Σ share × quota ÷ η of the crops, rounded once to 0.01 m³/亩."""

    def __init__(self, mix, quotas):
        self.quotas, self.mix, self.known = quotas, defaultdict(list), {}
        for row in mix:
            self.mix[text(row["district_code"]), text(row["source"])].append(row)

    def find(self, district, source):
        """((None, quota, eta), "") or (None, finding code)."""
        if (district, source) not in self.known:
            self.known[district, source] = self._find(district, source)
        return self.known[district, source]

    def _find(self, district, source):
        shares, gross = Fraction(0), Fraction(0)
        rows = self.mix.get((district, source)) or self.mix.get(("*", source)) or []
        if len({(text(row["crop"]), text(row["method"])) for row in rows}) < len(rows):
            return None, "CROP_MIX_MISSING"
        for row in rows:
            try:
                share = Fraction(text(row["mix_share"]))
            except (ValueError, ZeroDivisionError):
                return None, "CROP_MIX_MISSING"
            if not 0 < share <= 1 or share * 10_000 % 1:
                return None, "CROP_MIX_MISSING"
            quota = self.quotas.find(text(row["crop"]), district, source, text(row["method"]))
            if quota is None:
                return None, "QUOTA_MISSING"
            shares, gross = shares + share, gross + share * Fraction(quota[1] * WHOLE, quota[2])
        if not rows or shares < 1:
            return None, "CROP_MIX_MISSING"
        return (None, rounded(gross.numerator, gross.denominator), WHOLE), ""
