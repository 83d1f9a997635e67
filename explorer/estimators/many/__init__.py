"""Information among many variables, every column one of them, and of two about a third."""
