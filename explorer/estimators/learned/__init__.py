"""Estimators that were taught on samples of known information."""
