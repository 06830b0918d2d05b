"""Every setting that a what-if can move: the answer equals a full determination under the changed policy, units included."""

import dataclasses

import pytest

from tests.rights.random_county import random_county
from tests.rights.test_random_units import RULES, with_units
from tests.rights.test_what_if import assert_equal_to_a_full_run
from tests.village import village_policy
from wr_plugin.model.errors import BadInput
from wr_plugin.rights import determine, figures, forest_users, lever_settings, levers, users, what_if

PRIORITY = {"cap.mode": "priority", "cap.priority_by": "crop", "cap.priority": ["小麦"]}
CASES = [  # levers, today's policy: each moves something
    (["地块类别=承包地块、自留地"], {}), (["除外用途=无"], {}), (["扣减=不扣"], {}), (["混合划分=按轮次", "地表水轮次=1", "地下水轮次=3"], {}),
    (["地表水轮次=1"], {"sources.mixed_mode": "round", "sources.surface_rounds": 3, "sources.ground_rounds": 1}),
    (["确权单位=斗口"], {}), (["确权单位=村民小组"], {"unit": "village"}), (["确权单位=成员表中的单位", "不在成员表=农户（一户一水源）"], {}),
    (["不在成员表=village"], {"unit": "association"}), (["灌区须有许可=是"], {}), (["超采区=待退出后再确权"], {}),
    (["超采区=不得新增", "新增起算日=2020-12-15"], {}), (["泉域=不确权"], {}), (["定额算法=按综合定额"], {}),
    (["定额算法=按作物"], {"quota.basis": "composite"}), (["定额:玉米=-20%"], {"quota.basis": "composite", "unit": "group"}),
    (["指标层级=县"], {"cap.mode": "proportional"}), (["指标层级=县、灌区、斗口", "预留比例=0.1"], {"cap.mode": "proportional"}),
    (["预留比例=0.25"], {"cap.mode": "proportional", "cap.tree": ["county"]}), (["预留:county/地表水=10000"], {"cap.mode": "proportional"}),
    (["无灌区指标=只受县指标约束"], {"cap.mode": "proportional"}), (["优先序=玉米>小麦"], PRIORITY), (["优先按=灌溉方式", "优先序=滴灌"], PRIORITY),
    (["只报告层级=灌区"], {"cap.mode": "proportional"}), (["只报告层级=县、灌区", "指标层级=县、灌区、机井"], {"cap.mode": "proportional"}),
    (["无机井指标=只受上级指标约束"], {"cap.mode": "proportional", "cap.tree": ["county", "district", "well"]}),
    (["定额:*=-50%"], {"cap.mode": "proportional", "cap.tree": ["county", "district", "well"], "cap.report_only": ["county", "district"]}),
    (["超指标=按优先序核减", "优先按=作物", "优先序=小麦>玉米、苜蓿"], {}), (["定额:*=-7%"], {"unit": None, "units.rules": RULES}),
]


def lively(**policy):
    """A county with every kind of outlet, well, unit and class of land, under caps that cut."""
    inputs = with_units(random_county(4, 60, 0.4), 4)
    inputs.quota = inputs.quota.dropna(subset=["quota_m3_mu_100"])
    inputs.cap = inputs.cap[~((inputs.cap["cap_code"] == "GQ02") & (inputs.cap["source"] == "ground"))].reset_index(drop=True)
    inputs.cap["cap_m3_100"] = inputs.cap["cap_m3_100"] // 20
    inputs.well.loc[inputs.well["well_code"] == "JJ02", "permit_m3"] = None
    return inputs, village_policy(**policy)[0]


@pytest.mark.parametrize("texts, today", CASES, ids=[";".join(texts) for texts, _ in CASES])
def test_a_setting_moved_equals_a_full_determination(texts, today):
    inputs, policy = lively(**today)
    base = what_if.Base(inputs, policy)
    answer = assert_equal_to_a_full_run(base, inputs, policy, texts)
    assert len(answer.parcels) or len(answer.units), "the lever moved nothing"
    changed = levers.apply([levers.parse(text) for text in texts], inputs.quota, inputs.cap, policy)
    for when, rights in (("before", determine.determine(inputs, policy)), ("after", determine.determine(
            dataclasses.replace(inputs, quota=changed.quota, cap=changed.cap), changed.policy))):
        units = rights.unit_right[rights.unit_right["unit_kind"] != "holder_source"]
        expected = {(r.unit_kind, r.unit_code, r.source): (r.area_mu_100, r.demand_m3_100, r.volume_m3_100)
                    for r in units.itertuples() if r.area_mu_100 or r.demand_m3_100}
        told = {(r.kind, r.code, r.source): tuple(getattr(r, f"{name}_{when}") for name in figures.MEASURES)
                for r in answer.units.itertuples()}
        assert {key: sums for key, sums in told.items() if any(sums)} == expected
    village = inputs.parcel["village_code"].iat[0]
    assert base.answer([levers.parse(text) for text in texts], village).parcels.values.tolist() == answer.parcels.values.tolist()


def test_every_lever_names_a_setting_a_step_and_labels_that_the_policy_takes():
    for path, (step, _) in lever_settings.LEVERS.items():
        assert step in determine.STEPS and path in lever_settings.policies.BY_PATH
    for path, labels in lever_settings.LABELS.items():
        for code, label in labels.items():
            assert lever_settings.value_of(path, label) == code == lever_settings.value_of(path, code)
            assert lever_settings.text_of(path, code) == label


@pytest.mark.parametrize("setting", [s.path for s in lever_settings.policies.SETTINGS if s.path not in lever_settings.LEVERS])
def test_a_setting_that_is_no_lever_says_why_and_what_to_do(setting):
    with pytest.raises(BadInput, match="不能试算：|写不成一个值") as caught:
        levers.parse(f"{setting}=1")
    assert caught.value.remedy


USERS = users.Tables(
    permit=[{"fid": 1, "user_code": "P1", "user_name": "水厂", "source": "surface", "permit_number": "许1", "permit_m3": 1000.0}],
    forest=[{"fid": n, "user_code": f"L{n}", "user_name": "", "district_code": "GQ01", "source": "surface", "area_mu_100": 100 * n}
            for n in (1, 2)],
    forest_volume=[{"fid": 1, "district_code": "GQ01", "source": "surface", "forest_m3_100": 300_100}])


def with_users(**policy):
    inputs, today = lively(**{"cap.mode": "proportional", **policy})
    inputs.forest = forest_users.totals(USERS, today)
    return inputs, today


def test_forest_left_out_gives_its_water_to_the_parcels_of_its_district():
    inputs, policy = with_users(**{"forest.basis": "district_volume"})
    answer = what_if.Base(inputs, policy, users=USERS).answer([levers.parse("林草地=不确权")])
    full = determine.determine(dataclasses.replace(inputs, forest={}), policy)
    county_total = answer.totals[(answer.totals["level"] == "county") & (answer.totals["source"] == "surface")]
    assert county_total["volume_m3_100_after"].iat[0] == full.holder_right.loc[
        full.holder_right["source"] == "surface", "volume_m3_100"].sum()
    assert answer.others.touched and answer.others.volumes.set_index("kind").loc["forest", ["before", "after"]].tolist() == [300_100, 0]


def test_another_step_shares_out_the_forests_water_anew():
    inputs, policy = with_users(**{"forest.basis": "district_volume"})
    answer = what_if.Base(inputs, policy, users=USERS).answer([levers.parse("水量取整=0.01")])
    assert answer.others.volumes["after"].tolist() == [300_100] and answer.others.volumes["before"].tolist() == [300_100]


def test_users_that_no_lever_touches_are_said_to_be_what_they_are():
    inputs, policy = with_users(**{"forest.basis": "district_volume"})
    others = what_if.Base(inputs, policy, users=USERS).answer([levers.parse("定额:玉米=-5%")]).others
    assert not others.touched and (others.volumes["before"] == others.volumes["after"]).all()


def test_the_total_of_the_level_above_is_held_against_all_users():
    inputs, policy = with_users(**{"forest.basis": "district_volume"})
    base = what_if.Base(inputs, policy, users=USERS)
    assert not base.answer([levers.parse("上级总量=10000000")]).others.ceilings
    assert "超出" in base.answer([levers.parse("上级总量=1")]).others.ceilings[0]


def test_parcels_located_by_another_share_need_the_checks_own_share():
    with pytest.raises(BadInput, match="重新运行“检查”|没有斗口占比"):
        what_if.Base(*lively()).answer([levers.parse("斗口最小占比=0.9")])
    inputs, policy = lively()
    inputs.site["outlet_share"] = 0.6
    changed = dataclasses.replace(inputs, site=inputs.site.assign(source="ground"))
    answer = what_if.Base(inputs, policy).answer([levers.parse("斗口最小占比=0.9")])
    expected = determine.determine(changed, policy).holder_right.groupby("source")["volume_m3_100"].sum()
    totals = answer.totals[answer.totals["level"] == "county"].set_index("source")["volume_m3_100_after"]
    assert totals.to_dict() == {"surface": 0, "ground": int(expected["ground"])}
