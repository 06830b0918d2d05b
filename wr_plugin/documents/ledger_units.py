"""The ledger's sheets on units of confirmation with their members, and on users without contract land."""

from ..model import codes
from ..model.findings import KINDS
from ..store import reading
from .workbook import M3, MU, WHOLE, Sheet, SheetColumn

CERTIFICATE_COLUMNS = (
    SheetColumn("证号", width=26, group="水权证"), SheetColumn("有效期起", width=12, group="水权证"),
    SheetColumn("有效期止", width=12, group="水权证"),
)
UNIT_COLUMNS = (
    SheetColumn("序号", WHOLE, 7), SheetColumn("确权单位", width=18), SheetColumn("代码", width=22), SheetColumn("名称", width=22),
    SheetColumn("水源类型", width=10), SheetColumn("成员户数", WHOLE, 9), SheetColumn("地块数", WHOLE, 9),
    SheetColumn("确权面积（亩）", MU, 14), SheetColumn("综合定额（m³/亩）", M3, 12), SheetColumn("定额水量（m³）", M3, 16),
    SheetColumn("核定水量（m³）", M3, 16), *CERTIFICATE_COLUMNS,
)
MEMBER_COLUMNS = (
    SheetColumn("序号", WHOLE, 8), SheetColumn("确权单位", width=18), SheetColumn("单位代码", width=22),
    SheetColumn("单位名称", width=22), SheetColumn("水源类型", width=10), SheetColumn("成员承包方编码", width=21),
    SheetColumn("成员姓名", width=14), SheetColumn("地块数", WHOLE, 8), SheetColumn("面积（亩）", MU, 13),
    SheetColumn("分配水量（m³）", M3, 16),
)
USER_COLUMNS = (
    SheetColumn("序号", WHOLE, 7), SheetColumn("编号", width=16), SheetColumn("名称", width=26), SheetColumn("行业", width=10),
    SheetColumn("灌区", width=14), SheetColumn("水源类型", width=10), SheetColumn("面积（亩）", MU, 12),
    SheetColumn("证号", width=24, group="取水许可"), SheetColumn("有效期止", width=12, group="取水许可"),
    SheetColumn("许可水量", M3, 16, "水量（m³）"), SheetColumn("定额水量", M3, 16, "水量（m³）"),
    SheetColumn("核定水量", M3, 16, "水量（m³）"), SheetColumn("结果", width=12), SheetColumn("说明", width=20), *CERTIFICATE_COLUMNS,
)
UNITS_SQL = "SELECT * FROM unit_right WHERE unit_kind <> 'holder_source' ORDER BY unit_kind, unit_code, source DESC"
MEMBERS_SQL = """
SELECT u.unit_kind, u.unit_code, u.unit_name, u.source, p.CBFBM,
       (SELECT CBFMC FROM CBF WHERE CBF.CBFBM = p.CBFBM ORDER BY fid LIMIT 1) AS name,
       count(DISTINCT p.parcel_fid) AS parcels, sum(p.area_mu_100) AS area, sum(p.volume_m3_100) AS volume
FROM right_part p JOIN unit_right u ON u.unit_id = p.unit_id WHERE u.unit_kind <> 'holder_source'
GROUP BY u.unit_id, p.CBFBM ORDER BY u.unit_kind, u.unit_code, u.source DESC, p.CBFBM
"""
USERS_SQL = "SELECT * FROM user_right WHERE user_kind = ? ORDER BY user_code, source DESC"


def sheets(county, title, note):
    """Sheets of what there is: units other than households with their members, and each kind of other user."""
    found, held = [], _certificates(county.store)
    units = reading.rows(county.store, UNITS_SQL)
    if units:
        members = reading.rows(county.store, MEMBERS_SQL)
        found += [Sheet("按确权单位", f"{title}·按确权单位", note, UNIT_COLUMNS, *_units(units, held)),
                  Sheet("单位成员", f"{title}·确权单位成员", note, MEMBER_COLUMNS, *_members(members))]
    for kind, name in codes.USER_KIND.items():
        rows = reading.rows(county.store, USERS_SQL, (kind,))
        if rows:
            found.append(Sheet(name, f"{county.name}{name}水权确权台账", note, USER_COLUMNS, *_users(county, rows, held)))
    return found


def _units(rows, held):
    data = [list(range(1, len(rows) + 1)), [codes.UNIT_KIND[r["unit_kind"]] for r in rows], [r["unit_code"] for r in rows],
            [r["unit_name"] for r in rows], [codes.SOURCE[r["source"]] for r in rows],
            *([r[c] for r in rows] for c in ("members", "parcels", "area_mu_100", "quota_m3_mu_100", "demand_m3_100",
                                             "volume_m3_100")),
            *_held(held, [(r["unit_kind"], r["unit_code"], r["source"]) for r in rows])]
    totals = (None, "合计", f"{len(rows)} 个", "", "", None, None, sum(data[7]), None, sum(data[9]), sum(data[10]), "", "", "")
    return data, totals


def _members(rows):
    data = [list(range(1, len(rows) + 1)), [codes.UNIT_KIND[r["unit_kind"]] for r in rows],
            *([r[c] for r in rows] for c in ("unit_code", "unit_name")), [codes.SOURCE[r["source"]] for r in rows],
            *([r[c] for r in rows] for c in ("CBFBM", "name", "parcels", "area", "volume"))]
    return data, (None, "合计", "", "", "", f"{len({r['CBFBM'] for r in rows})} 户", "", None, sum(data[8]), sum(data[9]))


def _users(county, rows, held):
    data = [list(range(1, len(rows) + 1)), [r["user_code"] for r in rows], [r["user_name"] for r in rows],
            [codes.INDUSTRY.get(r["industry"], r["industry"]) for r in rows],
            [county.districts.get(r["district_code"]) or r["district_code"] for r in rows],
            [codes.SOURCE.get(r["source"], r["source"]) for r in rows],
            *([r[c] for r in rows] for c in ("area_mu_100", "permit_number", "permit_until", "permit_m3_100",
                                             "quota_m3_100", "volume_m3_100")),
            [codes.USER_STATE[r["state"]] for r in rows],
            [KINDS[r["reason"]].title if r["reason"] in KINDS else "" for r in rows],
            *_held(held, [(f"{r['user_kind']}_user", r["user_code"], r["source"]) for r in rows])]
    return data, (None, "合计", f"{len(rows)} 个", "", "", "", None, "", "", None, None, sum(data[11]), "", "", "", "", "")


def _certificates(store):
    """{(kind, code, source): certificate row} of what is in force."""
    return {(r["unit_kind"], r["unit_code"], r["source"]): r for r in reading.rows(
        store, "SELECT * FROM certificate WHERE state = 'valid' AND unit_kind <> 'holder_source'")}


def _held(held, keys):
    """Columns of number and term of the certificates with these keys."""
    rows = [held.get(key) for key in keys]
    return [["" if row is None else row[name] for row in rows] for name in ("number", "valid_from", "valid_to")]
