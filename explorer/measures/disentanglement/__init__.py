"""Scores of codes against the factors that made the data, and of codes alone."""
