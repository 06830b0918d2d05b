"""Rights per holder × source: sums over the parts, never computed again from areas."""

import numpy as np
import pandas as pd

from ..model import codes
from . import caps, columns

SUFFIX = {"surface": "S", "ground": "G"}


def right_id(holder_code, source):
    """``right_id`` of a holder's right from one source: CBFBM + ``S`` or ``G``."""
    return holder_code + SUFFIX[source]


def totals(holder, source, parcel_fid, areas, demand, volume, holder_codes, holder_names, villages):
    """The frame ``holder_right`` without ``run_id``, ordered by CBFBM, surface before ground.

    ``holder``: number into ``holder_codes`` (sorted) per part; ``source``: number into ``caps.SOURCES``; ``areas``,
    ``demand``, ``volume``: int64 per part; ``villages``: village code per part, used where the holder's own code is not
    a proper one.
    """
    kinds = len(caps.SOURCES)
    key, group = np.unique(holder * kinds + source, return_inverse=True)
    group = group.reshape(-1)
    count = len(key)
    owner, kind = key // kinds, key % kinds
    code = np.asarray(holder_codes, dtype=object)[owner]
    first = np.full(count, len(group), dtype=np.int64)
    np.minimum.at(first, group, np.arange(len(group)))
    village = np.asarray(villages, dtype=object)[first] if count else np.empty(0, dtype=object)
    sources = np.array(caps.SOURCES, dtype=object)[kind]
    pairs = pd.DataFrame({"group": group, "parcel": parcel_fid}).drop_duplicates()
    return pd.DataFrame({
        "right_id": [right_id(c, s) for c, s in zip(code, sources)],
        "CBFBM": code,
        "holder_name": np.asarray(holder_names, dtype=object)[owner],
        "village_code": [codes.part_of(c, codes.VILLAGE) if codes.is_holder_code(c) else v
                         for c, v in zip(code, village)],
        "source": sources,
        "parcels": np.bincount(pairs["group"].to_numpy(), minlength=count),
        "area_mu_100": columns.sums(areas, group, count),
        "demand_m3_100": columns.sums(demand, group, count),
        "volume_m3_100": columns.sums(volume, group, count),
    })
