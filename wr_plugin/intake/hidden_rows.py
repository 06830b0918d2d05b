"""The rows and columns that a sheet of an .xlsx hides, by its XML in whatever form: for sheets that openpyxl must read,
which does not tell them. Nothing but the tags <row> and <col> is looked at, and no entity is expanded."""

import codecs
import re
import zipfile

CHUNK = 1 << 20
LONGEST_TAG = 1 << 16
MOST_COLUMNS = 16_384
TAG = re.compile(r"<(?:\w+:)?(row|col)((?:\s[^<>]*)?)>")
HIDDEN = re.compile(r"""\shidden\s*=\s*["'](?:1|true)["']""")
NUMBER = re.compile(r"""\s(r|min|max)\s*=\s*["']([0-9]{1,9})["']""")
UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def of_sheet(path, part):
    """(numbers of the hidden rows, numbers from 0 of the hidden columns), both sets. ``part``: the sheet's name in the zip."""
    rows, columns, last = set(), set(), 0
    for kind, said in _tags(path, part):
        numbers = {name: int(number) for name, number in NUMBER.findall(said)}
        hidden = HIDDEN.search(said)
        if kind == "row":
            last = numbers.get("r", last + 1)
            if hidden:
                rows.add(last)
        elif hidden:
            columns.update(range(numbers.get("min", 1) - 1, min(numbers.get("max", 0), MOST_COLUMNS)))
    return rows, columns


def _tags(path, part):
    with zipfile.ZipFile(path) as book, book.open(part) as stream:
        chunk = stream.read(CHUNK)
        decoder = codecs.getincrementaldecoder(UTF_16.get(chunk[:2], "utf-8"))("replace")
        rest = ""
        while chunk:
            text = rest + decoder.decode(chunk)
            end = text.rfind("<")
            yield from (found.groups() for found in TAG.finditer(text, 0, max(end, 0)))
            rest = text[max(end, 0):][-LONGEST_TAG:]
            chunk = stream.read(CHUNK)
        yield from (found.groups() for found in TAG.finditer(rest))
