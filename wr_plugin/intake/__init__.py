"""Files → frames for the work file: readers, encoding, coordinates, field matching, repair, and what was decided."""
