"""A network that learns to read information from samples whose information is known, and what it is taught."""
