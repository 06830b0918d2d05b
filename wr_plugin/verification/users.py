"""Water users without contract land, read from the guide a second time: permit holders, network users, forest land."""

from collections import defaultdict
from fractions import Fraction
from typing import NamedTuple, Optional

from .figures import rounded, shared_out, text
from .units import ground_refusal

TABLES = ("permit_user", "network_user", "forest_user", "forest_volume", "product_quota")


class User(NamedTuple):
    """What is stored of a user's right."""

    user_id: str
    state: str
    reason: str
    quota: Optional[int] = None
    permit: Optional[int] = None
    volume: int = 0


def reckoned(policy, rows, day):
    """Every ``User``. ``rows``: {table: rows in fid order} of ``TABLES``; ``day``: ISO date that permits are judged by
    where the policy names none."""
    one = _Rules(policy, rows["product_quota"], policy.get("permit.as_of") or day)
    found = list(one.forest(rows["forest_user"], rows["forest_volume"]))
    for kind, judge in (("permit", one.permit), ("network", one.network)):
        together = defaultdict(list)
        for row in rows[f"{kind}_user"]:
            together[text(row["user_code"]), row["source"]].append(row)
        for (code, source), same in together.items():
            number = f"{kind}-{code}-{source}"
            found.append(User(number, "missing", "USER_DUPLICATE") if len(same) > 1 else judge(number, same[0]))
    return found


def number_of(value):
    """A decimal text as a fraction, None where it is none."""
    try:
        return Fraction(text(value).replace(",", ""))
    except (ValueError, ZeroDivisionError):
        return None


class _Rules:
    def __init__(self, policy, products, day):
        self.policy, self.day, self.step = policy, day, round(policy.get("volume.step_m3") * 100)
        self.products = defaultdict(list)
        for row in products:
            self.products[text(row["product"]), text(row["scale_unit"])].append(number_of(row["unit_quota"]))

    def _whole(self, m3):
        """m³ as a fraction → 0.01 m³, rounded half up to the policy's step."""
        steps = m3 * 100 / self.step
        return rounded(steps.numerator, steps.denominator) * self.step

    def _by_quota(self, row):
        """Scale × quota in m³ as a fraction; None where either is missing or doubtful."""
        scale, given = number_of(row["scale"]), set(self.products.get((text(row["product"]), text(row["scale_unit"])), ()))
        if not text(row["product"]) or scale is None or scale < 0 or len(given) != 1 or None in given or min(given) < 0:
            return None
        return scale * given.pop()

    def permit(self, number, row):
        """取水许可用水户."""
        basis, permit, quota = self.policy.get("permit.basis"), row["permit_m3_100"], None
        if basis is None:
            return User(number, "withheld", "SETTING_BLANK")
        if basis == "none":
            return User(number, "out", "")
        stopped = self._permit_fails(row, permit)
        if stopped:
            return User(number, *stopped, None, permit)
        volume, state, reason = permit - permit % self.step, "right", ""
        if basis == "permit_and_quota":
            needed = self._by_quota(row)
            if needed is None:
                return User(number, "missing", "PERMIT_DATA", None, permit)
            quota = self._whole(needed)
            volume = min(volume, quota)
            if quota < permit:
                state, reason = "cut", "PERMIT_CUT"
        idle = self._idle(row, permit)
        if idle and idle[0] != "cut":
            return User(number, *idle, quota, permit)
        if idle:
            reasonable = row["reasonable_m3_100"]
            (state, reason), volume = idle, min(volume, reasonable - reasonable % self.step)
        return User(number, state, reason, quota, permit, volume)

    def _permit_fails(self, row, permit):
        """(state, finding code) of a permit that is missing, incomplete, expired, or of water that waits; or None."""
        until = text(row["permit_until"])
        if not text(row["permit_number"]):
            return "withheld", "NO_PERMIT"
        if permit is None or permit < 0 or not until:
            return "missing", "PERMIT_DATA"
        if until < self.day:
            return "withheld", "PERMIT_EXPIRED"
        if row["source"] == "ground":
            refusal = ground_refusal(self.policy, row["in_overdraft"], row["in_spring"], text(row["permit_from"]))
            if refusal:
                return "missing" if refusal == "PERMIT_DATE_MISSING" else "withheld", refusal
        return None

    def _idle(self, row, permit):
        """(state, finding code) of a permit that was long not used, or None."""
        years, below = self.policy.get("permit.idle_years"), self.policy.get("permit.idle_below")
        if not years or below is None or text(row["exempt"]) in self.policy.get("permit.idle_exempt"):
            return None
        used, since = [row[f"use_{n}_m3_100"] for n in range(1, years + 1)], text(row["permit_from"])
        if None in used:
            young = since and f"{int(since[:4]) + years:04d}{since[4:]}" > self.day
            return None if young else ("missing", "PERMIT_DATA")
        if any(10_000 * use >= permit * round(below * 10_000) for use in used):
            return None
        return "withheld" if row["reasonable_m3_100"] is None else "cut", "PERMIT_IDLE"

    def network(self, number, row):
        """公共供水管网用水户."""
        basis, least, used = self.policy.get("network.basis"), self.policy.get("network.least_m3"), row["use_1_m3_100"]
        if basis is None or basis == "quota" and least is None:
            return User(number, "withheld", "SETTING_BLANK")
        if basis == "none":
            return User(number, "out", "")
        if used is None:
            return User(number, "missing", "NETWORK_DATA")
        if used <= round(least * 100):
            return User(number, "out", "NETWORK_SMALL")
        if self.policy.get("network.permit_required") and not text(row["network_permit"]):
            return User(number, "withheld", "NO_PERMIT")
        needed, rule = self._by_quota(row), self.policy.get("network.leakage")
        if needed is None:
            return User(number, "missing", "NETWORK_DATA")
        quota = self._whole(needed)
        if rule is None:
            return User(number, "withheld", "SETTING_BLANK", quota)
        if rule == "gross_up":
            leak = number_of(row["leakage"])
            if leak is None or not 0 <= leak < 1:
                return User(number, "missing", "NETWORK_DATA", quota)
            needed /= 1 - leak
        return User(number, "right", "", quota, None, self._whole(needed))

    def forest(self, users, volumes):
        """林草地: the forest volume of a district and source, shared by irrigated area in the order of the codes."""
        basis, given, together = self.policy.get("forest.basis"), defaultdict(list), defaultdict(lambda: defaultdict(list))
        for row in volumes:
            given[text(row["district_code"]), text(row["source"])].append(row["forest_m3_100"])
        for row in users:
            together[text(row["district_code"]), text(row["source"])][text(row["user_code"])].append(row)
        for key, codes in together.items():
            numbers = {code: f"forest-{code}-{codes[code][0]['source']}" for code in sorted(codes)}
            areas = [codes[code][0]["area_mu_100"] or 0 for code in numbers]
            known = len(set(given[key])) == 1 and given[key][0] is not None and given[key][0] >= 0
            clear = known and min(areas) > 0 and all(len(same) == 1 for same in codes.values())
            shares = shared_out(areas, given[key][0] // self.step) if clear else [0] * len(areas)
            for number, share in zip(numbers.values(), shares):
                if basis is None:
                    yield User(number, "withheld", "SETTING_BLANK")
                elif basis == "none":
                    yield User(number, "out", "")
                elif not clear:
                    yield User(number, "missing", "FOREST_VOLUME_MISSING")
                else:
                    yield User(number, "right", "", None, given[key][0], share * self.step)
