"""Estimates on many samples, many columns or two tables, beside what they should be."""
