"""The letter that answers an objector (答复函), in the layout of GB/T 9704-2012 (DOMAIN §5).

A4, head margin 37 mm, binding side 28 mm, type area 156 × 225 mm, 22 lines of 28 characters of 3号仿宋, title 2号, first
level 黑体, second level 楷体, page numbers 4号 outside. There is room for the seal and none is drawn.
"""

from dataclasses import dataclass, field
from typing import List, Tuple

from .fonts import FANG, HEI, KAI, SONG
from .page import A4, Paper
from .pen import CAP_HEIGHT, CENTRE, LEFT, MM, RIGHT

HEAD, BINDING, AREA_WIDTH, AREA_HEIGHT = 37 * MM, 28 * MM, 156 * MM, 225 * MM
LINES = 22
PITCH = AREA_HEIGHT / LINES
BODY, TITLE, NUMBER = 16.0, 22.0, 14.0  # 3号, 2号, 4号
NUMBER_BELOW = 7 * MM
SEAL_LINES, TEXT_ABOVE = 3, 2
DOCUMENT_TITLE = "水权核定答复函"


@dataclass
class Letter:
    """``number``: the office's document number, blank to be filled in by hand; ``to``: whom it answers; ``opening``: first
    paragraph; ``sections``: (heading, paragraphs) with paragraphs as (second-level heading or "", text); ``office`` and
    ``day``: who answers when."""

    number: str
    title: str
    to: str
    opening: str
    office: str
    day: str
    sections: List[Tuple[str, List[Tuple[str, str]]]] = field(default_factory=list)

    def texts(self):
        """Everything that will be printed, to be held against the fonts."""
        return [self.number, self.title, self.to, self.opening, self.office, self.day, *(
            text for heading, paragraphs in self.sections for one in ((heading, ""), *paragraphs) for text in one)]


@dataclass
class Line:
    """One line of the grid. ``ems``: characters left free on the side of ``align``."""

    text: str
    role: str = FANG
    size: float = BODY
    align: int = LEFT
    ems: float = 0


def write(path, letter, book, marks=()):
    """Writes the letter as PDF; returns the number of pages."""
    paper = Paper(path, A4, DOCUMENT_TITLE, book, marks)
    pages = _pages(_lines(paper.pen, letter), _signature(letter))
    for number, lines in enumerate(pages, 1):
        pen = paper.begin()
        for place, line in enumerate(lines):
            _set(pen, line, HEAD + place * PITCH)
        _number_page(pen, number)
        paper.tag(BINDING + AREA_WIDTH, A4[1] - HEAD + 8 * MM)
        pen.flush()
        paper.canvas.showPage()
    paper.save()
    return len(pages)


def _lines(pen, letter):
    """The lines of the letter above the signature."""
    lines = [Line(letter.number or "　　字〔　　〕　　号", align=CENTRE), Line("")]
    lines += [Line(text, SONG, TITLE, CENTRE) for text in pen.wrap(letter.title, SONG, TITLE, AREA_WIDTH)]
    lines += [Line(""), Line(f"{letter.to}：")]
    lines += _paragraph(pen, letter.opening)
    for heading, paragraphs in letter.sections:
        lines += _paragraph(pen, heading, HEI)
        for title, text in paragraphs:
            if title:
                lines += _paragraph(pen, title, KAI)
            if text:
                lines += _paragraph(pen, text)
    return lines


def _paragraph(pen, text, role=FANG):
    return [Line(one, role) for one in pen.wrap("　　" + text, role, BODY, AREA_WIDTH)]


def _signature(letter):
    """Office and day on the right, with the room above that the seal needs; never torn apart."""
    return [*(Line("") for _ in range(SEAL_LINES)), Line(letter.office, align=RIGHT, ems=2),
            Line(letter.day, align=RIGHT, ems=4)]


def _pages(lines, signature):
    """Lines by page: no heading is left alone at the foot of one, and the signature goes on with text above it."""
    pages = [[]]
    for line in lines:
        if len(pages[-1]) == LINES:
            pages.append(_taken_from(pages[-1], 0))
        pages[-1].append(line)
    if len(pages[-1]) + len(signature) > LINES:
        pages.append(_taken_from(pages[-1], TEXT_ABOVE))
    pages[-1] = pages[-1] + signature
    return pages


def _taken_from(page, count):
    """Takes the last ``count`` lines off a page, and the headings that would then be its last."""
    while len(page) > 1 and page[-count - 1].role in (HEI, KAI):
        count += 1
    taken = page[len(page) - count:]
    del page[len(page) - count:]
    return taken


def _set(pen, line, top):
    """Sets a line in its row of the grid, ``top`` points below the upper edge."""
    if not line.text:
        return
    y = A4[1] - top - PITCH / 2 - line.size * CAP_HEIGHT / 2 + line.size * 0.06
    room, width = AREA_WIDTH - line.ems * BODY, pen.width(line.text, line.role, line.size)
    x = {LEFT: BINDING + line.ems * BODY, CENTRE: BINDING + AREA_WIDTH / 2, RIGHT: BINDING + room}[line.align]
    pen.text(x, y, line.text, line.role, line.size, line.align, squeeze=min(1.0, room / max(width, 1e-6)))


def _number_page(pen, number):
    """``— 1 —`` outside: right on odd pages, left on even ones, one character from the edge of the type area."""
    y = A4[1] - HEAD - AREA_HEIGHT - NUMBER_BELOW - NUMBER * CAP_HEIGHT
    x = BINDING + AREA_WIDTH - NUMBER if number % 2 else BINDING + NUMBER
    pen.text(x, y, f"— {number} —", SONG, NUMBER, RIGHT if number % 2 else LEFT)
