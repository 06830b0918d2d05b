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


COMPARED = ("CBFBM", "holder_name", "village_code", "source", "parcels", "area_mu_100", "demand_m3_100",
            "volume_m3_100")


def changes(before, after):
    """Rights that are new, gone or different: list of (right_id, before, after), dicts or None, ordered by right_id.

    ``before``, ``after``: frames ``holder_right``; ``run_id`` is not compared.
    """
    old, new = ({row[0]: row[1:] for row in frame[["right_id", *COMPARED]].astype(object).itertuples(
        index=False, name=None)} for frame in (before, after))
    touched = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    return [(key, _named(old.get(key)), _named(new.get(key))) for key in touched]


def _named(values):
    return None if values is None else dict(zip(COMPARED, values))
