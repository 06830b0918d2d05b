"""The stored rights worked out a second time by other code, row by row, and held against the stored result.

This room imports nothing of ``rights``: the same rules, read from the guide, in plain Python over SQLite rows. Two
implementations that agree on every figure of a county are worth more than one that is tested.
"""
