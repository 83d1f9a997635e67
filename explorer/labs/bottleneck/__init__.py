"""The information bottleneck.

How much of X must one keep to know a given amount of Y? The best codes form a curve, and along it they do not grow
smoothly: what is kept comes piece by piece.
"""
