"""Rates of coding a cloud of activations up to a given error."""
