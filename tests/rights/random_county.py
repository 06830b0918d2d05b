"""Random counties, each with every rule in it, from one seed."""

import numpy as np

from tests.rights import small_county as county

CROPS, METHODS, DISTRICTS = ("玉米", "小麦", "苜蓿", None), ("畦灌", "滴灌", " "), ("GQ01", "GQ02", "GQ03", None)
DEFECTS = ("", "", "", "", "", "", "", "", "", "CODE_DUPLICATE", "AREA_UNIT", "HOLDER_UNKNOWN", "HOLDER_LINK_MISSING")


def random_county(seed, size=60, cap_share=1.2):
    """A county of ``size`` parcels. ``cap_share``: caps as a share of a rough demand; below 1 they cut."""
    rng = np.random.default_rng(seed)

    def pick(values, weights=None):
        chances = None if weights is None else np.array(weights, dtype=float) / sum(weights)
        return values[rng.choice(len(values), p=chances)]

    parcels, links = [], []
    for number in range(1, size + 1):
        whole = int(rng.integers(1_000, 2_000_000))
        parcels.append(county.parcel_row(
            number, DKLB=pick(("10", "21"), (15, 1)), TDYT=pick(("1", "2"), (15, 1)),
            SCMJ=pick((whole / 100, None), (9, 1)), SCMJM=pick((12.34, None)), geometry_m2_100=whole,
            forest_m2_100=int(pick((0, whole // 3, whole // 2, whole // 2 + 1), (20, 1, 1, 1))),
            unapproved_m2_100=int(pick((0, 900, 1000, 1001, whole // 3, whole), (20, 1, 1, 1, 3, 1))),
            in_registry=bool(rng.random() < 0.92), crop=pick(CROPS, (6, 4, 1, 1)), method=pick(METHODS, (9, 5, 1)),
            district_code=pick(DISTRICTS, (6, 6, 6, 1)),
            source=pick(("surface", "ground", "mixed", "none"), (6, 4, 4, 1)),
            defect=pick(DEFECTS)))
        for _ in range(int(pick((0, 1, 2, 3), (1, 16, 4, 2)))):
            holder = int(rng.integers(1, size // 2))
            area = float(pick((whole / 100, round(whole / 300, 2), whole / 700, 0.0), (6, 4, 4, 0.3)))
            links.append(county.link_row(number, holder, area if rng.random() < 0.95 else None,
                                         round(area * 0.0015, 2) if rng.random() < 0.5 else None,
                                         YHTMJ=area + 10, CBHTBM=f"{holder}J{int(rng.integers(0, 2))}"))
            if rng.random() < 0.03:
                links.append(dict(links[-1]))
    if size > 5:
        parcels[3]["DKBM"] = parcels[4]["DKBM"]
        parcels[3]["defect"] = parcels[4]["defect"] = "CODE_DUPLICATE"
    quotas = [county.quota_row(crop, district, source, method, int(rng.integers(10_000, 60_000)),
                               f"0.{int(rng.integers(4000, 9999))}", pick(("0.9", "0.95", "1")))
              for crop in ("玉米", "小麦") for district in ("GQ01", "*") for source in county.SOURCES
              for method in ("畦灌", "滴灌") if rng.random() < 0.97]
    rough = size * 600_000
    caps = [county.cap_row(level, code, source, int(rough * cap_share * rng.uniform(0.3, 1) * part))
            for level, code, part in (("county", county.COUNTY, 1.0), ("district", "GQ01", 0.4),
                                      ("district", "GQ02", 0.4), ("district", "GQ03", 0.4))
            for source in county.SOURCES if rng.random() < 0.96 or level == "county"]
    return county.county(parcels, links, quotas, caps, range(1, size // 2 - 1))
