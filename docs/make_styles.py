"""Draws the layer styles: ``/usr/bin/python3 docs/make_styles.py`` writes ``resources/styles/*.qml`` and ``forms/*.qml``.

The styles are plain QML, so that a county can change them in QGIS and so that they serve without the plugin. The
state colours were chosen to stay apart for colour-blind eyes and in a black-and-white print: states that mean "no"
carry hatching, and parcels outside the registry a thick red outline.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_HASH_SEED"] = "0"  # the order of XML attributes, so that an unchanged style is an unchanged file
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from qgis.core import (
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsField,
    QgsFillSymbol,
    QgsLinePatternFillSymbolLayer,
    QgsLineSymbol,
    QgsMapLayer,
    QgsMarkerSymbol,
    QgsPalLayerSettings,
    QgsProject,
    QgsReadWriteContext,
    QgsRendererCategory,
    QgsRuleBasedRenderer,
    QgsSingleSymbolRenderer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtCore import QVariant
from qgis.PyQt.QtGui import QColor, QFont
from qgis.PyQt.QtXml import QDomDocument

from wr_plugin.desktop import forms
from wr_plugin.desktop.layers import prepare
from wr_plugin.model import codes, schema

STYLES = ROOT / "resources" / "styles"
FORMS = {"parcel": "parcel_audit", "audit": "audit", "evidence": "evidence", "finding": "finding"}
LABEL_FROM_SCALE = 6000
VILLAGE_FROM_SCALE = 120_000
FAMILIES = ["Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Zen Hei", "SimHei"]

# state: (fill, hatch colour or "", hatch angle, outline colour, outline width in mm)
STATES = {
    "right": ("#8fd19e", "", 0, "#3f7f52", 0.12),
    "reduced": ("#d9ef8b", "#5b8c2a", 45, "#5b8c2a", 0.15),
    "outside_registry": ("#ff8a80", "#c1121f", 135, "#c1121f", 0.7),
    "unapproved": ("#fdba74", "#9a3412", 45, "#9a3412", 0.3),
    "no_source": ("#bfdbfe", "#1d4ed8", 90, "#1d4ed8", 0.2),
    "no_quota": ("#ddd6fe", "#6d28d9", 0, "#6d28d9", 0.2),
    "withheld": ("#cbd5e1", "#334155", 0, "#334155", 0.2),
    "no_holder": ("#fbcfe8", "#be185d", 90, "#be185d", 0.2),
    "defect": ("#d4d4d8", "#27272a", 135, "#27272a", 0.3),
    "forest": ("#5f8f6a", "", 0, "#2f5d3a", 0.12),
    "not_contract": ("#e7e5e4", "", 0, "#a8a29e", 0.12),
    "unchecked": ("#ffffff", "", 0, "#9ca3af", 0.12),
}


def fill(colour, outline, width, hatch="", angle=45, distance=1.8, style="solid"):
    symbol = QgsFillSymbol.createSimple({
        "color": colour, "outline_color": outline, "outline_width": str(width), "style": style})
    if hatch:
        lines = QgsLinePatternFillSymbolLayer()
        lines.setLineAngle(angle)
        lines.setDistance(distance)
        lines.setSubSymbol(QgsLineSymbol.createSimple({"line_color": hatch, "line_width": "0.2"}))
        symbol.appendSymbolLayer(lines)
    return symbol


def outline(colour, width, style="solid"):
    return QgsFillSymbol.createSimple({
        "style": "no", "outline_color": colour, "outline_width": str(width), "outline_style": style})


def categories(field, symbols, words):
    """A renderer with one class per code, in the order of ``symbols``."""
    return QgsCategorizedSymbolRenderer(field, [
        QgsRendererCategory(code, symbol, words[code]) for code, symbol in symbols.items()])


def parcel_map():
    symbols = {
        state: fill(colour, edge, width, hatch, angle)
        for state, (colour, hatch, angle, edge, width) in STATES.items()
    }
    return categories("state", symbols, codes.PARCEL_STATE)


def canals():
    looks = {"trunk": 1.4, "branch": 0.9, "lateral": 0.5, "field": 0.3}
    symbols = {
        level: QgsLineSymbol.createSimple({"line_color": "#0369a1", "line_width": str(width)})
        for level, width in looks.items()
    }
    return categories("canal_level", symbols, codes.CANAL_LEVEL)


def wells():
    root = QgsRuleBasedRenderer.Rule(None)
    root.setRuleKey("well")
    looks = (
        ("正常，有取水许可", "\"well_state\" = 'normal' AND trim(coalesce(\"permit_number\", '')) <> ''",
         {"name": "circle", "color": "#2563eb", "outline_color": "#ffffff", "size": "2.6"}),
        ("正常，无取水许可", "\"well_state\" = 'normal' AND trim(coalesce(\"permit_number\", '')) = ''",
         {"name": "circle", "color": "#f97316", "outline_color": "#7c2d12", "size": "2.6"}),
        ("关停", "\"well_state\" = 'closed'", {"name": "cross2", "color": "#6b7280", "outline_color": "#374151", "size": "2.4"}),
    )
    for label, expression, look in looks:
        rule = QgsRuleBasedRenderer.Rule(QgsMarkerSymbol.createSimple(look), 0, 0, expression, label)
        rule.setRuleKey(f"well_{len(root.children()) + 1}")
        root.appendChild(rule)
    return QgsRuleBasedRenderer(root)


def single(symbol):
    return QgsSingleSymbolRenderer(symbol)


def text(size, colour, bold=False, halo="#ffffff", halo_mm=0.8):
    made = QgsTextFormat()
    font = QFont(FAMILIES[0])
    font.setBold(bold)
    made.setFont(font)
    made.setFamilies(FAMILIES[1:])
    made.setSize(size)
    made.setColor(QColor(colour))
    buffer = QgsTextBufferSettings()
    buffer.setEnabled(True)
    buffer.setSize(halo_mm)
    buffer.setColor(QColor(halo))
    made.setBuffer(buffer)
    return made


def labels(expression, look, smallest_scale, placement, largest_scale=1):
    """Labels shown between 1 : ``smallest_scale`` (zoomed out) and 1 : ``largest_scale`` (zoomed in)."""
    settings = QgsPalLayerSettings()
    settings.fieldName, settings.isExpression = expression, True
    settings.setFormat(look)
    settings.scaleVisibility = True
    settings.minimumScale, settings.maximumScale = smallest_scale, largest_scale
    settings.placement = placement
    settings.centroidInside = True
    return QgsVectorLayerSimpleLabeling(settings)


STATE_WORDS = "CASE " + " ".join(f"WHEN \"state\" = '{code}' THEN '{word}'" for code, word in codes.PARCEL_STATE.items()) + " END"
# in mm on the map: area over half the perimeter is about the width of a strip field
WIDTH_MM = "2000 * area($geometry) / perimeter($geometry) / @map_scale"
WIDE_ENOUGH_FOR_THREE_LINES, WIDE_ENOUGH_FOR_ONE = 9, 2.6
HOLDER_AREA_VOLUME = f"""
with_variable('width', {WIDTH_MM}, with_variable('break', if(@width >= {WIDE_ENOUGH_FOR_THREE_LINES}, '\\n', '  '),
CASE WHEN @width < {WIDE_ENOUGH_FOR_ONE} THEN NULL ELSE
concat("holder_names" || @break,
       format_number(coalesce(nullif("area_mu", 0), "legal_mu"), 2, 'zh') || ' 亩' || @break,
       CASE WHEN coalesce("volume_m3", 0) > 0 THEN format_number("volume_m3", 0, 'zh') || ' m³' ELSE {STATE_WORDS} END)
END))
""".strip()

OVER, FREE, AROUND = (QgsPalLayerSettings.OverPoint, QgsPalLayerSettings.Free, QgsPalLayerSettings.AroundPoint)
HORIZONTAL = QgsPalLayerSettings.Horizontal

LAYERS = {
    "parcel_map": ("MultiPolygon", parcel_map, lambda: labels(
        HOLDER_AREA_VOLUME, text(7.5, "#111827"), LABEL_FROM_SCALE, FREE)),
    "parcel": ("MultiPolygon", lambda: single(outline("#374151", 0.2)), None),
    "XJXZQ": ("MultiPolygon", lambda: single(outline("#7f1d1d", 0.9, "dash dot dot")), None),
    "XJQY": ("MultiPolygon", lambda: single(outline("#9f1239", 0.7, "dash dot")), lambda: labels(
        '"XJQYMC"', text(13, "#9f1239", True), 2_000_000, HORIZONTAL, VILLAGE_FROM_SCALE)),
    "CJQY": ("MultiPolygon", lambda: single(outline("#44403c", 0.5, "dash")), lambda: labels(
        '"CJQYMC"', text(11, "#292524", True, halo_mm=1.2), VILLAGE_FROM_SCALE, OVER, LABEL_FROM_SCALE)),
    "ZJQY": ("MultiPolygon", lambda: single(outline("#a8a29e", 0.3, "dot")), None),
    "irrigation_district": ("MultiPolygon", lambda: single(outline("#0f766e", 0.8, "dash dot")), lambda: labels(
        '"district_name"', text(13, "#0f766e", True), 400_000, HORIZONTAL, 4 * LABEL_FROM_SCALE)),
    "canal": ("MultiLineString", canals, lambda: labels(
        '"canal_name"', text(8, "#075985"), 15_000, QgsPalLayerSettings.Line)),
    "outlet": ("Point", lambda: single(QgsMarkerSymbol.createSimple({
        "name": "diamond", "color": "#0ea5e9", "outline_color": "#0c4a6e", "size": "2.4"})), lambda: labels(
        '"outlet_name"', text(7.5, "#0c4a6e"), 10_000, AROUND)),
    "service_area": ("MultiPolygon", lambda: single(outline("#38bdf8", 0.35, "dash")), None),
    "well": ("Point", wells, lambda: labels('"well_code"', text(7.5, "#1e3a8a"), 10_000, AROUND)),
    "unapproved_land": ("MultiPolygon", lambda: single(fill("0,0,0,0", "#c2410c", 0.4, "#c2410c", 45, 1.4)), None),
    "spring_zone": ("MultiPolygon", lambda: single(fill("0,0,0,0", "#0369a1", 0.6, "#7dd3fc", 45, 3.5)), None),
    "overdraft_zone": ("MultiPolygon", lambda: single(fill("0,0,0,0", "#7e22ce", 0.6, "#c084fc", 135, 3.5)), None),
    "forest_parcel": ("MultiPolygon", lambda: single(fill("#a7c4a0", "#2f5d3a", 0.2)), None),
}


def write(name, geometry, renderer, labelling):
    """One style as QML: symbols and labels only, so that it fits whatever fields the layer has."""
    layer = QgsVectorLayer(f"{geometry}?crs=EPSG:4522", name, "memory")
    layer.setRenderer(renderer())
    if labelling:
        layer.setLabeling(labelling())
        layer.setLabelsEnabled(True)
    document = QDomDocument()
    kinds = QgsMapLayer.StyleCategory.Symbology | QgsMapLayer.StyleCategory.Labeling
    problem = layer.exportNamedStyle(document, QgsReadWriteContext(), QgsMapLayer.StyleCategories(kinds))
    if problem:
        raise SystemExit(f"{name}: {problem}")
    (STYLES / f"{name}.qml").write_text(document.toString(1), encoding="utf-8")


QVARIANTS = {schema.TEXT: QVariant.String, schema.INTEGER: QVariant.LongLong, schema.REAL: QVariant.Double,
             schema.DATE: QVariant.Date, schema.DATETIME: QVariant.DateTime}


def empty_layer(table):
    """A layer with the fields of the schema and no rows."""
    layer = QgsVectorLayer(f"{table.geometry or 'NoGeometry'}?crs=EPSG:4522", table.title, "memory")
    layer.dataProvider().addAttributes([QgsField(f.name, QVARIANTS[f.type]) for f in table.fields])
    layer.updateFields()
    return layer


def write_forms():
    """The attribute forms as QML, for those who work without the plugin; the relations keep the plugin's names."""
    by_table = {name: empty_layer(schema.table(name)) for name in ("parcel", *(link.child for link in forms.LINKS))}
    QgsProject.instance().addMapLayers(list(by_table.values()))
    for name, layer in by_table.items():
        prepare(layer, name)
    forms.arrange_parcel(by_table["parcel"], forms.add_relations(QgsProject.instance(), by_table))
    kinds = QgsMapLayer.StyleCategory.Fields | QgsMapLayer.StyleCategory.Forms | QgsMapLayer.StyleCategory.AttributeTable
    for table, name in FORMS.items():
        document = QDomDocument()
        problem = by_table[table].exportNamedStyle(document, QgsReadWriteContext(), QgsMapLayer.StyleCategories(kinds))
        if problem:
            raise SystemExit(f"{name}: {problem}")
        (ROOT / "forms" / f"{name}.qml").write_text(document.toString(1), encoding="utf-8")


def main():
    application = QgsApplication([], False)
    application.initQgis()
    STYLES.mkdir(parents=True, exist_ok=True)
    for name, (geometry, renderer, labelling) in LAYERS.items():
        write(name, geometry, renderer, labelling)
    write_forms()
    print(f"{len(LAYERS)} 个样式写到 {STYLES}，{len(FORMS)} 个表单写到 {ROOT / 'forms'}")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
