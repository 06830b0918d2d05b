"""The main job on land that no one here drew: from foreign files to certificates, every total computed a second time."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections import Counter
from fractions import Fraction

import openpyxl
import pypdf
import pytest
import shapely

from tests.journeys import generated_tables as tables
from tests.journeys import plain_rights, real_lands
from wr_plugin.commands.running import run_verb

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.skipif(not real_lands.SHARED.is_dir(), reason=(
        f"真实土地数据不在 {real_lands.SHARED}：只有开发机器上有，用户的克隆里没有；可用 WR_SHARED_DATA 指明")),
]
LATER = 1_893_456_000  # 2030-01-01: the publicity that began in 2029 has ended


def text_of(paper):
    """All text of a PDF; poppler where it is, for pypdf needs a minute for what poppler does in a second."""
    if shutil.which("pdftotext"):
        return subprocess.run(["pdftotext", str(paper), "-"], check=True, capture_output=True).stdout.decode("utf-8")
    return "".join(page.extract_text() for page in pypdf.PdfReader(paper).pages)


class Journey:
    """One package taken through every verb; ``plain``: the same, computed without the product."""

    def __init__(self, land, folder):
        self.land, self.folder = land, folder
        self.work = str(folder / f"{land.name}.gpkg")
        self.results = {}
        os.environ["SOURCE_DATE_EPOCH"] = str(LATER)
        try:
            self._run()
        finally:
            del os.environ["SOURCE_DATE_EPOCH"]
        self.plain = plain_rights.Plain(land)
        self.connection = sqlite3.connect(self.work)

    def verb(self, name, **params):
        self.results[name] = run_verb(name, {"work": self.work, **params})

    def _run(self):
        self.verb("import", package=str(self.land.package), mapping=str(self.land.mapping))
        self.verb("check")
        self.verb("confirm")
        self.verb("publish", out=str(self.folder / "公示表"), start="2029-11-01")
        for level in ("town", "county", "city"):
            self.verb("approve", level=level, who="示例审核人", on="2029-12-01")
        self.verb("certify", out=str(self.folder / "水权证"))
        self.verb("ledger", out=str(self.folder / "台账.xlsx"))

    def rows(self, sql):
        return self.connection.execute(sql).fetchall()

    def papers(self, name):
        return sorted((self.folder / name).rglob("*.pdf"))


@pytest.fixture(scope="module", params=["ahero", "farms"])
def journey(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    return Journey(getattr(real_lands, request.param)(folder), folder)


def test_every_parcel_comes_in(journey):
    (count,) = journey.rows("SELECT count(*) FROM parcel")[0]
    assert count == len(journey.land.parcels)


def test_findings_are_those_that_plain_python_finds(journey):
    found = Counter(code for (code,) in journey.rows("SELECT code FROM finding"))
    del found["PARCEL_GAP"]
    assert found == journey.plain.findings()


def test_every_gap_is_nobodys_land_between_two_neighbours(journey):
    position = {code: i for i, code in enumerate(journey.plain.codes) if code}
    gaps = journey.rows("SELECT subject, value FROM finding WHERE code = 'PARCEL_GAP'")
    for subject, value in gaps:
        i, j = (position.get(code) for code in subject.split("|"))
        if i is not None and j is not None and not {*subject.split("|")} & journey.plain.repeated_codes:
            assert 0.5 < float(value) <= plain_rights.free_between(journey.plain.shapes, i, j) + 0.1
    assert journey.land.name != "ahero" or len(gaps) > 100


def test_overlapping_pairs_are_the_same_ones(journey):
    codes = journey.plain.codes
    for kind, pairs in (("PARCEL_OVERLAP", journey.plain.overlaps), ("GEOMETRY_DUPLICATE", journey.plain.same)):
        subjects = Counter(s for (s,) in journey.rows(f"SELECT subject FROM finding WHERE code = '{kind}'"))
        named = [(codes[i], codes[j]) for i, j in pairs if codes[i] and codes[j]]
        expected = Counter("|".join(sorted(pair)) for pair in named)
        assert not expected - subjects
        assert sum((subjects - expected).values()) == len(pairs) - len(named)


def test_every_parcel_has_the_state_that_plain_python_gives_it(journey):
    states = [state for (state,) in journey.rows(
        "SELECT r.state FROM parcel p JOIN parcel_right r ON r.parcel_fid = p.fid ORDER BY p.source_row")]
    assert Counter(states) == Counter(journey.plain.state)
    assert states == journey.plain.state


def test_area_and_volume_of_every_holder_agree_to_the_last_unit(journey):
    rows = journey.rows("SELECT CBFBM, source, area_mu_100, volume_m3_100 FROM holder_right")
    assert {(h, s): area for h, s, area, _ in rows} == dict(journey.plain.area)
    assert {(h, s): volume for h, s, _, volume in rows if volume} == dict(+journey.plain.volume)


def test_totals_agree_on_every_level(journey):
    area, volume = sum(journey.plain.area.values()), sum(journey.plain.volume.values())
    for table in ("parcel_right", "right_part", "holder_right"):
        assert journey.rows(f"SELECT sum(area_mu_100), sum(volume_m3_100) FROM {table}") == [(area, volume)]
    county = journey.rows("SELECT sum(volume_m3_100) FROM cap_result WHERE cap_level = 'county'")
    assert county == [(volume,)]


def test_no_cap_is_exceeded_where_the_policy_cuts(journey):
    for level, code, source, mode, cap, volume in journey.rows(
            "SELECT cap_level, cap_code, source, mode, cap_m3_100, volume_m3_100 FROM cap_result"):
        if mode == "proportional":
            assert volume <= cap, (level, code, source)


def test_certificates_add_up_to_the_rights(journey):
    issued = journey.rows("SELECT CBFBM, source, area_mu_100, volume_m3_100 FROM certificate WHERE state = 'valid'")
    rights = journey.rows("SELECT CBFBM, source, area_mu_100, volume_m3_100 FROM holder_right WHERE volume_m3_100 > 0")
    assert sorted(issued) == sorted(rights)


def test_posters_name_every_holder_and_no_identity_number(journey):
    papers = journey.papers("公示表")
    assert len(papers) == len(journey.rows("SELECT DISTINCT village_code FROM parcel WHERE village_code <> ''"))
    text = "".join(map(text_of, papers))
    assert "示例数据" in text and "公示" in text
    numbers = [number for (number,) in journey.rows("SELECT CBFZJHM FROM CBF")]
    assert numbers and not [number for number in numbers if number in text]
    landed = {holder for code, holder, _ in journey.land.links if code in journey.plain.codes}
    unnamed = {name for code, name in journey.land.holders.items() if code in landed and name not in text}
    assert not unnamed


def test_certificates_have_text_and_every_number(journey):
    """Every village has its file; the smallest is read through: each number of that village is in it."""
    papers = journey.papers("水权证")
    villages = {v for (v,) in journey.rows("SELECT DISTINCT village_code FROM certificate")}
    assert sorted(re.search(r"\d{12}", paper.name).group() for paper in papers) == sorted(villages)
    smallest = min(papers, key=lambda paper: paper.stat().st_size)
    village = re.search(r"\d{12}", smallest.name).group()
    text = re.sub(r"\s", "", text_of(smallest))
    numbers = [n for (n,) in journey.rows(f"SELECT number FROM certificate WHERE village_code = '{village}'")]
    assert numbers and not [number for number in numbers if re.sub(r"\s", "", number) not in text]
    assert "示例数据" in text


def test_ledger_adds_up(journey):
    sheet = openpyxl.load_workbook(journey.folder / "台账.xlsx")["按户"]
    rows = list(sheet.iter_rows(values_only=True))
    holders = [row for row in rows if row[5] in journey.land.holders]
    assert len(holders) == len(journey.rows("SELECT 1 FROM holder_right"))
    area, volume = sum(journey.plain.area.values()), sum(journey.plain.volume.values())
    assert sum(Fraction(str(row[9])) for row in holders) * 100 == area
    assert sum(Fraction(str(row[11])) for row in holders) * 100 == volume
    assert (Fraction(str(rows[-1][9])) * 100, Fraction(str(rows[-1][11])) * 100) == (area, volume)


def test_maps_stay_small_and_few(journey):
    """Codes of one's own say nothing of groups: a sheet per parcel would make hundreds of pages (it once did)."""
    for paper in journey.papers("公示表"):
        assert paper.stat().st_size < 10_000_000
        assert len(pypdf.PdfReader(paper).pages) < 80


def test_a_second_import_changes_nothing(journey):
    again = run_verb("import", {"package": str(journey.land.package), "mapping": str(journey.land.mapping),
                                "work": journey.work})
    assert not again.changed


def test_open_lines_are_told_and_their_parcels_wait(tmp_path):
    """Three of the plots lose their last corner: they come in without a shape, and say so."""
    whole = real_lands.ahero(tmp_path)
    lines = real_lands.features(real_lands.AHERO, "parcels_lines")[:40]
    rows = [{"PLOT": str(fid), "geometry": shapely.LineString(line.coords[:-1]) if fid in (3, 4, 5) else line}
            for fid, line in lines]
    (whole.package / "ahero.gpkg").unlink()
    tables.layer(whole, "plots", rows, 32736)
    mapping = tmp_path / "plots.yaml"
    mapping.write_text("county: {code: '990001', name: Ahero}\nwork_crs: EPSG:32736\ncode_standard: own\ntables:\n"
                       "  parcel: {file: plots.gpkg, close_lines: true, fields: {DKBM: PLOT}, constants: {DKLB: '10'}}\n",
                       encoding="utf-8")
    work = str(tmp_path / "plots-work.gpkg")
    result = run_verb("import", {"package": str(whole.package), "mapping": str(mapping), "work": work})
    assert "37 条闭合线" in str(result.table) and "3 条不闭合" in str(result.table)
    run_verb("check", {"work": work})
    run_verb("confirm", {"work": work})
    connection = sqlite3.connect(work)
    missing = {s for (s,) in connection.execute("SELECT subject FROM finding WHERE code = 'GEOMETRY_MISSING'")}
    assert missing == {"3", "4", "5"}
    states = dict(connection.execute("SELECT p.DKBM, r.state FROM parcel p JOIN parcel_right r ON r.parcel_fid = p.fid"))
    connection.close()
    assert {states[code] for code in missing} == {"defect"}
