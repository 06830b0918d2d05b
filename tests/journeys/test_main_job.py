"""The main job through the command-line door: 500 parcels from a hand-over package to certificates, gates and all."""

import json
import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

from wr_plugin.store.workfile import WorkFile

ROOT = Path(__file__).resolve().parents[2]
PARCELS = 500
pytestmark = pytest.mark.journey


class County:
    """A folder in which the job is done step by step; every step is a program of its own, as for a user."""

    def __init__(self, folder, environment):
        self.folder, self.environment = folder, environment
        self.work = folder / "示例县.gpkg"

    def say(self, *arguments):
        """Runs one command; returns (exit code, the JSON answer)."""
        done = subprocess.run([sys.executable, "-m", "wr_plugin", *map(str, arguments), "--json"], cwd=ROOT, check=False,
                              capture_output=True, env=self.environment, stdin=subprocess.DEVNULL)
        assert done.stdout.count(b"\n") == 1, done.stderr.decode("utf-8", "replace")
        return done.returncode, json.loads(done.stdout)

    def do(self, *arguments):
        code, answer = self.say(*arguments)
        assert code == 0, answer
        return answer["result"]

    def package(self):
        [folder] = [path for path in self.folder.iterdir() if path.is_dir() and path.name[:6].isdigit()]
        return folder

    def digest(self):
        """Everything that the work file says, table by table."""
        with WorkFile.open(self.work, readonly=True) as store:
            return "\n".join(store.connection.iterdump())


def environment_at(day):
    epoch = int(datetime.fromisoformat(day).replace(tzinfo=timezone.utc).timestamp())
    return {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "WR_USER": "测试", "TZ": "UTC", "PYTHONPATH": str(ROOT)}


def begin(folder):
    county = County(folder, environment_at("2026-07-01"))
    county.do("sample", "--out", folder, "--parcels", PARCELS, "--seed", 3)
    county.do("import", county.package(), "--work", county.work)
    county.do("check", "--work", county.work)
    county.do("confirm", "--work", county.work)
    return county


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return begin(tmp_path_factory.mktemp("一县"))


def test_no_step_can_be_left_out(tmp_path):
    county = County(tmp_path, environment_at("2026-07-01"))
    county.do("sample", "--out", tmp_path, "--parcels", PARCELS, "--seed", 3)
    assert county.say("check", "--work", county.work)[0] == 2
    county.do("import", county.package(), "--work", county.work)
    code, answer = county.say("publish", "--work", county.work, "--out", tmp_path / "公示表")
    assert code == 3 and answer["error"]["remedy"]


def test_certificates_wait_for_publicity_and_approvals(county):
    out = county.folder / "水权证"
    assert county.say("certify", "--work", county.work, "--out", out)[0] == 3
    posters = county.do("publish", "--work", county.work, "--out", county.folder / "公示表", "--start", "2026-06-01")
    assert posters["outputs"] and all(Path(path).is_file() for path in posters["outputs"])
    assert county.say("certify", "--work", county.work, "--out", out)[0] == 3
    for level in ("town", "county", "city"):
        county.do("approve", "--work", county.work, "--level", level, "--who", "审核人", "--on", "2026-06-28")
    issued = county.do("certify", "--work", county.work, "--out", out)
    assert issued["outputs"] and all(Path(path).read_bytes()[:5] == b"%PDF-" for path in issued["outputs"])
    status = county.do("status", "--work", county.work)
    assert [step["state"] for step in status["counts"]["steps"]] == ["已完成"] * 6


def test_the_ledger_is_written_and_the_work_file_is_sound(county):
    ledger = county.folder / "台账.xlsx"
    county.do("ledger", "--work", county.work, "--out", ledger)
    assert ledger.read_bytes()[:2] == b"PK"
    county.do("selfcheck", "--work", county.work)


def test_doing_a_step_again_changes_nothing(county):
    before = county.digest()
    for step in (("import", county.package()), ("check",), ("confirm",)):
        assert county.do(*step, "--work", county.work)["changed"] is False
    assert county.digest() == before


def test_paper_and_file_names_carry_no_identity_or_phone(county):
    with WorkFile.open(county.work, readonly=True) as store:
        private = {row[0] for row in store.connection.execute(
            "SELECT CBFZJHM FROM CBF UNION SELECT LXDH FROM CBF UNION SELECT CYZJHM FROM CBF_JTCY") if row[0]}
    posters = sorted((county.folder / "公示表").rglob("*.pdf"))
    assert posters and private
    for path in posters:
        text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()
        info = subprocess.run(["pdfinfo", str(path)], capture_output=True, check=True).stdout.decode()
        assert "示例数据" in text
        assert not [number for number in private if number in text or number in info or number in path.name]


def test_the_same_files_give_the_same_work_file_and_the_same_paper(county, tmp_path):
    again = begin(tmp_path)
    again.do("publish", "--work", again.work, "--out", tmp_path / "公示表", "--start", "2026-06-01")
    first = {path.name: path.read_bytes() for path in (county.folder / "公示表").rglob("*.pdf")}
    second = {path.name: path.read_bytes() for path in (tmp_path / "公示表").rglob("*.pdf")}
    assert first == second
    for name in ("parcel", "right_part", "holder_right", "finding", "registry"):
        assert rows_of(county.work, name) == rows_of(again.work, name), name


def rows_of(path, table):
    with WorkFile.open(path, readonly=True) as store:
        return [tuple(row) for row in store.connection.execute(f"SELECT * FROM {table} ORDER BY 1")]


def test_every_parcel_and_holder_can_be_explained(county):
    with WorkFile.open(county.work, readonly=True) as store:
        subjects = [row[0] for row in store.connection.execute(
            "SELECT min(p.DKBM) FROM parcel p JOIN parcel_right r ON r.parcel_fid = p.fid GROUP BY r.state")]
        subjects.append(store.connection.execute("SELECT min(CBFBM) FROM holder_right").fetchone()[0])
    for subject in subjects:
        assert county.do("explain", subject, "--work", county.work)["text"]
    assert county.say("explain", "6" * 19, "--work", county.work)[0] == 2
