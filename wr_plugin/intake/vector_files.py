"""Layers out of Shapefile, GeoPackage, FileGDB, GeoJSON, KML, GML, DXF: pyogrio where present, fiona otherwise.

A shapefile's attributes come from ``dbf`` in both lanes, so that encoding and codes do not depend on the reader. Paths
are ordinary files inside the package: names that GDAL would take for a connection or a virtual file are refused.
"""

import os
import shutil
import warnings
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import shapely

from ..model import paths
from ..model.errors import BadInput, Cancelled
from ..spatial.chunks import silent
from ..store import half_made
from . import first_bytes, shapefile_parts
from .dbf import Dbf
from .raw import RawTable

LAYER_SUFFIXES = (".shp", ".gpkg", ".gdb", ".geojson", ".json", ".kml", ".gml", ".dxf")
CONTAINERS = (".gpkg", ".gdb", ".kml", ".gml", ".dxf")
LANE_SWITCH = "WR_VECTOR_READER"
FEATURES_AT_ONCE, FEW = 20_000, 500


def lane():
    """``pyogrio`` or ``fiona``; the environment variable WR_VECTOR_READER forces one of them."""
    forced = os.environ.get(LANE_SWITCH, "")
    if forced in ("pyogrio", "fiona"):
        return forced
    try:
        import pyogrio
    except ImportError:
        return "fiona"
    return "pyogrio" if pyogrio.__version__ else "fiona"


def checked_path(path):
    """The path, where it names an existing ordinary file or a .gdb folder; BadInput otherwise."""
    text = str(path)
    if paths.is_strange(text):
        raise BadInput("这不是普通的文件路径", "请给出资料包文件夹内的文件", where=text[:200])
    path = Path(path)
    if not (path.is_file() or (path.is_dir() and path.suffix.lower() == ".gdb")):
        raise BadInput("找不到文件", "检查文件名", where=text)
    return path


def layer_names(path):
    """Names of the layers with or without geometry in a file, in file order."""
    path = checked_path(path)
    if path.suffix.lower() == ".shp":
        return [path.stem]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            first_bytes.require_genuine(path)
            with _apart(path) as opened:
                if lane() == "pyogrio":
                    import pyogrio

                    return [str(name) for name in pyogrio.list_layers(opened)[:, 0]]
                import fiona

                return list(fiona.listlayers(str(opened)))
        except BadInput:
            raise
        except PermissionError as error:
            raise _locked(path.name, error) from error
        except Exception as error:  # the readers raise their own, undocumented kinds
            raise _unreadable(path, error) from error


def field_names(path, layer=""):
    """The names of a layer's columns in order; of a shapefile by its DBF, decoded as ``read_layer`` does without a word."""
    path = checked_path(path)
    try:
        if path.suffix.lower() == ".shp":
            dbf_path = sidecar(path, ".dbf")
            return Dbf(dbf_path).names() if dbf_path is not None else []
        if lane() == "pyogrio":
            import pyogrio

            return [str(name) for name in pyogrio.read_info(path, layer=layer or None)["fields"]]
        import fiona

        with fiona.open(str(path), layer=layer or None) as source:
            return list(source.schema["properties"])
    except BadInput:
        raise
    except Exception as error:  # the readers raise their own, undocumented kinds
        raise _unreadable(path, error) from error


def read_layer(path, layer="", encoding=None, name="", report=silent):
    """One layer as a RawTable; features without geometry keep None. BadInput where the file cannot be read.

    ``encoding``: what the user asks for in a shapefile, a name or ``encoding.Asked``. ``name``: how messages call the file.
    ``report(done, total)``: called every few thousand features; what it raises (``Cancelled``) ends the reading.
    """
    path = checked_path(path)
    name = name or path.name
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            shapefile = path.suffix.lower() == ".shp"
            first_bytes.require_genuine(path, name)
            with _apart(path) as opened:
                raw = (_read_shapefile(path, encoding, name, report) if shapefile
                       else _read_other(opened, layer, name, report))
            raw.path = path
        except (BadInput, Cancelled):
            raise
        except PermissionError as error:
            raise _locked(name, error) from error
        except Exception as error:  # the readers raise their own, undocumented kinds
            raise _unreadable(path, error) from error
    told = sorted({str(warning.message) for warning in said})
    if any("Measured (M)" in text for text in told):
        raw.notes.append("去掉图形的测量值（M），只用平面坐标")
    others = [text for text in told if "Measured (M)" not in text]
    if others:
        raw.notes.append(f"读取时有 {len(others)} 条提示：{others[0][:200]}")
    return raw


@contextmanager
def _apart(path):
    """The path itself; of a GML a copy in a temporary folder, because GDAL writes a .gfs beside every GML it reads."""
    if path.suffix.lower() != ".gml":
        yield path
        return
    with half_made.temporary_folder() as folder:
        for each in (path, sidecar(path, ".xsd"), sidecar(path, ".gfs")):
            if each is not None:
                shutil.copyfile(each, os.path.join(folder, each.name))
        yield Path(folder) / path.name


def _locked(name, error):
    return BadInput("文件打不开，可能正被别的程序占用", "关闭 Excel、WPS、QGIS 等正在使用它的程序，检查权限后再试", where=name,
                    detail=str(error))


def _unreadable(path, error):
    return BadInput("文件读不出来，可能已损坏或不是它的扩展名所说的格式", "用 QGIS 打开看看，重新导出后再试",
                    where=path.name, detail=f"{type(error).__name__}: {error}")


def sidecar(path, suffix):
    """The file beside ``path`` with this suffix in any case; None where there is none."""
    for candidate in path.parent.iterdir():
        if candidate.stem == path.stem and candidate.suffix.lower() == suffix:
            return candidate
    return None


def _read_shapefile(path, encoding, name, report):
    dbf_path, shx_path, notes = sidecar(path, ".dbf"), sidecar(path, ".shx"), []
    if dbf_path is None:
        raise BadInput("缺少同名的 .dbf 属性文件", "请把 .shp .shx .dbf .prj 一起放进资料包", where=name)
    if shx_path is None:
        raise BadInput("缺少同名的 .shx 索引文件", "请把 .shp .shx .dbf .prj 一起放进资料包", where=name)
    table = Dbf(dbf_path, lambda done, total: report(done, 2 * total))
    shapefile_parts.require_whole(path, shx_path, table.count, name)
    # with deleted records GDAL counts positions in another way than features, so that such a file is read in one piece
    at_once = 0 if table.deleted.any() else FEATURES_AT_ONCE
    geometry, fids = _geometry(path, at_once, lambda done: report(table.count + done, 2 * table.count))
    names, columns, chosen = table.read(encoding)
    samples = "、".join(chosen.samples)
    notes.append(f"文字编码 {chosen.name.upper()}：{chosen.evidence}" + (f"；如：{samples}" if samples else ""))
    if len(fids) and fids.max() >= table.count:
        raise BadInput(f".shp 有 {int(fids.max()) + 1} 个图形，.dbf 只有 {table.count} 条记录",
                       "图形与属性不成套，请重新导出", where=name)
    kept = np.flatnonzero(~table.deleted)
    missing = np.setdiff1d(kept, fids)
    if len(missing):
        raise BadInput(f".dbf 有 {len(kept)} 条记录，.shp 只有 {len(fids)} 个图形", "图形与属性不成套，请重新导出", where=name)
    position = np.full(table.count, -1, dtype=np.int64)
    position[fids] = np.arange(len(fids))
    if len(kept) < table.count:
        notes.append(f"跳过 {table.count - len(kept)} 条已标记删除的记录")
    geometry = geometry[position[kept]] if len(kept) else geometry[:0]
    prj = sidecar(path, ".prj")
    wkt = prj.read_bytes().decode("utf-8", "replace").strip("\ufeff\x00 \r\n\t") if prj else ""
    columns = [column[kept] for column in columns] if len(kept) < table.count else columns
    return RawTable(path, name, "", [(n,) for n in names], columns, kept + 1, geometry, wkt, notes, kept)


def _geometry(path, at_once, report):
    """(shapely array with None, record numbers from 0) of a shapefile, read ``at_once`` features at a time (0: all)."""
    if lane() == "pyogrio":
        with half_made.temporary_folder() as folder:
            return _in_pieces(_reader_of(path, folder), at_once, report)
    import fiona

    with fiona.open(str(path), encoding="latin-1") as source:
        return _fiona_geometry(((f["geometry"], int(f["id"])) for f in source), report)


def _reader_of(path, folder):
    """``read(skip, most)`` → (fids, WKB). A .prj that makes pyogrio stumble is left out; its words are judged elsewhere."""
    import pyogrio.errors
    import pyogrio.raw

    def read(skip, most):
        try:
            return pyogrio.raw.read(opened[0], columns=[], return_fids=True, skip_features=skip, max_features=most)[1:3]
        except pyogrio.errors.CRSError:
            if opened[0] is not path:
                raise
            for suffix in (".shp", ".shx"):
                shutil.copyfile(sidecar(path, suffix), os.path.join(folder, "a" + suffix))
            opened[0] = os.path.join(folder, "a.shp")
            return read(skip, most)

    opened = [path]
    return read


def _in_pieces(read, at_once, report):
    shapes, fids = [], []
    while True:
        numbers, wkb = read(sum(map(len, fids)), at_once or None)
        shapes.append(shapely.from_wkb(wkb, on_invalid="ignore"))
        fids.append(np.asarray(numbers, dtype=np.int64))
        report(int(sum(map(len, fids))))
        if not at_once or len(numbers) < at_once:
            return np.concatenate(shapes), np.concatenate(fids)


def _fiona_geometry(pairs, report):
    shapes, fids = [], []
    for geometry, fid in pairs:
        shapes.append(_shape(geometry))
        fids.append(fid)
        if len(fids) % FEW == 0:
            report(len(fids))
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out, np.array(fids, dtype=np.int64)


def _shape(geometry):
    if geometry is None:
        return None
    from shapely.geometry import shape

    try:
        return shape(geometry) if _is_closed(geometry) else None
    except (ValueError, TypeError, shapely.errors.ShapelyError):
        return None


def _is_closed(geometry):
    """False for a polygon with a ring that does not end where it began: it is no polygon, and none is made of it."""
    parts = {"Polygon": lambda g: [g["coordinates"]], "MultiPolygon": lambda g: g["coordinates"]}.get(geometry["type"])
    return parts is None or all(ring[0] == ring[-1] for rings in parts(geometry) for ring in rings if len(ring))


def _read_other(path, layer, name, report):
    sheet = layer if path.suffix.lower() in CONTAINERS else ""
    headers, columns, geometry, rows, wkt = (_by_pyogrio if lane() == "pyogrio" else _by_fiona)(path, layer, report)
    return RawTable(path, name, sheet, [(h,) for h in headers], columns, _from_one(rows), geometry, wkt, [], rows)


def _by_pyogrio(path, layer, report):
    """(field names, columns, geometry or None, feature ids, WKT) of a layer.

    A GeoPackage is read by ranges of its ids, so that a report comes between; in other formats GDAL would go through
    all earlier features again to skip them.
    """
    import pyogrio
    import pyogrio.raw

    info = pyogrio.read_info(path, layer=layer or None)
    key = info.get("fid_column", "") if path.suffix.lower() == ".gpkg" else ""
    most = FEATURES_AT_ONCE if key and '"' not in key else None
    parts, done = [], 0
    while True:
        after = f'"{key}" > {int(parts[-1][1][-1])}' if parts else None
        part = pyogrio.raw.read(path, layer=layer or None, return_fids=True, datetime_as_string=True, where=after,
                                max_features=most)
        parts.append(part)
        done += len(part[1])
        report(done, max(done, info.get("features", 0)))
        if most is None or len(part[1]) < most:
            break
    meta, fids = parts[0][0], np.concatenate([np.asarray(p[1], dtype=np.int64) for p in parts])
    if most is not None and (np.diff(fids) <= 0).any():  # a view, whose ids are in no order
        parts = [pyogrio.raw.read(path, layer=layer or None, return_fids=True, datetime_as_string=True)]
        fids = np.asarray(parts[0][1], dtype=np.int64)
    geometry = None
    if parts[0][2] is not None:
        geometry = np.concatenate([shapely.from_wkb(p[2], on_invalid="ignore") for p in parts])
    columns = [_tidied(np.concatenate([p[3][n] for p in parts])) for n in range(len(meta["fields"]))]
    return list(meta["fields"]), columns, geometry, fids, _wkt(meta["crs"] or info.get("crs"))


def _by_fiona(path, layer, report):
    import fiona

    more = {"allow_unsupported_drivers": True} if path.suffix.lower() in (".kml", ".gml") else {}
    with fiona.open(str(path), layer=layer or None, **more) as source:
        headers, features = list(source.schema["properties"]), []
        for feature in source:
            features.append(feature)
            if len(features) % FEW == 0:
                report(0, 1)
        wkt = _wkt(source.crs_wkt)
        has_geometry = source.schema.get("geometry") not in (None, "None")
    geometry, rows = _fiona_geometry(((f["geometry"], int(f["id"])) for f in features),
                                     lambda done: report(len(features) + done, 2 * len(features)))
    return headers, [_tidied([f["properties"][h] for f in features]) for h in headers], geometry if has_geometry else None, rows, wkt


def _from_one(rows):
    """Feature ids as row numbers that start at 1 or above."""
    return rows + 1 if len(rows) and rows.min() == 0 else rows


def _tidied(values):
    """Text as object array with None for blank, numbers as float64 where they are floats, else as they are."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return values.astype(np.float64)
    items = values.tolist() if isinstance(values, np.ndarray) else list(values)
    column = np.empty(len(items), dtype=object)
    column[:] = [(v.strip() or None) if isinstance(v, str) else v for v in items]
    return column


def _wkt(crs):
    if not crs:
        return ""
    import pyproj

    return pyproj.CRS.from_user_input(crs).to_wkt()
