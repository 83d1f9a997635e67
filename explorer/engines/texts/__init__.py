"""Words of texts: which go together, in pairs, in sentences, in replies and in vectors. NumPy and SciPy alone."""
