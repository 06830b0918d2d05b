"""Chinese numerals for documents: capital figures against alteration, circled numbers, dates."""

from ..model.amounts import HUNDRED

CAPITALS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def capital_whole(number):
    """``10050`` → ``壹万零伍拾``; 0 → ``零``. Raises ValueError below 0 and from 10**16."""
    number = int(number)
    if not 0 <= number < 10**16:
        raise ValueError(f"超出大写数字的范围：{number}")
    if number == 0:
        return CAPITALS[0]
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    out, gap = "", False
    for position in range(len(groups) - 1, -1, -1):
        group = groups[position]
        if group == 0:
            gap = bool(out)
            continue
        if out and (gap or group < 1000):
            out += CAPITALS[0]
        out += _group(group) + GROUPS[position]
        gap = False
    return out


def _group(group):
    """1 to 9999; a run of inner zeros is read as one 零, zeros at the end are not read."""
    out, zero = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            out += (CAPITALS[0] if zero and out else "") + CAPITALS[digit] + PLACES[place]
            zero = False
        else:
            zero = True
    return out


def capital_hundredths(amount_100):
    """An amount in 0.01 as capitals with 点: ``1230`` → ``壹拾贰点叁``; whole amounts have no 点."""
    whole, rest = divmod(int(amount_100), HUNDRED)
    text = capital_whole(whole)
    if rest:
        digits = f"{rest:02d}".rstrip("0")
        text += "点" + "".join(CAPITALS[int(d)] for d in digits)
    return text


def date_text(iso):
    """``2026-03-01`` → ``2026年3月1日``; empty for an empty date, the text itself where it is not a date."""
    parts = (iso or "").split("-")
    if len(parts) != 3 or not all(p.isdigit() for p in parts):
        return iso or ""
    return f"{int(parts[0])}年{int(parts[1])}月{int(parts[2])}日"
