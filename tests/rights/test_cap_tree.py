"""The tree of caps: what its computation promises on random trees, and what a county sees of it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rights import small_county as county
from tests.rights.random_county import random_county
from tests.village import village_policy
from wr_plugin.commands import confirm
from wr_plugin.commands.progress import Progress
from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import BadInput
from wr_plugin.rights import cap_tree, caps, determine, explain
from wr_plugin.store import reading
from wr_plugin.store.workfile import WorkFile

NOTHING = {"policy": None, "quota": None, "caps": None}
STEPS = st.one_of(st.integers(0, 12), st.integers(0, 10**9))


@st.composite
def forests(draw):
    """A random forest of caps, and parts of up to three classes on its leaves."""
    count = draw(st.integers(1, 12))
    parents = [-1] + [draw(st.integers(-1, v - 1)) for v in range(1, count)]
    leaves = sorted(set(range(count)) - set(parents))
    parts = draw(st.integers(0, 25))
    leaf = np.array([draw(st.sampled_from(leaves)) for _ in range(parts)], dtype=np.int64)
    demand = np.array([draw(STEPS) for _ in range(parts)], dtype=np.int64)
    kinds = draw(st.integers(1, 3))
    kind = np.array([draw(st.integers(0, kinds - 1)) for _ in range(parts)], dtype=np.int64)
    usable = [draw(st.one_of(st.none(), st.integers(0, max(1, int(demand.sum()))))) for _ in range(count)]
    return cap_tree.Shape(parents, usable), leaf, demand, kind, kinds


def above(shape, v):
    """The node and all above it."""
    while v >= 0:
        yield v
        v = shape.parents[v]


def under(shape, leaf, v):
    """Mask of the parts below a node."""
    return np.array([v in above(shape, one) for one in leaf], dtype=bool)


@given(forests())
@settings(max_examples=300)
def test_what_is_granted_adds_up_and_passes_no_cap_and_no_demand(case):
    shape, leaf, demand, kind, kinds = case
    made = caps.allocate(shape, leaf, demand, kind, kinds)
    assert (made.parts >= 0).all() and (made.parts <= demand).all()
    total = [sum(column) for column in zip(*made.granted)]
    for v, cap in enumerate(shape.usable):
        mine = under(shape, leaf, v)
        assert total[v] == int(made.parts[mine].sum())
        assert [one[v] for one in made.demand] == [int(demand[mine & (kind == k)].sum()) for k in range(kinds)]
        children = [c for c, parent in enumerate(shape.parents) if parent == v]
        assert not children or total[v] == sum(total[c] for c in children)
        assert cap is None or total[v] <= cap


@given(forests())
@settings(max_examples=200)
def test_with_all_caps_doubled_no_part_gets_less_but_for_a_remainder(case):
    """The shares grow or stay; a remainder may fall to another part once at each level above. Without a cut nothing moves."""
    shape, leaf, demand, kind, _ = case
    alike = np.zeros_like(kind)
    before = caps.allocate(shape, leaf, demand, alike, 1).parts
    wider = cap_tree.Shape(shape.parents, [None if cap is None else 2 * cap for cap in shape.usable])
    after = caps.allocate(wider, leaf, demand, alike, 1).parts
    for i in range(len(demand)):
        assert after[i] >= before[i] - len(list(above(shape, leaf[i])))
    assert after.sum() >= before.sum() and ((before < demand).any() or (after == before).all())


@given(forests())
@settings(max_examples=300)
def test_whoever_gets_less_than_its_demand_has_a_cap_above_that_is_met_exactly(case):
    """And below that cap no class behind gets anything: the proof of ``allocate`` in random trees."""
    shape, leaf, demand, kind, kinds = case
    made = caps.allocate(shape, leaf, demand, kind, kinds)
    spent = np.array(made.granted).cumsum(axis=0)
    for i in np.flatnonzero(made.parts < demand):
        full = [v for v in above(shape, leaf[i]) if shape.usable[v] is not None and spent[kind[i]][v] == shape.usable[v]]
        assert full
        for v in full:
            assert not made.parts[under(shape, leaf, v) & (kind > kind[i])].any()


@given(forests())
@settings(max_examples=200)
def test_the_most_that_the_caps_allow_is_granted(case):
    """One class: the whole is min(cap, Σ below) going up, worked out here by recursion."""
    shape, leaf, demand, _, _ = case

    def most(v):
        below = int(demand[leaf == v].sum()) + sum(most(c) for c, parent in enumerate(shape.parents) if parent == v)
        return below if shape.usable[v] is None else min(below, shape.usable[v])

    made = caps.allocate(shape, leaf, demand)
    assert int(made.parts.sum()) == sum(most(v) for v, parent in enumerate(shape.parents) if parent < 0)
    assert made.limit[0] == [most(v) for v in range(len(shape.parents))]


@given(forests())
@settings(max_examples=200)
def test_equal_parts_of_a_leaf_differ_by_a_step_at_most_and_the_earlier_one_has_it(case):
    shape, leaf, demand, kind, kinds = case
    parts = caps.allocate(shape, leaf, demand, kind, kinds).parts
    for i in range(len(leaf)):
        for j in range(i + 1, len(leaf)):
            if (leaf[i], demand[i], kind[i]) == (leaf[j], demand[j], kind[j]):
                assert 0 <= parts[i] - parts[j] <= 1


@given(forests(), st.randoms(use_true_random=False))
def test_the_order_of_parts_only_decides_ties(case, random):
    shape, leaf, demand, kind, kinds = case
    order = list(range(len(leaf)))
    random.shuffle(order)
    first, second = (caps.allocate(shape, leaf[o], demand[o], kind[o], kinds) for o in (slice(None), np.array(order, int)))
    assert first.granted == second.granted
    assert (abs(first.parts[order] - second.parts) <= 1).all()


@pytest.mark.parametrize("weights, total, parts", [
    ([5000, 3000, 2001], 9000, [4499, 2700, 1801]),  # the guide's example
    ([1, 1, 1], 2, [1, 1, 0]), ([7], 3, [3]), ([0, 4], 4, [0, 4])])
def test_largest_remainder_of_nodes(weights, total, parts):
    assert cap_tree.in_proportion(weights, total, sum(weights)) == parts


# A county of four villages, three outlets on two canals, and two districts that the villages do not straddle

VILLAGES = [f"{county.COUNTY}10{n}00{m}" for n, m in ((1, 1), (1, 2), (2, 1), (2, 2))]
TREES = {"villages": ["county", "district", "village"], "canals": ["county", "district", "canal", "outlet"],
         "towns": ["county", "town", "village"], "wells": ["county", "district", "well"],
         "village wells": ["county", "village", "well"]}


def treed(seed, share=0.12, size=60):
    """A random county whose parcels lie in villages, outlets and canals, with caps for some of each."""
    inputs, rng = random_county(seed, size, share), np.random.default_rng(seed + 7)
    number = np.arange(size) % 4
    inputs.parcel["village_code"] = np.array(VILLAGES, dtype=object)[number]
    inputs.site["district_code"] = inputs.site["district_code"].where(
        inputs.site["district_code"].isna(), np.where(number < 2, "GQ01", "GQ02"))
    inputs.site["outlet_code"] = np.array(["DK01", "DK02", "DK03", None], dtype=object)[number]
    inputs.outlet = pd.DataFrame({"fid": [1, 2, 3], "outlet_code": ["DK01", "DK02", "DK03"],
                                  "canal_code": ["QD11", "QD1", None]}, dtype=object)
    inputs.canal = pd.DataFrame({"fid": [1, 2], "canal_code": ["QD11", "QD1"], "parent_code": ["QD1", None]}, dtype=object)
    inputs.site["well_code"] = np.where(number == 0, "JJ03", np.array(["JJ01", "JJ02", "JJ04"], dtype=object)[rng.integers(0, 3, size)])
    inputs.well = pd.DataFrame([{"fid": n, "well_code": f"JJ0{n}", "well_name": f"{n}号井", "permit_number": f"许{n}", "permit_m3": volume}
                                for n, volume in ((1, size * 600 * share), (2, size * 2000.37 * share), (3, 1.0), (4, np.nan))])
    rough, more = size * 600_000, []
    for level, codes in (("village", VILLAGES[:3]), ("outlet", ("DK01", "DK03")), ("canal", ("QD1", "QD11")),
                         ("town", (VILLAGES[0][:9],)), ("well", ("JJ03",))):
        for code in codes:
            for source in county.SOURCES if level in ("village", "town") else ("ground",) if level == "well" else ("surface",):
                more.append(county.cap_row(level, code, source, int(rough * share * rng.uniform(0.05, 0.4)),
                                           reserve_m3_100=int(rng.integers(0, 3)) * 1000))
    inputs.cap = county.cap_table([*inputs.cap.to_dict("records"), *more])
    return inputs


def settings_of(tree, mode, **more):
    wanted = {"cap.mode": mode, "cap.tree": TREES[tree], "cap.reserve_share": 0.05, "cap.without_well": "above", **more}
    if mode == "priority":
        wanted.update({"cap.priority_by": "crop", "cap.priority": ["小麦", "玉米"]})
    return wanted


CASES = [(tree, mode, seed) for seed, (tree, mode) in enumerate(
    (tree, mode) for tree in TREES for mode in ("proportional", "priority", "report"))]


@pytest.mark.parametrize("tree, mode, seed", CASES)
def test_nodes_add_up_and_the_order_of_rows_changes_nothing(tree, mode, seed):
    inputs, policy = treed(seed), village_policy(**settings_of(tree, mode))[0]
    rights = determine.determine(inputs, policy)
    nodes = rights.cap_result.set_index("fid")
    names = ["demand_m3_100", "volume_m3_100"]
    children = rights.cap_result[rights.cap_result["parent_fid"].notna()].groupby("parent_fid")[names].sum()
    for fid, sums in children.iterrows():
        assert nodes.loc[fid, names].tolist() == sums.tolist()
    roots = nodes[nodes["parent_fid"].isna()]
    assert roots[names].sum().tolist() == rights.right_part[names].sum().tolist()
    if mode != "report":
        usable = nodes["cap_m3_100"] - nodes["reserve_m3_100"]
        assert (nodes["limit_m3_100"] >= nodes["volume_m3_100"]).all()
        assert (nodes["volume_m3_100"] <= usable).all() and (nodes["volume_m3_100"] < nodes["demand_m3_100"]).any()
    assert set(nodes["cap_level"]) == set(TREES[tree])
    if mode == "priority":
        by_class = rights.cap_class.groupby("cap_fid")[names].sum()
        assert by_class.equals(nodes.loc[by_class.index, names].rename_axis("cap_fid"))
    shuffled = county.shuffled(inputs, np.random.default_rng(seed))
    assert county.as_text(determine.determine(shuffled, policy)) == county.as_text(rights)


@pytest.mark.parametrize("tree, mode, seed", CASES)
def test_every_explanation_equals_the_stored_result(tmp_path, tree, mode, seed):
    path = county.store_county(tmp_path / "c.gpkg", treed(seed), settings_of(tree, mode))
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        cut = 0
        for row in reading.rows(store, "SELECT uuid FROM parcel"):
            told = explain.explain_parcel(store, row["uuid"])
            assert told.consistent, told.text()
            assert "None" not in told.text() and "nan" not in told.text()
            cut += "同比例" in told.text() and "≈" in told.text()
        assert bool(cut) == (mode != "report")


@pytest.mark.parametrize("tree, mode, only, seed", [
    ("wells", "proportional", ["county", "district"], 21), ("village wells", "priority", ["village"], 22),
    ("villages", "proportional", ["village"], 23), ("wells", "priority", ["well"], 24), ("canals", "priority", ["county", "outlet"], 25)])
def test_levels_that_are_only_reported_cut_nothing_and_the_others_do(tmp_path, tree, mode, only, seed):
    stops = "stop" if seed < 23 else "above"
    inputs, changes = treed(seed), settings_of(tree, mode, **{"cap.report_only": only, "cap.without_well": stops})
    nodes = determine.determine(inputs, village_policy(**changes)[0]).cap_result
    over = nodes["demand_m3_100"] > nodes["cap_m3_100"] - nodes["reserve_m3_100"]
    above = nodes["volume_m3_100"] > nodes["cap_m3_100"] - nodes["reserve_m3_100"]
    assert set(nodes.loc[above.fillna(False), "cap_level"]) <= set(only)
    assert over.fillna(False).any() and set(nodes["mode"]) == {mode, "report"}
    path = county.store_county(tmp_path / "c.gpkg", inputs, changes)
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        for row in reading.rows(store, "SELECT uuid FROM parcel"):
            told = explain.explain_parcel(store, row["uuid"])
            assert told.consistent, told.text()
    assert run_verb("verify", {"work": str(path)}).counts["differences"] == 0
    assert not [line for line in run_verb("balance", {"work": str(path)}).table if "相差" in line[1] or "明细合计" in line[1]]


def test_the_explanation_names_each_cap_on_the_way_with_its_reserve(tmp_path):
    path = county.store_county(tmp_path / "c.gpkg", treed(3), settings_of("villages", "proportional"))
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        row = reading.one(store, "SELECT p.uuid, r.demand_m3_100 FROM parcel p JOIN parcel_right r ON r.parcel_fid = p.fid "
                                 "WHERE p.village_code = ? AND r.volume_m3_100 < r.demand_m3_100", (VILLAGES[0],))
        step = next(s for s in explain.explain_parcel(store, row["uuid"]).steps if s.title == "是否超过用水总量指标")
    assert [label[:2] for label, _ in step.inputs[:3]] == ["村“", "灌区", "县“"]
    assert "其中预留" in step.inputs[2][1] and "可分" in step.inputs[2][1] and "按指标同比例核减" in step.outcome


def six_parcels(*caps, **values):
    """Six parcels of 9.00 亩 at 400 m³/亩 each = 3,600 m³, 1-3 in district A, 4-6 in B; village 甲 has 1-4, 乙 5-6."""
    parcels = [county.parcel_row(n, district_code="A" if n < 4 else "B", village_code=VILLAGES[0 if n < 5 else 1],
                                 **{name: of[n] for name, of in values.items()}) for n in range(1, 7)]
    rows = [county.cap_row(level, code, "surface", amount * 100, **more) for level, code, amount, more in caps]
    return county.county(parcels, [county.link_row(n, n, 6000.0) for n in range(1, 7)],
                         [county.quota_row(crop, "*", "surface", "畦灌", 40000, "1", "1") for crop in ("玉米", "小麦")],
                         rows, range(1, 7))


def volumes(inputs, **changes):
    rights = determine.determine(inputs, village_policy(**changes)[0])
    return (rights.parcel_right["volume_m3_100"] // 100).tolist(), rights


LOOSE = (("county", county.COUNTY, 99_999, {}), ("district", "A", 99_999, {}), ("district", "B", 99_999, {}))


def test_a_village_in_two_districts_needs_a_cap_for_each():
    """One cap for a village in two districts is refused with its row; a row for each district says what is meant."""
    tree = {"cap.mode": "proportional", "cap.tree": ["county", "district", "village"]}
    with pytest.raises(BadInput, match="第 5 行 村“名.*地表水：分在 灌区 A、灌区 B"):
        volumes(six_parcels(*LOOSE, ("village", VILLAGES[0], 9_000, {})), **tree)
    split = six_parcels(*LOOSE, ("village", VILLAGES[0], 9_000, {"parent_code": "A"}),
                        ("village", VILLAGES[0], 1_000, {"parent_code": "B"}))
    found, rights = volumes(split, **tree)
    assert found == [3000, 3000, 3000, 1000, 3600, 3600]
    subjects = sorted(rights.finding[rights.finding["code"] == "CAP_EXCEEDED"]["subject"])
    assert subjects == [f"village|{VILLAGES[0]}|surface|A", f"village|{VILLAGES[0]}|surface|B"]
    tree["cap.tree"] = ["county", "village"]
    assert volumes(six_parcels(*LOOSE[:1], ("village", VILLAGES[0], 9_000, {})), **tree)[0] == [2250] * 4 + [3600] * 2


def test_a_reserve_is_kept_out():
    """Cap 20,000, of it 2,000 reserved: 18,000 for six equal parcels; a tenth by policy where the row says nothing."""
    caps_ = [("county", county.COUNTY, 20_000, {"reserve_m3_100": 200_000}), *LOOSE[1:]]
    found, rights = volumes(six_parcels(*caps_), **{"cap.mode": "proportional"})
    assert found == [3000] * 6
    top = rights.cap_result[rights.cap_result["cap_level"] == "county"].iloc[0]
    assert (top["cap_m3_100"], top["reserve_m3_100"], top["volume_m3_100"]) == (2_000_000, 200_000, 1_800_000)
    message = rights.finding[rights.finding["subject"] == f"county|{county.COUNTY}|surface"]["message"].iloc[0]
    assert "指标 20,000 m³，其中预留 2,000 m³，超出 3,600 m³" in message
    caps_[0] = ("county", county.COUNTY, 20_000, {})
    assert volumes(six_parcels(*caps_), **{"cap.mode": "proportional", "cap.reserve_share": 0.1})[0] == [3000] * 6
    caps_[0] = ("county", county.COUNTY, 20_000, {"reserve_m3_100": 2_000_001})
    found, rights = volumes(six_parcels(*caps_), **{"cap.mode": "proportional"})
    assert found == [0] * 6 and set(rights.parcel_right["reason"]) == {"CAP_MISSING"}
    assert "预留水量大于指标水量" in rights.finding["message"].iloc[0]
    caps_[0] = ("county", county.COUNTY, 20_000, {"reserve_m3_100": -5})
    assert "预留水量是负数（第 2 行）" in volumes(six_parcels(*caps_), **{"cap.mode": "proportional"})[1].finding["message"].iloc[0]
    caps_[0] = ("county", county.COUNTY, 20_000, {"reserve_m3_100": 2_000_000})
    assert volumes(six_parcels(*caps_), **{"cap.mode": "proportional"})[0] == [0] * 6


def test_the_first_class_is_served_whole_before_the_next():
    """18,000 for 3 parcels of 小麦 (10,800) and 3 of 玉米 (10,800): 小麦 whole, 玉米 7,200 = 2,400 each."""
    caps_ = [("county", county.COUNTY, 18_000, {}), *LOOSE[1:]]
    inputs = six_parcels(*caps_, crop={1: "小麦", 2: "玉米", 3: "小麦", 4: "玉米", 5: "小麦", 6: "玉米"})
    order = {"cap.mode": "priority", "cap.priority_by": "crop"}
    assert volumes(inputs, **order, **{"cap.priority": ["小麦", "玉米"]})[0] == [3600, 2400] * 3
    assert volumes(inputs, **order, **{"cap.priority": ["玉米"]})[0] == [2400, 3600] * 3
    assert volumes(inputs, **order, **{"cap.priority": [["玉米", "小麦"]]})[0] == [3000] * 6
    inputs.holder["CBFLX"] = ["1", "1", "3", "1", "1", "1"]
    kinds = {"cap.mode": "priority", "cap.priority_by": "holder_kind", "cap.priority": ["农户", "单位"]}
    assert volumes(inputs, **kinds)[0] == [3600, 3600, 0, 3600, 3600, 3600]


def test_a_class_that_names_an_unknown_crop_is_told_and_a_stray_space_is_none():
    """水稻 is nowhere in the county: the clerk is told, and everybody is served alike; " 小麦" is 小麦."""
    caps_ = [("county", county.COUNTY, 18_000, {}), *LOOSE[1:]]
    inputs = six_parcels(*caps_, crop={1: "小麦", 2: "玉米", 3: "小麦", 4: "玉米", 5: "小麦", 6: "玉米"})
    order = {"cap.mode": "priority", "cap.priority_by": "crop"}
    found, rights = volumes(inputs, **order, **{"cap.priority": ["水稻", [" 小麦", "玉米"]]})
    assert found == [3000] * 6
    assert rights.finding.loc[rights.finding["code"] == "PRIORITY_UNKNOWN", "message"].tolist() == [
        "优先序里的“水稻”：定额表和地块里都没有这种作物，这一类一块地也没有"]
    found, rights = volumes(inputs, **order, **{"cap.priority": [" 小麦"]})
    assert found == [3600, 2400] * 3 and "PRIORITY_UNKNOWN" not in set(rights.finding["code"])


def test_a_cap_that_limits_nothing_is_said():
    inputs = six_parcels(*LOOSE, ("village", VILLAGES[0], 9_000, {}), ("outlet", "DK99", 1, {}))
    _, rights = volumes(inputs, **{"cap.tree": ["county", "district", "outlet"]})
    told = rights.finding[rights.finding["code"] == "CAP_UNUSED"]
    assert sorted(told["subject"]) == ["outlet|DK99|surface", f"village|{VILLAGES[0]}|surface"]
    assert "第 5 行" in told["message"].iloc[0]


def test_canals_that_go_round_are_refused():
    inputs = treed(1)
    inputs.canal["parent_code"] = ["QD1", "QD11"]
    with pytest.raises(BadInput, match="绕了一圈"):
        determine.determine(inputs, village_policy(**settings_of("canals", "report"))[0])
    inputs.canal = pd.DataFrame({"fid": [1, 2], "canal_code": ["QD11"] * 2, "parent_code": ["QD1", "QD2"]}, dtype=object)
    with pytest.raises(BadInput, match="两个上级渠道"):
        determine.determine(inputs, village_policy(**settings_of("canals", "report"))[0])


def test_a_district_without_a_permit_row_rests_on_the_county_where_the_policy_says_so():
    inputs = six_parcels(("county", county.COUNTY, 18_000, {}), LOOSE[1])
    assert volumes(inputs, **{"cap.mode": "proportional"})[0] == [3600] * 3 + [0] * 3
    assert volumes(inputs, **{"cap.mode": "proportional", "cap.without_district": "county"})[0] == [3000] * 6


def test_a_village_in_two_districts_is_explained_with_both_its_caps(tmp_path):
    inputs = six_parcels(*LOOSE, ("village", VILLAGES[0], 9_000, {"parent_code": "A"}),
                         ("village", VILLAGES[0], 1_000, {"parent_code": "B"}))
    tree = {"cap.mode": "proportional", "cap.tree": ["county", "district", "village"]}
    path = county.store_county(tmp_path / "c.gpkg", inputs, tree)
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        [told] = explain.explain(store, VILLAGES[0])
    assert told.consistent, told.differences
    assert "（灌区“名A”内）" in told.text() and "（灌区“名B”内）" in told.text()


def test_an_order_of_priority_that_no_policy_gives_is_asked_for():
    """A what-if may set the way of cutting alone."""
    policy = village_policy(**{"cap.mode": "report"})[0]
    policy.values["cap.mode"] = "priority"
    with pytest.raises(BadInput, match="没有规定优先序"):
        determine.determine(six_parcels(*LOOSE), policy)
