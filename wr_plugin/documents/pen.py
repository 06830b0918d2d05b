"""Drawing on a page: text in font chains, lines, boxes and paths, written straight as PDF operators.

Strings are cut into font runs and encoded once per document; a page's operators go to reportlab in one piece. That
makes a page of text some ten times cheaper than reportlab's ``drawString``.
Coordinates are points from the lower left corner; ``MM`` turns millimetres into points.
"""

from .fonts import HEI, KAI, SONG

MM = 72 / 25.4
LEFT, CENTRE, RIGHT = 0, 1, 2
BLACK, GREY, RED = (0, 0, 0), (0.28, 0.28, 0.28), (0.72, 0.11, 0.11)
NO_LINE_START = frozenset("，。、；：！？）〕》」』】〉”’％%,.;:!?)]}·")
NO_LINE_END = frozenset("（〔《「『【〈“‘([{")
SQUEEZE_MIN = 0.72
CAP_HEIGHT = 0.76  # from the baseline of a Chinese character to its top, in ems
DESCENT = 0.12

__all__ = ["BLACK", "CENTRE", "GREY", "HEI", "KAI", "LEFT", "MM", "RED", "RIGHT", "SONG", "Pen"]


class Pen:
    """Draws on the current page of a reportlab canvas. ``flush`` before ``showPage``."""

    def __init__(self, canvas, book):
        self.canvas, self.book = canvas, book
        self._ops, self._encoded = [], {}

    # text

    def _runs(self, text, role):
        key = (role, text)
        found = self._encoded.get(key)
        if found is None:
            document, parts, width = self.canvas._doc, [], 0.0
            for font, part in self.book[role].runs(text):
                for subset, data in font.splitString(part, document):
                    parts.append((font.getSubsetInternalName(subset, document), data.hex()))
                width += font.stringWidth(part, 1)
            found = self._encoded[key] = (parts, width)
        return found

    def width(self, text, role, size):
        """Width of a line of text in points."""
        return self._runs(text, role)[1] * size

    def text(self, x, y, text, role=SONG, size=10.0, align=LEFT, color=BLACK, bold=0.0, spread=0.0, squeeze=1.0,
             angle=None, plate=False):
        """One line; ``y`` is the baseline. ``bold``: outline added, in ems. ``spread``: space added between
        characters, in points. ``squeeze``: horizontal scale. ``angle``: (cos, sin) of the direction of the line.
        ``plate``: a white ground beneath."""
        if not text:
            return
        parts, width = self._runs(text, role)
        extent = (width * size + spread * (len(text) - 1)) * squeeze
        shift = extent * align / 2
        cos, sin = angle or (1, 0)
        ops = self._ops
        if plate:
            a, b = cos * extent, sin * extent
            c, d = -sin * size * 0.78, cos * size * 0.78
            left, low = x - shift * cos + sin * size * 0.04, y - shift * sin - cos * size * 0.04
            ops.append(f"q 1 g {left:.2f} {low:.2f} m {left + a:.2f} {low + b:.2f} l {left + a + c:.2f} "
                       f"{low + b + d:.2f} l {left + c:.2f} {low + d:.2f} l h f Q")
        ops.append("q BT %.3f %.3f %.3f rg" % color)
        if bold:
            ops.append("2 Tr %.3f w %.3f %.3f %.3f RG" % (bold * size, *color))
        if spread:
            ops.append(f"{spread:.2f} Tc")
        ops.append(f"{cos * squeeze:.4f} {sin * squeeze:.4f} {-sin:.4f} {cos:.4f} "
                   f"{x - shift * cos:.2f} {y - shift * sin:.2f} Tm")
        for name, data in parts:
            ops.append(f"{name} {size:.2f} Tf <{data}> Tj")
        ops.append("ET Q")

    def wrap(self, text, role, size, width):
        """Lines of ``text`` no wider than ``width``; Latin words and numbers stay whole, 避头尾 is kept."""
        lines = []
        for paragraph in text.split("\n"):
            line, extent = [], 0.0
            for word in _words(paragraph):
                advance = self.width(word, role, size)
                if line and extent + advance > width and word not in NO_LINE_START:
                    carried = []
                    while len(line) > 1 and line[-1] in NO_LINE_END:
                        carried.insert(0, line.pop())
                    lines.append("".join(line))
                    line = carried
                    extent = sum(self.width(w, role, size) for w in line)
                line.append(word)
                extent += advance
            lines.append("".join(line))
        return lines

    def paragraph(self, x, y, text, width, role=SONG, size=10.0, leading=1.5, color=BLACK, indent=2):
        """A paragraph from the top ``y`` downwards, its first line indented by ``indent`` ems; returns its bottom."""
        lines = self.wrap("\u3000" * indent + text, role, size, width)
        for line in lines:
            y -= size * leading
            self.text(x, y + size * (leading - 1) / 2 + size * DESCENT, line, role, size, color=color,
                      squeeze=min(1.0, width / max(self.width(line, role, size), 1e-6)))
        return y

    def cell(self, x, y, width, height, text, role=SONG, size=10.0, align=CENTRE, color=BLACK, pad=2.0, bold=0.0):
        """Text in the box with lower left corner (x, y), centred vertically; what is too wide is squeezed a little,
        else set in two or more lines at a smaller size, so that nothing is ever cut off."""
        if not text:
            return
        room = max(width - 2 * pad, 1.0)
        lines, size, squeeze = self._fitted(text, role, size, room, height)
        at = x + pad + room * align / 2
        step = size * 1.18
        base = y + height / 2 + step * (len(lines) - 1) / 2 - size * (CAP_HEIGHT - DESCENT) / 2 - size * 0.02
        for line in lines:
            self.text(at, base, line, role, size, align, color, bold, squeeze=squeeze)
            base -= step

    def _fitted(self, text, role, size, room, height):
        """(lines, size, squeeze) with which ``text`` fits the room."""
        if "\n" not in text:
            extent = self.width(text, role, size)
            if extent <= room:
                return [text], size, 1.0
            if extent * SQUEEZE_MIN <= room:
                return [text], size, room / extent
        for tries in range(12):
            smaller = size * (0.94 ** tries)
            lines = self.wrap(text, role, smaller, room)
            widest = max(self.width(line, role, smaller) for line in lines)
            if len(lines) * smaller * 1.18 <= height and widest * SQUEEZE_MIN <= room:
                return lines, smaller, min(1.0, room / widest)
        smaller = min(size * 0.5, height / (len(lines) * 1.18))
        widest = max(self.width(line, role, smaller) for line in lines)
        return lines, smaller, min(1.0, room / widest)

    # lines and shapes

    def raw(self, ops):
        """PDF operators as they are."""
        self._ops.append(ops)

    def line(self, x1, y1, x2, y2, width=0.5, color=BLACK, dash=""):
        self._ops.append("q %.3f w %.3f %.3f %.3f RG %s %.2f %.2f m %.2f %.2f l S Q" % (
            width, *color, f"[{dash}] 0 d" if dash else "", x1, y1, x2, y2))

    def rules(self, segments, width=0.5, color=BLACK):
        """Many straight segments (x1, y1, x2, y2) in one path."""
        path = " ".join("%.2f %.2f m %.2f %.2f l" % s for s in segments)
        self._ops.append("q %.3f w %.3f %.3f %.3f RG %s S Q" % (width, *color, path))

    def box(self, x, y, width, height, line=0.5, color=BLACK, fill=None, dash=""):
        """A rectangle; ``line`` 0 draws no outline."""
        paint = ("B" if line else "f") if fill else "S"
        head = "%.3f %.3f %.3f rg " % fill if fill else ""
        if dash:
            head += f"[{dash}] 0 d "
        self._ops.append("q %s%.3f w %.3f %.3f %.3f RG %.2f %.2f %.2f %.2f re %s Q" % (
            head, line, *color, x, y, width, height, paint))

    def disc(self, x, y, radius, fill=BLACK, line=0.0, color=BLACK):
        """A filled circle."""
        k, r = 0.5523 * radius, radius
        path = (f"{x + r:.2f} {y:.2f} m {x + r:.2f} {y + k:.2f} {x + k:.2f} {y + r:.2f} {x:.2f} {y + r:.2f} c "
                f"{x - k:.2f} {y + r:.2f} {x - r:.2f} {y + k:.2f} {x - r:.2f} {y:.2f} c "
                f"{x - r:.2f} {y - k:.2f} {x - k:.2f} {y - r:.2f} {x:.2f} {y - r:.2f} c "
                f"{x + k:.2f} {y - r:.2f} {x + r:.2f} {y - k:.2f} {x + r:.2f} {y:.2f} c h")
        self._ops.append("q %.3f %.3f %.3f rg %.3f w %.3f %.3f %.3f RG %s %s Q" % (
            *fill, line, *color, path, "B" if line else "f"))

    # pages and forms

    def flush(self):
        """Hands what was drawn to the canvas."""
        if self._ops:
            self.canvas.addLiteral("\n".join(self._ops))
            self._ops = []

    def begin_form(self, name):
        """Starts a drawing that is stored once and repeated by ``form``."""
        self.flush()
        self.canvas.beginForm(name)

    def end_form(self):
        self.flush()
        self.canvas.endForm()

    def form(self, name, matrix=None):
        """Repeats a stored drawing, moved by ``matrix`` (a, b, c, d, e, f)."""
        self.flush()
        if matrix:
            self.canvas.saveState()
            self.canvas.transform(*matrix)
        self.canvas.doForm(name)
        if matrix:
            self.canvas.restoreState()


def _words(text):
    """Single Chinese characters and whole runs of Latin letters and figures."""
    words, latin = [], ""
    for char in text:
        if char.isascii() and not char.isspace():
            latin += char
            continue
        if latin:
            words.append(latin)
            latin = ""
        words.append(char)
    if latin:
        words.append(latin)
    return words
