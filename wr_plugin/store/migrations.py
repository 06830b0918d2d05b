"""Ordered migrations of the work file: step ``n`` brings schema ``n`` to ``n + 1``."""

from ..model.schema import SCHEMA_VERSION

STEPS = {}


def migrate(store, version):
    """Brings an older work file up to date in one transaction."""
    with store.transaction():
        for step in range(version, SCHEMA_VERSION):
            STEPS[step](store)
        store.set_setting("schema_version", SCHEMA_VERSION)
