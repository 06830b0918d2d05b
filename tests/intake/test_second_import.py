"""Next year's package comes: what it changes is shown before anything is written, identity is kept, and it can be undone."""

import json
import shutil
import sqlite3
from types import SimpleNamespace

import openpyxl
import pytest
from next_year import NEW_VILLAGE, VILLAGE, NextYear

from wr_plugin.commands.progress import Progress
from wr_plugin.commands.running import run_verb
from wr_plugin.model.errors import BadInput, Cancelled, GateShut
from wr_plugin.store import backup, journal
from wr_plugin.store.workfile import WorkFile

OTHER_VILLAGE = "620799200200"


@pytest.fixture(scope="module")
def first_year(tmp_path_factory):
    """A sample county, imported."""
    folder = tmp_path_factory.mktemp("first")
    run_verb("sample", {"out": str(folder), "parcels": 500, "seed": 3})
    package = folder / "620799示例县"
    run_verb("import", {"package": str(package), "work": str(folder / "县.gpkg")})
    return SimpleNamespace(package=package, work=folder / "县.gpkg")


@pytest.fixture(scope="module")
def story(first_year, tmp_path_factory):
    """Next year: a split, a merger, a re-coded village, a new head of household; one parcel gone."""
    year = NextYear(first_year.package, tmp_path_factory.mktemp("next") / "620799示例县")
    told = SimpleNamespace(merged=year.neighbours(OTHER_VILLAGE))
    free = [c for c in year.in_village(OTHER_VILLAGE) if c not in told.merged]
    told.split, told.vanished = free[:2]
    told.other = next(c for c in free[2:] if len(year.members(year.holder_of(c))) > 1)
    told.parts = [told.split[:14] + "90001", told.split[:14] + "90002"]
    told.head = year.holder_of(told.other)
    told.recoded = [c for c in year.parcels.index if c.startswith(VILLAGE)]
    told.areas = year.split(told.split, *told.parts)
    year.merge(*told.merged)
    year.remove(told.vanished)
    year.rename_head(told.head, "新户主")
    year.recode(VILLAGE, NEW_VILLAGE)
    told.package = year.write()
    return told


@pytest.fixture
def work(first_year, tmp_path):
    """The first year's work file, to be changed."""
    return shutil.copy(first_year.work, tmp_path / "县.gpkg")


def bring_in(package, work, **more):
    return run_verb("import", {"package": str(package), "work": str(work), **more})


def rows(work, sql, *values):
    connection = sqlite3.connect(work)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def change(work, sql, *values):
    with WorkFile.open(work) as store, store.transaction():
        store.connection.execute(sql, values)


def ids(work):
    return dict(rows(work, "SELECT DKBM, uuid FROM parcel"))


def audit(work, parcel, identity="a"):
    change(work, "INSERT INTO audit (uuid, parcel_uuid, result, auditor, audited_on) SELECT ?, uuid, 'agree', '李', '2026-04-01'"
                 " FROM parcel WHERE DKBM = ?", identity, parcel)


def certificate(work, holder, number="水证1"):
    change(work, "INSERT INTO certificate (number, CBFBM, holder_name, village_code, source, area_mu_100, volume_m3_100, state) VALUES"
                 " (?, ?, '某某', ?, 'surface', 100, 100, 'valid')", number, holder, holder[:12])


def content(work):
    """All of the file but what undoing itself records."""
    tables = [r[0] for r in rows(work, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    kept = {t: rows(work, f"SELECT * FROM {t}") for t in sorted(tables) if t not in ("run", "journal")}
    return kept, rows(work, "SELECT sql FROM sqlite_master ORDER BY name")


def test_the_story_is_told_before_anything_is_written(story, work, tmp_path):
    before = open(work, "rb").read()
    told = bring_in(story.package, work, preview=True, report=str(tmp_path / "差异.xlsx"))
    assert not told.changed and open(work, "rb").read() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["县.gpkg", "差异.xlsx"]
    parcel, holder = told.counts["difference"]["parcel"], told.counts["difference"]["holder"]
    assert {k: parcel[k] for k in ("split", "merged", "recoded", "vanished", "added", "redrawn")} == {
        "split": 1, "merged": 1, "recoded": len(story.recoded), "vanished": 1, "added": 0, "redrawn": 0}
    assert sum(parcel.values()) == 500 - 1
    assert holder["renamed"] == 1 and holder["recoded"] > 20 and holder["vanished"] == holder["added"] == 0
    assert f"{story.split} → {' ＋ '.join(story.parts)}" in told.text and story.vanished in told.text
    assert "→ 新户主" in told.text
    book = openpyxl.load_workbook(tmp_path / "差异.xlsx")
    listed = list(book["地块"].iter_rows(min_row=6, values_only=True))
    assert ("分割", story.split, story.parts[0]) in [r[:3] for r in listed]
    assert len([r for r in listed if r[0] == "改编码"]) == len(story.recoded)
    assert book["不能导入的原因"].max_row == 5
    numbers = [r for r in book["承包方属性"].iter_rows(min_row=6, values_only=True) if r[2] == "承包方证件号码"]
    assert len(numbers) == 1 and all("***" in v for v in numbers[0][3:5])


def test_identity_and_lineage_are_kept_and_the_same_package_again_changes_nothing(story, work):
    before = ids(work)
    done = bring_in(story.package, work)
    after = ids(work)
    assert done.changed and done.counts["difference"]["parcel"]["split"] == 1
    for code in story.recoded:
        assert after[NEW_VILLAGE + code[12:]] == before[code]
    assert after[story.other] == before[story.other] and after[story.merged[0]] == before[story.merged[0]]
    assert not {after[p] for p in story.parts} & set(before.values())
    assert len(set(after.values())) == len(after)
    lines = {(r[0], r[1]): r[2:] for r in rows(
        work, "SELECT relation, coalesce(new_key, ''), old_key, old_uuid, new_uuid, share FROM lineage WHERE subject = 'parcel'")}
    whole = sum(story.areas)
    for part, area in zip(story.parts, story.areas):
        assert lines["split", part] == (story.split, before[story.split], after[part], pytest.approx(area / whole, abs=1e-6))
    assert lines["vanished", ""][:2] == (story.vanished, before[story.vanished])
    assert rows(work, "SELECT count(*) FROM lineage WHERE relation = 'merged' AND new_key = ?", story.merged[0]) == [(2,)]
    assert rows(work, "SELECT count(*) FROM lineage WHERE subject = 'holder' AND relation = 'recoded'")[0][0] > 20
    assert rows(work, "PRAGMA foreign_key_check") == []
    again = open(work, "rb").read()
    assert not bring_in(story.package, work).changed and open(work, "rb").read() == again


def test_a_third_package_still_knows_the_re_coded_parcels(story, first_year, work):
    first = ids(work)
    bring_in(story.package, work)
    bring_in(first_year.package, work)
    back = ids(work)
    assert all(back[c] == first[c] for c in story.recoded) and len(set(back.values())) == len(back)


def test_a_vanished_parcel_with_an_audit_is_refused(story, work):
    audit(work, story.vanished)
    before = open(work, "rb").read()
    told = bring_in(story.package, work, preview=True)
    assert "外业核查" in told.text and "不能导入" in str(told.table)
    with pytest.raises(BadInput, match=f"外业核查.*{story.vanished}"):
        bring_in(story.package, work)
    assert open(work, "rb").read() == before and not (work.parent / "备份").exists()


def test_field_work_follows_split_and_merger_with_a_journal_row(story, work):
    audit(work, story.split, "a")
    audit(work, story.merged[1], "b")
    audit(work, story.recoded[0], "c")
    bring_in(story.package, work)
    now = dict(rows(work, "SELECT a.uuid, p.DKBM FROM audit a JOIN parcel p ON p.uuid = a.parcel_uuid"))
    assert now == {"a": story.parts[0], "b": story.merged[0], "c": NEW_VILLAGE + story.recoded[0][12:]}
    told = rows(work, "SELECT subject_key, why FROM journal WHERE subject_table = 'audit' ORDER BY subject_key")
    assert [k for k, _ in told] == ["a", "b"] and "分割" in told[0][1] and story.parts[0] in told[0][1]


@pytest.mark.parametrize("who", ["split", "merged", "recoded", "head"])
def test_certified_rights_are_never_touched(story, work, who):
    year = dict(rows(work, "SELECT DKBM, CBFBM FROM CBDKXX"))
    holder = {"split": year[story.split], "merged": year[story.merged[0]], "head": story.head,
              "recoded": year[story.recoded[0]]}[who]
    certificate(work, holder)
    before = open(work, "rb").read()
    assert "水证1" in bring_in(story.package, work, preview=True).text
    with pytest.raises(GateShut, match="水证1") as shut:
        bring_in(story.package, work)
    assert "revoke" in str(shut.value) and open(work, "rb").read() == before
    run_verb("revoke", {"work": str(work), "number": ["水证1"], "why": "变更", "who": "甲"})
    assert bring_in(story.package, work).changed


def test_a_certificate_that_nothing_touches_does_not_hinder(story, work):
    year = dict(rows(work, "SELECT DKBM, CBFBM FROM CBDKXX"))
    touched = {year[c] for c in (story.split, story.vanished, *story.merged)} | {story.head}
    free = next(h for c, h in year.items() if c.startswith(OTHER_VILLAGE) and h not in touched)
    certificate(work, free)
    assert bring_in(story.package, work).changed
    assert rows(work, "SELECT state FROM certificate") == [("valid",)]


def test_undo_brings_back_the_exact_content_and_says_so(story, work, first_year):
    audit(work, story.split)
    before = content(work)
    journal_before = rows(work, "SELECT * FROM journal")
    bring_in(story.package, work)
    assert content(work) != before and [p.name for p in (work.parent / "备份").iterdir()] == ["县_第2次运行之前.gpkg"]
    done = run_verb("undo", {"work": str(work), "why": "村代码报错"})
    assert done.changed and done.counts["undone_run"] == 2
    assert content(work) == before
    told = rows(work, "SELECT * FROM journal")
    assert told[:-1] == journal_before and told[-1][9] == "撤销导入：村代码报错"
    assert json.loads(told[-1][7])["journal_hash"]
    assert rows(work, "SELECT run_id, verb FROM run") == [(1, "import"), (3, "undo")]
    with WorkFile.open(work) as store:
        assert journal.verify(store) == []
    assert [p.name for p in work.parent.iterdir()] == ["县.gpkg"]
    with pytest.raises(BadInput, match="没有可以撤销的导入"):
        run_verb("undo", {"work": str(work)})
    assert not bring_in(first_year.package, work).changed
    assert bring_in(story.package, work).changed


def test_undo_takes_along_what_was_entered_in_the_field(story, work):
    audit(work, story.other, "old")
    bring_in(story.package, work)
    audit(work, NEW_VILLAGE + story.recoded[0][12:], "new")
    change(work, "UPDATE audit SET note = '补记' WHERE uuid = 'old'")
    assert run_verb("undo", {"work": str(work)}).counts["field_work"] == 2
    assert dict(rows(work, "SELECT p.DKBM, a.note FROM audit a JOIN parcel p ON p.uuid = a.parcel_uuid")) == {
        story.recoded[0]: None, story.other: "补记"}


def test_undo_refuses_where_field_work_has_no_parcel_to_go_back_to(story, work):
    bring_in(story.package, work)
    audit(work, story.parts[0])
    before = open(work, "rb").read()
    with pytest.raises(GateShut, match=story.parts[0]):
        run_verb("undo", {"work": str(work)})
    assert open(work, "rb").read() == before and not list(work.parent.glob("备份/.*"))


@pytest.mark.parametrize("sql", [
    "INSERT INTO publicity (uuid, village_code, start_date, end_date) VALUES ('p', '1', '2026-01-01', '2026-01-08')",
    "INSERT INTO approval (uuid, level, zone_code, decision, who, decided_on) VALUES ('p', 'town', '1', 'pass', '甲', '2026-01-01')",
    "INSERT INTO certificate (number, CBFBM, source, state) VALUES ('1', '1', 'surface', 'valid')"])
def test_undo_refuses_once_something_official_is_recorded(story, work, sql):
    bring_in(story.package, work)
    change(work, sql)
    before = open(work, "rb").read()
    with pytest.raises(GateShut, match="不能撤销"):
        run_verb("undo", {"work": str(work)})
    assert open(work, "rb").read() == before


def test_undo_refuses_a_backup_that_is_gone_or_not_its_own(story, work):
    bring_in(story.package, work)
    held = work.parent / "备份" / "县_第2次运行之前.gpkg"
    change(held, "UPDATE run SET input_sha256 = 'x'")
    with pytest.raises(BadInput, match="备份不是这个工作文件"):
        run_verb("undo", {"work": str(work)})
    held.unlink()
    with pytest.raises(BadInput, match="找不到.*备份"):
        run_verb("undo", {"work": str(work)})


def test_undo_and_import_wait_for_edits_in_another_program(story, work, monkeypatch):
    from wr_plugin.store import workfile

    monkeypatch.setattr(workfile, "BUSY_TIMEOUT_S", 0.1)
    bring_in(story.package, work)
    other = sqlite3.connect(work, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    before = open(work, "rb").read()
    with pytest.raises(BadInput, match="占用"):
        run_verb("undo", {"work": str(work)})
    other.execute("ROLLBACK")
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM parcel").fetchone()  # a reader in the midst of a transaction
    with pytest.raises(BadInput, match="占用"):
        run_verb("undo", {"work": str(work)})
    assert open(work, "rb").read() == before
    other.close()
    assert run_verb("undo", {"work": str(work)}).changed


def test_undo_while_the_file_is_open_with_a_write_ahead_log(story, work):
    """QGIS keeps the file open in WAL mode: it sees the restored content at once."""
    before = content(work)
    viewer = sqlite3.connect(work)
    assert viewer.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    bring_in(story.package, work)
    assert viewer.execute("SELECT count(*) FROM lineage").fetchone()[0] > 0
    viewer.rollback()
    run_verb("undo", {"work": str(work)})
    assert viewer.execute("SELECT count(*) FROM lineage").fetchone() == (0,)
    viewer.close()
    assert content(work) == before


def test_no_room_for_the_backup_is_told_and_nothing_is_written(story, work, monkeypatch):
    before = open(work, "rb").read()
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1 << 20))
    with pytest.raises(BadInput, match="磁盘空间不够"):
        bring_in(story.package, work)
    assert open(work, "rb").read() == before and [p.name for p in work.parent.iterdir()] == ["县.gpkg"]


@pytest.mark.parametrize("moment", [1, 4, 12])
def test_cancelling_leaves_the_file_as_it_was_and_no_backup(story, work, monkeypatch, moment):
    monkeypatch.setattr(backup, "PAGES", 64)
    before, calls, writing = content(work), [], []

    def show(fraction, text):
        if "写入" in text:
            writing.append(text)

    progress = Progress(show, cancelled=lambda: bool(writing) and (calls.append(1) or len(calls) > moment))
    with pytest.raises(Cancelled):
        run_verb("import", {"package": str(story.package), "work": str(work)}, progress)
    assert content(work) == before and [p.name for p in work.parent.iterdir()] == ["县.gpkg"]


def test_a_restore_that_breaks_off_leaves_the_file_as_it_was(story, work, monkeypatch):
    monkeypatch.setattr(backup, "PAGES", 64)
    bring_in(story.package, work)
    before, calls = open(work, "rb").read(), []

    def ask():
        calls.append(1)
        if len(calls) == 5:
            raise Cancelled()

    with WorkFile.open(work) as store, pytest.raises(Cancelled):
        backup.pour_into(work.parent / "备份" / "县_第2次运行之前.gpkg", store.connection, ask)
    assert open(work, "rb").read() == before


def test_a_preview_of_a_first_import_writes_nothing(story, tmp_path):
    told = bring_in(story.package, tmp_path / "新.gpkg", preview=True, report=str(tmp_path / "差异.xlsx"))
    assert not told.changed and "会新建" in told.text and "没有写" in dict(told.table)["差异表"]
    assert list(tmp_path.iterdir()) == []


def test_the_last_three_backups_are_kept(story, first_year, work):
    for package in (story.package, first_year.package) * 2:
        assert bring_in(package, work).changed
    assert sorted(p.name for p in (work.parent / "备份").iterdir()) == [f"县_第{n}次运行之前.gpkg" for n in (3, 4, 5)]
