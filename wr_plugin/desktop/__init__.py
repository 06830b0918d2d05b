"""All that imports qgis."""
