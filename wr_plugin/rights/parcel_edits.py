"""What-ifs on one parcel (地块:DKBM/作物=小麦): its facts in the inputs, changed as if the source said so."""

import dataclasses

import numpy as np
import pandas as pd

from ..model import codes
from ..model.errors import BadInput
from . import parts

CURED_BY_AREA = ("AREA_MISSING", "AREA_UNIT")


def applied(inputs, levers, legal):
    """``determine.Inputs`` with the levers on parcels applied; ``legal``: the policy's legal area.

    Raises BadInput where no parcel, or more than one, has the code, or an area is given for several households.
    """
    for lever in levers:
        if lever.table == "parcel":
            inputs = _applied(inputs, lever, lever.field.split(".")[1], lever.words[0], legal)
    return inputs


def _applied(inputs, lever, name, code, legal):
    at = (inputs.parcel["DKBM"] == code).to_numpy(dtype=bool)
    if at.sum() != 1:
        told = f"有 {int(at.sum())} 个图斑" if at.any() else "没有这个地块"
        raise BadInput(f"“{lever.text}”：编码 {code} {told}", "核对地块编码（19 位）", where="--lever")
    if name in ("crop", "method"):
        return dataclasses.replace(inputs, registry=_with_word(inputs.registry, code, name, lever.value))
    site = (inputs.site["parcel_fid"] == inputs.parcel["fid"].to_numpy()[at][0]).to_numpy(dtype=bool)
    if name == "area":
        return _with_area(inputs, lever, code, at, site, legal)
    column, value = {"in_registry": ("registry_fid", 0 if lever.value else pd.NA), "source": ("source", lever.value),
                     "overlap": ("unapproved_m2_100", lever.value)}[name]
    return dataclasses.replace(inputs, site=_set(inputs.site, site, column, value))


def _with_word(registry, code, name, word):
    at = (registry["DKBM"] == code).to_numpy(dtype=bool)
    if at.any():
        return _set(registry, at, name, word)
    row = {"fid": int(registry["fid"].max()) + 1 if len(registry) else 1, "DKBM": code, "crop": None, "method": None, name: word}
    return pd.concat([registry, pd.DataFrame([row]).reindex(columns=registry.columns).astype(object)], ignore_index=True).astype(
        {"fid": np.int64})


def _with_area(inputs, lever, code, at, site, legal):
    held = (inputs.link["DKBM"] == code).to_numpy(dtype=bool)
    if inputs.link.loc[held, "CBFBM"].nunique() > 1 and legal != "SCMJ":
        raise BadInput(f"“{lever.text}”：这块地由 {inputs.link.loc[held, 'CBFBM'].nunique()} 户承包，一个面积分不清各户",
                       "在资料里改各户的面积", where="--lever")
    table, rows = ("parcel", at) if legal == "SCMJ" else ("link", held)
    frame = _set(getattr(inputs, table), rows, legal, np.nan)
    first = rows & (np.cumsum(rows) == 1)  # several contracts of one household add up: the area stands on one of them
    frame = _set(frame, rows, parts.TWINS[legal], 0.0)
    frame = _set(frame, first, parts.TWINS[legal], lever.value / 100)
    if table == "link" and rows.sum() > 1:
        frame = frame[~(rows & ~first)].reset_index(drop=True)
    made = dataclasses.replace(inputs, **{table: frame})
    cured = site & made.site["defect"].isin(CURED_BY_AREA).to_numpy(dtype=bool)
    return dataclasses.replace(made, site=_set(made.site, cured, "defect", ""))


def _set(frame, rows, column, value):
    """The frame with one column's value changed in some rows; the other columns are shared."""
    values = frame[column].copy()
    values[rows] = value
    made = frame.copy(deep=False)
    made[column] = values
    return made


def value_of(name, text):
    """The value that a lever's text says for one of ``FIELDS``' names; ValueError where it says none."""
    if name in ("crop", "method"):
        return text
    if name == "in_registry":
        return {"是": True, "否": False}[text]
    if name == "source":
        words = {told: code for code, told in codes.PARCEL_SOURCE.items()}
        return words[text] if text in words else {code: code for code in words.values()}[text]
    number = round(float(text) * 100, 6)
    if number < 0 or number != round(number):
        raise ValueError(text)
    return round(number)


FIELDS = {
    "作物": ("crop", "作物名称"), "灌溉方式": ("method", "灌溉方式"), "在名录内": ("in_registry", "是或否"),
    "水源": ("source", "、".join(codes.PARCEL_SOURCE.values())), "面积": ("area", "亩，至多两位小数（法定面积）"),
    "重叠": ("overlap", "与新开、复垦、未批耕地重叠的 m²，至多两位小数"),
}
