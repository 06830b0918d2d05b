"""Files into the work file: readers, encoding, coordinates, field matching."""
