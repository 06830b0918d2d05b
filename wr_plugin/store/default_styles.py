"""Default styles inside the work file: QGIS shows Chinese aliases, word lists and colours without the plugin.

QGIS reads them from the table ``layer_styles``, which it makes itself when a user saves a style in the file.
"""

import xml.etree.ElementTree as ET  # nosec B405: parses only the style files that come with the product
from functools import lru_cache

from .. import places
from ..model import schema
from .views import ALIASES, CODES, VIEWS

DDL = """CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
    f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
    styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"""
STYLE_NAME = "水权确权"
CATEGORIES = "Symbology|Labeling|Fields|Forms|LayerConfiguration"


def write_default_styles(connection):
    """Makes ``layer_styles`` and fills it for every table and view."""
    connection.execute(DDL)
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
        " VALUES ('layer_styles', 'attributes', 'layer_styles', '默认样式', '2000-01-01T00:00:00.000Z')")
    _insert(connection, _styles(connection))


def refresh(connection):
    """Brings our own styles up to date, default or not as they are, and adds those of new tables and views."""
    styles = _styles(connection)
    known = {row[0] for row in connection.execute("SELECT f_table_name FROM layer_styles")}
    connection.executemany("UPDATE layer_styles SET styleQML = ? WHERE f_table_name = ? AND styleName = ?",
                           [(text, name, STYLE_NAME) for name, _, text in styles if name in known])
    _insert(connection, [style for style in styles if style[0] not in known])


def _styles(connection):
    """(name, geometry column, QML) of every table and view."""
    described = {name: (t.geometry, [(f.name, labelled(f), f.codes) for f in t.fields])
                 for name, t in schema.tables().items()}
    for name, (_, geometry, _) in VIEWS.items():
        columns = [c[1] for c in connection.execute(f"PRAGMA table_info({schema.checked_identifier(name)})")]
        described[name] = geometry, [(c, ALIASES.get(c, ""), CODES.get(c)) for c in columns]
    return [(name, "geom" if geometry else "", _qml_once(name, tuple((c, alias, words and tuple(words.items()))
                                                                     for c, alias, words in fields)))
            for name, (geometry, fields) in described.items()]


@lru_cache(maxsize=None)
def _qml_once(name, fields):
    return qml(name, [(column, alias, words and dict(words)) for column, alias, words in fields])


def _insert(connection, styles):
    connection.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML,"
        " styleSLD, useAsDefault, description, owner, update_time)"
        " VALUES ('', '', ?, ?, ?, ?, '', 1, '', '', '2000-01-01T00:00:00.000Z')",
        [(name, column, STYLE_NAME, text) for name, column, text in styles])


def labelled(field):
    """A field's alias with its unit, as people see it."""
    return f"{field.alias}（{field.unit}）" if field.unit and field.unit not in field.alias else field.alias


def qml(name, fields):
    """The QML of one table; ``fields``: (column, alias, word list or None). Symbols and labels come from its style file."""
    file = places.style_file(name)
    root = ET.parse(file).getroot() if file.is_file() else ET.Element("qgis", version="3.22.0")  # nosec B314: own file
    root.set("styleCategories", CATEGORIES)
    for tag in ("fieldConfiguration", "aliases"):
        for old in root.findall(tag):
            root.remove(old)
    configuration, aliases = ET.SubElement(root, "fieldConfiguration"), ET.SubElement(root, "aliases")
    for index, (column, alias, words) in enumerate(fields):
        ET.SubElement(aliases, "alias", field=column, index=str(index), name=alias)
        if words:
            configuration.append(_word_list(column, words))
    return ET.tostring(root, encoding="unicode")


def _word_list(column, words):
    """The value-map widget of one column."""
    field = ET.Element("field", name=column, configurationFlags="None")
    config = ET.SubElement(ET.SubElement(field, "editWidget", type="ValueMap"), "config")
    entries = ET.SubElement(ET.SubElement(config, "Option", type="Map"), "Option", type="List", name="map")
    for code, text in words.items():
        ET.SubElement(ET.SubElement(entries, "Option", type="Map"), "Option", type="QString", name=text, value=code)
    return field
