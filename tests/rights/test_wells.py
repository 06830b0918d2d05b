"""Wells beyond their permitted volume: a level of the tree of caps, as the policy says; the clerk's figures by hand."""

import pandas as pd
import pytest

from tests.rights import small_county as county
from tests.village import village_policy
from wr_plugin.commands import confirm
from wr_plugin.commands.progress import Progress
from wr_plugin.commands.running import run_verb
from wr_plugin.model import policy as policies
from wr_plugin.model.errors import BadInput
from wr_plugin.rights import cap_tree, determine, explain, limits
from wr_plugin.store.workfile import WorkFile

NOTHING = {"policy": None, "quota": None, "caps": None}
CUT = {"cap.mode": "proportional", "cap.tree": ["county", "district", "well"], "cap.report_only": ["county", "district"]}


def five_parcels(permits, *caps, **values):
    """Five parcels of 9.00 亩 at 300 m³/亩 each = 2,700 m³ of ground water: 1-3 in district A, 4-5 in B, all on well JJ01;
    ``permits``: {well: permitted m³ or None}; ``values``: {parcel: value} by name, to put some on another well, say."""
    parcels = [county.parcel_row(n, source="ground", **{
        "district_code": "A" if n < 4 else "B", "well_code": "JJ01",
        **{name: of[n] for name, of in values.items() if n in of}}) for n in range(1, 6)]
    rows = [county.cap_row(level, code, "ground", amount * 100, **more) for level, code, amount, more in (
        ("county", county.COUNTY, 99_999, {}), ("district", "A", 99_999, {}), ("district", "B", 99_999, {}), *caps)]
    made = county.county(parcels, [county.link_row(n, n, 6000.0) for n in range(1, 6)],
                         [county.quota_row("玉米", "*", "ground", "畦灌", 30000, "1", "1")], rows, range(1, 6))
    made.well = pd.DataFrame([{"fid": n, "well_code": code, "well_name": f"{code}井", "permit_number": "许1", "permit_m3": volume}
                              for n, (code, volume) in enumerate(permits.items(), 1)]).astype({"permit_m3": float})
    return made


def volumes(inputs, **changes):
    rights = determine.determine(inputs, village_policy(**{**CUT, **changes})[0])
    return (rights.parcel_right["volume_m3_100"] // 100).tolist(), rights


def told(rights, code):
    return rights.finding.loc[rights.finding["code"] == code, "message"].tolist()


def test_a_policy_without_wells_in_its_tree_only_reports_them():
    """13,500 m³ wanted, 12,000 permitted: nothing is cut, the finding stays."""
    found, rights = volumes(five_parcels({"JJ01": 12_000}), **{"cap.tree": ["county", "district"], "cap.report_only": []})
    assert found == [2700] * 5
    assert told(rights, "WELL_OVER_PERMIT") == [
        "机井 JJ01 供水的地块定额水量合计 13,500 m³，许可水量 12,000 m³，超出 1,500 m³，按政策只报告，未核减"]


def test_a_well_in_one_district_is_cut_to_its_permit_and_the_explanation_says_how(tmp_path):
    """One district: 13,500 wanted, 12,000 permitted; 2,700 × 12,000 ÷ 13,500 = 2,400 each."""
    inputs = five_parcels({"JJ01": 12_000}, district_code={4: "A", 5: "A"})
    found, rights = volumes(inputs)
    assert found == [2400] * 5
    assert told(rights, "WELL_OVER_PERMIT")[0].endswith("超出 1,500 m³，已按政策同比例核减") and not told(rights, "CAP_EXCEEDED")
    path = county.store_county(tmp_path / "c.gpkg", inputs, CUT)
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        one, [well] = explain.explain_parcel(store, county.parcel_code(2)), explain.explain(store, "JJ01")
    assert one.consistent and well.consistent, one.differences + well.differences
    assert "机井 JJ01井 许可 12,000 m³，需水 13,500 m³，按比例核减：2,700 × 12,000 ÷ 13,500" in one.text()
    assert "机井“JJ01井”地下水：定额水量合计 13,500 m³，许可水量 12,000 m³，核定合计 12,000 m³" in one.text()
    assert "机井许可水量足够：+300 m³" in one.text()
    assert "机井 JJ01（JJ01井）" in well.text() and "地下水核减 1,500 m³" in well.text()
    balance = run_verb("balance", {"work": str(path), "out": str(tmp_path / "平衡表.xlsx")})
    assert [line[1] for line in balance.table if "机井" in line[0] and "收储" not in line[0]] == ["1 个，12,000 m³：平"]
    assert [line[1] for line in balance.table if "收储候选" in line[0] and "地下水" in line[0]] == ["1 处，1,500 m³"]
    assert run_verb("verify", {"work": str(path)}).counts["differences"] == 0


def test_a_well_whose_land_lies_in_two_districts_gives_each_its_share(tmp_path):
    """8,100 wanted in A, 5,400 in B; of 10,001: 6,000.6 and 4,000.4 → 6,001 and 4,000; 2,001+2,000+2,000 and 2,000+2,000."""
    inputs = five_parcels({"JJ01": 10_001.4})
    found, rights = volumes(inputs)
    assert found == [2001, 2000, 2000, 2000, 2000]
    wells = rights.cap_result[rights.cap_result["cap_level"] == "well"]
    assert wells["cap_m3_100"].tolist() == [600_100, 400_000]
    path = county.store_county(tmp_path / "c.gpkg", inputs, CUT)
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        one, [well] = explain.explain_parcel(store, county.parcel_code(4)), explain.explain(store, "JJ01")
    assert one.consistent and well.consistent, one.differences
    assert "井的地分在几处，按定额水量分给这里 4,000 m³" in one.text()
    assert "机井 JJ01井 许可 10,001.40 m³，分给这里 4,000 m³，需水 5,400 m³，按比例核减" in one.text()
    assert "地表水：定额水量合计" not in well.text()
    assert run_verb("verify", {"work": str(path)}).counts["differences"] == 0


def test_a_permit_that_suffices_is_no_cut_wherever_the_land_lies():
    assert volumes(five_parcels({"JJ01": 13_500}))[0] == [2700] * 5
    caps = [limits.CapRow(-1, 1_350_000, {"fid": -1, "cap_code": "JJ01"})] * 2
    assert [cap.cap_m3_100 for cap in cap_tree.permit_shares(caps, [810_000, 540_000], 100).values()] == [810_000, 540_000]
    assert [cap.cap_m3_100 for cap in cap_tree.permit_shares(caps, [0, 540_000], 100).values()] == [0, 1_350_000]
    assert cap_tree.permit_shares(caps, [0, 0], 100) == {}


def test_the_cap_table_overrules_the_permit():
    """A row for the well: 9,000 less 1,500 reserved, in one district."""
    inputs = five_parcels({"JJ01": 12_000}, ("well", "JJ01", 9_000, {"reserve_m3_100": 150_000}), district_code={4: "A", 5: "A"})
    found, rights = volumes(inputs)
    assert found == [1500] * 5
    assert told(rights, "CAP_EXCEEDED") == ["机井“名JJ01”地下水：定额水量合计 13,500 m³，指标 9,000 m³，其中预留 1,500 m³，超出 6,000 m³，已按政策同比例核减"]
    with pytest.raises(BadInput, match="机井“名JJ01”地下水：分在 灌区 A、灌区 B"):
        volumes(five_parcels({"JJ01": 12_000}, ("well", "JJ01", 9_000, {})))
    split = five_parcels({"JJ01": 12_000}, ("well", "JJ01", 6_000, {"parent_code": "A"}), ("well", "JJ01", 5_000, {"parent_code": "B"}))
    assert volumes(split)[0] == [2000, 2000, 2000, 2500, 2500]


@pytest.mark.parametrize("permits, what", [
    ({"JJ01": None}, "没有填许可水量"), ({"JJ01": 0}, "没有填许可水量（或填的是 0）"), ({}, "没有填许可水量"), ({"JJ01": -5}, "是负数")])
def test_a_well_without_a_permitted_volume_stops_its_land_or_not_as_the_policy_says(permits, what):
    found, rights = volumes(five_parcels({**permits, "JJ02": 5_000}, well_code={5: "JJ02"}))
    assert found == [0, 0, 0, 0, 2700] and set(rights.parcel_right["reason"][:4]) == {"CAP_MISSING"}
    assert all("机井“JJ01”地下水：机井图层" in one and what in one for one in told(rights, "CAP_MISSING"))
    if what != "是负数":
        assert volumes(five_parcels({**permits, "JJ02": 5_000}), **{"cap.without_well": "above"})[0] == [2700] * 5


def test_two_wells_of_one_code_with_two_permits_are_not_guessed():
    inputs = five_parcels({"JJ01": 9_000, "JJ02": 8_000})
    inputs.well["well_code"] = "JJ01"
    found, rights = volumes(inputs)
    assert found == [0] * 5 and "有 2 个不同的值，请改正编号" in told(rights, "CAP_MISSING")[0]


def test_first_the_first_class_then_what_the_well_still_has():
    """Well 12,000: 小麦 of parcels 1 and 2 whole (5,400), 玉米 gets 6,600 = 2,200 each."""
    inputs = five_parcels({"JJ01": 12_000}, district_code={4: "A", 5: "A"}, crop={1: "小麦", 2: "小麦"})
    inputs.quota = pd.concat([inputs.quota, inputs.quota.assign(fid=2, crop="小麦")], ignore_index=True)
    order = {"cap.mode": "priority", "cap.priority_by": "crop", "cap.priority": ["小麦"]}
    assert volumes(inputs, **order)[0] == [2700, 2700, 2200, 2200, 2200]


def test_an_expired_permit_is_told_or_stops_the_ground_water():
    inputs = five_parcels({"JJ01": 20_000, "JJ02": 20_000}, well_code={5: "JJ02"})
    inputs.well["permit_until"], inputs.today = ["2026-11-21", "2026-11-22"], "2026-11-22"
    found, rights = volumes(inputs)
    assert found == [2700] * 5 and "2026-11-21 已期满" in told(rights, "WELL_PERMIT_EXPIRED")[0]
    found, rights = volumes(inputs, **{"ground.expired": "not_confirmed"})
    assert found == [0, 0, 0, 0, 2700] and set(rights.parcel_right["reason"][:4]) == {"WELL_PERMIT_EXPIRED"}
    assert told(rights, "WELL_PERMIT_EXPIRED") == [
        "机井 JJ01：供水的机井取水许可证有效期已满；4 个地块"]
    found, rights = volumes(inputs, **{"ground.expired": None})
    assert found == [0, 0, 0, 0, 2700] and set(rights.parcel_right["reason"][:4]) == {"SETTING_BLANK"}


def test_a_level_that_is_only_reported_has_to_be_in_the_tree():
    _, mapping = village_policy()
    mapping["cap"].update(tree=["county", "well"], report_only=["district"])
    _, problems = policies.from_mapping(mapping)
    assert [p.path for p in problems] == ["cap.report_only"] and "“district”不是 cap.tree 中的层级，应为：county、well" in problems[0].message
