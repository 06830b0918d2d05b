"""Where water comes from, at the edges of the rules: as a clerk of a small county meets them, from check to explanation."""

import pytest

from tests.village import CODES, make_village
from wr_plugin.commands.running import run_verb
from wr_plugin.rights.explain import explain
from wr_plugin.store import reading
from wr_plugin.store.workfile import WorkFile


def determined(path, *statements, **policy):
    """(code → (source, well, state, reason), code → explanation) of the village after SQL statements, checked and confirmed."""
    def change(store):
        for statement in statements:
            store.connection.execute(statement)

    make_village(path, policy, change)
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    assert run_verb("verify", {"work": str(path)}).counts["differences"] == 0
    with WorkFile.open(path, readonly=True) as store:
        rows = {row["DKBM"]: (row["source"], row["well_code"] or "", row["state"], row["reason"] or "") for row in reading.rows(
            store, "SELECT p.DKBM, s.source, s.well_code, r.state, r.reason FROM parcel p JOIN parcel_site s ON s.parcel_fid = p.fid"
                   " JOIN parcel_right r ON r.parcel_fid = p.fid")}
        told = {code: explain(store, code)[0] for code in (CODES["mixed"], CODES["surface"], CODES["ground"])}
    assert all(one.consistent for one in told.values()), [one.differences for one in told.values()]
    return rows, {code: one.text() for code, one in told.items()}


@pytest.mark.parametrize("reach, source", [(30.0, "mixed"), (29.99, "surface")])
def test_land_at_exactly_the_reach_is_reached(tmp_path, reach, source):
    """JJ01 stands 30 m from the land."""
    rows, _ = determined(tmp_path / "v.gpkg", f"UPDATE well SET reach_m = {reach} WHERE well_code = 'JJ01'")
    assert rows[CODES["mixed"]][0] == source


def test_rounds_of_which_one_is_zero_give_all_to_the_other(tmp_path):
    for surface, ground, told in ((3, 0, "地表水 3 轮，共 3 轮"), (0, 2, "地表水 0 轮，共 2 轮")):
        rows, texts = determined(tmp_path / f"{surface}.gpkg", **{"sources.mixed_mode": "round", "sources.surface_rounds": surface,
                                                                  "sources.ground_rounds": ground})
        assert rows[CODES["mixed"]][2] == "right" and told in texts[CODES["mixed"]]


def test_a_county_without_outlets_and_canals_lives_on_its_wells(tmp_path):
    empty = [f"DELETE FROM {table}" for table in ("outlet", "service_area", "canal")]
    rows, texts = determined(tmp_path / "v.gpkg", *empty, **{"cap.tree": ["county", "district", "canal", "outlet"]})
    assert {source for source, *_ in rows.values()} == {"ground", "none"}
    assert rows[CODES["surface"]][2:] == ("no_source", "NO_SOURCE") and "不在斗口控制范围内，也没有可用机井" in texts[CODES["surface"]]


def test_canals_without_a_name_or_a_code_stop_nothing(tmp_path):
    rows, texts = determined(tmp_path / "v.gpkg", "UPDATE canal SET canal_name = NULL, canal_code = ''",
                             **{"cap.tree": ["county", "district", "canal", "outlet"], "cap.mode": "proportional"})
    assert rows[CODES["surface"]][2] == "right" and "None" not in texts[CODES["surface"]]


def test_a_county_without_any_well_or_zone(tmp_path):
    rows, _ = determined(tmp_path / "v.gpkg", "DELETE FROM well", "DELETE FROM overdraft_zone", **{
        "cap.tree": ["county", "district", "well"], "cap.mode": "proportional", "ground.overdraft": "not_confirmed"})
    assert {source for source, *_ in rows.values()} == {"surface", "none"}
    assert rows[CODES["mixed"]][0] == "surface" and rows[CODES["ground"]][2] == "no_source"


def test_a_well_in_an_overdraft_zone_whose_permit_has_run_out_names_the_permit_first(tmp_path):
    rows, texts = determined(tmp_path / "v.gpkg", "UPDATE well SET permit_until = '2020-12-31'", **{
        "ground.overdraft": "not_confirmed", "ground.expired": "not_confirmed"})
    assert rows[CODES["ground"]][2:] == ("withheld", "WELL_PERMIT_EXPIRED")
    assert rows[CODES["mixed"]][2:] == ("reduced", "WELL_PERMIT_EXPIRED")
    assert "有效期止：2020-12-31" in texts[CODES["ground"]] and "机井的取水许可延续" in texts[CODES["mixed"]]
