"""Text that came out damaged: “?”, U+FFFD, private-use characters, and text read in the wrong encoding (DOMAIN §7).

Text in the wrong encoding gives itself away: taken back to its bytes it reads as Chinese in the other encoding. The tests run
over all distinct values of a column at once.
"""

import codecs
import re

LOST = re.compile("\ufffd|锟斤拷|烫烫|屯屯|\\?{2,}|？{2,}|[\ue000-\uf8ff\U000f0000-\U0010ffff]")
"""Lost for good: replacement characters, what they become when written as GBK, runs of “?”, private use."""
IN_NAMES = re.compile("[?？]")
ONE_BYTE = re.compile("[\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{3}")
GBK_LINE = re.compile(rb"(?m)^[\x20-\x7e]*(?:[\xe4-\xe9][\x80-\xbf]{2}){2}[^\n]*$")
CHINESE = re.compile("[\u4e00-\u9fff]")
COMMON_FIRST, COMMON_LAST = b"\xb0\xa1", b"\xd7\xf9"
MOST_ROUNDS = 3


def damaged(values, names=False):
    """{value: the text as it should read, or "" where that is lost} of the damaged ones among ``values`` (text or None).

    ``names``: also a single “?”, which no name has.
    """
    distinct = [v for v in set(values) if isinstance(v, str) and v]
    together, found = "\n".join(distinct), {}
    for pattern in (LOST, *((IN_NAMES,) if names else ())):
        if pattern.search(together):
            found.update((value, "") for value in distinct if pattern.search(value))
    if ONE_BYTE.search(together):
        for value in distinct:
            meant = _from_one_byte(value) if ONE_BYTE.search(value) else ""
            if meant:
                found[value] = meant
    for value in _like_utf8(distinct):
        if not found.get(value):
            meant = _from_gbk(value)
            if meant:
                found[value] = meant
    return found


def _like_utf8(values):
    """The values whose GB18030 bytes look like UTF-8; one search over all of them."""
    lines = [v for v in values if "\n" not in v and not v.isascii()]
    data = "\n".join(lines).encode("gb18030", "replace")
    return [line.decode("gb18030", "replace") for line in GBK_LINE.findall(data)]


def _from_gbk(value):
    """The Chinese text whose UTF-8 bytes were read as GBK; "" where there is none that is likely.

    A name's own characters can look so by accident, so that all that comes out must be among the 3755 common ones.
    A last character may have lost its end.
    """
    try:
        data = value.rstrip("?？\ufffd").encode("gb18030")
        meant = codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeError:
        return ""
    chinese = CHINESE.findall(meant)
    return meant if len(chinese) >= 2 and all(map(_common, chinese)) else ""


def _common(character):
    """True for a character of GB 2312's first level, which is in the order of frequent use."""
    try:
        return COMMON_FIRST <= character.encode("gb2312") <= COMMON_LAST
    except UnicodeEncodeError:
        return False


def _from_one_byte(value):
    """The Chinese text that was read byte by byte (Latin-1, Windows-1252), once or several times over; "" for none."""
    text = value
    for _ in range(MOST_ROUNDS):
        data = _bytes_of(text)
        if data is None:
            return ""
        for codec in ("utf-8", "gb18030"):
            try:
                text = data.decode(codec)
            except UnicodeDecodeError:
                continue
            break
        else:
            return ""
        if CHINESE.search(text) and not ONE_BYTE.search(text):
            return text
    return ""


def _bytes_of(text):
    """The bytes that these characters are in Windows-1252, its five holes as Latin-1; None where one is no byte."""
    out = bytearray()
    for character in text:
        try:
            out += character.encode("cp1252")
        except UnicodeEncodeError:
            if ord(character) > 255:
                return None
            out.append(ord(character))
    return bytes(out)
