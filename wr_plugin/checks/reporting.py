"""Findings as rows: the frame that every rule returns.

Columns: subject, message, value, village_code, parcel_uuid, source_file, source_row as in the table ``finding``, and
``parcel`` and ``other``: positions of the parcels concerned (−1 for none), from which the defects are drawn.
"""

import numpy as np
import pandas as pd

COLUMNS = ("subject", "message", "value", "village_code", "parcel_uuid", "source_file", "source_row", "parcel", "other")


def parcel_names(material, rows):
    """What findings call parcels: the code, or the position in the file where the code is empty."""
    chosen = material.parcels.iloc[rows]
    return [code or unnamed(fid) for code, fid in zip(chosen["DKBM"], chosen["fid"])]


def unnamed(fid):
    """What findings call a parcel without a code."""
    return f"（无编码，序号 {fid}）"


def about_parcels(material, rows, messages, value=None, subject=None, other=None):
    """Findings about the parcels at positions ``rows``; ``messages``: a list, or one text for all."""
    rows = np.asarray(rows, dtype=np.int64)
    chosen = material.parcels.iloc[rows]
    return pd.DataFrame({
        "subject": parcel_names(material, rows) if subject is None else subject,
        "message": messages,
        "value": None if value is None else value,
        "village_code": chosen["village_code"].to_numpy(),
        "parcel_uuid": chosen["uuid"].to_numpy(),
        "source_file": chosen["source_file"].to_numpy(),
        "source_row": chosen["source_row"].to_numpy(),
        "parcel": rows,
        "other": -1 if other is None else other,
    }, columns=COLUMNS, index=range(len(rows)))


def about_rows(frame, subject, messages, village_code="", value=None, parcel=-1, parcel_uuid=None):
    """Findings about rows of another table, which carry their own source file and row."""
    return pd.DataFrame({
        "subject": subject,
        "message": messages,
        "value": value,
        "village_code": village_code,
        "parcel_uuid": parcel_uuid,
        "source_file": frame["source_file"].to_numpy() if "source_file" in frame else None,
        "source_row": frame["source_row"].to_numpy() if "source_row" in frame else None,
        "parcel": parcel,
        "other": -1,
    }, columns=COLUMNS, index=range(len(frame)))
