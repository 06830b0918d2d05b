"""The same county delivered otherwise: layers in several files, the registry a file or a sheet for each village, all moved."""

import shutil
import struct
from pathlib import Path

import openpyxl

HEAD = 100  # bytes of the head of .shp and .shx
FIRST_ROW = 6  # of the sample's registry: title, note, two header rows, column numbers
TABLES = ("CBDKXX", "CBF", "CBHT", "CBF_JTCY")


def moved(package, east, north):
    """Moves every layer by whole metres, in place; attributes stay as they are."""
    for path in Path(package).rglob("*.shp"):
        content = bytearray(path.read_bytes())
        _shift(content, 36, (east, north, east, north))
        at = HEAD
        while at < len(content):
            size = struct.unpack_from(">i", content, at + 4)[0] * 2
            kind = struct.unpack_from("<i", content, at + 8)[0]
            if kind == 1:
                _shift(content, at + 12, (east, north))
            elif kind:
                _shift(content, at + 12, (east, north, east, north))
                parts, points = struct.unpack_from("<ii", content, at + 44)
                _shift(content, at + 52 + 4 * parts, (east, north) * points)
            at += 8 + size
        path.write_bytes(content)


def _shift(content, at, by):
    values = struct.unpack_from(f"<{len(by)}d", content, at)
    struct.pack_into(f"<{len(by)}d", content, at, *(value + step for value, step in zip(values, by)))


def split_layer(package, name, pieces):
    """The layer as ``pieces`` shapefiles NAME-1, NAME-2 …, the rows dealt out in turn."""
    [path] = Path(package).rglob(f"{name}*.shp")
    shapes, records = path.read_bytes(), path.with_suffix(".dbf").read_bytes()
    heads, widths = struct.unpack_from("<HH", records, 8)
    found, at = [], HEAD
    while at < len(shapes):
        size = struct.unpack_from(">i", shapes, at + 4)[0] * 2
        found.append((shapes[at + 8:at + 8 + size], records[heads + len(found) * widths:heads + (len(found) + 1) * widths]))
        at += 8 + size
    for piece in range(pieces):
        _write_piece(path, piece + 1, found[piece::pieces], shapes[:HEAD], records[:heads])
    for suffix in (".shp", ".shx", ".dbf", ".prj"):
        path.with_suffix(suffix).unlink()


def _write_piece(path, number, rows, head, fields):
    target = path.with_name(f"{path.stem}-{number}.shp")
    body, index = bytearray(), bytearray()
    for at, (shape, _) in enumerate(rows, 1):
        index += struct.pack(">ii", (HEAD + len(body)) // 2, len(shape) // 2)
        body += struct.pack(">ii", at, len(shape) // 2) + shape
    for suffix, content in ((".shp", body), (".shx", index)):
        one = bytearray(head) + content
        struct.pack_into(">i", one, 24, len(one) // 2)
        target.with_suffix(suffix).write_bytes(one)
    table = bytearray(fields) + b"".join(record for _, record in rows) + b"\x1a"
    struct.pack_into("<I", table, 4, len(rows))
    target.with_suffix(".dbf").write_bytes(table)
    shutil.copy(path.with_suffix(".prj"), target.with_suffix(".prj"))


def registry_by_village(package, as_sheets):
    """The registry as one workbook for each village, or one with a sheet for each; without the total."""
    [path] = Path(package, "名录").iterdir()
    rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
    head, body = rows[:FIRST_ROW - 1], [row for row in rows[FIRST_ROW - 1:] if row[1]]
    path.unlink()
    book = openpyxl.Workbook()
    for number, village in enumerate(dict.fromkeys(row[1] for row in body)):
        sheet = book.active if number == 0 else book.create_sheet()
        sheet.title = village
        for row in (*head, *(row for row in body if row[1] == village)):
            sheet.append(row)
        if not as_sheets:
            book.save(path.with_name(f"二轮延包地名录_{village}.xlsx"))
            book = openpyxl.Workbook()
            book.create_sheet()
            del book[book.sheetnames[0]]
            book._active_sheet_index = 0
    if as_sheets:
        book.save(path)


def tables_by_village(package):
    """The land-contract tables in two workbooks each, half of the rows in either."""
    for name in TABLES:
        [path] = Path(package).rglob(f"{name}.xlsx")
        head, *body = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
        path.unlink()
        for number, part in enumerate((body[:len(body) // 2], body[len(body) // 2:]), 1):
            book = openpyxl.Workbook()
            for row in (head, *part):
                book.active.append(row)
            book.save(path.with_name(f"{name}-{number}.xlsx"))
