"""Columns as SQLite keeps their values, and rows put together from them (fileformat2.html, section 2.1).

A record is a header, which says of each column what kind of value it is and how long, and the values' bytes one after
another. Columns are arrays: no value becomes a Python object.
"""

import numpy as np

NULL, REAL, BLOB, TEXT = 0, 7, 12, 13
WIDTHS = ((1, 1), (2, 2), (4, 4), (8, 6))
"""Bytes of an integer and the number that says so."""


class Column:
    """n values of one kind. ``data``: (bytes,) uint8 in which they lie; ``start``: (n,) where each begins; ``length``:
    (n,) its bytes, −1 for NULL; ``head``: (n, h) uint8 of fixed length that come before, or None."""

    def __init__(self, kind, data, start, length, head=None):
        self.kind, self.data, self.start, self.length, self.head = kind, data, start, length, head

    def part(self, first, last):
        head = None if self.head is None else self.head[first:last]
        return Column(self.kind, self.data, self.start[first:last], self.length[first:last], head)

    def chosen(self, rows):
        """The values of some rows; NULL where the row is −1."""
        if not len(self.start):
            return null(len(rows))
        return Column(self.kind, self.data, self.start[rows], np.where(rows < 0, -1, self.length[rows]))

    @property
    def size(self):
        """(n,) bytes in the record."""
        return np.maximum(self.length, 0) + (0 if self.head is None else self.head.shape[1])

    @property
    def said(self):
        """(n,) what the record's header says of each value."""
        there = 2 * self.size + self.kind if self.kind >= BLOB else self.kind
        return np.where(self.length < 0, NULL, there)


def null(count):
    """A column of nothing."""
    return Column(NULL, np.empty(0, dtype=np.uint8), np.zeros(count, dtype=np.int64), np.full(count, -1))


def integers(values, missing=None):
    """``values``: (n,) of whole numbers; ``missing``: (n,) True where NULL."""
    values = np.asarray(values)
    least, most = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    width, kind = next(w for w in WIDTHS if -(1 << 8 * w[0] - 1) <= least and most < 1 << 8 * w[0] - 1)
    return _fixed(kind, values.astype(f">i{width}"), missing)


def reals(values):
    """``values``: (n,) float64, NaN for NULL."""
    values = np.asarray(values, dtype=np.float64)
    return _fixed(REAL, values.astype(">f8"), np.isnan(values))


def _fixed(kind, values, missing):
    width = values.dtype.itemsize
    length = np.full(len(values), width)
    if missing is not None:
        length[missing] = -1
    return Column(kind, values.view(np.uint8), np.arange(len(values)) * width, length)


def texts(data, offsets, missing=None):
    """``data``: (bytes,) uint8, UTF-8; ``offsets``: (n + 1,) where each text begins; ``missing``: (n,) True where NULL."""
    return _between(TEXT, data, offsets, missing)


def blobs(data, offsets, missing=None):
    return _between(BLOB, data, offsets, missing)


def _between(kind, data, offsets, missing, head=None):
    offsets = np.asarray(offsets, dtype=np.int64)
    length = np.diff(offsets)
    if missing is not None:
        length[missing] = -1
    return Column(kind, data, offsets[:-1], length, head)


def shapes(wkb, offsets, bounds, srs_id):
    """GeoPackage geometries, none of them missing or empty: a header with the envelope, then WKB.

    ``bounds``: (n, 4) minx, miny, maxx, maxy.
    """
    head = np.zeros(len(bounds), dtype=[("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs", "<i4"),
                                        ("envelope", "<f8", 4)])
    head["magic"], head["flags"], head["srs"] = b"GP", 0b11, srs_id
    head["envelope"] = bounds[:, (0, 2, 1, 3)]
    return _between(BLOB, wkb, offsets, None, head.view(np.uint8).reshape(len(head), -1))


def cells(ids, columns):
    """The cells of n rows: (pieces, (n,) bytes before the record, (n,) bytes of the record).

    ``pieces``: [(data, start, length), …], whose bytes one after another are the cell of a row.
    """
    said = [varints(column.said) for column in columns]
    header = sum(size for _, size in said) + 1
    header += header > 127
    record = header + sum(column.size for column in columns)
    before = [varints(record), varints(ids)]
    pieces = [_joined([*before, varints(header), *said])]
    for column in columns:
        if column.head is not None:
            pieces.append(_joined([(column.head, column.head.shape[1])]))
        pieces.append((column.data, column.start, np.maximum(column.length, 0)))
    return pieces, sum(size for _, size in before), record


def varints(values):
    """SQLite's whole numbers of variable length, seven bits a byte: ((n, w) uint8 that end in them, (n,) bytes of each)."""
    values = np.asarray(values, dtype=np.int64)
    size, width = np.ones(len(values), dtype=np.int64), 1
    while (longer := values >> 7 * width > 0).any():
        size += longer
        width += 1
    place = np.arange(width - 1, -1, -1)
    block = (values[:, None] >> 7 * place & 0x7F).astype(np.uint8)
    block[:, :-1] |= 0x80
    return block, size


def _joined(blocks):
    """Blocks (n, w) of which the last ``size`` (n,) bytes count, side by side as one piece: (data, start, length)."""
    block = np.concatenate([block for block, _ in blocks], axis=1)
    count, width = block.shape
    length = sum(size for _, size in blocks) + np.zeros(count, dtype=np.int64)
    if (length == width).all():
        return block.ravel(), np.arange(count) * width, length
    used = np.concatenate([np.arange(b.shape[1]) >= (b.shape[1] - np.reshape(size, (-1, 1))) for b, size in blocks], axis=1)
    return block[used], np.cumsum(length) - length, length


def windows(data, length):
    """Every run of ``length`` bytes of ``data`` (writable where that is), so that whole values are copied at once."""
    return np.ndarray((len(data) - length + 1,), f"V{length}", data, 0, (1,))
