"""Entropy of a cloud of activations by the spectrum of a diffusion on it, and relatives; all in bits."""
