"""What the readers make of one file: rows of (file, part inside, outcome, rows, evidence), for ``wild_files.csv``.

    python tests/intake/wild.py > tests/intake/wild_files.csv      lists what is read now; read it before keeping it
"""

import csv
import os
import re
import sys
from pathlib import Path

SHARED = Path(os.environ.get("WR_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
FOLDERS = ("nasty", "zoo", "templates_cn")
TABLE = Path(__file__).with_name("wild_files.csv")
COLUMNS = ("文件", "图层或工作表", "结果", "行数", "编码或说明")
READ, REFUSED, LEFT, BESIDE = "读出", "拒绝", "不读", "随图层"


def files():
    """Every file of the folders, as paths below the shared data."""
    return sorted(p.relative_to(SHARED).as_posix() for folder in FOLDERS for p in (SHARED / folder).rglob("*") if p.is_file())


def outcomes(name):
    """The rows of one file."""
    from wr_plugin.intake import archive
    from wr_plugin.model.errors import BadInput

    path = SHARED / name
    if path.suffix.lower() != ".zip":
        return _one(path, name)
    try:
        with archive.opened(path) as (folder, _, _):
            rows = []
            for inner in sorted([*folder.rglob("*"), folder]):
                if inner.suffix.lower() == ".gdb" and any(inner.glob("*.gdbtable")) or inner.is_file() and ".gdb/" not in str(inner):
                    rows.extend(_one(inner, f"{name} › {inner.relative_to(folder).as_posix()}"))
            return rows
    except BadInput as refused:
        return [(name, "", REFUSED, "", _said(refused))]


def _one(path, name):
    from wr_plugin.intake import access, package, vector_files, workbook
    from wr_plugin.intake.dbf import Dbf
    from wr_plugin.model.errors import BadInput

    suffix = path.suffix.lower()
    try:
        if path.name.lower().endswith(".shp.xml") or suffix in package.SIDECARS and vector_files.sidecar(path, ".shp"):
            return [(name, "", BESIDE, "", "")]
        if suffix in vector_files.LAYER_SUFFIXES:
            return [_layer(path, name, layer) for layer in vector_files.layer_names(path)] or [(name, "", READ, 0, "没有图层")]
        if suffix in workbook.SUFFIXES:
            encoding = workbook.text_encoding(path.read_bytes())[0].name if suffix in workbook.TEXT_SUFFIXES else ""
            return [(name, title, READ, sum(any(v not in (None, "") for v in row) for _, row in rows), encoding)
                    for title, rows in workbook.sheets(path) if rows is not None]
        if suffix in access.SUFFIXES:
            return [(name, table, READ, len(access.read(path, table)), " ".join(access.read(path, table).titles()))
                    for table in access.table_names(path)]
        if suffix == ".dbf":
            table = Dbf(path)
            return [(name, "", READ, int((~table.deleted).sum()), table.read()[2].name)]
    except BadInput as refused:
        return [(name, "", REFUSED, "", _said(refused))]
    return [(name, "", LEFT, "", package.WHY_NOT.get(suffix, "不认识的文件，未读"))]


def _layer(path, name, layer):
    from wr_plugin.intake import vector_files
    from wr_plugin.model.errors import BadInput

    try:
        raw = vector_files.read_layer(path, layer)
    except BadInput as refused:
        return (name, layer, REFUSED, "", _said(refused))
    drawn = sum(g is not None for g in raw.geometry) if raw.geometry is not None else 0
    shapes = "没有图形" if raw.geometry is None else "" if drawn == len(raw) else f"{len(raw) - drawn} 个没有图形"
    encoding = re.search("文字编码 ([-A-Z0-9]+)", " ".join(raw.notes))
    return (name, layer, READ, len(raw), "，".join(filter(None, [encoding and encoding.group(1), shapes])))


def _said(refused):
    return f"{refused.message}（{refused.remedy}）"


def write(stream):
    out = csv.writer(stream, lineterminator="\n")
    out.writerow(COLUMNS)
    for name in files():
        out.writerows(outcomes(name))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    sys.stdout.reconfigure(encoding="utf-8")
    write(sys.stdout)
