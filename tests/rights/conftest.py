"""Property tests have no deadline: the machine may be busy."""

from hypothesis import settings

from tests.ready_village import confirmed_village, ready, ready_village  # noqa: F401 (fixtures)

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
