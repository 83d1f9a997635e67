"""Discrete variables: counts."""
