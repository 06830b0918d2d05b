"""One village read from the work file: its rows in whole tables, its land ready to be drawn."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from ..model import codes
from ..store import frames, reading
from .parcel_map import Land, prepare

NEIGHBOUR_M = 300.0
BATCH = 900
PARCEL_COLUMNS = ("fid", "DKBM", "DKMC", "DKLB", "DKDZ", "DKNZ", "DKXZ", "DKBZ", "village_code")
RIGHT_COLUMNS = ("parcel_fid", "state", "reason", "holder_names", "deducted_mu_100", "source")
SITE_COLUMNS = ("parcel_fid", "registry_fid", "outlet_code", "well_code", "unapproved_kind", "source")
PART_COLUMNS = ("part_id", "parcel_fid", "CBFBM", "source", "area_mu_100", "demand_m3_100", "volume_m3_100",
                "district_code", "outlet_code", "well_code", "unit_id")
IN_WINDOW = "fid IN (SELECT id FROM rtree_parcel_geom WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?)"
NAMES_SQL = "SELECT p.fid, p.DKBM, r.holder_names FROM parcel p LEFT JOIN parcel_right r ON r.parcel_fid = p.fid"
PARCEL_IN_VILLAGE = "parcel_fid IN (SELECT fid FROM parcel WHERE village_code = ?)"
PART_OF_VILLAGE = ("CBFBM IN (SELECT CBFBM FROM holder_right WHERE village_code = ?)"
                   " OR parcel_fid IN (SELECT fid FROM parcel WHERE village_code = ?)")


@dataclass
class Village:
    """One village's frames. ``parcels``: those of the village first, then others that its holders have; ``position``:
    row of a parcel's fid; ``land``: the same parcels in the same order, then neighbours; ``own``: how many are the
    village's."""

    code: str
    name: str
    parcels: pd.DataFrame
    own: int
    position: dict
    land: Land
    parts: pd.DataFrame
    rights: pd.DataFrame


def read_village(county, code, name, book, holders=()):
    """Reads one village; ``holders`` limits the rights and parts, not the land, to some CBFBM."""
    store = county.store
    parcels = frames.read(store, "parcel", PARCEL_COLUMNS, "village_code = ?", (code,))
    own = len(parcels)
    rights = frames.read(store, "holder_right", None, "village_code = ? AND volume_m3_100 > 0", (code,))
    if holders:
        rights = rights[rights["CBFBM"].isin(list(holders))]
    parts = frames.read(store, "right_part", PART_COLUMNS, PART_OF_VILLAGE, (code, code))
    away = sorted(set(parts["parcel_fid"].tolist()) - set(parcels["fid"].tolist()))
    if away:
        parcels = pd.concat([parcels, _in_batches(
            away, lambda where, fids: frames.read(store, "parcel", PARCEL_COLUMNS, where, fids))], ignore_index=True)
    fids = parcels["fid"].to_numpy(dtype=np.int64)
    return Village(code, name, parcels, own, dict(zip(fids.tolist(), range(len(fids)))),
                   _land(county, fids, own, code, book), parts, rights)


def _in_batches(fids, read):
    """Frames or pairs read for many row numbers, joined; ``read(where, params)``."""
    found = []
    for start in range(0, len(fids), BATCH):
        part = fids[start:start + BATCH]
        found.append(read(f"fid IN ({', '.join('?' * len(part))})", part))
    return pd.concat(found, ignore_index=True)


def _land(county, fids, own, code, book):
    """The village's land with what lies within 300 m of it; None where no parcel has a shape."""
    store = county.store
    held, shapes = frames.read_geometry(store, "parcel", "village_code = ?", (code,))
    known = dict(zip(held.tolist(), shapes.tolist()))
    windows = [_window(shapes)]
    for fid in fids[own:].tolist():
        _, shape = frames.read_geometry(store, "parcel", "fid = ?", (fid,))
        known[fid] = shape[0]
        windows.append(_window(shape))
    around = {}
    for window in (w for w in windows if w is not None):
        others, other_shapes = frames.read_geometry(
            store, "parcel", f"{IN_WINDOW} AND village_code IS NOT ?",
            (window[0], window[2], window[1], window[3], code))
        around.update(zip(others.tolist(), other_shapes.tolist()))
    listed = fids.tolist() + sorted(set(around) - set(fids.tolist()))
    shapes = np.empty(len(listed), dtype=object)
    shapes[:] = [known.get(f, around.get(f)) for f in listed]
    box = shapely.total_bounds(shapes[~shapely.is_missing(shapes)])
    if not len(shapes) or np.isnan(box).any():
        return None
    labels = _labels(store, code, listed, [w for w in windows if w is not None], book)
    return prepare(listed, shapes, labels, *county.water_layers(box), own=own)


def _window(shapes):
    """The box of most of the shapes with a margin, so that one misplaced parcel does not stretch it."""
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    bounds = bounds[~np.isnan(bounds[:, 0])]
    if not len(bounds):
        return None
    low = np.percentile(bounds[:, :2], 0.5, axis=0) - NEIGHBOUR_M
    high = np.percentile(bounds[:, 2:], 99.5, axis=0) + NEIGHBOUR_M
    return (*low.tolist(), *high.tolist())


def _labels(store, code, listed, windows, book):
    """Names on neighbouring parcels: the holder, else the last five digits of the code; what cannot be printed is
    left out, because a map label must not stop a certificate."""
    names = {}
    found = reading.rows(store, f"{NAMES_SQL} WHERE p.village_code = ?", (code,))
    for window in windows:
        found += reading.rows(store, f"{NAMES_SQL} WHERE p.{IN_WINDOW}", (window[0], window[2], window[1], window[3]))
    for row in found:
        if row["fid"] in names:
            continue
        holders = (row["holder_names"] or "").split("、")
        text = holders[0] + ("等" if len(holders) > 1 else "") if holders[0] else (row["DKBM"] or "")[-5:]
        names[row["fid"]] = "" if book.missing(text) else text
    return [names.get(fid, "") for fid in listed]


def read_rows(county, code):
    """(parcel_right, parcel_site, CBDKXX, CBF) of a village's parcels, as frames."""
    store = county.store
    states = frames.read(store, "parcel_right", RIGHT_COLUMNS, PARCEL_IN_VILLAGE, (code,))
    sites = frames.read(store, "parcel_site", SITE_COLUMNS, PARCEL_IN_VILLAGE, (code,))
    links = frames.read(store, "CBDKXX", ("fid", "DKBM", "CBFBM", "HTMJ", "HTMJM"),
                        "DKBM IN (SELECT DKBM FROM parcel WHERE village_code = ?)", (code,))
    names = frames.read(store, "CBF", ("CBFBM", "CBFMC"), "CBFBM IN (SELECT CBFBM FROM CBDKXX WHERE DKBM IN"
                        " (SELECT DKBM FROM parcel WHERE village_code = ?))", (code,))
    return states, sites, links, names


def masked_source(county, holder_codes):
    """{CBFBM: ID number} of the holders who must be told apart; masked by the caller before it goes anywhere."""
    found = {}
    listed = sorted(holder_codes)
    for start in range(0, len(listed), BATCH):
        part = listed[start:start + BATCH]
        marks = ", ".join("?" * len(part))
        sql = f"SELECT CBFBM, CBFZJHM FROM CBF WHERE CBFBM IN ({marks}) ORDER BY fid"  # nosec B608
        for row in reading.rows(county.store, sql, part):
            found.setdefault(row["CBFBM"], row["CBFZJHM"] or "")
    return found


def holder_kinds(county, code):
    """{CBFBM: 农户, 个人 or 单位} of a village's holders."""
    rows = reading.rows(county.store, "SELECT CBFBM, CBFLX FROM CBF WHERE CBFBM IN"
                                      " (SELECT CBFBM FROM holder_right WHERE village_code = ?)", (code,))
    return {r["CBFBM"]: codes.CBFLX.get(r["CBFLX"], "") for r in rows}
