"""Chinese TrueType fonts: where they lie on each system, chains that stand in for one another, and what they cover.

Fonts are always embedded. reportlab embeds TrueType only, so PostScript outlines (Noto CJK, Fandol) are passed over.
"""

import os
import sys
from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics, ttfonts

from ..model.errors import BadInput

SONG, HEI, KAI, FANG = "song", "hei", "kai", "fang"
ROLE_NAMES = {SONG: "宋体", HEI: "黑体", KAI: "楷体"}
FOLDER_VARIABLE = "WR_FONTS"

# (file name in lower case, font within a collection), best first
CANDIDATES = {
    SONG: (("simsun.ttc", 0), ("notoserifsc-regular.ttf", 0), ("songti.ttc", 3), ("uming.ttc", 0),
           ("tw-sung-98_1.ttf", 0), ("simfang.ttf", 0)),
    HEI: (("simhei.ttf", 0), ("notosanssc-regular.ttf", 0), ("msyh.ttc", 0), ("wqy-zenhei.ttc", 0),
          ("wqy-microhei.ttc", 0), ("stheiti medium.ttc", 0)),
    KAI: (("simkai.ttf", 0), ("lxgwwenkai-regular.ttf", 0), ("ukai.ttc", 0), ("kaiti.ttc", 0)),
}
FANG_FILES = (("simfang.ttf", 0), ("fangsong.ttf", 0))
"""仿宋, which official documents are set in; where there is none, 宋体 stands in."""
RARE = (("simsunb.ttf", 0), ("simsunextg.ttf", 0), ("tw-sung-98_1.ttf", 0), ("tw-sung-ext-b-98_1.ttf", 0),
        ("tw-sung-plus-98_1.ttf", 0), ("hanamina.ttf", 0), ("hanaminb.ttf", 0))
PROBE = "水权证年度额度确权面积地块编码宋体黑体公示一二三壹贰叁"
ZERO_WIDTH = frozenset("\u200b\u200c\u200d\ufeff\u2060")


class EmbeddedFont(ttfonts.TTFont):
    """A TrueType font of which every document embeds the characters that it uses."""

    def __init__(self, name, path, index):
        super().__init__(name, str(path), subfontIndex=index)
        self.path, self.index = Path(path), index
        self.glyphs = self.face.charToGlyph


def to_unicode_map(fontname, subset):
    """The ToUnicode map of a font subset (list of code points), so that text copies as it prints.

    reportlab 3.6 to 5.1 writes code points above U+FFFF as five hex digits, so that 𠮷 copies as another character;
    the PDF reference asks for UTF-16BE, and for blocks of at most 100 entries.
    """
    entries = ["<%02X> <%s>" % (i, chr(code).encode("utf-16-be").hex().upper()) for i, code in enumerate(subset)]
    blocks = [entries[i:i + 100] for i in range(0, len(entries), 100)]
    body = "\n".join(f"{len(b)} beginbfchar\n" + "\n".join(b) + "\nendbfchar" for b in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n"
        f"<< /Registry ({fontname})\n/Ordering ({fontname})\n/Supplement 0\n>> def\n/CMapName /{fontname} def\n"
        f"/CMapType 2 def\n1 begincodespacerange\n<00> <{len(subset) - 1:02X}>\nendcodespacerange\n{body}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )


ttfonts.makeToUnicodeCMap = to_unicode_map  # TTFont.addObjects finds it by this name in every version


def system_folders():
    """The folders in which this system keeps fonts, the user's own first."""
    home = Path.home()
    if sys.platform == "win32":
        windows = os.environ.get("WINDIR", r"C:\Windows")
        local = os.environ.get("LOCALAPPDATA", str(home / "AppData" / "Local"))
        return [Path(local, "Microsoft", "Windows", "Fonts"), Path(windows, "Fonts")]
    if sys.platform == "darwin":
        return [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    return [home / ".local/share/fonts", home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts")]


def font_files(folders):
    """{file name in lower case: path} of all .ttf and .ttc files below the folders; the first folder wins."""
    found = {}
    for folder in folders:
        for base, inner, names in os.walk(folder):
            inner.sort()
            for name in sorted(names):
                if name.lower().endswith((".ttf", ".ttc")):
                    found.setdefault(name.lower(), Path(base, name))
    return found


@lru_cache(maxsize=None)
def load(path, index):
    """The font at ``path``, registered with reportlab, or None where it cannot be embedded."""
    name = f"WR-{path.stem}-{index}".replace(" ", "_")
    try:
        font = EmbeddedFont(name, path, index)
    except (ttfonts.TTFError, OSError, ValueError, IndexError):
        return None
    pdfmetrics.registerFont(font)
    return font


class Chain:
    """Fonts that stand in for one another: a character is set in the first font that has it.

    Later fonts are opened only when an earlier one lacks a character.
    """

    def __init__(self, files):
        self._files = list(files)
        self._fonts = []
        self._by_char = {}
        self._runs = {}

    @property
    def files(self):
        """(path, number) of the fonts, in the order in which they stand in for one another."""
        return list(self._files)

    def _font_at(self, position):
        while len(self._fonts) <= position:
            self._fonts.append(load(*self._files[len(self._fonts)]))
        return self._fonts[position]

    def font_of(self, char):
        """The font that prints a character; None where none does.

        Private-use characters never print: what a font draws there is its maker's own (DOMAIN §7).
        """
        if char in self._by_char:
            return self._by_char[char]
        code, found = ord(char), None
        private = 0xE000 <= code <= 0xF8FF or code >= 0xF0000
        if not private and code >= 32 and code != 0xFFFD:
            for position in range(len(self._files)):
                font = self._font_at(position)
                if font is not None and font.glyphs.get(code):
                    found = font
                    break
        self._by_char[char] = found
        return found

    def missing(self, text):
        """The characters of ``text`` that cannot be printed, in order, each once."""
        if text in self._runs:
            return ""
        return "".join(dict.fromkeys(c for c in text if c not in ZERO_WIDTH and self.font_of(c) is None))

    def runs(self, text):
        """((font, text), …): the text cut where the font changes; raises ValueError for what cannot be printed."""
        runs = self._runs.get(text)
        if runs is None:
            missing = self.missing(text)
            if missing:
                raise ValueError(f"字体中没有：{missing}")
            out = []
            for char in text:
                if char in ZERO_WIDTH:
                    continue
                font = self.font_of(char)
                if out and out[-1][0] is font:
                    out[-1][1].append(char)
                else:
                    out.append((font, [char]))
            runs = self._runs[text] = tuple((font, "".join(chars)) for font, chars in out)
        return runs

    def width(self, text, size=1.0):
        """Advance width in points."""
        return sum(font.stringWidth(part, size) for font, part in self.runs(text))

    @property
    def first(self):
        """The font that most text is set in."""
        return self._font_at(0)

    def coverage(self, characters):
        """(how many of ``characters`` print, how many there are)."""
        wanted = [c for c in characters if c not in ZERO_WIDTH]
        return sum(self.font_of(c) is not None for c in wanted), len(wanted)


class FontBook:
    """The chains for 宋体, 黑体 and 楷体 made from the fonts that were found; 仿宋 prints what 宋体 prints."""

    def __init__(self, chains, fang=None):
        self.chains, self.fang = chains, fang or chains.get(SONG)

    def __getitem__(self, role):
        return self.fang if role == FANG else self.chains[role]

    def missing(self, text):
        """Characters that at least one of the chains cannot print (they share their last resorts)."""
        return "".join(dict.fromkeys("".join(chain.missing(text) for chain in self.chains.values())))

    def describe(self):
        """{宋体: file name, …} for the self-check."""
        return {ROLE_NAMES[role]: chain.first.path.name for role, chain in self.chains.items()}


@lru_cache(maxsize=None)
def find(folder=""):
    """The fonts of this machine, those in ``folder`` (or the folder that WR_FONTS names) before all others.

    Raises BadInput where a typeface is missing, or where the folder is.
    """
    folder = folder or os.environ.get(FOLDER_VARIABLE, "")
    if folder and not Path(folder).is_dir():
        raise BadInput("找不到字体文件夹", "给出放有 TrueType 字体（.ttf、.ttc）的文件夹", where=str(folder))
    own = font_files([folder]) if folder else {}
    files = {**font_files(system_folders()), **own}
    heads = {role: [(files[n], i) for n, i in names if n in files] for role, names in CANDIDATES.items()}
    extra = [(path, 0) for _, path in sorted(own.items())]
    rare = [(files[n], i) for n, i in RARE if n in files]
    chains = {}
    for role in CANDIDATES:
        head = next(([c] for c in heads[role] if _prints(c, PROBE)), [])
        others = [c for other in CANDIDATES for c in heads[other]]
        if not head:
            head = next(([c] for c in extra + others if _prints(c, PROBE)), [])
        if not head:
            raise BadInput(
                f"找不到可以嵌入的中文 TrueType 字体（{ROLE_NAMES[role]}）",
                "Windows 自带宋体、黑体、楷体；Debian、Ubuntu 请安装 fonts-arphic-uming fonts-wqy-zenhei fonts-lxgw-wenkai；"
                "或用“字体文件夹”指明字体所在的文件夹")
        chains[role] = Chain(dict.fromkeys(head + extra + heads[role] + rare + others))
    fang = [(files[n], i) for n, i in FANG_FILES if n in files and _prints((files[n], i), PROBE)]
    return FontBook(chains, Chain(dict.fromkeys(fang + chains[SONG].files)) if fang else None)


def _prints(candidate, text):
    font = load(*candidate)
    return font is not None and all(font.glyphs.get(ord(c)) for c in text)


def gb2312_characters():
    """The 6,763 characters of GB 2312 (levels 1 and 2), which every Chinese name board must at least print."""
    pairs = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return "".join(pair.decode("gb2312", "ignore") for pair in pairs)


# Ranges of Chinese characters in GB 18030-2022 by implementation level, for the self-check.
RANGES = {
    "GB 2312": None,
    "基本区": (0x4E00, 0x9FA5),
    "扩展 A": (0x3400, 0x4DB5),
    "扩展 B": (0x20000, 0x2A6D6),
    "通用规范汉字表中的扩展 C、D、E": (0x2A700, 0x2CEAF),
}


def coverage(chain):
    """[(range, characters that print, characters in the range), …] for the self-check."""
    out = []
    for name, limits in RANGES.items():
        characters = gb2312_characters() if limits is None else map(chr, range(limits[0], limits[1] + 1))
        out.append((name, *chain.coverage(characters)))
    return out
