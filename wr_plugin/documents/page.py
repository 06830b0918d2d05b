"""Page furniture that all paper shares: the document, its metadata, the mark across a page, headers and page numbers."""

import math

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from .pen import CENTRE, GREY, HEI, MM, RED, SONG, Pen

rl_config.useA85 = 0  # binary streams: smaller, and without reportlab's slow text encoding

A4 = (210 * MM, 297 * MM)
A3_LANDSCAPE = (420 * MM, 297 * MM)
DEMO_MARK, TRIAL_MARK = "示例数据", "样张"
PRODUCER = "水权确权"
MARK_COLOR = (0.965, 0.885, 0.885)


class Paper:
    """A PDF document of one page size.

    ``title`` goes into the metadata and must not name a person. ``marks``: words such as 示例数据 or 样张 that every
    page carries across the sheet and in its upper corner. Two documents of the same content are byte-identical: no
    clock, no random identifier.
    """

    def __init__(self, path, size, title, book, marks=()):
        self.size, self.marks = size, tuple(marks)
        self.canvas = Canvas(str(path), pagesize=size, invariant=1, pageCompression=1,
                             initialFontName=book[SONG].first.fontName)
        self.canvas.setTitle(title)
        self.canvas.setAuthor(PRODUCER)
        self.canvas.setCreator(PRODUCER)
        self.canvas.setSubject("、".join(self.marks))
        self.pen = Pen(self.canvas, book)
        self.pages = 0
        if self.marks:
            self._draw_mark()

    def _draw_mark(self):
        width, height = self.size
        pen, word = self.pen, " · ".join(self.marks)
        pen.begin_form("mark")
        size = min(width, height) * 0.42 / max(pen.width(word, HEI, 1), 1.0)
        angle = math.radians(32)
        direction = (math.cos(angle), math.sin(angle))
        for part_x, part_y in ((0.30, 0.23), (0.70, 0.23), (0.30, 0.72), (0.70, 0.72), (0.5, 0.475)):
            pen.text(width * part_x, height * part_y, word, HEI, size, CENTRE, MARK_COLOR, angle=direction)
        pen.end_form()

    def begin(self, under=""):
        """Starts a page with the mark beneath all else but the form ``under``; returns the pen."""
        if under:
            self.pen.form(under)
        if self.marks:
            self.pen.form("mark")
        return self.pen

    def tag(self, x, y, size=9):
        """The mark as a boxed tag whose right end is at ``x``, so that it also shows on a darkened copy."""
        if not self.marks:
            return
        word = " · ".join(self.marks)
        width = self.pen.width(word, HEI, size) + size
        self.pen.box(x - width, y - size * 0.35, width, size * 1.5, 0.7, RED)
        self.pen.text(x - width / 2, y, word, HEI, size, CENTRE, RED)

    def end(self, number, total, y, x=None, prefix="", size=8.5):
        """Writes ``第 x 页 共 y 页`` and closes the page."""
        place = self.size[0] / 2 if x is None else x
        self.pen.text(place, y, f"{prefix}第 {number} 页　共 {total} 页", SONG, size, CENTRE, GREY)
        self.pen.flush()
        self.canvas.showPage()
        self.pages += 1

    def save(self):
        """Writes the file."""
        self.canvas.save()
