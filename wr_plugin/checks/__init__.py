"""Rules that look at the work file and report findings; where each parcel lies."""
