"""Filling an R*tree of the work file: packed node by node when it is empty, row by row when it holds rows already.

Packing writes the module's three shadow tables (``_node``, ``_rowid``, ``_parent``) as SQLite documents them in
rtree.c: a node is a big-endian depth (root only), a cell count and cells of an 8-byte id and four 4-byte floats.
It is some eight times faster than inserting a million rows through the virtual table.
"""

import numpy as np

CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])
NODE_HEADER = 4


def fill(connection, name, ids, bounds):
    """Adds boxes to the R*tree ``name``.

    ``ids``: (n,) int64, unique; ``bounds``: (n, 4) float64 as shapely gives them, minx, miny, maxx, maxy, no NaN.
    """
    if not len(ids):
        return
    boxes = np.asarray(bounds, dtype=np.float64)[:, (0, 2, 1, 3)]
    held = connection.execute(f"SELECT 1 FROM {name}_rowid LIMIT 1").fetchone()  # nosec B608: caller's checked name
    if held:
        rows = zip(np.asarray(ids).tolist(), *(boxes[:, i].tolist() for i in range(4)))
        connection.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?)", rows)  # nosec B608
    else:
        _pack(connection, name, np.asarray(ids, dtype=np.int64), _outward(boxes))


def _outward(boxes):
    """minx, maxx, miny, maxy as float32 that enclose the float64 boxes."""
    out = boxes.astype(np.float32)
    for column, direction in ((0, -np.inf), (1, np.inf), (2, -np.inf), (3, np.inf)):
        inside = out[:, column] > boxes[:, column] if direction < 0 else out[:, column] < boxes[:, column]
        out[inside, column] = np.nextafter(out[inside, column], np.float32(direction))
    return out


def _pack(connection, name, ids, boxes):
    """Sort-tile-recursive packing: leaves hold neighbouring boxes, upper levels hold runs of nodes."""
    node_size = len(connection.execute(f"SELECT data FROM {name}_node WHERE nodeno = 1").fetchone()[0])  # nosec B608
    capacity = (node_size - NODE_HEADER) // CELL.itemsize
    order = _tiles(boxes, capacity)
    levels = [(ids[order], boxes[order])]
    while len(levels[-1][0]) > capacity:
        boxes_below = levels[-1][1]
        starts = np.arange(0, len(boxes_below), capacity)
        parents = np.column_stack([
            np.minimum.reduceat(boxes_below[:, 0], starts), np.maximum.reduceat(boxes_below[:, 1], starts),
            np.minimum.reduceat(boxes_below[:, 2], starts), np.maximum.reduceat(boxes_below[:, 3], starts)])
        levels.append((np.arange(len(starts)), parents))
    nodes = [-(-len(level[0]) // capacity) for level in levels]
    first = [1 + sum(nodes[depth + 1:]) for depth in range(len(levels))]
    connection.execute(f"DELETE FROM {name}_node")  # nosec B608
    for depth, (children, level_boxes) in enumerate(levels):
        child_ids = children if depth == 0 else children + first[depth - 1]
        numbers = first[depth] + np.arange(nodes[depth])
        root_depth = len(levels) - 1 if depth == len(levels) - 1 else 0
        blobs = _node_blobs(child_ids, level_boxes, nodes[depth], capacity, node_size, root_depth)
        connection.executemany(f"INSERT INTO {name}_node VALUES (?, ?)", zip(numbers.tolist(), blobs))  # nosec B608
        owners = np.repeat(numbers, capacity)[:len(child_ids)]
        table = f"{name}_rowid (rowid, nodeno)" if depth == 0 else f"{name}_parent (nodeno, parentnode)"
        by_id = np.argsort(child_ids, kind="stable")
        connection.executemany(f"INSERT INTO {table} VALUES (?, ?)",  # nosec B608
                               zip(child_ids[by_id].tolist(), owners[by_id].tolist()))


def _tiles(boxes, capacity):
    """The order in which boxes fill leaves: vertical strips of whole leaves, bottom to top within a strip."""
    count = len(boxes)
    middle_x, middle_y = boxes[:, 0] / 2 + boxes[:, 1] / 2, boxes[:, 2] / 2 + boxes[:, 3] / 2
    per_strip = int(np.ceil(np.sqrt(count / capacity))) * capacity
    strip = np.empty(count, dtype=np.int64)
    strip[np.argsort(middle_x, kind="stable")] = np.arange(count) // per_strip
    return np.lexsort((middle_y, strip))


def _node_blobs(ids, boxes, nodes, capacity, node_size, depth):
    """The blobs of one level's nodes, each ``node_size`` bytes."""
    cells = np.zeros(nodes * capacity, dtype=CELL)
    cells["id"][:len(ids)], cells["box"][:len(ids)] = ids, boxes
    counts = np.full(nodes, capacity)
    counts[-1] = len(ids) - capacity * (nodes - 1)
    page = np.zeros((nodes, node_size), dtype=np.uint8)
    page[:, 0:2] = np.frombuffer(np.array([depth], dtype=">u2").tobytes(), dtype=np.uint8)
    page[:, 2:4] = counts.astype(">u2").view(np.uint8).reshape(nodes, 2)
    used = capacity * CELL.itemsize
    page[:, NODE_HEADER:NODE_HEADER + used] = cells.view(np.uint8).reshape(nodes, used)
    data = page.tobytes()
    return (data[i * node_size:(i + 1) * node_size] for i in range(nodes))
