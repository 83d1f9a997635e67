"""Columns of tables: joined by keys that are sampled, and screened many at a time."""
