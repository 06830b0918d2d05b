"""Codes of the land-contract standard (NY/T 2539, GB/T 35958): structure and lists (DOMAIN §1.3, §1.4)."""

import re

DKBM_LENGTH = 19
CBFBM_LENGTH = 18
FBFBM_LENGTH = 14
CBHTBM_LENGTH = 19

DKBM_PATTERN = re.compile(r"[0-9]{19}")
CBFBM_PATTERN = re.compile(r"[0-9]{18}")
FBFBM_PATTERN = re.compile(r"[0-9]{14}")
CBHTBM_PATTERN = re.compile(r"[0-9]{18}[JQ]")

COUNTY, TOWN, VILLAGE, GROUP = 6, 9, 12, 14
LEVEL_NAMES = {COUNTY: "县", TOWN: "乡镇", VILLAGE: "村", GROUP: "组"}

YES_NO = {"1": "是", "2": "否"}
DKLB = {"10": "承包地块", "21": "自留地", "22": "机动地", "23": "开荒地", "99": "其他集体土地"}
SYQXZ = {
    "10": "国有土地所有权", "30": "集体土地所有权", "31": "村民小组", "32": "村级集体经济组织",
    "33": "乡级集体经济组织", "34": "其他农民集体经济组织",
}
TDYT = {"1": "种植业", "2": "林业", "3": "畜牧业", "4": "渔业", "5": "非农业用途"}
DLDJ = {f"{grade:02d}": f"{grade}等" for grade in range(1, 11)}
CBFLX = {"1": "农户", "2": "个人", "3": "单位"}
ZJLX = {"1": "居民身份证", "2": "军官证", "3": "机构代码证", "4": "户口簿", "5": "护照", "9": "其他证件"}
CBFS = {
    "100": "承包", "110": "家庭承包", "120": "其他方式承包", "121": "招标", "122": "拍卖", "123": "公开协商",
    "129": "其他", "200": "转让", "300": "互换", "900": "其他",
}
SEX = {"1": "男", "2": "女"}

SOURCE = {"surface": "地表水", "ground": "地下水"}
PARCEL_SOURCE = {**SOURCE, "mixed": "地表水、地下水混合", "none": "无水源"}
WELL_STATE = {"normal": "正常", "closed": "关停"}
UNAPPROVED_KIND = {"new": "新开耕地", "reclaimed": "复垦耕地", "unapproved": "未批耕地"}
DISTRICT_SCALE = {"large": "大型", "medium": "中型", "small": "小型"}
METERING = {"outlet": "计量到斗口", "group": "计量到村组", "user": "计量到户", "none": "无计量"}
METERED = {"online": "在线计量", "meter": "有计量", "none": "无计量"}
SPRING_LEVEL = {"key": "重点保护区", "other": "其他保护范围"}
CANAL_LEVEL = {"trunk": "干渠", "branch": "支渠", "lateral": "斗渠", "field": "农渠"}

PARCEL_STATE = {
    "unchecked": "未核定",
    "right": "已核定",
    "reduced": "扣减后核定",
    "outside_registry": "名录外",
    "not_contract": "非承包地",
    "forest": "林地",
    "unapproved": "新开、复垦、未批",
    "no_source": "无水源",
    "no_quota": "缺定额",
    "withheld": "暂不确权",
    "no_holder": "无权利人",
    "defect": "数据待改",
}

UNIT_KIND = {
    "holder_source": "农户（一户一水源）", "outlet": "斗口", "group": "村民小组", "village": "村集体", "district": "灌区",
    "permit": "取水许可证", "association": "农民用水者协会", "cooperative": "农民用水合作组织", "collective": "农村集体经济组织",
}
LISTED_UNITS = ("association", "cooperative", "collective")
HOUSEHOLD_UNIT = "holder_source"
USER_KIND = {"forest": "林草地", "permit": "取水许可用水户", "network": "公共供水管网用水户"}
USER_HOLDER = {f"{kind}_user": name for kind, name in USER_KIND.items()}
"""The other water users as holders of a certificate: a permit may also be a unit of confirmation (``UNIT_KIND``)."""
CERTIFIED_KIND = {**UNIT_KIND, **USER_HOLDER}
USER_STATE = {"right": "已核定", "cut": "核减后核定", "withheld": "暂不确权", "missing": "缺资料", "out": "不在确权范围"}
INDUSTRY = {"industry": "工业", "service": "服务业", "domestic": "生活", "public": "公共机构", "livestock": "畜牧",
            "forest": "林草", "agriculture": "农业", "other": "其他"}
IDLE_EXEMPT = {"saving": "非财政投资节水", "transfer": "水权有偿出让"}

LEVEL = {"town": "乡镇初审", "county": "县级核定", "city": "市级终审"}
DECISION = {"pass": "通过", "return": "退回"}  # nosec B105: a decision, no password
OBJECTION_STATE = {"open": "办理中", "closed": "已办结"}
CERTIFICATE_STATE = {"valid": "有效", "void": "作废"}
CAP_LEVEL = {"county": "县", "district": "灌区", "canal": "渠道", "outlet": "斗口", "town": "乡镇", "village": "村",
             "well": "机井"}
CAP_MODE = {"report": "只报告", "proportional": "同比例核减", "priority": "按优先序核减"}
SURE, REVIEW, NO_MATCH, ACCEPTED, REJECTED = "sure", "review", "none", "accepted", "rejected"
LINK_DECISION = {SURE: "确定", REVIEW: "待确认", NO_MATCH: "无匹配", ACCEPTED: "人工确认", REJECTED: "人工否定"}
LINKED = (SURE, ACCEPTED)
LINK_HOW = {"holder": "承包方编码", "name": "姓名、地块、面积", "people": "人工"}
ASK, KEEP, PACKAGE = "ask", "keep", "package"
KEPT_LIMITS = {ASK: "都有改动时先问", KEEP: "用工作文件里的", PACKAGE: "用资料包里的"}
AUDIT_RESULT = {"agree": "与图一致", "differ": "与图不一致", "absent": "现场无此地块", "pending": "待复查"}


def is_parcel_code(code):
    """True for 19 digits (DKBM)."""
    return bool(DKBM_PATTERN.fullmatch(code or ""))


def is_holder_code(code):
    """True for 18 digits (CBFBM)."""
    return bool(CBFBM_PATTERN.fullmatch(code or ""))


def part_of(code, length):
    """The zone code that a longer code starts with: ``part_of(DKBM, VILLAGE)`` is the village's 12 digits."""
    return (code or "")[:length]


def mask_identity(number):
    """An ID number with its middle hidden, e.g. ``620***********1234`` (DOMAIN §6); short ones are hidden whole."""
    text = (number or "").strip()
    if len(text) < 8:
        return "*" * len(text)
    return text[:3] + "*" * (len(text) - 7) + text[-4:]
