"""Recomputing what changed: after random edits of parcels, households and quotas today equals a determination anew."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rights import small_county as county
from tests.rights.random_county import random_county
from tests.village import village_policy
from wr_plugin.rights import determine, levers, recompute, what_if


def set_values(frame, mask, column, value):
    changed = frame.copy()
    changed[column] = changed[column].astype(object)
    changed.loc[mask, column] = value
    return changed.astype({column: frame[column].dtype})


def edit(inputs, kind, pick):
    """(inputs after the edit, DKBM of the parcels that it touches). ``pick(n)``: a number below n."""
    fid = int(inputs.parcel["fid"].iat[pick(len(inputs.parcel))])
    code = inputs.parcel.loc[inputs.parcel["fid"] == fid, "DKBM"].iat[0]
    at = inputs.link["DKBM"] == code
    if kind in ("HTMJ", "YHTMJ"):
        return dataclasses.replace(inputs, link=set_values(inputs.link, at, kind, [None, 0.0, 777.77, 5000.0][pick(4)])), [code]
    if kind == "unlinked":
        return dataclasses.replace(inputs, link=inputs.link[~at].reset_index(drop=True)), [code]
    if kind == "another holder":
        holder = inputs.link["CBFBM"].iat[pick(len(inputs.link))]
        return dataclasses.replace(inputs, link=set_values(inputs.link, at, "CBFBM", holder)), [code]
    if kind == "holder gone":
        holder = inputs.holder["CBFBM"].iat[pick(len(inputs.holder))]
        touched = sorted(set(inputs.link.loc[inputs.link["CBFBM"] == holder, "DKBM"]))
        return dataclasses.replace(inputs, holder=inputs.holder[inputs.holder["CBFBM"] != holder].reset_index(drop=True)), touched
    if kind in ("DKLB", "TDYT", "SCMJ"):
        value = {"DKLB": ["10", "21"], "TDYT": ["1", "2"], "SCMJ": [None, 4321.0]}[kind][pick(2)]
        return dataclasses.replace(inputs, parcel=set_values(inputs.parcel, inputs.parcel["fid"] == fid, kind, value)), [code]
    if kind in ("crop", "method"):
        value = {"crop": ["小麦", "玉米", None, "甜菜"], "method": ["畦灌", "滴灌", None, "喷灌"]}[kind][pick(4)]
        return dataclasses.replace(inputs, registry=set_values(inputs.registry, inputs.registry["DKBM"] == code, kind, value)), [code]
    value = {"source": ["surface", "ground", "mixed", "none"], "district_code": ["GQ01", "GQ02", None, "GQ09"],
             "unapproved_m2_100": [0, 5_000, 10**9, 1_001], "registry_fid": [1, None, 1, None],
             "defect": ["", "CODE_DUPLICATE", "", "HOLDER_UNKNOWN"], "outlet_code": ["DK01", "DK02", None, "DK03"]}[kind][pick(4)]
    return dataclasses.replace(inputs, site=set_values(inputs.site, inputs.site["parcel_fid"] == fid, kind, value)), [code]


KINDS = ("HTMJ", "YHTMJ", "unlinked", "another holder", "holder gone", "DKLB", "TDYT", "SCMJ", "crop", "method", "source",
         "district_code", "unapproved_m2_100", "registry_fid", "defect", "outlet_code")


def standing(base, changes=()):
    """Everything that a base tells, by codes: volumes of parcels and holders, totals, who has a right, and an answer."""
    having = base.before.having
    holders = {(code, s): int(base.before.holder[n * 2 + s]) for n, code in enumerate(base.codes) for s in (0, 1)}
    answer = base.answer([levers.parse(text) for text in changes])
    totals = answer.totals.drop(columns="cap_m3_100").values.tolist()
    return (dict(zip(base.parcel_fid.tolist(), base.before.parcel.tolist())), {k: v for k, v in holders.items() if v},
            set(base.parcel_fid[having].tolist()), totals, answer.parcels.values.tolist(),
            answer.holders.astype(object).where(answer.holders.notna(), None).values.tolist())


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.sampled_from(["report", "proportional"]), st.sampled_from(["HTMJ", "SCMJ"]),
       st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 10**6)), min_size=1, max_size=5))
def test_today_after_edits_equals_a_determination_anew(seed, mode, legal, edits):
    """Random edits one after the other on one standing base; each is held against a base made anew."""
    policy, _ = village_policy(**{"cap.mode": mode, "area.legal": legal})
    inputs = random_county(seed, 25, 0.5)
    inputs.quota = inputs.quota.dropna(subset=["quota_m3_mu_100"])
    base = what_if.Base(inputs, policy)
    for kind, number in edits:
        inputs, touched = edit(inputs, kind, lambda n, number=number: number % max(n, 1))
        base.edited(inputs, touched)
        texts = ("定额:*=-7%", "指标:*=-20%") if len(inputs.cap) and len(inputs.quota) else ()
        assert standing(base, texts) == standing(what_if.Base(inputs, policy), texts)
        assert standing(base, ["法定面积=YHTMJ"]) == standing(what_if.Base(inputs, policy), ["法定面积=YHTMJ"])


def test_a_household_that_lost_its_last_parcel_is_no_longer_there():
    """Found at random: after the edit the areas are worked out anew, and with one holder fewer than the base had."""
    inputs, policy = random_county(290, 25, 0.5), village_policy()[0]
    base = what_if.Base(inputs, policy)
    changed, touched = edit(inputs, "unlinked", lambda n: 0)
    base.edited(changed, touched)
    assert standing(base, ["法定面积=YHTMJ"]) == standing(what_if.Base(changed, policy), ["法定面积=YHTMJ"])


def test_only_the_edited_parcel_is_determined_again(monkeypatch):
    """Fifty parcels stand; one area is corrected: the rules up to the quotas see one parcel."""
    base = what_if.Base(random_county(3, 50, 0.5), village_policy(**{"cap.mode": "proportional"})[0])
    seen, screen = [], determine.Chain.screen
    monkeypatch.setattr(determine.Chain, "screen", lambda self: (seen.append(self.count), screen(self))[1])
    changed, touched = edit(base.inputs, "HTMJ", lambda n: n // 2)
    base.edited(changed, touched)
    assert seen == [1]


def test_a_quota_row_leaves_the_land_alone(monkeypatch):
    """Another quota is answered from the step of the quotas on, which is a lever like any other."""
    base = what_if.Base(random_county(3, 50, 0.5), village_policy()[0])
    monkeypatch.setattr(determine.Chain, "areas", lambda self: pytest.fail("the areas were worked out again"))
    monkeypatch.setattr(determine.Chain, "split", lambda self: pytest.fail("the land was split again"))
    assert len(base.answer([levers.parse("定额:玉米=-5%")]).parcels)


@pytest.mark.parametrize("policy", [{"unit": "outlet"}, {"ground.overdraft": "not_confirmed"}, {"quota.basis": "composite"}])
def test_what_looks_beyond_the_parcel_is_taken_whole(policy):
    inputs = random_county(5, 20)
    before = determine.Chain(inputs, village_policy()[0])
    before.policy = village_policy(**policy)[0]
    assert recompute.merged(before, inputs, [county.parcel_code(1)]) is None


def test_parcels_that_come_or_go_are_taken_whole():
    policy = village_policy()[0]
    inputs = random_county(6, 20)
    base = what_if.Base(inputs, policy)
    fewer = dataclasses.replace(inputs, parcel=inputs.parcel.iloc[1:].reset_index(drop=True))
    base.edited(fewer, [inputs.parcel["DKBM"].iat[0]])
    assert standing(base) == standing(what_if.Base(fewer, policy)) and len(base.parcel_fid) == 19
    assert not np.isin(inputs.parcel["fid"].iat[0], base.parcel_fid)
