"""What a newer package changes: parcels and holders against those of the work file. Frames and arrays in, frames out."""

from dataclasses import dataclass, field
from typing import Dict

import numpy as np
import pandas as pd

from ..model import codes, schema
from ..spatial.chunks import silent
from . import holder_matching, parcel_matching
from .holder_matching import REASSIGNED
from .parcel_matching import ADDED, MERGED, RECODED, REDRAWN, SAME, SPLIT, VANISHED
from .rows_of import RowsOf, differing, figures_of, texts_of

TABLES = ("parcel", "CBF", "CBF_JTCY", "CBDKXX", "registry")
NOT_COMPARED = {"fid", "uuid", "DKBM", "CBFBM", "geometry_m2", "village_code", "village_name", "source_file", "source_row"}
LINK_FIELDS = ("HTMJ", "HTMJM", "YHTMJ", "YHTMJM")
REGISTRY_FIELDS = ("area_mu_100", "crop", "method")
PERSONAL = {"CBFZJHM", "LXDH"}
MEMBERS = "members"
HOLDER_OF_PARCEL = "CBFBM"
NOISE = 0.005
"""Areas in m² and 亩 closer than this are the same figure."""
UNCHANGED, ATTRIBUTES, GEOMETRY, RENAMED = "unchanged", "attributes", "geometry", "renamed"
PARCEL_KINDS = {UNCHANGED: "未变", ATTRIBUTES: "属性有变", GEOMETRY: "图形有变", RECODED: "改编码", SPLIT: "分割", MERGED: "合并",
                REDRAWN: "重划", VANISHED: "消失", ADDED: "新增"}
HOLDER_KINDS = {UNCHANGED: "未变", RENAMED: "户主或名称变更", ATTRIBUTES: "其他信息有变", RECODED: "改编码", SPLIT: "分户",
                MERGED: "合户", REASSIGNED: "编码另给他户", VANISHED: "消失", ADDED: "新增"}


@dataclass
class Difference:
    """``parcels``: relation, old, new (row numbers), old_code, new_code, share, moved. ``holders``: relation, old_code,
    new_code, share, old_name, new_name. ``parcel_fields`` and ``holder_fields``: old_code, new_code, field, before,
    after, one row per changed value. ``predecessor``: (new,) row of the old parcel whose identity goes on, −1 none.
    ``old_m2``, ``new_m2``: areas by row. ``counts``: {"parcel": {kind: n}, "holder": {kind: n}}."""

    parcels: pd.DataFrame
    holders: pd.DataFrame
    parcel_fields: pd.DataFrame
    holder_fields: pd.DataFrame
    predecessor: np.ndarray
    old_m2: np.ndarray
    new_m2: np.ndarray
    counts: Dict[str, Dict[str, int]] = field(default_factory=dict)


def compare(old, old_geometry, new, new_geometry, report=silent):
    """The ``Difference`` of two states. ``old``, ``new``: frames by the names in ``TABLES``, a missing one is empty."""
    old, new = ({t: _whole(t, side.get(t)) for t in TABLES} for side in (old, new))
    codes_old, codes_new = texts_of(old["parcel"]["DKBM"]), texts_of(new["parcel"]["DKBM"])
    matching = parcel_matching.match(codes_old, old_geometry, codes_new, new_geometry, report)
    parcels = matching.relation
    parcels["old_code"], parcels["new_code"] = _at(codes_old, parcels["old"]), _at(codes_new, parcels["new"])
    parcels = parcels.sort_values(["old_code", "new_code"], kind="stable", ignore_index=True)
    rows = parcels["new"].to_numpy()
    parcels["moved"] = (rows >= 0) & matching.moved[rows] if len(matching.moved) else False
    land = _common_land(old["CBDKXX"], new["CBDKXX"], parcels[parcels["relation"].isin((SAME, RECODED))])
    holders = holder_matching.match((old["CBF"], old["CBF_JTCY"]), (new["CBF"], new["CBF_JTCY"]), land)
    for side, frame in (("old", old["CBF"]), ("new", new["CBF"])):
        names = dict(zip(frame["CBFBM"].tolist()[::-1], frame["CBFMC"].tolist()[::-1]))
        holders[f"{side}_name"] = pd.Series([names.get(c, "") for c in holders[f"{side}_code"].tolist()], dtype=object)
    found = Difference(parcels, holders, _parcel_fields(old, new, matching, holders), _holder_fields(old, new, holders),
                       matching.predecessor, matching.old_m2, matching.new_m2)
    found.counts = {"parcel": _parcel_counts(found), "holder": _holder_counts(found)}
    return found


def _whole(table, frame):
    """The frame with every column that the schema declares, texts as texts with "" for missing ones."""
    declared = schema.table(table)
    whole = (pd.DataFrame() if frame is None else frame).reindex(columns=list(declared.columns)).reset_index(drop=True)
    for column in declared.fields:
        if column.type not in (schema.REAL, schema.INTEGER):
            values = whole[column.name].astype(object)
            whole[column.name] = values.where(values.notna(), "")
    return whole


def _at(values, rows):
    found = np.full(len(rows), "", dtype=object)
    held = rows.to_numpy() >= 0
    found[held] = values[rows.to_numpy()[held]]
    return found


def _common_land(old, new, pairs):
    """old_code, new_code, common, share_old, share_new: how many parcels two households hold both."""
    left = old[["DKBM", "CBFBM"]].drop_duplicates().merge(
        pairs[["old_code", "new_code"]].drop_duplicates(), left_on="DKBM", right_on="old_code")
    right = new[["DKBM", "CBFBM"]].drop_duplicates()
    both = left[["CBFBM", "new_code"]].merge(right, left_on="new_code", right_on="DKBM", suffixes=("_old", "_new"))
    common = both.groupby(["CBFBM_old", "CBFBM_new"], sort=True).size().rename("common").reset_index()
    common = common.rename(columns={"CBFBM_old": "old_code", "CBFBM_new": "new_code"})
    return holder_matching.with_shares(common, left["CBFBM"].value_counts(), right["CBFBM"].value_counts())


def _parcel_fields(old, new, matching, holders):
    """Changed values of every parcel that goes on: its own, its holders and contract areas, its registry rows."""
    rows = np.flatnonzero(matching.predecessor >= 0)
    before, after = old["parcel"].iloc[matching.predecessor[rows]], new["parcel"].iloc[rows]
    keys = (texts_of(before["DKBM"]), texts_of(after["DKBM"]))
    found = [_changed(keys, f, before[f.name], after[f.name]) for f in schema.table("parcel").fields
             if f.name not in NOT_COMPARED]
    again = holders[holders["relation"] == RECODED].set_index("old_code")["new_code"].to_dict()
    for table, fields in (("CBDKXX", (HOLDER_OF_PARCEL, *LINK_FIELDS)), ("registry", REGISTRY_FIELDS)):
        sides = []
        for key, frame, now in zip(keys, (old[table], new[table]), (again, {})):
            holder = np.array([now.get(c, c) for c in frame["CBFBM"].tolist()], dtype=object)
            sides.append((RowsOf(key, frame["DKBM"].to_numpy(dtype=object), holder), frame.assign(CBFBM=holder)))
        (left, before), (right, after) = sides
        for name in fields:
            name_told = name if table == "CBDKXX" else f"registry.{name}"
            declared = schema.table(table).by_name[name]
            values = [_comparable(side[name], declared) for side in (before, after)]
            rows, was, now = differing(left, values[0], right, values[1])
            found.append(_told(keys, rows, name_told, was, now))
    return pd.concat(found, ignore_index=True)


def _comparable(series, declared):
    """Figures as floats with NaN, anything else as texts."""
    if declared.type in (schema.REAL, schema.INTEGER):
        return pd.to_numeric(series).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    return series.to_numpy(dtype=object)  # ``_whole`` has made them texts


def _told(keys, rows, name, before, after):
    return pd.DataFrame({"old_code": keys[0][rows], "new_code": keys[1][rows],
                         "field": np.full(len(rows), name, dtype=object),
                         "before": pd.Series(before, dtype=object), "after": pd.Series(after, dtype=object)})


def _changed(keys, declared, before, after):
    """Rows of old_code, new_code, field, before, after where the values of a column differ."""
    a, b = _comparable(before, declared), _comparable(after, declared)
    if a.dtype == object:
        rows = np.flatnonzero(a != b)
        shown = [side[rows] for side in (a, b)]
    else:
        rows = np.flatnonzero(~((np.abs(a - b) <= NOISE) | (np.isnan(a) & np.isnan(b))))
        shown = [figures_of(side[rows]) for side in (a, b)]
    if declared.name in PERSONAL:
        shown = [[codes.mask_identity(t) for t in side] for side in shown]
    return _told(keys, rows, declared.name, *shown)


def _holder_fields(old, new, holders):
    """Changed values of households that go on, under their code or another."""
    goes_on = holders[(holders["relation"].isin((SAME, RECODED))) | (
        holders["relation"].isin((SPLIT, MERGED)) & (holders["old_code"] == holders["new_code"]))]
    keys = tuple(texts_of(goes_on[f"{side}_code"]) for side in ("old", "new"))
    before, after = (frame["CBF"].drop_duplicates("CBFBM").set_index("CBFBM").reindex(key)
                     for frame, key in zip((old, new), keys))
    found = [_changed(keys, f, before[f.name], after[f.name]) for f in schema.table("CBF").fields
             if f.name not in NOT_COMPARED]
    people = [frame["CBF_JTCY"] for frame in (old, new)]
    names = [frame["CYXM"].to_numpy(dtype=object) for frame in people]
    sides = [RowsOf(key, frame["CBFBM"].to_numpy(dtype=object), name) for key, frame, name in zip(keys, people, names)]
    found.append(_told(keys, *_members(sides, names)))
    return pd.concat(found, ignore_index=True)


def _members(sides, names):
    rows, before, after = differing(sides[0], names[0], sides[1], names[1])
    return rows, MEMBERS, before, after


def _parcel_counts(found):
    relation, parcels = found.parcels["relation"], found.parcels
    changed = set(found.parcel_fields["new_code"])
    stays = parcels[relation == SAME]
    with_fields = stays["new_code"].isin(changed)
    counts = {UNCHANGED: int((~with_fields & ~stays["moved"]).sum()), ATTRIBUTES: int(with_fields.sum()),
              GEOMETRY: int(stays["moved"].sum())}
    for kind in (RECODED, SPLIT, MERGED, REDRAWN, VANISHED, ADDED):
        rows = parcels[relation == kind]
        counts[kind] = int(rows["new" if kind == MERGED else "old"].nunique()) if kind in (SPLIT, MERGED, REDRAWN) \
            else len(rows)
    return counts


def _holder_counts(found):
    relation, holders = found.holders["relation"], found.holders
    changed = found.holder_fields
    renamed = set(changed.loc[changed["field"] == "CBFMC", "new_code"])
    others = set(changed["new_code"]) - renamed
    stays = holders.loc[relation == SAME, "new_code"]
    counts = {UNCHANGED: int((~stays.isin(renamed | others)).sum()), RENAMED: int(stays.isin(renamed).sum()),
              ATTRIBUTES: int(stays.isin(others).sum())}
    for kind, side in ((RECODED, "old_code"), (SPLIT, "old_code"), (MERGED, "new_code"), (REASSIGNED, "old_code"),
                       (VANISHED, "old_code"), (ADDED, "new_code")):
        counts[kind] = int(holders.loc[relation == kind, side].nunique())
    return counts
