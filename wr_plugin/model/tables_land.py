"""Land-contract layers and tables as NY/T 2539 names them (DOMAIN §1.1, §1.2), and the registry (名录)."""

from . import codes
from .schema import DATE, INTEGER, MULTIPOLYGON, REAL, TEXT, Field, Table

LAND, OWNERSHIP = "承包地", "权属表"

FID = Field("fid", INTEGER, "序号", required=True)
UUID = Field("uuid", TEXT, "唯一标识", required=True, length=36)
SOURCE_FILE = Field("source_file", TEXT, "来源文件")
SOURCE_ROW = Field("source_row", INTEGER, "来源行号")
DEMO = Field("demo", INTEGER, "示例", codes={"1": "示例数据", "0": "正式"})


def area_layer(name, title, code, code_length, name_field, code_alias, name_alias):
    return Table(
        name, title, LAND,
        (
            FID,
            Field(code, TEXT, code_alias, required=True, length=code_length),
            Field(name_field, TEXT, name_alias, required=True, length=100),
        ),
        geometry=MULTIPOLYGON, delivered=True, indexes=(code,),
    )


AREA_LAYERS = (
    area_layer("XJXZQ", "县级行政区", "XZQDM", 6, "XZQMC", "行政区代码", "行政区名称"),
    area_layer("XJQY", "乡级区域", "XJQYDM", 9, "XJQYMC", "乡级区域代码", "乡级区域名称"),
    area_layer("CJQY", "村级区域", "CJQYDM", 12, "CJQYMC", "村级区域代码", "村级区域名称"),
    area_layer("ZJQY", "组级区域", "ZJQYDM", 14, "ZJQYMC", "组级区域代码", "组级区域名称"),
)

PARCEL = Table(
    "parcel", "地块", LAND,
    (
        FID,
        UUID,
        Field("DKBM", TEXT, "地块编码", required=True, length=19, names=("地块代码", "宗地编码", "地块编号")),
        Field("DKMC", TEXT, "地块名称", length=50),
        Field("SYQXZ", TEXT, "所有权性质", codes=codes.SYQXZ, length=2),
        Field("DKLB", TEXT, "地块类别", codes=codes.DKLB, length=2),
        Field("TDLYLX", TEXT, "土地利用类型", length=4),
        Field("DLDJ", TEXT, "地力等级", codes=codes.DLDJ, length=2),
        Field("TDYT", TEXT, "土地用途", codes=codes.TDYT, length=1),
        Field("SFJBNT", TEXT, "是否基本农田", codes=codes.YES_NO, length=1),
        Field("SCMJ", REAL, "实测面积", unit="m²", names=("实测面积（平方米）",)),
        Field("SCMJM", REAL, "实测面积（亩）", unit="亩", names=("实测亩",)),
        Field("DKDZ", TEXT, "地块东至", length=50, names=("东至",)),
        Field("DKXZ", TEXT, "地块西至", length=50, names=("西至",)),
        Field("DKNZ", TEXT, "地块南至", length=50, names=("南至",)),
        Field("DKBZ", TEXT, "地块北至", length=50, names=("北至",)),
        Field("DKBZXX", TEXT, "地块备注信息", length=254),
        Field("ZJRXM", TEXT, "指界人姓名", length=100),
        Field("geometry_m2", REAL, "图形面积", unit="m²", note="修复后图形的投影平面面积，只供核对"),
        Field("village_code", TEXT, "村代码", length=12, note="编码合规者取前 12 位，否则取所在村级区域"),
        Field("village_name", TEXT, "村名称", length=100),
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    geometry=MULTIPOLYGON, delivered=True, edited=True, indexes=("DKBM", "village_code"), unique=(("uuid",),),
)

FBF = Table(
    "FBF", "发包方", OWNERSHIP,
    (
        FID,
        Field("FBFBM", TEXT, "发包方编码", required=True, length=14),
        Field("FBFMC", TEXT, "发包方名称", required=True, length=50),
        Field("FBFFZRXM", TEXT, "发包方负责人姓名", length=50),
        Field("FZRZJLX", TEXT, "负责人证件类型", codes=codes.ZJLX, length=1),
        Field("FZRZJHM", TEXT, "负责人证件号码", length=30),
        Field("LXDH", TEXT, "联系电话", length=15),
        Field("FBFDZ", TEXT, "发包方地址", length=100),
        Field("YZBM", TEXT, "邮政编码", length=6),
        Field("FBFDCY", TEXT, "发包方调查员", length=254),
        Field("FBFDCRQ", DATE, "发包方调查日期"),
        Field("FBFDCJS", TEXT, "发包方调查记事", length=254),
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, indexes=("FBFBM",),
)

CBF = Table(
    "CBF", "承包方", OWNERSHIP,
    (
        FID,
        Field("CBFBM", TEXT, "承包方编码", required=True, length=18),
        Field("CBFLX", TEXT, "承包方类型", codes=codes.CBFLX, length=1),
        Field("CBFMC", TEXT, "承包方（代表）名称", required=True, length=50, names=("承包方名称", "承包方代表", "户主姓名")),
        Field("CBFZJLX", TEXT, "承包方证件类型", codes=codes.ZJLX, length=1),
        Field("CBFZJHM", TEXT, "承包方证件号码", length=20),
        Field("CBFDZ", TEXT, "承包方地址", length=100),
        Field("YZBM", TEXT, "邮政编码", length=6),
        Field("LXDH", TEXT, "联系电话", length=20),
        Field("CBFCYSL", INTEGER, "承包方成员数量"),
        Field("CBFDCRQ", DATE, "承包方调查日期"),
        Field("CBFDCY", TEXT, "承包方调查员", length=50),
        Field("CBFDCJS", TEXT, "承包方调查记事", length=254),
        Field("GSJS", TEXT, "公示记事", length=254),
        Field("GSJSR", TEXT, "公示记事人", length=50),
        Field("GSSHRQ", DATE, "公示审核日期"),
        Field("GSSHR", TEXT, "公示审核人", length=50),
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, indexes=("CBFBM",),
)

CBF_JTCY = Table(
    "CBF_JTCY", "家庭成员", OWNERSHIP,
    (
        FID,
        Field("CBFBM", TEXT, "承包方编码", required=True, length=18),
        Field("CYXM", TEXT, "成员姓名", required=True, length=50),
        Field("CYXB", TEXT, "成员性别", codes=codes.SEX, length=1),
        Field("CYZJLX", TEXT, "成员证件类型", codes=codes.ZJLX, length=1),
        Field("CYZJHM", TEXT, "成员证件号码", length=20),
        Field("YHZGX", TEXT, "与户主关系", length=2),
        Field("CYBZ", TEXT, "成员备注", length=1),
        Field("SFGYR", TEXT, "是否共有人", codes=codes.YES_NO, length=1),
        Field("CYBZSM", TEXT, "成员备注说明", length=254),
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, indexes=("CBFBM",),
)

CBDKXX = Table(
    "CBDKXX", "承包地块信息", OWNERSHIP,
    (
        FID,
        Field("DKBM", TEXT, "地块编码", required=True, length=19),
        Field("FBFBM", TEXT, "发包方编码", length=14),
        Field("CBFBM", TEXT, "承包方编码", required=True, length=18),
        Field("CBJYQQDFS", TEXT, "承包经营权取得方式", codes=codes.CBFS, length=3),
        Field("HTMJ", REAL, "合同面积", unit="m²", names=("确权面积", "合同（确权）面积")),
        Field("CBHTBM", TEXT, "承包合同编码", length=19),
        Field("LZHTBM", TEXT, "流转合同编码", length=18),
        Field("CBJYQZBM", TEXT, "承包经营权证编码", length=19),
        Field("YHTMJ", REAL, "原合同面积", unit="m²"),
        Field("HTMJM", REAL, "合同面积（亩）", unit="亩"),
        Field("YHTMJM", REAL, "原合同面积（亩）", unit="亩"),
        Field("SFQQQG", TEXT, "是否确权确股", codes=codes.YES_NO, length=1),
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, indexes=("DKBM", "CBFBM"),
)

CBHT = Table(
    "CBHT", "承包合同", OWNERSHIP,
    (
        FID,
        Field("CBHTBM", TEXT, "承包合同编码", required=True, length=19),
        Field("YCBHTBM", TEXT, "原承包合同编码", length=19),
        Field("FBFBM", TEXT, "发包方编码", length=14),
        Field("CBFBM", TEXT, "承包方编码", required=True, length=18),
        Field("CBFS", TEXT, "承包方式", codes=codes.CBFS, length=3),
        Field("CBQXQ", DATE, "承包期限起"),
        Field("CBQXZ", DATE, "承包期限止", note="9999-01-01 为长久不变"),
        Field("HTZMJ", REAL, "合同总面积", unit="m²"),
        Field("CBDKZS", INTEGER, "承包地块总数"),
        Field("QDSJ", DATE, "签订时间"),
        Field("HTZMJM", REAL, "合同总面积（亩）", unit="亩"),
        Field("YHTZMJ", REAL, "原合同总面积", unit="m²"),
        Field("YHTZMJM", REAL, "原合同总面积（亩）", unit="亩"),
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, indexes=("CBFBM",),
)

CBJYQZDJB = Table(
    "CBJYQZDJB", "承包经营权证登记簿", OWNERSHIP,
    (
        FID,
        Field("CBJYQZBM", TEXT, "承包经营权证编码", required=True, length=19),
        Field("FBFBM", TEXT, "发包方编码", length=14),
        Field("CBFBM", TEXT, "承包方编码", required=True, length=18),
        Field("CBFS", TEXT, "承包方式", codes=codes.CBFS, length=3),
        Field("CBQX", TEXT, "承包期限", length=30),
        Field("CBQXQ", DATE, "承包期限起"),
        Field("CBQXZ", DATE, "承包期限止"),
        Field("DKSYT", TEXT, "地块示意图", length=254),
        Field("CBJYQZLSH", TEXT, "承包经营权证流水号", length=254),
        Field("DJBFJ", TEXT, "登记簿附记", length=254),
        Field("YCBJYQZBH", TEXT, "原承包经营权证编号", length=100),
        Field("DBR", TEXT, "登簿人", length=50),
        Field("DJSJ", DATE, "登记时间"),
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, indexes=("CBFBM",),
)

ZONE = Table(
    "zone", "权属单位代码", OWNERSHIP,
    (
        FID,
        Field("zone_code", TEXT, "权属单位代码", required=True, length=14, names=("代码", "单位代码")),
        Field("zone_name", TEXT, "权属单位名称", required=True, length=100, names=("名称", "单位名称")),
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, indexes=("zone_code",), note="权属单位代码表：县 6、乡 9、村 12、组 14 位",
)

REGISTRY = Table(
    "registry", "二轮延包地名录", OWNERSHIP,
    (
        FID,
        UUID,
        Field("village_name", TEXT, "村", names=("行政村", "村名", "所在村", "村委会")),
        Field("group_name", TEXT, "组", names=("村民小组", "社", "组名", "组别")),
        Field("holder_name", TEXT, "承包方姓名", names=("承包方（代表）姓名", "户主", "户主姓名", "姓名")),
        Field("CBFBM", TEXT, "承包方编码", length=18, names=("编码", "承包方（代表）编码", "户编码")),
        Field("DKBM", TEXT, "地块编码", length=19, names=("地块代码",)),
        Field("parcel_name", TEXT, "地块名称", names=("名称",)),
        Field("area_mu_100", INTEGER, "合同面积", unit="0.01 亩", names=("合同面积（亩）", "面积（亩）", "面积", "二轮延包面积（亩）")),
        Field("crop", TEXT, "作物", names=("主要作物", "种植作物")),
        Field("method", TEXT, "灌溉方式", names=("灌水方式",)),
        Field("remark", TEXT, "备注"),
        SOURCE_FILE,
        SOURCE_ROW,
    ),
    delivered=True, edited=True, indexes=("DKBM", "CBFBM"), unique=(("uuid",),),
)

TABLES = (*AREA_LAYERS, PARCEL, FBF, CBF, CBF_JTCY, CBDKXX, CBHT, CBJYQZDJB, ZONE, REGISTRY)
