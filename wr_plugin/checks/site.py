"""Where each parcel lies: district, outlet, well, unapproved land, forest, overdraft zone; and so its source of water."""

import numpy as np
import pandas as pd
import shapely

from ..spatial.locate import covered, largest, locate, overlaps
from ..spatial.nearest import nearest_and_rival
from ..spatial.polygons import Polygons
from ..store import row_numbers

YES, NO = 1, 2
STEPS = 6


def site_of(material, report):
    """(the frame ``parcel_site`` without its column ``defect``, in the order of the parcels; the frame ``parcel_outlet``,
    empty unless the policy splits parcels across outlets).

    ``report(done, total)``: progress over all of its six layers.
    """
    parcels, land, policy = material.parcels, material.land, material.policy
    whole_m2_100 = hundredths(land.area)
    site = pd.DataFrame({"parcel_fid": parcels["fid"], "geometry_m2_100": whole_m2_100})
    registry_fid = np.append(material.registry["fid"].to_numpy(), -1)[material.registry_row]
    site["registry_fid"] = pd.Series(registry_fid, dtype="Int64").where(registry_fid >= 0)

    site["district_code"], _ = _located(material, "irrigation_district", "district_code", _part(report, 0))
    site["outlet_code"], site["outlet_share"], served, across = _outlets(material, whole_m2_100, _part(report, 1))
    site["well_code"], site["well_distance_m"], material.rivals = _well(material, _part(report, 2))
    site["well_overdraft"] = _of_well(material, site["well_code"], "overdraft_zone")
    site["well_spring"] = _of_well(material, site["well_code"], "spring_zone")

    kind, area = _unapproved(material, _part(report, 3))
    site["unapproved_kind"], site["unapproved_m2_100"] = kind, np.minimum(hundredths(area), whole_m2_100)
    forest, _ = covered(land, Polygons(material.shapes["forest_parcel"]), _part(report, 4))
    site["forest_m2_100"] = np.minimum(hundredths(forest), whole_m2_100)
    overdraft, _ = covered(land, Polygons(material.shapes["overdraft_zone"]), _part(report, 5))
    site["in_overdraft"] = np.where((2 * overdraft > land.area), YES, NO)

    surface = (site["outlet_code"] != "") & (served >= policy.get("sources.outlet_min_share"))
    ground = site["well_code"] != ""
    site["source"] = np.select([surface & ground, surface, ground], ["mixed", "surface", "ground"], "none")
    return site, across


def hundredths(area):
    """m² as whole hundredths."""
    return np.rint(area * 100).astype(np.int64)


def _part(report, number):
    return lambda done, total: report(number + (done / total if total else 1.0), STEPS)


def _located(material, layer, column, report):
    """(n,) code of the row of ``layer`` that each parcel lies in, '' for none; (n,) overlap in m². Rows of one code
    count together; ties go to the smaller code."""
    code = material.frames[layer][column].to_numpy()
    known, group = np.unique(code.astype(str), return_inverse=True)
    found, area = locate(material.land, Polygons(material.shapes[layer]), group, report)
    return np.append(known, "").astype(object)[found], area


def _outlets(material, whole_m2_100, report):
    """(n,) code of the outlet with the largest overlap, (n,) share of the parcel under it, (n,) share that the policy's
    least share is held against, and the frame ``parcel_outlet``.

    Where the policy splits parcels across outlets, the parts above the least overlap count together, and the frame lists
    those of parcels that have more than one; an overlap up to the least is an error of drawing.
    """
    land, policy = material.land, material.policy
    known, group = np.unique(material.frames["service_area"]["outlet_code"].to_numpy().astype(str), return_inverse=True)
    known = np.append(known, "").astype(object)
    parcel, number, area = overlaps(land, Polygons(material.shapes["service_area"]), group, report)
    main, most = largest(len(land), parcel, number, area)
    share = _share(most, land.area).round(6)
    part = np.minimum(hundredths(area), whole_m2_100[parcel])
    counted = (part > round(policy.get("area.overlap_min_m2") * 100)) & (known[number] != "")
    several = np.bincount(parcel[counted], minlength=len(land)) > 1
    shown = counted & several[parcel]
    material.outlet_pieces = pd.DataFrame({"parcel": parcel[shown], "outlet_code": known[number[shown]], "overlap_m2_100": part[shown]})
    if policy.get("sources.across_outlets") != "split":
        several[:] = False
    listed = counted & several[parcel]
    together = np.bincount(parcel[listed], weights=area[listed], minlength=len(land))
    served = np.where(several, np.minimum(_share(together, land.area).round(6), 1.0), share)
    fid = material.parcels["fid"].to_numpy()[parcel[listed]]
    across = pd.DataFrame({"fid": row_numbers.numbered(fid), "parcel_fid": fid, "outlet_code": known[number[listed]],
                           "overlap_m2_100": part[listed]})
    return known[main], share, served, across


def _share(area, whole):
    return np.divide(area, whole, out=np.zeros(len(whole)), where=whole > 0)


def _well(material, report):
    """(n,) code of the nearest usable well in reach, '' for none; (n,) its distance in m; (n,) code of another well that
    is exactly as near, '' for none."""
    wells, points = material.frames["well"], material.shapes["well"]
    usable = np.flatnonzero(material.usable_wells & ~shapely.is_missing(points) & ~shapely.is_empty(points))
    usable = usable[np.argsort(wells["well_code"].to_numpy()[usable].astype(str), kind="stable")]
    reach = wells["reach_m"].to_numpy(dtype=float)[usable]
    reach = np.where(np.isnan(reach), material.policy.get("sources.well_reach_m"), reach)
    found, distance, rival = nearest_and_rival(material.land, points[usable], reach, report)
    codes = np.append(wells["well_code"].to_numpy()[usable], "").astype(object)
    return codes[found], distance.round(2), codes[rival]


def _of_well(material, code, layer):
    """(n,) whether the parcel's well lies in a polygon of the layer; blank without a well. Of wells with one code, one
    inside is enough."""
    inside = material.wells_inside(layer) & material.usable_wells
    codes = material.frames["well"]["well_code"].to_numpy()[inside].astype(str)
    answer = np.where(code.isin(codes.tolist()), YES, NO)
    return pd.Series(answer, dtype="Int64").where(code.to_numpy() != "")


def _unapproved(material, report):
    """(n,) kind with the largest overlap, '' for none, and (n,) area in m² of the land that the policy deducts.
    Whether it exceeds the policy's minimum is for the rules to say."""
    kinds = material.frames["unapproved_land"]["land_kind"].to_numpy()
    deducted = np.isin(kinds.astype(str), material.policy.get("scope.deduct"))
    area, main = covered(material.land, Polygons(material.shapes["unapproved_land"][deducted]), report)
    return np.append(kinds[deducted], "").astype(object)[main], area
