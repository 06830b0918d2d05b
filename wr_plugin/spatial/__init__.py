"""Geometry in bulk: arrays in, arrays out. Knows nothing of water."""
