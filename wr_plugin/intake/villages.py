"""Which village a parcel lies in: by its code where the code follows the standard, else by the village areas."""

import numpy as np

from ..model import codes
from ..spatial.locate import locate
from ..spatial.polygons import Polygons


def village_codes(parcel_codes, geometry, areas, area_codes, by_code):
    """Village codes (object, "" where unknown).

    ``by_code``: take the first 12 digits of a well-formed DKBM. The rest go to the village area that covers most of
    the parcel; ``areas`` (shapely array) and ``area_codes`` may be empty.
    """
    out = np.full(len(parcel_codes), "", dtype=object)
    if by_code:
        out[:] = [c[:codes.VILLAGE] if codes.is_parcel_code(c) else "" for c in parcel_codes]
    left = np.flatnonzero(out == "")
    if len(left) and len(areas):
        found, _ = locate(Polygons(geometry[left]), Polygons(areas))
        held = found >= 0
        out[left[held]] = np.asarray(area_codes, dtype=object)[found[held]]
    return out
