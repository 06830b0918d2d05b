"""The packed R*tree is a valid R*tree and finds what a plain scan finds."""

import sqlite3

import numpy as np
import pytest

from wr_plugin.store import rtree


def boxes(count, seed=7):
    random = np.random.default_rng(seed)
    low = random.uniform((34_500_000, 4_290_000), (34_510_000, 4_300_000), (count, 2))
    return np.hstack([low, low + random.uniform(0, 60, (count, 2))])


@pytest.mark.parametrize("count", [1, 50, 51, 52, 2_601, 2_602, 20_000])
def test_packed_tree_is_valid_and_finds_what_a_scan_finds(count):
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE VIRTUAL TABLE t USING rtree (id, minx, maxx, miny, maxy)")
    bounds, ids = boxes(count), np.arange(count) * 3 + 5
    rtree.fill(connection, "t", ids, bounds)
    assert connection.execute("SELECT rtreecheck('t')").fetchone()[0] == "ok"
    for x, y in boxes(20, seed=1)[:, :2]:
        found = {r[0] for r in connection.execute(
            "SELECT id FROM t WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?", (x, x + 500, y, y + 500))}
        hit = (bounds[:, 2] >= x) & (bounds[:, 0] <= x + 500) & (bounds[:, 3] >= y) & (bounds[:, 1] <= y + 500)
        assert set(ids[hit].tolist()) <= found
        outside = (bounds[:, 2] < x - 10) | (bounds[:, 0] > x + 510) | (bounds[:, 3] < y - 10) | (bounds[:, 1] > y + 510)
        assert not found & set(ids[outside].tolist())


def test_a_packed_tree_takes_later_rows_and_edits():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE VIRTUAL TABLE t USING rtree (id, minx, maxx, miny, maxy)")
    bounds = boxes(5_000)
    rtree.fill(connection, "t", np.arange(4_000), bounds[:4_000])
    rtree.fill(connection, "t", np.arange(4_000, 5_000), bounds[4_000:])
    connection.execute("DELETE FROM t WHERE id % 7 = 0")
    assert connection.execute("SELECT rtreecheck('t')").fetchone()[0] == "ok"
    assert connection.execute("SELECT count(*) FROM t").fetchone()[0] == len([i for i in range(5_000) if i % 7])
