"""Land that no one here drew, as hand-over packages: an irrigation scheme and a farm cadastre, both far from China.

The shapes are those of the shared data, untouched. What those data do not have (people, registry, quotas, caps, a
policy) is generated here, always the same; each package is then read through its saved mapping in ``mappings/``.
The shared data lie beside the checkout in ``../shared/data``, or where ``WR_SHARED_DATA`` says.
"""

import os
import random
import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Tuple

import shapely

from tests.journeys import generated_tables as tables

ROOT = Path(__file__).resolve().parents[2]
MAPPINGS = Path(__file__).resolve().parent / "mappings"
SHARED = Path(os.environ.get("WR_SHARED_DATA") or ROOT.parent / "shared" / "data")
AHERO, FARMS = SHARED / "ahero" / "ahero.gpkg", SHARED / "farms_za" / "southafrica_farms.gpkg"
ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


@dataclass
class Land:
    """What a package says, as plain Python data, for computing everything again without the product.

    ``parcels``: (code or None, shape as delivered); ``links``: (DKBM, CBFBM, HTMJ in 0.01 m²); ``registry``:
    (DKBM, CBFBM, area in 0.01 亩, crop, method); ``services``, ``districts``, ``unapproved``: (code or kind, polygon);
    ``wells``: (code, point, state, permit number); ``quotas`` and ``caps``: as ``generated_tables`` writes them.
    """

    name: str
    package: Path
    mapping: Path
    county: str
    parcels: List[Tuple[Any, Any]]
    policy: Dict[str, Any]
    villages: List[Tuple[str, str, Any]] = field(default_factory=list)
    holders: Dict[str, str] = field(default_factory=dict)
    links: List[Tuple[str, str, int]] = field(default_factory=list)
    registry: List[Tuple[str, str, int, str, str]] = field(default_factory=list)
    districts: List[Tuple[str, Any]] = field(default_factory=list)
    services: List[Tuple[str, Any]] = field(default_factory=list)
    wells: List[Tuple[str, Any, str, Any]] = field(default_factory=list)
    unapproved: List[Tuple[str, Any]] = field(default_factory=list)
    quotas: List[tuple] = field(default_factory=list)
    caps: List[tuple] = field(default_factory=list)


def features(path, layer, columns=()):
    """Rows of a GeoPackage layer through sqlite3 alone: [(fid, shape or None, *columns)] in the order of fid."""
    wanted = ", ".join(f'"{name}"' for name in columns)
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        (column,) = connection.execute(
            "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)).fetchone()
        sql = f'SELECT fid, "{column}"{"," if wanted else ""} {wanted} FROM "{layer}" ORDER BY fid'
        return [(fid, from_blob(blob), *rest) for fid, blob, *rest in connection.execute(sql)]
    finally:
        connection.close()


def from_blob(blob):
    """A GeoPackage geometry as shapely; None for NULL."""
    if blob is None:
        return None
    return shapely.from_wkb(bytes(blob[8 + ENVELOPE_BYTES[(blob[3] >> 1) & 7]:]))


def rings_as_polygon(line):
    """The polygon that a closed line bounds; of a line in several closed parts their polygons together."""
    polygons = [shapely.Polygon(part.coords) for part in getattr(line, "geoms", [line])]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def quarters(shapes, columns, rows):
    """Village areas that the test draws: a grid over all shapes, as [(column, row, box)]."""
    west, south, east, north = shapely.total_bounds(shapes)
    width, height = (east - west) / columns, (north - south) / rows
    return [(c, r, shapely.box(west + c * width, south + r * height, west + (c + 1) * width, south + (r + 1) * height))
            for r in range(rows) for c in range(columns)]


def _village_rows(land):
    return [{"CJQYDM": code, "CJQYMC": name, "geometry": shape} for code, name, shape in land.villages]


def _settle(land, seed, household):
    """People on the land: households of ``household`` parcels (lowest, highest) of one village, and their registry.

    Every so many parcels one is out of the registry, without holder, held by two households, held by a household that
    no table knows, or planted with a crop that has no quota.
    """
    chance = random.Random(seed)
    at_home = {}
    seen = set()
    for code, shape in land.parcels:
        if code is None or code in seen:
            continue
        seen.add(code)
        middle = shape.representative_point()
        village = next(v for v, _, area in land.villages if area.intersects(middle))
        at_home.setdefault(village, []).append((code, round(shape.area * 100)))
    for village, held in sorted(at_home.items()):
        number = place = 0
        while place < len(held):
            number += 1
            holder = f"{village}01{number:04d}"
            land.holders[holder] = tables.person(chance)
            for code, m2_100 in held[place:place + chance.randint(*household)]:
                place += 1
                _hold(land, code, m2_100, holder, number, chance)
    for number in range(1, 8):
        land.registry.append((f"不在图上{number}", next(iter(land.holders)), 500, tables.CROPS[0], tables.METHODS[0]))


def _hold(land, code, m2_100, holder, number, chance):
    turn = len(land.links) + 1
    area_mu_100 = round(m2_100 * 3 / 2000)
    crop = "咖啡" if turn % 61 == 0 else chance.choice(tables.CROPS)
    if turn % 41:
        land.registry.append((code, holder, round(area_mu_100 * 1.2) if turn % 67 == 0 else area_mu_100, crop,
                              chance.choice(tables.METHODS)))
    if turn % 97 == 0:
        land.links.append(("无此地块" + code, holder, m2_100))
    elif turn % 53 == 0 and number > 1:
        first = m2_100 * 3 // 5
        land.links += [(code, holder, first), (code, f"{holder[:14]}{number - 1:04d}", m2_100 - first)]
    elif turn % 211 == 0:
        land.links.append((code, holder[:14] + "9999", m2_100))
    else:
        land.links.append((code, holder, m2_100))


def ahero(folder):
    """The Ahero scheme: plots, canals, blocks and buildings as closed lines without any attribute, one GeoPackage."""
    package = folder / "ahero"
    package.mkdir()
    shutil.copy(AHERO, package / "ahero.gpkg")
    parcels = [(str(fid), rings_as_polygon(line)) for fid, line in features(AHERO, "parcels_lines")]
    blocks = [(str(fid), rings_as_polygon(line)) for fid, line in features(AHERO, "irrigationblock_lines")]
    land = Land("ahero", package, MAPPINGS / "ahero.yaml", "990001", parcels, tables.policy(
        county="Ahero", **{"cap.mode": "report", "area.overlap_min_m2": 1, "sources.mixed_surface_share": 0.7}))
    land.villages = [(f"99000100100{r * 2 + c + 1}", f"第{'一二三四'[r * 2 + c]}村", box.buffer(1, join_style="mitre"))
                     for c, r, box in quarters([shape for _, shape in parcels], 2, 2)]
    land.districts, land.services = blocks, blocks
    land.unapproved = [("unapproved", shape) for _, shape in features(AHERO, "buildings")]
    land.unapproved += [("new", shape.representative_point().buffer(15)) for _, shape in parcels[::29]]
    land.unapproved.append(("new", parcels[100][1].buffer(1)))
    _settle(land, 1, (1, 5))
    for number, crop in enumerate(tables.CROPS):
        for way, method in enumerate(tables.METHODS):
            land.quotas.append((crop, "*", "surface", method, f"{310 + 35 * number - 20 * way}.5", "0.5172", "0.878"))
    land.quotas.append((tables.CROPS[0], "3", "surface", tables.METHODS[0], "333.33", "0.6", "0.9"))
    land.caps = [("district", code, f"{code} 区", "surface", "900000") for code, _ in blocks[1:]]
    land.caps.append(("county", land.county, "Ahero", "surface", "5000000"))
    tables.write(land)
    tables.layer(land, "CJQY", _village_rows(land), 32736)
    tables.layer(land, "新开复垦未批", [
        {"TBBH": str(number), "LB": "新开耕地" if kind == "new" else "未批耕地", "geometry": shape}
        for number, (kind, shape) in enumerate(land.unapproved, 1)], 32736)
    return land


def farms(folder):
    """The farm cadastre, keyed by the Surveyor General's code, which is blank five times and often repeated."""
    package = folder / "farms"
    package.mkdir()
    shutil.copy(FARMS, package / "southafrica_farms.gpkg")
    rows = features(FARMS, "farms_33S", ("SG_CODE",))
    parcels = [(code, shape) for _, shape, code in rows]
    shapes = [shape for _, shape in parcels]
    land = Land("farms", package, MAPPINGS / "farms.yaml", "990002", parcels, tables.policy(
        county="Swellendam", **{"cap.mode": "proportional", "volume.step_m3": 0.1, "sources.well_reach_m": 400,
                                "sources.mixed_surface_share": 0.625}))
    names = "西南", "正南", "东南", "西北", "正北", "东北"
    land.villages = [(f"99000200100{n}", f"{names[n - 1]}村", box.buffer(1, join_style="mitre"))
                     for n, (_, _, box) in enumerate(quarters(shapes, 3, 2), 1)]
    west, south, east, north = shapely.total_bounds(shapes)
    middle = (west + east) / 2
    land.districts = [("D1", shapely.box(west - 10, south - 10, middle, north + 10)),
                      ("D2", shapely.box(middle, south - 10, east - 9000, north + 10))]
    land.services = [("O1", shapely.box(west, south, middle - 9000, north)),
                     ("O2", shapely.box(middle, south + 15000, east - 20000, north))]
    for number, shape in enumerate(shapes[::6], 1):
        state = "closed" if number % 10 == 0 else "normal"
        permit = None if number % 15 == 0 else f"取水（示例）第{number}号"
        land.wells.append((f"W{number:03d}", shape.representative_point(), state, permit))
    _settle(land, 2, (1, 6))
    for number, crop in enumerate(tables.CROPS):
        for method in tables.METHODS:
            land.quotas.append((crop, "D1", "surface", method, f"{400 + 12 * number}", "0.61", "0.9"))
            land.quotas.append((crop, "D2", "surface", method, f"{380 + 12 * number}.25", "0.575", "0.9"))
            land.quotas.append((crop, "*", "ground", method, f"{300 + 12 * number}", "0.95", "0.9333"))
    land.caps = [
        ("district", "D1", "西区", "surface", "400000000"), ("district", "D1", "西区", "ground", "123456789.1"),
        ("district", "D2", "东区", "surface", "900000000.7"), ("district", "D2", "东区", "ground", "40000000"),
        ("county", land.county, "Swellendam", "surface", "600000000.3"),
        ("county", land.county, "Swellendam", "ground", "2000000000"),
    ]
    tables.write(land)
    tables.layer(land, "CJQY", _village_rows(land), 32733)
    tables.layer(land, "灌区", [{"GQDM": code, "GQMC": f"{code} 区", "geometry": shape} for code, shape in land.districts],
                 32733)
    tables.layer(land, "斗口控制范围", [{"DKOUDM": code, "DKOUMC": code, "geometry": s} for code, s in land.services], 32733)
    tables.layer(land, "机井", [
        {"JJBH": code, "JJMC": code, "QSXKZH": permit, "JJZT": tables.WORDS[state], "geometry": point}
        for code, point, state, permit in land.wells], 32733)
    return land
