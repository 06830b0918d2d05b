"""Coordinate systems: what the .prj says against what the numbers say (DOMAIN §1.6), and bringing layers together.

CGCS2000 3-degree Gauss-Krüger: EPSG 4488 + zone with the zone number before the easting, 4509 + zone without, zone =
central meridian / 3. A zone number in the coordinates decides; a meridian is never guessed. Beijing 1954 and Xi'an 1980
are refused: there is no exact transformation without the county's own parameters.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely

from ..model.errors import BadInput

FIRST_ZONE, LAST_ZONE = 25, 45
WITH_PREFIX, WITHOUT_PREFIX = 4488, 4509
GEOGRAPHIC = 4490
OLD_DATUMS = (("beijing", "北京 1954"), ("xian", "西安 1980"), ("xi'an", "西安 1980"))
SIX_DEGREE_FIRST, SIX_DEGREE_LAST, SIX_DEGREE_PREFIX = 13, 23, 4478
SAY_CRS = ("向测绘单位索取 .prj 文件；确知坐标系的，用参数 --crs 文件名=EPSG:代码 指明（没有 .prj 的可只写 --crs EPSG:代码），"
           "或在字段对应文件里为这个图层写 crs: EPSG:代码")
FAR_M = 100_000.0
"""Layers of one county are never this far apart: then one of them is in another zone than it says."""
ZONE_HALF_WIDTH_M = 250_000.0


@dataclass(frozen=True)
class Placed:
    """The coordinate system that a layer's numbers are in, and why."""

    crs: Any
    evidence: str

    @property
    def title(self):
        """``EPSG:4522 CGCS2000 / 3-degree Gauss-Kruger zone 34``."""
        code = _epsg(self.crs)
        return f"EPSG:{code} {self.crs.name}" if code else self.crs.name


@lru_cache(maxsize=64)
def _epsg(crs):
    """The EPSG code of a CRS or None; kept, because PROJ searches its whole register for one without a code."""
    return crs.to_epsg(min_confidence=70)


@lru_cache(maxsize=64)
def _from_wkt(wkt):
    """The horizontal CRS of a .prj with its EPSG code where it has one; CRSError where it cannot be read."""
    crs = pyproj.CRS.from_wkt(wkt)
    return _with_authority(crs.sub_crs_list[0] if crs.is_compound else crs)


def from_user(text, where):
    """A CRS as a user names it (``EPSG:4522`` or 4522); BadInput for anything else."""
    code = str(text).strip().upper().replace("EPSG:", "")
    if not code.isdigit():
        raise BadInput(f"不认识的坐标系“{text}”", "写成 EPSG:代码，如 EPSG:4522", where=where)
    try:
        return pyproj.CRS.from_epsg(int(code))
    except pyproj.exceptions.CRSError as error:
        raise BadInput(f"没有坐标系 EPSG:{code}", "核对代码", where=where, detail=str(error)) from error


@dataclass(frozen=True)
class Asked:
    """A CRS that the user asks for. ``forced``: whatever the .prj says; else only where there is none to be read."""

    name: str
    forced: bool = True
    said: str = "按字段对应文件的指定"


def place(geometry, wkt, where, given=None):
    """Decides the coordinate system of a layer from its .prj (``wkt``), its numbers and the user's word (``given``, a
    name or ``Asked``).

    Raises BadInput where they contradict each other or do not tell.
    """
    return _placed(bounds_of(geometry), wkt, where, Asked(given) if isinstance(given, str) and given else given or None)


def place_parts(geometry, wkt, where, given=None):
    """[(rows, Placed)] of a layer, more than one where its eastings begin with several zone numbers: each feature is
    then in the zone that its own numbers name. ``rows``: positions (index array)."""
    given = Asked(given) if isinstance(given, str) and given else given or None
    zone = _zone_of_each(geometry)
    zones, count = np.unique(zone[zone > 0], return_counts=True)
    if len(zones) < 2:
        return [(np.arange(len(geometry)), _placed(bounds_of(geometry), wkt, where, given))]
    if (zone == 0).any():
        raise BadInput("一部分图形的坐标有带号，一部分没有", "请测绘单位统一坐标系后重新导出", where=where)
    told = "、".join(f"{z} 带 {n} 个" for z, n in zip(zones.tolist(), count.tolist()))
    if wkt and not (given and given.forced):
        _refuse_old_datum(wkt, where)
    parts = []
    for number in zones.tolist():
        rows = np.flatnonzero(zone == number)
        parts.append((rows, Placed(pyproj.CRS.from_epsg(WITH_PREFIX + number),
                                   f"一个图层里有几个带号（{told}），按各图形自己的带号读")))
    if (zone < 0).any():
        first = parts[0]
        parts[0] = (np.sort(np.concatenate((first[0], np.flatnonzero(zone < 0)))), first[1])
    return parts


def _zone_of_each(geometry):
    """(n,) zone number before each feature's eastings; 0 where there is none, −1 for a feature without coordinates."""
    bounds = shapely.bounds(geometry)
    known = np.isfinite(bounds).all(axis=1)
    east = np.clip(np.where(known[:, None], bounds[:, (0, 2)], 0), 0, (LAST_ZONE + 1) * 1e6)  # some numbers fit no integer
    low, high = np.floor_divide(east, 1e6).astype(np.int64).T
    zone = np.where((low == high) & (low >= FIRST_ZONE) & (low <= LAST_ZONE), low, 0)
    return np.where(known, zone, -1)


def _placed(bounds, wkt, where, given):
    if given and given.forced:
        crs = from_user(given.name, where)
        _refuse_old_datum(crs.name, where)
        told = f"{given.said}（.prj 写的是 {_name_in(wkt)}）" if wkt else given.said
        return _against_numbers(crs, bounds, where, told)
    why = "没有坐标系说明（.prj）"
    if wkt:
        _refuse_old_datum(wkt, where)
        try:
            return _against_numbers(_from_wkt(wkt), bounds, where, "按图层自带的坐标系")
        except pyproj.exceptions.CRSError:
            why = ".prj 文件写得不对，读不出坐标系"
    if given:
        crs = from_user(given.name, where)
        _refuse_old_datum(crs.name, where)
        return _against_numbers(crs, bounds, where, f"{why}；{given.said}")
    return _without_prj(bounds, where, why)


def _name_in(wkt):
    """The name that a .prj gives its coordinate system."""
    return wkt.partition('"')[2].partition('"')[0] or "读不出的内容"


def bounds_of(geometry):
    """(minx, miny, maxx, maxy) of all finite coordinates, or None."""
    each = shapely.bounds(geometry)
    each = each[np.isfinite(each).all(axis=1)]
    if not len(each):
        return None
    return tuple(float(v) for v in (*each[:, :2].min(axis=0), *each[:, 2:].max(axis=0)))


def _refuse_old_datum(text, where):
    low = text.lower()
    for mark, name in OLD_DATUMS:
        if mark in low and ("1954" in low or "1980" in low or "54" in low or "80" in low):
            raise BadInput(f"坐标系是{name}：没有本地转换参数不能准确转到 CGCS2000",
                           "请测绘单位转换为 CGCS2000 后重新提交", where=where)


def _without_prj(bounds, where, why):
    zone = _zone_of(bounds)
    if zone is None and bounds is not None:
        _refuse_swapped(bounds, where)
        six = int(bounds[0] // 1e6)
        if six == int(bounds[2] // 1e6) and SIX_DEGREE_FIRST <= six <= SIX_DEGREE_LAST and bounds[0] >= 1e7:
            crs = pyproj.CRS.from_epsg(SIX_DEGREE_PREFIX + six)
            return Placed(crs, f"{why}；横坐标带号 {six}（{bounds[0]:.0f}），即 CGCS2000 六度带第 {six} 带")
        if _degrees(bounds):
            raise BadInput(f"{why}，坐标 {bounds[0]:.6f}, {bounds[1]:.6f} 像是经纬度，但不知道是哪个大地坐标系",
                           "确是 CGCS2000 经纬度的，用参数 --crs EPSG:4490 指明；或向测绘单位索取 .prj 文件", where=where)
    if zone is None:
        shown = "" if bounds is None else f"（横坐标 {bounds[0]:.9g} 至 {bounds[2]:.9g}）"
        raise BadInput(f"{why}，坐标里也没有带号{shown}，不知道是哪个坐标系", SAY_CRS, where=where)
    crs = pyproj.CRS.from_epsg(WITH_PREFIX + zone)
    return Placed(crs, f"{why}；横坐标带号 {zone}（{bounds[0]:.0f}），即 CGCS2000 三度带第 {zone} 带")


def _zone_of(bounds):
    """The 3-degree zone that all eastings begin with; None where they have none."""
    if bounds is None or bounds[0] < 1e7:
        return None
    low, high = int(bounds[0] // 1e6), int(bounds[2] // 1e6)
    return low if low == high and FIRST_ZONE <= low <= LAST_ZONE else None


def _against_numbers(crs, bounds, where, evidence):
    if bounds is None:
        return Placed(crs, evidence)
    minx, miny, maxx, maxy = bounds
    degrees = _degrees(bounds)
    if crs.is_geographic:
        if 0 < minx and maxx < 60 and 70 < miny and maxy < 140:
            raise BadInput("经度、纬度颠倒了（第一个数应是经度）", "请测绘单位调换坐标后重新导出", where=where)
        if not degrees:
            x, y = minx if abs(minx) > 360 else maxx, miny if abs(miny) > 90 else maxy
            raise BadInput(f"坐标系写的是经纬度（{crs.name}），坐标却是 {x:.9g}, {y:.9g} 这样的米数", SAY_CRS, where=where)
        return Placed(crs, evidence)
    if degrees and _spread(bounds) > 0:
        raise BadInput(f"坐标系写的是投影坐标（{crs.name}），坐标却是 {minx:.4f}, {miny:.4f} 这样的经纬度", SAY_CRS, where=where)
    china = _gauss_kruger(crs)
    if china is None:
        return Placed(crs, evidence)
    zone, prefixed = china
    _refuse_swapped(bounds, where)
    seen = _zone_of(bounds)
    if seen is not None and seen != zone:
        raise BadInput(f"坐标带号是 {seen}，坐标系却是第 {zone} 带（中央经线 {zone * 3}°）", SAY_CRS, where=where)
    if seen is not None and not prefixed:
        return Placed(pyproj.CRS.from_epsg(WITH_PREFIX + zone),
                      f"{evidence}：{crs.name} 不带带号，而坐标带有带号 {seen}，中央经线一致，改按带带号的坐标系")
    if prefixed and maxx < 1e7:
        return Placed(pyproj.CRS.from_epsg(WITHOUT_PREFIX + zone),
                      f"{evidence}：{crs.name} 带带号 {zone}，而坐标没有带号，中央经线一致，改按不带带号的坐标系")
    return Placed(crs, evidence + _far_from_meridian(bounds, zone))


def _far_from_meridian(bounds, zone):
    """A warning where coordinates lie far outside of their zone: often the number of the wrong zone."""
    easting = [value % 1e6 if value >= 1e7 else value for value in (bounds[0], bounds[2])]
    off = max(abs(value - 500_000.0) for value in easting)
    if off <= ZONE_HALF_WIDTH_M:
        return ""
    return f"；注意：离中央经线 {zone * 3}° 有 {off / 1000:.0f} 公里，超出三度带的范围，请核对带号"


def _degrees(bounds):
    minx, miny, maxx, maxy = bounds
    return abs(minx) <= 360 and abs(maxx) <= 360 and abs(miny) <= 90 and abs(maxy) <= 90


def _refuse_swapped(bounds, where):
    """BadInput where the first number looks like a northing in China and the second like an easting."""
    minx, miny, maxx, maxy = bounds
    zone = int(miny // 1e6)
    prefixed = FIRST_ZONE <= zone <= LAST_ZONE and int(maxy // 1e6) == zone
    if 1.5e6 < minx and maxx < 6.5e6 and (prefixed or 1e5 < miny and maxy < 9e5):
        raise BadInput("X、Y 坐标颠倒了（第一个数应是横坐标/东向）", "请测绘单位调换坐标后重新导出", where=where)


def refuse_far(bounds, title, of_parcels, where):
    """BadInput where a layer lies nowhere near the parcels: a zone number or meridian is wrong. ``bounds``,
    ``of_parcels``: (minx, miny, maxx, maxy) in the project's coordinates, or None."""
    if bounds is None or of_parcels is None:
        return
    gap = [max(bounds[k] - of_parcels[k + 2], of_parcels[k] - bounds[k + 2], 0.0) for k in (0, 1)]
    apart = math.hypot(*gap)
    if apart > FAR_M:
        raise BadInput(f"{title}离地块最近也有 {apart / 1000:.0f} 公里，坐标系很可能错了一个带，或不是本县的资料",
                       f"核对这个图层的坐标系：{SAY_CRS}", where=where)


def _spread(bounds):
    return max(bounds[2] - bounds[0], bounds[3] - bounds[1])


def _gauss_kruger(crs):
    """(zone, has prefix) of a CGCS2000 3-degree Gauss-Krüger CRS; None for any other."""
    if not crs.is_projected or crs.coordinate_operation is None or "2000" not in crs.geodetic_crs.name:
        return None
    if "transverse mercator" not in crs.coordinate_operation.method_name.lower():
        return None
    values = {p.name.lower(): p.value for p in crs.coordinate_operation.params}
    meridian = values.get("longitude of natural origin")
    easting = values.get("false easting")
    if meridian is None or easting is None or values.get("scale factor at natural origin", 1.0) != 1.0:
        return None
    zone = meridian / 3
    if zone != int(zone) or not FIRST_ZONE <= zone <= LAST_ZONE or easting not in (500000.0, zone * 1e6 + 500000.0):
        return None
    return int(zone), easting > 1e6


def _with_authority(crs):
    """The same CRS with its EPSG code, where it is one of the CGCS2000 family or is known without doubt."""
    china = _gauss_kruger(crs)
    if china is not None:
        zone, prefixed = china
        return pyproj.CRS.from_epsg((WITH_PREFIX if prefixed else WITHOUT_PREFIX) + zone)
    code = _epsg(crs)
    return pyproj.CRS.from_epsg(code) if code else crs


def work_crs(placed, geometry, given, where):
    """The project's coordinate system: the one given, else the parcels' own where it is metric, else the CGCS2000
    zone (with prefix) of their middle longitude. Raises BadInput outside China or for another unit of length."""
    if given:
        crs = from_user(given, where)
        if not measurable(crs):
            raise BadInput(f"工作坐标系“{given}”不是以米为单位、能量面积的投影坐标系", "改为投影坐标系，如 EPSG:4522", where=where)
        return Placed(crs, "按字段对应文件的指定")
    if placed.crs.is_projected and not _swelling(placed.crs):
        if not _metric(placed.crs):
            raise BadInput("地块图层的坐标单位不是米", "在字段对应文件里写明 work_crs（以米为单位的投影坐标系）", where=where)
        return Placed(placed.crs, "与地块图层相同")
    what = "地块图层是网络墨卡托，不能量面积" if placed.crs.is_projected else "地块图层是经纬度"
    bounds = bounds_of(reproject(geometry, placed.crs, pyproj.CRS.from_epsg(GEOGRAPHIC)))
    middle = (bounds[0] + bounds[2]) / 2 if bounds else float("nan")
    zone = int(math.floor(middle / 3 + 0.5)) if middle == middle else 0
    if not (FIRST_ZONE <= zone <= LAST_ZONE and 3 <= bounds[1] and bounds[3] <= 54):
        raise BadInput(f"{what}，且不在 CGCS2000 三度带范围内，不知道投影到哪里",
                       "在字段对应文件里写明 work_crs（以米为单位的投影坐标系）", where=where)
    return Placed(pyproj.CRS.from_epsg(WITH_PREFIX + zone), f"{what}，中间经度 {middle:.3f}°，取三度带第 {zone} 带")


def measurable(crs):
    """True where areas can be measured in the CRS: projected, in metres, and no map of the web."""
    return bool(crs.is_projected) and _metric(crs) and not _swelling(crs)


def _swelling(crs):
    """True for the Mercator of web maps, in which land at 39° N is 1.7 times its size."""
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    return "Mercator" in method and "Transverse" not in method and "Oblique" not in method


def _metric(crs):
    return all(abs(axis.unit_conversion_factor - 1.0) < 1e-12 for axis in crs.axis_info[:2])


@lru_cache(maxsize=16)
def _transformer(source, target):
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def reproject(geometry, source, target):
    """Geometries moved from one CRS to another (x = easting or longitude); the very same array where both are equal."""
    if source == target or not len(geometry):
        return geometry
    transformer = _transformer(source, target)

    def moved(points):
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return shapely.transform(geometry, moved)
