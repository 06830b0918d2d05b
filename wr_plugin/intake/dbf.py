"""The attribute table of a shapefile, read straight from its bytes.

GDAL recodes a DBF before we see it: with the wrong language id names are damaged for good, and a character outside
CP936 is lost. Reading the fixed-width records as columns keeps the bytes, decodes each column once, and gives both
reader lanes (pyogrio, fiona) the very same values. A 19-digit code in a numeric DBF field keeps its digits, because a
DBF stores numbers as text.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..model.errors import BadInput
from ..spatial.chunks import silent
from . import encoding as encodings
from . import held_once

TEXT_DIGITS = 15
LONGEST_HEADER = 1 << 16
BYTES_AT_ONCE = 1 << 24
BLANK = b" \x00\t\r\n"


@dataclass(frozen=True)
class DbfField:
    name: bytes
    kind: str
    width: int
    decimals: int


class Dbf:
    """A DBF. ``read(given_encoding)`` gives (names, columns, encoding); ``deleted`` marks deleted records.

    The records are read some thousands at a time, so that neither the file nor its padding is ever held as a whole.
    ``report(done, total)`` is called with the records read so far and may raise to cancel.
    """

    def __init__(self, path, report=silent):
        self.path, self.report = Path(path), report
        try:
            with open(self.path, "rb") as stream:
                data, size = stream.read(LONGEST_HEADER), os.fstat(stream.fileno()).st_size
        except OSError as error:
            raise _will_not_open(self.path, error) from error
        self.fields, self.ldid, count, self._start, self._width = _header(data, size, self.path.name)
        held = max(0, (size - self._start) // self._width)
        if held < count:
            raise BadInput(f"文件不完整：应有 {count} 条记录，只有 {held} 条", "请重新拷贝或导出该文件", where=self.path.name)
        self.count, self._deleted, self._raws = count, None, None

    @property
    def deleted(self):
        """(n,) True for a record that is marked as deleted."""
        if self._deleted is None:
            self._scan()
        return self._deleted

    def names(self):
        """The field names alone, decoded as ``read`` would."""
        self._scan()
        return self._decided(None)[0]

    def read(self, given=""):
        """(field names, columns, Encoding). Text columns are object arrays with None for blank; numbers are float64,
        except numeric fields wide enough for a code, which stay text; dates are ``YYYY-MM-DD``."""
        if self._raws is None:
            self._scan()
        names, chosen = self._decided(given)
        columns, raws, self._raws = [], self._raws, None
        for number, item in enumerate(self.fields):
            columns.append(_column(item, raws[number], chosen.name, self.count))
            raws[number] = None
            self.report(self.count, self.count)
        return names, columns, chosen

    def _scan(self):
        """Reads the records: the deleted marks, and for each field what ``_column`` takes, floats or trimmed bytes."""
        layout, offset = {"names": ["_deleted"], "formats": ["S1"], "offsets": [0], "itemsize": self._width}, 1
        for number, item in enumerate(self.fields):
            layout["names"].append(f"f{number}")
            layout["formats"].append(f"S{item.width}")
            layout["offsets"].append(offset)
            offset += item.width
        record = np.dtype(layout)
        raws = [[] if _is_number(item) else held_once.Column() for item in self.fields]
        deleted, most = [np.zeros(0, dtype=bool)], max(1, BYTES_AT_ONCE // self._width)
        try:
            with open(self.path, "rb") as stream:
                stream.seek(self._start)
                for start in range(0, self.count, most):
                    rows = min(most, self.count - start)
                    records = np.frombuffer(stream.read(rows * self._width), dtype=record, count=rows)
                    deleted.append(records["_deleted"] == b"*")
                    for number, (item, raw) in enumerate(zip(self.fields, raws)):
                        cells = records[f"f{number}"]
                        if _is_number(item):
                            raw.append(_numbers(cells))
                        elif item.width:
                            raw.extend([v.strip(BLANK) for v in cells.tolist()])
                    self.report(start + rows, self.count)
        except OSError as error:
            raise _will_not_open(self.path, error) from error
        self._deleted, self._raws = np.concatenate(deleted), raws

    def _decided(self, given):
        telling = [f.name for f in self.fields if not f.name.isascii()]
        for item, raw in zip(self.fields, self._raws):
            if item.kind == "C" and item.width:
                telling.extend(sorted(v for v in raw.distinct() if not v.isascii()))
        chosen = encodings.decide(telling, _cpg(self.path), self.ldid, given)
        return [f.name.decode(chosen.name, "replace").strip() for f in self.fields], chosen


def _will_not_open(path, error):
    return BadInput("文件打不开", "关闭正在使用它的程序，检查权限后再试", where=path.name, detail=str(error))


def _header(data, length, name):
    """(fields, LDID, record count, header length, record length); BadInput where the header makes no sense."""
    broken = BadInput("不是有效的 DBF 文件，或文件已损坏", "请重新拷贝或导出该文件", where=name)
    if length < 32:
        raise broken
    count, header, width = struct.unpack_from("<IHH", data, 4)
    if header < 33 or header > length or width < 1:
        raise broken
    fields, position, total = [], 32, 1
    while position + 32 <= header and data[position] != 0x0D:
        kind = chr(data[position + 11])
        size, decimals = data[position + 16], data[position + 17]
        if kind == "C" and total + size + 256 * decimals <= width:
            size, decimals = size + 256 * decimals, 0
        fields.append(DbfField(data[position:position + 11].split(b"\x00")[0], kind, size, decimals))
        total += size
        position += 32
    if not fields or total > width:
        raise broken
    return fields, data[29], count, header, width


def _cpg(path):
    for candidate in path.parent.glob(f"{_escaped(path.stem)}.*"):
        if candidate.suffix.lower() == ".cpg":
            return candidate.read_bytes()[:64].decode("ascii", "ignore").strip("\ufeff\x00 \r\n\t")
    return ""


def _escaped(text):
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)


def _is_number(item):
    """True for a field that is read as floats: a numeric one too narrow for a code."""
    return item.kind == "F" or item.kind == "N" and not (item.width >= TEXT_DIGITS and item.decimals == 0)


def _column(item, raw, codec, count):
    if _is_number(item):
        return np.concatenate(raw) if raw else np.empty(0, dtype=np.float64)
    if item.kind == "D":
        return _dates(_decoded(raw, "ascii", count))
    if item.kind in "LN":
        return _decoded(raw, "ascii", count)
    if item.kind == "C":
        return _decoded(raw, codec, count)
    return np.full(count, None, dtype=object)


def _decoded(raw, codec, count):
    """Text column. Each distinct value is decoded once, all in one go where none of them is damaged."""
    column = np.full(count, None, dtype=object)
    if not raw.cells:
        return column
    distinct = list(raw.distinct())
    joined = b"\n".join(distinct)
    texts = None
    if joined.count(b"\n") == len(distinct) - 1:
        try:
            texts = joined.decode(codec).split("\n")
        except UnicodeDecodeError:
            texts = None
    if texts is None or len(texts) != len(distinct):
        texts = [v.decode(codec, "replace") for v in distinct]
    text_of = dict(zip(distinct, texts))
    text_of[b""] = None
    column[:] = [text_of[v] for v in raw.cells]
    return column


def _numbers(cells):
    """float64 with NaN for blank, for ``***`` (overflow) and for what is no number."""
    raw = np.char.strip(np.ascontiguousarray(cells), BLANK)
    filled = np.where((raw == b"") | np.char.startswith(raw, b"*"), b"nan", raw)
    try:
        return filled.astype(np.float64)
    except ValueError:
        return np.array([_number(v) for v in filled.tolist()], dtype=np.float64)


def _number(value):
    try:
        return float(value.replace(b",", b"."))
    except ValueError:
        return float("nan")


def _dates(texts):
    return np.array([f"{v[:4]}-{v[4:6]}-{v[6:8]}" if len(v) == 8 and v.isdigit() and v != "00000000" else None
                     for v in texts.tolist() for v in (v or "",)], dtype=object)
