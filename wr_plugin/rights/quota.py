"""Crop and method of each parcel, the quota row that applies to each part, and its demand ``W = A · q / η``."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..model import amounts, codes
from ..model.errors import BadInput
from . import caps, columns, composite, limits


@dataclass
class Words:
    """A text column as numbers: ``code`` (n,) into ``values``; -1 where blank."""

    code: np.ndarray
    values: list

    def texts(self):
        """The words themselves, None where blank (object array)."""
        return np.array([*self.values, None], dtype=object)[self.code]


def words_of(parcel, registry, column, default):
    """The crop or method of each parcel: the first registry row (by fid) of its DKBM that is not blank, else
    ``default`` (None where the policy leaves it blank)."""
    code, values = pd.factorize(registry[column].to_numpy(dtype=object))
    plain = [str(value).strip() for value in values]
    words = sorted({*plain, *([default.strip()] if default else [])} - {""})
    number = {word: i for i, word in enumerate(words)}
    lookup = np.array([*(number.get(word, -1) for word in plain), -1], dtype=np.int64)
    given = pd.DataFrame({"DKBM": registry["DKBM"], "fid": registry["fid"], "word": lookup[code]})
    given = given[given["word"] >= 0].sort_values("fid").drop_duplicates("DKBM")
    found = pd.Index(given["DKBM"]).get_indexer(pd.Index(parcel["DKBM"]))
    otherwise = number[default.strip()] if default and default.strip() else -1
    chosen = np.r_[given["word"].to_numpy(dtype=np.int64), otherwise][found]
    return Words(chosen, words)


@dataclass
class Quotas:
    """Per part: number into ``rows`` (``limits.QuotaRow``), -1 where missing; and the missing keys.

    ``missing``: list of (finding code, subject, what is missing, mask over the parts).
    """

    number: np.ndarray
    rows: list
    missing: list

    def column(self, name):
        """A field of the rows per part, int64; 0 where the row is missing, -1 for the number of a row that is none."""
        return np.array([*(-1 if getattr(row, name) is None else getattr(row, name) for row in self.rows), 0], dtype=np.int64)[self.number]


def keys(crop, method, district, source):
    """(the different keys of parts, (n,) number of each part's key). ``crop``, ``method``, ``district``: ``Words`` per
    part, without blanks; ``source``: number into ``caps.SOURCES``. A key: crop, district, source, method. A county has
    few different keys: each is looked up once."""
    sizes = [max(len(words.values), 1) for words in (crop, method, district)]
    key = ((source.astype(np.int64) * sizes[0] + crop.code) * sizes[1] + method.code) * sizes[2] + district.code
    first, part = columns.different(key, len(caps.SOURCES) * sizes[0] * sizes[1] * sizes[2])
    return [(crop.values[crop.code[at]], district.values[district.code[at]], caps.SOURCES[source[at]],
             method.values[method.code[at]]) for at in first], part


def rows(table, wanted):
    """[(``limits.QuotaRow`` or None, what is missing)] of keys in the quota frame."""
    index = limits.quota_index(_records(table))
    return [limits.find_quota(index, *words) for words in wanted]


def look_up(table, wanted, part):
    """The quota row of each part. ``table``: the quota frame; ``wanted``, ``part``: what ``keys`` returns."""
    found, numbers, missing = [], np.full(len(wanted), -1, dtype=np.int64), []
    for i, (words, (row, what)) in enumerate(zip(wanted, rows(table, wanted))):
        if row is None:
            missing.append(("QUOTA_MISSING", "|".join(words), f"{limits.quota_label(*words)}：{what}", part == i))
        else:
            numbers[i] = len(found)
            found.append(row)
    return Quotas(numbers[part], found, missing)


def look_up_composite(table, mix, district, source):
    """The composite quota of each part (``composite.find``). ``table``, ``mix``: the frames quota and crop_mix;
    ``district``: ``Words`` per part, without blanks; ``source``: number into ``caps.SOURCES``."""
    index, mixes = limits.quota_index(_records(table)), composite.mix_index(_records(mix) if mix is not None else ())
    key = source.astype(np.int64) * max(len(district.values), 1) + district.code
    different, first, part = np.unique(key, return_index=True, return_inverse=True)
    found, numbers, missing = [], np.full(len(different), -1, dtype=np.int64), []
    for i, at in enumerate(first):
        where = district.values[district.code[at]], caps.SOURCES[source[at]]
        row, code, what = composite.find(mixes, index, *where)
        if row is None:
            missing.append((code, "|".join(where), f"灌区 {where[0]} {codes.SOURCE[where[1]]}：{what}", part.reshape(-1) == i))
        else:
            numbers[i] = len(found)
            found.append(row)
    return Quotas(numbers[part.reshape(-1)], found, missing)


def _records(frame):
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def demand_m3_100(area_mu_100, quota_m3_mu_100, eta_e8, step_m3_100):
    """``amounts.demand_m3_100`` over columns; as Python integers where int64 could overflow. All int64, 0.01 m³.

    Raises BadInput where a demand is beyond what any land could use (2**62): a unit must be wrong.
    """
    scale = amounts.ETA_SCALE // amounts.HUNDRED
    bound = 2 * columns.largest(area_mu_100) * columns.largest(quota_m3_mu_100) * scale
    bound += 2 * columns.largest(eta_e8) * step_m3_100
    area, quota, eta = columns.integers(bound, area_mu_100, quota_m3_mu_100, eta_e8)
    demand = amounts.demand_m3_100(area, quota, eta, step_m3_100)
    if columns.largest(demand) >= amounts.INT64_SAFE:
        raise BadInput("有的地块定额水量大得不合理", "核对面积、定额和利用系数的单位", where="灌溉定额表")
    return demand.astype(np.int64)
