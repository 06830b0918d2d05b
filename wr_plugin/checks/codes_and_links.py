"""Rules on codes, and on the links between parcels and households."""

import numpy as np

from ..model import codes
from .material import village_of
from .reporting import about_parcels, about_rows


def code_malformed(material):
    """CODE_MALFORMED: not 19 digits. A county with codes of its own only may not leave them empty."""
    code = material.parcels["DKBM"]
    if material.own_codes:
        rows = np.flatnonzero(code == "")
    else:
        rows = np.flatnonzero(~code.str.fullmatch(codes.DKBM_PATTERN.pattern).to_numpy(dtype=bool))
    return about_parcels(material, rows, [_what_is_wrong(value) for value in code.iloc[rows]])


def _what_is_wrong(code):
    if not code:
        return "地块编码为空"
    if not code.isdigit():
        return f"地块编码“{code}”含有数字以外的字符"
    return f"地块编码“{code}”为 {len(code)} 位，应为 {codes.DKBM_LENGTH} 位"


def code_duplicate(material):
    """CODE_DUPLICATE: one finding for each parcel that shares its code, so that each can be found on the map."""
    rows = np.flatnonzero(material.duplicated)
    shared = material.parcels["DKBM"].iloc[rows]
    count = shared.map(shared.value_counts())
    return about_parcels(material, rows, [f"这个编码有 {n} 个图斑" for n in count], value=count.astype(str).to_numpy())


def holder_link_missing(material):
    """HOLDER_LINK_MISSING: contract land in scope that no household holds."""
    rows = np.flatnonzero(material.in_scope & ~material.linked)
    return about_parcels(material, rows, "承包地块信息表中没有这个地块，不知道由谁承包")


def holder_unknown(material):
    """HOLDER_UNKNOWN: one finding for each household that is referred to and not in the table of households."""
    links = material.links
    unknown = (links["CBFBM"] != "").to_numpy() & ~links["CBFBM"].isin(material.frames["CBF"]["CBFBM"]).to_numpy()
    rows = links[unknown].assign(code=material.link_code[unknown])
    first = rows.drop_duplicates("CBFBM")
    count = first["CBFBM"].map(rows["CBFBM"].value_counts())
    parcel = np.append(material.first_parcel, -1)[first["code"].to_numpy(dtype=np.int64)]
    uuid = [material.parcels["uuid"].iat[p] if p >= 0 else None for p in parcel]
    village = [material.parcels["village_code"].iat[p] if p >= 0 else village_of("", holder)
               for p, holder in zip(parcel, first["CBFBM"])]
    messages = [f"承包地块信息表有 {n} 行引用这个承包方，承包方表中没有" for n in count]
    return about_rows(first, first["CBFBM"].to_numpy(), messages, village, value=count.astype(str).to_numpy(), parcel_uuid=uuid)


def parcels_of_unknown_holders(material):
    """(k,) positions of the parcels that an unknown household holds."""
    links = material.links
    unknown = (links["CBFBM"] != "").to_numpy() & ~links["CBFBM"].isin(material.frames["CBF"]["CBFBM"]).to_numpy()
    number = material.link_code[unknown]
    held = np.bincount(number[number >= 0], minlength=material.code_count) > 0
    return np.flatnonzero(material.of_parcel(held, False))


def parcel_unknown(material):
    """PARCEL_UNKNOWN: one finding for each code in the links that no parcel has."""
    links = material.links[material.link_code < 0].drop_duplicates("DKBM")
    village = [village_of(parcel, holder) for parcel, holder in zip(links["DKBM"], links["CBFBM"])]
    subject = [code or f"（无编码，第 {row} 行）" for code, row in zip(links["DKBM"], links["source_row"])]
    return about_rows(links, subject, "承包地块信息表中有这个地块，图上没有", village)


def shared_parcel(material):
    """SHARED_PARCEL: several households hold one parcel. Parcels with one code among them are another matter."""
    rows = np.flatnonzero((material.holders_per_parcel > 1) & ~material.duplicated)
    count = material.holders_per_parcel[rows]
    return about_parcels(material, rows, [f"由 {n} 户按份承包" for n in count], value=count.astype(str))


def same_name(material):
    """SAME_NAME: two households of one village whose representatives have one name."""
    holders = material.frames["CBF"]
    holders = holders[(holders["CBFMC"] != "") & (holders["CBFBM"] != "")].drop_duplicates("CBFBM")
    village = holders["CBFBM"].str[:codes.VILLAGE]
    key = village + ":" + holders["CBFMC"]
    count = key.map(key.value_counts())
    first = (count > 1) & ~key.duplicated()
    messages = [f"村里有 {n} 户承包方代表同名" for n in count[first]]
    return about_rows(holders[first], key[first].to_numpy(), messages, village[first].to_numpy(),
                      value=count[first].astype(str).to_numpy())
