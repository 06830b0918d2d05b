"""Chinese personal names as different hands write them: one normal form, and how far two of those are apart.

The tables are small on purpose: forms and confusions that are common in rural registers. Two names that the tables do
not know as the same are only *near*; whether they are one person is for the other evidence, and for people, to say.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache

from .people import DAMAGED

VARIANTS = dict(zip(
    "曽髙吳衞凃峯堃啓昇閆閻彦彥嵗国國華蘭鳳龍雲東強馬楊張陳趙黃孫鄧蕭許傅馮鄭韓劉葉蘇盧蔣賈鐘鍾譚鄒陸龔萬錢湯嚴顧"
    "偉軍紅麗軒蓮瓊愛業義興慶寶貴財發樹榮學會勝選銀鐵鋼錦鎮長遠進連運達勇聰權歡觀貞賢亞傑紀紅綱維綿緒織縣譽豐鄉"
    "顏顯飛駿鵬麥黨齊齡萍淸靑眞淩氷爲畧羣勳嬌寧實將專導對尙屆嶽師帶幹廣張彈後徑從復徳恆惠應懷戰",
    "曾高吴卫涂峰坤启升闫阎彦彦岁国国华兰凤龙云东强马杨张陈赵黄孙邓萧许傅冯郑韩刘叶苏卢蒋贾钟钟谭邹陆龚万钱汤严顾"
    "伟军红丽轩莲琼爱业义兴庆宝贵财发树荣学会胜选银铁钢锦镇长远进连运达勇聪权欢观贞贤亚杰纪红纲维绵绪织县誉丰乡"
    "颜显飞骏鹏麦党齐龄萍清青真凌冰为略群勋娇宁实将专导对尚届岳师带干广张弹后径从复德恒惠应怀战"))
"""Variant (異体) and traditional characters and the form that they are written in here."""

CONFUSED = (
    "建健剑", "军君均俊", "红洪宏虹鸿弘", "英瑛莹", "明铭", "玉育裕毓", "伟维卫为", "兰蓝岚", "霞夏", "云芸", "平萍", "青清庆卿",
    "永咏勇泳", "东冬栋", "成诚城承程", "生升胜盛声", "福富", "桂贵", "秀绣", "丽莉立力利", "付傅富", "肖萧", "闫阎颜严", "邱丘秋",
    "戴代", "俞余于鱼", "未末", "王玉", "土士", "己已巳", "曰日", "天夫", "吴昊", "刘柳", "志致智治", "新欣心鑫", "国果", "林琳霖",
    "海每", "文纹", "金今锦", "华花", "龙隆", "学雪", "义艺毅", "春椿", "财才材", "全权泉", "根跟", "祥样翔", "世士仕", "杰捷",
    "波博", "斌彬宾", "超潮", "涛滔", "辉晖挥", "鹏朋", "飞非", "娟鹃", "芳方", "梅每", "琴芹", "燕艳", "敏民", "凤风", "荣容融",
    "宁凝", "有友", "发法", "长常昌", "顺舜", "广光", "延廷", "寿受", "仁任", "安按", "万方", "旺汪王", "元园远源", "岗刚钢", "进晋",
    "张章", "陈程成", "杨扬", "徐许", "周邹", "何和贺", "曹曾", "石史", "姜江蒋", "冯马", "田由", "白百", "孔礼", "史吏", "崔催",
    "兴星", "丰峰锋风", "坤申", "辰晨", "乐月悦", "喜嘉", "德得", "忠中钟", "子字", "大太", "人入", "毛手", "贝见", "季李", "汪江",
)
LOOKALIKE = {frozenset((a, b)) for group in CONFUSED for a in group for b in group if a != b}

SYLLABLES = (
    "啊埃鞍肮凹芭白斑邦苞杯奔崩逼鞭标鳖彬兵玻捕擦猜餐苍操厕层插拆搀昌超车郴撑吃充抽初揣川疮吹春戳疵聪凑粗蹿摧村磋搭大耽当刀德蹬堤颠碉跌丁丢东兜都端堆墩掇蛾恩而"
    "发藩坊菲芬丰佛否夫噶该干冈篙哥给根耕工钩辜刮乖棺光瑰辊锅哈骸酣夯壕呵嘿痕哼轰喉呼花槐欢荒灰荤豁击嘉歼僵蕉揭巾劲炯揪鞠捐撅均喀开刊康考坷肯坑空抠枯夸块宽匡亏坤括"
    "垃莱蓝琅捞勒雷棱厘俩联粮撩列琳拎溜龙楼芦驴峦掠抡萝妈埋瞒芒猫么玫门萌眯棉苗蔑民明谬摸谋拇拿氖南囊挠呢馁嫩能妮蔫娘鸟捏您柠牛脓奴女暖虐挪哦欧啪拍攀乓抛呸喷砰坯篇飘"
    "撇拼聘坡扑期掐牵枪橇切钦青琼秋趋圈缺裙然瓤饶惹壬扔日戎揉肉软蕊闰若撒腮三桑搔瑟森僧莎筛珊墒梢奢砷声师收蔬刷摔栓霜谁吮说斯松搜苏酸虽孙蓑塌胎坍汤掏特藤梯天挑贴厅通"
    "偷凸湍推吞拖挖歪豌汪威瘟嗡挝巫昔瞎掀相萧楔薪星兄休墟轩靴勋压焉殃邀椰一茵英哟拥幽迂鸳曰耘匝栽咱赃遭责贼怎增扎摘瞻樟招遮珍蒸芝中舟珠抓拽专桩椎谆捉兹鬃邹租钻嘴尊昨")
"""The first character of each syllable (tones aside) in GB2312, whose 3,755 common characters stand in the order of
pinyin: two of them sound the same where they lie between the same two of these."""
FIRST_LEVEL = range(0xB0A1, 0xD7FA)
STARTS = [int.from_bytes(c.encode("gb2312"), "big") for c in SYLLABLES]

BRACKETS = re.compile(r"[(（\[【〔].*$")
NOISE = re.compile(r"[^\w?\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]|_")
ENDING = re.compile(r"(户主|代表|（?等.{0,3}户）?|之妻|之子|已故)$")
TRANSLATED = str.maketrans(VARIANTS)

EQUAL, ALIKE, SWAPPED, ONE_OTHER, ONE_MISSING, UNLIKE = "equal", "alike", "swapped", "one_other", "one_missing", "unlike"


def normal(name):
    """The name for comparison: full width, spaces, dots, remarks in brackets and variant characters put aside; "" for
    none."""
    if not name:
        return ""
    text = unicodedata.normalize("NFKC", name)
    text = NOISE.sub("", BRACKETS.sub("", text))
    if len(text) > 3:
        text = ENDING.sub("", text)
    return text.translate(TRANSLATED)


def relation(one, other):
    """How two normal forms stand to each other.

    ``ALIKE``: one character differs, and the two sound the same, are often taken for each other or one is damaged; ``SWAPPED``: two
    neighbours have changed places; ``ONE_OTHER``, ``ONE_MISSING``: one character differs or is missing.
    """
    if one == other:
        return EQUAL
    if len(one) == len(other):
        places = [i for i, (a, b) in enumerate(zip(one, other)) if a != b]
        if len(places) == 1:
            a, b = one[places[0]], other[places[0]]
            if _taken_for(a, b):
                return ALIKE
            return ONE_OTHER if len(one) > 1 else UNLIKE
        if len(places) == 2 and len(one) > 1:
            i, j = places
            if j == i + 1 and one[i] == other[j] and one[j] == other[i]:
                return SWAPPED
        return UNLIKE
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) == 1 and len(short) >= 2 and any(long[:i] + long[i + 1:] == short for i in range(len(long))):
        return ONE_MISSING
    return UNLIKE


@lru_cache(maxsize=8192)
def syllable(character):
    """Number of the syllable a common character is read with, 0 for others. Of several readings, the one by which
    GB2312 orders it."""
    code = int.from_bytes(character.encode("gb2312", "ignore"), "big")
    return bisect_right(STARTS, code) if code in FIRST_LEVEL else 0


def _taken_for(a, b):
    return frozenset((a, b)) in LOOKALIKE or DAMAGED.match(a) or DAMAGED.match(b) or syllable(a) == syllable(b) > 0


def near_keys(name):
    """Keys of which two names share one wherever ``relation`` is better than ``UNLIKE``: the name without one
    character, whole, and with its characters in order."""
    keys = {name, "".join(sorted(name)) + "~"}
    if len(name) > 1:
        keys.update(name[:i] + "*" + name[i + 1:] for i in range(len(name)))
        keys.update(name[:i] + name[i + 1:] for i in range(len(name)) if len(name) > 2)
    return keys
