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
CLAUSE_MISREPORTED = "张掖方案三（一）3：乡镇对村公示结果复核，剔除名录外、瞒报、谎报面积"
CLAUSE_SOURCE = "张掖方案二（一）1：地表水、地下水分别核定、分别发证"
CLAUSE_QUOTA = "张掖方案一、二（一）：按用水定额先进值核定"
CLAUSE_CAP = "张掖方案二（一）：以用水总量控制指标为上限；二（一）1：严禁超定额、超总量分配"
CLAUSE_FOREST = "张掖方案二（一）1：林草地水权包含在灌区水权内，以林草用水量确定"
CLAUSE_PERMIT = "取水许可和水资源费征收管理条例"
CLAUSE_PERMIT_USER = "张掖方案二（一）2：按取水许可、行业定额核定，不得超许可、超定额确权"
CLAUSE_NETWORK = "张掖方案二（一）3：年用水量超过 1 万立方米的，按定额先进值、综合考虑管网漏损率核定"
CLAUSE_POLICY = "由县区现行政策规定"
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
        Kind("VALUE_UNREADABLE", "取值读不懂", REVIEW, "import", "表.字段:文件:行号",
             "数字、日期读不懂，或代码不在代码表内；数字、日期按空值处理。一个值一条，一列至多列 200 条，其余合计一条", "改正来源文件后重新导入", CLAUSE_DATA),
        Kind("ROW_INCOMPLETE", "缺编码的行", REVIEW, "import", "文件:行号",
             "表中一行没有必填的编码，未读入。一张表至多列 200 行，其余合计一条", "补上编码后重新导入", CLAUSE_DATA),
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
        Kind("REGISTRY_HOLDER", "名录承包方与权属不符", REVIEW, "check", "地块编码",
             "名录中该地块的承包方编码（没有编码的看姓名），不是承包地块信息表里的承包方，也不是其家庭成员；水权按承包地块信息表的承包方核定",
             "核对由谁承包：名录写错的更正名录；换了承包方的（分户、互换、转让、户主更换），更正承包地块信息后重新导入", CLAUSE_SCOPE),
        # check: areas
        Kind("AREA_MISSING", "无法定面积", STOP, "check", "地块编码",
             "政策规定的法定面积为空或为 0", "补录面积", CLAUSE_DATA),
        Kind("AREA_UNIT", "面积单位可疑", STOP, "check", "地块编码",
             "记录面积约为图形面积的 0.0015 倍，疑似以亩充平方米", "核对后改正单位", CLAUSE_DATA),
        Kind("AREA_GEOMETRY", "实测面积与图形不符", REVIEW, "check", "地块编码",
             "实测面积与图形面积相差超过容差", "核对图形与实测面积", CLAUSE_DATA),
        Kind("AREA_CONTRACT", "合同面积与实测不符", REVIEW, "check", "地块编码",
             "合同面积（各户之和）与实测面积相差超过容差，疑似瞒报、谎报", "核对合同面积", CLAUSE_MISREPORTED),
        Kind("AREA_REGISTRY", "名录面积与合同不符", REVIEW, "check", "地块编码",
             "名录面积与合同面积相差超过容差，疑似瞒报、谎报", "核对名录面积；瞒报、谎报的由乡镇复核时剔除", CLAUSE_MISREPORTED),
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
        Kind("WELL_SPRING", "机井在泉域保护区", NOTICE, "check", "机井编号",
             "正常使用且有许可的机井位于泉域保护区", "禁采限采、水源置换，按政策 ground.spring 处理",
             "朔州细则三（五）16：加快推进神头泉泉源和重点保护区的保护和生态修复"),
        Kind("SERVICE_AREA_OVERLAP", "斗口控制范围重叠", REVIEW, "check", "斗口代码|斗口代码",
             "两个斗口的控制范围重叠超过容差（area.overlap_min_m2）；代码小者在前",
             "请水管单位改正控制范围：一块地由哪个斗口供水只能有一个说法。改正之前，跨在两个斗口的地块按政策 sources.across_outlets 处理", CLAUSE_SOURCE),
        Kind("ACROSS_OUTLETS", "跨斗口的地块", NOTICE, "check", "地块编码",
             "地块在两个以上斗口的控制范围内都有面积，超过容差（area.overlap_min_m2）",
             "核对控制范围；确由几个斗口供水的，按政策 sources.across_outlets 归重叠最大的斗口，或按重叠面积分开", CLAUSE_SOURCE),
        Kind("WELL_TIED", "两眼机井一样近", NOTICE, "check", "地块编码",
             "服务半径内最近的可用机井有两眼，距离相等（如同在一块地里）；按编号在前的供水",
             "核对由哪眼井供水；另一眼不供这块地的，改小它的服务半径，或改正机井位置", CLAUSE_SOURCE),
        # confirm
        Kind("QUOTA_MISSING", "缺定额", STOP, "confirm", "作物|灌区|水源|灌溉方式",
             "定额表中没有这一行或该行未填定额、系数", "在定额表中补上这一行后重新核定", CLAUSE_QUOTA),
        Kind("CROP_MISSING", "缺作物", STOP, "confirm", "地块编码",
             "名录未填作物，政策也没有默认作物", "在名录中填写作物，或在政策中设默认作物", CLAUSE_QUOTA),
        Kind("METHOD_MISSING", "缺灌溉方式", STOP, "confirm", "地块编码",
             "名录未填灌溉方式，政策也没有默认灌溉方式", "在名录中填写灌溉方式，或在政策中设默认值", CLAUSE_QUOTA),
        Kind("MIX_SHARE_MISSING", "缺混合水源比例", STOP, "confirm", "地块编码",
             "地块有地表水又有地下水，政策未定地表水比例", "在政策 sources.mixed_surface_share 中填写", CLAUSE_SOURCE),
        Kind("NO_PERMIT", "无取水许可", STOP, "confirm", "灌区代码或用水户编号",
             "政策规定取得取水许可证前不予确权，而灌区、用水户或供水单位没有取水许可证号", "取得取水许可证后补填证号，再重新核定",
             "大同方案三（一）2：未取得取水许可证的，在取得取水许可证前不予确权"),
        Kind("OVERDRAFT_GROUND", "超采区的地下水", STOP, "confirm", "机井编号或用水户编号",
             "政策规定超采区的地下水待退出后再确权，或不得新增，而机井或取水口在超采区", "超采区退出后更新超采区图层，或置换水源，再重新核定",
             "大同方案三（一）2：待超采区退出后再确权；朔州细则三（五）15：超采区内禁止新增取用地下水"),
        Kind("PERMIT_DATE_MISSING", "缺许可起始日期", STOP, "confirm", "机井编号或用水户编号",
             "政策禁止超采区新增地下水，而许可有效期起没有填，无从判断是不是新增", "在机井图层或核查表中补填许可有效期起，再重新核定",
             "朔州细则三（五）15：超采区内禁止工农业及服务业新增取用地下水"),
        Kind("SPRING_GROUND", "泉域保护区的地下水", STOP, "confirm", "机井编号或用水户编号",
             "政策规定泉域保护区的地下水不确权，而机井或取水口在泉域保护区", "置换水源，或更正泉域保护区图层，再重新核定",
             "朔州细则三（五）16：强化神头泉保护监管，禁采限采、水源置换"),
        Kind("SETTING_BLANK", "政策未定", STOP, "confirm", "设置名",
             "核定要用到的一项政策设置空着", "由县区在政策文件中填写后，用“核定水权”的“政策”参数采用", CLAUSE_POLICY),
        Kind("UNIT_UNDECIDED", "确权单位未定", STOP, "confirm", "灌区代码|水源|规模|计量",
             "政策没有规定这样的地块归到哪一级确权单位，或规定所需的灌区规模、计量情况没有填",
             "在灌区图层补填规模、在斗口或机井图层补填计量情况，或在政策 units.rules、unit 中规定", CLAUSE_POLICY),
        Kind("UNIT_MISSING", "不在任何确权单位", STOP, "confirm", "承包方编码",
             "政策以协会等为确权单位，而地块或承包方不在确权单位成员表中", "在确权单位成员表中补上，或在政策 units.unlisted 中规定", CLAUSE_POLICY),
        Kind("UNIT_AMBIGUOUS", "同属几个确权单位", STOP, "confirm", "承包方编码",
             "地块或承包方在确权单位成员表中列在两个以上单位下", "只留一个，再重新核定", CLAUSE_POLICY),
        Kind("UNIT_AREA", "分管面积与成员面积不符", REVIEW, "confirm", "单位编号",
             "确权单位表的分管面积与成员确权面积之和相差超过容差", "核对成员表与分管面积；水量按成员的确权面积计算", CLAUSE_POLICY),
        Kind("CROP_MIX_MISSING", "缺种植结构", STOP, "confirm", "灌区|水源",
             "按综合定额核定，而种植结构表没有这个灌区、水源，或比例有误", "在种植结构表中补上后重新导入、核定",
             "南阳方案七（一）3：按种植结构、作物灌水定额分析灌区综合灌溉定额"),
        Kind("WELL_OVER_PERMIT", "机井超许可水量", REVIEW, "confirm", "机井编号",
             "由一眼机井供水的地块定额水量之和超过该井的许可水量；政策 cap.tree 有 well 的可按许可水量核减",
             "核对许可水量与供水地块；超许可的列为收储候选",
             "张掖方案二（一）1：严禁超定额、超总量分配；二（二）2：超许可的强制无偿收储"),
        Kind("DOUBLE_SOURCE", "一地两种水源", NOTICE, "confirm", "机井编号",
             "一眼机井供水的地块中，有的同时在斗口控制范围内；面积按政策划给两种水源，合计不超过地块面积",
             "核对这些地块是否两种水都用；只用一种的，更正斗口控制范围或机井服务半径，防止重复配水", CLAUSE_SOURCE),
        Kind("WELL_PERMIT_EXPIRED", "机井取水许可已过期", REVIEW, "confirm", "机井编号",
             "供水的机井取水许可证有效期已满", "延续取水许可后更新机井图层；没有延续的不得取水，政策 ground.expired 可规定延续之前不确权",
             f"{CLAUSE_PERMIT}；大同方案三（一）2：依据是有效期内的取水许可证"),
        Kind("PERMIT_EXPIRED", "取水许可已过期", STOP, "confirm", "用水户编号",
             "取水许可证有效期已满", "延续取水许可后更新核查表，再重新核定", CLAUSE_PERMIT),
        Kind("PERMIT_RENEWAL", "取水许可即将到期", NOTICE, "confirm", "用水户编号",
             "取水许可证在政策规定的天数内到期", "通知用水户在届满 45 日前申请延续", CLAUSE_PERMIT),
        Kind("PERMIT_DATA", "核查表缺资料", STOP, "confirm", "用水户编号",
             "取水许可用水户缺许可水量、有效期、规模、定额等核定必需的一项", "在核查表或行业用水定额表中补填，再重新核定", CLAUSE_PERMIT_USER),
        Kind("PERMIT_CUT", "按定额核减", REVIEW, "confirm", "用水户编号",
             "许可水量大于定额水量，按定额水量核定", "核减的水量列为收储候选", CLAUSE_PERMIT_USER),
        Kind("OVER_QUOTA", "用水超过核定水量", REVIEW, "confirm", "用水户编号",
             "上年实际用水量超过核定水量", "通知用水户节水，或通过水权交易取得超出的水量", CLAUSE_PERMIT_USER),
        Kind("PERMIT_IDLE", "长期占而不用", REVIEW, "confirm", "用水户编号",
             "连续几年用水量低于许可水量的规定比例，按核定的合理用水量核减；合理用水量没有填的暂不确权",
             "由主管部门会同审批部门核定合理用水量，填入核查表；节水或有偿出让的填免予核减事由",
             "大同方案三（一）2：核减长期占而不用的水量，核减后的水量作为确权水量"),
        Kind("NETWORK_SMALL", "不是用水大户", NOTICE, "confirm", "用水户编号",
             "管网内年用水量没有超过政策规定的水量", "不单独确权", CLAUSE_NETWORK),
        Kind("NETWORK_DATA", "管网核查表缺资料", STOP, "confirm", "用水户编号",
             "管网用水户缺年用水量、规模、定额或漏损率", "在核查表或行业用水定额表中补填，再重新核定", CLAUSE_NETWORK),
        Kind("FOREST_VOLUME_MISSING", "缺林草用水量", STOP, "confirm", "林草地编号",
             "林草用水量表没有这个灌区、水源，或未填水量，或林草地没有填灌溉面积", "在林草用水量表、林草地灌溉面积核查表中补填，再重新核定",
             CLAUSE_FOREST),
        Kind("USER_DUPLICATE", "用水户编号重复", STOP, "confirm", "用水户编号",
             "核查表中同一编号、同一水源有两行以上", "只留一行，或另编编号", CLAUSE_PERMIT_USER),
        Kind("METERING_REQUIRED", "须装计量设施", NOTICE, "confirm", "用水户编号、机井编号或灌区代码",
             "水量达到政策规定的数额，而没有规定的计量设施", "安装计量设施后更新核查表或图层", CLAUSE_POLICY),
        Kind("KEY_USER", "重点监控用水单位", NOTICE, "confirm", "用水户编号",
             "年用水量达到政策规定的数额", "纳入重点监控用水单位名录", CLAUSE_POLICY),
        Kind("CAP_MISSING", "缺指标", REVIEW, "confirm", "层级|代码|水源",
             "指标表中没有这一行（县、灌区、按许可水量核减的机井），或这一行未填水量", "在指标表中补上（机井可在机井图层补填许可水量）后重新核定", CLAUSE_CAP),
        Kind("CAP_EXCEEDED", "超指标", REVIEW, "confirm", "层级|代码|水源",
             "定额水量之和超过指标水量（减去预留）", "按政策核减，或调整指标", CLAUSE_CAP),
        Kind("PRIORITY_UNKNOWN", "优先序里的词没有用到", REVIEW, "confirm", "优先序里的词",
             "政策 cap.priority 里的作物或灌溉方式，定额表和地块里都没有：多半写错了字，写错的那类因此排在最后",
             "核对政策 cap.priority 的用词与定额表一致，再重新核定", CLAUSE_CAP),
        Kind("CAP_UNUSED", "指标没有执行", REVIEW, "confirm", "层级|代码|水源",
             "指标表中的一行没有管到任何核定的地：代码不对，或政策 cap.tree 没有这一层级",
             "核对代码和上级代码；要执行这一层级的，在政策 cap.tree 中加上，再重新核定", CLAUSE_CAP),
    )
}


SECTIONS = {CLAUSE_SCOPE: "scope", CLAUSE_MISREPORTED: "area", CLAUSE_SOURCE: "sources",
            CLAUSE_QUOTA: "quota", CLAUSE_CAP: "cap", CLAUSE_FOREST: "forest",
            CLAUSE_PERMIT_USER: "permit", CLAUSE_NETWORK: "network"}
SECTIONS_OF_KINDS = {
    "NO_PERMIT": "permit", "PERMIT_IDLE": "permit", "OVERDRAFT_GROUND": "ground", "PERMIT_DATE_MISSING": "ground",
    "SPRING_GROUND": "ground", "WELL_OVERDRAFT": "ground", "WELL_SPRING": "ground", "UNIT_UNDECIDED": "units",
    "UNIT_MISSING": "units", "UNIT_AMBIGUOUS": "units", "UNIT_AREA": "units", "CROP_MIX_MISSING": "quota",
    "WELL_OVER_PERMIT": "cap", "METERING_REQUIRED": "metering", "KEY_USER": "metering",
}


def basis(code, policy=None):
    """What a finding of this kind rests on in this county: the clause that the county's policy cites for the rule, where
    a policy decides it; else the standard or the statute. ``policy``: ``model.policy.Policy`` or None."""
    kind = KINDS.get(code)
    if kind is None:
        return ""
    section = SECTIONS_OF_KINDS.get(code) or SECTIONS.get(kind.clause)
    return policy.cited(section) if policy and section else kind.clause


def of_stage(stage):
    """Codes reported by one step, in their order."""
    return [code for code, kind in KINDS.items() if kind.stage == stage]


ACCEPTED_THOUGH_STOPPING = ("OUTSIDE_DISTRICT", "NO_SOURCE")
"""No defect of the data but a fact of the land: that there is no water may be so, and then no right is confirmed
(张掖方案二（一）1). Accepting it closes the finding and gives no right."""


def accepting_level(code):
    """The lowest level (``codes.LEVEL``) that may accept a finding of this kind as it stands; "" where none may.

    The levels are those of 张掖方案三: the township examines, the county decides. A notice asks for no decision; what is
    to be reviewed (CLAUSE_SCOPE: outside the registry, deducted; CLAUSE_CAP: over the cap) is the county's; a defect of
    the data or a missing number has to be corrected.
    """
    kind = KINDS.get(code)
    if kind is None or kind.stops and code not in ACCEPTED_THOUGH_STOPPING:
        return ""
    return "town" if kind.severity == NOTICE else "county"
