"""Rules between the parcels and the registry of second-round contract land (二轮延包地名录)."""

import numpy as np

from .material import village_of
from .reporting import about_parcels, about_rows


def outside_registry(material):
    """OUTSIDE_REGISTRY: contract land in scope whose code the registry does not list."""
    if not material.policy.get("scope.require_registry"):
        rows = np.empty(0, dtype=np.int64)
    else:
        rows = np.flatnonzero(material.in_scope & (material.registry_row < 0))
    return about_parcels(material, rows, "二轮延包地名录中没有这个地块")


def registry_unmatched(material):
    """REGISTRY_UNMATCHED: one finding for each code of the registry that no parcel has."""
    registry = material.registry
    rows = registry[material.code_of(registry["DKBM"]) < 0]
    rows = rows[(rows["DKBM"] == "") | ~rows["DKBM"].duplicated()]
    subject = [code or f"（无编码，第 {row} 行）" for code, row in zip(rows["DKBM"], rows["source_row"])]
    village = [village_of(parcel, holder) for parcel, holder in zip(rows["DKBM"], rows["CBFBM"])]
    return about_rows(rows, subject, "名录中有这个地块，图上没有", village)


def holder_key(registry):
    """What tells households apart in the registry: the code, or the name where there is none."""
    return registry["CBFBM"].where(registry["CBFBM"] != "", registry["holder_name"])


def registry_duplicate(material):
    """REGISTRY_DUPLICATE: one parcel and household on several rows. Codes that two parcels share are another matter."""
    registry = material.registry
    number = material.code_of(registry["DKBM"])
    key = registry["DKBM"] + "|" + holder_key(registry)
    count = key.map(key.value_counts())
    first = (registry["DKBM"] != "") & (count > 1) & ~key.duplicated()
    parcel = np.append(material.first_parcel, -1)[number]
    first &= ~np.append(material.duplicated, False)[parcel]
    rows, parcel = registry[first], parcel[first]
    uuid = [material.parcels["uuid"].iat[p] if p >= 0 else None for p in parcel]
    village = [village_of(code, holder) for code, holder in zip(rows["DKBM"], rows["CBFBM"])]
    messages = [f"同一地块同一户在名录中出现 {n} 次" for n in count[first]]
    return about_rows(rows, rows["DKBM"].to_numpy(), messages, village, value=count[first].astype(str).to_numpy(),
                      parcel_uuid=uuid)
