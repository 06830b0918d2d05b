"""The list of the registry's matches: a clerk works it down with the keyboard, the map follows, decisions are runs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest

from wr_plugin.desktop.gui.linking_panel import TITLES, LinkingPanel
from wr_plugin.desktop.session import Session
from wr_plugin.store.workfile import WorkFile

ROOT = Path(__file__).resolve().parents[2]
ENGINE = os.environ.get("WR_ENGINE_PYTHON") or str(ROOT / ".venv" / "bin" / "python")
LINK = """
import sys
sys.path.insert(0, {root!r})
from wr_plugin.commands import running
running.run_verb("link", {{"work": {path!r}}})
"""


@pytest.fixture(scope="module")
def linked(built, tmp_path_factory):
    """The village, whose registry has lost its codes, parcel names and what tells a household's parcels apart."""
    path = shutil.copy(built, tmp_path_factory.mktemp("linked") / "示例村.gpkg")
    with WorkFile.open(path) as store, store.transaction():
        store.connection.execute("UPDATE registry SET DKBM = NULL, CBFBM = NULL, parcel_name = NULL, area_mu_100 = 777")
    subprocess.run([ENGINE, "-c", LINK.format(root=str(ROOT), path=str(path))], check=True)
    return path


@pytest.fixture
def session(qgis_app, linked, tmp_path, project, pump):
    made = Session()
    assert made.open(shutil.copy(linked, tmp_path / "示例村.gpkg"))
    pump(lambda: made.status)
    yield made
    made.stop()


@pytest.fixture
def panel(session, pump):
    made = LinkingPanel(session)
    made.show()
    made.reload()
    assert len(made.model.rows) > 3
    return made


def decided(panel, pump, keys=None, called=None):
    """After a key or a call: the decisions that stand, {registry fid: DKBM or "" where refused}."""
    ended = []
    panel.session.ended.connect(ended.append)
    if keys:
        QTest.keyClick(panel.table, *keys)
    else:
        called()
    pump(lambda: ended)
    assert ended[0].ok, ended[0].text()
    pump(lambda: panel.session._asking is None)
    panel.reload()
    with WorkFile.open(panel.session.path, readonly=True) as store:
        return {row["registry_key"]: (row["DKBM"], row["decision"]) for row in store.connection.execute(
            "SELECT registry_key, DKBM, decision FROM registry_decision")}


def cells(panel, row):
    return {f"{n} {title}": panel.model.index(row, n).data() for n, title in enumerate(TITLES)}


def test_both_sides_stand_in_a_row_and_the_registry_s_only_once(panel):
    rows = panel.model.rows
    several = next(n for n, row in enumerate(rows) if row["rank"] == 2)
    first, second = cells(panel, several - 1), cells(panel, several)
    assert first["1 姓名"] and first["3 亩"] == "7.77" and first["4 候选"] == "1" and first["11 结论"] == "待确认"
    assert (second["1 姓名"], second["3 亩"], second["4 候选"]) == ("", "", "2")
    assert len(second["10 地块编码"]) == 19 and second["9 理由"] and second["8 得分"].isdigit()
    tip = panel.model.index(several, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "名录：" in tip and "理由：" in tip
    assert "行" in panel.number.text()


def test_the_arrow_keys_show_one_candidate_after_the_other(panel):
    seen = []
    panel.wanted.connect(seen.append)
    panel.table.selectRow(0)
    QTest.keyClick(panel.table, Qt.Key.Key_Down)
    assert seen[-1] == panel.model.rows[1]["parcel_uuid"]


def test_enter_confirms_and_ctrl_z_takes_back(panel, pump):
    panel.table.selectRow(0)
    row = panel.model.rows[0]
    said = decided(panel, pump, (Qt.Key.Key_Return,))
    assert said == {row["registry_key"]: (row["DKBM"], "accepted")}
    assert row["registry_key"] not in {r["registry_key"] for r in panel.model.rows}
    assert panel.table.selectionModel().currentIndex().row() >= 0, "the next row is selected"
    panel.state.setCurrentIndex(1)
    assert [r["registry_key"] for r in panel.model.rows] == [row["registry_key"]]
    assert decided(panel, pump, (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)) == {}
    panel.state.setCurrentIndex(0)
    assert row["registry_key"] in {r["registry_key"] for r in panel.model.rows}


def test_delete_refuses_the_candidate_alone(panel, pump):
    at = next(n for n, row in enumerate(panel.model.rows) if row["rank"] == 2)
    row = panel.model.rows[at]
    panel.table.selectRow(at)
    assert decided(panel, pump, (Qt.Key.Key_Delete,)) == {row["registry_key"]: (row["DKBM"], "rejected")}
    left = [r["DKBM"] for r in panel.model.rows if r["registry_key"] == row["registry_key"]]
    assert left and row["DKBM"] not in left


def test_a_click_on_the_map_says_which_parcel_it_is(panel, pump):
    with WorkFile.open(panel.session.path, readonly=True) as store:
        uuid, code = store.connection.execute(
            "SELECT p.uuid, p.DKBM FROM parcel p JOIN CBDKXX k ON k.DKBM = p.DKBM ORDER BY p.fid DESC LIMIT 1").fetchone()
    waiting = []
    panel.picking.connect(waiting.append)
    panel.table.selectRow(0)
    row = panel.model.rows[0]
    panel.pick()
    panel.take_parcel("")
    assert waiting == [True], "a click beside all parcels changes nothing"
    said = decided(panel, pump, called=lambda: panel.take_parcel(uuid))
    assert waiting == [True, False] and said == {row["registry_key"]: (code, "accepted")}


def test_another_code_can_be_written(panel, pump, monkeypatch):
    from wr_plugin.desktop.gui import linking_panel

    row = panel.model.rows[0]
    other = next(r["DKBM"] for r in panel.model.rows if r["DKBM"] != row["DKBM"])
    monkeypatch.setattr(linking_panel.QInputDialog, "getText", lambda *_: (f" {other} ", True))
    panel.table.selectRow(0)
    assert decided(panel, pump, called=panel.type_code) == {row["registry_key"]: (other, "accepted")}


def test_the_list_is_filtered_by_village_state_and_text(panel):
    everything = len(panel.model.rows)
    name = panel.model.rows[0]["holder_name"]
    panel.text.setText(name)
    panel.reload()
    assert 0 < len(panel.model.rows) <= everything
    assert all(name in r["registry_key"] or name in r["parcel_holder"] for r in panel.model.rows)
    panel.text.setText("没有这个人")
    panel.reload()
    assert not panel.model.rows
    panel.text.setText("")
    panel._changed()
    panel.show_village("620799101001")
    assert {r["village_code"] for r in panel.model.rows} == {"620799101001"}
    panel.state.setCurrentIndex(2)
    assert not panel.model.rows


def test_an_open_edit_comes_first(panel, session):
    told = []
    session.failed.connect(told.append)
    session.layer("registry").startEditing()
    panel.table.selectRow(0)
    panel.decide("accept")
    session.layer("registry").rollBack()
    assert told and session.run is None


def test_the_parcel_s_form_shows_the_linked_registry_row(panel, session, project, pump):
    from qgis.core import QgsExpression, QgsExpressionContext, QgsExpressionContextUtils

    row = panel.model.rows[0]
    panel.table.selectRow(0)
    decided(panel, pump, (Qt.Key.Key_Return,))
    parcel = next(f for f in session.layer("parcel").getFeatures() if f["DKBM"] == row["DKBM"])
    assert not list(project.relationManager().relation("wr_parcel_registry").getRelatedFeatures(parcel))
    related = list(project.relationManager().relation("wr_parcel_registry_link").getRelatedFeatures(parcel))
    assert [f["registry_key"] for f in related] == [row["registry_key"]]
    layer = session.layer("registry_link")
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(related[0])
    called = QgsExpression(layer.displayExpression()).evaluate(context)
    assert called == f"人工确认 {row['village_name']} {row['group_name']} {row['holder_name']}"
