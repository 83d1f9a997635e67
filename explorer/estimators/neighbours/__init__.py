"""Nearest-neighbour distances."""
