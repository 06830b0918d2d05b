"""Filling an R*tree of the work file: packed node by node when it is empty, row by row when it holds rows already.

Packing writes the module's three shadow tables (``_node``, ``_rowid``, ``_parent``) as SQLite documents them in
rtree.c: a node is a big-endian depth (root only), a cell count and cells of an 8-byte id and four 4-byte floats.
It is some eight times faster than inserting a million rows through the virtual table.
"""

import numpy as np

from . import records

CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])
NODE_HEADER = 4
PAGE_REST, MOST_CELLS = 64, 51
"""SQLite makes a node so much smaller than a page, and gives it no more cells."""
FINE_BITS = 32


def fill(connection, name, ids, bounds):
    """Adds boxes to the R*tree ``name``.

    ``ids``: (n,) int64, unique; ``bounds``: (n, 4) float64 as shapely gives them, minx, miny, maxx, maxy, no NaN.
    """
    if not len(ids):
        return
    held = connection.execute(f"SELECT 1 FROM {name}_rowid LIMIT 1").fetchone()  # nosec B608: caller's checked name
    if held:
        boxes = np.asarray(bounds, dtype=np.float64)
        rows = zip(np.asarray(ids).tolist(), *(boxes[:, i].tolist() for i in (0, 2, 1, 3)))
        connection.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?)", rows)  # nosec B608
        return
    size = len(connection.execute(f"SELECT data FROM {name}_node WHERE nodeno = 1").fetchone()[0])  # nosec B608
    connection.execute(f"DELETE FROM {name}_node")  # nosec B608
    (nodes, blobs), *links = packed(ids, bounds, size)
    connection.executemany(f"INSERT INTO {name}_node VALUES (?, ?)", zip(nodes.tolist(), map(bytes, blobs)))  # nosec B608
    for table, (keys, numbers) in zip(("rowid", "parent"), links):
        connection.executemany(f"INSERT INTO {name}_{table} VALUES (?, ?)", zip(keys.tolist(), numbers.tolist()))  # nosec B608


def fill_pages(pages, name, tables):
    """As ``fill``, an empty R*tree of a new file. ``pages``: ``TablePages``; ``tables``: ``packed`` with ``node_size``."""
    (nodes, blobs), *links = tables
    of_blobs = records.blobs(blobs.ravel(), np.arange(len(blobs) + 1) * blobs.shape[1])
    pages.fill(f"{name}_node", [(nodes, [records.null(len(nodes)), of_blobs])])
    for table, (keys, numbers) in zip(("rowid", "parent"), links):
        pages.fill(f"{name}_{table}", [(keys, [records.null(len(keys)), records.integers(numbers)])])


def node_size(page_size):
    """How large SQLite makes the nodes of an R*tree with two dimensions."""
    return min(page_size - PAGE_REST, NODE_HEADER + MOST_CELLS * CELL.itemsize)


def _outward(boxes):
    """minx, maxx, miny, maxy as float32 that enclose the float64 boxes."""
    out = boxes.astype(np.float32)
    for column, direction in ((0, -np.inf), (1, np.inf), (2, -np.inf), (3, np.inf)):
        inside = out[:, column] > boxes[:, column] if direction < 0 else out[:, column] < boxes[:, column]
        out[inside, column] = np.nextafter(out[inside, column], np.float32(direction))
    return out


def packed(ids, bounds, node_size):
    """Sort-tile-recursive packing: leaves hold neighbouring boxes, upper levels hold runs of nodes.

    Returns the three tables: (node numbers, (nodes, node_size) uint8), (ids, node of each), (nodes, the one above each),
    all in order of their first column.
    """
    ids, boxes = np.asarray(ids, dtype=np.int64), _outward(np.asarray(bounds, dtype=np.float64)[:, (0, 2, 1, 3)])
    capacity = (node_size - NODE_HEADER) // CELL.itemsize
    order = _tiles(boxes, capacity)
    levels = [(ids[order], boxes[order])]
    while len(levels[-1][0]) > capacity:
        below = levels[-1][1]
        starts = np.arange(0, len(below), capacity)
        levels.append((np.arange(len(starts)), np.column_stack(
            [side.reduceat(below[:, n], starts) for n, side in enumerate((np.minimum, np.maximum) * 2)])))
    nodes = [-(-len(level) // capacity) for level, _ in levels]
    first = [1 + sum(nodes[depth + 1:]) for depth in range(len(levels))]
    blobs, above = [], []
    for depth, (children, level_boxes) in enumerate(levels):
        child_ids = children if depth == 0 else children + first[depth - 1]
        root_depth = len(levels) - 1 if depth == len(levels) - 1 else 0
        blobs.append(_nodes(child_ids, level_boxes, nodes[depth], capacity, node_size, root_depth))
        above.append((child_ids, first[depth] + np.arange(len(children)) // capacity))
    # upper levels have the lower numbers
    parents = [np.concatenate([np.empty(0, dtype=np.int64), *columns]) for columns in zip(*above[:0:-1])] or [ids[:0]] * 2
    owner, by_id = np.empty(len(ids), dtype=np.int64), np.argsort(ids, kind="stable")
    owner[order] = above[0][1]
    return (np.arange(1, sum(nodes) + 1), np.concatenate(blobs[::-1])), (ids[by_id], owner[by_id]), parents


def _tiles(boxes, capacity):
    """The order in which boxes fill leaves: vertical strips of whole leaves, bottom to top within a strip."""
    count = len(boxes)
    x, y = _fine(boxes[:, 0] / 2 + boxes[:, 1] / 2), _fine(boxes[:, 2] / 2 + boxes[:, 3] / 2)
    per_strip = int(np.ceil(np.sqrt(count / capacity))) * capacity
    strip = np.empty(count, dtype=np.int64)
    strip[np.argsort(x)] = np.arange(count) // per_strip
    return np.argsort((strip << FINE_BITS) + y)


def _fine(values):
    """(n,) whole numbers in the order of the values, equal ones for what is very close."""
    values = values.astype(np.float64)
    low = float(values.min())
    return ((values - low) * (((1 << FINE_BITS) - 1) / max(float(values.max()) - low, 1e-9))).astype(np.int64)


def _nodes(ids, boxes, nodes, capacity, node_size, depth):
    """(nodes, node_size) uint8: the nodes of one level."""
    cells = np.zeros(nodes * capacity, dtype=CELL)
    cells["id"][:len(ids)], cells["box"][:len(ids)] = ids, boxes
    counts = np.full(nodes, capacity)
    counts[-1] = len(ids) - capacity * (nodes - 1)
    page = np.zeros((nodes, node_size), dtype=np.uint8)
    page[:, 0:2] = np.frombuffer(np.array([depth], dtype=">u2").tobytes(), dtype=np.uint8)
    page[:, 2:4] = counts.astype(">u2").view(np.uint8).reshape(nodes, 2)
    used = capacity * CELL.itemsize
    page[:, NODE_HEADER:NODE_HEADER + used] = cells.view(np.uint8).reshape(nodes, used)
    return page
