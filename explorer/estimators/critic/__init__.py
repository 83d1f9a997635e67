"""Bounds by critics: networks that are trained to tell pairs of the joint distribution from pairs of the margins."""
