"""The village that these tests work on."""

from tests.ready_village import confirmed_village, ready, ready_village, village  # noqa: F401
