"""Rules between the parcels and the registry of second-round contract land (二轮延包地名录)."""

import unicodedata

import numpy as np
import pandas as pd

from ..model import codes
from ..model.amounts import mu_text
from .material import village_of
from .reporting import about_parcels, about_rows

UNKNOWN_KIND = "原因不明"
DOTS = str.maketrans(dict.fromkeys("•・‧∙.", "·"))


def outside_registry(material):
    """OUTSIDE_REGISTRY: contract land in scope whose code the registry does not list. ``value``: which kind of new,
    reclaimed or unapproved land it lies on, or that none is known."""
    if not material.policy.get("scope.require_registry"):
        rows = np.empty(0, dtype=np.int64)
    else:
        rows = np.flatnonzero(material.in_scope & (material.registry_row < 0))
    candidates = {}
    for code, key in zip(*(_in_review(material)[name].tolist() for name in ("DKBM", "registry_key"))):
        candidates.setdefault(code, []).append(described(key))
    messages = ["二轮延包地名录中没有这个地块" + (f"；名录行“{'”“'.join(candidates[code])}”可能是它，待确认匹配" if code in candidates else "")
                for code in material.parcels["DKBM"].iloc[rows].tolist()]
    site, least = material.site.iloc[rows], round(material.policy.get("scope.deduct_min_m2") * 100)
    kinds = [codes.UNAPPROVED_KIND.get(kind, kind) if area > least else UNKNOWN_KIND
             for kind, area in zip(site["unapproved_kind"].tolist(), site["unapproved_m2_100"].tolist())]
    messages = [f"{told}；{'与' + kind + '重叠' if kind != UNKNOWN_KIND else '不与新开、复垦、未批耕地重叠，' + kind}"
                for told, kind in zip(messages, kinds)]
    return about_parcels(material, rows, messages, value=kinds)


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


def registry_holder(material):
    """REGISTRY_HOLDER: a registry row of another household than the one that holds its parcel. Households are told apart
    by code; where a row has none, or the right one, its name must be the head's or a member's. Rows that linking has
    matched are left out: their names have been judged there."""
    registry, links = material.registry, material.links
    held = pd.DataFrame({"parcel": material.link_code, "CBFBM": links["CBFBM"]})
    held = held[(material.link_code >= 0) & (links["CBFBM"] != "").to_numpy()].drop_duplicates()
    held["CBFMC"] = held["CBFBM"].map(material.frames["CBF"].drop_duplicates("CBFBM").set_index("CBFBM")["CBFMC"]).fillna("")
    number = material.code_of(registry["DKBM"])
    alone = np.append(~material.duplicated, False)[np.append(material.first_parcel, -1)[number]]
    rows = np.flatnonzero(alone & np.isin(number, held["parcel"]) & ~registry["fid"].isin(material.matches["registry_fid"]).to_numpy())
    listed = pd.DataFrame({"row": rows, "parcel": number[rows], "code": registry["CBFBM"].to_numpy()[rows],
                           "name": registry["holder_name"].to_numpy()[rows]})
    both = listed.merge(held, on="parcel")
    same = (both["code"] == both["CBFBM"]) | (both["code"] == "")
    fits = same & ((both["name"] == both["CBFMC"]) | (both["name"] == "") | (both["CBFMC"] == ""))
    open_rows = both[same & ~both["row"].isin(both["row"][fits])]
    by_member = open_rows["row"][_is_family(open_rows, material.frames["CBF_JTCY"])]
    wrong = listed[~listed["row"].isin(both["row"][fits]) & ~listed["row"].isin(by_member)]
    said = {}
    about = both[both["row"].isin(wrong["row"])]
    for row, name, code in zip(about["row"], about["CBFMC"], about["CBFBM"]):
        said.setdefault(row, []).append(f"{name}（{code}）")
    chosen, first = registry.iloc[wrong["row"]], material.first_parcel[wrong["parcel"]]
    messages = [f"名录写的是{name or '（没有姓名）'}{f'（{code}）' if code else ''}，承包地块信息表里是{'、'.join(said[row])}"
                for row, code, name in zip(wrong["row"], wrong["code"], wrong["name"])]
    return about_rows(chosen, chosen["DKBM"].to_numpy(), messages, material.parcels["village_code"].to_numpy()[first],
                      value=wrong["name"].where(wrong["name"] != "", wrong["code"]).to_numpy(dtype=object),
                      parcel_uuid=material.parcels["uuid"].to_numpy()[first])


def _is_family(rows, members):
    """(rows,) True where the name is the head's or a member's of the household, however blanks and dots are written."""
    if not len(rows):
        return np.zeros(0, dtype=bool)
    families = {}
    for holder, name in zip(members["CBFBM"], members["CYXM"]):
        families.setdefault(holder, set()).add(_plain(name))
    return np.array([_plain(name) in families.get(holder, ()) or _plain(name) == _plain(head)
                     for name, holder, head in zip(rows["name"], rows["CBFBM"], rows["CBFMC"])], dtype=bool)


def _plain(name):
    """A name without blanks and with one kind of middle dot."""
    return "".join(unicodedata.normalize("NFKC", name).split()).translate(DOTS)
