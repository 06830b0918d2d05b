"""The panel 试算 with its standing engine: levers, answers, the map, a dead engine, and the panel's end."""

import os

import pytest
from qgis.core import QgsVectorLayerUtils
from qgis.PyQt.QtCore import QProcess

from wr_plugin.desktop import layers, whatif_choices
from wr_plugin.desktop.gui.whatif_levers import LeverBox
from wr_plugin.desktop.gui.whatif_panel import WhatIfPanel
from wr_plugin.desktop.session import Session
from wr_plugin.store.workfile import WorkFile


@pytest.fixture
def session(qgis_app, work, project, pump):
    made = Session()
    assert made.open(str(work))
    pump(lambda: made.status)
    yield made
    made.stop()


@pytest.fixture
def panel(session, pump):
    made = WhatIfPanel(session)
    made.show()
    pump(lambda: made.totals.rows and not made.engine.busy)
    yield made
    made.shut()


def shown(model):
    return [[model.data(model.index(row, column)) for column in range(model.columnCount())] for row in range(len(model.rows))]


def moved(panel, pump):
    """Waits for the answer to what was moved."""
    pump(lambda: not panel.timer.isActive() and not panel.engine.busy)


def test_the_levers_say_what_was_moved(qgis_app, work):
    box = LeverBox()
    with WorkFile.open(work, readonly=True) as store:
        box.show_choices(whatif_choices.read(store))
    assert box.texts() == []
    box.crop.setCurrentIndex(box.crop.findData("玉米"))
    box.quota.setValue(-5)
    box.district.setCurrentIndex(box.district.findData("GQ01"))
    box.eta.setValue(0.62)
    box.cap_row.setCurrentIndex(box.cap_row.findText("灌区 东灌区 地表水"))
    box.cap.setValue(10)
    box.share.setValue(0)
    box.legal.setCurrentIndex(box.legal.findData("SCMJ"))
    box.mode.setCurrentIndex(box.mode.findData("proportional"))
    assert box.texts() == ["定额:玉米=-5%", "η渠系:GQ01=0.6200", "指标:district/GQ01/surface=+10%", "地表水比例=0.00", "法定面积=SCMJ",
                           "超指标=proportional"]
    box.setting.setCurrentIndex(box.setting.findData("确权单位"))
    assert len(box.texts()) == 6 and box.value.isEnabled()
    box.value.setCurrentIndex(box.value.findText("斗口"))
    assert box.texts()[-1] == "确权单位=斗口"
    box.setting.setCurrentIndex(box.setting.findData("预留比例"))
    assert len(box.texts()) == 6 and box.value.count() == 0 and "0 至 1" in box.value.toolTip()
    box.value.setEditText("0.05")
    assert box.texts()[-1] == "预留比例=0.05"
    box.reset()
    assert box.texts() == []


def test_levers_are_answered_and_nothing_is_stored(panel, pump, work):
    """One lever, then many quick moves, then one village alone, then what the tables do not have."""
    before = os.stat(work).st_mtime_ns
    assert shown(panel.totals)[0] == ["全县", "", "地表水", "36,223", "36,223", "0", "+0.0"]
    panel.levers.crop.setCurrentIndex(panel.levers.crop.findData("玉米"))
    panel.levers.quota.setValue(-5)
    moved(panel, pump)
    county, people = shown(panel.totals)[0], shown(panel.people)
    assert int(county[4].replace(",", "")) < 36_223 and county[5].startswith("-")
    assert people[0][:3] == ["张三", "示例村", "地表水"] and "定额:玉米=-5%" in panel.told.text()
    assert panel.adopt.isEnabled() and os.stat(work).st_mtime_ns == before

    answers = []
    panel.engine.answered.connect(answers.append)
    for value in range(-1, -21, -1):
        panel.engine.ask(panel.session.path, {"levers": [f"定额:玉米={value}%"]})
    pump(lambda: not panel.engine.busy)
    assert len(answers) <= 2 and answers[-1]["told"] == ["定额:玉米=-20%"]

    panel.village.setCurrentIndex(1)
    moved(panel, pump)
    assert {row[0] for row in shown(panel.villages)} == {"示例村"}

    panel.village.setCurrentIndex(0)
    moved(panel, pump)
    panel.engine.ask(panel.session.path, {"levers": ["确权单位=斗口"]})
    pump(lambda: not panel.engine.busy)
    assert panel.tabs.isTabEnabled(3) and shown(panel.units)[0][0] == "斗口"

    panel.engine.ask(panel.session.path, {"levers": ["定额:水稻=-5%"]})
    pump(lambda: not panel.engine.busy)
    assert "没有“水稻”的行" in panel.told.text()


def test_a_trial_outlives_a_look_at_the_state_of_the_work(panel, pump):
    """A finding is marked meanwhile: the panel reads what can be moved again and leaves the levers where they are."""
    panel.levers.quota.setValue(-5)
    moved(panel, pump)
    panel.session.standing.emit(panel.session.status)
    moved(panel, pump)
    assert panel.levers.texts() == ["定额:*=-5%"] and "定额:*=-5%" in panel.told.text()


def test_one_parcel_more_is_tried_and_cannot_be_adopted(panel, pump, session):
    """王五's parcel outside the registry: in it, with wheat, it would have 9.00 × 360 ÷ 0.54 = 6,000 m³; without a crop
    nothing."""
    code = "6207991010010100006"
    panel.levers.show_parcel(code)
    panel.levers.fact.setCurrentIndex(panel.levers.fact.findData("在名录内=是"))
    moved(panel, pump)
    assert panel.levers.texts() == [f"地块:{code}/在名录内=是"] and not panel.adopt.isEnabled()
    panel.engine.ask(session.path, {"levers": [f"地块:{code}/在名录内=是", f"地块:{code}/作物=小麦", f"地块:{code}/灌溉方式=畦灌"]})
    pump(lambda: not panel.engine.busy)
    assert ["王五", "示例村", "地表水", "8,222", "14,222", "+6,000", "+73.0"] in shown(panel.people)
    panel.levers.show_parcel("")
    moved(panel, pump)
    assert panel.levers.texts() == [] and not panel.levers.fact.isEnabled()


def test_the_map_shows_who_gains_and_goes_with_the_panel(panel, pump, project):
    panel.on_map.setChecked(True)
    panel.levers.share.setValue(0.2)
    moved(panel, pump)
    layer = panel.map.layer
    kinds, _ = QgsVectorLayerUtils.getValues(layer, "试算_kind")
    changes, _ = QgsVectorLayerUtils.getValues(layer, "试算_change_m3")
    assert [kind for kind in kinds if kind] == [2] and min(change for change in changes if change) < 0
    assert layers.find(project, panel.session.path, "parcel") is not layer
    folder, process = panel.folder.path(), panel.engine.process
    panel.levers.share.setValue(0.9)
    moved(panel, pump)
    assert [kind for kind in QgsVectorLayerUtils.getValues(panel.map.layer, "试算_kind")[0] if kind] == [4]
    panel.close()
    assert panel.map.layer is None and not os.path.exists(folder)
    assert panel.engine.process is None and process.state() == QProcess.ProcessState.NotRunning
    assert "试算：水量增减" not in [one.name() for one in project.mapLayers().values()]


def test_a_dead_engine_is_said_and_starts_again_and_sees_what_others_edited(panel, pump, work):
    told = []
    panel.engine.failed.connect(told.append)
    panel.engine.ask(panel.session.path, {"levers": []})
    panel.engine.process.kill()
    pump(lambda: told)
    assert "意外结束" in panel.told.text() and panel.engine.process is None
    panel.levers.quota.setValue(-10)
    moved(panel, pump)
    assert "定额:*=-10%" in panel.told.text()
    with WorkFile.open(work) as store, store.transaction():
        store.connection.execute("UPDATE quota SET quota_m3_mu_100 = quota_m3_mu_100 * 2")
    panel.levers.reset()
    moved(panel, pump)
    assert int(shown(panel.totals)[0][3].replace(",", "")) > 70_000 and "核定之后资料有改动" in panel.told.text()


def test_adopting_stores_and_the_panel_shows_the_new_today(panel, pump):
    panel.levers.quota.setValue(-5)
    moved(panel, pump)
    expected, ended = shown(panel.totals)[0][4], []
    panel.session.ended.connect(ended.append)
    panel.adopt_now()
    assert panel.engine.process is None
    pump(lambda: ended)
    assert ended[0].ok, ended[0].text()
    pump(lambda: panel.engine.process is not None)
    moved(panel, pump)
    assert panel.levers.texts() == [] and shown(panel.totals)[0][3] == expected


def test_what_others_changed_since_is_looked_at_before_it_is_adopted(panel, pump, work):
    panel.levers.quota.setValue(-5)
    moved(panel, pump)
    first, failed, ended = shown(panel.totals)[0][3], [], []
    with WorkFile.open(work) as store, store.transaction():
        store.connection.execute("UPDATE quota SET quota_m3_mu_100 = quota_m3_mu_100 * 2")
    panel.session.failed.connect(failed.append)
    panel.session.ended.connect(ended.append)
    panel.adopt_now()
    pump(lambda: ended)
    assert not ended[0].ok and "试算之后工作文件有改动" in ended[0].text()
    pump(lambda: shown(panel.totals)[0][3] != first)
    moved(panel, pump)
    assert panel.levers.texts() == ["定额:*=-5%"] and panel.adopt.isEnabled()
    ended.clear()
    panel.adopt_now()
    pump(lambda: ended)
    assert ended[0].ok, ended[0].text()
