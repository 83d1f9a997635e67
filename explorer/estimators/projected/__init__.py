"""Projections of many dimensions onto few."""
