"""What a village's certificates and poster say, made from the frames of ``village``."""

import math
from collections import defaultdict, namedtuple
from dataclasses import replace

import pandas as pd

from ..model import codes
from ..model.amounts import hundredths, mu_100_from_m2_100, mu_text
from ..model.findings import KINDS
from . import unit_poster
from .content import CertificateContent, CertificateLine, PosterContent, PosterRow
from .village import holder_kinds, masked_source, read_rows

SOURCE_WORDS = {"surface": "地表水", "ground": "地下水", "mixed": "地表水、地下水", "none": "无"}
HAVING = ("right", "reduced")
NO_PLACE = -1
SUFFIX = {"surface": "S", "ground": "G"}  # of a household's number of right


def certificate_parts(village, inside=()):
    """{(CBFBM, source): [part row, …]} of a village's rights, each part a namedtuple, in order of DKBM. Of a household
    ``inside`` other units only the parts that are its own."""
    parts = village.parts
    if inside:
        own = parts["unit_id"] == parts["CBFBM"] + parts["source"].map(SUFFIX)
        parts = parts[own | ~pd.Series([key in inside for key in zip(parts["CBFBM"], parts["source"])], parts.index, dtype=bool)]
    codes_of = village.parcels["DKBM"].to_numpy()
    order = [codes_of[village.position[f]] or "" for f in parts["parcel_fid"].tolist()]
    ordered = parts.assign(DKBM=order).sort_values(["CBFBM", "source", "DKBM", "part_id"], kind="stable")
    found = defaultdict(list)
    for row in ordered.itertuples(index=False):
        found[(row.CBFBM, row.source)].append(row)
    return found


RightKey = namedtuple("RightKey", "unit_kind unit_code holder_name village_code source area_mu_100 volume_m3_100")


def numbered(content, row):
    """The content with the number, check value and term of a certificate row."""
    return replace(content, number=row["number"], check_value=row["check_value"], valid_from=row["valid_from"],
                   valid_to=row["valid_to"])


def certificates(county, village, inside=()):
    """``CertificateContent`` of each right of the village, ordered by CBFBM, surface before ground; without number,
    as a trial print shows it. ``inside``: what is the own of households whose water is in other units
    (``review.due.held_in_units``)."""
    parts = certificate_parts(village, inside)
    kinds = holder_kinds(county, village.code)
    parcels = village.parcels
    text = {c: parcels[c].fillna("").tolist() for c in ("DKBM", "DKMC", "DKDZ", "DKNZ", "DKXZ", "DKBZ")}
    policy = county.policy
    rights = village.rights.sort_values(["CBFBM", "source"], ascending=[True, False], kind="stable")
    for right in rights.itertuples(index=False):
        own = inside[right.CBFBM, right.source] if (right.CBFBM, right.source) in inside else None
        if own is not None and not own["volume"]:
            continue
        if own is not None:
            right = right._replace(area_mu_100=own["area"], volume_m3_100=own["volume"])
        lines, waters = [], []
        for number, mine in enumerate(_by_parcel(parts[(right.CBFBM, right.source)]), 1):
            at = village.position[mine[0].parcel_fid]
            own = _unique(county.water(right.source, _text(part.outlet_code), _text(part.well_code)) for part in mine)
            waters += own
            lines.append(CertificateLine(
                number, at, text["DKBM"][at], text["DKMC"][at],
                (text["DKDZ"][at], text["DKNZ"][at], text["DKXZ"][at], text["DKBZ"][at]),
                "、".join(own), sum(int(part.area_mu_100) for part in mine), sum(int(part.volume_m3_100) for part in mine)))
        districts = _unique(part.district_code for part in parts[(right.CBFBM, right.source)])
        yield CertificateContent(
            right.CBFBM, right.holder_name or "", kinds.get(right.CBFBM, ""), county.place(right.CBFBM), county.name,
            village.name, right.source, int(right.area_mu_100), int(right.volume_m3_100), county.legal_area,
            county.document, tuple(county.districts.get(d) or d for d in districts),
            tuple(_unique(waters)), tuple(lines),
            "", "", policy.get("certificate.valid_from") or "", policy.get("certificate.valid_to") or "",
            policy.get("certificate.issuer") or "", county.demo)


def _by_parcel(parts):
    """A right's parts, those of one parcel together: it has several where it is split between outlets."""
    found = {}
    for part in parts:
        found.setdefault(part.parcel_fid, []).append(part)
    return list(found.values())


def _text(value):
    return "" if value is None or value != value else str(value)


def _unique(values):
    return list(dict.fromkeys(v for v in map(_text, values) if v))


def poster(county, village, start, end, days):
    """``PosterContent`` of a village: every parcel, each household's part of it a row of its own."""
    states, sites, links, names = read_rows(county, village.code)
    name_of = {c: _text(n) for c, n in zip(names["CBFBM"], names["CBFMC"])}
    told = _told_apart(county, name_of)
    rows = _poster_rows(county, village, states, sites, links, name_of, told)
    totals = {s: [0, 0] for s in codes.SOURCE}
    own = set(village.parcels["fid"].tolist()[:village.own])
    for part in village.parts.itertuples(index=False):
        if part.parcel_fid in own:
            totals[part.source][0] += int(part.area_mu_100)
            totals[part.source][1] += int(part.volume_m3_100)
    groups = sorted({r.group_code for r in rows})
    policy = county.policy
    town = county.short_name(village.code[:codes.TOWN])
    return PosterContent(
        county.name, "" if town == village.code[:codes.TOWN] else town, village.name, village.code, county.document,
        county.legal_area, start, end, days, policy.get("publicity.objections_to") or "",
        policy.get("publicity.phone") or "", tuple(rows), tuple(totals["surface"]), tuple(totals["ground"]),
        tuple((g, county.short_name(g)) for g in groups if county.zones.get(g)), county.demo,
        unit_poster.rows_of(county, village.code))


def _told_apart(county, name_of):
    """{CBFBM: masked ID} of holders who share their name with another of the village."""
    by_name = defaultdict(set)
    for code, name in name_of.items():
        by_name[name].add(code)
    shared = {code for same in by_name.values() if len(same) > 1 for code in same}
    return {code: codes.mask_identity(number) for code, number in masked_source(county, shared).items()}


def _poster_rows(county, village, states, sites, links, name_of, told):
    parcels = village.parcels.iloc[:village.own]
    state_of = {r.parcel_fid: r for r in states.itertuples(index=False)}
    site_of = {r.parcel_fid: r for r in sites.itertuples(index=False)}
    held = _held(parcels, links)
    given = defaultdict(lambda: {"area": 0, "demand": 0, "surface": 0, "ground": 0})
    for part in village.parts.itertuples(index=False):
        amounts = given[(part.parcel_fid, part.CBFBM)]
        amounts["area"] += int(part.area_mu_100)
        amounts["demand"] += int(part.demand_m3_100)
        amounts[part.source] += int(part.volume_m3_100)
    outlets = _outlets(village.parts)
    rows = []
    for parcel in parcels.itertuples(index=False):
        code = _text(parcel.DKBM)
        state, site = state_of.get(parcel.fid), site_of.get(parcel.fid)
        holders = held.get(parcel.fid) or [("", None)]
        for holder, contract in holders:
            amounts = given[(parcel.fid, holder)]
            source = _text(getattr(state, "source", None)) or _text(getattr(site, "source", None))
            key = (not holder, holder[:codes.GROUP], holder, code, parcel.fid)
            rows.append((key, {
                "holder_code": holder, "holder_name": name_of.get(holder, ""), "told_apart": told.get(holder, ""),
                "position": village.position[parcel.fid], "group_code": _group(code, holder), "parcel_code": code,
                "parcel_name": _text(parcel.DKMC), "contract_mu_100": contract, "area_mu_100": amounts["area"],
                "source": SOURCE_WORDS.get(source, ""),
                "surface_m3_100": amounts["surface"], "ground_m3_100": amounts["ground"],
                "water": "" if site is None else "、".join(_unique(
                    county.water(source if n == 0 else "surface", outlet, _text(site.well_code)) for n, outlet in enumerate(
                        outlets.get(parcel.fid) or [_text(site.outlet_code)]))),
                "in_registry": site is not None and not pd.isna(site.registry_fid),
                "state": state.state if state is not None else "unchecked",
                "remark": _remark(parcel, state, site, len(holders),
                                  amounts["surface"] + amounts["ground"] < amounts["demand"])}))
    rows.sort(key=lambda r: r[0])
    return _numbered(rows)


def _outlets(parts):
    """{parcel_fid: outlets} of the parcels whose surface water is split between several."""
    found = defaultdict(list)
    for fid, outlet in zip(parts["parcel_fid"].tolist(), parts["outlet_code"].tolist()):
        if _text(outlet) and outlet not in found[fid]:
            found[fid].append(outlet)
    return {fid: sorted(outlets) for fid, outlets in found.items() if len(outlets) > 1}


def _group(parcel_code, holder_code):
    """The group that a parcel belongs to by its code, else by its holder's; "" where codes do not tell."""
    if codes.is_parcel_code(parcel_code):
        return parcel_code[:codes.GROUP]
    return holder_code[:codes.GROUP] if codes.is_holder_code(holder_code) else ""


def _numbered(rows):
    """Rows with household and map numbers in the order of the table."""
    households, maps, out = {}, {}, []
    for (_, _, holder, _, fid), values in rows:
        number = households.setdefault(holder, len(households) + 1) if holder else 0
        out.append(PosterRow(household=number, map_number=maps.setdefault(fid, len(maps) + 1), **values))
    return out


def _held(parcels, links):
    """{parcel fid: [(CBFBM, 0.01 亩 or None), …]}.

    Where several parcels carry one code, the links of that code go to them in turn, so that no area is shown twice.
    """
    by_code = defaultdict(list)
    for link in links.itertuples(index=False):
        by_code[link.DKBM].append((link.CBFBM, _contract_mu(link.HTMJ, link.HTMJM)))
    fids = defaultdict(list)
    for fid, code in zip(parcels["fid"].tolist(), parcels["DKBM"].tolist()):
        fids[code].append(fid)
    held = {}
    for code, same in fids.items():
        for i, fid in enumerate(same):
            held[fid] = _one_each(by_code[code] if len(same) == 1 else by_code[code][i::len(same)])
    return held


def _one_each(links):
    """A household that is linked to a parcel more than once gets one row with the sum."""
    sums = {}
    for holder, area in links:
        before = sums.get(holder)
        sums[holder] = area if before is None else before + (area or 0)
    return list(sums.items())


def _contract_mu(m2, mu):
    """Contract area in 0.01 亩 from m², else from its twin in 亩; None where both are blank."""
    if m2 is not None and not math.isnan(m2):
        return mu_100_from_m2_100(hundredths(m2))
    return None if mu is None or math.isnan(mu) else hundredths(mu)


def _remark(parcel, state, site, holders, cut):
    """Why a parcel has what it has, in a few words."""
    words = []
    if state is None:
        return "未核定"
    if state.state == "reduced":
        kind = codes.UNAPPROVED_KIND.get(_text(site.unapproved_kind) if site is not None else "", "新开、复垦、未批耕地")
        if int(state.deducted_mu_100):
            words.append(f"扣减{kind} {mu_text(int(state.deducted_mu_100))} 亩")
        if state.reason != "UNAPPROVED_OVERLAP" and _text(state.reason) in KINDS:
            words.append(f"{KINDS[state.reason].title}，这部分暂不确权")
    elif state.state == "not_contract":
        words.append(f"{codes.DKLB.get(_text(parcel.DKLB), '非承包地')}，不予确定水权")
    elif state.state in ("outside_registry", "unapproved"):
        words.append(f"{codes.PARCEL_STATE[state.state]}，不予确定水权")
    elif state.state == "forest":
        words.append("林地，另行核定")
    elif state.state not in HAVING:
        kind = KINDS.get(_text(state.reason))
        title = kind.title if kind else codes.PARCEL_STATE.get(state.state, "")
        told = {"no_source": "不予确定水权", "withheld": "暂不确权"}.get(state.state, "待核实")
        words.append(f"{title}，{told}")
    if holders > 1:
        words.append("多户按份承包")
    if cut:
        words.append("按指标核减")
    return "；".join(words)
