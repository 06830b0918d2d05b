"""The form of field audits: tabs, word lists, constraints, defaults, related rows; only what QField can show."""

import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest
from qgis.core import QgsFieldConstraints, QgsProject, QgsVectorLayer, QgsVectorLayerUtils
from qgis.PyQt.QtCore import QDate
from qgis.PyQt.QtXml import QDomDocument

from wr_plugin.desktop import forms, layers
from wr_plugin.model import schema

FORMS = Path(__file__).resolve().parents[2] / "forms"
QFIELD_WIDGETS = {"TextEdit", "CheckBox", "ValueMap", "Hidden", "ExternalResource", "DateTime", "Range",
                  "RelationReference", "ValueRelation", "UuidGenerator"}


@pytest.fixture
def table(work, project):
    """``table(name)``: a layer of the shown work file."""
    layers.show_work_file(project, work)
    return lambda name: layers.find(project, work, name)


def problems(layer, values):
    """Fields whose hard constraints a new row with ``values`` breaks."""
    fields, hard = layer.fields(), QgsFieldConstraints.ConstraintStrength.ConstraintStrengthHard
    row = QgsVectorLayerUtils.createFeature(layer)
    for name, value in values.items():
        row[name] = value
    return {f.name() for i, f in enumerate(fields) if not QgsVectorLayerUtils.validateAttribute(layer, row, i, hard)[0]}


def audit(**changes):
    return {"parcel_uuid": "u", "result": "agree", "auditor": "李四", "audited_on": QDate.currentDate(), **changes}


def test_a_good_audit_passes(table):
    assert problems(table("audit"), audit()) == set()


@pytest.mark.parametrize("changes, wrong", [
    ({"result": None}, {"result"}),
    ({"auditor": None}, {"auditor"}),
    ({"auditor": " "}, {"auditor"}),
    ({"area_mu": -1.0}, {"area_mu"}),
    ({"area_mu": 5000.0}, {"area_mu"}),
    ({"result": "differ"}, {"note"}),
    ({"result": "differ", "note": "北界已改"}, set()),
    ({"audited_on": QDate.fromString((date.today() + timedelta(days=2)).isoformat(), "yyyy-MM-dd")}, {"audited_on"}),
])
def test_a_bad_audit_is_held_back(table, changes, wrong):
    assert problems(table("audit"), audit(**changes)) == wrong


def test_evidence_needs_a_photo(table):
    assert "photo" in problems(table("evidence"), {"parcel_uuid": "u"})
    assert problems(table("evidence"), {"parcel_uuid": "u", "photo": "照片/1.jpg"}) == set()


def test_new_rows_get_a_uuid_and_today(table):
    layer = table("audit")
    row = QgsVectorLayerUtils.createFeature(layer)
    assert len(row["uuid"]) == 36 and "{" not in row["uuid"]
    assert row["audited_on"] == QDate.currentDate()
    assert row["result"] == "agree"


def test_an_audit_is_saved_and_related_to_its_parcel(table, work, project):
    parcel, child = next(table("parcel").getFeatures()), table("audit")
    child.startEditing()
    indexes = {child.fields().indexOf(k): v for k, v in audit(parcel_uuid=parcel["uuid"]).items()}
    assert child.addFeature(QgsVectorLayerUtils.createFeature(child, attributes=indexes))
    assert child.commitChanges(), child.commitErrors()
    relation = project.relationManager().relation("wr_parcel_audit")
    assert relation.isValid()
    assert [f["auditor"] for f in relation.getRelatedFeatures(parcel)] == ["李四"]
    stored = sqlite3.connect(work).execute("SELECT parcel_uuid, result FROM audit").fetchall()
    assert stored == [(parcel["uuid"], "agree")]


def test_every_relation_is_valid_and_finds_its_rows(table, project):
    parcel = next(table("parcel").getFeatures())
    numbers = {}
    for link in forms.LINKS:
        relation = project.relationManager().relation(link.id)
        assert relation.isValid(), link
        numbers[link.child] = len(list(relation.getRelatedFeatures(parcel)))
    assert numbers["CBDKXX"] == numbers["registry"] == numbers["parcel_right"] == numbers["parcel_site"] == 1


def test_the_tabs_of_the_parcel_form(table):
    config = table("parcel").editFormConfig()
    assert [tab.name() for tab in config.tabs()] == ["基本信息", "权属与面积", "水源与水权", "核查", "问题", "影像证据"]
    assert all(not tab.isGroupBox() for tab in config.tabs())


def test_words_instead_of_codes(table):
    setup = table("parcel").editorWidgetSetup(table("parcel").fields().indexOf("DKLB"))
    assert setup.type() == "ValueMap" and {"承包地块": "10"} in setup.config()["map"]


def test_what_the_machine_fills_in_people_cannot(table):
    layer = table("parcel")
    config = layer.editFormConfig()
    for name in ("uuid", "geometry_m2", "village_code"):
        assert config.readOnly(layer.fields().indexOf(name)), name
    assert not config.readOnly(layer.fields().indexOf("DKMC"))


@pytest.mark.parametrize("name", [t.name for t in schema.tables().values() if t.edited])
def test_only_widgets_that_qfield_knows(table, name):
    layer = table(name)
    used = {layer.editorWidgetSetup(i).type() for i in range(layer.fields().count())}
    assert used <= QFIELD_WIDGETS


def test_photos_are_stored_by_relative_path_without_link(table):
    layer = table("evidence")
    config = layer.editorWidgetSetup(layer.fields().indexOf("photo")).config()
    assert (config["RelativeStorage"], config["UseLink"]) == (1, False)


def test_plain_tables_hide_keys_and_integers_that_have_a_decimal_twin():
    names = [f.name for f in forms.shown_fields(schema.table("parcel_right"))]
    assert "area_mu" in names and "area_mu_100" not in names and "parcel_fid" not in names


@pytest.mark.parametrize("name, table_name", [
    ("parcel_audit", "parcel"), ("audit", "audit"), ("evidence", "evidence"), ("finding", "finding")])
def test_the_form_files_agree_with_the_schema(work, project, table, name, table_name):
    """Who loads ``forms/*.qml`` without the plugin gets the same form; made again by ``docs/make_styles.py``."""
    plain = QgsVectorLayer(f"{work}|layername={table_name}", "无插件", "ogr")
    document = QDomDocument()
    document.setContent((FORMS / f"{name}.qml").read_text(encoding="utf-8"))
    ok, message = plain.importNamedStyle(document)
    assert ok, message
    ours = table(table_name)
    for index, field in enumerate(ours.fields()):
        assert plain.attributeAlias(index) == ours.attributeAlias(index), field.name()
        assert plain.editorWidgetSetup(index).type() == ours.editorWidgetSetup(index).type(), field.name()
        assert plain.constraintExpression(index) == ours.constraintExpression(index), field.name()
        assert plain.defaultValueDefinition(index).expression() == ours.defaultValueDefinition(index).expression()
    assert [t.name() for t in plain.editFormConfig().tabs()] == [t.name() for t in ours.editFormConfig().tabs()]


def test_a_saved_project_keeps_form_and_relations(work, tmp_path, table, project):
    path = str(tmp_path / "核查.qgz")
    assert project.write(path)
    project.clear()
    assert QgsProject.instance().read(path)
    layer = layers.find(QgsProject.instance(), work, "parcel")
    assert [tab.name() for tab in layer.editFormConfig().tabs()][3] == "核查"
    assert QgsProject.instance().relationManager().relation("wr_parcel_evidence").isValid()
