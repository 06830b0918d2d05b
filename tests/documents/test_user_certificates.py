"""Enterprises, networks' users and forest farms: published by the county, certificate or register sheet as the policy says."""

import pytest

from tests.documents import pdf_pages
from tests.documents.unit_villages import USER_POLICY, change, open_gates, rows, users, village_of
from tests.village import VILLAGE
from wr_plugin.commands.running import run_verb
from wr_plugin.documents.users import renewal_day
from wr_plugin.model.errors import GateShut

ISSUED = {"permit_user", "network_user"}


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """The village with its water users; permit holders and networks' users get certificates, forests a register sheet."""
    path = tmp_path_factory.mktemp("用水户") / "村.gpkg"
    return village_of(path, "holder_source", {**USER_POLICY, "certificate.users": ["permit", "network"]}, users)


@pytest.fixture
def copy(work, tmp_path):
    target = tmp_path / "县.gpkg"
    with open(work, "rb") as source:
        target.write_bytes(source.read())
    return str(target)


def test_the_countys_poster_says_what_the_plan_asks_for(copy, tmp_path):
    result = run_verb("publish", {"work": copy, "out": str(tmp_path / "公示"), "start": "2020-03-01"})
    poster = next(p for p in result.outputs if "用水户" in p)
    text = "".join(pdf_pages.texts(poster))
    for told in ("示例水泥厂", "水泥", "300000t", "地表水", "示取第1号", "80,000", "示例林场", "示例宾馆", "书面形式"):
        assert told in text
    assert rows(copy, "SELECT village_code FROM publicity ORDER BY fid") == [{"village_code": VILLAGE}, {"village_code": "620799"}]
    alone = run_verb("publish", {"work": copy, "out": str(tmp_path / "村"), "village": [VILLAGE]})
    assert len(alone.outputs) == 1, "a village's poster alone"


def test_users_wait_for_their_own_gates_and_hold_up_nobody(copy, tmp_path):
    run_verb("publish", {"work": copy, "out": str(tmp_path / "公示"), "start": "2020-03-01", "village": [VILLAGE]})
    for level in ("town", "county", "city"):
        run_verb("approve", {"work": copy, "level": level, "who": "甲", "zone": VILLAGE})
    result = run_verb("certify", {"work": copy, "out": str(tmp_path / "证")})
    assert set(result.counts["kinds"]) == {"holder_source"} and any("还没有公示" in str(value) for _, value in result.table)
    assert "用水户还没有发证" in run_verb("status", {"work": copy}).next_step
    with pytest.raises(GateShut, match="用水户还不能发证") as shut:
        run_verb("certify", {"work": copy, "out": str(tmp_path / "单"), "unit": ["Q1"]})
    assert "县级核定还没有结论" in shut.value.message and "乡镇初审" not in shut.value.message
    run_verb("publish", {"work": copy, "out": str(tmp_path / "公示"), "start": "2020-03-01"})
    for level in ("county", "city"):
        run_verb("approve", {"work": copy, "level": level, "who": "乙"})
    change(copy, "INSERT INTO objection (uuid, village_code, content, state) VALUES ('u', '620799', '规模不对', 'open')")
    with pytest.raises(GateShut, match="1 条异议未办结"):
        run_verb("certify", {"work": copy, "out": str(tmp_path / "单"), "unit": ["Q1"]})
    assert run_verb("certify", {"work": copy, "out": str(tmp_path / "户"), "village": [VILLAGE]}).counts["kept"] == 4


def test_certificates_and_sheets_as_the_policy_says(copy, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1798502400")  # 2026-12-29: 45 days before 示例种猪场's permit ends is 12-27
    open_gates(copy, tmp_path)
    result = run_verb("certify", {"work": copy, "out": str(tmp_path / "证")})
    issued = rows(copy, "SELECT * FROM certificate WHERE unit_kind <> 'holder_source' ORDER BY rowid")
    assert {c["unit_kind"] for c in issued} == ISSUED and result.counts["sheets"] == 1
    assert "取水许可用水户核查表第 5 行（编号 Q3）：用水户名称" in result.text and result.counts["stopped"] == 1
    permits = next(p for p in result.outputs if "取水许可用水户" in p)
    front, data, pig, pig_data = pdf_pages.texts(permits)
    assert "示例水泥厂" in front and "示取第1号" in front and "80,000立方米" in front and "对下列权利人的用水权予以确认" in front
    assert "许可水量80,000m³，定额水量105,000m³，核定80,000m³" in front, "0.35 × 300,000 = 105,000"
    assert "上年用水量76,000m³" in data and "2031年11月16日前" in data and "第二十五条" in data
    assert "定额水量21,000m³" in pig and "21,000立方米" in pig and "2026年12月27日前" in pig_data
    assert "申请延续的期限" in result.text and "示例种猪场（许可至 2027-02-10，应在 2026-12-27 前申请）" in result.text
    network = "".join(pdf_pages.texts(next(p for p in result.outputs if "管网" in p)))
    assert "示例城供水" in network and "22,222立方米" in network, "20,000 ÷ 0.9"
    sheet = "".join(pdf_pages.texts(next(p for p in result.outputs if "水权登记表" in p)))
    assert "示例林场" in sheet and "100.00亩" in sheet and "不是水权证" in sheet and "证号" not in sheet
    assert "县级核定意见" in sheet and "乡镇初审意见" not in sheet
    assert run_verb("status", {"work": copy}).counts["certificates"]["users"] == 4, "Q3's is due too"
    assert run_verb("balance", {"work": copy}).counts["balanced"]


def test_a_changed_permit_cannot_contradict_a_certificate_in_force(copy, tmp_path):
    open_gates(copy, tmp_path)
    run_verb("certify", {"work": copy, "out": str(tmp_path / "证"), "unit": ["Q1"]})
    change(copy, "UPDATE permit_user SET permit_m3_100 = 6000000 WHERE user_code = 'Q1'")
    with pytest.raises(GateShut, match="示例水泥厂 地表水"):
        run_verb("confirm", {"work": copy})
    number = rows(copy, "SELECT number FROM certificate WHERE unit_code = 'Q1'")[0]["number"]
    run_verb("revoke", {"work": copy, "number": [number], "why": "许可变更", "who": "经办人甲"})
    assert run_verb("confirm", {"work": copy}).changed


def test_a_policy_that_names_no_users_gives_sheets_only(tmp_path):
    path = village_of(tmp_path / "村.gpkg", "holder_source", USER_POLICY, users)
    result = run_verb("certify", {"work": path, "out": str(tmp_path / "样"), "unit": ["Q1", "W1", "LD1"], "trial": True})
    assert result.counts["sheets"] == 3 and result.counts["certificates"] == 0
    text = "".join(pdf_pages.texts(next(p for p in result.outputs if "Q1" in p)))
    assert "取水权凭证为取水许可证（示取第1号）" in text and "样张" in text


def test_forty_five_days_before_the_end():
    """2027-02-10 less 45 days: ten of February, thirty-one of January, four of December: 2026-12-27."""
    assert renewal_day("2027-02-10", 45) == "2026-12-27"
