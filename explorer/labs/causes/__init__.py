"""Causes, and what merely goes along.

Two columns that inform each other do so in both directions alike: mutual information is symmetric and knows no cause.
More than information is needed: several environments, in which only what causes keeps its meaning, or the noise, which
is independent of the cause and not of the effect.
"""
