"""The shipped policies against cases worked out by hand from the policy texts: golden/policies.csv.

Staff read the same cases in docs/手算算例.xlsx, with the product's result beside each.
"""

import pytest

from tests.rights import golden_county as golden
from tests.rights import small_county as county
from tests.rights.golden_county import CASES, FILES, SOURCES, USER_KINDS, coded
from wr_plugin.model import codes
from wr_plugin.rights import explain
from wr_plugin.store import reading
from wr_plugin.store.workfile import WorkFile


@pytest.fixture(scope="module")
def works(tmp_path_factory):
    """One confirmed work file for each policy and the settings filled in."""
    return golden.confirmed(tmp_path_factory.mktemp("golden"))


def of(kinds):
    return [case for case in CASES if case["对象"] in kinds]


def named(case):
    return f"{case['政策']}{case['编号']} {case['考察的规则']}"


def clauses_of_others(told, policy):
    """What an explanation cites of the texts of other cities."""
    return [step.clause for step in told.steps for name in FILES if name != policy and name in step.clause]


def opened(works, case):
    return WorkFile.open(works[case["政策"], case["县区填的设置"]], readonly=True)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_product_says_what_was_worked_out_by_hand(works, case):
    with opened(works, case) as store:
        assert golden.outcome(store, case) == golden.expected(case)


@pytest.mark.parametrize("case", of(["地块"]), ids=named)
def test_the_explanation_of_the_parcel_says_the_same(works, case):
    code = county.parcel_code(int(case["编号"]))
    with opened(works, case) as store:
        parts = reading.one(store, "SELECT coalesce(sum(r.volume_m3_100), 0) FROM right_part r JOIN parcel p ON p.fid ="
                                   " r.parcel_fid WHERE p.DKBM = ?", (code,))[0]
        told = explain.explain_parcel(store, code)
    volume = case["水量（m³）"]
    assert parts == int(volume) * 100
    assert told.consistent, told.differences
    assert not clauses_of_others(told, case["政策"])
    assert case["状态"] in told.results[0] and (volume == "0" or f"{int(volume):,} m³" in told.text())


@pytest.mark.parametrize("case", of(["单位"]), ids=named)
def test_a_unit_is_the_sum_of_its_parts(works, case):
    kind, code, source = case["资料"].split()
    with opened(works, case) as store:
        unit = reading.one(store, "SELECT * FROM unit_right WHERE unit_kind = ? AND unit_code = ? AND source = ?",
                           (coded(codes.UNIT_KIND, kind), code, SOURCES[source]))
        parts = reading.one(store, "SELECT sum(volume_m3_100) AS v, sum(area_mu_100) AS a, count(DISTINCT CBFBM) AS n FROM"
                                   " right_part WHERE unit_id = ?", (unit["unit_id"],))
    assert (unit["volume_m3_100"], unit["area_mu_100"], unit["members"]) == (parts["v"], parts["a"], parts["n"])


@pytest.mark.parametrize("case", of(USER_KINDS), ids=named)
def test_the_explanation_of_the_user_says_the_same(works, case):
    with opened(works, case) as store:
        [told] = explain.explain(store, golden.user_code(case))
    assert told.consistent, told.differences
    assert not clauses_of_others(told, case["政策"])
    assert case["状态"] in told.results[0]


def test_a_holders_explanation_cites_its_own_city(works):
    for (policy, settings), path in works.items():
        with WorkFile.open(path, readonly=True) as store:
            if any((case["政策"], case["县区填的设置"]) == (policy, settings) for case in of(["地块"])):
                assert not clauses_of_others(explain.explain_holder(store, county.holder_code(1)), policy)


@pytest.mark.parametrize("name", FILES)
def test_every_policy_has_at_least_fifteen_cases_that_cite_a_clause(name):
    cases = [case for case in CASES if case["政策"] == name]
    assert len(cases) >= 15 and all(case["手算过程"] and case["条款"] for case in cases)


def test_units_hold_every_part_exactly_once(works):
    for path in works.values():
        with WorkFile.open(path, readonly=True) as store:
            for amount in ("area_mu_100", "demand_m3_100", "volume_m3_100"):
                sums = [reading.one(store, f"SELECT sum({amount}) FROM {t}")[0]
                        for t in ("right_part", "unit_right", "holder_right")]
                assert len(set(sums)) == 1
            assert not reading.rows(store, "SELECT 1 FROM right_part WHERE unit_id NOT IN (SELECT unit_id FROM unit_right)")
