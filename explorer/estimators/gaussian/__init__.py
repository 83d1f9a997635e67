"""Second moments."""
