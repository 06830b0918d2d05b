"""The village, confirmed; every test gets its own copy."""

from tests.ready_village import confirmed_village, ready_village, village  # noqa: F401 (fixtures)
