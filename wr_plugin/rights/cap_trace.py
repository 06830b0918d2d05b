"""What the caps did to one part, worked out again from the stored nodes without the other parts. Stdlib only.

The nodes' demands and each leaf's last extra step are stored (``cap_result``, ``cap_class``); what every node is
granted follows from the caps by the same ``cap_tree`` that the county's computation uses.
"""

from ..model import codes
from ..model import policy as policies
from . import cap_tree, limits


class Results:
    """The stored nodes: rows of ``cap_result`` in fid order, and of ``cap_class``."""

    def __init__(self, rows, class_rows=()):
        self.rows = {row["fid"]: dict(row) for row in rows}
        self._adopt_rows_without_parent()
        self.below = {(row["parent_fid"], row["cap_level"], row["cap_code"], row["source"]): row
                      for row in self.rows.values()}
        self.classes = {}
        for row in class_rows:
            self.classes.setdefault(row["cap_fid"], {})[row["class_number"]] = row
        self._granted = {}

    def again(self):
        """The same stored nodes, for a county with other caps."""
        return Results(self.rows.values(), [row for rows in self.classes.values() for row in rows.values()])

    def _adopt_rows_without_parent(self):
        """Results of an earlier version know county and districts, and not that these stand below that."""
        county = {row["source"]: row["fid"] for row in self.rows.values() if row["cap_level"] == "county"}
        for row in self.rows.values():
            if row["parent_fid"] is None and row["cap_level"] != "county":
                row["parent_fid"] = county.get(row["source"])

    def way(self, path, source):
        """The stored rows from the county down to the leaf of parts with this path; empty where none is stored."""
        rows, above = [], None
        for level, code in path:
            row = self.below.get((above, level, code, source))
            if row is None:
                break
            rows.append(row)
            above = row["fid"]
        rest = next((row for key, row in self.below.items() if key[0] == above and key[2] == cap_tree.REST and rows), None)
        if rest is not None and len(rows) == len(path):
            rows.append(rest)
        return rows

    def granted(self, county, source):
        """{fid: steps granted per class} of one source, from the caps and the stored demands of the leaves."""
        if source not in self._granted:
            self._granted[source] = self._work_out(county, source)
        return self._granted[source]

    def _work_out(self, county, source):
        rows = [row for row in self.rows.values() if row["source"] == source]
        number, step = {row["fid"]: v for v, row in enumerate(rows)}, county.policy.step_m3_100
        parents = [number.get(row["parent_fid"], -1) for row in rows]
        inner, kinds = set(parents), max([1, *(max(self.classes[row["fid"]]) for row in rows if row["fid"] in self.classes)])
        caps, demands = [], [[0] * len(rows) for _ in range(kinds)]
        above = []
        for v, row in enumerate(rows):
            above.append(above[parents[v]] + (rows[parents[v]]["cap_code"],) if parents[v] >= 0 else ())
            rest = row["cap_code"] == cap_tree.REST and parents[v] >= 0
            caps.append(None if rest else limits.find_cap(county.cap, row["cap_level"], row["cap_code"], source, above[v])[0])
            if v in inner:
                continue
            for k in range(kinds):
                demands[k][v] = self.demand_of(row, k) // step
        for v, cap in cap_tree.permit_shares(caps, [row["demand_m3_100"] for row in rows], step).items():
            caps[v] = cap
        usable = [None if cap is None or county.policy.cap_mode(row["cap_level"]) == "report" else cap.usable_m3_100 // step
                  for cap, row in zip(caps, rows)]
        found = cap_tree.served(cap_tree.Shape(parents, usable), demands)
        return {row["fid"]: [granted[v] for _, granted in found] for v, row in enumerate(rows)}

    def demand_of(self, row, k):
        """What a class wants at a node, in 0.01 m³; the only class of a result without classes is 0."""
        if row["fid"] in self.classes:
            return (self.classes[row["fid"]].get(k + 1) or {"demand_m3_100": 0})["demand_m3_100"]
        return row["demand_m3_100"] if row["mode"] != "priority" and k == 0 else 0


def path(county, parcel, source, outlet=""):
    """The codes from the county down to where a parcel's part of this source hangs (``cap_tree.path_of``). ``outlet``: that
    of the part where the parcel is split between outlets."""
    site = parcel.site
    outlet = (outlet or site["outlet_code"]) if source == "surface" else None
    place = {"district": site["district_code"], "outlet": outlet, "village": parcel.row["village_code"],
             "canals": county.canals.get(outlet, ()), "well": site["well_code"] if source == "ground" else None}
    return cap_tree.path_of(county.policy.get("cap.tree"), county.county_code, place)


def on_the_way(county, parcel, source, outlet=""):
    """[(level, code, cap or None, what is missing)] that a part of this source passes, from the county down."""
    nodes = path(county, parcel, source, outlet)
    return [(*one, *limits.find_cap(county.cap, *one, source, tuple(code for _, code in nodes[:n])))
            for n, one in enumerate(nodes)]


def missing(county, parcel, source, outlet=""):
    """The caps that would cut a part and that it lacks: (level, code, what is missing), the nearest first."""
    return [(level, code, what) for level, code, _, what in reversed(on_the_way(county, parcel, source, outlet))
            if what and county.policy.cap_mode(level) != "report"]


def class_of(county, parcel, trace, part):
    """The number of the class in which a part is served, 0 first; 0 where the policy has no classes."""
    if county.policy.get("cap.mode") != "priority":
        return 0
    by = county.policy.get("cap.priority_by")
    kind = parcel.kinds.get(part.code)
    word = {"crop": trace.crop, "method": trace.method}.get(by) if by != "holder_kind" else codes.CBFLX.get(kind, kind)
    listed = policies.priority_classes(county.policy.get("cap.priority"))
    return next((k for k, one in enumerate(listed) if word in one), len(listed))


def volume(county, parcel, trace, part):
    """A part's volume under the caps, in 0.01 m³: its leaf's total in proportion to its demand.

    Which parts got one more step is known from the last one that did (``last_remainder``, ``last_key``).
    """
    way = county.cap_results.way(path(county, parcel, part.source, part.outlet), part.source)
    if not way:
        return part.demand
    leaf, k, step = way[-1], class_of(county, parcel, trace, part), county.policy.step_m3_100
    end = county.cap_results.classes.get(leaf["fid"], {}).get(k + 1, leaf)
    granted = county.cap_results.granted(county, part.source)[leaf["fid"]]
    total = granted[k] if k < len(granted) else 0
    whole = county.cap_results.demand_of(leaf, k) // step
    if not whole:
        return 0
    steps, remainder = divmod(part.demand // step * total, whole)
    if end["last_key"]:
        last, before = int(end["last_remainder"]), not_after(parcel, part, end["last_key"])
        steps += remainder > last or (remainder == last and before)
    return steps * step


def not_after(parcel, part, last_key):
    """Whether a part comes no later than the one that a stored key names: DKBM|CBFBM, and |outlet of a split parcel."""
    last = (*last_key.split("|", 2), "")[:3]
    return (parcel.row["DKBM"], part.code, part.outlet) <= last


def share(county, parcel, trace, part):
    """(demand, granted) in 0.01 m³ of the part's class at its leaf, as stored; None before the first run."""
    way = county.cap_results.way(path(county, parcel, part.source, part.outlet), part.source)
    if not way:
        return None
    k = class_of(county, parcel, trace, part)
    row = county.cap_results.classes.get(way[-1]["fid"], {}).get(k + 1, way[-1])
    return row["demand_m3_100"], row["volume_m3_100"]
