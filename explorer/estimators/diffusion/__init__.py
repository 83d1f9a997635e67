"""Estimators by diffusion: how well noise is told from a variable, with another variable known and without it."""
