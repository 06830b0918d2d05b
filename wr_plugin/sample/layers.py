"""The vector layers of the sample package: land-contract layers and irrigation layers as shapefiles."""

import numpy as np
import shapely

from ..model import amounts
from . import layout, limits, names, people, shapefile, water
from .shapefile import Column

YEAR = "2026"
ROAD_TEXT, CANAL_TEXT, RIDGE_TEXT = "路", "渠", "田埂"
CLASS_TEXT = {"21": "自留地", "22": "机动地", "23": "开荒地", "99": "集体地"}
PLACES = ("东槽子", "西湾", "大渠沿", "沙窝地", "水磨地", "坝湾", "条田", "上滩", "下滩", "门前地", "庙台", "老坟湾", "碱滩", "新开渠", "柳树行", "井沿")
LEVEL_TEXT = {1: "干渠", 2: "支渠", 3: "斗渠", 4: "农渠"}
KIND_TEXT = ("新开耕地", "复垦耕地", "未批耕地")
UNTIL = "20291231"
TURN_ORDER = {False: (1, 0, 2, 3), True: (3, 2, 0, 1)}


def parcel_names(county, rng):
    """Local field names with a number, e.g. 沙窝地12号."""
    place = rng.integers(0, len(PLACES), county.land.parcels).tolist()
    number = rng.integers(1, 60, county.land.parcels).tolist()
    return [f"{PLACES[p]}{n}号" for p, n in zip(place, number)]


def write_parcels(folder, county, names_of_parcels, tick):
    """DK: all fields of the standard, in an order that is not the standard's."""
    land = county.land
    count = land.parcels
    rng = np.random.default_rng([county.seed, count, 30])
    vocabulary, sides, self_index = neighbour_texts(county)
    grade = rng.choice(np.arange(1, 11), count, p=(.02, .08, .2, .25, .2, .12, .06, .04, .02, .01))
    mu = amounts.mu_100_from_m2_100(county.measured)
    note = ["", "承包地块", "集体土地，未承包到户"]
    columns = [
        Column("BSM", "N", 10, np.arange(1, count + 1)),
        Column("DKBM", "C", 19, county.code),
        Column("DKMC", "C", 50, names_of_parcels),
        Column("YSDM", "C", 6, ["211011"], index=np.zeros(count, int)),
        Column("DKLB", "C", 2, county.land_class),
        Column("SYQXZ", "C", 2, ["31"], index=np.zeros(count, int)),
        Column("TDYT", "C", 1, county.use),
        Column("TDLYLX", "C", 3, ["012", "013"], index=(rng.random(count) < 0.08).astype(int)),
        Column("DLDJ", "C", 2, [f"{g:02d}" for g in range(11)], index=grade),
        Column("SFJBNT", "C", 1, ["1", "2"], index=(rng.random(count) < 0.12).astype(int)),
        Column("DKDZ", "C", 50, vocabulary, index=sides[:, 0]),
        Column("DKXZ", "C", 50, vocabulary, index=sides[:, 1]),
        Column("DKNZ", "C", 50, vocabulary, index=sides[:, 2]),
        Column("DKBZ", "C", 50, vocabulary, index=sides[:, 3]),
        Column("SCMJ", "N", 15, county.measured / 100, 2),
        Column("SCMJM", "N", 15, mu / 100, 2),
        Column("ZJRXM", "C", 100, vocabulary, index=self_index),
        Column("DKBZXX", "C", 254, note, index=np.where(county.land_class == "10", 0, 2)),
        Column("KJZB", "C", 254, ["见界址点图层"], index=np.zeros(count, int)),
    ]
    shapefile.write(folder / f"DK{layout.COUNTY_CODE}{YEAR}", shapefile.rings(land.rings, land.offsets, county.plan.missing), columns, tick)


def neighbour_texts(county):
    """A vocabulary of GBK texts, the index into it per parcel and side (east, west, south, north), and of the holder."""
    land, holders = county.land, county.land.households
    usable = [people.in_gbk(name) for name in holders.name.tolist()]
    fixed = [ROAD_TEXT, CANAL_TEXT, RIDGE_TEXT, *CLASS_TEXT.values()]
    vocabulary = [name if ok else "" for name, ok in zip(holders.name.tolist(), usable)] + fixed
    base = len(holders.name)
    shown = holders.of_parcel.copy()
    shown[~np.array(usable)[holders.of_parcel]] = base + 1
    for offset, kind in enumerate(CLASS_TEXT):
        shown[county.land_class == kind] = base + 3 + offset
    beside = land.beside
    plan = np.where(beside >= 0, shown[np.maximum(beside, 0)], base - 1 - beside)
    turned = land.fields.turned[land.cell]
    sides = np.where(turned[:, None], plan[:, TURN_ORDER[True]], plan[:, TURN_ORDER[False]])
    return vocabulary, sides, np.where(shown < base, shown, base + 2)


def write_zones(folder, county):
    """XJXZQ, XJQY, CJQY and ZJQY as areas that tile the settled land."""
    where, n = county.land.layout, county.names
    cells = shapely.polygons(layout.cell_rings(where.x, where.y))
    villages = _dissolve(cells, where.village, len(n.village_code))
    towns = _dissolve(villages, where.town_of_village, len(n.town_code))
    outline = shapely.simplify(shapely.buffer(shapely.union_all(towns), 600, quad_segs=4), 5)
    for layer, shapes, code, name, codes, texts, feature in (
        ("XJXZQ", [outline], "XZQDM", "XZQMC", [layout.COUNTY_CODE], [layout.COUNTY_NAME], "162010"),
        ("XJQY", towns, "XJQYDM", "XJQYMC", n.town_code, n.town_name, "162020"),
        ("CJQY", villages, "CJQYDM", "CJQYMC", n.village_code, n.village_name, "162030"),
        ("ZJQY", cells, "ZJQYDM", "ZJQYMC", n.group_code, n.group_name, "162040"),
    ):
        width = {"XJXZQ": 6, "XJQY": 9, "CJQY": 12, "ZJQY": 14}[layer]
        columns = [Column("BSM", "N", 10, list(range(1, len(codes) + 1))), Column("YSDM", "C", 6, [feature] * len(codes)),
                   Column(code, "C", width, codes), Column(name, "C", 100, texts)]
        shapefile.write(folder / f"{layer}{layout.COUNTY_CODE}{YEAR}", shapefile.polygons(shapes), columns)
    return cells


def _dissolve(shapes, label, count):
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.arange(count + 1))
    return [shapely.union_all(shapes[order[a:b]] if isinstance(shapes, np.ndarray) else [shapes[i] for i in order[a:b]])
            for a, b in zip(bounds[:-1], bounds[1:])]


def write_irrigation(folder, county, cells):
    """灌区, 渠道, 斗口, 斗口控制范围, 机井, 新开复垦未批, 超采区, 林草地."""
    n, where, outlets = county.names, county.land.layout, county.outlets
    districts = _dissolve(cells, where.district, len(n.district_code))
    for district, cuts in county.cuts.items():
        districts[district] = shapely.difference(districts[district], shapely.union_all(cuts))
    shapefile.write(folder / "灌区", shapefile.polygons(districts), [
        Column("GQDM", "C", 20, n.district_code), Column("GQMC", "C", 50, n.district_name),
        Column("QSXKZH", "C", 50, [f"示例许可{code}" for code in n.district_code]),
    ])
    canals, lateral = water.canals_of(county.land, outlets, n.district_code)
    shapefile.write(folder / "渠道", shapefile.polylines(canals.lines), [
        Column("QDDM", "C", 30, canals.code), Column("QDMC", "C", 50, [_canal_name(code) for code in canals.code]),
        Column("QDJB", "C", 10, [LEVEL_TEXT[level] for level in canals.level]), Column("SJQDDM", "C", 30, canals.parent),
        Column("GQDM", "C", 20, [n.district_code[d] for d in canals.district]),
    ])
    codes = names.outlet_codes(outlets, lateral)
    titles = [f"{code[-4:].lstrip('0')}号斗口" for code in codes]
    shapefile.write(folder / "斗口", shapefile.Shapes(shapefile.POINT, outlets.head), [
        Column("DKOUDM", "C", 30, codes), Column("DKOUMC", "C", 50, titles),
        Column("QDDM", "C", 30, [lateral[i] for i in range(len(codes))]),
        Column("GQDM", "C", 20, [n.district_code[d] for d in where.district[outlets.cell].tolist()]),
    ])
    shapefile.write(folder / "斗口控制范围", shapefile.polygons(outlets.area), [
        Column("DKOUDM", "C", 30, codes), Column("DKOUMC", "C", 50, titles),
    ])
    _write_wells(folder, county)
    _write_other_land(folder, county)


def _canal_name(code):
    kind, number = code[4], code[5:].lstrip("0")
    return {"G": "总干渠", "Z": f"{number}支渠", "D": f"{number}斗渠", "N": f"{number}农渠"}[kind]


def _write_wells(folder, county):
    wells = county.wells
    count = len(wells.xy)
    rng = np.random.default_rng([county.seed, county.land.parcels, 31])
    codes = names.well_codes(count)
    permitted = wells.permitted.tolist()
    volume = limits.well_permits(county, rng.integers(20, 90, count) * 1000)
    shapefile.write(folder / "机井", shapefile.Shapes(shapefile.POINT, wells.xy), [
        Column("JJBH", "C", 30, codes), Column("JJMC", "C", 50, [f"{i + 1}号机井" for i in range(count)]),
        Column("QSXKZH", "C", 50, [f"示例井许{code[2:]}" if ok else "" for code, ok in zip(codes, permitted)]),
        Column("XKSL", "N", 15, [v if ok else None for v, ok in zip(volume.tolist(), permitted)], 2),
        Column("XKYXQZ", "D", 8, [UNTIL if ok else "" for ok in permitted]),
        Column("JJZT", "C", 10, ["关停" if shut else "正常" for shut in wells.closed.tolist()]),
        Column("FWBJ", "N", 10, [None if reach != reach else reach for reach in wells.reach.tolist()], 1),
    ])


def _write_other_land(folder, county):
    n, land = county.names, county.land
    shapes = [shape for _, shape in county.unapproved]
    kinds = [KIND_TEXT[i % 3] for i in range(len(shapes))]
    shapefile.write(folder / "新开复垦未批", shapefile.polygons(shapes), [
        Column("TBBH", "C", 30, [f"XK{i + 1:05d}" for i in range(len(shapes))]), Column("LB", "C", 12, kinds),
        Column("BZ", "C", 254, ["示例图斑"] * len(shapes)),
    ])
    shapefile.write(folder / "超采区", shapefile.polygons([county.overdraft]), [
        Column("CCQDM", "C", 30, ["CC01"]), Column("CCQMC", "C", 50, ["示例地下水超采区"]),
    ])
    forests = [shape for _, shape in county.forests]
    village = [int(land.layout.village[land.cell[p]]) if p >= 0 else i % len(n.village_code)
               for i, (p, _) in enumerate(county.forests)]
    shapefile.write(folder / "林草地", shapefile.polygons(forests), [
        Column("LCDBH", "C", 30, [f"LC{i + 1:05d}" for i in range(len(forests))]),
        Column("MC", "C", 50, ["退耕还林地" if p >= 0 else "农田防护林" for p, _ in county.forests]),
        Column("QLR", "C", 50, [f"{n.village_name[v]}集体" for v in village]),
        Column("MJM", "N", 15, [shape.area * 0.0015 for shape in forests], 2),
        Column("CJQYDM", "C", 12, [n.village_code[v] for v in village]),
    ])
