"""The dock's parts without QGIS's window: steps, villages, parameters, messages, findings, explanation."""

import pytest
from qgis.PyQt.QtCore import QDate, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QDialogButtonBox

from wr_plugin.commands.catalogue import VERBS
from wr_plugin.desktop import findings_query, parcel_facts
from wr_plugin.desktop.gui.accept_dialog import AcceptDialog
from wr_plugin.desktop.gui.explain_panel import ExplainPanel
from wr_plugin.desktop.gui.findings_panel import COLUMNS, FindingsPanel
from wr_plugin.desktop.gui.run_panel import RunPanel
from wr_plugin.desktop.gui.steps_panel import StepsPanel
from wr_plugin.desktop.gui.verb_dialog import VerbDialog
from wr_plugin.desktop.gui.village_list import VillageList
from wr_plugin.desktop.protocol import Outcome
from wr_plugin.desktop.session import Session
from wr_plugin.model.errors import BadInput
from wr_plugin.store import journal
from wr_plugin.store.workfile import WorkFile

VILLAGES = [
    {"village_code": "620799101001", "village_name": "红柳村", "parcels": 1200, "in_registry": 1100, "flagged": 40, "confirmed": 0},
    {"village_code": "620799101002", "village_name": "清泉村", "parcels": 80, "in_registry": 80, "flagged": 0,
     "confirmed": 78, "publicity_end": "2026-07-08"},
    {"village_code": "620799101003", "village_name": "白杨村", "parcels": 900, "in_registry": 900, "flagged": 3,
     "confirmed": 890, "publicity_end": "2026-07-01", "publicity_ended": True, "certificates": 300},
]


def steps(**states):
    return [{"verb": verb, "state": states.get(verb, "未做"), "when": "2026-07-01 08:00:00", "detail": ""}
            for verb in ("import", "check", "confirm", "publish", "approve", "certify")]


@pytest.fixture
def session(qgis_app, work, project, pump):
    """A session on the village's work file, its state known."""
    made = Session()
    assert made.open(str(work))
    pump(lambda: made.status)
    yield made
    made.stop()


# ---- steps

def test_without_a_work_file_only_the_import_can_be_run(qgis_app):
    panel = StepsPanel()
    assert list(panel.rows) == [v.name for v in VERBS.values() if v.in_dock]
    assert [name for name, row in panel.rows.items() if row.button.isEnabled()] == ["import"]
    assert panel.rows["import"].state.text() == "下一步"


def test_done_next_and_stale_steps_are_told_apart(qgis_app):
    panel = StepsPanel()
    panel.show_steps(steps(**{"import": "已完成", "check": "已过期", "confirm": "已过期"}), has_work=True)
    assert panel.rows["import"].badge.text() == "✓"
    assert panel.rows["check"].state.text() == "须重做"
    assert panel.rows["confirm"].state.text() == "已过期"
    assert panel.rows["publish"].state.text() == "未做"
    assert all(row.button.isEnabled() for row in panel.rows.values())


def test_the_ledger_can_be_exported_once_rights_are_confirmed(qgis_app):
    panel = StepsPanel()
    panel.show_steps(steps(**dict.fromkeys(("import", "check", "confirm"), "已完成")), has_work=True)
    assert panel.rows["ledger"].state.text() == "可随时导出"
    assert panel.rows["link"].state.text() == "有待确认的才做"
    assert panel.rows["publish"].state.text() == "下一步"


def test_a_click_asks_for_the_verb(qgis_app):
    panel, asked = StepsPanel(), []
    panel.show_steps(steps(), has_work=True)
    panel.chosen.connect(asked.append)
    QTest.mouseClick(panel.rows["confirm"].button, Qt.MouseButton.LeftButton)
    assert asked == ["confirm"]
    panel.set_busy(True, True)
    QTest.mouseClick(panel.rows["check"].button, Qt.MouseButton.LeftButton)
    assert asked == ["confirm"]


# ---- villages

def shown(villages, column=0):
    return [villages.sorted.index(row, column).data() for row in range(villages.sorted.rowCount())]


def test_villages_are_sorted_by_number_not_by_text(qgis_app):
    villages = VillageList()
    villages.show_villages(VILLAGES)
    assert shown(villages) == ["红柳村", "清泉村", "白杨村"]
    villages.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert shown(villages, 1) == ["80", "900", "1,200"]
    assert shown(villages, 5) == ["公示至 2026-07-08", "已发证 300", "未核定"]


@pytest.mark.parametrize("text, names", [
    ("柳", ["红柳村"]), ("101002", ["清泉村"]), ("已发证", ["白杨村"]), ("没有", []), ("", ["红柳村", "清泉村", "白杨村"])])
def test_villages_are_filtered_by_name_code_and_state(qgis_app, text, names):
    villages = VillageList()
    villages.show_villages(VILLAGES)
    villages.filter.setText(text)
    assert shown(villages) == names


def test_a_double_click_goes_to_the_village_shown_there(qgis_app):
    villages, asked = VillageList(), []
    villages.show_villages(VILLAGES)
    villages.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    villages.visited.connect(asked.append)
    villages.table.doubleClicked.emit(villages.sorted.index(0, 3))
    assert asked == ["620799101002"]


# ---- parameters

@pytest.fixture
def clean_settings(qgis_app):
    from qgis.core import QgsSettings

    QgsSettings().remove("wr_plugin/params")
    yield
    QgsSettings().remove("wr_plugin/params")


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_a_dialog_with_help_and_an_order_of_tabs(clean_settings, name):
    dialog = VerbDialog(VERBS[name])
    assert list(dialog.inputs) == [p.name for p in VERBS[name].params]
    assert all(dialog.inputs[p.name].toolTip() == p.help for p in VERBS[name].params)
    assert dialog.windowTitle() == VERBS[name].title


def test_ok_waits_for_what_is_required(clean_settings):
    dialog = VerbDialog(VERBS["approve"], "/w.gpkg")
    assert not dialog.ok.isEnabled() and "审核人" in dialog.missing.text()
    dialog.inputs["who"].setText("王主任")
    assert dialog.ok.isEnabled() and dialog.missing.text() == ""


def test_values_arrive_as_the_engine_takes_them(clean_settings):
    dialog = VerbDialog(VERBS["publish"], "/w.gpkg", [("620799101001", "红柳村"), ("620799101002", "清泉村")])
    assert "work" not in dialog.inputs
    dialog.inputs["out"].setFilePath("/公示")
    dialog.inputs["village"].setItemCheckState(1, Qt.CheckState.Checked)
    dialog.inputs["start"].box.setChecked(True)
    dialog.inputs["start"].edit.setDate(QDate(2026, 7, 1))
    values = dialog.values()
    assert (values["work"], values["out"]) == ("/w.gpkg", "/公示")
    assert (values["village"], values["start"]) == (["620799101002"], "2026-07-01")


def test_what_is_left_out_is_absent(clean_settings):
    dialog = VerbDialog(VERBS["certify"], "/w.gpkg")
    values = dialog.values()
    assert values["village"] is None and values["holder"] is None and values["trial"] is False


def test_the_last_folder_is_offered_again_but_no_date_and_no_note(clean_settings):
    first = VerbDialog(VERBS["approve"], "/w.gpkg")
    first.inputs["who"].setText("王主任")
    first.inputs["note"].setText("同意")
    first.accept()
    second = VerbDialog(VERBS["approve"], "/w.gpkg")
    assert second.inputs["who"].text() == "王主任"
    assert second.inputs["note"].text() == ""


def test_an_import_may_update_the_open_work_file(clean_settings):
    dialog = VerbDialog(VERBS["import"], "/w.gpkg")
    assert dialog.inputs["work"].filePath() == "/w.gpkg"


def test_a_package_is_a_folder_or_a_zip_chosen_with_a_button_of_its_own(clean_settings, monkeypatch):
    from wr_plugin.desktop.gui import verb_dialog

    dialog = VerbDialog(VERBS["import"])
    package = dialog.inputs["package"]
    assert package.file_button.text() == "选压缩包…" and package.storageMode() == package.StorageMode.GetDirectory
    package.setFilePath("/资料/620799示例县")
    assert dialog.values()["package"] == "/资料/620799示例县"
    asked = []
    monkeypatch.setattr(verb_dialog.QFileDialog, "getOpenFileName", lambda *given: asked.append(given) or ("/资料/示例县.zip", ""))
    package.file_button.click()
    assert dialog.values()["package"] == "/资料/示例县.zip" and asked[0][-1] == "压缩包 (*.zip)"
    monkeypatch.setattr(verb_dialog.QFileDialog, "getOpenFileName", lambda *given: ("", ""))
    package.file_button.click()
    assert dialog.values()["package"] == "/资料/示例县.zip"


# ---- messages

def test_a_result_links_its_files_and_names_the_next_step(qgis_app):
    panel = RunPanel()
    panel.tell_outcome(Outcome(True, result={
        "title": "公示", "table": [["村", 3], ["检查", "已完成", "今天"]], "outputs": ["/a b/公示表_红柳村.pdf"],
        "next_step": "等公示期满（publish）"}))
    text = panel.message.toHtml()
    assert "file:///a%20b/" in text and "公示表_红柳村.pdf" in panel.message.toPlainText()
    assert "下一步：等公示期满" in panel.message.toPlainText() and "publish" not in panel.message.toPlainText()


def test_a_failure_shows_place_and_remedy_and_no_markup_from_files(qgis_app):
    panel = RunPanel()
    panel.tell_error(BadInput("缺<b>字段", "补上", where="DK.shp"))
    assert "缺<b>字段" in panel.message.toPlainText()
    assert "处理办法：补上" in panel.message.toPlainText() and "DK.shp" in panel.message.toPlainText()


def test_cancelled_says_that_nothing_was_changed(qgis_app):
    panel = RunPanel()
    panel.tell_outcome(Outcome(False, exit_code=130))
    assert "未作任何更改" in panel.message.toPlainText()


def test_after_an_import_the_leaders_page_is_shown_and_the_report_is_a_click_away(qgis_app):
    from qgis.PyQt.QtCore import QUrl

    panel, wanted = RunPanel(), []
    panel.wanted.connect(wanted.append)
    panel.tell_outcome(Outcome(True, result={
        "title": "导入资料包", "table": [["地块", "12"]], "next_step": "check", "counts": {"page": [
            ["结论", "", "已读入 地块 12"], ["问题", "须复核　姓名<乱码>　2 条", "按户口簿更正姓名"], ["来源", "地块　12", "DK.shp"]]}}))
    text = panel.message.toPlainText()
    assert text.index("结论") < text.index("姓名<乱码>") < text.index("DK.shp") and "下一步：检查" in text
    panel.message.anchorClicked.emit(QUrl("wr:report"))
    assert wanted == ["report"] and "导出导入报告" in text


def test_an_import_that_must_ask_offers_the_field_mapping(qgis_app):
    panel = RunPanel()
    panel.tell_outcome(Outcome(False, error={"code": "MappingNeeded", "message": "没有写明。要核对的：\n  甲\n  乙", "remedy": "核对"}))
    text = panel.message.toPlainText()
    assert "wr:mapping" in panel.message.toHtml() and text.index("甲") < text.index("乙")


# ---- the session runs a verb

def test_a_verb_runs_and_the_state_is_read_again(session, pump):
    ended, told = [], []
    session.ended.connect(ended.append)
    session.standing.connect(told.append)
    assert session.start("confirm", {"work": session.path}) is not None
    assert session.start("check", {"work": session.path}) is None
    pump(lambda: ended and told)
    assert ended[0].ok, ended[0].text()
    assert ended[0].result["changed"] is False


def test_a_file_that_is_no_work_file_is_told_not_opened(qgis_app, project, tmp_path):
    made, told = Session(), []
    made.failed.connect(told.append)
    assert made.open(str(tmp_path / "没有.gpkg")) is False
    assert told and made.path == ""


def test_a_project_brings_its_work_file_along(session, project, tmp_path, pump):
    assert project.write(str(tmp_path / "a.qgz"))
    project.clear()
    assert project.read(str(tmp_path / "a.qgz"))
    again = Session()
    again.adopt_project()
    assert again.path == session.path
    pump(lambda: again.status)
    again.stop()


# ---- findings

def test_a_finding_says_file_row_value_and_remedy(session):
    with WorkFile.open(session.path) as store, store.transaction():
        store.connection.execute(
            "INSERT INTO finding (code, severity, stage, subject, message, remedy, value, source_file, source_row, state)"
            " VALUES ('VALUE_UNREADABLE', 'stop', 'import', 'CBF.CBFCYSL', '读不懂', '改正来源文件', '“三”', '权属数据/CBF.xlsx', 7, 'open')")
    panel = FindingsPanel(session)
    panel.reload()
    row = next(n for n, r in enumerate(panel.model.rows) if r["code"] == "VALUE_UNREADABLE")
    said = {COLUMNS[c]: panel.model.index(row, c).data() for c in range(len(COLUMNS))}
    assert (said["出处"], said["值"], said["说明"], said["处理办法"]) == ("CBF.xlsx 第 7 行", "“三”", "读不懂", "改正来源文件")
    tip = panel.model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "值：“三”" in tip and "出处：权属数据/CBF.xlsx 第 7 行" in tip and "处理办法：改正来源文件" in tip


def test_findings_are_listed_the_gravest_first(session):
    panel = FindingsPanel(session)
    panel.reload(filters=True)
    severities = [row["severity"] for row in panel.model.rows]
    assert severities == sorted(severities, key=["stop", "review", "notice"].index)
    assert panel.number.text() == f"{len(panel.model.rows)} 条"


def test_findings_are_filtered_by_kind_village_and_text(session):
    panel = FindingsPanel(session)
    panel.reload(filters=True)
    panel.kind.setCurrentIndex(panel.kind.findData("OUTSIDE_REGISTRY"))
    assert {row["code"] for row in panel.model.rows} == {"OUTSIDE_REGISTRY"} and len(panel.model.rows) == 2
    assert panel.kind.currentText() == "名录外（2）"
    panel.text.setText("0100006")
    panel.reload()
    assert len(panel.model.rows) == 1
    panel.text.setText("")
    panel.kind.setCurrentIndex(0)
    panel.show_village("620799101001")
    assert {row["village_code"] for row in panel.model.rows} == {"620799101001"}


def test_the_arrow_keys_go_from_parcel_to_parcel(session):
    panel, seen = FindingsPanel(session), []
    panel.wanted.connect(seen.append)
    panel.reload(filters=True)
    panel.kind.setCurrentIndex(panel.kind.findData("OUTSIDE_REGISTRY"))
    panel.table.selectRow(0)
    QTest.keyClick(panel.table, Qt.Key.Key_Down)
    assert seen == [row["parcel_uuid"] for row in panel.model.rows]


def test_an_accepted_finding_is_journalled_and_leaves_the_open_list(session):
    panel = FindingsPanel(session)
    panel.reload(filters=True)
    panel.kind.setCurrentIndex(panel.kind.findData("OUTSIDE_REGISTRY"))
    panel.table.selectRow(0)
    subject = panel.model.rows[0]["subject"]
    panel.ask_acceptance = lambda rows, parent: ("county", "农业农村局证明", "王县")
    panel.mark("accepted")
    assert len(panel.model.rows) == 1
    with WorkFile.open(session.path, readonly=True) as store:
        last = store.connection.execute("SELECT * FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        assert (last["subject_key"], last["after"]) == (
            f"OUTSIDE_REGISTRY|{subject}", '{"level": "county", "state": "accepted", "who": "王县"}')
        assert journal.verify(store) == []
    panel.state.setCurrentIndex(panel.state.findData("accepted"))
    assert "县级核定认可（王县）：农业农村局证明" in panel.model.data(panel.model.index(0, 0), Qt.ItemDataRole.ToolTipRole)
    panel.table.selectRow(0)
    panel.mark("open")
    assert panel.model.rows == []


def test_a_township_cannot_accept_what_is_the_countys_and_nobody_a_defect(session):
    panel, told = FindingsPanel(session), []
    session.failed.connect(told.append)
    panel.reload(filters=True)
    for code, text in (("OUTSIDE_REGISTRY", "县级核定以上"), ("CODE_MALFORMED", "须改正")):
        panel.kind.setCurrentIndex(panel.kind.findData(code))
        panel.table.selectRow(0)
        panel.ask_acceptance = lambda rows, parent: ("town", "属实", "李乡")
        panel.mark("accepted")
        assert text in str(told[-1])


def test_the_dialog_offers_the_level_that_may_and_wants_a_reason(session):
    with session.reading() as store:
        rows, _ = findings_query.rows(store, "OUTSIDE_REGISTRY")
        stopping, _ = findings_query.rows(store, "CODE_MALFORMED")
    dialog = AcceptDialog(rows)
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert dialog.level.currentData() == "county" and not ok.isEnabled()
    dialog.who.setText("王县")
    dialog.why.setText("属实")
    assert ok.isEnabled() and dialog.answer() == ("county", "属实", "王县")
    dialog = AcceptDialog(stopping)
    dialog.why.setText("属实")
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


def test_an_unchanged_state_is_not_journalled(work):
    with WorkFile.open(work, readonly=True) as store:
        fid = store.connection.execute("SELECT fid FROM finding LIMIT 1").fetchone()[0]
    assert findings_query.set_state(work, [fid], "fixed") == 1
    assert findings_query.set_state(work, [fid], "fixed") == 0


# ---- explanation

def test_a_village_is_explained_too(session):
    panel = ExplainPanel(session)
    panel.show_place("620799101001")
    text = panel.browser.toPlainText()
    assert "村 620799101001（示例村）" in text and "17 个地块中 7 个能核定" in text and not panel.letter.isEnabled()


def test_the_letter_is_offered_for_the_parcel_that_is_explained(session):
    panel, wanted = ExplainPanel(session), []
    panel.letter_wanted.connect(wanted.append)
    assert not panel.letter.isEnabled()
    panel.show_parcel(uuid_of(session.path, "right"))
    panel.letter.click()
    assert len(wanted) == 1 and len(wanted[0]) == 19


def uuid_of(path, state):
    with WorkFile.open(path, readonly=True) as store:
        return store.connection.execute(
            "SELECT p.uuid FROM parcel p JOIN parcel_right r ON r.parcel_fid = p.fid WHERE r.state = ? ORDER BY p.fid",
            (state,)).fetchone()[0]


def test_the_explanation_shows_what_is_stored(session):
    panel = ExplainPanel(session)
    panel.show_parcel(uuid_of(session.path, "right"))
    text = panel.browser.toPlainText()
    assert "张三" in text and "6,667 m³" in text and "9.00 亩" in text
    assert "怎样得出的" in text and "→" in text and "不一致" not in text


@pytest.mark.parametrize("state", [
    "reduced", "outside_registry", "not_contract", "forest", "unapproved", "no_source", "no_quota", "no_holder", "defect"])
def test_every_refusal_is_explained(session, state):
    from wr_plugin.model import codes

    panel = ExplainPanel(session)
    panel.show_parcel(uuid_of(session.path, state))
    text = panel.browser.toPlainText()
    assert codes.PARCEL_STATE[state] in text and "怎样得出的" in text


def test_names_from_files_are_no_markup(work):
    with WorkFile.open(work) as store, store.transaction():
        store.connection.execute("UPDATE parcel_right SET holder_names = '<img src=x>张' WHERE parcel_fid = 1")
    with WorkFile.open(work, readonly=True) as store:
        uuid = store.connection.execute("SELECT uuid FROM parcel WHERE fid = 1").fetchone()[0]
        assert "<img" not in parcel_facts.as_html(parcel_facts.read(store, uuid))


def test_a_click_beside_all_parcels_says_so(session):
    panel = ExplainPanel(session)
    panel.show_nothing()
    assert "没有地块" in panel.browser.toPlainText()
    assert not panel.form.isEnabled()
