"""Columns put together batch by batch, in which equal texts are one object.

A county's tables say the same village, crop, date and name over and over: held once, a million rows take a third of the
memory, and what is done with a column later can look at its distinct values alone.
"""

FEW_REPEATS = 20_000
NONE = type(None)


class Column:
    """``cells``: the values so far. ``kinds``: their types. Texts (or bytes) that repeat are held once; a column whose
    values rarely repeat is soon taken as it comes. Numbers are never merged: 1, 1.0 and True are equal but not the same."""

    def __init__(self):
        self.cells, self.kinds, self._known = [], set(), {}

    def extend(self, batch):
        """Adds a sequence of values."""
        kinds = set(map(type, batch))
        self.kinds |= kinds
        known = self._known
        if known is None or not kinds <= {str, bytes, NONE}:
            self.cells.extend(batch)
            return
        self.cells.extend(map(known.setdefault, batch, batch))
        if len(self.cells) >= FEW_REPEATS and len(known) * 2 > len(self.cells):
            self._known = None

    def distinct(self):
        """The distinct values; equal numbers of different types count as one."""
        if self._known is not None and self.kinds <= {str, bytes, NONE}:
            return self._known.keys()
        return set(self.cells)
