"""The land and its people: fields that share their borders, sizes and households as in an oasis, nobody who is real."""

from collections import Counter, defaultdict

import numpy as np
import shapely

from wr_plugin.model import codes
from wr_plugin.sample import people

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FIXED = {"路", "渠", "田埂", "自留地", "机动地", "开荒地", "集体地"}


def clean_parcels(package):
    """Parcels without a planted geometry defect."""
    parcels, truth = package.layer("DK"), package.truth()
    wrong = set().union(*(subject.split("|") for code in ("PARCEL_OVERLAP", "GEOMETRY_DUPLICATE", "GEOMETRY_REPAIRED",
                                                          "GEOMETRY_MISSING") for subject in truth[code]))
    return parcels[~parcels.DKBM.isin(wrong)]


def test_clean_neighbours_share_their_border_and_never_overlap(county):
    shapes = clean_parcels(county).geometry.values
    assert shapely.is_valid(shapes).all()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    assert shapely.area(shapely.intersection(shapes[a], shapes[b])).max() < 0.01
    common = shapely.length(shapely.intersection(shapely.boundary(shapes[a]), shapely.boundary(shapes[b])))
    assert (common > 20).sum() > len(shapes) * 0.8


def test_no_field_lies_across_a_border(county):
    parcels, villages = clean_parcels(county), county.layer("CJQY")
    home = dict(zip(villages.CJQYDM, villages.geometry))
    assert all(home[code[:codes.VILLAGE]].contains(shape) for code, shape in zip(parcels.DKBM, parcels.geometry))
    towns = county.layer("XJQY").geometry.values
    assert shapely.area(shapely.union_all(towns)) > 0.9999 * shapely.area(towns).sum()
    assert shapely.contains_properly(county.layer("XJXZQ").geometry.values[0], towns).all()


def test_sizes_are_those_of_oasis_fields(county):
    mu = clean_parcels(county).geometry.area * 0.0015
    assert mu.min() > 0.25 and mu.max() < 30
    assert 1.0 < mu.median() < 2.5 and ((mu > 0.3) & (mu < 8)).mean() > 0.98


def test_some_land_has_one_source_and_some_both(county):
    parcels, wells = clean_parcels(county), county.layer("机井")
    reach = wells.FWBJ.fillna(300).to_numpy(dtype=float)
    served = shapely.STRtree(wells.geometry.values).query(parcels.geometry.values, predicate="dwithin", distance=float(reach.min()))
    well = np.isin(np.arange(len(parcels)), served[0])
    outlets = county.layer("斗口控制范围").geometry.values
    outlet = np.isin(np.arange(len(parcels)), shapely.STRtree(outlets).query(parcels.geometry.values, predicate="within")[0])
    shares = [np.mean(outlet & ~well), np.mean(well & ~outlet), np.mean(outlet & well)]
    assert min(shares) > 0.05


def test_canals_have_four_levels_and_each_hangs_on_one_above(county):
    canals = county.layer("渠道")
    assert set(canals.QDJB) == {"干渠", "支渠", "斗渠", "农渠"}
    known = set(canals.QDDM)
    assert len(known) == len(canals)
    assert set(canals.SJQDDM.dropna()) - {""} <= known
    assert set(county.layer("斗口").QDDM) <= set(canals.QDDM[canals.QDJB == "斗渠"])
    fields = clean_parcels(county).geometry.values
    ditches = canals.geometry.values[canals.QDJB == "农渠"]
    crossed = shapely.STRtree(fields).query(ditches, predicate="crosses")
    assert len(crossed[0]) == 0


def test_households_hold_one_to_twelve_parcels_of_their_own_group(county):
    shared = county.truth()["SHARED_PARCEL"]
    rows = [row for row in county.table("CBDKXX") if row["DKBM"] not in shared and row["SFQQQG"] == "2"]
    assert {row["CBFBM"][:codes.GROUP] == row["DKBM"][:codes.GROUP] for row in rows} == {True}
    count = Counter(row["CBFBM"] for row in rows)
    assert min(count.values()) == 1 and 9 <= max(count.values()) <= 13
    assert 3 < np.mean(list(count.values())) < 6


def test_names_are_single_within_a_village_but_for_the_planted_ones(county):
    names = Counter(f"{row['CBFBM'][:codes.VILLAGE]}:{row['CBFMC']}" for row in county.table("CBF"))
    assert {name for name, count in names.items() if count > 1} == county.truth()["SAME_NAME"]


def test_names_have_compound_surnames_rare_characters_and_cooperatives(county):
    names = [row["CBFMC"] for row in county.table("CBF")]
    assert any(name[:2] in people.COMPOUND for name in names)
    assert any(character in name for name in names for character in people.RARE)
    assert any(name.endswith("农民专业合作社") for name in names)


def test_names_that_gbk_cannot_hold_stay_out_of_the_dbf():
    from wr_plugin.commands.progress import Progress
    from wr_plugin.sample import county, layers

    land = county.build(3000, 4, Progress())
    outside = [name for name in land.holders.name if not people.in_gbk(name)]
    vocabulary, sides, holder = layers.neighbour_texts(land)
    assert outside and not set(outside) & set(vocabulary)
    assert all(people.in_gbk(text) for text in vocabulary)
    assert all(vocabulary[i] for i in np.unique(sides)) and all(vocabulary[i] for i in np.unique(holder))


def test_the_four_neighbours_are_the_true_ones(county):
    """The field that shares most border on a side is the one whose holder is named there."""
    names = {row["CBFBM"]: row["CBFMC"] for row in county.table("CBF")}
    holders = defaultdict(set)
    for row in county.table("CBDKXX"):
        holders[row["DKBM"]].add(names[row["CBFBM"]])
    parcels = clean_parcels(county).reset_index(drop=True)
    tree, checked = shapely.STRtree(parcels.geometry.values), 0
    for number in range(0, len(parcels), 7):
        own = parcels.geometry[number]
        for other in tree.query(own, predicate="touches"):
            if own.boundary.intersection(parcels.geometry[other].boundary).length < 30:
                continue
            east, north = np.subtract(parcels.geometry[other].centroid.coords[0], own.centroid.coords[0])
            if not holders[parcels.DKBM[other]] or 0.6 < abs(east / north) < 1.6:
                continue
            side = ("DKDZ" if east > 0 else "DKXZ") if abs(east) > abs(north) else ("DKBZ" if north > 0 else "DKNZ")
            told = parcels[side][number]
            assert told in holders[parcels.DKBM[other]] or told in FIXED
            checked += told not in FIXED
    assert checked > 200


def test_no_id_or_telephone_number_can_belong_to_anyone(county):
    numbers = [row["CBFZJHM"] for row in county.table("CBF") if row["CBFLX"] == "1"]
    numbers += [row["CYZJHM"] for row in county.table("CBF_JTCY")] + [row["FZRZJHM"] for row in county.table("FBF")]
    for number in numbers:
        right = "10X98765432"[sum(w * int(d) for w, d in zip(WEIGHTS, number[:17])) % 11]
        assert len(number) == 18 and number.startswith("620799") and number[17] != right
    phones = [row["LXDH"] for row in county.table("CBF")]
    assert {(len(phone), phone[:3]) for phone in phones} == {(11, "100")}


def test_families_have_their_head_first_and_as_many_members_as_told(county):
    members = defaultdict(list)
    for row in county.table("CBF_JTCY"):
        members[row["CBFBM"]].append(row)
    for holder in county.table("CBF"):
        family = members.pop(holder["CBFBM"], [])
        assert len(family) == holder["CBFCYSL"]
        if holder["CBFLX"] == "1":
            assert (family[0]["CYXM"], family[0]["CYZJHM"]) == (holder["CBFMC"], holder["CBFZJHM"])
    assert not members


def test_contracts_sum_up_their_parcels(county):
    total, parcels = Counter(), Counter()
    for row in county.table("CBDKXX"):
        total[row["CBHTBM"]] += round(row["HTMJ"] * 100)
        parcels[row["CBHTBM"]] += 1
    contracts = county.table("CBHT")
    assert {row["CBHTBM"]: (round(row["HTZMJ"] * 100), row["CBDKZS"]) for row in contracts} == {
        code: (total[code], parcels[code]) for code in total}
    assert {row["CBHTBM"][-1] for row in contracts} == {"J", "Q"}
