"""Linking a registry without parcel codes: how much of it is right, on a county with dirty names; the same whatever the
order of the rows."""

import dirty_registry
import pytest

from wr_plugin.commands.running import run_verb
from wr_plugin.intake import linking
from wr_plugin.model import codes
from wr_plugin.store.workfile import WorkFile


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """Path of a sample county's work file after import, 3,000 parcels."""
    out = tmp_path_factory.mktemp("county")
    sample = run_verb("sample", {"out": str(out), "parcels": 3000, "seed": 5})
    run_verb("import", {"package": sample.outputs[0], "work": str(out / "县.gpkg")})
    return out / "县.gpkg"


@pytest.fixture
def linked(county, tmp_path):
    """``linked(dirt)``: (links with the column ``truth``, the store), the work file being a copy."""
    opened = []

    def make(dirt=None, seed=1):
        path = tmp_path / f"{len(opened)}.gpkg"
        path.write_bytes(county.read_bytes())
        store = WorkFile.open(str(path))
        opened.append(store)
        with store.transaction():
            truth = dirty_registry.dirty(store, dirt, seed)
        links = linking.of_store(store)
        return links.assign(truth=[truth[fid] for fid in links["registry_fid"]]), store

    yield make
    for store in opened:
        store.close()


def rates(links):
    """(precision of what is sure, recall over the rows that have a parcel, share of the rest that review shows right)."""
    real, sure = links["truth"] != "", links["decision"] == codes.SURE
    right = links["DKBM"] == links["truth"]
    rest = real & ~(sure & right)
    shown = rest & (links["decision"] == codes.REVIEW)
    return (sure & right).sum() / sure.sum(), (sure & right).sum() / real.sum(), shown.sum() / max(rest.sum(), 1)


@pytest.mark.parametrize("seed, dirt", [
    (1, dirty_registry.Dirt()),
    (2, dirty_registry.Dirt(holder_code_kept=0)),
    (3, dirty_registry.Dirt(holder_code_kept=1, alike=0.1, other=0.1, exchanged=0.05)),
    (4, dirty_registry.Dirt(holder_code_kept=0.5, parcel_code_kept=0.5, parcel_name_lost=0.3, area_rounded=0.8)),
], ids=["dirty", "no holder codes", "holder codes, worse names", "half of the codes"])
def test_what_is_sure_is_right_and_review_holds_the_rest(linked, seed, dirt, record_property):
    links, _ = linked(dirt, seed)
    precision, recall, shown = rates(links)
    for name, value in (("precision", precision), ("recall", recall), ("rest_in_review", shown), ("rows", len(links))):
        record_property(name, float(value))
    print(f"行 {len(links)}：准确率 {precision:.2%}，召回率 {recall:.2%}，其余在待确认之列 {shown:.2%}")
    assert precision >= 0.995
    assert recall >= 0.95
    assert shown >= 0.6


def test_a_parcel_is_given_once(linked):
    links, store = linked(dirty_registry.Dirt(parcel_code_kept=0.1))
    kept = links[links["decision"].isin(codes.LINKED)]
    assert not kept.duplicated(["DKBM", "CBFBM"]).any()
    # households that share a parcel have a row each: both find it
    assert kept.duplicated("DKBM").any()
    written = {tuple(r) for r in store.connection.execute("SELECT DKBM, CBFBM FROM registry WHERE DKBM IS NOT NULL")}
    assert not written & set(zip(kept["DKBM"], kept["CBFBM"]))


def test_the_order_of_the_registry_does_not_matter(linked):
    links, store = linked(dirty_registry.Dirt())
    with store.transaction():
        count = store.connection.execute("SELECT max(fid) FROM registry").fetchone()[0]
        store.connection.execute("UPDATE registry SET fid = -fid")
        store.connection.execute("UPDATE registry SET fid = ? + 1 + fid", (count,))
    turned = linking.of_store(store)
    names = ["registry_key", "DKBM", "CBFBM", "how", "score", "margin", "decision", "reasons"]
    assert turned[names].equals(links[names])


def test_what_stands_in_the_registry_with_a_good_code_is_left_alone(county):
    with WorkFile.open(str(county), readonly=True) as store:
        links = linking.of_store(store)
        drawn = {row[0] for row in store.connection.execute("SELECT DKBM FROM parcel")}
        rows = dict(store.connection.execute("SELECT fid, DKBM FROM registry").fetchall())
    assert set(links["registry_fid"]) == {fid for fid, code in rows.items() if code not in drawn}
    assert set(links["decision"]) == {codes.NO_MATCH}
