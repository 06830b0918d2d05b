"""The Processing door: one algorithm per verb, all built from ``commands.catalogue``."""
