"""What all villages of a county share: names of zones, water layers, the policy's words, demo values."""

import numpy as np
import shapely

from ..model import codes
from ..model.policy import LEGAL_AREAS
from ..store import frames, reading


class County:
    """What all villages share: names, water layers, the policy's words, whether demo values are in force."""

    def __init__(self, store):
        self.store = store
        self.policy = store.policy()
        self.demo = in_demo(store, self.policy)
        self.code = store.setting("county_code", "") or ""
        self.name = store.setting("county_name", "") or self.policy.get("county")
        self.legal_area = LEGAL_AREAS[self.policy.get("area.legal")]
        self.document = self.policy.get("document")
        self.zones = _zone_names(store)
        self.districts = dict(_pairs(store, "SELECT district_code, district_name FROM irrigation_district"))
        self.outlets = dict(_pairs(store, "SELECT outlet_code, outlet_name FROM outlet"))
        self.wells = dict(_pairs(store, "SELECT well_code, well_name FROM well"))
        self._canals = frames.read_geometry(store, "canal")[1]
        self._canal_bounds = shapely.bounds(self._canals).reshape(-1, 4)
        self._points = {}
        for layer, column in (("well", "well_code"), ("outlet", "outlet_code")):
            shapes = frames.read_geometry(store, layer)[1]
            names = self.wells if layer == "well" else self.outlets
            listed = frames.read(store, layer, [column])[column].tolist()
            self._points[layer] = (np.array([names.get(c) or c or "" for c in listed], dtype=object), shapes)

    def village_names(self):
        """{village code: name} of the villages that have parcels, in code order."""
        found = {}
        for row in reading.rows(self.store, "SELECT village_code, max(village_name) AS name FROM parcel"
                                            " WHERE village_code <> '' GROUP BY village_code ORDER BY village_code"):
            found[row["village_code"]] = row["name"] or self.short_name(row["village_code"])
        return found

    def place(self, code, levels=(codes.COUNTY, codes.TOWN, codes.VILLAGE, codes.GROUP)):
        """``示例县红旗镇东风村一组`` from a code; names that already carry their parents' are not doubled."""
        out = ""
        for length in levels:
            name = self.zones.get(code[:length], "") if len(code) >= length else ""
            if length == codes.COUNTY and not name:
                name = self.name
            out = name if out and name.startswith(out) else out + name
        return out

    def short_name(self, code):
        """The zone's own name without its parents'."""
        name = self.zones.get(code, "")
        parent = {codes.TOWN: codes.COUNTY, codes.VILLAGE: codes.TOWN, codes.GROUP: codes.VILLAGE}.get(len(code))
        above = self.zones.get(code[:parent], "") if parent else ""
        return (name[len(above):] if above and name.startswith(above) and name != above else name) or code

    def node_name(self, level, code):
        """The name of a node of the tree of caps (``codes.CAP_LEVEL``), its code where the layers tell none."""
        if not code:
            return "未归入的"
        if level == "canal":
            row = reading.one(self.store, "SELECT canal_name FROM canal WHERE canal_code = ? AND canal_name <> '' ORDER BY fid LIMIT 1",
                              (code,))
            return row["canal_name"] if row else code
        if level == "village":
            row = reading.one(self.store, "SELECT max(village_name) AS name FROM parcel WHERE village_code = ?", (code,))
            return row["name"] or self.short_name(code)
        known = {"county": {code: self.name}, "district": self.districts, "outlet": self.outlets, "well": self.wells}
        return known.get(level, {}).get(code) or self.short_name(code)

    def water(self, source, outlet_code, well_code):
        """Names of the outlet and well from which a source is drawn."""
        outlet = (self.outlets.get(outlet_code) or outlet_code) if outlet_code and source in ("surface", "mixed") else ""
        well = (self.wells.get(well_code) or well_code) if well_code and source in ("ground", "mixed") else ""
        return "、".join(t for t in (outlet, well) if t)

    def water_layers(self, box):
        """(canals, wells, outlets) that meet a box, as ``parcel_map.prepare`` takes them."""
        b = self._canal_bounds
        canals = self._canals[(b[:, 2] >= box[0]) & (b[:, 0] <= box[2]) & (b[:, 3] >= box[1]) & (b[:, 1] <= box[3])]
        points = []
        for layer in ("well", "outlet"):
            names, shapes = self._points[layer]
            x, y = shapely.get_x(shapes), shapely.get_y(shapes)
            inside = (x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3])
            points.append((names[inside].tolist(), shapes[inside]))
        return canals, points[0], points[1]


def in_demo(store, policy):
    """Whether demo values are in force: the policy's, a quota's that was used, or a cap's (DESIGN §4.3)."""
    if policy.demo:
        return True
    used = reading.one(store, "SELECT 1 FROM quota WHERE demo = 1 AND fid IN (SELECT quota_fid FROM right_part) LIMIT 1")
    return used is not None or reading.one(store, "SELECT 1 FROM cap WHERE demo = 1 LIMIT 1") is not None


def _pairs(store, sql):
    return [(r[0], r[1]) for r in reading.rows(store, sql)]


def _zone_names(store):
    """Names by zone code: the delivered list of zones, else the area layers."""
    names = {}
    for layer, code, name in (("XJXZQ", "XZQDM", "XZQMC"), ("XJQY", "XJQYDM", "XJQYMC"), ("CJQY", "CJQYDM", "CJQYMC"),
                              ("ZJQY", "ZJQYDM", "ZJQYMC"), ("zone", "zone_code", "zone_name")):
        frame = frames.read(store, layer, [code, name])
        names.update({c: n for c, n in zip(frame[code], frame[name]) if c and n})
    return names
