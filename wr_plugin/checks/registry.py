"""Rules between the parcels and the registry of second-round contract land (二轮延包地名录)."""

import numpy as np
import pandas as pd

from ..model import codes
from ..model.amounts import mu_text
from .material import village_of
from .reporting import about_parcels, about_rows


def outside_registry(material):
    """OUTSIDE_REGISTRY: contract land in scope whose code the registry does not list."""
    if not material.policy.get("scope.require_registry"):
        rows = np.empty(0, dtype=np.int64)
    else:
        rows = np.flatnonzero(material.in_scope & (material.registry_row < 0))
    candidates = {}
    for code, key in zip(*(_in_review(material)[name].tolist() for name in ("DKBM", "registry_key"))):
        candidates.setdefault(code, []).append(described(key))
    messages = ["二轮延包地名录中没有这个地块" + (f"；名录行“{'”“'.join(candidates[code])}”可能是它，待确认匹配" if code in candidates else "")
                for code in material.parcels["DKBM"].iloc[rows].tolist()]
    return about_parcels(material, rows, messages)


def _in_review(material):
    return material.matches[(material.matches["decision"] == codes.REVIEW).to_numpy(dtype=bool)]


def described(key):
    """A registry row for people, from its key: 东沟村 一组 张三 渠北3号 2.40 亩."""
    village, group, holder, holder_code, _, parcel, area = (key.split("#")[0].split("|") + [""] * 7)[:7]
    parts = (village, group, holder or holder_code, parcel, f"{mu_text(int(area))} 亩" if area.isdigit() else "")
    return " ".join(part for part in parts if part)


def registry_review(material):
    """REGISTRY_REVIEW: a registry row that is perhaps a parcel, which people must say."""
    links = _in_review(material)
    at = pd.Series(np.arange(len(material.registry)), index=material.registry["fid"]).reindex(links["registry_fid"])
    links = links[at.notna().to_numpy()]
    rows = material.registry.iloc[at.dropna().to_numpy(dtype=np.int64)]
    messages = [f"名录行“{described(key)}”可能是这个地块（{score} 分）：{why}"
                for key, score, why in zip(*(links[n].tolist() for n in ("registry_key", "score", "reasons")))]
    parcel = np.append(material.first_parcel, -1)[material.code_of(links["DKBM"])]
    village = [material.parcels["village_code"].iat[p] if p >= 0 else "" for p in parcel]
    return about_rows(rows, links["DKBM"].to_numpy(dtype=object), messages, village,
                      value=links["score"].astype(str).to_numpy(dtype=object),
                      parcel_uuid=links["parcel_uuid"].to_numpy(dtype=object))


def registry_unmatched(material):
    """REGISTRY_UNMATCHED: one finding for each code of the registry that no parcel has, and for each row without a
    code that nothing was found for."""
    registry = material.registry
    waiting = registry["fid"].isin(_in_review(material)["registry_fid"]).to_numpy()
    rows = registry[(material.code_of(registry["DKBM"]) < 0) & ~waiting]
    rows = rows[(rows["DKBM"] == "") | ~rows["DKBM"].duplicated()]
    keys = dict(zip(material.matches["registry_fid"].tolist(), material.matches["registry_key"].tolist()))
    refused = set(material.matches.loc[(material.matches["decision"] == codes.REJECTED).to_numpy(dtype=bool), "registry_fid"])
    subject = [code or f"（无编码）{described(keys.get(fid, '')) or f'第 {row} 行'}"
               for fid, code, row in zip(rows["fid"].tolist(), rows["DKBM"], rows["source_row"])]
    village = [village_of(parcel, holder) for parcel, holder in zip(rows["DKBM"], rows["CBFBM"])]
    messages = ["名录中有这个地块，图上没有" + ("（可能的地块已人工否定）" if fid in refused else "") for fid in rows["fid"].tolist()]
    return about_rows(rows, subject, messages, village)


def entries(registry):
    """(rows,) number of each row's parcel and household: rows with one number repeat each other. Households are told
    apart by their code, or by the name where there is none."""
    parcel, _ = pd.factorize(registry["DKBM"])
    holder, holders = pd.factorize(registry["CBFBM"].where(registry["CBFBM"] != "", registry["holder_name"]))
    return parcel.astype(np.int64) * max(len(holders), 1) + holder


def registry_duplicate(material):
    """REGISTRY_DUPLICATE: one parcel and household on several rows. Codes that two parcels share are another matter."""
    registry = material.registry
    _, first, count = np.unique(entries(registry), return_index=True, return_counts=True)
    first, count = first[count > 1], count[count > 1]
    parcel = np.append(material.first_parcel, -1)[material.code_of(registry["DKBM"].iloc[first])]
    meant = (registry["DKBM"].iloc[first] != "").to_numpy() & ~np.append(material.duplicated, False)[parcel]
    rows, parcel, count = registry.iloc[first[meant]], parcel[meant], count[meant]
    uuid = [material.parcels["uuid"].iat[p] if p >= 0 else None for p in parcel]
    village = [village_of(code, holder) for code, holder in zip(rows["DKBM"], rows["CBFBM"])]
    messages = [f"同一地块同一户在名录中出现 {n} 次" for n in count]
    return about_rows(rows, rows["DKBM"].to_numpy(), messages, village, value=count.astype(str), parcel_uuid=uuid)
