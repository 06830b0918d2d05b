"""What a check looks at, column by column, and so which edits it has to look at again. Standard library only."""

from ..store.edits import WHOLE

COLUMNS = {
    "parcel": ("fid", "uuid", "DKBM", "DKLB", "TDYT", "SCMJ", "SCMJM", "village_code", "source_file", "source_row"),
    "CBDKXX": ("DKBM", "CBFBM", "HTMJ", "HTMJM", "YHTMJ", "YHTMJM", "source_file", "source_row"),
    "CBF": ("CBFBM", "CBFMC", "source_file", "source_row"),
    "CBF_JTCY": ("CBFBM", "CYXM"),
    "registry": ("fid", "DKBM", "CBFBM", "holder_name", "area_mu_100", "source_file", "source_row"),
    "irrigation_district": ("district_code",),
    "service_area": ("outlet_code", "outlet_name"),
    "well": ("fid", "well_code", "permit_number", "well_state", "reach_m"),
    "unapproved_land": ("land_kind",),
    "overdraft_zone": ("zone_code",),
    "spring_zone": ("zone_code",),
    "forest_parcel": ("forest_code",),
    "CJQY": ("CJQYDM",),
}
POLYGON_LAYERS = ("parcel", "irrigation_district", "service_area", "unapproved_land", "overdraft_zone", "spring_zone",
                  "forest_parcel", "CJQY")
LAYERS = (*POLYGON_LAYERS, "well")
LINKING = {
    "parcel": ("uuid", "DKBM", "DKMC", "DKLB", "SCMJ", "SCMJM", "village_code", "village_name"),
    "CBDKXX": ("DKBM", "CBFBM", "HTMJ", "HTMJM", "YHTMJ", "YHTMJM"),
    "CBF": ("CBFBM", "CBFMC"), "CBF_JTCY": ("CBFBM", "CYXM"), "zone": ("zone_code", "zone_name"),
    "registry": ("village_name", "group_name", "holder_name", "CBFBM", "DKBM", "parcel_name", "area_mu_100", "source_file"),
    "registry_decision": ("registry_key", "DKBM", "CBFBM", "decision"),
}
"""What linking looks at, table by table."""
LINKS = "registry_link"


def relevant(changed):
    """Of the edits by table (``store.edits.since``) those that a check looks at."""
    kept = {}
    for name, touched in changed.items():
        looked_at = {*COLUMNS.get(name, ()), *LINKING.get(name, ())} | ({"geom"} if name in LAYERS else set())
        if name == LINKS or looked_at and (touched is WHOLE or touched.came_or_went or "fid" in touched.columns
                                           or looked_at & touched.columns):
            kept[name] = touched
    return kept


def of_linking(changed):
    """{table: columns} that differ and that linking looks at; None for the columns where rows came or went."""
    asked = {}
    for name, columns in LINKING.items():
        touched = changed.get(name)
        if touched is not None and (touched.came_or_went or "fid" in touched.columns):
            asked[name] = None
        elif touched is not None and touched.columns & set(columns):
            asked[name] = touched.columns & set(columns)
    return asked


def unchecked(changed):
    """How many rows of these edits by table a check has not seen; None where tables were written in bulk."""
    kept = relevant(changed).values()
    return None if WHOLE in kept else sum(len(touched.keys) for touched in kept)
