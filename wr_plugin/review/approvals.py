"""Approvals by township, county and city: checked, recorded, never overwritten."""

import uuid

from ..model import codes
from ..model.errors import BadInput
from ..store import reading
from .publicity import NAMESPACE

ZONE_LENGTHS = (codes.COUNTY, codes.TOWN, codes.VILLAGE)


def checked_zone(store, zone):
    """The zone's code, the whole county where none is given.

    Raises BadInput where it is not a code of 6, 9 or 12 digits, or where no parcel lies in it.
    """
    county = store.setting("county_code", "") or ""
    zone = (zone or county).strip()
    if not zone.isdigit() or len(zone) not in ZONE_LENGTHS:
        raise BadInput(f"“{zone}”不是县（6 位）、乡镇（9 位）或村（12 位）代码", "“进度”（status）列出各村代码，前 9 位是乡镇代码")
    held = reading.one(store, "SELECT 1 FROM parcel WHERE village_code >= ? AND village_code < ? LIMIT 1",
                       (zone, zone + ":"))
    if held is None:
        raise BadInput(f"“{zone}”范围内没有地块", "核对代码；“进度”（status）列出各村代码")
    return zone


def latest(store, level, zone, confirm_run):
    """The latest decision of a level on exactly this zone, or None."""
    return reading.one(store, "SELECT * FROM approval WHERE level = ? AND zone_code = ? AND confirm_run = ?"
                              " ORDER BY fid DESC LIMIT 1", (level, zone, confirm_run))


def returned_within(store, level, zone, confirm_run):
    """[(zone, note)] of the narrower zones that the level has returned and not passed since: they stay returned."""
    return [(row["zone_code"], row["note"] or "") for row in reading.rows(store, """
        SELECT zone_code, note, decision FROM approval a WHERE level = ? AND confirm_run = ? AND length(zone_code) > ?
        AND substr(zone_code, 1, ?) = ? AND fid = (SELECT max(fid) FROM approval b WHERE b.level = a.level
        AND b.zone_code = a.zone_code AND b.confirm_run = a.confirm_run) ORDER BY zone_code""",
        (level, confirm_run, len(zone), len(zone), zone)) if row["decision"] == "return"]


def record(store, level, zone, decision, who, on, note, confirm_run, run_id):
    """Adds an approval; returns its journal entry. Within ``transaction``."""
    before = latest(store, level, zone, confirm_run)
    identity = str(uuid.uuid5(NAMESPACE, f"approval|{level}|{zone}|{run_id}"))
    store.connection.execute(
        "INSERT INTO approval (uuid, level, zone_code, decision, who, decided_on, note, confirm_run)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (identity, level, zone, decision, who, on, note, confirm_run))
    kept = {"decision": decision, "who": who, "decided_on": on, "note": note, "confirm_run": confirm_run}
    earlier = {k: before[k] for k in kept} if before else None
    return ("approval", f"{level}|{zone}", earlier, kept, f"登记{codes.LEVEL[level]}")
