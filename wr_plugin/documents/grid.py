"""Ruled tables: a header of one or two rows with merged groups, a row of column numbers, and rows of cells."""

from dataclasses import dataclass

from .pen import BLACK, CENTRE, HEI, LEFT, RIGHT, SONG

HEADER_FILL = (0.925, 0.945, 0.955)


@dataclass(frozen=True)
class Column:
    """One column: ``title`` (and ``group``, the merged cell above it), ``width`` in points, alignment, typeface."""

    title: str
    width: float
    group: str = ""
    align: int = CENTRE
    role: str = SONG


@dataclass(frozen=True)
class Grid:
    """A table's columns and measures, in points."""

    columns: tuple
    header_height: float
    row_height: float
    header_size: float
    size: float
    number_height: float = 0.0
    fill: tuple = HEADER_FILL
    line: float = 0.5
    frame: float = 1.0
    color: tuple = BLACK
    group_share: float = 0.42  # of the header's height, where it has two rows

    @property
    def width(self):
        return sum(c.width for c in self.columns)

    @property
    def head(self):
        """Height of the header with its row of numbers."""
        return self.header_height + self.number_height

    def edges(self, x):
        """The x of each column's left edge, and of the last one's right edge."""
        out = [x]
        for column in self.columns:
            out.append(out[-1] + column.width)
        return out

    def header(self, pen, x, top):
        """Draws the header from ``top`` downwards; returns the y where the rows begin."""
        edges, height = self.edges(x), self.header_height
        upper = height * self.group_share
        grouped = any(c.group for c in self.columns)
        middle, bottom = top - upper, top - height
        pen.box(x, bottom, self.width, height, 0, fill=self.fill)
        start = 0
        for i, column in enumerate(self.columns):
            if column.group:
                if i == 0 or self.columns[i - 1].group != column.group:
                    start = i
                if i + 1 == len(self.columns) or self.columns[i + 1].group != column.group:
                    pen.cell(edges[start], middle, edges[i + 1] - edges[start], upper, column.group, HEI,
                             self.header_size)
                    pen.rules([(edges[start], middle, edges[i + 1], middle)], self.line, self.color)
                    pen.rules([(e, middle, e, bottom) for e in edges[start + 1:i + 1]], self.line, self.color)
                pen.cell(edges[i], bottom, column.width, height - upper, column.title, HEI, self.header_size, pad=1)
            else:
                pen.cell(edges[i], bottom, column.width, height, column.title, HEI, self.header_size, pad=1)
            if i and (not grouped or column.group != self.columns[i - 1].group or not column.group):
                pen.rules([(edges[i], top, edges[i], bottom)], self.line, self.color)
        if self.number_height:
            for i, column in enumerate(self.columns):
                pen.cell(edges[i], bottom - self.number_height, column.width, self.number_height, str(i + 1), SONG,
                         self.header_size * 0.75)
            pen.rules([(e, bottom, e, bottom - self.number_height) for e in edges[1:-1]], self.line, self.color)
            pen.rules([(x, bottom, edges[-1], bottom)], self.line, self.color)
            bottom -= self.number_height
        pen.rules([(x, bottom, edges[-1], bottom)], self.line, self.color)
        return bottom

    def row(self, pen, x, top, values, color=BLACK, fill=None, size=0.0, roles=None, skip=0):
        """One row of cells from ``top`` downwards; returns its bottom. The first ``skip`` cells are left empty."""
        bottom = top - self.row_height
        if fill:
            start = sum(c.width for c in self.columns[:skip])
            pen.box(x + start, bottom, self.width - start, self.row_height, 0, fill=fill)
        at = x
        for i, column in enumerate(self.columns):
            if i >= skip:
                role = roles[i] if roles else column.role
                pad = {LEFT: 3.0, RIGHT: 0.3 * self.size}.get(column.align, 2.0)
                pen.cell(at, bottom, column.width, self.row_height, values[i], role, size or self.size, column.align,
                         color, pad)
            at += column.width
        return bottom

    def lines(self, pen, x, top, first_row, bottom, merged=()):
        """Rules of a table drawn from ``top``, whose rows run from ``first_row`` down to ``bottom``.

        ``merged``: (column, upper y, lower y) spans of merged cells, across which no rule is drawn.
        """
        edges = self.edges(x)
        pen.rules([(e, first_row, e, bottom) for e in edges[1:-1]], self.line, self.color)
        joined = {}
        for column, upper, lower in merged:
            joined.setdefault(column, []).append((upper, lower))
        segments, y = [], first_row - self.row_height
        while y > bottom + 0.1:
            start = None
            for i in range(len(self.columns)):
                inside = any(upper > y + 0.1 and y - 0.1 > lower for upper, lower in joined.get(i, ()))
                if inside and start is not None:
                    segments.append((start, y, edges[i], y))
                    start = None
                elif not inside and start is None:
                    start = edges[i]
            if start is not None:
                segments.append((start, y, edges[-1], y))
            y -= self.row_height
        if segments:
            pen.rules(segments, self.line, self.color)
        pen.box(x, bottom, self.width, top - bottom, self.frame, self.color)
