"""The attribute table of a shapefile, read straight from its bytes.

GDAL recodes a DBF before we see it: with the wrong language id names are damaged for good, and a character outside
CP936 is lost. Reading the fixed-width records as columns keeps the bytes, decodes each column once, and gives both
reader lanes (pyogrio, fiona) the very same values. A 19-digit code in a numeric DBF field keeps its digits, because a
DBF stores numbers as text.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..model.errors import BadInput
from . import encoding as encodings

TEXT_DIGITS = 15


@dataclass(frozen=True)
class DbfField:
    name: bytes
    kind: str
    width: int
    decimals: int


class Dbf:
    """An opened DBF. ``read(given_encoding)`` gives (names, columns, encoding); ``deleted`` marks deleted records."""

    def __init__(self, path):
        self.path = Path(path)
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise BadInput("文件打不开", "关闭正在使用它的程序，检查权限后再试", where=self.path.name,
                           detail=str(error)) from error
        self.fields, self.ldid, count, header, width = _header(data, self.path.name)
        held = max(0, (len(data) - header) // width) if width else 0
        if held < count:
            raise BadInput(f"文件不完整：应有 {count} 条记录，只有 {held} 条", "请重新拷贝或导出该文件", where=self.path.name)
        self.count = count
        layout, offset = {"names": ["_deleted"], "formats": ["S1"], "offsets": [0], "itemsize": width}, 1
        for number, item in enumerate(self.fields):
            layout["names"].append(f"f{number}")
            layout["formats"].append(f"S{item.width}")
            layout["offsets"].append(offset)
            offset += item.width
        self.records = np.frombuffer(data, dtype=np.dtype(layout), count=count, offset=header)
        self.deleted = self.records["_deleted"] == b"*"

    def raw(self, number):
        """The bytes of one column, blanks at both ends and padding removed."""
        return np.char.strip(np.ascontiguousarray(self.records[f"f{number}"]), b" \x00\t\r\n")

    def names(self):
        """The field names alone, decoded as ``read`` would."""
        raws = [self.raw(number) for number, item in enumerate(self.fields)]
        return self._decoded(raws, None)[0]

    def _decoded(self, raws, given):
        telling = [f.name for f in self.fields if not f.name.isascii()]
        for item, raw in zip(self.fields, raws):
            if item.kind == "C" and item.width:
                telling.extend(_not_ascii(raw))
        chosen = encodings.decide(telling, _cpg(self.path), self.ldid, given)
        return [f.name.decode(chosen.name, "replace").strip() for f in self.fields], chosen

    def read(self, given=""):
        """(field names, columns, Encoding). Text columns are object arrays with None for blank; numbers are float64,
        except numeric fields wide enough for a code, which stay text; dates are ``YYYY-MM-DD``."""
        raws = [self.raw(number) for number in range(len(self.fields))]
        names, chosen = self._decoded(raws, given)
        return names, [_column(item, raw, chosen.name) for item, raw in zip(self.fields, raws)], chosen


def _header(data, name):
    """(fields, LDID, record count, header length, record length); BadInput where the header makes no sense."""
    broken = BadInput("不是有效的 DBF 文件，或文件已损坏", "请重新拷贝或导出该文件", where=name)
    if len(data) < 32:
        raise broken
    count, header, width = struct.unpack_from("<IHH", data, 4)
    if header < 33 or header > len(data) or width < 1:
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


def _not_ascii(raw):
    """Distinct values of a column that hold a byte above 127."""
    if not len(raw) or raw.dtype.itemsize == 0:
        return []
    table = raw.view(np.uint8).reshape(len(raw), -1)
    return np.unique(raw[(table > 127).any(axis=1)]).tolist()


def _column(item, raw, codec):
    if item.kind in "NF":
        if item.width >= TEXT_DIGITS and item.decimals == 0 and item.kind == "N":
            return _decoded(raw, "ascii")
        return _numbers(raw)
    if item.kind == "D":
        return _dates(raw)
    if item.kind == "L":
        return _decoded(raw, "ascii")
    if item.kind == "C":
        return _decoded(raw, codec)
    return np.full(len(raw), None, dtype=object)


def _decoded(raw, codec):
    """Text column. Decodes all values in one go; value by value where one of them is damaged."""
    if not len(raw):
        return np.empty(0, dtype=object)
    values = raw.tolist()
    joined = b"\n".join(values)
    texts = None
    if joined.count(b"\n") == len(values) - 1:
        try:
            texts = joined.decode(codec).split("\n")
        except UnicodeDecodeError:
            texts = None
    if texts is None or len(texts) != len(values):
        texts = [v.decode(codec, "replace") for v in values]
    column = np.empty(len(values), dtype=object)
    column[:] = texts
    column[raw == b""] = None
    return column


def _numbers(raw):
    """float64 with NaN for blank, for ``***`` (overflow) and for what is no number."""
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


def _dates(raw):
    return np.array([f"{v[:4]}-{v[4:6]}-{v[6:8]}" if len(v) == 8 and v.isdigit() and v != b"00000000" else None
                     for v in _decoded(raw, "ascii").tolist() for v in (v or "",)], dtype=object)
