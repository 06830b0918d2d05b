"""A made-up county with planted defects, written as a hand-over package."""
