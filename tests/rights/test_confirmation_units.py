"""Units of confirmation other than households: what is printed for them, what the ledger and the journal say, the gates."""

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests import village
from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import GateShut
from wr_plugin.review import trail
from wr_plugin.rights import explain
from wr_plugin.store import frames, reading
from wr_plugin.store.workfile import WorkFile


def associations(store):
    frames.replace(store, "water_unit", pd.DataFrame({
        "unit_code": ["XH01"], "unit_name": ["示例协会"], "unit_kind": ["association"], "managed_mu_100": [9900]}))
    frames.replace(store, "unit_member", pd.DataFrame({
        "unit_code": "XH01", "CBFBM": [village.HOLDERS[name] for name in ("张三", "李四")]}))


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """The village under an association that lists two households; the others keep their own rights."""
    path = village.make_village(tmp_path_factory.mktemp("units") / "村.gpkg", {
        "unit": "association", "units": {"unlisted": "holder_source"}}, associations)
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    return str(path)


def test_the_association_holds_its_members_parts_and_no_others(work):
    with WorkFile.open(work, readonly=True) as store:
        rows = reading.rows(store, "SELECT u.unit_kind, u.unit_code, u.source, p.CBFBM FROM right_part p JOIN unit_right u"
                                   " USING (unit_id)")
        of = {name: {(r["unit_kind"], r["unit_code"]) for r in rows if r["CBFBM"] == code}
              for name, code in village.HOLDERS.items()}
        assert of["张三"] == of["李四"] == {("association", "XH01")}
        assert of["王五"] == {("holder_source", village.HOLDERS["王五"])}
        finding = reading.one(store, "SELECT message FROM finding WHERE code = 'UNIT_AREA'")
    assert "分管面积 99.00 亩" in finding["message"]


def test_its_explanation_lists_the_members_and_agrees_with_what_is_stored(work):
    with WorkFile.open(work, readonly=True) as store:
        [told] = explain.explain(store, "XH01")
    assert told.consistent and told.title == "农民用水者协会 XH01（示例协会）"
    assert village.HOLDERS["张三"] in told.text() and village.HOLDERS["王五"] not in told.text()


def test_the_ledger_has_the_unit_and_its_members_and_the_sums_agree(work, tmp_path):
    run_verb("ledger", {"work": work, "out": str(tmp_path / "台账.xlsx")})
    book = openpyxl.load_workbook(tmp_path / "台账.xlsx")
    units, members = (list(book[name].values) for name in ("按确权单位", "单位成员"))
    assert [row[2] for row in units if row[1] == "农民用水者协会"] == ["XH01", "XH01"]
    assert units[-1][10] == members[-1][9] > 0
    assert {row[5] for row in members if row[2] == "XH01"} == {village.HOLDERS["张三"], village.HOLDERS["李四"]}


def test_a_household_whose_water_is_the_associations_gets_no_certificate_of_its_own(work, tmp_path):
    with pytest.raises(GateShut, match="不能按户发证") as shut:
        run_verb("certify", {"work": work, "out": str(tmp_path), "trial": True, "holder": [village.HOLDERS["张三"]]})
    assert "--unit XH01" in shut.value.remedy
    result = run_verb("certify", {"work": work, "out": str(tmp_path), "trial": True})
    assert result.counts["kinds"] == {"holder_source": 1}, "王五 alone has water of his own"
    assert result.counts["stopped"] == 2 and "单位编号 XH01 的负责人" in result.text


def test_a_change_of_the_units_right_is_journalled(work):
    with WorkFile.open(work, readonly=True) as store:
        rows = reading.rows(store, "SELECT subject_key, after FROM journal WHERE subject_table = 'unit_right'")
    assert {row["subject_key"] for row in rows} == {"association:XH01:S", "association:XH01:G"}
    assert json.loads(rows[0]["after"])["unit_name"] == "示例协会"


def test_an_edit_past_the_steps_shows(work, tmp_path):
    copy = tmp_path / "村.gpkg"
    copy.write_bytes(Path(work).read_bytes())
    with WorkFile.open(copy) as store:
        assert trail.disagreements(store) == []
        with store.transaction():
            store.connection.execute("UPDATE unit_right SET volume_m3_100 = volume_m3_100 + 100 WHERE unit_kind = 'association'"
                                     " AND source = 'surface'")
        assert trail.disagreements(store) == ["确权单位水权 association:XH01:S 与变更日志不符"]


def test_a_well_whose_permit_has_run_out_is_told(tmp_path):
    def expired(store):
        store.connection.execute("UPDATE well SET permit_until = CASE well_code WHEN 'JJ01' THEN '2020-01-01' ELSE '2099-01-01' END")

    path = village.make_village(tmp_path / "村.gpkg", before_commit=expired)
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    with WorkFile.open(path, readonly=True) as store:
        [found] = reading.rows(store, "SELECT subject, message FROM finding WHERE code = 'WELL_PERMIT_EXPIRED'")
    assert found["subject"] == "JJ01" and "2020-01-01 已期满" in found["message"]


def test_the_second_reckoning_agrees(work):
    assert run_verb("verify", {"work": work}).counts["differences"] == 0


def test_where_wells_stand_must_have_been_looked_at(tmp_path):
    path = village.make_village(tmp_path / "村.gpkg", {"ground": {"overdraft": "not_confirmed"}})
    run_verb("check", {"work": str(path)})
    with WorkFile.open(path) as store, store.transaction():
        store.connection.execute("UPDATE parcel_site SET well_overdraft = NULL")
    with pytest.raises(GateShut, match="请重新运行|旧版本"):
        run_verb("confirm", {"work": str(path)})


def test_ground_water_in_an_overdraft_zone_waits(tmp_path):
    path = village.make_village(tmp_path / "村.gpkg", {"ground": {"overdraft": "not_confirmed"}})
    run_verb("check", {"work": str(path)})
    result = run_verb("confirm", {"work": str(path)})
    assert result.counts["states"]["withheld"] == 1
    with WorkFile.open(path, readonly=True) as store:
        [told] = explain.explain(store, village.CODES["ground"])
        finding = reading.one(store, "SELECT subject, message FROM finding WHERE code = 'OVERDRAFT_GROUND'")
    assert told.consistent and "暂不确权" in told.results[0] and "超采区：在内" in told.text()
    assert finding["subject"] == "JJ02" and "1 个地块" in finding["message"]


def test_what_all_have_together_is_held_against_the_level_above(tmp_path):
    path = village.make_village(tmp_path / "村.gpkg", {"cap.total_m3": 10})
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    with WorkFile.open(path, readonly=True) as store:
        told = reading.one(store, "SELECT message FROM finding WHERE subject LIKE '上级|cap.total_m3%'")["message"]
    assert told.startswith("上级用水总量（m³）：核定水量合计") and "上限 10 m³" in told


def test_forest_water_is_part_of_the_districts_and_kept_from_its_parcels(tmp_path):
    """张掖方案二（一）1. The district's cap of 20,000 m³ holds 5,000 m³ of forest water: 15,000 m³ are left for parcels."""
    def forest(store):
        store.connection.execute("UPDATE cap SET cap_m3_100 = 2000000 WHERE cap_code = 'GQ01' AND source = 'surface'")
        frames.replace(store, "forest_user", pd.DataFrame({
            "user_code": ["L1", "L2"], "district_code": "GQ01", "source": "surface", "area_mu_100": [10000, 20000]}))
        frames.replace(store, "forest_volume", pd.DataFrame({
            "district_code": ["GQ01"], "source": ["surface"], "forest_m3_100": [500000]}))

    path = village.make_village(tmp_path / "村.gpkg", {"cap.mode": "proportional", "forest": {"basis": "district_volume"}}, forest)
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    with WorkFile.open(path, readonly=True) as store:
        row = reading.one(store, "SELECT * FROM cap_result WHERE cap_code = 'GQ01' AND source = 'surface'")
        assert (row["reserve_m3_100"], row["volume_m3_100"]) == (500000, 1500000)
        assert [r[0] for r in reading.rows(store, "SELECT volume_m3_100 FROM user_right ORDER BY user_code")] == [166700, 333300]
        told = explain.explain_parcel(store, village.CODES["surface"])
    assert told.consistent and "预留和林草用水 5,000 m³" in told.text()
    assert run_verb("verify", {"work": str(path)}).counts["differences"] == 0
