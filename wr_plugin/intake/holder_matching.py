"""Which household of a newer package is which of the work file: 分户, 合户, new codes, new heads (DOMAIN §1.4).

Persons tell: the identity numbers of the head and of the members. Where a package has none, the same name on the same
land does.
"""

import numpy as np
import pandas as pd

from .parcel_matching import ADDED, MERGED, RECODED, SAME, SPLIT, VANISHED

REASSIGNED = "reassigned"
MOST = 0.5
SHORTEST_NUMBER = 8
COLUMNS = ["relation", "old_code", "new_code", "share"]


def match(old, new, land):
    """Frame of relation, old_code, new_code ("" for none), share (of the old household's persons in the new one).

    ``old``, ``new``: (CBF, CBF_JTCY) frames. ``land``: frame of old_code, new_code, common: parcels that the two
    households hold both, share_old and share_new of each one's parcels.
    """
    before, after = _heads(old[0]), _heads(new[0])
    kept = before.index.intersection(after.index)
    gone, come = before.index.difference(after.index), after.index.difference(before.index)
    common = _common_persons(_persons(*old), _persons(*new))
    strong = common[(common["share_new"] >= MOST) | (common["share_old"] >= MOST)]
    split = _splits(strong, gone, come)
    left = strong[~strong["old_code"].isin(split["old_code"])]
    merged = _mergers(left, gone, kept)
    taken = pd.concat([split, merged])
    recoded = _recoded(before, after, left, land, gone.difference(taken["old_code"]), come.difference(taken["new_code"]))
    told = pd.concat([taken, recoded])
    found = [split.assign(relation=SPLIT), merged.assign(relation=MERGED), recoded.assign(relation=RECODED)]
    other = _reassigned(before, after, kept, common, land)
    for relation, codes in ((REASSIGNED, other), (SAME, kept.difference(other).difference(
            np.intersect1d(told["old_code"], told["new_code"])))):
        found.append(pd.DataFrame({"relation": relation, "old_code": codes, "new_code": codes}))
    found.append(pd.DataFrame({"relation": VANISHED, "old_code": gone.difference(told["old_code"]), "new_code": ""}))
    found.append(pd.DataFrame({"relation": ADDED, "old_code": "", "new_code": come.difference(told["new_code"])}))
    return pd.concat(found, ignore_index=True).reindex(columns=COLUMNS)


def numbers(texts):
    """Identity numbers made comparable; "" for masked, short or missing ones."""
    found = pd.Series(texts, dtype=object).fillna("").astype(str).str.strip().str.upper()
    return found.where((found.str.len() >= SHORTEST_NUMBER) & ~found.str.contains("*", regex=False), "")


def _heads(holders):
    """Name and number of the first row of each code, by code."""
    heads = pd.DataFrame({"code": holders["CBFBM"].fillna("").astype(str), "name": holders["CBFMC"].fillna(""),
                          "number": numbers(holders["CBFZJHM"]).to_numpy()})
    return heads[heads["code"] != ""].drop_duplicates("code").set_index("code")


def _persons(holders, members):
    """Each person of each household once, by number."""
    people = pd.concat([
        pd.DataFrame({"code": holders["CBFBM"].to_numpy(), "number": numbers(holders["CBFZJHM"]).to_numpy()}),
        pd.DataFrame({"code": members["CBFBM"].to_numpy(), "number": numbers(members["CYZJHM"]).to_numpy()})])
    return people[people["number"] != ""].drop_duplicates()


def _common_persons(old, new):
    """old_code, new_code, common, share_old, share_new, share: households that have persons in common."""
    both = old.merge(new, on="number", suffixes=("_old", "_new"))
    common = both.groupby(["code_old", "code_new"], sort=True).size().rename("common").reset_index()
    common = common.rename(columns={"code_old": "old_code", "code_new": "new_code"})
    return with_shares(common, old["code"].value_counts(), new["code"].value_counts())


def with_shares(common, old_size, new_size):
    """``common`` with the shares of what is common in each side's size (Series by code)."""
    common["share_old"] = common["common"] / common["old_code"].map(old_size).astype(float)
    common["share_new"] = common["common"] / common["new_code"].map(new_size).astype(float)
    common["share"] = common["share_old"]
    return common


def _splits(common, gone, come):
    """A household whose persons make up most of a household under a new code, and live on elsewhere too."""
    parts = common[(common["share_new"] >= MOST) & (common["new_code"].isin(come) | (
        common["new_code"] == common["old_code"]))]
    several = parts.groupby("old_code")["new_code"].transform("size") >= 2
    return parts.loc[several, ["old_code", "new_code", "share"]]


def _mergers(common, gone, kept):
    """Two or more households, all but one of them gone, most of whose persons live in one now."""
    parents = common[(common["share_old"] >= MOST) & (
        common["old_code"].isin(gone) | (common["old_code"] == common["new_code"]))]
    several = parents.groupby("new_code")["old_code"].transform("size") >= 2
    return parents.loc[several, ["old_code", "new_code", "share"]]


def _recoded(before, after, common, land, gone, come):
    """Gone codes that live on under another: the head's number, most persons both ways, or name and land."""
    def candidates(frame):
        return frame[frame["old_code"].isin(gone) & frame["new_code"].isin(come)]

    left, right = before.loc[gone].reset_index(), after.loc[come].reset_index()
    heads = left[left["number"] != ""].merge(right, on="number", suffixes=("_old", "_new"))
    heads = heads.rename(columns={"code_old": "old_code", "code_new": "new_code"})
    persons = candidates(common)
    persons = persons[(persons["share_old"] >= MOST) & (persons["share_new"] >= MOST)]
    held = candidates(land)
    held = held[(held["share_old"] >= MOST) & (held["share_new"] >= MOST)]
    name_old, name_new = (held[c].map(s["name"]) for c, s in (("old_code", before), ("new_code", after)))
    held = held[(name_old == name_new).to_numpy() & (name_old != "").to_numpy()]
    every = pd.concat([heads.assign(share=1.0, rank=0), persons.assign(rank=1), held.assign(share=np.nan, rank=2)])
    every = every.sort_values(["rank", "share", "old_code", "new_code"], ascending=[True, False, True, True])
    every = every.drop_duplicates("old_code").drop_duplicates("new_code")
    return every[["old_code", "new_code", "share"]]


def _reassigned(before, after, kept, common, land):
    """Kept codes that another household has now: other name, other number, no person and no land in common."""
    a, b = before.loc[kept], after.loc[kept]
    other = kept[((a["name"] != b["name"]) & (a["number"] != b["number"]) & (a["number"] != "")
                  & (b["number"] != "")).to_numpy()]
    linked = [f.loc[f["old_code"] == f["new_code"], "old_code"] for f in (common, land)]
    return other.difference(pd.Index(pd.concat(linked)))
