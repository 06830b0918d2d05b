"""Which polygon of a layer each parcel lies in, and how much of a parcel a layer covers."""

import numpy as np
import shapely

from .chunks import silent, summed
from .crossings import SAME_M2, crossings, settled
from .overlaps import mutual
from .polygons import Polygons


def locate(parcels, polygons, group=None, report=silent):
    """The polygon that each parcel lies in, by largest overlap; ties go to the smaller number.

    ``parcels``, ``polygons``: ``Polygons`` of n and m. ``group``: (m,) numbers from 0, for layers in which several
    polygons are one thing (two parts of a district): their overlaps count together; by default each is its own.
    Returns ((n,) int64 group number, −1 where the parcel overlaps none; (n,) area of that overlap in m²).
    """
    return largest(len(parcels), *overlaps(parcels, polygons, group, report))


def overlaps(parcels, polygons, group=None, report=silent):
    """Every overlap of a parcel with a group of polygons, as in ``locate``: (parcel, group number, area in m²), ordered by
    parcel, then number."""
    parcel, number, area = crossings(parcels, polygons, report)
    if group is not None:
        group = np.asarray(group, dtype=np.int64)
        width = int(group.max()) + 1 if len(group) else 1
        pairs, area = summed(parcel * width + group[number], area)
        parcel, number = np.divmod(pairs, width)
        area = settled(area, parcels.area[parcel])
    return parcel, number, area


def covered(parcels, polygons, report=silent):
    """The area of each parcel that a layer covers; where its polygons overlap each other it counts once.

    Returns ((n,) area in m², (n,) int64 row number of the polygon with the largest overlap, −1 where none).
    """
    parcel, polygon, area = crossings(parcels, polygons, report)
    main, _ = largest(len(parcels), parcel, polygon, area)
    apart = _without_overlaps(polygons)
    if apart is not polygons:
        parcel, _, area = crossings(parcels, apart, report)
    total = np.bincount(parcel, weights=area, minlength=len(parcels))
    return settled(total, parcels.area), main


def largest(count, parcel, number, area):
    """Of pairs ordered by parcel, then number: the number with the largest area of each parcel, the smaller on a tie."""
    found, best = np.full(count, -1, dtype=np.int64), np.zeros(count)
    several = np.bincount(parcel, minlength=count)[parcel] > 1
    found[parcel], best[parcel] = number, area
    parcel, number, area = parcel[several], number[several], area[several]
    order = np.lexsort((number, -np.round(area, 3), parcel))
    parcel, number, area = parcel[order], number[order], area[order]
    first = np.diff(parcel, prepend=-1) > 0
    found[parcel[first]], best[parcel[first]] = number[first], area[first]
    return found, best


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
