"""Candidates for 收储: what stands outside the registry, was deducted, or exceeds a permit — estimates, never a right.

张掖方案二（二）2（1）：名录外耕地、超许可、超定额等违规配置的水权强制无偿收储. How much water such land draws is recorded
nowhere: its area is multiplied by the quota that it would have had, or, where its crop is not known, by the mean of the
confirmed parcels of its district and source. Standard library only.
"""

from dataclasses import dataclass
from typing import Optional

from ..model import amounts, codes
from ..store import reading
from . import limits

OUTSIDE, DEDUCTED, OVER_CAP, OVER_PERMIT, OVER_WELL = "outside", "deducted", "over_cap", "over_permit", "over_well"
KINDS = {
    OUTSIDE: "名录外耕地", DEDUCTED: "新开、复垦、未批耕地", OVER_CAP: "超许可、超总量（灌区等各级指标）",
    OVER_PERMIT: "超定额、占而不用（取水许可用水户）", OVER_WELL: "机井超许可水量",
}
BY_QUOTA, BY_MEAN, UNKNOWN = "定额", "灌区同水源亩均", "不能推算"


@dataclass
class Land:
    """A parcel, or part of one, and one source: area in 0.01 亩, volume in 0.01 m³ or None where nothing tells it;
    ``basis``: what the volume rests on."""

    kind: str
    DKBM: str
    parcel_name: str
    holder_names: str
    village_code: str
    village_name: str
    source: str
    area_mu_100: int
    volume_m3_100: Optional[int]
    basis: str


@dataclass
class Volume:
    """A volume above a permit, quota or cap."""

    kind: str
    subject: str
    source: str
    volume_m3_100: int
    basis: str


STOPPED = """
SELECT p.fid, p.DKBM, p.DKMC, p.village_code, p.village_name, r.state, r.holder_names, r.legal_mu_100, s.source,
       s.district_code
FROM parcel_right r JOIN parcel p ON p.fid = r.parcel_fid JOIN parcel_site s ON s.parcel_fid = p.fid
WHERE r.state IN ('outside_registry', 'unapproved') ORDER BY p.DKBM, p.fid
"""
DEDUCTIONS = """
SELECT p.DKBM, p.DKMC, p.village_code, p.village_name, r.holder_names, a.source, a.deducted_mu_100, a.quota_m3_mu_100,
       a.eta_e8, a.district_code
FROM right_part a JOIN parcel p ON p.fid = a.parcel_fid JOIN parcel_right r ON r.parcel_fid = a.parcel_fid
WHERE a.deducted_mu_100 > 0 ORDER BY p.DKBM, a.part_id
"""
MEANS = "SELECT district_code, source, sum(demand_m3_100) AS demand, sum(area_mu_100) AS area FROM right_part" \
        " GROUP BY district_code, source"
WORDS = "SELECT crop, method FROM registry WHERE DKBM = ? ORDER BY fid"
USERS = """
SELECT user_code, user_name, source, permit_m3_100, volume_m3_100, reason FROM user_right
WHERE reason IN ('PERMIT_CUT', 'PERMIT_IDLE') AND permit_m3_100 > coalesce(volume_m3_100, 0) ORDER BY user_id
"""
WELLS = "SELECT subject, value, message FROM finding WHERE code = 'WELL_OVER_PERMIT' ORDER BY subject"


def land(store, policy):
    """``Land`` of every candidate that is land, by kind and DKBM."""
    means = {(row["district_code"], row["source"]): (row["demand"], row["area"]) for row in reading.rows(store, MEANS)
             if row["area"]}
    quotas = limits.quota_index([dict(row) for row in reading.rows(store, "SELECT * FROM quota")])
    found = []
    for row in reading.rows(store, STOPPED):
        kind = OUTSIDE if row["state"] == "outside_registry" else DEDUCTED
        for source, area in _by_source(row, policy):
            found.append(_land(kind, row, source, area, *_estimate(
                store, policy, quotas, means, row, source, area)))
    for row in reading.rows(store, DEDUCTIONS):
        area = row["deducted_mu_100"]
        if row["quota_m3_mu_100"] and row["eta_e8"]:
            volume, basis = amounts.demand_m3_100(area, row["quota_m3_mu_100"], row["eta_e8"], policy.step_m3_100), BY_QUOTA
        else:
            volume, basis = _mean(means, row["district_code"], row["source"], area, policy.step_m3_100)
        found.append(_land(DEDUCTED, row, row["source"], area, volume, basis))
    return found


def _by_source(row, policy):
    """(source, area) of a parcel that has no parts; its source is "none" where nothing supplies it."""
    area, source = row["legal_mu_100"] or 0, row["source"] or "none"
    if source != "mixed":
        return [(source, area)]
    share = policy.mixed_surface
    if share is None:
        return [("mixed", area)]
    surface = amounts.share_of(area, *share)
    return [("surface", surface), ("ground", area - surface)]


def _estimate(store, policy, quotas, means, row, source, area):
    """(volume or None, what it rests on)."""
    if source not in codes.SOURCE or not area:
        return None, UNKNOWN
    words = reading.rows(store, WORDS, (row["DKBM"],))
    crop, method = ((next((word[name].strip() for word in words if (word[name] or "").strip()), None)
                     or (policy.get(f"quota.default_{name}") or "").strip()) for name in ("crop", "method"))
    if crop and method and policy.get("quota.basis") == "crop":
        quota, _ = limits.find_quota(quotas, crop, row["district_code"], source, method)
        if quota:
            return amounts.demand_m3_100(area, quota.quota_m3_mu_100, quota.eta_e8, policy.step_m3_100), BY_QUOTA
    return _mean(means, row["district_code"], source, area, policy.step_m3_100)


def _mean(means, district, source, area, step):
    if (district, source) not in means:
        return None, UNKNOWN
    demand, whole = means[district, source]
    return amounts.half_up(area * demand, whole * step) * step, BY_MEAN


def _land(kind, row, source, area, volume, basis):
    return Land(kind, row["DKBM"], row["DKMC"] or "", row["holder_names"] or "", row["village_code"] or "",
                row["village_name"] or row["village_code"] or "", source, area, volume, basis)


def volumes(store, nodes):
    """``Volume`` of every candidate that is no land. ``nodes``: ``balance.NodeLine``; what a cap forbids is counted at
    the node whose cap forbids it, so that these add up without counting anything twice. Wells that are
    no nodes are told by themselves: their water is in the groundwater of their district too."""
    found = []
    for node in nodes:
        if node.over_m3_100 > 0:
            row = node.row
            done = "未核减，仍在核定水量之内" if row["mode"] == "report" else "已核减"
            label = limits.cap_label(row["cap_level"], row["cap_name"], row["source"])
            found.append(Volume(OVER_CAP, label, row["source"], node.over_m3_100, done))
    for row in reading.rows(store, USERS):
        over = row["permit_m3_100"] - (row["volume_m3_100"] or 0)
        found.append(Volume(OVER_PERMIT, f"{row['user_name'] or ''} {row['user_code']}".strip(), row["source"], over, "许可水量减核定水量"))
    told = {node.row["cap_code"] for node in nodes if node.row["cap_level"] == "well" and node.over_m3_100 > 0}
    for row in reading.rows(store, WELLS):
        if row["subject"] in told:
            continue
        try:
            over = amounts.hundredths((row["value"] or "").replace(",", ""))
        except ValueError:
            continue
        found.append(Volume(OVER_WELL, f"机井 {row['subject']}", "ground", over, row["message"]))
    return found
