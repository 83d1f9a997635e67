"""Bounds and critics

What a trained critic, or a density chosen by hand, says of information from below or above; and what it leaves out.
"""
