"""Units of confirmation, crop mixes, and the water users that are no contract land, as the check forms deliver them.

DOMAIN §4 names the check forms (林草地灌溉面积核查表, 工业企业用水户核查表, 公共供水管网内用水大户核查表) but their column
lists are given nowhere: the columns here are ours.
"""

from . import codes
from .schema import DATE, INTEGER, TEXT, Field, Table
from .tables_land import DEMO, FID, SOURCE_FILE, SOURCE_ROW

USERS = "用水户"
DECIMAL = "十进制文本，不取整"

WATER_UNIT = Table(
    "water_unit", "确权单位表", USERS,
    (
        FID,
        Field("unit_code", TEXT, "单位编号", required=True, length=30, names=("协会编号", "确权单位编号")),
        Field("unit_name", TEXT, "单位名称", length=100, names=("协会名称", "确权单位名称")),
        Field("unit_kind", TEXT, "单位类别", codes={k: codes.UNIT_KIND[k] for k in codes.LISTED_UNITS}, required=True,
              length=20),
        Field("district_code", TEXT, "灌区代码", length=20),
        Field("managed_mu_100", INTEGER, "分管面积", unit="0.01 亩", names=("分管面积（亩）", "管理面积（亩）"),
              note="只用于核对：水量按成员的确权面积计算"),
        Field("head", TEXT, "负责人", length=50),
        DEMO,
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, indexes=("unit_code",), note="农民用水者协会、合作组织、集体经济组织",
)
UNIT_MEMBER = Table(
    "unit_member", "确权单位成员表", USERS,
    (
        FID,
        Field("unit_code", TEXT, "单位编号", required=True, length=30, names=("协会编号", "确权单位编号")),
        Field("CBFBM", TEXT, "承包方编码", required=True, length=18, names=("成员承包方编码",)),
        Field("DKBM", TEXT, "地块编码", length=19, note="空为该户的全部地块"),
        Field("member_name", TEXT, "成员姓名", length=50, names=("姓名",)),
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, indexes=("CBFBM",),
)
CROP_MIX = Table(
    "crop_mix", "种植结构表", USERS,
    (
        FID,
        Field("district_code", TEXT, "灌区代码", required=True, length=20, names=("灌区",)),
        Field("source", TEXT, "水源类型", codes=codes.SOURCE, required=True, names=("水源",)),
        Field("crop", TEXT, "作物", required=True, names=("作物名称", "作物种类")),
        Field("method", TEXT, "灌溉方式", required=True),
        Field("mix_share", TEXT, "种植比例", required=True, names=("种植结构", "比例"),
              note="0 至 1 的小数，至多四位；复种的灌区各行之和可以大于 1"),
        DEMO,
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, note="每个灌区、每种水源各作物所占灌溉面积的比例",
)
PRODUCT_QUOTA = Table(
    "product_quota", "行业用水定额表", USERS,
    (
        FID,
        Field("product", TEXT, "产品", required=True, names=("产品名称", "用水项目")),
        Field("scale_unit", TEXT, "规模单位", required=True, names=("计量单位",), note="如 t、头、人·年"),
        Field("unit_quota", TEXT, "单位定额", unit="m³/规模单位", names=("定额（m³/单位）", "用水定额"), note=DECIMAL),
        Field("grade", TEXT, "定额等级", note="先进值、通用值"),
        Field("edition", TEXT, "定额版本"),
        Field("page", TEXT, "页码"),
        DEMO,
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True,
)
PERMIT_USER = Table(
    "permit_user", "取水许可用水户核查表", USERS,
    (
        FID,
        Field("user_code", TEXT, "用水户编号", required=True, length=30, names=("企业编号", "编号")),
        Field("user_name", TEXT, "用水户名称", length=100, names=("企业名称", "单位名称")),
        Field("industry", TEXT, "行业", codes=codes.INDUSTRY, names=("行业类别",), length=20),
        Field("source", TEXT, "水源类型", codes=codes.SOURCE, required=True, names=("水源",)),
        Field("permit_number", TEXT, "取水许可证号", length=50),
        Field("permit_m3_100", INTEGER, "许可水量", unit="0.01 m³/年", names=("许可水量（m³）", "取水许可量（m³）")),
        Field("permit_from", DATE, "许可有效期起"),
        Field("permit_until", DATE, "许可有效期止"),
        Field("product", TEXT, "产品", names=("产品名称", "用水项目")),
        Field("scale", TEXT, "规模", note=DECIMAL, names=("年产量", "生产规模")),
        Field("scale_unit", TEXT, "规模单位", names=("计量单位",)),
        Field("use_1_m3_100", INTEGER, "上年用水量", unit="0.01 m³", names=("上年用水量（m³）",)),
        Field("use_2_m3_100", INTEGER, "前二年用水量", unit="0.01 m³", names=("前二年用水量（m³）", "前年用水量（m³）")),
        Field("use_3_m3_100", INTEGER, "前三年用水量", unit="0.01 m³", names=("前三年用水量（m³）",)),
        Field("exempt", TEXT, "免予核减事由", codes=codes.IDLE_EXEMPT, length=10),
        Field("reasonable_m3_100", INTEGER, "核定的合理用水量", unit="0.01 m³", names=("核定的合理用水量（m³）", "合理用水量（m³）"),
              note="长期占而不用的，由主管部门核定后填写"),
        Field("in_overdraft", INTEGER, "在超采区", codes=codes.YES_NO),
        Field("in_spring", INTEGER, "在泉域保护区", codes=codes.YES_NO),
        Field("metered", TEXT, "计量设施", codes=codes.METERED, length=10),
        Field("village_code", TEXT, "村代码", length=12),
        Field("remark", TEXT, "备注", length=254),
        DEMO,
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, indexes=("user_code",), note="生活、工业、林草、畜牧等行业已核发取水许可证的；含工业企业用水户核查表",
)
NETWORK_USER = Table(
    "network_user", "公共供水管网内用水大户核查表", USERS,
    (
        FID,
        Field("user_code", TEXT, "用水户编号", required=True, length=30, names=("企业编号", "编号")),
        Field("user_name", TEXT, "用水户名称", length=100, names=("企业名称", "单位名称")),
        Field("industry", TEXT, "行业", codes=codes.INDUSTRY, names=("行业类别",), length=20),
        Field("network_name", TEXT, "供水管网", length=100, names=("供水单位", "供水企业")),
        Field("network_permit", TEXT, "供水单位取水许可证号", length=50),
        Field("source", TEXT, "水源类型", codes=codes.SOURCE, required=True, names=("水源",)),
        Field("use_1_m3_100", INTEGER, "年用水量", unit="0.01 m³", names=("年用水量（m³）", "上年用水量（m³）")),
        Field("product", TEXT, "产品", names=("产品名称", "用水项目")),
        Field("scale", TEXT, "规模", note=DECIMAL, names=("年产量", "生产规模")),
        Field("scale_unit", TEXT, "规模单位", names=("计量单位",)),
        Field("leakage", TEXT, "管网漏损率", note="0 至 1 的小数，至多四位"),
        Field("metered", TEXT, "计量设施", codes=codes.METERED, length=10),
        Field("village_code", TEXT, "村代码", length=12),
        Field("remark", TEXT, "备注", length=254),
        DEMO,
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, indexes=("user_code",),
)
FOREST_USER = Table(
    "forest_user", "林草地灌溉面积核查表", USERS,
    (
        FID,
        Field("user_code", TEXT, "林草地编号", required=True, length=30, names=("编号",)),
        Field("user_name", TEXT, "权利人", length=100, names=("林场名称", "单位名称")),
        Field("forest_name", TEXT, "林草地名称", length=100, names=("名称",)),
        Field("district_code", TEXT, "灌区代码", required=True, length=20),
        Field("source", TEXT, "水源类型", codes=codes.SOURCE, required=True, names=("水源",)),
        Field("area_mu_100", INTEGER, "灌溉面积", unit="0.01 亩", names=("灌溉面积（亩）", "面积（亩）")),
        Field("village_code", TEXT, "村代码", length=12),
        Field("remark", TEXT, "备注", length=254),
        DEMO,
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, indexes=("user_code",),
)
FOREST_VOLUME = Table(
    "forest_volume", "林草用水量表", USERS,
    (
        FID,
        Field("district_code", TEXT, "灌区代码", required=True, length=20),
        Field("source", TEXT, "水源类型", codes=codes.SOURCE, required=True, names=("水源",)),
        Field("forest_m3_100", INTEGER, "林草用水量", unit="0.01 m³", names=("林草用水量（m³）",)),
        Field("basis", TEXT, "依据", note="灌区取水许可批复"),
        DEMO,
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, note="灌区取水许可批复的林草用水量",
)

TABLES = (
    WATER_UNIT, UNIT_MEMBER, CROP_MIX, PRODUCT_QUOTA, PERMIT_USER, NETWORK_USER, FOREST_USER, FOREST_VOLUME,
)
