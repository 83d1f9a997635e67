"""A code and the factors behind its data: what is computed of the two, each kind with its plan and its job."""
