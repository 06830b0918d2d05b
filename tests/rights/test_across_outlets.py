"""Parcels across several outlets: split by policy, exact to the last unit, and every reckoning says the same."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rights import small_county as county
from tests.rights import test_random_units as units
from tests.rights.random_county import random_county
from tests.rights.test_cap_tree import settings_of, treed
from tests.rights.test_recompute import KINDS, edit, standing
from tests.rights.test_what_if import assert_equal_to_a_full_run
from tests.village import village_policy
from wr_plugin.commands import confirm
from wr_plugin.commands.progress import Progress
from wr_plugin.commands.running import run_verb
from wr_plugin.rights import across_outlets, balance, determine, explain, facts, parts, retrace, what_if
from wr_plugin.store import reading
from wr_plugin.store.workfile import WorkFile
from wr_plugin.verification import figures

NOTHING = {"policy": None, "quota": None, "caps": None}
AREAS = st.one_of(st.integers(1, 40), st.integers(1, 10**8))
OVERLAPS = st.lists(st.one_of(st.integers(1, 3), st.integers(1, 10**10)), min_size=2, max_size=5)


def split(inputs, seed, outlets=("DK01", "DK02", "DK03"), chosen=lambda fid: True):
    """The county with most of the ``chosen`` parcels across two or more outlets, some of which no other parcel has."""
    rng = np.random.default_rng(seed + 500)
    rows = [(int(fid), str(code), int(rng.integers(1, 4) if rng.random() < 0.3 else rng.integers(1, 10**7)))
            for fid in inputs.parcel["fid"] if chosen(fid) and rng.random() < 0.6
            for code in rng.permutation(outlets)[:int(rng.integers(2, len(outlets) + 1))]]
    return dataclasses.replace(inputs, parcel_outlet=county.outlet_table(rows))


@given(st.lists(st.tuples(AREAS, AREAS, OVERLAPS), min_size=1, max_size=6))
def test_the_pieces_are_the_whole_and_all_reckonings_share_alike(cases):
    """Σ over outlets is the part's legal and confirmed area; no piece has more area than legal area; the column, the
    explanation and the second reckoning agree piece by piece."""
    legal = np.array([max(a, b) for a, b, _ in cases], dtype=np.int64)
    area = np.array([min(a, b) for a, b, _ in cases], dtype=np.int64)
    count = len(cases)
    pieces = across_outlets.Pieces(county.outlet_table(
        [(n, f"DK{k}", overlap) for n, (_, _, overlaps) in enumerate(cases) for k, overlap in enumerate(overlaps)][::-1]), np.arange(count))
    made, piece = across_outlets.divided(
        parts.Shares(np.arange(count), np.zeros(count, dtype=np.int64), legal, area), np.arange(count), pieces)
    assert (made.area_mu_100 <= made.legal_mu_100).all() and (made.legal_mu_100 > 0).all() and (made.area_mu_100 >= 0).all()
    for n, (_, _, overlaps) in enumerate(cases):
        mine = made.holding == n
        assert made.legal_mu_100[mine].sum() == legal[n] and made.area_mu_100[mine].sum() == area[n]
        told = retrace._under_outlets("户", int(legal[n]), int(area[n]), [
            facts.Piece(f"DK{k}", overlap, {}) for k, overlap in enumerate(overlaps)])
        found = list(zip(pieces.codes[piece[mine]], made.legal_mu_100[mine].tolist(), made.area_mu_100[mine].tolist()))
        assert found == [(one.outlet, one.legal, one.area) for one in told if one.legal]
        again = figures.shared_out(overlaps, int(legal[n]))
        assert again == [one.legal for one in told]
        assert figures.shared_out(again, int(area[n])) == [one.area for one in told]


def confirmed_and_agreed(path, inputs, changes):
    """Confirms, and holds every explanation, the second reckoning and the balance against the result."""
    county.store_county(path, inputs, changes)
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        assert reading.count(store, "SELECT count(*) FROM (SELECT 1 FROM right_part WHERE source = 'surface'"
                                    " GROUP BY parcel_fid, CBFBM HAVING count(DISTINCT outlet_code) > 1)") > 2
        for row in reading.rows(store, "SELECT uuid FROM parcel"):
            told = explain.explain_parcel(store, row["uuid"])
            assert told.consistent, told.text()
            assert "None" not in told.text()
        for row in reading.rows(store, "SELECT DISTINCT CBFBM FROM CBDKXX"):
            told = explain.explain_holder(store, row["CBFBM"])
            assert told.consistent, told.text()
        for row in reading.rows(store, "SELECT DISTINCT outlet_code FROM right_part WHERE outlet_code IS NOT NULL"):
            for told in explain.explain_places(store, row["outlet_code"]):
                assert told.consistent, told.text()
        assert not balance.balance(store, store.policy()).wrong
    result = run_verb("verify", {"work": str(path)})
    assert result.counts["differences"] == 0, result.table


@pytest.mark.parametrize("mode", ["report", "proportional", "priority"])
def test_every_reckoning_agrees_under_caps_on_canals_and_outlets(tmp_path, mode):
    inputs = split(treed(70, size=90), 70, ("DK01", "DK02"), lambda fid: (fid - 1) % 4 < 2)
    confirmed_and_agreed(tmp_path / "c.gpkg", inputs, settings_of("canals", mode))


@pytest.mark.parametrize("seed", [71, 72, 73, 74])
def test_every_reckoning_agrees_under_units_and_composite_quotas(tmp_path, seed):
    inputs = split(units.with_units(random_county(seed, 70, 0.4), seed), seed, units.OUTLETS[:4])
    confirmed_and_agreed(tmp_path / "c.gpkg", inputs, {**units.policy_changes(seed), "permit.district_required": False,
                                                       **({"unit": "outlet", "units.rules": []} if seed == 71 else {}),
                                                       **({"quota.basis": "composite", "unit": "district", "units.rules": []}
                                                          if seed > 72 else {})})


@pytest.mark.parametrize("mode", ["report", "proportional"])
def test_an_answer_and_the_order_of_rows(mode):
    policy, _ = village_policy(**{"cap.mode": mode, "cap.tree": ["county", "district", "outlet"]})
    inputs = split(random_county(75, 60, 0.4), 75)
    inputs.quota = inputs.quota.dropna(subset=["quota_m3_mu_100"])
    first = county.as_text(determine.determine(inputs, policy))
    assert county.as_text(determine.determine(county.shuffled(inputs, np.random.default_rng(1)), policy)) == first
    base = what_if.Base(inputs, policy)
    for texts in (["定额:*=-7%"], ["指标:*=-30%"], ["地表水比例=0.35"], ["法定面积=SCMJ", "定额:玉米=+3%"]):
        assert_equal_to_a_full_run(base, inputs, policy, texts)


def test_one_parcel_determined_again_equals_all_anew():
    policy, _ = village_policy(**{"cap.mode": "proportional", "cap.tree": ["county", "district", "outlet"]})
    inputs = split(random_county(76, 30, 0.5), 76)
    inputs.quota = inputs.quota.dropna(subset=["quota_m3_mu_100"])
    base = what_if.Base(inputs, policy)
    for number, kind in enumerate((*KINDS, *KINDS), 1):
        inputs, touched = edit(inputs, kind, lambda n, number=number: (number * 7919) % max(n, 1))
        base.edited(inputs, touched)
        assert standing(base, ["定额:*=-7%"]) == standing(what_if.Base(inputs, policy), ["定额:*=-7%"])
    fewer = dataclasses.replace(inputs, parcel_outlet=inputs.parcel_outlet.iloc[4:].reset_index(drop=True))
    base.edited(fewer, [])
    assert standing(base) == standing(what_if.Base(fewer, policy))


@pytest.mark.parametrize("changes", [{"cap.mode": "proportional"}, {"quota.basis": "composite", "unit": "district", "cap.mode": "report"}])
def test_of_two_outlets_with_one_remainder_the_smaller_code_gets_the_odd_step(tmp_path, changes):
    """9.00 亩 under two outlets alike, 4.50 亩 each: of the odd 3,501 m³ (the cap's; the unit's) the first has one more, and
    both explanation and second reckoning know which."""
    quotas = [county.quota_row("玉米", "GQ01", "surface", "畦灌", 40001, "1", "1")]
    caps = [county.cap_row(level, code, "surface", 350_100) for level, code in (("county", county.COUNTY), ("district", "GQ01"))]
    inputs = county.county([county.parcel_row(1)], [county.link_row(1, 1, 6000.0)], quotas, caps, [1])
    inputs.crop_mix = units.frame([{"district_code": "GQ01", "source": "surface", "crop": "玉米", "method": "畦灌", "mix_share": "1"}])
    if changes["cap.mode"] == "report":
        inputs.quota["quota_m3_mu_100"] = inputs.quota["quota_m3_mu_100"] * 0 + 38_899  # 388.99 × 9.00 = 3500.91 → 3,501
    inputs.parcel_outlet = county.outlet_table([(1, "DK02", 300_000), (1, "DK01", 300_000)])
    path = county.store_county(tmp_path / "c.gpkg", inputs, changes)
    with WorkFile.open(path) as store:
        confirm.run(store, NOTHING, Progress())
        rows = [tuple(row) for row in reading.rows(
            store, "SELECT outlet_code, area_mu_100, volume_m3_100 FROM right_part ORDER BY part_id")]
        assert rows == [("DK01", 450, 175_100), ("DK02", 450, 175_000)]
        assert explain.explain_parcel(store, county.parcel_code(1)).consistent
    assert run_verb("verify", {"work": str(path)}).counts["differences"] == 0
