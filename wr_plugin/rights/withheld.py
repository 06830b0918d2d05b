"""Water that the policy does not confirm yet: no permit, overdraft zones, springs. Standard library only.

One implementation serves the county (``unit_columns``), the other water users (``users``) and the explanation
(``retrace``). Every rule is a setting of the policy; which city's text it comes from is the policy's ``clause``.
"""

from dataclasses import dataclass
from typing import Optional

from ..model import codes


@dataclass(frozen=True)
class Refusal:
    """Why water is not confirmed: a finding code, and for ``SETTING_BLANK`` the setting that is blank."""

    code: str
    setting: str = ""


@dataclass(frozen=True)
class Abstraction:
    """Where ground water is taken from: inside an overdraft zone, inside a spring's protection zone (None: nobody has
    looked), and since when the permit runs (ISO date, None where nobody says). ``expired``: whether the well's permit had
    run out on the day by which permits are judged."""

    overdraft: Optional[bool] = None
    spring: Optional[bool] = None
    permit_from: Optional[str] = None
    expired: bool = False


def of_part(policy, source, district_permit, abstraction):
    """The refusal of a parcel's water from one source, or None.

    ``district_permit``: the permit number of the irrigation district, for surface water; ``abstraction``: of the
    well, for ground water.
    """
    if source == "ground":
        return of_ground(policy, abstraction)
    if policy.get("permit.district_required") and not (district_permit or "").strip():
        return Refusal("NO_PERMIT")
    return None


def of_ground(policy, at):
    """The refusal of ground water taken at ``at``, or None (大同方案三（一）2: 依据是有效期内的取水许可证; 朔州细则三（五）15、16)."""
    if at.expired:
        rule = policy.get("ground.expired")
        if rule != "report":
            return Refusal("WELL_PERMIT_EXPIRED") if rule else Refusal("SETTING_BLANK", "ground.expired")
    if at.overdraft:
        rule = policy.get("ground.overdraft")
        if rule is None:
            return Refusal("SETTING_BLANK", "ground.overdraft")
        if rule == "not_confirmed":
            return Refusal("OVERDRAFT_GROUND")
        if rule == "no_new":
            since = policy.get("ground.new_since")
            if since is None:
                return Refusal("SETTING_BLANK", "ground.new_since")
            if not at.permit_from:
                return Refusal("PERMIT_DATE_MISSING")
            if at.permit_from > since:
                return Refusal("OVERDRAFT_GROUND")
    if at.spring:
        rule = policy.get("ground.spring")
        if rule is None:
            return Refusal("SETTING_BLANK", "ground.spring")
        if rule == "not_confirmed":
            return Refusal("SPRING_GROUND")
    return None


def is_yes(value):
    """A stored 是/否 as True, False, or None where it is blank."""
    return None if value is None or value != value else codes.YES_NO.get(str(int(value))) == "是"


def is_expired(until, as_of):
    """Whether a permit had run out by ``as_of``; a permit without an end, and no date to judge by, tell nothing."""
    return bool(until) and until == until and bool(as_of) and until < as_of


def possible(policy):
    """Whether the policy withholds any water of parcels at all, or leaves blank whether it does."""
    return needs_zones(policy) or policy.get("ground.expired") != "report" or bool(policy.get("permit.district_required"))


def needs_zones(policy):
    """Whether the policy asks where wells stand: then a check must have looked."""
    return policy.get("ground.overdraft") != "report" or policy.get("ground.spring") != "report"
