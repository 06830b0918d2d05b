"""The standing engine of the panel 试算: requests in, answers out, the map's file, and a file that others change."""

import json
import shutil
import sqlite3

import pytest

from tests import village
from wr_plugin.commands import live
from wr_plugin.commands.running import run_verb
from wr_plugin.store.workfile import WorkFile


@pytest.fixture(scope="module")
def confirmed(tmp_path_factory):
    path = village.make_village(tmp_path_factory.mktemp("live") / "v.gpkg")
    run_verb("check", {"work": str(path)})
    run_verb("confirm", {"work": str(path)})
    return path


def answers(path, *requests):
    written = []
    lines = (json.dumps(one) + "\n" if isinstance(one, dict) else one() or "\n" for one in requests)
    live.serve(path, lines, written.append)
    return [one for one in written if "progress" not in one]


def test_answers_equal_the_verb_and_bad_levers_do_not_end_it(confirmed):
    told = answers(confirmed, {"id": 1, "levers": ["定额:玉米=-5%"]}, {"id": 2, "levers": ["定额:水稻=-5%"]}, {"id": 3, "levers": []})
    verb = run_verb("whatif", {"work": str(confirmed), "lever": ["定额:玉米=-5%"]})
    assert told[0]["id"] == 1 and told[0]["answer"]["counts"] == verb.counts
    assert told[1]["error"]["message"].endswith("定额表中没有“水稻”的行")
    assert told[2]["answer"]["counts"]["parcels_changed"] == 0 and told[2]["answer"]["holders"] == []


def test_the_file_for_the_map_has_each_parcel_that_changes(confirmed, tmp_path, monkeypatch):
    """Ground water of the mixed parcel at a share of 1: 李四 has 6,667 instead of 5,867 m³, +13.6 %: class 5."""
    path = tmp_path / "map.sqlite"
    told = answers(confirmed, {"id": 1, "levers": ["地表水比例=1"], "map": str(path)})
    assert told[0]["answer"]["map"] == {"file": str(path), "parcels": 1}
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT * FROM change").fetchall() == [(3, 5, 800.0)]
    monkeypatch.setattr(live, "MOST_ON_MAP", 0)
    assert answers(confirmed, {"levers": ["地表水比例=1"], "map": str(path)})[0]["answer"]["map"] == {"too_many": 1}


@pytest.mark.parametrize("before, after, kind", [(100, 0, 1), (100, 90, 2), (100, 91, 3), (100, 109, 4), (100, 110, 5), (0, 5, 6)])
def test_classes_of_change(before, after, kind):
    assert live.class_of(before, after) == kind


def test_what_others_change_is_read_again(confirmed, tmp_path):
    path = shutil.copy(confirmed, tmp_path / "v.gpkg")

    def edit():
        with WorkFile.open(path) as store, store.transaction():
            store.connection.execute("UPDATE quota SET quota_m3_mu_100 = 0")

    told = answers(path, {"levers": []}, edit, {"levers": []})
    assert [one["answer"]["counts"]["surface_m3_100_before"] for one in told] == [3_622_300, 0]
    assert "核定之后资料有改动" in told[1]["answer"]["warnings"][0]
