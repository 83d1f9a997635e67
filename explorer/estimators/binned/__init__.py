"""Real variables cut into cells."""
