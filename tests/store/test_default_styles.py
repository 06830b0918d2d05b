"""Every layer and table carries Chinese aliases and word lists inside the work file, for QGIS without the plugin."""

import xml.etree.ElementTree as ET

import pyproj

from wr_plugin.model import codes, schema
from wr_plugin.store.create import create_workfile
from wr_plugin.store.views import VIEWS


def test_each_table_and_view_has_a_default_style_in_chinese(tmp_path):
    with create_workfile(tmp_path / "县.gpkg", pyproj.CRS.from_epsg(4522)) as store:
        styles = {r["f_table_name"]: ET.fromstring(r["styleQML"]) for r in store.connection.execute(
            "SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault = 1")}
    assert set(styles) == set(schema.tables()) | set(VIEWS)
    for name, table in schema.tables().items():
        aliases = {a.get("field"): a.get("name") for a in styles[name].iter("alias")}
        assert set(aliases) == set(table.columns) and all(aliases.values()), name
    words = {o.get("name"): o.get("value") for f in styles["parcel_map"].iter("field") if f.get("name") == "state"
             for o in f.iter("Option") if o.get("value")}
    assert words == {text: code for code, text in codes.PARCEL_STATE.items()}
    assert styles["parcel_map"].find("renderer-v2") is not None
