"""A cancel works within half a second at any moment, whatever the run is doing, and leaves everything as it was."""

import io
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from wr_plugin.commands import watching
from wr_plugin.commands.running import run_verb
from wr_plugin.store.workfile import WorkFile

ROOT = Path(__file__).resolve().parents[2]
START = [sys.executable, str(ROOT / "wr_plugin" / "desktop" / "start_engine.py")]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1780000000"}
STUCK = """
import os, sqlite3, sys
sys.path.insert(0, {root!r})
from wr_plugin.store import half_made
half_made.begin()
folder, work = {folder!r}, {work!r}
half_made.announce_work(work)
connection = sqlite3.connect(work, isolation_level=None)
connection.execute("PRAGMA cache_size = 5")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE setting SET value = 'half'")
connection.executemany("INSERT INTO setting (name, value) VALUES (?, ?)", ((str(n), "x" * 500) for n in range(2000)))
half_made.announce(folder)
os.mkdir(folder)
open(os.path.join(folder, "half.pdf"), "w").close()
print("at work", flush=True)
sum(range(10 ** 12))
"""


def watch(code, stop_when=None, **words):
    """(how a watched piece of code ended, what it printed, seconds since the stop was asked)."""
    out, asked = io.BytesIO(), []
    watched = watching.Watch([], command=[sys.executable, "-c", code.format(root=str(ROOT), **words)], out=out)

    def stop():
        while stop_when not in out.getvalue():
            time.sleep(0.01)
        asked.append(time.monotonic())
        watched.stop()

    if stop_when:
        threading.Thread(target=stop, daemon=True).start()
    ended = watched.run()
    return ended, out.getvalue().decode(), time.monotonic() - asked[0] if asked else None


def settings(work):
    with sqlite3.connect(work) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return connection.execute("SELECT * FROM setting ORDER BY name").fetchall()


def test_a_run_that_cannot_hear_is_ended_and_tidied_up_after(work, tmp_path):
    """In the midst of one call that holds the interpreter: no signal handler and no other thread of the run gets a turn."""
    before, folder = settings(work), tmp_path / "公示表"
    ended, out, seconds = watch(STUCK, b"at work", folder=str(folder), work=str(work))
    assert ended == watching.STOPPED and out == "at work\n"
    assert seconds < 1.5, "0.2 s of grace, and the machine may be busy"
    assert settings(work) == before and not folder.exists()
    assert not list(work.parent.glob("*-journal"))


def test_a_run_that_hears_ends_by_itself():
    ended, out, _ = watch(BEGIN + "print('at work', flush=True)\nwhile not half_made.asked():\n    pass\nprint('heard')\nsys.exit(130)",
                          b"at work")
    assert (ended, out) == (watching.STOPPED, "at work\nheard\n")


BEGIN = "import os, sys, time\nsys.path.insert(0, {root!r})\nfrom wr_plugin.store import half_made\nhalf_made.begin()\n"


def test_past_the_point_of_no_return_the_end_is_waited_for():
    code = BEGIN + "half_made.point_of_no_return()\nprint('final', flush=True)\ntime.sleep(0.8)\nprint(half_made.asked())"
    assert watch(code, b"final")[:2] == (0, "final\nFalse\n")


def test_whoever_was_asked_to_stop_makes_nothing_final():
    code = BEGIN + ("print('at work', flush=True)\nwhile not half_made.asked():\n    pass\n"
                    "try:\n    half_made.point_of_no_return()\nexcept half_made.Cancelled:\n    sys.exit(130)\n")
    assert watch(code, b"at work")[0] == watching.STOPPED


def test_a_run_that_dies_is_told_and_tidied_up_after(tmp_path):
    folder, code = tmp_path / "半", BEGIN + "half_made.announce({folder!r})\nos.mkdir({folder!r})\nos.abort()"
    assert watch(code, folder=str(folder))[0] == watching.DIED
    assert not folder.exists()


def test_what_a_run_prints_comes_through_whole():
    code = BEGIN + "half_made.announce('a')\nprint('甲' * 100_000)\nhalf_made.withdraw('a')\nsys.exit(3)"
    assert watch(code)[:2] == (3, "甲" * 100_000 + "\n")


def test_a_reader_finds_the_work_file_as_it_was_after_the_power_failed(work, tmp_path):
    before = settings(work)
    code = STUCK.replace("half_made.begin()", "").format(root=str(ROOT), folder=str(tmp_path / "半"), work=str(work))
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    child.stdout.readline()
    child.kill()
    child.wait()
    assert work.with_name(work.name + "-journal").stat().st_size > 0
    with WorkFile.open(work, readonly=True) as store:
        assert [tuple(row) for row in store.connection.execute("SELECT * FROM setting ORDER BY name")] == before


def test_a_run_whose_watcher_is_gone_ends(work):
    """QGIS, or the terminal, is closed or crashes: no verb goes on unseen."""
    child = subprocess.Popen([*START, "status", "--work", str(work), "--json"], stdout=subprocess.PIPE, env=ENVIRONMENT)
    child.kill()
    child.wait()
    code = BEGIN + "print('at work', flush=True)\nwhile not half_made.asked():\n    pass\nprint('heard')"
    child = subprocess.Popen([sys.executable, "-c", code.format(root=str(ROOT))], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"at work\n"
    child.stdin.close()
    assert child.stdout.read() == b"heard\n" and child.wait() == 0


@pytest.fixture(scope="module", autouse=True)
def fixed_clock():
    """Runs in this process and in others tell the same time."""
    patch = pytest.MonkeyPatch()
    patch.setenv("SOURCE_DATE_EPOCH", ENVIRONMENT["SOURCE_DATE_EPOCH"])
    yield
    patch.undo()


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A village's package, its checked work file, and what an uncancelled ``confirm`` makes of it."""
    folder = tmp_path_factory.mktemp("取消")
    run_verb("sample", {"out": str(folder), "parcels": 600, "seed": 4})
    package = next(p for p in folder.iterdir() if p.is_dir())
    run_verb("import", {"package": str(package), "work": str(folder / "检查.gpkg")})
    run_verb("check", {"work": str(folder / "检查.gpkg")})
    return package, folder / "检查.gpkg"


def content(work):
    """Rows of what the verbs write; runs without their times."""
    with sqlite3.connect(work) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
                for table in ("parcel", "finding", "right_part", "holder_right", "cap_result", "publicity", "setting")} | {
                    "run": connection.execute("SELECT run_id, verb, counts FROM run").fetchall()}


def files(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*"))


@pytest.mark.parametrize("verb", ["import", "confirm", "publish"])
def test_cancelled_at_any_moment_nothing_is_changed(county, tmp_path, verb):
    """The first attempts end wherever they happen to be; the last one is left alone and does what it would have done."""
    package, checked = county
    work, out = tmp_path / "县.gpkg", tmp_path / "出"
    if verb != "import":
        shutil.copy(checked, work)
    if verb == "publish":
        run_verb("confirm", {"work": str(work)})
    given = {"import": [str(package)], "confirm": [], "publish": [f"--out={out}", "--start=2026-06-01"]}[verb]
    moments, cancelled = random.Random(verb), 0
    for _ in range(3):
        before, held = files(tmp_path), work.exists() and content(work)
        child = subprocess.Popen([*START, watching.UNTIL_EOF, verb, "--json", "--progress=none", f"--work={work}", *given],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT)
        time.sleep(moments.uniform(0.3, 1.3))
        child.stdin.close()
        answer = json.loads(child.stdout.read())
        if child.wait() == 130:
            cancelled += 1
            assert answer["error"]["code"] == "Cancelled"
            assert files(tmp_path) == before and (work.exists() and content(work)) == held
        else:
            assert answer["ok"]
            break
    assert cancelled
    params = {"import": {"package": str(package)}, "confirm": {}, "publish": {"start": "2026-06-01"}}[verb]
    run_verb(verb, {**params, "work": str(work), **({"out": str(out)} if verb == "publish" else {})})
    plain = tmp_path / "另" / "县.gpkg"
    plain.parent.mkdir()
    if verb != "import":
        shutil.copy(checked, plain)
    if verb == "publish":
        run_verb("confirm", {"work": str(plain)})
    run_verb(verb, {**params, "work": str(plain), **({"out": str(plain.parent / "出")} if verb == "publish" else {})})
    assert content(work) == content(plain)
    assert files(out) == files(plain.parent / "出") if out.exists() else verb != "publish"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows 上没有 POSIX 信号")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_command_cancels(county, tmp_path, number):
    work = tmp_path / "县.gpkg"
    child = subprocess.Popen([sys.executable, "-m", "wr_plugin", "import", str(county[0]), "--work", str(work), "--json",
                              "--progress=json"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stderr.readline().startswith(b"{")
    child.send_signal(number)
    assert json.loads(child.stdout.read())["error"]["code"] == "Cancelled" and child.wait() == 130
    assert list(tmp_path.iterdir()) == []
