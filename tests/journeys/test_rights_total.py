"""A sample county's rights worked out once more without the product: sqlite3, dicts, fractions, parcel by parcel.

Only the delivered tables and the check's findings (``parcel_site``) are read; every holder's area and volume by source
must equal ``holder_right``, with the caps reported and with the caps cutting.
"""

import json
import shutil
import sqlite3
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
import yaml

from wr_plugin.commands.running import run_verb

pytestmark = pytest.mark.journey
PARCELS = 800
LETTER = {"surface": "S", "ground": "G"}


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """A sample county, imported and checked; parcels across outlets go whole to the larger part, as they are counted here."""
    folder = tmp_path_factory.mktemp("rights_total")
    run_verb("sample", {"out": str(folder / "package"), "parcels": PARCELS, "seed": 11})
    package = next(p for p in (folder / "package").iterdir() if p.is_dir())
    policy = package / "政策.yaml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("across_outlets: split", "across_outlets: larger"), encoding="utf-8")
    work = folder / "county.gpkg"
    run_verb("import", {"package": str(package), "work": str(work)})
    run_verb("check", {"work": str(work)})
    return work


def changed_policy(work, target, **changes):
    """Writes the work file's policy with some settings changed, ``section__name=value``."""
    with sqlite3.connect(work) as connection:
        mapping = json.loads(connection.execute("SELECT parsed FROM policy WHERE current = 1").fetchone()[0])
    for path, value in changes.items():
        section, name = path.split("__")
        mapping[section][name] = value
    target.write_text(yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return target


def half_up(value):
    """A non-negative Fraction to the nearest whole number, halves upwards."""
    return int(value + Fraction(1, 2))


class Tables:
    """All rows that matter, as plain dicts."""

    def __init__(self, work):
        self.connection = sqlite3.connect(f"file:{work}?mode=ro", uri=True)
        self.connection.row_factory = sqlite3.Row
        self.policy = json.loads(self.rows("SELECT parsed FROM policy WHERE current = 1")[0]["parsed"])
        self.county = self.rows("SELECT value FROM setting WHERE name = 'county_code'")[0]["value"]

    def rows(self, sql):
        return [dict(row) for row in self.connection.execute(sql)]

    def by(self, sql, key):
        found = defaultdict(list)
        for row in self.rows(sql):
            found[row[key]].append(row)
        return found


def legal_mu(tables, code, links):
    """Legal area in hundredths of 亩 by holder: the policy's area, contract or measured."""
    field = tables.policy["area"]["legal"]
    assert field in ("HTMJ", "YHTMJ")
    areas = defaultdict(Fraction)
    for link in links[code]:
        areas[link["CBFBM"]] += Fraction(Decimal(str(link[field]))) * Fraction(15, 10000)
    return {holder: half_up(area * 100) for holder, area in areas.items()}


def quota_of(tables, crop, district, source, method):
    for place in (district, "*"):
        for row in tables.quotas[crop, place, source, method]:
            if None in (row["quota_m3_mu_100"], row["eta_canal"], row["eta_field"]):
                return None
            return (Fraction(row["quota_m3_mu_100"], 100)
                    / (Fraction(row["eta_canal"]) * Fraction(row["eta_field"])))
    return None


def demands(tables):
    """{(DKBM, CBFBM, source): (district, area in 0.01 亩, demand in steps)} of every parcel that has a right."""
    policy = tables.policy
    step = Fraction(str(policy["volume"]["step_m3"]))
    holders = {row["CBFBM"] for row in tables.rows("SELECT CBFBM FROM CBF")}
    links = tables.by("SELECT * FROM CBDKXX", "DKBM")
    registry = tables.by("SELECT * FROM registry ORDER BY fid", "DKBM")
    site = {row["parcel_fid"]: row for row in tables.rows("SELECT * FROM parcel_site")}
    tables.quotas = defaultdict(list)
    for row in tables.rows("SELECT * FROM quota"):
        tables.quotas[row["crop"], row["district_code"], row["source"], row["method"]].append(row)
    found = {}
    for parcel in tables.rows("SELECT fid, DKBM, DKLB, TDYT FROM parcel"):
        place, code = site[parcel["fid"]], parcel["DKBM"]
        if parcel["DKLB"] not in policy["scope"]["parcel_classes"]:
            continue
        if parcel["TDYT"] in policy["scope"]["exclude_land_use"]:
            continue
        if place["forest_m2_100"] > place["geometry_m2_100"] / 2 or place["defect"]:
            continue
        if not links[code] or any(link["CBFBM"] not in holders for link in links[code]) or not registry[code]:
            continue
        if place["source"] == "none" or not place["district_code"]:
            continue
        crop = next((row["crop"] for row in registry[code] if row["crop"]), policy["quota"]["default_crop"])
        method = next((row["method"] for row in registry[code] if row["method"]), policy["quota"]["default_method"])
        share = Fraction(str(policy["sources"]["mixed_surface_share"]))
        share = {"surface": Fraction(1), "ground": Fraction(0), "mixed": share}[place["source"]]
        parts, complete = {}, True
        for holder, legal in legal_mu(tables, code, links).items():
            taken = 0
            if place["unapproved_m2_100"] > policy["scope"]["deduct_min_m2"] * 100:
                taken = min(legal, half_up(Fraction(legal * place["unapproved_m2_100"], place["geometry_m2_100"])))
            area = {"surface": half_up((legal - taken) * share)}
            area["ground"] = legal - taken - area["surface"]
            whole = {"surface": half_up(legal * share)}
            whole["ground"] = legal - whole["surface"]
            for source in area:
                if whole[source] == 0:
                    continue
                per_mu = quota_of(tables, crop, place["district_code"], source, method)
                complete = complete and per_mu is not None
                if per_mu is not None:
                    demand = half_up(Fraction(area[source], 100) * per_mu / step)
                    parts[code, holder, source] = place["district_code"], area[source], demand
        if complete and sum(area for _, area, _ in parts.values()) > 0:
            found.update(parts)
    return found


def shared_out(weights, total):
    """Largest remainder by hand: ``weights`` {key: whole number}; ties by key."""
    whole = sum(weights.values())
    if whole == 0:
        return dict.fromkeys(weights, 0)
    exact = {key: Fraction(weight * total, whole) for key, weight in weights.items()}
    parts = {key: int(value) for key, value in exact.items()}
    rest = total - sum(parts.values())
    for key in sorted(exact, key=lambda one: (parts[one] - exact[one], one))[:rest]:
        parts[key] += 1
    return parts


def forest_water(tables, step_100):
    """{(district, source): 0.01 m³} that the districts' forest land has: it is kept from the parcels."""
    there = {(row["district_code"], row["source"]) for row in tables.rows("SELECT * FROM forest_user")}
    return {(row["district_code"], row["source"]): row["forest_m3_100"] // step_100 * step_100
            for row in tables.rows("SELECT * FROM forest_volume") if (row["district_code"], row["source"]) in there}


def granted(tables, wanted, step_100):
    """Steps per part under the caps of districts and county, in proportion."""
    forest = forest_water(tables, step_100)
    caps = {}
    for row in tables.rows("SELECT * FROM cap"):
        kept = sum(volume for (district, source), volume in forest.items() if source == row["source"]
                   and row["cap_code"] in (district, tables.county))
        caps[row["cap_level"], row["cap_code"], row["source"]] = (row["cap_m3_100"] - kept) // step_100
    result = {}
    for source in LETTER:
        mine = defaultdict(dict)
        for (code, holder, kind), (district, _, demand) in wanted.items():
            if kind == source:
                mine[district][code, holder] = demand
        totals = {district: min(sum(parts.values()), caps["district", district, source])
                  for district, parts in mine.items()}
        if sum(totals.values()) > caps["county", tables.county, source]:
            totals = shared_out(totals, caps["county", tables.county, source])
        for district, parts in mine.items():
            result.update({(code, holder, source): volume
                           for (code, holder), volume in shared_out(parts, totals[district]).items()})
    return result


def stored(tables):
    return {row["right_id"]: (row["area_mu_100"], row["volume_m3_100"])
            for row in tables.rows("SELECT * FROM holder_right")}


def summed(wanted, volume, step_100):
    totals = defaultdict(lambda: [0, 0])
    for key, (_, area, _) in wanted.items():
        total = totals[key[1] + LETTER[key[2]]]
        total[0] += area
        total[1] += volume[key] * step_100
    return {right: tuple(total) for right, total in totals.items()}


def test_every_holder_with_the_caps_reported(checked):
    run_verb("confirm", {"work": str(checked)})
    tables = Tables(checked)
    wanted = demands(tables)
    volume = {key: demand for key, (_, _, demand) in wanted.items()}
    expected = summed(wanted, volume, round(tables.policy["volume"]["step_m3"] * 100))
    assert len(expected) > PARCELS / 20
    assert stored(tables) == expected


@pytest.mark.parametrize("step", [1, 0.01])
def test_every_holder_with_the_caps_cutting(checked, tmp_path, step):
    work = tmp_path / "county.gpkg"
    shutil.copy(checked, work)
    with sqlite3.connect(work) as connection:
        connection.execute("UPDATE cap SET cap_m3_100 = cap_m3_100 / 7 + 33")
        connection.execute("UPDATE forest_volume SET forest_m3_100 = forest_m3_100 / 7")
    policy = changed_policy(work, tmp_path / "p.yaml", cap__mode="proportional", volume__step_m3=step)
    run_verb("confirm", {"work": str(work), "policy": str(policy)})
    tables = Tables(work)
    wanted, step_100 = demands(tables), round(step * 100)
    volume = granted(tables, wanted, step_100)
    assert sum(volume.values()) < sum(demand for _, _, demand in wanted.values())
    assert stored(tables) == summed(wanted, volume, step_100)
