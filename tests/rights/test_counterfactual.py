"""What would change it, in figures: each equals a determination of the county with just that changed."""

import dataclasses
import time

import pytest

from tests import village
from tests.rights import small_county as county
from tests.rights.random_county import random_county
from tests.rights.test_random_counties import NOTHING, changes
from tests.village import village_policy
from wr_plugin.commands import confirm
from wr_plugin.commands.progress import Progress
from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import BadInput
from wr_plugin.model.policy import LEGAL_AREAS
from wr_plugin.rights import counterfactual, determine, explain, explanation, facts, retrace
from wr_plugin.store import reading
from wr_plugin.store.workfile import WorkFile


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    path = village.make_village(tmp_path_factory.mktemp("otherwise") / "v.gpkg")
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    return path


def otherwise(work, name):
    with WorkFile.open(work, readonly=True) as store:
        return explain.explain_parcel(store, village.CODES[name]).otherwise


@pytest.mark.parametrize("name, line", [
    ("outside_registry", "在名录内，种小麦、畦灌：+6,000 m³"),            # 9.00 × 360 ÷ 0.54
    ("outside_registry", "在名录内，种玉米、畦灌：+6,667 m³"),            # 9.00 × 400 ÷ 0.54
    ("partly_reclaimed", "不占新开、复垦、未批耕地（不扣减）：+1,111 m³"),  # 6,667 − 5,556
    ("all_new", "不占新开、复垦、未批耕地（不扣减）：+6,667 m³"),
    ("closed_well", "由斗口供水：+6,667 m³"),
    ("closed_well", "由机井供水：+4,000 m³"),                             # 9.00 × 380 ÷ 0.855
    ("mixed", "水源全部算地表水：+800 m³"),                               # 6,667 − (4,667 + 1,200)
    ("mixed", "水源全部算地下水：-1,867 m³"),                             # 4,000 − 5,867
    ("surface", "改种小麦：-667 m³"),                                     # 6,000 − 6,667
    ("no_quota", "改种小麦：+6,000 m³"),
    ("malformed", "地块编码不合规改正后（面积、权属不变）：+6,667 m³"),
    ("forest_layer", "不是林地：仍不能核定（名录外）"),
])
def test_by_hand(work, name, line):
    assert line in otherwise(work, name)


def test_where_nothing_helps_by_itself_nothing_is_promised(work):
    assert otherwise(work, "outside_district") == []
    assert otherwise(work, "own_plot") == ["地块类别更正为承包地块：仍不能核定（地块无承包方）"]


def changed_inputs(inputs, fid, supposed):
    """The county with one parcel's fact changed; None where the supposition is about a setting."""
    site, parcel = inputs.site.copy(), inputs.parcel
    at, code = site["parcel_fid"] == fid, parcel.loc[parcel["fid"] == fid, "DKBM"].iat[0]
    if supposed == counterfactual.IN_REGISTRY:
        site.loc[at, "registry_fid"] = 1
        return dataclasses.replace(inputs, site=site)
    if supposed == counterfactual.NOT_DEDUCTED:
        site.loc[at, "unapproved_m2_100"] = 0
        return dataclasses.replace(inputs, site=site)
    if supposed in (counterfactual.BY_OUTLET, counterfactual.BY_WELL):
        site.loc[at, "source"] = "surface" if supposed == counterfactual.BY_OUTLET else "ground"
        return dataclasses.replace(inputs, site=site)
    registry = inputs.registry.copy()
    for start, column in (("改种", "crop"), ("改用", "method")):
        if supposed.startswith(start):
            registry.loc[registry["DKBM"] == code, column] = supposed[2:]
            return dataclasses.replace(inputs, registry=registry)
    return None


def changed_policy(values, supposed):
    legal = {f"以{name}为法定面积": code for code, name in LEGAL_AREAS.items()}
    share = {counterfactual.ALL_SURFACE: 1, counterfactual.ALL_GROUND: 0}
    if supposed in legal:
        return {**values, "area.legal": legal[supposed]}
    return {**values, "sources.mixed_surface_share": share[supposed]} if supposed in share else None


@pytest.mark.parametrize("seed, legal", [(21, "HTMJ"), (22, "SCMJ")])
def test_each_equals_a_determination_with_just_that_changed(tmp_path, seed, legal):
    inputs, values = random_county(seed, 30), changes("report", legal)
    inputs.quota = inputs.quota.drop_duplicates(["crop", "district_code", "source", "method"])
    path, held = county.store_county(tmp_path / "c.gpkg", inputs, values), 0
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        shared = facts.county(store)
        for row in facts._dicts(store, facts.PARCELS_SQL):
            parcel = facts.parcel(store, row)
            for one in counterfactual.counterfactuals(parcel, shared, retrace.retrace(parcel, shared)):
                again = changed_inputs(inputs, row["fid"], one.supposed)
                policy = changed_policy(values, one.supposed)
                if again is None and policy is None or one.supposed.startswith("以") and parcel.site["defect"]:
                    continue
                rights = determine.determine(again or inputs, village_policy(**(policy or values))[0]).parcel_right
                after = rights.set_index("parcel_fid").loc[row["fid"]]
                assert one.trace.having == (after["state"] in determine.HAVING), one.line()
                assert one.change() == after["volume_m3_100"] - parcel.right["volume_m3_100"], one.line()
                held += 1
    assert held > 10


@pytest.mark.parametrize("mode", ["proportional"])
def test_a_cut_is_what_the_caps_took(tmp_path, mode):
    path = county.store_county(tmp_path / "c.gpkg", random_county(5, 60, 0.1), changes(mode, "HTMJ"))
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        cut = reading.rows(store, "SELECT p.uuid, r.demand_m3_100 - r.volume_m3_100 AS lost FROM parcel p JOIN"
                                  " parcel_right r ON r.parcel_fid = p.fid WHERE r.demand_m3_100 > r.volume_m3_100")
        assert cut
        for row in cut:
            told = explain.explain_parcel(store, row["uuid"])
            assert told.otherwise[0] == f"指标不削减：{counterfactual.signed(row['lost'])} m³"
            assert all("约" in line for line in told.otherwise[1:] if "仍不能" not in line)


def test_a_holder_hears_of_each_parcel_that_lost_something(work):
    with WorkFile.open(work, readonly=True) as store:
        zhang = explain.explain_holder(store, village.HOLDERS["张三"])
        wang = explain.explain_holder(store, village.HOLDERS["王五"])
    assert zhang.otherwise == [f"地块 {village.CODES['partly_reclaimed']} 不占新开、复垦、未批耕地（不扣减）：+1,111 m³"]
    assert f"地块 {village.CODES['outside_registry']} 在名录内，种玉米、畦灌：+6,667 m³" in wang.otherwise


def told(work, code):
    return run_verb("explain", {"work": str(work), "subject": code}).text


def test_a_village_a_district_and_an_outlet_are_explained(work):
    text = told(work, village.VILLAGE)
    assert "17 个地块中 7 个能核定" in text and "地表水：6 个地块" in text and "灌区“东灌区”地表水" in text
    assert "名录外的地块中 1 个若在名录内，种玉米、畦灌：+6,667 m³" in text
    district = told(work, "GQ01")
    assert "灌区 GQ01（东灌区）" in district and "每年 30,223 m³" in district
    with WorkFile.open(work, readonly=True) as store:
        outlet = reading.one(store, "SELECT outlet_code FROM right_part WHERE outlet_code IS NOT NULL")["outlet_code"]
    assert f"斗口 {outlet}" in told(work, outlet)
    with pytest.raises(BadInput, match="村、灌区、斗口或机井"):
        told(work, "不存在")


def test_a_place_whose_parts_do_not_agree_says_so(work, tmp_path):
    import shutil

    path = shutil.copy(work, tmp_path / "v.gpkg")
    with WorkFile.open(path) as store, store.transaction():
        store.connection.execute("UPDATE right_part SET volume_m3_100 = volume_m3_100 + 100"
                                 " WHERE part_id = (SELECT min(part_id) FROM right_part)")
    for code in (village.VILLAGE, "GQ01"):
        assert explanation.WARNING in told(path, code)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_place_agrees_with_the_stored_result(tmp_path, seed):
    path = county.store_county(tmp_path / "c.gpkg", random_county(seed, 60, 0.3), changes("proportional", "HTMJ"))
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        started = time.perf_counter()
        for code in ("GQ01", "GQ02", "GQ03", "DK01", county.GROUP[:12]):
            for made in explain.explain_places(store, code):
                assert made.consistent, made.text()
                assert "None" not in made.text()
        assert time.perf_counter() - started < 20


def test_ground_water_that_waits_for_the_zone_to_be_left(tmp_path):
    """9.00 亩 × 380 ÷ 0.855 = 4,000 m³ where the well were outside the overdraft zone; a mixed parcel (7 to 3) has its
    surface part, 6.30 × 400 ÷ 0.54 = 4,667, and would have 2.70 × 380 ÷ 0.855 = 1,200 more."""
    parcels = [county.parcel_row(1, source="ground", well_overdraft=1), county.parcel_row(2, source="mixed", well_overdraft=1)]
    quotas = [county.quota_row("玉米", "*", "ground", "畦灌", 38000, "0.95", "0.9"),
              county.quota_row("玉米", "*", "surface", "畦灌", 40000, "0.6", "0.9")]
    inputs = county.county(parcels, [county.link_row(1, 1, 6000.0), county.link_row(2, 1, 6000.0)], quotas, [], [1])
    path = county.store_county(tmp_path / "c.gpkg", inputs, {"ground.overdraft": "not_confirmed"})
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        ground, mixed = (explain.explain_parcel(store, county.parcel_code(n)) for n in (1, 2))
    assert ground.otherwise[0] == "机井不在超采区：+4,000 m³" and ground.consistent
    assert mixed.otherwise[0] == "机井不在超采区：+1,200 m³" and mixed.consistent
