"""The work file in a project: groups, names, words, colours by state, counts in the legend."""

import sqlite3

import pytest
from qgis.core import QgsExpression, QgsExpressionContext, QgsExpressionContextScope, QgsVectorLayer
from qgis.PyQt.QtCore import QSize

from wr_plugin import places
from wr_plugin.desktop import layers
from wr_plugin.model import codes, schema


@pytest.fixture
def shown(work, project):
    layers.show_work_file(project, work)
    return project


def legend(layer):
    return {c.value(): c.label() for c in layer.renderer().categories()}


def test_groups_and_chinese_names(shown, work):
    top = shown.layerTreeRoot().children()[0]
    assert top.name() == "水权确权 · 示例县"
    assert [g.name() for g in top.children()] == list(layers.GROUPS)
    names = {layer.name() for layer in shown.mapLayers().values()}
    assert {"地块水权图", "地块", "机井", "渠道", "灌区", "外业核查", "影像证据", "问题"} <= names
    assert not [n for n in names if n.isascii()]


def test_every_declared_table_but_the_records_is_shown(shown, work):
    expected = {t.name for t in schema.tables().values() if t.group in layers.GROUPS} | {"parcel_map"}
    found = {layer.customProperty(layers.TABLE_PROPERTY) for layer in layers.layers_of(shown, work)}
    assert found == expected


def test_the_map_reads_in_chinese(shown, work):
    layer = layers.find(shown, work, "parcel_map")
    assert {f.name(): layer.attributeAlias(i) for i, f in enumerate(layer.fields())}["holder_names"] == "权利人"
    setup = layer.editorWidgetSetup(layer.fields().indexOf("state"))
    assert {"名录外": "outside_registry"} in setup.config()["map"]
    assert layer.readOnly()


def test_the_legend_counts_the_parcels_of_each_state(shown, work):
    told = legend(layers.find(shown, work, "parcel_map"))
    connection = sqlite3.connect(work)
    counts = dict(connection.execute("SELECT state, count(*) FROM parcel_right GROUP BY state"))
    assert set(told) == set(codes.PARCEL_STATE)
    for state, word in codes.PARCEL_STATE.items():
        assert told[state] == f"{word}（{counts.get(state, 0)} 块）"


def test_every_state_has_its_own_look(shown, work):
    layer = layers.find(shown, work, "parcel_map")
    images = [c.symbol().asImage(QSize(40, 40)) for c in layer.renderer().categories()]
    assert all(a != b for n, a in enumerate(images) for b in images[n + 1:])
    widths = {c.value(): c.symbol().symbolLayer(0).strokeWidth() for c in layer.renderer().categories()}
    assert widths["outside_registry"] > 2 * max(w for s, w in widths.items() if s != "outside_registry")


def test_labels_show_holder_area_and_volume_at_large_scale_only(shown, work):
    layer = layers.find(shown, work, "parcel_map")
    settings = layer.labeling().settings()
    assert settings.scaleVisibility and 2000 <= settings.minimumScale <= 10000
    context = QgsExpressionContext()
    scope = QgsExpressionContextScope()
    scope.setVariable("map_scale", 2000)
    context.appendScope(scope)
    expression = QgsExpression(settings.fieldName)
    texts = {}
    for feature in layer.getFeatures():
        context.setFeature(feature)
        texts.setdefault(feature["state"], expression.evaluate(context))
        assert not expression.hasEvalError(), expression.evalErrorString()
    assert texts["right"] == "张三\n9.00 亩\n6,667 m³"
    assert texts["outside_registry"].endswith("名录外")


def test_after_a_verb_the_map_and_the_legend_follow(shown, work):
    layer = layers.find(shown, work, "parcel_map")
    fid = next(f.id() for f in layer.getFeatures() if f["state"] == "right")
    connection = sqlite3.connect(work)
    connection.execute("UPDATE parcel_right SET state = 'defect' WHERE parcel_fid = ?", (fid,))
    connection.commit()
    connection.close()
    layers.refresh(shown, work)
    assert layer.getFeature(fid)["state"] == "defect"
    assert legend(layer)["defect"] == "数据待改（2 块）"


def test_showing_twice_adds_nothing(shown, work):
    before = set(shown.mapLayers())
    layers.show_work_file(shown, work)
    assert set(shown.mapLayers()) == before


def test_edited_layers_are_found_whoever_added_them(work, project):
    layer = QgsVectorLayer(f"{work}|layername=well", "我的机井", "ogr")
    project.addMapLayer(layer)
    assert layers.unsaved_layers(work) == []
    layer.startEditing()
    assert layers.unsaved_layers(work) == [layer]
    layer.rollBack()


def test_only_what_people_edit_can_be_edited(shown, work):
    for layer in layers.layers_of(shown, work):
        table = layer.customProperty(layers.TABLE_PROPERTY)
        assert layer.readOnly() == (table == "parcel_map" or not schema.table(table).edited), table


@pytest.mark.parametrize("name", list(schema.layers()))
def test_every_layer_has_a_style(name):
    assert places.style_file(name).is_file()


def test_a_work_file_that_is_none_is_refused(project, tmp_path):
    from wr_plugin.model.errors import BadInput

    with pytest.raises(BadInput):
        layers.show_work_file(project, tmp_path / "没有.gpkg")
    assert not project.mapLayers()
    assert not project.layerTreeRoot().children()
