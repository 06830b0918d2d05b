"""Whether the parts of a shapefile are whole and belong together, told from their headers and index before GDAL reads.

GDAL reads as much as it finds: of a .shp that was cut off in copying it gives the first shapes and leaves the others
out without a word.
"""

import struct

import numpy as np

from ..model.errors import BadInput

MAGIC = 9994
HEADER = 100
SEND_ALL = "请把 .shp .shx .dbf .prj 一起重新拷贝或导出"


def require_whole(shp, shx, records, name):
    """Raises BadInput where the .shp or the .shx is cut off, or their records are not those of the .dbf.

    ``records``: the number of records in the .dbf, deleted ones included.
    """
    size = _declared(shp, name, ".shp")
    _declared(shx, name, ".shx")
    index = np.frombuffer(shx.read_bytes()[HEADER:], dtype=">i4")
    index = index[:len(index) // 2 * 2].reshape(-1, 2).astype(np.int64) * 2
    if len(index) != records:
        raise BadInput(f".shp 有 {len(index)} 个图形，.dbf 有 {records} 条记录", f"图形与属性不成套，{SEND_ALL}", where=name)
    ends = index[:, 0] + 8 + index[:, 1]
    wrong = (index[:, 0] < HEADER) | (index[:, 1] < 4) | (ends > size)
    if wrong.any():
        raise BadInput(f".shx 指向的图形不在 .shp 里（第 {int(np.flatnonzero(wrong)[0]) + 1} 个起），两者不成套或已损坏", SEND_ALL, where=name)


def _declared(path, name, part):
    """The size of a part in bytes; BadInput where it is shorter than its header says, or has no header."""
    size = path.stat().st_size
    with open(path, "rb") as stream:
        head = stream.read(HEADER)
    if len(head) < HEADER or struct.unpack_from(">i", head)[0] != MAGIC:
        raise BadInput(f"{part} 不是有效的文件，或已损坏", SEND_ALL, where=name)
    said = struct.unpack_from(">i", head, 24)[0] * 2
    if said > size:
        raise BadInput(f"{part} 不完整：应有 {said:,} 字节，只有 {size:,} 字节", SEND_ALL, where=name)
    return size
