"""The layers of a package, each as a frame and a column of valid 2-D geometries in the project's coordinates."""

from dataclasses import dataclass, field
from typing import Any, Dict, List

import numpy as np
import pandas as pd
import shapely

from ..model import schema
from ..model.errors import BadInput
from ..spatial import repair
from . import coordinates, tabular, vector_files

LINES = (1, 2, 5)
NEAR_M = 20_000.0


@dataclass
class Layers:
    """``frames`` and ``geometry`` by layer name; ``work``: the project's CRS; ``findings``, ``decisions`` and ``fields``
    (table, file, field, column, how) on the way; ``parcels``: how many have been read so far; ``drawn``: (CRS, bounds) of
    the first parcel layer as delivered. A parcel's finding carries its position as ``row``."""

    frames: Dict[str, pd.DataFrame] = field(default_factory=dict)
    geometry: Dict[str, np.ndarray] = field(default_factory=dict)
    work: Any = None
    findings: List[dict] = field(default_factory=list)
    decisions: List[tuple] = field(default_factory=list)
    fields: List[tuple] = field(default_factory=list)
    parcels: int = 0
    drawn: Any = None


def read_layers(sources, mapping, existing_crs=None, report=lambda done, total: None):
    """All layers of a package. ``sources``: layer name → [Source]; must have ``parcel``.

    ``existing_crs``: the CRS of the work file that is being updated; everything is brought to it. ``report``: called
    after each file. Raises BadInput where a layer cannot be read or placed.
    """
    found = Layers()
    order = sorted(sources, key=lambda name: name != "parcel")
    total, done = sum(len(s) for s in sources.values()), 0
    for name in order:
        table, parts = schema.table(name), []
        for source in sources[name]:
            parts.append(_read_one(found, table, source, mapping, existing_crs))
            done += 1
            report(done, total)
        found.frames[name] = tabular.stacked(table, [p[0] for p in parts])
        found.geometry[name] = np.concatenate([p[1] for p in parts])
    return found


def _read_one(found, table, source, mapping, existing_crs):
    given = mapping.of(table.name, source.name)
    raw = vector_files.read_layer(source.path, source.layer, given.encoding or mapping.encoding, source.name)
    if raw.geometry is None:
        raise BadInput(f"{table.title}没有图形", "请提交带图形的图层", where=raw.where)
    frame, kept, findings = tabular.to_frame(table, raw, given)
    geometry, lifted = repair.flat(raw.geometry[kept])
    if lifted:
        raw.notes.append(f"去掉 {lifted} 个图形的高程（Z）或测量值（M），只用平面坐标")
    placed = _placed(found, raw, geometry, given, mapping)
    if found.drawn is None:
        found.drawn = placed.crs, shapely.total_bounds(geometry)
    if found.work is None:
        found.work = _work_crs(placed, geometry, mapping, existing_crs, raw.where)
        found.decisions.append(("工作坐标系", f"{found.work.title}：{found.work.evidence}"))
    raw.notes.insert(0, f"坐标系 {placed.title}：{placed.evidence}")
    moved = coordinates.reproject(geometry, placed.crs, found.work.crs)
    if moved is not geometry:
        raw.notes.append(f"已转换到 {found.work.title}")
    made = _shaped(found, table, raw, frame, moved, given)
    found.findings.extend(findings)
    found.decisions.extend((f"{table.title} · {raw.where}", note) for note in raw.notes)
    found.fields.extend((table.name, raw.where, *each) for each in raw.fields)
    return made


def _placed(found, raw, geometry, given, mapping):
    """The layer's CRS: the table's own word wins; the mapping's general one stands in only where there is no .prj.

    A drawing (.dxf) never says its CRS. Where its numbers do not tell either, it is taken to be drawn over the parcels,
    which is said, and refused where it lies elsewhere.
    """
    crs = given.crs or ("" if raw.crs else mapping.crs)
    try:
        return coordinates.place(geometry, raw.crs, raw.where, crs)
    except BadInput:
        if crs or raw.crs or found.drawn is None or not _is_drawing(raw):
            raise
    with_parcels, bounds = found.drawn
    own = shapely.total_bounds(geometry)
    if not (own[0] < bounds[2] + NEAR_M and own[2] > bounds[0] - NEAR_M
            and own[1] < bounds[3] + NEAR_M and own[3] > bounds[1] - NEAR_M):
        raise BadInput("CAD 图（DXF）不带坐标系，而它的坐标与地块不在一处", coordinates.SAY_CRS, where=raw.where)
    return coordinates.Placed(with_parcels, "CAD 图（DXF）不带坐标系，暂按地块图层的坐标系，请核对它与地块是否套合")


def _is_drawing(raw):
    return str(raw.path).lower().endswith(".dxf")


def _work_crs(placed, geometry, mapping, existing_crs, where):
    if existing_crs is None:
        return coordinates.work_crs(placed, geometry, mapping.work_crs, where)
    if mapping.work_crs and coordinates.from_user(mapping.work_crs, where) != existing_crs:
        raise BadInput("字段对应文件的 work_crs 与工作文件的坐标系不同", "去掉 work_crs，或另建工作文件", where=where)
    return coordinates.Placed(existing_crs, "与现有工作文件相同")


def _shaped(found, table, raw, frame, geometry, given):
    """(frame, geometry) with valid geometries of the layer's kind; parcels without one stay and are told."""
    if table.geometry == schema.POINT:
        out, reasons, repaired = repair.single_points(geometry), None, None
    elif table.geometry == schema.MULTILINESTRING:
        out, reasons, repaired = repair.line_parts(geometry), None, None
    else:
        geometry = _closed(table, raw, geometry, given)
        out, repaired, reasons = repair.repair(geometry)
    missing = np.array([g is None for g in out], dtype=bool)
    if table.name == "parcel":
        told = _parcel_findings(raw, frame, geometry, out, repaired, reasons, missing)
        found.findings.extend({**row, "row": row["row"] + found.parcels} for row in told)
        found.parcels += len(frame)
        return frame, out
    if repaired is not None and repaired.any():
        first = np.flatnonzero(repaired)[:5]
        raw.notes.append(f"修复 {int(repaired.sum())} 个无效图形（记录 {'、'.join(str(int(raw.rows[i])) for i in first)}"
                         f"{'等' if repaired.sum() > 5 else ''}）")
    if missing.any():
        raw.notes.append(f"跳过 {int(missing.sum())} 个没有图形、长度为零或类型不对的要素")
        if missing.all():
            raise BadInput(f"{table.title}没有一个图形是{_kind(table)}", "核对图层的图形类型", where=raw.where)
    return frame[~missing].reset_index(drop=True), out[~missing]


def _kind(table):
    return {schema.POINT: "点", schema.MULTILINESTRING: "线", schema.MULTIPOLYGON: "面"}[table.geometry]


def _closed(table, raw, geometry, given):
    """Polygons from closed lines where the mapping asks for it; BadInput where lines come unasked."""
    kinds = shapely.get_type_id(geometry)
    lines = np.isin(kinds, LINES)
    if given.close_lines:
        made, closed = repair.closed_lines_to_polygons(geometry)
        raw.notes.append(f"由 {int((closed & lines).sum())} 条闭合线围成面；{int((lines & ~closed).sum())} 条不闭合")
        return np.where(lines, made, geometry)
    if lines.any() and not np.isin(kinds, (3, 6, 7)).any():
        raise BadInput(f"{table.title}图层是线，不是面", "若每条线是闭合的界线，在字段对应文件里写 close_lines: true；否则请提交面图层",
                       where=raw.where)
    return geometry


def _parcel_findings(raw, frame, before, after, repaired, reasons, missing):
    rows = []
    codes, areas = frame["DKBM"].tolist(), (np.abs(shapely.area(before)), shapely.area(after))
    for i in np.flatnonzero(repaired).tolist():
        change = f"{areas[0][i]:.2f} → {areas[1][i]:.2f} m²"
        rows.append({"code": "GEOMETRY_REPAIRED", "subject": codes[i], "row": i, "value": change,
                     "message": f"图形无效：{reasons[i]}，已修复；面积 {change}",
                     "source_file": raw.name, "source_row": int(raw.rows[i])})
    for i in np.flatnonzero(missing).tolist():
        why = f"图形修复后不成面（{reasons[i]}）" if reasons[i] else "图形为空"
        rows.append({"code": "GEOMETRY_MISSING", "subject": codes[i], "row": i, "message": why,
                     "source_file": raw.name, "source_row": int(raw.rows[i])})
    return rows
