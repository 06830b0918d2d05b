"""What people edit in QGIS is in the work file's log of edits, row by row, and QGIS saves it without complaint."""

import pytest
from qgis.core import QgsFeature, QgsVectorLayer

from wr_plugin.desktop.session import Session
from wr_plugin.store import edits
from wr_plugin.store.workfile import WorkFile


@pytest.fixture
def parcels(work, project):
    layer = QgsVectorLayer(f"{work}|layername=parcel", "地块", "ogr")
    assert layer.isValid()
    yield layer


def saved(work, layer, change):
    """What the log says after an edit that was saved."""
    with WorkFile.open(work, readonly=True) as store:
        before = edits.latest(store)
    assert layer.startEditing() and change(layer)
    assert layer.commitChanges(), layer.commitErrors()
    with WorkFile.open(work, readonly=True) as store:
        return edits.since(store, before)


def test_a_value_a_shape_a_new_row_and_a_deleted_one(work, parcels):
    first = next(parcels.getFeatures())
    at = parcels.fields().indexOf
    found = saved(work, parcels, lambda layer: layer.changeAttributeValue(first.id(), at("SCMJ"), 1234.5))
    assert list(found) == ["parcel"] and found["parcel"].keys == [first.id()] and found["parcel"].columns == {"SCMJ"}

    box = first.geometry().boundingBox()
    moved = first.geometry()
    moved.translate(3, 4)
    found = saved(work, parcels, lambda layer: layer.changeGeometry(first.id(), moved))["parcel"]
    assert found.columns == {"geom"}
    assert found.boxes == [(box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum())]

    new = QgsFeature(parcels.fields())
    new.setAttributes(first.attributes())
    new["fid"], new["uuid"] = None, "新"
    new.setGeometry(moved)
    found = saved(work, parcels, lambda layer: layer.addFeature(new))["parcel"]
    (key,) = found.keys
    assert key > first.id() and found.came_or_went
    assert saved(work, parcels, lambda layer: layer.deleteFeature(key))["parcel"].old["DKBM"] == {first["DKBM"]}


def test_a_value_that_is_typed_in_again_is_no_edit(work, parcels):
    first = next(parcels.getFeatures())
    at = parcels.fields().indexOf("DKMC")
    assert saved(work, parcels, lambda layer: layer.changeAttributeValue(first.id(), at, first["DKMC"])) == {}


def test_the_panel_says_how_many_edits_are_not_yet_checked(work, project, pump):
    """A boundary is moved in QGIS and saved: 检查 is due again and says why; it takes only what depends on the edit."""
    session, told = Session(), []
    session.ended.connect(told.append)
    assert session.open(work)
    pump(lambda: session.status)
    assert standing(session) == ("已完成", "", "已完成")
    layer = session.layer("parcel")
    feature = next(layer.getFeatures("fid = 9"))
    moved = feature.geometry()
    moved.translate(0, 20)
    assert layer.startEditing() and layer.changeGeometry(feature.id(), moved) and layer.commitChanges()
    pump(lambda: standing(session) == ("已过期", "有 1 处改动未检查", "已过期"))
    session.start("check", {"work": session.path})
    pump(lambda: told and standing(session)[0] == "已完成")
    assert "只重查了 3 块地" in told[0].result["title"]
    assert standing(session) == ("已完成", "", "已过期")
    session.stop()


def standing(session):
    steps = {step["verb"]: step for step in session.status.get("steps", [])}
    return steps["check"]["state"], steps["check"]["detail"], steps["confirm"]["state"]
