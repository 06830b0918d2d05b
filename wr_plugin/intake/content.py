"""What a column looks like by its content, where its name does not tell: codes, classes, names of people, areas.

Content only proposes. A proposal has a confidence between 0 and 1, the share of the filled cells that fit; it becomes a
mapping only where a person confirms it.
"""

import datetime
import re

import numpy as np
import shapely

from ..model import codes
from . import field_matching, values

SAMPLE = 2000
LEAST = 0.9
AREA_TITLE = re.compile(r"面积|亩|MJM?$|^area$", re.IGNORECASE)
OTHER_UNIT = re.compile(r"公顷|ha|hm|平方公里|km|万亩", re.IGNORECASE)
NOT_SURVEYED = re.compile(r"shape.*|geom.*|序号|编号|fid|objectid.*|id", re.IGNORECASE)
AREA_BY_TITLE, CLASS_ALL_ONE, AREA_TOLERANCE = 0.6, 0.6, 0.2
MU_PER_M2 = 0.0015
LEAST_USUAL_M2 = 60
IDENTITY_WEIGHTS, IDENTITY_CHECK = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    "廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦"
    "向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵"
    "解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢"
    "冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺妥拜者")


def _texts(cells):
    """The first filled cells as texts; whole numbers without a point."""
    found = []
    for value in cells:
        if value is None or value != value:
            continue
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = str(value).strip().lstrip("'’`")
        if text:
            found.append(text)
        if len(found) >= SAMPLE:
            break
    return found


def is_identity(text):
    """True for a resident identity number: 18 characters, a date inside, the check character right (GB 11643)."""
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", text):
        return False
    try:
        datetime.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(c) * w for c, w in zip(text, IDENTITY_WEIGHTS))
    return IDENTITY_CHECK[total % 11] == text[17].upper()


def _share(texts, fits):
    return sum(map(fits, texts)) / len(texts) if texts else 0.0


def parcel_code(title, cells, raw):
    """19 digits, most beginning with the same county."""
    texts = _texts(cells)
    return min(_share(texts, codes.is_parcel_code), _one_county(texts))


def holder_code(title, cells, raw):
    """18 digits of one county that are no identity numbers."""
    texts = _texts(cells)
    identities = _share(texts, is_identity)
    return 0.0 if identities > 0.5 else min(_share(texts, codes.is_holder_code), _one_county(texts))


def _one_county(texts):
    starts = {}
    for text in texts:
        starts[text[:codes.COUNTY]] = starts.get(text[:codes.COUNTY], 0) + 1
    return max(starts.values()) / len(texts) if starts else 0.0


def identity(title, cells, raw):
    """Resident identity numbers."""
    return _share(_texts(cells), is_identity)


def land_class(title, cells, raw):
    """The codes of DKLB; a column that only says 10 is less telling."""
    texts = _texts(cells)
    share = _share(texts, codes.DKLB.__contains__)
    if "10" not in texts:
        return 0.0
    return share if len(set(texts)) > 1 else min(share, CLASS_ALL_ONE)


def person(title, cells, raw):
    """Chinese names of two to four characters that begin with a surname, and differ from row to row."""
    texts = _texts(cells)
    varied = len(set(texts)) / len(texts) > 0.2 if texts else False
    return _share(texts, lambda t: bool(re.fullmatch(r"[㐀-鿿·]{2,4}", t)) and t[0] in SURNAMES) if varied else 0.0


def area(title, cells, raw, factor=1.0):
    """Numbers that are the geometry's area times ``factor``; without geometry, positive numbers under a title of area."""
    if NOT_SURVEYED.fullmatch(title) or OTHER_UNIT.search(title):
        return 0.0
    numbers = _numbers(cells)
    if numbers is None:
        return 0.0
    if raw.geometry is not None:
        own = shapely.area(raw.geometry[:len(numbers)]) * factor
        with np.errstate(divide="ignore", invalid="ignore"):
            near = np.abs(numbers / own - 1) <= AREA_TOLERANCE
        filled = ~np.isnan(numbers)
        share = float(near[filled].mean()) if filled.any() else 0.0
        return share if share >= 0.5 else 0.0
    return AREA_BY_TITLE if AREA_TITLE.search(title) and _in_mu(title, numbers) == (factor == MU_PER_M2) else 0.0


def _in_mu(title, numbers):
    """Whether an area's title says 亩; where it says no unit, whether parcels of that many m² would be too small."""
    if re.search(r"亩|MJM$", title, re.IGNORECASE):
        return True
    return not re.search(r"m²|m2|平方米|㎡", title) and bool(np.nanmedian(numbers) < LEAST_USUAL_M2)


def area_mu(title, cells, raw):
    return area(title, cells, raw, MU_PER_M2)


def area_registry(title, cells, raw):
    """Positive numbers under a title of area; a registry's area is in 亩 whether it says so or not."""
    suits = AREA_TITLE.search(title) and not OTHER_UNIT.search(title) and not re.search(r"m²|m2|平方米|㎡", title)
    return AREA_BY_TITLE if suits and _numbers(cells) is not None else 0.0


def _numbers(cells):
    """The first cells as float64, None where fewer than half of the filled ones are positive numbers."""
    out = []
    for value in list(cells[:SAMPLE]):
        try:
            number = values.decimal_of(value)
        except ArithmeticError:
            number = None
        out.append(np.nan if number is None else float(number))
    numbers = np.array(out, dtype=np.float64)
    filled = sum(v is not None and v == v and str(v).strip() != "" for v in list(cells[:SAMPLE]))
    return numbers if filled and (numbers > 0).sum() >= filled * 0.5 else None


LOOKS = {
    "parcel": {"DKBM": parcel_code, "DKLB": land_class, "SCMJ": area, "SCMJM": area_mu},
    "CBF": {"CBFBM": holder_code, "CBFMC": person, "CBFZJHM": identity},
    "CBF_JTCY": {"CBFBM": holder_code, "CYXM": person, "CYZJHM": identity},
    "CBDKXX": {"DKBM": parcel_code, "CBFBM": holder_code, "HTMJ": area, "HTMJM": area_mu},
    "CBHT": {"CBFBM": holder_code}, "CBJYQZDJB": {"CBFBM": holder_code},
    "registry": {"DKBM": parcel_code, "CBFBM": holder_code, "holder_name": person, "area_mu_100": area_registry},
}
BY_TITLE_TOO = {area, area_mu, area_registry, land_class}
TWINS = {"SCMJ": "SCMJM", "HTMJ": "HTMJM", "SCMJM": "SCMJ", "HTMJM": "HTMJ"}


def candidates(table, raw, found, constants=()):
    """Field → [(position of a column, confidence)], the likeliest first, for the fields that have no column yet."""
    used = {position for positions in found.columns.values() for position in positions}
    known = {*found.columns, *found.absent, *constants}
    titles, proposed = raw.titles(), {}
    for name, looks in LOOKS.get(table.name, {}).items():
        if name in known or TWINS.get(name) in known:
            continue
        least = AREA_BY_TITLE if looks in BY_TITLE_TOO else LEAST
        fits = [(position, looks(titles[position], raw.columns[position], raw)) for position in range(len(titles))
                if position not in used and titles[position]]
        fits = sorted(((p, c) for p, c in fits if c >= least), key=lambda each: (-each[1], each[0]))
        if fits:
            proposed[name] = fits
    return proposed


def ask(table, raw, found, constants=()):
    """Raises MappingNeeded where a field that matters has no column by name, but one looks like it."""
    wanted = [n for n in field_matching.MATTERS.get(table.name, ()) if n not in found.columns]
    if not wanted:
        return
    proposed = candidates(table, raw, found, constants)
    wanted += [TWINS[name] for name in wanted if name in TWINS]
    titles = field_matching.unique_titles(raw.headers)
    for name in wanted:
        if name in proposed:
            shown = "、".join(f"“{titles[p]}”（{c:.0%}）" for p, c in proposed[name])
            raise field_matching.MappingNeeded(
                f"没有写明哪一列是{table.by_name[name].alias}；从内容看像是{shown}", "核对后在字段对应文件里写明", where=raw.where)
