"""Two sources that claim the same ground where one is meant: service areas that overlap, wells that are equally near."""

import numpy as np

from ..spatial.overlaps import mutual
from ..spatial.polygons import Polygons
from .reporting import about_parcels, about_rows

M2_PER_MU = 2000 / 3


def service_area_overlap(material):
    """SERVICE_AREA_OVERLAP: service areas of two outlets that share more ground than the policy takes for an error of
    drawing. One finding for each pair of outlets, with the area that they share."""
    areas = material.frames["service_area"]
    first, second, shared = mutual(Polygons(material.shapes["service_area"]), material.policy.get("area.overlap_min_m2"))
    code, together = areas["outlet_code"].to_numpy().astype(str), {}
    for i, j, area in zip(first.tolist(), second.tolist(), shared.tolist()):
        pair = tuple(sorted((i, j), key=lambda row: (code[row], row)))
        if code[i] != code[j]:
            here = together.setdefault((code[pair[0]], code[pair[1]]), [pair, 0.0])
            here[1] += area
    chosen = sorted(together.items())
    told = [f"斗口 {_named(areas, i)} 与 {_named(areas, j)} 的控制范围重叠 {area:,.2f} m²（{area / M2_PER_MU:,.2f} 亩）"
            for _, ((i, j), area) in chosen]
    rows = areas.iloc[[pair[0] for _, (pair, _) in chosen]]
    return about_rows(rows, [f"{a or '（无代码）'}|{b or '（无代码）'}" for (a, b), _ in chosen], told,
                      value=[f"{area:.2f}" for _, (_, area) in chosen])


def _named(areas, row):
    """An outlet's name with its code, as far as they are known."""
    name, code = (str(areas[column].iat[row]).strip() for column in ("outlet_name", "outlet_code"))
    return f"{name}（{code}）" if name and code and name != code else name or code or "（无代码）"


def across_outlets(material):
    """ACROSS_OUTLETS: land in scope that lies under several outlets, whichever of them the policy gives it to."""
    pieces = material.outlet_pieces
    counted = (material.in_scope & material.drawn)[pieces["parcel"].to_numpy()]
    told = {}
    for parcel, outlet, area in zip(*(pieces[name][counted].tolist() for name in ("parcel", "outlet_code", "overlap_m2_100"))):
        told.setdefault(parcel, []).append(f"斗口 {outlet} {area / 100:,.2f} m²")
    split = material.policy.get("sources.across_outlets") == "split"
    done = "按重叠面积分开" if split else "整块归重叠最大的斗口"
    return about_parcels(material, list(told), [f"在{'、'.join(listed)}；按政策{done}" for listed in told.values()],
                         value=[str(len(listed)) for listed in told.values()])


def well_tied(material):
    """WELL_TIED: land in scope whose nearest usable well is no nearer than another that reaches it too."""
    rows = np.flatnonzero(material.in_scope & material.drawn & (material.rivals != ""))
    site = material.site.iloc[rows]
    told = [f"机井 {well} 与 {rival} 距这块地都是 {distance:.2f} m，按编号在前的 {well} 供水"
            for well, rival, distance in zip(site["well_code"], material.rivals[rows], site["well_distance_m"])]
    return about_parcels(material, rows, told, value=material.rivals[rows].tolist())
