"""Gaussian kernels around every sample."""
