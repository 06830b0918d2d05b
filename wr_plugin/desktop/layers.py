"""The work file in a QGIS project: its layers in groups, with Chinese names, aliases, word lists, styles and counts."""

import os
from pathlib import Path

from qgis.core import QgsMapLayer, QgsVectorLayer
from qgis.PyQt.QtXml import QDomDocument

from .. import places
from ..model import codes, schema
from ..model.errors import WaterRightsError
from ..store import reading
from ..store.views import ALIASES, CODES, PARCEL_MAP
from ..store.workfile import WorkFile
from . import forms

WORK_PROPERTY, TABLE_PROPERTY = "wr_plugin/work", "wr_plugin/table"
PASSING_PROPERTY = "wr_plugin/passing"  # a layer that shows a trial and belongs to no work file
MAP_TITLE, MAP_GROUP = "地块水权图", "核定结果"
GROUPS = ("灌溉", MAP_GROUP, "承包地", "外业核查", "公示与审核", "定额与指标", "用水户", "权属表")
DETAILS = "明细表"
OPEN_GROUPS = (MAP_GROUP,)
SHOWN = {PARCEL_MAP, "well", "outlet", "canal", "irrigation_district", "CJQY"}
ORDER = {name: n for n, name in enumerate((
    "well", "outlet", "canal", "irrigation_district", "service_area", "unapproved_land", "overdraft_zone", "spring_zone",
    "forest_parcel", "CJQY", "XJQY", "XJXZQ", "ZJQY", "parcel"))}
COUNTS_SQL = "SELECT state, count(*) AS parcels FROM parcel_right GROUP BY state"


def show_work_file(project, path):
    """Adds the work file's layers to the project, or refreshes them where they are already there. Returns them."""
    shown = layers_of(project, path)
    if shown:
        refresh(project, path)
        return shown
    path = str(Path(path).resolve())
    top = project.layerTreeRoot().insertGroup(0, f"水权确权 · {_county(path)}")
    top.setCustomProperty(WORK_PROPERTY, path)
    made = []
    for group in GROUPS:
        declared = [t for t in schema.tables().values() if t.group == group]
        declared.sort(key=lambda t: ORDER.get(t.name, 99))
        branch = top.addGroup(group)
        branch.setExpanded(group in OPEN_GROUPS)
        if group == MAP_GROUP:
            made.append(_add(project, branch, path, PARCEL_MAP, MAP_TITLE))
            branch = branch.addGroup(DETAILS)
            branch.setExpanded(False)
        made += [_add(project, branch, path, t.name, t.title) for t in declared]
    by_table = {layer.customProperty(TABLE_PROPERTY): layer for layer in made}
    forms.arrange_parcel(by_table["parcel"], forms.add_relations(project, by_table))
    if not project.crs().isValid() or len(project.mapLayers()) == len(made):
        project.setCrs(made_crs(made))
    refresh(project, path)
    return made


def made_crs(layers):
    """The coordinate system of the map's parcels."""
    return next(layer for layer in layers if layer.customProperty(TABLE_PROPERTY) == PARCEL_MAP).crs()


def _add(project, branch, path, table, title):
    layer = QgsVectorLayer(f"{path}|layername={table}", title, "ogr")
    if not layer.isValid():
        raise WaterRightsError(f"不能打开图层“{title}”", "检查工作文件是否完整；用“自检”查看原因", where=path)
    layer.setCustomProperty(WORK_PROPERTY, path)
    layer.setCustomProperty(TABLE_PROPERTY, table)
    prepare(layer, table)
    project.addMapLayer(layer, False)
    node = branch.addLayer(layer)
    node.setExpanded(table in (PARCEL_MAP,))
    node.setItemVisibilityChecked(table in SHOWN)
    return layer


def prepare(layer, table):
    """Style, aliases, word lists and, where people edit it, the form."""
    load_style(layer, table)
    if table == PARCEL_MAP:
        for name, alias in ALIASES.items():
            _describe(layer, name, alias, CODES.get(name))
        layer.setDisplayExpression('"DKBM"')
        layer.setMapTipTemplate(
            "<b>[% coalesce(holder_names, '无权利人') %]</b><br>[% DKBM %]<br>[% area_mu %] 亩，[% volume_m3 %] m³")
        layer.setReadOnly(True)
        return
    declared = schema.table(table)
    for field in declared.fields:
        _describe(layer, field.name, forms.label(field), forms.words(declared, field))
    if table != "parcel":
        forms.arrange_plain(layer, declared)
    if declared.edited:
        forms.prepare_fields(layer, declared)
    else:
        layer.setReadOnly(True)
        forms.name_rows(layer, declared)


def _describe(layer, name, alias, words):
    index = layer.fields().indexOf(name)
    if index < 0:
        return
    layer.setFieldAlias(index, alias)
    if words:
        layer.setEditorWidgetSetup(index, forms.value_map(words))


def load_style(layer, table):
    """Symbols and labels from ``resources/styles``; nothing where there is no style of that name."""
    file = places.style_file(table)
    if not file.is_file() or not layer.isSpatial():
        return
    document = QDomDocument()
    document.setContent(file.read_text(encoding="utf-8"))
    kinds = QgsMapLayer.StyleCategories(QgsMapLayer.StyleCategory.Symbology | QgsMapLayer.StyleCategory.Labeling)
    layer.importNamedStyle(document, kinds)


def refresh(project, path):
    """After a verb: the layers read the file again, and the legend its counts."""
    counts = state_counts(path)
    for layer in layers_of(project, path):
        layer.dataProvider().reloadData()
        layer.updateExtents(True)
        layer.reload()
        if layer.customProperty(TABLE_PROPERTY) == PARCEL_MAP:
            show_counts(layer, counts)
        layer.triggerRepaint()


def state_counts(path):
    """Parcels per state; those without a row are 未核定."""
    with WorkFile.open(path, readonly=True) as store:
        counts = {row["state"]: row["parcels"] for row in reading.rows(store, COUNTS_SQL)}
        total = reading.count(store, "SELECT count(*) FROM parcel")
    rest = total - sum(counts.values())
    if rest:
        counts["unchecked"] = counts.get("unchecked", 0) + rest
    return counts


def show_counts(layer, counts):
    """Writes the counts into the legend: ``名录外（123 块）``; states that do not occur are said to have none."""
    renderer = layer.renderer().clone()
    if not hasattr(renderer, "categories"):
        return
    for position, category in enumerate(renderer.categories()):
        state = category.value()
        if state in codes.PARCEL_STATE:
            number = counts.get(state, 0)
            renderer.updateCategoryLabel(position, f"{codes.PARCEL_STATE[state]}（{number:,} 块）")
            renderer.updateCategoryRenderState(position, True)
    layer.setRenderer(renderer)
    layer.emitStyleChanged()


def layers_of(project, path):
    """The project's layers of a work file, whoever added them."""
    wanted = _same(path)
    return [layer for layer in project.mapLayers().values()
            if isinstance(layer, QgsVectorLayer) and not layer.customProperty(PASSING_PROPERTY)
            and _same(layer.source().split("|", 1)[0]) == wanted]


def find(project, path, table):
    """The project's layer of one table, or None."""
    for layer in layers_of(project, path):
        if layer.source().split("|layername=", 1)[-1].split("|", 1)[0] == table:
            return layer
    return None


def unsaved_layers(path, project=None):
    """Layers of the file that are being edited: a verb must not run before they are saved (ENVIRONMENT §7)."""
    if project is None:
        from qgis.core import QgsProject

        project = QgsProject.instance()
    return [layer for layer in layers_of(project, path) if layer.isEditable()]


def _same(path):
    return os.path.normcase(os.path.realpath(str(path)))


def _county(path):
    with WorkFile.open(path, readonly=True) as store:
        return store.setting("county_name") or Path(path).stem
