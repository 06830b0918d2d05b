"""Duties that come with water: online meters, meters of industry and services, key users, renewal in time, over quota.

The figures are those of the policy texts (南阳方案七（三）, 永川方案二（一）, 朔州细则四（一）22、23; 取水许可条例第二十五条), tried at
and just below each of them.
"""

from pathlib import Path

import pytest

from wr_plugin.intake.policy_file import read_policy
from wr_plugin.rights import users

POLICIES = Path(__file__).parents[2] / "resources" / "policies"


def permit_user(**values):
    row = {"fid": 1, "user_code": "Q1", "user_name": "厂", "industry": "industry", "source": "surface", "permit_number": "证",
           "permit_m3_100": 100_000_00, "permit_from": "2015-01-01", "permit_until": "2030-12-31", "product": None, "scale": None,
           "scale_unit": None, "use_1_m3_100": 1_000_00, "use_2_m3_100": 90_000_00, "use_3_m3_100": 90_000_00, "exempt": None,
           "reasonable_m3_100": None, "in_overdraft": 2, "in_spring": 2, "metered": "meter", "village_code": None,
           "source_row": 3}
    assert set(values) <= set(row)
    return {**row, **values}


def findings(policy, row, today="2026-11-22", **changes):
    read, _ = read_policy(POLICIES / f"{policy}.yaml")
    read.values.update({"permit.basis": "permit", **changes})
    made = users.determine(users.Tables(permit=[row]), read, today)
    return {found["code"] for found in users.findings(made)}


@pytest.mark.parametrize(("policy", "source", "threshold"), [
    ("nanyang", "surface", 500_000), ("nanyang", "ground", 50_000), ("yongchuan", "surface", 100_000), ("yongchuan", "ground", 10_000)])
def test_online_meters_from_the_permitted_volume_on(policy, source, threshold):
    asked = permit_user(source=source, permit_m3_100=threshold * 100)
    assert "METERING_REQUIRED" in findings(policy, asked)
    assert "METERING_REQUIRED" not in findings(policy, {**asked, "metered": "online"})
    assert "METERING_REQUIRED" not in findings(policy, {**asked, "permit_m3_100": threshold * 100 - 1})


@pytest.mark.parametrize(("industry", "threshold"), [("industry", 100_000), ("service", 50_000)])
def test_shuozhou_meters_industry_and_services_by_their_use(industry, threshold):
    asked = permit_user(industry=industry, use_1_m3_100=threshold * 100, metered="none", permit_m3_100=10**9)
    assert "METERING_REQUIRED" in findings("shuozhou", asked)
    assert "METERING_REQUIRED" not in findings("shuozhou", {**asked, "use_1_m3_100": threshold * 100 - 1})
    assert "METERING_REQUIRED" not in findings("shuozhou", {**asked, "metered": "meter"})
    assert "METERING_REQUIRED" not in findings("shuozhou", {**asked, "industry": "livestock"})


def test_shuozhou_lists_key_users_from_half_a_million_on():
    asked = permit_user(use_1_m3_100=500_000_00, permit_m3_100=10**9)
    assert "KEY_USER" in findings("shuozhou", asked)
    assert "KEY_USER" not in findings("shuozhou", {**asked, "use_1_m3_100": 500_000_00 - 1})


@pytest.mark.parametrize(("until", "told"), [
    ("2027-01-06", {"PERMIT_RENEWAL"}), ("2027-01-07", set()), ("2026-11-22", {"PERMIT_RENEWAL"}), ("2026-11-21", {"PERMIT_EXPIRED"})])
def test_renewal_is_asked_for_forty_five_days_before_the_end(until, told):
    """2026-11-22 + 45 days = 2027-01-06; on its last day a permit is still in force."""
    assert findings("yongchuan", permit_user(permit_until=until, metered="online")) == told


def test_use_above_the_right_is_told():
    asked = permit_user(permit_m3_100=10_000_00, use_1_m3_100=10_000_00 + 1, metered="online")
    assert findings("yongchuan", asked) == {"OVER_QUOTA"}
    assert findings("yongchuan", {**asked, "use_1_m3_100": 10_000_00}) == set()


def test_one_code_on_two_rows_is_no_right_for_either():
    read, _ = read_policy(POLICIES / "yongchuan.yaml")
    [one] = users.determine(users.Tables(permit=[permit_user(), permit_user(fid=2, source_row=4)]), read, "2026-11-22")
    assert (one.state, one.reason, one.volume_m3_100) == ("missing", "USER_DUPLICATE", 0)
    assert "3、4" in one.steps[-1].inputs[0][1]
