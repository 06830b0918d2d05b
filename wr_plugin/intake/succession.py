"""What passes from the old parcels to the new: lasting ids, lineage, and where field work belongs now."""

import numpy as np
import pandas as pd

from .identity import lasting_ids
from .parcel_matching import ADDED, MERGED, REDRAWN, SAME, SPLIT

HEIRS = (SPLIT, MERGED, REDRAWN)
LINEAGE = ("subject", "relation", "old_key", "old_uuid", "new_key", "new_uuid", "share")


def inherited_ids(given, new_codes, old_ids, predecessor):
    """The id of every new parcel: its predecessor's; else the one ``given`` by its code, unless an old parcel has it.

    ``given``, ``new_codes``: (new,) lists; ``old_ids``: (old,) list; ``predecessor``: (new,) rows of old, −1 for none.
    """
    ids = [old_ids[row] if row >= 0 else None for row in predecessor.tolist()]
    taken, number = set(old_ids), 1
    offered = list(given)
    while True:
        open_rows = [row for row, held in enumerate(ids) if held is None]
        if not open_rows:
            return ids
        for row in open_rows:
            if offered[row] not in taken:
                ids[row] = offered[row]
                taken.add(offered[row])
        number += 1
        offered = lasting_ids(f"parcel/{number}", new_codes)


def lineage(difference, old_ids, new_ids):
    """Frame of ``LINEAGE``: one row per parcel and holder that did not simply go on, and per heir of it."""
    parcels = difference.parcels[~difference.parcels["relation"].isin((SAME, ADDED))]
    holders = difference.holders[~difference.holders["relation"].isin((SAME, ADDED))]
    rows = [
        pd.DataFrame({"subject": "parcel", "relation": parcels["relation"], "old_key": parcels["old_code"],
                      "old_uuid": _ids(old_ids, parcels["old"]), "new_key": parcels["new_code"],
                      "new_uuid": _ids(new_ids, parcels["new"]), "share": parcels["share"]}),
        pd.DataFrame({"subject": "holder", "relation": holders["relation"], "old_key": holders["old_code"],
                      "old_uuid": None, "new_key": holders["new_code"], "new_uuid": None, "share": holders["share"]})]
    found = pd.concat([r for r in rows if len(r)] or rows[:1], ignore_index=True)
    found["new_key"] = found["new_key"].where(found["new_key"] != "", None)
    return found.reindex(columns=list(LINEAGE)).sort_values(
        ["subject", "relation", "old_key", "new_key"], kind="stable", ignore_index=True)


def _ids(ids, rows):
    return np.array([ids[row] if row >= 0 else None for row in rows.tolist()], dtype=object)


def heirs(difference, old_ids, new_ids):
    """{id of an old parcel that does not go on: (id, code, relation) of the new parcel with most of its ground}."""
    parcels = difference.parcels[difference.parcels["relation"].isin(HEIRS)]
    parcels = parcels.sort_values(["old", "share", "new"], ascending=[True, False, True]).drop_duplicates("old")
    going_on = set(difference.predecessor.tolist())
    return {old_ids[old]: (new_ids[new], code, relation) for old, new, code, relation in
            zip(parcels["old"].tolist(), parcels["new"].tolist(), parcels["new_code"].tolist(),
                parcels["relation"].tolist()) if old not in going_on}
