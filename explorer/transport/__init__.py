"""Couplings of two sets of samples: the cheapest, those with entropy, and those with much mutual information."""
