"""Divergence and transport

How far two clouds lie apart, which points bring them nearer, how one is carried over to the other, and whether two
shuffled tables belong together.
"""
