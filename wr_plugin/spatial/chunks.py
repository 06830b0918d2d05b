"""Long columns in slices: a thread pool for functions that release the GIL, with a report after each slice.

shapely's predicates, queries and overlays and numpy's arithmetic release it. A report may raise (a cancelled run):
slices not yet begun are then dropped and the error goes up.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

SLICE = 16_384
MOST_THREADS = 8


def silent(done, total):
    """The report of one who does not want any."""


def in_slices(function, *columns, size=SLICE, report=silent):
    """Calls ``function`` with equal slices of the columns (arrays of one length n).

    Returns [(start, result)] in order. ``report(done, total)`` is called in the caller's thread after each slice.
    """
    total = len(columns[0])
    starts = range(0, total, size)

    def one(start):
        return function(*(column[start:start + size] for column in columns))

    results = []
    if len(starts) <= 1:
        results = [(start, one(start)) for start in starts]
        report(total, total)
        return results
    pool = ThreadPoolExecutor(max_workers=min(MOST_THREADS, os.cpu_count() or 1))
    try:
        futures = [pool.submit(one, start) for start in starts]
        for start, future in zip(starts, futures):
            results.append((start, future.result()))
            report(min(start + size, total), total)
        return results
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def joined(function, *columns, size=SLICE, report=silent, dtype=float):
    """As ``in_slices``, the results (one value for each row) joined to one array of n."""
    parts = [result for _, result in in_slices(function, *columns, size=size, report=report)]
    return np.concatenate(parts) if parts else np.empty(0, dtype)


def summed(key, value):
    """(different keys in order, sum of the values of each)."""
    if not len(key):
        return key, value
    order = np.argsort(key, kind="stable")
    key, value = key[order], value[order]
    first = np.flatnonzero(np.diff(key, prepend=key[0] - 1))
    return key[first], np.add.reduceat(value, first)
