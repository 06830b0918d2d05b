"""Rules on where a parcel's water comes from, and on the wells themselves."""

import numpy as np

from ..model import codes
from .reporting import about_parcels, about_rows


def outside_district(material):
    """OUTSIDE_DISTRICT: contract land in scope that overlaps no irrigation district."""
    outside = (material.site["district_code"] == "").to_numpy()
    return about_parcels(material, np.flatnonzero(material.in_scope & material.drawn & outside), "不在任何灌区范围内")


def no_source(material):
    """NO_SOURCE: contract land in scope without enough of an outlet's service area and without a usable well."""
    rows = np.flatnonzero(material.in_scope & material.drawn & (material.site["source"] == "none").to_numpy())
    site, least = material.site.iloc[rows], material.policy.get("sources.outlet_min_share")
    across = {fid: (frame["outlet_code"].tolist(), int(frame["overlap_m2_100"].sum()))
              for fid, frame in material.across[material.across["parcel_fid"].isin(site["parcel_fid"])].groupby("parcel_fid")}
    messages = []
    for fid, outlet, share, whole in zip(*(site[name].tolist() for name in (
            "parcel_fid", "outlet_code", "outlet_share", "geometry_m2_100"))):
        if fid in across:
            outlets, overlap = across[fid]
            outlet, share = "、".join(outlets), f"共占 {min(overlap / whole, 1) * 100:.1f}%"
        else:
            share = f"占 {share * 100:.1f}%"
        messages.append(f"在斗口 {outlet} 控制范围内的面积{share}，不足 {least * 100:.0f}%；服务半径内没有可用机井" if outlet
                        else "不在任何斗口控制范围内；服务半径内没有可用机井")
    return about_parcels(material, rows, messages)


def well_no_permit(material):
    """WELL_NO_PERMIT: a well in use without a permit number, where the policy asks for one."""
    wells = material.frames["well"]
    blank = (wells["permit_number"].str.strip() == "") & (wells["well_state"] == "normal")
    asked = blank.to_numpy() & material.policy.get("sources.require_permit")
    return _about_wells(material, asked, ["没有取水许可证号，不作为水源"] * int(asked.sum()))


def well_closed(material):
    """WELL_CLOSED: a well that is closed, or of which nobody says that it is in use; it is no source."""
    wells = material.frames["well"]
    closed = wells["well_state"] != "normal"
    messages = [f"机井状态为{codes.WELL_STATE.get(state, state)}，不作为水源" if state else "机井状态未填，不作为水源"
                for state in wells["well_state"][closed]]
    return _about_wells(material, closed.to_numpy(), messages)


def well_overdraft(material):
    """WELL_OVERDRAFT: a usable well inside an overdraft zone."""
    inside = material.wells_inside("overdraft_zone") & material.usable_wells
    return _about_wells(material, inside, ["位于地下水超采区"] * int(inside.sum()))


def well_spring(material):
    """WELL_SPRING: a usable well inside a spring's protection zone."""
    inside = material.wells_inside("spring_zone") & material.usable_wells
    return _about_wells(material, inside, ["位于泉域保护区"] * int(inside.sum()))


def _about_wells(material, chosen, messages):
    wells = material.frames["well"][chosen]
    village = material.villages_of(material.shapes["well"][chosen])
    subject = [code or f"（无编号，序号 {fid}）" for code, fid in zip(wells["well_code"], wells["fid"])]
    return about_rows(wells, subject, messages, village)
