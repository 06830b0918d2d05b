"""Geometry in bulk: flat, valid polygons and lines; what was wrong is said, and nothing is moved silently."""

import numpy as np
import shapely

from .chunks import joined

POLYGON, MULTIPOLYGON, COLLECTION = 3, 6, 7
LINE, RING, MULTILINE = 1, 2, 5
POINT, MULTIPOINT = 0, 4
REASONS = {
    "Self-intersection": "自相交", "Ring Self-intersection": "环自相交", "Hole lies outside shell": "洞在外环之外",
    "Holes are nested": "洞套洞", "Nested shells": "面套面", "Duplicate Rings": "环重复", "Interior is disconnected": "内部不连通",
    "Too few points in geometry component": "点数太少", "Invalid Coordinate": "坐标无效", "Ring not closed": "环不闭合",
}


def flat(geometry):
    """(2-D geometries, how many had Z or M). ``geometry``: shapely array with None."""
    lifted = shapely.has_z(geometry)
    if hasattr(shapely, "has_m"):
        lifted = lifted | shapely.has_m(geometry)
    return (shapely.force_2d(geometry) if lifted.any() else geometry), int(lifted.sum())


def repair(geometry):
    """Polygons made valid: (geometries, repaired mask, reasons).

    Invalid ones go through ``shapely.make_valid`` and keep only the polygon parts of the result; None where no polygon
    remains or the geometry is missing, empty or no polygon. ``reasons``: object array, Chinese, "" where untouched.
    """
    out = np.asarray(geometry, dtype=object).copy()
    reasons = np.full(len(out), "", dtype=object)
    kinds = shapely.get_type_id(out)
    hopeless = (kinds >= 0) & (~np.isin(kinds, (POLYGON, MULTIPOLYGON, COLLECTION)) | shapely.is_empty(out))
    reasons[hopeless] = "不是面"
    out[hopeless] = None
    valid = joined(shapely.is_valid, out, dtype=bool)
    broken = np.flatnonzero((shapely.get_type_id(out) >= 0) & (~valid | (kinds == COLLECTION)))
    repaired = np.zeros(len(out), dtype=bool)
    if len(broken):
        reasons[broken] = [_reason(text) for text in shapely.is_valid_reason(out[broken]).tolist()]
        out[broken] = polygon_parts(joined(shapely.make_valid, out[broken], size=256, dtype=object))
        repaired[broken] = [g is not None for g in out[broken]]
    return out, repaired, reasons


def boundary_moved(before, after):
    """(k,) how far, in m, the boundary moved at most: the Hausdorff distance of the outlines as delivered and as repaired.
    NaN where there is none to compare (a collection, or nothing left)."""
    kinds = np.isin(shapely.get_type_id(before), (POLYGON, MULTIPOLYGON)) & (shapely.get_type_id(after) >= 0)
    moved = np.full(len(before), np.nan)
    rows = np.flatnonzero(kinds)
    moved[rows] = shapely.hausdorff_distance(shapely.boundary(before[rows]), shapely.boundary(after[rows]))
    return moved


def _reason(text):
    kind, _, place = text.partition("[")
    said = "图形集合" if kind == "Valid Geometry" else REASONS.get(kind.strip(), kind.strip())
    return f"{said}（{place.rstrip(']')}）" if place else said


def polygon_parts(geometry):
    """The polygon parts of each geometry as one polygon or multipolygon; None where it has none with an area."""
    out = np.full(len(geometry), None, dtype=object)
    parts, owner = shapely.get_parts(geometry, return_index=True)
    while (shapely.get_type_id(parts) >= MULTIPOINT).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    kept = (shapely.get_type_id(parts) == POLYGON) & (shapely.area(parts) > 0)
    parts, owner = parts[kept], owner[kept]
    owners, first, count = np.unique(owner, return_index=True, return_counts=True)
    single = owners[count == 1]
    out[single] = parts[first[count == 1]]
    several = np.isin(owner, owners[count > 1])
    if several.any():
        ids, position = np.unique(owner[several], return_inverse=True)
        out[ids] = shapely.multipolygons(parts[several], indices=position)
    return out


def line_parts(geometry):
    """Lines and multilines as they are, rings as lines; None for anything else, for empty and for zero length."""
    out = np.asarray(geometry, dtype=object).copy()
    wrong = ~np.isin(shapely.get_type_id(out), (LINE, RING, MULTILINE)) | (shapely.length(out) == 0)
    out[wrong] = None
    return out


def single_points(geometry):
    """Points, and multipoints of one point as that point; None for anything else and for empty ones."""
    out = np.asarray(geometry, dtype=object).copy()
    kinds = shapely.get_type_id(out)
    one = np.flatnonzero((kinds == MULTIPOINT) & (shapely.get_num_geometries(out) == 1))
    if len(one):
        out[one] = shapely.get_geometry(out[one], 0)
    wrong = (shapely.get_type_id(out) != POINT) | shapely.is_empty(out)
    out[wrong] = None
    return out


def closed_lines_to_polygons(geometry):
    """(polygons, closed mask): each closed line (or multiline of one closed part) as the polygon it bounds.

    Nothing else is done: a line that does not end where it began gives None. A multiline of several closed parts gives
    the multipolygon of its parts.
    """
    out = np.full(len(geometry), None, dtype=object)
    parts, owner = shapely.get_parts(geometry, return_index=True)
    kinds = shapely.get_type_id(parts)
    good = np.isin(kinds, (LINE, RING)) & shapely.is_closed(parts) & (shapely.get_num_points(parts) >= 4)
    bad = np.unique(owner[~good])
    good &= ~np.isin(owner, bad)
    if good.any():
        ids, position = np.unique(owner[good], return_inverse=True)
        made = shapely.multipolygons(_polygons(parts[good]), indices=position)
        single = shapely.get_num_geometries(made) == 1
        made[single] = shapely.get_geometry(made[single], 0)
        out[ids] = made
    return out, np.array([g is not None for g in out], dtype=bool)


def _polygons(lines):
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    return shapely.polygons(shapely.linearrings(coordinates, indices=owner))
