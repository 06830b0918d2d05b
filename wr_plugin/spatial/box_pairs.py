"""Pairs of overlapping boxes without a search tree: boxes lie in horizontal strips, sorted from left to right.

Of two boxes that overlap, the left side of one lies within the other's extent. So each box looks along its strip up to
its own right side. A pair that meets in several strips counts in the one where the upper of the two bottoms lies.
"""

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np

from .chunks import MOST_THREADS, silent

CANDIDATES = 1 << 16
"""Pairs looked at together."""
KEY_BITS = 36
MOST_STRIPS = 1 << 20


class Boxes:
    """(n, 4) ``bounds``: xmin, ymin, xmax, ymax, NaN for none. Sorted once, however often pairs are looked for."""

    def __init__(self, bounds):
        self.bounds = bounds
        self.rows = np.flatnonzero(~np.isnan(bounds[:, 0]))

    @cached_property
    def grid(self):
        return _Grid(self.bounds[self.rows])

    @cached_property
    def strips(self):
        return _Strips(self.grid, self.bounds, self.rows)


class _Grid:
    """Strips as high as the boxes are on average, over all that the boxes cover."""

    def __init__(self, bounds):
        self.low, self.high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
        tall = float((bounds[:, 3] - bounds[:, 1]).mean())
        self.height = max(tall, (self.high[1] - self.low[1]) / MOST_STRIPS, 1e-9)
        self.scale = ((1 << KEY_BITS) - 2) / max(self.high[0] - self.low[0], 1e-9)

    def strip(self, y):
        return ((y - self.low[1]) / self.height).astype(np.int64)

    def key(self, strip, x):
        """Whole numbers that sort by strip, then by x; equal ones may differ in x by rounding."""
        return (strip << KEY_BITS) + ((x - self.low[0]) * self.scale).astype(np.int64)


class _Strips:
    """Boxes entered in every strip they touch, sorted by strip, then by left side.

    ``row``: (e,) which box; ``key``, ``end``: (e,) sort keys of its left and right side; ``bottom``, ``top``: (e,).
    """

    def __init__(self, grid, bounds, rows):
        low, high = grid.strip(bounds[rows, 1]), grid.strip(bounds[rows, 3])
        times = high - low + 1
        row = np.repeat(rows, times)
        strip = np.repeat(low, times) + np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
        key = grid.key(strip, bounds[row, 0])
        order = np.argsort(key)
        self.row, self.key = row[order], key[order]
        self.bottom, self.top = bounds[:, 1][self.row], bounds[:, 3][self.row]
        self.end = grid.key(self.key >> KEY_BITS, bounds[:, 2][self.row])


def each_pair(function, boxes, others=None, report=silent):
    """Calls ``function(i, j)`` with (k,) rows of boxes whose areas overlap, some ten thousand at once, in a thread pool.

    ``boxes``: ``Boxes``; ``others``: (m, 4) bounds. Without ``others`` every pair of ``boxes`` comes once, i < j. Boxes
    that only touch, or have no area, count as overlapping. Returns the results in the order of the strips.
    """
    if not len(boxes.rows):
        report(1, 1)
        return []
    here = boxes.strips
    if others is None:
        jobs = _jobs(here, here, own=True)
    else:
        # only what lies where the boxes are, so that it has a place in their strips
        low, high = boxes.grid.low, boxes.grid.high
        near = np.flatnonzero((others[:, :2] <= high).all(axis=1) & (others[:, 2:] >= low).all(axis=1))
        there = _Strips(boxes.grid, np.clip(others, np.tile(low, 2), np.tile(high, 2)), near)
        jobs = _jobs(here, there) + _jobs(there, here, swapped=True)
    return _run(function, boxes.grid, jobs, report)


def _jobs(seekers, sought, own=False, swapped=False):
    """(seekers, sought, seeking (e,), begin (e,), number (e,), swapped): slices of seekers with their ranges of sought."""
    seeking = np.arange(len(seekers.key))
    if own:
        begin = seeking + 1
    else:
        # a left side equal to the seeker's is found from one side only
        begin = _places(sought.key, seekers.key, after=swapped)
        # most find nothing: only of the others is the end looked for
        seeking = np.flatnonzero(np.append(sought.key, np.iinfo(np.int64).max)[begin] <= seekers.end)
        begin = begin[seeking]
    number = np.maximum(np.searchsorted(sought.key, seekers.end[seeking], side="right") - begin, 0)
    total = np.cumsum(number)
    cuts = np.searchsorted(total, np.arange(CANDIDATES, (total[-1] if len(total) else 0) + CANDIDATES, CANDIDATES))
    cuts = np.unique(np.concatenate(([0], np.minimum(cuts + 1, len(number)), [len(number)])))
    return [(seekers, sought, seeking[first:last], begin[first:last], number[first:last], swapped)
            for first, last in zip(cuts[:-1], cuts[1:])]


def _places(keys, asked, after):
    """(n,) how many of ``keys`` lie before each of ``asked`` (both in order), equal ones counted where ``after``."""
    if len(keys) > len(asked):
        return np.searchsorted(keys, asked, side="right" if after else "left")
    # the fewer are looked for among the more
    met = np.searchsorted(asked, keys, side="left" if after else "right")
    return np.cumsum(np.bincount(met, minlength=len(asked) + 1))[:len(asked)]


def _run(function, grid, jobs, report):
    results, waiting = [], deque()
    pool = ThreadPoolExecutor(max_workers=min(MOST_THREADS, os.cpu_count() or 1))
    try:
        for job in jobs:
            waiting.append(pool.submit(_of_job, function, grid, job))
            if len(waiting) > 2 * MOST_THREADS:
                results.append(waiting.popleft().result())
                report(len(results), len(jobs))
        while waiting:
            results.append(waiting.popleft().result())
            report(len(results), len(jobs))
        return results
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _of_job(function, grid, job):
    seekers, sought, seeking, begin, number, swapped = job
    a = np.repeat(seeking, number)
    b = np.arange(len(a)) + np.repeat(begin - (np.cumsum(number) - number), number)
    bottom = np.maximum(seekers.bottom[a], sought.bottom[b])
    met = bottom <= np.minimum(seekers.top[a], sought.top[b])
    met &= grid.strip(bottom) == seekers.key[a] >> KEY_BITS
    i, j = seekers.row[a[met]], sought.row[b[met]]
    if seekers is sought:
        return function(np.minimum(i, j), np.maximum(i, j))
    return function(j, i) if swapped else function(i, j)
