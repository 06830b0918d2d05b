"""The text encoding of a DBF: .cpg, then the language id (LDID) in its header, then trial decoding (DOMAIN §7).

Trial decoding tries UTF-8 strictly, then GB18030. A .cpg or an LDID that the bytes contradict is overruled, and the
evidence says so. GBK and CP936 are read as GB18030, which contains them and has the rare characters.
"""

import codecs
from dataclasses import dataclass
from typing import Tuple

from ..model.errors import BadInput

LDID_ENCODINGS = {0x4D: "gb18030", 0x7A: "gb18030", 0x57: "cp1252", 0x03: "cp1252", 0x01: "cp437", 0x02: "cp850",
                  0x4F: "cp950", 0x78: "cp950", 0x13: "cp932", 0x7B: "cp932", 0x4E: "cp949", 0x79: "cp949"}
WIDER = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030"}
CPG_NAMES = {"936": "gb18030", "54936": "gb18030", "65001": "utf-8", "1252": "cp1252", "88591": "latin-1",
             "utf8": "utf-8"}
SILENT_LDIDS = {0x00, 0x57}
SAMPLES = 5
CHANCE_BYTES = 12


@dataclass(frozen=True)
class Encoding:
    """``name``: Python codec. ``evidence``: why, for the import report. ``samples``: names as they now read."""

    name: str
    evidence: str
    samples: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """An encoding that the user asks for. ``forced``: whatever the file says of itself; else only where it says nothing
    that its bytes bear out. ``said``: who asked."""

    name: str
    forced: bool = True
    said: str = "按字段对应文件的指定"


def known(name):
    """True where Python knows the encoding."""
    return bool(_codec(name))


def decide(values, cpg="", ldid=0, given=None):
    """The encoding of ``values``, an iterable of byte strings that are not all ASCII (others do not matter).

    ``cpg``: the text of the .cpg file; ``ldid``: byte 29 of the DBF header; ``given``: what the user asks for, a name or
    ``Asked``. BadInput for an encoding that does not exist.
    """
    telling = [v for v in values if not v.isascii()]
    given = Asked(given) if isinstance(given, str) and given else given or None
    if given and not known(given.name):
        raise BadInput(f"不认识的文字编码“{given.name}”", "写成 GB18030、UTF-8 或 BIG5")
    if given and given.forced:
        return _as_asked(given, telling)
    if not telling:
        return Encoding("utf-8", "只有 ASCII 字符，与编码无关")
    from_cpg = _codec(cpg) if cpg else ""
    from_ldid = LDID_ENCODINGS.get(ldid, "") if ldid not in SILENT_LDIDS else ""
    if "gb18030" in (from_cpg, from_ldid) and _surely_utf8(telling):
        said = f".cpg 文件写的 {cpg.strip()}" if from_cpg == "gb18030" else f"DBF 头的语言标识 0x{ldid:02X}"
        return _made("utf-8", f"{said} 与内容不符；全部文字都是严格的 UTF-8", telling)
    if from_cpg and _decodes(telling, from_cpg):
        return _made(from_cpg, f".cpg 文件写明 {cpg.strip()}", telling)
    refuted = f".cpg 文件写的 {cpg.strip()} 与内容不符；" if cpg.strip() else ""
    if from_ldid and _decodes(telling, from_ldid):
        return _made(from_ldid, f"{refuted}DBF 头的语言标识为 0x{ldid:02X}", telling)
    if from_ldid:
        refuted += f"DBF 头的语言标识 0x{ldid:02X} 与内容不符；"
    if given:
        return _as_asked(given, telling, refuted or "文件没有可靠的编码说明；")
    for name in ("utf-8", "gb18030"):
        if _decodes(telling, name):
            return _made(name, f"{refuted}没有可靠的编码说明，试读 {name.upper()} 通过", telling)
    best = from_cpg or from_ldid or ("utf-8" if _damage(telling, "utf-8") < _damage(telling, "gb18030") else "gb18030")
    return _made(best, f"{refuted}没有一种编码能读通全部文字，按 {best.upper()} 读，读不出的字以 U+FFFD 代替", telling)


def _as_asked(given, telling, before=""):
    codec = _codec(given.name)
    lost = "" if _decodes(telling, codec) else "，但有读不出的字，以 U+FFFD 代替"
    return _made(codec, f"{before}{given.said}{lost}", telling)


def _codec(name):
    """Python's codec for a name as written in a .cpg; "" where there is none."""
    text = name.strip().lower().replace("windows-", "").replace("ansi ", "").replace("oem ", "")
    text = CPG_NAMES.get(text.replace("-", "").replace("_", "").replace(" ", ""), text)
    try:
        found = codecs.lookup(text).name
    except (LookupError, ValueError):
        return ""
    return WIDER.get(found, found)


def _decodes(values, name):
    """True where the bytes read as ``name``; a character cut at the end of a full-width field is allowed for."""
    try:
        b"\n".join(values).decode(name)
        return True
    except UnicodeDecodeError:
        pass
    cut = 0
    for value in values:
        try:
            value.decode(name)
        except UnicodeDecodeError as error:
            if error.start < len(value) - 3:
                return False
            cut += 1
    return cut <= max(1, len(values) // 50)


def _surely_utf8(values):
    """True where GBK bytes cannot be UTF-8 by accident: several values, all of them strict UTF-8."""
    together = b"\n".join(values)
    if len(values) < 2 or len(together) < CHANCE_BYTES:
        return False
    try:
        together.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _damage(values, name):
    return sum(v.decode(name, "replace").count("\ufffd") for v in values[:10_000])


def _made(name, evidence, telling):
    samples = []
    for value in telling:
        text = value.decode(name, "replace").strip()
        if text and text not in samples:
            samples.append(text)
        if len(samples) == SAMPLES:
            break
    return Encoding(name, evidence, tuple(samples))
