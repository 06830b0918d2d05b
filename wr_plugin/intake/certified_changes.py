"""Which changes of a newer package concern the rights of given households: what is printed on a certificate or decides
its figures. Remarks, phone numbers, soil classes and the like do not."""

import pandas as pd

from ..model import schema
from .difference import HOLDER_KINDS, HOLDER_OF_PARCEL, LINK_FIELDS, PARCEL_KINDS, REGISTRY_FIELDS
from .parcel_matching import ADDED, SAME

PARCEL_FIELDS = ("DKMC", "DKLB", "TDYT", "SCMJ", "SCMJM", "DKDZ", "DKXZ", "DKNZ", "DKBZ", HOLDER_OF_PARCEL, *LINK_FIELDS,
                 *(f"registry.{name}" for name in REGISTRY_FIELDS))
HOLDER_FIELDS = ("CBFMC", "CBFZJLX", "CBFZJHM")
MOVED = "图形有变"


def of_holders(difference, holder_codes, old_links, new_links):
    """{holder code: sorted texts of what changes}, for those of ``holder_codes`` (a set) that a change concerns.

    ``old_links``, ``new_links``: CBDKXX frames; a parcel concerns everyone who holds it before or after.
    """
    parcels, fields = difference.parcels, difference.parcel_fields
    fields = fields[fields["field"].isin(PARCEL_FIELDS)]
    told = [_texts(parcels[parcels["relation"] != SAME], lambda r: PARCEL_KINDS[r.relation], "地块"),
            _texts(parcels[(parcels["relation"] == SAME) & parcels["moved"]], lambda r: MOVED, "地块"),
            _texts(fields, lambda r: field_title(r.field), "地块")]
    about = pd.concat(told, ignore_index=True)
    pairs = []
    for side, links in (("old_code", old_links), ("new_code", new_links)):
        mine = links.loc[links["CBFBM"].isin(holder_codes), ["CBFBM", "DKBM"]].drop_duplicates()
        pairs.append(mine.merge(about, left_on="DKBM", right_on=side)[["CBFBM", "text"]])
    holders, fields = difference.holders, difference.holder_fields
    for frame in (_texts(holders[~holders["relation"].isin((SAME, ADDED))], lambda r: HOLDER_KINDS[r.relation], "承包方"),
                  _texts(fields[fields["field"].isin(HOLDER_FIELDS)], lambda r: field_title(r.field, "CBF"), "承包方")):
        pairs.append(frame.rename(columns={"old_code": "CBFBM"})[["CBFBM", "text"]])
    every = pd.concat(pairs, ignore_index=True).drop_duplicates()
    every = every[every["CBFBM"].isin(holder_codes)].sort_values(["CBFBM", "text"])
    return {code: texts.tolist() for code, texts in every.groupby("CBFBM")["text"]}


def field_title(name, table="parcel"):
    """The Chinese name of a compared field, as the report shows it."""
    if name.startswith("registry."):
        return "名录" + schema.table("registry").by_name[name.partition(".")[2]].alias
    for each in (table, "CBDKXX"):
        if name in schema.table(each).by_name:
            return schema.table(each).by_name[name].alias
    return "家庭成员"


def _texts(frame, word, noun):
    """old_code, new_code, text of each row: ``地块 6207… 分割``."""
    text = [f"{noun} {r.old_code or r.new_code} {word(r)}" for r in frame.itertuples(index=False)]
    return pd.DataFrame({"old_code": frame["old_code"].to_numpy(), "new_code": frame["new_code"].to_numpy(),
                         "text": pd.Series(text, dtype=object)})
