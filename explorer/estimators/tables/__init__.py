"""Estimates across tables that are not joined."""
