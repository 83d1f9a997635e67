"""Torch kernels without information theory in them: distances, neighbours, cells."""
