"""The village whose paper these tests look at."""

from tests.ready_village import confirmed_village, ready, ready_village, village  # noqa: F401
