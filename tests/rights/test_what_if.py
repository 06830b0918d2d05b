"""What-if: every answer equals a full determination on the changed tables, and a lever says what it means or is refused."""

import dataclasses

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rights import small_county as county
from tests.rights.random_county import random_county
from tests.village import village_policy
from wr_plugin.model.errors import BadInput
from wr_plugin.rights import determine, figures, levers, parcel_edits, what_if

LEVERS = (
    "定额:玉米=-5%", "定额:*=+12.5%", "定额:小麦/畦灌=300", "定额:玉米/地下水=0", "η渠系:*=0.62", "η田间:通用=-3%", "指标:GQ01/地表水=-40%",
    "指标:地下水=-10%", "指标:county/地表水=90000", "地表水比例=0.35", "地表水比例=1", "法定面积=SCMJ", "法定面积=原合同面积",
    "超指标=同比例核减", "超指标=report", "须在名录内=否", "默认作物=玉米", "扣减起点=5", "水量取整=0.1",
    "地块类别=承包地块、自留地", "除外用途=无", "扣减=不扣", "混合划分=按轮次", "地表水轮次=2", "地下水轮次=1", "确权单位=斗口", "确权单位=village",
    "灌区须有许可=是", "指标层级=县", "指标层级=county、district、village", "预留比例=0.05", "预留:county/地表水=500",
    "无灌区指标=只受县指标约束", "优先按=作物", "优先序=小麦>玉米", "超指标=按优先序核减", "定额算法=按综合定额",
)


def frames_of(rights, parcels):
    """Volumes of a full determination: by parcel, by holder and source, and sums by level, code and source."""
    part = rights.right_part.merge(parcels, left_on="parcel_fid", right_on="fid")
    part["county"] = county.COUNTY
    totals = {}
    for level, column in (("county", "county"), ("district", "district_code"), ("outlet", "outlet_code"),
                          ("village", "village_code")):
        for key, rows in part.dropna(subset=[column]).groupby([column, "source"]):
            sums = tuple(int(rows[name].sum()) for name in figures.MEASURES)
            if any(sums):
                totals[(level, *key)] = sums
    holders = {(r.CBFBM, r.source): int(r.volume_m3_100) for r in rights.holder_right.itertuples() if r.volume_m3_100}
    return dict(zip(rights.parcel_right["parcel_fid"], rights.parcel_right["volume_m3_100"])), holders, totals


def assert_equal_to_a_full_run(base, inputs, policy, texts):
    changes = [levers.parse(text) for text in texts]
    changed = levers.apply(changes, inputs.quota, inputs.cap, policy)
    again = determine.determine(dataclasses.replace(inputs, quota=changed.quota, cap=changed.cap), changed.policy)
    (old_parcels, old_holders, old_totals), (parcels, holders, totals) = (
        frames_of(rights, inputs.parcel[["fid", "village_code"]])
        for rights in (determine.determine(inputs, policy), again))
    answer = base.answer(changes)
    assert {r.parcel_fid: (r.before, r.after, r.change) for r in answer.parcels.itertuples()} == {
        fid: (old_parcels[fid], new, new - old_parcels[fid]) for fid, new in parcels.items() if new != old_parcels[fid]}
    assert {(r.CBFBM, r.source): (r.volume_before, r.volume_after) for r in answer.holders.itertuples()} == {
        key: (old_holders.get(key, 0), holders.get(key, 0)) for key in {*old_holders, *holders}
        if old_holders.get(key, 0) != holders.get(key, 0)}
    told = {(r.level, r.code, r.source): tuple(getattr(r, f"{name}_after") for name in figures.MEASURES)
            for r in answer.totals.itertuples()}
    assert {key: sums for key, sums in told.items() if any(sums)} == totals
    told = {(r.level, r.code, r.source): tuple(getattr(r, f"{name}_before") for name in figures.MEASURES)
            for r in answer.totals.itertuples()}
    assert {key: sums for key, sums in told.items() if any(sums)} == old_totals
    having = [set(frame.loc[frame["state"].isin(determine.HAVING), "parcel_fid"]) for frame in (
        determine.determine(inputs, policy).parcel_right, again.parcel_right)]
    assert (answer.gained, answer.lost) == (len(having[1] - having[0]), len(having[0] - having[1]))
    return answer


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.sampled_from(["report", "proportional"]), st.sampled_from(["HTMJ", "SCMJ"]),
       st.sampled_from([None, 0.7]), st.lists(st.lists(st.sampled_from(LEVERS), min_size=1, max_size=3), min_size=1,
                                              max_size=4))
def test_an_answer_equals_a_full_determination(seed, mode, legal, share, moves):
    """Several moves on one base, so that what the base remembers of one move never leaks into the next."""
    policy, _ = village_policy(**{"cap.mode": mode, "area.legal": legal, "sources.mixed_surface_share": share})
    inputs = random_county(seed, 30, 0.6)
    inputs.quota = inputs.quota.dropna(subset=["quota_m3_mu_100"])
    base = what_if.Base(inputs, policy)
    for texts in moves:
        try:
            levers.apply([levers.parse(text) for text in texts], inputs.quota, inputs.cap, policy)
        except BadInput:
            continue
        assert_equal_to_a_full_run(base, inputs, policy, texts)


PRIORITY = {"cap.mode": "priority", "cap.priority_by": "crop", "cap.priority": ["小麦", ["玉米"]]}
VILLAGE = "620799101002"


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.sampled_from([{"cap.mode": "report"}, {"cap.mode": "proportional"}, PRIORITY,
                                               {**PRIORITY, "cap.mode": "proportional"}]),
       st.sampled_from([["county", "district"], ["county", "district", "outlet"], ["county"],
                        ["county", "district", "well"]]), st.sampled_from([0.3, 1.2]),
       st.lists(st.lists(st.sampled_from(LEVERS), min_size=1, max_size=2), min_size=1, max_size=4))
def test_a_village_is_its_part_of_the_whole_answer(seed, mode, tree, cap_share, moves):
    """Whatever way the village is worked out, and where the first move has made a base that others go on from."""
    policy, _ = village_policy(**mode, **{"cap.tree": tree, "cap.report_only": tree[:1] if "well" in tree else []})
    inputs = random_county(seed, 40, cap_share)
    inputs.site["well_code"] = [f"JJ0{1 + fid % 3}" for fid in inputs.site["parcel_fid"]]
    inputs.well = pd.DataFrame({"fid": [1, 2, 3], "well_code": ["JJ01", "JJ02", "JJ03"], "permit_m3": [900.0, 30000.0, 1e7]})
    inputs.parcel["village_code"] = [f"62079910100{1 + fid % 3}" for fid in inputs.parcel["fid"]]
    mine = set(inputs.parcel.loc[inputs.parcel["village_code"] == VILLAGE, "fid"])
    base = what_if.Base(inputs, policy)
    base.prepare("area.legal", ("SCMJ", "YHTMJ"))
    for texts in moves:
        changes = [levers.parse(text) for text in texts]
        try:
            whole = base.answer(changes)
        except BadInput:
            continue
        one = base.answer(changes, VILLAGE)
        assert one.parcels.values.tolist() == whole.parcels[whole.parcels["parcel_fid"].isin(mine)].values.tolist()
        expected = whole.totals[(whole.totals["level"] == "village") & (whole.totals["code"] == VILLAGE)]
        for name in figures.MEASURED:
            assert one.totals.loc[one.totals["level"] == "county", name].tolist() == expected[name].tolist()
        only, before = base._look_at(VILLAGE)
        after = base._figures(base.chain(changes), only).holder
        assert one.holders["volume_after"].tolist() == after[after != before.holder].tolist()
    with pytest.raises(BadInput, match="没有代码"):
        base.answer([], "620799101009")


def test_a_village_under_caps_is_counted_and_not_cut_anew(monkeypatch):
    """Another quota or cap, cut in proportion or by priority: no chain over the county runs."""
    for mode in ({"cap.mode": "proportional"}, PRIORITY):
        inputs = random_county(11, 60, 0.3)
        base = what_if.Base(inputs, village_policy(**mode)[0])
        expected = [base.answer([levers.parse(text)]).parcels for text in ("定额:玉米=-5%", "指标:地表水=-30%", "水量取整=0.1")]
        village = inputs.parcel["village_code"].iat[0]
        base.answer([], village)
        with monkeypatch.context() as patched:
            patched.setattr(what_if.Base, "chain", lambda *_: pytest.fail("the county was determined again"))
            for text, parcels in zip(("定额:玉米=-5%", "指标:地表水=-30%", "水量取整=0.1"), expected):
                assert base.answer([levers.parse(text)], village).parcels.values.tolist() == parcels.values.tolist()


def test_by_hand():
    """9.00 亩 of maize at 400 m³/亩 and η 0.54: 9 × 400 ÷ 0.54 = 6,666.67 → 6,667; at −5 %: 9 × 380 ÷ 0.54 = 6,333.33 →
    6,333. The wheat parcel is not touched."""
    parcels = [county.parcel_row(1), county.parcel_row(2, crop="小麦")]
    links = [county.link_row(1, 1, 6000.0), county.link_row(2, 2, 6000.0)]
    quotas = [county.quota_row(crop, "*", "surface", "畦灌", 40000, "0.6", "0.9") for crop in ("玉米", "小麦")]
    inputs = county.county(parcels, links, quotas, [], [1, 2])
    answer = what_if.Base(inputs, village_policy()[0]).answer([levers.parse("定额:玉米=-5%")])
    assert answer.parcels.values.tolist() == [[1, 666_700, 633_300, -33_400]]
    assert answer.holders[["CBFBM", "holder_name", "change"]].values.tolist() == [[county.holder_code(1), "户1", -33_400]]
    total = answer.totals.set_index(["level", "source"]).loc[("county", "surface")]
    assert (total["volume_m3_100_before"], total["volume_m3_100_after"]) == (1_333_400, 1_300_000)


def applied(text, **policy):
    quotas = [county.quota_row("玉米", "GQ01", "surface", "畦灌", 40050, "0.6", "0.9"),
              county.quota_row("玉米", "*", "ground", "滴灌", 20000, "0.95", "1"),
              county.quota_row("小麦", "GQ01", "surface", "畦灌", None, "0.6", "0.9")]
    caps = [county.cap_row("district", "GQ01", "surface", 1_000_001), county.cap_row("county", "620799", "surface", 500)]
    inputs = county.county([county.parcel_row(1)], [county.link_row(1, 1, 6000.0)], quotas, caps, [1])
    return levers.apply([levers.parse(text)], inputs.quota, inputs.cap, village_policy(**policy)[0])


@pytest.mark.parametrize("text, quotas", [
    ("定额:玉米=-5%", [38048, 19000, None]),        # 400.50 × 0.95 = 380.475 → 380.48
    ("定额=＋10％", [44055, 22000, None]),
    ("定额：小麦=300.5", [40050, 20000, 30050]),
    ("定额:GQ01/玉米/地表水/畦灌=1", [100, 20000, None]),
    ("quota:通用=0", [40050, 0, None]),
])
def test_a_lever_on_quotas(text, quotas):
    assert [None if v is None else int(v) for v in applied(text).quota["quota_m3_mu_100"].astype(object).where(
        lambda s: s.notna(), None)] == quotas


def test_levers_on_coefficients_caps_and_settings():
    assert applied("η渠系:地表水=0.62").quota["eta_canal"].tolist() == ["0.62", "0.95", "0.62"]
    assert applied("η田间:*=-50%").quota["eta_field"].tolist() == ["0.45", "0.5", "0.45"]
    assert applied("指标:*=-5%").cap["cap_m3_100"].tolist() == [950_001, 475]  # 10,000.01 × 0.95 = 9,500.0095 → 9,500.01
    assert applied("指标:GQ01/surface=12,000.5").cap["cap_m3_100"].tolist() == [1_200_050, 500]
    assert applied("指标:灌区=1").cap["cap_m3_100"].tolist() == [100, 500]
    assert applied("法定面积=实测面积").policy.get("area.legal") == "SCMJ"
    assert applied("超指标=同比例核减").policy.get("cap.mode") == "proportional"
    assert applied("地表水比例=0.25").policy.mixed_share_e4 == 2500
    assert applied("水量取整=0.1").policy.step_m3_100 == 10


@pytest.mark.parametrize("text, message", [
    ("随便", "读不懂"), ("定额:玉米", "读不懂"), ("天气=晴", "不能试算"), ("scope.deduct=new", "重新检查"),
    ("面积相对容差=0.1", "只决定检查时报告"), ("sources.well_reach_m=500", "不重做检查"), ("metering.surface_m3=1", "只决定提醒"),
    ("units.rules=1", "写不成一个值"), ("证号规则=1", "与水量无关"), ("跨斗口=分开", "不对"), ("跨斗口=按重叠面积分开", "检查只在政策规定分开时才留下"),
    ("优先序=小麦>玉米", "同时试 超指标"), ("超指标=priority", "没有规定优先序"), ("新增起算日=2020-01-01", "不得新增"), ("地表水轮次=3", "按轮次"), ("定额:水稻=-5%", "没有“水稻”的行"),
    ("定额:玉米=5%", "带正负号"), ("定额:玉米=很多", "应是数字"), ("定额:玉米=1.005", "两位小数"), ("定额:玉米=-101%", "不能小于 0"),
    ("定额:小麦=-5%", "该行未填"), ("定额:小麦/滴灌=5", "没有这样的行"), ("η渠系:*=1.2", "0 与 1 之间"), ("η渠系:*=0.12345", "四位小数"),
    ("η田间:*=+20%", "0 与 1 之间"), ("指标:*=5", "不能都设为一个水量"), ("法定面积=最大的", "不对"), ("法定面积:GQ01=SCMJ", "不分对象"),
    ("地表水比例=1.5", "不对"), ("定额:玉米=nan", "应是数字"),
])
def test_a_lever_that_says_nothing_clear_is_refused(text, message):
    with pytest.raises(BadInput, match=message):
        applied(text)


def test_a_lever_that_todays_policy_does_not_read_is_refused():
    with pytest.raises(BadInput, match="按轮次"):
        applied("地表水比例=0.5", **{"sources.mixed_mode": "round", "sources.surface_rounds": 3, "sources.ground_rounds": 1})
    with pytest.raises(BadInput, match="综合定额"):
        applied("默认作物=玉米", **{"quota.basis": "composite"})


def test_the_step_is_not_tried_where_forest_water_is_shared_out_by_it():
    inputs = random_county(1, 20)
    inputs.forest = {("GQ01", "surface"): 5_000}
    with pytest.raises(BadInput, match="林草"):
        what_if.Base(inputs, village_policy()[0]).answer([levers.parse("水量取整=0.1")])


def test_what_a_lever_on_a_setting_does_is_told():
    policy = village_policy()[0]
    assert levers.told(levers.parse("法定面积=SCMJ"), policy) == "法定面积：合同（确权）面积 → 实测面积"
    assert levers.told(levers.parse("地表水比例=0.5"), policy) == "混合地块地表水面积比例：0.7 → 0.5"
    assert levers.told(levers.parse("优先序=小麦>玉米、马铃薯"), policy) == "优先序：未填 → 小麦 > 玉米、马铃薯"
    assert levers.told(levers.parse("指标层级=县、灌区、斗口"), policy) == "指标层级：县、灌区 → 县、灌区、斗口"
    assert levers.told(levers.parse("扣减=不扣"), policy).endswith(" → 无")
    assert levers.told(levers.parse("定额:玉米=-5%"), policy) == "定额:玉米=-5%"


PARCEL_LEVERS = ("作物=小麦", "作物=甜菜", "灌溉方式=滴灌", "在名录内=是", "在名录内=否", "水源=地下水", "水源=mixed", "水源=无水源", "面积=3.21",
                 "重叠=0", "重叠=500.5")


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.sampled_from(["report", "proportional"]), st.sampled_from(["HTMJ", "SCMJ"]),
       st.lists(st.tuples(st.integers(1, 30), st.sampled_from(PARCEL_LEVERS)), min_size=1, max_size=3),
       st.lists(st.sampled_from(LEVERS), max_size=1))
def test_a_lever_on_a_parcel_equals_a_full_determination(seed, mode, legal, edits, more):
    policy, _ = village_policy(**{"cap.mode": mode, "area.legal": legal})
    inputs = random_county(seed, 30, 0.6)
    inputs.quota = inputs.quota.dropna(subset=["quota_m3_mu_100"])
    texts = [*(f"地块:{county.parcel_code(number)}/{what}" for number, what in edits), *more]
    changes = [levers.parse(text) for text in texts]
    try:
        changed = levers.apply(changes, inputs.quota, inputs.cap, policy)
        facts = parcel_edits.applied(inputs, changes, changed.policy.get("area.legal"))
    except BadInput:
        return
    rights = [determine.determine(i, p) for i, p in (
        (inputs, policy), (dataclasses.replace(facts, quota=changed.quota, cap=changed.cap), changed.policy))]
    before, after = (dict(zip(r.parcel_right["parcel_fid"], r.parcel_right["volume_m3_100"])) for r in rights)
    answer = what_if.Base(inputs, policy).answer(changes)
    assert {r.parcel_fid: (r.before, r.after) for r in answer.parcels.itertuples()} == {
        fid: (before[fid], after[fid]) for fid in before if before[fid] != after[fid]}


def test_one_parcel_more_in_the_registry_takes_from_its_neighbours():
    """Cap 10,000 m³ for 6,667 + 6,667: 5,000 each. With a third parcel in the registry: 3,334, 3,333, 3,333."""
    parcels = [county.parcel_row(n, in_registry=n < 3) for n in (1, 2, 3)]
    links = [county.link_row(n, n, 6000.0) for n in (1, 2, 3)]
    quotas = [county.quota_row("玉米", "*", "surface", "畦灌", 40000, "0.6", "0.9")]
    caps = [county.cap_row(level, code, source, 1_000_000) for level, code in (("county", county.COUNTY), ("district", "GQ01"))
            for source in county.SOURCES]
    policy = village_policy(**{"cap.mode": "proportional", "quota.default_crop": "玉米", "quota.default_method": "畦灌"})[0]
    base = what_if.Base(county.county(parcels, links, quotas, caps, [1, 2, 3]), policy)
    answer = base.answer([levers.parse(f"地块:{county.parcel_code(3)}/在名录内=是")])
    assert answer.parcels[["before", "after"]].values.tolist() == [[500_000, 333_400], [500_000, 333_300], [0, 333_300]]
    assert (answer.gained, answer.lost) == (1, 0)


@pytest.mark.parametrize("text, message", [
    ("地块:620/作物=小麦", "没有这个地块"), ("地块:620=小麦", "说不清"), ("地块:620/天气=晴", "说不清"), ("地块:620/水源=雨水", "不对"),
    ("地块:620/面积=1.234", "不对"), ("地块:620/在名录内=也许", "不对"), ("地块:620/面积=-1", "不对"),
])
def test_a_lever_on_a_parcel_that_says_nothing_clear_is_refused(text, message):
    base = what_if.Base(random_county(1, 20), village_policy()[0])
    with pytest.raises(BadInput, match=message):
        base.answer([levers.parse(text)])
