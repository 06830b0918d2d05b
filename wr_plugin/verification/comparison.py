"""The stored result against the second reckoning: every figure that differs, with both values."""

from typing import NamedTuple

PARCEL = ("state", "reason", "holder_names", "legal_mu_100", "deducted_mu_100", "area_mu_100", "source", "crop", "method",
          "demand_m3_100", "volume_m3_100")
PART = ("legal_mu_100", "deducted_mu_100", "area_mu_100", "quota_fid", "quota_m3_mu_100", "eta_e8", "district_code",
        "outlet_code", "well_code", "demand_m3_100", "volume_m3_100")
UNIT = ("unit_kind", "unit_code", "source", "members", "parcels", "area_mu_100", "quota_m3_mu_100", "weight_e4", "demand_m3_100",
        "volume_m3_100", "last_remainder", "last_key")
HOLDER = ("CBFBM", "holder_name", "village_code", "source", "parcels", "area_mu_100", "demand_m3_100", "volume_m3_100")
NODE = ("demand_m3_100", "cap_m3_100", "reserve_m3_100", "limit_m3_100", "volume_m3_100", "mode", "last_remainder", "last_key")
CLASS = ("demand_m3_100", "volume_m3_100", "last_remainder", "last_key")
ROW = "row"
TABLES = (
    ("parcel_right", "again_parcel", "r.parcel_fid = a.parcel_fid", "r.parcel_fid", "a.parcel_fid", PARCEL,
     "(SELECT DKBM FROM parcel WHERE fid = {key}.parcel_fid)"),
    ("right_part", "again_part", "r.parcel_fid = a.parcel_fid AND r.CBFBM = a.CBFBM AND r.source = a.source"
     " AND (r.outlet_code IS a.outlet_code OR a.key = a.DKBM || '|' || a.CBFBM)", "r.part_id", "a.id", PART,
     "(SELECT DKBM FROM parcel WHERE fid = {key}.parcel_fid) || ' ' || {key}.CBFBM || ' ' || {key}.source"),
    ("holder_right", "again_holder", "r.right_id = a.right_id", "r.right_id", "a.right_id", HOLDER, "{key}.right_id"),
)
UNITS = ("unit_right", "again_unit", "r.unit_id = a.unit_id", "r.unit_id", "a.unit_id", UNIT, "{key}.unit_id")
USERS = ("user_right", "again_user", "r.user_id = a.user_id", "r.user_id", "a.user_id",
         ("state", "reason", "quota_m3_100", "permit_m3_100", "volume_m3_100"), "{key}.user_id")
EARLIER = "SELECT NOT EXISTS (SELECT 1 FROM unit_right) AND NOT EXISTS (SELECT 1 FROM right_part WHERE unit_id IS NOT NULL)"
TWICE = """
SELECT (SELECT DKBM FROM parcel WHERE fid = parcel_fid) || ' ' || CBFBM || ' ' || source AS subject, count(*) AS n
FROM right_part GROUP BY parcel_fid, CBFBM, source, outlet_code HAVING count(*) > 1
"""


class Difference(NamedTuple):
    """One figure: ``field`` is ``ROW`` where the stored row is too many (``again`` None) or missing (``stored`` None)."""

    table: str
    subject: str
    field: str
    stored: object
    again: object


def differences(connection, reckoning, report=lambda done: None):
    """Yields every ``Difference``, table by table."""
    for number, table in enumerate(_tables(connection)):
        yield from _of_table(connection, *table)
        report((number + 1) / (len(TABLES) + 3))
    for row in connection.execute(TWICE):
        yield Difference("right_part", row["subject"], ROW, f"{row['n']} 行", "1 行")
    yield from _of_nodes(connection, reckoning)
    report(1.0)


def _tables(connection):
    """What to compare; a result of an earlier version has no units, and its parts do not name theirs."""
    if connection.execute(EARLIER).fetchone()[0]:
        return (*TABLES, USERS) if connection.execute("SELECT EXISTS (SELECT 1 FROM user_right)").fetchone()[0] else TABLES
    parcels, parts, holders = TABLES
    return parcels, (*parts[:5], (*PART, "unit_id"), parts[6]), holders, UNITS, USERS


def _of_table(connection, stored, again, on, stored_key, again_key, fields, subject):
    """Rows that differ in a field, that only the stored table has, and that only the second reckoning has."""
    differing = " OR ".join(f"r.{name} IS NOT a.{name}" for name in fields)
    listed = ", ".join(f"r.{name} AS stored_{name}, a.{name} AS again_{name}" for name in fields)
    # nosec: the texts above are constants of this module
    both = (f"SELECT {subject.format(key='r')} AS subject, {listed} FROM {again} a JOIN {stored} r ON {on}"
            f" WHERE {differing} ORDER BY {again_key}")  # nosec B608
    for row in connection.execute(both):
        for name in fields:
            if row[f"stored_{name}"] != row[f"again_{name}"]:
                yield Difference(stored, row["subject"], name, row[f"stored_{name}"], row[f"again_{name}"])
    extra = (f"SELECT {subject.format(key='r')} AS subject, {stored_key} AS key FROM {stored} r"
             f" WHERE NOT EXISTS (SELECT 1 FROM {again} a WHERE {on}) ORDER BY {stored_key}")  # nosec B608
    for row in connection.execute(extra):
        yield Difference(stored, row["subject"] or str(row["key"]), ROW, "有这一行", None)
    lacking = (f"SELECT {subject.format(key='a')} AS subject FROM {again} a"
               f" WHERE NOT EXISTS (SELECT 1 FROM {stored} r WHERE {on}) ORDER BY {again_key}")  # nosec B608
    for row in connection.execute(lacking):
        yield Difference(stored, row["subject"], ROW, None, "应有这一行")


def _of_nodes(connection, reckoning):
    """Nodes by their path and source, and the classes of each."""
    rows = {row["fid"]: row for row in connection.execute("SELECT * FROM cap_result ORDER BY fid")}
    county = {row["source"]: fid for fid, row in rows.items() if row["cap_level"] == "county"}
    stored = {}
    for row in rows.values():
        path, at, seen = [], row, set()
        while at is not None and at["fid"] not in seen:
            seen.add(at["fid"])
            path.insert(0, (at["cap_level"], at["cap_code"]))
            above = at["parent_fid"] or (county.get(at["source"]) if at["cap_level"] != "county" else None)
            at = rows.get(above)
        stored[row["source"], tuple(path)] = row
    classes = {}
    for row in connection.execute("SELECT * FROM cap_class ORDER BY cap_fid, class_number"):
        classes[row["cap_fid"], row["class_number"] - 1] = row
    met = set()
    for source, forest in reckoning.forests.items():
        for path in forest.told():
            subject = f"{source} {' › '.join(code or '（未归入的）' for _, code in path)}"
            row = stored.pop((source, path), None)
            if row is None:
                yield Difference("cap_result", subject, ROW, None, "应有这一行")
                continue
            yield from _of_row("cap_result", subject, NODE, row, _node(reckoning, forest, source, path, row))
            yield from _of_classes(reckoning, forest, source, path, subject, row["fid"], classes, met)
    for source, path in stored:
        yield Difference("cap_result", f"{source} {' › '.join(code or '' for _, code in path)}", ROW, "有这一行", None)
    for key in sorted(set(classes) - met):
        yield Difference("cap_class", f"{key[0]} 第 {key[1] + 1} 类", ROW, "有这一行", None)


def _of_row(table, subject, fields, row, again):
    for name in fields:
        if row[name] != again[name]:
            yield Difference(table, subject, name, row[name], again[name])


def _node(reckoning, forest, source, path, row):
    """A node as it should be stored. A result of an earlier version has no limit and no reserve: nothing to hold."""
    step, cap = reckoning.step, forest.cap[path]
    known = isinstance(cap, tuple)
    last, key = reckoning.ends.get((source, path, 0), (None, None)) if reckoning.mode == "proportional" else (None, None)
    earlier = row["limit_m3_100"] is None
    return {"demand_m3_100": sum(forest.demand[path]) * step, "volume_m3_100": sum(forest.granted[path]) * step,
            "cap_m3_100": cap[0] if known else None,
            "reserve_m3_100": None if earlier and row["reserve_m3_100"] is None else cap[1] if known else None,
            "limit_m3_100": None if earlier else forest.limit[path] * step,
            "mode": "report" if path[-1][0] in reckoning.reported else reckoning.mode,
            "last_remainder": last, "last_key": key}


def _of_classes(reckoning, forest, source, path, subject, fid, classes, met):
    if reckoning.mode != "priority":
        return
    for k in range(forest.kinds):
        if not forest.demand[path][k]:
            continue
        met.add((fid, k))
        name, row = f"{subject} 第 {k + 1} 类", classes.get((fid, k))
        if row is None:
            yield Difference("cap_class", name, ROW, None, "应有这一行")
            continue
        last, key = reckoning.ends.get((source, path, k), (None, None))
        yield from _of_row("cap_class", name, CLASS, row, {
            "demand_m3_100": forest.demand[path][k] * reckoning.step, "volume_m3_100": forest.granted[path][k] * reckoning.step,
            "last_remainder": last, "last_key": key})
