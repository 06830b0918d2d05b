"""Pairs of overlapping boxes without a search tree: boxes lie in horizontal strips, sorted from left to right.

Of two boxes that overlap, the left side of one lies within the other's extent. So each box looks along its strip up to
its own right side. A pair that meets in several strips counts in the one where the upper of the two bottoms lies.
"""

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from .chunks import MOST_THREADS, silent

CANDIDATES = 1 << 16
"""Pairs looked at together."""
KEY_BITS = 36
MOST_STRIPS = 1 << 20


class _Strips:
    """Boxes entered in every strip they touch, sorted by strip, then by left side.

    ``row``: (e,) which box; ``key``: (e,) sort key of its left side; ``left``, ``bottom``, ``right``, ``top``: (e,).
    """

    def __init__(self, grid, bounds, rows):
        low, high = grid.strip(bounds[rows, 1]), grid.strip(bounds[rows, 3])
        times = high - low + 1
        row = np.repeat(rows, times)
        strip = np.repeat(low, times) + np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
        key = grid.key(strip, bounds[row, 0])
        order = np.argsort(key)
        self.row, self.key, self.strip = row[order], key[order], strip[order]
        self.left, self.bottom, self.right, self.top = (bounds[:, side][self.row] for side in range(4))


class _Grid:
    """The strips' place and height, from all boxes that take part."""

    def __init__(self, *columns):
        low = np.min([bounds[rows, :2].min(axis=0) for bounds, rows in columns], axis=0)
        high = np.max([bounds[rows, 2:].max(axis=0) for bounds, rows in columns], axis=0)
        tall = max(float((bounds[rows, 3] - bounds[rows, 1]).mean()) for bounds, rows in columns)
        self.low, self.height = low, max(tall, (high[1] - low[1]) / MOST_STRIPS, 1e-9)
        self.scale = ((1 << KEY_BITS) - 2) / max(high[0] - low[0], 1e-9)

    def strip(self, y):
        return ((y - self.low[1]) / self.height).astype(np.int64)

    def key(self, strip, x):
        """Whole numbers that sort by strip, then by x; equal ones may differ in x by rounding."""
        return (strip << KEY_BITS) + ((x - self.low[0]) * self.scale).astype(np.int64)


def each_pair(function, bounds, others=None, report=silent):
    """Calls ``function(i, j)`` with (k,) rows of boxes whose areas overlap, some ten thousand at once, in a thread pool.

    ``bounds``, ``others``: (n, 4), (m, 4) xmin, ymin, xmax, ymax, NaN for none. Without ``others`` every pair of
    ``bounds`` comes once, i < j. Boxes that only touch, or have no area, count as overlapping. Returns the results in
    the order of the strips.
    """
    own = np.flatnonzero(~np.isnan(bounds[:, 0]))
    foreign = own if others is None else np.flatnonzero(~np.isnan(others[:, 0]))
    if not len(own) or not len(foreign):
        report(1, 1)
        return []
    grid = _Grid((bounds, own)) if others is None else _Grid((bounds, own), (others, foreign))
    here = _Strips(grid, bounds, own)
    if others is None:
        jobs = _jobs(grid, here, here, own=True)
    else:
        there = _Strips(grid, others, foreign)
        jobs = _jobs(grid, here, there) + _jobs(grid, there, here, swapped=True)
    return _run(function, grid, jobs, report)


def _jobs(grid, seekers, sought, own=False, swapped=False):
    """(seekers, sought, first, last, begin (e,), number (e,), swapped): slices of seekers with their ranges of sought."""
    end = np.searchsorted(sought.key, grid.key(seekers.strip, seekers.right), side="right")
    if own:
        begin = np.arange(1, len(seekers.key) + 1)
    else:
        # a left side equal to the seeker's is found from one side only
        begin = np.searchsorted(sought.key, seekers.key, side="right" if swapped else "left")
    number = np.maximum(end - begin, 0)
    total = np.cumsum(number)
    cuts = np.searchsorted(total, np.arange(CANDIDATES, (total[-1] if len(total) else 0) + CANDIDATES, CANDIDATES))
    cuts = np.unique(np.concatenate(([0], np.minimum(cuts + 1, len(number)), [len(number)])))
    return [(seekers, sought, first, last, begin, number, swapped) for first, last in zip(cuts[:-1], cuts[1:])]


def _run(function, grid, jobs, report):
    results, waiting = [], deque()
    pool = ThreadPoolExecutor(max_workers=min(MOST_THREADS, os.cpu_count() or 1))
    try:
        for job in jobs:
            waiting.append(pool.submit(lambda job=job: function(*_overlapping(grid, *job))))
            if len(waiting) > 2 * MOST_THREADS:
                results.append(waiting.popleft().result())
                report(len(results), len(jobs))
        while waiting:
            results.append(waiting.popleft().result())
            report(len(results), len(jobs))
        return results
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _overlapping(grid, seekers, sought, first, last, begin, number, swapped):
    number = number[first:last]
    a = np.repeat(np.arange(first, last), number)
    b = np.arange(len(a)) + np.repeat(begin[first:last] - (np.cumsum(number) - number), number)
    bottom = np.maximum(seekers.bottom[a], sought.bottom[b])
    met = bottom <= np.minimum(seekers.top[a], sought.top[b])
    met &= grid.strip(bottom) == seekers.strip[a]
    i, j = seekers.row[a[met]], sought.row[b[met]]
    if seekers is sought:
        return np.minimum(i, j), np.maximum(i, j)
    return (j, i) if swapped else (i, j)
