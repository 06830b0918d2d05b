"""Tables of a new SQLite file written as the pages that SQLite keeps them in, some times faster than row by row.

https://www.sqlite.org/fileformat2.html, sections 1.3 (header) and 1.6 (b-tree pages). A table is a tree of pages: leaves
hold the rows, pages above them say which rows are where; what is too long for a leaf goes on in overflow pages. There is
no journal: only for a file that has just been made and that nobody else has open.
"""

import os
import sqlite3
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from .records import cells, varints, windows

LEAF, INTERIOR = 13, 5
HEADER = {LEAF: 8, INTERIOR: 12}
PLACE = 2
"""Bytes that say where in its page a cell lies."""
CHILD = PLACE + 4 + 9
"""The most that a page takes in the one above it: the cell's place, the page's number and the longest row number."""
LOCK_BYTE = 1 << 30
"""SQLite locks the page at this place, which holds nothing."""
SLICE = 32768
THREADS = 2


class TablePages:
    """The file at ``path``, to be filled; a context manager, after which it may be opened as ever.

    Raises ValueError where somebody may be using it.
    """

    def __init__(self, path):
        if any(Path(f"{path}-{kind}").exists() for kind in ("wal", "journal")):
            raise ValueError(f"{path} 正在使用")
        connection = sqlite3.connect(path)
        self.roots = dict(connection.execute("SELECT name, rootpage FROM sqlite_master WHERE type = 'table'"))
        self.size, = connection.execute("PRAGMA page_size").fetchone()
        connection.close()
        self.lock = LOCK_BYTE // self.size + 1
        self.file, self.count = open(path, "r+b", buffering=0), os.path.getsize(path) // self.size

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Tells the file's header how many pages there are now, and that they have changed."""
        self.file.truncate(self.count * self.size)
        self.file.seek(24)
        changes = (int.from_bytes(self.file.read(4), "big") + 1).to_bytes(4, "big")
        for place, value in ((24, changes), (28, self.count.to_bytes(4, "big")), (92, changes)):
            self.file.seek(place)
            self.file.write(value)
        self.file.close()

    def fill(self, table, batches):
        """Puts rows in place of the few that a table has. Indexes are not touched: make them afterwards.

        ``batches``: yields ((n,) int64 row numbers from 0, rising through all of them, [``records.Column`` of n, …] in
        the order of the table's columns); of an INTEGER PRIMARY KEY, which is the row number, it is ``records.null``.
        """
        root = self.roots[table]
        self.file.seek((root - 1) * self.size)
        if self.file.read(1)[0] != LEAF:
            raise ValueError(f"{table} 已有许多行")
        slices = ((ids[first:first + SLICE], [column.part(first, first + SLICE) for column in columns])
                  for ids, columns in batches for first in range(0, len(ids), SLICE))
        children, keys = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        for pages, last, long in _in_turn(lambda rows: _leaves(*rows, self.size), slices):
            for place, rest in long:
                pages[place:place + 4] = self._overflow(rest)
            children.append(self._append(pages))
            keys.append(last)
        children, keys = np.concatenate(children), np.concatenate(keys)
        if (np.diff(keys) <= 0).any():
            raise ValueError("行号须递增")
        while len(children) > 1:
            pages, keys = _above(children, keys, self.size)
            children = self._append(pages)
        if len(children):
            self._move_last_to(root)

    def _take(self, number):
        """The numbers of so many pages at the end of the file."""
        numbers = self.count + 1 + np.arange(number)
        if self.count < self.lock:
            numbers[numbers >= self.lock] += 1
        self.count = int(numbers[-1])
        return numbers

    def _append(self, pages):
        """Writes pages at the end of the file; returns their numbers."""
        numbers = self._take(len(pages) // self.size)
        before = int(np.searchsorted(numbers, self.lock))
        for first, part in ((0, pages[:before * self.size]), (before, pages[before * self.size:])):
            if len(part):
                self.file.seek((int(numbers[first]) - 1) * self.size)
                self.file.write(part)
        return numbers

    def _overflow(self, rest):
        """Writes what a leaf cannot hold of a record; returns the number of the first page, (4,) uint8."""
        room, begin = self.size - 4, self.count
        chain = np.zeros((-(-len(rest) // room), self.size), dtype=np.uint8)
        numbers = self._take(len(chain))
        self.count = begin
        for number, page in enumerate(chain):
            part = rest[number * room:(number + 1) * room]
            page[4:4 + len(part)] = part
        chain[:-1, :4] = _big_endian(numbers[1:], 4)
        self._append(chain.ravel())
        return _big_endian(numbers[:1], 4)[0]

    def _move_last_to(self, root):
        self.file.seek((self.count - 1) * self.size)
        page = self.file.read(self.size)
        self.file.seek((root - 1) * self.size)
        self.file.write(page)
        self.count -= 2 if self.count - 1 == self.lock else 1


def _in_turn(function, jobs):
    """Yields the results of the jobs in order; some are worked on ahead, in threads."""
    waiting = deque()
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        for job in jobs:
            waiting.append(pool.submit(function, job))
            if len(waiting) > 2 * THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _leaves(ids, columns, page_size):
    """((bytes,) uint8 pages one after another, the last row number of each, [(place of the number of the first overflow
    page, what goes there), …])."""
    pieces, before, record = cells(ids, columns)
    most, least = page_size - 35, (page_size - 12) * 32 // 255 - 23
    some = least + (record - least) % (page_size - 4)
    local = np.where(record <= most, record, np.where(some <= most, some, least))
    pages, place, last = _laid_out(LEAF, before + local + np.where(local < record, 4, 0), page_size)
    long = np.flatnonzero(local < record)
    if len(long) < len(ids):
        _copy(pieces, pages, place, np.flatnonzero(local == record) if len(long) else slice(None))
    spilled = []
    for row in long.tolist():
        whole = np.concatenate([data[start[row]:start[row] + length[row]] for data, start, length in pieces])
        end = int(before[row] + local[row])
        pages[place[row]:place[row] + end] = whole[:end]
        spilled.append((int(place[row]) + end, whole[end:]))
    return pages, ids[last], spilled


def _above(children, keys, page_size):
    """The pages above some: ((bytes,) uint8, the last row number of each). ``keys``: the last one of each child."""
    most = (page_size - HEADER[INTERIOR]) // CHILD + 1
    number = -(-len(children) // most)
    # a page's last child stands in its header
    last = np.arange(1, number + 1) * len(children) // number - 1
    kept = np.ones(len(children), dtype=bool)
    kept[last] = False
    page_of = np.searchsorted(last, np.flatnonzero(kept))
    key, key_size = varints(keys[kept])
    row = np.arange(len(key))
    pieces = [(_big_endian(children[kept], 4).ravel(), row * 4, np.full(len(key), 4)),
              (key.ravel(), (row + 1) * key.shape[1] - key_size, key_size)]
    pages, place, _ = _laid_out(INTERIOR, 4 + key_size, page_size, page_of)
    _copy(pieces, pages, place, slice(None))
    pages.reshape(number, page_size)[:, 8:12] = _big_endian(children[last], 4)
    return pages, keys[last]


def _laid_out(kind, size, page_size, page_of=None):
    """Pages with their headers and the places of the cells of ``size`` (n,): (pages, (n,) place of each cell, (pages,) its
    last cell). ``page_of``: (n,) which page, else as many as fit."""
    starts = _greedy(size + PLACE, page_size - HEADER[kind]) if page_of is None else np.flatnonzero(np.diff(page_of, prepend=-1))
    number = np.diff(np.append(starts, len(size)))
    page = np.repeat(np.arange(len(starts)), number)
    last, end = starts + number - 1, np.cumsum(size)
    place = page_size - (end[last][page] - (end - size))
    out = np.zeros(len(starts) * page_size, dtype=np.uint8)
    header = out.reshape(len(starts), page_size)
    header[:, 0], header[:, 3:5], header[:, 5:7] = kind, _big_endian(number, 2), _big_endian(place[starts], 2)
    nth = np.arange(len(size)) - starts[page]
    out.view(">u2")[(page * page_size + HEADER[kind]) // PLACE + nth] = place
    return out, page * page_size + place, last


def _greedy(size, room):
    """(pages,) the first of the cells of each page, when each takes as many as fit."""
    end = np.cumsum(size)
    following = np.searchsorted(end, end - size + room, side="right").tolist()
    starts, row = [], 0
    while row < len(size):
        starts.append(row)
        row = following[row]
    return np.array(starts)


def _copy(pieces, pages, place, rows):
    """Writes the cells of some rows, whose pieces lie anywhere, to their places."""
    place = place[rows]
    for data, start, length in pieces:
        start, length = start[rows], length[rows]
        for alike, wide in _of_one_length(length):
            windows(pages, wide)[place[alike]] = windows(data, wide)[start[alike]]
        place = place + length


def _of_one_length(length):
    """Yields (places in ``length``, the length) but for those of length 0."""
    least, most = int(length.min()), int(length.max())
    if least == most:
        yield from [(slice(None), most)] if most else []
        return
    order = np.argsort(length.astype(np.int16 if most < 1 << 15 else np.int64), kind="stable")
    ordered = length[order]
    firsts = np.flatnonzero(np.diff(ordered, prepend=-1))
    for first, last in zip(firsts.tolist(), [*firsts[1:].tolist(), len(order)]):
        if ordered[first]:
            yield order[first:last], int(ordered[first])


def _big_endian(values, width):
    """(n, width) uint8."""
    return values.astype(f">u{width}").view(np.uint8).reshape(-1, width)
