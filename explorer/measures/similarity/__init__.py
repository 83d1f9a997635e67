"""Measures of how alike two representations of the same samples are."""
