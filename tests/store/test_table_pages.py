"""Tables that are written as pages hold what SQLite reads, and take its later edits."""

import shutil
import sqlite3

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from wr_plugin.store import new_layer, records
from wr_plugin.store.table_pages import TablePages


def new_file(path, statement="CREATE TABLE t (fid INTEGER PRIMARY KEY, a INTEGER, b TEXT, c REAL, d BLOB)", page_size=4096):
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA page_size = {page_size}")
    connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def joined(values):
    """(bytes, offsets, missing) of a list of bytes and None."""
    data = b"".join(v or b"" for v in values)
    offsets = np.cumsum([0, *(len(v or b"") for v in values)])
    return np.frombuffer(data, dtype=np.uint8), offsets, np.array([v is None for v in values], dtype=bool)


def columns_of(rows):
    """The columns of rows (id, integer, text, real, bytes)."""
    ids, numbers, words, reals, blobs = zip(*rows)
    missing = np.array([n is None for n in numbers])
    return np.array(ids, dtype=np.int64), [
        records.null(len(rows)), records.integers(np.array([n or 0 for n in numbers], dtype=np.int64), missing),
        records.texts(*joined([None if w is None else w.encode() for w in words])),
        records.reals(np.array([np.nan if r is None else r for r in reals])), records.blobs(*joined(blobs))]


def written(path, *batches):
    with TablePages(path) as pages:
        pages.fill("t", batches)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return connection


INTEGERS = st.none() | st.integers(-2 ** 63, 2 ** 63 - 1) | st.integers(-300, 300)
SIZES = st.integers(0, 300) | st.integers(3900, 4200) | st.integers(8000, 20_000)
ROW = st.tuples(INTEGERS, st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80),
                st.none() | st.floats(allow_nan=False), st.none() | SIZES.map(lambda n: bytes(n % 251 for n in range(n))))


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=40), st.integers(0, 2 ** 40), st.sampled_from([512, 1024, 4096, 65536]))
def test_sqlite_reads_what_was_written(tmp_path_factory, rows, first, page_size):
    path = tmp_path_factory.mktemp("pages") / "t.db"
    rows = [(first + 3 * n, *row) for n, row in enumerate(rows)]
    connection = written(new_file(path, page_size=page_size), columns_of(rows))
    assert connection.execute("SELECT * FROM t").fetchall() == rows
    assert connection.execute("SELECT * FROM t WHERE fid = ?", (rows[-1][0],)).fetchall() == rows[-1:]
    connection.close()
    shutil.rmtree(path.parent)


def test_a_table_of_many_pages_in_batches_takes_later_edits(tmp_path):
    """40,000 rows of 1 to 300 bytes in three batches, a few of them longer than a page."""
    random = np.random.default_rng(5)
    size = np.where(random.random(40_000) < 0.005, 9_000, random.integers(1, 300, 40_000))
    rows = [(n + 1, n, f"地块{n % 977}", n / 7, bytes([n % 256]) * int(size[n])) for n in range(40_000)]
    connection = written(new_file(tmp_path / "t.db"), *(columns_of(rows[a:b]) for a, b in ((0, 5), (5, 30_000), (30_000, 40_000))))
    assert connection.execute("SELECT * FROM t").fetchall() == rows
    connection.execute("CREATE INDEX ix ON t (b)")
    connection.execute("DELETE FROM t WHERE fid % 3 = 0")
    connection.execute("UPDATE t SET d = zeroblob(6000) WHERE fid % 500 = 1")
    connection.execute("INSERT INTO t VALUES (NULL, 1, 'neu', 2.5, NULL)")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("SELECT max(fid), count(*) FROM t").fetchone() == (40_001, 40_000 - 13_333 + 1)
    connection.close()


def test_rows_go_on_behind_the_page_that_sqlite_locks(tmp_path):
    """At 1 GiB SQLite leaves a page out. The file is sparse: it takes no room on the disk."""
    path = new_file(tmp_path / "t.db")
    rows = [(n, n, "x", 0.5, bytes(3_000)) for n in range(200)]
    with TablePages(path) as pages:
        begin, pages.count = pages.count, (1 << 30) // 4096 - 100
        pages.fill("t", [columns_of(rows)])
        assert pages.count > (1 << 30) // 4096 + 90
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT * FROM t").fetchall() == rows
    # the pages left out on purpose are all that is amiss: neither a row nor the locked page is
    lines = [line for text, in connection.execute("PRAGMA integrity_check(5)") for line in text.splitlines()]
    amiss = [line for line in lines if not line.startswith("***")]
    assert amiss == [f"Page {begin + n}{said} never used" for n in range(1, 6) for said in (":", " is") if f"{said} " in amiss[0]]
    connection.close()


def test_chosen_rows_of_a_column_and_columns_of_one_short_value(tmp_path):
    names = records.texts(*joined(["甲村".encode(), "乙".encode()]))
    path = new_file(tmp_path / "t.db", "CREATE TABLE t (fid INTEGER PRIMARY KEY, a TEXT, b INTEGER)")
    chosen = names.chosen(np.array([1, -1, 0, 0]))
    connection = written(path, (np.arange(4), [records.null(4), chosen, records.integers(np.array([0, 1, -128, 127]))]))
    assert connection.execute("SELECT * FROM t").fetchall() == [(0, "乙", 0), (1, None, 1), (2, "甲村", -128), (3, "甲村", 127)]
    assert connection.execute("SELECT typeof(a), typeof(b) FROM t").fetchall()[1] == ("null", "integer")
    connection.close()


def test_what_cannot_be_filled_is_refused(tmp_path):
    full = new_file(tmp_path / "full.db")
    connection = sqlite3.connect(full)
    connection.executemany("INSERT INTO t VALUES (?, 1, 'x', 1, zeroblob(900))", [(n,) for n in range(50)])
    connection.commit()
    with TablePages(full) as pages, pytest.raises(ValueError, match="已有许多行"):
        pages.fill("t", [columns_of([(1, 1, "x", 1.0, b"")])])
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (50,)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("DELETE FROM t")
    with pytest.raises(ValueError, match="正在使用"):
        TablePages(full)
    connection.close()
    with TablePages(new_file(tmp_path / "t.db")) as pages, pytest.raises(ValueError, match="行号须递增"):
        pages.fill("t", [columns_of([(2, 1, "x", 1.0, b"")]), columns_of([(1, 1, "x", 1.0, b"")])])


def test_a_layer_of_pages_is_one_for_gdal(tmp_path):
    """Shapes, their index and the count, as GDAL and with it QGIS reads them."""
    geopandas, pyogrio = pytest.importorskip("geopandas"), pytest.importorskip("pyogrio")
    path, count = tmp_path / "land.gpkg", 3_000
    empty = geopandas.GeoDataFrame({"code": np.array([], dtype=object)}, geometry=[], crs="EPSG:4543")
    pyogrio.write_dataframe(empty, path, layer="land", geometry_type="Polygon", layer_options={"SPATIAL_INDEX": "NO"})
    west, south = 500_000 + np.arange(count) % 60 * 20.0, 4_000_000 + np.arange(count) // 60 * 30.0
    land = shapely.box(west, south, west + 18, south + 25)
    bounds = shapely.bounds(land)
    codes = [f"6207{n:05d}".encode() for n in range(count)]
    wkb, offsets, _ = joined(list(shapely.to_wkb(land, byte_order=1)))
    new_layer.fill(path, "land", bounds, [(wkb[:offsets[900]], offsets[:901]), (wkb[offsets[900]:], offsets[900:] - offsets[900])],
                   [records.texts(*joined(codes))])
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("SELECT rtreecheck('rtree_land_geom')").fetchone() == ("ok",)
    connection.close()
    assert pyogrio.read_info(path)["features"] == count
    assert tuple(pyogrio.read_info(path)["total_bounds"]) == (500_000, 4_000_000, 501_198, 4_001_495)
    read = pyogrio.read_dataframe(path)
    assert list(read["code"]) == [code.decode() for code in codes] and shapely.equals_exact(read.geometry.array, land).all()
    assert pyogrio.read_dataframe(path, bbox=(500_021, 4_000_001, 500_030, 4_000_010))["code"].tolist() == ["620700001"]
