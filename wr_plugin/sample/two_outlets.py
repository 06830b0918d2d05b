"""Land that two outlets claim: parcels that lie across two service areas, and service areas that overlap."""

import numpy as np
import shapely

from . import names, water

ACROSS_SHARE = 0.38
"""What of a parcel across two outlets lies under the second."""
HALVINGS, FARTHEST_M = 18, 400.0
OVERLAP_M, PAIRS_PER_OVERLAP = 0.3, 40


def plant(county):
    """Gives the second outlet part of some parcels, and lets some outlets' areas reach over their sibling's. Comes after
    all else, so that the other defects stay where they are."""
    outlets = county.outlets
    sibling = np.full(len(outlets.cell), -1)
    upper = np.flatnonzero(outlets.upper)
    sibling[upper], sibling[upper - 1] = upper - 1, upper
    own = outlets.of_parcel
    across = county.take("across_outlets", (own >= 0) & (sibling[own] >= 0) & ~county.stopped)
    pieces = _pieces(county, across, sibling)
    _overlap(county, upper[::PAIRS_PER_OVERLAP])
    for parcel, piece in zip(across.tolist(), pieces):
        here, there = own[parcel], sibling[own[parcel]]
        outlets.area[here] = shapely.difference(outlets.area[here], piece)
        outlets.area[there] = shapely.union(outlets.area[there], piece)
    county.note("ACROSS_OUTLETS", across, "跨两个斗口的控制范围，约六成在较大的一边")


def _pieces(county, across, sibling):
    """Of each parcel the part nearest to the other outlet's area, about ``ACROSS_SHARE`` of it."""
    shapes, other = county.land.shapes[across], county.outlets.area[sibling[county.outlets.of_parcel[across]]]
    near, far = np.zeros(len(across)), np.full(len(across), FARTHEST_M)
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        enough = shapely.area(shapely.intersection(shapes, shapely.buffer(other, middle))) > ACROSS_SHARE * shapely.area(shapes)
        near, far = np.where(enough, near, middle), np.where(enough, middle, far)
    return shapely.intersection(shapes, shapely.buffer(other, far))


def _overlap(county, chosen):
    """These upper areas reach a little over the lower ones, on the ground between the fields."""
    outlets = county.outlets
    for number in chosen.tolist():
        strip = shapely.intersection(shapely.buffer(outlets.area[number], OVERLAP_M), outlets.area[number - 1])
        outlets.area[number] = shapely.union(outlets.area[number], strip)
    _, lateral = water.canals_of(county.land, outlets, county.names.district_code)
    codes = names.outlet_codes(outlets, lateral)
    county.truth.add("SERVICE_AREA_OVERLAP", ["|".join(sorted((codes[n - 1], codes[n]))) for n in chosen.tolist()],
                     "两个斗口的控制范围重叠约三分米宽的一条")
