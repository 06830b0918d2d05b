"""The work file (GeoPackage): open, create, migrate, read and write, transactions, runs, journal."""
