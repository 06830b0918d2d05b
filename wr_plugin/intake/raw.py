"""What a reader hands on: columns as they stand in one file, before anyone has decided what they mean."""

from dataclasses import dataclass, field
from typing import Any, List, Optional, Tuple

import numpy as np


@dataclass
class RawTable:
    """One layer, sheet or table of one file.

    ``headers``: for each column its header from the outermost merged cell inwards, e.g. ``("地块", "编码")``; a plain
    column has one part. ``columns``: for each header a list or array of values (text, numbers, dates, None).
    ``rows``: the row numbers a clerk sees (Excel's row, or the record's number from 1). ``geometry``: shapely array or
    None. ``crs``: WKT as delivered, "" where there is none. ``notes``: what the reader decided or skipped.
    ``feature_ids``: the features' own numbers (FID), which a mapping may use where a layer has no key. ``fields``: once
    matched, (field, its columns, how it was found). ``merged``: a sheet's cells that are merged downwards, (column from
    0, first row, last row); None where the reader did not tell.
    """

    path: Any
    name: str
    sheet: str
    headers: List[Tuple[str, ...]]
    columns: List[Any]
    rows: np.ndarray
    geometry: Optional[np.ndarray] = None
    crs: str = ""
    notes: List[str] = field(default_factory=list)
    feature_ids: Optional[np.ndarray] = None
    fields: List[Tuple[str, str, str]] = field(default_factory=list)
    merged: Optional[List[Tuple[int, int, int]]] = None

    def __len__(self):
        return len(self.rows)

    @property
    def where(self):
        """``文件 › 工作表`` for messages."""
        return f"{self.name} › {self.sheet}" if self.sheet else self.name

    def titles(self):
        """Headers as one text each, as people name them: ``地块编码``."""
        return ["".join(parts) for parts in self.headers]
