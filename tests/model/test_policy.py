"""A policy is data; what is wrong with it is said setting by setting."""

from pathlib import Path

import pytest
import yaml

from wr_plugin.model import policy

ZHANGYE = Path(__file__).parents[2] / "resources" / "policies" / "zhangye.yaml"


@pytest.fixture
def mapping():
    return yaml.safe_load(ZHANGYE.read_text(encoding="utf-8"))


def test_the_shipped_policy_invents_nothing_official(mapping):
    read, problems = policy.from_mapping(mapping)
    assert problems == ()
    for blank in ("publicity.days", "certificate.number", "certificate.valid_from", "certificate.valid_to",
                  "sources.mixed_surface_share", "quota.default_crop"):
        assert read.get(blank) is None, blank
    assert "新开、复垦、未批耕地" in read.clause("scope")
    assert read.step_m3_100 == 100


@pytest.mark.parametrize(("section", "name", "value", "told"), [
    ("area", "legal", "TUMJ", "法定面积"),
    ("cap", "mode", "cut", "report、proportional 或 priority"),
    ("cap", "tree", ["district", "county"], "以 county 开头"),
    ("cap", "tree", ["county", "outlet", "canal"], "由上到下"),
    ("cap", "tree", ["county", "village", "village"], "由上到下"),
    ("cap", "reserve_share", 5, "0 至 1 的数"),
    ("cap", "priority", ["小麦", ["玉米", "小麦"]], "由先到后"),
    ("sources", "mixed_surface_share", 60, "0 至 1 的数"),
    ("publicity", "days", 7.5, "1 至 365 的整数"),
    ("scope", "parcel_classes", ["11"], "地块类别代码的列表"),
    ("scope", "require_registry", "是", "true 或 false"),
    ("area", "tolerance_mu", None, "未填"),
    ("volume", "step_m3", 0.5, "1、0.1 或 0.01"),
    ("sources", "mixed_surface_share", 0.33333, "至多四位小数"),
    ("certificate", "valid_from", "2027年1月1日", "如 2027-01-01"),
    ("certificate", "valid_to", "2027-02-29", "如 2031-12-31"),
])
def test_a_wrong_value_is_named_with_what_is_expected(mapping, section, name, value, told):
    mapping[section][name] = value
    read, problems = policy.from_mapping(mapping)
    assert read is None
    assert [p.path for p in problems] == [f"{section}.{name}"]
    assert told in problems[0].message


def test_a_term_does_not_end_before_it_begins(mapping):
    mapping["certificate"].update(valid_from="2027-01-01", valid_to="2026-12-31")
    _, [problem] = policy.from_mapping(mapping)
    assert problem.path == "certificate.valid_to" and "早于有效期起 2027-01-01" in problem.message
    mapping["certificate"]["valid_to"] = "2027-01-01"
    assert policy.from_mapping(mapping)[1] == ()


@pytest.mark.parametrize("share", [0, 1, 0.6, 0.3333, 0.0001, 0.29, 0.57])
def test_shares_of_at_most_four_decimals_pass(mapping, share):
    mapping["sources"]["mixed_surface_share"] = share
    assert policy.from_mapping(mapping)[1] == ()


def test_unknown_and_missing_settings_are_both_named(mapping):
    del mapping["cap"]["mode"]
    mapping["area"]["leagl"] = "HTMJ"
    _, problems = policy.from_mapping(mapping)
    assert {p.path for p in problems} == {"cap.mode", "area.leagl"}


def test_a_policy_of_an_earlier_version_means_what_it_meant(mapping):
    for name in ("tree", "reserve_share", "priority_by", "priority"):
        mapping["cap"].pop(name, None)
    read, problems = policy.from_mapping(mapping)
    assert problems == () and list(read.get("cap.tree")) == ["county", "district"]
    assert read.share_e4("cap.reserve_share") is None and read.get("cap.priority") is None


def test_an_order_of_priority_is_asked_for_where_it_decides(mapping):
    mapping["cap"]["mode"] = "priority"
    _, problems = policy.from_mapping(mapping)
    assert [p.path for p in problems] == ["cap.mode", "cap.mode"] and "cap.priority_by" in problems[0].message
    mapping["cap"].update(priority_by="holder_kind", priority=["农户", "企业"])
    _, [problem] = policy.from_mapping(mapping)
    assert problem.path == "cap.priority" and "“企业”不是承包方类型" in problem.message
    mapping["cap"].update(priority=["农户", ["个人", "单位"]])
    read, problems = policy.from_mapping(mapping)
    assert problems == () and policy.priority_classes(read.get("cap.priority")) == [("农户",), ("个人", "单位")]


SHIPPED = sorted(ZHANGYE.parent.glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=[p.stem for p in SHIPPED])
def test_a_shipped_policy_says_every_setting_and_cites_a_clause_for_every_section(path):
    mapping = yaml.safe_load(path.read_text(encoding="utf-8"))
    read, problems = policy.from_mapping(mapping)
    assert problems == () and not read.demo
    said = {f"{k}.{name}" for k, v in mapping.items() if isinstance(v, dict) for name in v if name != "clause"} | {
        k for k, v in mapping.items() if not isinstance(v, dict)}
    assert said == set(policy.BY_PATH)
    assert all(read.clause(section) for section in {p.partition(".")[0] for p in said if "." in p})


def test_the_five_cities_are_shipped():
    assert {p.stem for p in SHIPPED} == {"zhangye", "datong", "nanyang", "yongchuan", "shuozhou"}


def test_what_a_policy_does_not_mention_has_its_stated_meaning(mapping):
    """A policy of an earlier version stays valid and means what it did."""
    for section in ("units", "ground", "permit", "network", "forest", "metering"):
        del mapping[section]
    for name in ("mixed_mode", "surface_rounds", "ground_rounds"):
        del mapping["sources"][name]
    del mapping["quota"]["basis"]
    read, problems = policy.from_mapping(mapping)
    assert problems == ()
    assert (read.get("quota.basis"), read.get("ground.overdraft"), read.get("sources.mixed_mode")) == ("crop", "report", "share")
    assert read.get("units.rules") == () and read.get("permit.basis") is None


@pytest.mark.parametrize(("rule", "told"), [
    ({"unit": "household"}, "确权单位的分类规定"), ({"scale": ["huge"], "unit": "outlet"}, "确权单位的分类规定"),
    ({"source": ["surface"]}, "确权单位的分类规定"), ({"where": ["x"], "unit": "outlet"}, "确权单位的分类规定"),
])
def test_a_wrong_rule_on_units_is_told(mapping, rule, told):
    mapping["units"]["rules"] = [rule]
    _, [problem] = policy.from_mapping(mapping)
    assert problem.path == "units.rules" and told in problem.message


def test_rounds_cannot_both_be_none(mapping):
    mapping["sources"].update(mixed_mode="round", surface_rounds=0, ground_rounds=0)
    _, [problem] = policy.from_mapping(mapping)
    assert "不能都是 0" in problem.message
    mapping["sources"].update(surface_rounds=3)
    assert policy.from_mapping(mapping)[0].mixed_surface == (3, 3)


def test_a_list_is_no_policy():
    assert policy.from_mapping([1, 2])[0] is None
