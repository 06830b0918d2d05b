"""A parcel 45 % under one outlet and 40 % under another: what a clerk sees under both policies, from check to certificate."""

import numpy as np
import pandas as pd
import pytest

from tests.village import CODES, HOLDERS, box, make_village
from wr_plugin.commands.running import run_verb
from wr_plugin.desktop import parcel_facts
from wr_plugin.rights import explain
from wr_plugin.store import frames, reading
from wr_plugin.store.workfile import WorkFile

PARCEL = CODES["surface"]


def two_outlets(store):
    """DK01 serves the west 27 m of parcel 1 (and its neighbours, as before), DK02 the next 24 m; 9 m are nobody's."""
    store.connection.execute("DELETE FROM service_area")
    frames.replace(store, "service_area", pd.DataFrame({
        "outlet_code": ["DK01", "DK01", "DK02", "DK02"], "outlet_name": ["一号斗口", "一号斗口", "二号斗口", "二号斗口"]}),
        np.array([box(0, 0, 27, 100), box(60, 0, 600, 100), box(27, 0, 51, 100), box(2100, 0, 2400, 100)], dtype=object))


def work(tmp_path, policy, **more):
    changes = {"sources.across_outlets": policy} if policy else {}
    return make_village(tmp_path / "村.gpkg", {**changes, **more}, two_outlets)


@pytest.mark.parametrize("policy", [None, "larger"])
def test_to_the_larger_part_it_has_no_surface_water(tmp_path, policy):
    path = work(tmp_path, policy)
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    with WorkFile.open(path, readonly=True) as store:
        assert reading.count(store, "SELECT count(*) FROM parcel_outlet") == 0
        finding = reading.one(store, "SELECT message FROM finding WHERE code = 'NO_SOURCE' AND subject = ?", (PARCEL,))
        assert "在斗口 DK01 控制范围内的面积占 45.0%，不足 50%" in finding["message"]
        assert "没有水源" in explain.explain_parcel(store, PARCEL).text()


def test_split_it_has_a_part_under_each(tmp_path):
    """6,000 m² = 9.00 亩; 2,700 and 2,400 m² of it under the outlets: 9.00 × 27 ÷ 51 = 4.7647 → 4.76, the rest 4.24.
    400 m³/亩 ÷ (0.6 × 0.9): 4.76 亩 → 3,525.93 → 3,526; 4.24 亩 → 3,140.74 → 3,141. Together 6,667."""
    path = work(tmp_path, "split")
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    with WorkFile.open(path, readonly=True) as store:
        listed = [tuple(row) for row in reading.rows(store, "SELECT p.DKBM, o.outlet_code, o.overlap_m2_100 FROM parcel_outlet o"
                                                            " JOIN parcel p ON p.fid = o.parcel_fid ORDER BY o.fid")]
        assert listed == [(PARCEL, "DK01", 270_000), (PARCEL, "DK02", 240_000)]
        parts = [tuple(row) for row in reading.rows(
            store, "SELECT t.CBFBM, t.outlet_code, t.legal_mu_100, t.deducted_mu_100, t.area_mu_100, t.volume_m3_100 FROM right_part t"
                   " JOIN parcel p ON p.fid = t.parcel_fid WHERE p.DKBM = ? ORDER BY t.part_id", (PARCEL,))]
        assert parts == [(HOLDERS["张三"], "DK01", 476, 0, 476, 352_600), (HOLDERS["张三"], "DK02", 424, 0, 424, 314_100)]
        told = explain.explain_parcel(store, PARCEL)
        assert told.consistent, told.differences
        for words in ("一号斗口（DK01），控制范围内 2,700.00 m²（地块 6,000.00 m²）", "二号斗口（DK02）", "地表水 一号斗口（DK01） 4.76 亩",
                      "地表水 二号斗口（DK02） 4.24 亩", "3,141 m³"):
            assert words in told.text(), told.text()
        assert explain.explain_holder(store, HOLDERS["张三"]).consistent
        for outlet in ("DK01", "DK02"):
            assert all(one.consistent for one in explain.explain_places(store, outlet))
        uuid = reading.one(store, "SELECT uuid FROM parcel WHERE DKBM = ?", (PARCEL,))["uuid"]
        page = parcel_facts.as_html(parcel_facts.read(store, uuid), told)
        assert "斗口 一号斗口，斗口 二号斗口" in page and "地表水 二号斗口" in page
        others = reading.count(store, "SELECT count(*) FROM (SELECT 1 FROM right_part GROUP BY parcel_fid, CBFBM, source"
                                      " HAVING count(*) > 1)")
        assert others == 1
    assert run_verb("verify", {"work": str(path)}).counts["differences"] == 0
    trial = run_verb("certify", {"work": str(path), "out": str(tmp_path / "证"), "trial": True})
    assert trial.counts
    run_verb("ledger", {"work": str(path), "out": str(tmp_path / "台账.xlsx")})


def test_less_than_the_least_share_together_is_said_with_both(tmp_path):
    path = work(tmp_path, "split", **{"sources.outlet_min_share": 0.9})
    run_verb("check", {"work": str(path)})
    with WorkFile.open(path, readonly=True) as store:
        finding = reading.one(store, "SELECT message FROM finding WHERE code = 'NO_SOURCE' AND subject = ?", (PARCEL,))
        assert "在斗口 DK01、DK02 控制范围内的面积共占 85.0%，不足 90%" in finding["message"]


def test_an_overlap_up_to_the_drawing_error_splits_nothing(tmp_path):
    path = work(tmp_path, "split", **{"area.overlap_min_m2": 2400, "sources.outlet_min_share": 0.4})
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    with WorkFile.open(path, readonly=True) as store:
        assert reading.count(store, "SELECT count(*) FROM parcel_outlet") == 0
        parts = [row["outlet_code"] for row in reading.rows(
            store, "SELECT outlet_code FROM right_part t JOIN parcel p ON p.fid = t.parcel_fid WHERE p.DKBM = ?", (PARCEL,))]
        assert parts == ["DK01"]
