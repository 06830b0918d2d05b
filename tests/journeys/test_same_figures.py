"""One figure everywhere: a household reads the same area and volume on the poster, the certificate, in the ledger, in
the explanation and in the work file; a leader reads the same sums in the status, the ledger and on the posters."""

import random
import re
import sqlite3
from collections import defaultdict

import pytest
import yaml
from openpyxl import load_workbook

from tests.documents import pdf_pages
from wr_plugin.commands.running import run_verb
from wr_plugin.model.amounts import m3_text, mu_text
from wr_plugin.model.codes import SOURCE

pytestmark = pytest.mark.journey
HOLDERS = 10


class Made:
    """A county taken from its package to paper, under one way of meeting the caps."""

    def __init__(self, folder, mode):
        folder = folder / f"确权 ({mode})" / "张家村(2)"
        folder.mkdir(parents=True)
        self.work = str(folder / "示例县.gpkg")
        [package] = [p for p in map(folder.__truediv__, self._sample(folder)) if p.is_dir()]
        policy = package / "政策.yaml"
        mapping = yaml.safe_load(policy.read_text(encoding="utf-8"))
        mapping["cap"]["mode"] = mode
        policy.write_text(yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False), encoding="utf-8")
        self.do("import", package=str(package))
        self.do("check")
        self.do("confirm")
        self.posters = self.do("publish", out=str(folder / "公示 表"), start="2020-01-01").outputs
        for level in ("town", "county", "city"):
            self.do("approve", level=level, who="审核人")
        self.certificates = self.do("certify", out=str(folder / "证(正式)")).outputs
        self.ledger = load_workbook(self.do("ledger", out=str(folder / "台账.xlsx")).outputs[0])
        self.status = self.do("status").counts

    @staticmethod
    def _sample(folder):
        run_verb("sample", {"out": str(folder), "parcels": 600, "seed": 11})
        return sorted(p.name for p in folder.iterdir())

    def do(self, verb, **params):
        return run_verb(verb, {"work": self.work, **params})

    def rows(self, sql, *values):
        with sqlite3.connect(self.work) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(sql, values).fetchall()

    def sheet(self, name):
        sheet = self.ledger[name]
        rows = list(sheet.iter_rows(min_row=6, values_only=True))
        return rows[:-1], rows[-1]


@pytest.fixture(scope="module", params=["report", "proportional"])
def made(request, tmp_path_factory):
    return Made(tmp_path_factory.mktemp("同数"), request.param)


@pytest.fixture(scope="module")
def chosen(made):
    """{CBFBM: its rights}: households at random, with one that is cut where the caps cut."""
    rights = defaultdict(list)
    for row in made.rows("SELECT * FROM holder_right WHERE volume_m3_100 > 0 ORDER BY right_id"):
        rights[row["CBFBM"]].append(row)
    cut = [code for code, held in rights.items() if any(r["volume_m3_100"] < r["demand_m3_100"] for r in held)]
    mode = made.rows("SELECT max(mode) AS mode FROM cap_result")[0]["mode"]
    assert bool(cut) == (mode == "proportional")
    picked = random.Random(4).sample(sorted(rights), HOLDERS) + cut[:2]
    return {code: rights[code] for code in picked}


def test_the_work_file_adds_up(made, chosen):
    for code, rights in chosen.items():
        for right in rights:
            parts = made.rows("SELECT count(DISTINCT parcel_fid) AS parcels, sum(area_mu_100) AS area,"
                              " sum(demand_m3_100) AS demand, sum(volume_m3_100) AS volume FROM right_part"
                              " WHERE CBFBM = ? AND source = ?", code, right["source"])[0]
            assert tuple(parts) == tuple(right[n] for n in ("parcels", "area_mu_100", "demand_m3_100", "volume_m3_100"))


def test_the_explanation_ends_with_the_same_figures(made, chosen):
    for code, rights in chosen.items():
        text = made.do("explain", subject=code).text
        for right in rights:
            assert (f"{SOURCE[right['source']]}：{right['parcels']} 个地块，{mu_text(right['area_mu_100'])} 亩，"
                    f"每年 {m3_text(right['volume_m3_100'])} m³") in text


def test_the_certificate_says_the_same_on_both_sides(made, chosen):
    pages = [page for path in made.certificates for page in pdf_pages.texts(path)]
    for code, rights in chosen.items():
        for right in rights:
            [issued] = made.rows("SELECT * FROM certificate WHERE CBFBM = ? AND source = ?", code, right["source"])
            assert (issued["area_mu_100"], issued["volume_m3_100"]) == (right["area_mu_100"], right["volume_m3_100"])
            front, *lists = [page for page in pages if issued["number"] in page]
            assert code in front and f"{mu_text(right['area_mu_100'])}亩" in front
            assert f"{m3_text(right['volume_m3_100'])}立方米" in front and f"地块{right['parcels']}块" in front
            for part in made.rows("SELECT p.DKBM, t.area_mu_100, t.volume_m3_100 FROM right_part t JOIN parcel p"
                                  " ON p.fid = t.parcel_fid WHERE t.CBFBM = ? AND t.source = ?", code, right["source"]):
                [line] = [page[page.index(part["DKBM"]):] for page in lists if part["DKBM"] in page]
                assert f"{mu_text(part['area_mu_100'])}{m3_text(part['volume_m3_100'])}" in line


def test_the_poster_shows_each_parcel_with_the_same_figures(made, chosen):
    text = "".join(page for path in made.posters for page in pdf_pages.texts(path))
    shown = 0
    for code in chosen:
        for parcel in made.rows(
                "SELECT p.DKBM, p.DKMC, sum(t.area_mu_100) AS area,"
                " sum(CASE WHEN t.source = 'surface' THEN t.volume_m3_100 END) AS surface,"
                " sum(CASE WHEN t.source = 'ground' THEN t.volume_m3_100 END) AS ground FROM right_part t"
                " JOIN parcel p ON p.fid = t.parcel_fid WHERE t.CBFBM = ? GROUP BY p.fid", code):
            volumes = "".join(m3_text(v) if v else "—" for v in (parcel["surface"], parcel["ground"]))
            figures = (re.escape(f"{parcel['DKMC']}{parcel['DKBM'][-5:]}") + r"\d+\.\d\d"
                       + re.escape(mu_text(parcel["area"])) + r"[^是]*?(?:斗口|机井)" + re.escape(volumes) + "是")
            assert re.search(figures, text), figures
            shown += 1
    assert shown > HOLDERS


def test_the_ledger_lists_the_same(made, chosen):
    listed = {(row[5], row[7]): row for row in made.sheet("按户")[0]}
    for code, rights in chosen.items():
        for right in rights:
            row = listed[(code, SOURCE[right["source"]])]
            [number] = made.rows("SELECT number FROM certificate WHERE CBFBM = ? AND source = ?", code, right["source"])[0]
            assert (row[8], round(row[9] * 100), round(row[10] * 100), round(row[11] * 100), row[12]) == (
                right["parcels"], right["area_mu_100"], right["demand_m3_100"], right["volume_m3_100"], number)


def test_the_villages_sums_are_one(made):
    rows, totals = made.sheet("按村汇总")
    posters = {path: pdf_pages.texts(path)[0] for path in made.posters}
    for village in made.status["villages"]:
        [row] = [r for r in rows if r[3] == village["village_code"]]
        assert (round(row[10] * 100), round(row[13] * 100)) == (village["area_mu_100"], village["volume_m3_100"])
        [first] = [text for path, text in posters.items() if village["village_code"] in path]
        assert f"合计{mu_text(village['area_mu_100'])}{m3_text(village['volume_m3_100'])}" in first
    whole = made.rows("SELECT sum(area_mu_100), sum(volume_m3_100) FROM holder_right")[0]
    assert (round(totals[10] * 100), round(totals[13] * 100)) == tuple(whole)
    by_source = {r[0]: r[1] for r in made.rows("SELECT source, sum(volume_m3_100) FROM holder_right GROUP BY source")}
    county = {r[0]: r[1] for r in made.rows("SELECT source, volume_m3_100 FROM cap_result WHERE cap_level = 'county'")}
    assert county == by_source
