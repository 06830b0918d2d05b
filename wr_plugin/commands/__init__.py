"""The verbs. ``catalogue`` declares them for all three doors; each has one module with ``run(store, params, progress)``."""
