"""The certificates of units of confirmation other than households (斗口、村组、灌区、协会 …), made from the work file.

What each must carry: name, kind, representative, area, source, yearly amount, term (张掖方案三（二）3), and the members
with the volume for their areas (南阳方案七（一）3: 凭证注明该用水者协会包括的农民用水户及其对应种植面积的分配水量). Who
represents a unit and under which permit it draws is read from the delivered tables; what they leave blank is named and
stops the certificate.
"""

from ..model import codes
from ..model.amounts import m3_text, mu_text
from ..store import reading
from .numerals import capital_hundredths
from .unit_content import Annex, AnnexLine, UnitContent

UNITS_SQL = """
SELECT * FROM unit_right WHERE unit_kind <> 'holder_source' AND volume_m3_100 > 0
ORDER BY unit_kind, unit_code, source DESC
"""
PLACED_SQL = """
SELECT DISTINCT r.unit_id, p.village_code AS village
FROM right_part r JOIN parcel p ON p.fid = r.parcel_fid JOIN unit_right u ON u.unit_id = r.unit_id
WHERE u.unit_kind <> 'holder_source' AND p.village_code <> '' ORDER BY 1, 2
"""
VILLAGES_SQL = """
SELECT p.village_code AS village, count(DISTINCT r.CBFBM) AS holders, count(DISTINCT r.parcel_fid) AS parcels,
       sum(r.area_mu_100) AS area, sum(r.volume_m3_100) AS volume
FROM right_part r JOIN parcel p ON p.fid = r.parcel_fid WHERE r.unit_id = ? GROUP BY p.village_code ORDER BY p.village_code
"""
PLACES_SQL = "SELECT DISTINCT district_code, outlet_code, well_code FROM right_part WHERE unit_id = ? ORDER BY 1, 2, 3"
NAME_SQL = "(SELECT CBFMC FROM CBF WHERE CBF.CBFBM = r.CBFBM ORDER BY fid LIMIT 1) AS name"
MEMBERS_SQL = f"""
SELECT r.CBFBM AS holder, {NAME_SQL}, count(DISTINCT r.parcel_fid) AS parcels, sum(r.area_mu_100) AS area,
       sum(r.volume_m3_100) AS volume
FROM right_part r WHERE r.unit_id = ? GROUP BY r.CBFBM ORDER BY r.CBFBM
"""  # nosec B608: our own texts
PARCELS_SQL = f"""
SELECT r.CBFBM AS holder, {NAME_SQL}, r.parcel_fid AS fid, p.DKBM AS code, p.DKMC AS parcel, sum(r.area_mu_100) AS area,
       sum(r.volume_m3_100) AS volume
FROM right_part r JOIN parcel p ON p.fid = r.parcel_fid WHERE r.unit_id = ?
GROUP BY r.CBFBM, r.parcel_fid ORDER BY r.CBFBM, p.DKBM, r.parcel_fid
"""  # nosec B608: our own texts
BY_PARCEL, BY_VILLAGE = ("group", "village"), ("district",)
MANY = 6
MEMBER_COLUMNS = (("姓名（名称）", 0.30, False), ("承包方编码", 0.42, False), ("地块数", 0.14, True))
PARCEL_COLUMNS = (("姓名（名称）", 0.17, False), ("承包方编码", 0.26, False), ("地块名称", 0.15, False), ("地块编码", 0.28, False))
VILLAGE_COLUMNS = (("乡镇、村", 0.36, False), ("村代码", 0.22, False), ("户数", 0.14, True), ("地块数", 0.14, True))
TERMS = (
    "本证记载的年度水权额度，是权利人在有效期内每年可以使用的水量上限；地表水、地下水分别核定、分别发证。",
    "附表是本证的组成部分，各行面积、水量之和等于本证的确权面积、年度水权额度。",
    "本证面积按“{legal_area}”口径确定，以亩为单位，保留两位小数；水量以立方米为单位。地块图仅示意位置，不作为界址依据。",
    "权利人、成员、面积、水源、额度或者有效期发生变化的，以及本证遗失、损毁的，请向发证机关办理。",
    "二维码载有证号与校验值；与发证机关台账核对一致，并经发证机关盖章的，本证有效。",
)


def contents(county, wanted=()):
    """``UnitContent`` of each right of a unit, in order of kind, code and source; ``wanted``: codes of units, () for all.

    The annex is read by ``with_annex`` only when it is printed.
    """
    store = county.store
    places = {}
    for row in reading.rows(store, PLACED_SQL):
        places.setdefault(row["unit_id"], []).append(row["village"])
    rows = [row for row in reading.rows(store, UNITS_SQL) if not wanted or row["unit_code"] in wanted]
    return [_content(county, row, places.get(row["unit_id"], [])) for row in rows]


def _content(county, row, villages):
    kind, code, lacking = row["unit_kind"], row["unit_code"], []
    water = reading.rows(county.store, PLACES_SQL, (row["unit_id"],))
    name = _name(county, kind, code, row["unit_name"], lacking)
    about = [("权利人", name), ("单位代码", code)], [("单位类别", codes.UNIT_KIND[kind]), _standing(county, kind, code, lacking)]
    volume, demand = row["volume_m3_100"], row["demand_m3_100"]
    how = f"定额水量 {m3_text(demand)} m³"
    how += f"，按用水总量指标核减 {m3_text(demand - volume)} m³" if demand > volume else "，未核减"
    if row["quota_m3_mu_100"] is not None:
        how += f"；综合定额 {mu_text(row['quota_m3_mu_100'])} m³/亩"
    rows = (
        *map(tuple, about),
        (("水源类型", codes.SOURCE[row["source"]]), ("确权面积", f"{mu_text(row['area_mu_100'])} 亩")),
        (("年度水权额度", f"{m3_text(volume)} 立方米（大写：{capital_hundredths(volume)}立方米）"),),
        (("核定情况", how),),
        (("灌区", _districts(county, water, row["source"], kind, lacking)),),
        (("斗口" if row["source"] == "surface" else "机井", _facilities(county, water, row["source"])),),
        (("成员和地块", f"{row['members']:,} 户，地块 {row['parcels']:,} 块" + (f"，在 {len(villages)} 个村" if len(villages) > 1 else "")),),
    )
    policy = county.policy
    return UnitContent(
        kind, code, name, row["unit_id"], county.name, county.document, county.legal_area, row["source"],
        row["area_mu_100"], volume, rows, "", TERMS, tuple(lacking), tuple(villages), _binding(county, kind, code, name, water),
        None, (), policy.get("certificate.valid_from") or "", policy.get("certificate.valid_to") or "",
        policy.get("certificate.issuer") or "", county.demo)


def _name(county, kind, code, stored, lacking):
    """The unit's name; of a group or a village with its township's."""
    if kind in ("group", "village"):
        name = county.place(code, (codes.TOWN, codes.VILLAGE, codes.GROUP)) if code in county.zones else ""
        cell = f"权属单位代码表：权属单位代码 {code} 的权属单位名称"
    elif kind == "permit":
        name, cell = f"取水许可证 {code}", ""
    else:
        name = stored if stored and stored != code else ""
        cell = {"outlet": f"斗口图层：斗口代码 {code} 的斗口名称", "district": f"灌区图层：灌区代码 {code} 的灌区名称"}.get(
            kind, f"确权单位表：单位编号 {code} 的单位名称")
    if not name:
        lacking.append(cell)
    return name or code


def _standing(county, kind, code, lacking):
    """(label, value): who represents the unit, or what it is held by."""
    store = county.store
    if kind in codes.LISTED_UNITS:
        row = reading.one(store, "SELECT head FROM water_unit WHERE unit_code = ? ORDER BY fid LIMIT 1", (code,))
        head = _text(row and row["head"])
        if not head:
            lacking.append(f"确权单位表：单位编号 {code} 的负责人")
        return "负责人", head
    if kind in ("group", "village"):
        holders = (code,) if kind == "group" else (code + "00", code)
        heads = [_text(row["FBFFZRXM"]) for one in holders for row in reading.rows(
            store, "SELECT FBFFZRXM FROM FBF WHERE FBFBM = ? ORDER BY fid", (one,))]
        head = next(filter(None, heads), "")
        if not head:
            lacking.append(f"发包方表（FBF）：发包方编码 {holders[0]} 的发包方负责人姓名")
        return "负责人", head
    if kind == "permit":
        until = [_text(row[0]) for row in reading.rows(
            store, "SELECT DISTINCT permit_until FROM well WHERE permit_number = ? ORDER BY 1", (code,))]
        return "许可有效期止", "、".join(filter(None, until)) or "—"
    if kind == "outlet":
        row = reading.one(store, "SELECT canal_code, metering FROM outlet WHERE outlet_code = ? ORDER BY fid LIMIT 1", (code,))
        canal = county.node_name("canal", row["canal_code"]) if row and row["canal_code"] else ""
        return "所属渠道", canal or "—"
    return "灌区规模", codes.DISTRICT_SCALE.get(_text(_district(store, code)["district_scale"]), "—")


def _district(store, code):
    return reading.one(store, "SELECT * FROM irrigation_district WHERE district_code = ? ORDER BY fid LIMIT 1", (code,))


def _districts(county, water, source, kind, lacking):
    """The districts' names, with the permits that the surface water is drawn under."""
    named = []
    for code in _unique(row["district_code"] for row in water):
        row = _district(county.store, code)
        permit = _text(row and row["permit_number"])
        if kind == "district" and source == "surface" and not permit:
            lacking.append(f"灌区图层：灌区代码 {code} 的取水许可证号")
        named.append((county.districts.get(code) or code) + (f"（取水许可证 {permit}）" if permit and source == "surface" else ""))
    return "、".join(named)


def _facilities(county, water, source):
    """The names of the outlets or wells; of many the first few and their number."""
    names = _unique(county.water(source, row["outlet_code"], row["well_code"]) for row in water)
    more = f"等 {len(names)} {'处' if source == 'surface' else '眼'}" if len(names) > MANY else ""
    return "、".join(names[:MANY]) + more


def _binding(county, kind, code, name, water):
    """Which file the certificate goes into: groups by village, outlets by district, all others alone."""
    title = codes.UNIT_KIND[kind]
    if kind in ("group", "village"):
        village = code[:codes.VILLAGE]
        return title, village, county.short_name(village)
    district = next(iter(_unique(row["district_code"] for row in water)), "")
    if kind == "outlet" and district:
        return title, district, county.districts.get(district) or district
    return title, code, name


def annex_of(county, content):
    """The ``Annex`` of a unit: households and parcels of a group or village, villages of a district, else households."""
    store, kind, key = county.store, content.unit_kind, (content.right_id,)
    if kind in BY_VILLAGE:
        rows = reading.rows(store, VILLAGES_SQL, key)
        lines = [AnnexLine(row["village"] or "", (
            county.place(row["village"] or "", (codes.TOWN, codes.VILLAGE)) or "（未归村）", row["village"] or "",
            str(row["holders"]), str(row["parcels"])), row["area"], row["volume"]) for row in rows]
        return Annex("各 村 清 单", VILLAGE_COLUMNS, tuple(lines), f"共 {len(lines)} 个村")
    if kind in BY_PARCEL:
        rows = reading.rows(store, PARCELS_SQL, key)
        lines = [AnnexLine(row["code"] or "", (row["name"] or "", row["holder"], row["parcel"] or "", row["code"] or ""),
                           row["area"], row["volume"], row["fid"]) for row in rows]
        return Annex("农户和地块清单", PARCEL_COLUMNS, tuple(lines), _counted(rows))
    rows = reading.rows(store, MEMBERS_SQL, key)
    lines = [AnnexLine(row["holder"], (row["name"] or "", row["holder"], str(row["parcels"])), row["area"], row["volume"])
             for row in rows]
    return Annex("成 员 清 单" if kind in codes.LISTED_UNITS else "农 户 清 单", MEMBER_COLUMNS, tuple(lines), f"共 {len(lines)} 户")


def _counted(rows):
    return f"共 {len({row['holder'] for row in rows})} 户、{len({row['fid'] for row in rows})} 块"


def _unique(values):
    return list(dict.fromkeys(v for v in map(_text, values) if v))


def _text(value):
    return "" if value is None else str(value).strip()
