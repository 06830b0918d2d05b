"""What a what-if's levers do to the water users without contract land: permit holders, public networks, forest land.

Few settings bear upon them; where none of these is moved they have what they have today.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import List

import pandas as pd

from ..model import codes
from . import users

SECTIONS = ("permit.", "network.", "forest.", "ground.", "volume.")


@dataclass
class Others:
    """``volumes``: frame kind, source, users_before, users_after, before, after (0.01 m³). ``touched``: whether a lever
    bears upon them. ``ceilings``: what exceeds the totals that the level above has set, in words."""

    volumes: pd.DataFrame
    touched: bool
    ceilings: List[str] = field(default_factory=list)


def of(tables, policy, changed, today, totals):
    """``Others``. ``tables``: ``users.Tables``; ``policy``, ``changed``: today's and the lever's; ``totals``: of the
    parcels (``what_if.Answer``)."""
    touched = any(path.startswith(SECTIONS) and value != policy.get(path) for path, value in changed.values.items())
    before = users.determine(tables, policy, today)
    after = users.determine(tables, changed, today) if touched else before
    sums = [_sums(made) for made in (before, after)]
    rows = [(*key, *(one[0].get(key, 0) for one in sums), *(one[1].get(key, 0) for one in sums))
            for key in sorted({*sums[0][0], *sums[1][0]}, key=lambda key: (list(codes.USER_KIND).index(key[0]), key[1]))]
    county = totals[totals["level"] == "county"].set_index("source")["volume_m3_100_after"].to_dict()
    return Others(pd.DataFrame(rows, columns=["kind", "source", "users_before", "users_after", "before", "after"]), touched,
                  [found["message"] for found in users.ceilings(changed, county, after)])


def _sums(made):
    """(users with a right, their volume) by kind and source."""
    having, volume = Counter(), Counter()
    for one in made:
        if one.state in ("right", "cut"):
            having[one.kind, one.row["source"]] += 1
            volume[one.kind, one.row["source"]] += one.volume_m3_100
    return having, volume
