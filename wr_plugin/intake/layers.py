"""The layers of a package, each as a frame and a column of valid 2-D geometries in the project's coordinates."""

from dataclasses import dataclass, field
from typing import Any, Dict, List

import numpy as np
import pandas as pd
import shapely

from ..model import schema
from ..model.errors import BadInput
from ..spatial import repair
from ..spatial.chunks import in_slices
from . import coordinates, tabular, vector_files

LINES = (1, 2, 5)
NEAR_M = 20_000.0
UNMOVED_M = 0.0005
READING = 0.8
"""The part of a layer's work that is reading it."""


@dataclass
class Layers:
    """``frames`` and ``geometry`` by layer name; ``work``: the project's CRS; ``findings``, ``decisions`` and ``fields``
    (table, file, field, column, how) on the way; ``parcels``: how many have been read so far; ``drawn``: (CRS, bounds) of
    the first parcel layer as delivered;
    ``pieces``: (file, parcels) of each parcel layer. A parcel's finding carries its position as ``row``."""

    frames: Dict[str, pd.DataFrame] = field(default_factory=dict)
    geometry: Dict[str, np.ndarray] = field(default_factory=dict)
    work: Any = None
    findings: List[dict] = field(default_factory=list)
    decisions: List[tuple] = field(default_factory=list)
    fields: List[tuple] = field(default_factory=list)
    parcels: int = 0
    pieces: List[tuple] = field(default_factory=list)
    drawn: Any = None


@dataclass
class _Opened:
    """One file's layer, matched and placed but not yet moved. ``parts``: [(positions, Placed)], several where one layer
    holds several zones."""

    raw: Any
    given: Any
    frame: pd.DataFrame
    findings: List[dict]
    geometry: np.ndarray
    parts: List[tuple]


def read_layers(sources, mapping, existing_crs=None, report=lambda done, total: None):
    """All layers of a package. ``sources``: layer name → [Source]; must have ``parcel``.

    ``existing_crs``: the CRS of the work file that is being updated; everything is brought to it. ``report``: called
    every few thousand features with the share of all files that is done (by their bytes), and may raise to cancel.
    Raises BadInput where a layer cannot be read or placed, or lies nowhere near the parcels.
    """
    found = Layers()
    order = sorted(sources, key=lambda name: name != "parcel")
    share = _Share({s: _bytes(s.path) for parts in sources.values() for s in parts}, report)
    extent = None
    for name in order:
        table, parts = schema.table(name), []
        opened = [_open(found, table, source, mapping, share.within(source, 0.0, READING)) for source in sources[name]]
        if found.work is None:
            found.work = _work_crs(opened, mapping, existing_crs)
            found.decisions.append(("工作坐标系", f"{found.work.title}：{found.work.evidence}"))
        for number, (source, one) in enumerate(zip(sources[name], opened)):
            parts.append(_finished(found, table, one, share.within(source, READING, 1.0)))
            share.within(source, 1.0, 1.0)(1, 1)
            opened[number] = None
            bounds = coordinates.bounds_of(parts[-1][1])
            coordinates.refuse_far(bounds, table.title, extent, one.raw.where)
            extent = _joined(extent, bounds) if name == "parcel" else extent
        found.frames[name] = tabular.stacked(table, [p[0] for p in parts])
        found.geometry[name] = np.concatenate([p[1] for p in parts])
    return found


def _bytes(path):
    """The size of a file, a shapefile's with its table."""
    parts = [path, vector_files.sidecar(path, ".dbf")] if path.suffix.lower() == ".shp" else [path]
    return sum(p.stat().st_size for p in parts if p is not None) + 1


class _Share:
    """How much of all files is done, by their bytes."""

    def __init__(self, sizes, report):
        self.sizes, self.report, self.total = sizes, report, sum(sizes.values())
        self.done = dict.fromkeys(sizes, 0.0)

    def within(self, source, start, end):
        """A ``report(done, total)`` for the stretch of a file's work from ``start`` to ``end`` (0 to 1)."""
        def tell(done, total):
            self.done[source] = start + (end - start) * (done / total if total else 1.0)
            self.report(sum(self.sizes[s] * part for s, part in self.done.items()), self.total)

        return tell


def _joined(extent, bounds):
    """The extent of both; either may be None."""
    if extent is None or bounds is None:
        return bounds if extent is None else extent
    return tuple(pick(a, b) for pick, a, b in zip((min, min, max, max), extent, bounds))


def _open(found, table, source, mapping, report):
    given = mapping.of(table.name, source.name)
    raw = vector_files.read_layer(source.path, source.layer, mapping.encoding_of(table.name, source.name), source.name, report)
    if table.name == "parcel" and not len(raw):
        raise BadInput("地块图层里一个地块也没有", "核对文件是不是空的", where=raw.where)
    if raw.geometry is None:
        raise BadInput(f"{table.title}没有图形", "请提交带图形的图层", where=raw.where)
    frame, kept, findings = tabular.to_frame(table, raw, given, lambda: report(1, 1))
    geometry, lifted = repair.flat(raw.geometry[kept])
    raw.columns, raw.geometry = [], None  # the frame has them; a county is not held twice
    if lifted:
        raw.notes.append(f"去掉 {lifted} 个图形的高程（Z）或测量值（M），只用平面坐标")
    parts = _parts(found, raw, geometry, mapping.crs_of(table.name, source.name))
    if found.drawn is None:
        found.drawn = parts[0][1].crs, shapely.total_bounds(geometry[parts[0][0]])
    return _Opened(raw, given, frame, findings, geometry, parts)


def _work_crs(opened, mapping, existing_crs):
    """The project's CRS: the work file's, the one given, else that of most parcels."""
    where = opened[0].raw.where
    if existing_crs is not None:
        if mapping.work_crs and coordinates.from_user(mapping.work_crs, where) != existing_crs:
            raise BadInput("字段对应文件的 work_crs 与工作文件的坐标系不同", "去掉 work_crs，或另建工作文件", where=where)
        return coordinates.Placed(existing_crs, "与现有工作文件相同")
    placed, shapes = {}, {}
    for one in opened:
        for rows, where_it_is in one.parts:
            placed.setdefault(where_it_is.title, where_it_is)
            shapes.setdefault(where_it_is.title, []).append(one.geometry[rows])
    most = max(shapes, key=lambda title: sum(map(len, shapes[title])))
    chosen = coordinates.work_crs(placed[most], np.concatenate(shapes[most]), mapping.work_crs, where)
    if len(shapes) == 1 or mapping.work_crs:
        return chosen
    told = "、".join(f"{title} {sum(map(len, parts))} 个" for title, parts in shapes.items())
    return coordinates.Placed(chosen.crs, f"{chosen.evidence}；地块在 {len(shapes)} 个坐标系里（{told}），取地块最多的，其余换带")


def _finished(found, table, one, report):
    """(frame, geometry) in the project's coordinates; notes and findings told.

    Shapes are repaired and measured in the metric coordinates they came in, so that no area depends on which zone the
    project works in; the recorded areas stay as delivered.
    """
    raw, work = one.raw, found.work.crs
    part_of = np.zeros(len(one.geometry), dtype=np.int64)
    geometry = one.geometry
    for number, (rows, placed) in enumerate(one.parts):
        part_of[rows] = number
        raw.notes.insert(number, f"坐标系 {placed.title}：{placed.evidence}")
        if placed.crs != work and not coordinates.measurable(placed.crs):
            geometry = geometry.copy() if geometry is one.geometry else geometry
            geometry[rows] = coordinates.reproject(geometry[rows], placed.crs, work)
    first = found.parcels
    frame, shapes, kept = _shaped(found, table, raw, one.frame, geometry, one.given, report)
    area = shapely.area(shapes)
    moved = _moved(shapes, part_of[kept], one.parts, work)
    if moved is not shapes:
        if table.geometry == schema.MULTIPOLYGON:
            moved, _, _ = repair.repair(moved)
        raw.notes.append(f"已转换到 {found.work.title}" + _distortion(table, area, moved))
    elif any(placed.crs != work for _, placed in one.parts):
        raw.notes.append(f"已转换到 {found.work.title}")
    if table.name == "parcel":
        found.pieces.append((raw.where, len(frame)))
        frame = frame.assign(geometry_m2=np.nan_to_num(area))
    found.findings.extend({**row, "row": row["row"] + first} if "row" in row else row for row in one.findings)
    found.decisions.extend((f"{table.title} · {raw.where}", note) for note in raw.notes)
    found.fields.extend((table.name, raw.where, *each) for each in raw.fields)
    return frame, moved


def _parts(found, raw, geometry, asked):
    """[(positions, Placed)] of the layer: see ``coordinates.place_parts``.

    A drawing (.dxf) never says its CRS. Where its numbers do not tell either, it is taken to be drawn over the parcels,
    which is said, and refused where it lies elsewhere.
    """
    try:
        return coordinates.place_parts(geometry, raw.crs, raw.where, asked)
    except BadInput:
        if asked or raw.crs or found.drawn is None or not _is_drawing(raw):
            raise
    with_parcels, bounds = found.drawn
    own = shapely.total_bounds(geometry)
    if not (own[0] < bounds[2] + NEAR_M and own[2] > bounds[0] - NEAR_M
            and own[1] < bounds[3] + NEAR_M and own[3] > bounds[1] - NEAR_M):
        raise BadInput("CAD 图（DXF）不带坐标系，而它的坐标与地块不在一处", coordinates.SAY_CRS, where=raw.where)
    told = "CAD 图（DXF）不带坐标系，暂按地块图层的坐标系，请核对它与地块是否套合"
    return [(np.arange(len(geometry)), coordinates.Placed(with_parcels, told))]


def _is_drawing(raw):
    return str(raw.path).lower().endswith(".dxf")


def _moved(shapes, part_of, parts, work):
    """The shapes in the project's coordinates; the very same array where none had to be moved."""
    out = shapes
    for number, (_, placed) in enumerate(parts):
        rows = np.flatnonzero(part_of == number)
        if placed.crs != work and coordinates.measurable(placed.crs) and len(rows):
            out = out.copy() if out is shapes else out
            out[rows] = coordinates.reproject(out[rows], placed.crs, work)
    return out


def _distortion(table, area, moved):
    """How much the new zone changes drawn areas: said, because the check measures in it."""
    if table.name != "parcel" or not (area > 0).any():
        return ""
    known = area > 0
    most = float(np.abs(shapely.area(moved)[known] / area[known] - 1).max())
    return f"；图形面积按原坐标系量（换带后最多相差 {most:.2%}），记录面积不变"


def _shaped(found, table, raw, frame, geometry, given, report):
    """(frame, geometry, positions kept): valid geometries of the layer's kind; parcels without one stay and are told."""
    if table.geometry == schema.POINT:
        out, reasons, repaired = repair.single_points(geometry), None, None
    elif table.geometry == schema.MULTILINESTRING:
        out, reasons, repaired = repair.line_parts(geometry), None, None
    else:
        geometry = _closed(table, raw, geometry, given)
        out, repaired, reasons = _repaired(geometry, report)
    missing = np.array([g is None for g in out], dtype=bool)
    if table.name == "parcel":
        if missing.all():
            raise BadInput("地块没有一个图形是面", "核对图层：要交地块的面图层，不是界址点、界址线或注记", where=raw.where)
        told = _parcel_findings(raw, frame, geometry, out, repaired, reasons, missing)
        found.findings.extend({**row, "row": row["row"] + found.parcels} for row in told)
        found.parcels += len(frame)
        return frame, out, np.arange(len(out))
    if repaired is not None and repaired.any():
        first = np.flatnonzero(repaired)[:5]
        raw.notes.append(f"修复 {int(repaired.sum())} 个无效图形（记录 {'、'.join(str(int(raw.rows[i])) for i in first)}"
                         f"{'等' if repaired.sum() > 5 else ''}）")
    if missing.any():
        raw.notes.append(f"跳过 {int(missing.sum())} 个没有图形、长度为零或类型不对的要素")
        if missing.all():
            raise BadInput(f"{table.title}没有一个图形是{_kind(table)}", "核对图层的图形类型", where=raw.where)
    return frame[~missing].reset_index(drop=True), out[~missing], np.flatnonzero(~missing)


def _repaired(geometry, report):
    """``repair.repair`` of the whole layer, some thousands at a time."""
    parts = [result for _, result in in_slices(repair.repair, geometry, report=report)]
    return [np.concatenate(each) for each in zip(*parts)] if parts else repair.repair(geometry)


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


def _move(distance):
    if distance != distance:
        return "原图形不是单纯的面，界线无从比较"
    return f"界线最大移动 {distance:.3f} m" if distance >= UNMOVED_M else "界线没有移动"


def _parcel_findings(raw, frame, before, after, repaired, reasons, missing):
    rows = []
    codes, areas = frame["DKBM"].tolist(), (np.abs(shapely.area(before)), shapely.area(after))
    changed = np.flatnonzero(repaired)
    distances = repair.boundary_moved(before[changed], after[changed])
    for i, distance in zip(changed.tolist(), distances.tolist()):
        change = f"{areas[0][i]:.2f} → {areas[1][i]:.2f} m²"
        rows.append({"code": "GEOMETRY_REPAIRED", "subject": codes[i], "row": i, "value": change,
                     "message": f"图形无效：{reasons[i]}，已修复；面积 {change}，{_move(distance)}",
                     "source_file": raw.name, "source_row": int(raw.rows[i])})
    for i in np.flatnonzero(missing).tolist():
        why = f"图形修复后不成面（{reasons[i]}）" if reasons[i] else "图形为空"
        rows.append({"code": "GEOMETRY_MISSING", "subject": codes[i], "row": i, "message": why,
                     "source_file": raw.name, "source_row": int(raw.rows[i])})
    return rows
