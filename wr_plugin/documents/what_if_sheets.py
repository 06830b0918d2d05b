"""The workbook of a what-if (试算): totals, households and parcels that change, against today."""

from ..model import codes
from .workbook import M3, MU, WHOLE, Sheet, SheetColumn

LEVELS = {"county": "县", "district": "灌区", "outlet": "斗口", "village": "村"}
PAIR = (("今天", "before"), ("试算", "after"))
MEASURED = (
    *(SheetColumn(when, kind, 14, group) for group, kind in (("确权面积（亩）", MU), ("定额水量（m³）", M3), ("核定水量（m³）", M3))
      for when, _ in PAIR),
    SheetColumn("水量增减（m³）", M3, 14),
)
TOTAL_COLUMNS = (SheetColumn("层级", width=8), SheetColumn("代码", width=16), SheetColumn("名称", width=18), SheetColumn("水源", width=9),
                 *MEASURED, SheetColumn("指标（m³）", M3, 14))
UNIT_COLUMNS = (SheetColumn("确权单位", width=18), SheetColumn("代码", width=18), SheetColumn("名称", width=20), SheetColumn("水源", width=9),
                *MEASURED)
OTHER_COLUMNS = (
    SheetColumn("用水户", width=20), SheetColumn("水源", width=9), SheetColumn("今天", WHOLE, 10, "户数"), SheetColumn("试算", WHOLE, 10, "户数"),
    SheetColumn("今天", M3, 14, "核定水量（m³）"), SheetColumn("试算", M3, 14, "核定水量（m³）"), SheetColumn("增减（m³）", M3, 14),
)
HOLDER_COLUMNS = (
    SheetColumn("序号", WHOLE, 8), SheetColumn("村", width=16), SheetColumn("承包方编码", width=22), SheetColumn("权利人", width=14),
    SheetColumn("水源", width=9), SheetColumn("今天", M3, 14, "核定水量（m³）"), SheetColumn("试算", M3, 14, "核定水量（m³）"),
    SheetColumn("增减（m³）", M3, 14),
)
PARCEL_COLUMNS = (
    SheetColumn("序号", WHOLE, 8), SheetColumn("地块编码", width=23), SheetColumn("今天", M3, 14, "核定水量（m³）"),
    SheetColumn("试算", M3, 14, "核定水量（m³）"), SheetColumn("增减（m³）", M3, 14),
)


def sheets(answer, told, places, parcel_codes):
    """``answer``: ``rights.what_if.Answer``; ``told``: the levers in words; ``places``: {(level, code): name};
    ``parcel_codes``: DKBM by parcel fid."""
    totals, holders, parcels = answer.totals, answer.holders.sort_values(["change", "CBFBM", "source"]), answer.parcels
    note = "；".join(told)
    data = [
        [LEVELS[level] for level in totals["level"]], totals["code"].tolist(),
        [places.get(key, "") for key in zip(totals["level"], totals["code"])],
        [codes.SOURCE[source] for source in totals["source"]],
        *_measured(totals),
        [None if cap != cap or cap is None else int(cap) for cap in totals["cap_m3_100"].astype(object).where(
            totals["cap_m3_100"].notna(), None)],
    ]
    people = [
        list(range(1, len(holders) + 1)), [places.get(("village", v), v or "") for v in holders["village_code"]],
        holders["CBFBM"].tolist(), [name or "" for name in holders["holder_name"]],
        [codes.SOURCE[source] for source in holders["source"]], holders["volume_before"].tolist(),
        holders["volume_after"].tolist(), holders["change"].tolist(),
    ]
    land = [list(range(1, len(parcels) + 1)), [parcel_codes.get(fid, "") for fid in parcels["parcel_fid"].tolist()],
            *(parcels[name].tolist() for name in ("before", "after", "change"))]
    return [Sheet("合计", "试算合计", note, TOTAL_COLUMNS, data), *_units(answer.units, note), *_others(answer.others, note),
            Sheet("户", "水量有增减的户", note + "；先减后增", HOLDER_COLUMNS, people),
            Sheet("地块", "水量有增减的地块", note, PARCEL_COLUMNS, land)]


def _measured(frame):
    return [*(frame[f"{name}_{when}"].tolist() for name in ("area_mu_100", "demand_m3_100", "volume_m3_100") for _, when in PAIR),
            (frame["volume_m3_100_after"] - frame["volume_m3_100_before"]).tolist()]


def _units(units, note):
    """The sheet of the units of confirmation, where there are others than households."""
    if len(units):
        yield Sheet("确权单位", "农户以外的确权单位", note, UNIT_COLUMNS, [
            [codes.UNIT_KIND[kind] for kind in units["kind"]], units["code"].tolist(), units["name"].tolist(),
            [codes.SOURCE[source] for source in units["source"]], *_measured(units)])


def _others(others, note):
    """The sheet of the users without contract land, where there are any."""
    if others is not None and len(others.volumes):
        volumes = others.volumes
        yield Sheet("其他用水户", "承包地以外的用水户", note if others.touched else note + "；与这些用水户无关", OTHER_COLUMNS, [
            [codes.USER_KIND[kind] for kind in volumes["kind"]], [codes.SOURCE[source] for source in volumes["source"]],
            *(volumes[name].tolist() for name in ("users_before", "users_after", "before", "after")),
            (volumes["after"] - volumes["before"]).tolist()])
