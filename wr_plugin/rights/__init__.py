"""Scope, area, source, quota, cap, right; and the explanation of each."""
