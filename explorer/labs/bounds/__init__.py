"""Bounds and critics

A critic is a function, mostly a network, that gives pairs which belong together a higher score than shuffled ones; how
well it can is a bound on their information. These labs ask what a trained critic, the best one there is, or a density
chosen by hand says of information from below or above, and what it leaves out.
"""
