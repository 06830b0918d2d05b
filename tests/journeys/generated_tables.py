"""People, registry, quotas, caps and a policy for land that has none, and the test-drawn layers, as files."""

import copy

import geopandas
import openpyxl
import yaml

from tests.village import POLICY

CROPS, METHODS = ("玉米", "小麦", "水稻"), ("畦灌", "滴灌")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉建国红梅文斌志海永福德云山春生喜来"
WORDS = {"surface": "地表水", "ground": "地下水", "normal": "正常", "closed": "关停", "district": "灌区", "county": "县"}


def person(chance):
    """A made-up name of two or three characters."""
    return chance.choice(SURNAMES) + "".join(chance.choice(GIVEN) for _ in range(chance.randint(1, 2)))


def policy(**changes):
    """A whole policy with demo values; settings changed by their path."""
    mapping = copy.deepcopy(POLICY)
    for path, value in changes.items():
        *sections, name = path.split(".")
        target = mapping
        for section in sections:
            target = target[section]
        target[name] = value
    return mapping


def write(land):
    """All generated files of a package, under the names of a hand-over package."""
    _sheet(land, "CBF.xlsx", ("CBFBM", "CBFLX", "CBFMC", "CBFZJLX", "CBFZJHM", "CBFDZ"), (
        (code, "1", name, "9", f"示例{code[-8:]}", "示例地址") for code, name in land.holders.items()))
    _sheet(land, "CBDKXX.xlsx", ("DKBM", "FBFBM", "CBFBM", "CBJYQQDFS", "HTMJ", "CBHTBM", "CBJYQZBM", "SFQQQG"), (
        (code, holder[:14], holder, "110", m2_100 / 100, holder + "J", holder + "J", "2")
        for code, holder, m2_100 in land.links))
    villages = {code: name for code, name, _ in land.villages}
    _sheet(land, "二轮延包地名录.xlsx", ("序号", "村", "承包方姓名", "承包方编码", "地块编码", "合同面积（亩）", "作物", "灌溉方式"), (
        (n, villages[holder[:12]], land.holders.get(holder), holder, code, mu_100 / 100, crop, method)
        for n, (code, holder, mu_100, crop, method) in enumerate(land.registry, 1)))
    _sheet(land, "权属单位代码表.xlsx", ("权属单位代码", "权属单位名称"), (
        (land.county, land.policy["county"]), (f"{land.county}001", "示例镇"), *villages.items()))
    _sheet(land, "灌溉定额表.xlsx", ("作物", "灌区代码", "水源", "灌溉方式", "定额（m³/亩）", "渠系水利用系数", "田间水利用系数", "定额断面",
                                "灌溉保证率", "定额等级", "定额版本", "页码", "示例"), (
        (crop, district, WORDS[source], method, float(quota), canal, on_field, "田间", "50%", "先进值", "示例", "1", "是")
        for crop, district, source, method, quota, canal, on_field in land.quotas))
    _sheet(land, "用水总量指标表.xlsx", ("层级", "代码", "名称", "水源", "指标水量（m³）", "依据", "示例"), (
        (WORDS[level], code, name, WORDS[source], float(cap), "示例", "是")
        for level, code, name, source, cap in land.caps))
    (land.package / "政策.yaml").write_text(yaml.safe_dump(land.policy, allow_unicode=True, sort_keys=False),
                                          encoding="utf-8")


def layer(land, name, rows, epsg):
    """A test-drawn layer as ``<name>.gpkg``; ``rows``: dicts with a ``geometry``."""
    geopandas.GeoDataFrame(rows, crs=epsg).to_file(land.package / f"{name}.gpkg", layer=name, driver="GPKG")


def _sheet(land, name, header, rows):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    book.save(land.package / name)
