"""Tables as plain text for a terminal: columns line up for Chinese, whose characters are two cells wide."""

import unicodedata

WIDE = {"W", "F"}
GAP = "  "
WIDEST_COLUMN = 40


def display_width(text):
    """Cells that ``text`` takes on a terminal: two for wide and full-width characters, none for combining marks."""
    return sum(
        0 if unicodedata.combining(ch) else 2 if unicodedata.east_asian_width(ch) in WIDE else 1 for ch in str(text)
    )


def pad(text, width, right=False):
    """``text`` filled with spaces to ``width`` cells, on the left where ``right``-aligned."""
    space = " " * max(0, width - display_width(text))
    return space + text if right else text + space


def shown(value):
    """A cell as text: thousands are separated, None is empty, truth is 是 or 否."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def _is_number(text):
    return bool(text) and text.replace(",", "").replace(".", "", 1).replace("-", "", 1).isdigit()


def lines(rows, header=None, indent="  "):
    """The lines of a table. ``rows``: sequences of equal or differing length; columns of numbers align right.

    A cell wider than ``WIDEST_COLUMN`` juts out rather than widening its column for all rows.
    """
    cells = [[shown(v) for v in row] for row in rows]
    body = [row + [""] * (max((len(r) for r in cells), default=0) - len(row)) for row in cells]
    if not body:
        return []
    head = [[str(h) for h in header]] if header else []
    numeric = [all(_is_number(row[i]) or not row[i] for row in body) and any(row[i] for row in body)
               for i in range(len(body[0]))]
    widths = [max((w for row in head + body for w in [display_width(row[i])] if w <= WIDEST_COLUMN), default=0)
              for i in range(len(body[0]))]
    drawn = [
        indent + GAP.join(pad(row[i], widths[i], numeric[i]) for i in range(len(row))).rstrip() for row in head + body
    ]
    if head:
        drawn.insert(1, indent + GAP.join("─" * width for width in widths))
    return drawn
