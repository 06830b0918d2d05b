"""Irrigation layers, quotas and caps."""

from . import codes
from .schema import DATE, INTEGER, MULTILINESTRING, MULTIPOLYGON, POINT, REAL, TEXT, Field, Table
from .tables_land import DEMO, FID, SOURCE_FILE, SOURCE_ROW, UUID

WATER, LIMITS = "灌溉", "定额与指标"

IRRIGATION_DISTRICT = Table(
    "irrigation_district", "灌区", WATER,
    (
        FID,
        Field("district_code", TEXT, "灌区代码", required=True, length=20),
        Field("district_name", TEXT, "灌区名称", required=True, length=50),
        Field("permit_number", TEXT, "取水许可证号", length=50),
        Field("district_scale", TEXT, "灌区规模", codes=codes.DISTRICT_SCALE, length=10, names=("规模",),
              note="政策按规模规定确权单位的才用到"),
        Field("metered", TEXT, "渠首计量", codes=codes.METERED, length=10, names=("渠首计量设施",)),
    ),
    geometry=MULTIPOLYGON, delivered=True, indexes=("district_code",),
)
CANAL = Table(
    "canal", "渠道", WATER,
    (
        FID,
        Field("canal_code", TEXT, "渠道代码", length=30),
        Field("canal_name", TEXT, "渠道名称", length=50),
        Field("canal_level", TEXT, "渠道级别", codes=codes.CANAL_LEVEL, length=10),
        Field("parent_code", TEXT, "上级渠道代码", length=30),
        Field("district_code", TEXT, "灌区代码", length=20),
    ),
    geometry=MULTILINESTRING, delivered=True,
)
OUTLET = Table(
    "outlet", "斗口", WATER,
    (
        FID,
        Field("outlet_code", TEXT, "斗口代码", required=True, length=30),
        Field("outlet_name", TEXT, "斗口名称", length=50),
        Field("canal_code", TEXT, "渠道代码", length=30),
        Field("district_code", TEXT, "灌区代码", length=20),
        Field("metering", TEXT, "计量", codes=codes.METERING, length=10, names=("计量情况",),
              note="政策按计量情况规定确权单位的才用到"),
    ),
    geometry=POINT, delivered=True, indexes=("outlet_code",),
)
SERVICE_AREA = Table(
    "service_area", "斗口控制范围", WATER,
    (
        FID,
        Field("outlet_code", TEXT, "斗口代码", required=True, length=30),
        Field("outlet_name", TEXT, "斗口名称", length=50),
    ),
    geometry=MULTIPOLYGON, delivered=True, indexes=("outlet_code",),
)
WELL = Table(
    "well", "机井", WATER,
    (
        FID,
        UUID,
        Field("well_code", TEXT, "机井编号", required=True, length=30),
        Field("well_name", TEXT, "机井名称", length=50),
        Field("permit_number", TEXT, "取水许可证号", length=50),
        Field("permit_m3", REAL, "许可水量", unit="m³/年"),
        Field("permit_from", DATE, "许可有效期起", note="政策禁止超采区新增地下水的才用到"),
        Field("permit_until", DATE, "许可有效期止"),
        Field("well_state", TEXT, "机井状态", codes=codes.WELL_STATE, length=10),
        Field("reach_m", REAL, "服务半径", unit="m", note="空则用政策中的默认服务半径"),
        Field("metering", TEXT, "计量", codes=codes.METERING, length=10, names=("计量情况",),
              note="政策按计量情况规定确权单位的才用到"),
    ),
    geometry=POINT, delivered=True, edited=True, indexes=("well_code",), unique=(("uuid",),),
)
UNAPPROVED_LAND = Table(
    "unapproved_land", "新开、复垦、未批耕地", WATER,
    (
        FID,
        Field("land_code", TEXT, "图斑编号", length=30),
        Field("land_kind", TEXT, "类别", codes=codes.UNAPPROVED_KIND, required=True, length=12),
        Field("remark", TEXT, "备注", length=254),
    ),
    geometry=MULTIPOLYGON, delivered=True,
)
OVERDRAFT_ZONE = Table(
    "overdraft_zone", "地下水超采区", WATER,
    (
        FID,
        Field("zone_code", TEXT, "超采区代码", length=30),
        Field("zone_name", TEXT, "超采区名称", length=50),
    ),
    geometry=MULTIPOLYGON, delivered=True,
)
SPRING_ZONE = Table(
    "spring_zone", "泉域保护区", WATER,
    (
        FID,
        Field("zone_code", TEXT, "泉域代码", length=30),
        Field("zone_name", TEXT, "泉域名称", length=50),
        Field("zone_level", TEXT, "保护级别", codes=codes.SPRING_LEVEL, length=10),
    ),
    geometry=MULTIPOLYGON, delivered=True,
)
FOREST_PARCEL = Table(
    "forest_parcel", "林草地", WATER,
    (
        FID,
        Field("forest_code", TEXT, "林草地编号", length=30),
        Field("forest_name", TEXT, "名称", length=50),
        Field("holder_name", TEXT, "权利人", length=50),
        Field("area_mu", REAL, "面积", unit="亩"),
        Field("village_code", TEXT, "村代码", length=12),
    ),
    geometry=MULTIPOLYGON, delivered=True,
)
QUOTA = Table(
    "quota", "灌溉定额", LIMITS,
    (
        FID,
        Field("crop", TEXT, "作物", required=True, names=("作物名称", "作物种类")),
        Field("district_code", TEXT, "灌区代码", required=True, note="* 为各灌区通用"),
        Field("source", TEXT, "水源类型", codes=codes.SOURCE, required=True, names=("水源",)),
        Field("method", TEXT, "灌溉方式", required=True),
        Field("quota_m3_mu_100", INTEGER, "定额", unit="0.01 m³/亩", names=("定额（m³/亩）", "灌溉定额（m³/亩）")),
        Field("eta_canal", TEXT, "渠系水利用系数", note="十进制文本，至多四位小数", names=("η渠系",)),
        Field("eta_field", TEXT, "田间水利用系数", note="十进制文本，至多四位小数", names=("η田间",)),
        Field("quota_point", TEXT, "定额断面", note="定额定义处：田间、斗口、渠首、井口"),
        Field("reliability", TEXT, "灌溉保证率"),
        Field("grade", TEXT, "定额等级", note="先进值、通用值"),
        Field("edition", TEXT, "定额版本"),
        Field("page", TEXT, "页码"),
        DEMO,
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True,
)
CAP = Table(
    "cap", "用水总量指标", LIMITS,
    (
        FID,
        Field("cap_level", TEXT, "层级", codes=codes.CAP_LEVEL, required=True),
        Field("cap_code", TEXT, "代码", required=True, note="县 6 位、乡镇 9 位、村 12 位代码，或灌区、渠道、斗口代码、机井编号"),
        Field("cap_name", TEXT, "名称"),
        Field("source", TEXT, "水源类型", codes=codes.SOURCE, required=True, names=("水源",)),
        Field("cap_m3_100", INTEGER, "指标水量", unit="0.01 m³", names=("指标（m³）", "许可水量（m³）", "指标水量（m³）")),
        Field("reserve_m3_100", INTEGER, "预留水量", unit="0.01 m³", names=("预留（m³）", "预留水量（m³）", "政府预留（m³）"),
              note="指标中不分给用户的水量；空为不预留，县一级空着时按政策 cap.reserve_share"),
        Field("parent_code", TEXT, "上级代码", names=("所属灌区代码", "所属上级代码"),
              note="同一代码分在两个上级之下时，一个上级填一行；否则空着"),
        Field("basis", TEXT, "依据", note="取水许可证号或总量控制文件"),
        DEMO,
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True,
)

TABLES = (
    IRRIGATION_DISTRICT, CANAL, OUTLET, SERVICE_AREA, WELL, UNAPPROVED_LAND, OVERDRAFT_ZONE, SPRING_ZONE, FOREST_PARCEL,
    QUOTA, CAP,
)
