"""A trained network as the files that its user has: how to prepare, open, list and record it."""
