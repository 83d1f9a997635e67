"""Estimators of directions: rows as points of the unit sphere."""
