"""The import as a clerk meets it: a package in, a work file out; the same again changes nothing; or a clear refusal."""

import json
import sqlite3

import pytest
import shapely
import township
from pandas import DataFrame

from wr_plugin.commands.progress import Progress
from wr_plugin.model.errors import BadInput, Cancelled
from wr_plugin.store import journal
from wr_plugin.store.workfile import WorkFile


def test_a_whole_package_is_read_and_every_decision_is_told(package, bring_in):
    done = bring_in(package)
    assert done.result.changed and done.result.counts["tables"] == {
        "parcel": 12, "CBF": 6, "CBDKXX": 12, "registry": 12, "irrigation_district": 1, "canal": 1, "well": 2,
        "unapproved_land": 1, "quota": 3, "cap": 2}
    assert done.rows("SELECT count(*) AS n FROM finding")[0]["n"] == 0
    first = done.rows("SELECT * FROM parcel ORDER BY fid")[0]
    assert (first["DKBM"], first["DKMC"], first["SCMJ"], first["geometry_m2"], first["village_code"]) == (
        township.parcel_code(1), "渠北1号", 1600.0, 1600.0, "620799100201")
    listed = done.rows("SELECT * FROM registry ORDER BY fid")
    assert (listed[0]["area_mu_100"], listed[0]["crop"], listed[0]["source_row"]) == (240, "玉米", 6)
    settings = {r["name"]: r["value"] for r in done.rows("SELECT * FROM setting")}
    assert (settings["county_code"], settings["county_name"], settings["epsg"], settings["code_standard"]) == (
        "620799", "示例县", "4522", "NY/T 2539")
    report = json.loads(done.rows("SELECT counts FROM run")[0]["counts"])
    said = "\n".join(f"{what} {how}" for what, how in report["decisions"])
    assert "0x4D" in said and "渠北1号" in said and "EPSG:4522" in said and "跳过 1 行合计" in said
    assert dict(map(tuple, report["files"]))["名录/二轮延包地名录_黑河镇.xlsx"] == "二轮延包地名录"
    assert done.result.next_step == "check" and done.told["政策"].endswith("（政策.yaml）")


def test_short_names_and_chinese_words_of_the_irrigation_layers(package, bring_in):
    done = bring_in(package)
    wells = done.rows("SELECT * FROM well ORDER BY well_code")
    assert [(w["well_state"], w["permit_number"], w["permit_until"], w["reach_m"]) for w in wells] == [
        ("normal", "取水（地）1", "2028-12-31", 300.0), ("closed", None, None, 300.0)]
    assert done.rows("SELECT canal_level FROM canal")[0]["canal_level"] == "trunk"
    assert done.rows("SELECT land_kind FROM unapproved_land")[0]["land_kind"] == "new"


def test_quota_and_cap_tables_stay_exact_and_blanks_stay_blank(package, bring_in):
    done = bring_in(package)
    assert [(q["district_code"], q["source"], q["quota_m3_mu_100"], q["eta_canal"], q["eta_field"], q["demo"])
            for q in done.rows("SELECT * FROM quota ORDER BY fid")] == [
        ("*", "surface", 31050, "0.65", "0.9", 1), ("GQ01", "ground", 28000, "0.95", "0.9", 1),
        ("*", "surface", None, None, None, 1)]
    assert [c["cap_m3_100"] for c in done.rows("SELECT * FROM cap ORDER BY fid")] == [12000050, 3000000]


def test_the_same_package_again_changes_nothing(package, bring_in):
    bring_in(package)
    before = bring_in.work.read_bytes()
    again = bring_in(package)
    assert not again.result.changed and "相同" in again.result.text
    assert bring_in.work.read_bytes() == before


def test_two_imports_of_one_package_give_the_same_content(package, bring_in, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    bring_in(package)
    first = dump(bring_in.work)
    bring_in.work.unlink()
    bring_in(package)
    assert dump(bring_in.work) == first


def dump(path):
    with WorkFile.open(path, readonly=True) as store:
        tables = [r[0] for r in store.connection.execute(
            "SELECT table_name FROM gpkg_contents WHERE table_name IN (SELECT name FROM sqlite_master WHERE type='table')")]
        return {t: [tuple(r) for r in store.connection.execute(f"SELECT * FROM {t}")] for t in tables}


def add_audit(path, uuid):
    with WorkFile.open(path) as store, store.transaction():
        store.connection.execute(
            "INSERT INTO audit (uuid, parcel_uuid, result, auditor, audited_on) VALUES ('a', ?, 'agree', '李核查', '2026-04-01')",
            (uuid,))


def test_a_newer_package_keeps_the_field_work_and_clears_what_was_derived(package, bring_in):
    done = bring_in(package)
    uuid = done.rows("SELECT uuid FROM parcel WHERE DKBM = ?", township.parcel_code(3))[0]["uuid"]
    add_audit(done.path, uuid)
    with WorkFile.open(done.path) as store, store.transaction():
        store.connection.execute("INSERT INTO parcel_site (parcel_fid, source) VALUES (3, 'surface')")
        store.connection.execute("INSERT INTO holder_right (right_id, CBFBM, source, area_mu_100, volume_m3_100)"
                                 " VALUES ('h1S', 'h1', 'surface', 240, 80000)")
        store.connection.execute("INSERT INTO finding (code, severity, stage, subject, message, state, parcel_uuid)"
                                 " VALUES ('AREA_GEOMETRY', 'review', 'check', 'x', 'x', 'open', ?)", (uuid,))
    township.parcels(package, geometry=township.squares(12, north=township.NORTH + 5))
    again = bring_in(package)
    assert again.result.changed
    assert again.rows("SELECT a.parcel_uuid, p.DKBM FROM audit a JOIN parcel p ON p.uuid = a.parcel_uuid") == [
        {"parcel_uuid": uuid, "DKBM": township.parcel_code(3)}]
    for table in ("parcel_site", "holder_right", "finding"):
        assert again.rows(f"SELECT * FROM {table}") == []
    kept = again.rows("SELECT subject_key, before, after FROM journal")
    assert kept[0]["subject_key"] == "h1S" and json.loads(kept[0]["before"])["volume_m3_100"] == 80000
    with WorkFile.open(again.path, readonly=True) as store:
        assert journal.verify(store) == []
    assert len(again.rows("SELECT * FROM run")) == 2


def test_a_parcel_with_an_audit_may_not_vanish(package, bring_in):
    done = bring_in(package)
    add_audit(done.path, done.rows("SELECT uuid FROM parcel WHERE DKBM = ?", township.parcel_code(12))[0]["uuid"])
    before = done.path.read_bytes()
    township.parcels(package, codes=[township.parcel_code(i + 1) for i in range(11)])
    with pytest.raises(BadInput, match="外业核查.*" + township.parcel_code(12)):
        bring_in(package)
    assert done.path.read_bytes() == before


def test_what_is_missing_is_named_together_with_what_was_found(package, bring_in):
    (package.root / "权属数据/CBF.xlsx").rename(package.root / "权属数据/农户.xlsx")
    (package.root / "权属数据/6207992026.mdb").write_bytes(b"\x00\x01\x00\x00Standard Jet DB")
    with pytest.raises(BadInput) as refused:
        bring_in(package)
    text = str(refused.value)
    assert "没有承包方（CBF.xlsx）" in text and "农户.xlsx：不认识，未读" in text and "Access" in text
    assert not bring_in.work.exists()


def test_without_registry_water_or_policy_the_import_goes_on_and_says_so(tmp_path, bring_in):
    package = township.Package(tmp_path / "少")
    township.parcels(package)
    township.ownership(package)
    done = bring_in(package)
    assert "二轮延包地名录" in done.told["资料包里没有"] and "政策" in done.told["政策"]
    assert done.rows("SELECT count(*) AS n FROM policy")[0]["n"] == 0


def test_a_broken_bow_tie_is_repaired_and_told_with_its_areas(package, bring_in):
    geometry = township.squares(12)
    x, y = township.EAST, township.NORTH
    geometry[0] = shapely.Polygon([(x, y), (x + 40, y + 40), (x + 40, y), (x, y + 40)])
    township.parcels(package, geometry=[shapely.force_3d(g, 1480.0) for g in geometry])
    done = bring_in(package)
    told = done.rows("SELECT * FROM finding")
    assert [(f["code"], f["subject"]) for f in told] == [("GEOMETRY_REPAIRED", township.parcel_code(1))]
    assert told[0]["message"].endswith("已修复；面积 0.00 → 800.00 m²，界线没有移动")
    assert "800.00 m²" in told[0]["value"] and "自相交" in told[0]["message"] and told[0]["source_row"] == 1
    assert told[0]["parcel_uuid"] == done.rows("SELECT uuid FROM parcel ORDER BY fid")[0]["uuid"]
    assert done.rows("SELECT geometry_m2 FROM parcel ORDER BY fid")[0]["geometry_m2"] == pytest.approx(800.0)
    assert any("高程" in text for _, text in done.result.counts["decisions"])


def test_a_parcel_without_geometry_stays_and_is_told(package, bring_in):
    frame = DataFrame({"DKBM": [township.parcel_code(i + 1) for i in range(12)], "DKLB": "10", "SCMJ": 1600.0})
    package.layer("矢量数据/DK6207992026.shp", frame, [None, *township.squares(12)[1:]])
    done = bring_in(package)
    assert [(f["code"], f["subject"]) for f in done.rows("SELECT * FROM finding")] == [
        ("GEOMETRY_MISSING", township.parcel_code(1))]
    assert done.rows("SELECT count(*) AS n FROM parcel")[0]["n"] == 12


def test_names_with_question_marks_and_private_characters_are_told_not_changed(tmp_path, bring_in):
    package = township.Package(tmp_path / "名")
    township.parcels(package)
    township.ownership(package, names=["张?", "李\ue123", "欧阳\ufffd", "𠮷田", "王㛃", "赵六"])
    done = bring_in(package)
    told = done.rows("SELECT subject, value FROM finding WHERE code = 'NAME_DAMAGED' ORDER BY subject")
    assert [(f["subject"][-1], f["value"]) for f in told] == [("1", "张?"), ("2", "李<U+E123>"), ("3", "欧阳<U+FFFD>")]
    assert [r["CBFMC"] for r in done.rows("SELECT CBFMC FROM CBF ORDER BY fid")][:5] == ["张?", "李\ue123", "欧阳\ufffd", "𠮷田", "王㛃"]


def test_cancelling_leaves_nothing_behind(package, bring_in):
    calls = []

    def asked():
        calls.append(1)
        return len(calls) > 8

    with pytest.raises(Cancelled):
        bring_in(package, progress=Progress(cancelled=asked))
    assert not bring_in.work.exists() and list(bring_in.work.parent.glob("*")) == []


def test_a_cancel_at_any_moment_is_honoured_and_leaves_nothing_behind(package, bring_in):
    asked = []
    bring_in(package, progress=Progress(cancelled=lambda: asked.append(1) and False))
    bring_in.work.unlink()
    beside = sorted(bring_in.work.parent.glob("*"))
    assert len(asked) > 100  # while files are read, column by column, between tables and within statements
    for moment in range(0, len(asked), len(asked) // 10):
        calls = []
        with pytest.raises(Cancelled):
            bring_in(package, progress=Progress(cancelled=lambda calls=calls, moment=moment: calls.append(1) or len(calls) > moment))
        assert len(calls) == moment + 1 and sorted(bring_in.work.parent.glob("*")) == beside


def test_two_parcels_of_one_code_keep_two_lasting_ids(package, bring_in):
    codes = [township.parcel_code(i + 1) for i in range(12)]
    codes[5] = codes[4]
    township.parcels(package, codes=codes)
    done = bring_in(package)
    ids = [r["uuid"] for r in done.rows("SELECT uuid FROM parcel ORDER BY fid")]
    assert len(set(ids)) == 12
    assert sqlite3.connect(done.path).execute("PRAGMA foreign_key_check").fetchall() == []


def test_two_versions_of_the_parcels_are_not_guessed_between(package, bring_in):
    township.parcels(package, path="矢量数据/DK6207992016.shp")
    with pytest.raises(BadInput, match="不知道用哪一份"):
        bring_in(package)


def test_split_parts_of_the_parcels_are_one_layer(package, bring_in):
    for part in (package.root / "矢量数据").glob("DK*"):
        part.unlink()
    squares = township.squares(12)
    codes = [township.parcel_code(i + 1) for i in range(12)]
    bow = shapely.Polygon([(0, 0), (40, 40), (40, 0), (0, 40)])
    squares[11] = shapely.transform(bow, lambda p: p + [township.EAST + 440, township.NORTH])
    township.parcels(package, codes[:7], squares[:7], path="矢量数据/DK6207992026-1.shp")
    township.parcels(package, codes[7:], squares[7:], path="矢量数据/DK6207992026-2.shp")
    done = bring_in(package)
    assert [r["DKBM"] for r in done.rows("SELECT DKBM FROM parcel ORDER BY fid")] == codes
    told = done.rows("SELECT f.subject, p.DKBM FROM finding f JOIN parcel p ON p.uuid = f.parcel_uuid")
    assert told == [{"subject": codes[11], "DKBM": codes[11]}]


def test_cancelling_while_writing_undoes_everything(package, bring_in):
    bring_in(package)
    before = dump(bring_in.work)
    township.parcels(package, geometry=township.squares(12, north=township.NORTH + 5))
    for moment in range(5):
        progress = Progress(cancelled=lambda: False)
        progress.step = lambda text, then=progress, wait=[moment]: _cancel_when_writing(then, text, wait)
        with pytest.raises(Cancelled):
            bring_in(package, progress=progress)
        assert dump(bring_in.work) == before


def _cancel_when_writing(progress, text, wait):
    if text == "写入工作文件":
        calls = []
        progress._cancelled = lambda: calls.append(1) or len(calls) > wait[0]


def test_a_work_file_inside_the_package_is_not_taken_for_a_layer(package, bring_in):
    done = bring_in(package)
    (package.root / "旧.gpkg").write_bytes(done.path.read_bytes())
    (package.root / "DK.shp.xml").write_text("<metadata/>")
    package.text("政策.yaml", township.policy_text().replace("deduct_min_m2: 10", "deduct_min_m2: 12"))
    again = bring_in(package)
    assert again.result.changed and again.result.counts["tables"]["parcel"] == 12
    assert ["旧.gpkg", "本软件的工作文件，未读"] in again.result.counts["files"]
