"""Distances between samples: ratios of densities, nearest neighbours, and transport."""
