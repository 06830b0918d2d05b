"""Maps: land prepared once, scales, clusters of a household's parcels, sheets of a crowded village."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from tests.documents import pdf_pages
from wr_plugin.documents import fonts, poster, poster_map
from wr_plugin.documents.certificate_map import clusters
from wr_plugin.documents.content import PosterContent, PosterRow
from wr_plugin.documents.page import A3_LANDSCAPE, Paper
from wr_plugin.documents.parcel_map import SCALES, View, joined, prepare
from wr_plugin.documents.pen import Pen

ORIGIN = (34_370_000.0, 4_310_000.0)


def strips(blocks, per_block, width=20.0, length=120.0):
    """Strip fields in rows of blocks, turned by 15 degrees."""
    shapes = [shapely.box(b % 5 * (per_block * width + 20) + s * width, b // 5 * (length + 15),
                          b % 5 * (per_block * width + 20) + (s + 1) * width, b // 5 * (length + 15) + length)
              for b in range(blocks) for s in range(per_block)]
    turned = shapely.affinity.rotate(shapely.GeometryCollection(shapes), 15, origin=(0, 0))
    return np.array([shapely.affinity.translate(g, *ORIGIN) for g in turned.geoms], dtype=object)


def content_of(count, groups=1, state="right"):
    rows = tuple(PosterRow(i // 4 + 1, f"6207991010010100{i // 4:02d}", f"户{i // 4}", "", i + 1, i,
                           f"62079910100101{i * groups // count + 1:02d}"[:14], f"62079910100101{i:05d}", "地", 450, 450,
                           "地表水", "一斗", 100_000, 0, True, state, "") for i in range(count))
    rows = tuple(replace(r, group_code=f"620799101001{int(r.map_number - 1) * groups // count + 1:02d}") for r in rows)
    return PosterContent("示例县", "示例镇", "示例村", "620799101001", "示例文件", "合同（确权）面积", "2026-07-01", "2026-07-07", 7,
                         "村委会", "", rows, (450 * count, 100_000 * count), (0, 0), (), True)


def test_prepare_finds_the_long_side_and_the_mean_width():
    land = prepare(range(10), strips(1, 10))
    assert land.rooms[:, 0] == pytest.approx(120, abs=0.01)
    assert land.rooms[:, 1] == pytest.approx(20, abs=0.01)
    angle = np.degrees(np.arctan2(land.axes[:, 1], land.axes[:, 0])) % 180
    assert angle == pytest.approx(105, abs=0.01)
    assert all(p.endswith("h") and p.count(" l") == 3 for p in land.paths)


def test_missing_empty_holed_and_multipart_shapes_are_taken():
    holed = shapely.box(0, 0, 100, 100).difference(shapely.box(40, 40, 60, 60))
    multi = shapely.MultiPolygon([shapely.box(200, 0, 210, 10), shapely.box(220, 0, 230, 10)])
    land = prepare(range(4), np.array([None, shapely.Polygon(), holed, multi], dtype=object))
    assert land.paths[0] == land.paths[1] == "" and land.paths[2].count("h") == 2 and land.paths[3].count("m ") == 2
    assert land.extent([2, 3]) == (0, 0, 230, 100) and land.extent([0]) is None
    assert not holed.contains(shapely.Point(50, 50)) and holed.covers(shapely.Point(*land.centres[2]))


def test_numbers_of_equal_shapes_stand_side_by_side_and_not_over_one_another():
    shapes = strips(1, 3)
    shapes[2] = shapely.Polygon(shapes[0].exterior.coords[::-1])
    land = prepare(range(4), np.append(shapes, [None]))
    assert joined(land, {0: "1", 1: "2", 2: "3", 3: "4"}) == {0: "1、3", 1: "2", 3: "4"}


def test_views_use_round_scales_and_hold_their_box():
    for size in (30, 333, 4_800, 61_000):
        view = View((0, 0, 400, 300), (0, 0, size, size / 2))
        assert view.scale in SCALES
        (x1, y1), (x2, y2) = view.at([(0, 0), (size, size / 2)])
        assert 0 <= x1 < x2 <= 400 and 0 <= y1 < y2 <= 300
        assert (x2 - x1) * 0.0254 / 72 * view.scale == pytest.approx(size, rel=1e-6)


def test_parcels_side_by_side_share_a_map_and_distant_ones_do_not():
    land = prepare(range(60), strips(6, 10))
    assert clusters(land, [0, 1, 2]) == [[0, 1, 2]]
    groups = clusters(land, [0, 49, 1])
    assert sorted(map(sorted, groups)) == [[0, 1], [49]]


def test_a_small_village_is_one_sheet_and_a_crowded_one_is_cut_by_group():
    small = prepare(range(60), strips(6, 10))
    assert [s.title for s in poster_map.plan_sheets(content_of(60), small)] == ["全村"]
    crowded = prepare(range(1500), strips(75, 20))
    sheets = poster_map.plan_sheets(content_of(1500, groups=4), crowded)
    assert len(sheets) >= 4
    covered = np.concatenate([s.positions for s in sheets])
    assert sorted(covered.tolist()) == list(range(1500)), "each parcel on exactly one sheet of its own"
    for sheet in sheets:
        assert poster_map._readable(crowded, sheet.positions, sheet.view)
        box = crowded.extent(sheet.positions)
        assert sheet.view.box[0] <= box[0] and sheet.view.box[3] >= box[3]


def test_every_number_is_on_some_sheet(tmp_path, monkeypatch):
    written, real = set(), Pen.text

    def noted(pen, x, y, text, *args, **more):
        written.add(text)
        real(pen, x, y, text, *args, **more)

    land = prepare(range(600), strips(30, 20))
    content = content_of(600, groups=3)
    path = tmp_path / "图.pdf"
    paper = Paper(path, A3_LANDSCAPE, "图", fonts.find(), ("示例数据",))
    sheets = poster_map.plan_sheets(content, land)
    monkeypatch.setattr(Pen, "text", noted)
    poster_map.draw_sheets(paper, content, land, sheets, 1, len(sheets))
    assert {str(i) for i in range(1, 601)} <= written
    monkeypatch.undo()
    poster.draw(paper, content, land)
    paper.save()
    assert paper.pages == 2 * len(sheets) + 1 - (-601 // poster.ROWS)
    total = paper.pages - len(sheets)
    assert f"第{total}页共{total}页" in pdf_pages.texts(path)[-1]


def test_a_village_without_shapes_still_gets_its_table(tmp_path):
    paper = Paper(tmp_path / "无图.pdf", A3_LANDSCAPE, "无图", fonts.find())
    poster.draw(paper, content_of(5), None)
    paper.save()
    assert paper.pages == 2
