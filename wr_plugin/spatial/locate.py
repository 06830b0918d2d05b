"""Which polygon of a layer each parcel lies in, and how much of a parcel a layer covers.

Contains first: the layer's polygons, prepared, find the parcels wholly inside them; only the few parcels that straddle
a border are intersected, and with tiles of few vertices.
"""

import numpy as np
import shapely

from .chunks import in_slices, silent
from .overlaps import mutual
from .pair_area import pair_areas
from .polygons import Polygons
from .tiles import tiles

SAME_M2 = 0.001
"""Areas closer than this (m²) count as equal: differences of rounding decide nothing."""
QUERIES = 64


def locate(parcels, polygons, group=None, report=silent):
    """The polygon that each parcel lies in, by largest overlap; ties go to the smaller number.

    ``parcels``, ``polygons``: ``Polygons`` of n and m. ``group``: (m,) numbers from 0, for layers in which several
    polygons are one thing (two parts of a district): their overlaps count together; by default each is its own.
    Returns ((n,) int64 group number, −1 where the parcel overlaps none; (n,) area of that overlap in m²).
    """
    group = np.arange(len(polygons)) if group is None else np.asarray(group, dtype=np.int64)
    parcel, polygon, area = crossings(parcels, polygons, report)
    return _largest(parcels, parcel, group[polygon], area)


def covered(parcels, polygons, report=silent):
    """The area of each parcel that a layer covers; where its polygons overlap each other it counts once.

    Returns ((n,) area in m², (n,) int64 row number of the polygon with the largest overlap, −1 where none).
    """
    parcel, polygon, area = crossings(parcels, polygons, report)
    main, _ = _largest(parcels, parcel, polygon, area)
    apart = _without_overlaps(polygons)
    if apart is not polygons:
        parcel, _, area = crossings(parcels, apart, report)
    total = np.bincount(parcel, weights=area, minlength=len(parcels))
    return _settled(total, parcels.area), main


def crossings(parcels, polygons, report=silent):
    """Pairs that overlap in more than a line: (k,) parcel, (k,) polygon, (k,) area in m².

    A parcel wholly inside polygons gives one pair only, with the first of them.
    """
    inside = _inside(parcels, polygons, report)
    whole = np.flatnonzero(inside >= 0)
    pieces, owner = tiles(polygons)
    piece, parcel = _query(parcels.tree, pieces.geometry, None, report)
    straddling = inside[parcel] < 0
    piece, parcel = piece[straddling], parcel[straddling]
    # a bounding box that overlaps in a point or line encloses no area
    a, b = parcels.bounds[parcel], pieces.bounds[piece]
    wide = (np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2]) > 0).all(axis=1)
    piece, parcel = piece[wide], parcel[wide]
    area = pair_areas(parcels, parcel, pieces, piece, report)
    pairs, of_pair = np.unique(parcel * max(len(polygons), 1) + owner[piece], return_inverse=True)
    area = np.bincount(of_pair, weights=area, minlength=len(pairs))
    kept = area > SAME_M2 / 2
    straddlers, crossed = np.divmod(pairs[kept], max(len(polygons), 1))
    return (
        np.concatenate((whole, straddlers)),
        np.concatenate((inside[whole], crossed)),
        np.concatenate((parcels.area[whole], area[kept])),
    )


def _inside(parcels, polygons, report):
    """(n,) the first polygon that wholly contains each parcel, −1 where none does."""
    polygon, parcel = _query(parcels.tree, polygons.geometry, "contains_properly", report)
    found = np.full(len(parcels), -1, dtype=np.int64)
    order = np.argsort(-polygon, kind="stable")
    found[parcel[order]] = polygon[order]
    return found


def _query(tree, geometry, predicate, report):
    """``STRtree.query`` in slices: (k,) row of ``geometry``, (k,) row of the tree."""
    slices = in_slices(lambda some: tree.query(some, predicate=predicate), geometry, size=QUERIES, report=report)
    left = [pairs[0] + start for start, pairs in slices]
    right = [pairs[1] for _, pairs in slices]
    none = np.empty(0, dtype=np.int64)
    return np.concatenate([none, *left]), np.concatenate([none, *right])


def _largest(parcels, parcel, number, area):
    """Sums the areas by (parcel, number) and takes the largest of each parcel, the smaller number on a tie."""
    found, best = np.full(len(parcels), -1, dtype=np.int64), np.zeros(len(parcels))
    if not len(parcel):
        return found, best
    width = int(number.max()) + 1
    pairs, of_pair = np.unique(parcel * width + number, return_inverse=True)
    parcel, number = np.divmod(pairs, width)
    area = _settled(np.bincount(of_pair, weights=area), parcels.area[parcel])
    order = np.lexsort((number, -np.round(area, 3), parcel))
    parcel, number, area = parcel[order], number[order], area[order]
    first = np.diff(parcel, prepend=-1) > 0
    found[parcel[first]], best[parcel[first]] = number[first], area[first]
    return found, best


def _settled(area, whole):
    """Areas that are the whole parcel but for rounding, or more by doubly counted overlaps, as the whole."""
    return np.where(area > whole - SAME_M2, whole, area)


def _without_overlaps(polygons):
    """The same ground with overlapping polygons dissolved into one; the column itself where none overlap."""
    i, j, _ = mutual(polygons, SAME_M2)
    if not len(i):
        return polygons
    cluster = np.arange(len(polygons))
    while True:
        lowest = np.minimum(cluster[i], cluster[j])
        before = cluster.copy()
        np.minimum.at(cluster, i, lowest)
        np.minimum.at(cluster, j, lowest)
        if (cluster == before).all():
            break
    merged = [shapely.union_all(polygons.geometry[cluster == c]) for c in np.unique(cluster[np.concatenate((i, j))])]
    alone = polygons.geometry[np.bincount(cluster, minlength=len(cluster))[cluster] == 1]
    geometry = np.empty(len(alone) + len(merged), dtype=object)
    geometry[:] = [*alone, *merged]
    return Polygons(geometry)
