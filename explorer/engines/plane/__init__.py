"""Planes that are computed before: finished ones of the package, one recording under many estimators, and noise."""
