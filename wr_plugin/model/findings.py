"""The kinds of finding: code, title, severity, the step that reports it, its rule, basis and remedy.

A finding's ``subject`` names what it is about, as its kind says below, so that findings can be held against a list.
"""

from dataclasses import dataclass

STOP, REVIEW, NOTICE = "stop", "review", "notice"


@dataclass(frozen=True)
class Kind:
    """One kind of finding. ``stops``: a parcel with it gets no right until it is solved."""

    code: str
    title: str
    severity: str
    stage: str
    subject: str
    rule: str
    remedy: str
    clause: str = ""

    @property
    def stops(self):
        return self.severity == STOP


CLAUSE_SCOPE = "张掖方案二（一）1：仅认定二轮延包面积水权，新开、复垦、未批耕地一律不予确定"
CLAUSE_SOURCE = "张掖方案二（一）1：地表水、地下水分别核定、分别发证"
CLAUSE_QUOTA = "张掖方案一、二（一）：按用水定额先进值核定"
CLAUSE_CAP = "张掖方案二（一）：以用水总量控制指标为上限，严禁超定额、超总量分配"
CLAUSE_FOREST = "张掖方案二（一）1：林草地水权包含在灌区水权内，以林草用水量确定"
CLAUSE_DATA = "NY/T 2539 农村土地承包经营权确权登记数据库规范"

KINDS = {
    k.code: k
    for k in (
        # import
        Kind("GEOMETRY_REPAIRED", "图形无效已修复", REVIEW, "import", "地块编码",
             "图形自相交、环方向或重复点等，入库时已修复", "核对修复前后的面积与界址", CLAUSE_DATA),
        Kind("GEOMETRY_MISSING", "无图形", STOP, "import", "地块编码",
             "图形为空，或修复后不成面", "请测绘单位补图", CLAUSE_DATA),
        Kind("NAME_DAMAGED", "姓名或文字乱码", REVIEW, "import", "承包方编码；整列的为 表.字段",
             "姓名含“?”、U+FFFD 或私用区字符，或是按错误的编码读出的文字；图层文字和整列乱码按列汇总",
             "按户口簿更正姓名；整列乱码的，用“文字编码”参数指定编码后重新导入", CLAUSE_DATA),
        Kind("VALUE_UNREADABLE", "取值读不懂", REVIEW, "import", "表.字段",
             "数字、日期读不懂，或代码不在代码表内；数字、日期按空值处理", "改正来源文件后重新导入", CLAUSE_DATA),
        Kind("ROW_INCOMPLETE", "缺编码的行", REVIEW, "import", "文件:行号",
             "表中一行没有必填的编码，未读入", "补上编码后重新导入", CLAUSE_DATA),
        Kind("CODE_OTHER_COUNTY", "编码属别的县", NOTICE, "import", "县代码",
             "地块编码以别的县（区）代码开头；编码定格在调查时的区划，区划调整过的可以如此", "核对是否区划调整；不是的，请交来单位更正", CLAUSE_DATA),
        # check: codes and links
        Kind("CODE_MALFORMED", "地块编码不合规", STOP, "check", "地块编码",
             "地块编码不是 19 位数字", "按权属资料更正地块编码", CLAUSE_DATA),
        Kind("CODE_DUPLICATE", "地块编码重复", STOP, "check", "地块编码",
             "同一编码有两个以上图斑", "核对后为其中之一另编代码", CLAUSE_DATA),
        Kind("HOLDER_LINK_MISSING", "地块无承包方", STOP, "check", "地块编码",
             "承包地块信息表中没有该地块", "补录承包地块信息", CLAUSE_DATA),
        Kind("HOLDER_UNKNOWN", "承包方不存在", STOP, "check", "承包方编码",
             "承包地块信息表引用的承包方不在承包方表中", "补录承包方", CLAUSE_DATA),
        Kind("PARCEL_UNKNOWN", "有权属无图斑", REVIEW, "check", "地块编码",
             "承包地块信息表引用的地块没有图斑", "补图或删除该权属记录", CLAUSE_DATA),
        Kind("SHARED_PARCEL", "一地多户", NOTICE, "check", "地块编码",
             "一个地块由多户按份承包", "按各户份额分别核定，公示时请逐户核对", CLAUSE_DATA),
        Kind("SHARE_SUM", "份额之和不等于地块面积", REVIEW, "check", "地块编码",
             "各户合同面积之和与地块面积相差超过容差", "核对各户份额", CLAUSE_DATA),
        Kind("SAME_NAME", "同村同名", NOTICE, "check", "村代码:姓名",
             "同一村有两户承包方代表同名", "公示和发证时以遮盖后的证件号码区分", "个人信息保护法第六条"),
        # check: registry
        Kind("OUTSIDE_REGISTRY", "名录外", REVIEW, "check", "地块编码",
             "承包地块（地块类别 10）不在二轮延包地名录中", "不予确定水权；应在名录内的，请农业农村部门出具证明后更正名录",
             CLAUSE_SCOPE),
        Kind("REGISTRY_REVIEW", "待确认匹配", REVIEW, "check", "地块编码",
             "名录行没有对得上的地块编码，按承包方、地块名称、面积找到可能的地块，但不能确定", "用“匹配名录”逐条确认或否定，再检查",
             CLAUSE_SCOPE),
        Kind("REGISTRY_UNMATCHED", "名录有而图上无", REVIEW, "check", "地块编码",
             "名录中的地块没有图斑，按承包方、地块名称、面积也找不到", "核对编码，或请测绘单位补图", CLAUSE_SCOPE),
        Kind("REGISTRY_DUPLICATE", "名录重复", REVIEW, "check", "地块编码",
             "同一地块同一户在名录中出现两次以上", "删除重复行", CLAUSE_SCOPE),
        # check: areas
        Kind("AREA_MISSING", "无法定面积", STOP, "check", "地块编码",
             "政策规定的法定面积为空或为 0", "补录面积", CLAUSE_DATA),
        Kind("AREA_UNIT", "面积单位可疑", STOP, "check", "地块编码",
             "记录面积约为图形面积的 0.0015 倍，疑似以亩充平方米", "核对后改正单位", CLAUSE_DATA),
        Kind("AREA_GEOMETRY", "实测面积与图形不符", REVIEW, "check", "地块编码",
             "实测面积与图形面积相差超过容差", "核对图形与实测面积", CLAUSE_DATA),
        Kind("AREA_CONTRACT", "合同面积与实测不符", REVIEW, "check", "地块编码",
             "合同面积（各户之和）与实测面积相差超过容差", "核对合同面积", CLAUSE_DATA),
        Kind("AREA_REGISTRY", "名录面积与合同不符", REVIEW, "check", "地块编码",
             "名录面积与合同面积相差超过容差", "核对名录面积", CLAUSE_SCOPE),
        # check: geometry between parcels
        Kind("PARCEL_OVERLAP", "图斑重叠", REVIEW, "check", "地块编码|地块编码",
             "两个地块重叠超过容差；编码小者在前", "请测绘单位改正界线", CLAUSE_DATA),
        Kind("GEOMETRY_DUPLICATE", "图形重合", STOP, "check", "地块编码|地块编码",
             "两个地块图形相同；编码小者在前", "删除重复图斑", CLAUSE_DATA),
        Kind("PARCEL_SLIVER", "交界处窄条重叠", NOTICE, "check", "地块编码|地块编码",
             "两个地块重叠在容差之内，但成一条平均宽 0.01 至 0.5 m、大于 0.1 m² 的窄条；编码小者在前",
             "请测绘单位让两个地块共用同一条界线", CLAUSE_DATA),
        Kind("PARCEL_GAP", "交界处缝隙", NOTICE, "check", "地块编码|地块编码",
             "两个地块相对的界线之间有一条不属于任何地块、宽不到 0.5 m、大于 0.5 m² 的缝隙；编码小者在前",
             "确无田埂、渠道的，请测绘单位让两个地块共用同一条界线", CLAUSE_DATA),
        # check: scope
        Kind("NOT_CONTRACT_LAND", "非承包地", NOTICE, "check", "地块编码",
             "地块类别不是 10（自留地、机动地、开荒地、其他）", "不属二轮延包面积，不予确定水权", CLAUSE_SCOPE),
        Kind("FOREST_LAND", "林地", NOTICE, "check", "地块编码",
             "承包地块土地用途为林业，或过半落在林草地图斑内", "按林草地水量另行核定", CLAUSE_FOREST),
        Kind("UNAPPROVED_OVERLAP", "占新开、复垦、未批耕地", REVIEW, "check", "地块编码",
             "承包地块与新开、复垦、未批耕地重叠超过容差", "重叠部分扣减，不予确定水权", CLAUSE_SCOPE),
        # check: water
        Kind("OUTSIDE_DISTRICT", "不在任何灌区", STOP, "check", "地块编码",
             "承包地块不与任何灌区重叠", "核对灌区界线", CLAUSE_SOURCE),
        Kind("NO_SOURCE", "无水源", STOP, "check", "地块编码",
             "承包地块既不在斗口控制范围内，也没有可用机井", "核对斗口控制范围与机井；确无水源的不予确定", CLAUSE_SOURCE),
        Kind("WELL_NO_PERMIT", "机井无取水许可", REVIEW, "check", "机井编号",
             "机井没有取水许可证号", "不作为水源；补办许可后更新机井图层", "取水许可和水资源费征收管理条例"),
        Kind("WELL_CLOSED", "机井已关停", NOTICE, "check", "机井编号",
             "机井状态为关停", "不作为水源", "取水许可和水资源费征收管理条例"),
        Kind("WELL_OVERDRAFT", "机井在超采区", NOTICE, "check", "机井编号",
             "正常使用且有许可的机井位于地下水超采区", "严格控制开采量", "张掖方案二（一）1：严格控制地下水开采量"),
        # confirm
        Kind("QUOTA_MISSING", "缺定额", STOP, "confirm", "作物|灌区|水源|灌溉方式",
             "定额表中没有这一行或该行未填定额、系数", "在定额表中补上这一行后重新核定", CLAUSE_QUOTA),
        Kind("CROP_MISSING", "缺作物", STOP, "confirm", "地块编码",
             "名录未填作物，政策也没有默认作物", "在名录中填写作物，或在政策中设默认作物", CLAUSE_QUOTA),
        Kind("METHOD_MISSING", "缺灌溉方式", STOP, "confirm", "地块编码",
             "名录未填灌溉方式，政策也没有默认灌溉方式", "在名录中填写灌溉方式，或在政策中设默认值", CLAUSE_QUOTA),
        Kind("MIX_SHARE_MISSING", "缺混合水源比例", STOP, "confirm", "地块编码",
             "地块有地表水又有地下水，政策未定地表水比例", "在政策 sources.mixed_surface_share 中填写", CLAUSE_SOURCE),
        Kind("CAP_MISSING", "缺指标", REVIEW, "confirm", "层级|代码|水源",
             "指标表中没有这一行或未填水量", "在指标表中补上后重新核定", CLAUSE_CAP),
        Kind("CAP_EXCEEDED", "超指标", REVIEW, "confirm", "层级|代码|水源",
             "定额水量之和超过指标水量", "按政策核减，或调整指标", CLAUSE_CAP),
    )
}


def of_stage(stage):
    """Codes reported by one step, in their order."""
    return [code for code, kind in KINDS.items() if kind.stage == stage]
